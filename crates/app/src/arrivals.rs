//! How an arrival becomes feedback, a customer's word, and a case: one transaction through three
//! rooms that never call each other.

use anyhow::Context as _;
use casework::Whose;
use casework::joiner::Placing;
use channels::import::UndoneCases;
use customers::{Recognised, Who};
use domain::id::{ArrivalId, CaseId, CustomerId, MessageId, TeamId, UnitId};
use hearing::mail::{DeliveryJob, Senders};
use hearing::{Placed, ReadThrough, Understood};
use intake::Outcome;
use jiff::Timestamp;
use reading::Reader;
use serde::Deserialize;
use std::collections::HashMap;
use store::course::Point;
use store::job::Job;
use store::{Context, StoreError, Tx};

/// First and last kind of the jobs that an import leaves; nothing else lies between them.
pub const KINDS: (&str, &str) = ("arrival", "arrivals");

/// After so many tries an arrival on which we fail is shown to a person: within a quarter of a
/// minute.
const TRIES_UNSEEN: i64 = 3;
/// Arrivals of a moment up to which it is quiet.
const QUIET: usize = 3;

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
pub async fn run(
    ctx: &Context,
    reader: &Reader,
    senders: &Senders,
    job: &Job,
) -> anyhow::Result<()> {
    if job.kind == KINDS.0 && job.attempts >= TRIES_UNSEEN {
        return take_or_show(ctx, reader, senders, job).await;
    }
    match take(ctx, reader, senders, std::slice::from_ref(job)).await {
        Err(error) if job.kind == KINDS.1 && job.attempts > 1 => {
            tracing::warn!(job.id, %error, "a group could not be taken in; its rows go one by one");
            Ok(intake::split_group(ctx, job).await?)
        }
        done => done,
    }
}

/// Tries it once more, and shows a person what arrived where our program fails on it again: as it
/// came, with what went wrong. A store that is away is no fault of what arrived.
async fn take_or_show(
    ctx: &Context,
    reader: &Reader,
    senders: &Senders,
    job: &Job,
) -> anyhow::Result<()> {
    let (inner, reads, asks, held) = (ctx.clone(), reader.clone(), senders.clone(), job.clone());
    let tried =
        tokio::spawn(async move { take(&inner, &reads, &asks, std::slice::from_ref(&held)).await });
    let why = match tried.await {
        Ok(Ok(())) => return Ok(()),
        Ok(Err(error)) => match error.downcast_ref() {
            Some(StoreError::Conflict { .. } | StoreError::Unavailable { .. }) => {
                return Err(error);
            }
            _ => format!("{error:#}"),
        },
        Err(broke) => format!("our program broke on it ({broke})"),
    };
    tracing::error!(job.id, why, "an arrival cannot be taken in; a person is shown it as it came");
    let ids = ids_of(job)?;
    let waiting = intake::waiting(&ctx.store, &ids).await?;
    let shown = |one| ReadThrough::failing(one, why.clone(), reader);
    let read = waiting.into_iter().map(shown).collect();
    place(ctx, std::slice::from_ref(job), &ids, read, false).await
}

/// Does some `arrival` jobs with one commit for all. When this fails, nothing of it was done, and
/// each can still be [`run`] by itself.
///
/// # Errors
/// When the store fails or one of them cannot be taken in.
pub async fn run_together(
    ctx: &Context,
    reader: &Reader,
    senders: &Senders,
    jobs: &[Job],
) -> anyhow::Result<()> {
    take(ctx, reader, senders, jobs).await
}

fn ids_of(job: &Job) -> anyhow::Result<Vec<ArrivalId>> {
    let ids = if job.kind == KINDS.1 {
        serde_json::from_str::<Many>(&job.body).map(|many| many.arrivals)
    } else {
        serde_json::from_str::<One>(&job.body).map(|one| vec![one.arrival])
    };
    ids.context("reading what arrived")
}

/// The words are read before the transaction begins: reading takes longest and writes nothing,
/// and who hands something in must not wait for it.
async fn take(
    ctx: &Context,
    reader: &Reader,
    senders: &Senders,
    jobs: &[Job],
) -> anyhow::Result<()> {
    let mut ids = Vec::with_capacity(jobs.len());
    for job in jobs {
        ids.extend(ids_of(job)?);
    }
    let waiting = intake::waiting(&ctx.store, &ids).await?;
    ctx.passes(Point::ArrivalLoaded);
    let alone = hearing::stands_alone(&waiting);
    let read = hearing::read_through(ctx, waiting, reader, senders).await?;
    ctx.passes(Point::ArrivalRead);
    place(ctx, jobs, &ids, read, alone).await
}

/// Gives what was read its place, in one transaction; with `alone`, all of it at once.
async fn place(
    ctx: &Context,
    jobs: &[Job],
    ids: &[ArrivalId],
    mut read: Vec<ReadThrough>,
    alone: bool,
) -> anyhow::Result<()> {
    let now = ctx.now();
    let mut tx = ctx.begin().await?;
    let still = intake::still_waiting(&mut tx, ids).await?;
    ctx.passes(Point::ArrivalBegun);
    read.retain(|one| still.contains(&one.arrival()));
    let taking = casework::Taking::begin(&mut tx, ctx, now, read.len()).await?;
    let mut round = Round { ctx, now, taking, teams: HashMap::new(), heard: Vec::new() };
    let mut outcomes = Vec::with_capacity(read.len());
    if alone {
        round.some(&mut tx, read, &mut outcomes).await?;
    } else {
        for one in read {
            round.some(&mut tx, vec![one], &mut outcomes).await?;
        }
    }
    if jobs.iter().any(|job| job.kind == KINDS.0) {
        intake::settle(&mut tx, &outcomes)?;
    } else {
        intake::settle_many(&mut tx, &outcomes)?;
    }
    // In a rush the history of who was heard is looked at in the night.
    if jobs.len() <= QUIET && jobs.iter().all(|job| job.kind == KINDS.0) {
        customers::look_at(&mut tx, &round.heard, now).await?;
    }
    tx.finish_many(jobs).await?;
    ctx.passes(Point::ArrivalSettled);
    tx.commit().await?;
    ctx.passes(Point::ArrivalCommitted);
    Ok(())
}

struct Round<'a> {
    ctx: &'a Context,
    now: Timestamp,
    taking: casework::Taking<'a>,
    teams: HashMap<UnitId, TeamId>,
    heard: Vec<CustomerId>,
}

impl Round<'_> {
    async fn some(
        &mut self,
        tx: &mut Tx,
        arrivals: Vec<ReadThrough>,
        outcomes: &mut Vec<Outcome>,
    ) -> Result<(), StoreError> {
        let (ctx, now) = (self.ctx, self.now);
        let all = hearing::understand_read(tx, ctx, now, arrivals).await?;
        ctx.passes(Point::ArrivalUnderstood);
        let unknown = |one: &&Understood| one.is_a_customer_s() && one.customer.is_none();
        let theirs = all.iter().filter(unknown);
        let who: Vec<(UnitId, Who)> = theirs.map(|one| (one.feedback.unit, who(one))).collect();
        let mut known = customers::recognise_all(tx, ctx, now, &who).await?.into_iter();
        ctx.passes(Point::ArrivalRecognised);
        let mut fates = Vec::with_capacity(all.len());
        for one in &all {
            let customer = match &one.customer {
                Some(known) => Some(Recognised { id: known.id, name: known.name.clone() }),
                None if one.is_a_customer_s() => known.next(),
                None => None,
            };
            fates.push(self.place(tx, one, customer).await?);
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
        ctx.passes(Point::ArrivalPlaced);
        hearing::keep(tx, &placed).await?;
        ctx.passes(Point::ArrivalKept);
        if all.iter().any(|one| !one.reports.is_empty()) {
            ctx.passes(Point::ReportNoted);
        }
        outcomes.extend(all.iter().zip(&fates).map(|(one, fate)| Outcome {
            arrival: one.feedback.arrival,
            feedback: one.feedback.id,
            case: fate.case,
            error: one.error.clone(),
        }));
        Ok(())
    }

    async fn place(
        &mut self,
        tx: &mut Tx,
        one: &Understood,
        customer: Option<Recognised>,
    ) -> Result<Fate, StoreError> {
        let unit = one.feedback.unit;
        let Some(customer) = customer else {
            let explanation = match one.feedback.public {
                true => "Others can read it where it was said; it is answered there.".to_owned(),
                false => one.because.clone(),
            };
            return Ok(Fate { explanation, ..Fate::default() });
        };
        let team = match self.teams.get(&unit) {
            Some(team) => *team,
            None => {
                let team = hearing::hearing_team(tx, unit).await?;
                self.teams.insert(unit, team);
                team
            }
        };
        self.heard.push(customer.id);
        let whose = Whose { customer: customer.id, name: Some(&customer.name) };
        let taken = self.taking.take_in(tx, &one.for_casework(team), whose).await?;
        let mut explanation = one.because.clone();
        match &taken {
            casework::Taken::Left { explanation: why } => explanation.clone_from(why),
            casework::Taken::Waits { on } => {
                explanation = format!("{explanation} It waits on {on} for a decision.");
            }
            casework::Taken::Joined { .. } | casework::Taken::Opened { .. } => {}
        }
        Ok(Fate { customer: Some(customer.id), case: taken.case(), explanation })
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
        // Letters are written in a language of ours, which what they wrote in need not be.
        language: match one.reads.as_str() {
            "" => one.feedback.language.clone(),
            reads => reads.to_owned(),
        },
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
    Ok(handling::case::undone::close_undone(ctx, job, &ids).await?)
}

/// Tells feedback which case it belongs to, once that was decided.
///
/// # Errors
/// When the store fails; the job is tried again.
pub async fn placed(ctx: &Context, job: &Job) -> anyhow::Result<()> {
    let said: Placing = serde_json::from_str(&job.body).context("reading where it belongs")?;
    let mut tx = ctx.begin().await?;
    hearing::belongs_to(&mut tx, said.feedback, said.case, &said.because).await?;
    tx.finish(job).await?;
    Ok(tx.commit().await?)
}

/// Notes on its case how far a letter has come.
///
/// # Errors
/// When the store fails; the job is tried again.
pub async fn delivered(ctx: &Context, job: &Job) -> anyhow::Result<()> {
    let said: DeliveryJob = serde_json::from_str(&job.body).context("reading a delivery")?;
    let message: MessageId = said.message.parse().context("a delivery of no message of ours")?;
    ctx.passes(Point::DeliveryBegun);
    let mut tx = ctx.begin().await?;
    if said.reported {
        let noted = conversation::message::actions::reported(
            &mut tx,
            ctx,
            message,
            (said.state, &said.detail),
            said.back_on,
        );
        noted.await?;
    } else {
        let noted = conversation::message::actions::delivered(
            &mut tx,
            ctx,
            message,
            said.state,
            &said.detail,
        );
        noted.await?;
    }
    tx.finish(job).await?;
    ctx.passes(Point::DeliveryNoted);
    tx.commit().await?;
    ctx.passes(Point::DeliveryKept);
    Ok(())
}
