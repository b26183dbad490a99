//! What a model learns from, what is held back, and when it is better.

use crate::correction::rules::Label;
use reading::learn::{Options, Row, train};
use reading::{Home, Reader, Reading};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Corrections of one thing before anything is learnt from them.
pub const CORRECTIONS_MIN: usize = 10;
/// Corrections that must be held back for a comparison that says something.
const HELD_BACK_MIN: u32 = 4;
/// One text in so many is held back.
const HELD_BACK_OF: u32 = 5;
/// Letters of a text that are learnt from.
const TEXT_MOST: usize = 4_000;

/// A text with what is right about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Example {
    /// The text.
    pub text: String,
    /// What is right: `complaint`, `2`, `negative`.
    pub is_right: String,
    /// Whether it had been read otherwise; else somebody worked with the reading as it was.
    pub corrected: bool,
    /// SHA-256 of the text in hexadecimal.
    pub text_hash: String,
}

impl Example {
    /// Whether the text is held back from learning, to compare on. It depends on the text alone,
    /// so that the same text is never learnt from one night and compared on the next.
    pub fn is_held_back(&self) -> bool {
        let first = self.text_hash.get(..8).and_then(|hex| u32::from_str_radix(hex, 16).ok());
        first.unwrap_or(0).is_multiple_of(HELD_BACK_OF)
    }
}

/// How a model compares with the reader in use, on texts that were held back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figures {
    /// Texts learnt from.
    pub learnt_from: u32,
    /// Of these, corrections.
    pub learnt_from_corrections: u32,
    /// Corrections held back.
    pub corrected: u32,
    /// Of these, read right by the reader in use.
    pub corrected_right_before: u32,
    /// Of these, read right by the model.
    pub corrected_right_after: u32,
    /// Other texts held back.
    pub kept: u32,
    /// Of these, read right by the reader in use.
    pub kept_right_before: u32,
    /// Of these, read right by the model.
    pub kept_right_after: u32,
}

impl Figures {
    /// Whether the model reads better: more of the corrections right, and more of all texts, so
    /// that what it wins on mistakes is not lost on what was read well.
    pub fn is_better(&self) -> bool {
        let before = self.corrected_right_before + self.kept_right_before;
        let after = self.corrected_right_after + self.kept_right_after;
        self.corrected >= HELD_BACK_MIN
            && self.corrected_right_after > self.corrected_right_before
            && after > before
    }
}

/// A model with its figures.
#[derive(Clone, Debug)]
pub struct Learnt {
    /// The model.
    pub model: Arc<reading::learn::Model>,
    /// How it compares.
    pub figures: Figures,
}

/// Learns `label` from what is not held back, on top of what ships, and compares with `now`, the
/// reader in use (whose models from home are `home`) on what is. `None` when there is too little
/// to learn from.
pub fn learn(now: &Reader, home: &Home, label: Label, examples: &[Example]) -> Option<Learnt> {
    let corrections = examples.iter().filter(|example| example.corrected).count();
    if corrections < CORRECTIONS_MIN {
        return None;
    }
    let (held, learnt): (Vec<&Example>, Vec<&Example>) =
        examples.iter().partition(|example| example.is_held_back());
    let rows: Vec<Row> = learnt.iter().map(|example| row(example)).collect();
    // What ships is among the features, so a few corrections bend it instead of beginning anew.
    let model = Arc::new(train(&Reader::shipped(), &rows, &Options::default()).ok()?);
    let after = Reader::shipped().with_home(with(home, label, Arc::clone(&model)));
    let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    let mut figures = Figures {
        learnt_from: count(learnt.len()),
        learnt_from_corrections: count(learnt.iter().filter(|e| e.corrected).count()),
        ..Figures::default()
    };
    for example in held {
        let right = |reader: &Reader| {
            u32::from(said(&reader.read(beginning(&example.text)), label) == example.is_right)
        };
        let (before, after) = (right(now), right(&after));
        if example.corrected {
            figures.corrected += 1;
            figures.corrected_right_before += before;
            figures.corrected_right_after += after;
        } else {
            figures.kept += 1;
            figures.kept_right_before += before;
            figures.kept_right_after += after;
        }
    }
    Some(Learnt { model, figures })
}

/// `home` with `model` for `label`.
pub fn with(home: &Home, label: Label, model: Arc<reading::learn::Model>) -> Home {
    let mut home = home.clone();
    match label {
        Label::Kind => home.kind = Some(model),
        Label::Severity => home.severity = Some(model),
        Label::Feeling => home.feeling = Some(model),
    }
    home
}

fn row(example: &Example) -> Row {
    Row { text: beginning(&example.text).to_owned(), label: example.is_right.clone() }
}

fn beginning(text: &str) -> &str {
    text.char_indices().nth(TEXT_MOST).map_or(text, |(end, _)| &text[..end])
}

fn said(reading: &Reading, label: Label) -> String {
    match label {
        Label::Kind => reading.kind.value.word().to_owned(),
        Label::Severity => reading.severity.value.to_string(),
        Label::Feeling => reading.feeling.value.word().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn example(text: String, is_right: &str, corrected: bool) -> Example {
        let hash = text
            .bytes()
            .fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
        let text_hash = format!("{hash:08x}");
        Example { text, is_right: is_right.to_owned(), corrected, text_hash }
    }

    /// A house jargon that no model from elsewhere can know: "amber" is how complaints begin.
    fn jargon(n: usize) -> Vec<Example> {
        (0..n)
            .flat_map(|n| {
                let bad = format!("Amber note {n}: unit {n} at dock {}", n % 7);
                let good = format!("Green note {n}: unit {n} at dock {}", n % 5);
                [example(bad, "complaint", true), example(good, "other", false)]
            })
            .collect()
    }

    #[test]
    fn what_the_corrections_teach_reads_held_back_ones_better() {
        let reader = Reader::shipped();
        let learnt = learn(&reader, &Home::default(), Label::Kind, &jargon(60)).unwrap();
        let figures = learnt.figures;
        assert!(figures.is_better(), "{figures:?}");
        assert!(figures.learnt_from_corrections + figures.corrected == 60, "{figures:?}");
        let home = with(&Home::default(), Label::Kind, learnt.model);
        let read = reader.with_home(home).read("Amber note 900: unit 31 at dock 3");
        assert_eq!(read.kind.value, reading::Kind::Complaint);
    }

    #[test]
    fn a_few_corrections_are_no_ground_to_learn() {
        let few = jargon(CORRECTIONS_MIN - 1);
        assert!(learn(&Reader::shipped(), &Home::default(), Label::Kind, &few).is_none());
    }

    #[test]
    fn a_text_is_held_back_always_or_never() {
        let held = jargon(200).into_iter().filter(Example::is_held_back).count();
        assert!((50..=110).contains(&held), "about a fifth of 400, and it is {held}");
    }

    #[test]
    fn better_means_more_mistakes_mended_than_made() {
        let mended = Figures {
            corrected: 10,
            corrected_right_after: 5,
            kept: 40,
            kept_right_before: 40,
            kept_right_after: 38,
            ..Figures::default()
        };
        assert!(mended.is_better());
        assert!(!Figures { kept_right_after: 34, ..mended }.is_better(), "made more than mended");
        assert!(!Figures { corrected_right_after: 0, ..mended }.is_better());
        assert!(!Figures { corrected: 3, corrected_right_after: 3, ..mended }.is_better());
    }
}
