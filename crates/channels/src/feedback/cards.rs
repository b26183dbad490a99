//! Invitations and visiting cards that came with a mail, each in one line. Nothing is answered or
//! taken over by itself.

use ::mail::Parsed;
use ::mail::calendar::{Event, When};
use ::mail::vcard::Card;
use domain::email::one_email;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// Addresses of one card that are offered.
const ADDRESSES_MOST: usize = 3;

/// What a mail brings.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Brought {
    /// It in one line.
    pub says: String,
    /// E-mail addresses of a visiting card, which whoever answers may take over.
    pub addresses: Vec<String>,
}

/// What a mail brings; moments are told in `zone`, that of the reader.
pub(crate) fn brought(parsed: &Parsed, zone: &TimeZone) -> Vec<Brought> {
    let plain = |says| Brought { says, addresses: Vec::new() };
    let events = parsed.events.iter().map(|event| plain(invitation(event, zone)));
    events.chain(parsed.cards.iter().map(visiting_card)).collect()
}

fn invitation(event: &Event, zone: &TimeZone) -> String {
    let what = match event.method.as_str() {
        "REQUEST" => "Invitation",
        "CANCEL" => "Cancelled",
        "REPLY" => "Answer to an invitation",
        _ => "Calendar entry",
    };
    let mut parts = vec![match event.summary.trim() {
        "" => what.to_owned(),
        summary => format!("{what}: {summary}"),
    }];
    parts.extend(moment(&event.start, zone));
    parts.extend(moment(&event.end, zone).map(|end| format!("until {end}")));
    for (before, value) in [("at", &event.location), ("from", &event.organiser)] {
        if !value.trim().is_empty() {
            parts.push(format!("{before} {}", value.trim()));
        }
    }
    parts.extend(event.attendees.iter().filter_map(|(who, answer)| match answer.as_str() {
        "ACCEPTED" => Some(format!("{who} comes")),
        "DECLINED" => Some(format!("{who} does not come")),
        _ => None,
    }));
    hearing::said::line(&parts.join(", "), 500)
}

/// A moment in the reader's zone; as it was written where its zone is unknown.
fn moment(when: &When, zone: &TimeZone) -> Option<String> {
    if when.local.is_empty() {
        return None;
    }
    let theirs = TimeZone::get(&when.zone).ok().filter(|_| !when.zone.is_empty());
    let at = when.local.parse::<DateTime>().ok();
    Some(match (at, theirs) {
        (Some(at), Some(theirs)) if when.local.contains('T') => {
            let moment = at.to_zoned(theirs).ok()?.with_time_zone(zone.clone());
            moment.strftime("%-d %B %Y %H:%M").to_string()
        }
        (Some(at), _) if when.local.contains('T') => {
            format!("{} there", at.strftime("%-d %B %Y %H:%M"))
        }
        (Some(at), _) => at.strftime("%-d %B %Y").to_string(),
        (None, _) => when.local.clone(),
    })
}

fn visiting_card(card: &Card) -> Brought {
    let named = [&card.name, &card.organisation].into_iter().chain(&card.addresses);
    let parts = named.chain(&card.phones).map(|part| part.trim()).filter(|part| !part.is_empty());
    let parts: Vec<&str> = parts.collect();
    let addresses = card.addresses.iter().filter_map(|one| one_email(one)).take(ADDRESSES_MOST);
    Brought {
        says: hearing::said::line(&format!("Visiting card: {}", parts.join(", ")), 500),
        addresses: addresses.map(str::to_lowercase).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_invitation_is_told_in_the_zone_of_who_reads_it() {
        let mail = b"From: a@b.example\r\nContent-Type: text/calendar; method=REQUEST\r\n\r\n\
            BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nUID:1\r\nSUMMARY:Visit\r\n\
            LOCATION:Your flat\r\nORGANIZER:mailto:ann@b.example\r\n\
            DTSTART;TZID=Europe/Berlin:20260302T100000\r\nDTEND:20260302T100000Z\r\n\
            END:VEVENT\r\nEND:VCALENDAR\r\n";
        let zone = TimeZone::get("Europe/London").expect("a zone");
        let lines = brought(&::mail::parse(mail), &zone);
        let told = "Invitation: Visit, 2 March 2026 09:00, until 2 March 2026 10:00, \
                    at Your flat, from ann@b.example";
        let says: Vec<&str> = lines.iter().map(|one| one.says.as_str()).collect();
        assert_eq!(says, [told]);
    }

    #[test]
    fn a_visiting_card_is_one_line_and_offers_its_addresses() {
        let mail = b"From: a@b.example\r\nContent-Type: text/vcard\r\n\r\nBEGIN:VCARD\r\n\
            FN:Ann Miller\r\nORG:Shop Ltd\r\nEMAIL:Ann@b.example\r\nEMAIL:ann at home\r\n\
            TEL:+44 1\r\nEND:VCARD\r\n";
        let lines = brought(&::mail::parse(mail), &TimeZone::UTC);
        assert_eq!(lines[0].addresses, ["ann@b.example"]);
        let says = &lines[0].says;
        assert!(says.starts_with("Visiting card: Ann Miller, Shop Ltd, ann@b.example"), "{says}");
    }
}
