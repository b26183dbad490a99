//! What this room promises, told to both engines.

mod api;
mod form;
mod import;
mod original;
#[path = "../../../hearing/tests/stories/world.rs"]
mod world;
