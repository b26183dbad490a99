//! What can go wrong below the rooms.

use std::fmt;

/// A fault of the store, with what was being done.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Somebody else changed the thing in between, or took the lease.
    #[error("{doing}: somebody else was faster")]
    Conflict {
        /// What was being done.
        doing: &'static str,
    },
    /// A unique key was already there.
    #[error("{doing}: already there")]
    Twice {
        /// What was being done.
        doing: &'static str,
    },
    /// No room, no permission to write, or the database is away: try again later.
    #[error("{doing}: the database cannot take it now: {why}")]
    Unavailable {
        /// What was being done.
        doing: &'static str,
        /// What the engine said.
        why: String,
    },
    /// Something stored could not be read as what it should be.
    #[error("{doing}: stored data cannot be read: {why}")]
    Unreadable {
        /// What was being done.
        doing: &'static str,
        /// Why.
        why: String,
    },
    /// Anything else the engine said.
    #[error("{doing}: {source}")]
    Engine {
        /// What was being done.
        doing: &'static str,
        /// What the engine said.
        source: sqlx::Error,
    },
}

impl StoreError {
    /// Whether trying again later may help: SMTP answers 451, HTTP 503.
    pub fn is_temporary(&self) -> bool {
        matches!(self, StoreError::Unavailable { .. })
    }

    /// Whether it is for want of room on the disk: SMTP answers 452. Read from the engines'
    /// English words; in another language it counts as temporary like the rest.
    pub fn is_for_want_of_room(&self) -> bool {
        let StoreError::Unavailable { why, .. } = self else { return false };
        why.contains("disk is full") || why.contains("No space left")
    }

    /// For stored words that read as nothing we know.
    pub fn unreadable(doing: &'static str, why: impl fmt::Display) -> Self {
        StoreError::Unreadable { doing, why: why.to_string() }
    }

    pub(crate) fn from_engine(doing: &'static str, source: sqlx::Error) -> Self {
        if let sqlx::Error::Database(database) = &source {
            if database.is_unique_violation() {
                return StoreError::Twice { doing };
            }
            let code = database.code().unwrap_or_default();
            if is_away(&code) {
                return StoreError::Unavailable { doing, why: database.message().to_owned() };
            }
        }
        match source {
            sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed
            | sqlx::Error::Io(_) => StoreError::Unavailable { doing, why: source.to_string() },
            source => StoreError::Engine { doing, source },
        }
    }
}

/// SQLite's primary codes for busy, locked, read-only, I/O, full, cannot open, and PostgreSQL's
/// classes for lost connections, no resources, and shutting down.
fn is_away(code: &str) -> bool {
    if let Ok(number) = code.parse::<u32>()
        && code.len() < 5
    {
        return matches!(number & 0xff, 5 | 6 | 8 | 10 | 13 | 14);
    }
    ["08", "53", "57P", "58"].iter().any(|class| code.starts_with(class))
}

/// Says what was being done when an engine failed.
pub trait Doing<T> {
    /// Wraps the fault: `.doing("listing open cases")`.
    ///
    /// # Errors
    /// The same fault, told.
    fn doing(self, doing: &'static str) -> Result<T, StoreError>;
}

impl<T> Doing<T> for Result<T, sqlx::Error> {
    fn doing(self, doing: &'static str) -> Result<T, StoreError> {
        self.map_err(|source| StoreError::from_engine(doing, source))
    }
}
