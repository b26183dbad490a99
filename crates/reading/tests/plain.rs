//! A quiet complaint is heard and a quiet question, thanks or answer is left in peace, in seven
//! languages: on texts that were held back from training (`data/plain.txt`).

use reading::{Kind, Reader};

struct Text<'t> {
    kind: &'t str,
    language: &'t str,
    text: &'t str,
}

fn texts() -> Vec<Text<'static>> {
    let (mut kind, mut language) = ("", "");
    let mut texts = Vec::new();
    let lines = include_str!("data/plain.txt").lines();
    for line in lines.filter(|line| !line.is_empty() && !line.starts_with('#')) {
        match line.strip_prefix('[').and_then(|l| l.strip_suffix(']')?.split_once(' ')) {
            Some(section) => (kind, language) = section,
            None => texts.push(Text { kind, language, text: line }),
        }
    }
    texts
}

#[test]
fn a_short_complaint_without_strong_words_is_heard_in_every_language() {
    let reader = Reader::shipped();
    for language in ["en", "de", "fr", "es", "it", "pt", "nl"] {
        let texts = texts();
        let complaints: Vec<_> =
            texts.iter().filter(|t| t.kind == "complaint" && t.language == language).collect();
        let heard = |t: &&&Text<'_>| reader.read(t.text).kind.value == Kind::Complaint;
        let n = complaints.iter().filter(heard).count();
        assert!(complaints.len() >= 16, "{language}: {} texts", complaints.len());
        assert!(n * 10 >= complaints.len() * 7, "{language}: {n} of {}", complaints.len());
    }
}

#[test]
fn what_a_program_tells_on_its_own_pages_is_no_complaint() {
    let reader = Reader::shipped();
    for text in [
        "There is no such view.",
        "Nothing was found for these words.",
        "Your changes are saved.",
        "Only owners may delete a unit.",
        "Diese Liste gibt es nicht.",
        "Vos modifications sont enregistrées.",
    ] {
        assert_eq!(reader.read(text).kind.value, Kind::Other, "{text}");
    }
}

#[test]
fn a_short_complaint_has_a_severity() {
    let reading = reading::read("The table came scratched. Please look at the picture.");
    assert_eq!(reading.kind.value, Kind::Complaint);
    assert!(reading.severity.value >= 1);
}

#[test]
fn what_is_called_a_complaint_is_one_nineteen_times_in_twenty() {
    let reader = Reader::shipped();
    let texts = texts();
    let named: Vec<_> =
        texts.iter().filter(|t| reader.read(t.text).kind.value == Kind::Complaint).collect();
    let wrong: Vec<_> = named.iter().filter(|t| t.kind != "complaint").map(|t| t.text).collect();
    assert!(wrong.len() * 20 <= named.len(), "{wrong:#?}");
}
