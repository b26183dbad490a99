//! What the desk promises, told to both engines.

mod agree;
mod find;
mod handle;
mod programs;
mod promised;
mod rebuilt;
mod solved;
mod told;
