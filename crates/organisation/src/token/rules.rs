//! What a token is, and what it may be made for.

use domain::permit::{Act, Staff};
use domain::words::Words;
use house::wrong::{Wrong, Wrongs};
use jiff::{SignedDuration, Timestamp};

/// Live tokens of one person.
pub const MOST: i64 = 50;
/// Use is noted at most this often.
pub const NOTED_EVERY: SignedDuration = SignedDuration::from_mins(1);

/// A token without its secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// Its id.
    pub id: String,
    /// What it is for.
    pub name: String,
    /// Acts it is narrowed to; empty for all acts of the person.
    pub acts: Vec<Act>,
    /// When it was made.
    pub made_at: Timestamp,
    /// When it was used last, to the minute.
    pub used_at: Option<Timestamp>,
    /// When it ends by itself.
    pub ends_at: Option<Timestamp>,
    /// When it was ended.
    pub ended_at: Option<Timestamp>,
}

impl Token {
    /// Whether it still opens anything.
    pub fn holds(&self, now: Timestamp) -> bool {
        self.ended_at.is_none() && self.ends_at.is_none_or(|ends| now < ends)
    }
}

/// A token as a form, a body or a command asks for it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TokenText {
    /// What it is for.
    pub name: String,
    /// Words of acts; empty for all acts of the person.
    pub acts: Vec<String>,
    /// Days until it ends, or empty for one without end.
    pub days: String,
}

/// A token as it shall be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenWish {
    /// What it is for.
    pub name: Words,
    /// Acts it is narrowed to.
    pub acts: Vec<Act>,
    /// When it ends.
    pub ends_at: Option<Timestamp>,
}

impl TokenText {
    /// Reads what is asked for, for a token of `staff`: never more than they have themselves, and
    /// from a narrowed token only narrower ones.
    ///
    /// # Errors
    /// Everything that must be put right.
    pub fn read(&self, staff: &Staff, now: Timestamp) -> Result<TokenWish, Vec<Wrong>> {
        let mut wrong = Wrongs::default();
        let name = wrong.take("name", house::name::name(&self.name));
        let acts: Option<Vec<Act>> = self.acts.iter().map(|word| Act::from_word(word)).collect();
        let mut acts = acts.unwrap_or_else(|| {
            wrong.add("acts", "Choose acts of the list.");
            vec![]
        });
        acts.sort();
        acts.dedup();
        if acts.iter().any(|act| !staff.has(*act)) {
            wrong.add("acts", "A token may do no more than you may.");
        }
        if acts.is_empty() && staff.narrowed_to.is_some() {
            wrong.add("acts", "Name what the token may do; it may do no more than this one.");
        }
        let ends_at = wrong.take("days", ends(&self.days, now));
        let wish = (|| Some(TokenWish { name: name?, acts, ends_at: ends_at? }))();
        wrong.or_all(wish)
    }
}

fn ends(days: &str, now: Timestamp) -> Result<Option<Timestamp>, &'static str> {
    const HOW: &str = "Enter a number of days from 1 to 3650, or leave it empty.";
    if days.trim().is_empty() {
        return Ok(None);
    }
    let days: i64 = days.trim().parse().map_err(|_| HOW)?;
    if !(1..=3_650).contains(&days) {
        return Err(HOW);
    }
    Ok(Some(now + SignedDuration::from_hours(24 * days)))
}

/// How acts stand in the store: words with a space between.
pub(crate) fn kept(acts: &[Act]) -> String {
    acts.iter().map(|act| act.as_str()).collect::<Vec<_>>().join(" ")
}

/// Acts as the store keeps them. A word of a newer release allows nothing here.
pub(crate) fn acts(kept: &str) -> Vec<Act> {
    kept.split_ascii_whitespace().filter_map(Act::from_word).collect()
}

/// What acts narrow a person to: nothing kept means everything, and words that are all unknown
/// mean nothing.
pub(crate) fn narrowing(kept: &str) -> Option<Vec<Act>> {
    (!kept.trim().is_empty()).then(|| acts(kept))
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::id::{StaffId, uuid_v7};
    use domain::permit::{Role, Scope};

    fn agent(narrowed_to: Option<Vec<Act>>) -> Staff {
        Staff {
            id: StaffId::from(uuid_v7(1, [1; 10])),
            name: "Jo".into(),
            roles: vec![Role::Agent],
            scope: Scope::Own,
            units: vec![],
            teams: vec![],
            narrowed_to,
        }
    }

    fn asks(acts: &[&str]) -> TokenText {
        let acts = acts.iter().map(ToString::to_string).collect();
        TokenText { name: "Import".into(), acts, days: String::new() }
    }

    #[test]
    fn a_token_never_does_more_than_its_person() {
        let now: Timestamp = "2026-11-19T13:00:00Z".parse().unwrap();
        assert!(asks(&["read_case", "reply"]).read(&agent(None), now).is_ok());
        assert!(asks(&[]).read(&agent(None), now).is_ok());
        for acts in [&["manage_staff"][..], &["fly"], &["read_case", "export"]] {
            assert_eq!(asks(acts).read(&agent(None), now).unwrap_err()[0].field, "acts");
        }
        let narrow = agent(Some(vec![Act::ReadCase, Act::MakeToken]));
        assert!(asks(&["read_case"]).read(&narrow, now).is_ok());
        assert!(asks(&["reply"]).read(&narrow, now).is_err());
        assert!(asks(&[]).read(&narrow, now).is_err(), "everything is more than it has");
    }

    #[test]
    fn unknown_acts_narrow_to_nothing_and_not_to_everything() {
        assert_eq!(narrowing(""), None);
        assert_eq!(narrowing("teleport"), Some(vec![]));
        assert_eq!(narrowing("read_case reply"), Some(vec![Act::ReadCase, Act::Reply]));
    }
}
