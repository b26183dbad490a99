//! One run: the steps that a seed decides.

use crate::acts::{Roll, act};
use crate::holds;
use casework::{ActError, Taking, Whose};
use domain::channel::{Channel, Kind};
use domain::feedback::{FeedbackIn, Imported, ThreadEvidence};
use domain::id::{CaseNumber, CustomerId};
use domain::message::Delivery;
use domain::urgency::Facts;
use jiff::SignedDuration;
use std::collections::BTreeMap;
use std::path::PathBuf;
use store::job::Job;
use store::{Context, SetClock};
use testkit::simulate::{Fate, Template, beginning, cut_off_after, open, remove};
use testkit::{Company, World};

const STEPS: u64 = 10;
const LEASE: SignedDuration = SignedDuration::from_secs(60);

/// What a run knows from outside: what was accepted, and what was seen of the record.
pub struct Run {
    pub seed: u64,
    pub world: World,
    pub company: Company,
    /// Inputs whose job was committed.
    pub inputs: Vec<(FeedbackIn, CustomerId)>,
    /// The end of each record when last looked at.
    pub ends: BTreeMap<String, (i64, String)>,
    path: PathBuf,
    fate: Fate,
    crashes: u64,
    tells: bool,
}

impl Run {
    /// Runs a seed; panics, naming it, when something does not hold.
    pub async fn of(seed: u64, template: &Template, tells: bool) {
        let path = template.copy(seed);
        let world = open(&path, seed, SetClock::at(beginning())).await;
        let named = Named(seed);
        let mut run = Run {
            seed,
            world,
            company: template.company().clone(),
            inputs: Vec::new(),
            ends: BTreeMap::new(),
            path: path.clone(),
            fate: Fate::of(seed),
            crashes: 0,
            tells,
        };
        for _ in 0..STEPS {
            run.step().await;
        }
        run.settle().await;
        holds::at_the_end(&mut run).await;
        run.world.ctx.store.close().await;
        remove(&path);
        drop(named);
    }

    fn tell(&self, what: &str) {
        if self.tells {
            println!("{} {what}", self.world.ctx.now());
        }
    }

    async fn step(&mut self) {
        self.world.pass(SignedDuration::from_secs(1 + self.fate.below(40).cast_signed()));
        let nobody_yet = self.inputs.is_empty();
        match self.fate.below(12) {
            _ if nobody_yet => self.arrive().await,
            0 => self.arrive().await,
            1 | 2 => self.time_passes().await,
            3 => self.letters_leave().await,
            _ => self.somebody_acts().await,
        }
        if self.fate.once_in(3) {
            self.work(true).await;
        }
        holds::after_a_step(self).await;
    }

    /// Two months pass in which nobody does anything but the timers; none crashes.
    async fn settle(&mut self) {
        for _ in 0..2 {
            self.world.pass(SignedDuration::from_hours(24 * 30));
            self.work(false).await;
        }
    }

    async fn cases(&self) -> Vec<CaseNumber> {
        holds::numbers(&self.world.ctx).await
    }

    /// Something is said; from the commit on it is ours to keep.
    async fn arrive(&mut self) {
        let feedback = self.said().await;
        let who = match self.fate.below(3) {
            0 => self.company.nameless,
            _ => self.company.amara,
        };
        let n = self.inputs.len();
        let ctx = &self.world.ctx;
        let now = ctx.now();
        let mut tx = ctx.begin().await.expect("a transaction");
        let id = format!("arrival/{n:04}");
        tx.enqueue(&id, "arrival", &n.to_string(), now, now).await.expect("a job");
        tx.commit().await.expect("a commit");
        self.tell(&format!("arrival {n}"));
        self.inputs.push((feedback, who));
        self.work(true).await;
    }

    async fn said(&mut self) -> FeedbackIn {
        let now = self.world.ctx.now();
        let kinds = [Kind::Complaint, Kind::Complaint, Kind::Question, Kind::Idea, Kind::Praise];
        let imported = match self.fate.below(12) {
            0 => Imported::Open,
            1 => Imported::Closed,
            _ => Imported::No,
        };
        let known = self.cases().await;
        let thread = match self.fate.pick(&known) {
            Some(case) if self.fate.once_in(2) => {
                Some(ThreadEvidence { case: *case, trusted: !self.fate.once_in(4) })
            }
            _ => None,
        };
        let safety = self.fate.once_in(8);
        FeedbackIn {
            id: self.world.ctx.id(now),
            unit: self.company.unit,
            team: self.company.care,
            channel: Channel::Mail,
            public: false,
            author: "Amara".to_owned(),
            address: "amara@example.org".to_owned(),
            subject: String::new(),
            text: format!("The heating is off. This is word {}.", self.inputs.len()),
            folded: None,
            language: "en".to_owned(),
            kind: self.fate.pick(&kinds).copied().unwrap_or(Kind::Complaint),
            severity: u8::try_from(self.fate.below(5)).unwrap_or_default(),
            facts: Facts { safety, ..Facts::default() },
            topics: Vec::new(),
            said_at: now,
            wants_case: true,
            answerable: true,
            because: String::new(),
            thread,
            encrypted: self.fate.once_in(9),
            passed_on: None,
            imported,
        }
    }

    async fn time_passes(&mut self) {
        let next = self.world.ctx.store.next_job_at().await.expect("the next job");
        match next {
            Some(at) if at > self.world.ctx.now() && self.fate.once_in(2) => {
                self.tell("until the next timer");
                self.world.clock.set(at);
            }
            _ => {
                let minutes = [1, 61, 24 * 60, 6 * 24 * 60, 20 * 24 * 60];
                let minutes = self.fate.pick(&minutes).copied().unwrap_or(1);
                self.tell(&format!("{minutes} minutes pass"));
                self.world.pass(SignedDuration::from_mins(minutes));
            }
        }
        if self.work(true).await {
            holds::after_timers(self).await;
        }
    }

    /// Does what is due. Says whether all of it was done: a crash, or work in the hands of a
    /// worker that died, leaves some for later.
    async fn work(&mut self, may_crash: bool) -> bool {
        let mut whole = true;
        for _ in 0..40 {
            let now = self.world.ctx.now();
            let jobs = self.world.ctx.store.claim(now, LEASE, 10).await.expect("jobs");
            if jobs.is_empty() {
                return whole && holds::no_work_is_due(&self.world.ctx).await;
            }
            for job in jobs {
                let wakes = match may_crash && self.fate.once_in(12) {
                    true => self.fate.below(30),
                    false => u64::MAX,
                };
                self.tell(&format!("job {} ({wakes} wakes)", job.id));
                let input = job.body.parse::<usize>().ok().and_then(|n| self.inputs.get(n));
                let done = cut_off_after(wakes, do_job(&self.world.ctx, &job, input)).await;
                match done {
                    Some(Ok(())) => {}
                    Some(Err(error)) => panic!("{}: {error:#}", job.id),
                    None => {
                        self.crash().await;
                        whole = false;
                        break;
                    }
                }
            }
        }
        panic!("work without end");
    }

    /// The process dies and starts again on what was committed.
    async fn crash(&mut self) {
        self.tell("crash");
        self.crashes += 1;
        self.world.ctx.store.close().await;
        let chance = self.seed + self.crashes * 1_000_003;
        self.world = open(&self.path, chance, self.world.clock.clone()).await;
    }

    async fn somebody_acts(&mut self) {
        let known = self.cases().await;
        // Most happens on one case, so that its acts meet each other.
        let first = known.first().copied().filter(|_| !self.fate.once_in(4));
        let Some(number) = first.or(self.fate.pick(&known).copied()) else { return };
        let company = &self.company;
        let staff = [&company.jo, &company.jo, &company.jo, &company.maya, &company.priya];
        let staff = (*self.fate.pick(&staff).expect("somebody")).clone();
        let roll = Roll {
            what: match self.fate.once_in(3) {
                true => 10 + self.fate.below(2),
                false => self.fate.below(24),
            },
            which: self.fate.below(8),
            minutes: 1 + self.fate.below(5_000).cast_signed(),
        };
        let wakes = if self.fate.once_in(6) { self.fate.below(30) } else { u64::MAX };
        self.tell(&format!("{} on {number}: {roll:?} ({wakes} wakes)", staff.name));
        let doing = act(&self.world.ctx, &self.company, &staff, number, roll);
        match cut_off_after(wakes, doing).await {
            None => self.crash().await,
            Some(Ok(_) | Err(ActError::Missing | ActError::Refused(_))) => {}
            Some(Err(error)) => panic!("{number}: {error}"),
        }
    }

    /// Letters leave: most are taken, some fail for now, some are cut off in the middle.
    async fn letters_leave(&mut self) {
        let ctx = self.world.ctx.clone();
        let now = ctx.now();
        let letters = ctx.store.take_letters(now, LEASE, 20).await.expect("letters");
        for letter in letters {
            let (state, delivery) = match self.fate.below(4) {
                0 => ("held", None),
                1 => ("failed", Some(Delivery::Failed)),
                2 => {
                    ctx.store.letter_sending(&letter, now, LEASE).await.expect("sending");
                    continue;
                }
                _ => ("sent", Some(Delivery::Sent)),
            };
            ctx.store.letter_sending(&letter, now, LEASE).await.expect("sending");
            self.ended(&ctx, &letter, state, delivery).await;
        }
        for letter in ctx.store.cut_off_letters(now, 20).await.expect("letters") {
            self.ended(&ctx, &letter, "uncertain", Some(Delivery::Uncertain)).await;
        }
    }

    async fn ended(
        &self,
        ctx: &Context,
        letter: &store::outbox::Letter,
        state: &str,
        delivery: Option<Delivery>,
    ) {
        let now = ctx.now();
        self.tell(&format!("letter {} {state}", letter.key));
        let mut tx = ctx.begin().await.expect("a transaction");
        let again = now + SignedDuration::from_mins(5);
        tx.letter_ended(letter, state, "so it went", again, now).await.expect("an end");
        if let Some(delivery) = delivery {
            let message = letter.key.parse().expect("a message");
            let noted =
                conversation::message::actions::delivered(&mut tx, ctx, message, delivery, "");
            noted.await.expect("noted");
        }
        tx.commit().await.expect("a commit");
    }
}

async fn do_job(
    ctx: &Context,
    job: &Job,
    input: Option<&(FeedbackIn, CustomerId)>,
) -> anyhow::Result<()> {
    if let Some(done) = app::cases::run(ctx, job).await {
        return done;
    }
    let mut tx = ctx.begin().await?;
    let others = ["correction", "coached", "topics_corrected", casework::joiner::PLACED_JOB];
    if others.contains(&job.kind.as_str()) {
        tx.finish(job).await?;
        return Ok(tx.commit().await?);
    }
    let (feedback, customer) = input.expect("only arrivals are left");
    let taking = Taking::begin(&mut tx, ctx, ctx.now(), 1).await?;
    taking.take_in(&mut tx, feedback, Whose { customer: *customer, name: None }).await?;
    tx.finish(job).await?;
    tx.commit().await?;
    Ok(())
}

/// Prints the seed when a run panics.
struct Named(u64);

impl Drop for Named {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("seed {}: replay with REDRESS_SEED={}", self.0, self.0);
        }
    }
}
