//! Who is named in the words of a note. Pure.

use domain::id::StaffId;

/// Somebody a note may name: they can read its case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Colleague {
    /// Who it is.
    pub id: StaffId,
    /// Their whole name.
    pub name: String,
}

/// The colleagues whose whole name stands behind an `@`, each once, in the order of the words. Of
/// two names of which one begins the other the longer holds; who shares a name is named with it.
/// An `@` behind a letter or digit belongs to an address and names nobody.
pub fn mentioned(text: &str, colleagues: &[Colleague]) -> Vec<StaffId> {
    let mut found = Vec::new();
    let mut before = None;
    for (at, letter) in text.char_indices() {
        if letter == '@' && !before.is_some_and(char::is_alphanumeric) {
            for id in named(&text[at + 1..], colleagues) {
                if !found.contains(&id) {
                    found.push(id);
                }
            }
        }
        before = Some(letter);
    }
    found
}

/// Those whose name `rest` begins with, of the longest such name.
fn named(rest: &str, colleagues: &[Colleague]) -> Vec<StaffId> {
    let fits: Vec<(usize, StaffId)> = colleagues
        .iter()
        .filter_map(|one| Some((begins(rest, one.name.trim())?, one.id)))
        .collect();
    let longest = fits.iter().map(|(length, _)| *length).max();
    fits.into_iter().filter(|(length, _)| Some(*length) == longest).map(|(_, id)| id).collect()
}

/// The length of `name` where `rest` begins with it, in whatever case, and ends there or goes on
/// with something that is no letter of a name.
fn begins(rest: &str, name: &str) -> Option<usize> {
    let mut words = rest.chars();
    for letter in name.chars() {
        let said = words.next()?;
        if !said.to_lowercase().eq(letter.to_lowercase()) {
            return None;
        }
    }
    let ends = words.next().is_none_or(|next| !next.is_alphanumeric());
    (ends && !name.is_empty()).then_some(name.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn one(n: u128, name: &str) -> Colleague {
        Colleague { id: StaffId::from(uuid::Uuid::from_u128(n)), name: name.to_owned() }
    }

    fn house() -> Vec<Colleague> {
        vec![one(1, "Maya Torres"), one(2, "Jo Li"), one(3, "Jo Liang"), one(4, "Émile Noël")]
    }

    fn ids(numbers: &[u128]) -> Vec<StaffId> {
        numbers.iter().map(|n| StaffId::from(uuid::Uuid::from_u128(*n))).collect()
    }

    #[test]
    fn who_is_named_with_an_at_sign_is_found_once_and_in_order() {
        let text = "@émile noël please ring her. @Maya Torres knows, @Maya Torres wrote it.";
        assert_eq!(mentioned(text, &house()), ids(&[4, 1]));
    }

    #[test]
    fn the_longer_of_two_names_holds() {
        assert_eq!(mentioned("@Jo Liang, look", &house()), ids(&[3]));
        assert_eq!(mentioned("@Jo Li, look", &house()), ids(&[2]));
    }

    #[test]
    fn an_address_a_first_name_and_a_stranger_name_nobody() {
        for text in ["maya@Maya Torres", "Maya Torres", "@Maya", "@Jo", "@Someone Else", "@", ""] {
            assert_eq!(mentioned(text, &house()), [], "{text}");
        }
    }

    #[test]
    fn two_who_share_a_name_are_both_told() {
        let twins = [one(8, "Sam Lee"), one(9, "Sam Lee")];
        assert_eq!(mentioned("ask @Sam Lee", &twins), ids(&[8, 9]));
    }

    proptest! {
        #[test]
        fn whatever_is_written_names_only_colleagues_and_never_breaks(text in "\\PC*[@ a-zé]*") {
            let house = house();
            for id in mentioned(&text, &house) {
                prop_assert!(house.iter().any(|one| one.id == id));
            }
        }
    }
}
