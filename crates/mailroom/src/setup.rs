//! Setting mailboxes up: each change once a press, told to the house's record; and the records the
//! DNS should have, asked for by the program, which knows the settings.

use crate::fetch::{Account, forget_account_in, put_account_in};
use domain::permit::Staff;
use serde::Serialize;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use store::{Context, Once, Press, StoreError, Tx};
use utoipa::ToSchema;
use web::Problem;

/// The job by which a change is told to the house's record.
const RECORD_JOB: &str = "house_record";

/// Adds a mailbox, or changes the one of its name.
pub(crate) async fn add(
    ctx: &Context,
    staff: &Staff,
    account: Account,
    press: &Press,
) -> Result<(), Problem> {
    let now = ctx.now();
    let mut tx = ctx.begin().await?;
    match tx.once::<()>(press, now).await? {
        Once::New => {}
        Once::Done(()) => return Ok(()),
        Once::OtherBody => return Err(other_body()),
    }
    let after = shown(&account);
    let before = put_account_in(&mut tx, account.clone(), now).await?;
    let before = before.as_ref().map_or(serde_json::Value::Null, shown);
    tell(&mut tx, ctx, staff, "mailbox_set_up", &account.name, before, after).await?;
    tx.done_once(press, &()).await?;
    Ok(tx.commit().await?)
}

/// Fetches a mailbox no longer; says whether it was there.
pub(crate) async fn forget(
    ctx: &Context,
    staff: &Staff,
    name: &str,
    press: &Press,
) -> Result<bool, Problem> {
    let now = ctx.now();
    let mut tx = ctx.begin().await?;
    match tx.once::<bool>(press, now).await? {
        Once::New => {}
        Once::Done(was_there) => return Ok(was_there),
        Once::OtherBody => return Err(other_body()),
    }
    let gone = forget_account_in(&mut tx, name, now).await?;
    for account in &gone {
        let before = shown(account);
        tell(&mut tx, ctx, staff, "mailbox_ended", name, before, serde_json::Value::Null).await?;
    }
    tx.done_once(press, &!gone.is_empty()).await?;
    tx.commit().await?;
    Ok(!gone.is_empty())
}

/// Whether a press has added its mailbox already: a code buys once.
pub(crate) async fn was_added(ctx: &Context, press: &Press) -> Result<bool, Problem> {
    let mut tx = ctx.begin().await?;
    let once = tx.once::<()>(press, ctx.now()).await?;
    tx.rollback().await?;
    match once {
        Once::New => Ok(false),
        Once::Done(()) => Ok(true),
        Once::OtherBody => Err(other_body()),
    }
}

/// Whether a press is the first of its kind; what it begins lasts too long for a transaction.
pub(crate) async fn is_first(ctx: &Context, press: &Press) -> Result<bool, Problem> {
    let now = ctx.now();
    let mut tx = ctx.begin().await?;
    match tx.once::<()>(press, now).await? {
        Once::New => {}
        Once::Done(()) => return Ok(false),
        Once::OtherBody => return Err(other_body()),
    }
    tx.done_once(press, &()).await?;
    tx.commit().await?;
    Ok(true)
}

pub(crate) fn other_body() -> Problem {
    Problem::refused("key_used_otherwise", "This was already sent with other content.")
}

/// A mailbox as the record tells of it: never its password.
fn shown(account: &Account) -> serde_json::Value {
    serde_json::json!({"mailbox": account.mailbox, "host": account.host, "port": account.port,
        "login": account.login})
}

/// Tells the house's record of a change, in the transaction that makes it.
pub(crate) async fn tell(
    tx: &mut Tx,
    ctx: &Context,
    staff: &Staff,
    what: &str,
    thing: &str,
    before: serde_json::Value,
    after: serde_json::Value,
) -> Result<(), StoreError> {
    let now = ctx.now();
    let body = serde_json::json!({"by": staff.id, "what": what, "thing": thing,
        "before": before, "after": after});
    let id: uuid::Uuid = ctx.id(now);
    tx.enqueue(&format!("{RECORD_JOB}/{id}"), RECORD_JOB, &body.to_string(), now, now).await
}

/// A record of the DNS that our mail needs.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Record {
    /// What it is for: `MX`, `SPF`, `DKIM` or `DMARC`.
    pub what: String,
    /// The name it lies at.
    pub name: String,
    /// Whether it is as it should be.
    pub well: bool,
    /// What was found, or what is wrong.
    pub says: String,
    /// Why it is needed.
    pub why: String,
    /// The line to publish, to be copied.
    pub publish: String,
}

type Asked = Pin<Box<dyn Future<Output = Vec<Record>> + Send>>;

/// Asks the DNS. What is wanted depends on settings that only the program knows, so it hands this
/// in.
#[derive(Clone)]
pub struct MailDns {
    ask: Arc<dyn Fn(Context) -> Asked + Send + Sync>,
}

impl MailDns {
    /// From a function that asks for each record.
    pub fn new<F, Made>(ask: F) -> MailDns
    where
        F: Fn(Context) -> Made + Send + Sync + 'static,
        Made: Future<Output = Vec<Record>> + Send + 'static,
    {
        MailDns { ask: Arc::new(move |ctx| Box::pin(ask(ctx))) }
    }

    pub(crate) async fn ask(&self, ctx: &Context) -> Vec<Record> {
        (self.ask)(ctx.clone()).await
    }
}
