//! The house's tree of topics, and what the reader learns of it.

use crate::{asks, lets_in, sql, work};
use domain::id::{CaseId, TopicId};
use insight::topic::actions::topics;
use reading::Reader;
use serde_json::{Value, json};
use store::on;
use testkit::{Company, World, on_both};

const TOPICS: &str = "/api/v1/topics";

#[test]
fn a_lead_keeps_the_tree_of_topics_and_an_agent_only_reads_it() {
    on_both(async |world| {
        let ctx = &world.ctx;
        let company = world.found().await;
        lets_in(ctx, &company.jo.id.to_string(), "rd_jo").await;
        lets_in(ctx, &company.maya.id.to_string(), "rd_maya").await;
        let new = |name: &str, parent: Option<&Value>| {
            json!({"name": name, "parent": parent,
            "words": ["late fee*", "de: Mahngebühr*"]})
        };
        let (status, billing) = asks(ctx, "rd_jo", "POST", TOPICS, new("Billing", None)).await;
        assert_eq!(status, 201, "{billing}");
        let fee = new("Late fee", Some(&billing["id"]));
        let (_, fee) = asks(ctx, "rd_jo", "POST", TOPICS, fee).await;
        assert_eq!(fee["path"], "Billing / Late fee");
        let (status, _) = asks(ctx, "rd_maya", "POST", TOPICS, new("Lost", None)).await;
        assert_eq!(status, 404, "an agent keeps no lists");
        let (status, twice) = asks(ctx, "rd_jo", "POST", TOPICS, new("billing", None)).await;
        assert_eq!((status, &twice["errors"][0]["pointer"]), (422, &json!("/name")));
        let (_, list) = asks(ctx, "rd_maya", "GET", TOPICS, Value::Null).await;
        let paths: Vec<&Value> =
            list["data"].as_array().unwrap().iter().map(|topic| &topic["path"]).collect();
        assert_eq!(paths, ["Billing", "Billing / Late fee"]);
        let own = format!("{TOPICS}/{}", fee["id"].as_str().unwrap());
        let ended = json!({"name": "Late fee", "parent": billing["id"], "words": ["late fee*"],
            "ended": true});
        let (status, ended) = asks(ctx, "rd_jo", "PUT", &own, ended).await;
        assert_eq!((status, &ended["version"], &ended["ended"]), (200, &json!(2), &json!(true)));
        let found = Reader::shipped().with_topics(topics(&ctx.store).await.unwrap());
        let read = found.read("A late fee of 3 pounds.").topics;
        let paths: Vec<&str> = read.iter().map(|hit| hit.topic.as_str()).collect();
        assert_eq!(paths, ["Billing"], "what ended is looked for no more");
        let told = "SELECT COUNT(*) FROM job WHERE kind = 'house_record'";
        let told: i64 =
            on!(Store &ctx.store, db => sqlx::query_scalar(told).fetch_one(db).await).unwrap();
        assert_eq!(told, 3, "the record of the house is told of each change");
    });
}

/// A text of an answered case, read with the topics of the house.
async fn answered(world: &World, company: &Company, n: i64, text: &str) -> CaseId {
    let reader = Reader::shipped().with_topics(topics(&world.ctx.store).await.unwrap());
    let read = reader.read(text);
    let about: Vec<&str> = read.topics.iter().map(|hit| hit.id.as_str()).collect();
    let about = serde_json::to_string(&about).unwrap();
    let (_, case) = crate::hear_read(world, company, n, text, &read).await;
    const SQL: &str = "
        INSERT INTO \"case\" (id, number, unit_id, team_id, customer_id, kind, channel, subject,
            problem, language, snippet, stage, stage_body, tray, severity, facts, public, contacts,
            reopened, transfers, escalated, conduct, clocks, n_owed, queue_order, opened_at_ms,
            changed_at_ms, version, answered_at_ms, topics)
        VALUES ($1, $2, $3, $4, $5, 'complaint', 'mail', 'x', '', 'en', '', 'new', '{}', 'open', 0,
            '{}', 0, 1, 0, 0, 0, 'fine', '[]', 0, 0, 0, 0, 1, 1, $6)";
    let ctx = &world.ctx;
    let mut tx = ctx.begin().await.unwrap();
    on!(Tx &mut tx, db => sqlx::query(SQL).bind(case.to_string()).bind(n)
        .bind(company.unit.to_string()).bind(company.care.to_string())
        .bind(company.amara.to_string()).bind(&about).execute(db).await.map(|_| ()))
    .unwrap();
    tx.commit().await.unwrap();
    case
}

/// Hands over what the desk hands over when Maya says that a case is not about a topic.
async fn not_about(world: &World, company: &Company, case: CaseId, topic: TopicId) {
    let (ctx, now) = (&world.ctx, world.ctx.now());
    let body = json!({"case": case, "by": company.maya.id, "at": now, "added": [],
        "removed": [topic]});
    let mut tx = ctx.begin().await.unwrap();
    let id = format!("topics_corrected/{case}");
    tx.enqueue(&id, "topics_corrected", &body.to_string(), now, now).await.unwrap();
    tx.commit().await.unwrap();
    work(ctx).await;
    let off = "UPDATE \"case\" SET topics = '[]' WHERE id = $1";
    sql(ctx, off, &[&case.to_string()]).await;
}

#[test]
fn a_word_that_people_call_wrong_again_and_again_puts_its_topic_on_no_case_any_more() {
    on_both(async |world| {
        let ctx = &world.ctx;
        let company = world.found().await;
        let fee = world.topic("Late fee", None, "fee").await;
        sql(ctx, "UPDATE topic SET words = '[\"fee\", \"charged late\"]'", &[]).await;
        for n in 0..6 {
            let case = answered(&world, &company, n, &format!("Fee number {n}?")).await;
            not_about(&world, &company, case, fee).await;
        }
        for n in 10..14 {
            answered(&world, &company, n, &format!("I was charged late, time {n}.")).await;
        }
        let sure = async |text: &str| {
            let reader = Reader::shipped().with_topics(topics(&ctx.store).await.unwrap());
            reader.read(text).topics[0].confidence
        };
        assert!(sure("The fee?").await >= reading::TOPIC_MIN, "nothing was learnt yet");
        insight::topic::jobs::learn(ctx).await.unwrap();
        assert!(sure("The fee?").await < reading::TOPIC_MIN);
        assert!(sure("I was charged late.").await > 0.85, "what people let stand grows surer");
        let before = insight::adopted_version(&ctx.store).await.unwrap();
        insight::topic::jobs::learn(ctx).await.unwrap();
        let after = insight::adopted_version(&ctx.store).await.unwrap();
        assert_eq!(before, after, "nothing new, so no reader is built anew");
    });
}

#[test]
fn a_new_topic_is_looked_for_in_cases_that_are_open() {
    on_both(async |world| {
        let ctx = &world.ctx;
        let company = world.found().await;
        lets_in(ctx, &company.jo.id.to_string(), "rd_jo").await;
        let open = answered(&world, &company, 1, "They took a late fee.").await;
        let over = answered(&world, &company, 2, "They took a late fee long ago.").await;
        answered(&world, &company, 3, "Where is my parcel?").await;
        let close = "UPDATE \"case\" SET tray = 'closed' WHERE id = $1";
        sql(ctx, close, &[&over.to_string()]).await;
        let new = json!({"name": "Late fee", "words": ["late fee"]});
        assert_eq!(asks(ctx, "rd_jo", "POST", TOPICS, new).await.0, 201);
        let lease = jiff::SignedDuration::from_mins(5);
        for job in ctx.store.claim(ctx.now(), lease, 50).await.unwrap() {
            if let Some(done) = insight::run(ctx, &job).await {
                done.unwrap();
            }
        }
        let found = "SELECT body FROM job WHERE kind = 'topic_found' ORDER BY id";
        let found: Vec<String> =
            on!(Store &ctx.store, db => sqlx::query_scalar(found).fetch_all(db).await).unwrap();
        assert_eq!(found.len(), 1, "{found:?}");
        let body: Value = serde_json::from_str(&found[0]).unwrap();
        assert_eq!((&body["case"], &body["topic"]["name"]), (&json!(open), &json!("Late fee")));
    });
}

#[test]
fn a_lead_sees_what_people_talk_about_of_what_is_theirs_and_makes_it_a_topic() {
    on_both(async |world| {
        let ctx = &world.ctx;
        let company = world.found().await;
        lets_in(ctx, &company.jo.id.to_string(), "rd_jo").await;
        lets_in(ctx, &company.maya.id.to_string(), "rd_maya").await;
        let stan = company.stan.id.to_string();
        sql(ctx, "INSERT INTO staff_role (staff_id, role) VALUES ($1, 'lead')", &[&stan]).await;
        lets_in(ctx, &stan, "rd_stan").await;
        for n in 0..8 {
            let text = format!("You took a late fee from my card in month {n} though I had paid.");
            answered(&world, &company, n, &text).await;
            let text = format!("The courier left parcel {n} in the rain and the box is torn.");
            answered(&world, &company, 100 + n, &text).await;
        }
        // Each was said by somebody else: the texts name no customer.
        let (status, found) = asks(ctx, "rd_jo", "GET", "/api/v1/themes", Value::Null).await;
        assert_eq!(status, 200, "{found}");
        let themes = found.as_array().unwrap();
        assert_eq!(themes.len(), 2, "{found}");
        let fee = themes.iter().find(|theme| theme["name"].as_str().unwrap().contains("fee"));
        let fee = fee.expect("a theme about fees");
        assert_eq!((&fee["customers"], &fee["texts"]), (&json!(8), &json!(8)));
        assert_eq!(fee["typical"].as_array().unwrap().len(), 3);
        assert!(fee["typical"][0]["case"].as_str().unwrap().starts_with("R-"));
        let new = json!({"name": "Late fee", "words": fee["words"]});
        assert_eq!(asks(ctx, "rd_jo", "POST", TOPICS, new).await.0, 201);
        let reader = Reader::shipped().with_topics(topics(&ctx.store).await.unwrap());
        let read = reader.read("They want a late fee again.");
        assert!(read.topics[0].confidence >= reading::TOPIC_MIN);
        let (_, elsewhere) = asks(ctx, "rd_stan", "GET", "/api/v1/themes", Value::Null).await;
        assert_eq!(elsewhere, json!([]), "what others were told is not theirs");
        let (_, praise) =
            asks(ctx, "rd_jo", "GET", "/api/v1/themes?kind=praise", Value::Null).await;
        assert_eq!(praise, json!([]));
        assert_eq!(asks(ctx, "rd_maya", "GET", "/api/v1/themes", Value::Null).await.0, 404);
    });
}
