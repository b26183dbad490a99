//! What a case is about: read, corrected, looked for, and made again from the record.

use crate::told::{arrive, code, complaint, now, ring, words};
use casework::Taken;
use casework::case::actions::{NewCase, open_by_hand};
use casework::case::link;
use casework::case::rebuild::rebuild;
use casework::topic::actions::{correct, set_topics};
use conversation::message::actions::add_words;
use desk::portal_case;
use desk::view::filter::Filter;
use desk::view::filtered::{count_filtered, filtered};
use desk::view::queue::{Lane, View};
use domain::channel::{Channel, Kind};
use domain::feedback::{FeedbackIn, ThreadEvidence};
use domain::id::{CaseNumber, TopicId};
use domain::urgency::Facts;
use handling::merger::actions::{merge, separate};
use handling::view::undo::undo_last;
use jiff::SignedDuration;
use store::Press;
use store::scope::Reach;
use testkit::{Company, World, on_both};

fn about(world: &World, company: &Company, topics: &[TopicId]) -> FeedbackIn {
    let topics = topics.to_vec();
    FeedbackIn { topics, ..complaint(world, company, "The fee again.") }
}

fn number_of(taken: Taken) -> CaseNumber {
    let Taken::Opened { number, .. } = taken else { panic!("{taken:?}") };
    number
}

#[test]
fn what_is_not_right_stays_off_however_often_it_is_read_again() {
    on_both(async |world| {
        let company = world.found().await;
        let fee = world.topic("Late fee", None, "fee").await;
        let lost = world.topic("Lost", None, "lost").await;
        let (ctx, maya, none) = (&world.ctx, &company.maya, Press::none());
        let first = about(&world, &company, &[fee]);
        let number = number_of(arrive(&world, &first, company.amara).await);
        assert_eq!(now(&world, number).await.case.topics, [fee]);
        let done = correct(ctx, maya, number, &[], &[fee], &none).await.unwrap();
        let again = correct(ctx, maya, number, &[], &[fee], &none).await.unwrap();
        assert_eq!(done.version, again.version, "said once is enough");
        let thread = Some(ThreadEvidence { case: number, trusted: true });
        let more = FeedbackIn { thread, ..about(&world, &company, &[fee, lost]) };
        arrive(&world, &more, company.amara).await;
        assert_eq!(now(&world, number).await.case.topics, [lost]);
        let case = now(&world, number).await.case;
        rebuild(ctx).await.unwrap();
        assert_eq!(now(&world, number).await.case, case);
        ring(&world).await;
    });
}

#[test]
fn a_topic_that_is_new_in_the_tree_joins_open_cases_where_nobody_said_otherwise() {
    on_both(async |world| {
        let company = world.found().await;
        let fee = world.topic("Late fee", None, "fee").await;
        let (ctx, maya, none) = (&world.ctx, &company.maya, Press::none());
        let mut numbers = Vec::new();
        for topics in [&[][..], &[fee]] {
            let feedback = about(&world, &company, topics);
            numbers.push(number_of(arrive(&world, &feedback, company.amara).await));
        }
        correct(ctx, maya, numbers[1], &[], &[fee], &none).await.unwrap();
        for number in &numbers {
            let case = now(&world, *number).await.case.id;
            let topic = serde_json::json!({"id": fee, "name": "Late fee"});
            let body = serde_json::json!({"timer": "topic", "case": case, "topic": topic});
            let mut tx = ctx.begin().await.unwrap();
            let (id, at) = (format!("topic_found/{case}"), ctx.now());
            tx.enqueue(&id, "topic_found", &body.to_string(), at, at).await.unwrap();
            tx.commit().await.unwrap();
        }
        ring(&world).await;
        assert_eq!(now(&world, numbers[0]).await.case.topics, [fee]);
        assert!(now(&world, numbers[1]).await.case.topics.is_empty());
    });
}

#[test]
fn a_topic_that_a_person_put_on_or_took_off_is_undone_in_one_step() {
    on_both(async |world| {
        let company = world.found().await;
        let fee = world.topic("Late fee", None, "fee").await;
        let lost = world.topic("Lost", None, "lost").await;
        let (ctx, maya, none) = (&world.ctx, &company.maya, Press::none());
        let first = about(&world, &company, &[fee]);
        let number = number_of(arrive(&world, &first, company.amara).await);
        set_topics(ctx, maya, number, &[lost], &none).await.unwrap();
        assert_eq!(now(&world, number).await.case.topics, [lost]);
        world.pass(SignedDuration::from_secs(1));
        undo_last(ctx, maya, &none).await.unwrap();
        assert_eq!(now(&world, number).await.case.topics, [fee]);
        let nowhere = ctx.id(ctx.now());
        assert_eq!(code(correct(ctx, maya, number, &[nowhere], &[], &none).await), "no_such_topic");
        let stranger = correct(ctx, &company.stan, number, &[], &[fee], &none).await;
        assert!(
            matches!(stranger, Err(casework::ActError::Missing)),
            "theirs, and not to be told of"
        );
    });
}

#[test]
fn the_queue_shows_the_cases_of_a_topic_and_of_all_that_is_a_part_of_it() {
    on_both(async |world| {
        let company = world.found().await;
        let billing = world.topic("Billing", None, "bill").await;
        let fees = world.topic("Fees", Some(billing), "fee").await;
        let late = world.topic("Late fee", Some(fees), "late fee").await;
        let lost = world.topic("Lost", None, "lost").await;
        for topics in [&[late][..], &[lost], &[], &[billing, lost]] {
            let feedback = about(&world, &company, topics);
            arrive(&world, &feedback, company.amara).await;
            world.pass(SignedDuration::from_mins(5));
        }
        let (ctx, reach) = (&world.ctx, Reach::from(&company.jo));
        for (topic, n) in [(billing, 2), (fees, 1), (late, 1), (lost, 2)] {
            let filter = Filter { topic: Some(topic), ..Filter::default() };
            let page = filtered(ctx, &reach, Lane::All, View::Open, &filter, None).await.unwrap();
            let counted =
                count_filtered(ctx, &reach, Lane::All, View::Open, &filter, true).await.unwrap();
            assert_eq!((page.rows.len(), counted.n), (n, n as u64));
        }
    });
}

async fn types_on_their_page(world: &World, number: CaseNumber, text: &str) {
    let (ctx, case) = (&world.ctx, now(world, number).await.case);
    let mut tx = ctx.begin().await.unwrap();
    let token = link::of_case(&mut tx, ctx, case.id, case.customer, ctx.now()).await.unwrap();
    tx.commit().await.unwrap();
    let page = portal_case(ctx, &token).await.unwrap().unwrap();
    add_words(ctx, &page.permit, words(text), &Press::none()).await.unwrap();
}

#[test]
fn words_typed_on_the_page_of_a_case_are_read_for_topics_like_those_of_a_letter() {
    on_both(async |world| {
        let company = world.found().await;
        let fee = world.topic("Late fee", None, "late fee*").await;
        let lost = world.topic("Lost", None, "lost").await;
        let none = Press::none();
        let number = number_of(arrive(&world, &about(&world, &company, &[]), company.amara).await);
        types_on_their_page(&world, number, "And you lost it, with two late fees on top.").await;
        assert_eq!(now(&world, number).await.case.topics, [fee, lost]);
        correct(&world.ctx, &company.maya, number, &[], &[lost], &none).await.unwrap();
        types_on_their_page(&world, number, "As I said, it is lost.").await;
        let case = now(&world, number).await.case;
        assert_eq!(case.topics, [fee], "a person's word stands");
        rebuild(&world.ctx).await.unwrap();
        assert_eq!(now(&world, number).await.case, case);
    });
}

#[test]
fn what_they_said_on_the_phone_is_read_for_topics() {
    on_both(async |world| {
        let company = world.found().await;
        let lost = world.topic("Lost", None, "lost").await;
        let call = NewCase {
            unit: company.unit,
            team: company.care,
            customer: company.amara,
            kind: Kind::Complaint,
            channel: Channel::Call,
            subject: words("A parcel"),
            problem: None,
            said: Some(words("You have lost my parcel.")),
            severity: 2,
            facts: Facts::default(),
            promise: None,
        };
        let done = open_by_hand(&world.ctx, &company.maya, call, &Press::none()).await.unwrap();
        let case = now(&world, done.number).await.case;
        assert_eq!(case.topics, [lost]);
        rebuild(&world.ctx).await.unwrap();
        assert_eq!(now(&world, done.number).await.case, case);
    });
}

#[test]
fn two_cases_that_become_one_are_about_what_both_were_about_until_that_is_taken_back() {
    on_both(async |world| {
        let company = world.found().await;
        let fee = world.topic("Late fee", None, "fee").await;
        let lost = world.topic("Lost", None, "lost").await;
        let cold = world.topic("Cold", None, "cold").await;
        let (ctx, maya, none) = (&world.ctx, &company.maya, Press::none());
        let mut numbers = Vec::new();
        for topics in [&[fee, lost][..], &[fee, cold]] {
            let feedback = about(&world, &company, topics);
            numbers.push(number_of(arrive(&world, &feedback, company.amara).await));
        }
        let [part, whole] = numbers[..] else { panic!("two cases") };
        correct(ctx, maya, whole, &[], &[fee], &none).await.unwrap();
        merge(ctx, maya, part, whole, &none).await.unwrap();
        let case = now(&world, whole).await.case;
        assert_eq!(case.topics, [cold, lost], "but not what a person said it is not about");
        rebuild(ctx).await.unwrap();
        assert_eq!(now(&world, whole).await.case, case);
        separate(ctx, maya, part, &none).await.unwrap();
        assert_eq!(now(&world, whole).await.case.topics, [cold]);
        assert_eq!(now(&world, part).await.case.topics, [fee, lost]);
        ring(&world).await;
    });
}
