//! The keys on both sides.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::rand::SystemRandom;
use ring::signature::{self, Ed25519KeyPair, RsaKeyPair, UnparsedPublicKey};
use sha2::{Digest, Sha256};

use super::signature::{Algorithm, Tags, get, pairs};

/// A private key of ours.
pub struct SigningKey(Pair);

enum Pair {
    Rsa(Box<RsaKeyPair>),
    Ed25519(Box<Ed25519KeyPair>),
}

/// Why a private key cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SigningKeyRefused {
    /// It is no PEM text of an RSA or Ed25519 key.
    #[error("this is no private key for DKIM")]
    NotAKey,
    /// An RSA key of fewer than 2,048 bits, or a damaged key.
    #[error("the private key is too short or damaged")]
    Unusable,
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SigningKey({})", self.algorithm())
    }
}

impl SigningKey {
    /// Reads a key as `openssl genpkey` or `openssl genrsa` write it.
    pub fn from_pem(pem: &str) -> Result<SigningKey, SigningKeyRefused> {
        let begin =
            pem.lines().position(|l| l.starts_with("-----BEGIN ") && l.contains("PRIVATE KEY"));
        let begin = begin.ok_or(SigningKeyRefused::NotAKey)?;
        let body: String =
            pem.lines().skip(begin + 1).take_while(|l| !l.starts_with('-')).collect();
        let der = STANDARD.decode(body.trim()).map_err(|_| SigningKeyRefused::NotAKey)?;
        if let Ok(pair) = Ed25519KeyPair::from_pkcs8_maybe_unchecked(&der) {
            return Ok(SigningKey(Pair::Ed25519(Box::new(pair))));
        }
        let pair = RsaKeyPair::from_pkcs8(&der).or_else(|_| RsaKeyPair::from_der(&der));
        let pair = pair.map_err(|_| SigningKeyRefused::Unusable)?;
        Ok(SigningKey(Pair::Rsa(Box::new(pair))))
    }

    pub(super) fn algorithm(&self) -> &'static str {
        match self.0 {
            Pair::Rsa(_) => "rsa-sha256",
            Pair::Ed25519(_) => "ed25519-sha256",
        }
    }

    /// The text of the TXT record to publish at `selector._domainkey.domain`.
    pub fn record(&self) -> String {
        use ring::signature::KeyPair;
        match &self.0 {
            Pair::Rsa(pair) => {
                let key = subject_public_key_info(pair.public_key().as_ref());
                format!("v=DKIM1; k=rsa; p={}", STANDARD.encode(key))
            }
            Pair::Ed25519(pair) => {
                format!("v=DKIM1; k=ed25519; p={}", STANDARD.encode(pair.public_key().as_ref()))
            }
        }
    }

    pub(super) fn sign(&self, data: &[u8]) -> Result<Vec<u8>, SigningKeyRefused> {
        match &self.0 {
            Pair::Rsa(pair) => {
                let mut signature = vec![0; pair.public().modulus_len()];
                // The random numbers blind the arithmetic; the signature does not depend on them.
                pair.sign(&signature::RSA_PKCS1_SHA256, &SystemRandom::new(), data, &mut signature)
                    .map_err(|_| SigningKeyRefused::Unusable)?;
                Ok(signature)
            }
            // RFC 8463: the hash is signed, not the text.
            Pair::Ed25519(pair) => Ok(pair.sign(&Sha256::digest(data)).as_ref().to_vec()),
        }
    }
}

/// A public key from a record.
pub(super) struct PublicKey {
    algorithm: Algorithm,
    bytes: Vec<u8>,
}

impl PublicKey {
    pub fn read(record: &str, tags: &Tags) -> Result<PublicKey, &'static str> {
        let pairs = pairs(record);
        if get(&pairs, "v").is_some_and(|v| v != "DKIM1") {
            return Err("The key is of an unknown version.");
        }
        let algorithm = match get(&pairs, "k").unwrap_or("rsa") {
            "rsa" => Algorithm::Rsa,
            "ed25519" => Algorithm::Ed25519,
            _ => return Err("The key is of an unknown kind."),
        };
        if algorithm != tags.algorithm {
            return Err("Key and signature are of different kinds.");
        }
        if get(&pairs, "h").is_some_and(|h| !h.split(':').any(|h| h == "sha256")) {
            return Err("The key is not meant for this kind of signature.");
        }
        if get(&pairs, "s").is_some_and(|s| !s.split(':').any(|s| s == "*" || s == "email")) {
            return Err("The key is not meant for mail.");
        }
        let flags: Vec<&str> = get(&pairs, "t").unwrap_or("").split(':').collect();
        if flags.contains(&"y") {
            return Err("The domain is only testing its signatures.");
        }
        if flags.contains(&"s") && tags.identity != tags.domain {
            return Err("The key is not meant for parts of the domain.");
        }
        let bytes = get(&pairs, "p").and_then(|p| STANDARD.decode(p).ok()).unwrap_or_default();
        if bytes.is_empty() {
            return Err("The key was withdrawn.");
        }
        Ok(PublicKey { algorithm, bytes })
    }

    pub fn proves(&self, data: &[u8], signature: &[u8]) -> bool {
        match self.algorithm {
            Algorithm::Rsa => {
                let key = rsa_key(&self.bytes).unwrap_or(&self.bytes);
                // Keys of 1,024 bits are still common; shorter ones prove nothing.
                let how = &signature::RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY;
                UnparsedPublicKey::new(how, key).verify(data, signature).is_ok()
            }
            Algorithm::Ed25519 => UnparsedPublicKey::new(&signature::ED25519, &self.bytes)
                .verify(&Sha256::digest(data), signature)
                .is_ok(),
        }
    }
}

/// The RSA key inside a SubjectPublicKeyInfo (RFC 5280); `None` when it is a bare key.
fn rsa_key(der: &[u8]) -> Option<&[u8]> {
    let (0x30, outer, _) = element(der)? else { return None };
    let (0x30, _, rest) = element(outer)? else { return None };
    let (0x03, bits, _) = element(rest)? else { return None };
    bits.strip_prefix(&[0])
}

/// One DER element: its tag, its content, and what follows it.
fn element(der: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&tag, rest) = der.split_first()?;
    let (&first, rest) = rest.split_first()?;
    let (length, rest) = if first < 0x80 {
        (usize::from(first), rest)
    } else {
        let (bytes, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
        if bytes.len() > 3 {
            return None;
        }
        (bytes.iter().fold(0, |n, b| n << 8 | usize::from(*b)), rest)
    };
    let (content, rest) = rest.split_at_checked(length)?;
    Some((tag, content, rest))
}

fn subject_public_key_info(key: &[u8]) -> Vec<u8> {
    // rsaEncryption (1.2.840.113549.1.1.1) with its NULL parameter.
    const RSA: [u8; 15] =
        [0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00];
    let wrapped = |tag: u8, content: &[u8]| {
        let length = content.len();
        let mut out = vec![tag];
        match length {
            0..=0x7f => out.push(length as u8),
            0x80..=0xff => out.extend([0x81, length as u8]),
            _ => out.extend([0x82, (length >> 8) as u8, length as u8]),
        }
        out.extend_from_slice(content);
        out
    };
    let bits = wrapped(0x03, &[&[0][..], key].concat());
    wrapped(0x30, &[&RSA[..], &bits].concat())
}
