//! C20: capitals and exclamation marks. What sarcasm can be told by its words stands in the packs.

use super::Case;
use std::ops::Range;

/// Capital letters in words beside each other that sound like shouting.
const SHOUTED_LETTERS: usize = 7;
/// Exclamation marks that are still cheerful where nobody complains.
const CHEERFUL_MARKS: usize = 2;

pub(super) fn check(case: &mut Case) {
    capitals(case);
    marks(case);
}

/// A shouted word is a common word in capitals; other words in capitals may be names, and count
/// when three stand together, or two of which one is common.
fn capitals(case: &mut Case) {
    let text = case.text;
    let mut row: Row = None;
    let mut shouted = Vec::new();
    for (word, raw) in text.words() {
        let letters = case.draft.text[raw.clone()].chars().filter(|c| c.is_alphabetic());
        let (all, small) = letters
            .fold((0, 0), |(all, small), c| (all + 1, small + usize::from(!c.is_uppercase())));
        if small > 0 || all < 2 || word.bytes().any(|b| b.is_ascii_digit()) {
            row = close(row, &mut shouted);
            continue;
        }
        if all >= 3 && case.speech.is_function_word(word) {
            shouted.push(raw.clone());
        }
        let common = case.speech.is_function_word(word);
        row = Some(match row {
            Some(row) => ShoutedRow {
                span: row.span.start..raw.end,
                words: row.words + 1,
                letters: row.letters + all,
                common: row.common || common,
            },
            None => ShoutedRow { span: raw, words: 1, letters: all, common },
        });
    }
    close(row, &mut shouted);
    shouted.truncate(20);
    let known = |span: &Range<usize>| {
        let words = &case.draft.text[span.clone()];
        let theirs = case.context.earlier_messages.iter().any(|m| m.text.contains(words));
        theirs || case.context.problem_line.as_deref().is_some_and(|line| line.contains(words))
    };
    shouted.retain(|span| !known(span));
    for span in shouted.into_iter().take(2) {
        let calm = case.draft.text[span.clone()].to_lowercase();
        case.note_with("C20", "capitals", span, None, &[("calm", &calm)]);
    }
}

/// Words in capitals beside each other.
struct ShoutedRow {
    span: Range<usize>,
    words: usize,
    letters: usize,
    /// Whether a common word is among them, so that they are not just a name.
    common: bool,
}

type Row = Option<ShoutedRow>;

fn close(row: Row, shouted: &mut Vec<Range<usize>>) -> Row {
    if let Some(row) = row
        && (row.words >= 3 || row.words == 2 && row.common)
        && row.letters >= SHOUTED_LETTERS
    {
        shouted.push(row.span);
    }
    None
}

fn marks(case: &mut Case) {
    let greeting_ends = case.opening();
    let marks: Vec<usize> = case.draft.text.match_indices('!').map(|(at, _)| at).collect();
    let after: Vec<usize> = marks.iter().copied().filter(|at| *at >= greeting_ends).collect();
    let doubled =
        |at: &&usize| case.draft.text[**at..].starts_with("!!") || interrobang(case, **at);
    let upset = case.context.is_complaint && !case.context.is_praise();
    let hot = match marks.iter().find(doubled) {
        Some(at) => Some(*at),
        None if upset => after.first().copied(),
        None if marks.len() > CHEERFUL_MARKS => marks.last().copied(),
        None => None,
    };
    let Some(at) = hot else { return };
    let run = case.draft.text[at..].bytes().take_while(|b| matches!(b, b'!' | b'?')).count();
    case.note("C20", "marks", at..at + run, None);
}

fn interrobang(case: &Case, at: usize) -> bool {
    case.draft.text[at..].starts_with("!?") || case.draft.text[..at].ends_with('?')
}
