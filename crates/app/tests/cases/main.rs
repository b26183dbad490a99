//! What the desk promises, told to both engines.

mod advised;
mod agree;
mod bulk;
mod find;
mod handle;
mod joiners;
mod labelled;
mod mentioned;
mod merged;
mod new_link;
mod present;
mod programs;
mod promised;
mod rebuilt;
mod recipients;
mod solved;
mod spoken;
mod suggested;
mod told;
mod topics;
mod undelivered;
