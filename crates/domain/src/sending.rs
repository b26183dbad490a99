//! What writing to the customer changes, and taking it back.

use crate::case::{Case, Stage};
use crate::clock::{Clock, ClockKind};
use crate::event::BeforeSending;
use crate::message::{PublicMessage, Purpose};
use jiff::Timestamp;

impl Case {
    pub(crate) fn sent(&mut self, message: &PublicMessage, clocks: &[Clock], at: Timestamp) {
        if message.purpose == Purpose::Link {
            // It answers nothing: whoever waits for a word of ours goes on waiting.
            return;
        }
        self.clocks.retain(|c| c.kind != ClockKind::Acknowledge);
        self.acknowledged_at = self.acknowledged_at.or(Some(at));
        if message.purpose == Purpose::Reply {
            self.answered_at = self.answered_at.or(Some(at));
            self.waiting_since = None;
            self.clocks.retain(|c| c.kind != ClockKind::Answer);
            if matches!(self.stage, Stage::New | Stage::With { .. } | Stage::WaitingForUs { .. }) {
                self.stage = Stage::WaitingForCustomer { since: at };
            }
        }
        self.set_clocks(clocks);
    }

    pub(crate) fn restore(&mut self, before: &BeforeSending) {
        self.stage = before.stage.clone();
        self.waiting_since = before.waiting_since;
        self.clocks.clone_from(&before.clocks);
        self.acknowledged_at = before.acknowledged_at;
        self.answered_at = before.answered_at;
    }
}
