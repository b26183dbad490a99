//! Secrets that open something: made of 256 bits of chance, shown once, kept only as hashes.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use store::Context;
use store::file::hex;

/// Letters of a secret: 32 bytes in base64url without padding.
pub const LETTERS: usize = 43;
/// What API tokens begin with, so that one that leaked is recognised.
pub const TOKEN_MARK: &str = "rd_";

/// A new secret.
pub(crate) fn new(ctx: &Context) -> String {
    URL_SAFE_NO_PAD.encode(ctx.chance::<32>())
}

/// What is kept of a secret: SHA-256 in hex, or `None` for a text that never was one. A secret
/// of 256 bits needs no salt and no slow hash.
pub fn hash(secret: &str) -> Option<String> {
    let letters = secret.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    let right = secret.len() == LETTERS || secret.len() == LETTERS + TOKEN_MARK.len();
    (right && letters).then(|| hex(&Sha256::digest(secret.as_bytes())))
}

/// A random password that a person can copy: five groups of five letters, without letters that
/// look alike. 25 letters of 31 are 123 bits.
pub(crate) fn password(ctx: &Context) -> String {
    const LETTERS: &[u8] = b"abcdefghjkmnpqrstuvwxyz23456789";
    let mut password = String::new();
    while password.len() < 29 {
        // 31 × 8 = 248: bytes above would favour some letters, so they are thrown away.
        for byte in ctx.chance::<64>().into_iter().filter(|byte| *byte < 248) {
            if password.len() < 29 {
                if password.len() % 6 == 5 {
                    password.push('-');
                }
                password.push(char::from(LETTERS[usize::from(byte % 31)]));
            }
        }
    }
    password
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_could_be_a_secret_is_looked_up() {
        let secret = "a".repeat(43);
        assert_eq!(hash(&secret).unwrap().len(), 64);
        assert_ne!(hash(&secret), hash(&format!("rd_{secret}")));
        for other in ["", "a", "rd_", &"a".repeat(42), &"é".repeat(43), &"a".repeat(10_000)] {
            assert_eq!(hash(other), None);
        }
    }
}
