//! What every page shares.

pub mod assets;
pub mod frame;
pub mod icons;
pub mod keymap;
pub mod styleguide;
pub mod time_words;
pub mod words;
