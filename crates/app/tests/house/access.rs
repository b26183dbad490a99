//! Every address with every caller, against one table; and the table against the sources.

use crate::world::House;
use app::routes::{Caller, ROUTES, Route};
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use std::collections::BTreeSet;
use std::path::Path;
use store::file::sha256_hex;
use testkit::on_both;
use tower::ServiceExt;

impl House {
    /// What `caller` is answered, and where they are sent. Asked to come again because the engine
    /// is busy, they do.
    async fn ask(&self, route: &Route, caller: Caller) -> (StatusCode, String) {
        let mut answer = self.ask_once(route, caller).await;
        for _ in 0..5 {
            if answer.0 != StatusCode::SERVICE_UNAVAILABLE {
                break;
            }
            answer = self.ask_once(route, caller).await;
        }
        answer
    }

    async fn ask_once(&self, route: &Route, caller: Caller) -> (StatusCode, String) {
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
        "/undelivered/{id}",
        "/held/{customer}",
        "/held-senders/{customer}",
        "/sessions/{handle}",
        "/tokens/{id}",
        "/labels/{id}",
        "/bulk-changes/{id}",
        "/topics/{id}",
        "/reply-texts/{id}",
        "/messages/{id}",
        "/suggestions/{id}",
        "/joiners/{id}",
        "/me/views/{id}",
        "/jobs/{id}",
        "/files/{place}",
        "/feedback/{id}/html",
        "/imports/{id}",
        "/hints/{archetype}",
        "/mailboxes/{name}",
        "/mail-relay/trials",
        "/customers/{number}/value",
        "/models/{id}",
        "/reading-models/{id}",
        "/coach/{id}",
        "/coach-rules/{id}",
        "/api/v1/feedback/{id}",
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
