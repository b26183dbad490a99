//! To whom a reply goes: the customer, and whoever a person took in, each in a letter of their own.

pub mod view;
