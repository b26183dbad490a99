//! What stands around the form: the company, another way to reach it, what it promises.

use domain::clock::ClockPolicy;
use hearing::form::Answers;
use speech::{Language, Say};
use store::Context;
use web::frame::CustomerFrame;
use web::{Problem, Visitor};

/// Somebody before a page of the form, and the language they read it in.
#[derive(Clone, Copy)]
pub(crate) struct Visit<'a> {
    pub ctx: &'a Context,
    pub visitor: Visitor,
    pub say: Say,
    /// The code of their language, kept with the answers; empty where only we chose it.
    pub language: &'static str,
}

impl<'a> Visit<'a> {
    /// A visit that nothing is known of but the address and the browser.
    pub(crate) fn of(ctx: &'a Context, visitor: Visitor) -> Visit<'a> {
        Visit::known(ctx, visitor, &[])
    }

    /// A visit of somebody whose language we know.
    pub(crate) fn known(ctx: &'a Context, visitor: Visitor, known: &[&str]) -> Visit<'a> {
        let language = visitor.language(known).map_or("", Language::code);
        Visit { ctx, visitor, say: visitor.say(known), language }
    }

    /// A visit that goes on: its answers were begun in a language.
    pub(crate) fn with(self, answers: &Answers) -> Visit<'a> {
        Visit::known(self.ctx, self.visitor, &[&answers.language])
    }

    /// The frame of a page that can be looked at again at `here`.
    pub(crate) async fn frame(
        &self,
        title: &str,
        here: &str,
        back: Option<String>,
        has_errors: bool,
    ) -> Result<CustomerFrame, Problem> {
        let name = self.ctx.store.setting("organisation/name").await?;
        let company = name.unwrap_or_else(|| "Redress".to_owned());
        let mut frame = CustomerFrame::new(title, company).spoken(self.say, here);
        frame.home = self.visitor.to("/start");
        frame.back = back.map(|back| self.visitor.to(&back));
        frame.has_errors = has_errors;
        frame.another_way = another_way(self.ctx).await?;
        Ok(frame)
    }
}

async fn another_way(ctx: &Context) -> Result<String, Problem> {
    let lines = ctx.store.setting("organisation/contact").await?;
    let lines: Vec<String> =
        lines.and_then(|lines| serde_json::from_str(&lines).ok()).unwrap_or_default();
    Ok(lines.join(" · "))
}

/// What we promise about a first answer: open minutes in words.
pub(crate) async fn first_answer(ctx: &Context, say: Say) -> Result<String, Problem> {
    let policy = ctx.store.setting("policy/clocks").await?;
    let policy: ClockPolicy =
        policy.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
    let minutes = policy.answer.iter().copied().max().unwrap_or(960);
    let hours = minutes.div_ceil(60);
    Ok(match hours {
        0 | 1 => say.first_answer_hour(),
        2..=8 => say.first_answer_hours(hours.into()),
        9..=16 => say.first_answer_next_day(),
        _ => say.first_answer_days(hours.div_ceil(8).into()),
    })
}

/// Errors as a page shows them.
pub(crate) struct Shown<'a>(pub &'a [(String, String)]);

impl Shown<'_> {
    /// The words at one field, or empty.
    pub(crate) fn of(&self, field: &str) -> String {
        let words = self.0.iter().filter(|(known, _)| known == field).map(|(_, words)| words);
        words.cloned().collect::<Vec<_>>().join(". ")
    }
}
