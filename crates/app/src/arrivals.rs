//! How an arrival becomes feedback, a customer's word, and a case: one transaction through three
//! rooms that never call each other.

use anyhow::Context as _;
use channels::import::UndoneCases;
use channels::mail::DeliveryJob;
use channels::{Placed, Understood};
use customers::Who;
use domain::id::{ArrivalId, CaseId, CustomerId, MessageId, TeamId, UnitId};
use intake::{Outcome, StoredArrival};
use jiff::Timestamp;
use reading::Reader;
use serde::Deserialize;
use std::collections::HashMap;
use store::job::Job;
use store::{Context, StoreError, Tx};

/// First and last kind of the jobs that an import leaves; nothing else lies between them.
pub const KINDS: (&str, &str) = ("arrival", "arrivals");

#[derive(Deserialize)]
struct One {
    arrival: ArrivalId,
}

#[derive(Deserialize)]
struct Many {
    arrivals: Vec<ArrivalId>,
}

/// Does an `arrival` or `arrivals` job.
///
/// # Errors
/// When the store fails; the job is tried again. A group that fails is split, so that one bad
/// arrival holds up no other.
pub async fn run(ctx: &Context, reader: &Reader, job: &Job) -> anyhow::Result<()> {
    let is_group = job.kind == "arrivals";
    let ids = if is_group {
        serde_json::from_str::<Many>(&job.body).map(|many| many.arrivals)
    } else {
        serde_json::from_str::<One>(&job.body).map(|one| vec![one.arrival])
    };
    let ids = ids.context("reading what arrived")?;
    match take(ctx, reader, job, &ids, is_group).await {
        Err(error) if is_group && job.attempts > 1 => {
            tracing::warn!(job.id, %error, "a group could not be taken in; its rows go one by one");
            Ok(intake::split_group(ctx, job).await?)
        }
        done => Ok(done?),
    }
}

async fn take(
    ctx: &Context,
    reader: &Reader,
    job: &Job,
    ids: &[ArrivalId],
    is_group: bool,
) -> Result<(), StoreError> {
    let now = ctx.now();
    let mut tx = ctx.begin().await?;
    let waiting = intake::take_waiting(&mut tx, ids).await?;
    let mut round = Round { ctx, reader, now, teams: HashMap::new() };
    let mut outcomes = Vec::with_capacity(waiting.len());
    if channels::stands_alone(&waiting) {
        round.some(&mut tx, waiting, &mut outcomes).await?;
    } else {
        for arrival in waiting {
            round.some(&mut tx, vec![arrival], &mut outcomes).await?;
        }
    }
    if is_group {
        intake::settle_many(&mut tx, &outcomes).await?;
    } else {
        for outcome in &outcomes {
            intake::settle(&mut tx, outcome).await?;
        }
    }
    tx.finish(job).await?;
    tx.commit().await
}

struct Round<'a> {
    ctx: &'a Context,
    reader: &'a Reader,
    now: Timestamp,
    teams: HashMap<UnitId, TeamId>,
}

impl Round<'_> {
    async fn some(
        &mut self,
        tx: &mut Tx,
        arrivals: Vec<StoredArrival>,
        outcomes: &mut Vec<Outcome>,
    ) -> Result<(), StoreError> {
        let (ctx, now) = (self.ctx, self.now);
        let all = channels::understand_many(tx, ctx, now, arrivals, self.reader).await?;
        let mut fates = Vec::with_capacity(all.len());
        for one in &all {
            fates.push(self.place(tx, one).await?);
        }
        let placed: Vec<Placed<'_>> = all
            .iter()
            .zip(&fates)
            .map(|(understood, fate)| Placed {
                understood,
                customer: fate.customer,
                case: fate.case,
                explanation: &fate.explanation,
            })
            .collect();
        channels::keep(tx, &placed).await?;
        outcomes.extend(all.iter().zip(&fates).map(|(one, fate)| Outcome {
            arrival: one.feedback.arrival,
            feedback: one.feedback.id,
            case: fate.case,
            error: one.error.clone(),
        }));
        Ok(())
    }

    async fn place(&mut self, tx: &mut Tx, one: &Understood) -> Result<Fate, StoreError> {
        let unit = one.feedback.unit;
        if one.feedback.public {
            let explanation = "Others can read it where it was said; it is answered there.";
            return Ok(Fate { explanation: explanation.to_owned(), ..Fate::default() });
        }
        let customer = customers::recognise(tx, self.ctx, self.now, unit, &who(one)).await?;
        let team = match self.teams.get(&unit) {
            Some(team) => *team,
            None => {
                let team = channels::hearing_team(tx, unit).await?;
                self.teams.insert(unit, team);
                team
            }
        };
        let taken = desk::take_in(tx, self.ctx, self.now, &one.for_desk(team), customer).await?;
        let mut explanation = one.because.clone();
        if let desk::Taken::Left { explanation: why } = &taken {
            explanation.clone_from(why);
        }
        Ok(Fate { customer: Some(customer), case: taken.case(), explanation })
    }
}

#[derive(Default)]
struct Fate {
    customer: Option<CustomerId>,
    case: Option<CaseId>,
    explanation: String,
}

fn who(one: &Understood) -> Who {
    let author = &one.author;
    Who {
        name: author.name.clone(),
        email: author.email.clone(),
        phone: author.phone.clone(),
        handle: author.handle.clone(),
        reference: author.reference.clone(),
        language: one.feedback.language.clone(),
        verified: author.verified,
        since: Some(one.feedback.said_at),
    }
}

/// Closes the cases of an import that was taken back.
///
/// # Errors
/// When the store fails; the job is tried again.
pub async fn undone(ctx: &Context, job: &Job) -> anyhow::Result<()> {
    let said: UndoneCases = serde_json::from_str(&job.body).context("reading an undone import")?;
    let ids = said.cases.iter().map(|id| id.parse::<CaseId>()).collect::<Result<Vec<_>, _>>()?;
    Ok(desk::case::undone::close_undone(ctx, job, &ids).await?)
}

/// Notes on its case how far a letter has come.
///
/// # Errors
/// When the store fails; the job is tried again.
pub async fn delivered(ctx: &Context, job: &Job) -> anyhow::Result<()> {
    let said: DeliveryJob = serde_json::from_str(&job.body).context("reading a delivery")?;
    let message: MessageId = said.message.parse().context("a delivery of no message of ours")?;
    let mut tx = ctx.begin().await?;
    let noted = desk::message::actions::delivered(&mut tx, ctx, message, said.state, &said.detail);
    noted.await?;
    tx.finish(job).await?;
    Ok(tx.commit().await?)
}
