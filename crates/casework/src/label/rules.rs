//! Which labels may be put on a case.

use crate::refusal::refusals;
use domain::case::Case;
use domain::event::Event;
use domain::id::LabelId;
use domain::label::{Label, LabelKind, Labelled};
use domain::permit::Permit;

/// Labels of one case.
pub const MOST: usize = 20;

refusals! {
    /// Why labels were not changed.
    LabelRefused {
        /// No such label is on the list, or it is offered no more.
        NoSuchLabel = "no_such_label" at "/labels",
            "There is no such label to put on. Choose from the list.";
        /// The case carries too many.
        TooMany = "labels_full" at "/labels",
            "A case carries at most 20 labels. Take one off first.";
    }
}

/// A label of the house's list, as the desk reads it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Which.
    pub id: LabelId,
    /// What people read.
    pub name: String,
    /// Label or cause.
    pub kind: LabelKind,
    /// Whether it is offered no more.
    pub ended: bool,
}

/// Puts labels on the case and takes others off. What is there already or not there is left out;
/// a label named in both lists is taken off.
///
/// # Errors
/// When a label is not offered, or there would be more than [`MOST`].
pub fn label(
    case: &Case,
    _permit: &Permit,
    list: &[Listed],
    add: &[LabelId],
    remove: &[LabelId],
) -> Result<Vec<Event>, LabelRefused> {
    let (add, remove) = changes(&case.labels, add, remove);
    let mut how = Labelled::default();
    for id in add {
        let offered = list.iter().find(|label| label.id == id && !label.ended);
        let offered = offered.ok_or(LabelRefused::NoSuchLabel)?;
        how.added.push(Label { id, name: offered.name.clone() });
    }
    for id in remove {
        let known = list.iter().find(|label| label.id == id);
        let name = known.map(|label| label.name.clone()).unwrap_or_default();
        how.removed.push(Label { id, name });
    }
    if case.labels.len() + how.added.len() - how.removed.len() > MOST {
        return Err(LabelRefused::TooMany);
    }
    if how == Labelled::default() {
        return Ok(Vec::new());
    }
    Ok(vec![Event::Labelled(Box::new(how))])
}

/// What of `add` and `remove` changes something where `on` is there already: each once, and what is
/// in both lists is only taken off.
pub(crate) fn changes<Id: Copy + PartialEq>(
    on: &[Id],
    add: &[Id],
    remove: &[Id],
) -> (Vec<Id>, Vec<Id>) {
    let once = |ids: &[Id], is_meant: &dyn Fn(&Id) -> bool| {
        let mut all = Vec::new();
        for id in ids.iter().filter(|id| is_meant(id)) {
            if !all.contains(id) {
                all.push(*id);
            }
        }
        all
    };
    let added = once(add, &|id| !on.contains(id) && !remove.contains(id));
    (added, once(remove, &|id| on.contains(id)))
}

/// What takes it back: only when everything still is as it was left.
pub fn reversed(case: &Case, how: &Labelled) -> Option<Event> {
    let still_on = how.added.iter().all(|label| case.labels.contains(&label.id));
    let still_off = how.removed.iter().all(|label| !case.labels.contains(&label.id));
    (still_on && still_off).then(|| {
        let (added, removed) = (how.removed.clone(), how.added.clone());
        Event::Labelled(Box::new(Labelled { added, removed }))
    })
}

/// What was done, for "Undo": "Put on Late courier, took off Lost".
pub fn says(how: &Labelled) -> String {
    let names = |labels: &[Label]| {
        labels.iter().map(|label| label.name.as_str()).collect::<Vec<_>>().join(", ")
    };
    match (how.added.is_empty(), how.removed.is_empty()) {
        (false, true) => format!("Put on {}", names(&how.added)),
        (true, _) => format!("Took off {}", names(&how.removed)),
        (false, false) => {
            format!("Put on {}, took off {}", names(&how.added), names(&how.removed))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::told::{after, complaint, id, permit};

    fn may() -> Permit {
        permit(&complaint())
    }

    fn listed(n: u8, ended: bool) -> Listed {
        Listed { id: id(n), name: format!("Label {n}"), kind: LabelKind::Label, ended }
    }

    #[test]
    fn a_label_is_put_on_once_and_taken_off_again() {
        let list = [listed(1, false), listed(2, false)];
        let on = label(&complaint(), &may(), &list, &[id(1), id(1), id(2)], &[]).unwrap();
        let case = after(complaint(), &on);
        assert_eq!(case.labels, [id(1), id(2)]);
        assert!(label(&case, &may(), &list, &[id(1)], &[id(9)]).unwrap().is_empty());
        let off = label(&case, &may(), &list, &[], &[id(1)]).unwrap();
        assert_eq!(after(case, &off).labels, [id(2)]);
    }

    #[test]
    fn a_label_that_is_offered_no_more_stays_where_it_is_and_goes_nowhere_new() {
        let case = after(
            complaint(),
            &label(&complaint(), &may(), &[listed(1, false)], &[id(1)], &[]).unwrap(),
        );
        let ended = [listed(1, true)];
        let refused = label(&complaint(), &may(), &ended, &[id(1)], &[]);
        assert_eq!(refused, Err(LabelRefused::NoSuchLabel));
        assert!(label(&case, &may(), &ended, &[id(1)], &[]).unwrap().is_empty());
        assert!(!label(&case, &may(), &ended, &[], &[id(1)]).unwrap().is_empty());
    }

    #[test]
    fn a_case_carries_no_more_than_twenty() {
        let list: Vec<Listed> = (1..=21).map(|n| listed(n, false)).collect();
        let all: Vec<LabelId> = list.iter().map(|label| label.id).collect();
        assert_eq!(label(&complaint(), &may(), &list, &all, &[]), Err(LabelRefused::TooMany));
        assert!(label(&complaint(), &may(), &list, &all[..20], &[]).is_ok());
    }

    #[test]
    fn taking_it_back_puts_on_what_was_taken_off_unless_somebody_changed_it_since() {
        let list = [listed(1, false), listed(2, false)];
        let had = after(complaint(), &label(&complaint(), &may(), &list, &[id(1)], &[]).unwrap());
        let events = label(&had, &may(), &list, &[id(2)], &[id(1)]).unwrap();
        let Some(Event::Labelled(how)) = events.first() else { panic!("labelled") };
        let now = after(had.clone(), &events);
        let back = reversed(&now, how).unwrap();
        assert_eq!(after(now, &[back]).labels, [id(1)]);
        assert!(reversed(&had, how).is_none());
    }
}
