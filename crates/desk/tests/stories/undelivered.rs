//! A letter that did not arrive: its case comes back on top until somebody has seen to it.

use crate::told::{arrive, code, complaint, letters, now, opened, words};
use desk::message::actions::{Reply, reply, reported, undo_send};
use desk::undelivered::actions::{Seeing, see_to};
use desk::view::queue::{Lane, View, queue};
use domain::case::Stage;
use domain::event::Event;
use domain::id::{CaseNumber, MessageId};
use domain::message::Delivery;
use domain::urgency::Reason;
use jiff::SignedDuration;
use store::Press;
use store::scope::Reach;
use testkit::{Company, World, on_both};

/// Sends a reply that leaves, and gives its letter.
async fn answered(world: &World, company: &Company, number: CaseNumber) -> MessageId {
    let text = words("We pay it back today.");
    let text = Reply { text, read_up_to: None, to: None, draft_stamp: None };
    let done = reply(&world.ctx, &company.maya, number, text, &Press::none()).await.unwrap();
    world.pass(SignedDuration::from_mins(5));
    letters(world).await;
    done.message.unwrap()
}

async fn report(world: &World, letter: MessageId, delivery: Delivery, detail: &str) {
    let mut tx = world.ctx.begin().await.unwrap();
    reported(&mut tx, &world.ctx, letter, delivery, detail).await.unwrap();
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
        let case = now(&world, number).await.case;
        assert!(!matches!(case.stage, Stage::WaitingForCustomer { .. }), "{:?}", case.stage);
        assert!(case.waiting_since.is_some(), "the customer waits for us");
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
        assert!(matches!(stranger, Err(desk::ActError::Missing)));
        see_to(ctx, &company.maya, number, letter, Seeing::Aside, &none).await.unwrap();
        let view = now(&world, number).await;
        assert!(view.case.undelivered.is_empty());
        assert!(!view.reasons.contains(&Reason::Undelivered));
        world.pass(SignedDuration::from_mins(5));
        assert!(letters(&world).await.is_empty());
        // What was made of the record is what is in the tables.
        let before = now(&world, number).await.case;
        desk::case::rebuild::rebuild(ctx).await.unwrap();
        assert_eq!(now(&world, number).await.case, before);
    });
}
