//! Setting a mailbox up by a program: once a press, told to the house's record, its password never.

use crate::fetching::{CAME, account};
use crate::mail_store::MailStore;
use crate::world::{count, house, run, understand_all};
use axum::body::Body;
use axum::http::{Request, header};
use http_body_util::BodyExt;
use mailroom::fetch::{Kind, put_account};
use mailroom::{OwnRelay, Relay, last_trial, try_out};
use serde_json::{Value, json};
use store::on;
use testkit::sink::Sink;
use testkit::{World, on_both};
use tower::ServiceExt;

async fn asks(world: &World, method: &str, path: &str, body: Value) -> (u16, Value) {
    asks_with(world, OwnRelay::of_page(Relay::local(0, "help@example.test")), method, path, body)
        .await
}

pub async fn asks_with(
    world: &World,
    relay: OwnRelay,
    method: &str,
    path: &str,
    body: Value,
) -> (u16, Value) {
    let app = mailroom::api()
        .split_for_parts()
        .0
        .layer(axum::Extension(relay))
        .layer(axum::middleware::from_fn(web::problem::answer_problems))
        .with_state(world.ctx.clone());
    let body =
        if matches!(method, "POST" | "PUT") { Body::from(body.to_string()) } else { Body::empty() };
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header(header::AUTHORIZATION, "Bearer rd_ann")
        .header(header::CONTENT_TYPE, "application/json")
        .header("idempotency-key", "k1");
    let response = app.oneshot(request.body(body).unwrap()).await.unwrap();
    let status = response.status().as_u16();
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    (status, serde_json::from_slice(&bytes).unwrap_or(Value::Null))
}

/// Ann may set the house up.
pub async fn ann(world: &World) {
    house(world).await;
    let hash = store::file::sha256_hex(b"rd_ann");
    let id = "0198a000-0000-7000-8000-00000000000a";
    for sql in [
        format!(
            "INSERT INTO staff (id, email, name, scope, made_at_ms)
             VALUES ('{id}', 'ann@x.example', 'Ann', 'all', 0)"
        ),
        format!("INSERT INTO staff_role (staff_id, role) VALUES ('{id}', 'administrator')"),
        format!(
            "INSERT INTO api_token (id, hash, staff_id, name, acts, made_at_ms, used_at_ms)
             VALUES ('t', '{hash}', '{id}', 'Test', '', 0, 4000000000000)"
        ),
    ] {
        run(world, &sql).await;
    }
}

#[test]
fn a_mailbox_is_set_up_once_a_press_and_the_record_is_told_without_its_password() {
    on_both(async |world| {
        ann(&world).await;
        // Nobody listens there, so the look that follows ends at once and says so.
        let new = json!({"address": "help@example.com", "host": "127.0.0.1:1",
            "password": "open-sesame"});
        for _ in 0..2 {
            let (status, made) = asks(&world, "POST", "/api/v1/mailboxes", new.clone()).await;
            assert_eq!((status, &made["well"]), (201, &json!(false)), "{made}");
            assert!(!made.to_string().contains("sesame"));
        }
        let (_, all) = asks(&world, "GET", "/api/v1/mailboxes", Value::Null).await;
        assert_eq!((all.as_array().unwrap().len(), &all[0]["port"]), (1, &json!(1)));
        let jobs = "SELECT COUNT(*) FROM job WHERE kind = 'house_record'";
        assert_eq!(count(&world, jobs).await, 1, "the same press is told once");
        let told = "SELECT body FROM job WHERE kind = 'house_record'";
        let told: String =
            on!(Store &world.ctx.store, db => sqlx::query_scalar(told).fetch_one(db).await)
                .unwrap();
        assert!(told.contains("mailbox_set_up") && !told.contains("sesame"), "{told}");

        let wrong = json!({"address": "help", "password": ""});
        let (status, refused) = asks(&world, "POST", "/api/v1/mailboxes", wrong).await;
        assert_eq!((status, &refused["errors"][0]["pointer"]), (422, &json!("/address")));
        let one = "/api/v1/mailboxes/help@example.com";
        assert_eq!(asks(&world, "DELETE", one, Value::Null).await.0, 204);
        assert_eq!(asks(&world, "DELETE", one, Value::Null).await.0, 404);
        assert_eq!(count(&world, jobs).await, 2, "and so is its end");
    });
}

/// The world outside: what the relay takes lies in the mailbox a moment later.
async fn outside(world: World, sink: Sink, store: MailStore) {
    let mut lies_there = false;
    loop {
        if let Some(mail) = sink.taken().first().filter(|_| !lies_there) {
            store.deliver(CAME, &mail.text);
            lies_there = true;
        }
        for one in understand_all(&world).await {
            let team = domain::id::TeamId::from(domain::id::uuid_v7(2, [2; 10]));
            assert!(!one.for_casework(team).wants_case, "our own mail opens no case");
            assert!(!one.is_a_customer_s(), "and our address is no customer");
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}

#[test]
fn a_trial_that_is_pressed_twice_is_one_trial_and_both_are_told_its_steps() {
    on_both(async |world| {
        ann(&world).await;
        let (store, sink) = (MailStore::start().await, Sink::start().await);
        put_account(&world.ctx, account(&world, &store, Kind::Imap)).await.unwrap();
        let relay = Relay::local(sink.port(), "help@example.test");
        let relay = OwnRelay::of_settings(relay, "flag");
        let outside = tokio::spawn(outside(world.clone(), sink.clone(), store));
        let mut told = Vec::new();
        for _ in 0..2 {
            let trials = "/api/v1/mailboxes/help/trials";
            told.push(asks_with(&world, relay.clone(), "POST", trials, json!({})).await);
        }
        assert!(!outside.is_finished(), "it met no case");
        outside.abort();
        assert_eq!((told[0].0, &told[0].1["well"]), (200, &json!(true)), "{:?}", told[0]);
        assert_eq!(told[0], told[1]);
        assert_eq!(sink.taken().len(), 1, "one press sends one mail");
    });
}

#[test]
fn a_trial_sends_a_real_mail_and_ends_when_it_has_come_back_as_our_own() {
    on_both(async |world| {
        house(&world).await;
        let (store, sink) = (MailStore::start().await, Sink::start().await);
        let help = account(&world, &store, Kind::Imap);
        let relay = Relay::local(sink.port(), "help@example.test");
        let outside = tokio::spawn(outside(world.clone(), sink.clone(), store));
        let trial = try_out(&world.ctx, Some(&relay), &help).await.unwrap();
        assert!(!outside.is_finished(), "it met no case");
        outside.abort();
        assert!(trial.well && trial.ended, "{trial:?}");
        assert_eq!(sink.taken().len(), 1, "one mail is enough");
        assert_eq!(last_trial(&world.ctx.store, "help").await.unwrap(), Some(trial));

        let nowhere = Relay::local(1, "help@example.test");
        let trial = try_out(&world.ctx, Some(&nowhere), &help).await.unwrap();
        assert!(trial.ended && !trial.well);
        assert!(trial.steps[1].says.contains("127.0.0.1:1"), "{trial:?}");
        let unset = try_out(&world.ctx, None, &help).await.unwrap();
        assert!(unset.steps[1].says.contains("Outgoing mail"), "{unset:?}");
    });
}
