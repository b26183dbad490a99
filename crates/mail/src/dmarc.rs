//! Does the author's domain stand behind a mail? (DMARC, RFC 7489), from what was checked.

use std::collections::HashMap;

use serde::Serialize;

use crate::auth::{aligned, organisation_of};
use crate::dkim::{Outcome, Record, Signature};

/// The answer for one mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Dmarc {
    /// A signature or the sending server belongs to the author's domain.
    Pass,
    /// The domain says how its mail is marked, and this is not. Counts for us even where the
    /// domain asks for no action (`p=none`).
    Fail,
    /// The domain says nothing.
    None,
    /// It could not be looked up now.
    TempError,
}

/// What SPF (RFC 7208) gave: the domain of the return path, when its server may send for it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Spf {
    /// Domain for which it passed, lower case; empty when it did not.
    pub passed_for: String,
}

impl Spf {
    /// What a check of [`crate::spf`] for `sender` comes to.
    pub fn of(answer: crate::spf::Answer, sender: &crate::spf::Sender<'_>) -> Spf {
        let domain = sender.address.rsplit_once('@').map_or(sender.helo, |(_, domain)| domain);
        let passed = answer == crate::spf::Answer::Pass;
        Spf { passed_for: if passed { domain.to_ascii_lowercase() } else { String::new() } }
    }
}

/// Names of the TXT records that [`evaluate`] needs, the author's own first.
pub fn records_needed(author_domain: &str) -> Vec<String> {
    let domain = author_domain.to_ascii_lowercase();
    let organisation = organisation_of(&domain);
    let mut names = vec![format!("_dmarc.{domain}")];
    if organisation != domain {
        names.push(format!("_dmarc.{organisation}"));
    }
    names
}

/// Decides for a mail whose one author writes from `author_domain`.
pub fn evaluate(
    author_domain: &str,
    signatures: &[Signature],
    spf: &Spf,
    records: &HashMap<String, Record>,
) -> Dmarc {
    let domain = author_domain.to_ascii_lowercase();
    let signed = signatures.iter().filter(|s| s.outcome == Outcome::Pass);
    let names = records_needed(&domain);
    let mut found = None;
    for name in &names {
        match records.get(name) {
            Some(Record::Text(text)) if is_policy(text) => {
                found = Some(text);
                break;
            }
            Some(Record::Text(_) | Record::Missing) => {}
            None | Some(Record::Unreachable) => return Dmarc::TempError,
        }
    }
    let Some(policy) = found else { return Dmarc::None };
    let strict = |tag: &str| {
        let value =
            policy.split(';').filter_map(|p| p.split_once('=')).find(|(n, _)| n.trim() == tag);
        value.is_some_and(|(_, v)| v.trim().eq_ignore_ascii_case("s"))
    };
    let fits =
        |checked: &str, strict: bool| checked == domain || (!strict && aligned(checked, &domain));
    let by_signature = signed.into_iter().any(|s| fits(&s.domain, strict("adkim")));
    let by_server = !spf.passed_for.is_empty() && fits(&spf.passed_for, strict("aspf"));
    if by_signature || by_server { Dmarc::Pass } else { Dmarc::Fail }
}

fn is_policy(text: &str) -> bool {
    let mut tags = text.split(';').filter_map(|p| p.split_once('='));
    tags.next().is_some_and(|(n, v)| n.trim() == "v" && v.trim() == "DMARC1")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signed(domain: &str) -> Vec<Signature> {
        vec![Signature { domain: domain.to_owned(), outcome: Outcome::Pass, says: "" }]
    }

    fn records(text: &str) -> HashMap<String, Record> {
        HashMap::from([
            ("_dmarc.mail.shop.example".to_owned(), Record::Missing),
            ("_dmarc.shop.example".to_owned(), Record::Text(text.to_owned())),
        ])
    }

    #[test]
    fn a_signature_of_the_same_organisation_passes_and_of_another_fails() {
        let policy = records("v=DMARC1; p=none");
        let from = |domain, by: &str| evaluate(domain, &signed(by), &Spf::default(), &policy);
        assert_eq!(from("mail.shop.example", "shop.example"), Dmarc::Pass);
        assert_eq!(from("shop.example", "mail.shop.example"), Dmarc::Pass);
        assert_eq!(from("shop.example", "evil.example"), Dmarc::Fail);
        assert_eq!(from("shop.example", "example"), Dmarc::Fail);
        let strict = records("v=DMARC1; p=reject; adkim=s");
        let found =
            evaluate("mail.shop.example", &signed("shop.example"), &Spf::default(), &strict);
        assert_eq!(found, Dmarc::Fail);
    }

    #[test]
    fn without_a_policy_nothing_is_said_and_without_an_answer_nothing_is_decided() {
        assert_eq!(evaluate("shop.example", &[], &Spf::default(), &records("v=spf1")), Dmarc::None);
        assert_eq!(
            evaluate("shop.example", &[], &Spf::default(), &HashMap::new()),
            Dmarc::TempError
        );
        let spf = Spf { passed_for: "shop.example".to_owned() };
        assert_eq!(evaluate("shop.example", &[], &spf, &records("v=DMARC1;p=none")), Dmarc::Pass);
    }
}
