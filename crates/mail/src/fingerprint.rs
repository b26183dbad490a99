//! Is this the mail we already have? (8.2)

use sha2::{Digest, Sha256};

use crate::mime;

/// Marks of one mail, in hexadecimal.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Fingerprint {
    /// The whole mail without what the way added to it: equal for two copies of one mail.
    pub mail: String,
    /// The body alone: with an equal Message-ID and another body, it is another mail.
    pub body: String,
}

/// Fields that systems on the way add; they differ between copies of one mail.
fn added_on_the_way(name: &str) -> bool {
    const NAMES: [&str; 14] = [
        "received",
        "delivered-to",
        "return-path",
        "envelope-to",
        "delivery-date",
        "received-spf",
        "authentication-results",
        "arc-seal",
        "arc-message-signature",
        "arc-authentication-results",
        "dkim-signature",
        "status",
        "content-length",
        "lines",
    ];
    NAMES.contains(&name) || name.starts_with("x-")
}

/// The marks of a mail. Line ends do not count.
pub fn fingerprint(bytes: &[u8]) -> Fingerprint {
    let tree = mime::split(bytes);
    let top = &tree.parts[0];
    let mut mail = Sha256::new();
    for field in &top.fields {
        let name = String::from_utf8_lossy(&bytes[field.name.clone()]).to_ascii_lowercase();
        if !added_on_the_way(&name) {
            mail.update(name.as_bytes());
            mail.update(b":");
            without_cr(&bytes[field.value.clone()], &mut mail);
            mail.update(b"\n");
        }
    }
    let mut body = Sha256::new();
    without_cr(bytes[top.body.start..].trim_ascii_end(), &mut body);
    let body = body.finalize();
    mail.update(b"\n");
    mail.update(body);
    let hex = |bytes: &[u8]| bytes.iter().map(|b| format!("{b:02x}")).collect::<String>();
    Fingerprint { mail: hex(&mail.finalize()), body: hex(&body) }
}

fn without_cr(bytes: &[u8], into: &mut Sha256) {
    for piece in bytes.split(|b| *b == b'\r') {
        into.update(piece);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_that_came_other_ways_are_one_mail_and_changed_ones_are_not() {
        let one = b"Received: by a\r\nDelivered-To: x@y\r\nMessage-ID: <1@x>\r\nSubject: s\r\n\r\nbody\r\n";
        let two = b"Received: by b\nX-Spam: no\nMessage-ID: <1@x>\nSubject: s\n\nbody\n\n";
        assert_eq!(fingerprint(one), fingerprint(two));
        let other = b"Message-ID: <1@x>\r\nSubject: s\r\n\r\nanother body\r\n";
        assert_ne!(fingerprint(one).body, fingerprint(other).body);
    }
}
