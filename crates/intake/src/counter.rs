//! Where those who hand something in at the same moment are served together: one transaction and
//! one commit for all who wait, each told only when theirs is on the disk.

use crate::receive::{Arrival, Received, receive_together};
use futures_util::FutureExt;
use std::panic::AssertUnwindSafe;
use std::sync::{Mutex, MutexGuard, PoisonError};
use store::{Context, StoreError};
use tokio::sync::oneshot;

/// So many are served with one commit at the most …
const ARRIVALS_MOST: usize = 64;
/// … and so many bytes, so that large mails do not hold up small ones.
const BYTES_MOST: usize = 4 * 1024 * 1024;

/// Who waits at this node.
#[derive(Default)]
struct Counter {
    line: Mutex<Line>,
}

#[derive(Default)]
struct Line {
    waiting: Vec<Waiting>,
    is_served: bool,
}

struct Waiting {
    arrival: Arrival,
    told: oneshot::Sender<Result<Received, StoreError>>,
}

/// Waits in line until `arrival` is kept.
///
/// # Errors
/// When the store cannot take it.
pub(crate) async fn hand_in(ctx: &Context, arrival: Arrival) -> Result<Received, StoreError> {
    let (told, hears) = oneshot::channel();
    let is_served = {
        let counter = ctx.held::<Counter>();
        let mut line = counter.line();
        line.waiting.push(Waiting { arrival, told });
        std::mem::replace(&mut line.is_served, true)
    };
    if !is_served {
        // In a task of its own: who hands in may go away, those behind them are served yet.
        tokio::spawn(serve(ctx.clone()));
    }
    let why = "the task that kept it broke".to_owned();
    hears.await.map_err(|_| StoreError::Unavailable { doing: "keeping an arrival", why })?
}

impl Counter {
    fn line(&self) -> MutexGuard<'_, Line> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next to be served together; nobody, and the counter is closed, when no one waits.
    fn next(&self) -> Vec<Waiting> {
        let mut line = self.line();
        let (mut n, mut bytes) = (0, 0);
        for waiting in line.waiting.iter().take(ARRIVALS_MOST) {
            bytes += waiting.arrival.raw.len();
            if n > 0 && bytes > BYTES_MOST {
                break;
            }
            n += 1;
        }
        line.is_served = n > 0;
        line.waiting.drain(..n).collect()
    }
}

async fn serve(ctx: Context) {
    let counter = ctx.held::<Counter>();
    loop {
        let next = counter.next();
        if next.is_empty() {
            return;
        }
        // One that breaks must not close the counter.
        let served = AssertUnwindSafe(serve_these(&ctx, next)).catch_unwind();
        if served.await.is_err() {
            tracing::error!("keeping arrivals broke; their sources try again");
        }
    }
}

async fn serve_these(ctx: &Context, these: Vec<Waiting>) {
    let (arrivals, told): (Vec<_>, Vec<_>) =
        these.into_iter().map(|waiting| (waiting.arrival, waiting.told)).unzip();
    match receive_together(ctx, &arrivals).await {
        Ok(received) => {
            for (told, received) in told.into_iter().zip(received) {
                // Who went away meanwhile was served all the same.
                drop(told.send(Ok(received)));
            }
        }
        // The store is away or full for all of them: each waiting for it in turn would be endless.
        Err(StoreError::Unavailable { doing, why }) => {
            for told in told {
                drop(told.send(Err(StoreError::Unavailable { doing, why: why.clone() })));
            }
        }
        Err(error) if arrivals.len() > 1 => {
            tracing::warn!(%error, arrivals = arrivals.len(), "not kept together; one by one");
            for (told, arrival) in told.into_iter().zip(&arrivals) {
                let received = receive_together(ctx, std::slice::from_ref(arrival)).await;
                drop(told.send(received.map(|all| all[0])));
            }
        }
        Err(error) => {
            if let Some(told) = told.into_iter().next() {
                drop(told.send(Err(error)));
            }
        }
    }
}
