//! Any bytes as a reply address, an id and a text with marks.
#![no_main]

#[path = "../checks.rs"]
mod checks;

libfuzzer_sys::fuzz_target!(|data: &[u8]| checks::only_our_own_tokens_prove(data));
