//! Every address with every caller, against one table; and the table against the sources.

use app::routes::{Caller, ROUTES, Route};
use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use std::collections::BTreeSet;
use std::path::Path;
use store::file::sha256_hex;
use store::{Context, on};
use testkit::{Company, World, on_both};
use tower::ServiceExt;

/// The house with one case, and a cookie and a token for every caller.
struct House {
    world: World,
    company: Company,
    app: Router,
    arrival: String,
    feedback: String,
    case: String,
    customer: i64,
    link: String,
    spare: String,
}

async fn sql(ctx: &Context, text: &'static str, values: &[&str]) {
    let mut tx = ctx.begin().await.unwrap();
    on!(Tx &mut tx, db => {
        let mut query = sqlx::query(text);
        for value in values {
            query = query.bind((*value).to_owned());
        }
        query.execute(db).await.map(|_| ())
    })
    .unwrap();
    tx.commit().await.unwrap();
}

async fn one_text(ctx: &Context, text: &'static str) -> String {
    on!(Store &ctx.store, db => sqlx::query_scalar(text).fetch_one(db).await).unwrap()
}

/// Adds somebody with their cookie `cookie-NAME` and their token `token-NAME`.
async fn let_in(ctx: &Context, id: &str, name: &str) {
    const SESSION: &str = "
        INSERT INTO session (hash, staff_id, made_at_ms, seen_at_ms, ends_at_ms)
        VALUES ($1, $2, 0, 4000000000000, 4000000000000)";
    const TOKEN: &str = "
        INSERT INTO api_token (id, hash, staff_id, name, acts, made_at_ms, used_at_ms)
        VALUES ($1, $2, $3, 'trial', $4, 0, 4000000000000)";
    sql(ctx, SESSION, &[&sha256_hex(format!("cookie-{name}").as_bytes()), id]).await;
    let token = sha256_hex(format!("token-{name}").as_bytes());
    let acts = if name == "Narrowed" { "read_case" } else { "" };
    sql(ctx, TOKEN, &[name, &token, id, acts]).await;
}

async fn hire(ctx: &Context, company: &Company, name: &str, role: &str, scope: &str) -> String {
    const STAFF: &str = "
        INSERT INTO staff (id, email, name, scope, made_at_ms) VALUES ($1, $2, $3, $4, 0)";
    let id: domain::id::StaffId = ctx.id(ctx.now());
    let id = id.to_string();
    sql(ctx, STAFF, &[&id, &format!("{name}@redress.test"), name, scope]).await;
    sql(ctx, "INSERT INTO staff_role (staff_id, role) VALUES ($1, $2)", &[&id, role]).await;
    let unit = company.unit.to_string();
    sql(ctx, "INSERT INTO staff_unit (staff_id, unit_id) VALUES ($1, $2)", &[&id, &unit]).await;
    id
}

impl House {
    async fn furnish(world: World) -> House {
        let ctx = world.ctx.clone();
        let company = world.found().await;
        for (who, staff) in [
            (Caller::Agent, &company.maya),
            (Caller::Stranger, &company.stan),
            (Caller::Lead, &company.jo),
        ] {
            let_in(&ctx, &staff.id.to_string(), &format!("{who:?}")).await;
        }
        for (who, role, scope) in [
            (Caller::Insight, "insight", "unit"),
            (Caller::Viewer, "viewer", "unit"),
            (Caller::Administrator, "administrator", "all"),
        ] {
            let name = format!("{who:?}");
            let id = hire(&ctx, &company, &name, role, scope).await;
            let_in(&ctx, &id, &name).await;
            if who == Caller::Administrator {
                sql(&ctx, "INSERT INTO staff_role (staff_id, role) VALUES ($1, 'agent')", &[&id])
                    .await;
                let hash = sha256_hex(b"token-Narrowed");
                let narrowed = "INSERT INTO api_token (id, hash, staff_id, name, acts, made_at_ms,
                    used_at_ms) VALUES ('Narrowed', $1, $2, 'trial', 'read_case', 0, 4000000000000)";
                sql(&ctx, narrowed, &[&hash, &id]).await;
            }
        }
        let spare = hire(&ctx, &company, "Spare", "viewer", "unit").await;
        let settings = app::settings::Settings::read(&[], None).unwrap();
        let app = app::router::app(&ctx, &settings, app::health::Ending::default()).unwrap();
        let mut house = House {
            world,
            company,
            app,
            arrival: String::new(),
            feedback: String::new(),
            case: String::new(),
            customer: 0,
            link: String::new(),
            spare,
        };
        house.hear(&settings).await;
        house
    }

    /// Hands one complaint in as Maya, has it understood, and makes the customer's link.
    async fn hear(&mut self, settings: &app::settings::Settings) {
        let ctx = &self.world.ctx;
        let said = serde_json::json!({
            "text": "I was charged twice for my heating this month and nobody answers. Refund me.",
            "kind": "complaint", "unit": self.company.unit.to_string(),
            "author": {"name": "Amara Okafor", "email": "amara@example.org"}});
        let request = Request::post("/api/v1/feedback")
            .header(header::HOST, "127.0.0.1:8080")
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::AUTHORIZATION, "Bearer token-Agent")
            .body(Body::from(said.to_string()))
            .unwrap();
        let answer = self.app.clone().oneshot(request).await.unwrap();
        assert_eq!(answer.status(), StatusCode::ACCEPTED);
        let rooms = app::router::Rooms::new(settings).unwrap();
        let lease = jiff::SignedDuration::from_mins(5);
        for job in ctx.store.claim(ctx.now(), lease, 50).await.unwrap() {
            rooms.run(ctx, &job).await.unwrap();
        }
        self.arrival = one_text(ctx, "SELECT id FROM arrival").await;
        self.feedback = one_text(ctx, "SELECT id FROM feedback").await;
        let number: i64 =
            one_text(ctx, "SELECT CAST(number AS TEXT) FROM \"case\"").await.parse().unwrap();
        self.case = format!("R-{number}");
        let team = one_text(ctx, "SELECT team_id FROM \"case\"").await;
        assert!([self.company.care, self.company.planning].iter().any(|t| t.to_string() == team));
        // Maya works where the case lies.
        let maya = self.company.maya.id.to_string();
        sql(ctx, "UPDATE team_member SET team_id = $2 WHERE staff_id = $1", &[&maya, &team]).await;
        let customer = "SELECT CAST(number AS TEXT) FROM customer WHERE name = 'Amara Okafor'";
        self.customer = one_text(ctx, customer).await.parse().unwrap();
        let case = one_text(ctx, "SELECT id FROM \"case\"").await.parse().unwrap();
        let known = one_text(ctx, "SELECT customer_id FROM \"case\"").await.parse().unwrap();
        let mut tx = ctx.begin().await.unwrap();
        self.link = desk::case::link::of_case(&mut tx, ctx, case, known, ctx.now()).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// The path with real ids where there is such a thing, else an id of nothing.
    fn path(&self, route: &Route) -> String {
        const NOTHING: &str = "0198a000-0000-7000-8000-000000000000";
        let id = match route.path {
            path if path.contains("/teams/") => self.company.care.to_string(),
            path if path.contains("/units/") => self.company.unit.to_string(),
            path if path.contains("/people/") || path.contains("/staff/") => self.spare.clone(),
            path if path.contains("/arrivals/") => self.arrival.clone(),
            path if path.starts_with("/feedback/") => self.feedback.clone(),
            _ => NOTHING.to_owned(),
        };
        let number = match route.path {
            path if path.contains("/customers/") => self.customer.to_string(),
            _ => self.case.clone(),
        };
        let token = if route.path.starts_with("/c/") { &self.link } else { "forged" };
        [("{number}", number.as_str()), ("{id}", &id), ("{token}", token), ("{key}", NOTHING)]
            .iter()
            .fold(route.path.to_owned(), |path, (name, value)| path.replace(name, value))
            .replace("{code}", "our_fault")
            .replace("{view}", "mine")
            .replace("{place}", "1")
            .replace("{name}", "nothing.css")
            .replace("{handle}", "nothing")
    }

    /// What `caller` is answered, and where they are sent.
    async fn ask(&self, route: &Route, caller: Caller) -> (StatusCode, String) {
        let name = format!("{caller:?}");
        let mut request = Request::builder()
            .method(route.method)
            .uri(self.path(route))
            .header(header::HOST, "127.0.0.1:8080");
        let is_api = route.path.starts_with("/api/");
        let mut body = String::new();
        if is_api || caller == Caller::Narrowed {
            if caller != Caller::Nobody {
                request = request.header(header::AUTHORIZATION, format!("Bearer token-{name}"));
            }
        } else if caller != Caller::Nobody {
            request = request.header(header::COOKIE, format!("redress=cookie-{name}"));
        }
        if is_api {
            request = request.header(header::CONTENT_TYPE, "application/json");
            body.push_str("{}");
        } else if route.method == "POST" {
            let kind = "application/x-www-form-urlencoded";
            request = request.header(header::CONTENT_TYPE, kind);
            let session = sha256_hex(format!("cookie-{name}").as_bytes());
            let csrf = web::session::csrf(&self.world.ctx, &session);
            body = format!("csrf={csrf}{}", fields(route.path));
        }
        let body = if route.method == "GET" { Body::empty() } else { Body::from(body) };
        let answer = self.app.clone().oneshot(request.body(body).unwrap()).await.unwrap();
        let place = answer.headers().get(header::LOCATION);
        let place = place.map_or(String::new(), |p| p.to_str().unwrap().to_owned());
        (answer.status(), place)
    }
}

/// What a form needs to be acted upon. Forms that are not here are sent empty: whoever may use
/// them is told what is missing.
fn fields(path: &str) -> &'static str {
    match path {
        "/cases/{number}/notes" => "&words=Called+them+back.",
        "/cases/{number}/messages" => "&words=We+paid+the+second+charge+back+today.",
        "/cases/{number}/draft" => "&words=We+paid&kind=reply",
        "/cases/{number}/coach" => "&words=We+paid",
        "/cases/{number}/seen" => "&version=1",
        "/cases/{number}/problem" => "&problem=Charged+twice",
        "/settings/units" | "/settings/units/{id}" => "&name=West",
        "/settings/me/signature" => "&signature=Yours",
        "/settings/theme" => "&theme=dark&density=compact",
        _ => "",
    }
}

/// Whether the answer let them in. A thing that there is not is missing for everybody: then a
/// refusal and the lack of it look alike, as they must.
fn let_in_by(status: StatusCode, place: &str) -> bool {
    let to_sign_in = status.is_redirection() && place.starts_with("/sign-in?");
    !to_sign_in && !matches!(status.as_u16(), 401 | 403 | 404)
}

/// Whether the trial asks for something that there is.
fn is_there(path: &str) -> bool {
    let missing = [
        "/promises/{id}",
        "/offers/{id}",
        "/letters/{key}",
        "/sessions/{handle}",
        "/tokens/{id}",
        "/messages/{id}",
        "/me/views/{id}",
        "/jobs/{id}",
        "/files/{place}",
        "/feedback/{id}/html",
        "/complain/",
        "/sign-in/link/",
        "/assets/",
    ];
    !missing.iter().any(|part| path.contains(part))
}

#[test]
fn every_address_opens_to_those_in_the_table_and_to_nobody_else() {
    on_both(async |world| {
        let house = House::furnish(world).await;
        let mut wrong = Vec::new();
        for route in ROUTES {
            let line = format!("{} {}", route.method, route.path);
            // The strongest last: a refusal that only says "fill this in" is judged beside theirs.
            let mut refusals = Vec::new();
            for caller in Caller::ALL {
                let may = route.open_to.contains(&caller);
                let (status, place) = house.ask(route, caller).await;
                let is_in = let_in_by(status, &place);
                if status.is_server_error() {
                    wrong.push(format!("{line}: {caller:?} broke it ({status})"));
                } else if may && is_there(route.path) && !is_in {
                    wrong.push(format!("{line}: {caller:?} is kept out ({status} {place})"));
                } else if !may && is_in {
                    refusals.push((caller, status));
                }
                let asked_to_fill_in = status == StatusCode::UNPROCESSABLE_ENTITY;
                if caller == Caller::Administrator {
                    refusals.retain(|(_, s)| !(asked_to_fill_in && *s == status));
                }
            }
            for (caller, status) in refusals {
                wrong.push(format!("{line}: {caller:?} gets in ({status})"));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    });
}

/// Method and path of each route in a source file.
fn routes_in(source: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for part in source.split(".route(").skip(1) {
        let Some(rest) = part.trim_start().strip_prefix('"') else { continue };
        let Some((path, rest)) = rest.split_once('"') else { continue };
        let mut depth = 1;
        let end = rest.char_indices().find(|(_, c)| {
            depth += match c {
                '(' => 1,
                ')' => -1,
                _ => 0,
            };
            depth == 0
        });
        let handlers = &rest[..end.map_or(rest.len(), |(at, _)| at)];
        for (method, word) in [
            ("GET", "get("),
            ("POST", "post("),
            ("PUT", "put("),
            ("DELETE", "delete("),
            ("PATCH", "patch("),
            ("GET", "page("),
            ("POST", "merge("),
        ] {
            let is_called = handlers.match_indices(word).any(|(at, _)| {
                !handlers[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_')
            });
            if is_called {
                found.push((method.to_owned(), path.to_owned()));
            }
        }
    }
    for part in source.split("utoipa::path(").skip(1) {
        let Some((method, rest)) = part.split_once(',') else { continue };
        let Some(rest) = rest.trim_start().strip_prefix("path = \"") else { continue };
        let Some((path, _)) = rest.split_once('"') else { continue };
        found.push((method.trim().to_uppercase(), path.to_owned()));
    }
    found
}

fn read_sources(folder: &Path, found: &mut BTreeSet<(String, String)>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() && name != "tests" && name != "examples" {
            read_sources(&path, found);
        } else if name.ends_with(".rs") && name != "styleguide.rs" {
            // The style guide is served by its own example, never by the product.
            found.extend(routes_in(&std::fs::read_to_string(&path).unwrap()));
        }
    }
}

#[test]
fn every_route_in_the_sources_has_its_row_and_every_row_its_route() {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut routes = BTreeSet::new();
    read_sources(crates, &mut routes);
    let rows: BTreeSet<(String, String)> =
        ROUTES.iter().map(|row| (row.method.to_owned(), row.path.to_owned())).collect();
    assert_eq!(rows.len(), ROUTES.len(), "a row stands twice");
    let without: Vec<_> = routes.difference(&rows).collect();
    let gone: Vec<_> = rows.difference(&routes).collect();
    assert!(without.is_empty(), "routes without a row in crates/app/src/routes.rs: {without:?}");
    assert!(gone.is_empty(), "rows whose route is gone: {gone:?}");
}
