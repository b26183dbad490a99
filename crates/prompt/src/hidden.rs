//! Personal data, taken out of what is asked and put back into what is answered.
//!
//! Each value gets a placeholder of its own: `[email 1]`, `[name 2]`. What is found is what
//! `reading` finds (cards, accounts, addresses, telephone numbers, keys, national numbers), what
//! the case knows (names and the addresses and numbers its customer is reached by), and what the
//! words of a text give away: other people, streets, numbers of orders and contracts.

use crate::found;
use reading::{PersonalKind, find_personal_data};
use std::collections::BTreeSet;
use std::ops::Range;

/// Shortest part of a name that is taken out by itself.
const PART_LEAST: usize = 2;
/// Names that the words of texts may add. Each is looked for in every text, so that whoever writes
/// a list of names could keep us busy; a thread between people has a handful.
const LEARNT_MOST: usize = 200;

struct Value {
    placeholder: String,
    /// As it is put back.
    text: String,
    /// Cards, accounts, keys and national numbers stay out.
    goes_back: bool,
}

/// What was taken out, and what stands in its place.
#[derive(Default)]
pub struct Hidden {
    values: Vec<Value>,
    /// What is looked for besides what has a form: the text, and the word of its placeholder.
    known: Vec<(String, &'static str)>,
    /// How many of them texts have added.
    learnt: usize,
    /// Placeholders that somebody had written into a text: they say nothing.
    taken: BTreeSet<String>,
}

impl Hidden {
    /// Looks for the names and contacts of these people besides what has a form.
    pub fn knowing(names: &[String], contacts: &[String]) -> Hidden {
        let mut hidden = Hidden::default();
        hidden.known.extend(contacts.iter().map(|one| (one.trim().to_owned(), "contact")));
        hidden.know(names.iter().map(String::as_str));
        hidden
    }

    /// Looks from now on for people too whom the words of `text` name ("my husband …"). What is
    /// part of `ours` is the name of nobody. All texts together add 200 names at most.
    pub fn learn(&mut self, text: &str, ours: &str) {
        let is_ours = |name: &str| ours.split_whitespace().any(|part| same(part, name));
        let is_known = |name: &str| self.known.iter().any(|(known, _)| known == name);
        let mut names: Vec<&str> = found::names(text);
        names.retain(|name| !name.split_whitespace().any(is_ours) && !is_known(name));
        names.sort_unstable();
        names.dedup();
        names.truncate(LEARNT_MOST - self.learnt);
        self.learnt += names.len();
        self.know(names.into_iter());
    }

    fn know<'a>(&mut self, names: impl Iterator<Item = &'a str>) {
        for name in names {
            self.known.push((name.trim().to_owned(), "name"));
            // "van", "de", "al": words of a language, and of no one person.
            let parts = name.split_whitespace().filter(|part| {
                part.chars().count() >= PART_LEAST && !part.starts_with(char::is_lowercase)
            });
            self.known.extend(parts.map(|part| (part.to_owned(), "name")));
        }
        self.known.retain(|(text, _)| text.chars().count() >= PART_LEAST);
        // The longest first, so that a whole name is one thing and not two.
        self.known.sort_by_key(|(text, _)| (usize::MAX - text.len(), text.clone()));
        self.known.dedup();
    }

    /// How many values were taken out.
    pub fn count(&self) -> u32 {
        u32::try_from(self.values.len()).unwrap_or(u32::MAX)
    }

    /// `text` without personal data.
    pub fn redact(&mut self, text: &str) -> String {
        self.note_placeholders(text);
        let mut spans: Vec<(Range<usize>, &'static str, bool)> = find_personal_data(text)
            .into_iter()
            .map(|data| (data.span, word(data.kind), goes_back(data.kind)))
            .collect();
        let mut add = |span: Range<usize>, kind| {
            if !spans.iter().any(|(other, ..)| overlap(other, &span)) {
                spans.push((span, kind, true));
            }
        };
        // A street may bear the name of somebody.
        found::streets(text).into_iter().for_each(|span| add(span, "address"));
        for (known, kind) in &self.known {
            places(text, known).into_iter().for_each(|span| add(span, kind));
        }
        found::numbers(text).into_iter().for_each(|span| add(span, "number"));
        spans.sort_by_key(|(span, ..)| span.start);
        let mut out = String::with_capacity(text.len());
        let mut at = 0;
        for (span, kind, goes_back) in spans {
            let Some(before) = text.get(at..span.start) else { continue };
            let Some(value) = text.get(span.clone()) else { continue };
            out.push_str(before);
            out.push_str(&self.placeholder(kind, value, goes_back));
            at = span.end;
        }
        out.push_str(&text[at..]);
        out
    }

    fn placeholder(&mut self, kind: &'static str, value: &str, goes_back: bool) -> String {
        // Names come back as the case has them, however they were shouted.
        let as_known = self.known.iter().find(|(known, _)| same(known, value));
        let text = as_known.map_or(value, |(known, _)| known.as_str()).to_owned();
        if let Some(value) = self.values.iter().find(|one| one.text == text) {
            return value.placeholder.clone();
        }
        let begins = format!("[{kind} ");
        let number = self.values.iter().filter(|one| one.placeholder.starts_with(&begins)).count();
        let placeholder = format!("[{kind} {}]", number + 1);
        self.values.push(Value { placeholder: placeholder.clone(), text, goes_back });
        placeholder
    }

    fn note_placeholders(&mut self, text: &str) {
        for (_, found) in bracketed(text) {
            self.taken.insert(found.to_owned());
        }
    }

    /// The answer with what was taken out in its place again, where that is beyond doubt. What
    /// stays out stands as `gap` makes it, of the word for what it is.
    pub fn put_back(&self, answer: &str, gap: impl Fn(&str) -> String) -> String {
        let mut out = String::with_capacity(answer.len());
        let mut rest = answer;
        while let Some((at, found)) = bracketed(rest).next() {
            out.push_str(&rest[..at]);
            rest = &rest[at + found.len()..];
            let value = self.values.iter().find(|value| value.placeholder == found);
            match value {
                Some(value) if value.goes_back && !self.taken.contains(found) => {
                    out.push_str(&value.text);
                }
                Some(_) => out.push_str(&gap(found[1..].split(' ').next().unwrap_or(""))),
                None => out.push_str(found),
            }
        }
        out.push_str(rest);
        out
    }
}

/// Every `[word 12]` of a text, and where it begins.
fn bracketed(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.match_indices('[').filter_map(|(at, _)| {
        let end = text[at..].find(']')? + at + 1;
        let (word, number) = text[at + 1..end - 1].split_once(' ')?;
        let is_one = KINDS.contains(&word)
            && (1..=4).contains(&number.len())
            && number.bytes().all(|b| b.is_ascii_digit());
        is_one.then_some((at, &text[at..end]))
    })
}

const KINDS: [&str; 10] =
    ["card", "account", "email", "phone", "key", "id", "name", "contact", "address", "number"];

fn word(kind: PersonalKind) -> &'static str {
    match kind {
        PersonalKind::Card => "card",
        PersonalKind::Iban => "account",
        PersonalKind::Email => "email",
        PersonalKind::Phone => "phone",
        PersonalKind::Secret => "key",
        PersonalKind::NationalId => "id",
    }
}

fn goes_back(kind: PersonalKind) -> bool {
    matches!(kind, PersonalKind::Email | PersonalKind::Phone)
}

fn overlap(a: &Range<usize>, b: &Range<usize>) -> bool {
    a.start < b.end && b.start < a.end
}

fn same(a: &str, b: &str) -> bool {
    begins_with(a, b) == Some(a.len())
}

/// Bytes of `text` that are `words`, whatever their case; `None` when it does not begin so.
fn begins_with(text: &str, words: &str) -> Option<usize> {
    let mut letters = text.char_indices();
    for wanted in words.chars() {
        let (_, letter) = letters.next()?;
        if letter != wanted && !letter.to_lowercase().eq(wanted.to_lowercase()) {
            return None;
        }
    }
    Some(letters.next().map_or(text.len(), |(at, _)| at))
}

/// Where `words` stand in `text` by themselves, with or without the `s` of "Amaras".
fn places(text: &str, words: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut inside = false;
    for (at, letter) in text.char_indices() {
        let begins = !inside;
        inside = letter.is_alphanumeric();
        if !begins || found.last().is_some_and(|last: &Range<usize>| at < last.end) {
            continue;
        }
        let Some(length) = begins_with(&text[at..], words) else { continue };
        let rest = &text[at + length..];
        let rest = rest.strip_prefix(['s', 'S']).unwrap_or(rest);
        let ends = |rest: &str| !rest.starts_with(char::is_alphanumeric);
        if ends(rest) || ends(&text[at + length..]) {
            found.push(at..at + length);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn amara() -> Hidden {
        let names = ["Amara van Okafor".to_owned(), "Maya Berg".to_owned()];
        Hidden::knowing(&names, &["+47 22 33 44 55".to_owned(), "amara@mail.example".to_owned()])
    }

    fn kept(kind: &str) -> String {
        format!("<{kind}>")
    }

    #[test]
    fn what_has_a_form_and_what_the_case_knows_is_taken_out() {
        let mut hidden = amara();
        let asked = hidden.redact(
            "I am AMARA VAN OKAFOR, Amaras card is 4111 1111 1111 1111, \
             write to amara@mail.example or other@mail.example. Okafor",
        );
        assert_eq!(
            asked,
            "I am [name 1], [name 2]s card is [card 1], write to [email 1] or [email 2]. [name 3]"
        );
        assert_eq!(hidden.count(), 6);
    }

    #[test]
    fn names_and_addresses_come_back_and_numbers_of_cards_do_not() {
        let mut hidden = amara();
        hidden.redact("amara: 4111 1111 1111 1111, a@mail.example");
        let back = hidden.put_back("Hi [name 1], we write to [email 1] about [card 1].", kept);
        assert_eq!(back, "Hi Amara, we write to a@mail.example about <card>.");
    }

    #[test]
    fn a_placeholder_that_somebody_wrote_is_never_filled() {
        let mut hidden = amara();
        hidden.redact("Send [email 1] to everybody. My friend is a@mail.example.");
        assert_eq!(
            hidden.put_back("[email 1] [email 9] [Your name]", kept),
            "<email> [email 9] [Your name]"
        );
    }

    #[test]
    fn a_name_inside_a_word_is_no_name() {
        let mut hidden = Hidden::knowing(&["Ann Li".to_owned()], &[]);
        assert_eq!(
            hidden.redact("The cannon and the annual list"),
            "The cannon and the annual list"
        );
        assert_eq!(hidden.redact("Ann's list, Li."), "[name 1]'s list, [name 2].");
    }

    #[test]
    fn a_list_of_names_adds_so_many_and_the_case_keeps_its_own() {
        let mut hidden = amara();
        let list = |from: char| -> String {
            let one = |n: u8| {
                format!(
                    "My friend {from}{}{}. ",
                    char::from(b'a' + n / 26),
                    char::from(b'a' + n % 26)
                )
            };
            (0..=250).map(one).collect()
        };
        let before = hidden.known.len();
        hidden.learn(&list('A'), "");
        hidden.learn(&list('B'), "");
        assert_eq!(hidden.known.len(), before + LEARNT_MOST);
        assert_eq!(hidden.redact("Maya Berg asks"), "[name 1] asks");
        // Who is known already takes nobody's place.
        let mut hidden = amara();
        hidden.learn(&"My friend Tom. My friend Maya. ".repeat(300), "");
        hidden.learn("My friend Zoe.", "");
        assert_eq!(hidden.redact("Zoe and Tom"), "[name 1] and [name 2]");
    }

    proptest! {
        #[test]
        fn any_text_keeps_no_known_name(before in "\\PC{0,30}", after in "\\PC{0,30}") {
            let text = format!("{before} Okafor {after}");
            let asked = amara().redact(&text);
            prop_assert!(!asked.split(|c: char| !c.is_alphanumeric()).any(|w| w == "Okafor"));
        }

        #[test]
        fn any_answer_can_be_put_back(answer in "\\PC{0,80}") {
            let mut hidden = amara();
            hidden.redact("Amara 4111 1111 1111 1111");
            hidden.put_back(&answer, kept);
        }
    }
}
