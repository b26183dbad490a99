//! `/sign-in`, `/sign-in/link/{token}`, `/sign-out`. They work without scripts.

use super::actions::{self, From, SignInError, SignedIn as Entered};
use super::rules::local_path;
use axum::Router;
use axum::extract::{ConnectInfo, FromRequestParts, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use house::page::{Errors, go};
use serde::Deserialize;
use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use store::Context;
use web::frame::PlainFrame;
use web::session::{cookie, cookie_name, signed_in};
use web::{Form, Path, Problem, PublicForm, Query};

/// The addresses of this noun.
pub(crate) fn router() -> Router<Context> {
    Router::new()
        .route("/sign-in", get(show).post(enter))
        .route("/sign-in/link/{token}", get(show_link).post(enter_by_link))
        .route("/sign-out", post(leave))
}

/// The network a request comes from: an IPv4 address, or the /64 of an IPv6 address, of the
/// peer. Headers are not believed here.
struct Network(String);

impl FromRequestParts<Context> for Network {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &Context) -> Result<Self, Infallible> {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        Ok(Network(peer.map_or_else(String::new, |peer| network_of(peer.0.ip()))))
    }
}

fn network_of(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
    }
}

#[derive(askama::Template)]
#[template(path = "sign_in/show.html")]
struct SignInPage {
    frame: PlainFrame,
    organisation: String,
    email: String,
    next: String,
    errors: Vec<(String, String)>,
}

#[derive(askama::Template)]
#[template(path = "sign_in/link.html")]
struct LinkPage {
    frame: PlainFrame,
    name: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SignInQuery {
    #[serde(default)]
    next: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SignInForm {
    email: String,
    password: String,
    #[serde(default)]
    next: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Nothing {}

/// `GET /sign-in`
async fn show(
    State(ctx): State<Context>,
    headers: HeaderMap,
    Query(query): Query<SignInQuery>,
) -> Result<Response, Problem> {
    let next = local_path(&query.next);
    if let Some(value) = cookie(&headers, cookie_name(&ctx.base_url))
        && signed_in(&ctx, &value).await.map_err(Problem::ours)?.is_some()
    {
        return Ok(go(next));
    }
    page(&ctx, StatusCode::OK, "", next, "").await
}

/// `POST /sign-in`
async fn enter(
    State(ctx): State<Context>,
    Network(network): Network,
    headers: HeaderMap,
    form: PublicForm<SignInForm>,
) -> Result<Response, Problem> {
    let SignInForm { email, password, next } = form.value;
    let old = cookie(&headers, cookie_name(&ctx.base_url));
    let from =
        From { network: &network, agent: agent(&headers), old_cookie: old.as_deref(), next: &next };
    match actions::sign_in(&ctx, &email, &password, from).await {
        Ok(entered) => Ok(entered_answer(&ctx, &entered)),
        Err(SignInError::No) => {
            let words = "This address and password do not belong together. Try again, or ask an \
                administrator for a new way in.";
            page(&ctx, StatusCode::UNPROCESSABLE_ENTITY, &email, local_path(&next), words).await
        }
        Err(SignInError::TooMany { again_at }) => {
            let seconds = (again_at.as_second() - ctx.now().as_second()).max(1);
            let minutes = u64::try_from((seconds + 59) / 60).unwrap_or(1);
            let wait = web::words::counted(minutes, "minute", "minutes");
            let words = format!("That was too often. Wait {wait}, then try again.");
            let status = StatusCode::TOO_MANY_REQUESTS;
            let mut answer = page(&ctx, status, &email, local_path(&next), &words).await?;
            answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
            Ok(answer)
        }
        Err(SignInError::Busy(_)) => Err(Problem::unavailable(5)),
        Err(SignInError::Store(error)) => Err(Problem::ours(error)),
    }
}

/// `GET /sign-in/link/{token}`: looking uses nothing up, so that a mail scanner signs nobody in.
async fn show_link(
    State(ctx): State<Context>,
    Path(token): Path<String>,
) -> Result<Response, Problem> {
    let name = actions::peek_link(&ctx, &token).await.map_err(link_problem)?;
    let page = LinkPage { frame: PlainFrame::new("Sign in"), name };
    Ok(web::page(&page)?.into_response())
}

/// `POST /sign-in/link/{token}`
async fn enter_by_link(
    State(ctx): State<Context>,
    Path(token): Path<String>,
    Network(network): Network,
    headers: HeaderMap,
    _form: PublicForm<Nothing>,
) -> Result<Response, Problem> {
    let old = cookie(&headers, cookie_name(&ctx.base_url));
    let from =
        From { network: &network, agent: agent(&headers), old_cookie: old.as_deref(), next: "" };
    let entered = actions::sign_in_by_link(&ctx, &token, from).await.map_err(link_problem)?;
    Ok(entered_answer(&ctx, &entered))
}

/// `POST /sign-out`
async fn leave(
    State(ctx): State<Context>,
    headers: HeaderMap,
    _form: Form<Nothing>,
) -> Result<Response, Problem> {
    if let Some(value) = cookie(&headers, cookie_name(&ctx.base_url)) {
        actions::sign_out(&ctx, &value).await.map_err(Problem::ours)?;
    }
    let mut answer = go("/sign-in");
    answer.headers_mut().insert(header::SET_COOKIE, set_cookie(&ctx, "", 0));
    Ok(answer)
}

fn link_problem(error: SignInError) -> Problem {
    match error {
        SignInError::Busy(_) => Problem::unavailable(5),
        SignInError::Store(error) => Problem::ours(error),
        SignInError::No | SignInError::TooMany { .. } => Problem::missing(
            "link_used_up",
            "This link was used already or is too old. Ask an administrator for a new one.",
        ),
    }
}

fn entered_answer(ctx: &Context, entered: &Entered) -> Response {
    const DAY: u32 = 86_400;
    let mut answer = go(&entered.next);
    answer.headers_mut().insert(header::SET_COOKIE, set_cookie(ctx, &entered.cookie, DAY));
    answer
}

/// The session's cookie. `Secure`, and with it the `__Host-` name, needs HTTPS, which the
/// loopback address of a first try has not.
fn set_cookie(ctx: &Context, value: &str, seconds: u32) -> HeaderValue {
    let name = cookie_name(&ctx.base_url);
    let secure = if ctx.base_url.starts_with("https://") { "; Secure" } else { "" };
    let text = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}");
    HeaderValue::try_from(text).unwrap_or(HeaderValue::from_static(""))
}

fn agent(headers: &HeaderMap) -> &str {
    headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or("")
}

async fn page(
    ctx: &Context,
    status: StatusCode,
    email: &str,
    next: &str,
    wrong: &str,
) -> Result<Response, Problem> {
    let mut errors = Errors::default();
    if !wrong.is_empty() {
        errors.list.push(("email".to_owned(), wrong.to_owned()));
    }
    let mut frame = PlainFrame::new("Sign in");
    frame.has_errors = !errors.list.is_empty();
    let page = SignInPage {
        frame,
        organisation: house::agreed::organisation_name(&ctx.store).await.map_err(Problem::ours)?,
        email: email.chars().take(254).collect(),
        next: next.to_owned(),
        errors: errors.list,
    };
    Ok((status, web::page(&page)?).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_in_one_ipv6_network_count_together() {
        let network = |text: &str| network_of(text.parse().unwrap());
        assert_eq!(network("2001:db8:1:2::1"), network("2001:db8:1:2:ffff::9"));
        assert_ne!(network("2001:db8:1:2::1"), network("2001:db8:1:3::1"));
        assert_eq!(network("::ffff:192.0.2.1"), "192.0.2.1");
    }
}
