//! Search, drafts, undoing, what one has read, saved views, pages.

use crate::told::{arrive, code, complaint, now, opened, words};
use casework::case::actions::{assign, snooze, state_problem, take};
use casework::draft::actions::{drafts, save_draft};
use casework::draft::{DraftKind, DraftSaved, Stamp};
use casework::view::recent::recent_actions;
use conversation::message::actions::{Reply, note, reply};
use desk::search::read::search;
use desk::view::queue::{Lane, ROWS, View, queue};
use desk::view::seen::see;
use handling::label::actions::label;
use handling::view::saved::{remove_view, rename_view, save_view, saved_views};
use handling::view::undo::undo_last;
use jiff::SignedDuration;
use store::Press;
use store::scope::Reach;
use testkit::on_both;

#[test]
fn search_shows_the_sentence_that_matched_and_only_what_one_may_see() {
    on_both(async |world| {
        let company = world.found().await;
        let number = opened(&world, &company).await;
        let (ctx, none) = (&world.ctx, Press::none());
        let secret = words("First line. The boiler is a Vaillant.");
        note(ctx, &company.maya, number, secret, None, &none).await.unwrap();
        let (maya, stan) = (Reach::from(&company.maya), Reach::from(&company.stan));
        let page = search(ctx, &maya, "vaillant", None).await.unwrap();
        assert_eq!(page.found[0].sentence, "The boiler is a Vaillant.");
        assert_eq!(page.found[0].kind, "note");
        assert!(search(ctx, &stan, "vaillant", None).await.unwrap().found.is_empty());
        let by_name = search(ctx, &maya, "okafor is:open", None).await.unwrap();
        assert_eq!(by_name.found.len(), 1);
        let closed = search(ctx, &maya, "okafor is:closed", None).await.unwrap();
        assert!(closed.found.is_empty());
        let by_number = search(ctx, &maya, &number.to_string(), None).await.unwrap();
        assert_eq!(by_number.found[0].row.case.number, number);
        let from = search(ctx, &maya, "from:amara@example is:open", None).await.unwrap();
        assert_eq!(from.found.len(), 1);
        let slip = search(ctx, &maya, "vailant", None).await.unwrap();
        assert!(slip.loosened && slip.found.len() == 1);
        let none = search(ctx, &maya, "heating zebra", None).await.unwrap();
        assert_eq!(none.nowhere, ["zebra"]);
    });
}

#[test]
fn search_finds_what_carries_a_label_or_cause_open_or_closed() {
    on_both(async |world| {
        let company = world.found().await;
        let (first, second) = (opened(&world, &company).await, opened(&world, &company).await);
        let late = world.label("Late courier").await;
        world.label("Late answer").await;
        let (ctx, maya, none) = (&world.ctx, &company.maya, Press::none());
        label(ctx, maya, first, &[late], &[], &none).await.unwrap();
        let reach = Reach::from(maya);
        let found = async |line: &str| {
            let page = search(ctx, &reach, line, None).await.unwrap();
            let mut numbers: Vec<_> = page.found.iter().map(|hit| hit.row.case.number).collect();
            numbers.sort();
            (numbers, page.nowhere)
        };
        for line in ["label:courier", "label:\"Late Courier\"", "heating label:late", "label:late"]
        {
            assert_eq!(found(line).await.0, [first], "{line}");
        }
        assert_eq!(found("cause:courier").await, (vec![], vec!["cause:courier".to_owned()]));
        let later = ctx.now() + SignedDuration::from_hours(1);
        snooze(ctx, maya, second, later, &none).await.unwrap();
        assert_eq!(found("from:amara").await.0, [first, second], "put aside is not gone");
        assert_eq!(found("from:amara is:open").await.0, [first, second]);
        assert_eq!(found("label:late is:closed").await.0, []);
    });
}

#[test]
fn a_late_save_never_brings_back_a_draft_that_was_sent() {
    on_both(async |world| {
        let company = world.found().await;
        let number = opened(&world, &company).await;
        let (ctx, maya) = (&world.ctx, &company.maya);
        let save = async |text: &str, n| {
            let stamp = Stamp { n, since: None, over: false };
            save_draft(ctx, maya, number, DraftKind::Reply, text, stamp).await.unwrap()
        };
        assert_eq!(save("Dear", 1).await, DraftSaved::Kept);
        assert_eq!(save("De", 1).await, DraftSaved::Older, "an older save changes nothing");
        let sent = Reply {
            text: words("Dear Amara"),
            read_up_to: None,
            to: None,
            despite_failure: false,
            in_clear: false,
            draft_stamp: Some(5),
        };
        reply(ctx, maya, number, sent, &Press::none()).await.unwrap();
        let late = save("Dear Ama", 4).await;
        assert_eq!(late, DraftSaved::Older, "it was on its way when the reply was sent");
        let case = now(&world, number).await.case.id;
        let kept = drafts(ctx, &Reach::from(maya), case).await.unwrap();
        assert!(kept.iter().all(|draft| draft.text.is_empty()));
        assert_eq!(save("A second one", 6).await, DraftSaved::Kept);
        let rows = queue(ctx, &Reach::from(maya), Lane::All, View::Open, None).await.unwrap().rows;
        assert!(rows[0].draft);
    });
}

#[test]
fn a_page_never_writes_over_what_another_page_of_the_same_person_saved() {
    on_both(async |world| {
        let company = world.found().await;
        let number = opened(&world, &company).await;
        let (ctx, maya) = (&world.ctx, &company.maya);
        let save = async |text: &str, n, since, over| {
            let stamp = Stamp { n, since: Some(since), over };
            save_draft(ctx, maya, number, DraftKind::Reply, text, stamp).await.unwrap()
        };
        let case = now(&world, number).await.case.id;
        let kept = async || drafts(ctx, &Reach::from(maya), case).await.unwrap().remove(0);
        // Two pages came while there was no draft; each has its own rest of 4096.
        assert_eq!(save("One", 4_097, 0, false).await, DraftSaved::Kept);
        assert_eq!(save("Two", 12_290, 0, false).await, DraftSaved::Elsewhere);
        assert_eq!(save("One more", 8_193, 0, false).await, DraftSaved::Kept);
        assert_eq!(kept().await.text, "One more");
        assert_eq!(save("Two", 4_098, 0, true).await, DraftSaved::Kept, "the person says so");
        assert_eq!(kept().await.text, "Two");
        assert_eq!(save("One again", 12_289, 0, false).await, DraftSaved::Elsewhere);
        let since = kept().await.stamp;
        assert_eq!(save("Three", since + 4_096 + 1, since, false).await, DraftSaved::Kept);
    });
}

#[test]
fn the_last_thing_done_is_undone_unless_somebody_changed_it_since() {
    on_both(async |world| {
        let company = world.found().await;
        let number = opened(&world, &company).await;
        let (ctx, maya, none) = (&world.ctx, &company.maya, Press::none());
        assert_eq!(code(undo_last(ctx, maya, &none).await), "nothing_to_undo");
        take(ctx, maya, number, &none).await.unwrap();
        world.pass(SignedDuration::from_secs(1));
        let until = ctx.now() + SignedDuration::from_mins(10);
        snooze(ctx, maya, number, until, &none).await.unwrap();
        undo_last(ctx, maya, &none).await.unwrap();
        assert_eq!(now(&world, number).await.case.snoozed_until, None);
        undo_last(ctx, maya, &none).await.unwrap();
        assert_eq!(now(&world, number).await.case.owner, None);
        world.pass(SignedDuration::from_secs(1));
        state_problem(ctx, maya, number, words("No heating since Tuesday."), &none).await.unwrap();
        let jo = &company.jo;
        state_problem(ctx, jo, number, words("No heating for three days."), &none).await.unwrap();
        assert_eq!(code(undo_last(ctx, maya, &none).await), "changed_since");
        assert_eq!(recent_actions(ctx, maya.id).await.unwrap().len(), 3);
        assign(ctx, jo, number, Some(jo.id), &none).await.unwrap();
    });
}

#[test]
fn a_queue_of_many_is_paged_without_a_gap_or_a_double() {
    on_both(async |world| {
        let company = world.found().await;
        for n in 0..ROWS + 7 {
            let feedback = complaint(&world, &company, &format!("Number {n}"));
            arrive(&world, &feedback, company.nameless).await;
            world.pass(SignedDuration::from_secs(90));
        }
        let reach = Reach::from(&company.jo);
        let lane = Lane::Unit(company.unit);
        let first = queue(&world.ctx, &reach, lane, View::Open, None).await.unwrap();
        let next = first.next.as_ref();
        let second = queue(&world.ctx, &reach, lane, View::Open, next).await.unwrap();
        assert_eq!((first.rows.len(), second.rows.len()), (50, 7));
        assert_eq!(second.next, None);
        let rows = first.rows.iter().chain(&second.rows);
        let numbers: std::collections::BTreeSet<_> = rows.map(|row| row.case.number).collect();
        assert_eq!(numbers.len(), 57);
    });
}

#[test]
fn what_one_has_read_and_saved_is_one_s_own() {
    on_both(async |world| {
        let company = world.found().await;
        let number = opened(&world, &company).await;
        let (ctx, maya) = (&world.ctx, &company.maya);
        let reach = Reach::from(maya);
        let unread =
            async || queue(ctx, &reach, Lane::All, View::Open, None).await.unwrap().rows[0].unread;
        assert!(unread().await);
        see(ctx, maya, number, 99).await.unwrap();
        assert!(!unread().await);
        let id = save_view(ctx, maya.id, &words("Cold"), "q=heating").await.unwrap();
        let stan = company.stan.id;
        assert!(!rename_view(ctx, stan, &id, &words("Warm")).await.unwrap(), "it is not his");
        assert!(rename_view(ctx, maya.id, &id, &words("No heating")).await.unwrap());
        assert_eq!(saved_views(ctx, maya.id).await.unwrap()[0].name, "No heating");
        assert!(!remove_view(ctx, company.jo.id, &id).await.unwrap());
        assert_eq!(saved_views(ctx, maya.id).await.unwrap()[0].name, "No heating");
        assert!(remove_view(ctx, maya.id, &id).await.unwrap());
        assert!(saved_views(ctx, maya.id).await.unwrap().is_empty());
    });
}
