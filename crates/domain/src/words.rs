//! Text that says something: never blank, never endless, fit for every database.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use thiserror::Error;

/// Text that is never blank, has no space around it and is of bounded length.
///
/// Line ends are `\n`, and control characters other than line end and tab are taken out, because
/// one of our databases cannot keep them and no reader can see them. Characters that show nothing
/// (zero-width and bidirectional marks) are kept, but do not count as something said.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Words(String);

/// Why a text cannot be taken.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum WordsRefused {
    /// Nothing is said: only space, control or invisible characters.
    #[error("Write something here.")]
    Blank,
    /// The text is longer than the place allows. Lengths are in characters (Unicode scalars).
    #[error("This is {long} characters long; at most {max} fit here.")]
    TooLong {
        /// Length of the text as cleaned.
        long: usize,
        /// Longest length allowed.
        max: usize,
    },
}

impl Words {
    /// Longest text that any place takes, in characters; also the bound when read from JSON.
    pub const MOST: usize = 100_000;

    /// Cleans `text` and takes it if something is left and it has at most `max` characters.
    /// A `max` above [`Words::MOST`] counts as that.
    pub fn new(text: &str, max: usize) -> Result<Words, WordsRefused> {
        let max = max.min(Words::MOST);
        let cleaned = clean(text);
        let trimmed = cleaned.trim();
        if !trimmed.chars().any(shows) {
            return Err(WordsRefused::Blank);
        }
        let long = trimmed.chars().count();
        if long > max {
            return Err(WordsRefused::TooLong { long, max });
        }
        Ok(Words(trimmed.to_owned()))
    }

    /// The text itself.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Gives the text away.
    pub fn into_string(self) -> String {
        self.0
    }
}

fn clean(text: &str) -> String {
    let mut cleaned = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        match c {
            '\r' if characters.peek() == Some(&'\n') => {}
            '\r' => cleaned.push('\n'),
            '\n' | '\t' => cleaned.push(c),
            c if c.is_control() => {}
            c => cleaned.push(c),
        }
    }
    cleaned
}

/// Whether a reader sees anything of this character.
fn shows(c: char) -> bool {
    let invisible = matches!(c,
        '\u{00AD}' | '\u{034F}' | '\u{061C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}'
        | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}'
        | '\u{2060}'..='\u{206F}' | '\u{2800}' | '\u{3164}' | '\u{FE00}'..='\u{FE0F}'
        | '\u{FEFF}' | '\u{FFA0}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E0FFF}');
    !(c.is_whitespace() || invisible)
}

impl fmt::Display for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl AsRef<str> for Words {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl Serialize for Words {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Words {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Words, D::Error> {
        let text = String::deserialize(deserializer)?;
        Words::new(&text, Words::MOST).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn space_around_the_words_is_not_kept() {
        assert_eq!(
            Words::new(" \tNo heating\r\nsince Tuesday. ", 100).unwrap().as_str(),
            "No heating\nsince Tuesday."
        );
    }

    #[test]
    fn text_that_shows_nothing_is_blank() {
        for blank in ["", "  \n", "\u{0}\u{7}", "\u{200B}\u{202E}", "\u{FEFF} \u{2060}", "\u{3000}"]
        {
            assert_eq!(Words::new(blank, 10), Err(WordsRefused::Blank), "{blank:?}");
        }
    }

    #[test]
    fn length_is_counted_in_characters_not_bytes() {
        assert!(Words::new("žluťoučký", 9).is_ok());
        assert_eq!(Words::new("žluťoučký", 8), Err(WordsRefused::TooLong { long: 9, max: 8 }));
    }

    #[test]
    fn json_with_blank_words_is_refused() {
        assert!(serde_json::from_str::<Words>("\"  \"").is_err());
        let words: Words = serde_json::from_str("\" fair \"").unwrap();
        assert_eq!(serde_json::to_string(&words).unwrap(), "\"fair\"");
    }

    proptest! {
        #[test]
        fn words_taken_once_are_taken_again_unchanged(text in any::<String>()) {
            if let Ok(words) = Words::new(&text, 200) {
                prop_assert!(words.as_str().chars().count() <= 200);
                prop_assert_eq!(words.as_str().trim(), words.as_str());
                prop_assert!(!words.as_str().contains('\0'));
                prop_assert_eq!(Words::new(words.as_str(), 200), Ok(words.clone()));
            }
        }
    }
}
