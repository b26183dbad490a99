//! What this room promises, told to both engines.

mod api;
mod delivery;
mod fetching;
mod form;
mod import;
mod listener;
mod listening;
mod mail_store;
mod original;
mod outgoing;
mod protected;
mod senders;
mod set_up;
mod signing_in;
mod understanding;
mod world;
