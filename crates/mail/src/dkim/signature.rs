//! The tags of a signature and of a key record.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// How a signature was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Algorithm {
    Rsa,
    Ed25519,
}

/// A signature, read.
#[derive(Debug, Clone)]
pub(super) struct Tags {
    pub algorithm: Algorithm,
    pub domain: String,
    pub selector: String,
    /// Domain of `i=`.
    pub identity: String,
    pub headers: Vec<String>,
    pub body_hash: Vec<u8>,
    pub signature: Vec<u8>,
    pub relaxed_header: bool,
    pub relaxed_body: bool,
    /// Seconds since 1970.
    pub expires: Option<i64>,
}

impl Default for Tags {
    fn default() -> Tags {
        Tags {
            algorithm: Algorithm::Rsa,
            domain: String::new(),
            selector: String::new(),
            identity: String::new(),
            headers: Vec::new(),
            body_hash: Vec::new(),
            signature: Vec::new(),
            relaxed_header: true,
            relaxed_body: true,
            expires: None,
        }
    }
}

/// `name=value` pairs; names as written, white space around and inside values kept out.
pub(super) fn pairs(text: &str) -> Vec<(&str, String)> {
    text.split(';')
        .filter_map(|pair| pair.split_once('='))
        .map(|(name, value)| (name.trim(), value.split_whitespace().collect()))
        .take(50)
        .collect()
}

pub(super) fn get<'a>(pairs: &'a [(&str, String)], name: &str) -> Option<&'a str> {
    pairs.iter().find(|(n, _)| *n == name).map(|(_, v)| v.as_str())
}

impl Tags {
    /// Reads a signature; one that could be misused is not taken at all.
    pub fn read(value: &str) -> Result<Tags, &'static str> {
        if get(&pairs(value), "v") != Some("1") {
            return Err("The signature is of an unknown version.");
        }
        Tags::of_message(value)
    }

    /// Reads what a signature of a message needs, in DKIM and in ARC.
    pub fn of_message(value: &str) -> Result<Tags, &'static str> {
        let pairs = pairs(value);
        let tag = |name| get(&pairs, name);
        let algorithm = match tag("a") {
            Some("rsa-sha256") => Algorithm::Rsa,
            Some("ed25519-sha256") => Algorithm::Ed25519,
            _ => return Err("The signature was made in an unsafe or unknown way."),
        };
        if tag("l").is_some() {
            return Err("The signature covers only a part of the text.");
        }
        let (Some(domain), Some(selector), Some(headers)) = (tag("d"), tag("s"), tag("h")) else {
            return Err("The signature is incomplete.");
        };
        let bytes = |name| tag(name).and_then(|v| STANDARD.decode(v).ok());
        let (Some(body_hash), Some(signature)) = (bytes("bh"), bytes("b")) else {
            return Err("The signature is damaged.");
        };
        let headers: Vec<String> =
            headers.split(':').map(str::to_ascii_lowercase).take(200).collect();
        if !headers.iter().any(|h| h == "from") {
            return Err("The signature does not cover the author.");
        }
        let domain = domain.to_ascii_lowercase();
        let identity = tag("i")
            .and_then(|i| i.rsplit_once('@'))
            .map_or(domain.clone(), |(_, d)| d.to_ascii_lowercase());
        let inside = identity == domain || identity.ends_with(&format!(".{domain}"));
        if !inside || !is_name(&domain) || !is_name(selector) {
            return Err("The signature names domains that do not fit.");
        }
        let (header, body) =
            tag("c").map_or(("simple", "simple"), |c| c.split_once('/').unwrap_or((c, "simple")));
        Ok(Tags {
            algorithm,
            domain,
            selector: selector.to_ascii_lowercase(),
            identity,
            headers,
            body_hash,
            signature,
            relaxed_header: header == "relaxed",
            relaxed_body: body == "relaxed",
            expires: tag("x").and_then(|x| x.parse().ok()),
        })
    }

    /// Reads a seal of ARC, which signs headers only (RFC 8617, section 4.1.3).
    pub fn of_seal(value: &str) -> Option<Tags> {
        let pairs = pairs(value);
        let (domain, selector) = (get(&pairs, "d")?, get(&pairs, "s")?);
        let domain = domain.to_ascii_lowercase();
        let right = get(&pairs, "a") == Some("rsa-sha256") && get(&pairs, "h").is_none();
        (right && is_name(&domain) && is_name(selector)).then_some(())?;
        Some(Tags {
            identity: domain.clone(),
            domain,
            selector: selector.to_ascii_lowercase(),
            signature: STANDARD.decode(get(&pairs, "b")?).ok()?,
            ..Tags::default()
        })
    }

    /// Where the public key is published.
    pub fn record_name(&self) -> String {
        format!("{}._domainkey.{}", self.selector, self.domain)
    }
}

fn is_name(name: &str) -> bool {
    let fits = |b: u8| b.is_ascii_alphanumeric() || b"-_.".contains(&b);
    !name.is_empty() && name.len() <= 253 && name.bytes().all(fits)
}

/// A signature's value with what `b=` holds taken out.
pub(super) fn without_signature(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    for (n, pair) in value.split(';').enumerate() {
        if n > 0 {
            out.push(';');
        }
        match pair.split_once('=') {
            Some((name, _)) if name.trim() == "b" => {
                out.push_str(name);
                out.push('=');
            }
            _ => out.push_str(pair),
        }
    }
    out
}
