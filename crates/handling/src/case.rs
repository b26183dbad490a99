//! Opening cases by hand, their forms, and cases for programs.

pub(crate) mod api;
pub(crate) mod expand;
pub(crate) mod forms;
pub mod new_case;
pub mod undone;
