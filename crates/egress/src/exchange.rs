//! One request over HTTP/1.1 on a connection of its own, and its answer.

use crate::{Answer, Call, Fault, connector};
use http::{HeaderValue, Method, Request, header};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use std::net::SocketAddr;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio_rustls::rustls::pki_types::ServerName;
use url::{Host, Position};

/// Bytes that the head of an answer may have.
const HEAD_MOST: usize = 64 * 1024;
/// Fields that the head of an answer may have.
const FIELDS_MOST: usize = 100;

pub async fn exchange(call: &Call<'_>, addresses: &[SocketAddr]) -> Result<Answer, Fault> {
    let host = call.url.host_str().unwrap_or("");
    let away = |error: &dyn std::fmt::Display| Fault::Away(format!("{host} is away: {error}"));
    let stream = TcpStream::connect(addresses).await.map_err(|error| away(&error))?;
    if call.url.scheme() != "https" {
        return over(call, stream).await;
    }
    let name = match call.url.host() {
        Some(Host::Ipv4(address)) => ServerName::IpAddress(std::net::IpAddr::from(address).into()),
        Some(Host::Ipv6(address)) => ServerName::IpAddress(std::net::IpAddr::from(address).into()),
        _ => ServerName::try_from(host.to_owned())
            .map_err(|_| Fault::Refused(format!("{host} is no name a certificate can have")))?,
    };
    let tls = connector(call.authorities).map_err(|error| Fault::Refused(error.to_string()))?;
    over(call, tls.connect(name, stream).await.map_err(|error| away(&error))?).await
}

async fn over<S>(call: &Call<'_>, stream: S) -> Result<Answer, Fault>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let host = call.url.host_str().unwrap_or("");
    let broke = |error: hyper::Error| match error.is_parse() {
        true => Fault::Odd(format!("{host} does not speak HTTP: {error}")),
        false => Fault::Unanswered(format!("{host} broke off: {error}")),
    };
    let (mut sender, line) = http1::Builder::new()
        .max_buf_size(HEAD_MOST)
        .max_headers(FIELDS_MOST)
        .handshake(TokioIo::new(stream))
        .await
        .map_err(broke)?;
    // Dropped with this call, and the connection with it, whatever the other side still sends.
    let mut lines = JoinSet::new();
    lines.spawn(line);
    let answer = sender.send_request(request(call)?).await.map_err(broke)?;
    let status = answer.status().as_u16();
    let leads_to = answer.headers().get(header::LOCATION);
    let leads_to = leads_to.and_then(|to| to.to_str().ok()).map(str::to_owned);
    let body = Limited::new(answer.into_body(), call.answer_most).collect().await;
    let body = body.map_err(|error| match error.downcast::<hyper::Error>() {
        Ok(error) => broke(*error),
        Err(_) => Fault::Odd(format!("{host} answers more than it may")),
    })?;
    Ok(Answer { status, leads_to, body: body.to_bytes().to_vec() })
}

fn request(call: &Call<'_>) -> Result<Request<Full<Bytes>>, Fault> {
    let url = call.url;
    let authority = &url[Position::BeforeHost..Position::AfterPort];
    let mut request = Request::builder()
        .uri(&url[Position::BeforePath..Position::AfterQuery])
        .header(header::HOST, authority)
        .header(header::USER_AGENT, "Redress")
        .header(header::ACCEPT, call.accept)
        .header(header::CONNECTION, "close");
    if let Some(key) = call.bearer {
        let value = HeaderValue::try_from(format!("Bearer {key}"));
        let mut value =
            value.map_err(|_| Fault::Refused("the key cannot stand in a request".to_owned()))?;
        value.set_sensitive(true);
        request = request.header(header::AUTHORIZATION, value);
    }
    let request = match &call.body {
        None => request.method(Method::GET).body(Full::default()),
        Some((kind, bytes)) => request
            .method(Method::POST)
            .header(header::CONTENT_TYPE, *kind)
            .body(Full::from(bytes.clone())),
    };
    request.map_err(|error| Fault::Refused(format!("this cannot be asked: {error}")))
}
