//! A draft reply in, findings with reasons and better words out.
//!
//! The coach reads what somebody is about to send to a customer, together with what is known of
//! the case, and says what may be heard otherwise than it is meant: 22 rules, C01 to C22, as data
//! per language (see `packs/README.md`), with code where a pattern cannot say it. Only C13,
//! personal data where it must not be, stops a message; everything else advises.
//!
//! It knows no clock, no network and no case but the one it is shown, and it judges words, never
//! the person who wrote them.

mod checks;
mod concept;
mod draft;
mod finding;
mod pack;
mod publicity;
mod secrets;
mod slots;
mod text;

pub use draft::{Clause, Context, Draft, Earlier, Kind, OpenPromise};
pub use finding::{ApologyParts, Detail, Finding, PublicOrder, Severity};
pub use pack::PackRefused;
pub use publicity::{Answer, Publicity, REACH_THAT_OPENS};

use pack::{Pack, RuleText, Speech};
use std::collections::HashSet;
use std::sync::OnceLock;
use text::Text;

/// The packs that come with the product, the most complete first.
const SHIPPED: [&str; 7] = [
    include_str!("../packs/en.toml"),
    include_str!("../packs/de.toml"),
    include_str!("../packs/fr.toml"),
    include_str!("../packs/es.toml"),
    include_str!("../packs/it.toml"),
    include_str!("../packs/pt.toml"),
    include_str!("../packs/nl.toml"),
];

/// How much of a draft is judged, in bytes; personal data is looked for in all of it.
const MOST_BYTES: usize = 200_000;

/// Words of a draft that are looked at to tell its language.
const WORDS_FOR_LANGUAGE: usize = 300;

/// Reads drafts. Made once; may be shared among threads.
#[derive(Debug)]
pub struct Coach {
    languages: Vec<Language>,
}

/// A language, made ready when the first draft in it comes.
#[derive(Debug)]
struct Language {
    pack: Pack,
    /// The function words, by which a text in this language is known.
    words: HashSet<String>,
    speech: OnceLock<Speech>,
}

impl Coach {
    /// The coach with the shipped packs: English and German complete, French, Spanish, Italian,
    /// Portuguese and Dutch with fewer patterns.
    pub fn shipped() -> Coach {
        let languages = SHIPPED.iter().map(|toml| {
            Language::new(Pack::parse(toml).expect("a shipped pack is tested to be readable"))
        });
        Coach { languages: languages.collect() }
    }

    /// The same coach with an organisation's own pack: rules, patterns and words are added to
    /// those of its language, and the rules it lists under `off` fall silent. The pack's examples
    /// are tried: one that does not hold refuses the pack.
    pub fn with_pack(self, toml: &str) -> Result<Coach, PackRefused> {
        let own = Pack::parse(toml)?;
        Speech::compile(own.clone())?;
        let (language, rules) = (own.language.clone(), own.rule.clone());
        let coach = self.extended(own);
        match coach.broken_examples(&language, &rules).into_iter().next() {
            Some(broken) => Err(broken),
            None => Ok(coach),
        }
    }

    fn extended(mut self, own: Pack) -> Coach {
        match self.languages.iter_mut().find(|known| known.pack.language == own.language) {
            Some(known) => {
                known.pack.rule.extend(own.rule);
                known.pack.function_words.extend(own.function_words);
                known.pack.off.extend(own.off);
                for (concept, patterns) in own.lists {
                    known.pack.lists.entry(concept).or_default().extend(patterns);
                }
                known.speech = OnceLock::new();
            }
            None => self.languages.push(Language::new(own)),
        }
        self
    }

    /// The examples of these rules that do not come out as they say.
    fn broken_examples(&self, language: &str, rules: &[RuleText]) -> Vec<PackRefused> {
        let mut broken = Vec::new();
        for rule in rules {
            let positive = rule.positive.iter().map(|example| (example, true));
            for (example, speaks) in positive.chain(rule.negative.iter().map(|e| (e, false))) {
                let (draft, context) = example.draft(language);
                let findings = self.review(&draft, &context);
                if findings.iter().any(|finding| finding.rule == rule.id) != speaks {
                    let rule = rule.id.clone();
                    broken.push(PackRefused::Example { rule, speaks, text: draft.text });
                }
            }
        }
        broken
    }

    /// Makes every language ready, so that nobody's first draft waits for it (about 0.1 s each).
    pub fn warm_up(&self) {
        for language in &self.languages {
            language.speech();
        }
    }

    /// What a reader of this draft may stumble over, in the order of the text.
    ///
    /// In a language that no pack speaks, only the checks that need no words are made; ask
    /// [`Coach::language_of`] to tell people so.
    pub fn review(&self, draft: &Draft, context: &Context) -> Vec<Finding> {
        checks::review(&self.prepare(draft), draft, context)
    }

    /// The publicity check: what if this were public tomorrow?
    pub fn publicity(&self, draft: &Draft, context: &Context, findings: &[Finding]) -> Publicity {
        publicity::check(&self.prepare(draft), draft, context, findings)
    }

    /// Which parts of an apology the draft has.
    pub fn apology(&self, draft: &Draft) -> ApologyParts {
        let prepared = self.prepare(draft);
        checks::apology::parts(prepared.speech, &prepared.text)
    }

    /// The language in which the draft is judged, if a pack speaks it.
    pub fn language_of(&self, draft: &Draft) -> Option<&str> {
        let prepared = self.prepare(draft);
        prepared.spoken.then_some(prepared.speech.pack.language.as_str())
    }

    /// The languages that can be judged, as two-letter tags.
    pub fn languages(&self) -> impl Iterator<Item = &str> {
        self.languages.iter().map(|language| language.pack.language.as_str())
    }

    fn prepare(&self, draft: &Draft) -> Prepared<'_> {
        let read = checks::beginning(&draft.text, MOST_BYTES);
        let text = Text::read(read, false);
        let found = match &draft.language {
            Some(tag) => self.named(tag),
            None => self.guess(&text),
        };
        let language = found.unwrap_or(&self.languages[0]);
        let speech = language.speech();
        let split = splits_apostrophes(&language.pack.language);
        let text = if split { Text::read(read, true) } else { text };
        Prepared { speech, text, spoken: found.is_some() }
    }

    fn named(&self, tag: &str) -> Option<&Language> {
        let main = tag.split(['-', '_']).next().unwrap_or(tag).to_ascii_lowercase();
        self.languages.iter().find(|language| language.pack.language == main)
    }

    /// The language with most of its function words in the text; none if hardly any is there.
    fn guess(&self, text: &Text) -> Option<&Language> {
        let words: Vec<&str> =
            text.words().map(|(word, _)| word).take(WORDS_FOR_LANGUAGE).collect();
        let mut best: Option<(usize, &Language)> = None;
        for language in &self.languages {
            let hits = words.iter().filter(|word| language.words.contains(**word)).count();
            if best.is_none_or(|(most, _)| hits > most) {
                best = Some((hits, language));
            }
        }
        let (hits, language) = best?;
        (hits > 0 && hits * 6 >= words.len()).then_some(language)
    }
}

impl Language {
    fn new(pack: Pack) -> Language {
        let words = pack.function_words.iter().cloned().collect();
        Language { pack, words, speech: OnceLock::new() }
    }

    fn speech(&self) -> &Speech {
        self.speech.get_or_init(|| {
            Speech::compile(self.pack.clone()).expect("every pack was compiled when it was taken")
        })
    }
}

fn splits_apostrophes(language: &str) -> bool {
    matches!(language, "fr" | "it")
}

/// A draft made ready in its language.
pub(crate) struct Prepared<'a> {
    pub speech: &'a Speech,
    pub text: Text,
    /// Whether a pack speaks the language of the draft.
    pub spoken: bool,
}

#[cfg(test)]
mod pack_tests;
