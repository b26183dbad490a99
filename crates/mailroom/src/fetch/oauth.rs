//! OAuth 2: a refresh token, kept sealed, buys access tokens that last an hour or so (RFC 6749,
//! section 6). The access token and a refresh token that replaced the first are kept sealed too.

use crate::fetch::post::{post, trouble};
use crate::fetch::{Account, Trouble, seal};
use crate::relay::is_here;
use ::mail::oauth::{NoToken, given};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use store::{Context, StoreError, Tx};
use url::Url;
use url::form_urlencoded::Serializer;

/// A token endpoint that tells no end of its token: the usual hour.
const LASTS_USUALLY: i64 = 3_600;
/// A token is renewed this much before its end, or a tenth of its time before.
const AHEAD_MOST: i64 = 60;

/// What buys access tokens.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    /// The provider's token endpoint.
    url: String,
    /// What the provider calls our program.
    client: String,
    /// The program's secret, sealed; many providers want none.
    secret: Option<String>,
    /// The refresh token as it was given to us, sealed.
    refresh: String,
    /// Whether the endpoint may be on this machine: who runs it gave the grant, by the command.
    #[serde(default)]
    inside: bool,
}

impl Grant {
    /// From what a provider gave, sealing what is secret.
    ///
    /// # Errors
    /// In words, when the address of the token endpoint is none or not protected.
    pub fn new(
        ctx: &Context,
        url: &str,
        client: &str,
        secret: Option<&str>,
        refresh: &str,
    ) -> Result<Grant, String> {
        let parsed = Url::parse(url).map_err(|error| format!("{url} is no address: {error}"))?;
        if !Grant::is_protected(&parsed) {
            return Err(format!("a token is not sent in the clear: {url} is not https"));
        }
        Ok(Grant {
            url: url.to_owned(),
            client: client.to_owned(),
            secret: secret.map(|secret| seal::seal(ctx, secret)),
            refresh: seal::seal(ctx, refresh),
            inside: parsed.host_str().is_some_and(is_here),
        })
    }

    /// The same, given by a person or a program that does not run this machine: its endpoint is
    /// elsewhere, unless the operator allows it by name.
    ///
    /// # Errors
    /// As [`Grant::new`].
    pub fn from_outside(
        ctx: &Context,
        url: &str,
        client: &str,
        secret: Option<&str>,
        refresh: &str,
    ) -> Result<Grant, String> {
        Ok(Grant { inside: false, ..Grant::new(ctx, url, client, secret, refresh)? })
    }

    /// Whether a token may be sent there: by https, or to this machine itself.
    pub fn is_protected(url: &Url) -> bool {
        match url.scheme() {
            "https" => url.host_str().is_some(),
            "http" => url.host_str().is_some_and(is_here),
            _ => false,
        }
    }
}

/// The code that somebody's agreement gave, and what goes with it (RFC 6749, section 4.1.3).
pub(crate) struct Consent<'a> {
    /// The provider's token endpoint.
    pub token_url: &'a str,
    /// What the provider calls our program.
    pub client: &'a str,
    /// The program's secret, where it has one.
    pub secret: Option<&'a str>,
    /// What came back with the person.
    pub code: &'a str,
    /// Where they were sent back to.
    pub back: &'a str,
    /// The secret whose hash went with them (RFC 7636).
    pub verifier: &'a str,
}

impl Consent<'_> {
    fn form(&self) -> String {
        let mut form = Serializer::new(String::new());
        form.append_pair("grant_type", "authorization_code");
        form.append_pair("code", self.code);
        form.append_pair("redirect_uri", self.back);
        form.append_pair("client_id", self.client);
        form.append_pair("code_verifier", self.verifier);
        if let Some(secret) = self.secret {
            form.append_pair("client_secret", secret);
        }
        form.finish()
    }

    /// Buys a refresh token with it.
    pub(crate) async fn grant(&self, ctx: &Context) -> Result<Grant, Trouble> {
        let url = Url::parse(self.token_url).map_err(|error| Trouble::Odd(error.to_string()))?;
        let (status, answer) = post(ctx, &url, self.form(), None, false).await?;
        let given = given(status, &answer).map_err(|why| match why {
            NoToken::Refused(why) => Trouble::Refused(hearing::said::line(&why, 300)),
            why => trouble(why),
        })?;
        let says = "it gave no token that lasts; ask for offline access there";
        let refresh = given.refresh.ok_or_else(|| Trouble::Refused(says.to_owned()))?;
        Grant::from_outside(ctx, self.token_url, self.client, self.secret, &refresh)
            .map_err(Trouble::Odd)
    }
}

/// What a grant bought last.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Bought {
    /// The grant's sealed refresh token: what another grant bought is worth nothing.
    of: String,
    /// The access token, sealed.
    access: String,
    /// When it is to be renewed.
    until: Timestamp,
    /// The refresh token that replaced the grant's, sealed.
    refresh: Option<String>,
}

/// An access token, and whether it is one that we had.
pub(super) struct Token {
    pub words: String,
    pub is_kept: bool,
}

fn name(account: &str) -> String {
    format!("mail/oauth/{account}")
}

async fn bought(
    ctx: &Context,
    account: &Account,
    grant: &Grant,
) -> Result<Option<Bought>, Trouble> {
    let text = ctx.store.setting(&name(&account.name)).await?.unwrap_or_default();
    let bought: Option<Bought> = serde_json::from_str(&text).ok();
    Ok(bought.filter(|bought| bought.of == grant.refresh))
}

/// The access token as it is now: the one we have while it lasts, else a new one.
pub(super) async fn token(
    ctx: &Context,
    account: &Account,
    grant: &Grant,
) -> Result<Token, Trouble> {
    if let Some(bought) = bought(ctx, account, grant).await?
        && ctx.now() < bought.until
        && let Some(words) = seal::open(ctx, &bought.access)
    {
        return Ok(Token { words, is_kept: true });
    }
    renew(ctx, account, grant).await
}

/// A new access token, whatever we have.
pub(super) async fn renew(
    ctx: &Context,
    account: &Account,
    grant: &Grant,
) -> Result<Token, Trouble> {
    let before = bought(ctx, account, grant).await?;
    let refresh = before.as_ref().and_then(|bought| bought.refresh.as_ref());
    match buy(ctx, account, grant, refresh.unwrap_or(&grant.refresh)).await {
        Ok(after) => {
            let words = opened(ctx, &after.access)?;
            keep(ctx, account, &Bought { refresh: after.refresh.or(refresh.cloned()), ..after })
                .await?;
            Ok(Token { words, is_kept: false })
        }
        // Somebody else was quicker and spent a refresh token that serves once: theirs counts.
        Err(Trouble::Refused(why)) => match bought(ctx, account, grant).await? {
            Some(theirs) if Some(&theirs) != before.as_ref() => {
                Ok(Token { words: opened(ctx, &theirs.access)?, is_kept: false })
            }
            _ => Err(Trouble::Refused(why)),
        },
        Err(trouble) => Err(trouble),
    }
}

fn opened(ctx: &Context, sealed: &str) -> Result<String, Trouble> {
    let says = "its token was sealed with another installation's key";
    seal::open(ctx, sealed).ok_or_else(|| Trouble::Refused(says.to_owned()))
}

async fn keep(ctx: &Context, account: &Account, bought: &Bought) -> Result<(), StoreError> {
    let text = serde_json::to_string(bought)
        .map_err(|error| StoreError::unreadable("keeping a token of a mailbox", error))?;
    let mut tx = ctx.begin().await?;
    tx.set_setting(&name(&account.name), &text, ctx.now()).await?;
    tx.commit().await
}

/// Forgets it with its account.
pub(super) async fn forget(tx: &mut Tx, account: &str, now: Timestamp) -> Result<(), StoreError> {
    tx.set_setting(&name(account), "", now).await
}

/// Asks the provider.
async fn buy(
    ctx: &Context,
    account: &Account,
    grant: &Grant,
    refresh: &str,
) -> Result<Bought, Trouble> {
    let form = form(ctx, grant, refresh)?;
    let url = Url::parse(&grant.url).map_err(|error| Trouble::Odd(error.to_string()))?;
    let (status, answer) =
        post(ctx, &url, form, account.authorities.as_deref(), grant.inside).await?;
    let given = given(status, &answer).map_err(trouble)?;
    let lasts = given.lasts.unwrap_or(LASTS_USUALLY).clamp(0, 30 * 86_400);
    let until = ctx.now() + SignedDuration::from_secs(lasts - (lasts / 10).min(AHEAD_MOST));
    Ok(Bought {
        of: grant.refresh.clone(),
        access: seal::seal(ctx, &given.access),
        until,
        refresh: given.refresh.map(|refresh| seal::seal(ctx, &refresh)),
    })
}

/// What is asked (RFC 6749, sections 2.3.1 and 6).
fn form(ctx: &Context, grant: &Grant, refresh: &str) -> Result<String, Trouble> {
    let mut form = Serializer::new(String::new());
    form.append_pair("grant_type", "refresh_token");
    form.append_pair("refresh_token", &opened(ctx, refresh)?);
    form.append_pair("client_id", &grant.client);
    if let Some(secret) = &grant.secret {
        form.append_pair("client_secret", &opened(ctx, secret)?);
    }
    Ok(form.finish())
}
