//! What an administrator does first in a house that has just been opened. Shown on Today until all
//! of it is done or the work has begun; each line looks at what is there, so nobody ticks it off.

use desk::screen::Screen;
use domain::permit::Act;
use store::{Context, Doing, StoreError, on};

/// Cases after which a house is no longer new.
const NEW_UNTIL: i64 = 30;

/// One thing to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FirstStep {
    /// What to do, as a link says it.
    pub words: &'static str,
    /// Why, or how.
    pub hint: &'static str,
    /// Where.
    pub href: &'static str,
    /// Whether it is done.
    pub done: bool,
}

impl FirstStep {
    fn new(
        (words, href): (&'static str, &'static str),
        hint: &'static str,
        done: bool,
    ) -> FirstStep {
        FirstStep { words, hint, href, done }
    }
}

/// What is there already.
#[derive(Clone, Copy, Debug, Default)]
struct Found {
    hours: bool,
    contact: bool,
    people: bool,
    mail: bool,
    cases: i64,
}

/// What this person should do first; empty once it is done, or for who may not.
///
/// # Errors
/// When the store fails.
pub(crate) async fn first_steps(
    ctx: &Context,
    screen: &Screen,
) -> Result<Vec<FirstStep>, StoreError> {
    if !screen.may(Act::ManageSettings) || !screen.may(Act::ManageStaff) {
        return Ok(Vec::new());
    }
    Ok(steps(found(ctx).await?))
}

fn steps(found: Found) -> Vec<FirstStep> {
    let steps = vec![
        FirstStep::new(
            ("Say when you are open", "/settings/hours"),
            "Your time zone, your week and your holidays: every clock and promise counts by them.",
            found.hours,
        ),
        FirstStep::new(
            ("Say how else people reach you", "/settings/policies"),
            "A telephone number or address; customers read it at the foot of every page.",
            found.contact,
        ),
        FirstStep::new(
            ("Add the people who answer", "/settings/people/new"),
            "Each gets a link with which they come in and choose a password.",
            found.people,
        ),
        FirstStep::new(
            ("Connect the mailbox that complaints come to", "/settings/mail"),
            "Or go on without: the form works by itself.",
            found.mail,
        ),
        FirstStep::new(
            ("Complain yourself", "/start"),
            "This is the address for your own site. What you send stands in the queue at once.",
            found.cases > 0,
        ),
    ];
    let is_over = found.cases >= NEW_UNTIL || steps.iter().all(|step| step.done);
    if is_over { Vec::new() } else { steps }
}

async fn found(ctx: &Context) -> Result<Found, StoreError> {
    const LOOK: &str = "
        SELECT (SELECT COUNT(*) FROM policy WHERE kind = 'hours' AND version > 1),
               (SELECT COUNT(*) FROM staff),
               (SELECT COUNT(*) FROM (SELECT 1 AS one FROM \"case\" LIMIT 30) AS first)";
    let (hours, people, cases): (i64, i64, i64) =
        on!(Store &ctx.store, db => sqlx::query_as(LOOK).fetch_one(db).await)
            .doing("looking what a new house has")?;
    let listed = async |name| {
        let value = ctx.store.setting(name).await?.unwrap_or_default();
        Ok::<bool, StoreError>(!matches!(value.trim(), "" | "[]"))
    };
    // An address of our own that nobody set stands at this machine.
    let addresses = ctx.store.setting("mail/addresses").await?.unwrap_or_default();
    let ours = addresses.split(' ').any(|at| !at.is_empty() && !at.ends_with("localhost"));
    let (contact, mail) =
        (listed("organisation/contact").await?, ours || listed("mail/accounts").await?);
    Ok(Found { hours: hours > 0, contact, people: people > 1, mail, cases })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_house_says_what_to_do_until_it_is_done_or_the_work_has_begun() {
        let open = |found| steps(found).iter().filter(|step| !step.done).count();
        assert_eq!(open(Found::default()), 5);
        let some = Found { people: true, cases: 1, ..Found::default() };
        assert_eq!(open(some), 3);
        assert!(steps(Found { cases: NEW_UNTIL, ..Found::default() }).is_empty());
        let all = Found { hours: true, contact: true, people: true, mail: true, cases: 1 };
        assert!(steps(all).is_empty());
    }
}
