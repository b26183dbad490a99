//! A line of the ledger of promises, as pages show it.

use crate::screen::Screen;
use crate::view::promises::PromiseLine;
use domain::promise::PromiseState;
use web::time_words::DueClock;

/// A line of the ledger, finished.
pub(crate) struct LedgerLine {
    pub id: String,
    pub words: String,
    pub state: &'static str,
    pub due: DueClock,
    pub case: String,
    pub customer: String,
    pub keeper: String,
    pub done: String,
}

impl LedgerLine {
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
        }
    }
}
