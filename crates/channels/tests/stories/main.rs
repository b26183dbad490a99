//! What this room promises, told to both engines.

mod form;
mod import;
mod understanding;
mod world;
