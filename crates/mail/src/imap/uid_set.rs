//! Which messages of a folder we have.

use std::collections::BTreeMap;
use std::fmt;

/// A set of UIDs as ranges; `12:17,20` in writing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct UidSet {
    /// First and last of each range; ranges neither overlap nor touch.
    ranges: BTreeMap<u32, u32>,
}

impl UidSet {
    /// All from 1 to `last`.
    pub fn up_to(last: u32) -> UidSet {
        let ranges = if last == 0 { BTreeMap::new() } else { BTreeMap::from([(1, last)]) };
        UidSet { ranges }
    }

    /// Adds one.
    pub fn insert(&mut self, uid: u32) {
        if self.contains(uid) {
            return;
        }
        let before = self.ranges.range(..uid).next_back().map(|(first, last)| (*first, *last));
        let joins_before = before.filter(|(_, last)| last.checked_add(1) == Some(uid));
        let first = joins_before.map_or(uid, |(first, _)| first);
        let after = uid.checked_add(1).and_then(|next| self.ranges.remove(&next));
        self.ranges.insert(first, after.unwrap_or(uid));
    }

    /// Whether it is there.
    pub fn contains(&self, uid: u32) -> bool {
        self.ranges.range(..=uid).next_back().is_some_and(|(_, last)| uid <= *last)
    }

    /// The highest, or 0.
    pub fn highest(&self) -> u32 {
        self.ranges.last_key_value().map_or(0, |(_, last)| *last)
    }
}

impl fmt::Display for UidSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, (first, last)) in self.ranges.iter().enumerate() {
            let comma = if n > 0 { "," } else { "" };
            if first == last {
                write!(f, "{comma}{first}")?;
            } else {
                write!(f, "{comma}{first}:{last}")?;
            }
        }
        Ok(())
    }
}

/// Reads what [`Display`](fmt::Display) wrote; parts that are none are left out, which costs a
/// second look at those mails and loses none.
impl From<&str> for UidSet {
    fn from(text: &str) -> UidSet {
        let mut ranges = BTreeMap::new();
        let mut end = 0;
        for part in text.split(',') {
            let (first, last) = part.split_once(':').unwrap_or((part, part));
            let (Ok(first), Ok(last)) = (first.parse::<u32>(), last.parse::<u32>()) else {
                continue;
            };
            if first > end && first <= last {
                ranges.insert(first, last);
                end = last;
            }
        }
        UidSet { ranges }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    #[test]
    fn neighbours_become_one_range() {
        let mut set = UidSet::up_to(2);
        for uid in [5, 4, 3, 9, u32::MAX] {
            set.insert(uid);
        }
        assert_eq!(set.to_string(), "1:5,9,4294967295");
        assert_eq!(UidSet::from("1:5,9,x,7:3,4294967295"), set);
        assert_eq!(UidSet::up_to(0).highest(), 0);
    }

    proptest! {
        #[test]
        fn it_holds_what_a_plain_set_holds(uids in proptest::collection::vec(1_u32..40, 0..60)) {
            let mut set = UidSet::default();
            let plain: BTreeSet<u32> = uids.iter().copied().collect();
            uids.iter().for_each(|uid| set.insert(*uid));
            let again = UidSet::from(set.to_string().as_str());
            for uid in 1..42 {
                prop_assert_eq!(again.contains(uid), plain.contains(&uid));
            }
            prop_assert_eq!(set.highest(), plain.last().copied().unwrap_or(0));
        }
    }
}
