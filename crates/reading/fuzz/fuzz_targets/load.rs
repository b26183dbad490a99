//! Any bytes as a model file and as a lexicon.
#![no_main]

#[path = "../checks.rs"]
mod checks;

libfuzzer_sys::fuzz_target!(|data: &[u8]| checks::any_file_is_refused_or_works(data));
