//! DKIM as another implementation (dkimpy) makes it, and as we make it.
//!
//! `tests/dkim` holds one mail signed three ways by dkimpy, the records that belong to it, and
//! two private keys that are used nowhere else.

use std::collections::HashMap;
use std::fs;

use jiff::Timestamp;
use mail::dkim::arc::{self, Chain};
use mail::dkim::{Outcome, Record, SigningKey, SigningKeyRefused, records_needed, sign, verify};
use mail::dmarc::{Dmarc, Spf};
use mail::{Authentication, Trusted, Verdict};

fn file(name: &str) -> Vec<u8> {
    fs::read(format!("{}/tests/dkim/{name}", env!("CARGO_MANIFEST_DIR"))).expect("a fixture")
}

fn records() -> HashMap<String, Record> {
    let texts: HashMap<String, String> =
        serde_json::from_slice(&file("records.json")).expect("JSON");
    texts.into_iter().map(|(name, text)| (name, Record::Text(text))).collect()
}

fn now() -> Timestamp {
    "2026-03-02T12:00:00Z".parse().expect("a moment")
}

fn outcome(mail: &[u8]) -> Outcome {
    let found = verify(mail, &records(), now());
    assert_eq!(found.len(), 1);
    found[0].outcome
}

const SIGNED: [&str; 3] = ["relaxed-rsa.eml", "simple-rsa.eml", "relaxed-ed.eml"];

#[test]
fn signatures_of_another_implementation_pass() {
    for name in SIGNED {
        let found = verify(&file(name), &records(), now());
        assert_eq!(
            (found[0].outcome, found[0].domain.as_str()),
            (Outcome::Pass, "shop.example"),
            "{name}: {found:?}"
        );
        assert!(records().contains_key(&records_needed(&file(name))[0]), "{name}");
    }
}

#[test]
fn any_change_of_what_was_signed_fails() {
    for name in SIGNED {
        let mail = String::from_utf8(file(name)).expect("ASCII");
        for (from, to) in [
            ("Where", "Here"),
            ("Subject: Late", "Subject: Lost"),
            ("From: Ann <ann@shop.example>\r\nTo", "From: Eve <eve@shop.example>\r\nTo"),
            ("From: Ann", "From: Eve <eve@shop.example>\r\nFrom: Ann"),
            ("\r\nTo: help", "\r\nTo: evil"),
        ] {
            let changed = mail.replacen(from, to, 1);
            assert_ne!(changed, mail, "{name}: {from}");
            assert_eq!(outcome(changed.as_bytes()), Outcome::Fail, "{name}: {from}");
        }
    }
}

#[test]
fn what_relays_may_change_does_not_matter_where_the_signer_allowed_it() {
    let mail = String::from_utf8(file("relaxed-rsa.eml")).expect("ASCII");
    let folded = mail.replace("Subject: Late   parcel\r\n ", "SUBJECT:  Late parcel ");
    assert_eq!(outcome(folded.as_bytes()), Outcome::Pass);
    assert_eq!(outcome(mail.replace("\r\n", "\n").as_bytes()), Outcome::Pass, "stored with LF");
    let traced = format!("Received: by relay.example\r\n{mail}");
    assert_eq!(outcome(traced.as_bytes()), Outcome::Pass);
    let simple = String::from_utf8(file("simple-rsa.eml")).expect("ASCII");
    assert_eq!(outcome(simple.replace("Late   parcel", "Late parcel").as_bytes()), Outcome::Fail);
}

#[test]
fn keys_that_are_missing_withdrawn_or_out_of_reach_prove_nothing() {
    let mail = file("relaxed-rsa.eml");
    let name = records_needed(&mail).remove(0);
    let with =
        |record: Record| verify(&mail, &HashMap::from([(name.clone(), record)]), now())[0].outcome;
    assert_eq!(with(Record::Missing), Outcome::Neutral);
    assert_eq!(with(Record::Unreachable), Outcome::TempError);
    assert_eq!(with(Record::Text("v=DKIM1; k=rsa; p=".into())), Outcome::Neutral);
    assert_eq!(with(Record::Text("v=DKIM1; t=y; p=AAAA".into())), Outcome::Neutral);
    assert_eq!(with(Record::Text("v=DKIM1; p=AAAA".into())), Outcome::Fail);
    assert_eq!(verify(&mail, &HashMap::new(), now())[0].outcome, Outcome::TempError);
}

#[test]
fn signatures_that_could_be_misused_are_not_taken() {
    let mail = String::from_utf8(file("relaxed-rsa.eml")).expect("ASCII");
    for (from, to) in [
        ("a=rsa-sha256", "a=rsa-sha1"),
        ("q=dns/txt", "l=5"),
        ("h=from :", "h=x-from :"),
        ("i=@shop.example", "i=@evil.example"),
        ("v=1", "v=2"),
    ] {
        let changed = mail.replacen(from, to, 1);
        assert_ne!(changed, mail, "{from}");
        assert_eq!(outcome(changed.as_bytes()), Outcome::Neutral, "{from}");
    }
    let expired = mail.replacen("q=dns/txt", "x=1000000000", 1);
    assert_eq!(outcome(expired.as_bytes()), Outcome::Fail);
    let many = "DKIM-Signature: v=1\r\n".repeat(100) + &mail;
    assert_eq!(verify(many.as_bytes(), &records(), now()).len(), mail::dkim::SIGNATURES_MAX);
}

#[test]
fn what_we_sign_passes_and_nothing_can_be_added_to_it() {
    let mail = "From: Help <help@shop.example>\r\nTo: ann@example.com\r\nSubject: Grüße\r\nDate: Mon, 2 Mar 2026 10:00:00 +0100\r\nMessage-ID: <2@shop.example>\r\n\r\nWe found it.\r\n";
    for (pem, selector) in [("test-only-rsa.pem", "rsa"), ("test-only-ed25519.pem", "ed")] {
        let key = SigningKey::from_pem(&String::from_utf8(file(pem)).expect("PEM")).expect("a key");
        assert_eq!(
            records()[&format!("{selector}._domainkey.shop.example")],
            Record::Text(key.record())
        );
        let header = sign(mail.as_bytes(), "shop.example", selector, &key, now()).expect("signed");
        assert!(header.lines().all(|line| line.len() <= 98), "{header}");
        let signed = format!("{header}{mail}");
        assert_eq!(outcome(signed.as_bytes()), Outcome::Pass);
        assert_eq!(
            header,
            sign(mail.as_bytes(), "shop.example", selector, &key, now()).expect("signed")
        );
        for added in [
            "From: eve@evil.example\r\n",
            "Subject: Other\r\n",
            "Reply-To: eve@evil.example\r\n",
            "To: eve@evil.example\r\n",
        ] {
            let changed = signed.replacen("From: Help", &format!("{added}From: Help"), 1);
            assert_eq!(outcome(changed.as_bytes()), Outcome::Fail, "{added}");
        }
    }
}

#[test]
fn a_text_that_is_no_key_is_refused() {
    assert_eq!(SigningKey::from_pem("hello").map(|_| ()), Err(SigningKeyRefused::NotAKey));
    let damaged = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";
    assert_eq!(SigningKey::from_pem(damaged).map(|_| ()), Err(SigningKeyRefused::Unusable));
}

#[test]
fn seals_of_another_implementation_pass_and_any_change_breaks_them() {
    for (name, by) in [("arc-one.eml", "list.example"), ("arc-two.eml", "second.example")] {
        let mail = String::from_utf8(file(name)).expect("ASCII");
        let Chain::Pass { sealer, results } = arc::verify(mail.as_bytes(), &records()) else {
            panic!("{name}: {:?}", arc::verify(mail.as_bytes(), &records()));
        };
        assert_eq!(sealer, "shop.example");
        assert!(results.starts_with(by), "{results}");
        assert!(arc::records_needed(mail.as_bytes()).iter().all(|n| records().contains_key(n)));
        for (from, to) in [
            ("Where", "Here"),
            ("[talk]", "[list]"),
            ("dmarc=pass", "dmarc=none"),
            ("cv=none", "cv=pass"),
            ("ARC-Seal: i=1", "ARC-Seal: i=3"),
            ("From: Ann", "From: Eve <eve@evil.example>\r\nFrom: Ann"),
        ] {
            let changed = mail.replace(from, to);
            let chain = arc::verify(changed.as_bytes(), &records());
            assert!(matches!(chain, Chain::Fail(_)), "{name}: {from}: {chain:?}");
        }
    }
    assert_eq!(arc::verify(b"From: a@b\r\n\r\nx", &records()), Chain::None);
    assert_eq!(arc::verify(&file("arc-one.eml"), &HashMap::new()), Chain::TempError);
}

#[test]
fn only_a_sealer_we_know_heals_what_a_list_broke() {
    let raw = file("arc-one.eml");
    let parsed = mail::parse(&raw);
    let broken = verify(&raw, &records(), now());
    assert_eq!(broken[0].outcome, Outcome::Fail, "the list changed the subject");
    let chain = arc::verify(&raw, &records());
    let here = || {
        Authentication::checked_here(
            &parsed,
            "mx.our.example",
            &broken,
            &Spf::default(),
            Dmarc::Fail,
        )
    };
    assert_eq!(here().verdict, Verdict::Failed);
    let known = Trusted::none().and_sealers(["shop.example"]);
    assert_eq!(here().or_sealed(&parsed, &chain, &known).verdict, Verdict::Verified);
    let stranger = Trusted::none().and_sealers(["other.example"]);
    assert_eq!(here().or_sealed(&parsed, &chain, &stranger).verdict, Verdict::Failed);
    let forged = Chain::Fail("A seal does not fit.");
    assert_eq!(here().or_sealed(&parsed, &forged, &known).verdict, Verdict::Failed);
}
