//! Files by what is in them (SHA-256). They lie in the database, so that they commit, back up and
//! travel between nodes together with what refers to them.

use crate::error::{Doing, StoreError};
use crate::{Store, Tx, on};
use jiff::Timestamp;
use sha2::{Digest, Sha256};

/// The SHA-256 of `bytes` in lower-case hexadecimal.
pub fn sha256_hex(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        text.push(char::from(DIGITS[usize::from(byte >> 4)]));
        text.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
    text
}

impl Tx {
    /// Keeps `bytes` and gives their hash. The same bytes twice are one file.
    ///
    /// # Errors
    /// When the engine fails.
    pub async fn keep_file(&mut self, bytes: &[u8], now: Timestamp) -> Result<String, StoreError> {
        const SQL: &str = "
            INSERT INTO file (sha256, size, bytes, kept_at_ms) VALUES ($1, $2, $3, $4)
            ON CONFLICT (sha256) DO NOTHING";
        let sha256 = sha256_hex(bytes);
        let size = i64::try_from(bytes.len()).unwrap_or(i64::MAX);
        on!(Tx self, db => sqlx::query(SQL).bind(&sha256).bind(size).bind(bytes)
            .bind(now.as_millisecond()).execute(db).await.map(|_| ()))
        .doing("keeping a file")?;
        Ok(sha256)
    }
}

impl Store {
    /// The bytes of a file for work that has already checked who asks; `None` when it is not kept.
    ///
    /// # Errors
    /// When the engine fails, or the bytes are not what their name says.
    pub async fn file_for_checked(&self, sha256: &str) -> Result<Option<Vec<u8>>, StoreError> {
        const SQL: &str = "SELECT bytes FROM file WHERE sha256 = $1";
        let doing = "reading a file";
        let bytes: Option<Vec<u8>> =
            on!(Store self, db => sqlx::query_scalar(SQL).bind(sha256).fetch_optional(db).await)
                .doing(doing)?;
        match bytes {
            Some(bytes) if sha256_hex(&bytes) != sha256 => {
                Err(StoreError::unreadable(doing, "its bytes are not what its hash says"))
            }
            found => Ok(found),
        }
    }
}
