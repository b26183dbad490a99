//! Labels, the filter of the queue, and what is read and unread.

use crate::told::{arrive, code, complaint, now, opened, words};
use casework::case::actions::take;
use casework::case::rebuild::rebuild;
use conversation::message::actions::{Reply, reply};
use desk::view::filter::{Filter, Holder};
use desk::view::filtered::{count_filtered, filtered, filtered_within};
use desk::view::queue::{Lane, View, queue};
use desk::view::seen::{see, turn};
use domain::channel::{Channel, Kind};
use handling::label::actions::{label, set_labels};
use handling::view::undo::undo_last;
use jiff::SignedDuration;
use store::Press;
use store::scope::Reach;
use testkit::on_both;

#[test]
fn labels_are_put_on_taken_back_and_made_again_from_the_record() {
    on_both(async |world| {
        let company = world.found().await;
        let number = opened(&world, &company).await;
        let (late, lost) = (world.label("Late courier").await, world.label("Lost").await);
        let (ctx, maya, none) = (&world.ctx, &company.maya, Press::none());
        let first = label(ctx, maya, number, &[late], &[], &none).await.unwrap();
        let again = label(ctx, maya, number, &[late], &[], &none).await.unwrap();
        assert_eq!(again.version, first.version, "what is there already is no event");
        world.pass(SignedDuration::from_secs(1));
        set_labels(ctx, maya, number, &[lost], &none).await.unwrap();
        assert_eq!(now(&world, number).await.case.labels, [lost]);
        let case = now(&world, number).await.case;
        rebuild(ctx).await.unwrap();
        assert_eq!(now(&world, number).await.case, case);
        undo_last(ctx, maya, &none).await.unwrap();
        assert_eq!(now(&world, number).await.case.labels, [late]);
        let nowhere = ctx.id(ctx.now());
        assert_eq!(code(label(ctx, maya, number, &[nowhere], &[], &none).await), "no_such_label");
        let stranger = label(ctx, &company.stan, number, &[lost], &[], &none).await;
        assert!(
            matches!(stranger, Err(casework::ActError::Missing)),
            "theirs, and not to be told of"
        );
    });
}

#[test]
fn a_filter_finds_just_the_cases_it_describes() {
    on_both(async |world| {
        let company = world.found().await;
        let late = world.label("Late courier").await;
        let kinds = [Kind::Complaint, Kind::Question, Kind::Cancellation];
        let channels = [Channel::Mail, Channel::Form];
        for n in 0..12_usize {
            let mut feedback = complaint(&world, &company, &format!("Number {n}"));
            feedback.kind = kinds[n % 3];
            feedback.channel = channels[n % 2];
            feedback.severity = u8::try_from(n % 5).unwrap();
            arrive(&world, &feedback, company.nameless).await;
            world.pass(SignedDuration::from_mins(45));
        }
        let (ctx, none, reach) = (&world.ctx, Press::none(), Reach::from(&company.jo));
        let open = queue(ctx, &reach, Lane::All, View::Open, None).await.unwrap().rows;
        for row in open.iter().take(4) {
            take(ctx, &company.maya, row.case.number, &none).await.unwrap();
            label(ctx, &company.jo, row.case.number, &[late], &[], &none).await.unwrap();
        }
        let all = queue(ctx, &reach, Lane::All, View::Open, None).await.unwrap().rows;
        let (plain, me) = (Filter::default(), company.maya.id);
        let filters = [
            Filter { kind: Some(Kind::Question), ..plain.clone() },
            Filter { channel: Some(Channel::Form), severity: Some(2), ..plain.clone() },
            Filter { owner: Some(Holder::Person(me)), ..plain.clone() },
            Filter { owner: Some(Holder::Nobody), stage: Some("new"), ..plain.clone() },
            Filter { label: Some(late), kind: Some(Kind::Complaint), ..plain.clone() },
            Filter { waiting_hours: Some(4), ..plain.clone() },
            Filter { team: Some(company.planning), ..plain.clone() },
            plain,
        ];
        for filter in filters {
            let page = filtered(ctx, &reach, Lane::All, View::Open, &filter, None).await.unwrap();
            let found: Vec<_> = page.rows.iter().map(|row| row.case.number).collect();
            let meant = all.iter().filter(|row| filter.fits(&row.case, ctx.now()));
            let meant: Vec<_> = meant.map(|row| row.case.number).collect();
            assert_eq!(found, meant, "{filter:?}");
            let counted =
                count_filtered(ctx, &reach, Lane::All, View::Open, &filter, true).await.unwrap();
            assert_eq!(counted.n, meant.len() as u64, "{filter:?}");
        }
    });
}

#[test]
fn a_filter_looks_at_a_stretch_at_a_time_and_loses_nothing_between_them() {
    on_both(async |world| {
        let company = world.found().await;
        for n in 0..11 {
            let mut feedback = complaint(&world, &company, &format!("Number {n}"));
            if n % 5 == 4 {
                feedback.kind = Kind::Question;
            }
            arrive(&world, &feedback, company.nameless).await;
            world.pass(SignedDuration::from_secs(90));
        }
        let (ctx, reach) = (&world.ctx, Reach::from(&company.jo));
        let rare = Filter { kind: Some(Kind::Question), ..Filter::default() };
        let (mut found, mut place, mut pages) = (0, None, 0);
        loop {
            let view = (Lane::All, View::Open);
            let page = filtered_within(ctx, &reach, view, &rare, place.as_ref(), 4).await.unwrap();
            found += page.rows.len();
            pages += 1;
            place = page.next;
            if place.is_none() {
                break;
            }
        }
        assert_eq!((found, pages), (2, 3));
    });
}

#[test]
fn u_marks_as_read_then_as_unread_and_z_takes_that_back() {
    on_both(async |world| {
        let company = world.found().await;
        let (first, second) = (opened(&world, &company).await, opened(&world, &company).await);
        let (ctx, maya, none) = (&world.ctx, &company.maya, Press::none());
        let reach = Reach::from(maya);
        let unread = async || {
            let rows = queue(ctx, &reach, Lane::All, View::Open, None).await.unwrap().rows;
            rows.iter().filter(|row| row.unread).count()
        };
        see(ctx, maya, first, 99).await.unwrap();
        assert_eq!(unread().await, 1);
        assert!(turn(ctx, maya, &[first, second]).await.unwrap(), "one of them was unread");
        assert_eq!(unread().await, 0);
        world.pass(SignedDuration::from_secs(1));
        assert!(!turn(ctx, maya, &[second]).await.unwrap());
        assert_eq!(unread().await, 1);
        undo_last(ctx, maya, &none).await.unwrap();
        assert_eq!(unread().await, 0);
        assert!(turn(ctx, &company.stan, &[first]).await.is_err(), "it is not his to read");
    });
}

#[test]
fn a_letter_with_a_gap_that_nothing_filled_never_leaves() {
    on_both(async |world| {
        let company = world.found().await;
        let number = opened(&world, &company).await;
        let (ctx, maya, none) = (&world.ctx, &company.maya, Press::none());
        let letter = |text: &str| Reply {
            text: words(text),
            read_up_to: None,
            to: None,
            despite_failure: false,
            in_clear: false,
            draft_stamp: None,
        };
        let gap = reply(ctx, maya, number, letter("Until {{promise.date}}."), &none).await;
        assert_eq!(code(gap), "gap_left");
        let own = letter("In your file {{a b}} stands for nothing.");
        reply(ctx, maya, number, own, &none).await.unwrap();
    });
}
