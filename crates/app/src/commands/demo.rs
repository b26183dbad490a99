//! `redress demo`: a practice company, filled through the real actions from real complaints.
//!
//! The complaints are consumer complaints published by the U.S. Consumer Financial Protection
//! Bureau (public domain); names and addresses are invented, the company is fictional.

mod lists;
mod people;
mod story;

use super::{Common, context, runtime, start_logging};
use crate::router::Rooms;
use crate::settings::Settings;
use anyhow::{Context as _, bail};
use clap::Args;
use domain::permit::Staff;
use flate2::read::GzDecoder;
use indicatif::{ProgressBar, ProgressStyle};
use jiff::{SignedDuration, Timestamp};
use organisation::sign_in::LinkUse;
use serde::Deserialize;
use std::io::Read;
use std::process::ExitCode;
use std::sync::Arc;
use store::{Chance, Clock, Context, SetClock, Store, SystemChance, SystemClock};

/// The sample that travels in the binary.
const COMPLAINTS: &[u8] = include_bytes!("../../../../demo/complaints.jsonl.gz");
/// A fictional mail thread.
const THREAD: &[u8] = include_bytes!("../../../../demo/thread.mbox");
/// How long before now the practice company's story begins.
const STORY: SignedDuration = SignedDuration::from_hours(5 * 24);
/// How long practice links open.
const LINKS: SignedDuration = SignedDuration::from_hours(72);

/// Fills a practice company and serves it.
#[derive(Args, Debug)]
pub struct Demo {
    #[command(flatten)]
    serve: crate::serve::ServeFlags,
    /// Only fill it, do not serve
    #[arg(long)]
    fill_only: bool,
    /// Complaints to take from the sample, at most
    #[arg(long, value_name = "N", default_value_t = 1_500)]
    complaints: usize,
}

/// A complaint of the sample. One of its two sources gives no day, issue and company.
#[derive(Debug, Deserialize)]
pub(crate) struct Sample {
    id: String,
    #[serde(default)]
    date: String,
    product: String,
    #[serde(default)]
    issue: String,
    #[serde(default)]
    company: String,
    text: String,
}

/// Runs `redress demo`.
///
/// # Errors
/// When the folder cannot be written or an address cannot be taken.
pub fn run(common: &Common, command: &Demo) -> anyhow::Result<ExitCode> {
    let mut common = common.clone();
    if common.data.is_none() && common.database.is_none() {
        common.data = Some("redress-demo".to_owned());
    }
    let mut flags = command.serve.as_settings();
    if common.log.is_none() {
        flags.push(("log", Some("warn".to_owned())));
    }
    let settings = common.settings(&flags)?;
    start_logging(&settings);
    if settings.store_is_file() {
        let folder = settings.data();
        std::fs::create_dir_all(&folder)
            .with_context(|| format!("cannot make {}", folder.display()))?;
    }
    runtime()?.block_on(async {
        let store = Store::open(&settings.store()).await?;
        let practice = store.setting("practice").await?;
        if practice.is_none() {
            if store.setting("organisation/name").await?.is_some() {
                bail!(
                    "there is a real company in {}; nothing was changed",
                    settings.data().display()
                );
            }
            fill(&store, &settings, command.complaints).await?;
        }
        let ctx = context(store, &settings).await?;
        tell(&ctx, &settings).await?;
        if command.fill_only {
            return Ok(ExitCode::SUCCESS);
        }
        crate::serve::serve(ctx, &settings).await?;
        Ok(ExitCode::SUCCESS)
    })
}

/// The company while its story is told: a clock that is moved on by hand.
pub(crate) struct Stage {
    pub ctx: Context,
    pub clock: SetClock,
    pub rooms: Rooms,
    pub maya: Staff,
    pub jo: Staff,
    pub priya: Staff,
}

impl Stage {
    /// Moves the clock on and does what is due by then.
    pub async fn until(&self, at: Timestamp) -> anyhow::Result<()> {
        self.clock.set(at.max(self.ctx.now()));
        self.work().await
    }

    /// Does everything that is due now.
    pub async fn work(&self) -> anyhow::Result<()> {
        const LEASE: SignedDuration = SignedDuration::from_mins(10);
        loop {
            let jobs = self.ctx.store.claim(self.ctx.now(), LEASE, 50).await?;
            if jobs.is_empty() {
                return Ok(());
            }
            for job in &jobs {
                crate::work::one(&self.ctx, &self.rooms, job).await;
            }
        }
    }
}

async fn fill(store: &Store, settings: &Settings, most: usize) -> anyhow::Result<()> {
    let began = SystemClock.now();
    let clock = SetClock::at(began - STORY);
    let chance: Arc<dyn Chance> = Arc::new(SystemChance);
    let (base, domain) = (settings.base_url(), settings.mail_domain());
    let ctx = Context::new(store.clone(), &base, &domain, Arc::new(clock.clone()), chance).await?;
    let rooms = Rooms::new(settings)?;
    let (maya, jo, priya) = people::hire(&ctx).await?;
    let stage = Stage { ctx, clock, rooms, maya, jo, priya };
    let samples = samples(most)?;
    let bar = bar(samples.len() as u64);
    lists::name_topics(&stage).await?;
    story::old_ones(&stage, &samples, &bar).await?;
    story::mail_thread(&stage, THREAD).await?;
    story::this_week(&stage, &samples, began, &bar).await?;
    bar.finish_and_clear();
    let mut tx = stage.ctx.begin().await?;
    tx.set_setting("practice", "true", stage.ctx.now()).await?;
    tx.commit().await?;
    let seconds = (SystemClock.now().as_millisecond() - began.as_millisecond()) as f64 / 1_000.0;
    eprintln!("Filled a practice company with {} complaints in {seconds:.1} s.", samples.len());
    Ok(())
}

fn samples(most: usize) -> anyhow::Result<Vec<Sample>> {
    let mut text = String::new();
    GzDecoder::new(COMPLAINTS).read_to_string(&mut text).context("unpacking the sample")?;
    let lines = text.lines().filter(|line| !line.is_empty()).take(most);
    lines.map(|line| serde_json::from_str(line).context("reading the sample")).collect()
}

fn bar(len: u64) -> ProgressBar {
    let style = "filling the practice company {wide_bar} {pos} of {len}, {per_sec}, {eta} left";
    match ProgressStyle::with_template(style) {
        Ok(style) => ProgressBar::new(len).with_style(style),
        Err(_) => ProgressBar::new(len),
    }
}

/// Prints the address and the ways in.
async fn tell(ctx: &Context, settings: &Settings) -> anyhow::Result<()> {
    let link = async |email: &str| {
        organisation::sign_in::make_link(ctx, email, LinkUse::ManyForPractice, LINKS)
            .await
            .map_err(|error| anyhow::anyhow!("making a link: {error}"))
    };
    out!("Redress practice company: {}", settings.base_url());
    out!("data in {}\n", settings.data().display());
    out!("agent     Maya   {}", link(people::MAYA).await?);
    out!("lead      Jo     {}", link(people::JO).await?);
    out!("admin     Kari   {}", link(people::KARI).await?);
    match people::customer_page(ctx).await? {
        Some((name, path)) => out!("customer  {name:<6} {}{path}", settings.base_url()),
        None => out!("customer  –      {}/start", settings.base_url()),
    }
    out!("complain yourself   {}/start", settings.base_url());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_complaint_of_the_sample_can_be_told() {
        let samples = samples(usize::MAX).expect("the sample can be read");
        assert_eq!(samples.len(), 1_500);
        assert!(samples.iter().all(|sample| !sample.text.trim().is_empty()));
    }
}
