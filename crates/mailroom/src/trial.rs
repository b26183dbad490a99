//! Trying a mailbox: a real mail goes to it through our relay, and is looked for there until it has
//! come. Each step is kept as it ends, so that the page shows how far it is, in plain words.

use crate::fetch::{Account, PRESETS, Trouble, fetch_now};
use crate::line::{HandedOver, Line, NotSent};
use crate::plain::{Carries, in_plain_words};
use crate::relay::Relay;
use hearing::mail::loop_mark;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use std::time::Duration;
use store::{Context, Doing, Store, StoreError, on};
use utoipa::ToSchema;

/// Looks into the mailbox; the rest between two of them doubles up to the longest.
const LOOKS: u32 = 25;
const REST_LEAST: Duration = Duration::from_millis(200);
const REST_MOST: Duration = Duration::from_secs(3);

/// How far a trial is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Trial {
    /// What was done, in order, in plain words.
    pub steps: Vec<TrialStep>,
    /// Whether it has ended.
    pub ended: bool,
    /// Whether the mail went out and came back; false until it did.
    pub well: bool,
}

/// One step of a trial.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TrialStep {
    /// Whether it went as it should.
    pub well: bool,
    /// What happened, and what to do where it failed.
    pub says: String,
}

/// The last trial of a mailbox.
///
/// # Errors
/// When the store fails.
pub async fn last_trial(store: &Store, name: &str) -> Result<Option<Trial>, StoreError> {
    kept(store, &setting(name)).await
}

/// The trial that is kept under this setting.
pub(crate) async fn kept(store: &Store, setting: &str) -> Result<Option<Trial>, StoreError> {
    let text = store.setting(setting).await?;
    Ok(text.and_then(|text| serde_json::from_str(&text).ok()))
}

fn setting(name: &str) -> String {
    format!("mail/trial/{name}")
}

/// Tries a mailbox from end to end; takes up to a minute and a half.
///
/// # Errors
/// When the store fails; whatever else goes wrong is a step.
pub async fn try_out(
    ctx: &Context,
    relay: Option<&Relay>,
    account: &Account,
) -> Result<Trial, StoreError> {
    let mut trial = Trial::default();
    let kept_at = &setting(&account.name);
    note(ctx, kept_at, &mut trial, true, format!("Trying {} …", account.mailbox)).await?;
    let sent = match relay {
        Some(relay) => send(ctx, relay, &account.mailbox).await,
        None => Err(no_relay(account)),
    };
    let id = match sent {
        Ok(id) => {
            let says = "A mail to the mailbox itself left by our mail server.".to_owned();
            note(ctx, kept_at, &mut trial, true, says).await?;
            id
        }
        Err(why) => return end(ctx, kept_at, trial, false, why).await,
    };
    for look in 0..LOOKS {
        if look > 0 {
            let rest = REST_LEAST * 2_u32.pow(look.min(5) - 1);
            tokio::time::sleep(rest.min(REST_MOST)).await;
        }
        match fetch_now(ctx, account).await {
            Ok(_) if look == 0 => {
                let says = "The mailbox lets us in.".to_owned();
                note(ctx, kept_at, &mut trial, true, says).await?;
            }
            Ok(_) => {}
            Err(Trouble::Store(error)) => return Err(error),
            Err(trouble) => {
                let why = trouble.to_string();
                let what = in_plain_words(&why, Carries::Mailbox);
                let what = what.unwrap_or_else(|| format!("{why}. Ask whoever runs that server."));
                let says = format!(
                    "The mailbox cannot be looked into at {}:{}: {what}",
                    account.host, account.port
                );
                return end(ctx, kept_at, trial, false, says).await;
            }
        }
        if has_come(ctx, &id).await? {
            let says = "The mail came back and was known as our own. All is well.".to_owned();
            return end(ctx, kept_at, trial, true, says).await;
        }
    }
    let says =
        "The mail left, but did not come within a minute. Look into the folder for unwanted \
        mail, and ask the DNS for our records below."
            .to_owned();
    end(ctx, kept_at, trial, false, says).await
}

/// What to set, so that letters leave; the provider of the mailbox carries them too.
fn no_relay(account: &Account) -> String {
    let known = PRESETS.iter().find(|preset| preset.host == account.host);
    match known {
        Some(preset) => format!(
            "No mail server takes our letters: under Settings, Outgoing mail, choose {} and sign \
             in as the mailbox {}.",
            preset.name, account.name
        ),
        None => {
            "No mail server takes our letters: name one under Settings, Outgoing mail.".to_owned()
        }
    }
}

/// Keeps one more step of a trial where the page looks for it.
pub(crate) async fn note(
    ctx: &Context,
    kept_at: &str,
    trial: &mut Trial,
    well: bool,
    says: String,
) -> Result<(), StoreError> {
    trial.steps.push(TrialStep { well, says });
    let text = serde_json::to_string(trial)
        .map_err(|error| StoreError::unreadable("noting a trial of a mailbox", error))?;
    let mut tx = ctx.begin().await?;
    tx.set_setting(kept_at, &text, ctx.now()).await?;
    tx.commit().await
}

/// Keeps the last step.
pub(crate) async fn end(
    ctx: &Context,
    kept_at: &str,
    mut trial: Trial,
    well: bool,
    says: String,
) -> Result<Trial, StoreError> {
    (trial.ended, trial.well) = (true, well);
    note(ctx, kept_at, &mut trial, well, says).await?;
    Ok(trial)
}

/// A mail to `to` that our own loop mark makes known when it comes back, and its Message-ID; or
/// why it cannot be signed.
pub(crate) fn trial_mail(
    ctx: &Context,
    relay: &Relay,
    to: &str,
    subject: &str,
    words: &str,
) -> Result<(String, Vec<u8>), String> {
    let (now, domain) = (ctx.now(), &ctx.mail_domain);
    let token = store::file::hex(&ctx.chance::<12>());
    let id = format!("trial.{token}@{domain}");
    let date = now.to_zoned(TimeZone::UTC).strftime("%a, %d %b %Y %H:%M:%S +0000");
    let mail = format!(
        "From: {from}\r\nTo: {to}\r\nSubject: {subject}\r\nDate: {date}\r\n\
         Message-ID: <{id}>\r\nX-Redress-Loop: {mark}\r\nAuto-Submitted: auto-generated\r\n\
         MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{words}\r\n",
        from = relay.from,
        mark = loop_mark(ctx),
    );
    match &relay.dkim {
        Some(signer) => match signer.sign(mail.as_bytes(), now) {
            Ok(signed) => Ok((id, signed)),
            Err(error) => Err(format!("Our letters cannot be signed: {error}.")),
        },
        None => Ok((id, mail.into_bytes())),
    }
}

/// Sends such a mail and gives its Message-ID; or says in plain words why it did not leave.
async fn send(ctx: &Context, relay: &Relay, to: &str) -> Result<String, String> {
    let words = "Somebody pressed \"Try it\" under Settings, Mailboxes. Nothing has to be done.";
    let (id, mail) = trial_mail(ctx, relay, to, "Trial of this mailbox", words)?;
    let refused = |why: NotSent| {
        let (NotSent::Later(why) | NotSent::Never(why)) = why;
        let what = in_plain_words(&why, Carries::Letters).unwrap_or(why);
        format!("Our mail server {}:{} does not take it. {what}", relay.host, relay.port)
    };
    let mut line = Line::open(ctx, relay).await.map_err(refused)?;
    line.announce(&relay.from, to, false).await.map_err(refused)?;
    match line.hand_over(&mail).await {
        HandedOver::Taken(_) => {}
        HandedOver::Later(why) | HandedOver::Never(why) | HandedOver::Unknown(why) => {
            return Err(refused(NotSent::Never(why)));
        }
    }
    line.close().await;
    Ok(id)
}

/// Whether a mail of this Message-ID was taken in and understood.
async fn has_come(ctx: &Context, id: &str) -> Result<bool, StoreError> {
    const SQL: &str = "
        SELECT feedback_id FROM mail_reference WHERE message_id = $1 ORDER BY feedback_id LIMIT 1";
    let found: Option<String> = on!(Store &ctx.store, db => sqlx::query_scalar(SQL).bind(id)
        .fetch_optional(db).await)
    .doing("looking whether a trial mail has come")?;
    Ok(found.is_some())
}
