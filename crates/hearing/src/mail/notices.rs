//! What a person should know of a mail before they answer it: in plain sentences beside it.

use crate::mail::key::known_as;
use crate::mail::sql;
use ::mail::absence::Return;
use ::mail::answer::answer_to;
use ::mail::{Kind, Parsed, Protection};
use intake::StoredArrival;
use jiff::civil::Date;
use store::{StoreError, Tx};

/// What is odd about a mail, one sentence each; empty when nothing is.
///
/// # Errors
/// When the store fails.
pub(crate) async fn of(
    tx: &mut Tx,
    arrival: &StoredArrival,
    parsed: &Parsed,
    own_addresses: &[String],
) -> Result<String, StoreError> {
    let mut says: Vec<String> = Vec::new();
    let other = answer_to(parsed, own_addresses).and_then(|answer| answer.other);
    if let Some(other) = other.filter(|_| !matches!(parsed.kind, Kind::Bounce | Kind::FeedbackLoop))
    {
        let author = parsed.author.as_ref().map(|a| a.address.as_str()).unwrap_or_default();
        says.push(format!(
            "It is from {author} and asks for answers to {}; answers go to {author}.",
            other.address
        ));
    }
    says.extend(parsed.protection.iter().map(|one| protected(*one).to_owned()));
    says.extend(away(parsed));
    if let Some(id) = &parsed.message_id
        && sql::is_used(tx, &known_as(id), &arrival.id.to_string()).await?
    {
        says.push("We have another mail with the same Message-ID.".to_owned());
    }
    Ok(says.join(" "))
}

/// Nothing is verified or opened here, and nobody is told more than was seen.
fn protected(by: Protection) -> &'static str {
    match by {
        Protection::SmimeSigned => "It is signed with S/MIME; we do not check such signatures.",
        Protection::SmimeEncrypted => {
            "It is encrypted with S/MIME and cannot be read here; an answer of ours leaves unencrypted."
        }
        Protection::PgpSigned => "It is signed with OpenPGP; we do not check such signatures.",
        Protection::PgpEncrypted => {
            "It is encrypted with OpenPGP and cannot be read here; an answer of ours leaves unencrypted."
        }
    }
}

/// Until when its writer is away, as their program says.
pub(crate) fn away(parsed: &Parsed) -> Option<String> {
    let back = parsed.back_on.as_ref()?;
    let day = back.on.strftime("%-d %B %Y");
    Some(match back.last_day_away {
        true => format!("They are away until {day}."),
        false => format!("They are back on {day}."),
    })
}

/// The first day on which they are there again.
pub(crate) fn first_day_back(back: &Return) -> Option<Date> {
    if back.last_day_away { back.on.tomorrow().ok() } else { Some(back.on) }
}
