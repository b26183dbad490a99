//! Files of earlier systems: CSV, JSONL, mailboxes and single mails.

mod api;
mod decode;
mod guess;
mod header;
mod mailbox;
mod plan;
mod report;
mod run;
mod sql;
mod table;
mod undo;

pub use plan::{ImportError, Limits, Plan, plan};
pub use report::{BadRow, ErrorFile, Progress, Report};
pub use run::{Options, run};
pub use undo::{UNDO_FOR, UNDONE_JOB, UndoError, Undone, UndoneCases, undo};

pub(crate) use api::api;
