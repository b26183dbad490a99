//! What a reply text is.

use domain::id::{ReplyTextId, TeamId};
use domain::variable::{VARIABLES, unknown};
use domain::words::Words;
use house::wrong::{Wrong, Wrongs};

/// Reply texts of a house, ended ones included.
pub const MOST: i64 = 500;
/// Letters of a name.
const NAME_MOST: usize = 60;
/// Letters of a text.
pub const TEXT_MOST: usize = 10_000;

/// A text of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReplyText {
    /// Which.
    pub id: ReplyTextId,
    /// The team it is for; `None` for every team.
    pub team: Option<TeamId>,
    /// What colleagues call it.
    pub name: String,
    /// The text with its gaps.
    pub text: String,
    /// Whether it is offered no more.
    pub ended: bool,
    /// Grows with each change.
    pub version: i64,
}

/// A text as a form or a body brings it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReplyTextText {
    /// What colleagues call it.
    pub name: String,
    /// The id of a team, or empty for every team.
    pub team: String,
    /// The text with its gaps.
    pub text: String,
    /// Whether it is offered no more.
    pub ended: bool,
}

/// A text as it shall be, checked for itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReplyTextWish {
    /// What colleagues call it.
    pub name: Words,
    /// The team it is for; `None` for every team.
    pub team: Option<TeamId>,
    /// The text with its gaps.
    pub text: Words,
    /// Whether it is offered no more.
    pub ended: bool,
}

impl ReplyTextText {
    /// Reads what the form or body says.
    ///
    /// # Errors
    /// Everything that must be put right.
    pub fn read(&self) -> Result<ReplyTextWish, Vec<Wrong>> {
        let mut wrong = Wrongs::default();
        let name = Words::new(self.name.trim(), NAME_MOST)
            .map_err(|_| "Give it a name of up to 60 letters.");
        let name = wrong.take("name", name);
        let team = if self.team.is_empty() { Ok(None) } else { self.team.parse().map(Some) };
        let team = wrong.take("team", team.map_err(|_| "Choose a team of the list."));
        let text = Words::new(&self.text, TEXT_MOST)
            .map_err(|_| "Write the text, up to 10,000 letters.".to_owned())
            .and_then(without_strange_gaps);
        let text = wrong.take("text", text);
        let ended = self.ended;
        wrong.or_all((|| Some(ReplyTextWish { name: name?, team: team?, text: text?, ended }))())
    }
}

/// Refuses a gap that nothing could fill.
fn without_strange_gaps(text: Words) -> Result<Words, String> {
    match unknown(text.as_str()).first() {
        None => Ok(text),
        Some(name) => {
            let known: Vec<&str> = VARIABLES.iter().map(|(name, _)| *name).collect();
            Err(format!("There is no {{{{{name}}}}}. Use one of: {}.", known.join(", ")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_with_a_gap_that_nothing_fills_is_refused_by_its_name() {
        let text = |text: &str| ReplyTextText {
            name: "Thanks".to_owned(),
            text: text.to_owned(),
            ..ReplyTextText::default()
        };
        assert!(text("Dear {{customer.name}}, thank you.").read().is_ok());
        let wrong = text("Dear {{customer.nick}}").read().unwrap_err();
        assert!(wrong[0].words.contains("{{customer.nick}}"), "{}", wrong[0].words);
        assert!(text(" ").read().is_err());
    }
}
