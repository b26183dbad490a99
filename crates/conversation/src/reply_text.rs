//! Reply texts in the composer: offered with their gaps filled from the case. The list itself is
//! kept under Settings.

pub(crate) mod api;
pub(crate) mod gaps;
pub(crate) mod pages;
pub(crate) mod sql;
