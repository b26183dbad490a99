//! Learning from corrections and from the coach, told to both engines.

mod topics;

use axum::body::Body;
use axum::http::{Request, header};
use domain::id::CaseId;
use http_body_util::BodyExt;
use insight::LearnError;
use insight::correction::actions::Right;
use insight::correction::rules::Label;
use insight::model::actions as models;
use serde_json::{Value, json};
use store::job::Job;
use store::{Context, Press, on};
use testkit::{Company, World, on_both};
use tower::ServiceExt;

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

/// A text of a case, read by what ships.
async fn hear(world: &World, company: &Company, n: i64, text: &str) -> (String, CaseId) {
    hear_read(world, company, n, text, &reading::read(text)).await
}

/// A text of a case with its reading.
async fn hear_read(
    world: &World,
    company: &Company,
    n: i64,
    text: &str,
    read: &reading::Reading,
) -> (String, CaseId) {
    const SQL: &str = "
        INSERT INTO feedback (id, number, arrival_id, unit_id, channel, public, kind, author,
            subject, text, said_at_ms, received_at_ms, reading, case_id)
        VALUES ($1, $2, $1, $3, 'mail', 0, 'other', '', 'x', $4, $5, $5, $6, $7)";
    let ctx = &world.ctx;
    let id: domain::id::FeedbackId = ctx.id(ctx.now());
    let case: CaseId = ctx.id(ctx.now());
    let reading = serde_json::to_string(read).unwrap();
    let mut tx = ctx.begin().await.unwrap();
    on!(Tx &mut tx, db => sqlx::query(SQL).bind(id.to_string()).bind(n)
        .bind(company.unit.to_string()).bind(text).bind(ctx.now().as_millisecond())
        .bind(&reading).bind(case.to_string()).execute(db).await.map(|_| ()))
    .unwrap();
    tx.commit().await.unwrap();
    (id.to_string(), case)
}

/// Hands over what the desk hands over when Maya says that this case is a complaint.
async fn corrected(world: &World, company: &Company, case: CaseId, was: &str) {
    let ctx = &world.ctx;
    let now = ctx.now();
    let body = json!({"case": case, "by": company.maya.id, "at": now, "kind": [was, "complaint"],
        "severity": [0, 2], "feeling": null, "reason": "They wait for us."});
    let id = format!("correction/{case}");
    let mut tx = ctx.begin().await.unwrap();
    tx.enqueue(&id, "correction", &body.to_string(), now, now).await.unwrap();
    tx.commit().await.unwrap();
    work(ctx).await;
}

async fn work(ctx: &Context) {
    let lease = jiff::SignedDuration::from_mins(5);
    let jobs: Vec<Job> = ctx.store.claim(ctx.now(), lease, 50).await.unwrap();
    for job in jobs {
        insight::run(ctx, &job).await.expect("a job of ours").unwrap();
    }
}

async fn lets_in(ctx: &Context, staff: &str, token: &str) {
    const SQL: &str = "
        INSERT INTO api_token (id, hash, staff_id, name, acts, made_at_ms, used_at_ms)
        VALUES ($1, $2, $3, 'Test', '', 0, 4000000000000)";
    let hash = store::file::sha256_hex(token.as_bytes());
    sql(ctx, SQL, &[token, &hash, staff]).await;
}

/// Asks the API as whoever has the token.
async fn asks(ctx: &Context, token: &str, method: &str, path: &str, body: Value) -> (u16, Value) {
    let app = insight::api()
        .split_for_parts()
        .0
        .layer(axum::middleware::from_fn(web::problem::answer_problems))
        .with_state(ctx.clone());
    let body = if method == "GET" { Body::empty() } else { Body::from(body.to_string()) };
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header(header::AUTHORIZATION, format!("Bearer {token}"))
        .header(header::CONTENT_TYPE, "application/json")
        .body(body)
        .unwrap();
    let response = app.oneshot(request).await.unwrap();
    let status = response.status().as_u16();
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    (status, serde_json::from_slice(&bytes).unwrap_or(Value::Null))
}

fn amber(n: i64) -> String {
    format!("Amber note {n}: unit {n} at dock {}", n % 7)
}

#[test]
fn a_night_after_forty_corrections_the_lead_is_shown_a_better_model_and_may_take_it_back() {
    on_both(async |world| {
        let ctx = &world.ctx;
        let company = world.found().await;
        lets_in(ctx, &company.jo.id.to_string(), "rd_jo").await;
        for n in 0..40 {
            let text = amber(n);
            let was = reading::read(&text).kind.value.word();
            assert_ne!(was, "complaint", "nothing that ships knows this jargon");
            let (_, case) = hear(&world, &company, n, &text).await;
            corrected(&world, &company, case, was).await;
        }
        for n in 100..130 {
            let text = format!("Green note {n}: unit {n} at dock {}", n % 5);
            let (id, _) = hear(&world, &company, n, &text).await;
            let read = reading::read(&text).kind.value.word().to_owned();
            let right = Right { values: vec![(Label::Kind, read)], reason: String::new() };
            let (staff, none) = (&company.maya, Press::none());
            insight::correction::actions::correct(ctx, staff, &id, &right, &none).await.unwrap();
        }
        let (status, list) = asks(ctx, "rd_jo", "GET", "/api/v1/corrections", Value::Null).await;
        assert_eq!(status, 200);
        let rows = list["data"].as_array().unwrap();
        let kind = rows.iter().find(|row| row["label"] == "kind").unwrap();
        assert_eq!((&kind["is_right"], &kind["by"]), (&json!("complaint"), &json!("Maya")));
        assert_eq!(kind["reason"], "They wait for us.");

        let learnt = models::propose(ctx).await.unwrap();
        let kind = learnt.iter().find(|model| model.label == Label::Kind).unwrap();
        assert!(kind.figures.is_better(), "{:?}", kind.figures);
        assert!(insight::adopted(&ctx.store).await.unwrap().is_empty(), "nobody said so yet");
        assert!(models::propose(ctx).await.unwrap().is_empty(), "nothing new to learn from");

        let maya = models::adopt(ctx, &company.maya, &kind.id, &Press::none()).await;
        assert!(matches!(maya, Err(LearnError::Missing)), "an agent does not decide");
        models::adopt(ctx, &company.jo, &kind.id, &Press::none()).await.unwrap();
        let home = insight::adopted(&ctx.store).await.unwrap();
        let reader = reading::Reader::shipped().with_home(home);
        let is_right = |n: &i64| reader.read(&amber(*n)).kind.value == reading::Kind::Complaint;
        let right = (0..40).filter(is_right).count();
        assert!(right > 30, "{right} of 40 are read as people said");
        assert!(reader.read(&amber(1)).model.contains("+home/k"), "the reading says who read");

        let path = format!("/api/v1/reading-models/{}/rollbacks", kind.id);
        assert_eq!(asks(ctx, "rd_jo", "POST", &path, json!({})).await.0, 204);
        assert!(insight::adopted(&ctx.store).await.unwrap().is_empty());
        let again = asks(ctx, "rd_jo", "POST", &path, json!({})).await;
        assert_eq!((again.0, &again.1["code"]), (409, &json!("model_not_in_use")));
        let (_, models) = asks(ctx, "rd_jo", "GET", "/api/v1/reading-models", Value::Null).await;
        assert!(models.as_array().unwrap().iter().any(|m| m["state"] == "rolled_back"));
    });
}

#[test]
fn drift_counts_corrected_readings_by_the_week_their_text_came_and_only_what_one_may_see() {
    on_both(async |world| {
        let ctx = &world.ctx;
        let company = world.found().await;
        lets_in(ctx, &company.jo.id.to_string(), "rd_jo").await;
        let stan = company.stan.id.to_string();
        sql(ctx, "INSERT INTO staff_role (staff_id, role) VALUES ($1, 'lead')", &[&stan]).await;
        lets_in(ctx, &stan, "rd_stan").await;
        let mut cases = Vec::new();
        for n in 0..4 {
            cases.push(hear(&world, &company, n, &amber(n)).await.1);
        }
        let was = reading::read(&amber(0)).kind.value.word();
        corrected(&world, &company, cases[0], was).await;
        let path = "/api/v1/corrections/drift";
        let (status, drift) = asks(ctx, "rd_jo", "GET", path, Value::Null).await;
        let week = drift["weeks"].as_array().unwrap().last().unwrap();
        assert_eq!((status, &week["week"]), (200, &json!("2026-11-16")));
        assert_eq!((&week["read"], &week["kind"]), (&json!(4), &json!(1)));
        assert!(drift["mistaken"].as_array().unwrap().iter().any(|m| m["is_right"] == "complaint"));
        let (_, elsewhere) = asks(ctx, "rd_stan", "GET", path, Value::Null).await;
        let week = elsewhere["weeks"].as_array().unwrap().last().unwrap();
        assert_eq!((&week["read"], &elsewhere["mistaken"]), (&json!(0), &json!([])));
    });
}

#[test]
fn what_became_of_advice_shows_which_rules_help_and_personal_data_is_guarded_always() {
    on_both(async |world| {
        let ctx = &world.ctx;
        let company = world.found().await;
        lets_in(ctx, &company.jo.id.to_string(), "rd_jo").await;
        let now = ctx.now();
        let (message, case): (uuid::Uuid, CaseId) = (ctx.id(now), ctx.id(now));
        let told = json!({"message": message, "case": case, "unit": company.unit,
            "team": company.care, "language": "en", "by": company.maya.id, "at": now,
            "used": ["C06", "C06"], "kept": ["C16"], "sent_anyway": ["C06"],
            "check": {"opened_because": "", "embarrasses": false, "proud": true,
                "held_against_us": false, "why": ""}});
        for twice in 0..2 {
            let mut tx = ctx.begin().await.unwrap();
            let id = format!("coached/{twice}");
            tx.enqueue(&id, "coached", &told.to_string(), now, now).await.unwrap();
            tx.commit().await.unwrap();
            work(ctx).await;
        }
        let rules = "/api/v1/coach-rules";
        let (_, coach) = asks(ctx, "rd_jo", "GET", rules, Value::Null).await;
        let rule = |coach: &Value, id: &str| {
            coach["rules"].as_array().unwrap().iter().find(|r| r["id"] == id).unwrap().clone()
        };
        let stiff = rule(&coach, "C06");
        assert_eq!((&stiff["used"], &stiff["sent_anyway"]), (&json!(2), &json!(1)));
        assert_eq!(rule(&coach, "C16")["kept"], 1);
        assert_eq!(coach["publicity_checks"], 1);
        assert_eq!(coach["rules"][0]["id"], "C06", "the most helpful first");

        let put = |id: &str| format!("/api/v1/coach-rules/{id}");
        assert_eq!(asks(ctx, "rd_jo", "PUT", &put("C16"), json!({"off": true})).await.0, 204);
        let guarded = asks(ctx, "rd_jo", "PUT", &put("C13"), json!({"off": true})).await;
        assert_eq!((guarded.0, &guarded.1["code"]), (409, &json!("rule_stays_on")));
        assert_eq!(asks(ctx, "rd_jo", "PUT", &put("C99"), json!({"off": true})).await.0, 404);
        let own = json!({"language": "en", "words": ["turbo widget"], "says": "Our jargon.",
            "reason": "They call it the heater.", "example": "The turbo widget is late."});
        let (status, added) = asks(ctx, "rd_jo", "POST", rules, own.clone()).await;
        assert_eq!((status, &added["id"]), (201, &json!("O1")));
        let mut deaf = own;
        deaf["example"] = json!("Nothing of it.");
        let (status, refused) = asks(ctx, "rd_jo", "POST", rules, deaf).await;
        assert_eq!((status, &refused["errors"][0]["pointer"]), (422, &json!("/example")));
        let (_, coach) = asks(ctx, "rd_jo", "GET", rules, Value::Null).await;
        assert_eq!(rule(&coach, "C16")["off"], true);
        assert_eq!(rule(&coach, "O1")["language"], "en");
    });
}
