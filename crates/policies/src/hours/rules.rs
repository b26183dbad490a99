//! Opening hours as a person writes them, and back.

use domain::hours::{Holiday, Hours, HoursRefused, Opening, Week};
use domain::words::Words;
use house::wrong::{Wrong, Wrongs};
use jiff::civil::Date;
use serde::Deserialize;

/// The names of the fields of a week, Monday first.
pub const DAYS: [&str; 7] =
    ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/// Opening hours as a form brings them: openings of a day with commas between
/// (`09:00-12:00, 13:00-17:00`), holidays one a line (`2026-12-24 Christmas Eve 09:00-12:00`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HoursText {
    /// The IANA time zone.
    pub zone: String,
    /// Monday to Sunday; empty for a closed day.
    pub days: [String; 7],
    /// Days that differ.
    pub holidays: String,
}

/// Hours as they stand in JSON.
#[derive(Deserialize)]
struct Kept {
    zone: String,
    week: Week,
    #[serde(default)]
    holidays: Vec<Holiday>,
}

impl HoursText {
    /// Writes hours as a form shows them.
    ///
    /// # Errors
    /// When hours do not read back from their JSON.
    pub fn of(hours: &Hours) -> Result<HoursText, serde_json::Error> {
        let kept: Kept = serde_json::from_value(serde_json::to_value(hours)?)?;
        let week = &kept.week;
        let days = [
            &week.monday,
            &week.tuesday,
            &week.wednesday,
            &week.thursday,
            &week.friday,
            &week.saturday,
            &week.sunday,
        ];
        let holidays: Vec<String> = kept.holidays.iter().map(line_of).collect();
        Ok(HoursText {
            zone: kept.zone,
            days: days.map(|openings| joined(openings)),
            holidays: holidays.join("\n"),
        })
    }

    /// Reads what the form says.
    ///
    /// # Errors
    /// Everything that must be put right.
    pub fn read(&self) -> Result<Hours, Vec<Wrong>> {
        let mut wrong = Wrongs::default();
        let mut days: Vec<Vec<Opening>> = Vec::new();
        for (field, text) in DAYS.iter().zip(&self.days) {
            days.push(wrong.take(field, openings(text)).unwrap_or_default());
        }
        let holidays: Vec<Holiday> = self
            .holidays
            .lines()
            .filter(|line| !line.trim().is_empty())
            .filter_map(|line| wrong.take("holidays", holiday(line)))
            .collect();
        let mut days = days.into_iter();
        let mut next = || days.next().unwrap_or_default();
        let week = Week {
            monday: next(),
            tuesday: next(),
            wednesday: next(),
            thursday: next(),
            friday: next(),
            saturday: next(),
            sunday: next(),
        };
        let hours = match Hours::new(self.zone.trim(), week, holidays) {
            Ok(hours) => Some(hours),
            Err(why) => {
                let field = match why {
                    HoursRefused::UnknownZone(_) => "zone",
                    HoursRefused::NeverOpen | HoursRefused::TooManyOpenings => "monday",
                    HoursRefused::TooManyHolidays | HoursRefused::TwiceTheSameDate(_) => "holidays",
                };
                wrong.add(field, why.to_string());
                None
            }
        };
        wrong.or_all(hours)
    }
}

fn openings(text: &str) -> Result<Vec<Opening>, String> {
    text.split(',')
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .map(|part| part.parse().map_err(|why: domain::hours::OpeningRefused| why.to_string()))
        .collect()
}

fn joined(openings: &[Opening]) -> String {
    openings.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

/// `2026-12-24`, `2026-12-24 Christmas Eve`, `2026-12-24 Christmas Eve 09:00-12:00, 13:00-14:00`.
fn holiday(line: &str) -> Result<Holiday, String> {
    let line = line.trim();
    let (date, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    let date: Date = date.parse().map_err(|_| {
        format!("“{line}” begins with no date. Write it like 2026-12-24 Christmas Eve.")
    })?;
    // What follows the name is openings; the name ends where the first of them begins.
    let rest = rest.trim();
    let begins = rest
        .char_indices()
        .filter(|(at, _)| *at == 0 || rest[..*at].ends_with(char::is_whitespace))
        .map(|(at, _)| at)
        .find(|at| openings(&rest[*at..]).is_ok_and(|open| !open.is_empty()));
    let (name, open) = match begins {
        Some(at) => (&rest[..at], openings(&rest[at..])?),
        None => (rest, vec![]),
    };
    let name = match name.trim() {
        "" => None,
        name => Some(Words::new(name, 80).map_err(|why| why.to_string())?),
    };
    Ok(Holiday { date, name, open })
}

fn line_of(holiday: &Holiday) -> String {
    let name = holiday.name.as_ref().map_or("", Words::as_str);
    let parts = [holiday.date.to_string(), name.to_owned(), joined(&holiday.open)];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn text() -> HoursText {
        let mut days: [String; 7] = Default::default();
        days[0] = "09:00-12:00, 13:00-17:00".into();
        days[4] = "22:00-06:00".into();
        HoursText {
            zone: "Europe/Oslo".into(),
            days,
            holidays: "2026-12-24 Christmas Eve 09:00-12:00\n2026-12-25 Christmas\n2027-01-01"
                .into(),
        }
    }

    #[test]
    fn hours_are_shown_as_they_were_written() {
        assert_eq!(HoursText::of(&text().read().unwrap()).unwrap(), text());
    }

    #[test]
    fn each_thing_that_is_wrong_is_told_at_its_field() {
        let mut wrong = text();
        wrong.zone = "Mars/Olympus".into();
        wrong.days[1] = "nine to five".into();
        wrong.holidays = "Christmas".into();
        let fields: Vec<_> = wrong.read().unwrap_err().into_iter().map(|w| w.field).collect();
        assert_eq!(fields, ["tuesday", "holidays", "zone"]);
        let closed = HoursText { zone: "UTC".into(), ..HoursText::default() };
        assert_eq!(closed.read().unwrap_err()[0].field, "monday");
    }

    proptest! {
        #[test]
        fn reading_never_panics(
            zone in any::<String>(),
            day in any::<String>(),
            line in any::<String>(),
        ) {
            let mut text = HoursText { zone, holidays: line, ..HoursText::default() };
            text.days[2] = day;
            let _read = text.read();
        }
    }
}
