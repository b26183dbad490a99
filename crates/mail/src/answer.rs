//! Whom to answer (8.7), and whose words a form passes on.

use serde::Serialize;

use crate::fields::Address;
use crate::parsed::Parsed;

/// Whom an answer goes to by default, and what the handler must see first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AnswerTo {
    /// The address.
    pub address: Address,
    /// Another address that Reply-To asks for and that was not taken.
    pub other: Option<Address>,
    /// People the author put in copy of this mail, offered as chips; ours are left out.
    pub offered: Vec<Address>,
    /// Whether the chips start switched on: only for a few.
    pub offered_on: bool,
}

/// Most people in copy that are switched on by default.
const COPIES_ON_MAX: usize = 5;

/// Whom to answer. Reply-To is followed only within the author's own domain; elsewhere it may
/// be a trap, so both are shown.
pub fn answer_to(parsed: &Parsed, own_addresses: &[String]) -> Option<AnswerTo> {
    let author = parsed.author.clone()?;
    let wanted = parsed.reply_to.iter().find(|a| a.address.contains('@')).cloned();
    let (address, other) = match wanted {
        Some(wanted) if wanted.key() == author.key() => (author, None),
        Some(wanted) if wanted.domain() == author.domain() => (wanted, None),
        Some(wanted) => (author, Some(wanted)),
        None => (author, None),
    };
    let ours = |a: &Address| {
        let key = crate::same_mailbox_key(&a.address);
        own_addresses.iter().any(|own| crate::same_mailbox_key(own) == key)
    };
    let mut offered: Vec<Address> = Vec::new();
    for person in parsed.to.iter().chain(&parsed.cc) {
        let known =
            person.key() == address.key() || offered.iter().any(|o| o.key() == person.key());
        if person.address.contains('@') && !known && !ours(person) {
            offered.push(person.clone());
        }
    }
    let offered_on = offered.len() <= COPIES_ON_MAX;
    Some(AnswerTo { address, other, offered, offered_on })
}

/// How to find the person behind a form, a shop or a payment service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Person {
    /// Reply-To names the person.
    ReplyTo,
    /// A line of the text begins with this label, such as `E-mail:`.
    Line(String),
}

/// A source whose automatic mail carries the words of people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Form {
    /// The address it sends from, lower case.
    pub sender: String,
    /// How it names the person.
    pub person: Person,
}

/// The person whose words a form mail carries, when the mail is from one of `forms`.
///
/// The caller checks that the sender was verified; a form's address can be forged like any.
pub fn person_behind(parsed: &Parsed, forms: &[Form]) -> Option<Address> {
    let sender = parsed.author.as_ref()?.key();
    let form = forms.iter().find(|f| f.sender == sender)?;
    match &form.person {
        Person::ReplyTo => parsed.reply_to.iter().find(|a| a.address.contains('@')).cloned(),
        Person::Line(label) => {
            let label = label.to_lowercase();
            let line = parsed.text.lines().find(|l| l.trim().to_lowercase().starts_with(&label))?;
            let value: String = line.trim().chars().skip(label.chars().count()).collect();
            crate::fields::addresses(value.trim().as_bytes())
                .into_iter()
                .find(|a| a.address.contains('@'))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse;

    #[test]
    fn reply_to_of_a_stranger_is_shown_and_not_followed() {
        let mail = parse(b"From: ann@example.com\r\nReply-To: eve@evil.example\r\n\r\nHi\r\n");
        let answer = answer_to(&mail, &[]).expect("an author");
        assert_eq!(answer.address.address, "ann@example.com");
        assert_eq!(answer.other.map(|a| a.address), Some("eve@evil.example".to_owned()));
        let same = parse(b"From: ann@example.com\r\nReply-To: sales@example.com\r\n\r\nHi\r\n");
        assert_eq!(answer_to(&same, &[]).expect("an author").address.address, "sales@example.com");
    }

    #[test]
    fn our_own_mailboxes_are_never_offered_as_copies() {
        let mail = parse(b"From: a@x.example\r\nTo: help+7@our.example, b@x.example\r\nCc: B@x.example, c@x.example\r\n\r\nHi\r\n");
        let answer = answer_to(&mail, &["help@our.example".to_owned()]).expect("an author");
        let keys: Vec<String> = answer.offered.iter().map(Address::key).collect();
        assert_eq!(keys, ["b@x.example", "c@x.example"]);
        assert!(answer.offered_on);
    }

    #[test]
    fn the_person_behind_a_form_is_found() {
        let mail = parse("From: form@shop.example\r\nReply-To: Ann <ann@example.com>\r\nAuto-Submitted: auto-generated\r\n\r\nName: Ann\r\nE-Mail: bea@example.com\r\n".as_bytes());
        let form = |person| [Form { sender: "form@shop.example".to_owned(), person }];
        let found = |person| person_behind(&mail, &form(person)).map(|a| a.address);
        assert_eq!(found(Person::ReplyTo).as_deref(), Some("ann@example.com"));
        assert_eq!(found(Person::Line("e-mail:".to_owned())).as_deref(), Some("bea@example.com"));
        assert_eq!(person_behind(&mail, &[]), None);
    }
}
