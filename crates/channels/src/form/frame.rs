//! What stands around the form: the company, another way to reach it, what it promises.

use domain::clock::ClockPolicy;
use store::Context;
use web::Problem;
use web::frame::CustomerFrame;

/// The frame of a page of the form.
pub(crate) async fn frame(
    ctx: &Context,
    title: &str,
    back: Option<String>,
    has_errors: bool,
) -> Result<CustomerFrame, Problem> {
    let name = ctx.store.setting("organisation/name").await?;
    let mut frame = CustomerFrame::new(title, name.unwrap_or_else(|| "Redress".to_owned()));
    frame.back = back;
    frame.has_errors = has_errors;
    frame.another_way = another_way(ctx).await?;
    Ok(frame)
}

async fn another_way(ctx: &Context) -> Result<String, Problem> {
    let lines = ctx.store.setting("organisation/contact").await?;
    let lines: Vec<String> =
        lines.and_then(|lines| serde_json::from_str(&lines).ok()).unwrap_or_default();
    Ok(lines.join(" · "))
}

/// What we promise about a first answer: open minutes in words.
pub(crate) async fn first_answer(ctx: &Context) -> Result<String, Problem> {
    let policy = ctx.store.setting("policy/clocks").await?;
    let policy: ClockPolicy =
        policy.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
    let minutes = policy.answer.iter().copied().max().unwrap_or(960);
    let hours = minutes.div_ceil(60);
    Ok(match hours {
        0 | 1 => "within an hour, while we are open".to_owned(),
        2..=8 => format!("within {hours} hours, while we are open"),
        9..=16 => "by the end of the next working day".to_owned(),
        _ => format!("within {} working days", hours.div_ceil(8)),
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
