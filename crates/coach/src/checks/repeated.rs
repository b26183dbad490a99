//! C19: the same text was sent before in this case.

use super::Case;
use crate::finding::Detail;
use std::collections::HashSet;

/// Words in a row that are compared.
const ROW: usize = 4;
/// Rows needed before a likeness means anything: a greeting alone is not a repetition.
const FEWEST_ROWS: usize = 8;
/// Share of the draft's rows that were sent before, in per cent.
const SAME_PER_CENT: usize = 60;

pub(super) fn check(case: &mut Case) {
    let words: Vec<&str> = case.text.words().map(|(word, _)| word).collect();
    let rows: HashSet<&[&str]> = words.windows(ROW).collect();
    if rows.len() < FEWEST_ROWS {
        return;
    }
    let mut found = None;
    for said in case.ours.iter().rev() {
        let before: Vec<&str> = said.text.words().map(|(word, _)| word).collect();
        let before: HashSet<&[&str]> = before.windows(ROW).collect();
        let same = rows.iter().filter(|row| before.contains(**row)).count();
        if same * 100 >= rows.len() * SAME_PER_CENT {
            found = Some(said.message);
            break;
        }
    }
    if let Some(message) = found {
        let span = 0..case.draft.text.trim_end().len();
        let detail = Detail::Earlier { text: message.text.clone(), at: message.at };
        case.note("C19", "", span, Some(detail));
    }
}
