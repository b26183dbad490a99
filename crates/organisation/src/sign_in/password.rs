//! Hashing passwords: Argon2id, slow on purpose, and never more at once than memory allows.

use super::rules;
use argon2::password_hash::PasswordVerifier;
use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, Version};
use std::time::Duration;
use tokio::sync::Semaphore;

/// 19 MiB each (OWASP Password Storage Cheat Sheet: m = 19456 KiB, t = 2, p = 1).
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// Hashes at once: 4 × 19 MiB, whatever the number of people who sign in. One for the process,
/// because it guards the memory of the process.
static AT_ONCE: Semaphore = Semaphore::const_new(4);
/// Longest wait for a turn.
const PATIENCE: Duration = Duration::from_secs(10);

/// Too many passwords are being checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("too many passwords are being checked")]
pub struct Busy;

fn argon() -> Argon2<'static> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None)
        .expect("the figures above are within what Argon2 allows");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

/// Hashes `password` with `salt` from chance, as a PHC text.
///
/// # Errors
/// [`Busy`] when no turn came in ten seconds.
pub async fn hash(password: &str, salt: [u8; 16]) -> Result<String, Busy> {
    let password = rules::normalised(password);
    in_turn(move || {
        argon()
            .hash_password_with_salt(password.as_bytes(), &salt)
            .map(|hash| hash.to_string())
            .expect("salt and password have lengths that Argon2 takes")
    })
    .await
}

/// Whether `password` is the one that `known` was made of. Without a known hash the same work is
/// done and the answer is no, so that nobody learns from the time which addresses exist.
///
/// # Errors
/// [`Busy`] when no turn came in ten seconds.
pub async fn matches(known: Option<String>, password: &str) -> Result<bool, Busy> {
    // Longer ones were never taken; cut, so that the work stays the same and bounded.
    let fits = password.len() <= rules::PASSWORD_MOST_BYTES;
    let password = if fits { rules::normalised(password) } else { String::new() };
    in_turn(move || match known.as_deref().map(PasswordHash::new) {
        Some(Ok(hash)) => {
            let same = argon().verify_password(password.as_bytes(), &hash).is_ok();
            same && fits
        }
        _ => {
            let salt = [0_u8; 16];
            drop(argon().hash_password_with_salt(password.as_bytes(), &salt));
            false
        }
    })
    .await
}

async fn in_turn<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Busy> {
    let turn = tokio::time::timeout(PATIENCE, AT_ONCE.acquire()).await.map_err(|_| Busy)?;
    let _turn = turn.map_err(|_| Busy)?;
    tokio::task::spawn_blocking(work).await.map_err(|_| Busy)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_is_known_again_by_its_hash_alone() {
        let kept = hash("vaulted kippers", [3; 16]).await.unwrap();
        assert!(kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{kept}");
        assert!(matches(Some(kept.clone()), "vaulted kippers").await.unwrap());
        assert!(!matches(Some(kept), "vaulted kipperz").await.unwrap());
    }

    #[tokio::test]
    async fn letters_typed_on_another_keyboard_are_the_same_letters() {
        let kept = hash("caf\u{e9} au lait noir", [3; 16]).await.unwrap();
        assert!(matches(Some(kept), "cafe\u{301} au lait noir").await.unwrap());
    }

    #[tokio::test]
    async fn nothing_matches_a_missing_empty_or_broken_hash() {
        for known in [None, Some(String::new()), Some("$argon2id$".to_owned())] {
            assert!(!matches(known.clone(), "").await.unwrap(), "{known:?}");
            assert!(!matches(known, "vaulted kippers").await.unwrap());
        }
    }

    #[tokio::test]
    async fn an_overlong_password_is_wrong_and_costs_no_more() {
        let kept = hash("", [3; 16]).await.unwrap();
        assert!(!matches(Some(kept), &"x".repeat(1 << 20)).await.unwrap());
    }
}
