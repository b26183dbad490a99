//! Signed reply addresses, Message-IDs and body marks: how an answer finds its case without
//! anybody being able to make one up.
//!
//! Every token names one case and one recipient and carries 100 bits of HMAC-SHA256 under a
//! key with an id. There is no unsigned form and no older format (the class of FreeScout's
//! CVE-2026-47123). Tokens are lower-case letters and digits, because mail systems change the
//! case of addresses. They expire with their key: see [`Keys::valid_at`].

use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use sha2::Sha256;
use subtle::ConstantTimeEq;

/// Characters of the code that proves a token; five bits each.
const CODE_LEN: usize = 20;
/// Characters of the mark that stands for a recipient; five bits each.
const TAG_LEN: usize = 8;
/// Fewest bytes a secret may have.
pub const SECRET_BYTES_MIN: usize = 16;

/// One signing key.
#[derive(Clone)]
pub struct Key {
    id: char,
    secret: Vec<u8>,
    signs_from: Option<Timestamp>,
    valid_until: Option<Timestamp>,
}

/// Why a key was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyRefused {
    /// An id is one character of `a`–`z` or `0`–`9`.
    #[error("a key id is one lower-case letter or digit")]
    Id,
    /// A secret has at least [`SECRET_BYTES_MIN`] bytes.
    #[error("a secret needs at least {SECRET_BYTES_MIN} bytes")]
    ShortSecret,
}

impl Key {
    /// A key that signs, and proves until it is taken away.
    pub fn new(id: char, secret: impl Into<Vec<u8>>) -> Result<Key, KeyRefused> {
        let secret = secret.into();
        if !(id.is_ascii_lowercase() || id.is_ascii_digit()) {
            return Err(KeyRefused::Id);
        }
        if secret.len() < SECRET_BYTES_MIN {
            return Err(KeyRefused::ShortSecret);
        }
        Ok(Key { id, secret, signs_from: None, valid_until: None })
    }

    /// The same key, signing from `moment` on; without it, from ever.
    pub fn from(self, moment: Timestamp) -> Key {
        Key { signs_from: Some(moment), ..self }
    }

    /// The same key, proving nothing after `moment`.
    pub fn until(self, moment: Timestamp) -> Key {
        Key { valid_until: Some(moment), ..self }
    }
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Key({})", self.id)
    }
}

/// The key that signs now, and former ones that still prove.
#[derive(Debug, Clone)]
pub struct Keys {
    current: Key,
    former: Vec<Key>,
}

/// What a proven token says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// The case it belongs to.
    pub case: u64,
    /// The message of ours it names; `None` in reply addresses and body marks.
    pub message: Option<u128>,
    /// Stands for the recipient it was made for; see [`Keys::is_for`].
    pub recipient_tag: String,
    key: char,
}

impl Keys {
    /// Signs with `current`; `former` keys only prove.
    pub fn new(current: Key, former: Vec<Key>) -> Keys {
        Keys { current, former }
    }

    /// The keys that still prove at `now`. The current key always stays.
    pub fn valid_at(&self, now: Timestamp) -> Keys {
        let valid = |key: &&Key| key.valid_until.is_none_or(|until| now <= until);
        Keys {
            current: self.current.clone(),
            former: self.former.iter().filter(valid).cloned().collect(),
        }
    }

    /// The same keys, signing with the one that signed at `moment`: what is named again later, as
    /// an earlier letter in the References of the next one, keeps the name it had.
    pub fn as_of(&self, moment: Timestamp) -> Keys {
        let all = || std::iter::once(&self.current).chain(&self.former);
        let then = all().filter(|key| key.signs_from.is_none_or(|from| from <= moment));
        let Some(current) = then.max_by_key(|key| key.signs_from) else { return self.clone() };
        let former = all().filter(|key| key.id != current.id).cloned().collect();
        Keys { current: current.clone(), former }
    }

    /// Whether a claim was made for `recipient`.
    pub fn is_for(&self, claim: &Claim, recipient: &str) -> bool {
        self.with_id(claim.key).is_some_and(|key| {
            let tag = key.tag(recipient);
            tag.as_bytes().ct_eq(claim.recipient_tag.as_bytes()).into()
        })
    }

    fn with_id(&self, id: char) -> Option<&Key> {
        std::iter::once(&self.current).chain(&self.former).find(|key| key.id == id)
    }
}

impl Key {
    fn code(&self, purpose: &str, parts: &[&str], len: usize) -> String {
        // HMAC takes keys of any length, so this cannot fail.
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.secret).expect("any length is a key");
        mac.update(purpose.as_bytes());
        for part in parts {
            mac.update(&[0]); // no part contains it, so parts cannot run into each other
            mac.update(part.as_bytes());
        }
        let bytes = mac.finalize().into_bytes();
        base32(&bytes, len)
    }

    fn tag(&self, recipient: &str) -> String {
        self.code("redress recipient 1", &[&recipient.trim().to_ascii_lowercase()], TAG_LEN)
    }
}

/// The address an answer of `recipient` on `case` goes to: `local+case.tag.code@domain`.
pub fn reply_address(
    keys: &Keys,
    domain: &str,
    local_part: &str,
    case: u64,
    recipient: &str,
) -> String {
    let key = &keys.current;
    let (case, tag) = (base36(u128::from(case)), key.tag(recipient));
    let code = key.code("redress reply 1", &[&case, &tag], CODE_LEN);
    format!("{local_part}+{case}.{tag}.{}{code}@{domain}", key.id)
}

/// What a reply address proves; `None` when it proves nothing.
pub fn read_reply_address(keys: &Keys, address: &str) -> Option<Claim> {
    let address = address.trim().trim_matches(['<', '>']).to_ascii_lowercase();
    let (local, _domain) = address.rsplit_once('@')?;
    let (_, token) = local.rsplit_once('+')?;
    short_token(keys, "redress reply 1", token)
}

/// The mark that stands in the text of a mail, for providers that rewrite ids: `[ref:…]`.
pub fn body_mark(keys: &Keys, case: u64, recipient: &str) -> String {
    let key = &keys.current;
    let (case, tag) = (base36(u128::from(case)), key.tag(recipient));
    let code = key.code("redress body 1", &[&case, &tag], CODE_LEN);
    format!("[ref:{case}.{tag}.{}{code}]", key.id)
}

/// What the marks in a text prove, in their order, at most eight.
pub fn read_body_marks(keys: &Keys, text: &str) -> Vec<Claim> {
    let tokens = text.split("[ref:").skip(1).take(64).filter_map(|rest| rest.split_once(']'));
    let proven = tokens.filter_map(|(token, _)| {
        // Clients break long lines inside the mark.
        let token: String =
            token.chars().take(120).filter(|c| !c.is_whitespace() && *c != '>').collect();
        short_token(keys, "redress body 1", &token.to_ascii_lowercase())
    });
    proven.take(8).collect()
}

fn short_token(keys: &Keys, purpose: &str, token: &str) -> Option<Claim> {
    let mut parts = token.split('.');
    let (case, tag, code) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || tag.len() != TAG_LEN {
        return None;
    }
    let key = prove(keys, purpose, &[case, tag], code)?;
    let case = u64::try_from(unbase36(case)?).ok()?;
    Some(Claim { case, message: None, recipient_tag: tag.to_owned(), key })
}

/// The Message-ID of our mail `message` on `case` to `recipient`, without brackets. Stable:
/// the same four values give the same id.
pub fn message_id(keys: &Keys, domain: &str, case: u64, message: u128, recipient: &str) -> String {
    let key = &keys.current;
    let domain = domain.to_ascii_lowercase();
    let (case, message, tag) = (base36(u128::from(case)), base36(message), key.tag(recipient));
    let code = key.code("redress id 1", &[&case, &message, &tag, &domain], CODE_LEN);
    format!("{case}.{message}.{tag}.{}{code}@{domain}", key.id)
}

/// What a Message-ID proves; `None` when it is not one of ours.
pub fn read_message_id(keys: &Keys, id: &str) -> Option<Claim> {
    let id = id.trim().trim_matches(['<', '>']).to_ascii_lowercase();
    let (local, domain) = id.split_once('@')?;
    let mut parts = local.split('.');
    let (case, message, tag, code) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || tag.len() != TAG_LEN {
        return None;
    }
    let key = prove(keys, "redress id 1", &[case, message, tag, domain], code)?;
    let case = u64::try_from(unbase36(case)?).ok()?;
    Some(Claim { case, message: Some(unbase36(message)?), recipient_tag: tag.to_owned(), key })
}

/// Compares the code in constant time; gives the id of the key that made it.
fn prove(keys: &Keys, purpose: &str, parts: &[&str], code: &str) -> Option<char> {
    let id = code.chars().next()?;
    let key = keys.with_id(id)?;
    let right = key.code(purpose, parts, CODE_LEN);
    bool::from(right.as_bytes().ct_eq(&code.as_bytes()[id.len_utf8()..])).then_some(id)
}

/// RFC 4648 base 32 in lower case, the first `len` characters.
fn base32(bytes: &[u8], len: usize) -> String {
    const DIGITS: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
    let bit = |n: usize| bytes.get(n / 8).map_or(0, |b| b >> (7 - n % 8) & 1);
    let five = |n: usize| (0..5).fold(0, |value, i| value << 1 | bit(n * 5 + i));
    (0..len).map(|n| DIGITS[usize::from(five(n))] as char).collect()
}

fn base36(mut value: u128) -> String {
    let mut digits = Vec::new();
    loop {
        digits.push(char::from_digit((value % 36) as u32, 36).unwrap_or('0'));
        value /= 36;
        if value == 0 {
            return digits.iter().rev().collect();
        }
    }
}

/// Reads base 36 in exactly the form [`base36`] writes.
fn unbase36(text: &str) -> Option<u128> {
    let value = text.chars().try_fold(0_u128, |value, c| {
        value.checked_mul(36)?.checked_add(u128::from(c.to_digit(36)?))
    })?;
    (base36(value) == text).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys() -> Keys {
        let old = Key::new('a', *b"an old secret of enough bytes").expect("a key");
        Keys::new(Key::new('b', *b"a new secret of enough bytes").expect("a key"), vec![old])
    }

    #[test]
    fn a_reply_address_names_its_case_and_recipient() {
        let address = reply_address(&keys(), "help.example", "reply", 10_482, "Ann@Example.com");
        let claim = read_reply_address(&keys(), &address.to_uppercase()).expect("it is ours");
        assert_eq!(claim.case, 10_482);
        assert!(keys().is_for(&claim, "ann@example.com"));
        assert!(!keys().is_for(&claim, "eve@example.com"));
        assert!(address.split('@').next().is_some_and(|local| local.len() <= 64));
    }

    #[test]
    fn a_message_id_is_stable_and_bound_to_its_domain() {
        let id = message_id(&keys(), "help.example", 7, u128::MAX, "ann@example.com");
        assert_eq!(id, message_id(&keys(), "help.example", 7, u128::MAX, "ann@example.com"));
        let claim = read_message_id(&keys(), &format!("<{id}>")).expect("it is ours");
        assert_eq!((claim.case, claim.message), (7, Some(u128::MAX)));
        assert_eq!(read_message_id(&keys(), &id.replace("help.example", "evil.example")), None);
    }

    #[test]
    fn former_keys_prove_until_they_expire_and_never_sign() {
        let old = Key::new('a', *b"an old secret of enough bytes").expect("a key");
        let made = reply_address(&Keys::new(old, vec![]), "help.example", "reply", 1, "a@x");
        assert!(read_reply_address(&keys(), &made).is_some());
        let end: Timestamp = "2026-01-01T00:00:00Z".parse().expect("a moment");
        let later: Timestamp = "2026-01-02T00:00:00Z".parse().expect("a moment");
        let rotated = Keys::new(keys().current, vec![keys().former[0].clone().until(end)]);
        assert!(read_reply_address(&rotated.valid_at(end), &made).is_some());
        assert!(read_reply_address(&rotated.valid_at(later), &made).is_none());
    }

    #[test]
    fn what_is_named_again_is_named_with_the_key_of_its_time() {
        let turned: Timestamp = "2026-01-01T00:00:00Z".parse().expect("a moment");
        let old = keys().former[0].clone().until(turned);
        let keys = Keys::new(keys().current.from(turned), vec![old.clone()]);
        let id = |keys: &Keys| message_id(keys, "help.example", 7, 1, "a@x");
        let before = turned - jiff::SignedDuration::from_millis(1);
        assert_eq!(id(&keys.as_of(before)), id(&Keys::new(old, vec![])));
        assert_eq!(id(&keys.as_of(turned)), id(&keys));
        // Its key is gone: the oldest that is left names it.
        assert_eq!(id(&Keys::new(keys.current.clone(), vec![]).as_of(before)), id(&keys));
        assert!(read_message_id(&keys.as_of(before), &id(&keys)).is_some());
    }

    #[test]
    fn body_marks_survive_a_broken_line_and_do_not_pass_as_addresses() {
        let mark = body_mark(&keys(), 5, "a@x.example");
        let (head, tail) = mark.split_at(20);
        let claims = read_body_marks(&keys(), &format!("text {head}\n> {tail} more [ref:x]"));
        assert_eq!(claims.iter().map(|c| c.case).collect::<Vec<_>>(), [5]);
        let token = mark.trim_start_matches("[ref:").trim_end_matches(']');
        assert_eq!(read_reply_address(&keys(), &format!("reply+{token}@help.example")), None);
    }

    #[test]
    fn short_secrets_and_odd_ids_are_refused() {
        assert_eq!(Key::new('a', *b"short").map(|_| ()), Err(KeyRefused::ShortSecret));
        assert_eq!(Key::new('B', [7; 32]).map(|_| ()), Err(KeyRefused::Id));
        assert_eq!(format!("{:?}", Key::new('a', [7; 32]).expect("a key")), "Key(a)");
    }
}
