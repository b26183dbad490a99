//! Keeping one mail, whichever way it came: the listener, a pipe, a mailbox that is fetched.

use crate::mail::key::source_key;
use crate::said::{Envelope, Shape};
use ::mail::limits::{MAIL_BYTES_MAX, OVERSIZE_BYTES_READ};
use domain::channel::Channel;
use domain::id::UnitId;
use intake::{Arrival, Received};
use jiff::Timestamp;
use std::net::IpAddr;
use store::{Context, StoreError, Tx};

/// Largest mail that is kept whole, in bytes.
pub const WHOLE_MOST: usize = MAIL_BYTES_MAX;

/// A mail as it comes in.
#[derive(Clone, Debug, Default)]
pub struct Incoming {
    /// The unit it is for; `None` is the first one.
    pub unit: Option<UnitId>,
    /// Our mailbox it came to, or empty.
    pub mailbox: String,
    /// Its return path, where somebody said one.
    pub sender: Option<String>,
    /// The machine that handed it over.
    pub peer: Option<IpAddr>,
    /// What that machine called itself, or empty.
    pub helo: String,
    /// Its bytes. What is longer than [`WHOLE_MOST`] is cut to the first 256 kB.
    pub raw: Vec<u8>,
    /// Its size where that is more than `raw` holds.
    pub whole_size: Option<u64>,
}

/// Keeps a mail. When this returns `Ok`, it is on the disk, and its source may be told.
///
/// # Errors
/// When the store cannot take it; the source should try again.
pub async fn take(ctx: &Context, mail: Incoming) -> Result<Received, StoreError> {
    let unit = match mail.unit {
        Some(unit) => unit,
        None => crate::understand::first_unit(ctx).await?,
    };
    intake::receive(ctx, arrival(unit, mail)?).await
}

/// The same inside a transaction of the caller, who keeps its own position with it.
///
/// # Errors
/// When the store fails.
pub async fn take_in(
    tx: &mut Tx,
    ctx: &Context,
    now: Timestamp,
    mail: Incoming,
) -> Result<Received, StoreError> {
    let unit = match mail.unit {
        Some(unit) => unit,
        None => crate::understand::default_unit(tx).await?,
    };
    intake::receive_one_in(tx, ctx, now, &arrival(unit, mail)?).await
}

fn arrival(unit: UnitId, mut mail: Incoming) -> Result<Arrival, StoreError> {
    // The key is of all there is, so that a mail that was cut is still one.
    let source_key = source_key(&format!("unit:{unit}"), &mail.raw);
    if mail.raw.len() > WHOLE_MOST {
        mail.whole_size = mail.whole_size.or(Some(mail.raw.len() as u64));
        mail.raw.truncate(OVERSIZE_BYTES_READ);
    }
    let envelope = Envelope {
        unit: Some(unit),
        mailbox: mail.mailbox,
        sender: mail.sender,
        peer: mail.peer.map(|peer| peer.to_canonical()),
        helo: mail.helo,
        whole_size: mail.whole_size,
        ..Envelope::of(Shape::Mail)
    };
    Ok(Arrival {
        channel: Channel::Mail,
        source_key,
        envelope: serde_json::to_value(envelope)
            .map_err(|error| StoreError::unreadable("keeping a mail", error))?,
        raw: mail.raw,
        batch: None,
    })
}
