//! What must hold for any bytes: used by the fuzz targets and by `tests/hostile.rs`.
#![allow(dead_code)] // Each target uses one of them.

use reading::learn::Model;
use reading::{Lexicon, READ_BYTES_MAX, Reader, Reading, read, redact};

/// Reads any bytes as a text, and checks that every span can be shown and every confidence is one.
pub fn any_text_is_read(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let reading = read(&text);
    for (what, span) in spans(&reading) {
        assert!(text.get(span.clone()).is_some(), "{what} {span:?} is no part of the text");
        assert!(span.end <= READ_BYTES_MAX, "{what} lies behind what is read");
    }
    for confidence in [
        reading.language.confidence,
        reading.kind.confidence,
        reading.severity.confidence,
        reading.feeling.confidence,
        reading.arousal.confidence,
        reading.attack.confidence,
        reading.thanks.confidence,
    ] {
        assert!((0.0..=1.0).contains(&confidence), "{confidence} is no probability");
    }
    assert!(redact(&text, &reading.personal_data).is_char_boundary(0));
    assert!(reading.to_json("x").is_object());
}

/// Every span of a reading and what it shows.
fn spans(of: &Reading) -> Vec<(&'static str, std::ops::Range<usize>)> {
    let mut all = Vec::new();
    all.extend(of.language.because.iter().map(|r| ("language", r.span.clone())));
    all.extend(of.kind.because.iter().map(|r| ("kind", r.span.clone())));
    all.extend(of.severity.because.iter().map(|r| ("severity", r.span.clone())));
    all.extend(of.feeling.because.iter().map(|r| ("feeling", r.span.clone())));
    all.extend(of.attack.because.iter().map(|r| ("attack", r.span.clone())));
    all.extend(of.signals.iter().flat_map(|s| &s.because).map(|r| ("signal", r.span.clone())));
    all.extend(of.personal_data.iter().map(|d| ("personal data", d.span.clone())));
    all.extend(of.promises.iter().map(|p| ("promise", p.span.clone())));
    all.extend(of.key_facts.iter().map(|f| ("key fact", f.span.clone())));
    all
}

/// Reads any bytes as a model and as a lexicon: refused, or usable.
pub fn any_file_is_refused_or_works(data: &[u8]) {
    let reader = Reader::shipped();
    if let Ok(model) = Model::from_bytes(data) {
        let said = model.predict(&reader, "my parcel never came");
        assert!(model.labels().contains(&said.label));
    }
    if let Ok(lexicon) = Lexicon::parse(&String::from_utf8_lossy(data)) {
        assert!(Reader::with_lexicons(&[lexicon]).is_ok());
    }
}
