//! Offers, authority, escalations.

use crate::told::{code, letters, now, opened, words};
use desk::portal_case;
use domain::case::Stage;
use domain::offer::{OfferOption, OfferState, Remedy};
use domain::permit::CustomerPermit;
use jiff::SignedDuration;
use remedies::escalation::actions::{ask_someone_else, escalate};
use remedies::offer::actions::{Propose, accept, approve, ask, counter, propose};
use store::Press;
use testkit::{World, on_both};

fn refund(cost_minor: i64, value: Option<&str>) -> Propose {
    Propose {
        finding: words("The van was rerouted and nobody told you."),
        options: vec![OfferOption {
            remedy: Remedy::Refund,
            words: "Money back".to_owned(),
            cost_minor,
            currency: "EUR".to_owned(),
        }],
        value: value.map(|value| (value.to_owned(), words("She was cold for three days."))),
        expires_at: None,
    }
}

async fn permit(world: &World) -> CustomerPermit {
    world.pass(SignedDuration::from_secs(15));
    let out = letters(world).await;
    let link = out.last().unwrap()["link"].as_str().unwrap().to_owned();
    let token = link.rsplit('/').next().unwrap().to_owned();
    portal_case(&world.ctx, &token).await.unwrap().unwrap().permit
}

#[test]
fn what_is_agreed_becomes_a_promise_with_a_date() {
    on_both(async |world| {
        let company = world.found().await;
        let number = opened(&world, &company).await;
        let (ctx, maya, none) = (&world.ctx, &company.maya, Press::none());
        let asked = ask(ctx, maya, number, None, &none).await.unwrap().offer.unwrap();
        let permit = permit(&world).await;
        counter(ctx, &permit, asked, &words("60 € off the bill"), &none).await.unwrap();
        let offered = propose(ctx, maya, number, refund(5_000, None), &none).await.unwrap();
        assert!(matches!(now(&world, number).await.case.stage, Stage::OfferMade { .. }));
        let id = offered.offer.unwrap();
        assert_eq!(code(accept(ctx, &permit, id, 7, &none).await), "no_such_option");
        accept(ctx, &permit, id, 0, &none).await.unwrap();
        let case = now(&world, number).await.case;
        assert_eq!(case.promises.len(), 1);
        assert!(case.promises[0].words.contains("Money back"));
        assert!(case.offers.iter().all(|offer| offer.id != id));
        assert_eq!(code(accept(ctx, &permit, id, 0, &none).await), "offer_not_open");
    });
}

#[test]
fn authority_is_widened_by_a_value_and_ends_at_somebody_else_s() {
    on_both(async |world| {
        let company = world.found().await;
        let number = opened(&world, &company).await;
        letters(&world).await;
        let (ctx, maya, none) = (&world.ctx, &company.maya, Press::none());
        let plain = propose(ctx, maya, number, refund(6_000, None), &none).await;
        assert_eq!(code(plain), "name_a_value");
        let wrong = propose(ctx, maya, number, refund(6_000, Some("Greed")), &none).await;
        assert_eq!(code(wrong), "no_such_value");
        let above = propose(ctx, maya, number, refund(30_000, Some("Care")), &none).await.unwrap();
        assert_eq!(above.message, None, "nothing is sent before somebody decides");
        let id = above.offer.unwrap();
        let own = approve(ctx, maya, number, id, &none).await;
        assert!(matches!(own, Err(casework::ActError::Missing)), "an agent approves nothing");
        approve(ctx, &company.jo, number, id, &none).await.unwrap();
        let case = now(&world, number).await.case;
        assert_eq!(case.offers[0].state, OfferState::Proposed);
    });
}

#[test]
fn the_customer_can_ask_that_somebody_else_looks() {
    on_both(async |world| {
        let company = world.found().await;
        let number = opened(&world, &company).await;
        let permit = permit(&world).await;
        let (ctx, none) = (&world.ctx, Press::none());
        let (maya, question) = (&company.maya, words("Who pays?"));
        let oneself = escalate(ctx, maya, number, &question, maya.id, None, &none).await;
        assert_eq!(code(oneself), "escalate_to_oneself");
        ask_someone_else(ctx, &permit, None, &none).await.unwrap();
        assert!(now(&world, number).await.case.escalated);
        let twice = ask_someone_else(ctx, &permit, None, &none).await;
        assert_eq!(code(twice), "already_escalated");
    });
}
