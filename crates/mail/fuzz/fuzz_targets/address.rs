//! Any bytes as the addresses of a mail.
#![no_main]

#[path = "../checks.rs"]
mod checks;

libfuzzer_sys::fuzz_target!(|data: &[u8]| checks::any_addresses_are_read(data));
