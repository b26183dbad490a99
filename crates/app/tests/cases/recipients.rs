//! To whom a reply goes: the customer, and who was taken in, each in a letter of their own.

use crate::told::{arrive, code, complaint, in_thread, letters, now, opened, words};
use casework::Taken;
use casework::message::undo::undo_send;
use conversation::joiner::actions::accept;
use conversation::message::actions::{Reply, delivered, reply, reported};
use desk::portal_case;
use domain::feedback::FeedbackIn;
use domain::id::{CaseNumber, CustomerId, MessageId};
use domain::joiner::Part;
use domain::message::Delivery;
use handling::merger::actions::{merge, separate};
use jiff::SignedDuration;
use serde_json::Value;
use store::{Press, on};
use testkit::{Company, World, on_both};

/// The words of somebody who has the case's address and takes no part in it.
async fn waits(world: &World, company: &Company, number: CaseNumber) -> MessageId {
    let words = FeedbackIn {
        author: "Ines Duarte".to_owned(),
        address: "ines@example.org".to_owned(),
        subject: "Papers of a client".to_owned(),
        ..in_thread(complaint(world, company, "I look after her papers."), number, false)
    };
    let taken = arrive(world, &words, company.nameless).await;
    assert_eq!(taken, Taken::Waits { on: number });
    const SQL: &str = "SELECT message_id FROM joiner WHERE state = 'waits'";
    let id: String =
        on!(Store &world.ctx.store, db => sqlx::query_scalar(SQL).fetch_one(db).await).unwrap();
    id.parse().unwrap()
}

/// A case on which Ines speaks for its customer.
async fn with_ines(world: &World, company: &Company) -> CaseNumber {
    let number = opened(world, company).await;
    let id = waits(world, company, number).await;
    let (part, none) = (Part::Representative, Press::none());
    accept(&world.ctx, &company.maya, number, id, part, &none).await.unwrap();
    letters(world).await;
    number
}

fn to(to: Option<Vec<CustomerId>>) -> Reply {
    Reply {
        text: words("We pay it back today."),
        read_up_to: None,
        to,
        despite_failure: false,
        in_clear: false,
        draft_stamp: None,
    }
}

/// Recipients of the letters that leave now, in order.
async fn leave(world: &World) -> Vec<(String, Value)> {
    world.pass(SignedDuration::from_mins(5));
    let mut all: Vec<(String, Value)> = letters(world)
        .await
        .into_iter()
        .map(|envelope| (envelope["to"].as_str().unwrap().to_owned(), envelope))
        .collect();
    all.sort_by(|a, b| a.0.cmp(&b.0));
    all
}

async fn addresses(world: &World) -> Vec<String> {
    leave(world).await.into_iter().map(|(to, _)| to).collect()
}

#[test]
fn a_reply_without_a_choice_goes_to_the_customer_whoever_wrote_last() {
    on_both(async |world| {
        let company = world.found().await;
        let number = with_ines(&world, &company).await;
        reply(&world.ctx, &company.maya, number, to(None), &Press::none()).await.unwrap();
        assert_eq!(addresses(&world).await, ["amara@example.org"]);
    });
}

#[test]
fn each_who_is_chosen_gets_a_letter_of_their_own_and_only_the_customer_s_opens_the_page() {
    on_both(async |world| {
        let company = world.found().await;
        let number = with_ines(&world, &company).await;
        let chosen = vec![company.amara, company.nameless];
        let (ctx, none) = (&world.ctx, Press::none());
        let done = reply(ctx, &company.maya, number, to(Some(chosen)), &none).await.unwrap();
        let left = leave(&world).await;
        let [(amara, hers), (ines, theirs)] = left.as_slice() else { panic!("{left:?}") };
        assert_eq!((amara.as_str(), ines.as_str()), ("amara@example.org", "ines@example.org"));
        assert!(hers["link"].as_str().unwrap().contains("/c/"));
        assert_eq!(theirs["link"], "", "the page is the customer's");
        assert_eq!(theirs["subject"], "Papers of a client", "the customer's subject is hers");
        assert_ne!(hers["message"], theirs["message"], "each letter has its own id");

        // Reports of one letter say nothing of the other.
        let (message, letter) = (done.message.unwrap(), theirs["message"].as_str().unwrap());
        let letter: MessageId = letter.parse().unwrap();
        let mut tx = world.ctx.begin().await.unwrap();
        reported(&mut tx, ctx, letter, (Delivery::Failed, "5.1.1 unknown"), None).await.unwrap();
        tx.commit().await.unwrap();
        let view = now(&world, number).await;
        let sent = view.thread.entries.iter().rev().find(|e| e.delivery.is_some()).unwrap();
        assert_eq!(sent.delivery.as_ref().unwrap().delivery, Delivery::Sent);
        assert_eq!(sent.also[0].fate.delivery, Delivery::Failed);
        assert_eq!(sent.also[0].fate.detail, "5.1.1 unknown");
        let mut tx = world.ctx.begin().await.unwrap();
        delivered(&mut tx, ctx, message, Delivery::Delivered, "").await.unwrap();
        tx.commit().await.unwrap();
        let token = hers["link"].as_str().unwrap().split_once("/c/").unwrap().1;
        let page = portal_case(ctx, token).await.unwrap().unwrap();
        let last = page.conversation.last().unwrap();
        assert_eq!(last.also, ["Ines Duarte"], "the customer reads who else got it");
    });
}

#[test]
fn the_customer_can_be_left_out_and_finds_it_on_their_page() {
    on_both(async |world| {
        let company = world.found().await;
        let number = with_ines(&world, &company).await;
        let alone = to(Some(vec![company.nameless]));
        reply(&world.ctx, &company.maya, number, alone, &Press::none()).await.unwrap();
        assert_eq!(addresses(&world).await, ["ines@example.org"]);
        let view = now(&world, number).await;
        let sent = view.thread.entries.last().unwrap();
        assert_eq!(sent.delivery.as_ref().unwrap().delivery, Delivery::Shown);
    });
}

#[test]
fn nobody_who_waits_or_was_made_up_gets_a_letter_and_somebody_must() {
    on_both(async |world| {
        let company = world.found().await;
        let number = opened(&world, &company).await;
        letters(&world).await;
        waits(&world, &company, number).await;
        let (ctx, maya, none) = (&world.ctx, &company.maya, Press::none());
        let waiting = to(Some(vec![company.amara, company.nameless]));
        assert_eq!(code(reply(ctx, maya, number, waiting, &none).await), "not_taken_in");
        let made_up = to(Some(vec![ctx.id(ctx.now())]));
        assert_eq!(code(reply(ctx, maya, number, made_up, &none).await), "not_taken_in");
        let nobody = to(Some(Vec::new()));
        assert_eq!(code(reply(ctx, maya, number, nobody, &none).await), "no_recipient");
        assert!(addresses(&world).await.is_empty());
    });
}

#[test]
fn a_reply_is_taken_back_from_all_or_from_nobody() {
    on_both(async |world| {
        let company = world.found().await;
        let number = with_ines(&world, &company).await;
        let (ctx, maya, none) = (&world.ctx, &company.maya, Press::none());
        let both = || to(Some(vec![company.amara, company.nameless]));
        let done = reply(ctx, maya, number, both(), &none).await.unwrap();
        undo_send(ctx, maya, number, done.message.unwrap(), &none).await.unwrap();
        assert!(addresses(&world).await.is_empty(), "nobody gets it");
        let view = now(&world, number).await;
        let fates = |e: &desk::view::case::ThreadEntry| e.also.first().map(|a| a.fate.delivery);
        assert_eq!(view.thread.entries.iter().find_map(fates), Some(Delivery::Undone));

        let done = reply(ctx, maya, number, both(), &none).await.unwrap();
        // One of the two is in the hands of whoever delivers.
        const SQL: &str = "UPDATE outbox SET attempts = 1 WHERE recipient = 'ines@example.org' AND state = 'held'";
        let mut tx = ctx.begin().await.unwrap();
        let rows = on!(Tx &mut tx, db => sqlx::query(SQL).execute(db).await
            .map(|done| done.rows_affected()))
        .unwrap();
        tx.commit().await.unwrap();
        assert_eq!(rows, 1);
        let late = undo_send(ctx, maya, number, done.message.unwrap(), &none).await;
        assert_eq!(code(late), "undo_too_late");
        // What was refused may let go of its rows a moment later.
        let mut left = 0;
        for _ in 0..1_000 {
            left += addresses(&world).await.len();
            if left == 2 {
                return;
            }
        }
        panic!("both leave, and {left} did");
    });
}

#[test]
fn who_was_taken_in_goes_along_with_a_merger_and_back() {
    on_both(async |world| {
        let company = world.found().await;
        let part = with_ines(&world, &company).await;
        let whole = opened(&world, &company).await;
        let (ctx, maya, none) = (&world.ctx, &company.maya, Press::none());
        let ines = || to(Some(vec![company.nameless]));
        assert_eq!(code(reply(ctx, maya, whole, ines(), &none).await), "not_taken_in");
        merge(ctx, maya, part, whole, &none).await.unwrap();
        letters(&world).await;
        reply(ctx, maya, whole, ines(), &none).await.unwrap();
        assert_eq!(addresses(&world).await, ["ines@example.org"]);
        reply(ctx, maya, whole, to(None), &none).await.unwrap();
        assert_eq!(addresses(&world).await, ["amara@example.org"], "the default stays");

        separate(ctx, maya, part, &none).await.unwrap();
        assert_eq!(code(reply(ctx, maya, whole, ines(), &none).await), "not_taken_in");
        reply(ctx, maya, part, ines(), &none).await.unwrap();
        assert_eq!(addresses(&world).await, ["ines@example.org"]);
    });
}
