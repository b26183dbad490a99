//! A letter that did not arrive: its case comes back on top until somebody has seen to it.

use crate::programs::Program;
use crate::told::{arrive, code, complaint, in_thread, letters, now, opened, ring, words};
use casework::Taken;
use casework::message::undo::undo_send;
use casework::promise::rules::ClosedHours;
use conversation::message::actions::{Reply, reply, reported};
use conversation::undelivered::actions::{Seeing, see_to};
use desk::view::promises::{away, owed_by};
use desk::view::queue::{Lane, View, queue};
use domain::case::{Closing, SeenTo, Stage};
use domain::event::Event;
use domain::feedback::FeedbackIn;
use domain::id::{CaseNumber, MessageId};
use domain::message::Delivery;
use domain::urgency::Reason;
use jiff::SignedDuration;
use jiff::civil::Date;
use remedies::promise::actions::{MakePromise, make as make_promise};
use remedies::resolution::actions::{Ask, resolve};
use store::scope::Reach;
use store::{Press, on};
use testkit::{Company, World, on_both};

/// Sends a reply that leaves, and gives its letter.
async fn answered(world: &World, company: &Company, number: CaseNumber) -> MessageId {
    let text = words("We pay it back today.");
    let text = Reply {
        text,
        read_up_to: None,
        to: None,
        despite_failure: true,
        in_clear: false,
        draft_stamp: None,
    };
    let done = reply(&world.ctx, &company.maya, number, text, &Press::none()).await.unwrap();
    world.pass(SignedDuration::from_mins(5));
    letters(world).await;
    done.message.unwrap()
}

async fn report(world: &World, letter: MessageId, delivery: Delivery, detail: &str) {
    let mut tx = world.ctx.begin().await.unwrap();
    reported(&mut tx, &world.ctx, letter, (delivery, detail), None).await.unwrap();
    tx.commit().await.unwrap();
}

/// Numbers of the open cases, the first of the queue first.
async fn in_line(world: &World) -> Vec<CaseNumber> {
    let all = Reach { scope: "all".to_owned(), staff: String::new() };
    let page = queue(&world.ctx, &all, Lane::All, View::Open, None).await.unwrap();
    page.rows.into_iter().map(|row| row.case.number).collect()
}

#[test]
fn a_letter_that_came_back_puts_its_case_on_top_and_a_delay_does_not() {
    on_both(async |world| {
        let company = world.found().await;
        let number = opened(&world, &company).await;
        let letter = answered(&world, &company, number).await;
        let other = complaint(&world, &company, "Still no heating");
        arrive(&world, &other, company.amara).await;
        let before = in_line(&world).await;
        assert_eq!(before.last(), Some(&number), "it waits for the customer");
        report(&world, letter, Delivery::Delayed, "4.4.1 no answer from their server").await;
        assert_eq!(in_line(&world).await, before);
        assert!(now(&world, number).await.case.undelivered.is_empty());

        report(&world, letter, Delivery::Failed, "There is no such mailbox (5.1.1)").await;
        assert_eq!(in_line(&world).await[0], number);
        let view = now(&world, number).await;
        assert_eq!(view.reasons[0], Reason::Undelivered);
        let told = &view.case.undelivered[0];
        assert_eq!((told.letter, told.to.as_str()), (letter, "amara@example.org"));
        assert!(told.why.contains("no such mailbox"));
        let last = &view.thread.entries.last().unwrap().entry.event;
        assert!(matches!(last, Event::Undelivered(_)), "the record tells it: {last:?}");
        // The same report once more is nothing new.
        let version = view.case.version;
        report(&world, letter, Delivery::Failed, "There is no such mailbox (5.1.1)").await;
        assert_eq!(now(&world, number).await.case.version, version);
    });
}

#[test]
fn sent_to_another_address_it_leaves_the_top_and_its_words_leave_again() {
    on_both(async |world| {
        let company = world.found().await;
        let number = opened(&world, &company).await;
        let letter = answered(&world, &company, number).await;
        let stage = now(&world, number).await.case.stage;
        report(&world, letter, Delivery::Failed, "5.1.1").await;
        let (ctx, maya, none) = (&world.ctx, &company.maya, Press::none());
        let to = |text: &str| Seeing::Again(Some(text.to_owned()));
        let odd = see_to(ctx, maya, number, letter, to("amara at work"), &none).await;
        assert_eq!(code(odd), "no_address");
        let press = Press::new("maya", "again", "h");
        let address = to("amara@work.example");
        see_to(ctx, maya, number, letter, address.clone(), &press).await.unwrap();
        see_to(ctx, maya, number, letter, address, &press).await.unwrap();
        world.pass(SignedDuration::from_mins(5));
        let left = letters(&world).await;
        assert_eq!(left.len(), 1, "pressed twice it is sent once: {left:?}");
        assert_eq!(left[0]["to"], "amara@work.example");
        assert_eq!(left[0]["text"], "We pay it back today.");
        let case = now(&world, number).await.case;
        assert!(
            case.undelivered.is_empty() && matches!(case.stage, Stage::WaitingForCustomer { .. })
        );
        assert!(matches!(stage, Stage::WaitingForCustomer { .. }));
        let gone = see_to(ctx, maya, number, letter, Seeing::Aside, &none).await;
        assert_eq!(code(gone), "not_undelivered");
    });
}

#[test]
fn sent_again_and_taken_back_it_does_not_wait_for_a_customer_who_heard_nothing() {
    on_both(async |world| {
        let company = world.found().await;
        let number = opened(&world, &company).await;
        let letter = answered(&world, &company, number).await;
        report(&world, letter, Delivery::Failed, "5.1.1").await;
        let (ctx, maya, none) = (&world.ctx, &company.maya, Press::none());
        let again = see_to(ctx, maya, number, letter, Seeing::Again(None), &none).await.unwrap();
        undo_send(ctx, maya, number, again.message.unwrap(), &none).await.unwrap();
        world.pass(SignedDuration::from_mins(5));
        assert!(letters(&world).await.is_empty(), "it was taken back");
        let view = now(&world, number).await;
        let case = &view.case;
        assert!(!matches!(case.stage, Stage::WaitingForCustomer { .. }), "{:?}", case.stage);
        assert!(case.waiting_since.is_some(), "the customer waits for us");
        assert_eq!(case.undelivered.len(), 1, "what did not arrive still waits for somebody");
        assert_eq!(view.reasons[0], Reason::Undelivered);
        let again = case.undelivered[0].clone();
        assert_eq!((again.letter, again.to.as_str()), (letter, "amara@example.org"));
        // It can be sent again as at first, and then the case waits for the customer as before.
        see_to(ctx, maya, number, letter, Seeing::Again(None), &none).await.unwrap();
        world.pass(SignedDuration::from_mins(5));
        assert_eq!(letters(&world).await.len(), 1);
        let case = now(&world, number).await.case;
        assert!(matches!(case.stage, Stage::WaitingForCustomer { .. }), "{:?}", case.stage);
        let before = case.clone();
        casework::case::rebuild::rebuild(ctx).await.unwrap();
        assert_eq!(now(&world, number).await.case, before);
    });
}

#[test]
fn another_reply_that_is_taken_back_leaves_what_was_seen_to_alone() {
    on_both(async |world| {
        let company = world.found().await;
        let number = opened(&world, &company).await;
        let letter = answered(&world, &company, number).await;
        report(&world, letter, Delivery::Failed, "5.1.1").await;
        let (ctx, maya, none) = (&world.ctx, &company.maya, Press::none());
        see_to(ctx, maya, number, letter, Seeing::Aside, &none).await.unwrap();
        let text = Reply {
            text: words("Sorry."),
            read_up_to: None,
            to: None,
            despite_failure: true,
            in_clear: false,
            draft_stamp: None,
        };
        let other = reply(ctx, maya, number, text, &none).await.unwrap().message.unwrap();
        undo_send(ctx, maya, number, other, &none).await.unwrap();
        assert!(now(&world, number).await.case.undelivered.is_empty());
    });
}

/// Cases of which somebody is told, each with what happened last.
async fn news_of(program: &Program) -> Vec<(String, String)> {
    let news = program.call("GET", "/me/news", None, &[]).await.body;
    let word = |row: &serde_json::Value, field: &str| row[field].as_str().unwrap().to_owned();
    let rows = news.as_array().unwrap().iter();
    rows.map(|row| (word(row, "number"), word(row, "last"))).collect()
}

#[test]
fn a_bounce_tells_who_wrote_the_letter_and_who_has_the_case_and_nobody_else() {
    on_both(async |world| {
        let company = world.found().await;
        let number = opened(&world, &company).await;
        let (ctx, none) = (&world.ctx, Press::none());
        let letter = answered(&world, &company, number).await;
        casework::case::actions::assign(ctx, &company.jo, number, Some(company.jo.id), &none)
            .await
            .unwrap();
        let maya = Program::of(&world, &company.maya, "").await;
        let jo = Program::of(&world, &company.jo, "").await;
        let priya = Program::of(&world, &company.priya, "").await;
        let heard = "What Jo does is no news to who merely wrote a letter.";
        assert_eq!(news_of(&maya).await, [], "{heard}");
        report(&world, letter, Delivery::Failed, "5.1.1").await;
        let told = [(number.to_string(), "undelivered".to_owned())];
        assert_eq!(news_of(&maya).await, told, "she wrote it");
        assert_eq!(news_of(&jo).await[0].0, number.to_string(), "he has the case");
        assert_eq!(news_of(&priya).await, []);
        // Who reads the case has read it; who sees to it has no more to tell.
        see_to(ctx, &company.jo, number, letter, Seeing::Aside, &none).await.unwrap();
        assert_eq!(news_of(&maya).await, [], "somebody has seen to it");
    });
}

#[test]
fn a_new_address_is_for_this_letter_unless_somebody_says_that_it_stays() {
    on_both(async |world| {
        const JOBS: &str = "SELECT body FROM job WHERE kind = 'customer_address' ORDER BY id";
        let company = world.found().await;
        let number = opened(&world, &company).await;
        let letter = answered(&world, &company, number).await;
        report(&world, letter, Delivery::Failed, "5.1.1").await;
        let (ctx, maya, none) = (&world.ctx, &company.maya, Press::none());
        let asked = async || -> Vec<String> {
            on!(Store &ctx.store, db => sqlx::query_scalar(JOBS).fetch_all(db).await).unwrap()
        };
        let once = Seeing::Again(Some("amara@work.example".to_owned()));
        let again = see_to(ctx, maya, number, letter, once, &none).await.unwrap();
        let second = again.message.unwrap();
        world.pass(SignedDuration::from_mins(5));
        assert_eq!(letters(&world).await[0]["to"], "amara@work.example");
        assert!(asked().await.is_empty(), "the customer's address is as it was");
        answered(&world, &company, number).await;

        report(&world, second, Delivery::Failed, "5.1.1").await;
        let stays = |to: &str| Seeing::FromNowOn(to.to_owned());
        let odd = see_to(ctx, maya, number, second, stays("nowhere"), &none).await;
        assert_eq!(code(odd), "no_address");
        see_to(ctx, maya, number, second, stays("Amara@Home.example"), &none).await.unwrap();
        let bodies = asked().await;
        assert_eq!(bodies.len(), 1);
        let body: serde_json::Value = serde_json::from_str(&bodies[0]).unwrap();
        assert_eq!(body["customer"], company.amara.to_string());
        assert_eq!(body["email"], "Amara@Home.example");
        let view = now(&world, number).await;
        let last = view.thread.entries.iter().rev().map(|entry| &entry.entry.event);
        let how = last.into_iter().find_map(|event| match event {
            Event::UndeliveredSeenTo { how, .. } => Some(*how),
            _ => None,
        });
        assert_eq!(how, Some(SeenTo::FromNowOn), "the record tells it");
    });
}

#[test]
fn an_address_of_another_customer_never_becomes_this_one_s() {
    on_both(async |world| {
        let company = world.found().await;
        let number = opened(&world, &company).await;
        let letter = answered(&world, &company, number).await;
        report(&world, letter, Delivery::Failed, "5.1.1").await;
        const TAKEN: &str = "
            INSERT INTO identity (unit_id, kind, value, customer_id, made_at_ms)
            VALUES ($1, 'email', 'weiss@example.org', $2, 1)";
        let (ctx, maya, none) = (&world.ctx, &company.maya, Press::none());
        let mut tx = ctx.begin().await.unwrap();
        on!(Tx &mut tx, db => sqlx::query(TAKEN).bind(company.unit.to_string())
            .bind(company.nameless.to_string()).execute(db).await.map(|_| ()))
        .unwrap();
        tx.commit().await.unwrap();
        let theirs = Seeing::FromNowOn("Weiss@example.org".to_owned());
        let refused = see_to(ctx, maya, number, letter, theirs, &none).await;
        assert_eq!(code(refused), "address_of_another");
        let once = Seeing::Again(Some("weiss@example.org".to_owned()));
        see_to(ctx, maya, number, letter, once, &none).await.unwrap();
    });
}

#[test]
fn set_aside_it_leaves_the_top_and_nothing_is_sent() {
    on_both(async |world| {
        let company = world.found().await;
        let number = opened(&world, &company).await;
        let letter = answered(&world, &company, number).await;
        report(&world, letter, Delivery::Failed, "5.1.1").await;
        let (ctx, none) = (&world.ctx, Press::none());
        let stranger = see_to(ctx, &company.stan, number, letter, Seeing::Aside, &none).await;
        assert!(matches!(stranger, Err(casework::ActError::Missing)));
        see_to(ctx, &company.maya, number, letter, Seeing::Aside, &none).await.unwrap();
        let view = now(&world, number).await;
        assert!(view.case.undelivered.is_empty());
        assert!(!view.reasons.contains(&Reason::Undelivered));
        world.pass(SignedDuration::from_mins(5));
        assert!(letters(&world).await.is_empty());
        // What was made of the record is what is in the tables.
        let before = now(&world, number).await.case;
        casework::case::rebuild::rebuild(ctx).await.unwrap();
        assert_eq!(now(&world, number).await.case, before);
    });
}

#[test]
fn a_reply_to_where_the_last_letter_did_not_arrive_is_a_question_first() {
    on_both(async |world| {
        let company = world.found().await;
        let number = opened(&world, &company).await;
        let (ctx, maya, none) = (&world.ctx, &company.maya, Press::none());
        let answer = async |on: CaseNumber, despite_failure: bool| {
            let text = words("We pay it back today.");
            let text = Reply {
                text,
                read_up_to: None,
                to: None,
                despite_failure,
                in_clear: false,
                draft_stamp: None,
            };
            reply(ctx, maya, on, text, &none).await
        };
        let other = complaint(&world, &company, "Still no heating");
        let Taken::Opened { number: other, .. } = arrive(&world, &other, company.amara).await
        else {
            panic!("it opens a case")
        };
        let letter = answered(&world, &company, number).await;
        assert!(answer(number, false).await.is_ok(), "nobody said that it did not arrive");
        world.pass(SignedDuration::from_mins(5));
        report(&world, letter, Delivery::Failed, "There is no such mailbox (5.1.1)").await;
        let Err(refused) = answer(number, false).await else { panic!("it asks first") };
        let says = refused.to_string();
        assert!(says.contains("amara@example.org") && says.contains("no such mailbox"), "{says}");
        assert_eq!(code(answer(other, false).await), "address_failed", "on each of their cases");
        let sent = answer(number, true).await.unwrap().message.unwrap();
        assert_eq!(code(answer(number, false).await), "address_failed");
        world.pass(SignedDuration::from_mins(5));
        report(&world, sent, Delivery::Delivered, "").await;
        assert!(answer(number, false).await.is_ok(), "letters arrive there again");
        assert!(answer(other, false).await.is_ok());
        report(&world, sent, Delivery::Failed, "").await;
        assert_eq!(code(answer(other, false).await), "address_failed");
        world.pass(SignedDuration::from_mins(5));
        let again = complaint(&world, &company, "Is anybody there?");
        arrive(&world, &again, company.amara).await;
        assert!(answer(other, false).await.is_ok(), "they write from there");
    });
}

#[test]
fn a_letter_of_another_kind_waits_where_the_last_one_did_not_arrive() {
    on_both(async |world| {
        let company = world.found().await;
        let number = opened(&world, &company).await;
        let (ctx, maya, none) = (&world.ctx, &company.maya, Press::none());
        let letter = answered(&world, &company, number).await;
        report(&world, letter, Delivery::Failed, "There is no such mailbox (5.1.1)").await;
        see_to(ctx, maya, number, letter, Seeing::Aside, &none).await.unwrap();
        let did = words("We paid it back.");
        let put_right = async || resolve(ctx, maya, number, &did, Ask::Now, &none).await.unwrap();
        // Taken back in time, nothing waits.
        let taken_back = put_right().await.message.unwrap();
        undo_send(ctx, maya, number, taken_back, &none).await.unwrap();
        world.pass(SignedDuration::from_mins(5));
        ring(&world).await;
        assert!(now(&world, number).await.case.undelivered.is_empty());
        let sent = put_right().await.message.unwrap();
        world.pass(SignedDuration::from_mins(5));
        assert!(letters(&world).await.is_empty(), "it leaves for nowhere by itself");
        ring(&world).await;
        assert!(letters(&world).await.is_empty());
        let case = now(&world, number).await.case;
        let waits = &case.undelivered[0];
        assert_eq!((waits.letter, waits.to.as_str()), (sent, "amara@example.org"));
        let why = "The last letter there did not arrive. There is no such mailbox (5.1.1)";
        assert_eq!(waits.why, why);
        assert!(
            !matches!(case.stage, Stage::Checking { .. }),
            "nobody was asked: {:?}",
            case.stage
        );
        // A further one gives the same reason, and whoever says so sends it.
        let further = see_to(ctx, maya, number, sent, Seeing::Aside, &none).await;
        further.unwrap();
        let again = put_right().await.message.unwrap();
        world.pass(SignedDuration::from_mins(5));
        ring(&world).await;
        assert_eq!(now(&world, number).await.case.undelivered[0].why, why);
        see_to(ctx, maya, number, again, Seeing::Again(None), &none).await.unwrap();
        world.pass(SignedDuration::from_mins(5));
        ring(&world).await;
        let left = letters(&world).await;
        assert_eq!(left.len(), 1, "{left:?}");
        assert_eq!(left[0]["to"], "amara@example.org");
        assert!(now(&world, number).await.case.undelivered.is_empty());
        let before = now(&world, number).await.case;
        casework::case::rebuild::rebuild(ctx).await.unwrap();
        assert_eq!(now(&world, number).await.case, before);
    });
}

#[test]
fn whoever_answers_an_encrypted_mail_in_clear_says_so() {
    on_both(async |world| {
        let company = world.found().await;
        let number = opened(&world, &company).await;
        let (ctx, maya, none) = (&world.ctx, &company.maya, Press::none());
        let answer = async |in_clear: bool| {
            let text = words("We pay it back today.");
            let reply_with = Reply {
                text,
                read_up_to: None,
                to: None,
                despite_failure: false,
                in_clear,
                draft_stamp: None,
            };
            reply(ctx, maya, number, reply_with, &none).await
        };
        let wrote = async |encrypted: bool| {
            let said = in_thread(complaint(&world, &company, "My card is lost"), number, true);
            let said = FeedbackIn { encrypted, ..said };
            arrive(&world, &said, company.amara).await;
        };
        wrote(true).await;
        assert_eq!(code(answer(false).await), "in_clear");
        assert!(answer(true).await.is_ok());
        assert_eq!(code(answer(false).await), "in_clear", "every letter in clear is one");
        wrote(false).await;
        assert!(answer(false).await.is_ok(), "they write in clear themselves");
    });
}

#[test]
fn an_absence_stands_beside_what_was_promised_until_they_are_back() {
    on_both(async |world| {
        let company = world.found().await;
        let number = opened(&world, &company).await;
        let (ctx, maya) = (&world.ctx, &company.maya);
        let letter = answered(&world, &company, number).await;
        let make = MakePromise {
            words: words("ring you"),
            keeper: None,
            due_at: ctx.now() + SignedDuration::from_hours(48),
            visible: true,
            closed_hours: ClosedHours::Confirmed,
        };
        make_promise(ctx, maya, number, make, &Press::none()).await.unwrap();
        let back: Date = "2031-08-12".parse().unwrap();
        let answers = async |back_on: Option<Date>| {
            let mut tx = ctx.begin().await.unwrap();
            let said = (Delivery::Delivered, "They are back on 12 August 2031.");
            reported(&mut tx, ctx, letter, said, back_on).await.unwrap();
            tx.commit().await.unwrap();
        };
        let owed = async || owed_by(ctx, maya.id, 20).await.unwrap().remove(0).back_on;
        assert_eq!(owed().await, None);
        answers(Some(back)).await;
        assert_eq!(owed().await, Some(back));
        let version = now(&world, number).await.case.version;
        answers(Some(back)).await;
        assert_eq!(now(&world, number).await.case.version, version, "told twice it is no news");
        let before = now(&world, number).await.case;
        casework::case::rebuild::rebuild(ctx).await.unwrap();
        assert_eq!(now(&world, number).await.case, before);
        assert_eq!(
            away(Some(back), "2031-08-11".parse().unwrap()),
            "They are back on 12 August 2031."
        );
        assert_eq!(away(Some(back), back), "", "they are there");
        let said = in_thread(complaint(&world, &company, "I am here"), number, true);
        arrive(&world, &said, company.amara).await;
        assert_eq!(owed().await, None, "they wrote themselves");
    });
}

/// Lets a few minutes pass, in which letters leave and none can be taken back any more.
async fn left(world: &World) -> usize {
    world.pass(SignedDuration::from_mins(5));
    ring(world).await;
    letters(world).await.len()
}

#[test]
fn silence_closes_no_case_whose_second_question_did_not_arrive() {
    const DAY: SignedDuration = SignedDuration::from_hours(24);
    on_both(async |world| {
        let company = world.found().await;
        let number = opened(&world, &company).await;
        let (ctx, maya, none) = (&world.ctx, &company.maya, Press::none());
        assert_eq!(left(&world).await, 1, "our first word");
        let did = words("We paid it back.");
        resolve(ctx, maya, number, &did, Ask::Now, &none).await.unwrap();
        assert_eq!(left(&world).await, 1, "the first question");
        world.pass(DAY * 5);
        ring(&world).await;
        let again = letters(&world).await;
        assert_eq!(again.len(), 1, "the second");
        let asked = again[0]["message"].as_str().unwrap().parse().unwrap();
        report(&world, asked, Delivery::Failed, "There is no such mailbox (5.1.1)").await;
        let case = now(&world, number).await.case;
        assert_eq!(case.stage, Stage::WaitingForUs { team: case.team });
        assert!(case.waiting_since.is_some());
        assert_eq!(in_line(&world).await, [number], "somebody sees to it");
        world.pass(DAY * 60);
        ring(&world).await;
        assert!(!now(&world, number).await.case.stage.is_closed(), "nobody was silent");
        let other = Seeing::Again(Some("amara@example.net".to_owned()));
        see_to(ctx, maya, number, asked, other, &none).await.unwrap();
        assert_eq!(left(&world).await, 1, "asked where they are");
        assert!(matches!(now(&world, number).await.case.stage, Stage::Checking { asked: 2, .. }));
        // Their days begin when the question is on its way.
        world.pass(DAY * 13);
        ring(&world).await;
        assert!(!now(&world, number).await.case.stage.is_closed());
        let before = now(&world, number).await.case;
        casework::case::rebuild::rebuild(ctx).await.unwrap();
        assert_eq!(now(&world, number).await.case, before);
        world.pass(DAY);
        ring(&world).await;
        let stage = now(&world, number).await.case.stage;
        assert!(matches!(stage, Stage::Closed { because: Closing::Silence, .. }), "{stage:?}");
    });
}

#[test]
fn a_question_for_later_is_asked_though_what_we_did_had_to_be_sent_twice() {
    const DAY: SignedDuration = SignedDuration::from_hours(24);
    on_both(async |world| {
        let company = world.found().await;
        let number = opened(&world, &company).await;
        let (ctx, maya, none) = (&world.ctx, &company.maya, Press::none());
        assert_eq!(left(&world).await, 1, "our first word");
        let later = Ask::At(world.ctx.now() + DAY * 3);
        let told = resolve(ctx, maya, number, &words("We paid it back."), later, &none).await;
        let told = told.unwrap().message.unwrap();
        assert_eq!(left(&world).await, 1);
        report(&world, told, Delivery::Failed, "There is no such mailbox (5.1.1)").await;
        world.pass(DAY * 4);
        ring(&world).await;
        assert!(letters(&world).await.is_empty(), "nobody is asked about what they did not hear");
        let again = see_to(ctx, maya, number, told, Seeing::Again(None), &none).await.unwrap();
        assert_eq!(left(&world).await, 1, "what we did");
        report(&world, again.message.unwrap(), Delivery::Delivered, "").await;
        world.pass(DAY);
        ring(&world).await;
        assert_eq!(letters(&world).await.len(), 1, "and the question");
        assert!(matches!(now(&world, number).await.case.stage, Stage::Checking { asked: 1, .. }));
    });
}
