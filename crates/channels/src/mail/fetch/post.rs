//! One form sent over HTTP/1.1 to a token endpoint, and its answer. No redirect is followed: a
//! token goes to the server whose name somebody wrote, or nowhere.

use crate::mail::fetch::Trouble;
use crate::mail::fetch::line::PATIENCE;
use crate::mail::secured::{Wire, connector};
use ::mail::oauth::{ANSWER_BYTES_MAX, NoToken, answer};
use std::path::Path;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use url::Url;

/// Sends a form; gives the status and the body of the answer.
pub(super) async fn post(
    url: &Url,
    form: &str,
    authorities: Option<&Path>,
) -> Result<(u16, Vec<u8>), Trouble> {
    match tokio::time::timeout(PATIENCE, exchange(url, form, authorities)).await {
        Ok(answer) => answer,
        Err(_) => Err(Trouble::Away("the token endpoint does not answer in time".to_owned())),
    }
}

async fn exchange(
    url: &Url,
    form: &str,
    authorities: Option<&Path>,
) -> Result<(u16, Vec<u8>), Trouble> {
    let says = || Trouble::Odd(format!("{url} names no server"));
    let (host, port) =
        (url.host_str().ok_or_else(says)?, url.port_or_known_default().ok_or_else(says)?);
    let away = |error: std::io::Error| {
        Trouble::Away(format!("the token endpoint at {host} is away: {error}"))
    };
    let stream = TcpStream::connect((host.trim_matches(['[', ']']), port)).await.map_err(away)?;
    let mut wire = Wire::Plain(stream);
    if url.scheme() == "https" {
        wire.ask_tls(host, &connector(authorities)?).await.map_err(away)?;
    }
    let at = &url[url::Position::BeforePath..url::Position::AfterQuery];
    let authority = &url[url::Position::BeforeHost..url::Position::AfterPort];
    let request = format!(
        "POST {at} HTTP/1.1\r\nHost: {authority}\r\nAccept: application/json\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\
         User-Agent: Redress\r\nConnection: close\r\n\r\n{form}",
        form.len()
    );
    wire.write_all(request.as_bytes()).await.map_err(away)?;
    wire.flush().await.map_err(away)?;
    let mut bytes = Vec::new();
    loop {
        if let Some(answer) = answer(&bytes, false).map_err(trouble)? {
            return Ok(answer);
        }
        if bytes.len() > ANSWER_BYTES_MAX {
            return Err(Trouble::Odd("the token endpoint answers without end".to_owned()));
        }
        if wire.read_buf(&mut bytes).await.map_err(away)? == 0 {
            let cut = || Trouble::Away(format!("the token endpoint at {host} broke off"));
            return answer(&bytes, true).map_err(trouble)?.ok_or_else(cut);
        }
    }
}

/// What a person is told of an endpoint that gives no token.
pub(super) fn trouble(why: NoToken) -> Trouble {
    match why {
        NoToken::Refused(why) => {
            let why = crate::said::line(&why, 300);
            Trouble::Refused(format!("its sign-in is not renewed any more: {why}"))
        }
        NoToken::Away(why) => Trouble::Away(format!("the token endpoint is away: {why}")),
        NoToken::Odd(why) => Trouble::Odd(format!("the token endpoint: {why}")),
    }
}
