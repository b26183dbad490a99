//! What a unit is.

use domain::id::UnitId;

/// Units of a house.
pub const MOST: i64 = 500;

/// A brand or branch that sees only its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unit {
    /// Which.
    pub id: UnitId,
    /// Its name.
    pub name: String,
    /// Grows with each change.
    pub version: i64,
}
