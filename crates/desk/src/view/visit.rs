//! A customer who comes with the link of their case.

use crate::case::public::Telling;
use crate::view::old_link;
use crate::view::portal::{PortalCase, portal_case};
use axum::response::Response;
use casework::policy::Policy;
use domain::offer::{Offer, OfferState};
use jiff::Timestamp;
use speech::Say;
use store::Context;
use web::frame::CustomerFrame;
use web::{Problem, Visitor};

/// Letters of what a customer adds.
pub const WORDS_MOST: usize = 10_000;

/// A customer before their page.
pub struct Visit {
    /// Their case, as far as it is theirs to see.
    pub portal: PortalCase,
    /// In which language it is said.
    pub say: Say,
    token: String,
    policy: Policy,
    now: Timestamp,
    contact: String,
    visitor: Visitor,
}

impl Visit {
    /// Who comes with `token`.
    pub async fn of(ctx: &Context, visitor: Visitor, token: &str) -> Result<Visit, Problem> {
        let Some(portal) = portal_case(ctx, token).await? else {
            return Err(old_link::refusal(ctx, visitor, token).await);
        };
        let say = visitor.say(&[&portal.case.language, &portal.reads]);
        let policy = Policy::of(&ctx.store).await?;
        let contact = old_link::another_way(ctx, say).await?;
        let (token, now) = (token.to_owned(), ctx.now());
        Ok(Visit { portal, say, token, policy, now, contact, visitor })
    }

    /// The words of their page.
    pub fn telling(&self) -> Telling<'_> {
        let zone = self.policy.clocks.hours.zone();
        Telling { say: self.say, portal: &self.portal, now: self.now, zone }
    }

    /// The frame of a page of this case; `part` is what follows the case's own address.
    pub fn frame(&self, title: &str, part: &str) -> CustomerFrame {
        let here = format!("/c/{}{part}", self.token);
        let company = self.policy.organisation.clone();
        let mut frame = CustomerFrame::new(title, company).spoken(self.say, &here);
        frame.home = self.visitor.to("/start");
        frame.another_way.clone_from(&self.contact);
        frame
    }

    /// The address of a page of this case, in the language that was asked for.
    pub fn to(&self, part: &str) -> String {
        self.visitor.to(&format!("/c/{}{part}", self.token))
    }

    /// Back to the page of their case.
    pub fn home(&self) -> Response {
        self.visitor.go_to(&format!("/c/{}", self.token))
    }

    /// A problem of this case, told in its customer's language.
    pub fn tell(&self, problem: impl Into<Problem>) -> Problem {
        problem.into().spoken(self.say.language)
    }
}

/// Whether the customer is asked to answer an offer.
pub fn waits_for_customer(offer: &Offer) -> bool {
    matches!(offer.state, OfferState::Proposed | OfferState::Asked)
}
