//! The pages of this room as a browser without scripts meets them, on both engines.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use axum::response::Response;
use domain::permit::{Role, Scope};
use http_body_util::BodyExt;
use organisation::sign_in::{LinkUse, make_link};
use organisation::staff::PersonText;
use organisation::{InitCommand, Initialised, opening};
use testkit::{World, on_both};
use tower::ServiceExt;

const PASSWORD: &str = "a lamp, a harbour, two maps";
const INGRID: &str = "ingrid@nordlys.example";

/// A browser: it keeps its cookie and reads the hidden fields of the page it was shown.
struct Browser {
    world: World,
    cookie: String,
}

struct Shown {
    status: StatusCode,
    to: String,
    set_cookie: String,
    retry_after: String,
    html: String,
}

impl Browser {
    fn new(world: &World) -> Browser {
        Browser { world: world.clone(), cookie: String::new() }
    }

    async fn ask(&mut self, request: Request<Body>) -> Shown {
        let rooms = organisation::router().merge(policies::router()).merge(house::router());
        let app = rooms.with_state(self.world.ctx.clone());
        let response: Response = app.oneshot(request).await.unwrap();
        let text = |name: header::HeaderName| {
            let value = response.headers().get(name).map(|value| value.to_str().unwrap());
            value.unwrap_or("").to_owned()
        };
        let (to, set_cookie) = (text(header::LOCATION), text(header::SET_COOKIE));
        let retry_after = text(header::RETRY_AFTER);
        let status = response.status();
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        if let Some((pair, _)) = set_cookie.split_once(';') {
            self.cookie = pair.to_owned();
        }
        let html = String::from_utf8(bytes.to_vec()).unwrap();
        Shown { status, to, set_cookie, retry_after, html }
    }

    async fn get(&mut self, path: &str) -> Shown {
        let request = Request::get(path).header(header::COOKIE, &self.cookie);
        self.ask(request.body(Body::empty()).unwrap()).await
    }

    async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Shown {
        let body: Vec<String> = fields
            .iter()
            .map(|(name, value)| format!("{}={}", coded(name), coded(value)))
            .collect();
        let request = Request::post(path)
            .header(header::COOKIE, &self.cookie)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.ask(request.body(Body::from(body.join("&"))).unwrap()).await
    }

    /// Posts a form of the page at `page` with its hidden fields.
    async fn send(&mut self, page: &str, path: &str, fields: &[(&str, &str)]) -> Shown {
        let shown = self.get(page).await;
        assert_eq!(shown.status, StatusCode::OK, "{page}");
        let hidden = ["csrf", "press"].map(|name| (name, hidden(&shown.html, name)));
        let mut all: Vec<(&str, &str)> = hidden.iter().map(|(n, v)| (*n, v.as_str())).collect();
        all.extend(fields);
        self.post(path, &all).await
    }

    async fn signed_in(world: &World, email: &str) -> Browser {
        let mut browser = Browser::new(world);
        let hour = jiff::SignedDuration::from_hours(1);
        let link = make_link(&world.ctx, email, LinkUse::Once, hour).await.unwrap();
        let path = link.strip_prefix("http://127.0.0.1:8080").unwrap();
        let shown = browser.post(path, &[]).await;
        assert_eq!(shown.status, StatusCode::SEE_OTHER);
        browser
    }
}

fn coded(text: &str) -> String {
    text.bytes()
        .map(|b| match b {
            b if b.is_ascii_alphanumeric() => char::from(b).to_string(),
            b => format!("%{b:02X}"),
        })
        .collect()
}

/// The value of the first hidden field `name`.
fn hidden(html: &str, name: &str) -> String {
    let mark = format!("name=\"{name}\" value=\"");
    let from = html.find(&mark).map(|at| at + mark.len());
    from.map(|from| html[from..].split('"').next().unwrap().to_owned()).unwrap_or_default()
}

async fn opened(world: &World) -> Initialised {
    let command = InitCommand {
        organisation: "Nordlys Heating".into(),
        admin_email: INGRID.into(),
        admin_name: "Ingrid Solberg".into(),
        password: Some(PASSWORD.into()),
    };
    let mut opening = opening::begin(&world.ctx, &command).await.unwrap();
    let (change, name) = (&mut opening.change, &opening.organisation);
    policies::policy::keep_as_shipped(&world.ctx, change, name).await.unwrap();
    opening.commit().await.unwrap()
}

async fn add(world: &World, house: &Initialised, email: &str, role: Role) {
    let text = PersonText {
        email: email.into(),
        name: "Jo <b>Berg</b>".into(),
        roles: vec![role.to_string()],
        scope: Scope::Team.to_string(),
        units: vec![house.unit.to_string()],
        teams: vec![house.team.to_string()],
        ..PersonText::default()
    };
    organisation::staff::add_by_command(&world.ctx, &text).await.unwrap();
}

#[test]
fn somebody_signs_in_without_scripts_and_out_again() {
    on_both(async |world| {
        opened(&world).await;
        let mut browser = Browser::new(&world);
        let away = browser.get("/settings/people").await;
        assert_eq!(away.status, StatusCode::SEE_OTHER);
        assert_eq!(away.to, "/sign-in?next=%2Fsettings%2Fpeople");
        let form = browser.get(&away.to).await;
        assert!(form.html.contains("Nordlys Heating"));
        assert_eq!(hidden(&form.html, "next"), "/settings/people");
        let fields = [("email", INGRID), ("password", PASSWORD), ("next", "/settings/people")];
        let entered = browser.post("/sign-in", &fields).await;
        assert_eq!(
            (entered.status, entered.to.as_str()),
            (StatusCode::SEE_OTHER, "/settings/people")
        );
        assert!(entered.set_cookie.starts_with("redress="), "{}", entered.set_cookie);
        assert!(entered.set_cookie.contains("; Path=/; HttpOnly; SameSite=Lax;"));
        assert!(!entered.set_cookie.contains("Secure"), "plain http on loopback");
        assert_eq!(browser.get("/settings/people").await.status, StatusCode::OK);
        assert_eq!(browser.get("/sign-in").await.status, StatusCode::SEE_OTHER, "is in already");
        let out = browser.send("/settings", "/sign-out", &[]).await;
        assert_eq!((out.status, out.to.as_str()), (StatusCode::SEE_OTHER, "/sign-in"));
        assert_eq!(browser.get("/settings").await.status, StatusCode::SEE_OTHER);
    });
}

#[test]
fn a_sign_in_that_fails_keeps_the_address_and_never_the_password() {
    on_both(async |world| {
        opened(&world).await;
        let mut browser = Browser::new(&world);
        let mut bodies = Vec::new();
        for email in [INGRID, "nobody@nordlys.example"] {
            let fields =
                [("email", email), ("password", "wrong wrong wrong!"), ("next", "//evil.example")];
            let shown = browser.post("/sign-in", &fields).await;
            assert_eq!(shown.status, StatusCode::UNPROCESSABLE_ENTITY);
            assert!(shown.html.contains("<title>Error: Sign in"));
            assert!(shown.html.contains("There is a problem"));
            assert!(shown.html.contains(email) && !shown.html.contains("wrong wrong"));
            assert_eq!(hidden(&shown.html, "next"), "/");
            bodies.push(shown.html.replace(email, "ADDRESS"));
        }
        assert_eq!(bodies[0], bodies[1], "the same page for known and unknown");
        for _ in 0..9 {
            browser
                .post("/sign-in", &[("email", INGRID), ("password", "wrong wrong wrong!")])
                .await;
        }
        let shown = browser.post("/sign-in", &[("email", INGRID), ("password", PASSWORD)]).await;
        assert_eq!(shown.status, StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(shown.retry_after, "900");
        assert!(shown.html.contains("Wait 15 minutes"));
    });
}

#[test]
fn a_link_signs_in_by_a_press_and_not_by_a_look() {
    on_both(async |world| {
        opened(&world).await;
        let hour = jiff::SignedDuration::from_hours(1);
        let link = make_link(&world.ctx, INGRID, LinkUse::Once, hour).await.unwrap();
        let path = link.strip_prefix("http://127.0.0.1:8080").unwrap();
        let mut browser = Browser::new(&world);
        for _ in 0..2 {
            let shown = browser.get(path).await;
            assert!(shown.html.contains("Sign in as Ingrid Solberg"));
            assert!(shown.set_cookie.is_empty());
        }
        assert_eq!(browser.post(path, &[]).await.to, "/");
        assert_eq!(browser.get("/settings/me").await.status, StatusCode::OK);
        assert_eq!(browser.get(path).await.status, StatusCode::NOT_FOUND);
        assert_eq!(browser.get("/sign-in/link/x").await.status, StatusCode::NOT_FOUND);
    });
}

#[test]
fn somebody_invited_comes_in_and_chooses_a_password() {
    on_both(async |world| {
        let house = opened(&world).await;
        let mut ingrid = Browser::signed_in(&world, INGRID).await;
        let unit = house.unit.to_string();
        let team = house.team.to_string();
        let fields = [
            ("name", "Jo Berg"),
            ("email", "jo@nordlys.example"),
            ("roles", "agent"),
            ("roles", "lead"),
            ("scope", "team"),
            ("units", &unit),
            ("teams", &team),
            ("out_from", "2026-12-24T16:00"),
        ];
        let made = ingrid.send("/settings/people/new", "/settings/people", &fields).await;
        assert_eq!(made.status, StatusCode::OK, "{}", made.html);
        let link = made.html.split("http://127.0.0.1:8080").nth(1).unwrap();
        let path = link.split('"').next().unwrap().to_owned();
        let people = ingrid.get("/settings/people").await;
        assert!(people.html.contains("Jo Berg") && people.html.contains("Agent, Lead"));
        let mut jo = Browser::new(&world);
        assert_eq!(jo.post(&path, &[]).await.to, "/settings/me");
        let weak = [("password", "password1234567")];
        let refused = jo.send("/settings/me", "/settings/me/password", &weak).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(!refused.html.contains("password1234567"));
        let good = [("password", "four quiet geese on ice")];
        let done = jo.send("/settings/me", "/settings/me/password", &good).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER);
        let fields = [("email", "jo@nordlys.example"), ("password", "four quiet geese on ice")];
        let mut again = Browser::new(&world);
        assert_eq!(again.post("/sign-in", &fields).await.status, StatusCode::SEE_OTHER);
    });
}

#[test]
fn a_form_with_errors_comes_back_with_everything_that_was_typed() {
    on_both(async |world| {
        opened(&world).await;
        let mut ingrid = Browser::signed_in(&world, INGRID).await;
        let fields = [("name", "Jo \"Bo\" Berg"), ("email", "jo at work"), ("scope", "team")];
        let shown = ingrid.send("/settings/people/new", "/settings/people", &fields).await;
        assert_eq!(shown.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(shown.html.contains("<title>Error: "));
        assert!(shown.html.contains("There is a problem"));
        assert!(shown.html.contains("href=\"#email\"") && shown.html.contains("href=\"#roles\""));
        assert!(shown.html.contains("jo at work") && shown.html.contains("Jo &#34;Bo&#34; Berg"));
    });
}

#[test]
fn every_settings_page_of_the_house_is_hidden_from_who_may_not_manage_it() {
    const OWN: [&str; 5] =
        ["/settings", "/settings/me", "/settings/keyboard", "/settings/theme", "/settings/tokens"];
    const HOUSE: [&str; 9] = [
        "/settings/people",
        "/settings/people/new",
        "/settings/teams",
        "/settings/teams/new",
        "/settings/units",
        "/settings/hours",
        "/settings/policies",
        "/settings/record",
        "/settings/nothing-of-the-kind",
    ];
    on_both(async |world| {
        let house = opened(&world).await;
        add(&world, &house, "agent@x.example", Role::Agent).await;
        add(&world, &house, "viewer@x.example", Role::Viewer).await;
        let mut nobody = Browser::new(&world);
        let mut ingrid = Browser::signed_in(&world, INGRID).await;
        let mut agent = Browser::signed_in(&world, "agent@x.example").await;
        let mut viewer = Browser::signed_in(&world, "viewer@x.example").await;
        for path in OWN {
            assert_eq!(nobody.get(path).await.status, StatusCode::SEE_OTHER, "{path}");
            assert_eq!(ingrid.get(path).await.status, StatusCode::OK, "{path}");
            assert_eq!(agent.get(path).await.status, StatusCode::OK, "{path}");
        }
        assert_eq!(viewer.get("/settings/tokens").await.status, StatusCode::NOT_FOUND);
        for path in HOUSE {
            assert_eq!(agent.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
            assert_eq!(viewer.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
        }
        for path in &HOUSE[..8] {
            let shown = ingrid.get(path).await;
            assert_eq!(shown.status, StatusCode::OK, "{path}");
            assert!(!shown.html.contains("<b>Berg"), "names are escaped on {path}");
            assert!(!shown.html.contains("style="), "no inline style on {path}");
        }
        let index = agent.get("/settings").await;
        assert!(!index.html.contains("/settings/people"));
    });
}

#[test]
fn forms_without_the_token_of_the_session_change_nothing() {
    on_both(async |world| {
        opened(&world).await;
        let mut ingrid = Browser::signed_in(&world, INGRID).await;
        for path in [
            "/sign-out",
            "/settings/units",
            "/settings/theme",
            "/settings/tokens",
            "/settings/me/password",
            "/settings/policies/undo",
        ] {
            let shown = ingrid.post(path, &[("csrf", "0123456789abcdef0123456789abcdef")]).await;
            assert_eq!(shown.status, StatusCode::FORBIDDEN, "{path}");
        }
        assert_eq!(ingrid.get("/settings").await.status, StatusCode::OK);
    });
}

#[test]
fn hours_policies_teams_units_keys_and_theme_are_changed_by_their_forms() {
    on_both(async |world| {
        let house = opened(&world).await;
        let mut ingrid = Browser::signed_in(&world, INGRID).await;
        let hours = [
            ("version", "1"),
            ("zone", "Europe/Oslo"),
            ("monday", "09:00-12:00, 13:00-17:00"),
            ("holidays", "2026-12-24 Christmas Eve 09:00-12:00"),
        ];
        let done = ingrid.send("/settings/hours", "/settings/hours", &hours).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.html);
        let shown = ingrid.get("/settings/hours").await;
        assert!(shown.html.contains("09:00-12:00, 13:00-17:00"));
        assert!(shown.html.contains("2026-12-24 Christmas Eve 09:00-12:00"));
        let stale = ingrid.send("/settings/hours", "/settings/hours", &hours).await;
        assert_eq!(stale.status, StatusCode::PRECONDITION_FAILED);
        let authority = [
            ("version", "1"),
            ("alone", "50"),
            ("alone", "500"),
            ("alone", ""),
            ("with_value", "200.50"),
            ("with_value", "500"),
            ("with_value", ""),
        ];
        let path = "/settings/policies/authority";
        let done = ingrid.send("/settings/policies", path, &authority).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.html);
        let held = policies::policy::read(&world.ctx.store).await.unwrap();
        assert_eq!(held.authority[&Role::Agent].minor_most_with_value, 20_050);
        assert!(!held.authority.contains_key(&Role::Administrator));
        assert!(ingrid.get("/settings/policies").await.html.contains("200.50"));
        let unit = house.unit.to_string();
        let team = [("name", "Night"), ("unit", unit.as_str()), ("phone", "+47 22 00 11 22")];
        let done = ingrid.send("/settings/teams/new", "/settings/teams", &team).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER);
        assert!(ingrid.get("/settings/teams").await.html.contains("+47 22 00 11 22"));
        let done = ingrid.send("/settings/units", "/settings/units", &[("name", "Sør")]).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER);
        assert!(ingrid.get("/settings/units").await.html.contains("Sør"));
        let keys = [("key-resolve", "y"), ("key-reply", "r"), ("key-note", "")];
        let done = ingrid.send("/settings/keyboard", "/settings/keyboard", &keys).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.html);
        let theme = [("theme", "dark"), ("density", "compact")];
        let done = ingrid.send("/settings/theme", "/settings/theme", &theme).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER);
        let shown = ingrid.get("/settings/keyboard").await;
        assert!(shown.html.contains("data-theme=\"dark\""));
        assert!(shown.html.contains("data-single-keys=\"off\""), "the box was not ticked");
        assert!(shown.html.contains("{&quot;resolve&quot;:&quot;y&quot;}"), "keys came along");
        let record = ingrid.get("/settings/record").await;
        assert!(record.html.contains("Ingrid Solberg changed the policy policy/hours"));
    });
}

#[test]
fn a_token_is_shown_once_and_ended_from_its_row() {
    on_both(async |world| {
        opened(&world).await;
        let mut ingrid = Browser::signed_in(&world, INGRID).await;
        let page = ingrid.get("/settings/tokens").await;
        let (csrf, press) = (hidden(&page.html, "csrf"), hidden(&page.html, "press"));
        assert!(!press.is_empty());
        let fields = [
            ("csrf", csrf.as_str()),
            ("press", press.as_str()),
            ("name", "Import"),
            ("acts", "import"),
        ];
        let made = ingrid.post("/settings/tokens", &fields).await;
        assert!(made.html.contains("value=\"rd_"));
        let again = ingrid.post("/settings/tokens", &fields).await;
        assert!(again.html.contains("made already") && !again.html.contains("rd_"));
        let list = ingrid.get("/settings/tokens").await.html;
        assert_eq!(list.matches("id=\"token-").count(), 1, "a double press makes one");
        let id = list.split("id=\"token-").nth(1).unwrap().split('"').next().unwrap();
        let done = ingrid.post(&format!("/settings/tokens/{id}/end"), &[("csrf", &csrf)]).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER);
        assert!(ingrid.get("/settings/tokens").await.html.contains("No program acts for you"));
    });
}

#[test]
fn two_buttons_of_one_page_do_two_things_even_from_a_page_gone_back_to() {
    on_both(async |world| {
        let house = opened(&world).await;
        add(&world, &house, "jo@x.example", Role::Agent).await;
        let jo = organisation::staff::sql::by_email_for_command(&world.ctx.store, "jo@x.example");
        let path = format!("/settings/people/{}", jo.await.unwrap().unwrap().id);
        let mut ingrid = Browser::signed_in(&world, INGRID).await;
        let page = ingrid.get(&path).await.html;
        let (csrf, press) = (hidden(&page, "csrf"), hidden(&page, "press"));
        let fields = [("csrf", csrf.as_str()), ("press", press.as_str())];
        let link = ingrid.post(&format!("{path}/way-in"), &fields).await;
        assert!(link.html.contains("/sign-in/link/"), "{}", link.status);
        let left = ingrid.post(&format!("{path}/leaving"), &fields).await;
        assert_eq!((left.status, left.to.as_str()), (StatusCode::SEE_OTHER, "/settings/people"));
        assert!(ingrid.get("/settings/people").await.html.contains("<td>Left</td>"));
    });
}
