//! Mailboxes that are fetched, for programs; and the records that the DNS should have.

use crate::chosen::OwnRelay;
use crate::fetch::{Account, Grant, PRESETS, Preset, Secret, accounts, health};
use crate::pages::{AddForm, account_of, look_into, permit, try_and_wait};
use crate::setup::{self, MailDns, Record};
use crate::trial::{Trial, last_trial};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json as Answer};
use serde::{Deserialize, Serialize};
use store::Context;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use web::{Bearer, Json, Path, Problem};

/// The addresses of this noun.
pub(crate) fn router() -> OpenApiRouter<Context> {
    OpenApiRouter::new()
        .routes(routes!(list_mailboxes, add_mailbox))
        .routes(routes!(forget_mailbox))
        .routes(routes!(look_into_mailbox))
        .routes(routes!(try_mailbox))
        .routes(routes!(list_records))
        .merge(crate::chosen::api::router())
}

/// A mailbox that is fetched.
#[derive(Debug, Serialize, ToSchema)]
struct MailboxBody {
    /// Its name; one of each.
    name: String,
    /// Our address whose mail lies there.
    address: String,
    /// Its server.
    host: String,
    /// The port there.
    port: u16,
    /// Whether all is well.
    well: bool,
    /// How it fares, in a sentence.
    says: String,
}

async fn body(ctx: &Context, account: Account) -> Result<MailboxBody, Problem> {
    let alarm = health(&ctx.store, &account.name).await?.alarm(&account, ctx.now());
    Ok(MailboxBody {
        well: alarm.is_none(),
        says: alarm.unwrap_or_else(|| "Fetched; all is well".to_owned()),
        address: account.mailbox,
        host: account.host,
        port: account.port,
        name: account.name,
    })
}

/// Lists the mailboxes that are fetched, and how each fares.
#[utoipa::path(get, path = "/api/v1/mailboxes", tag = "mail",
    responses((status = 200, body = Vec<MailboxBody>)), security(("token" = [])))]
async fn list_mailboxes(
    State(ctx): State<Context>,
    by: Bearer,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    permit(&by.staff)?;
    let mut all = Vec::new();
    for account in accounts(&ctx.store).await? {
        all.push(body(&ctx, account).await?);
    }
    Ok(web::json::hashed(&headers, &all))
}

/// A mailbox to be fetched by IMAP with TLS, or one of this address with a new password.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewMailboxBody {
    /// Our address whose mail lies there; mail that comes from now on is taken in.
    address: String,
    /// The name of a provider whose servers are known, or empty.
    #[serde(default)]
    provider: String,
    /// The server of another provider: `imap.example.com`, with `:993` or another port.
    #[serde(default)]
    host: String,
    /// The name to sign in with, where it is not the address.
    #[serde(default)]
    login: String,
    /// The password, often an app password. It is kept sealed and never shown. Empty with `oauth`.
    #[serde(default)]
    password: String,
    /// Instead of a password: what buys OAuth 2 access tokens.
    #[serde(default)]
    oauth: Option<OAuthBody>,
}

/// What buys OAuth 2 access tokens. It is kept sealed and never shown.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct OAuthBody {
    /// What the provider calls your application.
    client: String,
    /// The application's secret, where it has one.
    #[serde(default)]
    client_secret: Option<String>,
    /// The refresh token that the provider gave for this mailbox.
    refresh_token: String,
    /// Where access tokens are bought; known of `gmail` and `outlook`.
    #[serde(default)]
    token_url: String,
}

/// The fields of a mailbox signed in to with OAuth: what the provider gave says who we are.
fn granted(ctx: &Context, provider: &str, oauth: &OAuthBody) -> Result<Secret, Problem> {
    let known = PRESETS.iter().find(|preset| preset.name == provider);
    let url = known.and_then(Preset::token_endpoint).unwrap_or(&oauth.token_url);
    let secret = oauth.client_secret.as_deref();
    let grant = Grant::from_outside(ctx, url, &oauth.client, secret, &oauth.refresh_token);
    grant.map(Secret::Grant).map_err(|why| {
        Problem::refused("fields_refused", "Some fields must be put right.")
            .at("/oauth/token_url", why)
    })
}

/// Adds a mailbox, or gives the one of this address a new password, and looks into it at once. The
/// house's record tells of it.
#[utoipa::path(post, path = "/api/v1/mailboxes", tag = "mail", request_body = NewMailboxBody,
    params(("Idempotency-Key" = Option<String>, Header, description = "Your own key of it")),
    responses((status = 201, body = MailboxBody)), security(("token" = [])))]
async fn add_mailbox(
    State(ctx): State<Context>,
    by: Bearer,
    sent: Json<NewMailboxBody>,
) -> Result<Response, Problem> {
    permit(&by.staff)?;
    let NewMailboxBody { address, provider, host, login, password, oauth } = sent.value;
    let client = oauth.as_ref().map(|oauth| oauth.client.clone()).unwrap_or_default();
    let secret = oauth.map(|oauth| granted(&ctx, &provider, &oauth)).transpose()?;
    let form = AddForm { address, provider, host, login, password, client, ..AddForm::default() };
    let mut account = account_of(&ctx, &form).map_err(|wrong| {
        let problem = Problem::refused("fields_refused", "Some fields must be put right.");
        wrong
            .into_iter()
            .fold(problem, |problem, (field, words)| problem.at(format!("/{field}"), words))
    })?;
    if let Some(secret) = secret {
        account.secret = secret;
    }
    setup::add(&ctx, &by.staff, account.clone(), &sent.press).await?;
    look_into(&ctx, account.clone()).await;
    Ok((StatusCode::CREATED, Answer(body(&ctx, account).await?)).into_response())
}

/// Fetches a mailbox no longer; what was taken from it stays. The house's record tells of it.
#[utoipa::path(delete, path = "/api/v1/mailboxes/{name}", tag = "mail",
    params(("name" = String, Path, description = "The mailbox's name")),
    responses((status = 204, description = "It is fetched no longer")), security(("token" = [])))]
async fn forget_mailbox(
    State(ctx): State<Context>,
    by: Bearer,
    Path(name): Path<String>,
) -> Result<StatusCode, Problem> {
    permit(&by.staff)?;
    match setup::forget(&ctx, &by.staff, &name, &store::Press::none()).await? {
        true => Ok(StatusCode::NO_CONTENT),
        false => Err(missing()),
    }
}

fn missing() -> Problem {
    Problem::missing("mailbox_missing", "There is no such mailbox.")
}

/// Nothing has to be said: `{}`.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct LookBody {}

/// Looks into a mailbox now, and says how it fares.
#[utoipa::path(post, path = "/api/v1/mailboxes/{name}/looks", tag = "mail",
    request_body = LookBody,
    params(("name" = String, Path, description = "The mailbox's name"),
        ("Idempotency-Key" = Option<String>, Header, description = "Your own key of it")),
    responses((status = 200, body = MailboxBody)), security(("token" = [])))]
async fn look_into_mailbox(
    State(ctx): State<Context>,
    by: Bearer,
    Path(name): Path<String>,
    sent: Json<LookBody>,
) -> Result<Answer<MailboxBody>, Problem> {
    let LookBody {} = sent.value;
    permit(&by.staff)?;
    let all = accounts(&ctx.store).await?;
    let account = all.into_iter().find(|account| account.name == name).ok_or_else(missing)?;
    if setup::is_first(&ctx, &sent.press).await? {
        look_into(&ctx, account.clone()).await;
    }
    Ok(Answer(body(&ctx, account).await?))
}

/// Tries a mailbox: sends a mail to it and looks for it there. Answers after at most 20 seconds
/// with the steps so far; where `ended` is not yet true, it goes on and the page shows the rest.
#[utoipa::path(post, path = "/api/v1/mailboxes/{name}/trials", tag = "mail",
    request_body = LookBody,
    params(("name" = String, Path, description = "The mailbox's name"),
        ("Idempotency-Key" = Option<String>, Header, description = "Your own key of it")),
    responses((status = 200, body = Trial)), security(("token" = [])))]
async fn try_mailbox(
    State(ctx): State<Context>,
    by: Bearer,
    Extension(relay): Extension<OwnRelay>,
    Path(name): Path<String>,
    sent: Json<LookBody>,
) -> Result<Answer<Trial>, Problem> {
    let LookBody {} = sent.value;
    permit(&by.staff)?;
    let all = accounts(&ctx.store).await?;
    let account = all.into_iter().find(|account| account.name == name).ok_or_else(missing)?;
    if setup::is_first(&ctx, &sent.press).await? {
        try_and_wait(&ctx, relay, account).await;
    }
    Ok(Answer(last_trial(&ctx.store, &name).await?.unwrap_or_default()))
}

/// Asks the DNS for the records that our mail needs: MX, SPF, DKIM, DMARC, each with what to
/// publish.
#[utoipa::path(get, path = "/api/v1/mail-records", tag = "mail",
    responses((status = 200, body = Vec<Record>)), security(("token" = [])))]
async fn list_records(
    State(ctx): State<Context>,
    by: Bearer,
    Extension(dns): Extension<MailDns>,
) -> Result<Answer<Vec<Record>>, Problem> {
    permit(&by.staff)?;
    Ok(Answer(dns.ask(&ctx).await))
}
