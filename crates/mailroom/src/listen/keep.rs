//! Keeping a mail, and the receipts that may be given for it.

use crate::listen::House;
use ::mail::same_mailbox_key;
use ::mail::smtp::{Envelope as Wrapping, Protocol, Receipt};
use ::mail::token::read_reply_address;
use domain::id::UnitId;
use hearing::mail::{Incoming, keys, take};
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;
use store::StoreError;

impl House {
    /// Keeps a mail; one receipt a recipient, given after the commit. In a task of its own, so
    /// that a fault of ours while keeping is an answer and not a line that goes dead.
    pub(super) async fn keep(
        self: &Arc<House>,
        from: IpAddr,
        wrapping: Wrapping,
        data: Vec<u8>,
    ) -> Vec<Receipt> {
        let recipients = wrapping.recipients.len();
        let house = Arc::clone(self);
        let keeping =
            tokio::spawn(async move { house.keep_for_each_unit(from, &wrapping, &data).await });
        let receipts = keeping.await.unwrap_or_else(|error| {
            tracing::error!(%error, "keeping a mail broke; its sender tries again");
            vec![later(); recipients]
        });
        let kept = receipts.iter().all(|receipt| *receipt == Receipt::Kept);
        let name = if kept { "redress_mails_kept" } else { "redress_mails_put_off" };
        metrics::counter!(name).increment(1);
        receipts
    }

    /// Keeps a mail once for each unit it is for: a unit must not miss what another one got.
    async fn keep_for_each_unit(
        &self,
        from: IpAddr,
        wrapping: &Wrapping,
        data: &[u8],
    ) -> Vec<Receipt> {
        let units: Vec<Option<UnitId>> =
            wrapping.recipients.iter().map(|to| self.unit_of(to)).collect();
        let mut kept: HashMap<Option<UnitId>, Receipt> = HashMap::new();
        for unit in &units {
            if !kept.contains_key(unit) {
                let theirs = units.iter().zip(&wrapping.recipients).filter(|(of, _)| *of == unit);
                let theirs: Vec<&str> = theirs.map(|(_, to)| to.as_str()).collect();
                let done = match self.mailbox_among(&theirs).await {
                    Ok(to) => self.receive(*unit, to, from, wrapping, data).await,
                    Err(error) => Err(error),
                };
                kept.insert(*unit, done.map_or_else(|error| put_off(&error), |()| Receipt::Kept));
            }
        }
        let receipts: Vec<Receipt> = units.iter().map(|unit| kept[unit].clone()).collect();
        let failed = receipts.iter().find(|receipt| **receipt != Receipt::Kept);
        match (self.protocol, failed) {
            // SMTP has one answer for all: unless every unit has it, it must come again. The
            // units that have it know it then.
            (Protocol::Smtp, Some(failed)) => vec![failed.clone(); receipts.len()],
            (Protocol::Smtp | Protocol::Lmtp, _) => receipts,
        }
    }

    /// The unit whose mailbox this is; `None` is the first.
    fn unit_of(&self, recipient: &str) -> Option<UnitId> {
        let key = same_mailbox_key(recipient);
        let mut listed = self.mailboxes.addresses.iter();
        listed.find(|(address, _)| same_mailbox_key(address) == key).and_then(|(_, unit)| *unit)
    }

    /// The mailbox that a mail to several of one unit counts as sent to: a reply address of a
    /// case, which its header may not name (a blind copy), before the first.
    async fn mailbox_among<'a>(&self, recipients: &[&'a str]) -> Result<&'a str, StoreError> {
        if let [only] = recipients {
            return Ok(only);
        }
        let keys = keys(&self.ctx).await?.valid_at(self.ctx.now());
        let proven = recipients.iter().find(|to| read_reply_address(&keys, to).is_some());
        Ok(proven.or(recipients.first()).copied().unwrap_or_default())
    }

    async fn receive(
        &self,
        unit: Option<UnitId>,
        mailbox: &str,
        from: IpAddr,
        wrapping: &Wrapping,
        data: &[u8],
    ) -> Result<(), StoreError> {
        let mail = Incoming {
            unit,
            mailbox: mailbox.to_owned(),
            sender: Some(wrapping.sender.clone()),
            peer: Some(from),
            helo: wrapping.helo.clone(),
            raw: data.to_vec(),
            whole_size: None,
        };
        take(&self.ctx, mail).await.map(|_| ())
    }
}

/// Whatever is wrong with our store is no fault of the mail: its sender always tries again.
fn put_off(error: &StoreError) -> Receipt {
    tracing::warn!(%error, "a mail could not be kept; its sender tries again");
    if error.is_for_want_of_room() { Receipt::NoRoom } else { later() }
}

fn later() -> Receipt {
    Receipt::Later("We cannot keep it now, try again later".to_owned())
}
