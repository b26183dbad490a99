//! What stands in the gaps of a text about one case.

use crate::message::coaching::FindingView;
use desk::screen::Screen;
use desk::view::case::CaseView;
use domain::variable::{self, Filled, VARIABLES};
use speech::Language;
use std::collections::BTreeMap;
use store::{Context, StoreError};

/// What stands in each gap that has something to say on this case.
pub(crate) struct Values(BTreeMap<&'static str, String>);

impl Values {
    /// Reads them for whoever writes.
    pub(crate) async fn of(
        ctx: &Context,
        screen: &Screen,
        view: &CaseView,
    ) -> Result<Values, StoreError> {
        let case = &view.case;
        let mut values = BTreeMap::new();
        let owed = case.promises.iter().filter(|promise| promise.is_owed() && promise.visible);
        if let Some(next) = owed.min_by_key(|promise| promise.due_at) {
            values.insert("promise.words", next.words.clone());
            // The text is for the customer, so its day is written as their language writes it.
            let say = Language::of(&case.language).unwrap_or_default().say();
            let day = say.moment(screen.now, next.due_at, &screen.zone);
            values.insert("promise.date", day);
        }
        let first = view.customer.split_whitespace().next().unwrap_or_default();
        for (name, value) in [
            ("customer.name", view.customer.clone()),
            ("customer.first_name", first.to_owned()),
            ("case.number", case.number.to_string()),
            ("case.subject", case.subject.clone()),
            ("case.problem", case.problem_line().to_owned()),
            ("agent.name", screen.signed.staff.name.clone()),
            ("team.name", view.team.clone()),
            ("team.phone", super::sql::phone_of(&ctx.store, case.team).await?),
            ("organisation.name", screen.policy.organisation.clone()),
        ] {
            values.insert(name, value);
        }
        values.retain(|_, value| !value.trim().is_empty());
        Ok(Values(values))
    }

    /// Fills the gaps of a text as far as there is something to say.
    pub(crate) fn fill(&self, text: &str) -> Filled {
        variable::fill(text, |name| self.0.get(name).map(String::as_str))
    }

    /// Every gap with its value; empty where this case has none.
    pub(crate) fn listed(&self) -> impl Iterator<Item = (&'static str, &'static str, &str)> {
        VARIABLES
            .iter()
            .map(|(name, what)| (*name, *what, self.0.get(name).map_or("", String::as_str)))
    }

    /// The gaps of a draft as the coach shows them: what will stand there, or that nothing does
    /// and the text cannot leave.
    pub(crate) fn findings(&self, text: &str) -> Vec<FindingView> {
        let count = |end: usize| text.get(..end).map_or(0, |before| before.chars().count());
        let finding = |gap: variable::Gap<'_>| {
            let value = self.0.get(gap.name).cloned();
            let stops = value.is_none();
            FindingView {
                rule: RULE.to_owned(),
                from: count(gap.from),
                to: count(gap.to),
                severity: if stops { "stop" } else { "advice" },
                says: match &value {
                    Some(_) => "A gap that is filled when you send".to_owned(),
                    None => format!("Nothing fills {{{{{}}}}}", gap.name),
                },
                reason: match &value {
                    Some(_) => "So it will read:".to_owned(),
                    None => "Write what belongs there, or take it out.".to_owned(),
                },
                better: value,
                stops,
            }
        };
        variable::gaps(text).into_iter().map(finding).collect()
    }
}

/// What a gap is called among the rules of the coach.
pub(crate) const RULE: &str = "GAP";
