//! JSON of this room: who may call what, pages of lists, versions, retries; on both engines.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use domain::permit::{Role, Scope};
use http_body_util::BodyExt;
use organisation::staff::PersonText;
use organisation::token::TokenText;
use organisation::{InitCommand, Initialised, opening};
use serde_json::{Value, json};
use testkit::{World, on_both};
use tower::ServiceExt;

const INGRID: &str = "ingrid@nordlys.example";

struct Answer {
    status: StatusCode,
    etag: String,
    body: Value,
}

async fn call(world: &World, token: &str, method: &str, path: &str, body: Option<Value>) -> Answer {
    call_with(world, token, method, path, body, &[]).await
}

async fn call_with(
    world: &World,
    token: &str,
    method: &str,
    path: &str,
    body: Option<Value>,
    headers: &[(&str, &str)],
) -> Answer {
    let rooms = organisation::api().merge(policies::api()).merge(house::api());
    let (api, _) = rooms.split_for_parts();
    let app = api
        .layer(axum::middleware::from_fn(web::problem::answer_problems))
        .with_state(world.ctx.clone());
    let mut request = Request::builder()
        .method(method)
        .uri(path)
        .header(header::AUTHORIZATION, format!("Bearer {token}"))
        .header(header::CONTENT_TYPE, "application/json");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let body = body.map_or(Body::empty(), |body| Body::from(body.to_string()));
    let response = app.oneshot(request.body(body).unwrap()).await.unwrap();
    let status = response.status();
    let etag = response.headers().get(header::ETAG);
    let etag = etag.map(|etag| etag.to_str().unwrap().to_owned()).unwrap_or_default();
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    Answer { status, etag, body: serde_json::from_slice(&bytes).unwrap_or(Value::Null) }
}

async fn opened(world: &World) -> Initialised {
    let command = InitCommand {
        organisation: "Nordlys Heating".into(),
        admin_email: INGRID.into(),
        admin_name: "Ingrid Solberg".into(),
        password: None,
    };
    let mut opening = opening::begin(&world.ctx, &command).await.unwrap();
    let (change, name) = (&mut opening.change, &opening.organisation);
    policies::policy::keep_as_shipped(&world.ctx, change, name).await.unwrap();
    opening.commit().await.unwrap()
}

async fn token(world: &World, email: &str, acts: &[&str]) -> String {
    let acts = acts.iter().map(ToString::to_string).collect();
    let text = TokenText { name: "Test".into(), acts, days: String::new() };
    let made = organisation::token::create_by_command(&world.ctx, email, &text).await.unwrap();
    made.secret.unwrap()
}

async fn add(world: &World, house: &Initialised, email: &str, role: Role) {
    let text = PersonText {
        email: email.into(),
        name: email.into(),
        roles: vec![role.to_string()],
        scope: Scope::All.to_string(),
        units: vec![house.unit.to_string()],
        ..PersonText::default()
    };
    organisation::staff::add_by_command(&world.ctx, &text).await.unwrap();
}

fn person(house: &Initialised, email: &str) -> Value {
    json!({
        "email": email, "name": "Jo", "roles": ["agent"], "scope": "own", "units": [house.unit],
    })
}

#[test]
fn each_role_may_call_what_its_acts_say_and_nothing_else() {
    on_both(async |world| {
        let house = opened(&world).await;
        let unit = format!("/api/v1/units/{}", house.unit);
        let team = format!("/api/v1/teams/{}", house.team);
        let admin = format!("/api/v1/staff/{}", house.admin);
        let reads = ["/api/v1/me", "/api/v1/staff", "/api/v1/teams", "/api/v1/units", &unit, &team];
        for role in [Role::Agent, Role::Lead, Role::Insight, Role::Communications] {
            let email = format!("{role}@x.example");
            add(&world, &house, &email, role).await;
            let token = token(&world, &email, &[]).await;
            for path in reads {
                let answer = call(&world, &token, "GET", path, None).await;
                assert_eq!(answer.status, StatusCode::OK, "{role} {path}");
                assert!(!answer.body.to_string().contains("nordlys.example"), "addresses");
            }
            let team_body = json!({ "name": "N", "unit": house.unit });
            for (method, path, body) in [
                ("GET", admin.as_str(), None),
                ("PUT", &admin, Some(person(&house, "a@x.example"))),
                ("DELETE", &admin, None),
                ("POST", "/api/v1/staff", Some(person(&house, "b@x.example"))),
                ("POST", "/api/v1/units", Some(json!({ "name": "U" }))),
                ("PUT", &unit, Some(json!({ "name": "U" }))),
                ("POST", "/api/v1/teams", Some(team_body.clone())),
                ("PUT", &team, Some(team_body.clone())),
            ] {
                let answer = call(&world, &token, method, path, body).await;
                assert_eq!(answer.status, StatusCode::NOT_FOUND, "{role} {method} {path}");
            }
        }
        for (token, status) in [("", 401), ("rd_x", 401), (&"a".repeat(5_000), 401)] {
            let answer = call(&world, token, "GET", "/api/v1/me", None).await;
            assert_eq!(answer.status.as_u16(), status);
        }
    });
}

#[test]
fn a_narrow_token_of_an_administrator_does_only_what_it_names() {
    on_both(async |world| {
        let house = opened(&world).await;
        let narrow = token(&world, INGRID, &["read_case", "make_token"]).await;
        let me = call(&world, &narrow, "GET", "/api/v1/me", None).await;
        assert_eq!(me.body["acts"], json!(["read_case", "make_token"]));
        let body = Some(person(&house, "jo@x.example"));
        let answer = call(&world, &narrow, "POST", "/api/v1/staff", body).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND);
        for acts in [json!([]), json!(["manage_staff"])] {
            let body = json!({ "name": "Wider", "acts": acts });
            let answer = call(&world, &narrow, "POST", "/api/v1/tokens", Some(body)).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "never a wider one");
            assert_eq!(answer.body["errors"][0]["pointer"], "/acts");
        }
    });
}

#[test]
fn people_are_added_read_changed_and_leave_through_the_api() {
    on_both(async |world| {
        let house = opened(&world).await;
        let key = token(&world, INGRID, &[]).await;
        let body = person(&house, "jo@x.example");
        let once = [("idempotency-key", "add-jo")];
        let path = "/api/v1/staff";
        let made = call_with(&world, &key, "POST", path, Some(body.clone()), &once).await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
        assert!(made.body["way_in"].as_str().unwrap().contains("/sign-in/link/"));
        let again = call_with(&world, &key, "POST", path, Some(body.clone()), &once).await;
        assert_eq!((again.status, &again.body["id"]), (StatusCode::CREATED, &made.body["id"]));
        let other = Some(person(&house, "bo@x.example"));
        let refused = call_with(&world, &key, "POST", path, other, &once).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(refused.body["code"], "key_used_otherwise");
        let jo = format!("/api/v1/staff/{}", made.body["id"].as_str().unwrap());
        let read = call(&world, &key, "GET", &jo, None).await;
        assert_eq!((read.etag.as_str(), &read.body["email"]), ("\"v1\"", &json!("jo@x.example")));
        let known = [("if-none-match", "\"v1\"")];
        let same = call_with(&world, &key, "GET", &jo, None, &known).await;
        assert_eq!(same.status, StatusCode::NOT_MODIFIED);
        let matches = [("if-match", "\"v1\"")];
        let mut renamed = body.clone();
        renamed["name"] = json!("Jo Berg");
        let changed = call_with(&world, &key, "PUT", &jo, Some(renamed.clone()), &matches).await;
        assert_eq!((changed.status, changed.etag.as_str()), (StatusCode::OK, "\"v2\""));
        let crossed = call_with(&world, &key, "PUT", &jo, Some(renamed), &matches).await;
        assert_eq!(crossed.status, StatusCode::PRECONDITION_FAILED);
        assert_eq!(crossed.body["current"], 2);
        let left = call(&world, &key, "DELETE", &jo, None).await;
        assert_eq!(left.status, StatusCode::NO_CONTENT);
    });
}

#[test]
fn what_a_body_may_not_say_is_refused_with_its_place() {
    on_both(async |world| {
        let house = opened(&world).await;
        let key = token(&world, INGRID, &[]).await;
        for field in ["password_hash", "id", "version", "left_at", "admin", "password"] {
            let mut body = person(&house, "jo@x.example");
            body[field] = json!("x");
            let answer = call(&world, &key, "POST", "/api/v1/staff", Some(body)).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{field}");
            assert_eq!(answer.body["errors"][0]["pointer"], format!("/{field}"));
        }
        let mut wrong = person(&house, "no address");
        wrong["units"] = json!(["not-an-id"]);
        let answer = call(&world, &key, "POST", "/api/v1/staff", Some(wrong)).await;
        let pointers: Vec<&Value> =
            answer.body["errors"].as_array().unwrap().iter().map(|e| &e["pointer"]).collect();
        assert_eq!(pointers, ["/email", "/units"]);
        let broken = call(&world, &key, "POST", "/api/v1/units", None).await;
        assert_eq!(broken.status, StatusCode::BAD_REQUEST);
    });
}

#[test]
fn lists_are_read_page_by_page_without_a_gap() {
    on_both(async |world| {
        let house = opened(&world).await;
        let key = token(&world, INGRID, &[]).await;
        for n in 0..4 {
            add(&world, &house, &format!("p{n}@x.example"), Role::Agent).await;
            let body = json!({ "name": format!("Team {n}"), "unit": house.unit });
            call(&world, &key, "POST", "/api/v1/teams", Some(body)).await;
            let body = json!({ "name": format!("Token {n}") });
            call(&world, &key, "POST", "/api/v1/tokens", Some(body)).await;
        }
        for path in ["/api/v1/staff", "/api/v1/teams", "/api/v1/tokens"] {
            let whole = call(&world, &key, "GET", path, None).await;
            assert_eq!(whole.body["data"].as_array().unwrap().len(), 5, "{path}");
            let (mut rows, mut next) = (Vec::new(), String::new());
            loop {
                let page = call(&world, &key, "GET", &format!("{path}?limit=2{next}"), None).await;
                rows.extend(page.body["data"].as_array().unwrap().clone());
                let Some(cursor) = page.body["next"].as_str() else { break };
                next = format!("&after={cursor}");
            }
            assert_eq!(Value::Array(rows), whole.body["data"], "{path}");
            for bad in ["?limit=0", "?limit=201", "?limit=x", "?sort=password_hash"] {
                let answer = call(&world, &key, "GET", &format!("{path}{bad}"), None).await;
                assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{path}{bad}");
            }
        }
    });
}

#[test]
fn policies_are_read_and_decided_otherwise_all_at_once_or_not_at_all() {
    on_both(async |world| {
        opened(&world).await;
        let key = token(&world, INGRID, &[]).await;
        let path = "/api/v1/policies";
        let read = call(&world, &key, "GET", path, None).await;
        assert_eq!(read.body["organisation"]["name"], "Nordlys Heating");
        assert_eq!(read.body["hours"]["monday"], "09:00-17:00");
        let etag = read.etag.clone();
        let matches = [("if-match", etag.as_str())];
        let half = json!({"undo_seconds": 30, "authority": {
            "agent": {"minor_most": 9_000, "minor_most_with_value": 10}}});
        let refused = call_with(&world, &key, "PATCH", path, Some(half), &matches).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(refused.body["errors"][0]["pointer"], "/agent");
        let still = call(&world, &key, "GET", path, None).await;
        assert_eq!((&still.body["undo_seconds"], &still.etag), (&json!(15), &etag));
        let wish = json!({"undo_seconds": 30, "core_values": ["Care", "Honesty"],
            "clocks": {"acknowledge": [60, 60, 60, 30, 15], "answer": [480, 480, 240, 60, 30],
                "update": [480, 480, 240, 60, 30], "resolve": [960, 960, 960, 480, 240]},
            "hours": {"zone": "Europe/Oslo", "monday": "08:00-12:00, 13:00-16:00",
                "holidays": ["2026-12-24 Christmas Eve 09:00-12:00"]}});
        let changed = call_with(&world, &key, "PATCH", path, Some(wish), &matches).await;
        assert_eq!(changed.status, StatusCode::OK, "{}", changed.body);
        assert_eq!(changed.body["hours"]["holidays"][0], "2026-12-24 Christmas Eve 09:00-12:00");
        assert_eq!(changed.body["clocks"]["acknowledge"][4], 15);
        assert_eq!(changed.body["organisation"]["name"], "Nordlys Heating", "left as it was");
        let late = Some(json!({"undo_seconds": 5}));
        let late = call_with(&world, &key, "PATCH", path, late, &matches).await;
        assert_eq!(late.status, StatusCode::PRECONDITION_FAILED);
        assert_eq!(late.body["current"], changed.body["version"]);
        let record = call(&world, &key, "GET", "/api/v1/record?limit=3", None).await;
        assert_eq!(record.body["data"][0]["what"], "policy_changed");
        assert_eq!(record.body["has_more"], true);
    });
}

#[test]
fn what_is_one_s_own_is_set_by_a_whole_token_and_never_by_a_narrowed_one() {
    on_both(async |world| {
        opened(&world).await;
        let key = token(&world, INGRID, &[]).await;
        let narrow = token(&world, INGRID, &["read_case"]).await;
        let looks = json!({"theme": "dark", "density": "compact", "single_keys": false,
            "remapped": {"resolve": "y"}});
        let sent = [
            ("/api/v1/me/preferences", looks),
            ("/api/v1/me/signature", json!({"signature": "Ingrid, +47 22 00 11 22"})),
            ("/api/v1/me/shift", json!({"shift": "away"})),
        ];
        for (path, body) in sent {
            let refused = call(&world, &narrow, "PUT", path, Some(body.clone())).await;
            assert_eq!(refused.status, StatusCode::FORBIDDEN, "{path}");
            let set = call(&world, &key, "PUT", path, Some(body.clone())).await;
            assert_eq!((set.status, &set.body), (StatusCode::OK, &body), "{path}");
        }
        let read = call(&world, &key, "GET", "/api/v1/me/preferences", None).await;
        assert_eq!(read.body["theme"], "dark");
        let odd = json!({"theme": "pink", "density": "compact", "single_keys": true,
            "remapped": {"resolve": "Escape"}});
        let odd = call(&world, &key, "PUT", "/api/v1/me/preferences", Some(odd)).await;
        let places: Vec<&Value> =
            odd.body["errors"].as_array().unwrap().iter().map(|e| &e["pointer"]).collect();
        assert_eq!(places, [&json!("/theme"), &json!("/keys")]);
        let none = call(&world, &key, "GET", "/api/v1/me/sessions", None).await;
        assert_eq!(none.body["data"], json!([]), "nobody signed in with a browser");
        let gone = call(&world, &key, "DELETE", "/api/v1/me/sessions/0123456789abcdef", None).await;
        assert_eq!(gone.status, StatusCode::NOT_FOUND);
    });
}

#[test]
fn who_left_comes_back_and_gets_a_new_way_in_through_the_api() {
    on_both(async |world| {
        let house = opened(&world).await;
        let key = token(&world, INGRID, &[]).await;
        let body = Some(person(&house, "jo@x.example"));
        let made = call(&world, &key, "POST", "/api/v1/staff", body).await;
        let jo = format!("/api/v1/staff/{}", made.body["id"].as_str().unwrap());
        let gone = call(&world, &key, "DELETE", &jo, None).await;
        assert_eq!(gone.status, StatusCode::NO_CONTENT);
        let nothing = || Some(json!({}));
        let none = call(&world, &key, "POST", &format!("{jo}/ways-in"), nothing()).await;
        assert_eq!(none.status, StatusCode::NOT_FOUND, "somebody who left has no way in");
        let back = call(&world, &key, "POST", &format!("{jo}/returns"), nothing()).await;
        assert_eq!((back.status, &back.body["left_at"]), (StatusCode::OK, &Value::Null));
        let way = call(&world, &key, "POST", &format!("{jo}/ways-in"), nothing()).await;
        assert_eq!(way.status, StatusCode::CREATED);
        assert!(way.body["way_in"].as_str().unwrap().contains("/sign-in/link/"));
    });
}
