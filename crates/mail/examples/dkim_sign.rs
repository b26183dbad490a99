//! Signs a mail on stdin and writes it to stdout, for checking with other programs:
//! `dkim_sign KEY.pem SELECTOR DOMAIN < letter.eml`.

use std::io::{Read, Write};

use mail::dkim::{SigningKey, sign};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [key, selector, domain] = arguments.as_slice() else {
        return Err("usage: dkim_sign KEY.pem SELECTOR DOMAIN < letter.eml".into());
    };
    let key = SigningKey::from_pem(&std::fs::read_to_string(key)?)?;
    let mut letter = Vec::new();
    std::io::stdin().read_to_end(&mut letter)?;
    let header = sign(&letter, domain, selector, &key, jiff::Timestamp::UNIX_EPOCH)?;
    std::io::stdout().write_all(header.as_bytes())?;
    std::io::stdout().write_all(&letter)?;
    Ok(())
}
