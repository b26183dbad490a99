//! Our own form: what somebody answers on its pages, and what that says.

pub(crate) mod actions;
pub(crate) mod answers;
pub(crate) mod frame;
pub(crate) mod further;
pub(crate) mod portal;
pub(crate) mod receipt;
pub(crate) mod sql;
pub(crate) mod views;

pub use actions::forget_old_drafts;
pub(crate) use answers::said;
