//! Training of the language model that ships.

use crate::language::model::LanguageModel;

/// Texts with their languages, to train a language model from.
#[derive(Debug, Default)]
pub struct LanguageTrainer {
    rows: Vec<(String, String)>,
}

/// A trained language model.
#[derive(Debug)]
pub struct TrainedLanguages(LanguageModel);

impl LanguageTrainer {
    /// A trainer without texts.
    pub fn new() -> LanguageTrainer {
        LanguageTrainer::default()
    }

    /// Adds a text in a language: an ISO 639-1 code, or one with a script such as `hi-Latn`.
    pub fn add(&mut self, language: &str, text: &str) {
        self.rows.push((language.to_owned(), text.to_owned()));
    }

    /// Trains on all texts; the same texts in the same order give the same bytes.
    pub fn train(&self) -> TrainedLanguages {
        let rows: Vec<(&str, &str)> =
            self.rows.iter().map(|(l, t)| (l.as_str(), t.as_str())).collect();
        TrainedLanguages(LanguageModel::train(&rows))
    }
}

impl TrainedLanguages {
    /// The bytes to ship.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.0.to_bytes()
    }

    /// The code of the likeliest language and its probability; nothing for a text without letters.
    pub fn surest(&self, text: &str) -> Option<(String, f32)> {
        self.0.rank(text).first().map(|&(index, p)| (self.0.code(index).to_owned(), p))
    }

    /// The code of the likeliest language; nothing for a text without letters.
    pub fn tell(&self, text: &str) -> Option<String> {
        self.0.rank(text).first().map(|&(index, _)| self.0.code(index).to_owned())
    }
}
