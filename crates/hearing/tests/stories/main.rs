//! What this hall promises, told to both engines.

mod understanding;
mod world;
