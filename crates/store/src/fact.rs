//! Small facts for live updates: `case R-10482 v19`. Never content: whoever hears one fetches the
//! thing on the normal path, where permission is checked.

use serde::{Deserialize, Serialize};
use tokio::sync::broadcast;

/// How many facts a slow listener may lie behind before it must look for itself.
const BEHIND_MOST: usize = 1_024;

/// Something that was committed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "fact", rename_all = "snake_case")]
pub enum Fact {
    /// A case changed.
    Case {
        /// Its number.
        number: i64,
        /// Its version now.
        version: u64,
        /// The unit it belongs to, so that a stream can leave out what is not its reader's.
        unit: String,
        /// The team it lies with.
        team: String,
        /// Who has it.
        owner: Option<String>,
    },
    /// There is new work.
    Job,
    /// There is something to send.
    Outbox,
    /// An arrival was understood, or could not be; whoever waits for it may look.
    Arrival {
        /// Its id.
        id: String,
    },
    /// A change to many cases went on.
    Bulk {
        /// Its id.
        id: String,
        /// Who asked for it; nobody else is told.
        staff: String,
    },
    /// Public feedback came in.
    Feedback {
        /// The unit.
        unit: String,
    },
    /// Somebody began or ceased to look at a case, or to answer it.
    Presence {
        /// The case's number.
        number: i64,
        /// The unit it belongs to.
        unit: String,
        /// The team it lies with.
        team: String,
        /// Who has it.
        owner: Option<String>,
    },
}

/// Where facts are told within one process.
#[derive(Clone, Debug)]
pub struct Facts {
    sender: broadcast::Sender<Fact>,
}

/// Hears facts. A listener that is too slow misses some and is told so.
pub struct Listener {
    receiver: broadcast::Receiver<Fact>,
}

/// What a listener hears.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Heard {
    /// A fact.
    Fact(Fact),
    /// Some were missed: look at everything.
    Missed,
    /// Nothing will come any more.
    Closed,
}

impl Facts {
    pub(crate) fn new() -> Self {
        let (sender, _) = broadcast::channel(BEHIND_MOST);
        Self { sender }
    }

    pub(crate) fn listen(&self) -> Listener {
        Listener { receiver: self.sender.subscribe() }
    }

    pub(crate) fn publish(&self, fact: Fact) {
        // Nobody listening is the ordinary case on a quiet node, not a fault.
        drop(self.sender.send(fact));
    }
}

impl Listener {
    /// What was told since the last look, without waiting; `None` when nothing was.
    pub fn try_next(&mut self) -> Option<Heard> {
        use broadcast::error::TryRecvError;
        match self.receiver.try_recv() {
            Ok(fact) => Some(Heard::Fact(fact)),
            Err(TryRecvError::Lagged(_)) => Some(Heard::Missed),
            Err(TryRecvError::Empty | TryRecvError::Closed) => None,
        }
    }

    /// Waits for the next fact.
    pub async fn next(&mut self) -> Heard {
        match self.receiver.recv().await {
            Ok(fact) => Heard::Fact(fact),
            Err(broadcast::error::RecvError::Lagged(_)) => Heard::Missed,
            Err(broadcast::error::RecvError::Closed) => Heard::Closed,
        }
    }
}
