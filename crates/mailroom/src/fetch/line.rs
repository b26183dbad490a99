//! A connection to somebody else's mail store: opened with patience, protected as asked.

use crate::fetch::{Account, Trouble};
use crate::secured::Wire;
use egress::{Egress, connector};
use std::future::Future;
use std::time::Duration;
use store::Context;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// How long one step may take.
pub(super) const PATIENCE: Duration = Duration::from_secs(60);
/// Bytes of one read.
const READ_BYTES: usize = 64 * 1024;

/// A connection.
pub(super) struct Line {
    wire: Wire,
    bytes: Vec<u8>,
}

impl Line {
    /// Connects, in the clear, to an address where mailboxes may be.
    pub async fn open(ctx: &Context, account: &Account) -> Result<Line, Trouble> {
        let egress = ctx.held::<Egress>();
        // Authorities of its own are named in a file of the operator's.
        let inside = account.inside || account.authorities.is_some();
        let finding = egress.find(&account.host, account.port, inside);
        let (addresses, _) = match tokio::time::timeout(PATIENCE, finding).await {
            Ok(found) => found.map_err(|fault| Trouble::Away(fault.to_string()))?,
            Err(_) => return Err(Trouble::Away("its name is not found in time".to_owned())),
        };
        let connecting = TcpStream::connect(addresses.as_slice());
        let stream = patient(PATIENCE, connecting).await?;
        stream.set_nodelay(true)?;
        Ok(Line { wire: Wire::Plain(stream), bytes: vec![0; READ_BYTES] })
    }

    /// Begins TLS; a certificate that is not right ends it.
    pub async fn protect(&mut self, account: &Account) -> Result<(), Trouble> {
        let tls = connector(account.authorities.as_deref())?;
        patient(PATIENCE, self.wire.ask_tls(&account.host, &tls)).await
    }

    /// Whether it is protected.
    pub fn is_secure(&self) -> bool {
        self.wire.is_secure()
    }

    /// Sends.
    pub async fn say(&mut self, text: &str) -> Result<(), Trouble> {
        patient(PATIENCE, async {
            self.wire.write_all(text.as_bytes()).await?;
            self.wire.flush().await
        })
        .await
    }

    /// What comes next; `None` when nothing comes within `patience`.
    pub async fn hear(&mut self, patience: Duration) -> Result<Option<&[u8]>, Trouble> {
        match tokio::time::timeout(patience, self.wire.read(&mut self.bytes)).await {
            Err(_) => Ok(None),
            Ok(Ok(0)) => Err(Trouble::Away("the server closed the line".to_owned())),
            Ok(Ok(n)) => Ok(Some(&self.bytes[..n])),
            Ok(Err(error)) => Err(error.into()),
        }
    }
}

async fn patient<T>(
    patience: Duration,
    step: impl Future<Output = std::io::Result<T>>,
) -> Result<T, Trouble> {
    match tokio::time::timeout(patience, step).await {
        Ok(done) => Ok(done?),
        Err(_) => Err(Trouble::Away("the server does not answer in time".to_owned())),
    }
}
