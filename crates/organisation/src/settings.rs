//! `/settings`: what one may set, own things first.

use axum::Router;
use axum::response::Response;
use axum::routing::get;
use domain::permit::{Act, Scope};
use house::page::{Errors, frame, show};
use store::Context;
use web::frame::StaffFrame;
use web::{Problem, SignedIn};

/// The address of the list.
pub(crate) fn router() -> Router<Context> {
    Router::new().route("/settings", get(index))
}

type Link = (&'static str, &'static str, &'static str);

#[derive(askama::Template)]
#[template(path = "settings/index.html")]
struct IndexPage {
    frame: StaffFrame,
    own: Vec<Link>,
    house: Vec<Link>,
}

/// `GET /settings`
async fn index(signed: SignedIn) -> Result<Response, Problem> {
    let may = |act| signed.staff.has(act);
    let mut own: Vec<Link> = vec![
        ("/settings/me", "My settings", "Password, signature, where you are signed in"),
        ("/settings/keyboard", "Keyboard", "Your keys"),
        ("/settings/theme", "Light, dark and rows", "How screens look"),
    ];
    if may(Act::MakeToken) {
        own.push(("/settings/tokens", "Tokens", "Programs that act for you"));
    }
    let mut house: Vec<Link> = Vec::new();
    if may(Act::ManageStaff) {
        house.push(("/settings/people", "People", "Who works here and what they may do"));
        house.push(("/settings/teams", "Teams", "Who works on the same cases"));
        house.push(("/settings/units", "Units", "Brands or branches that do not see each other"));
    }
    if may(Act::KeepLists) {
        let what = "The house’s own words for cases";
        house.push(("/settings/labels", "Labels and causes", what));
        let what = "What customers talk about, and the words they use";
        house.push(("/settings/topics", "Topics", what));
        let what = "What a team writes often, with gaps filled from the case";
        house.push(("/settings/reply-texts", "Reply texts", what));
    }
    if may(Act::ManageSettings) {
        house.push(("/settings/hours", "Hours", "When we are open, and holidays"));
        house.push(("/settings/policies", "Policies", "Name, clocks, authority, core values"));
        if signed.staff.scope == Scope::All {
            house.push(("/settings/mail", "Mailboxes", "Mail that is fetched, and how it fares"));
            let what = "The mail server that takes our letters";
            house.push(("/settings/mail/relay", "Outgoing mail", what));
        }
        if may(Act::ReadRecord) && signed.staff.scope == Scope::All {
            house.push(("/settings/record", "Record", "Who changed what"));
        }
    }
    if may(Act::Operate) {
        house.push((
            "/settings/failed-work",
            "Failed work",
            "What failed for good, to start again",
        ));
    }
    let errors = Errors::default();
    show(&IndexPage { frame: frame(&signed, "Settings", &errors), own, house }, &errors)
}
