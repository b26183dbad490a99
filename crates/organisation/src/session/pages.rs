//! `/settings/me`: what is one's own: password, signature, sessions, shift.

use super::actions;
use crate::sign_in::rules::local_path;
use crate::staff;
use axum::Router;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::{get, post};
use house::page::{Errors, frame, go, show, wrong_of};
use serde::Deserialize;
use store::Context;
use web::frame::StaffFrame;
use web::{Form, Path, Problem, SignedIn, new_press};

/// The addresses of this noun.
pub(crate) fn router() -> Router<Context> {
    Router::new()
        .route("/settings/me", get(me))
        .route("/settings/me/password", post(password))
        .route("/settings/me/signature", post(signature))
        .route("/settings/me/sessions/{handle}/end", post(end))
        .route("/me/shift", post(shift))
}

struct Row {
    handle: String,
    browser: String,
    seen: web::time_words::Moment,
    is_this: bool,
}

#[derive(askama::Template)]
#[template(path = "settings/me.html")]
struct MePage {
    frame: StaffFrame,
    errors: Errors,
    press: String,
    email: String,
    has_password: bool,
    signature: String,
    sessions: Vec<Row>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PasswordForm {
    #[serde(default)]
    current: String,
    password: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SignatureForm {
    signature: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ShiftForm {
    shift: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Nothing {}

/// `GET /settings/me`
async fn me(State(ctx): State<Context>, signed: SignedIn) -> Result<Response, Problem> {
    page(&ctx, &signed, None, Errors::default()).await
}

/// `POST /settings/me/password`. Every other session of theirs ends.
async fn password(
    State(ctx): State<Context>,
    form: Form<PasswordForm>,
) -> Result<Response, Problem> {
    let PasswordForm { current, password } = &form.value;
    let by = &form.by;
    let done = staff::change_own_password(&ctx, &by.staff, current, password, &by.session).await;
    match done {
        Ok(()) => Ok(go("/settings/me")),
        Err(error) => page(&ctx, by, None, wrong_of(error)?).await,
    }
}

/// `POST /settings/me/signature`
async fn signature(
    State(ctx): State<Context>,
    form: Form<SignatureForm>,
) -> Result<Response, Problem> {
    let text = form.value.signature;
    match staff::actions::set_signature(&ctx, &form.by.staff, &text, &form.press).await {
        Ok(()) => Ok(go("/settings/me")),
        Err(error) => page(&ctx, &form.by, Some(text), wrong_of(error)?).await,
    }
}

/// `POST /settings/me/sessions/{handle}/end`
async fn end(
    State(ctx): State<Context>,
    Path(handle): Path<String>,
    form: Form<Nothing>,
) -> Result<Response, Problem> {
    actions::end_one(&ctx, &form.by.staff, &handle, &form.press).await?;
    Ok(go("/settings/me"))
}

/// `POST /me/shift`, from the menu of every page; leads back to that page where the script says
/// which it was.
async fn shift(
    State(ctx): State<Context>,
    headers: HeaderMap,
    form: Form<ShiftForm>,
) -> Result<Response, Problem> {
    staff::set_shift(&ctx, &form.by.staff, &form.value.shift).await?;
    let from = headers.get("hx-current-url").and_then(|url| url.to_str().ok()).unwrap_or("");
    Ok(go(local_path(from.strip_prefix(&*ctx.base_url).unwrap_or(""))))
}

async fn page(
    ctx: &Context,
    signed: &SignedIn,
    signature: Option<String>,
    errors: Errors,
) -> Result<Response, Problem> {
    let now = ctx.now();
    let id = signed.staff.id.to_string();
    let person = staff::sql::person_for_checked(&ctx.store, &id).await.map_err(Problem::ours)?;
    let sessions = actions::list(ctx, &signed.staff, now).await.map_err(Problem::ours)?;
    let zone = house::agreed::hours(&ctx.store).await.map_err(Problem::ours)?;
    let rows = sessions.iter().map(|session| Row {
        handle: session.handle().to_owned(),
        browser: session.browser(),
        seen: web::time_words::moment(now, session.seen_at, zone.zone()),
        is_this: session.hash == signed.session,
    });
    let page = MePage {
        frame: frame(signed, "My settings", &errors),
        press: new_press(ctx),
        email: signed.email.clone(),
        has_password: person.is_some_and(|person| person.has_password),
        signature: signature.unwrap_or_else(|| signed.signature.clone()),
        sessions: rows.collect(),
        errors,
    };
    show(&page, &page.errors)
}
