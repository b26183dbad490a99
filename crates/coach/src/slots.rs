//! Better words with their slots filled from the case.

use crate::draft::Context;
use crate::pack::Dates;
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// What `{name}` and its like stand for in this case.
pub(crate) struct Slots<'a> {
    known: Vec<(&'static str, String)>,
    extra: &'a [(&'static str, &'a str)],
}

impl<'a> Slots<'a> {
    pub fn of(context: &Context, dates: &Dates, extra: &'a [(&'static str, &'a str)]) -> Slots<'a> {
        let mut known = Vec::new();
        let mut know = |slot, value: Option<&str>| {
            if let Some(value) = value.map(str::trim).filter(|value| !value.is_empty()) {
                known.push((slot, value.to_owned()));
            }
        };
        know("name", context.customer_name.as_deref().map(first_word));
        know("problem", context.problem_line.as_deref().map(|line| line.trim_end_matches('.')));
        know("agent", context.agent_name.as_deref());
        know("contact", context.agent_contact.as_deref());
        know("transfer_to", context.transfer_to.as_deref());
        know("because", context.transfer_because.as_deref());
        know("channel", context.private_channel.as_deref());
        know("case", context.case_number.as_deref());
        let next = context.open_promises.iter().filter(|promise| promise.due >= context.now);
        let due = next.map(|promise| promise.due).min();
        know("promise_date", due.map(|due| moment(due, context, dates)).as_deref());
        Slots { known, extra }
    }

    /// The first of several wordings whose slots are all known.
    pub fn fill(&self, wordings: &[String]) -> Option<String> {
        wordings.iter().find_map(|wording| self.fill_one(wording))
    }

    fn fill_one(&self, wording: &str) -> Option<String> {
        let mut filled = String::with_capacity(wording.len());
        let mut rest = wording;
        while let Some(open) = rest.find('{') {
            let close = open + rest[open..].find('}')?;
            filled.push_str(&rest[..open]);
            filled.push_str(self.value(&rest[open + 1..close])?);
            rest = &rest[close + 1..];
        }
        filled.push_str(rest);
        Some(filled)
    }

    fn value(&self, slot: &str) -> Option<&str> {
        let extra = self.extra.iter().find(|(name, _)| *name == slot).map(|(_, value)| *value);
        extra.or_else(|| {
            let known = self.known.iter().find(|(name, _)| *name == slot);
            known.map(|(_, value)| value.as_str())
        })
    }
}

/// What somebody is called for short.
pub(crate) fn first_word(name: &str) -> &str {
    name.split_whitespace().next().unwrap_or_default()
}

/// The zone in which the customer reads days.
pub(crate) fn zone_of(context: &Context) -> TimeZone {
    let named = context.zone.as_deref().and_then(|zone| TimeZone::get(zone).ok());
    named.unwrap_or(TimeZone::UTC)
}

/// A moment in words: "Thursday 26 November, 17:00".
pub(crate) fn moment(at: Timestamp, context: &Context, dates: &Dates) -> String {
    let local = zone_of(context).to_datetime(at);
    let weekday = usize::try_from(local.weekday().to_monday_zero_offset()).unwrap_or_default();
    let month = usize::try_from(local.month() - 1).unwrap_or_default();
    let name = |names: &[String], n: usize| names.get(n).cloned().unwrap_or_default();
    dates
        .moment
        .replace("{weekday}", &name(&dates.weekdays, weekday))
        .replace("{day}", &local.day().to_string())
        .replace("{month}", &name(&dates.months, month))
        .replace("{time}", &format!("{:02}:{:02}", local.hour(), local.minute()))
}
