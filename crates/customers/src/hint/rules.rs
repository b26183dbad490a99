//! From a history to hints.

use jiff::{SignedDuration, Timestamp};
use reading::archetype::{Archetype, History, hints};
use reading::{Manner, Reader};

/// Quoted words shown with a hint.
const QUOTES: usize = 3;
/// For so long a hint stays away that somebody said is not right.
pub const REFUTED_FOR: SignedDuration = SignedDuration::from_hours(24 * 180);

/// Something a customer wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// The words.
    pub text: String,
    /// When.
    pub at: Timestamp,
}

/// What is known of a customer besides their words.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Known {
    /// Complaints within twelve months.
    pub complaints: u32,
    /// Of these, the ones in which they were right, or may be: open, confirmed, or made good.
    pub upheld: u32,
    /// Share of customers who are worth less, 0 to 1; 0 where it is not known.
    pub lower_share: f64,
    /// Offers within twelve months that they answered.
    pub answered: u32,
    /// Of these, the ones they turned down for something else.
    pub countered: u32,
    /// What was agreed with them within twelve months, in minor units.
    pub given_minor: i64,
    /// What others got for as many complaints, in minor units; 0 where it is not known.
    pub usual_minor: i64,
}

/// A hint to be shown.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// How they complain.
    pub archetype: Archetype,
    /// 0.5 to 1.
    pub strength: f32,
    /// What speaks for it: sentences and quoted words.
    pub evidence: Vec<String>,
    /// When it ends, counted from the newest word of theirs that speaks for it.
    pub ends_at: Timestamp,
}

/// The hints of a history, the strongest first; none that has ended by `now`.
pub fn found(reader: &Reader, said: &[Said], known: Known, now: Timestamp) -> Vec<Found> {
    let manners: Vec<(&Said, Manner)> =
        said.iter().map(|said| (said, reader.manner(&said.text))).collect();
    let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    let hedged: Vec<_> = manners.iter().filter(|(_, m)| !m.hedged.is_empty()).collect();
    let attacking: Vec<_> = manners.iter().filter(|(_, m)| !m.attacking.is_empty()).collect();
    let history = History {
        messages: count(said.len()),
        hedged: count(hedged.len()),
        attacking: count(attacking.len()),
        complaints: known.complaints,
        upheld: known.upheld,
        value_rank: known.lower_share as f32,
        answered: known.answered,
        countered: known.countered,
        given_minor: known.given_minor,
        usual_minor: known.usual_minor,
        ..History::default()
    };
    let newest = |of: &[&(&Said, Manner)]| of.iter().map(|(said, _)| said.at).max();
    let any = said.iter().map(|said| said.at).max();
    let hints = hints(&history).into_iter().map(|hint| {
        let (quotes, last): (Vec<&String>, _) = match hint.archetype {
            Archetype::Meek => {
                (hedged.iter().flat_map(|(_, m)| &m.hedged).collect(), newest(&hedged))
            }
            Archetype::Aggressive => {
                (attacking.iter().flat_map(|(_, m)| &m.attacking).collect(), newest(&attacking))
            }
            _ => (Vec::new(), any),
        };
        let mut evidence: Vec<String> = hint.evidence.iter().map(ToString::to_string).collect();
        evidence.extend(quotes.into_iter().take(QUOTES).map(|words| format!("“{words}”")));
        let days = i64::from(hint.ends_after_days);
        let ends_at = last.unwrap_or(now) + SignedDuration::from_hours(24 * days);
        Found { archetype: hint.archetype, strength: hint.strength, evidence, ends_at }
    });
    hints.filter(|hint| hint.ends_at > now).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn thursday() -> Timestamp {
        "2026-11-19T13:08:00Z".parse().unwrap()
    }

    fn said(days_ago: i64, text: &str) -> Said {
        Said { text: text.to_owned(), at: thursday() - SignedDuration::from_hours(24 * days_ago) }
    }

    fn names(said: &[Said], known: Known) -> Vec<Archetype> {
        found(&Reader::shipped(), said, known, thursday())
            .iter()
            .map(|hint| hint.archetype)
            .collect()
    }

    #[test]
    fn one_meek_message_may_be_hinted_and_one_loud_one_never_is() {
        let meek = said(1, "Sorry to bother you again, no rush, but the heating is still off.");
        let hints = found(&Reader::shipped(), &[meek], Known::default(), thursday());
        assert_eq!(hints[0].archetype, Archetype::Meek);
        assert!(hints[0].evidence.iter().any(|line| line.starts_with('“')), "{hints:?}");
        let loud = said(1, "You are liars and thieves, shame on you, you useless idiots!");
        assert!(names(std::slice::from_ref(&loud), Known::default()).is_empty());
        let often = [loud.clone(), Said { at: thursday(), ..loud.clone() }, said(3, &loud.text)];
        assert_eq!(names(&often, Known::default()), [Archetype::Aggressive]);
    }

    #[test]
    fn a_hint_ends_by_itself_without_new_evidence() {
        let long_ago = said(91, "Sorry to bother you, the heating is off.");
        assert!(names(&[long_ago], Known::default()).is_empty());
    }

    #[test]
    fn who_is_often_right_is_never_called_chronic() {
        let three = [said(1, "Again."), said(2, "Still off."), said(3, "It is off.")];
        let known = Known { complaints: 8, upheld: 7, ..Known::default() };
        assert!(names(&three, known).is_empty());
        assert_eq!(names(&three, Known { upheld: 1, ..known }), [Archetype::Chronic]);
    }

    #[test]
    fn whoever_is_worth_most_wants_the_fix_first() {
        let known = Known { lower_share: 0.97, ..Known::default() };
        assert_eq!(names(&[said(1, "It is off.")], known), [Archetype::HighRoller]);
    }

    #[test]
    fn offers_turned_down_for_more_are_hinted_for_half_a_year() {
        let three = [said(9, "No."), said(8, "That is not enough."), said(7, "Twice that.")];
        let known =
            Known { complaints: 2, upheld: 2, countered: 4, answered: 4, ..Known::default() };
        let hints = found(&Reader::shipped(), &three, known, thursday());
        assert_eq!(hints[0].archetype, Archetype::Barnacle);
        assert_eq!(hints[0].ends_at, thursday() + SignedDuration::from_hours(24 * (180 - 7)));
        assert!(names(&three[..2], known).is_empty(), "two messages are no history");
    }
}
