//! How long a session lasts (reliability-security 4.7).

use jiff::{SignedDuration, Timestamp};

/// A session that nobody used for so long is over.
pub const IDLE: SignedDuration = SignedDuration::from_hours(1);
/// A session is over after so long, used or not.
pub const LASTS: SignedDuration = SignedDuration::from_hours(24);
/// Use is noted at most this often, so that reading a page seldom writes.
pub const NOTED_EVERY: SignedDuration = SignedDuration::from_mins(1);
/// Sessions of one person; the oldest ends when one more begins.
pub const MOST: i64 = 20;

/// A browser that is signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// SHA-256 of the cookie in hex.
    pub hash: String,
    /// When it began.
    pub made_at: Timestamp,
    /// When it was used last, to the minute.
    pub seen_at: Timestamp,
    /// When it is over at the latest.
    pub ends_at: Timestamp,
    /// What the browser said it is.
    pub agent: String,
}

impl Session {
    /// Whether it still signs somebody in.
    pub fn holds(&self, now: Timestamp) -> bool {
        now < self.ends_at && self.seen_at.duration_until(now) < IDLE
    }

    /// A name for it that opens nothing: the first 16 letters of its hash.
    pub fn handle(&self) -> &str {
        self.hash.get(..16).unwrap_or(&self.hash)
    }

    /// What the browser is, in words: "Firefox on Linux".
    pub fn browser(&self) -> String {
        let says = |words: &[(&str, &'static str)], other: &'static str| {
            words.iter().find(|(mark, _)| self.agent.contains(mark)).map_or(other, |(_, name)| name)
        };
        // The order matters: many browsers also name others.
        let browser = says(
            &[
                ("Edg/", "Edge"),
                ("OPR/", "Opera"),
                ("Firefox/", "Firefox"),
                ("Chrome/", "Chrome"),
                ("Safari/", "Safari"),
            ],
            "A browser",
        );
        let system = says(
            &[
                ("Android", "Android"),
                ("iPhone", "iPhone"),
                ("iPad", "iPad"),
                ("Windows", "Windows"),
                ("Mac OS X", "Mac"),
                ("Linux", "Linux"),
            ],
            "",
        );
        if system.is_empty() { browser.to_owned() } else { format!("{browser} on {system}") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_ends_after_an_hour_of_silence_and_after_a_day_in_any_case() {
        let start: Timestamp = "2026-11-19T13:00:00Z".parse().unwrap();
        let mut session = Session {
            hash: "a".repeat(64),
            made_at: start,
            seen_at: start,
            ends_at: start + LASTS,
            agent: String::new(),
        };
        assert!(session.holds(start + SignedDuration::from_mins(59)));
        assert!(!session.holds(start + IDLE));
        session.seen_at = start + SignedDuration::from_mins(24 * 60 - 1);
        assert!(session.holds(session.seen_at));
        assert!(!session.holds(start + LASTS));
    }
}
