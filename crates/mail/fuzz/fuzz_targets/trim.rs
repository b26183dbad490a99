//! Any bytes as the text of a reply, and as its HTML.
#![no_main]

#[path = "../checks.rs"]
mod checks;

libfuzzer_sys::fuzz_target!(|data: &[u8]| checks::nothing_is_trimmed_away(data));
