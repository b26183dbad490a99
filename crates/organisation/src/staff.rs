//! Staff: who works here, what they may do, where they belong, whether they are here.

pub mod actions;
mod api;
mod pages;
pub mod rules;
pub mod sql;

pub use actions::{
    Added, add, add_by_command, change, change_own_password, give_way_in, leave, list, one,
    return_to_work, set_shift,
};
pub(crate) use api::api;
pub(crate) use pages::router;
pub use rules::{Person, PersonText, address};
