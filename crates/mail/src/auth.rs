//! Authentication results (RFC 8601): who vouches that the sender is the sender (8.8).
//!
//! Only the topmost result counts, and only when its server is one we configured: everything
//! below may have been written by the sender.

use serde::Serialize;

use crate::dkim::arc::Chain;
use crate::dkim::{Outcome, Signature};
use crate::dmarc::{Dmarc, Spf};
use crate::network::{Network, is_public};
use crate::parsed::Parsed;
use std::net::IpAddr;

/// Names of the servers (authserv-id) whose results we believe, lower case.
#[derive(Debug, Clone, Default)]
pub struct Trusted {
    servers: Vec<String>,
    sealers: Vec<String>,
}

impl Trusted {
    /// Believes no server: every sender stays unverified.
    pub fn none() -> Trusted {
        Trusted::default()
    }

    /// Those of `listed` whose results are believed on a mail that `peer` handed over; `None` where
    /// it was fetched. Anybody can write such a name into a mail, so one that a machine of the
    /// internet hands over is believed only where the list says from where that server comes:
    /// `mx.example.com@192.0.2.0/24`.
    pub fn on_mail_from(listed: &[String], peer: Option<IpAddr>) -> Trusted {
        let believed = listed.iter().filter_map(|entry| {
            let (name, network) = match entry.split_once('@') {
                Some((name, network)) => (name, Some(network)),
                None => (entry.as_str(), None),
            };
            let comes_from_there = match (peer, network) {
                (None, _) => true,
                (Some(peer), Some(network)) => {
                    Network::read(network).is_some_and(|network| network.holds(peer))
                }
                (Some(peer), None) => !is_public(&peer),
            };
            comes_from_there.then_some(name)
        });
        Trusted::servers(believed)
    }

    /// Believes these servers, named as they write themselves (`mx.example.com`).
    pub fn servers(names: impl IntoIterator<Item = impl Into<String>>) -> Trusted {
        let servers = names.into_iter().map(|n| n.into().to_lowercase()).collect();
        Trusted { servers, sealers: Vec::new() }
    }

    /// Believes also what these domains seal about mail they pass on (ARC): mailing lists and
    /// forwarders that the organisation knows.
    pub fn and_sealers(self, domains: impl IntoIterator<Item = impl Into<String>>) -> Trusted {
        let sealers = domains.into_iter().map(|n| n.into().to_lowercase()).collect();
        Trusted { sealers, ..self }
    }
}

/// How far the author's address can be believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// A server we trust vouches for the author's domain.
    Verified,
    /// Nobody we trust checked it.
    Unchecked,
    /// A server we trust found that it is not from there.
    Failed,
}

/// What a trusted server found out about the sender.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Authentication {
    /// What follows from the results below.
    pub verdict: Verdict,
    /// The server that checked, when it is one we trust.
    pub checked_by: Option<String>,
    /// `spf=` result, such as `pass`.
    pub spf: Option<String>,
    /// `dkim=` result; `pass` when any signature of the author's domain passed.
    pub dkim: Option<String>,
    /// `dmarc=` result.
    pub dmarc: Option<String>,
    /// One plain sentence for the person who reads the mail.
    pub says: String,
}

impl Authentication {
    /// Reads the results of a mail.
    pub fn read(parsed: &Parsed, trusted: &Trusted) -> Authentication {
        let domain = parsed.author.as_ref().map(crate::Address::domain).unwrap_or_default();
        let several = parsed.from.len() != 1;
        let top = parsed.authentication_results.first().map(|v| Results::read(v));
        let Some(results) = top.filter(|r| trusted.servers.contains(&r.server)) else {
            return Authentication::unchecked(several);
        };
        let (verdict, says) = results.verdict(&domain, several);
        Authentication {
            verdict,
            says,
            spf: results.first("spf"),
            dkim: results.dkim(&domain),
            dmarc: results.first("dmarc"),
            checked_by: Some(results.server),
        }
    }

    /// What our own listener found: signatures, SPF, and what the author's domain says.
    pub fn checked_here(
        parsed: &Parsed,
        hostname: &str,
        signatures: &[Signature],
        spf: &Spf,
        dmarc: Dmarc,
    ) -> Authentication {
        let domain = parsed.author.as_ref().map(crate::Address::domain).unwrap_or_default();
        let passed = signatures.iter().any(|s| s.outcome == Outcome::Pass && s.domain == domain);
        let (verdict, says) = if parsed.from.len() != 1 {
            (Verdict::Failed, SEVERAL.to_owned())
        } else {
            match dmarc {
                Dmarc::Pass => (Verdict::Verified, format!("{domain} confirms that it sent this.")),
                Dmarc::Fail => (Verdict::Failed, format!("This was not sent by {domain}.")),
                Dmarc::None | Dmarc::TempError if passed => {
                    (Verdict::Verified, format!("{domain} signed this."))
                }
                Dmarc::None | Dmarc::TempError => {
                    (Verdict::Unchecked, format!("{domain} does not say whether it sent this."))
                }
            }
        };
        let dkim = signatures.iter().map(|s| s.outcome).min_by_key(|o| *o != Outcome::Pass);
        let word = |value: &serde_json::Value| value.as_str().map(str::to_owned);
        Authentication {
            verdict,
            checked_by: Some(hostname.to_owned()),
            spf: (!spf.passed_for.is_empty()).then(|| "pass".to_owned()),
            dkim: dkim.and_then(|o| word(&serde_json::json!(o))),
            dmarc: word(&serde_json::json!(dmarc)),
            says,
        }
    }

    /// The same, when a sealer we trust vouches that the mail was sound when it came to him.
    ///
    /// Forwarding breaks SPF and lists break signatures; a seal of a stranger says nothing.
    pub fn or_sealed(self, parsed: &Parsed, chain: &Chain, trusted: &Trusted) -> Authentication {
        let Chain::Pass { sealer, results } = chain else { return self };
        let domain = parsed.author.as_ref().map(crate::Address::domain).unwrap_or_default();
        let believed = self.verdict != Verdict::Verified && trusted.sealers.contains(sealer);
        if !believed {
            return self;
        }
        let (verdict, _) = Results::read(results).verdict(&domain, parsed.from.len() != 1);
        if verdict != Verdict::Verified {
            return self;
        }
        let says = format!("{sealer} passed this on and confirms that {domain} sent it.");
        Authentication { verdict, says, ..self }
    }

    fn unchecked(several: bool) -> Authentication {
        let (verdict, says) = if several {
            (Verdict::Failed, SEVERAL.to_owned())
        } else {
            (Verdict::Unchecked, "Nobody we trust checked who sent this.".to_owned())
        };
        Authentication { verdict, checked_by: None, spf: None, dkim: None, dmarc: None, says }
    }
}

/// A mail with two authors is one whose checked author is not the shown one.
const SEVERAL: &str = "It names no author or several; that is not believed.";

struct Method {
    name: String,
    result: String,
    /// `header.d`, `header.from`, `smtp.mailfrom` …, lower case.
    properties: Vec<(String, String)>,
}

struct Results {
    server: String,
    methods: Vec<Method>,
}

impl Results {
    fn read(value: &str) -> Results {
        let value = without_comments(value);
        let mut parts = value.split(';');
        let server = parts.next().unwrap_or("").split_whitespace().next().unwrap_or("");
        let methods = parts.filter_map(|part| {
            let mut words = part.split_whitespace();
            let (name, result) = words.next()?.split_once('=')?;
            let properties = words.filter_map(|w| w.split_once('='));
            let lower = |s: &str| s.trim_matches('"').to_lowercase();
            Some(Method {
                name: lower(name).split('/').next().unwrap_or("").to_owned(),
                result: lower(result),
                properties: properties.map(|(n, v)| (lower(n), lower(v))).collect(),
            })
        });
        Results { server: server.to_lowercase(), methods: methods.take(50).collect() }
    }

    fn first(&self, name: &str) -> Option<String> {
        self.methods.iter().find(|m| m.name == name).map(|m| m.result.clone())
    }

    fn dkim(&self, domain: &str) -> Option<String> {
        if self.passes("dkim", &["header.d", "header.i"], domain) {
            return Some("pass".to_owned());
        }
        let failed = |m: &&Method| m.name == "dkim" && m.result != "pass";
        let other = self.methods.iter().find(failed).map(|m| m.result.clone());
        other.or_else(|| self.first("dkim").map(|_| "unaligned".to_owned()))
    }

    /// Whether a method passed for the author's domain or one it belongs to.
    fn passes(&self, name: &str, properties: &[&str], domain: &str) -> bool {
        self.methods.iter().any(|m| {
            m.name == name
                && m.result == "pass"
                && m.properties.iter().any(|(property, value)| {
                    properties.contains(&property.as_str())
                        && aligned(value.rsplit('@').next().unwrap_or(""), domain)
                })
        })
    }

    fn verdict(&self, domain: &str, several: bool) -> (Verdict, String) {
        if several {
            return (Verdict::Failed, SEVERAL.to_owned());
        }
        match self.first("dmarc").as_deref() {
            // A result for another domain vouches for nobody here.
            Some("pass") if self.passes("dmarc", &["header.from"], domain) => {
                (Verdict::Verified, format!("{domain} confirms that it sent this."))
            }
            Some("fail") => (Verdict::Failed, format!("This was not sent by {domain}.")),
            _ if self.passes("dkim", &["header.d", "header.i"], domain) => {
                (Verdict::Verified, format!("{domain} signed this."))
            }
            _ if self.passes("spf", &["smtp.mailfrom"], domain) => {
                (Verdict::Verified, format!("It came from a server of {domain}."))
            }
            _ => (Verdict::Unchecked, format!("{domain} does not say whether it sent this.")),
        }
    }
}

/// Relaxed alignment: both names belong to one organisation.
///
/// Which suffixes strangers share is told by a short rule and not by the public suffix list;
/// where the rule does not know better, more than the list is taken for shared, so that it
/// trusts less and never more for suffixes of countries.
pub(crate) fn aligned(checked: &str, author: &str) -> bool {
    !author.is_empty()
        && (checked == author
            || (!is_shared(checked) && organisation_of(checked) == organisation_of(author)))
}

/// The domain an organisation registered, as far as names show it.
pub(crate) fn organisation_of(domain: &str) -> &str {
    let mut starts: Vec<usize> = domain.match_indices('.').map(|(at, _)| at + 1).collect();
    starts.insert(0, 0);
    // The shortest tail that is not shared among strangers.
    let tails = starts.iter().rev().map(|start| &domain[*start..]);
    tails.into_iter().find(|tail| !is_shared(tail)).unwrap_or(domain)
}

/// Whether strangers register names under this one.
fn is_shared(domain: &str) -> bool {
    const SECOND: [&str; 44] = [
        "ac", "asn", "biz", "co", "com", "conf", "ed", "edu", "firm", "gen", "go", "gob", "gouv",
        "gov", "govt", "gr", "gub", "id", "ind", "inf", "info", "k12", "kr", "lg", "ltd", "me",
        "mil", "name", "ne", "net", "nhs", "nic", "nom", "or", "org", "plc", "pol", "police",
        "press", "pro", "pvt", "res", "sch", "web",
    ];
    const OTHERS: [&str; 10] = [
        "github.io",
        "gitlab.io",
        "herokuapp.com",
        "netlify.app",
        "vercel.app",
        "pages.dev",
        "workers.dev",
        "onmicrosoft.com",
        "blogspot.com",
        "azurewebsites.net",
    ];
    match domain.split_once('.') {
        None => true,
        Some((second, top)) => {
            (top.len() == 2 && SECOND.contains(&second)) || OTHERS.contains(&domain)
        }
    }
}

/// A value without comments, and with quoted text made harmless: senders choose local parts,
/// and `"; dmarc=pass"` inside quotes must not be read as a result.
fn without_comments(value: &str) -> String {
    let (mut depth, mut quoted, mut escaped) = (0_u32, false, false);
    let mut out = String::with_capacity(value.len());
    for c in value.chars() {
        let literal = escaped;
        escaped = c == '\\' && !literal;
        match c {
            '"' if depth == 0 && !literal => quoted = !quoted,
            '(' if !quoted && !literal => depth += 1,
            ')' if !quoted && !literal => depth = depth.saturating_sub(1),
            _ if depth > 0 => {}
            _ if quoted => {
                out.push(if c.is_alphanumeric() || "@.-_+".contains(c) { c } else { '_' })
            }
            _ => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(results: &str) -> Authentication {
        let mail = format!("{results}From: Ann <ann@shop.example>\r\n\r\nHi\r\n");
        Authentication::read(&crate::parse(mail.as_bytes()), &Trusted::servers(["mx.our.example"]))
    }

    #[test]
    fn a_name_is_believed_only_where_its_server_hands_over() {
        let listed = ["mx.our.example@192.0.2.0/24".to_owned(), "near.example".to_owned()];
        let from = |peer: Option<&str>| {
            let peer = peer.map(|peer| peer.parse().expect("an address"));
            Trusted::on_mail_from(&listed, peer).servers
        };
        assert_eq!(from(None), ["mx.our.example", "near.example"], "it was fetched");
        assert_eq!(from(Some("192.0.2.7")), ["mx.our.example"]);
        assert_eq!(from(Some("10.0.0.1")), ["near.example"], "a machine nearby");
        assert_eq!(from(Some("127.0.0.1")), ["near.example"]);
        assert!(from(Some("203.0.113.9")).is_empty(), "anybody can write a name");
        let odd = ["mx.our.example@here".to_owned()];
        assert!(Trusted::on_mail_from(&odd, Some("10.0.0.1".parse().unwrap())).servers.is_empty());
    }

    #[test]
    fn only_the_topmost_result_of_our_own_server_is_believed() {
        let pass =
            "Authentication-Results: mx.our.example; dmarc=pass header.from=shop.example\r\n";
        assert_eq!(read(pass).verdict, Verdict::Verified);
        let forged = pass.replace("mx.our", "mx.evil");
        assert_eq!(read(&forged).verdict, Verdict::Unchecked);
        assert_eq!(read(&format!("{forged}{pass}")).verdict, Verdict::Unchecked);
    }

    #[test]
    fn a_pass_for_another_domain_vouches_for_nobody() {
        let other = "Authentication-Results: mx.our.example; dkim=pass header.d=evil.example; spf=pass smtp.mailfrom=x@evil.example\r\n";
        assert_eq!(read(other).verdict, Verdict::Unchecked);
        let hidden = "Authentication-Results: mx.our.example; none (dmarc=pass header.from=shop.example)\r\n";
        assert_eq!(read(hidden).verdict, Verdict::Unchecked);
        let fail = "Authentication-Results: mx.our.example; dkim=pass header.d=shop.example; dmarc=fail (p=none) header.from=shop.example\r\n";
        assert_eq!(read(fail).verdict, Verdict::Failed);
        let suffix = "Authentication-Results: mx.our.example; dkim=pass header.d=example\r\n";
        assert_eq!(read(suffix).verdict, Verdict::Unchecked);
    }

    #[test]
    fn names_of_one_organisation_align_and_strangers_under_a_suffix_do_not() {
        assert!(aligned("mail.shop.example", "news.shop.example"));
        assert!(aligned("shop.co.uk", "mail.shop.co.uk"));
        for (checked, author) in [
            ("evil.co.ke", "shop.co.ke"),
            ("co.uk", "shop.co.uk"),
            ("example", "shop.example"),
            ("a.github.io", "b.github.io"),
            ("evilshop.example", "shop.example"),
            ("", "shop.example"),
        ] {
            assert!(!aligned(checked, author), "{checked} {author}");
        }
        assert_eq!(organisation_of("a.b.shop.com.au"), "shop.com.au");
    }

    #[test]
    fn what_the_sender_chose_is_not_read_as_a_result() {
        for chosen in [
            "\"x; dmarc=pass header.from=shop.example; y\"@evil.example",
            "\"x\\\"; dmarc=pass header.from=shop.example; y\"@evil.example",
            "(\") dmarc=pass header.from=shop.example (\")@evil.example",
        ] {
            let results = format!(
                "Authentication-Results: mx.our.example; spf=pass smtp.mailfrom={chosen}\r\n"
            );
            assert_ne!(read(&results).verdict, Verdict::Verified, "{chosen}");
        }
    }
}
