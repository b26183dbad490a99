//! What a reading says of texts that people really write, and of texts that nobody should.

use std::ops::Range;

use reading::{
    Feeling, Kind, Level, Note, Outcome, Promiser, READ_BYTES_MAX, Reader, Reading, SignalKind,
    Topic, Topics, read,
};

#[test]
fn a_broken_promise_is_a_complaint_in_every_language_of_the_lexicons() {
    let texts = [
        (
            "en",
            "I have been waiting for three weeks and nobody has called me back. Terrible service.",
        ),
        ("de", "Ich warte seit drei Wochen und niemand meldet sich. Der Service ist furchtbar."),
        ("fr", "J'attends depuis trois semaines et personne ne répond. Un service lamentable."),
        ("es", "Llevo esperando tres semanas y nadie me contesta. El servicio es pésimo."),
        ("it", "Aspetto da tre settimane e nessuno risponde. Il servizio è pessimo."),
        ("pt", "Estou à espera há três semanas e ninguém responde. O atendimento é péssimo."),
        ("nl", "Ik wacht al drie weken en niemand reageert. De service is verschrikkelijk."),
    ];
    for (language, text) in texts {
        let reading = read(text);
        assert_eq!(reading.language.value.code(), language, "{text}");
        assert_eq!(reading.kind.value, Kind::Complaint, "{text}");
        assert_eq!(reading.feeling.value, Feeling::Negative, "{text}");
        assert!(reading.severity.value >= 1, "{text}");
        assert!(!reading.kind.because.is_empty(), "{text}");
    }
}

#[test]
fn questions_praise_ideas_and_cancellations_are_told_apart() {
    let texts = [
        ("How long does a transfer to Spain take?", Kind::Question),
        ("Wo finde ich meine Rechnung?", Kind::Question),
        ("Thank you so much, the new app is great and Anna was so helpful!", Kind::Praise),
        ("Großes Lob an Ihr Team, ich bin begeistert!", Kind::Praise),
        ("It would be great if you could add a dark mode in the next update.", Kind::Idea),
        ("Please cancel my subscription, I do not need it any longer.", Kind::Cancellation),
        ("Hiermit kündige ich meinen Vertrag zum nächsten Termin.", Kind::Cancellation),
        ("See you at the fair on Sunday", Kind::Other),
    ];
    for (text, kind) in texts {
        assert_eq!(read(text).kind.value, kind, "{text}");
    }
}

#[test]
fn reasons_point_at_the_words_that_counted() {
    let text = "My boiler is broken and I am furious.";
    let reading = read(text);
    let because = &reading.feeling.because;
    assert!(because.iter().any(|r| &text[r.span.clone()] == "furious" && r.weight > 0.0));
}

#[test]
fn negation_turns_praise_around() {
    assert_eq!(read("I am not at all satisfied with this").feeling.value, Feeling::Negative);
    assert_eq!(read("I am satisfied with this, great work").feeling.value, Feeling::Positive);
}

#[test]
fn heat_raises_severity() {
    let mild = read("My parcel has not arrived yet. Could you have a look?");
    let hot = read("YOU ARE LIARS AND THIEVES!!! The worst company, I am furious, shame on you!");
    assert!(hot.severity.value > mild.severity.value);
    assert!(hot.arousal.value > mild.arousal.value);
    assert!(hot.attack.value && !mild.attack.value);
}

#[test]
fn what_should_make_a_person_look_is_signalled() {
    let text = "The heater caught fire and my 85 year old mother went to hospital. I will call my \
                lawyer, the ombudsman and the local news station. Third time this happens!";
    let reading = read(text);
    for kind in [
        SignalKind::Safety,
        SignalKind::Legal,
        SignalKind::Press,
        SignalKind::Regulator,
        SignalKind::Vulnerability,
    ] {
        assert!(reading.has(kind), "{kind:?}");
    }
    assert_ne!(reading.effort.value, Level::None);
    assert!(!read("Lovely weather in the park").has(SignalKind::Safety));
}

#[test]
fn promises_say_who_what_and_when() {
    let ours =
        read("Hi Amara, I will call you tomorrow at 10. We will refund 49 euros within 5 days.");
    let [first, second] = &ours.promises[..] else { panic!("{:?}", ours.promises) };
    assert_eq!(first.who, Promiser::Writer);
    assert_eq!(first.by_when.as_deref(), Some("tomorrow at 10"));
    assert_eq!(second.by_when.as_deref(), Some("within 5 days"));
    let theirs = read("You promised that a technician would come by Tuesday.");
    assert_eq!(theirs.promises[0].who, Promiser::Other);
    assert_eq!(theirs.promises[0].by_when.as_deref(), Some("by Tuesday"));
    let vague = read("We will get back to you as soon as possible.");
    assert!(vague.promises[0].vague && vague.promises[0].by_when.is_none());
    assert!(read("Will you refund me?").promises.is_empty());
}

#[test]
fn facts_and_wishes_are_found_for_restating_the_problem() {
    let text =
        "Order 778-3321 of 12/05/2026 cost €49.90 and came 3 weeks late. I want my money back.";
    let reading = read(text);
    let words: Vec<&str> = reading.key_facts.iter().map(|f| f.words.as_str()).collect();
    assert_eq!(words, ["778-3321", "12/05/2026", "€49.90", "3 weeks"]);
    assert_eq!(reading.desired_outcome.expect("a refund is asked for").value, Outcome::Refund);
}

fn topic(path: &str, words: &[&str]) -> Topic {
    let words = words.iter().map(|word| (*word).to_owned()).collect();
    Topic { path: path.to_owned(), words, ..Topic::default() }
}

#[test]
fn a_phrase_of_one_language_says_nothing_in_another() {
    let topics = Topics::new(&[topic("gifts", &["gift*"]), topic("poison", &["de: Gift*"])]);
    let found = |text: &str| {
        let hits = Reader::shipped().read_with(text, &topics).topics;
        hits.into_iter().map(|hit| hit.topic).collect::<Vec<_>>()
    };
    assert_eq!(found("Thank you for the gift that came with my order last week."), ["gifts"]);
    let german = "Ich habe Angst, dass in dem Kleid Gift ist, weil meine Haut davon brennt.";
    assert!(found(german).contains(&"poison".to_owned()));
}

#[test]
fn a_word_that_was_often_wrong_makes_its_topic_a_guess_and_two_words_make_it_surer() {
    let mut late = topic("late fee", &["fee*", "charged late"]);
    late.trust.insert("fee*".to_owned(), 0.3);
    let reader = Reader::shipped().with_topics(Topics::new(&[late]));
    let sure = |text: &str| reader.read(text).topics[0].confidence;
    assert!(sure("What is the fee for a second card?") < reading::TOPIC_MIN);
    assert!(sure("I was charged late again.") > 0.79);
    assert!(sure("I was charged late, a fee of 3 pounds.") > sure("I was charged late again."));
    let said = reader.read("The fee, the fee, the fee!").topics;
    assert_eq!(
        (said[0].words.as_slice(), said[0].spans.len()),
        (["fee*".to_owned()].as_slice(), 3)
    );
}

#[test]
fn topics_come_from_the_organisations_own_tree() {
    let topics = Topics::new(&[
        topic("billing/late fee", &["late fee*"]),
        topic("delivery", &["parcel", "courier*"]),
    ]);
    let text = "I was charged late fees because the courier lost the Parcel";
    let found = Reader::shipped().read_with(text, &topics).topics;
    assert_eq!(found[0].topic, "delivery");
    assert_eq!(&text[found[1].spans[0].clone()], "late fees");
    assert!(read(text).topics.is_empty());
}

#[test]
fn the_json_form_has_the_agreed_fields() {
    let json = read("Thank you so much for your help, my card 4111 1111 1111 1111 works again")
        .to_json("a7");
    assert_eq!(json["id"], "a7");
    assert_eq!(json["thanks"]["value"], true);
    assert_eq!(json["feeling"]["value"], "positive");
    for field in ["language", "kind", "severity", "feeling", "attack", "thanks"] {
        assert!(json[field]["confidence"].is_number(), "{field}");
    }
    assert_eq!(json["personal_data"][0]["kind"], "card");
    assert!(json["promises"].is_array() && json["topics"].is_array());
    let back: Reading = serde_json::from_value(json).expect("a reading survives its JSON form");
    assert_eq!(
        back.kind.value,
        read("Thank you so much for your help, my card 4111 1111 1111 1111 works again").kind.value
    );
}

#[test]
fn what_cannot_be_told_is_said() {
    assert!(read("").notes.contains(&Note::Empty));
    assert!(read(" \u{202e}\u{0} \n").kind.abstains);
    let greek = read("Περιμένω εδώ και τρεις εβδομάδες την παραγγελία μου");
    assert!(greek.notes.iter().any(|n| matches!(n, Note::NoLexicon { .. })));
    assert!(greek.kind.abstains && greek.severity.abstains);
}

#[test]
fn only_the_first_part_of_a_huge_text_is_read_and_the_reading_says_so() {
    let text = "Ich warte seit Wochen. ".repeat(50_000);
    let reading = read(&text);
    let cut = reading.notes.iter().find_map(|n| match n {
        Note::CutShort { read_bytes, given_bytes } => Some((*read_bytes, *given_bytes)),
        _ => None,
    });
    assert_eq!(cut, Some((READ_BYTES_MAX, text.len())));
}

#[test]
fn nothing_people_can_paste_makes_it_panic() {
    let cases = [
        "x".repeat(1 << 20),
        "😡".repeat(100_000),
        "not ".repeat(100_000),
        "4".repeat(300_000),
        "4 ".repeat(100_000),
        "DE89".repeat(50_000),
        "@".repeat(100_000),
        "a@".repeat(50_000),
        "1.".repeat(100_000),
        "i will ".repeat(40_000),
        "\u{301}".repeat(100_000),
        "\u{202e}\u{2066}abc\u{0}\u{7f}".repeat(10_000),
        "мир world 世界 عالم ".repeat(5_000),
        "password: ".repeat(30_000),
        "http://".repeat(40_000),
        "l'".repeat(100_000),
    ];
    for text in cases {
        let reading = read(&text);
        assert_inside(&text, reading.feeling.because.iter().map(|r| &r.span));
        assert_inside(&text, reading.personal_data.iter().map(|d| &d.span));
        assert_inside(&text, reading.promises.iter().map(|p| &p.span));
        assert_inside(&text, reading.key_facts.iter().map(|f| &f.span));
    }
}

fn assert_inside<'a>(text: &str, spans: impl Iterator<Item = &'a Range<usize>>) {
    for span in spans {
        assert!(text.get(span.clone()).is_some(), "{span:?} of {}", text.len());
    }
}

proptest::proptest! {
    #[test]
    fn any_text_has_a_reading_with_spans_inside_it(text in "(\\PC|[ a-z0-9@.!?'+-]){0,200}") {
        let reading = read(&text);
        assert_inside(&text, reading.kind.because.iter().map(|r| &r.span));
        assert_inside(&text, reading.personal_data.iter().map(|d| &d.span));
        assert_inside(&text, reading.key_facts.iter().map(|f| &f.span));
        proptest::prop_assert!((0.0..=1.0).contains(&reading.kind.confidence));
    }
}

#[test]
fn a_reading_names_the_very_models_that_made_it() {
    let name = read("Where is my parcel?").model;
    let hash = name.rsplit('/').next().expect("a name has parts");
    assert!(name.starts_with("shipped/"), "{name}");
    assert!(hash.len() == 16 && hash.bytes().all(|b| b.is_ascii_hexdigit()), "{name}");
}
