//! Signing in at a provider with OAuth 2 (RFC 6749, section 4.1, with RFC 7636): a person agrees on
//! the provider's page, the provider sends the browser back with a code, and the code buys the
//! refresh token that the mailbox is fetched with. Nothing is kept meanwhile: what was typed goes
//! with the person, sealed. Coming back changes nothing yet; the press on the page after it does.

use crate::fetch::{Account, Consent, Grant, PRESETS, Preset, Secret, seal};
use crate::pages::AddForm;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::id::StaffId;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use store::Context;
use url::Url;

/// Where the provider sends the browser back to.
pub(crate) const BACK: &str = "/settings/mail/agreed";
/// How long somebody may take to agree.
const LASTS: SignedDuration = SignedDuration::from_mins(20);

/// What a person asked for before they went to the provider.
#[derive(Serialize, Deserialize)]
struct Asked {
    by: StaffId,
    until: Timestamp,
    /// The secret of RFC 7636, section 4.1: who catches the code alone can do nothing with it.
    verifier: String,
    token_url: String,
    client: String,
    secret: Option<String>,
    /// Without its secret.
    account: Account,
}

/// Where a person goes to agree.
pub(crate) struct Journey {
    /// The provider's page.
    pub url: String,
    /// Its server, to be shown.
    pub host: String,
    /// What the provider must know as the address to send people back to.
    pub back: String,
}

/// What the provider's addresses are: known of the large ones, typed of others.
pub(crate) fn endpoints(form: &AddForm) -> Result<(Url, Url, String), Vec<(String, String)>> {
    let known = PRESETS.iter().find(|preset| preset.name == form.provider);
    let consent = known.and_then(Preset::consent);
    let token = known.and_then(Preset::token_endpoint);
    let page = consent.as_ref().map_or(form.consent_url.trim(), |consent| consent.url);
    let token = token.unwrap_or(form.token_url.trim());
    let scope = consent.as_ref().map_or(form.oauth_scope.trim(), |consent| consent.scope);
    let mut errors: Vec<(String, String)> = Vec::new();
    let mut address = |field: &str, text: &str| match Url::parse(text) {
        Ok(url) if Grant::is_protected(&url) => Some(url),
        _ => {
            let says = "Write the address that the provider names, with https";
            errors.push(said(field, says));
            None
        }
    };
    match (address("consent_url", page), address("token_url", token)) {
        (Some(page), Some(token)) => Ok((page, token, scope.to_owned())),
        _ => Err(errors),
    }
}

/// Sends somebody on their way; `account` is the mailbox as it will be, without its secret.
pub(crate) fn begin(
    ctx: &Context,
    by: StaffId,
    form: &AddForm,
    account: Account,
) -> Result<Journey, Vec<(String, String)>> {
    let (mut page, token_url, scope) = endpoints(form)?;
    let verifier = URL_SAFE_NO_PAD.encode(ctx.chance::<32>());
    let back = back(ctx);
    let secret = Some(form.client_secret.trim()).filter(|secret| !secret.is_empty());
    let asked = Asked {
        by,
        until: ctx.now() + LASTS,
        token_url: token_url.to_string(),
        client: form.client.trim().to_owned(),
        secret: secret.map(str::to_owned),
        verifier,
        account,
    };
    let state = serde_json::to_string(&asked).map_err(|error| vec![said("client", error)])?;
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(asked.verifier.as_bytes()));
    page.query_pairs_mut()
        .append_pair("response_type", "code")
        .append_pair("client_id", &asked.client)
        .append_pair("redirect_uri", &back)
        .append_pair("scope", &scope)
        .append_pair("code_challenge", &challenge)
        .append_pair("code_challenge_method", "S256")
        // Google gives a token that lasts only to who asks for it, each time anew.
        .append_pair("access_type", "offline")
        .append_pair("prompt", "consent")
        .append_pair("login_hint", &asked.account.login)
        .append_pair("state", &seal::seal(ctx, &state));
    let host = page.host_str().unwrap_or_default().to_owned();
    Ok(Journey { url: page.into(), host, back })
}

fn said(field: &str, why: impl std::fmt::Display) -> (String, String) {
    (field.to_owned(), why.to_string())
}

/// The address that the provider sends people back to.
pub(crate) fn back(ctx: &Context) -> String {
    format!("{}{BACK}", ctx.base_url)
}

/// Why somebody who came back cannot go on.
const OVER: &str = "This sign-in is over, or somebody else began it. Begin again.";

/// The mailbox that somebody came back for.
///
/// # Errors
/// In words, when it was not they who left, or too long ago.
pub(crate) fn mailbox(ctx: &Context, by: StaffId, state: &str) -> Result<String, String> {
    opened(ctx, by, state).map(|asked| asked.account.mailbox)
}

fn opened(ctx: &Context, by: StaffId, state: &str) -> Result<Asked, String> {
    let asked: Option<Asked> =
        seal::open(ctx, state).and_then(|text| serde_json::from_str(&text).ok());
    asked.filter(|asked| asked.by == by && ctx.now() < asked.until).ok_or_else(|| OVER.to_owned())
}

/// Buys a refresh token with the code; gives the mailbox ready to be fetched.
///
/// # Errors
/// In words, when it was not they who left, or the provider gives none.
pub(crate) async fn finish(
    ctx: &Context,
    by: StaffId,
    state: &str,
    code: &str,
) -> Result<Account, String> {
    let asked = opened(ctx, by, state)?;
    let grant = Consent {
        token_url: &asked.token_url,
        client: &asked.client,
        secret: asked.secret.as_deref(),
        code,
        back: &back(ctx),
        verifier: &asked.verifier,
    };
    let grant = grant.grant(ctx).await.map_err(|trouble| trouble.to_string())?;
    Ok(Account { secret: Secret::Grant(grant), since: Some(ctx.now()), ..asked.account })
}
