//! Who is connected, counted by the address they come from.

use crate::listen::ListenLimits;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

/// Connections by the address they come from.
#[derive(Clone, Default)]
pub(super) struct Seats {
    taken: Arc<Mutex<HashMap<IpAddr, usize>>>,
}

/// A connection that counts until it is dropped.
pub(super) struct Seat {
    seats: Seats,
    from: IpAddr,
}

impl Seats {
    /// A seat, or none when all are taken or this address has its share.
    pub fn take(&self, from: IpAddr, limits: &ListenLimits) -> Option<Seat> {
        let from = from.to_canonical();
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let all: usize = taken.values().sum();
        let own = taken.get(&from).copied().unwrap_or(0);
        if all >= limits.connections || own >= limits.from_one {
            return None;
        }
        taken.insert(from, own + 1);
        Some(Seat { seats: self.clone(), from })
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut taken = self.seats.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(own) = taken.get_mut(&self.from) {
            *own -= 1;
            if *own == 0 {
                taken.remove(&self.from);
            }
        }
    }
}
