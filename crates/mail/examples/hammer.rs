//! Throws damaged input at every reader: `hammer [rounds] [seed]`, in release mode.
//!
//! Eight targets (MIME, addresses, References, tokens, delivery reports, trimming, and what IMAP
//! and POP3 servers say), `rounds` inputs each. A panic ends the run with the number to replay; the
//! slowest input of each target is printed, and one over a second ends the run.

use std::time::{Duration, Instant};

use mail::token::{read_body_marks, read_message_id, read_reply_address, reply_address};
use mail::{Key, Keys, parse};

/// A small generator (xorshift64), so that a run can be repeated.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % sides.max(1) as u64) as usize
    }
}

const PIECES: [&str; 26] = [
    "\r\n",
    "\n",
    "\r",
    "\0",
    "--b",
    "--b--\r\n",
    "=?utf-8?B?",
    "?=",
    "=?gb2312?Q?=C4",
    "<",
    ">",
    "\"",
    "(",
    ")",
    ",",
    ";",
    ":",
    "@",
    "=C3=",
    "&#x110000;",
    "\u{1f600}",
    "\u{202e}",
    "> ",
    "wrote:",
    "Content-Type: message/rfc822\r\n\r\n",
    "Content-Transfer-Encoding: base64\r\n",
];

fn mutate(dice: &mut Dice, seed: &[u8]) -> Vec<u8> {
    let mut bytes = seed.to_vec();
    for _ in 0..1 + dice.roll(10) {
        let at = dice.roll(bytes.len() + 1);
        let end = (at + dice.roll(64)).min(bytes.len());
        match dice.roll(5) {
            0 if at < bytes.len() => bytes[at] = dice.roll(256) as u8,
            1 => bytes.truncate(at.max(1)),
            2 => drop(bytes.drain(at..end)),
            3 => {
                let piece = PIECES[dice.roll(PIECES.len())].as_bytes().repeat(1 + dice.roll(4));
                bytes.splice(at..at, piece).for_each(drop);
            }
            _ => {
                let copy = bytes[at..end].to_vec();
                bytes.splice(at..at, copy).for_each(drop);
            }
        }
    }
    bytes
}

type Reader = Box<dyn Fn(&[u8])>;

struct Target {
    name: &'static str,
    seeds: Vec<Vec<u8>>,
    run: Reader,
}

fn header(name: &'static str) -> Reader {
    Box::new(move |bytes| {
        let mail = [name.as_bytes(), b": ", bytes, b"\r\n\r\nbody\r\n"].concat();
        std::hint::black_box(parse(&mail));
    })
}

fn targets() -> Vec<Target> {
    let mut all = of_mails();
    all.extend(of_servers());
    all
}

fn token_target() -> Target {
    let key = Key::new('a', *b"a secret of more than enough bytes").expect("a sound key");
    let keys = Keys::new(key, vec![]);
    let address = reply_address(&keys, "our.example", "reply", 7, "ann@example.com");
    Target {
        name: "token",
        seeds: vec![
            address.clone().into_bytes(),
            b"[ref:7.aaaaaaaa.aaaaaaaaaaaaaaaaaaaaa]".to_vec(),
        ],
        run: Box::new(move |bytes| {
            let text = String::from_utf8_lossy(bytes);
            let same = text.trim().trim_matches(['<', '>']).eq_ignore_ascii_case(&address);
            let token = |a: &str| {
                a.rsplit_once('@').map(|(l, _)| l.rsplit('+').next().map(str::to_ascii_lowercase))
            };
            let proven = read_reply_address(&keys, &text).is_some();
            assert!(!proven || same || token(&text) == token(&address), "forged: {text}");
            assert!(
                read_message_id(&keys, &text).is_none() && read_body_marks(&keys, &text).is_empty()
            );
        }),
    }
}

fn of_mails() -> Vec<Target> {
    let mime = b"From: a@b\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/html; charset=gb2312\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n<p style=3D\"x\">=C4=E3<blockquote>y</blockquote>\r\n--b\r\nContent-Type: message/rfc822\r\n\r\nSubject: =?utf-8?Q?=C3=BC?=\r\n\r\nx\r\n--b\r\nContent-Disposition: attachment; filename*0*=utf-8''%C3; filename*1=x\r\n\r\ny\r\n--b--\r\n";
    let report = b"From: MAILER-DAEMON@x\r\nContent-Type: multipart/report; boundary=b\r\n\r\n--b\r\n\r\nno such user <a@b.example>\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nFinal-Recipient: rfc822; a@b\r\nAction: failed\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; 550\r\n x\r\n--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: <x@y>\r\n--b--\r\n";
    let reply = "Yes.\n\nAm 2. M\u{e4}rz 2026 um 10:00 schrieb Help <help@our.example>:\n> old\n\nnew\n\nVon: Ann <a@b>\nGesendet: x\nAn: y\nBetreff: z\n\n-- \nsig";
    let parse_it: fn(&[u8]) = |bytes| {
        let parsed = parse(bytes);
        std::hint::black_box((parsed.to_json(), mail::forward::find(&parsed)));
    };
    vec![
        Target { name: "mime", seeds: vec![mime.to_vec()], run: Box::new(parse_it) },
        Target {
            name: "address",
            seeds: vec![
                b"\"Doe, J\" <j@x>, =?utf-8?Q?=C3=BC?= <u@y> (c (d)), T: a@b, c@d;".to_vec(),
            ],
            run: header("From"),
        },
        Target {
            name: "references",
            seeds: vec![b"<a@b> <c.d@e>\r\n <f@g> (h) i@j".to_vec()],
            run: header("References"),
        },
        token_target(),
        Target { name: "report", seeds: vec![report.to_vec()], run: Box::new(parse_it) },
        Target {
            name: "trim",
            seeds: vec![reply.as_bytes().to_vec()],
            run: Box::new(|bytes| {
                let text = String::from_utf8_lossy(bytes);
                std::hint::black_box((
                    mail::trim::plain(&text),
                    mail::trim::against_sent(&text, "old\nsig"),
                ));
            }),
        },
    ]
}

fn of_servers() -> Vec<Target> {
    vec![
        Target {
            name: "imap",
            seeds: vec![
                b"* 2 FETCH (UID 17 FLAGS (\\Seen) RFC822.SIZE 4 BODY[] {4}\r\nA: b)\r\n".to_vec(),
                b"* OK [UIDVALIDITY 3] x\r\n* SEARCH 1 2\r\n* 3 EXISTS\r\na1 NO [X] y\r\n".to_vec(),
            ],
            run: Box::new(|bytes| {
                let mut reader = mail::imap::Reader::default();
                for part in bytes.chunks(7) {
                    reader.feed(part);
                    while let Ok(Some(response)) = reader.response() {
                        std::hint::black_box(response);
                    }
                }
                let text = String::from_utf8_lossy(bytes);
                let set = mail::imap::UidSet::from(text.as_ref());
                assert_eq!(mail::imap::UidSet::from(set.to_string().as_str()), set);
            }),
        },
        Target {
            name: "pop3",
            seeds: vec![b"+OK 2\r\n1 a\r\n..x\r\n.\r\n-ERR no\r\n".to_vec()],
            run: Box::new(|bytes| {
                let mut reader = mail::pop3::Reader::default();
                for part in bytes.chunks(5) {
                    reader.feed(part);
                    while let Ok(Some(answer)) = reader.answer(true) {
                        std::hint::black_box(answer);
                    }
                }
            }),
        },
    ]
}

fn timed(target: &Target, input: &[u8]) -> Duration {
    let begun = Instant::now();
    (target.run)(input);
    begun.elapsed()
}

fn main() {
    let mut arguments = std::env::args().skip(1).map(|a| a.parse::<u64>());
    let rounds = arguments.next().and_then(Result::ok).unwrap_or(10_000);
    let seed = arguments.next().and_then(Result::ok).unwrap_or(0x5eed);
    for target in targets() {
        let (mut dice, start) = (Dice(seed), Instant::now());
        let mut slowest = Duration::ZERO;
        let mut input = Vec::new();
        for round in 0..rounds {
            // Every fourth input grows out of the one before, so that damage adds up.
            let fresh = round % 4 == 0 || input.len() > 20_000;
            let base = if fresh {
                target.seeds[round as usize % target.seeds.len()].clone()
            } else {
                input
            };
            input = mutate(&mut dice, &base);
            let mut took = timed(&target, &input);
            // Other work on the machine makes one run slow, but not three.
            for _ in 0..2 {
                if took > Duration::from_millis(100) {
                    took = took.min(timed(&target, &input));
                }
            }
            slowest = slowest.max(took);
            let text = String::from_utf8_lossy(&input);
            assert!(took < Duration::from_secs(1), "{} {round}: {took:?}: {text:?}", target.name);
        }
        let took = start.elapsed().as_secs_f64();
        println!("{}: {rounds} rounds in {took:.0} s, slowest {slowest:?}", target.name);
    }
}
