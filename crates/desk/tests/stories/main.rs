//! What the desk promises, told to both engines.

mod handle;
mod told;
