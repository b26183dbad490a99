//! Who may be what: addresses, roles, scopes, and that nobody gives what they do not have.

use domain::id::{StaffId, TeamId, UnitId};
use domain::permit::{Act, NotPermitted, Role, Scope, Staff};
use domain::words::Words;
use house::name::name;
use house::wrong::{Wrong, Wrongs};
use jiff::Timestamp;
use std::str::FromStr;

/// Longest signature, in characters.
pub const SIGNATURE_MOST: usize = 1_000;
/// Teams or units one person belongs to.
pub const BELONGS_MOST: usize = 100;

/// A member of staff with everything the house knows about them, nothing secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// Id, name, roles, scope, units, teams.
    pub staff: Staff,
    /// The address they sign in with.
    pub email: String,
    /// What stands under their letters.
    pub signature: String,
    /// Whether they have a password; without one, only a link lets them in.
    pub has_password: bool,
    /// `on`, `wrapping-up` or `away`.
    pub shift: String,
    /// Out of office from then on.
    pub out_from: Option<Timestamp>,
    /// Out of office until then.
    pub out_until: Option<Timestamp>,
    /// Who stands in while they are out.
    pub stand_in: Option<StaffId>,
    /// When they left for good.
    pub left_at: Option<Timestamp>,
    /// Grows with each change.
    pub version: i64,
    /// When they joined.
    pub made_at: Timestamp,
}

impl Person {
    /// Whether they are out of office at `now`.
    pub fn is_out(&self, now: Timestamp) -> bool {
        self.out_from.is_some_and(|from| from <= now)
            && self.out_until.is_none_or(|until| now < until)
    }
}

/// A person as a form or a body brings them, before anything is checked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PersonText {
    /// The address they sign in with.
    pub email: String,
    /// Their name.
    pub name: String,
    /// Words of roles.
    pub roles: Vec<String>,
    /// The word of a scope.
    pub scope: String,
    /// Ids of units.
    pub units: Vec<String>,
    /// Ids of teams.
    pub teams: Vec<String>,
    /// Out of office from: a moment, or empty.
    pub out_from: String,
    /// Out of office until: a moment, or empty.
    pub out_until: String,
    /// The id of who stands in, or empty.
    pub stand_in: String,
}

/// A person as they shall be, checked for themselves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonWish {
    /// The address they sign in with.
    pub email: String,
    /// Their name.
    pub name: Words,
    /// What they may do.
    pub roles: Vec<Role>,
    /// How far they see.
    pub scope: Scope,
    /// Where they belong.
    pub units: Vec<UnitId>,
    /// With whom they work.
    pub teams: Vec<TeamId>,
    /// Out of office from then on.
    pub out_from: Option<Timestamp>,
    /// Out of office until then.
    pub out_until: Option<Timestamp>,
    /// Who stands in.
    pub stand_in: Option<StaffId>,
}

/// Why a text is no address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Enter an e-mail address like name@example.com.")]
pub struct NotAnAddress;

/// An e-mail address as it is kept: without space around it, in small letters.
///
/// # Errors
/// [`NotAnAddress`] for a text without one `@` between something, with space or control
/// characters in it, or longer than 254 characters (RFC 5321 section 4.5.3.1).
pub fn address(text: &str) -> Result<String, NotAnAddress> {
    let address = text.trim().to_lowercase();
    let odd = |c: char| c.is_whitespace() || c.is_control() || "<>()[],;:\"\\".contains(c);
    let (local, host) = address.split_once('@').ok_or(NotAnAddress)?;
    let right = !local.is_empty()
        && local.len() <= 64
        && !host.is_empty()
        && !host.contains('@')
        && !host.starts_with(['.', '-'])
        && !host.ends_with(['.', '-'])
        && !host.contains("..")
        && address.len() <= 254
        && !address.chars().any(odd);
    if right { Ok(address) } else { Err(NotAnAddress) }
}

impl PersonText {
    /// Reads what the form or body says.
    ///
    /// # Errors
    /// Everything that must be put right, field by field.
    pub fn read(&self) -> Result<PersonWish, Vec<Wrong>> {
        let mut wrong = Wrongs::default();
        let email = wrong.take("email", address(&self.email));
        let name = wrong.take("name", name(&self.name));
        let roles =
            wrong.take("roles", each(&self.roles, Role::from_word, "Choose roles of the list."));
        let scope = Scope::from_word(&self.scope).ok_or("Choose how far this person sees.");
        let scope = wrong.take("scope", scope);
        let units = wrong.take("units", each(&self.units, id, "Choose units of the list."));
        let teams = wrong.take("teams", each(&self.teams, id, "Choose teams of the list."));
        if self.roles.is_empty() {
            wrong.add("roles", "Choose at least one role.");
        }
        if self.units.is_empty() {
            wrong.add("units", "Choose at least one unit.");
        }
        let out_from = wrong.take("out_from", moment(&self.out_from));
        let out_until = wrong.take("out_until", moment(&self.out_until));
        if let (Some(Some(from)), Some(Some(until))) = (out_from, out_until)
            && until <= from
        {
            wrong.add("out_until", "Choose a moment after the absence begins.");
        }
        let stand_in = match self.stand_in.as_str() {
            "" => Some(None),
            text => {
                wrong.take("stand_in", id(text).ok_or("Choose somebody of the list.").map(Some))
            }
        };
        let wish = (|| {
            Some(PersonWish {
                email: email?,
                name: name?,
                roles: roles?,
                scope: scope?,
                units: units?,
                teams: teams?,
                out_from: out_from?,
                out_until: out_until?,
                stand_in: stand_in?,
            })
        })();
        wrong.or_all(wish)
    }
}

fn id<T: FromStr>(text: &str) -> Option<T> {
    text.parse().ok()
}

fn each<T: PartialEq>(
    texts: &[String],
    read: impl Fn(&str) -> Option<T>,
    otherwise: &'static str,
) -> Result<Vec<T>, &'static str> {
    let mut all = Vec::new();
    for text in texts {
        let value = read(text).ok_or(otherwise)?;
        if !all.contains(&value) {
            all.push(value);
        }
    }
    if all.len() > BELONGS_MOST { Err("Choose at most 100.") } else { Ok(all) }
}

/// A moment, or nothing for an empty text.
fn moment(text: &str) -> Result<Option<Timestamp>, &'static str> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    text.trim().parse().map(Some).map_err(|_| "Enter a date and time like 2026-12-24 16:00.")
}

/// Whether `by` may manage `person` at all.
///
/// # Errors
/// [`NotPermitted`] without the act, or when the person sees further than `by` or belongs to a
/// unit that `by` does not belong to.
pub fn may_manage(by: &Staff, person: &Staff) -> Result<(), NotPermitted> {
    by.permit_anywhere(Act::ManageStaff)?;
    may_give(by, person.scope, &person.units).map_err(|_| NotPermitted)
}

/// Nobody gives what they do not have: not a wider view, not a unit of others.
///
/// # Errors
/// The field that asks too much.
pub fn may_give(by: &Staff, scope: Scope, units: &[UnitId]) -> Result<(), Wrong> {
    if by.scope == Scope::All {
        return Ok(());
    }
    if scope > by.scope {
        return Err(Wrong::at("scope", "Choose a view that is no wider than your own."));
    }
    if units.iter().any(|unit| !by.units.contains(unit)) {
        return Err(Wrong::at("units", "Choose units of your own."));
    }
    Ok(())
}

/// Whether somebody holds the keys of the house: an administrator who sees everything.
pub fn holds_the_keys(roles: &[Role], scope: Scope) -> bool {
    roles.contains(&Role::Administrator) && scope == Scope::All
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::id::uuid_v7;

    fn unit(n: u8) -> UnitId {
        UnitId::from(uuid_v7(i64::from(n), [n; 10]))
    }

    fn person(roles: Vec<Role>, scope: Scope, units: Vec<UnitId>) -> Staff {
        Staff {
            id: StaffId::from(uuid_v7(1, [1; 10])),
            name: "Jo".into(),
            roles,
            scope,
            units,
            teams: vec![],
            narrowed_to: None,
        }
    }

    #[test]
    fn addresses_are_kept_in_one_spelling() {
        assert_eq!(address(" Maya@Nordlys.Example ").unwrap(), "maya@nordlys.example");
        assert!(address("admin@localhost").is_ok());
        for text in
            ["", "maya", "@x", "maya@", "a@b@c", "a b@c.d", "a@.d", "a@d..e", "a\n@b.c", "<a@b.c>"]
        {
            assert_eq!(address(text), Err(NotAnAddress), "{text:?}");
        }
        assert_eq!(address(&format!("a@{}", "b".repeat(300))), Err(NotAnAddress));
    }

    #[test]
    fn everything_that_is_wrong_is_said_at_once() {
        let text =
            PersonText { scope: "galaxy".into(), roles: vec!["king".into()], ..Default::default() };
        let fields: Vec<_> = text.read().unwrap_err().into_iter().map(|w| w.field).collect();
        assert_eq!(fields, ["email", "name", "roles", "scope", "units"]);
    }

    #[test]
    fn an_absence_ends_after_it_begins() {
        let text = PersonText {
            email: "a@b.c".into(),
            name: "A".into(),
            roles: vec!["agent".into()],
            scope: "own".into(),
            units: vec![unit(1).to_string()],
            out_from: "2026-12-24T00:00:00Z".into(),
            out_until: "2026-12-20T00:00:00Z".into(),
            ..Default::default()
        };
        assert_eq!(text.read().unwrap_err()[0].field, "out_until");
    }

    #[test]
    fn an_administrator_of_one_unit_manages_nobody_beyond_it() {
        let local = person(vec![Role::Administrator], Scope::Unit, vec![unit(1)]);
        let same = person(vec![Role::Agent], Scope::Team, vec![unit(1)]);
        let other = person(vec![Role::Agent], Scope::Own, vec![unit(2)]);
        let both = person(vec![Role::Agent], Scope::Own, vec![unit(1), unit(2)]);
        let wide = person(vec![Role::Agent], Scope::All, vec![unit(1)]);
        assert!(may_manage(&local, &same).is_ok());
        for person in [other, both, wide] {
            assert_eq!(may_manage(&local, &person), Err(NotPermitted));
        }
        let head = person(vec![Role::Administrator], Scope::All, vec![]);
        assert!(may_manage(&head, &local).is_ok());
        let lead = person(vec![Role::Lead], Scope::All, vec![unit(1)]);
        assert_eq!(may_manage(&lead, &same), Err(NotPermitted));
    }
}
