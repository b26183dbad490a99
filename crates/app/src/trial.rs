//! Ends the process at a named point, as `kill -9` and a power cut do, so that a trial can see what
//! is left behind (`e2e/mail/points.py`).
//!
//! Only the environment of the process arms it, when it starts: no request, mail, setting or file
//! can. Whoever may set that could end the process anyway.

use anyhow::{Context as _, bail};
use rustix::process::{Signal, getpid, kill_process};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use store::Context;
use store::course::{Course, Point};

/// Names the point, and after `#` which time it is passed: `relay/answered#2`. Read from
/// the environment alone, with `REDRESS_` before it.
const NAME: &str = "trial_ends_at";

/// Ends the process at one point.
struct EndsAt {
    point: Point,
    left: AtomicU32,
}

impl Course for EndsAt {
    fn passes(&self, point: Point) {
        if point != self.point || self.left.fetch_sub(1, Ordering::SeqCst) != 1 {
            return;
        }
        // Nothing is flushed, told or dropped: the next line of this thread never runs.
        if let Err(error) = kill_process(getpid(), Signal::KILL) {
            tracing::error!(%error, "the trial could not end the process");
            std::process::abort();
        }
    }
}

/// The context as a trial wants it; the same when there is none.
///
/// # Errors
/// When the environment names no point.
pub(crate) fn armed(ctx: Context) -> anyhow::Result<Context> {
    let Some(text) = crate::settings::from_environment(NAME) else { return Ok(ctx) };
    let course = read(&text).with_context(|| format!("`{NAME}` is {text}"))?;
    tracing::error!(point = text, "this process is on trial: it ends itself at that point");
    Ok(ctx.watched_by(Arc::new(course)))
}

fn read(text: &str) -> anyhow::Result<EndsAt> {
    let (name, times) = text.split_once('#').unwrap_or((text, "1"));
    let Some(point) = Point::ALL.iter().find(|point| point.as_str() == name) else {
        bail!("there is no such point");
    };
    let left = times.parse().context("behind # stands a number")?;
    Ok(EndsAt { point: *point, left: AtomicU32::new(left) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trial_names_a_point_and_which_time_it_is_passed() {
        let ends = read("relay/answered#2").unwrap();
        assert_eq!((ends.point, ends.left.into_inner()), (Point::RelayAnswered, 2));
        assert_eq!(read("pipe/read").unwrap().left.into_inner(), 1);
        for wrong in ["", "nowhere", "pipe/read#", "pipe/read#x"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn other_points_and_earlier_times_change_nothing() {
        let ends = read("relay/answered#2").unwrap();
        for point in Point::ALL {
            ends.passes(*point);
        }
        assert_eq!(ends.left.into_inner(), 1);
    }
}
