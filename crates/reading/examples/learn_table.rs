//! Learns from one table and labels another: `learn_table TRAIN.csv DEV.csv TEXT[+TEXT] LABEL`.
//! Prints `id,prediction,confidence` for the second table. With a number behind it the labelling
//! is done so many times over, and nothing is printed. `benches/reading/measure.py` uses it.

use std::collections::HashMap;
use std::error::Error;
use std::io;

use reading::Reader;
use reading::learn::{Options, Row, train};

type Record = HashMap<String, String>;

fn table(path: &str) -> Result<Vec<Record>, csv::Error> {
    csv::Reader::from_path(path)?.deserialize().collect()
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [learn_from, label_these, columns, label, rounds @ ..] = &arguments[..] else {
        return Err("usage: learn_table TRAIN.csv DEV.csv TEXT[+TEXT] LABEL [ROUNDS]".into());
    };
    let text =
        |r: &Record| columns.split('+').map(|c| r[c].as_str()).collect::<Vec<_>>().join("\n");
    let rows: Vec<Row> = table(learn_from)?
        .iter()
        .filter(|r| !r[label].is_empty())
        .map(|r| Row { text: text(r), label: r[label].clone() })
        .collect();
    let reader = Reader::shipped();
    let model = train(&reader, &rows, &Options::default())?;
    if let [rounds] = rounds {
        let texts: Vec<String> = table(label_these)?.iter().map(text).collect();
        for _ in 0..rounds.parse::<usize>()? {
            texts.iter().for_each(|text| drop(model.predict(&reader, text)));
        }
        return Ok(());
    }
    let mut out = csv::Writer::from_writer(io::stdout());
    out.write_record(["id", "prediction", "confidence"])?;
    for r in table(label_these)? {
        let said = model.predict(&reader, &text(&r));
        out.write_record([&r["id"], &said.label, &format!("{:.4}", said.confidence)])?;
    }
    Ok(out.flush()?)
}
