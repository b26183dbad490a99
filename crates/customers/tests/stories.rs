//! Recognising people, told to both engines.

use axum::body::Body;
use axum::http::{Request, header};
use customers::{Who, recognise, recognise_all};
use domain::id::UnitId;
use http_body_util::BodyExt;
use serde_json::{Value, json};
use store::{Context, on};
use testkit::{Company, World, on_both};
use tower::ServiceExt;

fn amara() -> Who {
    Who { name: "Amara Okafor".into(), email: "Amara@Example.org".into(), ..Who::default() }
}

async fn met(ctx: &Context, unit: UnitId, who: &Who) -> domain::id::CustomerId {
    let mut tx = ctx.begin().await.unwrap();
    let id = recognise(&mut tx, ctx, ctx.now(), unit, who).await.unwrap();
    tx.commit().await.unwrap();
    id
}

#[test]
fn one_address_is_one_customer_of_a_unit_and_another_in_another() {
    on_both(async |world| {
        let ctx = &world.ctx;
        let (north, south) = (ctx.id(ctx.now()), ctx.id(ctx.now()));
        let first = met(ctx, north, &amara()).await;
        let again = Who { email: " amara@example.ORG ".into(), ..Who::default() };
        assert_eq!(met(ctx, north, &again).await, first);
        assert_ne!(met(ctx, south, &amara()).await, first, "units do not see each other");
    });
}

#[test]
fn who_comes_twice_in_one_group_is_one_customer_with_the_name_and_addresses_of_both() {
    on_both(async |world| {
        let ctx = &world.ctx;
        let unit: UnitId = ctx.id(ctx.now());
        let nameless = Who { name: String::new(), ..amara() };
        let named = Who { phone: "+47 22 33 44 55".into(), verified: true, ..amara() };
        let mut tx = ctx.begin().await.unwrap();
        let group = [(unit, nameless), (unit, named)];
        let all = recognise_all(&mut tx, ctx, ctx.now(), &group).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!((all[0].id, all[1].name.as_str()), (all[1].id, "Amara Okafor"));
        let caller = Who { phone: "+4722334455".into(), ..Who::default() };
        let mut tx = ctx.begin().await.unwrap();
        let found = recognise_all(&mut tx, ctx, ctx.now(), &[(unit, caller)]).await.unwrap();
        assert_eq!(found, all[1..], "the name is written, and the number is theirs");
    });
}

#[test]
fn a_strangers_telephone_is_never_added_to_somebody_we_know() {
    on_both(async |world| {
        let ctx = &world.ctx;
        let unit = ctx.id(ctx.now());
        let first = met(ctx, unit, &amara()).await;
        let forged = Who { phone: "+47 99 99 99 99".into(), ..amara() };
        assert_eq!(met(ctx, unit, &forged).await, first);
        let caller = Who { phone: "+4799999999".into(), ..Who::default() };
        assert_ne!(met(ctx, unit, &caller).await, first, "the number was only claimed");
        let vouched = Who { phone: "+47 11 22 33 44".into(), verified: true, ..amara() };
        assert_eq!(met(ctx, unit, &vouched).await, first);
        let caller = Who { phone: "0047 11223344".into(), ..Who::default() };
        assert_eq!(met(ctx, unit, &caller).await, first, "this one was vouched for");
    });
}

#[test]
fn ten_mails_at_once_from_one_address_make_one_customer() {
    on_both(async |world| {
        let unit = world.ctx.id(world.ctx.now());
        let mut tasks = Vec::new();
        for _ in 0..10 {
            let ctx = world.ctx.clone();
            tasks.push(tokio::spawn(async move { met(&ctx, unit, &amara()).await }));
        }
        let mut ids = Vec::new();
        for task in tasks {
            ids.push(task.await.unwrap());
        }
        ids.dedup();
        assert_eq!(ids.len(), 1);
    });
}

/// Meets somebody as a program of Maya's would.
async fn posts(world: &World, key: &str, body: Value) -> (u16, Value) {
    posts_to(world, "/api/v1/customers", key, body).await
}

async fn posts_to(world: &World, path: &str, key: &str, body: Value) -> (u16, Value) {
    let app = customers::router()
        .layer(axum::middleware::from_fn(web::problem::answer_problems))
        .with_state(world.ctx.clone());
    let request = Request::post(path)
        .header(header::AUTHORIZATION, "Bearer rd_maya")
        .header(header::CONTENT_TYPE, "application/json")
        .header("idempotency-key", key);
    let response = app.oneshot(request.body(Body::from(body.to_string())).unwrap()).await.unwrap();
    let status = response.status().as_u16();
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    (status, serde_json::from_slice(&bytes).unwrap_or_default())
}

async fn gives_maya_a_token(world: &World, company: &Company) {
    const SQL: &str = "
        INSERT INTO api_token (id, hash, staff_id, name, acts, made_at_ms)
        VALUES ('t', $1, $2, 'Test', '', 0)";
    let hash = store::file::sha256_hex(b"rd_maya");
    let mut tx = world.ctx.begin().await.unwrap();
    on!(Tx &mut tx, db => sqlx::query(SQL).bind(&hash).bind(company.maya.id.to_string())
        .execute(db).await.map(|_| ()))
    .unwrap();
    tx.commit().await.unwrap();
}

#[test]
fn a_program_meets_somebody_once_and_only_in_a_unit_of_its_own() {
    on_both(async |world| {
        let company = world.found().await;
        gives_maya_a_token(&world, &company).await;
        let ola = json!({ "unit": company.unit, "name": "Ola Nordmann" });
        let (status, met) = posts(&world, "k1", ola.clone()).await;
        assert_eq!((status, &met["name"]), (200, &json!("Ola Nordmann")));
        let (_, again) = posts(&world, "k1", ola.clone()).await;
        assert_eq!(again["number"], met["number"], "the same press meets nobody twice");
        let (_, other) = posts(&world, "k2", ola).await;
        assert_ne!(other["number"], met["number"], "a name alone is nobody's proof");
        let amara = json!({ "unit": company.unit, "email": "Amara@example.org" });
        let (_, known) = posts(&world, "k3", amara).await;
        assert_eq!((&known["name"], &known["id"]), (&json!("Amara Okafor"), &json!(company.amara)));
        for (body, pointer) in [
            (json!({ "unit": company.other_unit, "name": "Ola" }), "/unit"),
            (json!({ "unit": "x", "name": "Ola" }), "/unit"),
            (json!({ "unit": company.unit }), "/name"),
            (json!({ "unit": company.unit, "email": "ola" }), "/email"),
            (json!({ "unit": company.unit, "phone": "1" }), "/phone"),
            (json!({ "unit": company.unit, "name": 1 }), "/name"),
            (json!({ "unit": company.unit, "verified": true }), "/verified"),
        ] {
            let (status, refused) = posts(&world, "k4", body).await;
            assert_eq!((status, &refused["errors"][0]["pointer"]), (422, &json!(pointer)));
        }
        let (status, _) = posts(&world, "k1", json!({ "unit": company.unit, "name": "Bo" })).await;
        assert_eq!(status, 422, "the key belongs to another request");
    });
}

fn orders(customers: std::ops::Range<i64>, world: &World) -> Vec<customers::value::rules::Row> {
    use customers::value::rules::{OrderRow, Row};
    let week = jiff::SignedDuration::from_hours(24 * 7);
    let now = world.ctx.now();
    let mut rows = Vec::new();
    for n in customers {
        for again in 0..=(n % 5) {
            rows.push(Row::Order(OrderRow {
                reference: format!("{n}-{again}"),
                customer: if n == 4 { "amara@example.org".into() } else { format!("K{n}") },
                amount_minor: 2_000 + 500 * n,
                currency: "EUR".into(),
                at: now - week * i32::try_from(50 - 9 * again).unwrap(),
            }));
        }
    }
    rows
}

/// Reads a page of the API as Maya's program.
async fn reads(world: &World, path: &str) -> (u16, Value) {
    let app = customers::router()
        .layer(axum::middleware::from_fn(web::problem::answer_problems))
        .with_state(world.ctx.clone());
    let request = Request::get(path).header(header::AUTHORIZATION, "Bearer rd_maya");
    let response = app.oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    let status = response.status().as_u16();
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    (status, serde_json::from_slice(&bytes).unwrap_or(Value::Null))
}

async fn number_of(world: &World, customer: domain::id::CustomerId) -> i64 {
    const SQL: &str = "SELECT number FROM customer WHERE id = $1";
    on!(Store &world.ctx.store, db => sqlx::query_scalar(SQL).bind(customer.to_string())
        .fetch_one(db).await)
    .unwrap()
}

#[test]
fn what_a_customer_is_worth_comes_from_their_orders_and_the_same_file_twice_changes_nothing() {
    on_both(async |world| {
        let company = world.found().await;
        gives_maya_a_token(&world, &company).await;
        let rows = orders(0..40, &world);
        let number = number_of(&world, company.amara).await;
        let path = format!("/api/v1/customers/{number}/value");
        assert_eq!(reads(&world, &path).await.0, 404, "nothing is known yet");
        for _ in 0..2 {
            customers::keep_rows(&world.ctx, company.unit, &rows).await.unwrap();
        }
        assert_eq!(customers::work_out(&world.ctx).await.unwrap(), 40);
        let (status, value) = reads(&world, &path).await;
        assert_eq!((status, &value["method"]), (200, &json!("orders")));
        let money = |name: &str| value[name].as_i64().unwrap();
        assert!(money("low_minor") <= money("expected_minor"), "{value}");
        assert!(money("expected_minor") <= money("high_minor"), "{value}");
        assert!(money("expected_minor") > 0 && money("at_risk_minor") == 0, "no case: {value}");
        assert!(value["formula"].as_str().unwrap().contains("5 orders so far"), "{value}");
    });
}

/// A case of Amara's in which she wrote `text`.
async fn wrote(world: &World, company: &Company, n: i64, text: &str) {
    const CASE: &str = "
        INSERT INTO \"case\" (id, number, unit_id, team_id, customer_id, kind, channel, subject,
            problem, language, snippet, stage, stage_body, tray, severity, facts, public, contacts,
            reopened, transfers, escalated, conduct, clocks, n_owed, queue_order, opened_at_ms,
            changed_at_ms, version)
        VALUES ($1, $2, $3, $4, $5, 'complaint', 'mail', 'x', '', '', '', 'new', '{}', 'open', 1,
            '{}', 0, 0, 0, 0, 0, 'usual', '[]', 0, 0, $6, $6, 1)";
    const MESSAGE: &str = "
        INSERT INTO message (id, case_id, n, direction, channel, author, text, at_ms)
        VALUES ($1, $1, 1, 'in', 'mail', 'Amara', $2, $3)";
    let ctx = &world.ctx;
    let (id, at): (domain::id::CaseId, i64) = (ctx.id(ctx.now()), ctx.now().as_millisecond());
    let mut tx = ctx.begin().await.unwrap();
    on!(Tx &mut tx, db => sqlx::query(CASE).bind(id.to_string()).bind(n)
        .bind(company.unit.to_string()).bind(company.care.to_string())
        .bind(company.amara.to_string()).bind(at).execute(db).await.map(|_| ()))
    .unwrap();
    on!(Tx &mut tx, db => sqlx::query(MESSAGE).bind(id.to_string()).bind(text).bind(at)
        .execute(db).await.map(|_| ()))
    .unwrap();
    tx.commit().await.unwrap();
}

async fn looked_at(world: &World, company: &Company) {
    let mut tx = world.ctx.begin().await.unwrap();
    customers::look_at(&mut tx, &[company.amara], world.ctx.now()).await.unwrap();
    tx.commit().await.unwrap();
    let lease = jiff::SignedDuration::from_mins(5);
    for job in world.ctx.store.claim(world.ctx.now(), lease, 9).await.unwrap() {
        customers::run(&world.ctx, &job).await.expect("a job of ours").unwrap();
    }
}

#[test]
fn a_hint_tells_why_ends_by_itself_and_stays_away_when_it_is_not_right() {
    on_both(async |world| {
        let company = world.found().await;
        gives_maya_a_token(&world, &company).await;
        wrote(&world, &company, 1, "Sorry to bother you, no rush, but the heating is off.").await;
        looked_at(&world, &company).await;
        let number = number_of(&world, company.amara).await;
        let path = format!("/api/v1/customers/{number}/hints");
        let (_, hints) = reads(&world, &path).await;
        assert_eq!((&hints[0]["archetype"], &hints[0]["shown"]), (&json!("meek"), &json!(true)));
        let evidence = hints[0]["evidence"].as_array().unwrap();
        assert!(evidence.iter().any(|e| e.as_str().unwrap().starts_with('“')), "{hints}");

        let none = store::Press::none();
        let stan =
            customers::hint::actions::refute(&world.ctx, &company.stan, number, "meek", &none);
        assert!(stan.await.is_err(), "she is not his customer");
        customers::hint::actions::refute(&world.ctx, &company.maya, number, "meek", &none)
            .await
            .unwrap();
        world.pass(jiff::SignedDuration::from_mins(2));
        looked_at(&world, &company).await;
        let (_, hints) = reads(&world, &path).await;
        assert_eq!((&hints[0]["shown"], &hints[0]["refuted_by"]), (&json!(false), &json!("Maya")));

        world.pass(jiff::SignedDuration::from_hours(24 * 91));
        looked_at(&world, &company).await;
        let (_, hints) = reads(&world, &path).await;
        let ends: jiff::Timestamp = hints[0]["ends_at"].as_str().unwrap().parse().unwrap();
        assert!(ends <= world.ctx.now(), "without new evidence it has ended: {hints}");
    });
}

#[test]
fn whoever_turns_every_offer_down_for_more_is_hinted_with_the_count() {
    const COUNTERED: &str = "
        INSERT INTO offer (id, case_id, body, state, cost_minor, made_at_ms)
        SELECT c.id, c.id, '{}', 'countered', 0, $2 FROM \"case\" c WHERE c.customer_id = $1";
    on_both(async |world| {
        let company = world.found().await;
        gives_maya_a_token(&world, &company).await;
        for n in 1..=3 {
            wrote(&world, &company, n, "That is not enough for me.").await;
        }
        let at = world.ctx.now().as_millisecond();
        let mut tx = world.ctx.begin().await.unwrap();
        on!(Tx &mut tx, db => sqlx::query(COUNTERED).bind(company.amara.to_string()).bind(at)
            .execute(db).await.map(|_| ()))
        .unwrap();
        tx.commit().await.unwrap();
        looked_at(&world, &company).await;
        let number = number_of(&world, company.amara).await;
        let (_, hints) = reads(&world, &format!("/api/v1/customers/{number}/hints")).await;
        let hint = hints.as_array().unwrap().iter().find(|h| h["archetype"] == "barnacle").unwrap();
        assert_eq!(hint["evidence"][0], json!("Turned down 3 of 3 offers for more."), "{hints}");
    });
}

/// Where letters to a customer go first.
async fn first_address(ctx: &Context, customer: domain::id::CustomerId) -> String {
    const SQL: &str = "
        SELECT value FROM identity WHERE customer_id = $1 AND kind = 'email'
        ORDER BY CASE WHEN preferred_at_ms IS NULL THEN 1 ELSE 0 END, preferred_at_ms DESC,
            made_at_ms, value LIMIT 1";
    let id = customer.to_string();
    on!(Store &ctx.store, db => sqlx::query_scalar(SQL).bind(&id).fetch_one(db).await).unwrap()
}

#[test]
fn an_address_that_a_colleague_was_told_is_written_to_and_never_taken_from_another() {
    on_both(async |world| {
        let ctx = &world.ctx;
        let unit: UnitId = ctx.id(ctx.now());
        let amara = met(ctx, unit, &amara()).await;
        let other = Who { email: "weiss@example.org".into(), ..Who::default() };
        let weiss = met(ctx, unit, &other).await;
        let told = async |email: &str| {
            let now = ctx.now();
            let message: domain::id::MessageId = ctx.id(now);
            let body = json!({"unit": unit, "customer": amara, "email": email, "message": message});
            let mut tx = ctx.begin().await.unwrap();
            let (id, kind) = (format!("customer_address/{message}"), "customer_address");
            tx.enqueue(&id, kind, &body.to_string(), now, now).await.unwrap();
            tx.commit().await.unwrap();
            let lease = jiff::SignedDuration::from_secs(60);
            for job in ctx.store.claim(now, lease, 9).await.unwrap() {
                customers::run(ctx, &job).await.unwrap().unwrap();
            }
        };
        told("Amara@Home.example").await;
        assert_eq!(first_address(ctx, amara).await, "amara@home.example");
        world.pass(jiff::SignedDuration::from_secs(1));
        told("amara@example.org").await;
        assert_eq!(first_address(ctx, amara).await, "amara@example.org", "what was said last");
        told("weiss@example.org").await;
        assert_eq!(first_address(ctx, amara).await, "amara@example.org");
        assert_eq!(first_address(ctx, weiss).await, "weiss@example.org");
        let verified = "SELECT COUNT(*) FROM identity WHERE verified_at_ms IS NOT NULL";
        let n: i64 =
            on!(Store &ctx.store, db => sqlx::query_scalar(verified).fetch_one(db).await).unwrap();
        assert_eq!(n, 0, "nobody proved it");
    });
}

#[test]
fn a_program_gives_an_address_of_a_customer_where_letters_go_from_then_on() {
    on_both(async |world| {
        let company = world.found().await;
        gives_maya_a_token(&world, &company).await;
        let ctx = &world.ctx;
        let other = Who { email: "weiss@example.org".into(), ..Who::default() };
        met(ctx, company.unit, &other).await;
        let number = number_of(&world, company.amara).await;
        let path = format!("/api/v1/customers/{number}/addresses");
        for (email, code) in [
            ("amara at home", "no_address"),
            ("amara@home.example, eve@home.example", "no_address"),
            ("weiss@example.org", "address_of_another"),
        ] {
            let (status, body) = posts_to(&world, &path, code, json!({"email": email})).await;
            assert_eq!((status, &body["code"]), (422, &json!(code)), "{body}");
            assert_eq!(body["errors"][0]["pointer"], "/email");
        }
        for _ in 0..2 {
            let address = json!({"email": " Amara@Home.example"});
            assert_eq!(posts_to(&world, &path, "once", address).await.0, 204);
        }
        assert_eq!(first_address(ctx, company.amara).await, "amara@home.example");
        const TOLD: &str = "SELECT COUNT(*) FROM job WHERE kind = 'house_record'
            AND body LIKE '%customer_address_added%' AND body NOT LIKE '%@%'";
        let told: i64 =
            on!(Store &ctx.store, db => sqlx::query_scalar(TOLD).fetch_one(db).await).unwrap();
        assert_eq!(told, 1, "the record of the house is told once, without the address");
        let nobody = "/api/v1/customers/99999/addresses";
        let (status, _) = posts_to(&world, nobody, "n", json!({"email": "a@b.example"})).await;
        assert_eq!(status, 404);
    });
}
