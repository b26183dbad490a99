//! Reads each text of a table several times over: `read_table TABLE.csv TEXT[+TEXT] ROUNDS`.
//! Prints how many texts were read; whoever starts it takes the time (`benches/reading`).

use std::collections::HashMap;
use std::error::Error;

use reading::Reader;

type Record = HashMap<String, String>;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [table, columns, rounds] = &arguments[..] else {
        return Err("usage: read_table TABLE.csv TEXT[+TEXT] ROUNDS".into());
    };
    let records =
        csv::Reader::from_path(table)?.deserialize().collect::<Result<Vec<Record>, _>>()?;
    let text =
        |r: &Record| columns.split('+').map(|c| r[c].as_str()).collect::<Vec<_>>().join("\n");
    let texts: Vec<String> = records.iter().map(text).collect();
    let rounds: usize = rounds.parse()?;
    let reader = Reader::shipped();
    let mut complaints = 0;
    for _ in 0..rounds {
        let kinds = texts.iter().map(|text| reader.read(text).kind.value);
        complaints += kinds.filter(|kind| *kind == reading::Kind::Complaint).count();
    }
    let (n, letters) = (texts.len() * rounds, texts.iter().map(String::len).sum::<usize>());
    println!("{n} texts of {} bytes read, {complaints} complaints", letters / texts.len().max(1));
    Ok(())
}
