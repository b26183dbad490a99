//! How fast mail is read on one core: typical mails a second, and whether time grows with size.
//!
//! `cargo run --release -p mail --example speed`. A typical mail is a reply with HTML twin,
//! quote and signature, about 6 kB.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use mail::thread::{Known, decide, evidence};
use mail::{Authentication, Key, Keys, Trusted, parse};

fn typical(number: usize) -> Vec<u8> {
    let line = "The parcel was promised for Tuesday, and nobody could tell me where it is now.";
    let text =
        format!("Good day,\r\n\r\n{}\r\nKind regards\r\nAnn\r\n", format!("{line}\r\n").repeat(12));
    let quote = format!("> {line}\r\n").repeat(15);
    format!(
        "Return-Path: <ann{number}@example.com>\r\nReceived: from mx.example.com by mx.our.example; Mon, 2 Mar 2026 10:00:00 +0000\r\n\
         Authentication-Results: mx.our.example; dkim=pass header.d=example.com; dmarc=pass header.from=example.com\r\n\
         From: =?utf-8?Q?Ann_M=C3=BCller?= <ann{number}@example.com>\r\nTo: Help <help@our.example>\r\nSubject: Re: Late parcel {number} [R-{number}]\r\n\
         Date: Mon, 2 Mar 2026 11:00:00 +0100\r\nMessage-ID: <{number}.1@example.com>\r\nIn-Reply-To: <{number}.0@our.example>\r\nReferences: <{number}.0@our.example>\r\n\
         MIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary=\"=_b\"\r\n\r\n--=_b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n\
         On Sun, 1 Mar 2026 at 09:00, Help <help@our.example> wrote:\r\n{quote}\r\n--=_b\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n\
         <html><body><p>{}</p><div class=3D\"gmail_quote\"><blockquote>{}</blockquote></div></body></html>\r\n--=_b--\r\n",
        text.replace("\r\n", "<br>\r\n"),
        quote.replace("\r\n", "<br>\r\n"),
    )
    .into_bytes()
}

fn with_file(megabytes: usize) -> Vec<u8> {
    let line = "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZnaGlqa2xtbm9wcXJzdHV2d3h5ejAxMjM0\r\n";
    let lines = megabytes * 1024 * 1024 / line.len();
    format!(
        "From: a@b.example\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\nsee file\r\n--x\r\nContent-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n{}--x--\r\n",
        line.repeat(lines)
    )
    .into_bytes()
}

/// The shortest of five runs, which other work on the machine disturbs least.
fn best(mut run: impl FnMut()) -> Duration {
    let once = |run: &mut dyn FnMut()| {
        let start = Instant::now();
        run();
        start.elapsed()
    };
    (0..5).map(|_| once(&mut run)).min().unwrap_or_default()
}

fn main() {
    let mails: Vec<Vec<u8>> = (0..2_000).map(typical).collect();
    let key = Key::new('a', *b"a secret of more than enough bytes").expect("a sound key");
    let keys = Keys::new(key, vec![]);
    let known = Known {
        participants: HashMap::from([(7, vec!["ann7@example.com".to_owned()])]),
        case_prefix: "R".to_owned(),
        ..Known::default()
    };
    let trusted = Trusted::servers(["mx.our.example"]);
    let took = best(|| {
        for mail in &mails {
            let parsed = parse(mail);
            assert!(!parsed.new_text.is_empty() && !parsed.folded_text.is_empty());
            let found = evidence(&parsed, &keys, &known);
            std::hint::black_box(decide(
                &parsed,
                &found,
                &Authentication::read(&parsed, &trusted),
                &known,
            ));
        }
    });
    let bytes = mails[0].len();
    println!("{bytes} bytes each: {:.0} mails a second", mails.len() as f64 / took.as_secs_f64());
    for megabytes in [1, 5, 25] {
        let mail = with_file(megabytes);
        let took = best(|| assert_eq!(parse(&mail).attachments.len(), 1));
        println!("{megabytes} MB with one file: {:.0} ms", took.as_secs_f64() * 1_000.0);
    }
}
