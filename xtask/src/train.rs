//! `cargo xtask train DATA`: makes the models that ship, from sets that may ship and from texts
//! written for the project. The same inputs give the same bytes.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use reading::learn::LanguageTrainer;

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
