//! What nobody should send, and somebody will: the coach answers calmly, and in step with length.

use coach::{Coach, Context, Draft, Earlier, Finding, OpenPromise};
use jiff::Timestamp;
use proptest::prelude::*;
use std::sync::LazyLock;

static COACH: LazyLock<Coach> = LazyLock::new(Coach::shipped);

fn review(text: &str, public: bool) -> Vec<Finding> {
    let draft = Draft { text: text.to_owned(), public, ..Draft::default() };
    let findings = COACH.review(&draft, &context());
    for finding in &findings {
        assert!(text.get(finding.span.clone()).is_some(), "{finding:?}");
    }
    let publicity = COACH.publicity(&draft, &context(), &findings);
    assert!(!publicity.proud.reasons.is_empty());
    findings
}

fn context() -> Context {
    let at = "2026-11-23T09:00:00Z".parse::<Timestamp>().unwrap();
    Context {
        customer_name: Some("Amara Okafor".to_owned()),
        problem_line: Some("No heating since Tuesday.".to_owned()),
        open_promises: vec![OpenPromise { words: "Priya calls Amara".to_owned(), due: at }],
        earlier_messages: vec![Earlier { from_us: true, text: "We call you.".to_owned(), at }],
        agent_name: Some("Jo".to_owned()),
        now: "2026-11-24T09:00:00Z".parse().unwrap(),
        is_complaint: true,
        ..Context::default()
    }
}

#[test]
fn nothing_at_all_is_no_offence() {
    for text in ["", " \n\t ", "\u{0}", "…", "?!?", "👍", "\u{200B}\u{202E}"] {
        let findings = review(text, true);
        assert!(findings.iter().all(|finding| finding.rule == "C20"), "{text:?} {findings:?}");
    }
}

#[test]
fn a_million_bytes_of_anything_are_answered() {
    let long = |piece: &str| piece.repeat(1_000_000 / piece.len());
    for text in [
        long("a"),
        long("sorry for any inconvenience "),
        long("We will get back to you soon. "),
        long("SHOUT! "),
        long("?!"),
        long(". "),
        long("\n"),
        long("> quoted\n"),
        long("👍🏽"),
        long("\u{202E}abc\u{202C} "),
        long("1234 5678 "),
        long("e\u{301}"),
        long("'"),
        long("a-"),
        long("a@b.c "),
    ] {
        let findings = review(&text, true);
        assert!(findings.len() < 200, "{} findings", findings.len());
    }
}

#[test]
fn personal_data_is_found_even_at_the_end_of_a_flood() {
    let mut text = "All is well. ".repeat(40_000);
    text.push_str("Your card is 4111 1111 1111 1111.");
    let findings = review(&text, false);
    assert!(findings.iter().any(|finding| finding.rule == "C13"));
}

#[test]
fn invisible_marks_do_not_hide_words() {
    let findings = review("We are s\u{200B}orry for any incon\u{AD}venience.", false);
    assert!(findings.iter().any(|finding| finding.rule == "C01"), "{findings:?}");
}

#[test]
fn a_language_no_pack_speaks_is_said_to_be_unknown() {
    let text = "Hyvää huomenta, olemme pahoillamme ja korjaamme asian huomenna kello kymmenen.";
    let draft = Draft { text: text.to_owned(), ..Draft::default() };
    assert_eq!(COACH.language_of(&draft), None);
    let shouted = Draft { text: format!("{text} 4111 1111 1111 1111 !!"), ..Draft::default() };
    let findings = COACH.review(&shouted, &Context::default());
    let rules: Vec<&str> = findings.iter().map(|finding| finding.rule.as_str()).collect();
    assert_eq!(rules, ["C13", "C20"]);
}

#[test]
fn an_organisation_adds_rules_and_silences_others() {
    let pack = r#"
        language = "en"
        off = ["C06"]
        [[rule]]
        id = "O1"
        says = "We call it a visit here."
        reason = "House style."
        patterns = ["site appointment*"]
        better = ["visit"]
        positive = ["The site appointment is on Monday."]
        negative = ["The visit is on Monday."]
    "#;
    let coach = Coach::shipped().with_pack(pack).unwrap();
    let text = "Kindly note the site appointments.".to_owned();
    let draft = Draft { text, language: Some("en".to_owned()), ..Draft::default() };
    let findings = coach.review(&draft, &Context::default());
    assert_eq!(findings.len(), 1, "{findings:?}");
    assert_eq!((findings[0].rule.as_str(), findings[0].better.as_deref()), ("O1", Some("visit")));
}

#[test]
fn a_pack_whose_example_does_not_hold_is_refused() {
    let pack = r#"
        language = "en"
        [[rule]]
        id = "O1"
        says = "a"
        reason = "b"
        patterns = ["left"]
        positive = ["right"]
    "#;
    let refused = Coach::shipped().with_pack(pack).unwrap_err();
    assert_eq!(refused.to_string(), "rule O1: expected a finding in “right”");
}

#[test]
fn better_words_are_filled_from_the_case() {
    let due = "2026-11-26T17:00:00Z".parse().unwrap();
    let promise = OpenPromise { words: "Priya rings".to_owned(), due };
    let context = Context { open_promises: vec![promise], ..context() };
    let text = "We will get back to you soon.".to_owned();
    let draft = Draft { text, language: Some("en".to_owned()), ..Draft::default() };
    let findings = COACH.review(&draft, &context);
    let better = |rule: &str| {
        findings.iter().find(|finding| finding.rule == rule).unwrap().better.clone().unwrap()
    };
    assert_eq!(better("C07"), "by Thursday 26 November, 17:00");
    assert_eq!(
        better("C03"),
        "As I understand it: No heating since Tuesday. Have I got that right? "
    );
    assert_eq!(better("C02"), "I'm sorry. ");
}

#[test]
fn a_draft_and_its_context_are_read_from_json_with_anything_left_out() {
    let draft: Draft = serde_json::from_str(r#"{"text":"Hi","kind":"transfer"}"#).unwrap();
    let context: Context = serde_json::from_str(r#"{"is_complaint":true}"#).unwrap();
    let findings = COACH.review(&draft, &context);
    assert!(serde_json::to_string(&findings).unwrap().starts_with('['));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_text_makes_the_coach_panic(text in any::<String>(), public in any::<bool>()) {
        review(&text, public);
    }

    #[test]
    fn no_mixture_of_its_own_words_makes_the_coach_panic(
        pieces in prop::collection::vec(prop::sample::select(vec![
            "sorry ", "if you ", "any inconvenience", ". ", "\n", "! ", "?", "we will ", "soon ",
            "£75 ", "refund ", "Ünï ", "Tuesday ", "26 November ", "31 February ", "Priya calls ",
            "NOT ", "e.g. ", "> ", "’ll ", "@", "\u{301}", "voucher ", "17:99 ", "because ",
        ]), 0..60))
    {
        review(&pieces.concat(), true);
    }
}
