//! `cargo xtask train DATA`: makes the models that ship, from sets that may ship and from texts
//! written for the project. The same inputs give the same bytes.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use reading::Reader;
use reading::learn::{LanguageTrainer, Options, Row, Try, prints, train_heads};

/// Where the models lie that the program carries.
const MODELS: &str = "crates/reading/models";
/// Texts written for the project.
const TRAINING: &str = "crates/reading/training";

/// Trains every shipped model from the sets under `data`, in the checkout at `root`.
///
/// The later models read with the language model that is compiled in: after a change to the
/// languages, run it twice.
pub fn train(root: &Path, data: &Path) -> Result<bool> {
    let place = Place { data, models: root.join(MODELS), training: root.join(TRAINING) };
    fs::create_dir_all(&place.models)?;
    languages(&place)?;
    let own = own_texts(&place)?;
    let few = options(0.6, 0.3, 0.6);
    let severe = Options { bits: 17, texts_min: 3, lays_on: false, ..Options::default() };
    let (kinds, feelings) = (kinds(&place, &own)?, feelings(&place, &own)?);
    let (severities, plain) = (severities(&place)?, plain(&place)?);
    let tries = vec![Try { cost: 0.03, lexicon: 0.3, telling: 0.0 }];
    let prose = Options { tries, balance: 0.5, ..options(1.0, 1.0, 0.3) };
    // In the order that `reading` expects.
    let heads: [(&[Row], &Options); 4] =
        [(&kinds, &few), (&feelings, &few), (&severities, &severe), (&plain, &prose)];
    let model = train_heads(&Reader::shipped(), &heads)?;
    write(&place, "shipped.bin", &model.to_bytes())?;
    let learnt = heads.iter().flat_map(|head| head.0).map(|row| row.text.as_str());
    write(&place, "learnt.bin", &prints(learnt))?;
    Ok(true)
}

struct Place<'a> {
    data: &'a Path,
    models: PathBuf,
    training: PathBuf,
}

/// Language: sentences, pairs and words of 75 languages from the Leipzig corpora as lingua-rs
/// tests with them (Apache-2.0), and Hindi in Latin letters written for the project.
fn languages(place: &Place<'_>) -> Result<()> {
    let mut trainer = LanguageTrainer::new();
    for row in table(&place.data.join("langid/dev.csv"))? {
        trainer.add(&row["lang"], &row["text"]);
    }
    let path = place.training.join("hi-Latn.txt");
    let hindi = fs::read_to_string(&path).with_context(|| format!("cannot read {path:?}"))?;
    for line in hindi.lines().filter(|line| !line.starts_with('#')) {
        trainer.add("hi-Latn", line);
    }
    write(place, "language.bin", &trainer.train().to_bytes())
}

/// What the heads of kind, feeling and severity have in common: letters and words of the
/// few sources weigh little beside the lexicons, because models do not travel and lexicons do.
fn options(words: f32, letters: f32, lexicon: f32) -> Options {
    let tries = [0.05, 0.15, 0.4].map(|cost| Try { cost, lexicon, telling: 0.0 }).to_vec();
    let whole = Options { bits: 17, tries, words, letters, ..Options::default() };
    Options { balance: 1.0, texts_min: 3, lays_on: false, ..whole }
}

/// Kind: reviews of goods (MIT), app reviews (CC0), bank questions (CC BY 4.0, PolyAI), complaints
/// to the CFPB (public domain) and the texts written for the project, which count several times.
fn kinds(place: &Place<'_>, own: &[Row]) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    for r in table(&place.data.join("complaint-severity/train.csv"))? {
        match (r["complaint"].as_str(), r["sentiment"].as_str()) {
            ("1", _) => push(&mut rows, &[&r["title"], &r["text"]], "complaint"),
            (_, "2") => push(&mut rows, &[&r["title"], &r["text"]], "praise"),
            _ => {}
        }
    }
    for r in table(&place.data.join("app-reviews/train.csv"))? {
        let stars: f32 = r["stars"].parse().unwrap_or(3.0);
        let label = match (r["feature"].as_str(), r["bug"].as_str()) {
            ("1", "0") if stars >= 3.0 => "idea",
            (_, "1") => "complaint",
            _ if stars <= 2.0 => "complaint",
            _ if stars >= 5.0 => "praise",
            _ => continue,
        };
        push(&mut rows, &[&r["full"]], label);
    }
    for (i, r) in table(&place.data.join("banking77/train.csv"))?.iter().enumerate() {
        if i % 4 == 0 && ASKING.contains(&r["label"].as_str()) {
            push(&mut rows, &[&r["text"]], "question");
        } else if i % 4 == 0 && FAILED.contains(&r["label"].as_str()) {
            push(&mut rows, &[&r["text"]], "complaint");
        }
    }
    for r in table(&place.data.join("cfpb/train.csv"))?.iter().step_by(4) {
        push(&mut rows, &[&beginning(&r["text"])], "complaint");
    }
    rows.extend(own.iter().cloned().map(without_grumble));
    Ok(rows)
}

/// Feeling: reviews of goods and apps, complaints, and the texts written for the project.
fn feelings(place: &Place<'_>, own: &[Row]) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    for r in table(&place.data.join("complaint-severity/train.csv"))? {
        let label = match r["sentiment"].as_str() {
            "0" => "negative",
            "1" => "neutral",
            _ => "positive",
        };
        push(&mut rows, &[&r["title"], &r["text"]], label);
    }
    for r in table(&place.data.join("app-reviews/train.csv"))? {
        let label = match r["stars"].as_str() {
            "1" | "2" => "negative",
            "5" => "positive",
            _ => continue,
        };
        push(&mut rows, &[&r["full"]], label);
    }
    for r in table(&place.data.join("cfpb/train.csv"))?.iter().step_by(8) {
        push(&mut rows, &[&beginning(&r["text"])], "negative");
    }
    let of_kind = |row: &Row| {
        let label = match row.label.as_str() {
            "complaint" | GRUMBLE => "negative",
            "praise" => "positive",
            "cancellation" => return None,
            _ => "neutral",
        };
        Some(Row { text: row.text.clone(), label: label.to_owned() })
    };
    rows.extend(own.iter().filter_map(of_kind));
    Ok(rows)
}

/// Severity: reviews of goods labelled after Jin & Aletras (MIT).
fn severities(place: &Place<'_>) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    for r in table(&place.data.join("complaint-severity/train.csv"))? {
        push(&mut rows, &[&r["title"], &r["text"]], &r["severity"]);
    }
    Ok(rows)
}

fn push(rows: &mut Vec<Row>, parts: &[&str], label: &str) {
    rows.push(Row { text: parts.join(" \n "), label: label.to_owned() });
}

/// The first 400 letters: longer than most of what companies get, short enough to be like it.
fn beginning(text: &str) -> String {
    text.chars().take(400).collect()
}

/// The label of texts that are no complaint to anybody, written by people who feel bad.
const GRUMBLE: &str = "grumble";

/// As a kind, a grumble is "other".
fn without_grumble(row: Row) -> Row {
    let label = if row.label == GRUMBLE { "other".to_owned() } else { row.label };
    Row { label, ..row }
}

/// The texts written for the project, and how often each counts beside the larger sets: what
/// errs least on the train splits of the sets that only measure.
const OWN: [(&str, usize); 4] =
    [("kind.txt", 6), ("plain.txt", 1), ("talk.txt", 2), ("program.txt", 1)];

/// What the head of plain prose learns from, and for how many texts the longest list of a line
/// stands: what errs least on lines that are held back whole.
const DRAWN: [(&str, usize); 6] = [
    ("kind.txt", 1),
    ("talk.txt", 1),
    ("plain.txt", 2),
    ("faults.txt", 2),
    ("ways.txt", 2),
    ("program.txt", 1),
];

/// Intents of banking77 that ask before anything went wrong.
const ASKING: &[&str] = &[
    "age_limit",
    "apple_pay_or_google_pay",
    "atm_support",
    "card_acceptance",
    "change_pin",
    "country_support",
    "disposable_card_limits",
    "edit_personal_details",
    "exchange_rate",
    "exchange_via_app",
    "fiat_currency_support",
    "get_disposable_virtual_card",
    "get_physical_card",
    "getting_spare_card",
    "getting_virtual_card",
    "order_physical_card",
    "receiving_money",
    "supported_cards_and_currencies",
    "top_up_by_bank_transfer_charge",
    "top_up_by_card_charge",
    "top_up_limits",
    "transfer_timing",
    "verify_my_identity",
    "verify_source_of_funds",
    "verify_top_up",
    "visa_or_mastercard",
    "why_verify_identity",
    "automatic_top_up",
];

/// Intents of banking77 that tell of something gone wrong.
const FAILED: &[&str] = &[
    "card_not_working",
    "cash_withdrawal_not_recognised",
    "card_payment_not_recognised",
    "card_payment_wrong_exchange_rate",
    "card_swallowed",
    "declined_card_payment",
    "declined_cash_withdrawal",
    "declined_transfer",
    "direct_debit_payment_not_recognised",
    "extra_charge_on_statement",
    "failed_transfer",
    "Refund_not_showing_up",
    "top_up_failed",
    "transaction_charged_twice",
    "transfer_not_received_by_recipient",
    "virtual_card_not_working",
    "wrong_amount_of_cash_received",
    "wrong_exchange_rate_for_cash_withdrawal",
    "balance_not_updated_after_bank_transfer",
    "card_payment_fee_charged",
    "contactless_not_working",
];

/// The texts written for the project with their kinds, alternatives written out.
fn own_texts(place: &Place<'_>) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    for (name, times) in OWN {
        let path = place.training.join(name);
        let file = fs::read_to_string(&path).with_context(|| format!("cannot read {path:?}"))?;
        let of = sections(&file);
        (0..times).for_each(|_| rows.extend(of.iter().cloned()));
    }
    Ok(rows)
}

/// Kind of short plain prose: texts drawn from all that was written for the project. Where nothing
/// but plain words tells, the other sources only get in the way.
fn plain(place: &Place<'_>) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    for (name, times) in DRAWN {
        let path = place.training.join(name);
        let file = fs::read_to_string(&path).with_context(|| format!("cannot read {path:?}"))?;
        rows.extend(lines(&file).flat_map(|(kind, line)| {
            let row = |text| without_grumble(Row { text, label: kind.to_owned() });
            drawn(line, times).into_iter().map(row).collect::<Vec<Row>>()
        }));
    }
    Ok(rows)
}

/// The texts of a file of sections, each under its kind.
pub fn sections(file: &str) -> Vec<Row> {
    let of = |(kind, line): (&str, &str)| {
        let row = |text| Row { text, label: kind.to_owned() };
        written_out(line).into_iter().map(row).collect::<Vec<Row>>()
    };
    lines(file).flat_map(of).collect()
}

/// The lines of a file of sections, each with its kind: the first word of the section's name.
fn lines(file: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut kind = "";
    let lines = file.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.filter_map(move |line| match line.strip_prefix('[').and_then(|l| l.strip_suffix(']')) {
        Some(section) => {
            kind = section.split(' ').next().unwrap_or_default();
            None
        }
        None => Some((kind, line)),
    })
}

/// A line as what stands in it one behind the other: a text, or alternatives.
fn parts(line: &str) -> Vec<Vec<&str>> {
    let split = line.split(['{', '}']).enumerate();
    split.map(|(i, p)| if i % 2 == 1 { p.split('|').collect() } else { vec![p] }).collect()
}

/// "{a|b} c {d|e|f}" as "a c d", "b c e", "a c f": as many texts as the longest list.
fn written_out(line: &str) -> Vec<String> {
    let parts = parts(line);
    let most = parts.iter().map(Vec::len).max().unwrap_or(1);
    (0..most).map(|n| parts.iter().map(|p| p[n % p.len()]).collect()).collect()
}

/// "{a|b} c {d|e|f}" with the alternatives crossed as if by chance, the same each time: `times` as
/// many texts as the longest list, each of which stands in as many of them as any other. As
/// whole sentences that end in a full stop, every other one.
fn drawn(line: &str, times: usize) -> Vec<String> {
    let parts = parts(line);
    let most = parts.iter().map(Vec::len).max().unwrap_or(1);
    let draw = |n: usize| {
        let choose = |(at, of): (usize, &Vec<&str>)| {
            let mixed = mixed((n as u64) << 32 | (at as u64) << 16 | line.len() as u64) as usize;
            let which = if of.len() == most { n } else { mixed };
            of[which % of.len()].to_owned()
        };
        let mut text: String = parts.iter().enumerate().map(choose).collect();
        if n.is_multiple_of(2) && !text.ends_with(['?', '.', '!']) {
            text.push('.');
        }
        text
    };
    (0..most * times).map(draw).collect()
}

/// Bits that look like chance (splitmix64: Steele, Lea & Flood 2014).
fn mixed(seed: u64) -> u64 {
    let mut z = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

fn write(place: &Place<'_>, name: &str, bytes: &[u8]) -> Result<()> {
    let path = place.models.join(name);
    fs::write(&path, bytes).with_context(|| format!("cannot write {path:?}"))?;
    println!("{}: {} bytes", path.display(), bytes.len());
    Ok(())
}

type Record = HashMap<String, String>;

fn table(path: &Path) -> Result<Vec<Record>> {
    let mut reader =
        csv::Reader::from_path(path).with_context(|| format!("cannot open {path:?}"))?;
    let rows = reader.deserialize().collect::<Result<Vec<Record>, _>>();
    rows.with_context(|| format!("cannot read {path:?}"))
}
