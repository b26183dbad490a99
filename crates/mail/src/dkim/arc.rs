//! Seals of those who pass mail on (ARC, RFC 8617).

use std::collections::HashMap;

use super::canonical::{self, Field};
use super::key::PublicKey;
use super::signature::{Tags, get, pairs, without_signature};
use super::{Record, proves};

/// Most seals in one chain that are followed; longer chains are not believed.
pub const SEALS_MAX: usize = 10;

/// What a chain of seals shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Chain {
    /// Nobody sealed it.
    None,
    /// The chain is broken or forged; one sentence says where.
    Fail(&'static str),
    /// A key could not be looked up now.
    TempError,
    /// Every seal is right.
    Pass {
        /// Domain of the last sealer.
        sealer: String,
        /// What the last sealer had found out, as an Authentication-Results value.
        results: String,
    },
}

/// One seal: the places of its three fields, and what they say.
struct Set {
    results: usize,
    message: usize,
    seal: usize,
}

/// Names of the TXT records that [`verify`] needs.
pub fn records_needed(mail: &[u8]) -> Vec<String> {
    let mail = canonical::with_crlf(mail);
    let fields = canonical::fields(&mail);
    let Ok(sets) = sets(&fields) else { return Vec::new() };
    let mut names: Vec<String> = Vec::new();
    let seals = sets.iter().filter_map(|s| Tags::of_seal(&fields[s.seal].value));
    let last = sets.last().and_then(|s| Tags::of_message(&fields[s.message].value).ok());
    for name in seals.chain(last).map(|tags| tags.record_name()) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// Checks the chain of a mail (section 5.2).
pub fn verify(mail: &[u8], records: &HashMap<String, Record>) -> Chain {
    let mail = canonical::with_crlf(mail);
    let fields = canonical::fields(&mail);
    let sets = match sets(&fields) {
        Ok(sets) => sets,
        Err(says) => return Chain::Fail(says),
    };
    let Some(last) = sets.last() else { return Chain::None };
    match check(&mail, &fields, &sets, records) {
        Err(chain) => chain,
        Ok(sealer) => {
            let results = fields[last.results].value.as_ref();
            let results = results.split_once(';').map_or("", |(_, rest)| rest);
            Chain::Pass { sealer, results: crate::fields::unfold(results.trim().as_bytes()) }
        }
    }
}

fn check(
    mail: &[u8],
    fields: &[Field<'_>],
    sets: &[Set],
    records: &HashMap<String, Record>,
) -> Result<String, Chain> {
    let last = &sets[sets.len() - 1];
    let tags = Tags::of_message(&fields[last.message].value).map_err(Chain::Fail)?;
    let key = key(&tags, records)?;
    proves(mail, last.message, &tags, &key).map_err(Chain::Fail)?;
    let mut sealer = String::new();
    for count in 1..=sets.len() {
        let seal = sets[count - 1].seal;
        let value = fields[seal].value.as_ref();
        let wanted = if count == 1 { "none" } else { "pass" };
        if get(&pairs(value), "cv") != Some(wanted) {
            return Err(Chain::Fail("A seal says that the chain was already broken."));
        }
        let tags = Tags::of_seal(value).ok_or(Chain::Fail("A seal is incomplete."))?;
        let key = self::key(&tags, records)?;
        if !key.proves(&sealed(fields, &sets[..count]), &tags.signature) {
            return Err(Chain::Fail("A seal does not fit."));
        }
        sealer = tags.domain;
    }
    Ok(sealer)
}

fn key(tags: &Tags, records: &HashMap<String, Record>) -> Result<PublicKey, Chain> {
    match records.get(&tags.record_name()) {
        Some(Record::Text(text)) => PublicKey::read(text, tags).map_err(Chain::Fail),
        Some(Record::Missing) => Err(Chain::Fail("A sealer has no such key.")),
        None | Some(Record::Unreachable) => Err(Chain::TempError),
    }
}

/// What a seal signs: all sets so far, itself without its signature.
fn sealed(fields: &[Field<'_>], sets: &[Set]) -> Vec<u8> {
    let mut out = Vec::new();
    for (n, set) in sets.iter().enumerate() {
        for place in [set.results, set.message] {
            canonical::field(&fields[place], true, &mut out);
            out.extend_from_slice(b"\r\n");
        }
        let seal = &fields[set.seal];
        if n + 1 < sets.len() {
            canonical::field(seal, true, &mut out);
            out.extend_from_slice(b"\r\n");
        } else {
            let value = without_signature(&seal.value).into();
            canonical::field(&Field { name: seal.name.clone(), value }, true, &mut out);
        }
    }
    out
}

/// The sets in their order; each number from 1 must be there once.
fn sets(fields: &[Field<'_>]) -> Result<Vec<Set>, &'static str> {
    let numbered = |name: &str| -> Vec<(usize, usize)> {
        let of_kind = fields.iter().enumerate().filter(|(_, f)| f.is(name));
        of_kind.map(|(place, f)| (number(&f.value).unwrap_or(0), place)).collect()
    };
    let kinds = ["arc-authentication-results", "arc-message-signature", "arc-seal"].map(numbered);
    let count = kinds[2].len();
    if count > SEALS_MAX {
        return Err("There are too many seals.");
    }
    if kinds.iter().any(|k| k.len() != count) {
        return Err("A seal is incomplete.");
    }
    (1..=count)
        .map(|n| {
            let place =
                |kind: &[(usize, usize)]| kind.iter().find(|(i, _)| *i == n).map(|(_, p)| *p);
            match (place(&kinds[0]), place(&kinds[1]), place(&kinds[2])) {
                (Some(results), Some(message), Some(seal)) => Ok(Set { results, message, seal }),
                _ => Err("The seals are not numbered one after the other."),
            }
        })
        .collect()
}

/// The `i=` of a field of ARC.
fn number(value: &str) -> Option<usize> {
    let first = value.split(';').find_map(|p| p.trim().strip_prefix("i="))?;
    first.trim().parse().ok()
}
