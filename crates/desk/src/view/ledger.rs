//! A line of the ledger of promises, as pages show it.

use crate::screen::Screen;
use crate::view::promises::{PromiseLine, away};
use domain::promise::PromiseState;
use web::time_words::DueClock;

/// A line of the ledger, finished.
pub struct LedgerLine {
    /// Its id.
    pub id: String,
    /// What comes after "We will".
    pub words: String,
    /// `open`, `kept` or `broken`.
    pub state: &'static str,
    /// When it must be kept.
    pub due: DueClock,
    /// The case it was made on.
    pub case: String,
    /// To whom.
    pub customer: String,
    /// Who keeps it.
    pub keeper: String,
    /// What was done, once kept.
    pub done: String,
    /// That the customer is away, and until when; empty when they are not, or it is kept.
    pub away: String,
}

impl LedgerLine {
    /// A promise as `screen` shows it.
    pub fn of(screen: &Screen, line: &PromiseLine) -> LedgerLine {
        let promise = &line.promise;
        LedgerLine {
            id: promise.id.to_string(),
            words: promise.words.clone(),
            state: match promise.state {
                PromiseState::Open => "open",
                PromiseState::Broken => "broken",
                PromiseState::Kept | PromiseState::KeptLate => "kept",
            },
            due: screen.due(promise.due_at, promise.made_at),
            case: line.case.to_string(),
            customer: line.customer.clone(),
            keeper: line.keeper.clone(),
            done: line.done.clone(),
            away: match promise.is_owed() {
                true => away(line.back_on, screen.today()),
                false => String::new(),
            },
        }
    }
}
