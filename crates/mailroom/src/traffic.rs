//! How fast letters go to each mail domain. Large providers take only so many a minute from one
//! sender and answer 421 or 450 4.7 when it is too much; who goes on all the same is blocked.
//!
//! What is known here is only in memory: after a start letters begin slowly anew.

use jiff::{SignedDuration, Timestamp};
use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// How letters are spread.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shaping {
    /// Letters to one domain in a minute; 0 for as many as there are.
    pub per_minute: u32,
    /// Letters that are on their way to one domain at once.
    pub at_once: u32,
    /// Lines to the relay at once.
    pub lines: u32,
}

impl Shaping {
    /// Most lines at once.
    pub const LINES_MOST: u32 = 20;
}

impl Default for Shaping {
    fn default() -> Self {
        Shaping { per_minute: 1_200, at_once: 4, lines: 4 }
    }
}

/// Letters that may go at once after a pause, in seconds of the domain's rate.
const BURST: i64 = 10;
/// First rest after a domain said that it is too much; it doubles each time.
const REST: SignedDuration = SignedDuration::from_mins(2);
/// Longest rest.
const REST_MOST: SignedDuration = SignedDuration::from_hours(2);
/// How soon a letter is tried again whose domain has enough in hand.
const SOON: SignedDuration = SignedDuration::from_secs(1);
/// Domains that are remembered.
const DOMAINS_MOST: usize = 50_000;

/// Whether a letter may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Turn {
    /// Now. [`Traffic::done`] must be told how it went.
    Now,
    /// Not before then.
    Later(Timestamp),
}

/// How a letter fared, as far as its domain is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fared {
    /// It was taken.
    Taken,
    /// The domain said that it is too much.
    TooMuch,
    /// Anything else.
    Otherwise,
}

/// What is known of the domains letters go to.
#[derive(Debug, Default)]
pub(crate) struct Traffic {
    domains: Mutex<HashMap<String, Domain>>,
}

#[derive(Debug, Default)]
struct Domain {
    /// When the next letter without a turn may have one.
    free_at: Option<Timestamp>,
    /// Letters that were given a later turn.
    turns: HashSet<String>,
    /// Who the letters are for that are on their way: nobody has two at once, so that their second
    /// letter does not overtake the first.
    in_hand: Vec<String>,
    rests_until: Option<Timestamp>,
    refusals: u32,
}

impl Traffic {
    fn domains(&self) -> MutexGuard<'_, HashMap<String, Domain>> {
        self.domains.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the letter `key` may go to `recipient` at `now`.
    pub(crate) fn turn(
        &self,
        shaping: Shaping,
        recipient: &str,
        key: &str,
        now: Timestamp,
    ) -> Turn {
        let mut domains = self.domains();
        if domains.len() >= DOMAINS_MOST {
            domains.retain(|_, domain| !domain.is_idle(now));
        }
        let domain = domains.entry(domain_of(recipient)).or_default();
        if let Some(until) = domain.rests_until.filter(|until| *until > now) {
            // Behind each other, so that not all come at once when the rest is over.
            let at = domain.reserve(shaping, key, until);
            return Turn::Later(at);
        }
        let recipient = recipient.to_lowercase();
        if domain.in_hand.len() >= shaping.at_once.max(1) as usize
            || domain.in_hand.contains(&recipient)
        {
            return Turn::Later(now + SOON);
        }
        let has_turn = domain.turns.remove(key);
        if !has_turn && shaping.per_minute > 0 {
            let burst = SignedDuration::from_secs(BURST);
            if domain.free_at.is_some_and(|at| at > now + burst) {
                return Turn::Later(domain.reserve(shaping, key, now) - burst);
            }
            domain.free_at = Some(domain.free_at.map_or(now, |at| at.max(now)) + gap(shaping));
        }
        domain.in_hand.push(recipient);
        Turn::Now
    }

    /// Notes how a letter fared that had its turn; says until when its domain rests.
    pub(crate) fn done(&self, recipient: &str, fared: Fared, now: Timestamp) -> Option<Timestamp> {
        let mut domains = self.domains();
        let domain = domains.entry(domain_of(recipient)).or_default();
        let recipient = recipient.to_lowercase();
        if let Some(n) = domain.in_hand.iter().position(|held| *held == recipient) {
            domain.in_hand.swap_remove(n);
        }
        match fared {
            Fared::Taken => domain.refusals = 0,
            Fared::TooMuch => {
                let rest = REST * 2_i32.pow(domain.refusals.min(10));
                let until = now + rest.min(REST_MOST);
                domain.refusals += 1;
                domain.rests_until = Some(until);
                domain.free_at = Some(until);
                domain.turns.clear();
            }
            Fared::Otherwise => {}
        }
        domain.rests_until.filter(|until| *until > now)
    }

    /// Domains that rest at `now`.
    pub(crate) fn resting(&self, now: Timestamp) -> usize {
        let rests = |domain: &&Domain| domain.rests_until.is_some_and(|until| until > now);
        self.domains().values().filter(rests).count()
    }
}

impl Domain {
    /// Gives a letter the next turn that is free, not before `from`.
    fn reserve(&mut self, shaping: Shaping, key: &str, from: Timestamp) -> Timestamp {
        let at = self.free_at.map_or(from, |at| at.max(from));
        self.free_at = Some(at + gap(shaping));
        self.turns.insert(key.to_owned());
        at
    }

    fn is_idle(&self, now: Timestamp) -> bool {
        let past = |at: Option<Timestamp>| at.is_none_or(|at| at <= now);
        self.in_hand.is_empty()
            && self.turns.is_empty()
            && past(self.free_at)
            && past(self.rests_until)
    }
}

fn gap(shaping: Shaping) -> SignedDuration {
    match shaping.per_minute {
        0 => SignedDuration::ZERO,
        n => SignedDuration::from_millis(60_000 / i64::from(n)),
    }
}

fn domain_of(recipient: &str) -> String {
    recipient.rsplit('@').next().unwrap_or_default().to_lowercase()
}

/// Whether an answer says that we send too much: 421, or 450, 451 and 452 with 4.7 (RFC 3463:
/// policy) or words to that effect. Greylisting is about one letter and no sign of that.
pub(crate) fn says_too_much(answer: &str) -> bool {
    const WORDS: [&str; 5] =
        ["rate limit", "too many", "throttl", "too fast", "temporarily deferred"];
    const GREY: [&str; 4] = ["greylist", "graylist", "grey-list", "gray-list"];
    let lower = answer.to_lowercase();
    let says = |words: &[&str]| words.iter().any(|words| lower.contains(words));
    let code = lower.split(|c: char| !c.is_ascii_digit()).find(|word| word.len() == 3);
    match code {
        Some("421") => true,
        Some("450" | "451" | "452") if !says(&GREY) => {
            lower.split_whitespace().any(|word| word.starts_with("4.7.")) || says(&WORDS)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        "2026-11-19T14:08:00Z".parse::<Timestamp>().unwrap() + SignedDuration::from_secs(seconds)
    }

    const SIX: Shaping = Shaping { per_minute: 6, at_once: 100, lines: 1 };

    #[test]
    fn a_domain_gets_its_letters_at_its_rate_and_each_is_put_off_once() {
        let traffic = Traffic::default();
        let mut turns = Vec::new();
        for n in 0..10 {
            turns.push(traffic.turn(SIX, &format!("a{n}@x.no"), &n.to_string(), at(0)));
        }
        let now = turns.iter().filter(|turn| **turn == Turn::Now).count();
        assert_eq!(now, 2, "one, and one ahead");
        let mut later = Vec::new();
        for (n, turn) in turns.iter().enumerate() {
            if let Turn::Later(then) = turn {
                later.push(*then);
                let who = format!("b{n}@X.no");
                assert_eq!(traffic.turn(SIX, &who, &n.to_string(), *then), Turn::Now);
            }
        }
        let gaps: Vec<i64> =
            later.windows(2).map(|w| w[1].as_millisecond() - w[0].as_millisecond()).collect();
        assert!(gaps.iter().all(|gap| *gap == 10_000), "{gaps:?}");
        assert_eq!(traffic.turn(SIX, "a@y.no", "other", at(0)), Turn::Now, "others do not wait");
    }

    #[test]
    fn a_domain_that_says_it_is_too_much_rests_longer_each_time() {
        let (traffic, mut now, mut rests) = (Traffic::default(), at(0), Vec::new());
        for n in 0..9 {
            let key = n.to_string();
            assert_eq!(traffic.turn(SIX, "a@x.no", &key, now), Turn::Now);
            let until = traffic.done("a@x.no", Fared::TooMuch, now).unwrap();
            assert!(
                matches!(traffic.turn(SIX, "a@x.no", "next", now), Turn::Later(at) if at >= until)
            );
            assert_eq!(traffic.resting(now), 1);
            rests.push((until.as_millisecond() - now.as_millisecond()) / 60_000);
            now = until + SignedDuration::from_mins(10);
        }
        assert_eq!(rests, [2, 4, 8, 16, 32, 64, 120, 120, 120]);
        assert_eq!(traffic.turn(SIX, "a@x.no", "good", now), Turn::Now);
        assert_eq!(traffic.done("a@x.no", Fared::Taken, now), None);
        assert_eq!(traffic.turn(SIX, "a@x.no", "bad", now), Turn::Now);
        let until = traffic.done("a@x.no", Fared::TooMuch, now).unwrap();
        assert_eq!(until, now + REST, "a letter that was taken ends the doubling");
    }

    #[test]
    fn only_so_many_are_in_hand_for_a_domain() {
        let two = Shaping { per_minute: 0, at_once: 2, lines: 9 };
        let traffic = Traffic::default();
        assert_eq!(traffic.turn(two, "a@x.no", "1", at(0)), Turn::Now);
        assert_eq!(traffic.turn(two, "b@x.no", "2", at(0)), Turn::Now);
        assert_eq!(traffic.turn(two, "c@x.no", "3", at(0)), Turn::Later(at(1)));
        traffic.done("a@x.no", Fared::Otherwise, at(0));
        assert_eq!(traffic.turn(two, "c@x.no", "3", at(1)), Turn::Now);
    }

    #[test]
    fn a_second_letter_to_somebody_does_not_overtake_the_first() {
        let traffic = Traffic::default();
        let many = Shaping { per_minute: 0, at_once: 9, lines: 9 };
        assert_eq!(traffic.turn(many, "a@x.no", "first", at(0)), Turn::Now);
        assert_eq!(traffic.turn(many, "A@x.no", "second", at(0)), Turn::Later(at(1)));
        assert_eq!(traffic.turn(many, "b@x.no", "other", at(0)), Turn::Now);
        traffic.done("a@x.no", Fared::Taken, at(0));
        assert_eq!(traffic.turn(many, "a@x.no", "second", at(1)), Turn::Now);
    }

    #[test]
    fn answers_that_mean_too_much_are_told_from_others() {
        for yes in [
            "transient error (421): 4.7.0 Too many connections",
            "transient error (450): 4.7.1 try again later",
            "451 4.7.500 Server busy",
            "450 4.2.1 The user is receiving mail too fast: rate limit",
        ] {
            assert!(says_too_much(yes), "{yes}");
        }
        for no in ["450 4.7.1 Greylisted", "451 4.3.0 No room", "550 5.7.1 Too many", "", "no"] {
            assert!(!says_too_much(no), "{no}");
        }
    }
}
