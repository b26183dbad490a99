//! Promises, transfers, and what happens when time passes.

use crate::told::{code, letters, now, opened, ring, words};
use casework::case::actions::{snooze, take};
use casework::promise::rules::ClosedHours;
use desk::view::promises::{Band, ledger, owed_by};
use domain::case::Stage;
use domain::promise::PromiseState;
use domain::urgency::Reason;
use jiff::{SignedDuration, Timestamp};
use remedies::promise::actions::{MakePromise, keep, make, put_off};
use remedies::transfer::actions::{Tell, Transfer, preview, transfer};
use store::Press;
use store::scope::Reach;
use testkit::on_both;

fn call_by(due_at: Timestamp) -> MakePromise {
    MakePromise {
        words: words("call you with the result"),
        keeper: None,
        due_at,
        visible: true,
        closed_hours: ClosedHours::Refused,
    }
}

const HOUR: SignedDuration = SignedDuration::from_hours(1);

#[test]
fn a_promise_that_is_not_kept_breaks_in_plain_sight_and_can_be_kept_late() {
    on_both(async |world| {
        let company = world.found().await;
        let number = opened(&world, &company).await;
        let (ctx, maya, none) = (&world.ctx, &company.maya, Press::none());
        let due = ctx.now() + HOUR;
        assert_eq!(code(make(ctx, maya, number, call_by(ctx.now()), &none).await), "due_past");
        let promise = make(ctx, maya, number, call_by(due), &none).await.unwrap().promise.unwrap();
        assert_eq!(owed_by(ctx, maya.id, 9).await.unwrap()[0].promise.id, promise);
        world.clock.set(due - SignedDuration::from_secs(1));
        ring(&world).await;
        assert_eq!(now(&world, number).await.case.promises[0].state, PromiseState::Open);
        world.clock.set(due);
        ring(&world).await;
        let view = now(&world, number).await;
        assert_eq!(view.reasons[0], Reason::PromiseBroken);
        let (next, told) = (due + HOUR, words("Tomorrow"));
        let late = put_off(ctx, maya, number, promise, next, ClosedHours::Refused, &told, &none);
        assert_eq!(code(late.await), "promise_moved_too_late");
        let reach = Reach::from(&company.jo);
        let broken = ledger(ctx, &reach, Band::Broken, None).await.unwrap();
        assert_eq!(broken.lines.len(), 1);
        keep(ctx, maya, number, promise, words("I called at noon"), &none).await.unwrap();
        let kept = Band::Kept { from: due - HOUR, until: due + HOUR };
        let kept = ledger(ctx, &reach, kept, None).await.unwrap();
        assert_eq!(kept.lines[0].promise.state, PromiseState::KeptLate);
        assert!(now(&world, number).await.case.promises.is_empty());
    });
}

#[test]
fn a_promise_is_moved_only_with_a_sentence_to_the_customer_before_its_date() {
    on_both(async |world| {
        let company = world.found().await;
        let number = opened(&world, &company).await;
        let (ctx, maya, none) = (&world.ctx, &company.maya, Press::none());
        let due = ctx.now() + HOUR;
        let promise = make(ctx, maya, number, call_by(due), &none).await.unwrap().promise.unwrap();
        letters(&world).await;
        let told = words("I need one more hour to find out");
        put_off(ctx, maya, number, promise, due + HOUR, ClosedHours::Refused, &told, &none)
            .await
            .unwrap();
        world.clock.set(due);
        ring(&world).await;
        let promised = now(&world, number).await.case.promises[0].clone();
        assert_eq!((promised.state, promised.due_at), (PromiseState::Open, due + HOUR));
        let out = letters(&world).await;
        let text = out[0]["text"].as_str().unwrap();
        assert!(text.contains("I need one more hour to find out."), "{text}");
    });
}

#[test]
fn nothing_falls_due_out_of_sight() {
    on_both(async |world| {
        let company = world.found().await;
        let number = opened(&world, &company).await;
        let (ctx, maya, none) = (&world.ctx, &company.maya, Press::none());
        let until = ctx.now() + HOUR * 3;
        make(ctx, maya, number, call_by(ctx.now() + HOUR), &none).await.unwrap();
        assert_eq!(code(snooze(ctx, maya, number, until, &none).await), "due_before");
        let soon = ctx.now() + SignedDuration::from_mins(30);
        snooze(ctx, maya, number, soon, &none).await.unwrap();
        world.clock.set(soon);
        ring(&world).await;
        assert_eq!(now(&world, number).await.case.snoozed_until, None);
    });
}

#[test]
fn a_transfer_brings_its_benefit_and_a_promise_or_does_not_happen() {
    on_both(async |world| {
        let company = world.found().await;
        let number = opened(&world, &company).await;
        letters(&world).await;
        let (ctx, maya, none) = (&world.ctx, &company.maya, Press::none());
        let to_planning = |reason: &str, team| Transfer {
            team,
            owner: None,
            reason: words(reason),
            by: world.ctx.now() + HOUR,
            tell: Tell::Composed,
        };
        let empty = to_planning("Heating planning", company.planning);
        assert_eq!(code(transfer(ctx, maya, number, empty, &none).await), "transfer_reason");
        let why = "They can book a van while you are on the line.";
        let away = to_planning(why, company.elsewhere);
        assert_eq!(code(transfer(ctx, maya, number, away, &none).await), "no_such_team");
        let by = ctx.now() + HOUR;
        let (team, reason) = (company.planning, words(why));
        let shown = preview(ctx, maya, number, team, None, &reason, by).await.unwrap();
        transfer(ctx, maya, number, to_planning(why, team), &none).await.unwrap();
        let view = now(&world, number).await;
        assert_eq!(view.case.stage, Stage::WaitingForUs { team: company.planning });
        assert_eq!(view.case.promises[0].keeper, company.priya.id);
        assert!(
            desk::view::case::case_view(ctx, &Reach::from(maya), number).await.unwrap().is_none(),
            "it is the other team's now"
        );
        world.pass(SignedDuration::from_secs(15));
        let out = letters(&world).await;
        assert_eq!(out[0]["text"].as_str().unwrap(), shown);
        assert!(shown.contains("because they can book a van"), "{shown}");
        take(ctx, &company.priya, number, &none).await.unwrap();
    });
}

#[test]
fn the_third_transfer_asks_a_lead_who_keeps_it() {
    on_both(async |world| {
        let company = world.found().await;
        let number = opened(&world, &company).await;
        let ctx = &world.ctx;
        let teams = [company.planning, company.care, company.planning, company.care];
        for (turn, team) in teams.into_iter().enumerate() {
            let going = Transfer {
                team,
                owner: None,
                reason: words("They know this kind of boiler better than we do."),
                by: ctx.now() + HOUR,
                tell: Tell::Nothing(words("wrong desk")),
            };
            transfer(ctx, &company.jo, number, going, &Press::none()).await.unwrap();
            // Only care has a lead to ask.
            assert_eq!(now(&world, number).await.case.escalated, turn == 3, "turn {turn}");
        }
    });
}

#[test]
fn a_clock_that_runs_over_is_marked_once() {
    on_both(async |world| {
        let company = world.found().await;
        let number = opened(&world, &company).await;
        world.pass(SignedDuration::from_hours(24 * 30));
        ring(&world).await;
        let case = now(&world, number).await.case;
        assert!(case.clocks.iter().all(|clock| clock.over));
        ring(&world).await;
        assert_eq!(now(&world, number).await.case.version, case.version);
    });
}
