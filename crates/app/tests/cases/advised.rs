//! What the coach and the publicity check do on the way of a reply, and what is learnt of both.

use crate::programs::Program;
use crate::told::opened;
use domain::urgency::Facts;
use serde_json::{Value, json};
use store::{Context, on};
use testkit::on_both;

/// What was handed over to whoever learns from it.
async fn told(ctx: &Context, kind: &str) -> Vec<Value> {
    const SQL: &str = "SELECT body FROM job WHERE kind = $1 ORDER BY id";
    let bodies: Vec<String> =
        on!(Store &ctx.store, db => sqlx::query_scalar(SQL).bind(kind).fetch_all(db).await)
            .unwrap();
    bodies.iter().map(|body| serde_json::from_str(body).unwrap()).collect()
}

async fn set_rule(ctx: &Context, id: &str, is_off: i64, body: &str) {
    const SQL: &str = "
        INSERT INTO coach_rule (id, language, is_off, says, body, changed_by, changed_at_ms)
        VALUES ($1, '', $2, '', $3, '', 0)";
    let mut tx = ctx.begin().await.unwrap();
    on!(Tx &mut tx, db => sqlx::query(SQL).bind(id).bind(is_off).bind(body).execute(db).await
        .map(|_| ()))
    .unwrap();
    tx.commit().await.unwrap();
}

#[test]
fn what_became_of_advice_is_handed_over_with_the_reply() {
    on_both(async |world| {
        let company = world.found().await;
        let case = opened(&world, &company).await;
        let maya = Program::of(&world, &company.maya, "").await;
        let path = format!("/cases/{}/messages", case);
        let text = "Dear Amara, kindly find the correspondence enclosed.";
        let reply = json!({"text": text, "used": ["C01"], "kept": ["C06"]});
        let sent = maya.post(&path, reply).await;
        assert_eq!(sent.status, 201, "{}", sent.body);
        let told = told(&world.ctx, "coached").await;
        assert_eq!(told.len(), 1);
        assert_eq!((&told[0]["used"], &told[0]["kept"]), (&json!(["C01"]), &json!(["C06"])));
        let anyway = told[0]["sent_anyway"].as_array().unwrap();
        assert!(anyway.contains(&json!("C02")), "no plain apology: {anyway:?}");
        assert!(!anyway.contains(&json!("C06")), "it was waved away: {anyway:?}");
        assert_eq!(told[0]["language"], "en");
    });
}

#[test]
fn a_card_number_leaves_by_no_letter_that_a_person_writes() {
    on_both(async |world| {
        let company = world.found().await;
        let case = opened(&world, &company).await;
        let maya = Program::of(&world, &company.maya, "").await;
        let card = "Your card 4111 1111 1111 1111 was charged.";
        let at = |path: &str| format!("/cases/{}/{path}", case);
        let reply = maya.post(&at("messages"), json!({"text": card, "kept": ["C13"]})).await;
        assert_eq!((reply.status, &reply.body["code"]), (422, &json!("coach_stops")));
        let due = world.ctx.now() + jiff::SignedDuration::from_hours(30);
        let moved = json!({"team": company.planning, "reason": card, "due_at": due});
        let moved = maya.post(&at("transfers"), moved).await;
        assert_ne!(moved.status, 201, "{}", moved.body);
        let words = domain::words::Words::new(card, 1_000).unwrap();
        let reply = conversation::message::actions::Reply {
            text: words,
            read_up_to: None,
            to: None,
            despite_failure: false,
            in_clear: false,
            draft_stamp: None,
        };
        let none = store::Press::none();
        let (ctx, staff) = (&world.ctx, &company.maya);
        let done = conversation::message::actions::reply(ctx, staff, case, reply, &none).await;
        let Err(casework::ActError::Refused(why)) = done else { panic!("it left") };
        assert_eq!(why.code(), "coach_stops");
        let letters = "SELECT COUNT(*) FROM message WHERE direction = 'out' AND text LIKE '%4111%'";
        let n: i64 = on!(Store &world.ctx.store, db => sqlx::query_scalar(letters).fetch_one(db)
            .await)
        .unwrap();
        assert_eq!(n, 0);
    });
}

#[test]
fn rules_are_switched_and_added_by_the_organisation_and_the_guard_of_personal_data_is_not() {
    on_both(async |world| {
        let company = world.found().await;
        let case = opened(&world, &company).await;
        let maya = Program::of(&world, &company.maya, "").await;
        let path = format!("/cases/{}/coachings", case);
        let text = "Kindly use card 4111 1111 1111 1111 for the turbo widget.";
        let rules = async || {
            let found = maya.post(&path, json!({"text": text})).await.body;
            let found = found.as_array().unwrap().iter();
            found.map(|f| f["rule"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        let before = rules().await;
        assert!(before.contains(&"C06".to_owned()) && before.contains(&"C13".to_owned()));
        set_rule(&world.ctx, "C06", 1, "").await;
        set_rule(&world.ctx, "C13", 1, "").await;
        let own = "language = \"en\"\n[[rule]]\nid = \"O1\"\nsays = \"Our jargon.\"\n\
            reason = \"They call it the heater.\"\npatterns = [\"turbo widget\"]\n";
        set_rule(&world.ctx, "O1", 0, own).await;
        let after = rules().await;
        assert!(!after.contains(&"C06".to_owned()), "{after:?}");
        assert!(after.contains(&"C13".to_owned()), "{after:?}");
        assert!(after.contains(&"O1".to_owned()), "{after:?}");
    });
}

#[test]
fn a_reply_that_speaks_of_courts_waits_for_the_publicity_check_and_its_reason() {
    on_both(async |world| {
        let company = world.found().await;
        let case = opened(&world, &company).await;
        let maya = Program::of(&world, &company.maya, "").await;
        let at = |path: &str| format!("/cases/{}/{path}", case);
        let text = "I'm sorry, Amara. Our lawyers will see you in court. How else can I help?";
        let seen = maya.post(&at("publicity/coachings"), json!({"text": text})).await;
        assert_eq!(seen.status, 200);
        assert_ne!(seen.body["opens_because"], "");
        assert_eq!(seen.body["questions"][2]["question"], "held_against_us");
        let open = maya.post(&at("messages"), json!({"text": text})).await;
        assert_eq!((open.status, &open.body["code"]), (422, &json!("publicity_check")));
        let mut check = json!({"embarrasses": true, "proud": false, "held_against_us": true});
        let mute = maya.post(&at("messages"), json!({"text": text, "check": check})).await;
        assert_eq!((mute.status, &mute.body["errors"][0]["pointer"]), (422, &json!("/check/why")));
        check["why"] = json!("They asked which court.");
        let sent = maya.post(&at("messages"), json!({"text": text, "check": check})).await;
        assert_eq!(sent.status, 201, "{}", sent.body);
        let told = told(&world.ctx, "coached").await;
        assert_eq!(told[0]["check"]["why"], "They asked which court.");
        let notes = maya.call("GET", &at("notes"), None, &[]).await.body;
        let note = notes["data"][0]["text"].as_str().unwrap();
        assert!(note.contains("They asked which court."), "{note}");
    });
}

/// Replies as people write them on an ordinary day.
const ORDINARY: [&str; 20] = [
    "I'm sorry that nobody came on Tuesday, Amara. Priya comes on Thursday at 9. How else can I help?",
    "Thank you for telling us. I have sent the second charge back; it is with you by Friday.",
    "I'm sorry. Your parcel went to the wrong depot and leaves again tonight.",
    "You are right, the price on the page was old. We charge the one you saw.",
    "I have asked the warehouse and call you tomorrow at 10 with what they say.",
    "I'm sorry for the wait. Here is the new password link. Does it work now?",
    "We have changed your address. The next letter goes to the new one.",
    "I'm sorry, Amara. The engineer was sent to another street. He comes today at 16.",
    "The refund of 42 euros left us this morning. What else can I do for you today?",
    "Thank you for the picture. I see the crack, and a new one leaves today.",
    "I'm sorry that the app lost your order. It is back, and nothing is charged twice.",
    "Your contract ends on 31 May, as you asked. There is nothing left to pay.",
    "I'm sorry about the tone on the telephone. I have spoken with my colleague.",
    "The line was repaired at noon. Is your connection steady now?",
    "We do not sell that colour any more. Shall I tell you when something like it comes?",
    "I'm sorry, the form did not take your umlaut. I have put your name right by hand.",
    "The invoice had the wrong month. The right one is attached. How else can I help?",
    "Your seat is booked, aisle, row 12. Have a good journey.",
    "I'm sorry that we kept you waiting. I read it all and answer each point below.",
    "I have noted that you prefer a call after five. I call you today at 17:30.",
];

#[test]
fn the_publicity_check_lets_ordinary_replies_pass() {
    on_both(async |world| {
        let company = world.found().await;
        let case = opened(&world, &company).await;
        let maya = Program::of(&world, &company.maya, "").await;
        let path = format!("/cases/{}/publicity/coachings", case);
        let mut opened = Vec::new();
        for text in ORDINARY {
            let seen = maya.post(&path, json!({"text": text})).await;
            if seen.body["opens_because"] != "" {
                opened.push(text);
            }
        }
        assert!(opened.is_empty(), "fewer than one in twenty: {opened:?}");
    });
}

#[test]
fn a_corrected_reading_is_handed_over_and_so_is_taking_it_back() {
    on_both(async |world| {
        let company = world.found().await;
        let case = opened(&world, &company).await;
        let (ctx, maya) = (&world.ctx, &company.maya);
        let right = casework::case::actions::Right {
            feeling: Some("negative".to_owned()),
            reason: "They say so.".to_owned(),
            ..casework::case::actions::Right::plain(
                domain::channel::Kind::Question,
                1,
                Facts::default(),
            )
        };
        let none = store::Press::none();
        casework::case::actions::reread(ctx, maya, case, right, &none).await.unwrap();
        let first = told(ctx, "correction").await;
        assert_eq!(first[0]["kind"], json!(["complaint", "question"]));
        assert_eq!(
            (&first[0]["feeling"], &first[0]["reason"]),
            (&json!("negative"), &json!("They say so."))
        );
        handling::view::undo::undo_last(ctx, maya, &none).await.unwrap();
        let both = told(ctx, "correction").await;
        assert!(both.iter().any(|b| b["kind"] == json!(["question", "complaint"])));
    });
}

/// Gives a customer a hint and a value, as the night would.
async fn hinted(ctx: &Context, customer: &str, unit: &str, archetype: &str, value: i64) {
    const HINT: &str = "
        INSERT INTO archetype_hint (customer_id, archetype, strength, evidence, found_at_ms,
            ends_at_ms) VALUES ($1, $2, 0.9, 'x', 0, 9000000000000)
        ON CONFLICT (customer_id, archetype) DO NOTHING";
    const VALUE: &str = "
        INSERT INTO customer_value (customer_id, unit_id, method, expected_minor, low_minor,
            high_minor, currency, lower_share, formula, worked_out_at_ms)
        VALUES ($1, $2, 'orders', $3, 0, $3, 'EUR', 0.5, 'x', 0)
        ON CONFLICT (customer_id) DO UPDATE SET expected_minor = excluded.expected_minor";
    let mut tx = ctx.begin().await.unwrap();
    on!(Tx &mut tx, db => sqlx::query(HINT).bind(customer).bind(archetype).execute(db).await
        .map(|_| ()))
    .unwrap();
    on!(Tx &mut tx, db => sqlx::query(VALUE).bind(customer).bind(unit).bind(value).execute(db)
        .await.map(|_| ()))
    .unwrap();
    tx.commit().await.unwrap();
}

/// The queue in its order, and of each case its clocks and what Maya may offer on it.
async fn as_it_stands(ctx: &Context, maya: &domain::permit::Staff) -> Vec<String> {
    use desk::view::queue::{Lane, View, queue};
    let reach = store::scope::Reach::from(maya);
    let rows = queue(ctx, &reach, Lane::All, View::Open, None).await.unwrap().rows;
    let mut all = Vec::new();
    for row in rows {
        let view = desk::view::case::case_view(ctx, &reach, row.case.number).await.unwrap();
        let view = view.unwrap();
        let authority = casework::policy::Policy::default().authority_of(maya);
        all.push(format!("{} {:?} {authority:?}", row.case.number, view.case.clocks));
    }
    all
}

#[test]
fn shuffled_hints_and_values_change_no_order_no_clock_and_no_remedy() {
    on_both(async |world| {
        let company = world.found().await;
        let (ctx, maya) = (&world.ctx, &company.maya);
        let mut customers = Vec::new();
        for n in 0..5 {
            let mut tx = ctx.begin().await.unwrap();
            let email = format!("c{n}@example.org");
            let name = format!("Customer {n}");
            let who = world.meet(&mut tx, company.unit, &name, Some(&email)).await;
            tx.commit().await.unwrap();
            let text = "The heating is off since Tuesday. Nobody came.";
            let said = crate::told::complaint(&world, &company, text);
            let said = domain::feedback::FeedbackIn { severity: 1 + n % 3, address: email, ..said };
            crate::told::arrive(&world, &said, who).await;
            customers.push(who.to_string());
            world.pass(jiff::SignedDuration::from_mins(7));
        }
        let before = as_it_stands(ctx, maya).await;
        assert_eq!(before.len(), 5);
        let unit = company.unit.to_string();
        let hints = ["meek", "aggressive", "high_roller", "chronic", "barnacle"];
        for turn in 0..3 {
            for (n, customer) in customers.iter().enumerate() {
                let value = i64::try_from((n * 7 + turn * 3) % 5).unwrap() * 1_000_000;
                hinted(ctx, customer, &unit, hints[(n + turn) % 5], value).await;
            }
            assert_eq!(as_it_stands(ctx, maya).await, before);
            casework::case::rebuild::rebuild(ctx).await.unwrap();
            assert_eq!(as_it_stands(ctx, maya).await, before, "and neither when it is made again");
        }
    });
}
