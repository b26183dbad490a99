//! The SMTP and LMTP conversation, as a client would have it.

use mail::smtp::{Limits, Output, Protocol, Receipt, Session};

const OPENING: &str =
    "EHLO client.example\r\nMAIL FROM:<ann@example.com>\r\nRCPT TO:<help@our.example>\r\nDATA\r\n";

fn smtp() -> Session {
    Session::new(Protocol::Smtp, Limits::default(), "mx.our.example")
}

/// Everything a conversation gives when all mail is kept: replies, and the mails.
fn converse(session: &mut Session, bytes: &[u8]) -> (String, Vec<Vec<u8>>) {
    let (mut replies, mut mails) = (String::new(), Vec::new());
    let mut outputs = session.feed(bytes);
    while !outputs.is_empty() {
        let mut next = Vec::new();
        for output in outputs {
            match output {
                Output::Reply(text) => replies.push_str(&text),
                Output::Deliver { envelope, data } => {
                    mails.push(data);
                    next = session.delivered(&vec![Receipt::Kept; envelope.recipients.len()]);
                }
                Output::StartTls => replies.push_str("<tls>"),
                Output::Close => replies.push_str("<close>"),
            }
        }
        outputs = next;
    }
    (replies, mails)
}

#[test]
fn a_mail_arrives_as_it_was_sent_with_dots_unstuffed() {
    let mut session = smtp();
    let sent = format!("{OPENING}Subject: x\r\n\r\n..one\r\n...two\r\nend\r\n.\r\nQUIT\r\n");
    let (replies, mails) = converse(&mut session, sent.as_bytes());
    assert_eq!(mails, [b"Subject: x\r\n\r\n.one\r\n..two\r\nend\r\n".to_vec()]);
    assert!(replies.contains("354 ") && replies.ends_with("221 2.0.0 Goodbye\r\n<close>"));
}

#[test]
fn it_makes_no_difference_how_the_bytes_are_cut() {
    let sent = format!("{OPENING}A: b\r\n\r\n.\r\r\n.x\r\n.\r\n").replace("\r\r", "\r");
    let sent = sent.replace(".\r\n.x", "..\r\n.x");
    let whole = converse(&mut smtp(), sent.as_bytes());
    let mut session = smtp();
    let (mut replies, mut mails) = (String::new(), Vec::new());
    for byte in sent.as_bytes() {
        let (text, got) = converse(&mut session, &[*byte]);
        replies.push_str(&text);
        mails.extend(got);
    }
    assert_eq!((replies, mails), whole);
}

#[test]
fn t_11_no_end_of_data_variant_smuggles_a_second_mail() {
    let variants = [
        "\n.\n",
        "\n.\r\n",
        "\r\n.\n",
        "\r.\r",
        "\r.\r\n",
        "\r\n.\r",
        "\n.\r",
        "\r.\n",
        "\r\r\n.\r\r\n",
        "\r\n\0.\r\n\n",
        "\r\n.\0\r\n\n",
        "\n\r\n.\r\n",
    ];
    for end in variants {
        let inner =
            "MAIL FROM:<admin@our.example>\r\nRCPT TO:<help@our.example>\r\nDATA\r\nsmuggled";
        let sent = format!("{OPENING}A: b\r\n\r\nhello{end}{inner}\r\n.\r\n");
        let (replies, mails) = converse(&mut smtp(), sent.as_bytes());
        assert!(mails.is_empty(), "{end:?} was kept: {mails:?}");
        assert!(replies.contains("550 5.6.11"), "{end:?}: {replies}");
        assert!(replies.ends_with("<close>"), "{end:?}: {replies}");
    }
}

#[test]
fn nulls_around_the_dot_do_not_end_the_mail() {
    for middle in ["\r\n\0.\r\n", "\r\n.\0\r\n"] {
        let sent = format!("{OPENING}A: b{middle}more\r\n.\r\n");
        let (_, mails) = converse(&mut smtp(), sent.as_bytes());
        assert_eq!(mails.len(), 1);
        assert!(mails[0].ends_with(b"more\r\n"));
    }
}

#[test]
fn each_limit_holds_at_n_and_refuses_at_one_more() {
    let limits =
        Limits { mail_bytes: 100, recipients: 2, text_line_bytes: 50, ..Limits::default() };
    let session = || Session::new(Protocol::Smtp, limits, "mx");
    let body = |n: usize| format!("{}\r\n{}\r\n", "a".repeat(48), "b".repeat(n - 52));
    let send = |n: usize| format!("{OPENING}{}.\r\n", body(n));
    assert_eq!(converse(&mut session(), send(100).as_bytes()).1.len(), 1);
    for n in [101, 10_000] {
        let (replies, mails) = converse(&mut session(), send(n).as_bytes());
        assert!(
            mails.is_empty() && (replies.contains("552 ") || replies.contains("554 ")),
            "{replies}"
        );
    }
    let line = |n: usize| format!("{OPENING}{}\r\n.\r\n", "c".repeat(n));
    assert_eq!(converse(&mut session(), line(50).as_bytes()).1.len(), 1);
    assert!(converse(&mut session(), line(51).as_bytes()).0.contains("554 5.6.0"));

    let three = OPENING.replace("DATA", "RCPT TO:<b@x>\r\nRCPT TO:<c@x>\r\nDATA");
    assert!(converse(&mut session(), three.as_bytes()).0.contains("452 4.5.3"));
    let declared = "EHLO x\r\nMAIL FROM:<a@b> SIZE=101\r\n";
    assert!(converse(&mut session(), declared.as_bytes()).0.contains("552 5.3.4"));
    let long = format!("EHLO {}\r\n", "x".repeat(5_000));
    assert!(converse(&mut session(), long.as_bytes()).0.contains("500 5.5.6"));
}

#[test]
fn after_a_refused_large_mail_the_conversation_goes_on() {
    let limits = Limits { mail_bytes: 100, ..Limits::default() };
    let mut session = Session::new(Protocol::Smtp, limits, "mx");
    let big = format!("{OPENING}{}\r\n.\r\n", "x\r\n".repeat(500));
    assert!(
        converse(&mut session, big.as_bytes()).0.ends_with("552 5.3.4 Larger than we take\r\n")
    );
    let small = OPENING.replace("EHLO client.example\r\n", "") + "ok\r\n.\r\n";
    assert_eq!(converse(&mut session, small.as_bytes()).1, [b"ok\r\n".to_vec()]);
}

#[test]
fn lmtp_answers_for_each_recipient() {
    let mut session = Session::new(Protocol::Lmtp, Limits::default(), "mx");
    let sent = OPENING.replace("EHLO", "LHLO").replace("DATA", "RCPT TO:<b@our.example>\r\nDATA");
    let outputs = session.feed(format!("{sent}x\r\n.\r\n").as_bytes());
    assert!(matches!(outputs.last(), Some(Output::Deliver { .. })));
    let receipts = [Receipt::Kept, Receipt::Later("disk\r\nfull".into())];
    let replies = session.delivered(&receipts);
    let expected =
        ["250 2.0.0 Kept\r\n", "451 4.3.0 diskfull\r\n"].map(|t| Output::Reply(t.into()));
    assert_eq!(replies, expected);
    assert!(converse(&mut session, b"EHLO x\r\n").0.starts_with("500 "));
}

#[test]
fn a_mail_that_cannot_be_kept_is_refused_for_now() {
    let mut session = smtp();
    session.feed(format!("{OPENING}x\r\n.\r\n").as_bytes());
    let replies = session.delivered(&[]);
    assert!(matches!(&replies[0], Output::Reply(text) if text.starts_with("451 ")));
}

#[test]
fn commands_sent_ahead_wait_for_the_mail_before_them() {
    let mut session = smtp();
    let ahead = format!("{OPENING}x\r\n.\r\nNOOP\r\nQUIT\r\n");
    let outputs = session.feed(ahead.as_bytes());
    assert!(matches!(outputs.last(), Some(Output::Deliver { .. })));
    assert_eq!(session.feed(b""), []);
    assert_eq!(session.delivered(&[Receipt::Kept]).len(), 4);
}

#[test]
fn nothing_said_before_tls_counts_inside_it() {
    let mut session = smtp().offering_tls();
    let (replies, _) = converse(&mut session, b"EHLO x\r\nSTARTTLS\r\nMAIL FROM:<evil@x>\r\n");
    assert!(replies.contains("250-STARTTLS") && replies.ends_with("220 2.0.0 Go ahead\r\n<tls>"));
    session.secured();
    assert!(session.is_secure());
    let (replies, _) = converse(&mut session, b"RCPT TO:<a@b>\r\nEHLO x\r\n");
    assert!(replies.starts_with("503 ") && !replies.contains("STARTTLS"));
}

#[test]
fn addresses_are_not_looked_up_and_nonsense_ends_the_conversation() {
    let mut session = smtp();
    assert!(converse(&mut session, b"VRFY ann\r\n").0.starts_with("252 "));
    let (replies, _) = converse(&mut session, "BLAH\r\n".repeat(30).as_bytes());
    assert!(replies.ends_with("421 4.7.0 Too many mistakes\r\n<close>"));
}

#[test]
fn paths_are_read_strictly() {
    let reply = |line: &str| {
        let (replies, _) = converse(&mut smtp(), format!("EHLO x\r\n{line}\r\n").as_bytes());
        replies.lines().last().unwrap_or("").to_owned()
    };
    assert!(reply("MAIL FROM:<>").starts_with("250 "));
    assert!(reply("mail from:<a@b> BODY=8BITMIME SIZE=10").starts_with("250 "));
    assert!(reply("MAIL FROM:<ü@b> SMTPUTF8").starts_with("250 "));
    assert!(reply("MAIL FROM:<ü@b>").starts_with("553 "));
    assert!(reply("MAIL FROM:a@b").starts_with("501 "));
    assert!(reply("MAIL FROM:<a b@c>").starts_with("501 "));
    assert!(reply("MAIL FROM:<a@b> X=1").starts_with("555 "));
    assert!(reply("RCPT TO:<a@b>").starts_with("503 "));
}

#[test]
fn a_foreign_recipient_is_refused_by_name_and_the_others_are_not() {
    let ours = ["Help@brand.example".to_owned(), "@our.example".to_owned()];
    let mut session = smtp().only_for(&ours);
    let (replies, _) = converse(&mut session, b"EHLO x\r\nMAIL FROM:<ann@example.com>\r\n");
    assert!(!replies.contains("550"), "{replies}");
    for (to, answer) in [
        ("help+tag@BRAND.example", "250 "),
        ("reply+1.abc@our.example", "250 "),
        ("postmaster", "250 "),
        ("info@brand.example", "550 5.1.1"),
        ("help@sub.our.example", "550 5.1.1"),
        ("help@notour.example", "550 5.1.1"),
    ] {
        let (replies, _) = converse(&mut session, format!("RCPT TO:<{to}>\r\n").as_bytes());
        assert!(replies.starts_with(answer), "{to}: {replies}");
    }
    for _ in 0..30 {
        converse(&mut session, b"RCPT TO:<info@brand.example>\r\n");
    }
    let (replies, mails) = converse(&mut session, b"DATA\r\nA: b\r\n\r\nc\r\n.\r\n");
    assert!(mails.len() == 1 && replies.ends_with("250 2.0.0 Kept\r\n"), "{replies}");
}

#[test]
fn a_full_disk_is_told_as_such_and_a_mail_is_on_its_way_until_it_is_answered() {
    let mut session = smtp();
    assert!(!session.is_taking_mail());
    session.feed(OPENING.as_bytes());
    assert!(session.is_taking_mail());
    session.feed(b"A: b\r\n\r\nc\r\n.\r\n");
    assert!(session.is_taking_mail());
    let told = session.delivered(&[Receipt::NoRoom]);
    assert_eq!(told, [Output::Reply("452 4.3.1 No room for it now\r\n".into())]);
    assert!(!session.is_taking_mail());
}
