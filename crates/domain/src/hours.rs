//! Business time: when we are open, and what a span of open time comes to on the clock.
//!
//! Clocks and promises are reckoned here and nowhere else, so that "four business hours" means
//! the same on a Friday evening, on a holiday and on the night the clocks change.

mod opening;
mod week;

pub use opening::{Opening, OpeningRefused};
pub use week::{Holiday, Week};

use jiff::civil::{Date, DateTime};
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{SignedDuration, Timestamp, ToSpan};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use thiserror::Error;

/// How far ahead an answer is looked for, in days: a hundred years. Open time that is not over
/// by then is answered with the end of time instead of searching on.
pub const HORIZON_DAYS: i64 = 36_525;

/// Most openings in a week.
pub const MOST_OPENINGS: usize = 200;
/// Most holidays of one calendar.
pub const MOST_HOLIDAYS: usize = 5_000;

/// The weekly opening hours of a team in its own zone, with the days that differ.
///
/// There is always some opening in the week, so every amount of open time passes one day. An
/// opening belongs to the day on which it begins: a holiday closes what would begin on it, and
/// the night shift of the evening before ends as usual.
///
/// When clocks go forward, the hour that does not exist is not open time; when they go back, an
/// opening begins and ends at the first of the two moments that show its time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "week::HoursText", into = "week::HoursText")]
pub struct Hours {
    zone: TimeZone,
    zone_name: String,
    week: Week,
    holidays: BTreeMap<Date, Holiday>,
    never_closes: bool,
}

/// Why opening hours cannot be taken.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum HoursRefused {
    /// Not a name of the IANA time zone database.
    #[error("There is no time zone called “{0}”. Use a name such as Europe/Oslo.")]
    UnknownZone(String),
    /// No opening in any week: nothing would ever fall due.
    #[error("Give at least one opening in the week.")]
    NeverOpen,
    /// More openings in the week than [`MOST_OPENINGS`].
    #[error("A week has at most {MOST_OPENINGS} openings.")]
    TooManyOpenings,
    /// More holidays than [`MOST_HOLIDAYS`].
    #[error("A calendar has at most {MOST_HOLIDAYS} holidays.")]
    TooManyHolidays,
    /// Two holidays on one date.
    #[error("{0} is listed twice.")]
    TwiceTheSameDate(Date),
}

/// A stretch of open time; `until` is the first moment that is closed again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenSpan {
    /// The first open moment.
    pub from: Timestamp,
    /// The moment of closing.
    pub until: Timestamp,
}

impl Hours {
    /// Opening hours by their weekly openings, in the IANA time zone `zone`.
    pub fn new(zone: &str, week: Week, holidays: Vec<Holiday>) -> Result<Hours, HoursRefused> {
        let found = TimeZone::get(zone).map_err(|_| HoursRefused::UnknownZone(zone.to_owned()))?;
        let zone_name = found.iana_name().unwrap_or("UTC").to_owned();
        match week.days().map(Vec::len).sum::<usize>() {
            0 => return Err(HoursRefused::NeverOpen),
            n if n > MOST_OPENINGS => return Err(HoursRefused::TooManyOpenings),
            _ => {}
        }
        if holidays.len() > MOST_HOLIDAYS {
            return Err(HoursRefused::TooManyHolidays);
        }
        let mut by_date = BTreeMap::new();
        for mut holiday in holidays {
            holiday.open.sort();
            let date = holiday.date;
            if by_date.insert(date, holiday).is_some() {
                return Err(HoursRefused::TwiceTheSameDate(date));
            }
        }
        let week = week.sorted();
        let never_closes = by_date.is_empty() && week.never_closes();
        Ok(Hours { zone: found, zone_name, week, holidays: by_date, never_closes })
    }

    /// Open at every moment: business time is plain time.
    pub fn always() -> Hours {
        Hours {
            zone: TimeZone::UTC,
            zone_name: "UTC".to_owned(),
            week: Week::always(),
            holidays: BTreeMap::new(),
            never_closes: true,
        }
    }

    /// The time zone in which the openings are meant.
    pub fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// The days that differ from the week, in order.
    pub fn holidays(&self) -> impl Iterator<Item = &Holiday> {
        self.holidays.values()
    }

    /// The first moment by which `open` time has passed since `start`.
    ///
    /// If that is exactly at closing, the answer is the closing and not the next opening. Nothing
    /// or less gives `start`. Beyond [`HORIZON_DAYS`] the answer is [`Timestamp::MAX`].
    pub fn add(&self, start: Timestamp, open: SignedDuration) -> Timestamp {
        if open <= SignedDuration::ZERO {
            return start;
        }
        if self.never_closes {
            return start.checked_add(open).unwrap_or(Timestamp::MAX);
        }
        let horizon = horizon_of(start);
        let mut left = open;
        for span in self.spans(start).take_while(|span| span.from <= horizon) {
            let from = span.from.max(start);
            let here = from.duration_until(span.until);
            if left <= here {
                return from.checked_add(left).unwrap_or(Timestamp::MAX);
            }
            left -= here;
        }
        Timestamp::MAX
    }

    /// How much open time lies between two moments; below zero if `to` is before `from`.
    pub fn between(&self, from: Timestamp, to: Timestamp) -> SignedDuration {
        if to < from {
            return -self.between(to, from);
        }
        if self.never_closes {
            return from.duration_until(to);
        }
        let mut open = SignedDuration::ZERO;
        for span in self.spans(from).take_while(|span| span.from < to) {
            open += span.from.max(from).duration_until(span.until.min(to));
        }
        open
    }

    /// Whether we are open at this moment. The moment of closing is closed.
    pub fn is_open(&self, at: Timestamp) -> bool {
        self.never_closes || self.spans(at).next().is_some_and(|span| span.from <= at)
    }

    /// The first open moment at or after `at`; `None` if there is none within [`HORIZON_DAYS`].
    pub fn next_opening(&self, at: Timestamp) -> Option<Timestamp> {
        if self.never_closes {
            return Some(at);
        }
        let next = self.spans(at).next()?.from.max(at);
        (next <= horizon_of(at)).then_some(next)
    }

    /// The close of the `n`th open day after the day of `at`, as rules count business days; with
    /// `n` = 0, the close of the day of `at`, or of the next open day if that is over.
    ///
    /// `None` if there is none within [`HORIZON_DAYS`].
    pub fn close_of_day(&self, at: Timestamp, n: u32) -> Option<Timestamp> {
        let mut date = self.zone.to_datetime(at).date();
        let mut counted = 0;
        for day in 0..=HORIZON_DAYS {
            if let Some(close) = self.spans_of(date).map(|span| span.until).max() {
                counted += u32::from(day > 0);
                if close > at && counted >= n {
                    return Some(close);
                }
            }
            date = date.tomorrow().ok()?;
        }
        None
    }

    /// Every stretch of open time that ends after `from`, in order and without overlap: the
    /// answer to "why is it due on Tuesday at 17:00?". Endless in practice: take what you need.
    pub fn spans(&self, from: Timestamp) -> impl Iterator<Item = OpenSpan> {
        // An opening lasts a day at most, so what began two dates ago is over.
        let today = self.zone.to_datetime(from).date();
        let first = today.checked_sub(2.days()).unwrap_or(Date::MIN);
        let mut covered = Timestamp::MIN;
        std::iter::successors(Some(first), |date| date.tomorrow().ok())
            .flat_map(|date| self.spans_of(date))
            .filter_map(move |span| {
                let clipped = OpenSpan { from: span.from.max(covered), ..span };
                covered = covered.max(span.until);
                (clipped.from < clipped.until && clipped.until > from).then_some(clipped)
            })
    }

    /// What opens on one date, by beginning.
    fn spans_of(&self, date: Date) -> impl Iterator<Item = OpenSpan> {
        let openings = match self.holidays.get(&date) {
            Some(holiday) => &holiday.open,
            None => self.week.on(date.weekday()),
        };
        openings.iter().filter_map(move |opening| {
            let from = self.moment(opening.begins_on(date)?)?;
            let until = self.moment(opening.ends_on(date)?)?;
            (from < until).then_some(OpenSpan { from, until })
        })
    }

    /// The moment of a local time: the first of two when clocks go back; the moment of the change
    /// when clocks go forward over it. Later local times never give earlier moments.
    fn moment(&self, local: DateTime) -> Option<Timestamp> {
        let ambiguous = self.zone.to_ambiguous_timestamp(local);
        let AmbiguousOffset::Gap { after, .. } = ambiguous.offset() else {
            return ambiguous.earlier().ok();
        };
        let shortly_before = after.to_timestamp(local).ok()?;
        self.zone.following(shortly_before).next().map(|change| change.timestamp())
    }
}

fn horizon_of(start: Timestamp) -> Timestamp {
    start.checked_add(SignedDuration::from_hours(24 * HORIZON_DAYS)).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests;
