//! One opening of a day: `09:00-17:00`, or `22:00-06:00` across midnight.

use jiff::ToSpan;
use jiff::civil::{Date, DateTime};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use thiserror::Error;

const DAY: u16 = 24 * 60;

/// From one time of day to another, by the clock on the wall; up to a full day, and over midnight
/// if it ends at or before the time it begins. Written `09:00-17:00`, `22:00-06:00`,
/// `00:00-24:00`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Opening {
    /// Minutes after midnight, below a day.
    from: u16,
    /// Minutes after the same midnight, above `from` by a day at most.
    until: u16,
}

/// Why a text is not an opening.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum OpeningRefused {
    /// Not two times.
    #[error("“{0}” is not an opening. Write it like 09:00-17:00.")]
    NotTwoTimes(String),
    /// Begins and ends at one time: nobody knows whether that is a day or nothing.
    #[error("“{0}” begins and ends at the same time. Write 00:00-24:00 for a whole day.")]
    NoLength(String),
}

impl Opening {
    /// The whole day.
    pub(super) const ALL_DAY: Opening = Opening { from: 0, until: DAY };

    /// Minutes after midnight of the day it begins on: when it begins, when it ends.
    pub(super) fn minutes(self) -> (u16, u16) {
        (self.from, self.until)
    }

    pub(super) fn begins_on(self, date: Date) -> Option<DateTime> {
        at_minute(date, self.from)
    }

    pub(super) fn ends_on(self, date: Date) -> Option<DateTime> {
        at_minute(date, self.until)
    }
}

fn at_minute(date: Date, minute: u16) -> Option<DateTime> {
    let date = date.checked_add(i64::from(minute / DAY).days()).ok()?;
    let hour = i8::try_from(minute % DAY / 60).ok()?;
    Some(date.at(hour, i8::try_from(minute % 60).ok()?, 0, 0))
}

impl FromStr for Opening {
    type Err = OpeningRefused;

    fn from_str(text: &str) -> Result<Opening, OpeningRefused> {
        let refused = || OpeningRefused::NotTwoTimes(text.to_owned());
        let (from, until) = text.split_once(['-', '–']).ok_or_else(refused)?;
        let from = minute_of(from).filter(|from| *from < DAY).ok_or_else(refused)?;
        let until = minute_of(until).ok_or_else(refused)?;
        if from == until {
            return Err(OpeningRefused::NoLength(text.to_owned()));
        }
        let until = if until < from { until + DAY } else { until };
        Ok(Opening { from, until })
    }
}

/// Minutes after midnight of `9:00`, `09:00` or `24:00`.
fn minute_of(text: &str) -> Option<u16> {
    let (hour, minute) = text.trim().split_once(':')?;
    let right = (1..=2).contains(&hour.len())
        && minute.len() == 2
        && hour.bytes().chain(minute.bytes()).all(|b| b.is_ascii_digit());
    let (hour, minute): (u16, u16) = (hour.parse().ok()?, minute.parse().ok()?);
    let all = hour * 60 + minute;
    (right && minute < 60 && all <= DAY).then_some(all)
}

impl fmt::Display for Opening {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let until = if self.until > DAY { self.until - DAY } else { self.until };
        let (from, of, to) = (self.from / 60, self.from % 60, until / 60);
        write!(f, "{from:02}:{of:02}-{to:02}:{:02}", until % 60)
    }
}

impl TryFrom<String> for Opening {
    type Error = OpeningRefused;

    fn try_from(text: String) -> Result<Opening, OpeningRefused> {
        text.parse()
    }
}

impl From<Opening> for String {
    fn from(opening: Opening) -> String {
        opening.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn openings_read_back_as_they_are_written() {
        for text in ["09:00-17:00", "22:00-06:00", "00:00-24:00", "12:30-12:31", "18:00-24:00"] {
            assert_eq!(text.parse::<Opening>().unwrap().to_string(), text);
        }
        assert_eq!(" 9:00 – 17:30".parse::<Opening>().unwrap().to_string(), "09:00-17:30");
    }

    #[test]
    fn what_is_not_an_opening_is_refused() {
        for text in
            ["", "9-17", "25:00-26:00", "24:00-01:00", "09:60-10:00", "+9:00-10:00", "a:bc-1:00"]
        {
            let refused = Err(OpeningRefused::NotTwoTimes(text.to_owned()));
            assert_eq!(text.parse::<Opening>(), refused, "{text}");
        }
        assert!(matches!("09:00-09:00".parse::<Opening>(), Err(OpeningRefused::NoLength(_))));
    }

    #[test]
    fn an_opening_may_end_on_the_next_day() {
        let night: Opening = "22:00-06:00".parse().unwrap();
        let end = night.ends_on(jiff::civil::date(2026, 12, 31)).unwrap();
        assert_eq!(end, jiff::civil::date(2027, 1, 1).at(6, 0, 0, 0));
    }
}
