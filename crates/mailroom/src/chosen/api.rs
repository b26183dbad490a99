//! The mail server that takes our letters, for programs.

use crate::chosen::form::RelayForm;
use crate::chosen::pages::{set_elsewhere, try_and_wait};
use crate::chosen::trial::last;
use crate::chosen::{OwnRelay, name_relay, page_relay};
use crate::fetch::accounts;
use crate::pages::permit;
use crate::relay::{Relay, RelayLogin, Secure};
use crate::setup;
use crate::trial::Trial;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use axum::{Extension, Json as Answer};
use serde::{Deserialize, Serialize};
use store::{Context, Doing, StoreError, on};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use web::{Bearer, Json, Problem};

/// The addresses of this noun.
pub(crate) fn router() -> OpenApiRouter<Context> {
    OpenApiRouter::new()
        .routes(routes!(show_relay, put_relay, forget_relay))
        .routes(routes!(try_relay))
}

/// The mail server that takes our letters; its password is never shown.
#[derive(Debug, Serialize, ToSchema)]
struct RelayBody {
    /// What holds: `page`, or what in the program's settings names it.
    set_by: String,
    /// Its name; empty where none is named, and letters wait in the outbox.
    host: String,
    /// Its port.
    port: u16,
    /// How the line is protected: `required`, `implicit` or `none`.
    tls: String,
    /// The name we sign in with; empty for none.
    login: String,
    /// The mailbox as which we sign in; empty for none.
    mailbox: String,
    /// The address our letters come from.
    from: String,
}

async fn body(ctx: &Context, own: &OwnRelay) -> Result<RelayBody, Problem> {
    let relay = own.now(ctx).await?;
    let login = relay.as_ref().and_then(|relay| relay.login.clone());
    let (login, mailbox) = match login {
        Some(RelayLogin::Password { name, .. } | RelayLogin::Sealed { name, .. }) => {
            (name, String::new())
        }
        Some(RelayLogin::Mailbox(name)) => (String::new(), name),
        None => (String::new(), String::new()),
    };
    let tls = match relay.as_ref().map_or(Secure::Required, |relay| relay.secure) {
        Secure::FromTheStart => "implicit",
        Secure::Never => "none",
        Secure::Required | Secure::WhenOffered => "required",
    };
    let (host, port) = relay.map_or((String::new(), 0), |Relay { host, port, .. }| (host, port));
    Ok(RelayBody {
        set_by: own.set_by().unwrap_or("page").to_owned(),
        host,
        port,
        tls: tls.to_owned(),
        login,
        mailbox,
        from: own.from().to_owned(),
    })
}

/// Shows the mail server that takes our letters, and what names it.
#[utoipa::path(get, path = "/api/v1/mail-relay", tag = "mail",
    responses((status = 200, body = RelayBody)), security(("token" = [])))]
async fn show_relay(
    State(ctx): State<Context>,
    by: Bearer,
    Extension(own): Extension<OwnRelay>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    permit(&by.staff)?;
    Ok(web::json::hashed(&headers, &body(&ctx, &own).await?))
}

/// Names the mail server that takes our letters, from now on and on every node. 409 where the
/// program's settings name one. The house's record tells of it.
#[utoipa::path(put, path = "/api/v1/mail-relay", tag = "mail", request_body = RelayForm,
    params(("Idempotency-Key" = Option<String>, Header, description = "Your own key of it")),
    responses((status = 200, body = RelayBody)), security(("token" = [])))]
async fn put_relay(
    State(ctx): State<Context>,
    by: Bearer,
    Extension(own): Extension<OwnRelay>,
    sent: Json<RelayForm>,
) -> Result<Answer<RelayBody>, Problem> {
    permit(&by.staff)?;
    if own.set_by().is_some() {
        return Err(set_elsewhere(&own));
    }
    let before = page_relay(&ctx.store).await?;
    let relay = sent.value.read(&ctx, before.as_ref(), &accounts(&ctx.store).await?);
    let relay = relay.map_err(|wrong| {
        let problem = Problem::refused("fields_refused", "Some fields must be put right.");
        wrong
            .into_iter()
            .fold(problem, |problem, (field, words)| problem.at(format!("/{field}"), words))
    })?;
    name_relay(&ctx, &by.staff, Some(relay), &sent.press).await?;
    Ok(Answer(body(&ctx, &own).await?))
}

/// Takes the mail server away that was named here: letters wait in the outbox. The house's record
/// tells of it.
#[utoipa::path(delete, path = "/api/v1/mail-relay", tag = "mail",
    responses((status = 204, description = "It takes our letters no longer")),
    security(("token" = [])))]
async fn forget_relay(
    State(ctx): State<Context>,
    by: Bearer,
    Extension(own): Extension<OwnRelay>,
) -> Result<StatusCode, Problem> {
    permit(&by.staff)?;
    if own.set_by().is_some() {
        return Err(set_elsewhere(&own));
    }
    name_relay(&ctx, &by.staff, None, &store::Press::none()).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn unnamed() -> Problem {
    Problem::missing("relay_unnamed", "No mail server takes our letters.")
}

/// Nothing has to be said: `{}`.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TryBody {}

/// Tries the mail server: sends a mail to the person whose token this is. Answers after at most 20
/// seconds with the steps so far.
#[utoipa::path(post, path = "/api/v1/mail-relay/trials", tag = "mail", request_body = TryBody,
    params(("Idempotency-Key" = Option<String>, Header, description = "Your own key of it")),
    responses((status = 200, body = Trial)), security(("token" = [])))]
async fn try_relay(
    State(ctx): State<Context>,
    by: Bearer,
    Extension(own): Extension<OwnRelay>,
    sent: Json<TryBody>,
) -> Result<Answer<Trial>, Problem> {
    let TryBody {} = sent.value;
    permit(&by.staff)?;
    let relay = own.now(&ctx).await?.ok_or_else(unnamed)?;
    let to = address(&ctx, &by.staff.id.to_string()).await?;
    if setup::is_first(&ctx, &sent.press).await? {
        try_and_wait(&ctx, relay, to).await;
    }
    Ok(Answer(last(&ctx.store).await?.unwrap_or_default()))
}

async fn address(ctx: &Context, staff: &str) -> Result<String, StoreError> {
    const SQL: &str = "SELECT email FROM staff WHERE id = $1";
    on!(Store &ctx.store, db => sqlx::query_scalar(SQL).bind(staff).fetch_one(db).await)
        .doing("looking up to whom a trial goes")
}
