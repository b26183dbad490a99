//! Days and hours as a language writes them.

use crate::Say;
use jiff::Timestamp;
use jiff::tz::TimeZone;

impl Say {
    /// A moment as a customer reads it: `Tuesday 24 November, 17:00 (Oslo time)`; the year follows
    /// when it is another one. The zone is named, as nobody told us where the reader is.
    pub fn moment(self, now: Timestamp, at: Timestamp, zone: &TimeZone) -> String {
        let there = at.to_zoned(zone.clone());
        let weekday = self.weekday(there.weekday().to_monday_one_offset().into());
        let month = self.month(there.month().into());
        let (day, time) = (there.day().into(), self.hour(at, zone));
        let zone_words = self.zone_words(at, zone);
        let year = there.year();
        if year == now.to_zoned(zone.clone()).year() {
            self.date(day, &month, &time, &weekday, &zone_words)
        } else {
            self.date_in_year(day, &month, &time, &weekday, &year.to_string(), &zone_words)
        }
    }

    /// Until when, close by: `today by 15:30 (Oslo time)`, `tomorrow by 12:00 (Oslo time)`,
    /// otherwise as [`Say::by_day`].
    pub fn by(self, now: Timestamp, at: Timestamp, zone: &TimeZone) -> String {
        let there = at.to_zoned(zone.clone()).date();
        let here = now.to_zoned(zone.clone()).date();
        let (time, zone_words) = (self.hour(at, zone), self.zone_words(at, zone));
        if there == here {
            self.by_today(&time, &zone_words)
        } else if here.tomorrow().is_ok_and(|tomorrow| tomorrow == there) {
            self.by_tomorrow(&time, &zone_words)
        } else {
            self.by_day(now, at, zone)
        }
    }

    /// Until when, with the day's date, for what is read on other days too: `by Tuesday 24
    /// November, 17:00 (Oslo time)`.
    pub fn by_day(self, now: Timestamp, at: Timestamp, zone: &TimeZone) -> String {
        self.by_date(&self.moment(now, at, zone))
    }

    fn hour(self, at: Timestamp, zone: &TimeZone) -> String {
        let there = at.to_zoned(zone.clone());
        self.time(&format!("{:02}", there.hour()), &format!("{:02}", there.minute()))
    }

    /// A zone as people call it: `Oslo time`, `UTC`, `UTC+05:30` where it has no name.
    fn zone_words(self, at: Timestamp, zone: &TimeZone) -> String {
        match zone.iana_name().map(|name| name.rsplit('/').next().unwrap_or(name)) {
            Some("UTC" | "UCT" | "Zulu" | "Universal" | "GMT") => "UTC".to_owned(),
            Some(place) => self.zone(&place.replace('_', " ")),
            None => format!("UTC{}", at.to_zoned(zone.clone()).strftime("%:z")),
        }
    }
}
