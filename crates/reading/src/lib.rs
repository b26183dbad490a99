//! A text in, what it says out: language, kind, severity, feeling, personal data, each with its
//! reasons.
//!
//! Everything here is a function of its arguments: no file, no clock, no chance. The room must
//! never know a case, a customer or a database; it knows words.
//!
//! Start with [`read`], or build a [`Reader`] once and share it.

pub mod archetype;
mod facts;
mod fold;
mod home;
mod judge;
mod judged;
pub mod kept;
mod language;
pub mod learn;
mod learnt;
mod lexicon;
mod manner;
pub mod near;
mod personal;
mod promise;
mod reader;
mod reading;
mod shipped;
pub mod themes;
mod topics;
mod transcript;
pub mod value;

pub use facts::{Fact, KeyFact, Outcome};
pub use home::Home;
pub use judged::{Judged, Reason};
pub use language::Language;
pub use lexicon::{Lexicon, LexiconError, Section};
pub use manner::Manner;
pub use personal::{PersonalData, PersonalKind, find_personal_data, redact};
pub use promise::{Promise, Promiser};
pub use reader::{READ_BYTES_MAX, Reader, read};
pub use reading::{Feeling, Kind, Level, Note, Reading, Signal, SignalKind};
pub use topics::{TOPIC_MIN, TRUST, Topic, TopicHit, Topics, language_of_phrase};
