//! May this server send for this domain? (SPF, RFC 7208)
//!
//! Pure: names are looked up by the caller. [`check`] answers, or says what it must know next;
//! the caller looks it up, adds it and asks again. That is at most [`LOOKUPS_MAX`] rounds of
//! mechanisms, as the standard demands.

mod expand;

use std::collections::HashMap;
use std::net::IpAddr;

use crate::dkim::Record;
use crate::network::Network;

/// Most mechanisms that look something up (section 4.6.4).
pub const LOOKUPS_MAX: usize = 10;
/// Most addresses or mail servers of one name that are looked at.
const ADDRESSES_MAX: usize = 20;

/// Something to look up.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Query {
    /// The TXT records of a name.
    Text(String),
    /// The A and AAAA records of a name.
    Addresses(String),
    /// The mail servers of a name.
    MailServers(String),
}

/// What the caller has looked up. An empty list means that there is none.
#[derive(Debug, Clone, Default)]
pub struct Found {
    /// TXT records of a name, each with its strings joined; `Err` when nobody answered.
    pub texts: HashMap<String, Result<Vec<String>, Record>>,
    /// Addresses of a name.
    pub addresses: HashMap<String, Vec<IpAddr>>,
    /// Mail servers of a name.
    pub mail_servers: HashMap<String, Vec<String>>,
}

/// The answer (section 2.6).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// The server may send for the domain.
    Pass,
    /// It may not.
    Fail,
    /// It probably may not.
    SoftFail,
    /// The domain says nothing about it, or has no record.
    Neutral,
    /// It could not be found out now.
    TempError,
    /// The record cannot be understood.
    PermError,
}

/// Who sends.
#[derive(Debug, Clone)]
pub struct Sender<'a> {
    /// Address of the connecting server.
    pub ip: IpAddr,
    /// The return path; when it is empty, `postmaster@` the greeted name.
    pub address: &'a str,
    /// What it said in EHLO.
    pub helo: &'a str,
}

/// Decides, or asks for one more lookup.
pub fn check(sender: &Sender<'_>, found: &Found) -> Result<Answer, Query> {
    let address = if sender.address.contains('@') {
        sender.address.to_ascii_lowercase()
    } else {
        format!("postmaster@{}", sender.helo.to_ascii_lowercase())
    };
    let domain = address.rsplit('@').next().unwrap_or("").to_owned();
    // No record can stand there: a machine's address, a bare name, nothing (section 4.3).
    if !domain.contains('.') || domain.starts_with('[') || domain.len() > 253 {
        return Ok(Answer::Neutral);
    }
    let mut run = Run { sender, address, found, lookups: 0 };
    match run.domain(&domain) {
        Ok(None) => Ok(Answer::Neutral),
        Ok(Some(answer)) | Err(Stop::Answer(answer)) => Ok(answer),
        Err(Stop::Ask(query)) => Err(query),
    }
}

enum Stop {
    Answer(Answer),
    Ask(Query),
}

struct Run<'a> {
    sender: &'a Sender<'a>,
    address: String,
    found: &'a Found,
    lookups: usize,
}

impl Run<'_> {
    /// The answer of a domain's record; `None` when it has none. Recursion by `include` and
    /// `redirect` is bounded by the lookups.
    fn domain(&mut self, domain: &str) -> Result<Option<Answer>, Stop> {
        let Some(record) = self.record(domain)? else { return Ok(None) };
        let mut redirect = None;
        for term in record.split_ascii_whitespace().skip(1) {
            if let Some(target) = strip_ignoring_case(term, "redirect=") {
                redirect = Some(target.to_owned());
                continue;
            }
            if term.split([':', '/']).next().is_some_and(|name| name.contains('=')) {
                continue; // exp= and modifiers of later days
            }
            let (answer, mechanism) = match term.as_bytes()[0] {
                b'-' => (Answer::Fail, &term[1..]),
                b'~' => (Answer::SoftFail, &term[1..]),
                b'?' => (Answer::Neutral, &term[1..]),
                b'+' => (Answer::Pass, &term[1..]),
                _ => (Answer::Pass, term),
            };
            if self.matches(mechanism, domain)? {
                return Ok(Some(answer));
            }
        }
        match redirect {
            None => Ok(Some(Answer::Neutral)),
            Some(target) => {
                self.count()?;
                let target = self.expand(&target, domain)?;
                match self.domain(&target)? {
                    None => Err(Stop::Answer(Answer::PermError)),
                    answer => Ok(answer),
                }
            }
        }
    }

    fn record(&self, domain: &str) -> Result<Option<String>, Stop> {
        let texts = match self.found.texts.get(domain) {
            None => return Err(Stop::Ask(Query::Text(domain.to_owned()))),
            Some(Err(_)) => return Err(Stop::Answer(Answer::TempError)),
            Some(Ok(texts)) => texts,
        };
        let is_spf = |t: &&String| {
            t.split_ascii_whitespace().next().is_some_and(|v| v.eq_ignore_ascii_case("v=spf1"))
        };
        let mut records = texts.iter().filter(is_spf);
        match (records.next(), records.next()) {
            (None, _) => Ok(None),
            (Some(record), None) => Ok(Some(record.clone())),
            _ => Err(Stop::Answer(Answer::PermError)),
        }
    }

    fn matches(&mut self, mechanism: &str, domain: &str) -> Result<bool, Stop> {
        let end = mechanism.find([':', '/']).unwrap_or(mechanism.len());
        let (name, rest) = mechanism.split_at(end);
        let argument = rest.strip_prefix(':').unwrap_or("");
        match name.to_ascii_lowercase().as_str() {
            "all" => Ok(true),
            "ip4" | "ip6" => {
                Network::read(argument).map(|n| n.holds(self.sender.ip)).ok_or(PERMANENT)
            }
            "include" => {
                self.count()?;
                let target = self.expand(argument, domain)?;
                match self.domain(&target)? {
                    None | Some(Answer::PermError) => Err(PERMANENT),
                    Some(Answer::TempError) => Err(Stop::Answer(Answer::TempError)),
                    Some(answer) => Ok(answer == Answer::Pass),
                }
            }
            "a" => {
                self.count()?;
                let (target, four, six) = self.target(rest, domain)?;
                self.has_address(&target, four, six)
            }
            "mx" => {
                self.count()?;
                let (target, four, six) = self.target(rest, domain)?;
                let servers = self.found.mail_servers.get(&target);
                let servers = servers.ok_or(Stop::Ask(Query::MailServers(target)))?;
                for server in servers.iter().take(ADDRESSES_MAX) {
                    if self.has_address(&server.to_ascii_lowercase(), four, six)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            "exists" => {
                self.count()?;
                let target = self.expand(argument, domain)?;
                let addresses = self.found.addresses.get(&target);
                let addresses = addresses.ok_or(Stop::Ask(Query::Addresses(target)))?;
                Ok(!addresses.is_empty())
            }
            "ptr" => {
                self.count()?; // "do not use": slow, unreliable, and never proof for us
                Ok(false)
            }
            _ => Err(PERMANENT),
        }
    }

    fn count(&mut self) -> Result<(), Stop> {
        self.lookups += 1;
        if self.lookups > LOOKUPS_MAX { Err(PERMANENT) } else { Ok(()) }
    }

    /// `:name/24//64` of `a` and `mx`: the name and how many bits must agree.
    fn target(&self, rest: &str, domain: &str) -> Result<(String, u32, u32), Stop> {
        let (name, lengths) = rest.split_once('/').map_or((rest, ""), |(n, l)| (n, l));
        let (four, six) =
            match lengths.split_once("//").or(lengths.strip_prefix('/').map(|s| ("", s))) {
                Some(both) => both,
                None => (lengths, ""),
            };
        let bits = |text: &str, whole: u32| match text {
            "" => Ok(whole),
            text => text.parse().ok().filter(|n| *n <= whole).ok_or(PERMANENT),
        };
        let name = name.strip_prefix(':').unwrap_or("");
        let name = if name.is_empty() { domain.to_owned() } else { self.expand(name, domain)? };
        Ok((name, bits(four, 32)?, bits(six, 128)?))
    }

    fn has_address(&self, name: &str, four: u32, six: u32) -> Result<bool, Stop> {
        let addresses = self.found.addresses.get(name);
        let addresses = addresses.ok_or_else(|| Stop::Ask(Query::Addresses(name.to_owned())))?;
        Ok(addresses.iter().take(ADDRESSES_MAX).any(|ip| {
            let bits = if ip.is_ipv4() { four } else { six };
            Network { ip: *ip, bits }.holds(self.sender.ip)
        }))
    }
}

const PERMANENT: Stop = Stop::Answer(Answer::PermError);

fn strip_ignoring_case<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let (head, rest) = text.split_at_checked(prefix.len())?;
    head.eq_ignore_ascii_case(prefix).then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(texts: &[(&str, &str)]) -> Found {
        let mut found = Found::default();
        for (name, text) in texts {
            found
                .texts
                .insert((*name).to_owned(), Ok(vec!["other=1".to_owned(), (*text).to_owned()]));
        }
        found
            .addresses
            .insert("mx.shop.example".into(), vec!["192.0.2.9".parse().expect("an address")]);
        found
            .addresses
            .insert("shop.example".into(), vec!["2001:db8::1".parse().expect("an address")]);
        found.mail_servers.insert("shop.example".into(), vec!["mx.shop.example".into()]);
        found
    }

    fn ask(ip: &str, texts: &[(&str, &str)]) -> Result<Answer, Query> {
        let sender = Sender {
            ip: ip.parse().expect("an address"),
            address: "Ann@shop.example",
            helo: "mx.shop.example",
        };
        check(&sender, &found(texts))
    }

    #[test]
    fn each_mechanism_speaks_for_the_servers_it_names() {
        for (record, ip, answer) in [
            ("v=spf1 ip4:192.0.2.0/24 -all", "192.0.2.77", Answer::Pass),
            ("v=spf1 ip4:192.0.2.0/24 -all", "198.51.100.1", Answer::Fail),
            ("v=spf1 ip6:2001:db8::/32 ~all", "2001:db8:1::5", Answer::Pass),
            ("v=spf1 a//64 ~all", "2001:db8::99", Answer::Pass),
            ("v=spf1 a:mx.shop.example/24 ?all", "192.0.2.200", Answer::Pass),
            ("v=spf1 mx -all", "192.0.2.9", Answer::Pass),
            ("v=spf1 mx ~all", "192.0.2.10", Answer::SoftFail),
            ("v=spf1", "192.0.2.10", Answer::Neutral),
            ("v=spf1 exp=x.%{d} unknown=1 +all", "192.0.2.10", Answer::Pass),
            ("v=spf1 ip4:300.1.1.1 all", "192.0.2.10", Answer::PermError),
            ("v=spf1 nonsense all", "192.0.2.10", Answer::PermError),
            ("v=spf10 -all", "192.0.2.10", Answer::Neutral),
        ] {
            assert_eq!(ask(ip, &[("shop.example", record)]), Ok(answer), "{record}");
        }
    }

    #[test]
    fn included_and_redirected_records_count() {
        let records =
            |second| [("shop.example", "v=spf1 include:b.example -all"), ("b.example", second)];
        assert_eq!(ask("192.0.2.1", &records("v=spf1 ip4:192.0.2.1 -all")), Ok(Answer::Pass));
        assert_eq!(ask("192.0.2.2", &records("v=spf1 ip4:192.0.2.1 -all")), Ok(Answer::Fail));
        let redirect =
            [("shop.example", "v=spf1 redirect=b.example"), ("b.example", "v=spf1 -all")];
        assert_eq!(ask("192.0.2.2", &redirect), Ok(Answer::Fail));
    }

    #[test]
    fn records_that_call_each_other_end() {
        let cycle = [
            ("shop.example", "v=spf1 include:b.example"),
            ("b.example", "v=spf1 include:shop.example"),
        ];
        assert_eq!(ask("192.0.2.1", &cycle), Ok(Answer::PermError));
    }

    #[test]
    fn mail_without_a_sender_is_judged_by_the_name_in_the_greeting() {
        let ip = "203.0.113.7".parse().expect("an address");
        let asks = |helo: &str| check(&Sender { ip, address: "", helo }, &Found::default());
        assert_eq!(asks("MX.shop.example"), Err(Query::Text("mx.shop.example".to_owned())));
        for helo in ["", "localhost", "[203.0.113.7]", "[IPv6:2001:db8::1]"] {
            assert_eq!(asks(helo), Ok(Answer::Neutral), "{helo}");
        }
    }

    #[test]
    fn what_is_not_known_yet_is_asked_for() {
        assert_eq!(ask("192.0.2.1", &[]), Err(Query::Text("shop.example".to_owned())));
        let record = [("shop.example", "v=spf1 exists:%{ir}.%{l1r-}.%{d2}.list.example -all")];
        let asked = Query::Addresses("1.2.0.192.ann.shop.example.list.example".to_owned());
        assert_eq!(ask("192.0.2.1", &record), Err(asked));
    }
}
