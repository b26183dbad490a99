//! Who can get a reply, as the composer shows it, and who got one, as the thread does.

use crate::view::case::{CaseView, Fate};
use casework::recipient::rules::{Participant, offered};
use casework::recipient::sql::{self, LetterRow};
use domain::id::CustomerId;
use domain::joiner::Part;
use domain::message::Delivery;
use store::{Store, StoreError};

/// One who can be chosen, as a box to tick.
pub struct Chip {
    /// Their id.
    pub id: String,
    /// As shown.
    pub name: String,
    /// What they are to the case, in words.
    pub part: &'static str,
    /// Where a letter to them goes.
    pub to: String,
    /// Whether they get this one.
    pub is_on: bool,
}

/// What somebody taken in is to the case, in words.
pub(crate) fn part_words(part: Part) -> &'static str {
    match part {
        Part::Representative => "speaks for the customer",
        Part::Affected => "the same happened to them",
    }
}

/// Those who can be chosen beside the customer.
pub async fn participants(store: &Store, view: &CaseView) -> Result<Vec<Participant>, StoreError> {
    let taken_in = sql::taken_in_for_checked(store, view.case.id).await?;
    Ok(offered(&view.case, view.email.as_deref(), taken_in))
}

/// The boxes of a composer; none where the customer is the only one who could be chosen.
pub async fn chips(
    store: &Store,
    view: &CaseView,
    chosen: Option<&[CustomerId]>,
) -> Result<Vec<Chip>, StoreError> {
    let participants = participants(store, view).await?;
    if participants.is_empty() {
        return Ok(Vec::new());
    }
    let is_on = |who: &CustomerId| match chosen {
        Some(chosen) => chosen.contains(who),
        None => *who == view.case.customer,
    };
    let customer = Chip {
        id: view.case.customer.to_string(),
        name: view.customer.clone(),
        part: "the customer",
        to: view.email.clone().unwrap_or_else(|| "shown on their page".to_owned()),
        is_on: is_on(&view.case.customer),
    };
    let others = participants.into_iter().map(|one| Chip {
        id: one.customer.to_string(),
        part: part_words(one.part),
        is_on: is_on(&one.customer),
        name: one.name,
        to: one.to,
    });
    Ok([customer].into_iter().chain(others).collect())
}

/// Somebody who got a message beside the customer, and how far their letter has come.
#[derive(Clone, Debug, PartialEq)]
pub struct RecipientFate {
    /// The id of their letter.
    pub letter: String,
    /// As shown.
    pub name: String,
    /// What they are to the case, in words.
    pub part: &'static str,
    /// Where it went.
    pub to: String,
    /// How far it has come.
    pub fate: Fate,
}

/// Who got a message beside the customer.
pub(crate) async fn fates(store: &Store, message: &str) -> Result<Vec<RecipientFate>, StoreError> {
    let rows = sql::of_messages(store, &[message]).await?;
    let fate = |row: LetterRow| {
        let may_decide = matches!(row.letter.as_str(), "uncertain" | "failed");
        let delivery = Delivery::from_word(&row.delivery)?;
        Some(RecipientFate {
            letter: row.letter_id,
            name: row.name,
            part: Part::from_word(&row.part).map_or("", part_words),
            to: row.address,
            fate: Fate { delivery, detail: row.delivery_detail, may_decide },
        })
    };
    Ok(rows.into_iter().filter_map(fate).collect())
}
