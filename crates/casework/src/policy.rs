//! The organisation's policy as the desk needs it, read from the settings that live with the data.
//!
//! Every name is listed here with its default, so an installation without settings works.

use domain::clock::{ClockPolicy, ClockRules};
use domain::hours::Hours;
use domain::offer::Authority;
use domain::permit::{Role, Staff};
use jiff::{SignedDuration, Timestamp};
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;
use store::{Doing, Store, StoreError, Tx, on};

/// Longest undo time, in seconds (ui-spec 3.6).
pub const UNDO_SECONDS_MOST: i64 = 60;

/// What an organisation has decided about its desk.
#[derive(Clone, Debug)]
pub struct Policy {
    /// `organisation/name`: how automatic letters are signed. Default: `Customer care`.
    pub organisation: String,
    /// `organisation/currency`: ISO 4217 code of every remedy. Default: `EUR`.
    pub currency: String,
    /// `policy/clocks` and `policy/hours`. Defaults: [`ClockPolicy::default`], always open.
    pub clocks: ClockRules,
    /// `policy/undo_seconds`, 0 to [`UNDO_SECONDS_MOST`]. Default: 15.
    pub undo_seconds: i64,
    /// `policy/authority`: `{"agent": {"minor_most": 5000, "minor_most_with_value": 20000}, …}`.
    pub authority: BTreeMap<String, Authority>,
    /// `policy/core_values`: the values that may support going beyond the usual.
    pub core_values: Vec<String>,
    /// `policy/ask_again_days`: from the first "Did this solve it?" to the second. Default: 5.
    pub ask_again_days: i64,
    /// `policy/silence_days`: from the second ask to closing in silence. Default: 14.
    pub silence_days: i64,
    /// `policy/link_days`: how long a case link opens after closing. Default: 180.
    pub link_days: i64,
}

impl Default for Policy {
    fn default() -> Self {
        let authority =
            |minor_most, minor_most_with_value| Authority { minor_most, minor_most_with_value };
        Self {
            organisation: "Customer care".to_owned(),
            currency: "EUR".to_owned(),
            clocks: ClockRules { policy: ClockPolicy::default(), hours: Hours::always() },
            undo_seconds: 15,
            authority: BTreeMap::from([
                (Role::Agent.as_str().to_owned(), authority(5_000, 20_000)),
                (Role::Lead.as_str().to_owned(), authority(50_000, 200_000)),
                (Role::Administrator.as_str().to_owned(), authority(500_000, 500_000)),
            ]),
            core_values: ["Safety", "Care", "Honesty", "Reliability"].map(str::to_owned).to_vec(),
            ask_again_days: 5,
            silence_days: 14,
            link_days: 180,
        }
    }
}

const SQL: &str = "
    SELECT name, value FROM setting
    WHERE (name >= 'policy/' AND name < 'policy0')
       OR (name >= 'organisation/' AND name < 'organisation0')
    ORDER BY name LIMIT 200";

impl Policy {
    /// The policy as this transaction sees it.
    ///
    /// # Errors
    /// When the engine fails or a setting is not what its name says.
    pub async fn read(tx: &mut Tx) -> Result<Policy, StoreError> {
        let rows: Vec<(String, String)> = on!(Tx tx, db => sqlx::query_as(SQL).fetch_all(db).await)
            .doing("reading the policy")?;
        Policy::from_settings(&rows)
    }

    /// The policy as committed.
    ///
    /// # Errors
    /// When the engine fails or a setting is not what its name says.
    pub async fn of(store: &Store) -> Result<Policy, StoreError> {
        let rows: Vec<(String, String)> =
            on!(Store store, db => sqlx::query_as(SQL).fetch_all(db).await)
                .doing("reading the policy")?;
        Policy::from_settings(&rows)
    }

    fn from_settings(rows: &[(String, String)]) -> Result<Policy, StoreError> {
        let mut policy = Policy::default();
        for (name, value) in rows {
            match name.as_str() {
                "organisation/name" => policy.organisation = text(value),
                "organisation/currency" => policy.currency = text(value),
                "policy/clocks" => policy.clocks.policy = json(name, value)?,
                "policy/hours" => policy.clocks.hours = json(name, value)?,
                "policy/undo_seconds" => {
                    policy.undo_seconds = json::<i64>(name, value)?.clamp(0, UNDO_SECONDS_MOST);
                }
                "policy/authority" => policy.authority = json(name, value)?,
                "policy/core_values" => policy.core_values = json(name, value)?,
                "policy/ask_again_days" => policy.ask_again_days = json(name, value)?,
                "policy/silence_days" => policy.silence_days = json(name, value)?,
                "policy/link_days" => policy.link_days = json(name, value)?,
                _ => {}
            }
        }
        Ok(policy)
    }

    /// When a letter written at `now` may leave.
    pub fn leaves_at(&self, now: Timestamp) -> Timestamp {
        now + SignedDuration::from_secs(self.undo_seconds)
    }

    /// The widest authority that any role of `staff` gives; nothing where no role gives any.
    pub fn authority_of(&self, staff: &Staff) -> Authority {
        let of_roles = staff.roles.iter().filter_map(|role| self.authority.get(role.as_str()));
        of_roles.fold(Authority { minor_most: 0, minor_most_with_value: 0 }, |wide, one| {
            Authority {
                minor_most: wide.minor_most.max(one.minor_most),
                minor_most_with_value: wide.minor_most_with_value.max(one.minor_most_with_value),
            }
        })
    }
}

/// A name may be stored bare or as JSON text.
fn text(value: &str) -> String {
    serde_json::from_str(value).unwrap_or_else(|_| value.to_owned())
}

fn json<T: DeserializeOwned>(name: &str, value: &str) -> Result<T, StoreError> {
    serde_json::from_str(value)
        .map_err(|error| StoreError::unreadable("reading the policy", format!("{name}: {error}")))
}

/// `n` days of 24 hours.
pub fn days(n: i64) -> SignedDuration {
    SignedDuration::from_hours(24 * n.clamp(0, 36_500))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_set_has_its_default_and_what_is_set_counts() {
        let rows = [
            ("organisation/name".to_owned(), "Nordlys Energy".to_owned()),
            ("policy/undo_seconds".to_owned(), "600".to_owned()),
            ("policy/unknown".to_owned(), "??".to_owned()),
        ];
        let policy = Policy::from_settings(&rows).unwrap();
        assert_eq!(policy.organisation, "Nordlys Energy");
        assert_eq!(policy.undo_seconds, UNDO_SECONDS_MOST);
        assert_eq!(policy.silence_days, 14);
    }

    #[test]
    fn a_broken_setting_is_named_and_never_taken_for_its_default() {
        let rows = [("policy/hours".to_owned(), "nine to five".to_owned())];
        assert!(Policy::from_settings(&rows).unwrap_err().to_string().contains("policy/hours"));
    }
}
