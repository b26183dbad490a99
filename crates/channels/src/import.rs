//! Files of earlier systems: CSV, JSONL, mailboxes and single mails.

mod api;
mod dates;
mod decode;
mod format;
mod guess;
mod header;
mod mailbox;
mod mapping;
mod plan;
mod report;
mod row;
mod run;
mod sql;
mod table;
mod undo;

pub use format::Format;
pub use mapping::{DateOrder, Field, Mapping, UnknownField};
pub use plan::{ImportError, Limits, Plan, plan};
pub use report::{BadRow, ErrorFile, Progress, Report};
pub use run::{Options, run};
pub use undo::{UNDO_FOR, UNDONE_JOB, UndoError, Undone, UndoneCases, undo};

pub(crate) use api::api;
pub(crate) use row::said;
pub(crate) use sql::mappings;
