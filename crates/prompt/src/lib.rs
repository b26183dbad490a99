//! What an optional language model is asked about a case, and what is left of its answer.
//!
//! Personal data are taken out before anything is asked ([`Hidden`]); what others wrote stands in
//! JSON as material and never beside our own instructions ([`Matter`]); an answer is a stranger's
//! text of which plain words remain ([`plain()`]). No model is given a tool, so that all it can do
//! is say something to a person.
//!
//! Pure: values in, values out. How a model is reached and what it may cost is not known here.

mod found;
mod hidden;
mod matter;
mod plain;
mod protocol;

pub use hidden::Hidden;
pub use matter::{Matter, Prompt, Said, Wish};
pub use plain::{Plain, plain};
pub use protocol::{Bound, NoAnswer, Told, answer, body, wants_completion_tokens};
