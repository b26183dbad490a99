//! Which case a mail belongs to. The rules are `mail::thread`'s; here they get what is stored.

use crate::mail::key::{keys, loop_mark};
use crate::mail::read::Read;
use crate::mail::senders::Checked;
use crate::mail::{DELIVERY_JOB, DeliveryJob, sql};
use crate::said::{Envelope, Joins};
use crate::understood::{DeliveryReport, Placed};
use ::mail::bounce::State;
use ::mail::thread::{
    Decision, Evidence, Known, Outcome, Source, decide, evidence, ids_to_look_up,
};
use ::mail::token::{Claim, read_reply_address};
use ::mail::{Authentication, Keys, Parsed, Trusted, Verdict};
use domain::message::Delivery;
use intake::StoredArrival;
use jiff::{SignedDuration, Timestamp};
use store::course::Point;
use store::{Context, StoreError, Tx};

/// How long a case counts as touched lately.
const LATELY: SignedDuration = SignedDuration::from_hours(14 * 24);
/// Addresses in copy that are named.
const IN_COPY_MOST: usize = 5;
/// Cases of one mail that are looked at.
const CASES_MOST: usize = 20;
/// Mergers followed from one case to the next.
const MERGERS_MOST: usize = 32;
/// The setting that lists our mailboxes, separated by spaces.
pub(crate) const ADDRESSES: &str = "mail/addresses";
/// The setting that lists the servers whose word on senders we believe, separated by spaces.
pub(crate) const TRUSTED: &str = "mail/trusted";

/// Finds the case of a mail and says why; other channels pass through.
///
/// # Errors
/// When the store fails.
pub(crate) async fn place(
    tx: &mut Tx,
    ctx: &Context,
    now: Timestamp,
    arrival: &StoredArrival,
    read: &mut Read,
) -> Result<(), StoreError> {
    let Some(parsed) = read.parsed.take() else { return Ok(()) };
    let keys = keys(ctx);
    let listed = |text: Option<String>| {
        text.unwrap_or_default().split_whitespace().map(str::to_owned).collect::<Vec<_>>()
    };
    let trusted = listed(tx.setting(TRUSTED).await?);
    let trusted = Trusted::servers(trusted.clone()).and_sealers(trusted);
    let authentication = believed(&parsed, &trusted, read.checked.take());
    let mut known = Known {
        own_addresses: listed(tx.setting(ADDRESSES).await?),
        loop_mark: loop_mark(ctx),
        case_prefix: "R".to_owned(),
        ..Known::default()
    };
    let envelope: Option<Envelope> = serde_json::from_value(arrival.envelope.clone()).ok();
    if let Some(size) = envelope.as_ref().and_then(|envelope| envelope.whole_size) {
        let says = format!(
            "It has {} MB; only its beginning is kept here, the rest lies in the mailbox.",
            size.div_ceil(1024 * 1024)
        );
        read.said.because = format!("{} {says}", read.said.because).trim().to_owned();
    }
    let mailbox = envelope.map(|e| e.mailbox).unwrap_or_default();
    if mailbox.contains('@') {
        known.own_addresses.push(mailbox.clone());
    }
    // A group of ours that forwards to colleagues marks every customer's mail as a list's.
    if read.said.automatic && mail::kind_here(&parsed, &known.own_addresses) == mail::Kind::Human {
        read.said.automatic = false;
    }
    read.said.answerable = mail::may_answer_automatically(&parsed, &known.own_addresses);
    look_up(tx, now, &parsed, &keys, &mut known).await?;
    let found = evidence(&parsed, &keys, &known);
    let decision = held(decide(&parsed, &found, &authentication, &known), &parsed, &found);
    read.said.author.verified = decision.sender == Verdict::Verified;
    // Somebody else wrote in this name: an answer would go to who never wrote (8.8).
    read.said.answerable &= decision.sender != Verdict::Failed;
    read.said.joins = joins(&decision);
    // A mail for a case belongs to the case's unit, whichever mailbox it came to.
    if let Joins::Case(case) | Joins::Waits(case) | Joins::Notes(case) = read.said.joins {
        let unit = sql::unit_of_case(tx, case).await?;
        read.said.unit = unit.and_then(|unit| unit.parse().ok()).or(read.said.unit);
    }
    let earlier = std::mem::take(&mut read.said.because);
    let told = [decision.because.as_str(), &in_copy(&decision.suggested), &earlier];
    let told: Vec<&str> = told.into_iter().filter(|words| !words.is_empty()).collect();
    read.said.because = told.join(" ");
    read.reports = reports(tx, &parsed, &keys, &mailbox).await?;
    if !read.reports.is_empty() {
        ctx.passes(Point::ReportRead);
    }
    read.sender = Some(authentication).filter(|known| known.checked_by.is_some());
    Ok(())
}

/// A mail by which an account elsewhere can be taken is no word of who takes part in a case, even
/// when it comes from an address that does: whoever opened the case may have named a service's
/// address as theirs, to read there what the service sends. It waits until a person has looked. A
/// true answer to a letter of ours is none: no service has its Message-ID.
fn held(decision: Decision, parsed: &Parsed, found: &[Evidence]) -> Decision {
    let Outcome::Joins { case } = decision.outcome else { return decision };
    let answers = found.iter().any(|one| one.source == Source::OurMessageId);
    match mail::verification::held_because(parsed) {
        Some(why) if !answers => Decision {
            outcome: Outcome::Waits { case },
            because: format!("{} {why} {}", decision.because, mail::verification::HELD_SAYS),
            may_reopen: false,
            ..decision
        },
        _ => decision,
    }
}

fn joins(decision: &Decision) -> Joins {
    let number = |case: u64| i64::try_from(case).unwrap_or(0);
    match &decision.outcome {
        Outcome::Joins { case } => Joins::Case(number(*case)),
        Outcome::Waits { case } => Joins::Waits(number(*case)),
        Outcome::Notes { case } => Joins::Notes(number(*case)),
        Outcome::Opens { maybe } if maybe.is_empty() => Joins::Nothing,
        Outcome::Opens { maybe } => Joins::Maybe(maybe.iter().copied().map(number).collect()),
        Outcome::OwnCopy => Joins::OwnCopy,
    }
}

/// Hands the rules what is stored about the cases in question.
async fn look_up(
    tx: &mut Tx,
    now: Timestamp,
    parsed: &Parsed,
    keys: &Keys,
    known: &mut Known,
) -> Result<(), StoreError> {
    let ids = ids_to_look_up(parsed);
    if !ids.is_empty() {
        for (id, case) in sql::cases_of_mails(tx, &ids).await? {
            known.message_ids.insert(id, case.unsigned_abs());
        }
    }
    let author = parsed.author.as_ref().map(mail::Address::key).unwrap_or_default();
    if !author.is_empty() {
        let since = (now - LATELY).as_millisecond();
        for recent in sql::recent_cases(tx, &author, since).await? {
            known.recent.push(mail::thread::Recent {
                case: recent.number.unsigned_abs(),
                sender: author.clone(),
                subject: recent.subject,
                at: Timestamp::from_millisecond(recent.changed_at_ms).unwrap_or(now),
            });
        }
    }
    let named = cases_named(parsed, keys, known);
    follow_mergers(tx, &named, known).await?;
    for case in cases_named(parsed, keys, known) {
        let number = i64::try_from(case).unwrap_or(0);
        let addresses = sql::participants(tx, number).await?;
        known.participants.insert(case, addresses);
    }
    Ok(())
}

/// What is known of a sender: by the word of a server we trust, else by what we found out.
fn believed(parsed: &Parsed, trusted: &Trusted, checked: Option<Checked>) -> Authentication {
    let told = Authentication::read(parsed, trusted);
    match checked {
        Some(found) if told.checked_by.is_none() => {
            found.authentication.or_sealed(parsed, &found.chain, trusted)
        }
        _ => told,
    }
}

/// Who stands on a mail and takes no part in its case: staff may suggest them, nobody adds them.
fn in_copy(suggested: &[String]) -> String {
    match suggested.len() {
        0 => String::new(),
        n if n > IN_COPY_MOST => format!("It also names {n} others, who take no part in it."),
        _ => format!("In copy, and taking no part in it: {}.", suggested.join(", ")),
    }
}

/// Cases that the evidence points to.
fn cases_named(parsed: &Parsed, keys: &Keys, known: &Known) -> Vec<u64> {
    let mut cases: Vec<u64> =
        evidence(parsed, keys, known).iter().filter_map(|found| found.case).collect();
    cases.sort_unstable();
    cases.dedup();
    cases.truncate(CASES_MOST);
    cases
}

/// Finds the cases that go on where these are part of others.
async fn follow_mergers(tx: &mut Tx, cases: &[u64], known: &mut Known) -> Result<(), StoreError> {
    for case in cases {
        let mut at = *case;
        for _ in 0..MERGERS_MOST {
            let number = i64::try_from(at).unwrap_or(0);
            let Some(into) = sql::merged_into(tx, number).await? else { break };
            known.merged.insert(at, into.unsigned_abs());
            at = into.unsigned_abs();
        }
    }
    Ok(())
}

/// What a delivery report says of letters of ours. Which letter, the report's copy of it says; one
/// that has none came to a return path of ours, which names case and recipient, and the last letter
/// to them is meant.
async fn reports(
    tx: &mut Tx,
    parsed: &Parsed,
    keys: &Keys,
    mailbox: &str,
) -> Result<Vec<DeliveryReport>, StoreError> {
    if parsed.deliveries.is_empty() {
        return Ok(Vec::new());
    }
    let original = parsed.original.as_ref().and_then(|original| original.message_id.as_deref());
    let claim = original.and_then(|id| mail::token::read_message_id(keys, id));
    let named = |claim: &Claim| claim.message.map(|id| uuid::Uuid::from_u128(id).to_string());
    if let Some((claim, key)) = claim.and_then(|claim| named(&claim).map(|key| (claim, key))) {
        return Ok(said_of(parsed, keys, &claim, &key));
    }
    let to = parsed.to.iter().map(|to| to.address.as_str());
    let claim = [mailbox].into_iter().chain(to).find_map(|to| read_reply_address(keys, to));
    let Some(claim) = claim.filter(|_| original.is_none()) else { return Ok(Vec::new()) };
    let letters = sql::last_letters(tx, i64::try_from(claim.case).unwrap_or(0)).await?;
    let meant = letters.into_iter().find(|(_, to)| keys.is_for(&claim, to));
    Ok(meant.map_or(Vec::new(), |(key, _)| said_of(parsed, keys, &claim, &key)))
}

/// What a report says of the letter `key`, whose recipient `claim` names.
fn said_of(parsed: &Parsed, keys: &Keys, claim: &Claim, key: &str) -> Vec<DeliveryReport> {
    let says = |delivery: &mail::bounce::Delivery| DeliveryReport {
        key: key.to_owned(),
        state: match delivery.state {
            State::Failed | State::FailedForNow => Delivery::Failed,
            State::Delayed => Delivery::Delayed,
            State::Relayed => Delivery::Relayed,
            State::Delivered => Delivery::Delivered,
            State::Read => Delivery::Read,
            State::Complained => Delivery::Complained,
        },
        detail: in_words(delivery),
    };
    // A letter has one recipient; others in its report are those it was passed on to.
    let ours = parsed.deliveries.iter().find(|one| keys.is_for(claim, &one.recipient));
    ours.or(parsed.deliveries.first()).map(says).into_iter().collect()
}

/// What a report says of one recipient: plain words where its code has some, then its own.
fn in_words(delivery: &mail::bounce::Delivery) -> String {
    let status = delivery.status.as_deref().unwrap_or_default();
    let theirs = format!("{status} {}", delivery.diagnostic);
    let theirs = theirs.trim();
    match mail::bounce::in_words(status) {
        Some(plain) => format!("{plain} ({theirs})"),
        None => theirs.to_owned(),
    }
}

/// Lays out the work of recording what reports say of our letters.
///
/// # Errors
/// When the store fails.
pub(crate) async fn note_reports(tx: &mut Tx, placed: &[Placed<'_>]) -> Result<(), StoreError> {
    for one in placed {
        let feedback = &one.understood.feedback;
        for report in &one.understood.reports {
            let job = DeliveryJob {
                message: report.key.clone(),
                state: report.state,
                detail: crate::said::line(&report.detail, 1_000),
                reported: true,
            };
            let body = serde_json::to_string(&job)
                .map_err(|error| StoreError::unreadable("noting a report", error))?;
            let id = format!("delivery/{}/{}", report.key, feedback.id);
            let at = feedback.received_at;
            tx.enqueue(&id, DELIVERY_JOB, &body, at, at).await?;
        }
    }
    Ok(())
}
