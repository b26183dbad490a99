//! Moments and due clocks in words, always in the reader's zone.
//!
//! Words come first, the shape second, the colour third: a clock that is over says "over".
//! Everything here is a function of the moment it is given; the page counts on by itself, in the
//! same words, from the attributes of the `<time>` element.

use jiff::{SignedDuration, Timestamp, tz::TimeZone};

/// How pressing a due clock is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// More than half of the time is left.
    Plain,
    /// Half of the time or less is left: ◆.
    Warn,
    /// The moment has passed: ■ and the word "over".
    Over,
}

impl Tone {
    /// The name in `data-tone`.
    pub fn name(self) -> &'static str {
        match self {
            Tone::Plain => "plain",
            Tone::Warn => "warn",
            Tone::Over => "over",
        }
    }
}

/// A due moment as a page shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DueClock {
    /// What is left or over: `22 min`, `27 h over`.
    pub text: String,
    /// How pressing it is.
    pub tone: Tone,
    /// The due moment for machines, RFC 3339 in UTC.
    pub datetime: String,
    /// When the clock started, RFC 3339 in UTC; empty when the page must not count on by itself.
    pub started: String,
    /// The due moment in full, with its zone.
    pub full: String,
}

/// A moment as a page shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moment {
    /// Relative within a day, a date beyond: `12 min ago`, `Mon 09:12`, `16 Nov, 09:12`.
    pub text: String,
    /// The moment for machines, RFC 3339 in UTC.
    pub datetime: String,
    /// The moment in full, with its zone.
    pub full: String,
}

/// The clock of something due at `due` whose time began at `started`.
///
/// The tone warns once half of the whole time has gone. A clock that starts at or after its due
/// moment has no half: it warns until it is over.
pub fn due_clock(now: Timestamp, due: Timestamp, started: Timestamp, zone: &TimeZone) -> DueClock {
    let left = due.duration_since(now);
    let whole = due.duration_since(started);
    DueClock {
        text: left_or_over(left, ""),
        tone: tone(left, whole),
        datetime: due.to_string(),
        started: started.to_string(),
        full: full(due, zone),
    }
}

/// The clock of something due at `due` that counts business hours only.
///
/// - `left`: business time until it is due; negative once it is over.
/// - `whole`: business time it had from the start.
///
/// The page does not count this one on by itself: it does not know the hours.
pub fn business_clock(
    left: SignedDuration,
    whole: SignedDuration,
    due: Timestamp,
    zone: &TimeZone,
) -> DueClock {
    DueClock {
        text: left_or_over(left, " of business hours"),
        tone: tone(left, whole),
        datetime: due.to_string(),
        started: String::new(),
        full: full(due, zone),
    }
}

/// A moment in the past or the future, for staff.
pub fn moment(now: Timestamp, at: Timestamp, zone: &TimeZone) -> Moment {
    Moment { text: ago(now, at, zone), datetime: at.to_string(), full: full(at, zone) }
}

/// How long ago or how soon: `just now`, `12 min ago`, `in 2 h`, then `Mon 09:12` within six days,
/// `16 Nov, 09:12` within the year, `16 Nov 2025` beyond.
pub fn ago(now: Timestamp, at: Timestamp, zone: &TimeZone) -> String {
    const DAY: SignedDuration = SignedDuration::from_hours(24);
    const WEEK: SignedDuration = SignedDuration::from_hours(6 * 24);
    let gone = now.duration_since(at);
    let far = gone.abs();
    if far < SignedDuration::from_mins(1) {
        return "just now".to_owned();
    }
    if far < DAY {
        let size = size(far);
        return if gone.is_positive() { format!("{size} ago") } else { format!("in {size}") };
    }
    let there = at.to_zoned(zone.clone());
    if far < WEEK {
        return there.strftime("%a %H:%M").to_string();
    }
    if there.year() == now.to_zoned(zone.clone()).year() {
        return there.strftime("%-d %b, %H:%M").to_string();
    }
    there.strftime("%-d %b %Y").to_string()
}

/// A moment in full with its zone: `Thursday 19 November 2026, 14:30 (Europe/Oslo)`.
pub fn full(at: Timestamp, zone: &TimeZone) -> String {
    let there = at.to_zoned(zone.clone());
    let name = match zone.iana_name() {
        Some(name) => name.to_owned(),
        None => format!("UTC{}", there.strftime("%:z")),
    };
    format!("{} ({name})", there.strftime("%A %-d %B %Y, %H:%M"))
}

/// A length of time in one unit: `22 min`, `3 h`, `4 days`. Never less than a minute.
pub fn size(length: SignedDuration) -> String {
    let minutes = length.abs().as_mins().max(1);
    match minutes {
        ..60 => format!("{minutes} min"),
        60..2880 => format!("{} h", minutes / 60),
        _ => format!("{} days", minutes / 1440),
    }
}

fn left_or_over(left: SignedDuration, kind: &str) -> String {
    if left.is_positive() {
        format!("{}{kind}", size(left))
    } else {
        format!("{}{kind} over", size(left))
    }
}

fn tone(left: SignedDuration, whole: SignedDuration) -> Tone {
    if !left.is_positive() {
        Tone::Over
    } else if left > whole / 2 {
        Tone::Plain
    } else {
        Tone::Warn
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn oslo() -> TimeZone {
        TimeZone::get("Europe/Oslo").unwrap()
    }

    const NOW: &str = "2026-11-19T13:08:00Z";

    #[test]
    fn a_clock_that_is_over_says_so_in_words() {
        let clock =
            due_clock(at(NOW), at("2026-11-18T10:08:00Z"), at("2026-11-16T09:00:00Z"), &oslo());
        assert_eq!(clock.text, "27 h over");
        assert_eq!(clock.tone, Tone::Over);
    }

    #[test]
    fn a_clock_warns_from_half_of_its_time_on() {
        let due = at("2026-11-19T14:08:00Z");
        let early = due_clock(at(NOW), due, at("2026-11-19T12:08:01Z"), &oslo());
        let half = due_clock(at(NOW), due, at("2026-11-19T12:08:00Z"), &oslo());
        assert_eq!((early.tone, half.tone), (Tone::Plain, Tone::Warn));
        assert_eq!(half.text, "1 h");
        assert_eq!(half.full, "Thursday 19 November 2026, 15:08 (Europe/Oslo)");
    }

    #[test]
    fn the_very_moment_is_over_and_never_zero_minutes() {
        let clock = due_clock(at(NOW), at(NOW), at("2026-11-19T12:00:00Z"), &oslo());
        assert_eq!(clock.text, "1 min over");
    }

    #[test]
    fn business_hours_are_named_and_not_counted_on_by_the_page() {
        let hours = SignedDuration::from_hours;
        let clock = business_clock(hours(3), hours(8), at(NOW), &oslo());
        assert_eq!(clock.text, "3 h of business hours");
        assert_eq!(clock.started, "");
    }

    #[test]
    fn moments_are_relative_within_a_day_and_dated_beyond() {
        let now = at(NOW);
        let ago = |text: &str| ago(now, at(text), &oslo());
        assert_eq!(ago("2026-11-19T13:07:30Z"), "just now");
        assert_eq!(ago("2026-11-19T12:56:00Z"), "12 min ago");
        assert_eq!(ago("2026-11-19T15:10:00Z"), "in 2 h");
        assert_eq!(ago("2026-11-16T08:12:00Z"), "Mon 09:12");
        assert_eq!(ago("2026-10-01T08:12:00Z"), "1 Oct, 10:12");
        assert_eq!(ago("2025-11-16T08:12:00Z"), "16 Nov 2025");
    }

    #[test]
    fn the_same_moment_reads_in_each_readers_own_zone_across_a_clock_change() {
        let due = at("2026-10-25T01:30:00Z"); // Clocks in Oslo went back half an hour before.
        assert_eq!(full(due, &oslo()), "Sunday 25 October 2026, 02:30 (Europe/Oslo)");
        let auckland = TimeZone::get("Pacific/Auckland").unwrap();
        assert_eq!(full(due, &auckland), "Sunday 25 October 2026, 14:30 (Pacific/Auckland)");
    }
}
