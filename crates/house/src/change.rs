//! A change to the house: one transaction that holds the end of the house's record, so that two
//! changes never cross and each is written down.

use crate::audit::{self, What};
use crate::wrong::Wrong;
use domain::event::Actor;
use domain::permit::{NotPermitted, Staff};
use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use store::request_key::{Once, Press};
use store::{Context, StoreError, Tx};

/// Why a change to the house was not made.
#[derive(Debug, thiserror::Error)]
pub enum ChangeError {
    /// There is no such thing, or it is not theirs.
    #[error("there is no such thing")]
    Missing,
    /// Their roles do not allow it.
    #[error(transparent)]
    NotPermitted(#[from] NotPermitted),
    /// Fields must be put right.
    #[error("{}", crate::wrong::in_words(.0))]
    Wrong(Vec<Wrong>),
    /// Somebody else changed it in between.
    #[error("somebody changed it in between; it is at version {version} now")]
    Crossed {
        /// The version now.
        version: i64,
    },
    /// The key of the request came with another body.
    #[error("the key of this request was used for another")]
    OtherBody,
    /// The machine is too busy to hash a password now.
    #[error("too many passwords are being checked")]
    Busy,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl ChangeError {
    /// One field is wrong.
    pub fn at(field: &'static str, words: impl Into<String>) -> ChangeError {
        ChangeError::Wrong(vec![Wrong::at(field, words)])
    }
}

/// A change being made. Dropped without [`Change::commit`], it never was.
pub struct Change {
    /// The transaction everything is written in.
    pub tx: Tx,
    /// The moment of the change.
    pub now: Timestamp,
    actor: Actor,
    end: audit::End,
}

/// Whether a press may go on.
#[allow(
    clippy::large_enum_variant,
    reason = "there is one at a time, and it is taken apart at once"
)]
pub enum Begun<T> {
    /// It is new: make the change.
    New(Change),
    /// It was made before, with this result.
    Done(T),
}

impl Change {
    /// Begins a change by `actor`, or gives what `press` led to the first time.
    ///
    /// # Errors
    /// When the press came with another body, or the store fails.
    pub async fn begin<T: DeserializeOwned>(
        ctx: &Context,
        actor: Actor,
        press: &Press,
        now: Timestamp,
    ) -> Result<Begun<T>, ChangeError> {
        let mut tx = ctx.begin().await?;
        match tx.once::<T>(press, now).await? {
            Once::New => {}
            Once::Done(result) => return Ok(Begun::Done(result)),
            Once::OtherBody => return Err(ChangeError::OtherBody),
        }
        let end = audit::hold_end(&mut tx).await?;
        Ok(Begun::New(Change { tx, now, actor, end }))
    }

    /// Writes down what changed. Nothing secret may be in `before` or `after`.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn note(
        &mut self,
        what: What,
        thing: impl ToString,
        before: Value,
        after: Value,
    ) -> Result<(), StoreError> {
        let thing = thing.to_string();
        let entry = audit::Entry {
            n: self.end.n + 1,
            at: self.now,
            actor: self.actor.clone(),
            what,
            thing,
            before,
            after,
        };
        self.end = audit::append(&mut self.tx, &self.end, &entry).await?;
        Ok(())
    }

    /// Keeps `result` for a second press and makes everything durable.
    ///
    /// # Errors
    /// When the store fails: then nothing was changed.
    pub async fn commit<T: Serialize>(
        mut self,
        press: &Press,
        result: &T,
    ) -> Result<(), ChangeError> {
        self.tx.done_once(press, result).await?;
        Ok(self.tx.commit().await?)
    }
}

/// Begins a change or returns the earlier result of the same press.
#[macro_export]
macro_rules! begin {
    ($ctx:expr, $actor:expr, $press:expr, $now:expr) => {
        match $crate::change::Change::begin($ctx, $actor, $press, $now).await? {
            $crate::change::Begun::New(change) => change,
            $crate::change::Begun::Done(result) => return Ok(result),
        }
    };
}
pub use crate::begin;

/// The actor that `staff` is.
pub fn by(staff: &Staff) -> Actor {
    Actor::Staff(staff.id)
}

/// The actor of a command on the machine itself.
pub fn command() -> Actor {
    Actor::Rule("command".to_owned())
}
