//! What narrows a list of cases. It stands in the address, so that it can be shared and kept. Pure.

use domain::case::Case;
use domain::channel::{Channel, Kind};
use domain::id::{LabelId, StaffId, TeamId, TopicId};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use web::Problem;

/// Stages a filter may ask for: the word in the address, and what people read.
pub const STAGES: [(&str, &str); 7] = [
    ("new", "New"),
    ("with", "With somebody"),
    ("waiting_for_customer", "Waiting for customer"),
    ("waiting_for_us", "Waiting for us"),
    ("offer_made", "Offer made"),
    ("checking", "Put right – checking"),
    ("closed", "Closed"),
];

/// How bad it is at least.
pub const SEVERITIES: [(&str, &str); 4] = [
    ("4", "Danger or great harm"),
    ("3", "Serious or worse"),
    ("2", "A real loss or worse"),
    ("1", "A nuisance or worse"),
];

/// How long the customer has waited for us at least, in hours.
pub const WAITS: [(&str, &str); 6] = [
    ("1", "1 hour or longer"),
    ("4", "4 hours or longer"),
    ("24", "1 day or longer"),
    ("72", "3 days or longer"),
    ("168", "1 week or longer"),
    ("720", "30 days or longer"),
];

/// The words of a filter as an address or a form brings them; empty ones ask for nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FilterText {
    /// `complaint`, `question`, `praise`, `idea`, `cancellation` or `other`.
    pub kind: String,
    /// The way it came, such as `mail`.
    pub channel: String,
    /// The id of a team.
    pub team: String,
    /// `me`, `nobody`, or the id of a colleague.
    pub owner: String,
    /// 1 to 4: at least so bad.
    pub severity: String,
    /// The word of a stage, such as `waiting_for_us`.
    pub stage: String,
    /// The id of a label.
    pub label: String,
    /// The id of a topic.
    pub topic: String,
    /// Whole hours that the customer has waited for us at least.
    pub waiting: String,
}

/// Who has a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holder {
    /// Nobody yet.
    Nobody,
    /// This person.
    Person(StaffId),
}

/// A filter, read. Everything that is said must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// What kind of matter.
    pub kind: Option<Kind>,
    /// The way it came.
    pub channel: Option<Channel>,
    /// The team it lies with.
    pub team: Option<TeamId>,
    /// Who has it.
    pub owner: Option<Holder>,
    /// At least so bad, 1 to 4.
    pub severity: Option<u8>,
    /// The word of its stage.
    pub stage: Option<&'static str>,
    /// A label it carries.
    pub label: Option<LabelId>,
    /// What it is about: this topic, or one below it in the tree.
    pub topic: Option<TopicId>,
    /// Hours that the customer has waited for us at least.
    pub waiting_hours: Option<u32>,
}

/// Hours of the longest wait one may ask for: ten years.
const WAITING_MOST: u32 = 87_600;

impl FilterText {
    /// The names and words of what is said, in the order of the form.
    pub fn parts(&self) -> [(&'static str, &str); 9] {
        [
            ("kind", &self.kind),
            ("channel", &self.channel),
            ("team", &self.team),
            ("owner", &self.owner),
            ("severity", &self.severity),
            ("stage", &self.stage),
            ("label", &self.label),
            ("topic", &self.topic),
            ("waiting", &self.waiting),
        ]
    }

    /// The part of this name.
    pub fn part(&mut self, name: &str) -> Option<&mut String> {
        Some(match name {
            "kind" => &mut self.kind,
            "channel" => &mut self.channel,
            "team" => &mut self.team,
            "owner" => &mut self.owner,
            "severity" => &mut self.severity,
            "stage" => &mut self.stage,
            "label" => &mut self.label,
            "topic" => &mut self.topic,
            "waiting" => &mut self.waiting,
            _ => return None,
        })
    }

    /// What the query part of an address says; what is no part of a filter is passed over.
    pub fn of_query(query: &str) -> FilterText {
        let mut text = FilterText::default();
        for (name, word) in url::form_urlencoded::parse(query.as_bytes()) {
            if let Some(part) = text.part(&name) {
                *part = word.into_owned();
            }
        }
        text
    }

    /// Whether nothing is said.
    pub fn is_empty(&self) -> bool {
        self.parts().iter().all(|(_, word)| word.is_empty())
    }

    /// The query part of an address that says the same, without what asks for nothing.
    pub fn query(&self) -> String {
        self.query_without("")
    }

    /// The same without the part called `name`.
    pub fn query_without(&self, name: &str) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        for (part, word) in self.parts() {
            if !word.is_empty() && part != name {
                query.append_pair(part, word);
            }
        }
        query.finish()
    }

    /// Reads the words; `me` is who asks.
    ///
    /// # Errors
    /// 400 with the name of the first word that means nothing.
    pub fn read(&self, me: StaffId) -> Result<Filter, Problem> {
        let listed = |all: &[(&'static str, &str)], word: &str| {
            all.iter().map(|(known, _)| *known).find(|known| *known == word)
        };
        Ok(Filter {
            kind: part("kind", &self.kind, Kind::from_word)?,
            channel: part("channel", &self.channel, Channel::from_word)?,
            team: part("team", &self.team, |word| word.parse().ok())?,
            owner: part("owner", &self.owner, |word| match word {
                "me" => Some(Holder::Person(me)),
                "nobody" => Some(Holder::Nobody),
                id => id.parse().ok().map(Holder::Person),
            })?,
            severity: part("severity", &self.severity, |word| {
                word.parse().ok().filter(|n| (1..=4).contains(n))
            })?,
            stage: part("stage", &self.stage, |word| listed(&STAGES, word))?,
            label: part("label", &self.label, |word| word.parse().ok())?,
            topic: part("topic", &self.topic, |word| word.parse().ok())?,
            waiting_hours: part("waiting", &self.waiting, |word| {
                word.parse().ok().filter(|n| (1..=WAITING_MOST).contains(n))
            })?,
        })
    }
}

fn part<T>(
    name: &str,
    word: &str,
    read: impl FnOnce(&str) -> Option<T>,
) -> Result<Option<T>, Problem> {
    if word.is_empty() {
        return Ok(None);
    }
    read(word).map(Some).ok_or_else(|| unreadable(name))
}

/// A part of a filter that means nothing.
pub fn unreadable(name: &str) -> Problem {
    let says = "The filter asks for something that there is not. Choose again.";
    Problem::bad_request("filter_unreadable", says)
        .at(format!("/{name}"), "There is no such value.")
}

impl Filter {
    /// Whether it lets every case through.
    pub fn is_empty(&self) -> bool {
        *self == Filter::default()
    }

    /// Since when the customer must have been waiting, at the latest.
    pub fn waiting_before(&self, now: Timestamp) -> Option<Timestamp> {
        self.waiting_hours.map(|hours| now - SignedDuration::from_hours(i64::from(hours)))
    }

    /// Whether `case` is one of those meant at `now`: what the statements ask, said once more in
    /// plain words, which the tests hold them to. The tree of topics is not known here: only the
    /// topic itself is looked for.
    pub fn fits(&self, case: &Case, now: Timestamp) -> bool {
        let holder = match case.owner {
            Some(owner) => Holder::Person(owner),
            None => Holder::Nobody,
        };
        self.kind.is_none_or(|kind| kind == case.kind)
            && self.channel.is_none_or(|channel| channel == case.channel)
            && self.team.is_none_or(|team| team == case.team)
            && self.owner.is_none_or(|owner| owner == holder)
            && self.severity.is_none_or(|least| case.severity >= least)
            && self.stage.is_none_or(|stage| stage == case.stage.as_str())
            && self.label.is_none_or(|label| case.labels.contains(&label))
            && self.topic.is_none_or(|topic| case.topics.contains(&topic))
            && self
                .waiting_before(now)
                .is_none_or(|before| case.waiting_since.is_some_and(|since| since <= before))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn me() -> StaffId {
        StaffId::from(uuid::Uuid::from_u128(7))
    }

    #[test]
    fn what_stands_in_the_address_reads_back_and_empty_words_ask_for_nothing() {
        let text = FilterText {
            kind: "complaint".to_owned(),
            owner: "me".to_owned(),
            waiting: "24".to_owned(),
            ..FilterText::default()
        };
        assert_eq!(text.query(), "kind=complaint&owner=me&waiting=24");
        assert_eq!(text.query_without("owner"), "kind=complaint&waiting=24");
        let filter = text.read(me()).unwrap();
        assert_eq!(filter.kind, Some(Kind::Complaint));
        assert_eq!(filter.owner, Some(Holder::Person(me())));
        assert_eq!(filter.waiting_hours, Some(24));
        assert!(FilterText::default().read(me()).unwrap().is_empty());
    }

    #[test]
    fn a_word_that_means_nothing_is_refused_and_never_silently_dropped() {
        let none = FilterText::default;
        let word = |word: &str| word.to_owned();
        for wrong in [
            FilterText { kind: word("rant"), ..none() },
            FilterText { channel: word("pigeon"), ..none() },
            FilterText { severity: word("7"), ..none() },
            FilterText { stage: word("somewhere"), ..none() },
            FilterText { waiting: word("-3"), ..none() },
            FilterText { label: word("' OR 1=1"), ..none() },
            FilterText { topic: word("%"), ..none() },
        ] {
            assert!(wrong.read(me()).is_err(), "{wrong:?}");
        }
    }
}
