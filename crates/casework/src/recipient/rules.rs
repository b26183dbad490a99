//! Who can be chosen for a reply, and what choosing them does.
//!
//! Chosen are people, one by one, for one letter. Without a choice it goes to the customer alone,
//! whoever wrote last: what we say about a case reaches nobody whom nobody named, and nobody steers
//! our next letter to themselves by writing.

use crate::message::rules::{MessageRefused, Outgoing};
use domain::case::Case;
use domain::id::{CustomerId, MessageId};
use domain::joiner::Part;
use domain::message::Recipient;

/// Somebody who was taken in and can be written to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Participant {
    /// Who.
    pub customer: CustomerId,
    /// As shown.
    pub name: String,
    /// What they are to the case.
    pub part: Part,
    /// The address with which they were taken in.
    pub to: String,
    /// Their own subject line.
    pub subject: String,
}

/// Those who can be chosen beside the customer: each person once, and nobody at an address that
/// gets the letter already.
///
/// - `email`: the customer's own address.
pub fn offered(
    case: &Case,
    email: Option<&str>,
    taken_in: impl IntoIterator<Item = Participant>,
) -> Vec<Participant> {
    let mut offered: Vec<Participant> = Vec::new();
    for one in taken_in {
        let same = |address: &str| address.eq_ignore_ascii_case(&one.to);
        let known = one.customer == case.customer
            || email.is_some_and(same)
            || offered.iter().any(|other| other.customer == one.customer || same(&other.to));
        if !known {
            offered.push(one);
        }
    }
    offered
}

/// Addresses a letter to the customer to those who were chosen instead.
///
/// - `chosen`: the customer and participants by their ids; `None` leaves it to the customer alone.
/// - `offered`: who can be chosen beside the customer.
/// - `id`: gives the id of a letter.
///
/// # Errors
/// When nobody was chosen, or somebody who was not taken in.
pub fn address(
    letter: Outgoing,
    case: &Case,
    chosen: Option<&[CustomerId]>,
    offered: &[Participant],
    mut id: impl FnMut() -> MessageId,
) -> Result<Outgoing, MessageRefused> {
    let Some(chosen) = chosen else { return Ok(letter) };
    if chosen.is_empty() {
        return Err(MessageRefused::NoRecipient);
    }
    let takes_part =
        |who: &CustomerId| *who == case.customer || offered.iter().any(|one| one.customer == *who);
    if !chosen.iter().all(takes_part) {
        return Err(MessageRefused::NotTakenIn);
    }
    let also = offered.iter().filter(|one| chosen.contains(&one.customer));
    let also = also.map(|one| Recipient {
        letter: id(),
        customer: one.customer,
        name: one.name.clone(),
        part: one.part,
        to: one.to.clone(),
        subject: one.subject.clone(),
    });
    let also = also.collect();
    let to = letter.to.filter(|_| chosen.contains(&case.customer));
    Ok(Outgoing { to, also, ..letter })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::told::{complaint, id, letter};
    use domain::message::Purpose;

    fn ines() -> Participant {
        Participant {
            customer: id(40),
            name: "Ines Duarte".to_owned(),
            part: Part::Representative,
            to: "ines@example.org".to_owned(),
            subject: "The same fee".to_owned(),
        }
    }

    fn addressed(chosen: Option<&[CustomerId]>) -> Result<Outgoing, MessageRefused> {
        let (case, mut n) = (complaint(), 90);
        let offered = offered(&case, Some("amara@example.org"), [ines()]);
        address(letter(Purpose::Reply), &case, chosen, &offered, || {
            n += 1;
            id(n)
        })
    }

    #[test]
    fn without_a_choice_a_reply_goes_to_the_customer_alone() {
        let letter = addressed(None).unwrap();
        assert_eq!((letter.to.as_deref(), letter.also.len()), (Some("amara@example.org"), 0));
    }

    #[test]
    fn each_who_was_chosen_gets_a_letter_of_their_own() {
        let both = addressed(Some(&[complaint().customer, ines().customer])).unwrap();
        assert_eq!(both.to.as_deref(), Some("amara@example.org"));
        assert_eq!(both.also[0].to, "ines@example.org");
        assert_ne!(both.also[0].letter, both.id);
        let alone = addressed(Some(&[ines().customer])).unwrap();
        assert_eq!((alone.to, alone.also.len()), (None, 1));
    }

    #[test]
    fn a_letter_needs_somebody_and_nobody_who_was_not_taken_in_gets_one() {
        assert_eq!(addressed(Some(&[])), Err(MessageRefused::NoRecipient));
        let stranger = [complaint().customer, id(41)];
        assert_eq!(addressed(Some(&stranger)), Err(MessageRefused::NotTakenIn));
    }

    #[test]
    fn nobody_is_offered_twice() {
        let case = complaint();
        let again = Participant { to: "other@example.org".to_owned(), ..ines() };
        let same_address =
            Participant { customer: id(42), to: "INES@example.org".to_owned(), ..ines() };
        let customer = Participant { customer: case.customer, ..ines() };
        let at_theirs =
            Participant { customer: id(43), to: "Amara@example.org".to_owned(), ..ines() };
        let all = [customer, at_theirs, ines(), again, same_address];
        assert_eq!(offered(&case, Some("amara@example.org"), all), [ines()]);
    }
}
