//! Visiting cards (vCard, RFC 6350): suggestions for a customer's identities, nothing more.

use serde::Serialize;

use crate::calendar::{lines, unescaped};

/// What a card says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Card {
    /// The name as its owner writes it.
    pub name: String,
    /// Organisation.
    pub organisation: String,
    /// Mail addresses, lower case.
    pub addresses: Vec<String>,
    /// Telephone numbers as written.
    pub phones: Vec<String>,
}

/// Most cards read from one file, and most entries of one kind in one card.
const MOST: usize = 50;

/// Reads the cards of a file.
pub fn read(text: &str) -> Vec<Card> {
    let mut cards = Vec::new();
    let mut inside: Option<Card> = None;
    for (name, _, value) in lines(text) {
        match (name.as_str(), &mut inside) {
            ("BEGIN", _) if value.eq_ignore_ascii_case("VCARD") => inside = Some(Card::default()),
            ("END", _) => cards.extend(inside.take().filter(|_| cards.len() < MOST)),
            ("FN", Some(card)) => card.name = unescaped(&value),
            ("N", Some(card)) if card.name.is_empty() => {
                let mut parts = value.split(';');
                let (family, given) = (parts.next().unwrap_or(""), parts.next().unwrap_or(""));
                card.name = unescaped(format!("{given} {family}").trim());
            }
            ("ORG", Some(card)) => card.organisation = unescaped(&value.replace(';', ", ")),
            ("EMAIL", Some(card)) if card.addresses.len() < MOST => {
                card.addresses.push(value.trim_start_matches("mailto:").to_lowercase());
            }
            ("TEL", Some(card)) if card.phones.len() < MOST => {
                card.phones.push(value.trim_start_matches("tel:").to_owned());
            }
            _ => {}
        }
    }
    cards
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_suggests_identities() {
        let text = "BEGIN:VCARD\nVERSION:3.0\nN:Müller;Ann\nORG:Shop;Sales\nitem1.EMAIL;TYPE=work:Ann@Shop.example\nTEL:+49 30 1\nEND:VCARD\n";
        let cards = read(text);
        assert_eq!(cards[0].name, "Ann Müller");
        assert_eq!(cards[0].addresses, ["ann@shop.example"]);
        assert_eq!((cards[0].organisation.as_str(), cards[0].phones.len()), ("Shop, Sales", 1));
    }
}
