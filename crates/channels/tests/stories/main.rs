//! What this room promises, told to both engines.

mod api;
mod delivery;
mod form;
mod import;
mod listener;
mod listening;
mod understanding;
mod world;
