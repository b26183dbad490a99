//! What we write is what we, and everybody else, read.

use mail::compose::{Automatic, ComposeRefused, OutgoingFile};
use mail::{Address, Outgoing, compose, parse};
use proptest::prelude::*;

fn letter() -> Outgoing {
    Outgoing {
        from: Address::new("Help, Example Ltd", "help@our.example"),
        to: vec![Address::new("Zoë Ünal", "zoe@example.com")],
        subject: "Late parcel [R-1]".to_owned(),
        message_id: "1.2.abc.def@our.example".to_owned(),
        text: "Good day,\n\nwe are on it.\n".to_owned(),
        date: "2026-03-04T05:06:07Z".parse().expect("a moment"),
        ..Outgoing::default()
    }
}

#[test]
fn a_letter_carries_exactly_its_headers() {
    let mail = Outgoing {
        reply_to: Some(Address::new("", "reply+1.tag.code@our.example")),
        in_reply_to: Some("old@example.com".to_owned()),
        references: vec!["first@example.com".to_owned(), "old@example.com".to_owned()],
        automatic: Automatic::Replied,
        loop_mark: "instance-1 1".to_owned(),
        ..letter()
    };
    let bytes = compose(&mail).expect("it is sound");
    let parsed = parse(&bytes);
    assert_eq!(parsed.author.as_ref(), Some(&mail.from));
    assert_eq!(parsed.to, mail.to);
    assert_eq!(parsed.subject, mail.subject);
    assert_eq!(parsed.date, Some(mail.date));
    assert_eq!(parsed.message_id, Some(mail.message_id.clone()));
    assert_eq!(parsed.references, mail.references);
    assert_eq!(parsed.reply_to[0].address, "reply+1.tag.code@our.example");
    assert_eq!(parsed.marks.auto_submitted.as_deref(), Some("auto-replied"));
    assert_eq!(parsed.marks.loop_mark.as_deref(), Some("instance-1 1"));
    assert_eq!(parsed.text.trim(), mail.text.trim());
    assert_eq!(bytes, compose(&mail).expect("it is sound"), "the same values, the same bytes");
    let head = String::from_utf8_lossy(&bytes);
    assert_eq!(head.matches("MIME-Version").count(), 1);
}

#[test]
fn t_13_no_value_can_add_a_header() {
    for evil in ["a\r\nBcc: x@y", "a\nBcc: x@y", "a\rb", "a\0b", "a\u{2028}b"] {
        let evil = evil.to_owned();
        let control = |field| Err(ComposeRefused::Control(field));
        let subject = Outgoing { subject: evil.clone(), ..letter() };
        assert_eq!(compose(&subject), control("subject"));
        let name = Outgoing { from: Address::new(evil.clone(), "a@b.example"), ..letter() };
        assert_eq!(compose(&name), control("from"));
        let to = Outgoing { to: vec![Address::new("", format!("{evil}@b.example"))], ..letter() };
        assert!(compose(&to).is_err());
        assert!(compose(&Outgoing { message_id: format!("{evil}@x"), ..letter() }).is_err());
        assert!(compose(&Outgoing { in_reply_to: Some(format!("{evil}@x")), ..letter() }).is_err());
        assert!(compose(&Outgoing { thread_topic: Some(evil.clone()), ..letter() }).is_err());
        let file = OutgoingFile { name: evil, ..OutgoingFile::default() };
        assert!(compose(&Outgoing { files: vec![file], ..letter() }).is_err());
    }
    let url = Outgoing { unsubscribe_url: Some("https://x/>, <mailto:y".to_owned()), ..letter() };
    assert_eq!(compose(&url), Err(ComposeRefused::NotPlain("unsubscribe_url")));
    let two = Address::new("", "a@b.example>, <evil@x.example");
    assert_eq!(
        compose(&Outgoing { to: vec![two], ..letter() }),
        Err(ComposeRefused::NotAnAddress("to"))
    );
}

#[test]
fn long_threads_do_not_make_headers_that_relays_refuse() {
    let references: Vec<String> =
        (0..500).map(|n| format!("{n}-{}@example.com", "x".repeat(60))).collect();
    let mail = Outgoing { references: references.clone(), ..letter() };
    let bytes = compose(&mail).expect("it is sound");
    let kept = parse(&bytes).references;
    assert_eq!((kept.first(), kept.last()), (references.first(), references.last()));
    assert!(kept.iter().map(|id| id.len() + 3).sum::<usize>() <= 1_000);
}

#[test]
fn files_pictures_and_both_forms_of_the_text_arrive() {
    let file = |name: &str, id: Option<&str>| OutgoingFile {
        name: name.to_owned(),
        media_type: "image/png".to_owned(),
        bytes: (0..=255).collect(),
        content_id: id.map(str::to_owned),
    };
    let mail = Outgoing {
        html: Some("<p>Good day</p><img src=\"cid:logo@our.example\">".to_owned()),
        files: vec![file("Größe 1.png", None), file("logo.png", Some("logo@our.example"))],
        ..letter()
    };
    let parsed = parse(&compose(&mail).expect("it is sound"));
    assert_eq!(parsed.text.trim(), mail.text.trim());
    assert!(parsed.html.is_some_and(|h| h.contains("cid:logo@our.example")));
    let names: Vec<_> = parsed.attachments.iter().map(|a| (a.name.as_str(), a.inline)).collect();
    assert_eq!(names, [("logo.png", true), ("Größe 1.png", false)]);
    assert!(parsed.attachments.iter().all(|a| a.bytes == (0..=255).collect::<Vec<u8>>()));
}

#[test]
fn long_words_lines_and_machine_values_survive() {
    let mail = Outgoing {
        subject: format!("{} {}", "s".repeat(2_000), "ü".repeat(500)),
        to: vec![Address::new("n".repeat(500), "someone@example.com")],
        text: format!("{}\n{}", "w".repeat(5_000), "ж".repeat(3_000)),
        unsubscribe_url: Some(format!("https://our.example/u/{}", "t".repeat(300))),
        thread_index: Some("AQ".repeat(150)),
        thread_topic: Some("Späte Lieferung".to_owned()),
        ..letter()
    };
    let bytes = compose(&mail).expect("it is sound");
    assert!(bytes.split(|b| *b == b'\n').all(|line| line.len() <= 998));
    let parsed = parse(&bytes);
    assert_eq!(parsed.subject, mail.subject);
    assert_eq!(parsed.to, mail.to);
    assert_eq!(parsed.text.trim_end(), mail.text);
    assert_eq!(parsed.marks.thread_index, mail.thread_index);
    assert_eq!(parsed.marks.thread_topic, mail.thread_topic);
    let raw = String::from_utf8(bytes).expect("ASCII");
    for value in [mail.unsubscribe_url, mail.thread_index].into_iter().flatten() {
        assert!(raw.contains(&value), "{value} must not be encoded, machines read it");
    }
}

fn words() -> impl Strategy<Value = String> {
    // Latin, Greek, Cyrillic, Arabic, Hebrew, Devanagari, Thai, Han, kana, Hangul, emoji, marks.
    let chars = prop_oneof![
        "[a-zA-Z0-9 .,;:!?()<>\"'@=_\\\\-]{1,12}",
        "[à-ÿĀ-žα-ωА-я]{1,12}",
        "[ء-يא-תऄ-हก-ฮ]{1,12}",
        "[一-三ぁ-んァ-ンㄱ-힣]{1,12}",
        "[😀-😏🇦-🇿]{1,6}",
    ];
    prop::collection::vec(chars, 1..8).prop_map(|parts| parts.join(" "))
}

fn one_space(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn every_script_survives_writing_and_reading(
        subject in words(),
        name in words(),
        lines in prop::collection::vec(words(), 1..6),
    ) {
        let text = lines.join("\n");
        let mail = Outgoing {
            subject: subject.clone(),
            to: vec![Address::new(name.trim(), "someone@example.com")],
            text: text.clone(),
            ..letter()
        };
        let bytes = compose(&mail).expect("it is sound");
        for line in bytes.split(|b| *b == b'\n') {
            prop_assert!(line.len() <= 998);
        }
        let parsed = parse(&bytes);
        prop_assert_eq!(one_space(&parsed.subject), one_space(&subject));
        prop_assert_eq!(one_space(&parsed.to[0].name), one_space(&name));
        prop_assert_eq!(&parsed.to[0].address, "someone@example.com");
        prop_assert_eq!(parsed.text.trim_end(), text.trim_end());
    }

    #[test]
    fn t_12_any_pattern_of_dots_and_line_ends_survives(text in "[.\r\n a]{0,60}") {
        let mail = Outgoing { text: text.clone(), ..letter() };
        let bytes = compose(&mail).expect("it is sound");
        let bare_lf = bytes.windows(2).any(|w| w[1] == b'\n' && w[0] != b'\r');
        prop_assert!(!bare_lf);
        let expected = text.replace("\r\n", "\n").replace('\r', "\n");
        let parsed = parse(&bytes);
        prop_assert_eq!(parsed.text.trim_end_matches('\n'), expected.trim_end_matches('\n'));
    }
}
