//! Takeover scenarios: nothing a mail says gives a stranger anything.
//!
//! Numbered as in the security reference; those that need accounts, pages or clocks are tested
//! where these live.

use std::collections::HashMap;

use mail::compose::{Automatic, Outgoing, compose};
use mail::thread::{Decision, Known, Outcome, decide, evidence};
use mail::token::{
    body_mark, message_id, read_body_marks, read_message_id, read_reply_address, reply_address,
};
use mail::{
    Address, Authentication, Key, Keys, Kind, Trusted, Verdict, may_answer_automatically, parse,
};

const CASE: u64 = 10_482;
const ANN: &str = "ann@example.com";
const EVE: &str = "eve@evil.example";
const PASS: &str = "Authentication-Results: mx.our.example; dmarc=pass header.from=";
const FAIL: &str = "Authentication-Results: mx.our.example; dmarc=fail header.from=";

fn keys() -> Keys {
    Keys::new(Key::new('a', *b"a secret of more than enough bytes").expect("a key"), vec![])
}

fn known() -> Known {
    Known {
        message_ids: HashMap::from([("first@example.com".to_owned(), CASE)]),
        participants: HashMap::from([(CASE, vec![ANN.to_owned()])]),
        own_addresses: vec!["help@our.example".to_owned(), "reply@our.example".to_owned()],
        loop_mark: "our-instance".to_owned(),
        case_prefix: "R".to_owned(),
        ..Known::default()
    }
}

fn own() -> Vec<String> {
    known().own_addresses
}

fn case_address() -> String {
    reply_address(&keys(), "our.example", "reply", CASE, ANN)
}

fn our_id() -> String {
    message_id(&keys(), "our.example", CASE, 7, ANN)
}

fn decided(mail: &str) -> Decision {
    let parsed = parse(mail.replace('\n', "\r\n").as_bytes());
    let authentication = Authentication::read(&parsed, &Trusted::servers(["mx.our.example"]));
    decide(&parsed, &evidence(&parsed, &keys(), &known()), &authentication, &known())
}

#[test]
fn t_01a_an_address_in_cc_is_suggested_and_never_a_participant() {
    let verified = format!("{PASS}example.com\n");
    let failed = format!("{FAIL}example.com\n");
    for (results, verdict) in
        [("", Verdict::Unchecked), (&verified, Verdict::Verified), (&failed, Verdict::Failed)]
    {
        let mail = format!(
            "{results}From: {ANN}\nTo: {}\nCc: {EVE}\nSubject: more\n\nPlease copy my friend.\n",
            case_address()
        );
        let decision = decided(&mail);
        assert_eq!(decision.outcome, Outcome::Joins { case: CASE });
        assert_eq!(decision.sender, verdict);
        assert_eq!(decision.suggested, [EVE]);
    }
}

#[test]
fn t_01b_a_forged_sender_who_only_guesses_the_case_gets_a_new_one() {
    for results in [String::new(), format!("{FAIL}example.com\n")] {
        let mail = format!(
            "{results}From: {ANN}\nTo: help@our.example\nCc: {EVE}\nSubject: Re: [R-{CASE}]\n\nHi\n"
        );
        let decision = decided(&mail);
        assert_eq!(decision.outcome, Outcome::Opens { maybe: vec![CASE] });
        assert!(decision.suggested.is_empty() && !decision.may_reopen);
    }
}

#[test]
fn t_02a_mail_by_which_an_account_can_be_taken_is_held() {
    let held = |subject: &str, text: &str| {
        let mail = format!("From: no-reply@service.example\nSubject: {subject}\n\n{text}\n");
        mail::verification::held_because(&parse(mail.as_bytes())).is_some()
    };
    for (subject, text) in [
        ("Your verification code", "Enter this code:\n\n483 920\n"),
        ("Confirm your email address", "Click https://service.example/confirm?u=1"),
        ("Join Example on Slack", "https://join.example/invite/abc"),
        ("Reset your password", "https://service.example/reset/abc"),
        ("Ihr Bestätigungscode", "Ihr Code ist 48392"),
        ("Votre code de vérification", "483920"),
        ("Código de verificación", "Tu código es 483920"),
        ("验证码", "您的验证码是 483920"),
        ("認証コード", "483920"),
        ("Код подтверждения", "483920"),
    ] {
        assert!(held(subject, text), "{subject}");
    }
    for (subject, text) in [
        ("Late parcel", "Order 483920 has not come. See https://shop.example/orders/1"),
        ("Cannot log in", "I never get the verification code. Please help me."),
        ("Password", "Your site is broken since I changed it."),
    ] {
        assert!(!held(subject, text), "{subject}");
    }
}

#[test]
fn t_03a_right_references_from_a_strange_address_do_not_join() {
    for reference in [our_id(), "first@example.com".to_owned()] {
        for header in ["In-Reply-To", "References"] {
            let mail = format!(
                "{PASS}evil.example\nFrom: {EVE}\nTo: help@our.example\nCc: {ANN}\n{header}: <{reference}>\nSubject: Re: x\n\nSend it to me.\n"
            );
            let decision = decided(&mail);
            assert!(
                matches!(decision.outcome, Outcome::Waits { case: CASE } | Outcome::Opens { .. }),
                "{decision:?}"
            );
            assert!(!decision.may_reopen);
        }
    }
}

#[test]
fn t_03b_somebody_elses_reply_address_makes_a_stranger_wait() {
    let mail = format!("From: {EVE}\nTo: {}\nSubject: Re: x\n\nHello\n", case_address());
    assert_eq!(decided(&mail).outcome, Outcome::Waits { case: CASE });
}

#[test]
fn t_04a_ten_thousand_forged_tokens_prove_nothing() {
    let (address, id, mark) = (case_address(), our_id(), body_mark(&keys(), CASE, ANN));
    let digits = b"abcdefghijklmnopqrstuvwxyz234567.+@";
    let mut accepted = 0;
    for round in 0..10_000_usize {
        for original in [&address, &id, &mark] {
            let mut forged = original.clone().into_bytes();
            // Another character at some place of the token, before the domain.
            let end = forged.iter().position(|b| *b == b'@' || *b == b']').unwrap_or(forged.len());
            let start = original.find('+').or(original.find(':')).map_or(0, |n| n + 1);
            let place = start + round % (end - start);
            let digit = digits[(round / (end - start)) % digits.len()];
            if forged[place] == digit {
                continue;
            }
            forged[place] = digit;
            let forged = String::from_utf8(forged).expect("ASCII");
            accepted += usize::from(read_reply_address(&keys(), &forged).is_some());
            accepted += usize::from(read_message_id(&keys(), &forged).is_some());
            accepted += read_body_marks(&keys(), &forged).len();
        }
    }
    assert_eq!(accepted, 0);
}

#[test]
fn t_04b_a_token_serves_one_case_one_recipient_one_purpose() {
    let claim = read_reply_address(&keys(), &case_address()).expect("ours");
    assert!(keys().is_for(&claim, ANN) && !keys().is_for(&claim, EVE));
    let token = case_address().replace("reply+", "");
    assert_eq!(read_message_id(&keys(), &token), None);
    let other =
        Keys::new(Key::new('a', *b"another secret of enough bytes").expect("a key"), vec![]);
    assert_eq!(read_reply_address(&other, &case_address()), None);
    assert_eq!(read_message_id(&other, &our_id()), None);
}

#[test]
fn t_05_no_unsigned_or_older_form_is_read() {
    let forms = [
        format!("reply+{CASE}@our.example"),
        format!("reply+{CASE}.aaaaaaaa@our.example"),
        format!("reply-{CASE}@our.example"),
        format!("case-{CASE}@our.example"),
        format!("{CASE}@our.example"),
        "reply+83e.aaaaaaaa.a@our.example".to_owned(),
        "reply+83e.aaaaaaaa.aaaaaaaaaaaaaaaaaaaaa@our.example".to_owned(),
        format!("notify-{CASE}-1@our.example"),
        format!("reply-{CASE}-1-1700000000@our.example"),
        format!("{CASE}.7@our.example"),
        format!("{CASE}.7.aaaaaaaa.a@our.example"),
        format!("redress.{CASE}.7@our.example"),
    ];
    for form in forms {
        assert_eq!(read_reply_address(&keys(), &form), None, "{form}");
        assert_eq!(read_message_id(&keys(), &form), None, "{form}");
    }
}

#[test]
fn t_09a_nobody_is_answered_automatically_who_did_not_write() {
    let robots = [
        "From: MAILER-DAEMON@x.example\n",
        "From: help+tag@our.example\n",
        "From: no-reply@x.example\n",
        "From: ann@x.example\nAuto-Submitted: auto-generated\n",
        "From: ann@x.example\nX-Auto-Response-Suppress: OOF, AutoReply\n",
        "Return-Path: <>\nFrom: ann@x.example\n",
        "From: ann@x.example\nX-Redress-Loop: other-instance\n",
        "Subject: no author\n",
    ];
    for head in robots {
        assert!(
            !may_answer_automatically(&parse(format!("{head}\nHi\n").as_bytes()), &own()),
            "{head}"
        );
    }
    assert!(may_answer_automatically(
        &parse(b"From: ann@x.example\n\nMy parcel is late.\n"),
        &own()
    ));
}

#[test]
fn t_10a_every_mark_of_a_machine_is_seen() {
    let marks = [
        "Auto-Submitted: auto-replied",
        "Auto-Submitted: auto-generated (vacation)",
        "Precedence: bulk",
        "Precedence: auto_reply",
        "List-Id: <news.example.com>",
        "List-Unsubscribe: <mailto:x@y>",
        "X-Autoreply: yes",
        "X-Autorespond: away",
        "Return-Path: <>",
        "Content-Type: multipart/report; report-type=delivery-status; boundary=x",
        "Subject: Out of office: Late parcel",
        "Subject: Automatische Antwort: Paket",
        "Feedback-ID: 1:2:3:news",
    ];
    for mark in marks {
        let parsed = parse(format!("From: {ANN}\n{mark}\n\nHi\n").as_bytes());
        assert_ne!(parsed.kind, Kind::Human, "{mark}");
        assert!(!may_answer_automatically(&parsed, &own()), "{mark}");
    }
}

#[test]
fn t_10b_our_own_answer_stops_every_machine_that_follows_the_rules() {
    let mail = Outgoing {
        from: Address::new("Help", "help@our.example"),
        to: vec![Address::new("", ANN)],
        subject: "We have it".to_owned(),
        message_id: our_id(),
        automatic: Automatic::Replied,
        loop_mark: "our-instance".to_owned(),
        text: "We have your message.".to_owned(),
        ..Outgoing::default()
    };
    let parsed = parse(&compose(&mail).expect("it is sound"));
    assert_eq!(parsed.kind, Kind::AutoReply);
    assert!(!may_answer_automatically(&parsed, &own()));
    let authentication = Authentication::read(&parsed, &Trusted::none());
    let decision =
        decide(&parsed, &evidence(&parsed, &keys(), &known()), &authentication, &known());
    assert_eq!(decision.outcome, Outcome::OwnCopy);
}

#[test]
fn t_10c_an_automatic_answer_is_noted_and_reopens_nothing() {
    let mail = format!(
        "From: {ANN}\nTo: {}\nAuto-Submitted: auto-replied\nSubject: Away\n\nBack soon.\n",
        case_address()
    );
    let decision = decided(&mail);
    assert_eq!(decision.outcome, Outcome::Notes { case: CASE });
    assert!(!decision.may_reopen);
}

#[test]
fn t_14_sixty_forged_internal_headers_change_nothing() {
    let plain = format!("From: {EVE}\nTo: help@our.example\nSubject: Hello\n\nHi\n");
    let before = decided(&plain);
    let names = [
        "Case",
        "Status",
        "Owner",
        "Participant",
        "Priority",
        "Trust",
        "Verified",
        "Reply-Token",
        "Staff",
        "Internal",
    ];
    for prefix in ["X-Redress", "X-Case", "X-RT", "X-Zammad", "X-OTRS", "X-FreeScout"] {
        for name in names {
            for value in [CASE.to_string(), ANN.to_owned(), "yes".to_owned()] {
                let forged = format!("{prefix}-{name}: {value}\n{plain}");
                assert_eq!(decided(&forged), before, "{forged}");
            }
        }
    }
}

#[test]
fn several_authors_vouch_for_nobody() {
    let two = format!(
        "{PASS}example.com\nFrom: {ANN}, {EVE}\nTo: help@our.example\nSubject: [R-{CASE}]\n\nHi\n"
    );
    assert_eq!(decided(&two).sender, Verdict::Failed);
    assert!(matches!(decided(&two).outcome, Outcome::Opens { .. }));
    let twice = format!(
        "{PASS}example.com\nFrom: {ANN}\nFrom: {EVE}\nTo: help@our.example\nSubject: [R-{CASE}]\n\nHi\n"
    );
    assert!(matches!(decided(&twice).outcome, Outcome::Opens { .. }));
}

#[test]
fn addresses_that_only_look_alike_are_strangers() {
    // A Kelvin sign, a Cyrillic a, a full-width letter, a dotless i, a tag, a display name.
    let lookalikes = [
        "an\u{43d}@example.com",
        "\u{430}nn@example.com",
        "ann@e\u{ff58}ample.com",
        "ann+x@example.com",
        "ann@example.com.evil.example",
        "\"ann@example.com\" <eve@evil.example>",
    ];
    for from in lookalikes {
        let mail = format!("From: {from}\nTo: {}\nSubject: Re: x\n\nHi\n", case_address());
        assert_eq!(decided(&mail).outcome, Outcome::Waits { case: CASE }, "{from}");
    }
}

#[test]
fn tokens_of_a_merged_case_lead_to_the_one_that_lives_on() {
    let parsed = parse(format!("From: {ANN}\nTo: {}\n\nHi\n", case_address()).as_bytes());
    let known = Known { merged: HashMap::from([(CASE, 20), (20, 30), (30, 20)]), ..known() };
    let found = evidence(&parsed, &keys(), &known);
    assert!(found.iter().all(|e| e.case == Some(20) || e.case == Some(30)));
}

#[test]
fn a_verified_participant_may_use_the_number_in_the_subject() {
    let mail = format!(
        "{PASS}example.com\nFrom: {ANN}\nTo: help@our.example\nSubject: Re: parcel [R-{CASE}]\n\nHi\n"
    );
    let decision = decided(&mail);
    assert_eq!(decision.outcome, Outcome::Joins { case: CASE });
    assert!(decision.because.contains("subject names case"));
}

#[test]
fn a_form_that_writes_in_our_name_is_heard_and_our_own_mail_is_not() {
    let form = "From: help@our.example\nReply-To: bea@example.org\nTo: help@our.example\nSubject: Contact form\n\nMy parcel is late.\n";
    assert_eq!(decided(form).outcome, Outcome::Opens { maybe: vec![] });
    let own = format!(
        "From: anyone@relay.example\nTo: help@our.example\nMessage-ID: <{}>\n\nWe have it.\n",
        our_id()
    );
    assert_eq!(decided(&own).outcome, Outcome::OwnCopy);
    let looped = "From: help@our.example\nX-Redress-Loop: our-instance\n\nWe have it.\n";
    assert_eq!(decided(looped).outcome, Outcome::OwnCopy);
}

#[test]
fn a_bounce_is_noted_on_the_case_of_the_mail_it_returns() {
    let bounce = format!(
        "Return-Path: <>\nFrom: MAILER-DAEMON@mx.example\nTo: help@our.example\nSubject: failure notice\nContent-Type: multipart/report; report-type=delivery-status; boundary=r\n\n--r\n\nNo such user.\n--r\nContent-Type: message/delivery-status\n\nFinal-Recipient: rfc822; {ANN}\nAction: failed\nStatus: 5.1.1\n\n--r\nContent-Type: text/rfc822-headers\n\nMessage-ID: <{}>\nSubject: We have it\n\n--r--\n",
        our_id()
    );
    let decision = decided(&bounce);
    assert_eq!(decision.outcome, Outcome::Notes { case: CASE });
    assert!(!decision.may_reopen);
}

#[test]
fn mail_through_our_own_group_is_from_a_person() {
    let mail = |post: &str| {
        parse(format!("From: {ANN}\nTo: help@our.example\nList-ID: <help.our.example>\nList-Post: <mailto:{post}>\nPrecedence: list\n\nMy parcel is late.\n").as_bytes())
    };
    assert_eq!(mail::kind_here(&mail("Help@our.example"), &own()), Kind::Human);
    assert!(may_answer_automatically(&mail("help@our.example"), &own()));
    assert_eq!(mail::kind_here(&mail("talk@lists.example"), &own()), Kind::List);
}
