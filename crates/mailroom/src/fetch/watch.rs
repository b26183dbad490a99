//! Looking into mailboxes as long as the program runs.

use crate::fetch::imap::{self, Imap, Looked};
use crate::fetch::{Account, Kind, Trouble, accounts, health, pop3};
use std::collections::BTreeMap;
use std::future::Future;
use std::time::Duration;
use store::Context;
use tokio::task::JoinHandle;

/// How often the list of mailboxes is read again.
const LIST_EVERY: Duration = Duration::from_secs(20);
/// A server may end a wait after 30 minutes (RFC 2177), and routers forget sooner.
const WAIT_MOST: Duration = Duration::from_secs(9 * 60);
/// Between two tries when we are not let in: more would lock the mailbox.
const AFTER_REFUSAL: Duration = Duration::from_secs(15 * 60);
/// Longest pause between two tries when the server is away.
const AWAY_MOST: Duration = Duration::from_secs(5 * 60);

/// Looks into a mailbox once, now; gives how many mails were new.
///
/// # Errors
/// What went wrong; mails that were kept before stay kept.
pub async fn fetch_now(ctx: &Context, account: &Account) -> Result<u64, Trouble> {
    let looked = match account.kind {
        Kind::Imap => imap::look_once(ctx, account).await,
        Kind::Pop3 => pop3::look_once(ctx, account).await,
    };
    note(ctx, account, &looked).await;
    looked.map(|looked| looked.new)
}

/// Looks into every mailbox of the list until `stop` ends. What is added, changed or removed
/// counts within seconds.
pub async fn watch(ctx: Context, stop: impl Future<Output = ()>) {
    tokio::pin!(stop);
    let mut running: BTreeMap<String, (Account, JoinHandle<()>)> = BTreeMap::new();
    loop {
        match accounts(&ctx.store).await {
            Ok(listed) => {
                running.retain(|_, (account, task)| {
                    let same = listed.contains(account) && !task.is_finished();
                    if !same {
                        // Whatever it was doing is in no transaction, or in none that commits.
                        task.abort();
                    }
                    same
                });
                for account in listed {
                    let name = account.name.clone();
                    running.entry(name).or_insert_with(|| {
                        let task = tokio::spawn(attend(ctx.clone(), account.clone()));
                        (account, task)
                    });
                }
            }
            Err(error) => tracing::warn!(%error, "cannot read which mailboxes are fetched"),
        }
        tokio::select! {
            () = &mut stop => break,
            () = tokio::time::sleep(LIST_EVERY) => {}
        }
    }
    for (_, task) in running.into_values() {
        task.abort();
    }
}

/// Attends to one mailbox for ever.
async fn attend(ctx: Context, account: Account) {
    let mut failures = 0_u32;
    loop {
        let ended = match account.kind {
            Kind::Imap => stay(&ctx, &account, &mut failures).await,
            Kind::Pop3 => {
                let looked = pop3::look_once(&ctx, &account).await;
                note(&ctx, &account, &looked).await;
                looked.map(|_| ())
            }
        };
        let pause = match ended {
            Ok(()) => {
                failures = 0;
                Duration::from_secs(account.every_seconds.max(5))
            }
            Err(trouble) => {
                failures += 1;
                tracing::warn!(mailbox = account.name, %trouble, "a mailbox cannot be fetched");
                match trouble {
                    Trouble::Refused(_) => AFTER_REFUSAL,
                    _ => (Duration::from_secs(2) * 2_u32.pow(failures.min(10))).min(AWAY_MOST),
                }
            }
        };
        tokio::time::sleep(pause).await;
    }
}

/// Stays on one line, looking and waiting by turns, until something breaks.
async fn stay(ctx: &Context, account: &Account, failures: &mut u32) -> Result<(), Trouble> {
    let opened = Imap::open(ctx, account).await;
    let mut imap = match opened {
        Ok(imap) => imap,
        Err(trouble) => return told(ctx, account, trouble).await,
    };
    loop {
        let looked = imap::look_all(ctx, account, &mut imap).await;
        note(ctx, account, &looked).await;
        looked?;
        *failures = 0;
        match imap.wait(WAIT_MOST).await {
            Ok(true) => {}
            Ok(false) => {
                tokio::time::sleep(Duration::from_secs(account.every_seconds.max(5))).await;
            }
            Err(trouble) => return told(ctx, account, trouble).await,
        }
    }
}

async fn told(ctx: &Context, account: &Account, trouble: Trouble) -> Result<(), Trouble> {
    let looked = Err(trouble);
    note(ctx, account, &looked).await;
    looked.map(|_| ())
}

async fn note(ctx: &Context, account: &Account, looked: &Result<Looked, Trouble>) {
    if let Ok(Looked { new, missed }) = looked {
        metrics::counter!("redress_mails_fetched", "mailbox" => account.name.clone())
            .increment(*new);
        if *missed > 0 {
            tracing::error!(
                mailbox = account.name,
                missed,
                "mails had been missed and are kept now"
            );
        }
    }
    if let Err(error) = health::note(ctx, account, looked).await {
        tracing::warn!(%error, "cannot note how a mailbox fares");
    }
}
