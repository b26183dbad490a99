//! `redress model propose`: learns from what people corrected, by hand instead of at night.

use super::{Common, open, runtime, start_logging};
use insight::model::actions::{Proposed, propose};
use std::process::ExitCode;

/// Runs `redress model propose`. Exits 0 whether or not anything came out better: a comparison
/// that a model loses is done as well.
///
/// # Errors
/// When the store fails.
pub fn run(common: &Common, json: bool) -> anyhow::Result<ExitCode> {
    let settings = common.settings(&[])?;
    start_logging(&settings);
    let learnt = runtime()?.block_on(async {
        let ctx = open(&settings).await?;
        propose(&ctx).await
    })?;
    if learnt.is_empty() && !json {
        eprintln!(
            "Nothing was learnt: nothing was corrected since the last time, or fewer than ten \
             texts of one sort."
        );
    }
    for model in &learnt {
        if json {
            let (label, better) = (model.label.word(), model.figures.is_better());
            out!(
                "{}",
                serde_json::json!({"id": model.id, "label": label, "proposed": better,
                    "figures": model.figures})
            );
        } else {
            out!("{}", in_words(model));
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// `kind: proposed. Of 12 corrections held back 7 are read right instead of 3, …`
fn in_words(model: &Proposed) -> String {
    let (label, f) = (model.label.word(), &model.figures);
    let what = if f.is_better() {
        "proposed; a lead adopts it under Insight › Readings"
    } else {
        "not better, so not proposed"
    };
    format!(
        "{label}: {what}. Learnt from {} texts ({} corrections). Of {} corrections held back {} \
         are read right instead of {}, of {} other texts {} instead of {}.",
        f.learnt_from,
        f.learnt_from_corrections,
        f.corrected,
        f.corrected_right_after,
        f.corrected_right_before,
        f.kept,
        f.kept_right_after,
        f.kept_right_before
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use insight::correction::rules::Label;
    use insight::model::rules::Figures;

    #[test]
    fn the_words_say_what_came_out_and_on_how_many_texts() {
        let figures = Figures {
            learnt_from: 90,
            learnt_from_corrections: 40,
            corrected: 12,
            corrected_right_before: 3,
            corrected_right_after: 7,
            kept: 20,
            kept_right_before: 19,
            kept_right_after: 19,
        };
        let better = Proposed { id: String::new(), label: Label::Kind, figures };
        let said = in_words(&better);
        assert!(said.starts_with("kind: proposed"), "{said}");
        assert!(said.contains("Of 12 corrections held back 7 are read right instead of 3"));
        let figures = Figures { corrected_right_after: 3, ..figures };
        assert!(in_words(&Proposed { figures, ..better }).contains("not better"));
    }
}
