//! How far a read reaches. Every read for a person takes one and filters by it in its `WHERE`.

use domain::permit::Staff;

/// What a person may see, as the two values that [`visible!`](crate::visible) binds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reach {
    /// `own`, `team`, `unit` or `all`.
    pub scope: String,
    /// The person's id.
    pub staff: String,
}

impl From<&Staff> for Reach {
    fn from(staff: &Staff) -> Self {
        Reach { scope: staff.scope.as_str().to_owned(), staff: staff.id.to_string() }
    }
}

/// The condition on a table `c` with `owner_id`, `team_id`, `unit_id`; takes `$1` = scope and
/// `$2` = staff id. For `concat!`, so that one text is checked in one place.
#[macro_export]
macro_rules! visible {
    () => {
        "($1 = 'all' OR c.owner_id = $2
          OR ($1 IN ('team', 'unit') AND c.team_id IN
              (SELECT team_id FROM team_member WHERE staff_id = $2))
          OR ($1 = 'unit' AND c.unit_id IN
              (SELECT unit_id FROM staff_unit WHERE staff_id = $2)))"
    };
}

/// The same for a table `c` with only `unit_id`: customers and feedback, which lie with no team.
/// Somebody who sees teams or own cases sees those of the units their teams belong to.
#[macro_export]
macro_rules! visible_in_unit {
    () => {
        "($1 = 'all' OR c.unit_id IN
          (SELECT unit_id FROM staff_unit WHERE staff_id = $2))"
    };
}
