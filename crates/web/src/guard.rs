//! What stands before every handler: the right host, the right origin, bounded requests, and the
//! headers every answer carries.

use crate::problem::{Asked, Problem, RequestId};
use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use store::Context;

/// Bytes of an address.
const URL_MOST: usize = 8_192;
/// Headers of a request, and bytes of one.
const HEADERS_MOST: usize = 100;
const HEADER_MOST: usize = 8_192;
const HEADERS_BYTES_MOST: usize = 32_768;

/// The content policy of every answer (ui-spec 3.2). Without `require-trusted-types-for`: partial
/// updates parse the answer with `parseHTMLUnsafe`, and would fail after the server did its work.
pub const CONTENT_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
    img-src 'self' data:; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; \
    base-uri 'none'";

/// Middleware: refuses what no handler should see, and puts the headers on every answer.
pub async fn guard(State(ctx): State<Context>, mut request: Request, next: Next) -> Response {
    let id = store::file::hex(&ctx.chance::<6>());
    request.extensions_mut().insert(RequestId(id.clone()));
    let is_asset = request.uri().path().starts_with("/assets/");
    let mut response = match refused(&ctx, &request) {
        // Nothing behind us sees it, so its body is written here.
        Some(problem) => Asked::of(&request).tell(&problem),
        None => next.run(request).await,
    };
    // What is not there today may be there tomorrow: only assets that were found are kept.
    let is_private = !is_asset || response.status().is_client_error();
    let headers = response.headers_mut();
    let fixed = [
        ("content-security-policy", CONTENT_POLICY),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        ("x-frame-options", "DENY"),
        ("permissions-policy", "camera=(), geolocation=(), microphone=(), payment=()"),
    ];
    for (name, value) in fixed {
        let name = HeaderName::from_static(name);
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    if is_private {
        let private = HeaderValue::from_static("private, no-store");
        headers.entry(header::CACHE_CONTROL).or_insert(private);
        let vary = HeaderValue::from_static("cookie, authorization, hx-request, accept");
        headers.entry(header::VARY).or_insert(vary);
    }
    if ctx.base_url.starts_with("https://") {
        let hsts = HeaderValue::from_static("max-age=31536000; includeSubDomains");
        headers.insert(header::STRICT_TRANSPORT_SECURITY, hsts);
    }
    if let Ok(id) = HeaderValue::try_from(id) {
        headers.insert(HeaderName::from_static("x-request-id"), id);
    }
    response
}

fn refused(ctx: &Context, request: &Request) -> Option<Problem> {
    let uri = request.uri();
    if uri.path_and_query().map_or(0, |path| path.as_str().len()) > URL_MOST {
        let says = "This address is longer than 8 kB.";
        return Some(Problem::of(StatusCode::URI_TOO_LONG, "address_too_long", says));
    }
    let headers = request.headers();
    let sizes: Vec<usize> =
        headers.iter().map(|(name, value)| name.as_str().len() + value.len()).collect();
    let too_many = headers.len() > HEADERS_MOST
        || sizes.iter().any(|size| *size > HEADER_MOST)
        || sizes.iter().sum::<usize>() > HEADERS_BYTES_MOST;
    if too_many {
        let status = StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE;
        return Some(Problem::of(status, "headers_too_large", "The request has too many headers."));
    }
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let host = host.or_else(|| uri.authority().map(|authority| authority.as_str())).unwrap_or("");
    if !is_our_host(&ctx.base_url, host) {
        let status = StatusCode::MISDIRECTED_REQUEST;
        let says = "This server does not answer for that host name.";
        return Some(Problem::of(status, "wrong_host", says));
    }
    if changes(request.method())
        && !headers.contains_key(header::AUTHORIZATION)
        && !comes_from_us(ctx, request, host)
    {
        let says = "This was sent from another site, so nothing was done.";
        return Some(Problem::of(StatusCode::FORBIDDEN, "wrong_origin", says));
    }
    None
}

fn changes(method: &Method) -> bool {
    !matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

/// Our configured name, or this machine itself.
fn is_our_host(base_url: &str, host: &str) -> bool {
    let ours = base_url.split_once("://").map_or("", |(_, rest)| rest);
    let name = host.rsplit_once(':').map_or(host, |(name, port)| {
        if port.bytes().all(|byte| byte.is_ascii_digit()) { name } else { host }
    });
    host.eq_ignore_ascii_case(ours)
        || name.eq_ignore_ascii_case(ours)
        || ["127.0.0.1", "localhost", "[::1]"].contains(&name)
}

/// Browsers say where a form was shown: by `Sec-Fetch-Site`, else by `Origin`. Programs without
/// a browser say neither and carry no cookies of anybody.
///
/// Our own pages ask for `no-referrer`, which makes browsers write `Origin: null` on our own
/// forms; so `null` says nothing, and what is left is the token of the form and the cookie that
/// other sites cannot send along (`SameSite=Lax`).
fn comes_from_us(ctx: &Context, request: &Request, host: &str) -> bool {
    let headers = request.headers();
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    if let Some(site) = text("sec-fetch-site") {
        return matches!(site, "same-origin" | "none");
    }
    match text("origin") {
        None | Some("null") => true,
        Some(origin) => {
            origin.eq_ignore_ascii_case(&ctx.base_url)
                || origin.split_once("://").is_some_and(|(_, o)| o.eq_ignore_ascii_case(host))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_name_and_this_machine_are_our_hosts() {
        let base = "https://help.example.com";
        for ours in
            ["help.example.com", "HELP.example.com", "127.0.0.1:8080", "localhost", "[::1]:1"]
        {
            assert!(is_our_host(base, ours), "{ours}");
        }
        for other in ["", "evil.example", "help.example.com.evil.example", "127.0.0.1.evil.example"]
        {
            assert!(!is_our_host(base, other), "{other}");
        }
    }
}
