//! Opening, hearing, answering, taking back, noting, taking, and finding it in the queue.

use crate::told::{arrive, complaint, in_thread, now, opened, words};
use casework::case::actions::{assign, take, take_over};
use casework::message::undo::undo_send;
use casework::{ActError, Taken};
use conversation::message::actions::{Reply, note, reply};
use desk::view::case::case_view;
use desk::view::queue::{Lane, View, counters, queue};
use domain::case::Stage;
use domain::channel::Kind;
use domain::event::Event;
use domain::feedback::{FeedbackIn, Imported};
use jiff::SignedDuration;
use store::Press;
use store::scope::Reach;
use testkit::on_both;

fn plain(text: &str) -> Reply {
    Reply {
        text: words(text),
        read_up_to: None,
        to: None,
        despite_failure: false,
        in_clear: false,
        draft_stamp: None,
    }
}

#[test]
fn a_complaint_opens_a_case_with_clocks_and_one_acknowledgement_an_hour() {
    on_both(async |world| {
        let company = world.found().await;
        let number = opened(&world, &company).await;
        let reach = Reach::from(&company.maya);
        let view = case_view(&world.ctx, &reach, number).await.unwrap().unwrap();
        assert_eq!(view.case.stage, Stage::New);
        assert!(view.case.acknowledged_at.is_some());
        assert_eq!(view.customer, "Amara Okafor");
        let names: Vec<_> = view.thread.entries.iter().map(|e| e.entry.event.as_str()).collect();
        assert_eq!(names, ["opened", "sent"]);
        let second = opened(&world, &company).await;
        let view = case_view(&world.ctx, &reach, second).await.unwrap().unwrap();
        assert!(view.case.acknowledged_at.is_none(), "no second automatic letter in the hour");
        assert!(!view.case.clocks.is_empty(), "but a clock waits for our first word");
        world.pass(SignedDuration::from_hours(2));
        let third = opened(&world, &company).await;
        let view = case_view(&world.ctx, &reach, third).await.unwrap().unwrap();
        assert!(view.case.acknowledged_at.is_some());
    });
}

#[test]
fn an_address_gets_three_automatic_letters_a_day_however_long_a_program_goes_on() {
    on_both(async |world| {
        let company = world.found().await;
        let reach = Reach::from(&company.maya);
        let mut acknowledged = 0;
        for _ in 0..11 {
            let number = opened(&world, &company).await;
            let view = case_view(&world.ctx, &reach, number).await.unwrap().unwrap();
            acknowledged += usize::from(view.case.acknowledged_at.is_some());
            world.pass(SignedDuration::from_hours(2));
        }
        assert_eq!(acknowledged, 3);
    });
}

/// Counts automatic letters as if others had got them; `hour` is relative to now.
async fn others_got(world: &testkit::World, what: &str, hour: i64, n: i64) {
    let now = world.ctx.now();
    let hour = now.as_second() / 3_600 + hour;
    let name = match what {
        "all" => format!("automatic/all/{hour:09}"),
        domain => format!("automatic/to/{hour:09}/{domain}"),
    };
    let mut tx = world.ctx.begin().await.unwrap();
    tx.count(&format!("{name}/{n}"), &name, n);
    tx.commit().await.unwrap();
}

#[test]
fn a_domain_that_got_its_share_of_automatic_letters_gets_no_more_in_that_hour() {
    on_both(async |world| {
        let company = world.found().await;
        let acknowledged = async || {
            let number = opened(&world, &company).await;
            crate::told::now(&world, number).await.case.acknowledged_at.is_some()
        };
        others_got(&world, "example.org", 0, 2_000).await;
        assert!(!acknowledged().await);
        world.pass(SignedDuration::from_hours(1));
        assert!(acknowledged().await);
    });
}

#[test]
fn far_more_automatic_letters_than_usual_stop_by_themselves() {
    on_both(async |world| {
        let company = world.found().await;
        let acknowledged = async || {
            let number = opened(&world, &company).await;
            crate::told::now(&world, number).await.case.acknowledged_at.is_some()
        };
        others_got(&world, "all", 0, 8_000).await;
        assert!(!acknowledged().await, "nothing is usual yet");
        others_got(&world, "all", -30, 168 * 2_000).await;
        assert!(acknowledged().await, "four times the usual may be");
        casework::automatic::forget_old(&world.ctx, world.ctx.now()).await.unwrap();
        world.pass(SignedDuration::from_hours(25));
        others_got(&world, "all", 0, 9_999).await;
        assert!(acknowledged().await, "what is usual is not forgotten");
        world.pass(SignedDuration::from_hours(2));
        others_got(&world, "all", 0, 12_000).await;
        assert!(!acknowledged().await, "six times the usual is too much");
    });
}

#[test]
fn what_a_program_must_not_answer_opens_a_case_and_gets_no_letter() {
    on_both(async |world| {
        let company = world.found().await;
        let customer = company.amara;
        let said = complaint(&world, &company, "The heating is off.");
        let said = FeedbackIn { answerable: false, ..said };
        let Taken::Opened { number, .. } = arrive(&world, &said, customer).await else {
            panic!("it opens a case");
        };
        let reach = Reach::from(&company.maya);
        let view = case_view(&world.ctx, &reach, number).await.unwrap().unwrap();
        assert!(view.case.acknowledged_at.is_none());
        assert!(!view.case.clocks.is_empty(), "a clock waits for a person's word");
    });
}

#[test]
fn what_is_said_in_the_thread_joins_it_unless_a_stranger_says_it() {
    on_both(async |world| {
        let company = world.found().await;
        let number = opened(&world, &company).await;
        let more = complaint(&world, &company, "Still nobody came.");
        let taken = arrive(&world, &in_thread(more.clone(), number, true), company.amara).await;
        assert!(matches!(taken, Taken::Joined { number: n, .. } if n == number));
        let taken = arrive(&world, &in_thread(more, number, false), company.nameless).await;
        assert_eq!(taken, Taken::Waits { on: number });
        let reach = Reach::from(&company.maya);
        let view = case_view(&world.ctx, &reach, number).await.unwrap().unwrap();
        assert_eq!(view.case.contacts, 2, "the stranger's words are not in the case");
    });
}

#[test]
fn what_asks_for_nothing_stays_feedback_with_its_explanation() {
    on_both(async |world| {
        let company = world.found().await;
        let post = complaint(&world, &company, "Worst heating ever");
        let left = [
            FeedbackIn { public: true, ..post.clone() },
            FeedbackIn { wants_case: false, ..post.clone() },
        ];
        for feedback in left {
            let taken = arrive(&world, &feedback, company.amara).await;
            assert!(matches!(taken, Taken::Left { explanation } if !explanation.is_empty()));
        }
        let idea = FeedbackIn { kind: Kind::Idea, ..post };
        arrive(&world, &idea, company.amara).await;
        let reach = Reach::from(&company.jo);
        let ideas = queue(&world.ctx, &reach, Lane::All, View::Ideas, None).await.unwrap();
        let open = queue(&world.ctx, &reach, Lane::All, View::Open, None).await.unwrap();
        assert_eq!((ideas.rows.len(), open.rows.len()), (1, 0));
    });
}

#[test]
fn what_was_over_elsewhere_comes_in_closed_without_mail_or_timers() {
    on_both(async |world| {
        let company = world.found().await;
        let old =
            FeedbackIn { imported: Imported::Closed, ..complaint(&world, &company, "Long ago") };
        let taken = arrive(&world, &old, company.amara).await;
        assert!(matches!(taken, Taken::Opened { .. }));
        assert_eq!(world.ctx.store.job_counts().await.unwrap(), (0, 0));
        assert_eq!(world.ctx.store.next_letter_at().await.unwrap(), None);
    });
}

#[test]
fn a_reply_leaves_after_the_undo_time_and_is_sent_once_however_often_it_is_pressed() {
    on_both(async |world| {
        let company = world.found().await;
        let number = opened(&world, &company).await;
        world.pass(SignedDuration::from_mins(5));
        let press = Press::new("maya", "k1", "h");
        let first = reply(&world.ctx, &company.maya, number, plain("I'm on it."), &press).await;
        let again = reply(&world.ctx, &company.maya, number, plain("I'm on it."), &press).await;
        let (first, again) = (first.unwrap(), again.unwrap());
        assert_eq!(first, again);
        let other = Press::new("maya", "k1", "another body");
        let other = reply(&world.ctx, &company.maya, number, plain("Else"), &other).await;
        assert!(matches!(other, Err(ActError::OtherBody)));
        let lease = SignedDuration::from_secs(60);
        let now = world.ctx.now();
        let letters = world.ctx.store.take_letters(now, lease, 9).await.unwrap();
        assert_eq!(letters.len(), 1, "only the acknowledgement may leave yet");
        world.pass(SignedDuration::from_secs(15));
        let letters = world.ctx.store.take_letters(world.ctx.now(), lease, 9).await.unwrap();
        assert_eq!(letters.len(), 1);
        let envelope: serde_json::Value = serde_json::from_str(&letters[0].envelope).unwrap();
        assert_eq!(envelope["from_name"], "Maya");
        assert_eq!(envelope["to"], "amara@example.org");
        assert_eq!(envelope["number"], number.to_string());
        let link = envelope["link"].as_str().unwrap();
        assert!(link.starts_with("http://127.0.0.1:8080/c/"));
    });
}

#[test]
fn a_reply_taken_back_in_time_never_was_and_its_text_is_a_draft_again() {
    on_both(async |world| {
        let company = world.found().await;
        let number = opened(&world, &company).await;
        let reach = Reach::from(&company.maya);
        let before = case_view(&world.ctx, &reach, number).await.unwrap().unwrap().case;
        let none = Press::none();
        let done = reply(&world.ctx, &company.maya, number, plain("Oops"), &none).await.unwrap();
        let message = done.message.unwrap();
        let jo = &company.jo;
        undo_send(&world.ctx, jo, number, message, &none).await.unwrap();
        let after = case_view(&world.ctx, &reach, number).await.unwrap().unwrap().case;
        assert_eq!(
            (&after.stage, after.waiting_since, after.answered_at, &after.clocks),
            (&before.stage, before.waiting_since, before.answered_at, &before.clocks)
        );
        let drafts = casework::draft::actions::drafts(&world.ctx, &reach, after.id).await.unwrap();
        assert!(drafts.iter().any(|draft| draft.text == "Oops"));
        let done = reply(&world.ctx, &company.maya, number, plain("Now"), &none).await.unwrap();
        world.pass(SignedDuration::from_secs(16));
        let late = undo_send(&world.ctx, jo, number, done.message.unwrap(), &none).await;
        assert!(matches!(late, Err(ActError::Refused(why)) if why.code() == "undo_too_late"));
    });
}

#[test]
fn a_reply_waits_when_the_customer_wrote_since_the_writer_last_looked() {
    on_both(async |world| {
        let company = world.found().await;
        let number = opened(&world, &company).await;
        let more = complaint(&world, &company, "It is solved, by the way.");
        arrive(&world, &in_thread(more, number, true), company.amara).await;
        let stale = Reply { read_up_to: Some(2), ..plain("We will look into it.") };
        let refused = reply(&world.ctx, &company.maya, number, stale.clone(), &Press::none()).await;
        assert!(matches!(refused, Err(ActError::Refused(why)) if why.code() == "new_message"));
        let fresh = Reply { read_up_to: Some(3), ..stale };
        reply(&world.ctx, &company.maya, number, fresh, &Press::none()).await.unwrap();
    });
}

#[test]
fn a_case_of_another_unit_looks_like_one_that_does_not_exist() {
    on_both(async |world| {
        let company = world.found().await;
        let number = opened(&world, &company).await;
        let stranger = Reach::from(&company.stan);
        let ctx = &world.ctx;
        assert!(case_view(ctx, &stranger, number).await.unwrap().is_none());
        let taken = take(ctx, &company.stan, number, &Press::none()).await;
        assert!(matches!(taken, Err(ActError::Missing)));
        let given = assign(ctx, &company.jo, number, Some(company.stan.id), &Press::none()).await;
        assert!(matches!(given, Err(ActError::Refused(w)) if w.code() == "no_such_colleague"));
        let rows = queue(ctx, &stranger, Lane::Team(company.care), View::Open, None).await;
        assert!(rows.unwrap().rows.is_empty());
        let counts = counters(ctx, &company.stan, Lane::All).await.unwrap();
        assert!(counts.is_empty());
    });
}

#[test]
fn the_second_to_take_a_case_is_told_who_was_first_and_may_take_it_over() {
    on_both(async |world| {
        let company = world.found().await;
        let number = opened(&world, &company).await;
        let (ctx, none) = (&world.ctx, Press::none());
        take(ctx, &company.maya, number, &none).await.unwrap();
        let second = take(ctx, &company.jo, number, &none).await.unwrap_err();
        assert!(second.to_string().starts_with("Maya"), "{second}");
        assert!(matches!(second, ActError::Refused(why) if why.code() == "case_taken"));
        let maya = Some(company.maya.id);
        take_over(ctx, &company.jo, number, maya, &none).await.unwrap();
        assert_eq!(now(&world, number).await.case.owner, Some(company.jo.id));
    });
}

#[test]
fn counters_follow_a_case_from_the_team_to_its_owner() {
    on_both(async |world| {
        let company = world.found().await;
        let number = opened(&world, &company).await;
        take(&world.ctx, &company.maya, number, &Press::none()).await.unwrap();
        note(&world.ctx, &company.maya, number, words("Call first."), None, &Press::none())
            .await
            .unwrap();
        let mine = Lane::Owner(company.maya.id);
        let counts = counters(&world.ctx, &company.maya, mine).await.unwrap();
        assert_eq!(counts.get("open"), Some(&1));
        let reach = Reach::from(&company.maya);
        let page = queue(&world.ctx, &reach, mine, View::Open, None).await.unwrap();
        assert_eq!(page.rows[0].owner.as_deref(), Some("Maya"));
        assert!(page.rows[0].snippet.starts_with("The heating is off"));
        let view = case_view(&world.ctx, &reach, number).await.unwrap().unwrap();
        let last = &view.thread.entries.last().unwrap().entry.event;
        assert!(matches!(last, Event::Noted { note } if note.text == "Call first."));
    });
}
