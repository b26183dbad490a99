//! Our own form: its pages, and what somebody answers on them until it is sent.

pub(crate) mod actions;
pub(crate) mod frame;
pub(crate) mod further;
pub(crate) mod portal;
pub(crate) mod receipt;
pub(crate) mod sql;
pub(crate) mod views;

pub use actions::forget_old_drafts;
