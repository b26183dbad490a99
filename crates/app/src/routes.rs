//! Every address of the product and who may use it: one row for each method and path.
//!
//! `tests/house` walks this table with every caller on both engines, and compares it with the
//! routes in the sources: a route without a row fails, and so does a row without a route.

use Caller::{Administrator, Agent, Insight, Lead, Narrowed, Nobody, Stranger, Viewer};

/// Somebody who comes to an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Caller {
    /// Without session or token.
    Nobody,
    /// An agent of the team the case lies with.
    Agent,
    /// An agent of another unit, which must not see the case.
    Stranger,
    /// The lead of the case's unit.
    Lead,
    /// Somebody of the same unit who looks for causes.
    Insight,
    /// Somebody of the same unit who may only look.
    Viewer,
    /// Who sets the house up and sees everything.
    Administrator,
    /// The administrator's token, narrowed to reading cases; pages do not know it.
    Narrowed,
}

impl Caller {
    /// All of them, those with the fewest rights first.
    pub const ALL: [Caller; 8] =
        [Nobody, Stranger, Narrowed, Viewer, Insight, Agent, Lead, Administrator];
}

/// One address.
#[derive(Clone, Copy, Debug)]
pub struct Route {
    /// The method.
    pub method: &'static str,
    /// The path as the router knows it.
    pub path: &'static str,
    /// Who gets further than the door.
    pub open_to: &'static [Caller],
}

const ANYBODY: &[Caller] = &Caller::ALL;
const STAFF: &[Caller] = &[Stranger, Viewer, Insight, Agent, Lead, Administrator];
const PROGRAMS: &[Caller] = &[Stranger, Narrowed, Viewer, Insight, Agent, Lead, Administrator];
/// Who sees the case of the table.
const SEE_IT: &[Caller] = &[Viewer, Insight, Agent, Lead, Administrator];
/// Who may work on the case of the table.
const HANDLE_IT: &[Caller] = &[Agent, Lead, Administrator];
const HANDLE_ANY: &[Caller] = &[Stranger, Agent, Lead, Administrator];
const DECIDE_IT: &[Caller] = &[Lead, Administrator];
/// Who may make tokens for themselves.
const MAKE_TOKENS: &[Caller] = &[Stranger, Insight, Agent, Lead, Administrator];
/// Programs that may read the case of the table, its team and its unit.
const READ_IT: &[Caller] = &[Narrowed, Viewer, Insight, Agent, Lead, Administrator];
/// Who may verify the record.
const VERIFY: &[Caller] = &[Insight, Lead, Administrator];
/// Who decides what is learnt.
const LEARN: &[Caller] = &[Insight, Lead, Administrator];
/// Who keeps the lists of labels, causes and reply texts.
const KEEP_LISTS: &[Caller] = &[Insight, Lead, Administrator];
const SET_UP: &[Caller] = &[Administrator];

const fn get(path: &'static str, open_to: &'static [Caller]) -> Route {
    Route { method: "GET", path, open_to }
}
const fn post(path: &'static str, open_to: &'static [Caller]) -> Route {
    Route { method: "POST", path, open_to }
}
const fn put(path: &'static str, open_to: &'static [Caller]) -> Route {
    Route { method: "PUT", path, open_to }
}
const fn patch(path: &'static str, open_to: &'static [Caller]) -> Route {
    Route { method: "PATCH", path, open_to }
}
const fn delete(path: &'static str, open_to: &'static [Caller]) -> Route {
    Route { method: "DELETE", path, open_to }
}

/// The table.
pub const ROUTES: &[Route] = &[
    // The house itself.
    get("/assets/{name}", ANYBODY),
    get("/livez", ANYBODY),
    get("/readyz", ANYBODY),
    get("/metrics", ANYBODY),
    get("/problems", ANYBODY),
    get("/problems/{code}", ANYBODY),
    get("/events", STAFF),
    // The form of customers, and the pages behind their links.
    get("/start", ANYBODY),
    get("/complain", ANYBODY),
    post("/complain", ANYBODY),
    get("/complain/received/{token}", ANYBODY),
    post("/complain/received/{token}", ANYBODY),
    get("/complain/{token}/story", ANYBODY),
    post("/complain/{token}/story", ANYBODY),
    get("/complain/{token}/wish", ANYBODY),
    post("/complain/{token}/wish", ANYBODY),
    get("/complain/{token}/files", ANYBODY),
    post("/complain/{token}/files", ANYBODY),
    get("/complain/{token}/reach", ANYBODY),
    post("/complain/{token}/reach", ANYBODY),
    get("/complain/{token}/check", ANYBODY),
    post("/complain/{token}/send", ANYBODY),
    get("/c/{token}", ANYBODY),
    post("/c/{token}/messages", ANYBODY),
    get("/c/{token}/solved", ANYBODY),
    post("/c/{token}/solved", ANYBODY),
    get("/c/{token}/offers/{id}", ANYBODY),
    post("/c/{token}/offers/{id}", ANYBODY),
    post("/c/{token}/another-person", ANYBODY),
    // The desk.
    get("/", STAFF),
    get("/today", STAFF),
    get("/q", ANYBODY),
    get("/q/{view}", STAFF),
    get("/q/{view}/filter", STAFF),
    get("/q/{view}/keeping", STAFF),
    post("/q/{view}/keeping", STAFF),
    get("/cases/{number}/labels", SEE_IT),
    post("/cases/{number}/labels", HANDLE_IT),
    get("/cases/{number}/reply-texts", HANDLE_IT),
    get("/labels/new", HANDLE_ANY),
    post("/labels", HANDLE_ANY),
    get("/search", STAFF),
    get("/promises", STAFF),
    get("/feedback", STAFF),
    get("/feedback/{id}", SEE_IT),
    get("/feedback/{id}/as-it-came", SEE_IT),
    get("/feedback/{id}/html", SEE_IT),
    get("/feedback/{id}/files/{place}", SEE_IT),
    get("/feedback/{id}/files/{place}/preview", SEE_IT),
    get("/feedback/{id}/reading", HANDLE_IT),
    post("/feedback/{id}/reading", HANDLE_IT),
    get("/customers", STAFF),
    get("/customers/{number}", SEE_IT),
    post("/customers/{number}/hints/{archetype}/refutation", HANDLE_IT),
    get("/cases/{number}", SEE_IT),
    get("/cases/{number}/file", SEE_IT),
    post("/cases/{number}/seen", SEE_IT),
    post("/cases/{number}/owner", HANDLE_IT),
    post("/cases/{number}/wake", HANDLE_IT),
    get("/cases/{number}/assignment/new", SEE_IT),
    post("/cases/{number}/assignment", HANDLE_IT),
    get("/cases/{number}/snooze/new", SEE_IT),
    post("/cases/{number}/snooze", HANDLE_IT),
    get("/cases/{number}/problem", SEE_IT),
    post("/cases/{number}/problem", HANDLE_IT),
    get("/cases/{number}/reading", SEE_IT),
    post("/cases/{number}/reading", HANDLE_IT),
    post("/cases/{number}/messages", HANDLE_IT),
    post("/cases/{number}/notes", HANDLE_IT),
    post("/cases/{number}/draft", HANDLE_IT),
    post("/cases/{number}/coach", SEE_IT),
    post("/cases/{number}/letters/{key}", HANDLE_IT),
    post("/cases/{number}/undelivered/{id}", HANDLE_IT),
    get("/held", STAFF),
    post("/held/{customer}", HANDLE_ANY),
    get("/cases/{number}/promises/new", SEE_IT),
    post("/cases/{number}/promises", HANDLE_IT),
    get("/cases/{number}/promises/{id}/kept", SEE_IT),
    post("/cases/{number}/promises/{id}/kept", HANDLE_IT),
    get("/cases/{number}/promises/{id}/date", SEE_IT),
    post("/cases/{number}/promises/{id}/date", HANDLE_IT),
    get("/cases/{number}/offers/new", SEE_IT),
    post("/cases/{number}/offers", HANDLE_IT),
    post("/cases/{number}/offers/{id}/approval", DECIDE_IT),
    post("/cases/{number}/offers/{id}/withdrawal", HANDLE_IT),
    get("/cases/{number}/transfers/new", SEE_IT),
    post("/cases/{number}/transfers", HANDLE_IT),
    get("/cases/{number}/escalation/new", SEE_IT),
    post("/cases/{number}/escalation", HANDLE_IT),
    get("/cases/{number}/escalation/answer", SEE_IT),
    post("/cases/{number}/escalation/answer", DECIDE_IT),
    get("/cases/{number}/resolution/new", SEE_IT),
    post("/cases/{number}/resolution", HANDLE_IT),
    get("/cases/{number}/closing/new", SEE_IT),
    post("/cases/{number}/closing", HANDLE_IT),
    post("/cases/{number}/reopening", HANDLE_IT),
    post("/cases/{number}/joiners/{id}/acceptance", HANDLE_IT),
    post("/cases/{number}/joiners/{id}/split", HANDLE_IT),
    get("/cases/{number}/merger/new", SEE_IT),
    post("/cases/{number}/merger", HANDLE_IT),
    get("/cases/{number}/separation/new", SEE_IT),
    post("/cases/{number}/separation", HANDLE_IT),
    get("/cases/{number}/splits/{id}/new", SEE_IT),
    post("/cases/{number}/splits/{id}", HANDLE_IT),
    get("/cases/{number}/conduct/new", SEE_IT),
    post("/cases/{number}/conduct", HANDLE_IT),
    get("/cases/new", HANDLE_ANY),
    post("/cases", HANDLE_ANY),
    post("/cases/new/draft", HANDLE_ANY),
    post("/cases/changes", STAFF),
    post("/me/undo", STAFF),
    get("/me/actions", STAFF),
    get("/me/views", STAFF),
    post("/me/views", STAFF),
    post("/me/views/{id}", STAFF),
    get("/bell", STAFF),
    post("/bell", STAFF),
    get("/keys", STAFF),
    // What is learnt.
    get("/insight", LEARN),
    get("/insight/readings", LEARN),
    post("/insight/models", LEARN),
    post("/insight/models/{id}/adoption", LEARN),
    post("/insight/models/{id}/rollback", LEARN),
    get("/insight/coach", LEARN),
    post("/insight/coach", LEARN),
    post("/insight/coach/{id}/switch", LEARN),
    // Signing in, and oneself.
    get("/sign-in", ANYBODY),
    post("/sign-in", ANYBODY),
    get("/sign-in/link/{token}", ANYBODY),
    post("/sign-in/link/{token}", ANYBODY),
    get("/settings", STAFF),
    get("/settings/me", STAFF),
    post("/settings/me/password", STAFF),
    post("/settings/me/signature", STAFF),
    post("/settings/me/sessions/{handle}/end", STAFF),
    post("/me/shift", STAFF),
    get("/settings/keyboard", STAFF),
    post("/settings/keyboard", STAFF),
    get("/settings/theme", STAFF),
    post("/settings/theme", STAFF),
    get("/settings/tokens", MAKE_TOKENS),
    post("/settings/tokens", MAKE_TOKENS),
    post("/settings/tokens/{id}/end", MAKE_TOKENS),
    // Setting the house up.
    get("/settings/people", SET_UP),
    post("/settings/people", SET_UP),
    get("/settings/people/new", SET_UP),
    get("/settings/people/{id}", SET_UP),
    post("/settings/people/{id}", SET_UP),
    post("/settings/people/{id}/way-in", SET_UP),
    post("/settings/people/{id}/leaving", SET_UP),
    post("/settings/people/{id}/return", SET_UP),
    get("/settings/teams", SET_UP),
    post("/settings/teams", SET_UP),
    get("/settings/teams/new", SET_UP),
    get("/settings/teams/{id}", SET_UP),
    post("/settings/teams/{id}", SET_UP),
    get("/settings/units", SET_UP),
    post("/settings/units", SET_UP),
    post("/settings/units/{id}", SET_UP),
    get("/settings/labels", KEEP_LISTS),
    post("/settings/labels", KEEP_LISTS),
    get("/settings/labels/new", KEEP_LISTS),
    get("/settings/labels/{id}", KEEP_LISTS),
    post("/settings/labels/{id}", KEEP_LISTS),
    get("/settings/reply-texts", KEEP_LISTS),
    post("/settings/reply-texts", KEEP_LISTS),
    get("/settings/reply-texts/new", KEEP_LISTS),
    get("/settings/reply-texts/{id}", KEEP_LISTS),
    post("/settings/reply-texts/{id}", KEEP_LISTS),
    get("/settings/mail", SET_UP),
    post("/settings/mail", SET_UP),
    post("/settings/mail/look", SET_UP),
    post("/settings/mail/try", SET_UP),
    post("/settings/mail/forget", SET_UP),
    get("/settings/hours", SET_UP),
    post("/settings/hours", SET_UP),
    get("/settings/policies", SET_UP),
    post("/settings/policies/organisation", SET_UP),
    post("/settings/policies/clocks", SET_UP),
    post("/settings/policies/undo", SET_UP),
    post("/settings/policies/authority", SET_UP),
    post("/settings/policies/core-values", SET_UP),
    get("/settings/record", SET_UP),
    get("/settings/failed-work", SET_UP),
    post("/settings/failed-work", SET_UP),
    // Programs.
    get("/api/openapi.json", ANYBODY),
    get("/api/v1/me", PROGRAMS),
    get("/api/v1/feedback", STAFF),
    post("/api/v1/feedback", HANDLE_ANY),
    put("/api/v1/feedback/{id}/reading", HANDLE_IT),
    get("/api/v1/corrections", LEARN),
    get("/api/v1/corrections/drift", LEARN),
    get("/api/v1/reading-models", LEARN),
    post("/api/v1/reading-models", LEARN),
    post("/api/v1/reading-models/{id}/adoptions", LEARN),
    post("/api/v1/reading-models/{id}/rollbacks", LEARN),
    get("/api/v1/coach-rules", LEARN),
    post("/api/v1/coach-rules", LEARN),
    put("/api/v1/coach-rules/{id}", LEARN),
    get("/api/v1/mailboxes", SET_UP),
    post("/api/v1/mailboxes", SET_UP),
    delete("/api/v1/mailboxes/{name}", SET_UP),
    post("/api/v1/mailboxes/{name}/looks", SET_UP),
    post("/api/v1/mailboxes/{name}/trials", SET_UP),
    get("/api/v1/mail-records", SET_UP),
    get("/api/v1/arrivals", SET_UP),
    get("/api/v1/arrivals/{id}", &[Agent, Administrator]),
    post("/api/v1/arrivals/{id}/retries", SET_UP),
    get("/api/v1/imports", SET_UP),
    post("/api/v1/imports/{id}/undos", SET_UP),
    get("/api/v1/customers", STAFF),
    post("/api/v1/customers", HANDLE_ANY),
    get("/api/v1/customers/{number}", SEE_IT),
    get("/api/v1/customers/{number}/value", SEE_IT),
    get("/api/v1/customers/{number}/hints", SEE_IT),
    post("/api/v1/customers/{number}/hints/{archetype}/refutations", HANDLE_IT),
    post("/api/v1/orders", SET_UP),
    get("/api/v1/teams", PROGRAMS),
    post("/api/v1/teams", SET_UP),
    get("/api/v1/teams/{id}", READ_IT),
    put("/api/v1/teams/{id}", SET_UP),
    get("/api/v1/labels", PROGRAMS),
    post("/api/v1/labels", KEEP_LISTS),
    get("/api/v1/labels/{id}", PROGRAMS),
    put("/api/v1/labels/{id}", KEEP_LISTS),
    get("/api/v1/reply-texts", PROGRAMS),
    post("/api/v1/reply-texts", KEEP_LISTS),
    get("/api/v1/reply-texts/{id}", PROGRAMS),
    put("/api/v1/reply-texts/{id}", KEEP_LISTS),
    get("/api/v1/cases/{number}/reply-texts", HANDLE_IT),
    get("/api/v1/units", PROGRAMS),
    post("/api/v1/units", SET_UP),
    get("/api/v1/units/{id}", READ_IT),
    put("/api/v1/units/{id}", SET_UP),
    get("/api/v1/staff", PROGRAMS),
    post("/api/v1/staff", SET_UP),
    get("/api/v1/staff/{id}", SET_UP),
    put("/api/v1/staff/{id}", SET_UP),
    post("/api/v1/staff/{id}/ways-in", SET_UP),
    delete("/api/v1/staff/{id}", SET_UP),
    post("/api/v1/staff/{id}/returns", SET_UP),
    get("/api/v1/policies", SET_UP),
    patch("/api/v1/policies", SET_UP),
    get("/api/v1/record", SET_UP),
    get("/api/v1/me/preferences", STAFF),
    put("/api/v1/me/preferences", STAFF),
    put("/api/v1/me/signature", STAFF),
    put("/api/v1/me/shift", STAFF),
    get("/api/v1/me/sessions", STAFF),
    delete("/api/v1/me/sessions/{handle}", STAFF),
    get("/api/v1/tokens", MAKE_TOKENS),
    post("/api/v1/tokens", MAKE_TOKENS),
    delete("/api/v1/tokens/{id}", MAKE_TOKENS),
    get("/api/v1/cases", PROGRAMS),
    post("/api/v1/cases", HANDLE_ANY),
    get("/api/v1/cases/{number}", READ_IT),
    get("/api/v1/cases/{number}/events", READ_IT),
    put("/api/v1/cases/{number}/owner", HANDLE_IT),
    put("/api/v1/cases/{number}/problem", HANDLE_IT),
    put("/api/v1/cases/{number}/reading", HANDLE_IT),
    put("/api/v1/cases/{number}/seen", READ_IT),
    post("/api/v1/cases/{number}/snoozes", HANDLE_IT),
    post("/api/v1/cases/{number}/wakings", HANDLE_IT),
    get("/api/v1/cases/{number}/messages", READ_IT),
    post("/api/v1/cases/{number}/messages", HANDLE_IT),
    delete("/api/v1/cases/{number}/messages/{id}", HANDLE_IT),
    post("/api/v1/cases/{number}/messages/{id}/decisions", HANDLE_IT),
    get("/api/v1/cases/{number}/notes", READ_IT),
    post("/api/v1/cases/{number}/notes", HANDLE_IT),
    post("/api/v1/cases/{number}/coachings", HANDLE_IT),
    post("/api/v1/cases/{number}/publicity/coachings", HANDLE_IT),
    get("/api/v1/cases/{number}/promises", READ_IT),
    post("/api/v1/cases/{number}/promises", HANDLE_IT),
    post("/api/v1/cases/{number}/promises/{id}/dates", HANDLE_IT),
    post("/api/v1/cases/{number}/promises/{id}/keepings", HANDLE_IT),
    get("/api/v1/cases/{number}/offers", READ_IT),
    post("/api/v1/cases/{number}/offers", HANDLE_IT),
    post("/api/v1/cases/{number}/offers/{id}/approvals", DECIDE_IT),
    post("/api/v1/cases/{number}/offers/{id}/returns", DECIDE_IT),
    post("/api/v1/cases/{number}/offers/{id}/withdrawals", HANDLE_IT),
    post("/api/v1/cases/{number}/offers/{id}/acceptances", HANDLE_IT),
    post("/api/v1/cases/{number}/offers/{id}/counters", HANDLE_IT),
    post("/api/v1/cases/{number}/transfers", HANDLE_IT),
    post("/api/v1/cases/{number}/transfers/previews", HANDLE_IT),
    post("/api/v1/cases/{number}/escalations", HANDLE_IT),
    post("/api/v1/cases/{number}/escalations/answers", DECIDE_IT),
    post("/api/v1/cases/{number}/resolutions", HANDLE_IT),
    post("/api/v1/cases/{number}/answers", HANDLE_IT),
    post("/api/v1/cases/{number}/closings", HANDLE_IT),
    post("/api/v1/cases/{number}/reopenings", HANDLE_IT),
    post("/api/v1/cases/{number}/conduct-steps", HANDLE_IT),
    get("/api/v1/held-senders", PROGRAMS),
    post("/api/v1/held-senders/{customer}/decisions", HANDLE_ANY),
    get("/api/v1/cases/{number}/recipients", READ_IT),
    get("/api/v1/cases/{number}/joiners", READ_IT),
    post("/api/v1/cases/{number}/joiners/{id}/acceptances", HANDLE_IT),
    post("/api/v1/cases/{number}/joiners/{id}/splits", HANDLE_IT),
    post("/api/v1/cases/{number}/mergers", HANDLE_IT),
    put("/api/v1/cases/{number}/labels", HANDLE_IT),
    delete("/api/v1/cases/{number}/seen", READ_IT),
    post("/api/v1/cases/{number}/separations", HANDLE_IT),
    post("/api/v1/cases/{number}/splits", HANDLE_IT),
    get("/api/v1/promises", PROGRAMS),
    get("/api/v1/search", PROGRAMS),
    get("/api/v1/events", VERIFY),
    get("/api/v1/jobs/failed", SET_UP),
    post("/api/v1/jobs/{id}/replays", SET_UP),
    post("/api/v1/me/undos", STAFF),
    get("/api/v1/me/actions", PROGRAMS),
    get("/api/v1/me/news", PROGRAMS),
    get("/api/v1/me/views", PROGRAMS),
    post("/api/v1/me/views", PROGRAMS),
    patch("/api/v1/me/views/{id}", PROGRAMS),
    delete("/api/v1/me/views/{id}", PROGRAMS),
    // Last, because it ends what the others need.
    post("/sign-out", STAFF),
];
