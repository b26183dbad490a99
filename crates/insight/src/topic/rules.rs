//! What a topic is.

use domain::id::TopicId;
use domain::topic::{DEPTH_MOST, Node, path};
use domain::words::Words;
use reading::{Topic, language_of_phrase};
use std::collections::BTreeMap;

/// Topics of a house, ended ones included.
pub const MOST: i64 = 500;
/// Letters of a name.
pub const NAME_MOST: usize = 60;
/// Words and phrases of one topic.
pub const WORDS_MOST: usize = 200;
/// Letters of one phrase.
pub const PHRASE_MOST: usize = 80;

/// A topic of the tree.
#[derive(Clone, Debug, PartialEq)]
pub struct TopicOfHouse {
    /// Which.
    pub id: TopicId,
    /// The topic it is a part of.
    pub parent: Option<TopicId>,
    /// Its own name.
    pub name: String,
    /// Its place in the tree, as people read it: `Billing / Late fee`.
    pub path: String,
    /// Words and phrases that speak of it, as [`reading::Topic`] takes them.
    pub words: Vec<String>,
    /// How often some of them were right, 0 to 1, as far as it is known.
    pub trust: BTreeMap<String, f32>,
    /// Whether it is looked for no more.
    pub ended: bool,
    /// Grows with each change.
    pub version: i64,
}

/// A topic as a form or a body brings it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TopicText {
    /// What people read.
    pub name: String,
    /// The id of the topic it is a part of, or empty.
    pub parent: String,
    /// A word or phrase on each line.
    pub words: String,
    /// Whether it is looked for no more.
    pub ended: bool,
}

/// A topic as it shall be, checked for itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TopicWish {
    /// What people read.
    pub name: String,
    /// The topic it is a part of.
    pub parent: Option<TopicId>,
    /// Words and phrases, each once.
    pub words: Vec<String>,
    /// Whether it is looked for no more.
    pub ended: bool,
}

/// Fields that must be put right, each with its words.
pub type Wrongs = Vec<(&'static str, String)>;

impl TopicText {
    /// Reads what the form or body says of the topic `own` among `list`.
    ///
    /// # Errors
    /// Everything that must be put right.
    pub fn read(&self, own: Option<TopicId>, list: &[TopicOfHouse]) -> Result<TopicWish, Wrongs> {
        let mut wrong = Wrongs::new();
        let name = Words::new(self.name.trim(), NAME_MOST).map(Words::into_string);
        let name = name.ok().filter(|name| !name.contains(['\n', '\r'])).unwrap_or_default();
        if name.is_empty() {
            wrong.push(("name", "Give it a name of up to 60 letters, on one line.".to_owned()));
        }
        let parent = self.parent(own, list).unwrap_or_else(|why| {
            wrong.push(("parent", why.to_owned()));
            None
        });
        let is_same = |other: &&TopicOfHouse| {
            Some(other.id) != own
                && other.parent == parent
                && other.name.to_lowercase() == name.to_lowercase()
        };
        if list.iter().any(|other| is_same(&other)) {
            wrong.push(("name", "There is one of that name there already.".to_owned()));
        }
        let words = phrases(&self.words).unwrap_or_else(|why| {
            wrong.push(("words", why));
            Vec::new()
        });
        let wish = TopicWish { name, parent, words, ended: self.ended };
        if wrong.is_empty() { Ok(wish) } else { Err(wrong) }
    }

    fn parent(
        &self,
        own: Option<TopicId>,
        list: &[TopicOfHouse],
    ) -> Result<Option<TopicId>, &'static str> {
        if self.parent.is_empty() {
            return Ok(None);
        }
        let known = list.iter().find(|topic| topic.id.to_string() == self.parent);
        let known = known.ok_or("Choose a topic of the list.")?;
        if above(known.id, list).any(|id| Some(id) == own) {
            return Err("It cannot be a part of itself.");
        }
        let below = own.map_or(1, |own| height(own, list));
        if above(known.id, list).count() + below > DEPTH_MOST {
            return Err("A tree has at most three levels.");
        }
        Ok(Some(known.id))
    }
}

/// A topic and those it is a part of, itself first.
fn above(id: TopicId, list: &[TopicOfHouse]) -> impl Iterator<Item = TopicId> {
    let parent = |id: &TopicId| list.iter().find(|topic| topic.id == *id)?.parent;
    std::iter::successors(Some(id), parent).take(DEPTH_MOST)
}

/// Levels of a topic and what lies below it.
fn height(id: TopicId, list: &[TopicOfHouse]) -> usize {
    let depth = |of: TopicId| above(of, list).position(|other| other == id).map(|at| at + 1);
    list.iter().filter_map(|topic| depth(topic.id)).max().unwrap_or(1)
}

/// The phrases of a text, one on each line.
fn phrases(text: &str) -> Result<Vec<String>, String> {
    let mut words: Vec<String> = Vec::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (_, phrase) = language_of_phrase(line);
        if line.chars().count() > PHRASE_MOST {
            return Err(format!("“{}…” is longer than 80 letters.", first_letters(line)));
        }
        if !phrase.contains(char::is_alphanumeric) {
            return Err(format!("“{line}” holds no letter."));
        }
        if !words.iter().any(|known| known == line) {
            words.push(line.to_owned());
        }
    }
    if words.len() > WORDS_MOST {
        return Err("A topic has at most 200 words and phrases.".to_owned());
    }
    Ok(words)
}

fn first_letters(line: &str) -> String {
    line.chars().take(20).collect()
}

/// The list with its paths, each topic before what is a part of it.
pub fn in_order(mut list: Vec<TopicOfHouse>) -> Vec<TopicOfHouse> {
    let node = |t: &TopicOfHouse| Node { id: t.id, parent: t.parent, name: t.name.clone() };
    let tree: Vec<Node> = list.iter().map(node).collect();
    for (topic, node) in list.iter_mut().zip(&tree) {
        topic.path = path(&tree, node);
    }
    list.sort_by_cached_key(|topic| topic.path.to_lowercase());
    list
}

/// What the reader looks for: topics that have not ended and have words.
pub fn for_reader(list: &[TopicOfHouse]) -> Vec<Topic> {
    let looked_for = list.iter().filter(|topic| !topic.ended && !topic.words.is_empty());
    let topic = |topic: &TopicOfHouse| Topic {
        id: topic.id.to_string(),
        path: topic.path.clone(),
        words: topic.words.clone(),
        trust: topic.trust.clone(),
    };
    looked_for.map(topic).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(n: u128) -> TopicId {
        TopicId::from(uuid::Uuid::from_u128(n))
    }

    fn topic(n: u128, parent: Option<u128>, name: &str) -> TopicOfHouse {
        TopicOfHouse {
            id: id(n),
            parent: parent.map(id),
            name: name.to_owned(),
            path: String::new(),
            words: vec!["fee".to_owned()],
            trust: BTreeMap::new(),
            ended: n == 4,
            version: 1,
        }
    }

    fn tree() -> Vec<TopicOfHouse> {
        let (fees, late) = (topic(2, Some(1), "Fees"), topic(3, Some(2), "Late fee"));
        in_order(vec![late, topic(1, None, "Billing"), topic(4, None, "Old"), fees])
    }

    fn text(name: &str, parent: Option<u128>, words: &str) -> TopicText {
        let parent = parent.map(|n| id(n).to_string()).unwrap_or_default();
        TopicText { name: name.to_owned(), parent, words: words.to_owned(), ended: false }
    }

    #[test]
    fn a_topic_has_a_name_of_its_own_in_its_place_and_at_most_three_levels() {
        let list = tree();
        let wrong = |own: Option<u128>, text: TopicText| {
            let read = text.read(own.map(id), &list);
            read.err().map(|wrong| wrong[0].0).unwrap_or_default()
        };
        assert_eq!(wrong(None, text("Refunds", Some(2), "refund*")), "");
        assert_eq!(wrong(None, text("late FEE", Some(2), "")), "name");
        assert_eq!(wrong(None, text("", None, "")), "name");
        assert_eq!(wrong(None, text("Deeper", Some(3), "")), "parent");
        assert_eq!(wrong(Some(1), text("Billing", Some(3), "")), "parent", "a circle");
        assert_eq!(wrong(Some(1), text("Billing", Some(4), "")), "parent", "its parts go too deep");
        assert_eq!(wrong(Some(3), text("Late fee", Some(1), "")), "", "it may move");
        assert_eq!(wrong(None, text("Lost", Some(99), "")), "parent");
    }

    #[test]
    fn words_are_read_line_by_line_and_what_can_never_be_found_is_refused() {
        let words = |text: &str| phrases(text);
        let read = words(" late fee* \n\nde: Mahngebühr*\nlate fee*\n").unwrap();
        assert_eq!(read, ["late fee*", "de: Mahngebühr*"]);
        assert!(words("***").is_err());
        assert!(words("de: *").is_err());
        assert!(words(&"long ".repeat(20)).is_err());
        assert!(words(&(0..201).map(|n| format!("word{n}\n")).collect::<String>()).is_err());
    }

    #[test]
    fn the_reader_looks_for_what_has_not_ended() {
        let paths: Vec<String> = for_reader(&tree()).into_iter().map(|t| t.path).collect();
        assert_eq!(paths, ["Billing", "Billing / Fees", "Billing / Fees / Late fee"]);
    }
}
