//! Live updates: one `text/event-stream` a browser. Small facts, never content: the page fetches
//! the region again on the normal path, where permission is checked.

use crate::problem::Problem;
use crate::session::SignedIn;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::sse::{Event, KeepAlive, Sse};
use domain::id::StaffId;
use domain::permit::{Place, Scope, Staff};
use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use store::Context;
use store::fact::{Fact, Heard};
use tokio_stream::Stream;

/// Streams of one person; a further one ends the wait of nobody but is refused.
const STREAMS_EACH: usize = 5;
/// Streams of one node.
const STREAMS_MOST: usize = 2_000;

/// Counts open streams.
#[derive(Clone, Debug, Default)]
pub struct Streams {
    open: Arc<Mutex<HashMap<StaffId, usize>>>,
}

/// An open stream; dropped when the browser goes away.
struct Seat {
    streams: Streams,
    who: StaffId,
}

impl Streams {
    fn take(&self, who: StaffId) -> Option<Seat> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let all: usize = open.values().sum();
        let own = open.entry(who).or_default();
        if *own >= STREAMS_EACH || all >= STREAMS_MOST {
            return None;
        }
        *own += 1;
        Some(Seat { streams: self.clone(), who })
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut open = self.streams.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(own) = open.get_mut(&self.who) {
            *own = own.saturating_sub(1);
            if *own == 0 {
                open.remove(&self.who);
            }
        }
    }
}

/// `GET /events`
///
/// # Errors
/// 429 when this person or node has too many streams open; the page polls instead.
pub async fn events(
    State(ctx): State<Context>,
    axum::Extension(streams): axum::Extension<Streams>,
    signed: SignedIn,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Problem> {
    let seat = streams.take(signed.staff.id).ok_or_else(|| {
        Problem::of(StatusCode::TOO_MANY_REQUESTS, "too_many_streams", "Too many pages listen.")
    })?;
    let listener = ctx.store.listen();
    let state = (listener, signed.staff, seat, true);
    let stream =
        futures_util::stream::unfold(state, |(mut listener, staff, seat, first)| async move {
            if first {
                return Some((Ok(Event::default().data("hello")), (listener, staff, seat, false)));
            }
            loop {
                let says = match listener.next().await {
                    Heard::Closed => return None,
                    Heard::Missed => Some("look".to_owned()),
                    Heard::Fact(fact) => told(&staff, &fact),
                };
                if let Some(says) = says {
                    let event = Event::default().data(says);
                    return Some((Ok(event), (listener, staff, seat, false)));
                }
            }
        });
    let alive = KeepAlive::new().interval(Duration::from_secs(25)).text("");
    Ok(Sse::new(stream).keep_alive(alive))
}

/// What `staff` is told of `fact`: nothing about what is not theirs to see.
fn told(staff: &Staff, fact: &Fact) -> Option<String> {
    match fact {
        Fact::Case { number, version, unit, team, owner } => {
            let place = place(unit, team, owner.as_deref())?;
            sees(staff, place).then(|| format!("case R-{number} v{version}"))
        }
        Fact::Feedback { unit } => {
            let unit = unit.parse().ok()?;
            let seen = staff.scope == Scope::All || staff.units.contains(&unit);
            seen.then(|| "view feedback changed".to_owned())
        }
        Fact::Presence { number, unit, team, owner } => {
            let place = place(unit, team, owner.as_deref())?;
            sees(staff, place).then(|| format!("presence R-{number}"))
        }
        Fact::Bulk { id, staff: who } => {
            (*who == staff.id.to_string()).then(|| format!("bulk {id}"))
        }
        Fact::Job | Fact::Outbox | Fact::Arrival { .. } => None,
    }
}

fn place(unit: &str, team: &str, owner: Option<&str>) -> Option<Place> {
    Some(Place {
        unit: unit.parse().ok()?,
        team: team.parse().ok()?,
        owner: owner.and_then(|owner| owner.parse().ok()),
    })
}

fn sees(staff: &Staff, place: Place) -> bool {
    struct At(Place);
    impl domain::permit::Placed for At {
        fn place(&self) -> Place {
            self.0
        }
    }
    staff.permit(domain::permit::Act::ReadCase, &At(place)).is_ok()
}
