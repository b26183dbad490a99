//! Reads JSON lines on stdin and writes what we make of each, for the measuring scripts.
//!
//! `{"id", "email"}` (a plain text) gives `{"id", "reply"}`; `{"id", "eml_b64"}` (a whole mail)
//! gives `{"id", "mail": …}` as `redress mail parse --json` prints it.

use std::io::BufRead;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    for line in std::io::stdin().lock().lines() {
        let row: Value = serde_json::from_str(&line?)?;
        let answer = match (row["email"].as_str(), row["eml_b64"].as_str()) {
            (Some(text), _) => json!({ "reply": mail::trim::plain(text).new_text }),
            (_, Some(raw)) => json!({ "mail": mail::parse(&STANDARD.decode(raw)?).to_json() }),
            _ => json!({}),
        };
        let mut answer = answer;
        answer["id"] = row["id"].clone();
        println!("{answer}");
    }
    Ok(())
}
