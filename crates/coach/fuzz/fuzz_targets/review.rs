//! Any bytes as a draft: every finding can be shown at its place.
#![no_main]

use coach::{Coach, Context, Draft};

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data).into_owned();
    for public in [false, true] {
        let draft = Draft { text: text.clone(), public, ..Draft::default() };
        for finding in Coach::shipped().review(&draft, &Context::default()) {
            assert!(text.get(finding.span.clone()).is_some(), "{finding:?}");
        }
    }
});
