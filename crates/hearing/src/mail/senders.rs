//! Who truly sent a mail that was handed over to a listener of ours: signatures (DKIM), seals of
//! who passed it on (ARC), servers (SPF), and what the author's domain says of all that (DMARC).
//!
//! All of it comes after the mail is on the disk and its sender was told so: a name server that is
//! slow or away delays no acknowledgement and loses no mail. What could not be found out counts as
//! not checked.

use crate::mail::lookup::look_up;
use crate::mail::read::Read;
use crate::said::Envelope;
use ::mail::dkim::arc::{self, Chain};
use ::mail::dkim::{self, Outcome, Record, Signature};
use ::mail::dmarc::{self, Dmarc, Spf};
use ::mail::dns::Kind;
use ::mail::network::is_public;
use ::mail::spf::{self, Answer, Found, Query, Sender};
use ::mail::{Authentication, Parsed};
use intake::StoredArrival;
use jiff::{SignedDuration, Timestamp};
use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use store::Context;

/// How long finding out about one mail may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long an answer is remembered.
const REMEMBERED: SignedDuration = SignedDuration::from_mins(5);
/// Answers that are remembered; then all are forgotten.
const REMEMBERED_MOST: usize = 10_000;
/// How long a name server that did not answer is not asked again.
const LEFT_ALONE: SignedDuration = SignedDuration::from_secs(30);
/// Questions that one SPF record may cause.
const QUESTIONS_MOST: usize = 60;

/// Finds out who sent a mail.
#[derive(Clone, Debug, Default)]
pub struct Senders {
    server: Option<SocketAddr>,
    remembered: Arc<Mutex<Remembered>>,
}

#[derive(Debug, Default)]
struct Remembered {
    answers: HashMap<(String, u8), (Timestamp, Vec<String>)>,
    silent_at: Option<Timestamp>,
}

/// What was found out about a mail.
#[derive(Clone, Debug)]
pub(crate) struct Checked {
    pub authentication: Authentication,
    pub chain: Chain,
}

/// No answer: the name server is away.
#[derive(Clone, Copy, Debug)]
struct Silent;

impl Senders {
    /// Asks this name server; `None` finds nothing out.
    pub fn asking(server: Option<SocketAddr>) -> Senders {
        Senders { server, ..Senders::default() }
    }

    /// Finds out about each mail of a listener among these, at the same time.
    pub(crate) async fn check_all(&self, ctx: &Context, mails: Vec<(&StoredArrival, &mut Read)>) {
        if self.server.is_none() {
            return;
        }
        let mut tasks = Vec::new();
        for (arrival, read) in mails {
            let Some(mail) = Handed::of(arrival, read) else { continue };
            let (senders, ctx) = (self.clone(), ctx.clone());
            let checking = tokio::spawn(async move {
                tokio::time::timeout(PATIENCE, senders.check(&ctx, mail)).await.ok().flatten()
            });
            tasks.push((read, checking));
        }
        for (read, checking) in tasks {
            // A check that broke is one that found nothing out.
            read.checked = checking.await.ok().flatten();
        }
    }

    async fn check(&self, ctx: &Context, mail: Handed) -> Option<Checked> {
        let now = ctx.now();
        let domain = mail.parsed.author.as_ref().map(::mail::Address::domain)?;
        let mut names = dkim::records_needed(&mail.raw);
        names.extend(arc::records_needed(&mail.raw));
        let policies = dmarc::records_needed(&domain);
        names.extend(policies.iter().cloned());
        let mut records = HashMap::new();
        for name in names {
            if records.contains_key(&name) {
                continue;
            }
            let record = self.record(ctx, &name).await;
            records.insert(name, record);
        }
        let answer = match mail.peer {
            Some(ip) => Some((ip, self.server_may_send(ctx, ip, &mail).await)),
            None => None,
        };
        let hostname = ctx.mail_domain.to_string();
        let judged = tokio::task::spawn_blocking(move || {
            judge(&mail, &domain, answer, &records, &hostname, now)
        });
        judged.await.ok()
    }

    async fn server_may_send(&self, ctx: &Context, ip: IpAddr, mail: &Handed) -> Answer {
        let sender = Sender { ip, address: &mail.sender, helo: &mail.helo };
        let mut found = Found::default();
        for _ in 0..QUESTIONS_MOST {
            let query = match spf::check(&sender, &found) {
                Ok(answer) => return answer,
                Err(query) => query,
            };
            match query {
                Query::Text(name) => {
                    let texts = self.ask(ctx, &name, Kind::Txt).await;
                    found.texts.insert(name, texts.map_err(|Silent| Record::Unreachable));
                }
                Query::Addresses(name) => {
                    let Ok(mut all) = self.ask(ctx, &name, Kind::A).await else {
                        return Answer::TempError;
                    };
                    if ip.is_ipv6() {
                        let Ok(more) = self.ask(ctx, &name, Kind::Aaaa).await else {
                            return Answer::TempError;
                        };
                        all.extend(more);
                    }
                    let all = all.iter().filter_map(|text| text.parse().ok()).collect();
                    found.addresses.insert(name, all);
                }
                Query::MailServers(name) => {
                    let Ok(all) = self.ask(ctx, &name, Kind::Mx).await else {
                        return Answer::TempError;
                    };
                    found.mail_servers.insert(name, all);
                }
            }
        }
        Answer::PermError
    }

    async fn record(&self, ctx: &Context, name: &str) -> Record {
        let Ok(mut texts) = self.ask(ctx, name, Kind::Txt).await else {
            return Record::Unreachable;
        };
        if name.starts_with("_dmarc.") {
            // Several policies are none (RFC 7489, 6.6.3).
            texts.retain(|text| text.starts_with("v=DMARC1"));
            texts.truncate(if texts.len() > 1 { 0 } else { 1 });
        }
        texts.into_iter().next().map_or(Record::Missing, Record::Text)
    }

    /// Asks once; the answer is remembered for a while, and so is silence.
    async fn ask(&self, ctx: &Context, name: &str, kind: Kind) -> Result<Vec<String>, Silent> {
        let server = self.server.ok_or(Silent)?;
        let now = ctx.now();
        let key = (name.to_ascii_lowercase(), kind as u8);
        {
            let known = self.remembered.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some((at, answer)) = known.answers.get(&key)
                && now.duration_since(*at) < REMEMBERED
            {
                return Ok(answer.clone());
            }
            if known.silent_at.is_some_and(|at| now.duration_since(at) < LEFT_ALONE) {
                return Err(Silent);
            }
        }
        let asked = look_up(ctx, server, name, kind).await;
        let mut known = self.remembered.lock().unwrap_or_else(PoisonError::into_inner);
        match asked {
            Ok(answer) => {
                if known.answers.len() >= REMEMBERED_MOST {
                    known.answers.clear();
                }
                known.answers.insert(key, (now, answer.clone()));
                Ok(answer)
            }
            Err(why) => {
                if why.contains("does not answer") {
                    known.silent_at = Some(now);
                }
                tracing::debug!(why, "a name server gave no answer about a sender");
                Err(Silent)
            }
        }
    }
}

/// A mail as it was handed over.
struct Handed {
    raw: Vec<u8>,
    parsed: Parsed,
    /// The machine that handed it over, when it may be the sender's: a relay of our own says
    /// nothing about a sender.
    peer: Option<IpAddr>,
    sender: String,
    helo: String,
}

impl Handed {
    /// `None` when there is nothing that could be found out: it came by no listener, or by a relay
    /// of ours and without a signature.
    fn of(arrival: &StoredArrival, read: &Read) -> Option<Handed> {
        let parsed = read.parsed.as_deref()?;
        let envelope: Envelope = serde_json::from_value(arrival.envelope.clone()).ok()?;
        let from = envelope.peer?;
        // What was cut cannot be checked.
        if envelope.whole_size.is_some() {
            return None;
        }
        let peer = Some(from).filter(is_public);
        let signed = || !dkim::records_needed(&arrival.raw).is_empty();
        if peer.is_none() && !signed() {
            return None;
        }
        Some(Handed {
            raw: arrival.raw.clone(),
            parsed: parsed.clone(),
            peer,
            sender: envelope.sender.unwrap_or_default(),
            helo: envelope.helo,
        })
    }
}

fn judge(
    mail: &Handed,
    domain: &str,
    server: Option<(IpAddr, Answer)>,
    records: &HashMap<String, Record>,
    hostname: &str,
    now: Timestamp,
) -> Checked {
    let signatures = dkim::verify(&mail.raw, records, now);
    let chain = arc::verify(&mail.raw, records);
    let spf = server.map_or_else(Spf::default, |(ip, answer)| {
        Spf::of(answer, &Sender { ip, address: &mail.sender, helo: &mail.helo })
    });
    let mut dmarc = dmarc::evaluate(domain, &signatures, &spf, records);
    if dmarc == Dmarc::Fail {
        dmarc = failed(server, &signatures);
    }
    let authentication =
        Authentication::checked_here(&mail.parsed, hostname, &signatures, &spf, dmarc);
    Checked { authentication, chain }
}

/// What a failure comes to: it is one only when everything that could have proved the sender was
/// there to be looked at.
fn failed(server: Option<(IpAddr, Answer)>, signatures: &[Signature]) -> Dmarc {
    let unsure = signatures.iter().any(|one| one.outcome == Outcome::TempError);
    match server {
        _ if unsure => Dmarc::TempError,
        Some((_, Answer::TempError)) => Dmarc::TempError,
        Some(_) => Dmarc::Fail,
        // A relay of ours handed it over: who handed it to the relay is not known here.
        None => Dmarc::None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_relay_of_our_own_says_nothing_about_a_sender() {
        for own in ["127.0.0.1", "10.1.2.3", "192.168.0.9", "::1", "fd00::1", "fe80::1"] {
            assert!(!is_public(&own.parse().expect("an address")), "{own}");
        }
        for other in ["203.0.113.7", "2001:db8::1"] {
            assert!(is_public(&other.parse().expect("an address")), "{other}");
        }
    }

    #[test]
    fn what_could_not_be_looked_up_is_no_failure() {
        let unsure =
            Signature { domain: "a.example".into(), outcome: Outcome::TempError, says: "" };
        let ip = IpAddr::from([203, 0, 113, 7]);
        assert_eq!(failed(Some((ip, Answer::Fail)), &[unsure]), Dmarc::TempError);
        assert_eq!(failed(Some((ip, Answer::TempError)), &[]), Dmarc::TempError);
        assert_eq!(failed(Some((ip, Answer::Fail)), &[]), Dmarc::Fail);
        assert_eq!(failed(None, &[]), Dmarc::None);
    }
}
