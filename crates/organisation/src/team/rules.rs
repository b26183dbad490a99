//! What a team is.

use domain::id::{TeamId, UnitId};
use domain::words::Words;
use house::name::name;
use house::wrong::{Wrong, Wrongs};

/// Teams of a house.
pub const MOST: i64 = 2_000;
/// Longest telephone number as people write it, in characters.
const PHONE_MOST: usize = 40;

/// People who work on the same cases.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Team {
    /// Which.
    pub id: TeamId,
    /// The unit it works for.
    pub unit: UnitId,
    /// Its name; customers read it.
    pub name: String,
    /// The number customers may call; empty when there is none.
    pub phone: String,
    /// Grows with each change.
    pub version: i64,
}

/// A team as a form or a body brings it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TeamText {
    /// Its name.
    pub name: String,
    /// The id of its unit.
    pub unit: String,
    /// The number customers may call, or empty.
    pub phone: String,
}

/// A team as it shall be, checked for itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TeamWish {
    /// Its name.
    pub name: Words,
    /// Its unit.
    pub unit: UnitId,
    /// The number customers may call, or empty.
    pub phone: String,
}

impl TeamText {
    /// Reads what the form or body says.
    ///
    /// # Errors
    /// Everything that must be put right.
    pub fn read(&self) -> Result<TeamWish, Vec<Wrong>> {
        let mut wrong = Wrongs::default();
        let name = wrong.take("name", name(&self.name));
        let unit = self.unit.parse().map_err(|_| "Choose a unit of the list.");
        let unit = wrong.take("unit", unit);
        let phone = wrong.take("phone", phone(&self.phone));
        let wish = (|| Some(TeamWish { name: name?, unit: unit?, phone: phone? }))();
        wrong.or_all(wish)
    }
}

fn phone(text: &str) -> Result<String, &'static str> {
    const HOW: &str = "Enter a telephone number like +47 22 00 11 22.";
    let phone = text.trim();
    let fits = phone.chars().count() <= PHONE_MOST
        && phone.chars().all(|c| c.is_ascii_digit() || " +-()/.".contains(c));
    let digits = phone.chars().filter(char::is_ascii_digit).count();
    if phone.is_empty() || (fits && digits >= 3) { Ok(phone.to_owned()) } else { Err(HOW) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_team_may_have_no_telephone_and_never_a_wrong_one() {
        assert_eq!(phone("  ").unwrap(), "");
        assert_eq!(phone(" +47 22 00 11 22 ").unwrap(), "+47 22 00 11 22");
        for text in ["call us", "12", "+47<script>", &"1".repeat(41)] {
            assert!(phone(text).is_err(), "{text}");
        }
    }
}
