//! Brakes on letters that a program writes, so that ours never loops with another, floods nobody,
//! and stops by itself when something is wrong with us (RFC 3834, and what practice added).
//!
//! The first three are about the mail itself and lie with `mail` and `hearing`: what a machine
//! wrote, came from an address of ours or asks for silence is not answered, and ours carry the
//! marks by which others do the same. Here are those that count.

use crate::case::sql::people;
use crate::held::sql::{self as held, Decided};
use domain::id::CustomerId;
use jiff::{SignedDuration, Timestamp};
use std::fmt;
use store::{Context, StoreError, Tx};

/// Between two letters to one address.
const BETWEEN: SignedDuration = SignedDuration::from_hours(1);
/// Letters to one address in [`DAY`]: a program that answers ours and hides it must not keep us
/// writing.
const ADDRESS_MOST: i64 = 3;
const DAY: SignedDuration = SignedDuration::from_hours(24);
/// What one sender may hand in within [`BURST_WITHIN`] and still be answered by a program.
const BURST_MOST: i64 = 10;
const BURST_WITHIN: SignedDuration = SignedDuration::from_mins(10);
/// How long such a sender gets nothing from a program.
const BURST_REST: SignedDuration = held::REST;
/// Letters to one domain in an hour of the clock.
const DOMAIN_MOST: i64 = 2_000;
/// Letters in an hour of the clock that are never too many, however few there usually are: on the
/// day that a complaint goes viral, everybody is told that theirs has arrived.
const ALWAYS: i64 = 5_000;
/// So many times the usual hour are too many.
const TIMES_USUAL: i64 = 5;
/// Hours from which the usual is known.
const USUAL_HOURS: i64 = 7 * 24;

/// Why a program may not write now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Brake {
    /// It wrote to that address within the hour.
    Hour,
    /// It wrote to that address three times within the day.
    Day,
    /// That sender handed in so much that it may be a program.
    Burst,
    /// So much went to that domain within the hour.
    Domain,
    /// All of them together are far more than usual.
    Rate,
}

impl fmt::Display for Brake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Brake::Hour => "hour",
            Brake::Day => "day",
            Brake::Burst => "burst",
            Brake::Domain => "domain",
            Brake::Rate => "rate",
        })
    }
}

/// What the brakes look at.
#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    /// The last automatic letter to the address.
    last_at: Option<Timestamp>,
    /// Those to it within the day.
    to_address: i64,
    /// What its owner handed in within ten minutes, at the worst of the last hour.
    handed_in: i64,
    /// What a person decided about that.
    decided: Option<Decided>,
    /// Letters to its domain this hour.
    to_domain: i64,
    /// All letters this hour.
    all: i64,
    /// All letters of the week before this hour.
    week: i64,
}

fn decide(counts: &Counts, now: Timestamp) -> Option<Brake> {
    if counts.last_at.is_some_and(|at| at > now - BETWEEN) {
        return Some(Brake::Hour);
    }
    if counts.to_address >= ADDRESS_MOST {
        return Some(Brake::Day);
    }
    let held = match counts.decided {
        Some(Decided::Kept) => true,
        Some(Decided::LetGo) => false,
        None => counts.handed_in > BURST_MOST,
    };
    if held {
        return Some(Brake::Burst);
    }
    if counts.to_domain >= DOMAIN_MOST {
        return Some(Brake::Domain);
    }
    let usual_times = counts.week.saturating_mul(TIMES_USUAL) / USUAL_HOURS;
    (counts.all >= ALWAYS.max(usual_times)).then_some(Brake::Rate)
}

/// Whether a program must not write to `address` now, and why. Two that ask at once for one
/// customer ask one after the other.
///
/// # Errors
/// When the engine fails.
pub(crate) async fn brake(
    tx: &mut Tx,
    now: Timestamp,
    customer: CustomerId,
    address: &str,
) -> Result<Option<Brake>, StoreError> {
    let written = people::automatic_letters(tx, customer, address, now - DAY).await?;
    let since = now - BURST_REST;
    let handed_in = people::most_at_once(tx, customer, since, BURST_WITHIN, BURST_MOST).await?;
    let hour = hour_of(now);
    let mut counts = Counts {
        last_at: written.last_at,
        to_address: written.n,
        handed_in,
        decided: held::decided(tx, customer, now).await?,
        to_domain: tx.tally(&of_domain(hour, address)).await?,
        all: tx.tally(&of_hour(hour)).await?,
        week: 0,
    };
    if counts.all >= ALWAYS {
        counts.week = tx.sum_tallies(&of_hour(hour - USUAL_HOURS), &of_hour(hour)).await?;
    }
    let braked = decide(&counts, now);
    // Told to people whichever brake came first: an hour's letter hides no burst.
    if counts.decided.is_none() && handed_in > BURST_MOST {
        held::hold(tx, customer, address, now).await?;
    }
    if let Some(brake) = braked {
        metrics::counter!("redress_automatic_letters_braked", "brake" => brake.to_string())
            .increment(1);
        match brake {
            Brake::Hour | Brake::Day => {}
            Brake::Burst | Brake::Domain | Brake::Rate => tracing::warn!(
                %brake, all = counts.all, week = counts.week,
                "automatic letters are held back; people write the first word"
            ),
        }
    }
    Ok(braked)
}

/// From when on a program may write to `address` again, going by the hour alone.
///
/// # Errors
/// When the engine fails.
pub async fn not_before(
    tx: &mut Tx,
    now: Timestamp,
    customer: CustomerId,
    address: &str,
) -> Result<Timestamp, StoreError> {
    let written = people::automatic_letters(tx, customer, address, now - DAY).await?;
    Ok(written.last_at.map_or(now, |last| now.max(last + BETWEEN)))
}

/// Counts a letter that a program wrote; `id` is its message's.
pub(crate) fn count(tx: &mut Tx, id: &str, address: &str, now: Timestamp) {
    let hour = hour_of(now);
    tx.count(&format!("automatic/{id}/all"), &of_hour(hour), 1);
    tx.count(&format!("automatic/{id}/domain"), &of_domain(hour, address), 1);
}

/// Forgets counts that no brake looks at any more.
///
/// # Errors
/// When the engine fails.
pub async fn forget_old(ctx: &Context, now: Timestamp) -> Result<(), StoreError> {
    let hour = hour_of(now);
    let mut tx = ctx.begin().await?;
    tx.forget_tallies_between("automatic/all/", &of_hour(hour - USUAL_HOURS - 1)).await?;
    tx.forget_tallies_between("automatic/to/", &format!("automatic/to/{:09}", hour - 1)).await?;
    tx.forget_tallies_between("link-asked/", &of_links(hour - 1)).await?;
    tx.commit().await
}

pub(crate) fn hour_of(now: Timestamp) -> i64 {
    now.as_second().div_euclid(3_600).max(USUAL_HOURS)
}

fn of_hour(hour: i64) -> String {
    format!("automatic/all/{hour:09}")
}

/// Where it is counted how often new links were asked for.
pub(crate) fn of_links(hour: i64) -> String {
    format!("link-asked/{hour:09}")
}

fn of_domain(hour: i64, address: &str) -> String {
    let domain = address.rsplit('@').next().unwrap_or_default().to_lowercase();
    format!("automatic/to/{hour:09}/{domain}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        "2026-11-19T14:08:00Z".parse().unwrap()
    }

    #[test]
    fn an_address_gets_one_letter_an_hour_and_three_a_day() {
        let minutes_ago = |minutes| Counts {
            last_at: Some(now() - SignedDuration::from_mins(minutes)),
            to_address: 1,
            ..Counts::default()
        };
        assert_eq!(decide(&minutes_ago(59), now()), Some(Brake::Hour));
        assert_eq!(decide(&minutes_ago(60), now()), None);
        let three = Counts { to_address: 3, ..minutes_ago(600) };
        assert_eq!(decide(&three, now()), Some(Brake::Day));
    }

    #[test]
    fn who_hands_in_more_than_ten_in_ten_minutes_is_answered_by_people() {
        let burst = |handed_in| Counts { handed_in, ..Counts::default() };
        assert_eq!(decide(&burst(10), now()), None);
        assert_eq!(decide(&burst(11), now()), Some(Brake::Burst));
        let decided = |decided, handed_in| Counts { decided: Some(decided), ..burst(handed_in) };
        assert_eq!(decide(&decided(Decided::LetGo, 11), now()), None);
        assert_eq!(decide(&decided(Decided::Kept, 1), now()), Some(Brake::Burst));
    }

    #[test]
    fn a_domain_gets_so_many_an_hour_and_no_more() {
        let domain = |to_domain| Counts { to_domain, ..Counts::default() };
        assert_eq!(decide(&domain(1_999), now()), None);
        assert_eq!(decide(&domain(2_000), now()), Some(Brake::Domain));
    }

    #[test]
    fn five_times_the_usual_stops_all_of_them_and_a_small_house_may_always_write_some() {
        let rate = |all, week| Counts { all, week, ..Counts::default() };
        assert_eq!(decide(&rate(4_999, 0), now()), None);
        assert_eq!(decide(&rate(5_000, 0), now()), Some(Brake::Rate));
        let many = 2_000 * USUAL_HOURS;
        assert_eq!(decide(&rate(9_999, many), now()), None);
        assert_eq!(decide(&rate(10_000, many), now()), Some(Brake::Rate));
    }

    #[test]
    fn counts_of_an_hour_lie_in_its_order_and_those_of_a_domain_apart_from_others() {
        let hour = hour_of(now());
        assert!(of_hour(hour - 1) < of_hour(hour) && of_hour(hour) < of_hour(hour + 1));
        assert_eq!(of_domain(hour, "a@x.no"), of_domain(hour, "b@X.no"));
        assert_ne!(of_domain(hour, "a@x.no"), of_domain(hour, "a@y.x.no"));
    }
}
