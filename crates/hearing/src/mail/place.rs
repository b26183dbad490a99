//! Which case a mail belongs to. The rules are `mail::thread`'s; here they get what is stored.

use crate::mail::key::{conversation, known_as, loop_mark};
use crate::mail::read::Read;
use crate::mail::senders::Checked;
use crate::mail::signing::keys_in;
use crate::mail::{notices, sql, whose};
use crate::said::{Envelope, Joins, Said};
use crate::understood::DeliveryReport;
use ::mail::bounce::State;
use ::mail::thread::{
    Decision, Evidence, Known, Outcome, Source, decide, evidence, ids_to_look_up,
};
use ::mail::token::{Claim, read_reply_address};
use ::mail::{Authentication, Keys, Parsed, Trusted, Verdict};
use domain::message::Delivery;
use intake::StoredArrival;
use jiff::{SignedDuration, Timestamp};
use std::borrow::Cow;
use std::collections::HashMap;
use store::course::Point;
use store::{Context, StoreError, Tx};

/// How long a case counts as touched lately.
const LATELY: SignedDuration = SignedDuration::from_hours(14 * 24);
/// Addresses in copy that are named.
const IN_COPY_MOST: usize = 5;
/// Cases of one mail that are looked at.
const CASES_MOST: usize = 20;
/// Bytes of a text in which a signature is looked for.
const SIGNED_MOST: usize = 65_536;
/// Mergers followed from one case to the next.
const MERGERS_MOST: usize = 32;
/// The setting that lists our mailboxes, separated by spaces.
pub const ADDRESSES: &str = "mail/addresses";
/// The setting that lists the servers whose word on senders we believe, separated by spaces.
pub const TRUSTED: &str = "mail/trusted";

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
    let Some(mut parsed) = read.parsed.take() else { return Ok(()) };
    let keys = keys_in(tx, ctx).await?.valid_at(now);
    let listed = |text: Option<String>| {
        text.unwrap_or_default().split_whitespace().map(str::to_owned).collect::<Vec<_>>()
    };
    let trusted = listed(tx.setting(TRUSTED).await?);
    let envelope: Option<Envelope> = serde_json::from_value(arrival.envelope.clone()).ok();
    let peer = envelope.as_ref().and_then(|envelope| envelope.peer);
    let names = trusted.iter().map(|one| one.split('@').next().unwrap_or_default().to_owned());
    let trusted = Trusted::on_mail_from(&trusted, peer).and_sealers(names.collect::<Vec<_>>());
    let authentication = believed(&parsed, &trusted, read.checked.take());
    let mut known = Known {
        own_addresses: listed(tx.setting(ADDRESSES).await?),
        loop_mark: loop_mark(ctx),
        case_prefix: "R".to_owned(),
        ..Known::default()
    };
    let sender = authentication.clone();
    let cut = envelope.as_ref().and_then(cut_off).unwrap_or_default();
    let mailbox = envelope.map(|e| e.mailbox).unwrap_or_default();
    if mailbox.contains('@') {
        known.own_addresses.push(mailbox.clone());
        // Its header need not name where it was sent: a blind copy, an address rewritten elsewhere.
        parsed.marks.delivered_to.push(mailbox.clone());
    }
    let own = &known.own_addresses;
    let authentication =
        whose::lay_open(tx, arrival, &mut parsed, &mut read.said, own, authentication).await?;
    let notices = notices::of(tx, arrival, &parsed, &known.own_addresses).await?;
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
    let told = [decision.because.as_str(), &in_copy(&decision.suggested), &earlier, &cut, &notices];
    let told: Vec<&str> = told.into_iter().filter(|words| !words.is_empty()).collect();
    read.said.because = told.join(" ");
    if let Joins::Case(case) | Joins::Waits(case) = read.said.joins {
        fold_what_we_sent(tx, case, &parsed.text, &mut read.said).await?;
    }
    fold_signature(tx, &parsed, &mut read.said).await?;
    read.reports = reports(tx, &parsed, &keys, &mailbox).await?;
    if !read.reports.is_empty() {
        ctx.passes(Point::ReportRead);
    }
    read.sender = Some(sender).filter(|known| known.checked_by.is_some());
    Ok(())
}

/// That only the beginning of a mail is kept.
fn cut_off(envelope: &Envelope) -> Option<String> {
    let size = envelope.whole_size?.div_ceil(1024 * 1024);
    Some(format!(
        "It has {size} MB; only its beginning is kept here, the rest lies in the mailbox."
    ))
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

/// Folds what stands in our own letters, where nothing else showed that it is quoted: the only way
/// that does not guess. Answers between our lines stay where they are, with the lines.
async fn fold_what_we_sent(
    tx: &mut Tx,
    case: i64,
    text: &str,
    said: &mut Said,
) -> Result<(), StoreError> {
    if said.folded.is_some() || said.passed_on.is_some() {
        return Ok(());
    }
    let sent = sql::sent_texts(tx, case).await?.join("\n");
    if sent.is_empty() {
        return Ok(());
    }
    let trimmed = mail::trim::against_sent(text, &sent);
    let is_one_piece = text.contains(trimmed.new_text.trim());
    if !trimmed.folded_text.is_empty() && !trimmed.new_text.trim().is_empty() && is_one_piece {
        said.text = trimmed.new_text;
        said.folded = Some(trimmed.folded_text);
    }
    Ok(())
}

/// Folds the signature that ended the writer's last mails as well.
async fn fold_signature(tx: &mut Tx, parsed: &Parsed, said: &mut Said) -> Result<(), StoreError> {
    let Some(author) = parsed.author.as_ref().filter(|_| parsed.kind == mail::Kind::Human) else {
        return Ok(());
    };
    // Shorter words end alike by chance, and longer ones are compared for nothing.
    if said.passed_on.is_some() || !(40..SIGNED_MOST).contains(&said.text.len()) {
        return Ok(());
    }
    let address = author.key();
    let Some(customer) = sql::customers_at(tx, &address).await?.into_iter().next() else {
        return Ok(());
    };
    let earlier = sql::last_words(tx, &customer, &address).await?;
    if let Some((above, ending)) = mail::trim::repeated_ending(&said.text, &earlier) {
        let below = said.folded.take().map(|folded| format!("\n\n{folded}")).unwrap_or_default();
        said.folded = Some(format!("{ending}{below}"));
        said.text = above.to_owned();
    }
    Ok(())
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
        let kept: Vec<Cow<'_, str>> = ids.iter().map(|id| known_as(id)).collect();
        let found: HashMap<String, i64> =
            sql::cases_of_mails(tx, &kept).await?.into_iter().collect();
        for (id, kept) in ids.iter().zip(&kept) {
            if let Some(case) = found.get(kept.as_ref()) {
                known.message_ids.insert((*id).to_owned(), case.unsigned_abs());
            }
        }
    }
    if let Some(root) = mail::thread::thread_root(parsed) {
        let kept = [Cow::Owned(conversation(&root))];
        for (_, case) in sql::cases_of_mails(tx, &kept).await? {
            known.thread_roots.insert(root.clone(), case.unsigned_abs());
        }
    }
    let author = parsed.author.as_ref().map(mail::Address::key).unwrap_or_default();
    if !author.is_empty() {
        let since = (now - LATELY).as_millisecond();
        for customer in sql::customers_at(tx, &author).await? {
            for recent in sql::recent_cases(tx, &customer, since).await? {
                known.recent.push(mail::thread::Recent {
                    case: recent.number.unsigned_abs(),
                    sender: author.clone(),
                    subject: recent.subject,
                    at: Timestamp::from_millisecond(recent.changed_at_ms).unwrap_or(now),
                });
            }
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
        return absences(tx, parsed, keys, mailbox).await;
    }
    let original = parsed.original.as_ref().and_then(|original| original.message_id.as_deref());
    let claim = original.and_then(|id| mail::token::read_message_id(keys, id));
    let named = |claim: &Claim| claim.message.map(|id| uuid::Uuid::from_u128(id).to_string());
    if let Some((claim, key)) = claim.and_then(|claim| named(&claim).map(|key| (claim, key))) {
        return Ok(said_of(parsed, keys, &claim, &key));
    }
    let claim = came_to(parsed, keys, mailbox);
    let Some(claim) = claim.filter(|_| original.is_none()) else { return Ok(Vec::new()) };
    let meant = last_letter(tx, keys, &claim).await?;
    Ok(meant.map_or(Vec::new(), |key| said_of(parsed, keys, &claim, &key)))
}

/// The reply address that a mail came to.
fn came_to(parsed: &Parsed, keys: &Keys, mailbox: &str) -> Option<Claim> {
    let to = parsed.to.iter().map(|to| to.address.as_str());
    [mailbox].into_iter().chain(to).find_map(|to| read_reply_address(keys, to))
}

/// The last letter to whom a reply address names.
async fn last_letter(
    tx: &mut Tx,
    keys: &Keys,
    claim: &Claim,
) -> Result<Option<String>, StoreError> {
    let letters = sql::last_letters(tx, i64::try_from(claim.case).unwrap_or(0)).await?;
    Ok(letters.into_iter().find(|(_, to)| keys.is_for(claim, to)).map(|(key, _)| key))
}

/// What an automatic answer tells of the letter it answers: that it arrived, and until when nobody
/// reads it.
async fn absences(
    tx: &mut Tx,
    parsed: &Parsed,
    keys: &Keys,
    mailbox: &str,
) -> Result<Vec<DeliveryReport>, StoreError> {
    let Some(away) = notices::away(parsed).filter(|_| parsed.kind == mail::Kind::AutoReply) else {
        return Ok(Vec::new());
    };
    let named = ids_to_look_up(parsed).into_iter().find_map(|id| {
        let letter = mail::token::read_message_id(keys, id)?.message?;
        Some(uuid::Uuid::from_u128(letter).to_string())
    });
    let key = match (named, came_to(parsed, keys, mailbox)) {
        (Some(key), _) => Some(key),
        (None, Some(claim)) => last_letter(tx, keys, &claim).await?,
        (None, None) => None,
    };
    let back_on = parsed.back_on.as_ref().and_then(notices::first_day_back);
    let report = |key| DeliveryReport { key, state: Delivery::Delivered, detail: away, back_on };
    Ok(key.map(report).into_iter().collect())
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
        back_on: None,
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
