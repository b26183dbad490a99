//! The one pass over a text that gives its reading.

use std::borrow::Cow;
use std::sync::{Arc, LazyLock};

use crate::fold::{Folded, fold};
use crate::home::Home;
use crate::judge::{self, Evidence};
use crate::language::Told;
use crate::lexicon::{Hit, Lexicon, LexiconError, Lexicons, Section, settle};
use crate::shipped::Said;
use crate::{
    Judged, Kind, Language, Level, Note, Reading, Topics, facts, find_personal_data, language,
    promise, shipped, transcript,
};

/// Bytes of a text that are read; the rest is left out, and the reading says so.
pub const READ_BYTES_MAX: usize = 256 * 1024;

/// The name of what reads: the program's version and a hash of its models and lexicons, so that it
/// changes whenever the same text may be read differently.
static VERSION: LazyLock<String> = LazyLock::new(|| {
    let lexicons = SHIPPED.iter().map(|text| text.as_bytes());
    let parts = [shipped::BYTES, language::BYTES].into_iter().chain(lexicons);
    let hash =
        parts.flat_map(|part| part.chunks(8)).fold(0xcbf2_9ce4_8422_2325u64, |hash, eight| {
            let number = eight.iter().fold(0u64, |number, &byte| number << 8 | u64::from(byte));
            (hash ^ number).wrapping_mul(0x0000_0100_0000_01b3).rotate_left(29)
        });
    format!("shipped/{}/{hash:016x}", env!("CARGO_PKG_VERSION"))
});

const SHIPPED: [&str; 8] = [
    include_str!("../lexicons/any.txt"),
    include_str!("../lexicons/en.txt"),
    include_str!("../lexicons/de.txt"),
    include_str!("../lexicons/fr.txt"),
    include_str!("../lexicons/es.txt"),
    include_str!("../lexicons/it.txt"),
    include_str!("../lexicons/pt.txt"),
    include_str!("../lexicons/nl.txt"),
];

static READER: LazyLock<Reader> = LazyLock::new(|| {
    let lexicons = SHIPPED.map(|text| Lexicon::parse(text).expect("a test parses each lexicon"));
    Reader::with_lexicons(&lexicons).expect("a test builds the shipped reader")
});

/// Lexicons and model, built once. Cloning shares them.
#[derive(Debug, Clone)]
pub struct Reader {
    lexicons: Arc<Lexicons>,
    home: Option<Arc<Home>>,
    topics: Arc<Topics>,
}

/// Reads a text with what ships in the program.
///
/// Takes time linear in the text; reads at most [`READ_BYTES_MAX`] bytes. Never fails: what could
/// not be told stands in [`Reading::notes`].
pub fn read(text: &str) -> Reading {
    READER.read(text)
}

impl Reader {
    /// The reader that ships in the program: built at the first call, then shared.
    pub fn shipped() -> Reader {
        READER.clone()
    }

    /// A reader with lexicons of one's own; put [`Reader::shipped_lexicons`] among them to extend
    /// what ships.
    ///
    /// # Errors
    /// If there are too many entries.
    pub fn with_lexicons(lexicons: &[Lexicon]) -> Result<Reader, LexiconError> {
        let lexicons = Arc::new(Lexicons::build(lexicons)?);
        Ok(Reader { lexicons, home: None, topics: Arc::default() })
    }

    /// The lexicons that ship in the program.
    pub fn shipped_lexicons() -> Vec<Lexicon> {
        SHIPPED.iter().filter_map(|text| Lexicon::parse(text).ok()).collect()
    }

    /// The same reader with what an organisation adopted of its own; the empty [`Home`] takes it
    /// back to what ships.
    #[must_use]
    pub fn with_home(mut self, home: Home) -> Reader {
        self.home = (!home.is_empty()).then(|| Arc::new(home));
        self
    }

    /// The same reader with the topics of an organisation.
    #[must_use]
    pub fn with_topics(mut self, topics: Topics) -> Reader {
        self.topics = Arc::new(topics);
        self
    }

    /// Reads a text and finds the reader's topics in it; what ships has none.
    pub fn read(&self, text: &str) -> Reading {
        self.read_with(text, &self.topics)
    }

    /// The folded text and what the lexicons of its language found in it.
    pub(crate) fn hits(&self, text: &str) -> (Folded, Vec<Hit>) {
        let text = first_part(text);
        let folded = fold(text);
        let all = self.lexicons.find(&folded);
        let told = language::tell(text, &folded, &all, self.lexicons.languages());
        let hits = self.settle(&folded, &all, &told);
        (folded, hits)
    }

    fn settle(&self, folded: &Folded, all: &[Hit], told: &Told) -> Vec<Hit> {
        let names = self.lexicons.languages();
        let mine: Vec<bool> = names.iter().map(|n| told.reads(n)).collect();
        settle(folded, all, |l| mine[usize::from(l)])
    }

    /// Kind, feeling and severity; of a conversation, those of the words it begins with.
    pub(crate) fn judge(&self, text: &str, folded: &Folded, hits: &[Hit], e: &Evidence) -> Said {
        let opening = transcript::opening(text);
        if opening.len() == text.len() {
            return shipped::judge(self, text, folded, hits, e);
        }
        let (folded, hits) = self.hits(opening);
        let e = Evidence::gather(opening, &folded, &hits);
        shipped::judge(self, opening, &folded, &hits, &e)
    }

    /// Reads a text and finds these topics in it.
    pub fn read_with(&self, text: &str, topics: &Topics) -> Reading {
        let given_bytes = text.len();
        let text = first_part(text);
        let folded = fold(text);
        let all = self.lexicons.find(&folded);
        let names = self.lexicons.languages();
        let told = language::tell(text, &folded, &all, names);
        let hits = self.settle(&folded, &all, &told);
        let (language, codes) = (told.judged, told.codes);
        let e = Evidence::gather(text, &folded, &hits);
        let said = self.judge(text, &folded, &hits, &e);
        let personal_data = find_personal_data(text);
        let mut reading = Reading {
            model: Cow::Borrowed(VERSION.as_str()),
            severity: said.severity,
            arousal: judge::arousal(&e),
            attack: judge::attack(&e, said.bad),
            thanks: judge::thanks(&e, said.bad),
            effort: judge::level(&e, Section::Effort),
            urgency: judge::level(&e, Section::Urgency),
            signals: judge::signals(&e),
            promises: promise::find(text, &folded, &hits),
            topics: topics.find(&folded, |code| {
                language.abstains
                    || language.value.code() == code
                    || codes.iter().any(|c| c == code)
            }),
            desired_outcome: facts::desired(text, &folded, &hits),
            key_facts: facts::find(text, &folded, &hits, &personal_data),
            personal_data,
            notes: Vec::new(),
            language,
            kind: said.kind,
            feeling: said.feeling,
        };
        if let Some(home) = &self.home {
            home.lay_over(self, text, &mut reading);
        }
        let known = names.iter().any(|n| n == reading.language.value.code());
        admit(&mut reading, known, folded.shape.words == 0);
        if given_bytes > text.len() {
            reading.notes.push(Note::CutShort { read_bytes: text.len(), given_bytes });
        }
        reading
    }
}

fn first_part(text: &str) -> &str {
    let mut end = text.len().min(READ_BYTES_MAX);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// Says what the reading could not tell, and weakens what had no lexicon to stand on.
fn admit(reading: &mut Reading, known: bool, empty: bool) {
    if empty {
        reading.notes.push(Note::Empty);
        reading.kind = Judged::new(Kind::Other, 0.5, 1.0, Vec::new());
        reading.severity = Judged::new(0, 0.5, 1.0, Vec::new());
    } else if reading.language.value == Language::UNKNOWN {
        reading.notes.push(Note::LanguageUnknown);
    } else if !known {
        reading.notes.push(Note::NoLexicon { language: reading.language.value.clone() });
    }
    if !known {
        weaken(&mut reading.kind);
        weaken(&mut reading.severity);
        weaken(&mut reading.feeling);
        weaken(&mut reading.attack);
        weaken(&mut reading.thanks);
        weaken(&mut reading.effort);
        weaken(&mut reading.urgency);
    }
    let abstaining = [
        ("language", reading.language.abstains),
        ("kind", reading.kind.abstains),
        ("severity", reading.severity.abstains),
        ("feeling", reading.feeling.abstains),
        ("attack", reading.attack.abstains),
        ("thanks", reading.thanks.abstains),
        ("effort", reading.effort.abstains),
        ("urgency", reading.urgency.abstains),
    ];
    let fields: Vec<_> =
        abstaining.iter().filter(|(_, a)| *a).map(|(name, _)| Cow::Borrowed(*name)).collect();
    if !fields.is_empty() {
        reading.notes.push(Note::Unsure { fields });
    }
}

fn weaken<T>(judged: &mut Judged<T>) {
    judged.confidence *= 0.5;
    judged.abstains = true;
}

impl Level {
    /// The word used in JSON, tables and addresses.
    pub fn word(self) -> &'static str {
        match self {
            Level::None => "none",
            Level::Some => "some",
            Level::High => "high",
        }
    }
}
