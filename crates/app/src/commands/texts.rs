//! What the product understands of texts, for other programs: `redress read`, `redress coach`,
//! `redress model`.

use super::{Common, learn};
use anyhow::{Context as _, bail};
use clap::{Args, Subcommand};
use reading::learn::{LearningPoint, Model, Options, Row, evaluate, learning_curve, train};
use reading::{Reader, Topic, Topics};
use serde::Deserialize;
use std::fs::File;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io::{BufRead, BufReader, BufWriter, Read as _, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Bytes of one line or draft.
const LINE_MOST: usize = 8_388_608;

/// Reads texts.
#[derive(Args, Debug)]
pub struct Read {
    /// Topics to look for, as JSON: [{"path": "Billing / Late fee", "words": ["late fee*"]}].
    /// With --data or --database the topics and models of that house
    #[arg(long, value_name = "FILE")]
    topics: Option<PathBuf>,
}

impl Read {
    /// The reader that was asked for: what ships, or what a house reads with.
    fn reader(&self, common: &Common) -> anyhow::Result<Reader> {
        let reader = Reader::shipped();
        let reader = if common.names_a_house() {
            super::runtime()?.block_on(async {
                let ctx = super::open(&common.settings(&[])?).await?;
                let topics = insight::topic::actions::topics(&ctx.store).await?;
                let home = insight::adopted(&ctx.store).await?;
                Ok::<_, anyhow::Error>(reader.with_home(home).with_topics(topics))
            })?
        } else {
            reader
        };
        let Some(path) = &self.topics else { return Ok(reader) };
        let tree: Vec<Topic> = serde_json::from_reader(BufReader::new(opened(path)?))
            .with_context(|| format!("{} holds no topics", path.display()))?;
        Ok(reader.with_topics(Topics::new(&tree)))
    }
}

#[derive(Deserialize)]
struct Line {
    #[serde(default)]
    id: serde_json::Value,
    text: String,
}

/// Runs `redress read`. A line that cannot be read is told on stderr and in the exit code; one
/// without an id gets its number.
///
/// # Errors
/// When the topics or the house cannot be read, or stdout is gone.
pub fn read(common: &Common, command: &Read) -> anyhow::Result<ExitCode> {
    let reader = command.reader(common)?;
    let mut out = BufWriter::new(std::io::stdout().lock());
    let mut bad = 0_u64;
    for (n, line) in std::io::stdin().lock().split(b'\n').enumerate() {
        let line = line.context("cannot read stdin")?;
        if line.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        let parsed = if line.len() > LINE_MOST {
            Err(format!("it is longer than {LINE_MOST} bytes"))
        } else {
            serde_json::from_slice::<Line>(&line).map_err(|error| error.to_string())
        };
        match parsed {
            Ok(Line { id, text }) => {
                let id = match id {
                    serde_json::Value::Null => (n + 1).to_string(),
                    serde_json::Value::String(id) => id,
                    other => other.to_string(),
                };
                serde_json::to_writer(&mut out, &reader.read(&text).to_json(&id))?;
                out.write_all(b"\n")?;
            }
            Err(why) => {
                bad += 1;
                eprintln!("warning: line {}: {why}", n + 1);
            }
        }
    }
    out.flush()?;
    Ok(if bad == 0 { ExitCode::SUCCESS } else { ExitCode::from(3) })
}

/// Coaches a draft from stdin; prints findings as JSON.
#[derive(Args, Debug)]
pub struct Coach {
    /// The case as JSON: customer_name, problem_line, open_promises, earlier_messages, …
    #[arg(long, value_name = "FILE")]
    case: Option<PathBuf>,
    /// Others can read it where it is sent
    #[arg(long)]
    public: bool,
}

/// Runs `redress coach`.
///
/// # Errors
/// When stdin is no text or the case cannot be read.
pub fn coach(command: &Coach) -> anyhow::Result<ExitCode> {
    let mut text = String::new();
    std::io::stdin()
        .lock()
        .take(LINE_MOST as u64)
        .read_to_string(&mut text)
        .context("the draft is not text")?;
    let context = match &command.case {
        None => coach::Context::default(),
        Some(path) => serde_json::from_reader(BufReader::new(opened(path)?))
            .with_context(|| format!("{} is no case", path.display()))?,
    };
    let draft =
        coach::Draft { text, language: None, public: command.public, kind: coach::Kind::Reply };
    let found = coach::Coach::shipped().review(&draft, &context);
    out!("{}", serde_json::to_string_pretty(&found)?);
    Ok(ExitCode::SUCCESS)
}

/// Models trained on an organisation's own texts.
#[derive(Subcommand, Debug)]
pub enum ModelCommand {
    /// Train a model from a CSV file
    Train {
        /// Labelled texts
        #[arg(long, value_name = "CSV")]
        input: PathBuf,
        /// Column of the text
        #[arg(long, value_name = "COLUMN", default_value = "text")]
        text_column: String,
        /// Column of the label
        #[arg(long, value_name = "COLUMN", default_value = "label")]
        label_column: String,
        /// The model to write
        #[arg(long, value_name = "FILE")]
        output: PathBuf,
        /// Texts to measure on
        #[arg(long, value_name = "CSV")]
        dev: Option<PathBuf>,
    },
    /// Predict the label of each row: id, prediction, confidence
    Predict {
        /// The model
        #[arg(long, value_name = "FILE")]
        model: PathBuf,
        /// Texts
        #[arg(long, value_name = "CSV")]
        input: PathBuf,
        /// Column of the text
        #[arg(long, value_name = "COLUMN", default_value = "text")]
        text_column: String,
        /// The predictions to write
        #[arg(long, value_name = "CSV")]
        output: PathBuf,
    },
    /// Measure a model on labelled texts
    Eval {
        /// The model
        #[arg(long, value_name = "FILE")]
        model: PathBuf,
        /// Labelled texts
        #[arg(long, value_name = "CSV")]
        input: PathBuf,
        /// Column of the text
        #[arg(long, value_name = "COLUMN", default_value = "text")]
        text_column: String,
        /// Column of the label
        #[arg(long, value_name = "COLUMN", default_value = "label")]
        label_column: String,
        /// Texts to learn from, for the learning curve
        #[arg(long, value_name = "CSV")]
        train: Option<PathBuf>,
    },
    /// Learn now from what people corrected, and propose what reads better
    ///
    /// Does by hand what is done each night: trains on the corrections in the store, compares
    /// with the reader in use on corrections that were held back, and proposes the model where
    /// it is better. A lead adopts it under Insight › Readings; nothing changes before.
    Propose {
        /// As JSON, one model a line
        #[arg(long)]
        json: bool,
    },
}

fn opened(path: &Path) -> anyhow::Result<File> {
    File::open(path).with_context(|| format!("cannot open {}", path.display()))
}

/// Rows of a CSV file as id, text and label. Without a column of labels all are empty; with one,
/// rows without a label are left out.
fn rows(path: &Path, text: &str, label: Option<&str>) -> anyhow::Result<Vec<(String, Row)>> {
    let mut file = csv::ReaderBuilder::new().flexible(true).from_reader(opened(path)?);
    let headers = file.headers()?.clone();
    let column = |name: &str| headers.iter().position(|header| header == name);
    let text_at =
        column(text).with_context(|| format!("{} has no column {text}", path.display()))?;
    let label_at = match label {
        None => None,
        Some(name) => {
            let found = column(name);
            Some(found.with_context(|| format!("{} has no column {name}", path.display()))?)
        }
    };
    let id_at = column("id");
    let (mut rows, mut left_out) = (Vec::new(), 0_u64);
    for (n, record) in file.byte_records().enumerate() {
        let record = record.with_context(|| format!("row {} of {}", n + 1, path.display()))?;
        let cell = |at: Option<usize>| {
            let bytes = at.and_then(|at| record.get(at)).unwrap_or_default();
            String::from_utf8_lossy(bytes).into_owned()
        };
        let id = if id_at.is_some() { cell(id_at) } else { (n + 1).to_string() };
        let row = Row { text: cell(Some(text_at)), label: cell(label_at) };
        if label_at.is_some() && row.label.is_empty() {
            left_out += 1;
        } else {
            rows.push((id, row));
        }
    }
    if left_out > 0 {
        eprintln!("warning: {left_out} rows of {} have no label", path.display());
    }
    if rows.is_empty() {
        bail!("{} has no rows", path.display());
    }
    Ok(rows)
}

fn only_rows(rows: Vec<(String, Row)>) -> Vec<Row> {
    rows.into_iter().map(|(_, row)| row).collect()
}

/// What a hundred texts teach, two hundred, and so on; parts too small to learn from are left out.
fn curve(reader: &Reader, mut learn: Vec<Row>, dev: &[Row]) -> Vec<LearningPoint> {
    // Mixed, because many files are sorted by label; the same each time.
    learn.sort_by_cached_key(|row| {
        let mut hasher = DefaultHasher::new();
        row.text.hash(&mut hasher);
        hasher.finish()
    });
    let doubled = std::iter::successors(Some(100), |n| Some(n * 2));
    let parts = doubled.take_while(|n| *n < learn.len()).chain([learn.len()]);
    let options = Options::default();
    let point = |n: usize| learning_curve(reader, &learn, dev, &options, &[n]).ok();
    parts.filter_map(point).flatten().collect()
}

/// Runs `redress model …`.
///
/// # Errors
/// When a file cannot be read or there is too little to learn from.
pub fn model(common: &Common, command: &ModelCommand) -> anyhow::Result<ExitCode> {
    let reader = Reader::shipped();
    match command {
        ModelCommand::Train { input, text_column, label_column, output, dev } => {
            let labelled = only_rows(rows(input, text_column, Some(label_column))?);
            let model = train(&reader, &labelled, &Options::default())?;
            model.save(BufWriter::new(
                File::create(output)
                    .with_context(|| format!("cannot write {}", output.display()))?,
            ))?;
            eprintln!("{}: trained on {} texts", model.version(), model.trained_on());
            if let Some(dev) = dev {
                let dev = only_rows(rows(dev, text_column, Some(label_column))?);
                out!("{}", serde_json::to_string_pretty(&evaluate(&reader, &model, &dev))?);
            }
        }
        ModelCommand::Predict { model, input, text_column, output } => {
            let model = Model::load(BufReader::new(opened(model)?))?;
            let mut out = csv::Writer::from_path(output)
                .with_context(|| format!("cannot write {}", output.display()))?;
            out.write_record(["id", "prediction", "confidence"])?;
            for (id, row) in rows(input, text_column, None)? {
                let said = model.predict(&reader, &row.text);
                out.write_record([id, said.label, format!("{:.4}", said.confidence)])?;
            }
            out.flush()?;
        }
        ModelCommand::Eval { model, input, text_column, label_column, train } => {
            let model = Model::load(BufReader::new(opened(model)?))?;
            let labelled = only_rows(rows(input, text_column, Some(label_column))?);
            let mut said = serde_json::to_value(evaluate(&reader, &model, &labelled))?;
            if let Some(train) = train {
                let learn = only_rows(rows(train, text_column, Some(label_column))?);
                said["learning_curve"] = serde_json::to_value(curve(&reader, learn, &labelled))?;
            }
            out!("{}", serde_json::to_string_pretty(&said)?);
        }
        ModelCommand::Propose { json } => return learn::run(common, *json),
    }
    Ok(ExitCode::SUCCESS)
}
