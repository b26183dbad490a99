//! `redress serve`: pages, the API, mail, workers; ends in order.

use crate::commands::{Common, open, runtime, start_logging};
use crate::health::Ending;
use crate::settings::Settings;
use crate::{router, work};
use anyhow::{Context as _, bail};
use axum::serve::ListenerExt as _;
use clap::Args;
use std::fs::{File, TryLockError};
use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::atomic::Ordering;
use std::time::Duration;
use store::Context;
use tokio::net::TcpListener;
use tokio::sync::watch;

/// How long the end waits for what was begun.
const END_WITHIN: Duration = Duration::from_secs(9);
/// Workers of one node.
const WORKERS: usize = 2;

/// Flags of `redress serve`.
#[derive(Args, Debug, Clone, Default)]
pub struct ServeFlags {
    /// Address on which pages and the API are served
    #[arg(long, value_name = "ADDRESS")]
    pub listen: Option<String>,
    /// How the outside reaches this: https://help.example.com
    #[arg(long, value_name = "URL")]
    pub base_url: Option<String>,
    /// Address on which mail is taken in by SMTP
    #[arg(long, value_name = "ADDRESS")]
    pub smtp_listen: Option<String>,
    /// Address on which mail is taken in by LMTP
    #[arg(long, value_name = "ADDRESS")]
    pub lmtp_listen: Option<String>,
    /// Mail server that takes our letters: host:port
    #[arg(long, value_name = "HOST:PORT")]
    pub relay: Option<String>,
    /// How the line to the relay is protected: required, implicit, none
    #[arg(long, value_name = "HOW")]
    pub relay_tls: Option<String>,
}

impl ServeFlags {
    /// As settings.
    pub fn as_settings(&self) -> Vec<(&'static str, Option<String>)> {
        vec![
            ("listen", self.listen.clone()),
            ("base_url", self.base_url.clone()),
            ("smtp_listen", self.smtp_listen.clone()),
            ("lmtp_listen", self.lmtp_listen.clone()),
            ("relay", self.relay.clone()),
            ("relay_tls", self.relay_tls.clone()),
        ]
    }
}

/// Runs `redress serve` until a signal ends it.
///
/// # Errors
/// When it cannot start.
pub fn run(common: &Common, flags: &ServeFlags) -> anyhow::Result<ExitCode> {
    let settings = common.settings(&flags.as_settings())?;
    start_logging(&settings);
    runtime()?.block_on(async {
        let ctx = open(&settings).await?;
        serve(ctx, &settings).await
    })?;
    Ok(ExitCode::SUCCESS)
}

/// Serves until a signal ends it.
///
/// # Errors
/// When an address cannot be taken, or another process serves the same folder.
pub async fn serve(ctx: Context, settings: &Settings) -> anyhow::Result<()> {
    let address = settings.listen()?;
    let listener = TcpListener::bind(address)
        .await
        .with_context(|| format!("cannot listen on {address}; is another program there?"))?;
    let _alone = alone(settings)?;
    ctx.store.free_leases().await?;
    let ending = Ending::default();
    let (end, ended) = watch::channel(false);
    let rooms = router::Rooms::new(settings)?;
    let app = router::app(&ctx, settings, ending.clone())?;
    let mut tasks = Vec::new();
    for _ in 0..WORKERS {
        tasks.push(tokio::spawn(work::jobs(ctx.clone(), rooms.clone(), ended.clone())));
    }
    tasks.push(tokio::spawn(work::duties(ctx.clone(), ended.clone())));
    tasks.extend(router::mail(&ctx, settings, &ended).await?);
    tracing::info!(listen = %listener.local_addr()?, store = ctx.store.engine(), "serving");
    let service = app.into_make_service_with_connect_info::<SocketAddr>();
    let mut until = ended.clone();
    // Small answers must not wait for an acknowledgement of the one before (Nagle's algorithm).
    let listener = listener.tap_io(|stream| {
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "a connection stays slow");
        }
    });
    let server = axum::serve(listener, service).with_graceful_shutdown(async move {
        // A sender that is gone means the end as well.
        drop(until.changed().await);
    });
    let server = tokio::spawn(server.into_future());
    signal().await?;
    tracing::info!("ending: finishing what was begun");
    ending.0.store(true, Ordering::Relaxed);
    end.send_replace(true);
    let all = async {
        // Streams of live updates never end by themselves, so the server may not either.
        for task in tasks {
            if let Err(error) = task.await {
                tracing::warn!(%error, "a worker broke");
            }
        }
    };
    if tokio::time::timeout(END_WITHIN, all).await.is_err() {
        tracing::warn!("some work did not finish in time; it will be taken up again");
    }
    server.abort();
    ctx.store.close().await;
    Ok(())
}

/// Holds a folder with SQLite for this process: two would each free the other's leases, and do
/// its work twice. The lock ends with the process, however that ends.
fn alone(settings: &Settings) -> anyhow::Result<Option<File>> {
    if !settings.store_is_file() {
        return Ok(None);
    }
    let path = settings.data().join("serve.lock");
    let lock = File::create(&path).with_context(|| format!("cannot make {}", path.display()))?;
    match lock.try_lock() {
        Ok(()) => Ok(Some(lock)),
        Err(TryLockError::WouldBlock) => {
            bail!("another `redress serve` has this folder: {}", settings.data().display())
        }
        Err(TryLockError::Error(error)) => {
            Err(error).with_context(|| format!("cannot lock {}", path.display()))
        }
    }
}

async fn signal() -> anyhow::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        done = tokio::signal::ctrl_c() => done?,
        _ = terminate.recv() => {}
    }
    Ok(())
}
