//! What becomes of letters and what it changes of their case: one that did not arrive, seeing to
//! it, and one whose reader is away.

use crate::case::{Case, SeenTo, Stage, Undelivered};
use crate::event::Event;
use crate::id::MessageId;
use jiff::Timestamp;

impl Case {
    /// What an event about the fate of letters changes; others change nothing here.
    pub(crate) fn unheard(&mut self, event: &Event, at: Timestamp) {
        match event {
            Event::CustomerAway { back_on, .. } => self.back_on = Some(*back_on),
            Event::Undelivered(letter) => self.did_not_arrive(letter, at),
            Event::UndeliveredSeenTo { letter, how } => self.saw_to(*letter, *how, at),
            _ => {}
        }
    }

    /// It is our turn again: what we said was not heard.
    fn did_not_arrive(&mut self, letter: &Undelivered, at: Timestamp) {
        self.undelivered.retain(|known| known.letter != letter.letter);
        self.undelivered.push(letter.clone());
        if letter.automatic {
            return;
        }
        self.snoozed_until = None;
        if !matches!(self.stage, Stage::New | Stage::With { .. } | Stage::WaitingForUs { .. }) {
            self.stage = self.turn_is_ours();
            self.waiting_since = self.waiting_since.or(Some(at));
        }
    }

    /// Sent once more, the letter does what it did; unless somebody did something else meanwhile.
    /// Days without an answer count anew then: nobody is silent about what they could not read.
    fn saw_to(&mut self, letter: MessageId, how: SeenTo, now: Timestamp) {
        let place = self.undelivered.iter().position(|known| known.letter == letter);
        let Some(was) = place.map(|place| self.undelivered.remove(place)) else { return };
        let is_ours =
            matches!(self.stage, Stage::New | Stage::With { .. } | Stage::WaitingForUs { .. });
        let same = is_ours && self.contacts == was.contacts && !was.stage.is_closed();
        if how != SeenTo::SetAside && !was.automatic && same {
            self.stage = was.stage;
            if let Stage::Checking { at, asked: 1.., .. } = &mut self.stage {
                *at = now;
            }
            self.waiting_since = was.waiting_since;
        }
    }
}
