//! Which language a text is written in.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::fold::Folded;
use crate::lexicon::{Hit, Section};
use crate::{Judged, Reason};

/// A language as an ISO 639-1 code, with `-Latn` where the script is not the usual one.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Language(Cow<'static, str>);

impl Language {
    /// Not told.
    pub const UNKNOWN: Language = Language(Cow::Borrowed("und"));

    /// A language by its code.
    pub const fn of(code: &'static str) -> Language {
        Language(Cow::Borrowed(code))
    }

    /// The code: `en`, `hi-Latn`, or `und` if it could not be told.
    pub fn code(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Below this the language abstains.
const FLOOR: f32 = 0.5;

/// Tells the language by its script, then by the common words of the lexicons.
pub(crate) fn tell(
    text: &str,
    folded: &Folded,
    hits: &[Hit],
    names: &[String],
) -> Judged<Language> {
    if let Some((code, share)) = by_script(text) {
        return Judged::new(Language::of(code), share, FLOOR, Vec::new());
    }
    let mut votes = vec![0.0f32; names.len()];
    let mut because: Vec<Vec<Reason>> = vec![Vec::new(); names.len()];
    for hit in hits {
        let (weight, language) = match hit.section {
            Section::Common => (hit.strength, usize::from(hit.language)),
            _ => (0.4, usize::from(hit.language)),
        };
        if names[language] == "any" {
            continue;
        }
        votes[language] += weight;
        if because[language].len() < 8 {
            let (first, last) = (hit.tokens.start, hit.tokens.end - 1);
            let span = folded.tokens[first].start as usize..folded.tokens[last].end as usize;
            let feature = Cow::Owned(text[span.clone()].to_lowercase());
            because[language].push(Reason { feature, span, weight });
        }
    }
    let total: f32 = votes.iter().sum();
    let best = (0..votes.len()).max_by(|&a, &b| votes[a].total_cmp(&votes[b]));
    match best {
        Some(best) if votes[best] > 0.0 => {
            let confidence = (votes[best] + 0.5) / (total + 1.5);
            let language = Language(Cow::Owned(names[best].clone()));
            Judged::new(language, confidence, FLOOR, std::mem::take(&mut because[best]))
        }
        _ => Judged::new(Language::UNKNOWN, 0.0, FLOOR, Vec::new()),
    }
}

/// The language of scripts that (nearly) only one language uses, and its share of the letters.
fn by_script(text: &str) -> Option<(&'static str, f32)> {
    const SCRIPTS: &[(u32, u32, &str)] = &[
        (0x370, 0x3ff, "el"),
        (0x400, 0x52f, "ru"),
        (0x530, 0x58f, "hy"),
        (0x590, 0x5ff, "he"),
        (0x600, 0x77f, "ar"),
        (0x900, 0x97f, "hi"),
        (0x980, 0x9ff, "bn"),
        (0xa00, 0xa7f, "pa"),
        (0xa80, 0xaff, "gu"),
        (0xb80, 0xbff, "ta"),
        (0xc00, 0xc7f, "te"),
        (0xe00, 0xe7f, "th"),
        (0x10a0, 0x10ff, "ka"),
        (0x3040, 0x30ff, "ja"),
        (0x4e00, 0x9fff, "zh"),
        (0xac00, 0xd7af, "ko"),
    ];
    let mut counts = [0u32; SCRIPTS.len()];
    let mut letters = 0u32;
    for c in text.chars().filter(|c| c.is_alphabetic()) {
        letters += 1;
        if !c.is_ascii() {
            let code = u32::from(c);
            if let Some(i) = SCRIPTS.iter().position(|&(a, b, _)| (a..=b).contains(&code)) {
                counts[i] += 1;
            }
        }
    }
    let best = (0..counts.len()).max_by_key(|&i| counts[i])?;
    let share = counts[best] as f32 / letters.max(1) as f32;
    let japanese = counts[13] > 0 && counts[13] * 10 >= letters;
    let code = if japanese { "ja" } else { SCRIPTS[best].2 };
    (share > 0.5).then_some((code, share))
}
