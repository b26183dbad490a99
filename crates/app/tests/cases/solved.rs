//! Putting right, asking, the customer's word, silence, closing, conduct; through the case link.

use crate::told::{arrive, code, complaint, in_thread, letters, now, opened, ring, words};
use casework::message::undo::undo_send;
use conversation::message::actions::{Reply, add_words, reply};
use desk::portal_case;
use desk::view::portal::Happened;
use domain::case::{Closing, Stage};
use domain::id::CaseNumber;
use domain::permit::CustomerPermit;
use jiff::SignedDuration;
use remedies::conduct::actions::{end_contact, warn};
use remedies::resolution::actions::{Ask, answer, close, reopen, resolve};
use remedies::resolution::rules::Answer;
use store::Press;
use testkit::{Company, World, on_both};

async fn put_right(world: &World, company: &Company, number: CaseNumber) -> CustomerPermit {
    let (ctx, none) = (&world.ctx, Press::none());
    let did = words("we sent an engineer, and the heating works");
    resolve(ctx, &company.maya, number, &did, Ask::Now, &none).await.unwrap();
    world.pass(SignedDuration::from_secs(15));
    let out = letters(world).await;
    let links = out.iter().filter_map(|envelope| envelope["link"].as_str());
    let token = links.filter_map(|link| link.strip_suffix("/solved")).next().unwrap();
    let token = token.rsplit('/').next().unwrap();
    portal_case(ctx, token).await.unwrap().unwrap().permit
}

#[test]
fn only_the_customer_s_yes_counts_as_solved() {
    on_both(async |world| {
        let company = world.found().await;
        let number = opened(&world, &company).await;
        let permit = put_right(&world, &company, number).await;
        assert!(matches!(now(&world, number).await.case.stage, Stage::Checking { asked: 1, .. }));
        let (ctx, none) = (&world.ctx, Press::none());
        answer(ctx, &permit, Answer::Yes, None, &none).await.unwrap();
        let stage = now(&world, number).await.case.stage;
        assert!(matches!(stage, Stage::Closed { because: Closing::Confirmed, .. }));
        assert_eq!(code(answer(ctx, &permit, Answer::Yes, None, &none).await), "already_said");
    });
}

#[test]
fn a_no_brings_the_case_back_with_a_promise() {
    on_both(async |world| {
        let company = world.found().await;
        let number = opened(&world, &company).await;
        let permit = put_right(&world, &company, number).await;
        let (ctx, none) = (&world.ctx, Press::none());
        let still = words("It is cold again.");
        answer(ctx, &permit, Answer::No, Some(&still), &none).await.unwrap();
        let case = now(&world, number).await.case;
        assert_eq!((case.reopened, case.promises.len()), (1, 1));
        assert!(case.waiting_since.is_some() && !case.clocks.is_empty());
    });
}

#[test]
fn silence_closes_only_after_two_asks_and_the_days_after_them() {
    on_both(async |world| {
        let company = world.found().await;
        let number = opened(&world, &company).await;
        put_right(&world, &company, number).await;
        world.pass(SignedDuration::from_hours(24 * 5));
        ring(&world).await;
        let out = letters(&world).await;
        assert_eq!((out.len(), &out[0]["automatic"]), (1, &serde_json::Value::Bool(true)));
        world.pass(SignedDuration::from_hours(24 * 13));
        ring(&world).await;
        assert!(!now(&world, number).await.case.stage.is_closed());
        world.pass(SignedDuration::from_hours(24));
        ring(&world).await;
        let stage = now(&world, number).await.case.stage;
        assert!(matches!(stage, Stage::Closed { because: Closing::Silence, .. }));
        let later = complaint(&world, &company, "Sorry, I was away. It is not solved.");
        arrive(&world, &in_thread(later, number, true), company.amara).await;
        assert!(!now(&world, number).await.case.stage.is_closed());
    });
}

#[test]
fn saying_it_is_put_right_can_be_taken_back_within_the_undo_time() {
    on_both(async |world| {
        let company = world.found().await;
        let number = opened(&world, &company).await;
        let before = now(&world, number).await.case;
        let (ctx, maya, none) = (&world.ctx, &company.maya, Press::none());
        let did = words("we fixed it");
        let done = resolve(ctx, maya, number, &did, Ask::Now, &none).await.unwrap();
        undo_send(ctx, maya, number, done.message.unwrap(), &none).await.unwrap();
        let after = now(&world, number).await.case;
        assert_eq!((after.stage, after.clocks), (before.stage, before.clocks));
        world.pass(SignedDuration::from_hours(24 * 30));
        ring(&world).await;
        assert!(!now(&world, number).await.case.stage.is_closed());
    });
}

#[test]
fn the_case_page_shows_what_has_left_and_nothing_private() {
    on_both(async |world| {
        let company = world.found().await;
        let number = opened(&world, &company).await;
        let link = letters(&world).await[0]["link"].as_str().unwrap().to_owned();
        let token = link.rsplit('/').next().unwrap().to_owned();
        let (ctx, maya, none) = (&world.ctx, &company.maya, Press::none());
        let secret = words("She sounds upset.");
        conversation::message::actions::note(ctx, maya, number, secret, None, &none).await.unwrap();
        let text = Reply {
            text: words("I'm on it."),
            read_up_to: None,
            to: None,
            despite_failure: false,
            in_clear: false,
            draft_stamp: None,
        };
        reply(ctx, maya, number, text, &none).await.unwrap();
        let page = portal_case(ctx, &token).await.unwrap().unwrap();
        assert_eq!(
            page.conversation.len(),
            2,
            "their words and the first letter; not the held one"
        );
        world.pass(SignedDuration::from_secs(15));
        let page = portal_case(ctx, &token).await.unwrap().unwrap();
        assert_eq!(page.conversation.last().unwrap().by, "Maya");
        assert!(page.conversation.iter().all(|said| !said.text.contains("upset")));
        assert!(page.history.iter().any(|(_, what)| *what == Happened::Opened));
        add_words(ctx, &page.permit, words("One more thing."), &none).await.unwrap();
        assert_eq!(now(&world, number).await.case.contacts, 2);
        for wrong in ["", "0", &"a".repeat(10_000), &token[1..]] {
            assert!(portal_case(ctx, wrong).await.unwrap().is_none());
        }
    });
}

#[test]
fn a_link_ends_half_a_year_after_closing_and_lives_again_with_the_case() {
    on_both(async |world| {
        let company = world.found().await;
        let number = opened(&world, &company).await;
        let link = letters(&world).await[0]["link"].as_str().unwrap().to_owned();
        let token = link.rsplit('/').next().unwrap().to_owned();
        let (ctx, maya, none) = (&world.ctx, &company.maya, Press::none());
        let why = words("They wrote that they take it back.");
        assert_eq!(
            code(close(ctx, maya, number, Closing::Confirmed, &why, &none).await),
            "closing_not_a_reason"
        );
        assert_eq!(
            code(close(ctx, maya, number, Closing::Answered, &why, &none).await),
            "ask_the_customer"
        );
        close(ctx, maya, number, Closing::Withdrawn, &why, &none).await.unwrap();
        world.pass(SignedDuration::from_hours(24 * 179));
        assert!(portal_case(ctx, &token).await.unwrap().is_some());
        world.pass(SignedDuration::from_hours(24 * 2));
        assert!(portal_case(ctx, &token).await.unwrap().is_none());
        reopen(ctx, maya, number, &none).await.unwrap();
        assert!(portal_case(ctx, &token).await.unwrap().is_some());
    });
}

#[test]
fn contact_ends_only_after_the_limit_was_stated() {
    on_both(async |world| {
        let company = world.found().await;
        let number = opened(&world, &company).await;
        let (ctx, maya, none) = (&world.ctx, &company.maya, Press::none());
        let last = words("We end this conversation now.");
        assert_eq!(code(end_contact(ctx, maya, number, last.clone(), &none).await), "warn_first");
        warn(ctx, maya, number, words("Please do not insult us."), &none).await.unwrap();
        end_contact(ctx, maya, number, last, &none).await.unwrap();
        let again = complaint(&world, &company, "You!");
        let taken = arrive(&world, &in_thread(again, number, true), company.amara).await;
        assert!(matches!(taken, casework::Taken::Left { .. }));
    });
}
