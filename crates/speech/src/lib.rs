//! What customers read, in their language: pages, refusals and the letters that are written by
//! themselves.
//!
//! The words lie in `words/LANGUAGE/*.ftl` (Project Fluent), one folder for each language; the
//! folder is all that a language needs. `build.rs` makes a method of [`Say`] from each English
//! message, so that words which do not exist cannot be asked for, and the tests compare every
//! language with English. What comes back is plain text, never markup: a page escapes it like any
//! other text, and what people wrote stands in it as they wrote it.
//!
//! Knows no page, no case and no database.

mod moment;

use fluent::concurrent::FluentBundle;
use fluent::types::FluentNumber;
use fluent::{FluentArgs, FluentResource, FluentValue};
use std::fmt;
use std::sync::LazyLock;
use unic_langid::LanguageIdentifier;

include!(concat!(env!("OUT_DIR"), "/say.rs"));

/// Messages of English, with their variables and whether each is a number.
#[cfg(test)]
type Messages = &'static [(&'static str, &'static [(&'static str, bool)])];

/// A language we speak.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Language(usize);

impl Language {
    /// The language that says everything first, and the default of a company that chose none.
    pub const ENGLISH: Language = Language(ENGLISH);

    /// Every language, in the order of their codes.
    pub fn all() -> impl Iterator<Item = Language> {
        (0..FOLDERS.len()).map(Language)
    }

    /// The language of a code such as `de` or `de-AT`; `None` where we do not speak it.
    pub fn of(code: &str) -> Option<Language> {
        let main = code.split(['-', '_']).next().unwrap_or(code).trim();
        Language::all().find(|language| language.code().eq_ignore_ascii_case(main))
    }

    /// The first of these codes whose language we speak.
    pub fn first_of<'a>(codes: impl IntoIterator<Item = &'a str>) -> Option<Language> {
        codes.into_iter().find_map(Language::of)
    }

    /// ISO 639-1.
    pub fn code(self) -> &'static str {
        FOLDERS[self.0].0
    }

    /// Its own name: `Deutsch`.
    pub fn name(self) -> String {
        self.say().language_name()
    }

    /// `ltr` or `rtl`.
    pub fn direction(self) -> &'static str {
        if ["ar", "fa", "he", "ur"].contains(&self.code()) { "rtl" } else { "ltr" }
    }

    /// Our words in it.
    pub fn say(self) -> Say {
        Say { language: self }
    }
}

impl Default for Language {
    fn default() -> Language {
        Language::ENGLISH
    }
}

impl fmt::Debug for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// Our words in one language. Each message is a method of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Say {
    /// Which.
    pub language: Language,
}

type Bundle = FluentBundle<FluentResource>;

static SPOKEN: LazyLock<Vec<Bundle>> = LazyLock::new(|| {
    FOLDERS
        .iter()
        .map(|(code, files)| bundle(code, files).expect("a test reads them all"))
        .collect()
});

fn bundle(code: &str, files: &[&str]) -> Result<Bundle, String> {
    let id: LanguageIdentifier = code.parse().map_err(|error| format!("{code}: {error}"))?;
    let mut bundle = Bundle::new_concurrent(vec![id]);
    // The marks would stand in letters and subjects; pages set `dir` around what people wrote.
    bundle.set_use_isolating(false);
    bundle.add_builtins().map_err(|error| format!("{code}: {error}"))?;
    for file in files {
        let resource = FluentResource::try_new((*file).to_owned());
        let resource = resource.map_err(|(_, errors)| format!("{code}: {errors:?}"))?;
        bundle.add_resource(resource).map_err(|errors| format!("{code}: {errors:?}"))?;
    }
    let of = |id| format(&bundle, id, &FluentArgs::new()).unwrap_or_default();
    let grouping = match (of("thousands").as_str(), of("thousands-from").as_str()) {
        (",", "4") => grouped::<_, ',', 4>,
        (".", "4") => grouped::<_, '.', 4>,
        (".", "5") => grouped::<_, '.', 5>,
        ("\u{202f}", "4") => grouped::<_, '\u{202f}', 4>,
        other => return Err(format!("{code}: nobody has written thousands as {other:?}")),
    };
    bundle.set_formatter(Some(grouping));
    Ok(bundle)
}

/// A whole number with its thousands apart, from `FROM` digits on.
fn grouped<M, const MARK: char, const FROM: usize>(
    value: &FluentValue<'_>,
    _: &M,
) -> Option<String> {
    let FluentValue::Number(FluentNumber { value, options }) = value else { return None };
    if !options.use_grouping || value.fract() != 0.0 {
        return None;
    }
    let digits = format!("{:.0}", value.abs());
    if digits.len() < FROM {
        return None;
    }
    let mut words = String::from(if *value < 0.0 { "−" } else { "" });
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            words.push(MARK);
        }
        words.push(digit);
    }
    Some(words)
}

/// The words of a message; `None` where the language lacks it or something that stands in it.
fn format(bundle: &Bundle, id: &str, given: &FluentArgs<'_>) -> Option<String> {
    let pattern = bundle.get_message(id)?.value()?;
    let mut errors = Vec::new();
    let words = bundle.format_pattern(pattern, Some(given), &mut errors).into_owned();
    errors.is_empty().then_some(words)
}

/// Stands for what a page marks up inside a sentence; see [`around`].
pub const HOLE: &str = "\u{e000}";

/// A sentence in which [`HOLE`] stands, as what comes before it and what comes after it.
pub fn around(words: &str) -> (String, String) {
    let (before, after) = words.split_once(HOLE).unwrap_or((words, ""));
    (before.to_owned(), after.to_owned())
}

impl Say {
    /// No language lacks a message, as a test says; a reader never meets a key, whatever happens.
    fn words(self, id: &str, given: &FluentArgs<'_>) -> String {
        let known = format(&SPOKEN[self.language.0], id, given);
        known.or_else(|| format(&SPOKEN[ENGLISH], id, given)).unwrap_or_default()
    }

    /// How this language calls somebody in a greeting: `Amara`, or `Amara Okafor`. Empty where no
    /// name is known; never an address.
    pub fn called(self, name: &str) -> String {
        let is_first = self.greeting_calls() == "first";
        let words: Vec<&str> = name.split_whitespace().collect();
        match words.as_slice() {
            [] => String::new(),
            [first, ..] if first.contains('@') => String::new(),
            [first, ..] if is_first || name.contains('@') => (*first).to_owned(),
            whole => whole.join(" "),
        }
    }

    /// `Hi Amara,`, or `Hello,` where no name is known.
    pub fn greets(self, name: &str) -> String {
        match self.called(name) {
            nobody if nobody.is_empty() => self.greeting_nobody(),
            called => self.greeting(&called),
        }
    }

    /// A size of a file: `1.5 MB`.
    pub fn size(self, bytes: i64) -> String {
        match bytes {
            ..1_024 => self.size_bytes(bytes),
            1_024..1_048_576 => self.size_kilobytes(bytes / 1_024),
            _ => self.size_megabytes(bytes % 1_048_576 * 10 / 1_048_576, bytes / 1_048_576),
        }
    }
}

/// Whether a subject is the first word of a letter that must carry nothing a stranger chose, in
/// any language.
pub fn is_first_word(subject: &str) -> bool {
    Language::all().any(|language| language.say().letter_first_word() == subject)
}

#[cfg(test)]
mod tests;
