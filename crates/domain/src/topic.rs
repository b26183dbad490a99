//! Topics: what a case is about, by the organisation's own tree.

use crate::case::Case;
use crate::event::Event;
use crate::id::TopicId;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A topic as the record names it: the name is the one of that day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Topic {
    /// Which.
    pub id: TopicId,
    /// What people read: its place in the tree.
    pub name: String,
}

/// What a person said that a case is about, and is not about.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TopicsCorrected {
    /// It is about these, though they were not read in it.
    pub added: Vec<Topic>,
    /// It is not about these, though they were.
    pub removed: Vec<Topic>,
}

impl Case {
    /// What an event changes that says what a case is: its labels and topics, or which cases it is
    /// one with.
    pub(crate) fn described(&mut self, event: &Event, at: Timestamp) {
        match event {
            Event::Labelled(how) => self.label(how),
            Event::TopicsCorrected(how) => self.correct_topics(how),
            others => self.bound(others, at),
        }
    }

    /// What was read in the customer's words joins what was read before. A person's word that it
    /// is not about something stands, however often it is read again.
    pub(crate) fn speaks_of(&mut self, read: &[TopicId]) {
        for id in read {
            if !self.topics.contains(id) && !self.not_topics.contains(id) {
                self.topics.push(*id);
            }
        }
    }

    fn correct_topics(&mut self, how: &TopicsCorrected) {
        for topic in &how.removed {
            self.topics.retain(|id| *id != topic.id);
            if !self.not_topics.contains(&topic.id) {
                self.not_topics.push(topic.id);
            }
        }
        for topic in &how.added {
            self.not_topics.retain(|id| *id != topic.id);
            if !self.topics.contains(&topic.id) {
                self.topics.push(topic.id);
            }
        }
    }
}

/// How deep the tree may grow: `Billing / Fees / Late fee`.
pub const DEPTH_MOST: usize = 3;

/// A topic in the tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// Which.
    pub id: TopicId,
    /// The topic it is a part of.
    pub parent: Option<TopicId>,
    /// Its own name.
    pub name: String,
}

/// Where `node` stands in `tree`, from the root on, as people read it: `Billing / Late fee`.
pub fn path(tree: &[Node], node: &Node) -> String {
    let mut names = vec![node.name.as_str()];
    let mut above = node.parent;
    while let Some(id) = above
        && names.len() < DEPTH_MOST
        && let Some(parent) = tree.iter().find(|other| other.id == id)
    {
        names.push(&parent.name);
        above = parent.parent;
    }
    names.reverse();
    names.join(" / ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_topic_is_read_with_what_it_is_a_part_of() {
        let id = |n| TopicId::from(uuid::Uuid::from_u128(n));
        let node = |n, parent: Option<u128>, name: &str| Node {
            id: id(n),
            parent: parent.map(id),
            name: name.to_owned(),
        };
        let tree = [node(1, None, "Billing"), node(2, Some(1), "Fees"), node(3, Some(2), "Late")];
        assert_eq!(path(&tree, &tree[2]), "Billing / Fees / Late");
        assert_eq!(path(&tree, &tree[0]), "Billing");
        let circle = [node(1, Some(2), "A"), node(2, Some(1), "B")];
        assert_eq!(path(&circle, &circle[0]), "A / B / A", "a broken tree ends too");
    }
}
