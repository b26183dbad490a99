//! Passwords of mailboxes in the store: sealed, so that a glance at a table, an export or a log
//! shows none. The key lies in the same store: whoever has all of it has the passwords too.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use sha2::Sha256;
use store::Context;

fn key(ctx: &Context) -> LessSafeKey {
    let mut mac = Hmac::<Sha256>::new_from_slice(&ctx.secrets.mail_key).expect("any length fits");
    mac.update(b"passwords of mailboxes");
    let bytes = mac.finalize().into_bytes();
    LessSafeKey::new(UnboundKey::new(&CHACHA20_POLY1305, &bytes).expect("32 bytes"))
}

/// Seals a password.
///
/// # Panics
/// Never: a password is shorter than what one nonce may seal.
pub(crate) fn seal(ctx: &Context, password: &str) -> String {
    let nonce = ctx.chance::<NONCE_LEN>();
    let mut bytes = password.as_bytes().to_vec();
    key(ctx)
        .seal_in_place_append_tag(
            Nonce::assume_unique_for_key(nonce),
            Aad::from(b"mailbox"),
            &mut bytes,
        )
        .expect("short enough");
    STANDARD.encode([&nonce[..], &bytes].concat())
}

/// Opens what [`seal`] sealed; `None` when it was another installation's.
pub(crate) fn open(ctx: &Context, sealed: &str) -> Option<String> {
    let mut bytes = STANDARD.decode(sealed).ok()?;
    let nonce: [u8; NONCE_LEN] = bytes.get(..NONCE_LEN)?.try_into().ok()?;
    let nonce = Nonce::assume_unique_for_key(nonce);
    let opened = key(ctx).open_within(nonce, Aad::from(b"mailbox"), &mut bytes, NONCE_LEN..);
    String::from_utf8(opened.ok()?.to_vec()).ok()
}
