//! What an OAuth 2 token endpoint says to a refresh token (RFC 6749, section 6), over HTTP/1.1.
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

/// Status and body of an HTTP/1.1 answer once it is whole; `None` until then.
///
/// - `ended`: whether nothing more comes.
///
/// # Errors
/// When it is no such answer.
pub fn answer(bytes: &[u8], ended: bool) -> Result<Option<(u16, Vec<u8>)>, NoToken> {
    let Some(end) = memchr::memmem::find(bytes, b"\r\n\r\n") else { return Ok(None) };
    let (head, body) = (String::from_utf8_lossy(&bytes[..end]), &bytes[end + 4..]);
    let mut lines = head.split("\r\n");
    let status = lines.next().unwrap_or("");
    let status = status.strip_prefix("HTTP/1.").and_then(|rest| rest.get(2..5)?.parse().ok());
    let odd = || NoToken::Odd("it does not speak HTTP".to_owned());
    let status: u16 = status.ok_or_else(odd)?;
    let field = |name: &str| {
        let mut found = head.split("\r\n").filter_map(|line| line.split_once(':'));
        found.find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
    };
    if field("transfer-encoding").is_some_and(|how| how.eq_ignore_ascii_case("chunked")) {
        return Ok(chunks(body)?.map(|body| (status, body)));
    }
    Ok(match field("content-length") {
        Some(length) => {
            let length: usize = length.parse().map_err(|_| odd())?;
            body.get(..length).map(|body| (status, body.to_vec()))
        }
        None if ended => Some((status, body.to_vec())),
        None => None,
    })
}

/// What chunks hold (RFC 9112, section 7.1), once the last has come.
fn chunks(mut rest: &[u8]) -> Result<Option<Vec<u8>>, NoToken> {
    let odd = || NoToken::Odd("it sends broken chunks".to_owned());
    let mut whole = Vec::new();
    loop {
        let Some(end) = memchr::memmem::find(rest, b"\r\n") else { return Ok(None) };
        let size = String::from_utf8_lossy(&rest[..end]);
        let size = size.split(';').next().unwrap_or("").trim();
        let size = usize::from_str_radix(size, 16).map_err(|_| odd())?;
        if size == 0 {
            return Ok(Some(whole));
        }
        if size > ANSWER_BYTES_MAX {
            return Err(odd());
        }
        let Some(chunk) = rest.get(end + 2..end + 2 + size) else { return Ok(None) };
        whole.extend_from_slice(chunk);
        match rest.get(end + 2 + size..end + 4 + size) {
            Some(b"\r\n") => rest = &rest[end + 4 + size..],
            Some(_) => return Err(odd()),
            None => return Ok(None),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;

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

    fn whole(text: &str) -> (u16, String) {
        let (status, body) = answer(text.as_bytes(), false).expect("HTTP").expect("whole");
        (status, String::from_utf8(body).expect("text"))
    }

    #[test]
    fn an_answer_is_read_by_its_length_or_in_chunks() {
        let sized = "HTTP/1.1 400 Bad Request\r\ncontent-length: 4\r\n\r\n{\"\"}";
        assert_eq!(whole(sized), (400, "{\"\"}".to_owned()));
        let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\
                       3\r\nabc\r\nA;x=y\r\n0123456789\r\n0\r\n\r\n";
        assert_eq!(whole(chunked), (200, "abc0123456789".to_owned()));
    }

    #[test]
    fn an_answer_that_was_cut_anywhere_is_not_whole() {
        let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n";
        let sized = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc";
        for text in [chunked, sized] {
            for cut in 0..text.len() {
                let found = answer(&text.as_bytes()[..cut], false);
                assert!(matches!(found, Ok(None)), "{cut}: {found:?}");
            }
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_an_answer_or_refused(tail in vec(any::<u8>(), 0..200)) {
            for head in ["", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"] {
                let bytes = [head.as_bytes(), &tail].concat();
                if let Ok(Some((_, body))) = answer(&bytes, true) {
                    prop_assert!(body.len() <= bytes.len());
                }
            }
        }
    }
}
