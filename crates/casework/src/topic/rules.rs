//! What a person may say that a case is about.

use crate::label::rules::changes;
use crate::refusal::refusals;
use domain::case::Case;
use domain::event::Event;
use domain::id::TopicId;
use domain::permit::Permit;
use domain::topic::{Topic, TopicsCorrected};

/// Topics of one case.
pub const MOST: usize = 20;

refusals! {
    /// Why topics were not changed.
    TopicRefused {
        /// No such topic stands in the tree, or it is offered no more.
        NoSuchTopic = "no_such_topic" at "/topics",
            "There is no such topic. Choose from the list.";
        /// The case is about too much.
        TooMany = "topics_full" at "/topics",
            "A case is about at most 20 topics. Take one off first.";
    }
}

/// A topic of the house's tree, as the desk reads it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Which.
    pub id: TopicId,
    /// Its place in the tree, as people read it: `Billing / Late fee`.
    pub path: String,
    /// Whether it is offered no more.
    pub ended: bool,
}

/// Says that the case is about `add` and not about `remove`. What is so already is left out; a
/// topic named in both lists is taken off.
///
/// # Errors
/// When a topic is not offered, or there would be more than [`MOST`].
pub fn correct(
    case: &Case,
    _permit: &Permit,
    list: &[Listed],
    add: &[TopicId],
    remove: &[TopicId],
) -> Result<Vec<Event>, TopicRefused> {
    let (add, remove) = changes(&case.topics, add, remove);
    let mut how = TopicsCorrected::default();
    for id in add {
        let offered = list.iter().find(|topic| topic.id == id && !topic.ended);
        let name = offered.ok_or(TopicRefused::NoSuchTopic)?.path.clone();
        how.added.push(Topic { id, name });
    }
    for id in remove {
        let known = list.iter().find(|topic| topic.id == id);
        let name = known.map(|topic| topic.path.clone()).unwrap_or_default();
        how.removed.push(Topic { id, name });
    }
    if case.topics.len() + how.added.len() - how.removed.len() > MOST {
        return Err(TopicRefused::TooMany);
    }
    if how == TopicsCorrected::default() {
        return Ok(Vec::new());
    }
    Ok(vec![Event::TopicsCorrected(Box::new(how))])
}

/// The case is about a topic that is new in the tree; not where a person said otherwise or the
/// case is over.
pub(crate) fn found_later(case: &Case, topic: &Topic) -> Vec<Event> {
    let is_known = case.topics.contains(&topic.id) || case.not_topics.contains(&topic.id);
    if is_known || case.stage.is_closed() || case.topics.len() >= MOST {
        return Vec::new();
    }
    let how = TopicsCorrected { added: vec![topic.clone()], removed: Vec::new() };
    vec![Event::TopicsCorrected(Box::new(how))]
}

/// What takes it back: only when everything still is as it was left.
pub fn reversed(case: &Case, how: &TopicsCorrected) -> Option<Event> {
    let still_on = how.added.iter().all(|topic| case.topics.contains(&topic.id));
    let still_off = how.removed.iter().all(|topic| !case.topics.contains(&topic.id));
    (still_on && still_off).then(|| {
        let (added, removed) = (how.removed.clone(), how.added.clone());
        Event::TopicsCorrected(Box::new(TopicsCorrected { added, removed }))
    })
}

/// What was said, for the timeline: "said that it is about Lost, and not about Late fee".
pub fn says(how: &TopicsCorrected) -> String {
    let names = |topics: &[Topic]| {
        topics.iter().map(|topic| topic.name.as_str()).collect::<Vec<_>>().join(", ")
    };
    match (how.added.is_empty(), how.removed.is_empty()) {
        (false, true) => format!("said that it is about {}", names(&how.added)),
        (true, _) => format!("said that it is not about {}", names(&how.removed)),
        (false, false) => format!(
            "said that it is about {}, and not about {}",
            names(&how.added),
            names(&how.removed)
        ),
    }
}
