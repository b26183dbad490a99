//! Signed and encrypted mail, recognised so that it is shown and never broken.
//!
//! Nothing is verified: a detected signature is never shown as a valid one.

use crate::mime::Tree;
use crate::parsed::Protection;

/// Signatures and encryption that the parts show.
pub(crate) fn detect(tree: &Tree, _bytes: &[u8], text: &str) -> Vec<Protection> {
    let mut found = Vec::new();
    let mut add = |p: Protection| {
        if !found.contains(&p) {
            found.push(p);
        }
    };
    for part in &tree.parts {
        let kind = part.kind.value.as_str();
        let protocol = part.kind.get("protocol").unwrap_or("").to_ascii_lowercase();
        match kind {
            "multipart/signed" if protocol.contains("pgp") => add(Protection::PgpSigned),
            "multipart/signed" if protocol.contains("pkcs7") => add(Protection::SmimeSigned),
            "multipart/encrypted" => add(Protection::PgpEncrypted),
            "application/pkcs7-mime" | "application/x-pkcs7-mime" => {
                let smime = part.kind.get("smime-type").unwrap_or("").to_ascii_lowercase();
                add(if smime.contains("signed") {
                    Protection::SmimeSigned
                } else {
                    Protection::SmimeEncrypted
                });
            }
            _ => {}
        }
    }
    if text.contains("-----BEGIN PGP MESSAGE-----") {
        add(Protection::PgpEncrypted);
    }
    if text.contains("-----BEGIN PGP SIGNED MESSAGE-----") {
        add(Protection::PgpSigned);
    }
    found
}
