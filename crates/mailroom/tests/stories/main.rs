//! What this room promises, told to both engines.

mod delivery;
mod fetching;
mod listener;
mod listening;
mod mail_store;
mod outgoing;
mod protected;
mod senders;
mod set_up;
mod signing_in;
#[path = "../../../hearing/tests/stories/world.rs"]
mod world;
