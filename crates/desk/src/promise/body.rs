//! Promises as programs read them.

use crate::view::promises::PromiseLine;
use serde::Serialize;
use utoipa::ToSchema;

/// A promise.
#[derive(Debug, Serialize, ToSchema)]
pub struct PromiseBody {
    /// Its id.
    pub id: String,
    /// The number people say.
    #[schema(example = "P-2204")]
    pub number: String,
    /// The case it was made on.
    #[schema(example = "R-10482")]
    pub case: String,
    /// To whom.
    pub customer: String,
    /// What comes after "We will".
    pub words: String,
    /// The id of who keeps it.
    pub keeper: String,
    /// Their name.
    pub keeper_name: String,
    /// `open`, `kept`, `kept_late` or `broken`.
    #[schema(example = "open")]
    pub state: &'static str,
    /// Whether the customer sees it on their page.
    pub visible: bool,
    /// When it was made.
    pub made_at: String,
    /// When it must be kept.
    pub due_at: String,
    /// When it was kept.
    pub kept_at: Option<String>,
    /// What was done, once kept.
    pub done: String,
    /// How often it got a new date.
    pub moved: i64,
}

impl From<PromiseLine> for PromiseBody {
    fn from(line: PromiseLine) -> PromiseBody {
        let promise = line.promise;
        PromiseBody {
            id: promise.id.to_string(),
            number: format!("P-{}", promise.number),
            case: line.case.to_string(),
            customer: line.customer,
            words: promise.words,
            keeper: promise.keeper.to_string(),
            keeper_name: line.keeper,
            state: promise.state.as_str(),
            visible: promise.visible,
            made_at: promise.made_at.to_string(),
            due_at: promise.due_at.to_string(),
            kept_at: line.ended_at.map(|at| at.to_string()),
            done: line.done,
            moved: line.moved,
        }
    }
}
