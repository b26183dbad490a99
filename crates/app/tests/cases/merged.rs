//! Two cases that are one matter, taken back, and one case that is two.

use crate::told::{arrive, code, complaint, in_thread, now, opened, words};
use casework::Taken;
use casework::case::link;
use casework::case::rebuild::rebuild;
use casework::promise::rules::ClosedHours;
use conversation::message::actions::add_words;
use desk::portal_case;
use desk::view::case::CaseView;
use domain::case::{Case, Closing, Stage};
use domain::channel::Kind;
use domain::event::Event;
use domain::id::{CaseNumber, MessageId};
use handling::merger::actions::{SplitOff, merge, separate, split_off};
use jiff::SignedDuration;
use remedies::promise::actions::{MakePromise, keep, make};
use remedies::resolution::actions::reopen;
use store::Press;
use testkit::{Company, World, on_both};

async fn promise(world: &World, company: &Company, number: CaseNumber) {
    let call = MakePromise {
        words: words("call you"),
        keeper: None,
        due_at: world.ctx.now() + SignedDuration::from_hours(3),
        visible: true,
        closed_hours: ClosedHours::Confirmed,
    };
    make(&world.ctx, &company.maya, number, call, &Press::none()).await.unwrap();
}

async fn link_of(world: &World, case: &Case) -> String {
    let mut tx = world.ctx.begin().await.unwrap();
    let now = world.ctx.now();
    let token = link::of_case(&mut tx, &world.ctx, case.id, case.customer, now).await.unwrap();
    tx.commit().await.unwrap();
    token
}

fn as_it_was(now: Case, was: &Case) -> Case {
    Case { version: was.version, changed_at: was.changed_at, ..now }
}

#[test]
fn a_merged_case_leads_to_the_other_by_reply_address_and_by_link() {
    on_both(async |world| {
        let company = world.found().await;
        let (first, second) = (opened(&world, &company).await, opened(&world, &company).await);
        promise(&world, &company, second).await;
        let link = link_of(&world, &now(&world, second).await.case).await;
        let none = Press::none();
        let done = merge(&world.ctx, &company.maya, second, first, &none).await.unwrap();
        assert_eq!(done.number, first);
        let (whole, part) = (now(&world, first).await.case, now(&world, second).await.case);
        assert!(matches!(part.stage, Stage::Closed { because: Closing::Merged, .. }));
        assert_eq!((whole.promises.len(), part.promises.len()), (1, 0), "what is owed goes over");
        let page = portal_case(&world.ctx, &link).await.unwrap().unwrap();
        assert_eq!(page.case.number, first, "the old link opens the case that goes on");
        world.pass(SignedDuration::from_hours(24 * 400));
        assert!(portal_case(&world.ctx, &link).await.unwrap().is_some(), "and goes on doing so");
        let more = complaint(&world, &company, "Still cold.");
        let taken = arrive(&world, &in_thread(more, second, true), company.amara).await;
        assert!(matches!(taken, Taken::Joined { number, .. } if number == first), "{taken:?}");
        assert_eq!(code(reopen(&world.ctx, &company.maya, second, &none).await), "case_merged");
    });
}

#[test]
fn a_merger_taken_back_leaves_everything_as_it_was() {
    on_both(async |world| {
        let company = world.found().await;
        let (first, second) = (opened(&world, &company).await, opened(&world, &company).await);
        promise(&world, &company, first).await;
        promise(&world, &company, second).await;
        let before = (now(&world, first).await.case, now(&world, second).await.case);
        let (ctx, maya, none) = (&world.ctx, &company.maya, Press::none());
        merge(ctx, maya, second, first, &none).await.unwrap();
        let link = link_of(&world, &before.1).await;
        let done = separate(ctx, maya, second, &none).await.unwrap();
        assert_eq!(done.number, second);
        let after = (now(&world, first).await.case, now(&world, second).await.case);
        assert_eq!(as_it_was(after.0, &before.0), before.0);
        assert_eq!(as_it_was(after.1, &before.1), before.1);
        let page = portal_case(ctx, &link).await.unwrap().unwrap();
        assert_eq!(page.case.number, second);
        assert_eq!(code(separate(ctx, maya, second, &none).await), "not_merged");
        // Once more, and the timers of both still ring.
        merge(ctx, maya, first, second, &none).await.unwrap();
        world.pass(SignedDuration::from_hours(5));
        crate::told::ring(&world).await;
        assert!(
            now(&world, second).await.case.promises.iter().all(|p| p.state.as_str() == "broken")
        );
    });
}

#[test]
fn mergers_are_made_again_from_the_record_alike() {
    on_both(async |world| {
        let company = world.found().await;
        let (ctx, maya, none) = (&world.ctx, &company.maya, Press::none());
        let mut all = Vec::new();
        for _ in 0..4 {
            let number = opened(&world, &company).await;
            promise(&world, &company, number).await;
            all.push(number);
        }
        merge(ctx, maya, all[1], all[0], &none).await.unwrap();
        merge(ctx, maya, all[0], all[2], &none).await.unwrap();
        let kept = now(&world, all[2]).await.case.promises[0].id;
        keep(ctx, maya, all[2], kept, words("called"), &none).await.unwrap();
        merge(ctx, maya, all[3], all[2], &none).await.unwrap();
        separate(ctx, maya, all[3], &none).await.unwrap();
        separate(ctx, maya, all[1], &none).await.unwrap();
        let stranger = in_thread(complaint(&world, &company, "Me too"), all[1], false);
        arrive(&world, &stranger, company.nameless).await;
        let before = crate::rebuilt::state(&world).await;
        rebuild(ctx).await.unwrap();
        assert_eq!(crate::rebuilt::state(&world).await, before);
    });
}

#[test]
fn another_customer_s_case_is_never_merged_and_is_not_even_named() {
    on_both(async |world| {
        let company = world.found().await;
        let first = opened(&world, &company).await;
        let other = complaint(&world, &company, "Cold too.");
        let taken = arrive(&world, &other, company.nameless).await;
        let Taken::Opened { number: other, .. } = taken else { panic!("{taken:?}") };
        let none = Press::none();
        let merged = merge(&world.ctx, &company.maya, other, first, &none).await;
        assert_eq!(code(merged), "merger_other_customer");
        let merged = merge(&world.ctx, &company.maya, first, CaseNumber(99_999), &none).await;
        assert_eq!(code(merged), "no_such_case");
        let stranger = merge(&world.ctx, &company.stan, first, other, &none).await;
        assert!(matches!(stranger, Err(casework::ActError::Missing)));
    });
}

/// What the customer said, oldest first.
fn received(view: &CaseView) -> Vec<MessageId> {
    let messages = view.thread.entries.iter().filter_map(|entry| match &entry.entry.event {
        Event::Received { message, .. } => Some(message.id),
        Event::Opened(opening) => opening.message.as_ref().map(|m| m.id),
        _ => None,
    });
    messages.collect()
}

#[test]
fn words_written_on_the_customer_s_page_become_a_matter_of_their_own_as_well() {
    on_both(async |world| {
        let company = world.found().await;
        let number = opened(&world, &company).await;
        let (ctx, maya, none) = (&world.ctx, &company.maya, Press::none());
        let token = link_of(&world, &now(&world, number).await.case).await;
        let page = portal_case(ctx, &token).await.unwrap().unwrap();
        add_words(ctx, &page.permit, words("And my bill is wrong."), &none).await.unwrap();
        let message = received(&now(&world, number).await)[1];
        let split = SplitOff { message, kind: Kind::Complaint, subject: words("A bill") };
        let own = split_off(ctx, maya, number, split, &none).await.unwrap();
        assert_eq!(received(&now(&world, own.number).await).len(), 1);
    });
}

#[test]
fn a_second_matter_in_a_thread_becomes_a_case_once() {
    on_both(async |world| {
        let company = world.found().await;
        let number = opened(&world, &company).await;
        let more = complaint(&world, &company, "And my bill is wrong.");
        arrive(&world, &in_thread(more, number, true), company.amara).await;
        let view = now(&world, number).await;
        let said = received(&view);
        let (ctx, maya, none) = (&world.ctx, &company.maya, Press::none());
        let split = |message| SplitOff { message, kind: Kind::Complaint, subject: words("A bill") };
        let first = split_off(ctx, maya, number, split(said[0]), &none).await;
        assert_eq!(code(first), "split_first_words");
        let own = split_off(ctx, maya, number, split(said[1]), &none).await.unwrap();
        let again = split_off(ctx, maya, number, split(said[1]), &none).await;
        assert_eq!(code(again), "split_already");
        let view = now(&world, own.number).await;
        assert_eq!(view.case.subject, "A bill");
        assert_eq!(view.case.owner, Some(maya.id));
        assert_eq!(view.case.customer, company.amara);
    });
}
