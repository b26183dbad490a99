//! The week of openings, the days that differ, and both as they are written in settings.

use super::{Hours, HoursRefused, Opening};
use crate::words::Words;
use jiff::civil::{Date, Weekday};
use serde::{Deserialize, Serialize};

/// The openings of each day of the week; a day without any is closed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[allow(missing_docs)] // seven days, named as everywhere
pub struct Week {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub monday: Vec<Opening>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tuesday: Vec<Opening>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub wednesday: Vec<Opening>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub thursday: Vec<Opening>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub friday: Vec<Opening>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub saturday: Vec<Opening>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sunday: Vec<Opening>,
}

/// A date that differs from the week: closed, or open at other times.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Holiday {
    /// The date in the zone of the hours.
    pub date: Date,
    /// What people call the day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Words>,
    /// Openings that begin on this date instead of the usual ones; none means closed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub open: Vec<Opening>,
}

impl Week {
    /// The same openings from Monday to Friday, closed at the weekend.
    pub fn working_days(openings: &[Opening]) -> Week {
        let day = openings.to_vec();
        Week {
            monday: day.clone(),
            tuesday: day.clone(),
            wednesday: day.clone(),
            thursday: day.clone(),
            friday: day,
            ..Week::default()
        }
    }

    pub(super) fn always() -> Week {
        let day = vec![Opening::ALL_DAY];
        Week { saturday: day.clone(), sunday: day.clone(), ..Week::working_days(&day) }
    }

    pub(super) fn on(&self, day: Weekday) -> &Vec<Opening> {
        match day {
            Weekday::Monday => &self.monday,
            Weekday::Tuesday => &self.tuesday,
            Weekday::Wednesday => &self.wednesday,
            Weekday::Thursday => &self.thursday,
            Weekday::Friday => &self.friday,
            Weekday::Saturday => &self.saturday,
            Weekday::Sunday => &self.sunday,
        }
    }

    /// Monday to Sunday.
    pub(super) fn days(&self) -> impl Iterator<Item = &Vec<Opening>> {
        Weekday::Monday.cycle_forward().take(7).map(|day| self.on(day))
    }

    pub(super) fn sorted(mut self) -> Week {
        for day in [
            &mut self.monday,
            &mut self.tuesday,
            &mut self.wednesday,
            &mut self.thursday,
            &mut self.friday,
            &mut self.saturday,
            &mut self.sunday,
        ] {
            day.sort();
        }
        self
    }

    /// Whether the openings leave no minute of the week out.
    pub(super) fn never_closes(&self) -> bool {
        const WEEK: usize = 7 * 24 * 60;
        let mut open = vec![false; WEEK];
        for (day, openings) in self.days().enumerate() {
            for opening in openings {
                let (from, until) = opening.minutes();
                for minute in from..until {
                    open[(day * 24 * 60 + usize::from(minute)) % WEEK] = true;
                }
            }
        }
        open.into_iter().all(|minute| minute)
    }
}

/// Opening hours as they stand in settings and in JSON.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct HoursText {
    zone: String,
    week: Week,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    holidays: Vec<Holiday>,
}

impl TryFrom<HoursText> for Hours {
    type Error = HoursRefused;

    fn try_from(text: HoursText) -> Result<Hours, HoursRefused> {
        Hours::new(&text.zone, text.week, text.holidays)
    }
}

impl From<Hours> for HoursText {
    fn from(hours: Hours) -> HoursText {
        HoursText {
            zone: hours.zone_name,
            week: hours.week,
            holidays: hours.holidays.into_values().collect(),
        }
    }
}
