//! Moments as people and systems write them.

use crate::row::DateOrder;
use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;

/// Reads a moment; without a zone it is taken as UTC, without a time as noon.
pub fn moment(text: &str, order: DateOrder) -> Option<Timestamp> {
    let text = text.trim();
    if text.len() > 64 || text.is_empty() {
        return None;
    }
    if let Ok(at) = text.parse::<Timestamp>() {
        return Some(at);
    }
    if let Some(at) = epoch(text) {
        return Some(at);
    }
    if let Ok(at) = jiff::fmt::rfc2822::parse(text) {
        return Some(at.timestamp());
    }
    if let Ok(at) = Timestamp::strptime("%Y-%m-%d %H:%M:%S %z", text) {
        return Some(at);
    }
    let (day, time) = split(text);
    let date = date(day, order)?;
    let time = if time.is_empty() { Time::constant(12, 0, 0, 0) } else { clock(time)? };
    let at = DateTime::from_parts(date, time).to_zoned(TimeZone::UTC).ok()?;
    Some(at.timestamp())
}

/// Seconds or milliseconds since 1970, between 1990 and 2100.
fn epoch(text: &str) -> Option<Timestamp> {
    let number: i64 = text.parse().ok()?;
    match number {
        631_152_000..=4_102_444_800 => Timestamp::from_second(number).ok(),
        631_152_000_000..=4_102_444_800_000 => Timestamp::from_millisecond(number).ok(),
        _ => None,
    }
}

fn split(text: &str) -> (&str, &str) {
    let at = text.find('T').filter(|at| *at == 10).or_else(|| text.find(' '));
    match at {
        Some(at) => (text[..at].trim_end_matches(','), text[at + 1..].trim()),
        None => (text, ""),
    }
}

/// `2026-11-19`, `2026/11/19`, `19.11.2026`, `11/19/26`, `19-Nov-2026`.
fn date(text: &str, order: DateOrder) -> Option<Date> {
    let parts: Vec<&str> = text.split(['-', '/', '.']).collect();
    let [a, b, c] = parts.as_slice() else { return None };
    if a.len() == 4 {
        return Date::new(a.parse().ok()?, number(b)?, number(c)?).ok();
    }
    let year: i16 = c.parse().ok()?;
    let year = match c.len() {
        2 if year < 70 => 2000 + year,
        2 => 1900 + year,
        4 => year,
        _ => return None,
    };
    if let Some(month) = month_name(b) {
        return Date::new(year, month, number(a)?).ok();
    }
    let (first, second) = (number(a)?, number(b)?);
    // Dots are written day first everywhere.
    let day_first = text.contains('.') || order == DateOrder::DayFirst;
    let (day, month) = if day_first { (first, second) } else { (second, first) };
    Date::new(year, month, day).ok()
}

fn number(text: &str) -> Option<i8> {
    if text.len() > 2 { None } else { text.parse().ok() }
}

fn month_name(text: &str) -> Option<i8> {
    const NAMES: [&str; 12] =
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let short = text.get(..3)?.to_ascii_lowercase();
    let place = NAMES.iter().position(|name| *name == short)?;
    i8::try_from(place + 1).ok()
}

/// `14:08`, `14:08:05`, `14:08:05.123`, `2:08 PM`.
fn clock(text: &str) -> Option<Time> {
    let upper = text.to_ascii_uppercase();
    let upper = upper.trim_end_matches("UTC").trim_end_matches('Z').trim();
    let (digits, half) = match upper.strip_suffix("AM") {
        Some(rest) => (rest.trim(), Some(0)),
        None => match upper.strip_suffix("PM") {
            Some(rest) => (rest.trim(), Some(12)),
            None => (upper, None),
        },
    };
    let digits = digits.split('.').next()?;
    let mut parts = digits.split(':');
    let hour: i8 = parts.next()?.parse().ok()?;
    let minute: i8 = parts.next()?.parse().ok()?;
    let second: i8 = parts.next().map_or(Some(0), |s| s.parse().ok())?;
    if parts.next().is_some() {
        return None;
    }
    let hour = match half {
        Some(half) if (1..=12).contains(&hour) => hour % 12 + half,
        Some(_) => return None,
        None => hour,
    };
    Time::new(hour, minute, second.min(59), 0).ok()
}

/// Tells day and month apart from a column's values: a first number above 12 is a day. `None`
/// when nothing tells.
pub fn order_of<'a>(values: impl Iterator<Item = &'a str>) -> Option<DateOrder> {
    let (mut day, mut month) = (0, 0);
    for value in values {
        let (date, _) = split(value.trim());
        let mut parts = date.split(['/', '-']);
        let (Some(a), Some(b), Some(_)) = (parts.next(), parts.next(), parts.next()) else {
            continue;
        };
        if a.len() > 2 {
            continue;
        }
        let (Ok(a), Ok(b)) = (a.parse::<u8>(), b.parse::<u8>()) else { continue };
        day += u32::from(a > 12 && b <= 12);
        month += u32::from(b > 12 && a <= 12);
    }
    match day.cmp(&month) {
        std::cmp::Ordering::Greater => Some(DateOrder::DayFirst),
        std::cmp::Ordering::Less => Some(DateOrder::MonthFirst),
        std::cmp::Ordering::Equal => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn moments_are_read_as_they_are_commonly_written() {
        for (text, order, expected) in [
            ("2026-11-19T14:08:00+01:00", DateOrder::DayFirst, "2026-11-19T13:08:00Z"),
            ("2026-11-19", DateOrder::DayFirst, "2026-11-19T12:00:00Z"),
            ("2026-11-19 14:08", DateOrder::DayFirst, "2026-11-19T14:08:00Z"),
            ("2015-02-24 11:35:52 -0800", DateOrder::DayFirst, "2015-02-24T19:35:52Z"),
            ("19.11.2026 07:05:09", DateOrder::MonthFirst, "2026-11-19T07:05:09Z"),
            ("03/04/2026", DateOrder::DayFirst, "2026-04-03T12:00:00Z"),
            ("03/04/26 2:08 PM", DateOrder::MonthFirst, "2026-03-04T14:08:00Z"),
            ("19-Nov-2026", DateOrder::DayFirst, "2026-11-19T12:00:00Z"),
            ("Thu, 19 Nov 2026 14:08:00 +0100", DateOrder::DayFirst, "2026-11-19T13:08:00Z"),
            ("1795093680", DateOrder::DayFirst, "2026-11-19T13:08:00Z"),
            ("1795093680000", DateOrder::DayFirst, "2026-11-19T13:08:00Z"),
        ] {
            let at: Timestamp = expected.parse().unwrap();
            assert_eq!(moment(text, order), Some(at), "{text}");
        }
        for nonsense in ["", "yesterday", "13/13/2026", "2026-02-30", "25:00", "1", "12"] {
            assert_eq!(moment(nonsense, DateOrder::DayFirst), None, "{nonsense}");
        }
    }

    #[test]
    fn a_number_above_twelve_tells_day_from_month() {
        assert_eq!(order_of(["03/04/2026", "03/25/2026"].into_iter()), Some(DateOrder::MonthFirst));
        assert_eq!(order_of(["25/03/2026"].into_iter()), Some(DateOrder::DayFirst));
        assert_eq!(order_of(["03/04/2026", "2026-01-20", ""].into_iter()), None);
    }

    proptest! {
        #[test]
        fn nothing_breaks_the_reader_of_moments(text in "\\PC{0,40}") {
            moment(&text, DateOrder::MonthFirst);
            order_of(std::iter::once(text.as_str()));
        }
    }
}
