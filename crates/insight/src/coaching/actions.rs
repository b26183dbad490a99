//! Keeping what became of findings; switching rules; rules of one's own.

use crate::coaching::rules::{OWN_MOST, OwnRule, SHIPPED, STAYS_ON};
use crate::coaching::sql::{self, About, Checked, Set};
use crate::refused::LearnError;
use anyhow::Context as _;
use domain::id::{CaseId, MessageId, StaffId, TeamId, UnitId};
use domain::permit::{Act, Staff};
use jiff::Timestamp;
use serde::Deserialize;
use std::collections::BTreeMap;
use store::job::Job;
use store::{Context, Once, Press};

/// What the desk tells when a message left.
#[derive(Debug, Deserialize)]
struct Coached {
    message: MessageId,
    case: CaseId,
    unit: UnitId,
    team: TeamId,
    language: String,
    by: StaffId,
    at: Timestamp,
    /// Rules whose better words were taken, each as often as they were.
    used: Vec<String>,
    /// Rules whose findings were waved away.
    kept: Vec<String>,
    /// Rules that still spoke when it was sent.
    sent_anyway: Vec<String>,
    check: Option<Check>,
}

#[derive(Debug, Deserialize)]
struct Check {
    opened_because: String,
    embarrasses: bool,
    proud: bool,
    held_against_us: bool,
    why: String,
}

/// Keeps what `job` tells, and finishes it.
///
/// # Errors
/// When the store fails or the job cannot be read.
pub async fn keep(ctx: &Context, job: &Job) -> anyhow::Result<()> {
    let told: Coached = serde_json::from_str(&job.body).context("reading what became of advice")?;
    let (unit, team) = (told.unit.to_string(), told.team.to_string());
    let about = About {
        message: told.message,
        case: told.case,
        unit: &unit,
        team: &team,
        language: &told.language,
        at: told.at,
    };
    let mut tx = ctx.begin().await?;
    let all = [("used", told.used), ("kept", told.kept), ("sent_anyway", told.sent_anyway)];
    for (what, rules) in all {
        let mut counts: BTreeMap<String, i64> = BTreeMap::new();
        for rule in rules {
            *counts.entry(rule).or_default() += 1;
        }
        for (rule, n) in counts {
            sql::keep(&mut tx, &about, &rule, what, n).await?;
        }
    }
    if let Some(check) = &told.check {
        let checked = Checked {
            opened_because: &check.opened_because,
            embarrasses: check.embarrasses,
            proud: check.proud,
            held_against_us: check.held_against_us,
            why: &check.why,
            by: told.by,
        };
        sql::keep_check(&mut tx, &about, &checked).await?;
    }
    tx.finish(job).await?;
    Ok(tx.commit().await?)
}

/// Switches a rule off or on for the whole house, from the next draft on.
///
/// # Errors
/// [`LearnError::StaysOn`] for the rule that keeps personal data from leaving.
pub async fn switch(
    ctx: &Context,
    staff: &Staff,
    id: &str,
    is_off: bool,
    press: &Press,
) -> Result<(), LearnError> {
    staff.permit_anywhere(Act::Learn)?;
    if id == STAYS_ON {
        return Err(LearnError::StaysOn);
    }
    let now = ctx.now();
    let mut tx = ctx.begin().await?;
    let own = sql::own_ids(&mut tx).await?;
    let shipped = SHIPPED.iter().any(|(known, _)| *known == id);
    if !shipped && !own.iter().any(|known| known == id) {
        return Err(LearnError::Missing);
    }
    match tx.once::<()>(press, now).await? {
        Once::New => {}
        Once::Done(()) => return Ok(()),
        Once::OtherBody => return Err(LearnError::OtherBody),
    }
    // An own rule keeps its language and body: only the switch is written over.
    let set = Set { id, language: "", is_off, says: "", body: "", by: staff.id, now };
    sql::set(&mut tx, &set).await?;
    tx.done_once(press, &()).await?;
    Ok(tx.commit().await?)
}

/// Adds a rule of one's own, and gives its id. Its examples are tried first.
///
/// # Errors
/// [`LearnError::Wrong`] with each field that must be put right.
pub async fn add(
    ctx: &Context,
    staff: &Staff,
    rule: &OwnRule,
    press: &Press,
) -> Result<String, LearnError> {
    staff.permit_anywhere(Act::Learn)?;
    let now = ctx.now();
    // Tried before the transaction: it takes a tenth of a second.
    rule.pack("O1").map_err(LearnError::Wrong)?;
    let mut tx = ctx.begin().await?;
    match tx.once::<String>(press, now).await? {
        Once::New => {}
        Once::Done(id) => return Ok(id),
        Once::OtherBody => return Err(LearnError::OtherBody),
    }
    let own = sql::own_ids(&mut tx).await?;
    if own.len() >= OWN_MOST {
        return Err(LearnError::at("words", "There are 100 rules of ours already."));
    }
    let number = |id: &String| id.strip_prefix('O').and_then(|n| n.parse::<u32>().ok());
    let next = own.iter().filter_map(number).max().unwrap_or(0) + 1;
    let id = format!("O{next}");
    let body = rule.pack(&id).map_err(LearnError::Wrong)?;
    let (language, says) = (rule.language.as_str(), rule.says.trim());
    let set = Set { id: &id, language, is_off: false, says, body: &body, by: staff.id, now };
    sql::set(&mut tx, &set).await?;
    tx.done_once(press, &id).await?;
    tx.commit().await?;
    Ok(id)
}
