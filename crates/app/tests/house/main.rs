//! Stories of the whole house: who may do what, what bad input meets, what the description of the
//! API says. All of them go over the one table of addresses in `app::routes`.

mod access;
mod bad_forms;
mod bad_input;
mod described;
mod further;
mod mails;
mod nonsense;
mod odd_mails;
mod paced;
mod world;
