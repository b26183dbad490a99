//! What the shipped models say of texts they have not seen.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};
use reading::learn::LanguageTrainer;
use reading::{Feeling, Kind, Reader, Reading};

use super::score::{self, Figure, Pair, figure};
use super::{Record, Sets};
use crate::train::sections;

/// One line of the table: what, texts, figure, limits.
pub type Line = (String, Figure, &'static str);

fn read(reader: &Reader, table: &[Record], columns: &[&str]) -> Vec<Reading> {
    let text = |r: &Record| columns.iter().map(|c| r[*c].as_str()).collect::<Vec<_>>().join("\n");
    table.iter().map(|r| reader.read(&text(r))).collect()
}

fn is_complaint(reading: &Reading) -> bool {
    matches!(reading.kind.value, Kind::Complaint | Kind::Cancellation)
}

fn bit(yes: bool) -> String {
    if yes { "1" } else { "0" }.to_owned()
}

/// Complaint or not on four sources.
pub fn complaints(sets: &Sets, reader: &Reader) -> Result<Vec<Line>> {
    let mut lines = Vec::new();
    let table = sets.table("complaint-tweets/dev.csv")?;
    let read_of = read(reader, &table, &["text"]);
    let pair = |(r, of): (&Record, &Reading)| (r["label"].clone(), bit(is_complaint(of)));
    let all: Vec<Pair> = table.iter().zip(&read_of).map(pair).collect();
    let to_companies = |r: &Record| !r["domain"].starts_with("random");
    let companies =
        table.iter().zip(&read_of).filter(|p| to_companies(p.0)).map(pair).collect::<Vec<_>>();
    lines.push((
        "complaint or not, tweets to companies".into(),
        figure(&companies, score::mean_f1),
        "another source",
    ));
    lines.push((
        "the same with random tweets among them".into(),
        figure(&all, score::mean_f1),
        "another source",
    ));
    let table = sets.table("dialogs/dev.csv")?;
    let pairs: Vec<Pair> = table
        .iter()
        .zip(&read(reader, &table, &["text"]))
        .map(|(r, of)| (bit(r["kind"] == "complaint"), bit(is_complaint(of))))
        .collect();
    lines.push((
        "conversation: complaint or question".into(),
        figure(&pairs, score::mean_f1),
        "another source",
    ));
    let table = sets.table("finance-complaints/dev.csv")?;
    let pairs: Vec<Pair> = table
        .iter()
        .zip(&read(reader, &table, &["text"]))
        .map(|(r, of)| (r["complaint"].clone(), bit(is_complaint(of))))
        .collect();
    lines.push((
        "complaint or not, finance tweets".into(),
        figure(&pairs, score::mean_f1),
        "another source; noisy labels",
    ));
    Ok(lines)
}

/// Short plain texts in seven languages, written for the project and held back from training:
/// those that were there when the lexicons were written, and fresh ones.
pub fn plain(root: &Path, reader: &Reader) -> Result<Vec<Line>> {
    const SETS: [(&str, &str, &str); 5] = [
        ("plain.txt", "", "ours, never learnt from; known to whoever wrote the lexicons"),
        ("fresh.txt", ", of things not named before", "ours, written after lexicons and models"),
        ("later.txt", ", written later still", "ours, written before plain prose was weighed"),
        (
            "unseen.txt",
            ", unseen",
            "ours, written before the head of plain prose and what it learns from",
        ),
        (
            "apart.txt",
            ", of other trades",
            "ours, written before the ways of saying it learns from were widened",
        ),
    ];
    let mut lines = Vec::new();
    for (name, which, limits) in SETS {
        let path = root.join("crates/reading/tests/data").join(name);
        let file = fs::read_to_string(&path).with_context(|| format!("cannot read {path:?}"))?;
        let pairs: Vec<Pair> = sections(&file)
            .into_iter()
            .map(|row| (row.label, reader.read(&row.text).kind.value.word().to_owned()))
            .collect();
        let heard: Vec<Pair> = pairs.iter().filter(|p| p.0 == "complaint").cloned().collect();
        let named: Vec<Pair> = pairs.iter().filter(|p| p.1 == "complaint").cloned().collect();
        for (what, of) in [
            ("short plain complaints", heard),
            ("what is called a complaint in short plain texts", named),
            ("kind of short plain texts", pairs),
        ] {
            lines.push((format!("{what}{which}: right"), figure(&of, score::accuracy), limits));
        }
    }
    Ok(lines)
}

/// Severity of product reviews, of the source that trained it.
pub fn severity(sets: &Sets, reader: &Reader) -> Result<Vec<Line>> {
    const SAME: &str = "other texts of a training source";
    let table = sets.table("complaint-severity/dev.csv")?;
    let read_of = read(reader, &table, &["title", "text"]);
    let pairs: Vec<Pair> = table
        .iter()
        .zip(&read_of)
        .map(|(r, of)| (r["severity"].clone(), of.severity.value.to_string()))
        .collect();
    let binary: Vec<Pair> = table
        .iter()
        .zip(&read_of)
        .map(|(r, of)| (bit(r["severity"] != "0"), bit(is_complaint(of))))
        .collect();
    let complaints: Vec<Pair> = pairs.iter().filter(|p| p.0 != "0").cloned().collect();
    Ok(vec![
        ("complaint or not, product reviews".into(), figure(&binary, score::mean_f1), SAME),
        ("severity: quadratic kappa × 100".into(), figure(&pairs, score::kappa), SAME),
        (
            "severity: within one step among complaints".into(),
            figure(&complaints, score::within_one),
            SAME,
        ),
    ])
}

/// Attack and thanks in one turn, and feelings.
pub fn tones(sets: &Sets, reader: &Reader) -> Result<Vec<Line>> {
    let table = sets.table("dialogs/turns-dev.csv")?;
    let read_of = read(reader, &table, &["text"]);
    let of = |field: &'static str, said: &dyn Fn(&Reading) -> bool| -> Vec<Pair> {
        table.iter().zip(&read_of).map(|(r, of)| (r[field].clone(), bit(said(of)))).collect()
    };
    let f1 = |p: &[Pair]| score::f1(p, "1");
    let mut lines = vec![
        (
            "one turn attacks the company: F1 of yes".into(),
            figure(&of("negative", &|r| r.attack.value), f1),
            "another source",
        ),
        (
            "one turn thanks: F1 of yes".into(),
            figure(&of("gratitude", &|r| r.thanks.value), f1),
            "another source; a dozen true ones",
        ),
    ];
    for (name, file, label) in [
        ("feeling, tweets to airlines", "airline/dev.csv", "sentiment"),
        ("feeling, tweets in 8 languages", "multilingual-sentiment/dev.csv", "label"),
    ] {
        let table = sets.table(file)?;
        let pairs: Vec<Pair> = table
            .iter()
            .zip(&read(reader, &table, &["text"]))
            .map(|(r, of)| (r[label].clone(), word(of.feeling.value).to_owned()))
            .collect();
        lines.push((name.into(), figure(&pairs, score::mean_f1), "another source"));
    }
    Ok(lines)
}

fn word(feeling: Feeling) -> &'static str {
    feeling.word()
}

/// The languages most of the world's companies meet.
const MAIN: [&str; 24] = [
    "ar", "cs", "da", "de", "el", "en", "es", "fi", "fr", "he", "hi", "hu", "it", "ja", "ko", "nb",
    "nl", "pl", "pt", "ro", "ru", "sv", "tr", "zh",
];

/// Languages: a model trained on four fifths of the set, measured on the rest; and tweets.
pub fn languages(sets: &Sets, reader: &Reader) -> Result<Vec<Line>> {
    let table = sets.table("langid/dev.csv")?;
    let mut trainer = LanguageTrainer::new();
    let (held, learn): (Vec<_>, Vec<_>) = table.iter().enumerate().partition(|(i, _)| i % 5 == 4);
    learn.iter().for_each(|(_, r)| trainer.add(&r["lang"], &r["text"]));
    let model = trainer.train();
    let pair = |r: &Record| (r["lang"].clone(), model.tell(&r["text"]).unwrap_or_default());
    let mut lines = Vec::new();
    for kind in ["sentence", "pair", "word"] {
        let of: Vec<Pair> =
            held.iter().filter(|(_, r)| r["kind"] == kind).map(|(_, r)| pair(r)).collect();
        lines.push((
            format!("language, 75 languages, {kind}"),
            figure(&of, score::accuracy),
            "a fifth of the set held back",
        ));
    }
    let main = |r: &Record| r["kind"] == "sentence" && MAIN.contains(&r["lang"].as_str());
    let of: Vec<Pair> = held.iter().filter(|(_, r)| main(r)).map(|(_, r)| pair(r)).collect();
    lines.push((
        "language, 24 main languages, sentence".into(),
        figure(&of, score::accuracy),
        "the same",
    ));
    let table = sets.table("multilingual-sentiment/dev.csv")?;
    let said = read(reader, &table, &["text"]);
    let mut all = Vec::new();
    for (name, code) in TWEETS {
        let of = table.iter().zip(&said).filter(|(r, _)| r["lang"] == name);
        let pairs: Vec<Pair> =
            of.map(|(_, s)| (code.to_owned(), s.language.value.code().to_owned())).collect();
        if code != "hi-Latn" {
            all.extend(pairs.iter().cloned());
        }
        lines.push((format!("language, tweets, {name}"), figure(&pairs, score::accuracy), ""));
    }
    lines.push(("language, tweets, all but Hindi".into(), figure(&all, score::accuracy), ""));
    let english = english_words(sets)?;
    let hindi = table.iter().zip(&said).filter(|(r, _)| r["lang"] == "hindi");
    let pairs: Vec<Pair> = hindi
        .filter(|(r, _)| mostly_foreign(&r["text"], &english))
        .map(|(_, s)| ("hi-Latn".to_owned(), s.language.value.code().to_owned()))
        .collect();
    lines.push((
        "language, tweets, hindi with a third of its words not English".into(),
        figure(&pairs, score::accuracy),
        "without those labelled Hindi that are written in English",
    ));
    Ok(lines)
}

/// Words in three or more texts of six English sets.
fn english_words(sets: &Sets) -> Result<BTreeSet<String>> {
    const SETS: [&str; 6] =
        ["airline", "complaint-tweets", "tweet-emotion", "tweet-irony", "tweet-offensive", "cfpb"];
    let mut texts: BTreeMap<String, u32> = BTreeMap::new();
    for set in SETS {
        for row in sets.table(&format!("{set}/train.csv"))? {
            let words: BTreeSet<String> = words(&row["text"]).collect();
            words.into_iter().for_each(|word| *texts.entry(word).or_default() += 1);
        }
    }
    Ok(texts.into_iter().filter(|(_, n)| *n >= 3).map(|(word, _)| word).collect())
}

/// True if two words and a third of all are not English.
fn mostly_foreign(text: &str, english: &BTreeSet<String>) -> bool {
    let words: Vec<String> = words(text).collect();
    let foreign = words.iter().filter(|word| !english.contains(*word)).count();
    foreign >= 2 && foreign * 3 >= words.len()
}

/// The words of a text in small letters, without handles, tags and links.
fn words(text: &str) -> impl Iterator<Item = String> + '_ {
    let named = |run: &&str| !run.starts_with(['@', '#']) && !run.starts_with("http");
    let pieces = |run: &'_ str| -> Vec<String> {
        run.split(|c: char| !c.is_alphabetic())
            .filter(|piece| !piece.is_empty())
            .map(str::to_lowercase)
            .collect()
    };
    text.split_whitespace().filter(named).flat_map(pieces)
}

const TWEETS: [(&str, &str); 8] = [
    ("arabic", "ar"),
    ("english", "en"),
    ("french", "fr"),
    ("german", "de"),
    ("hindi", "hi-Latn"),
    ("italian", "it"),
    ("portuguese", "pt"),
    ("spanish", "es"),
];
