//! What the desk promises, told to both engines.

mod advised;
mod agree;
mod find;
mod handle;
mod programs;
mod promised;
mod rebuilt;
mod solved;
mod told;
