//! Invitations (iCalendar, RFC 5545) as a card to show; never answered automatically.

use serde::Serialize;

/// What an invitation says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Event {
    /// `REQUEST`, `REPLY`, `CANCEL` …; empty when not said.
    pub method: String,
    /// Names the event across its changes.
    pub uid: String,
    /// What it is about.
    pub summary: String,
    /// Where.
    pub location: String,
    /// Address of the one who invites.
    pub organiser: String,
    /// Begin.
    pub start: When,
    /// End.
    pub end: When,
    /// Answers of the invited: address and `ACCEPTED`, `DECLINED`, `NEEDS-ACTION` …
    pub attendees: Vec<(String, String)>,
}

/// A moment as an invitation writes it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct When {
    /// Local date and time, `2026-03-02T10:00:00`, or a date alone.
    pub local: String,
    /// Zone name of the sender's calendar; `UTC`, or empty for floating time.
    pub zone: String,
}

/// Most events read from one file, and most attendees of one event.
const MOST: usize = 50;

/// Reads the events of a calendar file.
pub fn read(text: &str) -> Vec<Event> {
    let mut events = Vec::new();
    let mut method = String::new();
    let mut inside: Option<Event> = None;
    let mut nested = 0; // an alarm inside an event has lines of its own
    for (name, parameters, value) in lines(text) {
        match (name.as_str(), value.to_ascii_uppercase().as_str()) {
            ("METHOD", _) => method = value.to_ascii_uppercase(),
            ("BEGIN", "VEVENT") => inside = Some(Event::default()),
            ("BEGIN", _) if inside.is_some() => nested += 1,
            ("END", "VEVENT") => events.extend(inside.take().filter(|_| events.len() < MOST)),
            ("END", _) if nested > 0 => nested -= 1,
            _ if nested == 0 => {
                if let Some(event) = &mut inside {
                    take(event, &name, &parameters, &value);
                }
            }
            _ => {}
        }
    }
    for event in &mut events {
        event.method.clone_from(&method);
    }
    events
}

fn take(event: &mut Event, name: &str, parameters: &[(String, String)], value: &str) {
    let parameter =
        |wanted: &str| parameters.iter().find(|(n, _)| n == wanted).map_or("", |(_, v)| v.as_str());
    let address = || {
        let bare = value.split_once(':').filter(|(s, _)| s.eq_ignore_ascii_case("mailto"));
        bare.map_or(value, |(_, a)| a).trim().to_lowercase()
    };
    match name {
        "UID" => value.clone_into(&mut event.uid),
        "SUMMARY" => event.summary = unescaped(value),
        "LOCATION" => event.location = unescaped(value),
        "ORGANIZER" => event.organiser = address(),
        "DTSTART" => event.start = when(value, parameter("TZID")),
        "DTEND" => event.end = when(value, parameter("TZID")),
        "ATTENDEE" if event.attendees.len() < MOST => {
            event.attendees.push((address(), parameter("PARTSTAT").to_uppercase()));
        }
        _ => {}
    }
}

fn when(value: &str, zone: &str) -> When {
    let utc = value.ends_with('Z');
    let digits = value.trim_end_matches('Z');
    let local = match digits.split_once('T') {
        Some((date, time)) => match (dashed(date, '-', 4), dashed(time, ':', 2)) {
            (Some(date), Some(time)) => format!("{date}T{time}"),
            _ => value.to_owned(),
        },
        None => dashed(digits, '-', 4).unwrap_or_else(|| value.to_owned()),
    };
    When { local, zone: if utc { "UTC".to_owned() } else { zone.to_owned() } }
}

/// `20260302` as `2026-03-02`, `100000` as `10:00:00`.
fn dashed(digits: &str, mark: char, first: usize) -> Option<String> {
    let right = digits.len() == first + 4 && digits.bytes().all(|b| b.is_ascii_digit());
    right.then(|| {
        let (a, rest) = digits.split_at(first);
        let (b, c) = rest.split_at(2);
        format!("{a}{mark}{b}{mark}{c}")
    })
}

/// A content line: name, parameters, value.
type ContentLine = (String, Vec<(String, String)>, String);

/// Content lines of iCalendar and vCard: unfolded, name in upper case.
pub(crate) fn lines(text: &str) -> impl Iterator<Item = ContentLine> {
    let mut unfolded: Vec<String> = Vec::new();
    for line in text.lines().take(20_000) {
        match (line.strip_prefix([' ', '\t']), unfolded.last_mut()) {
            (Some(rest), Some(last)) if last.len() < 64 * 1024 => last.push_str(rest),
            _ => unfolded.push(line.to_owned()),
        }
    }
    unfolded.into_iter().filter_map(|line| {
        let colon = colon(&line)?;
        let (head, value) = (&line[..colon], line[colon + 1..].trim().to_owned());
        let mut parts = head.split(';');
        let name = parts.next()?.rsplit('.').next()?.trim().to_ascii_uppercase();
        let parameters = parts.map(|p| {
            let (n, v) = p.split_once('=').unwrap_or(("TYPE", p));
            (n.trim().to_ascii_uppercase(), v.trim_matches('"').to_owned())
        });
        Some((name, parameters.take(20).collect(), value))
    })
}

/// The colon that ends name and parameters, not one inside quotes.
fn colon(line: &str) -> Option<usize> {
    let mut quoted = false;
    line.char_indices().find_map(|(at, c)| {
        quoted ^= c == '"';
        (c == ':' && !quoted).then_some(at)
    })
}

/// Text with its escapes undone (RFC 5545, section 3.3.11).
pub(crate) fn unescaped(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    let mut chars = value.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some('n' | 'N') => out.push('\n'),
                Some(other) => out.push(other),
                None => {}
            },
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_invitation_becomes_a_card() {
        let text = "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nUID:1@x\r\n\
            SUMMARY:Call\\, about the \r\n parcel\r\nDTSTART;TZID=\"Europe/Berlin\":20260302T100000\r\n\
            DTEND:20260302T093000Z\r\nORGANIZER;CN=\"A: B\":mailto:Ann@example.com\r\n\
            ATTENDEE;PARTSTAT=ACCEPTED:MAILTO:help@our.example\r\nBEGIN:VALARM\r\nSUMMARY:no\r\nEND:VALARM\r\n\
            END:VEVENT\r\nEND:VCALENDAR\r\n";
        let events = read(text);
        assert_eq!(events.len(), 1);
        let event = &events[0];
        assert_eq!(
            (event.method.as_str(), event.summary.as_str()),
            ("REQUEST", "Call, about the parcel")
        );
        assert_eq!(
            event.start,
            When { local: "2026-03-02T10:00:00".into(), zone: "Europe/Berlin".into() }
        );
        assert_eq!(event.end.zone, "UTC");
        assert_eq!(event.organiser, "ann@example.com");
        assert_eq!(event.attendees, [("help@our.example".to_owned(), "ACCEPTED".to_owned())]);
    }
}
