//! Saying that one looks at a case, and no longer.

use crate::presence::sql;
use casework::case::sql as case_sql;
use casework::refusal::ActError;
use domain::case::Case;
use domain::id::CaseNumber;
use domain::permit::{Act, Staff};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use store::fact::Fact;
use store::{Context, StoreError};

/// How long what a browser said holds. It says it again every 20 seconds.
pub const HOLDS: SignedDuration = SignedDuration::from_secs(60);

/// What somebody does with a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Doing {
    /// It is in front of them.
    Looking,
    /// It is open behind something else.
    Open,
    /// They are writing.
    Replying,
}

impl Doing {
    /// The word for it in the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            Doing::Looking => "looking",
            Doing::Open => "open",
            Doing::Replying => "replying",
        }
    }

    /// Reads what [`Doing`] is kept as.
    pub fn from_word(word: &str) -> Option<Doing> {
        [Doing::Looking, Doing::Open, Doing::Replying].into_iter().find(|one| one.as_str() == word)
    }
}

/// Notes what this person does with the case, `None` when they left it. Others are told when that
/// is something new.
///
/// # Errors
/// [`ActError::Missing`] when the case is not theirs to read.
pub async fn be(
    ctx: &Context,
    staff: &Staff,
    number: CaseNumber,
    doing: Option<Doing>,
) -> Result<(), ActError> {
    let now = ctx.now();
    let mut tx = ctx.begin().await?;
    let case = case_sql::load(&mut tx, number).await?.ok_or(ActError::Missing)?;
    staff.permit(Act::ReadCase, &case)?;
    let before = sql::of(&mut tx, case.id, staff.id, now - HOLDS).await?;
    match doing {
        Some(doing) => sql::put(&mut tx, case.id, staff.id, doing, now).await?,
        None => sql::remove(&mut tx, case.id, staff.id).await?,
    }
    if before != doing {
        tx.tell(told(&case));
    }
    tx.commit().await?;
    Ok(())
}

fn told(case: &Case) -> Fact {
    Fact::Presence {
        number: case.number.0,
        unit: case.unit.to_string(),
        team: case.team.to_string(),
        owner: case.owner.map(|owner| owner.to_string()),
    }
}

/// Forgets what no longer holds.
///
/// # Errors
/// When the engine fails.
pub async fn forget_old(ctx: &Context, now: Timestamp) -> Result<(), StoreError> {
    let mut tx = ctx.begin().await?;
    sql::forget(&mut tx, now - HOLDS).await?;
    tx.commit().await
}
