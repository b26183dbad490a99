//! Which language a text is written in.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use crate::fold::Folded;
use crate::lexicon::{Hit, Section};
use crate::{Judged, Reason};

pub(crate) mod model;

use model::LanguageModel;

/// A language as an ISO 639-1 code, with `-Latn` where the script is not the usual one.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Language(Cow<'static, str>);

impl Language {
    /// Not told.
    pub const UNKNOWN: Language = Language(Cow::Borrowed("und"));

    /// A language by its code.
    pub const fn of(code: &'static str) -> Language {
        Language(Cow::Borrowed(code))
    }

    /// The code: `en`, `hi-Latn`, or `und` if it could not be told.
    pub fn code(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Below this the language abstains.
const FLOOR: f32 = 0.5;

/// Below this a second language's words do not count.
const SECOND_MIN: f32 = 0.2;

/// The model that ships: `cargo xtask train` makes it.
static SHIPPED: LazyLock<LanguageModel> = LazyLock::new(|| {
    const BYTES: &[u8] = include_bytes!("../models/language.bin");
    LanguageModel::from_bytes(BYTES).expect("a test loads the shipped model")
});

/// What was told of the language.
pub(crate) struct Told {
    pub judged: Judged<Language>,
    /// Codes of the languages whose lexicons may read the text: the first, and others that come
    /// near it in a short text.
    pub codes: Vec<String>,
}

impl Told {
    pub(crate) fn reads(&self, code: &str) -> bool {
        code == "any" || self.codes.iter().any(|c| c == code)
    }
}

/// Tells the language of a text by its letters, and shows the common words that bear it out.
pub(crate) fn tell(text: &str, folded: &Folded, hits: &[Hit], names: &[String]) -> Told {
    let ranked = SHIPPED.rank(text);
    let Some(&(first, confidence)) = ranked.first() else {
        let judged = Judged::new(Language::UNKNOWN, 0.0, FLOOR, Vec::new());
        return Told { judged, codes: Vec::new() };
    };
    let mut codes: Vec<String> = ranked
        .iter()
        .filter(|(index, p)| *index == first || *p >= SECOND_MIN)
        .map(|(index, _)| SHIPPED.code(*index).to_owned())
        .collect();
    if let Some(judged) = hindi(text, folded, &codes[0]) {
        codes.insert(0, "hi-Latn".to_owned());
        return Told { judged, codes };
    }
    let because = common_words(text, folded, hits, names, &codes[0]);
    let language = Language(Cow::Owned(codes[0].clone()));
    Told { judged: Judged::new(language, confidence, FLOOR, because), codes }
}

/// Small words of Hindi in Latin letters that are words of no other language here.
const HINDI: &[&str] = &[
    "hai", "hain", "nahi", "nahin", "kya", "kyun", "kyu", "kyon", "aur", "mein", "mera", "meri",
    "mere", "tera", "teri", "tere", "apna", "apni", "apne", "aap", "aapka", "aapki", "aapke",
    "tum", "tumhara", "hum", "hamara", "hamare", "humein", "mujhe", "tujhe", "usko", "unko",
    "isko", "inko", "unki", "unke", "uska", "uski", "uske", "iska", "iski", "iske", "kuch", "koi",
    "sab", "sabhi", "bhai", "yaar", "bhi", "toh", "ye", "yeh", "woh", "wo", "kab", "kaise", "kaun",
    "kahan", "kaha", "jab", "tab", "abhi", "ab", "raha", "rahe", "rahi", "karo", "kar", "karna",
    "karne", "karte", "karta", "karti", "kiya", "gaya", "gayi", "gaye", "hua", "hui", "hoga",
    "hogi", "honge", "tha", "thi", "hota", "hoti", "hote", "liye", "saath", "bina", "phir", "fir",
    "lekin", "magar", "agar", "warna", "bahut", "bohot", "bhut", "accha", "acha", "acchi", "achha",
    "achi", "sahi", "galat", "kal", "aaj", "din", "wala", "wale", "wali", "log", "logo", "logon",
    "desh", "paisa", "paise", "kaam", "baat", "jai", "hind", "ji", "haan", "mat", "hi", "ki", "ka",
    "ke", "ko", "se", "ne", "pe", "na", "bhaijaan", "jaan", "dil", "zindagi", "pyar", "chahiye",
    "milega", "mila", "dekho", "bolo", "bol", "chalo", "jao", "aao", "diya", "liya", "lagta",
    "pata", "mai", "hu", "hoon", "ho", "tak", "kyunki", "isliye", "sirf", "bas", "kabhi",
    "hamesha", "jaldi", "ek", "kitna", "nhi", "ni", "krta", "krte", "kr", "krna", "kro", "sb",
    "bta", "batao", "mai", "hm", "h", "he", "kai", "kitne", "isse", "usse", "tumko", "hume",
    "mujhko", "jo", "jaise", "aise", "waise", "pehle", "baad",
];

static HINDI_SET: LazyLock<HashSet<&str>> = LazyLock::new(|| HINDI.iter().copied().collect());

/// Hindi in Latin letters is mostly mixed with English, so that letters alone take it for
/// English: three small words of it, or two in a short text, decide.
fn hindi(text: &str, folded: &Folded, first: &str) -> Option<Judged<Language>> {
    if !matches!(first, "en" | "hi-Latn") && folded.tokens.len() > 60 {
        return None;
    }
    let mut because = Vec::new();
    let mut words = 0;
    let mut found = 0;
    for token in folded.tokens.iter().filter(|t| t.is_word()).take(200) {
        words += 1;
        let word = folded.word(token);
        if HINDI_SET.contains(word) {
            found += 1;
            if because.len() < 8 {
                let feature = Cow::Owned(text[token.span()].to_lowercase());
                because.push(Reason { feature, span: token.span(), weight: 1.0 });
            }
        }
    }
    let share = found as f32 / words.max(1) as f32;
    let enough = match first {
        "hi-Latn" => true,
        "en" => found >= 3 && share >= 0.12 || found >= 2 && share >= 0.2,
        _ => found >= 2 && share >= 0.3,
    };
    let confidence = (0.55 + 0.6 * share).min(0.95);
    enough.then(|| Judged::new(Language::of("hi-Latn"), confidence, FLOOR, because))
}

/// The common words of a language in the text, from its lexicon if there is one.
fn common_words(
    text: &str,
    folded: &Folded,
    hits: &[Hit],
    names: &[String],
    code: &str,
) -> Vec<Reason> {
    let of =
        |hit: &&Hit| hit.section == Section::Common && names[usize::from(hit.language)] == code;
    let common = hits.iter().filter(of).take(8);
    common
        .map(|hit| {
            let first = folded.tokens[hit.tokens.start].start as usize;
            let span = first..folded.tokens[hit.tokens.end - 1].end as usize;
            let feature = Cow::Owned(text[span.clone()].to_lowercase());
            Reason { feature, span, weight: hit.strength }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_model_loads_and_knows_seventy_six_languages() {
        assert_eq!((0..).take_while(|&i| SHIPPED.has(i)).count(), 76);
    }
}
