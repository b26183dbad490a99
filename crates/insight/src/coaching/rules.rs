//! Rules of the coach as an organisation sets them.

use serde::Serialize;

/// The rules that ship: id and what each finds.
pub const SHIPPED: [(&str, &str); 22] = [
    ("C01", "An apology that puts it on the customer"),
    ("C02", "A complaint answered without a plain apology"),
    ("C03", "The problem is not said back"),
    ("C04", "A negative closing"),
    ("C05", "No inviting question at the end"),
    ("C06", "Stiff words"),
    ("C07", "A promise without who and when"),
    ("C08", "Contradicts an open promise or an earlier message"),
    ("C09", "Blame"),
    ("C10", "Excuses before the fix"),
    ("C11", "A hand-over without what the customer gains"),
    ("C12", "Solving in public"),
    ("C13", "Personal data where it must not be"),
    ("C14", "An offer above one's own limit"),
    ("C15", "No name or way back to the person"),
    ("C16", "Hard to read or long"),
    ("C17", "Empty phrases"),
    ("C18", "A present before asking what would be fair"),
    ("C19", "The same text as before"),
    ("C20", "Heat"),
    ("C21", "A question left unanswered"),
    ("C22", "A good review answered with a template"),
];

/// Personal data must not leave, whatever an organisation prefers.
pub const STAYS_ON: &str = "C13";

/// Rules of one's own at most.
pub const OWN_MOST: usize = 100;
/// Letters of a field.
const LINE_MOST: usize = 300;
/// Patterns of a rule.
const PATTERNS_MOST: usize = 50;

/// A rule as somebody writes it down.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OwnRule {
    /// Two letters: `en`.
    pub language: String,
    /// Words it finds, one line each; `*` is the rest of a word, `_` one word, `..` a few.
    pub words: String,
    /// How the words may come across, in one line.
    pub says: String,
    /// Why that matters, in one line.
    pub reason: String,
    /// Better words, or empty.
    pub better: String,
    /// A sentence in which it must be found.
    pub example: String,
    /// A sentence in which it must not, or empty.
    pub counter_example: String,
}

#[derive(Serialize)]
struct Pack<'a> {
    language: &'a str,
    rule: [PackRule<'a>; 1],
}

#[derive(Serialize)]
struct PackRule<'a> {
    id: &'a str,
    says: &'a str,
    reason: &'a str,
    source: &'a str,
    patterns: Vec<String>,
    better: Vec<&'a str>,
    positive: Vec<&'a str>,
    negative: Vec<&'a str>,
}

impl OwnRule {
    /// The rule as a pack of the coach (TOML), tried on its examples.
    ///
    /// # Errors
    /// Each field that must be put right, with words.
    pub fn pack(&self, id: &str) -> Result<String, Vec<(&'static str, String)>> {
        let mut wrong: Vec<(&'static str, String)> = Vec::new();
        let mut needed = |field: &'static str, text: &str, say: &str| {
            let letters = text.trim().chars().count();
            if letters == 0 || letters > LINE_MOST {
                wrong.push((field, say.to_owned()));
            }
        };
        needed("says", &self.says, "Say in one line how it may come across.");
        needed("reason", &self.reason, "Say in one line why that matters.");
        needed("example", &self.example, "Give a sentence in which it must be found.");
        let patterns: Vec<String> =
            self.words.lines().map(plain).filter(|l| !l.is_empty()).collect();
        let too_long = patterns.iter().any(|line| line.chars().count() > LINE_MOST);
        if patterns.is_empty() || patterns.len() > PATTERNS_MOST || too_long {
            wrong.push(("words", "Give one to 50 lines of words to find.".to_owned()));
        }
        if self.better.chars().count() > LINE_MOST {
            wrong.push(("better", "Give at most 300 letters.".to_owned()));
        }
        let coach = coach::Coach::shipped();
        if !coach.languages().any(|known| known == self.language) {
            wrong.push(("language", "Choose a language of the list.".to_owned()));
        }
        if !wrong.is_empty() {
            return Err(wrong);
        }
        let some = |text| Some(str::trim(text)).filter(|text| !text.is_empty());
        let rule = PackRule {
            id,
            says: self.says.trim(),
            reason: self.reason.trim(),
            source: "our own",
            patterns,
            better: some(&self.better).into_iter().collect(),
            positive: vec![self.example.trim()],
            negative: some(&self.counter_example).into_iter().collect(),
        };
        let pack = Pack { language: &self.language, rule: [rule] };
        let text = toml::to_string(&pack).map_err(|why| vec![("words", why.to_string())])?;
        match coach.with_pack(&text) {
            Ok(_) => Ok(text),
            Err(coach::PackRefused::Example { speaks: true, .. }) => {
                Err(vec![("example", "The words are not found in this sentence.".to_owned())])
            }
            Err(coach::PackRefused::Example { speaks: false, .. }) => {
                Err(vec![("counter_example", "The words are found here, too.".to_owned())])
            }
            Err(other) => Err(vec![("words", other.to_string())]),
        }
    }
}

/// Words as the coach compares them.
fn plain(line: &str) -> String {
    line.trim().trim_matches(',').to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;
    use coach::{Coach, Context, Draft};

    fn rule() -> OwnRule {
        OwnRule {
            language: "en".to_owned(),
            words: "Turbo Widget\nturbo-widget*".to_owned(),
            says: "This may sound like a name only we know.".to_owned(),
            reason: "Customers call it the heater.".to_owned(),
            better: "the heater".to_owned(),
            example: "Your turbo widget is on its way.".to_owned(),
            counter_example: "Your heater is on its way.".to_owned(),
        }
    }

    #[test]
    fn a_rule_of_ones_own_is_found_with_its_better_words() {
        let pack = rule().pack("O1").unwrap();
        let coach = Coach::shipped().with_pack(&pack).unwrap();
        let text = "I'm sorry. The Turbo Widget comes on Tuesday. How else can I help?";
        let draft = Draft { text: text.to_owned(), ..Draft::default() };
        let found = coach.review(&draft, &Context::default());
        let own = found.iter().find(|finding| finding.rule == "O1").unwrap();
        assert_eq!(&text[own.span.clone()], "Turbo Widget");
        assert_eq!(own.better.as_deref(), Some("the heater"));
    }

    #[test]
    fn a_rule_that_its_own_examples_refute_is_refused_at_the_field() {
        let deaf = OwnRule { example: "Nothing of it.".to_owned(), ..rule() };
        assert_eq!(deaf.pack("O1").unwrap_err()[0].0, "example");
        let loud = OwnRule { counter_example: "A turbo widget.".to_owned(), ..rule() };
        assert_eq!(loud.pack("O1").unwrap_err()[0].0, "counter_example");
        let broken = OwnRule { words: "(turbo".to_owned(), ..rule() };
        assert_eq!(broken.pack("O1").unwrap_err()[0].0, "words");
        let fields: Vec<&str> =
            OwnRule::default().pack("O1").unwrap_err().into_iter().map(|(f, _)| f).collect();
        assert_eq!(fields, ["says", "reason", "example", "words", "language"]);
    }

    #[test]
    fn the_rules_that_ship_are_all_there() {
        let ids: Vec<String> = (1..=22).map(|n| format!("C{n:02}")).collect();
        assert!(SHIPPED.iter().map(|(id, _)| *id).eq(ids.iter().map(String::as_str)));
    }
}
