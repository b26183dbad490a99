//! What a label is.

use domain::id::LabelId;
use domain::label::LabelKind;
use domain::words::Words;
use house::wrong::{Wrong, Wrongs};

/// Labels of a house, ended ones included.
pub const MOST: i64 = 500;
/// Letters of a name.
pub const NAME_MOST: usize = 60;

/// A label of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LabelOfHouse {
    /// Which.
    pub id: LabelId,
    /// What people read.
    pub name: String,
    /// Label or cause.
    pub kind: LabelKind,
    /// Whether it is offered no more.
    pub ended: bool,
    /// Grows with each change.
    pub version: i64,
}

/// A label as a form or a body brings it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LabelText {
    /// What people read.
    pub name: String,
    /// `label` or `cause`.
    pub kind: String,
    /// Whether it is offered no more.
    pub ended: bool,
}

/// A label as it shall be, checked for itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LabelWish {
    /// What people read.
    pub name: Words,
    /// Label or cause.
    pub kind: LabelKind,
    /// Whether it is offered no more.
    pub ended: bool,
}

impl LabelText {
    /// Reads what the form or body says.
    ///
    /// # Errors
    /// Everything that must be put right.
    pub fn read(&self) -> Result<LabelWish, Vec<Wrong>> {
        let mut wrong = Wrongs::default();
        let name = Words::new(self.name.trim(), NAME_MOST)
            .map_err(|_| "Give it a name of up to 60 letters.")
            .and_then(|name| if is_one_line(&name) { Ok(name) } else { Err("Write one line.") });
        let name = wrong.take("name", name);
        let kind = LabelKind::from_word(&self.kind).ok_or("Choose label or cause.");
        let kind = wrong.take("kind", kind);
        let ended = self.ended;
        wrong.or_all((|| Some(LabelWish { name: name?, kind: kind?, ended }))())
    }
}

fn is_one_line(name: &Words) -> bool {
    !name.as_str().contains(['\n', '\r'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_has_a_name_on_one_line_and_is_a_label_or_a_cause() {
        let text = |name: &str, kind: &str| LabelText {
            name: name.to_owned(),
            kind: kind.to_owned(),
            ended: false,
        };
        assert_eq!(text(" Late courier ", "cause").read().unwrap().name.as_str(), "Late courier");
        for (name, kind) in [("", "label"), ("two\nlines", "label"), ("Late", "tag")] {
            assert!(text(name, kind).read().is_err(), "{name:?} {kind}");
        }
    }
}
