//! What an OAuth 2 token endpoint says to a refresh token (RFC 6749, section 6).
//! Pure: bytes in, tokens out.

/// Bytes of an answer; tokens take a few thousand.
pub const ANSWER_BYTES_MAX: usize = 256 * 1024;

/// What a token endpoint gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    /// The access token, without control characters.
    pub access: String,
    /// The refresh token that takes the place of the one that was sent.
    pub refresh: Option<String>,
    /// Seconds that the access token lasts.
    pub lasts: Option<i64>,
}

/// Why there is no token, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoToken {
    /// The endpoint renews no more: a person must agree again.
    Refused(String),
    /// It cannot answer now.
    Away(String),
    /// It answers what makes no sense.
    Odd(String),
}

/// Reads the answer of a token endpoint (RFC 6749, sections 5.1 and 5.2).
///
/// # Errors
/// When it gives no token.
pub fn given(status: u16, answer: &[u8]) -> Result<Given, NoToken> {
    let json: serde_json::Value = serde_json::from_slice(answer).unwrap_or_default();
    let word = |field: &str| {
        let text = json[field].as_str().map(str::trim);
        text.filter(|text| !text.is_empty()).map(str::to_owned)
    };
    let error = word("error");
    match (status, word("access_token")) {
        (200, Some(access)) if !access.contains(|c: char| c.is_control()) => Ok(Given {
            access,
            refresh: word("refresh_token"),
            // Some write the number as a string.
            lasts: json["expires_in"].as_i64().or_else(|| word("expires_in")?.parse().ok()),
        }),
        (408 | 429 | 500.., _) => Err(NoToken::Away(format!("it answers {status}"))),
        (400..=499, _) if error.as_deref() != Some("temporarily_unavailable") => {
            let why = word("error_description").or(error).unwrap_or_else(|| status.to_string());
            Err(NoToken::Refused(why))
        }
        _ => Err(NoToken::Odd(format!("it answers {status} without a token"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_read_with_its_time_and_the_refresh_token_that_follows() {
        let whole = br#"{"access_token":"at","expires_in":"3599","refresh_token":"next"}"#;
        let wanted =
            Given { access: "at".to_owned(), refresh: Some("next".to_owned()), lasts: Some(3_599) };
        assert_eq!(given(200, whole).expect("a token"), wanted);
        let bare = given(200, br#"{"access_token":"at"}"#).expect("a token");
        assert_eq!((bare.refresh, bare.lasts), (None, None));
    }

    #[test]
    fn a_refused_renewal_is_told_apart_from_a_server_that_is_away() {
        let refused = given(400, br#"{"error":"invalid_grant","error_description":"Revoked."}"#);
        assert_eq!(refused, Err(NoToken::Refused("Revoked.".to_owned())));
        assert!(matches!(given(401, b"no"), Err(NoToken::Refused(_))));
        for status in [408, 429, 500, 503] {
            assert!(matches!(given(status, b"{}"), Err(NoToken::Away(_))), "{status}");
        }
        let later = given(400, br#"{"error":"temporarily_unavailable"}"#);
        assert!(matches!(later, Err(NoToken::Odd(_))), "{later:?}");
        assert!(matches!(given(200, b"<html>"), Err(NoToken::Odd(_))));
    }

    #[test]
    fn a_token_cannot_break_out_of_the_sign_in() {
        let odd = given(200, b"{\"access_token\":\"a\\u0001auth=\"}");
        assert!(matches!(odd, Err(NoToken::Odd(_))), "{odd:?}");
    }
}
