//! Any bytes as the ids a mail refers to.
#![no_main]

#[path = "../checks.rs"]
mod checks;

libfuzzer_sys::fuzz_target!(|data: &[u8]| checks::any_references_are_read(data));
