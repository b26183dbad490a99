//! Who we are: staff, teams and units, when we are open, what we decided, how people and programs
//! come in, and the record of every change to it.
//!
//! What this room must never know: cases, messages, customers. It answers who may do what; what
//! they do is told elsewhere.

pub mod audit;
mod change;
pub mod opening;
pub mod policy;
pub mod secret;
pub mod session;
pub mod sign_in;
pub mod staff;
pub mod team;
pub mod token;
pub mod unit;
mod wrong;

pub use change::ChangeError;
pub use opening::{InitCommand, InitError, Initialised, init};
pub use session::staff_by_session;
pub use token::staff_by_token;
pub use wrong::Wrong;

use domain::event::Actor;

/// The actor of a command on the machine itself.
pub(crate) fn command() -> Actor {
    Actor::Rule("command".to_owned())
}
