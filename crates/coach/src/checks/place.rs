//! Who answers, and where: C11 a hand-over names its benefit, C12 what is solved in private is
//! not solved in public.

use super::Case;
use crate::checks::offer::amounts;
use crate::concept::Concept;
use crate::draft::Kind;
use crate::finding::{Detail, PublicOrder};

/// A review of up to this many stars is answered like a complaint.
const UNHAPPY_STARS: u8 = 3;

pub(super) fn check(case: &mut Case) {
    hand_over(case);
    in_public(case);
}

/// C11. The benefit may stand in the sentence itself or in one beside it.
fn hand_over(case: &mut Case) {
    if case.draft.kind == Kind::Statement {
        return;
    }
    let sentences = &case.text.sentences;
    let mut at = case.first_saying(Concept::HandOver);
    if at.is_none() && case.draft.kind == Kind::Transfer {
        at = sentences.iter().position(|sentence| sentence.marked);
    }
    let Some(at) = at else { return };
    let near = at.saturating_sub(1)..sentences.len().min(at + 2);
    if sentences[near].iter().any(|sentence| case.sentence_says(sentence, Concept::Benefit)) {
        return;
    }
    case.note("C11", "", sentences[at].raw.clone(), None);
}

/// C12.
fn in_public(case: &mut Case) {
    let stars = case.context.review_stars;
    let unhappy = case.context.is_complaint || stars.is_some_and(|stars| stars <= UNHAPPY_STARS);
    if !case.draft.public || !unhappy || case.draft.kind != Kind::Reply {
        return;
    }
    let order = order(case);
    let detail = Some(Detail::PublicOrder(order));
    let sentences = &case.text.sentences;
    let channel_beside = |n: usize| {
        let near = n.saturating_sub(1)..sentences.len().min(n + 2);
        sentences[near].iter().any(|s| case.sentence_says(s, Concept::PrivateChannel))
    };
    let asks = case.first_saying(Concept::AsksDetails).filter(|n| !channel_beside(*n));
    let gives = sentences.iter().position(|sentence| {
        let named = !amounts(&case.draft.text[sentence.raw.clone()]).is_empty();
        let offers = case.sentence_says(sentence, Concept::Offer);
        offers && named || case.sentence_says(sentence, Concept::Freebie)
    });
    if let Some(n) = asks {
        case.note("C12", "details", sentences[n].raw.clone(), detail);
    } else if let Some(n) = gives {
        case.note("C12", "offer", sentences[n].raw.clone(), detail);
    } else if !order.private_channel {
        let at = case.body_end();
        case.note("C12", "channel", at..at, detail);
    }
}

fn order(case: &Case) -> PublicOrder {
    let first = |concepts: &[Concept]| {
        concepts.iter().filter_map(|concept| case.first_saying(*concept)).min()
    };
    let acknowledges =
        first(&[Concept::Apology, Concept::Empathy, Concept::Explanation, Concept::Because]);
    let named = case.context.private_channel.as_deref();
    let named = named.is_some_and(|channel| case.draft.text.contains(channel));
    let channel = first(&[Concept::PrivateChannel]);
    let compensates = first(&[Concept::Offer, Concept::Freebie]);
    let in_time = |later: Option<usize>, sooner: Option<usize>| match (sooner, later) {
        (Some(sooner), Some(later)) => sooner <= later,
        (None, Some(_)) => false,
        _ => true,
    };
    PublicOrder {
        acknowledges: acknowledges.is_some(),
        private_channel: channel.is_some() || named,
        compensates: compensates.is_some(),
        in_order: in_time(channel, acknowledges) && in_time(compensates, channel),
    }
}
