//! Damaged and hostile mail: bounded rounds of a seeded mutator, and bombs by hand.
//!
//! Every input is parsed, turned to JSON and trimmed; a panic fails the test.

use mail::limits::{HEADER_LINES_MAX, NESTING_MAX, PARTS_MAX, RECIPIENTS_MAX, TEXT_BYTES_MAX};
use mail::smtp::{Limits, Protocol, Session};
use mail::token::{read_body_marks, read_message_id, read_reply_address};
use mail::{Key, Keys, parse};

/// A small generator (xorshift), so that a failure is one number to replay.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % sides.max(1) as u64) as usize
    }
}

const SEEDS: [&str; 5] = [
    "From: =?utf-8?Q?Zo=C3=AB?= <zoe@example.com>\r\nTo: a@b, \"c, d\" <e@f>;, Team: g@h;\r\nSubject: =?iso-2022-jp?B?GyRCJCIbKEI=?= x\r\nDate: Mon, 1 Jan 2024 00:00:00 +0100\r\nReferences: <a@b>\r\n <c@d>\r\nContent-Type: multipart/mixed; boundary=\"b1\"\r\n\r\n--b1\r\nContent-Type: multipart/alternative; boundary=b2\r\n\r\n--b2\r\nContent-Type: text/plain; charset=utf-8; format=flowed\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nH=C3=A9llo =\r\nyou\r\n\r\nOn Mon, 1 Jan 2024 at 10:00 Ann <a@b> wrote:\r\n> old\r\n--b2\r\nContent-Type: text/html\r\n\r\n<p>H&eacute;llo<blockquote type=cite>old</blockquote>\r\n--b2--\r\n--b1\r\nContent-Type: application/pdf; name*0*=utf-8''%e2%82%ac; name*1=.pdf\r\nContent-Disposition: attachment\r\nContent-Transfer-Encoding: base64\r\n\r\nJVBERi0xLjQK\r\n--b1--\r\n",
    "From: MAILER-DAEMON@x\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=r\r\n\r\n--r\r\n\r\nfailed\r\n--r\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; x\r\n\r\nFinal-Recipient: rfc822; a@b\r\nAction: failed\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; 550 5.1.1\r\n no\r\n--r\r\nContent-Type: message/rfc822\r\n\r\nMessage-ID: <x@y>\r\nSubject: z\r\n\r\nbody\r\n--r--\r\n",
    "From: a@b\nSubject: Re: x\n\nHi\n\n-----Original Message-----\nFrom: X\nSent: 1\nTo: Y\nSubject: Z\n\n> a\nb\n-- \nsig\n[ref:1.aaaaaaaa.abbbbbbbbbbbbbbbbbbbb]\n",
    "EHLO x\r\nMAIL FROM:<a@b> SIZE=1\r\nRCPT TO:<c@d>\r\nDATA\r\nx\r\n.\r\nRSET\r\nQUIT\r\n",
    "From: a@b\r\nContent-Type: application/ms-tnef; name=winmail.dat\r\nContent-Transfer-Encoding: base64\r\n\r\neJ8+IgEAAQeQBgAEAAAAAAABAAEAAQWQBgAIAAAA5AQAAAAAAADoAA==\r\n",
];

/// Pieces that parsers stumble over.
const PIECES: [&[u8]; 20] = [
    b"\r\n",
    b"\n",
    b"\r",
    b"\0",
    b"--b1",
    b"--b2--",
    b"=?utf-8?B?",
    b"?=",
    b"<",
    b">",
    b"\"",
    b"(",
    b"\xff\xfe",
    b"=C3",
    b"&#x110000;",
    b": ",
    b"\n\n",
    b";",
    b"Content-Type: message/rfc822\r\n\r\n",
    b"\xf0\x9f",
];

fn mutate(dice: &mut Dice, seed: &[u8]) -> Vec<u8> {
    let mut bytes = seed.to_vec();
    for _ in 0..1 + dice.roll(8) {
        let at = dice.roll(bytes.len() + 1);
        match dice.roll(5) {
            0 if at < bytes.len() => bytes[at] = dice.roll(256) as u8,
            1 => bytes.truncate(at.max(1)),
            2 => {
                let end = (at + dice.roll(40)).min(bytes.len());
                bytes.drain(at.min(end)..end);
            }
            3 => {
                let piece = PIECES[dice.roll(PIECES.len())];
                bytes.splice(at..at, piece.repeat(1 + dice.roll(3)));
            }
            _ => {
                let end = (at + dice.roll(80)).min(bytes.len());
                let copy = bytes[at.min(end)..end].to_vec();
                bytes.splice(at..at, copy);
            }
        }
    }
    bytes
}

fn swallow(bytes: &[u8], keys: &Keys) {
    let parsed = parse(bytes);
    assert!(parsed.to_json().is_object());
    let text = String::from_utf8_lossy(bytes);
    mail::trim::plain(&text);
    mail::trim::against_sent(&text, SEEDS[2]);
    let _small = mail::limits::html_allowed(&text).is_ok();
    mail::html_to_text(&text);
    assert_eq!(read_reply_address(keys, &text), None);
    assert_eq!(read_message_id(keys, &text), None);
    assert!(read_body_marks(keys, &text).is_empty());
    let mails = mail::mbox::split(bytes).map(|m| m.len()).sum::<usize>();
    assert!(mails <= bytes.len());
    let mut session = Session::new(Protocol::Lmtp, Limits::default(), "mx");
    session.feed(b"LHLO x\r\n");
    session.feed(bytes);
    session.delivered(&[]);
}

#[test]
fn five_thousand_damaged_mails_are_read_without_a_panic() {
    let keys =
        Keys::new(Key::new('a', *b"a secret of more than enough bytes").expect("a key"), vec![]);
    let mut dice = Dice(0x5eed_0000_0000_0001);
    for round in 0..5_000 {
        let bytes = mutate(&mut dice, SEEDS[round % SEEDS.len()].as_bytes());
        swallow(&bytes, &keys);
    }
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(400))]

    #[test]
    fn trimming_moves_words_and_loses_none(text in "([>a-zA-Z0-9@:<., *_-]{0,30}\n|On 1 May 2026 at 10:00, Ann <a@b> wrote:\n|-- \n|From: a\n|Sent: b\n|To: c\n|\n){0,25}") {
        let trimmed = mail::trim::plain(&text);
        let words = |t: &str| {
            let mut words: Vec<String> = t.split_whitespace().map(str::to_owned).collect();
            words.sort();
            words
        };
        let both = format!("{}\n{}", trimmed.new_text, trimmed.folded_text);
        proptest::prop_assert_eq!(words(&both), words(&text));
        proptest::prop_assert!(!trimmed.new_text.trim().is_empty() || text.trim().is_empty());
    }
}

#[test]
fn a_million_nested_mails_cost_one_pass() {
    let bomb = "Content-Type: message/rfc822\r\n\r\n".repeat(1_000_000);
    let parsed = parse(bomb.as_bytes());
    assert!(parsed.problems.iter().any(|p| p.code == "too_deep"));
}

#[test]
fn headers_without_end_cost_one_pass() {
    for piece in ["=?utf-8?Q?a", "=?", "=?x?", "<a@b> ", "\"a", "(", "a@b, ", ";a*0*=x"] {
        for name in ["Subject", "To", "References"] {
            let mail = format!("From: a@b\r\n{name}: {}\r\n\r\nbody\r\n", piece.repeat(20_000));
            assert_eq!(parse(mail.as_bytes()).text.trim(), "body", "{name} {piece}");
        }
    }
}

#[test]
fn boundaries_that_refer_to_each_other_cost_one_pass() {
    let level = |n: usize| {
        format!("Content-Type: multipart/mixed; boundary=b{}\r\n\r\n--b{}\r\n", n % 2, n % 2)
    };
    let bomb: String = (0..200_000).map(level).collect();
    let parsed = parse(bomb.as_bytes());
    assert!(
        parsed
            .problems
            .iter()
            .any(|p| ["too_many_parts", "too_deep", "missing_boundary"].contains(&p.code))
    );
}

#[test]
fn nesting_is_opened_to_the_limit_and_no_deeper() {
    let nested = |levels: usize| {
        let mut mail = String::from("From: a@b\r\n");
        for n in 0..levels {
            mail += &format!("Content-Type: multipart/mixed; boundary=b{n}x\r\n\r\n--b{n}x\r\n");
        }
        mail + "Content-Type: text/plain\r\n\r\nfound it\r\n"
    };
    let deep =
        |levels| parse(nested(levels).as_bytes()).problems.iter().any(|p| p.code == "too_deep");
    assert!(!deep(NESTING_MAX) && deep(NESTING_MAX + 1) && deep(NESTING_MAX * 100));
    assert_eq!(parse(nested(NESTING_MAX).as_bytes()).text.trim(), "found it");
    assert!(
        parse(nested(NESTING_MAX * 100).as_bytes()).text.contains("found it"),
        "still readable"
    );
}

#[test]
fn parts_header_lines_recipients_and_text_are_read_to_their_limits() {
    let has =
        |mail: &str, code: &str| parse(mail.as_bytes()).problems.iter().any(|p| p.code == code);
    let parts = |n: usize| {
        let part = "--x\r\nContent-Type: image/png\r\n\r\ny\r\n";
        format!(
            "From: a@b\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n{}--x--\r\n",
            part.repeat(n)
        )
    };
    let headers = |n: usize| format!("{}\r\n\r\nbody\r\n", "X: y\r\n".repeat(n).trim_end());
    let people = |n: usize| {
        let list: Vec<String> = (0..n).map(|n| format!("p{n}@x.example")).collect();
        format!("From: a@b\r\nTo: {}\r\n\r\nbody\r\n", list.join(", "))
    };
    let long = |n: usize| format!("From: a@b\r\n\r\n{}", "x".repeat(n));
    for (code, at, over, far) in [
        ("too_many_parts", parts(PARTS_MAX - 1), parts(PARTS_MAX), parts(PARTS_MAX * 100)),
        (
            "too_many_header_lines",
            headers(HEADER_LINES_MAX),
            headers(HEADER_LINES_MAX + 1),
            headers(HEADER_LINES_MAX * 100),
        ),
        (
            "too_many_recipients",
            people(RECIPIENTS_MAX),
            people(RECIPIENTS_MAX + 1),
            people(RECIPIENTS_MAX * 100),
        ),
        ("text_cut", long(TEXT_BYTES_MAX), long(TEXT_BYTES_MAX + 1), long(TEXT_BYTES_MAX * 20)),
    ] {
        assert!(!has(&at, code), "{code} at the limit");
        assert!(has(&over, code), "{code} at one more");
        assert!(has(&far, code), "{code} far beyond");
    }
    assert!(parse(headers(HEADER_LINES_MAX * 100).as_bytes()).text.contains("body"));
}
