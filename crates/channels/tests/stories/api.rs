//! What programs hand in and ask for.

use crate::world::{house, run, understand_all, unit};
use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use hearing::said::{Envelope, Shape};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use store::file::sha256_hex;
use testkit::{World, on_both};
use tower::ServiceExt;

const ADMINISTRATOR: &str = "rd_administrator";
const VIEWER: &str = "rd_viewer";

fn app(world: &World) -> Router {
    let api = channels::api().split_for_parts().0.with_state(world.ctx.clone());
    api.layer(axum::middleware::from_fn(web::problem::answer_problems))
}

async fn people(world: &World) {
    house(world).await;
    for (n, (token, role, scope)) in
        [(ADMINISTRATOR, "administrator", "all"), (VIEWER, "viewer", "unit")].iter().enumerate()
    {
        let hash = sha256_hex(token.as_bytes());
        let id = domain::id::StaffId::from(domain::id::uuid_v7(9, [n as u8; 10]));
        run(
            world,
            &format!(
                "INSERT INTO staff (id, email, name, scope, made_at_ms)
             VALUES ('{id}', '{role}@x.no', '{role}', '{scope}', 1);
             INSERT INTO staff_role (staff_id, role) VALUES ('{id}', '{role}');
             INSERT INTO api_token (id, hash, staff_id, name, acts, made_at_ms)
             VALUES ('t{n}', '{hash}', '{id}', 'test', '', 1)"
            ),
        )
        .await;
    }
}

async fn ask(world: &World, request: Request<Body>) -> (StatusCode, Value) {
    let response = app(world).oneshot(request).await.unwrap();
    let status = response.status();
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    (status, serde_json::from_slice(&bytes).unwrap_or(Value::Null))
}

async fn hand_in(world: &World, token: &str, key: &str, body: &str) -> (StatusCode, Value) {
    let request = Request::post("/api/v1/feedback")
        .header("authorization", format!("Bearer {token}"))
        .header("content-type", "application/json")
        .header("idempotency-key", key)
        .body(Body::from(body.to_owned()))
        .unwrap();
    ask(world, request).await
}

async fn get(world: &World, token: &str, path: &str) -> (StatusCode, Value) {
    let request = Request::get(path).header("authorization", format!("Bearer {token}"));
    ask(world, request.body(Body::empty()).unwrap()).await
}

#[test]
fn the_same_key_is_one_thing_and_another_body_under_it_is_refused() {
    on_both(async |world| {
        people(&world).await;
        let body = json!({"text": "The heating is off and nobody came."}).to_string();
        let (status, first) = hand_in(&world, ADMINISTRATOR, "k1", &body).await;
        assert_eq!((status, &first["state"]), (StatusCode::ACCEPTED, &json!("kept")));
        understand_all(&world).await;
        let (status, again) = hand_in(&world, ADMINISTRATOR, "k1", &body).await;
        assert_eq!((status, &again["arrival"]), (StatusCode::CREATED, &first["arrival"]));
        assert_eq!(again["feedback"], json!("F-1001"));
        let other = json!({"text": "Something else."}).to_string();
        let (status, problem) = hand_in(&world, ADMINISTRATOR, "k1", &other).await;
        assert_eq!(
            (status, &problem["code"]),
            (StatusCode::UNPROCESSABLE_ENTITY, &json!("key_used_otherwise"))
        );
        let (status, list) = get(&world, ADMINISTRATOR, "/api/v1/feedback").await;
        assert_eq!((status, list["data"].as_array().unwrap().len()), (StatusCode::OK, 1));
        assert_eq!(list["data"][0]["reading"]["language"]["value"], json!("en"));
    });
}

#[test]
fn whoever_waits_hears_what_became_of_it() {
    on_both(async |world| {
        people(&world).await;
        let waiting = {
            let world = world.clone();
            tokio::spawn(async move {
                let request = Request::post("/api/v1/feedback")
                    .header("authorization", format!("Bearer {ADMINISTRATOR}"))
                    .header("content-type", "application/json")
                    .header("prefer", "wait=20")
                    .body(Body::from(r#"{"text":"Cold."}"#))
                    .unwrap();
                ask(&world, request).await
            })
        };
        while understand_all(&world).await.is_empty() {
            tokio::task::yield_now().await;
        }
        let (status, handed) = waiting.await.unwrap();
        assert_eq!((status, &handed["state"]), (StatusCode::CREATED, &json!("understood")));
    });
}

#[test]
fn bad_bodies_are_named_and_never_a_fault_of_ours() {
    on_both(async |world| {
        people(&world).await;
        for (body, status) in [
            ("{", 400),
            ("[]", 422),
            ("{\"text\":7}", 422),
            ("{\"text\":\"x\",\"author\":[]}", 422),
            ("{\"text\":\"x\",\"author\":[\"Ann\"]}", 422),
            ("{\"text\":\"x\\u0000\"}", 422),
            ("{\"text\":\"x\",\"colour\":1}", 422),
            ("{\"text\":\" \"}", 422),
            ("{\"text\":\"x\",\"channel\":\"pigeon\"}", 422),
            ("{\"text\":\"x\",\"said_at\":\"soon\"}", 422),
            ("{\"text\":\"x\",\"rating\":99}", 422),
            ("{\"text\":\"x\",\"url\":\"javascript:alert(1)\"}", 422),
            ("{\"text\":\"x\",\"unit\":\"01901234-5678-7abc-8def-0123456789ab\"}", 422),
        ] {
            let (found, problem) = hand_in(&world, ADMINISTRATOR, "k", body).await;
            assert_eq!(found.as_u16(), status, "{body}: {problem}");
            assert!(problem["detail"].is_string(), "{body}: {problem}");
        }
        let (status, _) = hand_in(&world, VIEWER, "k", "{\"text\":\"x\"}").await;
        assert_eq!(status, StatusCode::FORBIDDEN);
        let (status, _) = hand_in(&world, "rd_nobody", "k", "{\"text\":\"x\"}").await;
        assert_eq!(status, StatusCode::UNAUTHORIZED);
        for path in ["?after=x", "?limit=0", "?colour=1"] {
            let (status, _) = get(&world, ADMINISTRATOR, &format!("/api/v1/feedback{path}")).await;
            assert_eq!(status, StatusCode::BAD_REQUEST, "{path}");
        }
    });
}

#[test]
fn a_page_goes_on_where_the_one_before_ended_and_a_viewer_sees_their_units_only() {
    on_both(async |world| {
        people(&world).await;
        for n in 0..5 {
            let body = json!({"text": format!("Review {n}"), "channel": "review", "rating": 1,
                "source": "google", "said_at": format!("2026-11-0{}T12:00:00Z", n / 2 + 1)});
            hand_in(&world, ADMINISTRATOR, &format!("k{n}"), &body.to_string()).await;
        }
        understand_all(&world).await;
        let (mut seen, mut after) = (Vec::new(), String::new());
        loop {
            let path = format!("/api/v1/feedback?public=true&limit=2&after={after}");
            let (status, page) = get(&world, ADMINISTRATOR, &path).await;
            assert_eq!(status, StatusCode::OK, "{page}");
            for row in page["data"].as_array().unwrap() {
                assert_eq!(row["reach"], json!(10_000));
                seen.push(row["reference"].as_str().unwrap().to_owned());
            }
            match page["next"].as_str() {
                Some(next) => after = next.to_owned(),
                None => break,
            }
        }
        assert_eq!(std::collections::BTreeSet::from_iter(seen.iter()).len(), 5);
        assert_eq!(seen.len(), 5);
        let (_, none) = get(&world, VIEWER, "/api/v1/feedback").await;
        assert_eq!(none["data"], json!([]), "this viewer belongs to no unit");
        let member = format!(
            "INSERT INTO staff_unit (staff_id, unit_id) SELECT id, '{}' FROM staff WHERE name = 'viewer'",
            unit()
        );
        run(&world, &member).await;
        let (_, all) = get(&world, VIEWER, "/api/v1/feedback").await;
        assert_eq!(all["data"].as_array().unwrap().len(), 5);
    });
}

#[test]
fn what_could_not_be_read_is_listed_and_read_again_on_request() {
    on_both(async |world| {
        people(&world).await;
        let envelope = Envelope::of(Shape::Api);
        let arrival = intake::Arrival {
            channel: domain::channel::Channel::Api,
            source_key: "x".into(),
            envelope: serde_json::to_value(envelope).unwrap(),
            raw: b"\xff".to_vec(),
            batch: None,
        };
        intake::receive(&world.ctx, arrival).await.unwrap();
        understand_all(&world).await;
        let (_, list) = get(&world, ADMINISTRATOR, "/api/v1/arrivals?state=unreadable").await;
        let id = list["data"][0]["id"].as_str().unwrap().to_owned();
        let retry = || {
            Request::post(format!("/api/v1/arrivals/{id}/retries"))
                .header("authorization", format!("Bearer {ADMINISTRATOR}"))
                .body(Body::empty())
                .unwrap()
        };
        assert_eq!(ask(&world, retry()).await.0, StatusCode::ACCEPTED);
        assert_eq!(ask(&world, retry()).await.0, StatusCode::CONFLICT, "it is on its way");
        assert_eq!(understand_all(&world).await.len(), 1);
        let (status, _) = get(&world, VIEWER, "/api/v1/arrivals").await;
        assert_eq!(status, StatusCode::FORBIDDEN);
        let (status, _) = get(&world, VIEWER, &format!("/api/v1/arrivals/{id}")).await;
        assert_eq!(status, StatusCode::NOT_FOUND, "what is not theirs looks like nothing");
    });
}

#[test]
fn a_program_takes_an_import_back_within_seven_days_and_nobody_else_s() {
    on_both(async |world| {
        people(&world).await;
        let far = "rd_far_administrator";
        let hash = sha256_hex(far.as_bytes());
        let id = domain::id::StaffId::from(domain::id::uuid_v7(9, [8; 10]));
        let sql = format!(
            "INSERT INTO staff (id, email, name, scope, made_at_ms)
             VALUES ('{id}', 'far@x.no', 'Far', 'unit', 1);
             INSERT INTO staff_role (staff_id, role) VALUES ('{id}', 'administrator');
             INSERT INTO api_token (id, hash, staff_id, name, acts, made_at_ms)
             VALUES ('t8', '{hash}', '{id}', 'test', '', 1)"
        );
        run(&world, &sql).await;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("old.csv");
        std::fs::write(&path, "id,text\n1,The heating is off.\n2,Nobody came.\n").unwrap();
        let limits = channels::import::Limits::default();
        let plan = channels::import::plan(&path, &limits).unwrap();
        let options = channels::import::Options { unit: unit(), dry_run: false, limits };
        let mut hear = |_| {};
        let run = channels::import::run(&world.ctx, &path, &plan, &options, &mut hear);
        let batch = run.await.unwrap().batch.unwrap();
        let (_, list) = get(&world, ADMINISTRATOR, "/api/v1/imports").await;
        let first = &list["data"][0];
        assert_eq!((&first["id"], &first["new"]), (&json!(batch.to_string()), &json!(2)));
        assert_eq!(get(&world, VIEWER, "/api/v1/imports").await.0, StatusCode::FORBIDDEN);
        assert_eq!(get(&world, far, "/api/v1/imports").await.1["data"], json!([]));
        let undo = async |token: &str| {
            let request = Request::post(format!("/api/v1/imports/{batch}/undos"))
                .header("authorization", format!("Bearer {token}"))
                .header("content-type", "application/json")
                .body(Body::from("{}"));
            ask(&world, request.unwrap()).await
        };
        assert_eq!(undo(far).await.0, StatusCode::NOT_FOUND);
        let (status, undone) = undo(ADMINISTRATOR).await;
        assert_eq!((status, &undone["arrivals"]), (StatusCode::OK, &json!(2)));
        assert_eq!(undo(ADMINISTRATOR).await.1["arrivals"], json!(0));
        world.pass(jiff::SignedDuration::from_hours(8 * 24));
        assert_eq!(undo(ADMINISTRATOR).await.1["code"], json!("import_too_old"));
    });
}
