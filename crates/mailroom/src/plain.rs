//! What goes wrong on the way to a mail server, in the words of people: what it means and what to
//! do about it, without those of the operating system.

/// What a server was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Carries {
    /// It takes our letters.
    Letters,
    /// It holds a mailbox.
    Mailbox,
}

/// What `why` means and what to do; `None` when it is nothing that we know.
pub(crate) fn in_plain_words(why: &str, of: Carries) -> Option<String> {
    let lower = why.to_ascii_lowercase();
    let (_, what) =
        KNOWN.iter().find(|(words, _)| words.iter().any(|word| lower.contains(word)))?;
    let what = match (what, of) {
        (Means::Both(says), _) => says,
        (Means::Each { letters, .. }, Carries::Letters) => letters,
        (Means::Each { mailbox, .. }, Carries::Mailbox) => mailbox,
    };
    Some(format!("{what}{}", answered(why)))
}

/// The words of the server itself, where it answered: a provider often says there what it wants.
pub(crate) fn answered(why: &str) -> String {
    let server = why.find('(').filter(|at| {
        let code = why.get(at + 1..at + 5).unwrap_or("");
        code.ends_with(')') && code.starts_with(['4', '5'])
    });
    let words = server.and_then(|at| why.get(at + 5..)).map(|words| words.trim_start_matches(':'));
    let words = words.or_else(|| why.split_once("does not let us in: ").map(|(_, words)| words));
    match words.map(str::trim).filter(|words| !words.is_empty()) {
        Some(words) => format!(" It said: “{}”", words.trim_end_matches('.')),
        None => String::new(),
    }
}

enum Means {
    Both(&'static str),
    Each { letters: &'static str, mailbox: &'static str },
}
use Means::{Both, Each};

/// Words of an error, in lower case, and what to do about it. The first that fits counts.
const KNOWN: &[(&[&str], Means)] = &[
    (
        &["is not found", "lookup address", "has no address", "not found in time"],
        Both("No such server is known: look at how its name is spelled."),
    ),
    (
        &["connection refused"],
        Each {
            letters: "Nothing listens at this port: most providers take letters at 587 with \
                      STARTTLS, or at 465 with TLS from the first byte.",
            mailbox: "Nothing listens at this port: IMAP is mostly at 993, POP3 at 995, both with \
                      TLS from the first byte.",
        },
    ),
    (
        &["unreachable", "no route to host"],
        Both("No network leads there: look at its name, and at the network of this machine."),
    ),
    (
        &["offers no starttls", "offers no stls"],
        Each {
            letters: "Choose TLS from the first byte and its port, often 465; in the clear only \
                      for a server in your own house.",
            mailbox: "Choose TLS from the first byte and its port, 993 for IMAP or 995 for POP3.",
        },
    ),
    (
        &["certificate", "unknownissuer", "notvalidforname"],
        Each {
            letters: "Its certificate is not believed: write the name that stands in the \
                      certificate. For a server with an authority of your own, whoever runs \
                      Redress sets `relay_authorities`.",
            mailbox: "Its certificate is not believed: write the name that stands in the \
                      certificate. For a server with an authority of your own, whoever runs \
                      Redress adds the mailbox by `redress mail mailbox add`.",
        },
    ),
    (
        &["corrupt message", "invalidcontenttype", "invalid message", "unexpected eof", "tls"],
        Each {
            letters: "The two do not agree on TLS: use STARTTLS at port 587, TLS from the first \
                      byte at 465.",
            mailbox: "The two do not agree on TLS: use TLS from the first byte at 993 (IMAP) or \
                      995 (POP3), STARTTLS at 143 or 110.",
        },
    ),
    (
        &["in the clear to a relay outside", "over a line in the clear"],
        Both(
            "Nothing goes in the clear to a server outside of the house: choose STARTTLS, or TLS \
             from the first byte.",
        ),
    ),
    (
        &["another installation's key", "no mailbox is called"],
        Both("Write the password anew, or choose another mailbox to sign in as."),
    ),
    // Before what a wrong password is told by: this speaks of authentication as well.
    (
        &["(530)", "5.7.0 authentication", "auth required"],
        Both("It wants us to sign in: write a name and a password."),
    ),
    (
        &[
            "(534)",
            "(535)",
            "(454)",
            "authentication",
            "5.7.8",
            "5.7.9",
            "username",
            "credentials",
            "login failed",
            "wrong password",
        ],
        Each {
            letters: "It does not take this name and password: many providers want an app \
                      password made for this, or that SMTP is permitted for the mailbox first.",
            mailbox: "The server does not let us in with this name and password: many providers \
                      want an app password made for this, or that IMAP is permitted first.",
        },
    ),
    (
        &["did not answer in time", "does not answer in time", "timed out"],
        Each {
            letters: "A firewall may hold it back, or the port speaks TLS from the first byte: \
                      try port 465 with that.",
            mailbox: "It does not answer: a firewall may hold it back, or the port speaks TLS \
                      from the first byte (993 for IMAP, 995 for POP3).",
        },
    ),
    (
        &["connection reset", "closed the line", "broken pipe"],
        Both("It closed the line: look at the port and at how the line is protected."),
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_wrong_with_a_mailbox_comes_with_what_to_do() {
        for (why, what) in [
            ("imap.exmple.com is not found: failed to lookup address information", "spelled"),
            ("Connection refused (os error 111)", "993"),
            ("Network is unreachable (os error 101)", "No network"),
            ("invalid peer certificate: UnknownIssuer", "mailbox add"),
            ("the server does not answer in time", "firewall"),
            ("the server closed the line", "port"),
        ] {
            let says = in_plain_words(why, Carries::Mailbox).unwrap_or_default();
            assert!(says.contains(what) && !says.contains("os error"), "{why}: {says}");
        }
        let unnamed = "permanent error (530): 5.7.0 Authentication Required";
        let says = in_plain_words(unnamed, Carries::Letters).unwrap_or_default();
        assert!(says.contains("wants us to sign in") && says.contains("Required"), "{says}");
        let refused = "the server does not let us in: [AUTHENTICATIONFAILED] Invalid credentials";
        let says = in_plain_words(refused, Carries::Mailbox).unwrap_or_default();
        assert!(says.contains("app password") && says.contains("Invalid credentials"), "{says}");
        assert_eq!(in_plain_words("the server answers oddly: BAD", Carries::Mailbox), None);
    }
}
