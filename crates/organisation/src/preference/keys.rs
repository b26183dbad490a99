//! Which keys one may choose, and which sets come ready.

use house::wrong::{Wrong, Wrongs};
use std::collections::{BTreeMap, BTreeSet};
use web::keymap::{Scope, keymap, named};

/// The keys of classic mail programs, where they differ from ours.
pub const CLASSIC: &[(&str, &str)] = &[
    ("resolve", "y"),
    ("snooze", "b"),
    ("bell", "Shift+B"),
    ("escalate", "!"),
    ("go-queue", "g n"),
    ("go-insight", "g h"),
];

/// Keys that stay where they are: they do what browsers and lists always do.
const FIXED: [&str; 5] = ["Escape", "Enter", "Space", "Tab", "?"];

/// Reads the keys a person chose: action → key. What is empty or as shipped is left out.
///
/// # Errors
/// Names that are no actions, keys that cannot be pressed, and two actions with one key in one
/// place.
pub fn remapped(
    chosen: impl IntoIterator<Item = (String, String)>,
) -> Result<BTreeMap<String, String>, Vec<Wrong>> {
    let mut wrong = Wrongs::default();
    let mut remapped = BTreeMap::new();
    for (name, key) in chosen {
        let key = key.trim();
        let Some(known) = named(&name) else {
            wrong.add("keys", "Choose actions of the list.");
            continue;
        };
        if key.is_empty() || key == known.bindings[0].1 {
            continue;
        }
        if FIXED.contains(&key) || !is_key(key) {
            let words = format!(
                "“{key}” cannot be the key of {}. Use a letter or figure, also with Shift+, Ctrl+ \
                 or Alt+ before it, or two after each other such as g q.",
                known.label
            );
            wrong.add("keys", words);
            continue;
        }
        remapped.insert(name, key.to_owned());
    }
    for (one, other, key) in clashes(&remapped) {
        wrong
            .add("keys", format!("“{key}” would do both: {one}, and {other}. Change one of them."));
    }
    wrong.or_all(Some(remapped))
}

/// Whether a person can press `key`: `x`, `Shift+X`, `Ctrl+k`, `F8`, `g q`.
fn is_key(key: &str) -> bool {
    let one = |part: &str| {
        let mut last = part;
        while let Some((modifier, rest)) = last.split_once('+')
            && ["Shift", "Ctrl", "Alt"].contains(&modifier)
        {
            last = rest;
        }
        let figure = last.strip_prefix('F').and_then(|n| n.parse::<u8>().ok());
        let letter = last.chars().count() == 1 && last.chars().all(|c| c.is_ascii_graphic());
        letter || figure.is_some_and(|n| (1..=12).contains(&n))
    };
    match key.split_once(' ') {
        Some((first, second)) => first.len() == 1 && second.len() == 1 && one(first) && one(second),
        None => key.len() <= 20 && one(key),
    }
}

/// Actions that would share a key where both act: their labels and the key.
fn clashes(remapped: &BTreeMap<String, String>) -> Vec<(&'static str, &'static str, String)> {
    let mut found = Vec::new();
    let mut told = BTreeSet::new();
    for scope in Scope::ALL {
        let mut seen: BTreeMap<String, &'static str> = BTreeMap::new();
        for known in keymap() {
            for (place, shipped) in known.bindings {
                let reaches =
                    *place == scope || (*place == Scope::Anywhere && scope != Scope::Composer);
                if !reaches {
                    continue;
                }
                let key = remapped.get(known.name).map_or(*shipped, String::as_str);
                match seen.get(key) {
                    Some(other) if *other != known.label && told.insert((*other, known.label)) => {
                        found.push((*other, known.label, key.to_owned()));
                    }
                    Some(_) => {}
                    None => {
                        seen.insert(key.to_owned(), known.label);
                    }
                }
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(pairs: &[(&str, &str)]) -> Result<BTreeMap<String, String>, Vec<Wrong>> {
        remapped(pairs.iter().map(|(name, key)| ((*name).to_owned(), (*key).to_owned())))
    }

    #[test]
    fn only_what_differs_is_kept() {
        let kept = chosen(&[("reply", "r"), ("resolve", "y"), ("note", "")]).unwrap();
        assert_eq!(kept.into_iter().collect::<Vec<_>>(), [("resolve".to_owned(), "y".to_owned())]);
    }

    #[test]
    fn two_actions_never_share_a_key_in_one_place() {
        assert!(chosen(&[("resolve", "r")]).is_err(), "reply has it on a case");
        assert!(chosen(&[("resolve", "c")]).is_err(), "a new case has it anywhere");
        assert!(chosen(&[("resolve", "r"), ("reply", "e")]).is_ok(), "changed places");
    }

    #[test]
    fn keys_that_cannot_be_pressed_and_actions_that_are_none_are_refused() {
        for key in ["rr", "Hyper+x", "F13", "g qq", "ü", "Escape", "Shift+"] {
            assert!(chosen(&[("resolve", key)]).is_err(), "{key}");
        }
        assert!(chosen(&[("fly", "x")]).is_err());
        for key in ["y", "Shift+Y", "Ctrl+Alt+y", "F9", "g y", "!"] {
            assert!(chosen(&[("resolve", key)]).is_ok(), "{key}");
        }
    }

    #[test]
    fn the_classic_set_is_one_we_take() {
        assert_eq!(chosen(CLASSIC).unwrap().len(), CLASSIC.len());
    }
}
