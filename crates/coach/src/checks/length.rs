//! C16: too hard to read, or too long.

use super::Case;
use crate::draft::Kind;
use crate::finding::Detail;
use crate::pack::Formula;
use crate::text::Sentence;

/// Longest reply that is read to the end, in words.
const MOST_WORDS: usize = 180;
/// Fewer words say nothing about reading ease.
const FEWEST_WORDS: usize = 30;
/// Letters of a long word, after Björnsson.
const LONG_WORD: usize = 7;

pub(super) fn check(case: &mut Case) {
    let full: Vec<&Sentence> = case.text.full_sentences().collect();
    let words = case.text.count();
    let grade = grade(case, &full);
    let too_hard = words >= FEWEST_WORDS && grade > case.speech.pack.ease.most;
    let too_long = words > MOST_WORDS && case.draft.kind != Kind::Statement;
    if !too_hard && !too_long {
        return;
    }
    let part = if too_hard { "hard" } else { "long" };
    let mut longest = full;
    longest.sort_by_key(|sentence| std::cmp::Reverse(sentence.words));
    let spans: Vec<_> = longest.iter().take(2).map(|sentence| sentence.raw.clone()).collect();
    for span in spans {
        let grade = grade.clamp(0.0, 99.0).round() as u32;
        case.note("C16", part, span, Some(Detail::Reading { words, grade }));
    }
}

fn grade(case: &Case, full: &[&Sentence]) -> f64 {
    let (mut words, mut syllables, mut many, mut long) = (0usize, 0usize, 0usize, 0usize);
    for sentence in full {
        for word in case.text.words_of(sentence) {
            let n = syllables_of(word);
            words += 1;
            syllables += n;
            many += usize::from(n >= 3);
            long += usize::from(word.chars().count() >= LONG_WORD);
        }
    }
    if words == 0 || full.is_empty() {
        return 0.0;
    }
    let share = |n: usize| n as f64 / words as f64;
    let per_sentence = words as f64 / full.len() as f64;
    match case.speech.pack.ease.formula {
        Formula::FleschKincaid => 0.39 * per_sentence + 11.8 * share(syllables) - 15.59,
        Formula::Vienna => 0.2656 * per_sentence + 0.2744 * 100.0 * share(many) - 1.693,
        Formula::Lix => per_sentence + 100.0 * share(long),
    }
}

/// Groups of vowels; a silent final e counts for nothing where others are heard.
fn syllables_of(word: &str) -> usize {
    let mut groups = 0;
    let mut in_group = false;
    for c in word.chars() {
        let vowel = is_vowel(c);
        groups += usize::from(vowel && !in_group);
        in_group = vowel;
    }
    let silent = word.ends_with('e') && !word.ends_with("le") && groups > 1;
    (groups - usize::from(silent)).max(1)
}

fn is_vowel(c: char) -> bool {
    matches!(
        c,
        'a' | 'e'
            | 'i'
            | 'o'
            | 'u'
            | 'y'
            | 'ä'
            | 'ö'
            | 'ü'
            | 'à'
            | 'â'
            | 'á'
            | 'ã'
            | 'é'
            | 'è'
            | 'ê'
            | 'ë'
            | 'í'
            | 'î'
            | 'ï'
            | 'ó'
            | 'ô'
            | 'õ'
            | 'ò'
            | 'ú'
            | 'ù'
            | 'û'
    )
}
