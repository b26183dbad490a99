//! What happened at the practice company: told through the real actions, hour by hour.

use super::{Sample, Stage, lists, people};
use anyhow::Context as _;
use casework::promise::rules::ClosedHours;
use conversation::message::actions::{self as messages, Reply};
use desk::view::promises::owed_by;
use desk::view::queue::{self, Lane, QueueRow, View};
use domain::case::Closing;
use domain::channel::{Channel, Kind};
use domain::id::CaseNumber;
use domain::permit::Staff;
use domain::promise::PromiseState;
use domain::words::Words;
use hearing::api_body::{ApiAuthor, ApiFeedback};
use hearing::said::{Envelope, Shape};
use indicatif::ProgressBar;
use intake::Arrival;
use jiff::{SignedDuration, Timestamp};
use remedies::promise::actions::{self as promises, MakePromise};
use store::Press;
use store::scope::Reach;

/// Rows laid down at once.
const AT_ONCE: usize = 250;
/// Complaints of this week.
const FRESH: usize = 90;

fn words(text: &str) -> anyhow::Result<Words> {
    Words::new(text, 100_000).map_err(|error| anyhow::anyhow!("words: {error:?}"))
}

fn said(sample: &Sample, n: usize, at: Timestamp) -> ApiFeedback {
    let (name, email) = people::customer(n % 700);
    let product = sample.product.replace('_', " ");
    ApiFeedback {
        // The bureau blanks names with runs of X; a sentence reads better with a dash.
        text: sample.text.replace("XXXX", "–").replace("XX/XX/", ""),
        // Without an issue the first words stand for it.
        subject: match sample.issue.as_str() {
            "" => String::new(),
            issue => format!("{issue} ({product})"),
        },
        author: ApiAuthor { name, email, ..ApiAuthor::default() },
        channel: Some(if n.is_multiple_of(3) { Channel::Mail } else { Channel::Form }),
        kind: None,
        source: format!("CFPB {}", sample.company).trim_end().to_owned(),
        url: String::new(),
        rating: None,
        reach: None,
        language: "en".to_owned(),
        said_at: Some(at),
        unit: None,
    }
}

fn arrival(key: String, feedback: &ApiFeedback, quiet: bool) -> anyhow::Result<Arrival> {
    let mut envelope = Envelope::of(Shape::Api);
    envelope.quiet = quiet;
    Ok(Arrival {
        channel: Channel::Api,
        source_key: key,
        envelope: serde_json::to_value(envelope)?,
        raw: serde_json::to_vec(feedback)?,
        batch: None,
    })
}

/// Complaints of earlier years, taken over as they were and closed.
pub async fn old_ones(stage: &Stage, samples: &[Sample], bar: &ProgressBar) -> anyhow::Result<()> {
    let ctx = &stage.ctx;
    for (part, some) in samples.chunks(AT_ONCE).enumerate() {
        let mut arrivals = Vec::with_capacity(some.len());
        for (place, sample) in some.iter().enumerate() {
            let n = part * AT_ONCE + place;
            if n < FRESH {
                continue;
            }
            // Where the source gives no day, one of the two years before stands for it.
            let some_day = ctx.now() - SignedDuration::from_hours(24 * (30 + n as i64 % 700));
            let at = format!("{}T09:00:00Z", sample.date).parse().unwrap_or(some_day);
            let feedback = said(sample, n, at);
            arrivals.push(arrival(format!("demo/{}", sample.id), &feedback, true)?);
        }
        intake::receive_many(ctx, &arrivals).await?;
        stage.work().await?;
        bar.inc(arrivals.len() as u64);
    }
    close_most(stage).await
}

/// Whoever was on duty then closed nearly all of them.
async fn close_most(stage: &Stage) -> anyhow::Result<()> {
    let ctx = &stage.ctx;
    let reach = Reach::from(&stage.jo);
    let reason = words("Answered in the earlier system.")?;
    let mut after = None;
    let mut n = 0_usize;
    loop {
        let page = queue::queue(ctx, &reach, Lane::All, View::Open, after.as_ref()).await?;
        for row in &page.rows {
            n += 1;
            if n.is_multiple_of(9) {
                continue;
            }
            let press = Press::none();
            let because = Closing::Withdrawn;
            let done = remedies::resolution::actions::close(
                ctx,
                &stage.jo,
                row.case.number,
                because,
                &reason,
                &press,
            );
            done.await?;
        }
        match page.next {
            Some(next) => after = Some(next),
            None => return Ok(()),
        }
    }
}

/// The fictional mail thread, mail by mail.
pub async fn mail_thread(stage: &Stage, mbox: &[u8]) -> anyhow::Result<()> {
    for mail in mail::mbox::split(mbox) {
        by_mail(stage, mail.to_vec()).await?;
    }
    Ok(())
}

async fn by_mail(stage: &Stage, raw: Vec<u8>) -> anyhow::Result<()> {
    let mut envelope = Envelope::of(Shape::Mail);
    envelope.mailbox = format!("help@{}", stage.ctx.mail_domain);
    let arrival = Arrival {
        channel: Channel::Mail,
        source_key: format!("demo/mail/{}", store::file::sha256_hex(&raw)),
        envelope: serde_json::to_value(envelope)?,
        raw,
        batch: None,
    };
    intake::receive(&stage.ctx, arrival).await?;
    stage.work().await
}

/// Two people write with the address of somebody else's case, and wait on it to be taken in.
async fn joiners(stage: &Stage) -> anyhow::Result<()> {
    let Some(shown) = people::shown_case(&stage.ctx).await? else { return Ok(()) };
    let keys = hearing::mail::keys(&stage.ctx).await?;
    let (domain, number) = (stage.ctx.mail_domain.to_string(), shown.number.unsigned_abs());
    let address = mail::token::reply_address(&keys, &domain, "reply", number, "forwarded");
    let whose = &shown.name;
    for (name, at, text) in [
        (
            "Ines Duarte",
            "ines.duarte@example.org",
            format!(
                "I look after the papers of {whose}, who asked me to write. The fee of 35 dollars was taken again this morning. Please tell us when it comes back."
            ),
        ),
        (
            "Tom Whitfield",
            "tom.whitfield@example.net",
            format!(
                "{whose} passed your letter on to me. The same fee was taken from my account, and I want it back as well."
            ),
        ),
    ] {
        let mail = format!(
            "From: {name} <{at}>\r\nTo: {address}\r\nSubject: The same fee\r\nMessage-ID: <joins.{at}>\r\n\
             Content-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n"
        );
        by_mail(stage, mail.into_bytes()).await?;
    }
    Ok(())
}

/// Five days at the desk.
pub async fn this_week(
    stage: &Stage,
    samples: &[Sample],
    end: Timestamp,
    bar: &ProgressBar,
) -> anyhow::Result<()> {
    let begin = stage.ctx.now();
    let fresh: Vec<&Sample> = samples.iter().take(FRESH).collect();
    let span = end.as_millisecond() - begin.as_millisecond();
    let steps = fresh.len().max(1) as i64;
    for (n, sample) in fresh.iter().enumerate() {
        let at = begin + SignedDuration::from_millis(span * (n as i64) / steps);
        stage.until(at).await?;
        let feedback = said(sample, 700 + n / 2, at);
        intake::receive(&stage.ctx, arrival(format!("demo/{}", sample.id), &feedback, false)?)
            .await?;
        stage.work().await?;
        keep_promises(stage, n).await?;
        if n % 2 == 1 {
            handle(stage, n).await?;
        }
        bar.inc(1);
    }
    praise_and_ideas(stage).await?;
    lists::label_cases(stage).await?;
    lists::write_texts(stage).await?;
    stage.until(end - SignedDuration::from_mins(50)).await?;
    for who in [&stage.maya, &stage.priya] {
        catch_up(stage, who).await?;
    }
    stage.until(end).await?;
    // Last of all: they wait for as long as a first word may take, which can be less than an hour.
    joiners(stage).await
}

/// Before the day ends everybody goes through what is late, and gets to most of it.
async fn catch_up(stage: &Stage, who: &Staff) -> anyhow::Result<()> {
    let ctx = &stage.ctx;
    let lane = Lane::Owner(who.id);
    let page = queue::queue(ctx, &Reach::from(who), lane, View::Open, None).await?;
    let late =
        page.rows.iter().filter(|row| row.case.next_due().is_some_and(|due| due < ctx.now()));
    for (n, row) in late.enumerate() {
        let owes = row.case.promises.iter().any(|promise| promise.is_owed());
        match n % 6 {
            0 => {}
            _ if owes => promise(stage, who, row, SignedDuration::from_hours(30)).await?,
            1 | 4 => solve(stage, who, row).await?,
            _ => promise(stage, who, row, SignedDuration::from_hours(20 + 4 * n as i64)).await?,
        }
    }
    Ok(())
}

/// Puts a case right, and the customer says so.
async fn solve(stage: &Stage, who: &Staff, row: &QueueRow) -> anyhow::Result<()> {
    let ctx = &stage.ctx;
    let did = words("We corrected the entry and wrote to the bureau. The copy is in your post.")?;
    let ask = remedies::resolution::actions::Ask::Now;
    remedies::resolution::actions::resolve(ctx, who, row.case.number, &did, ask, &Press::none())
        .await?;
    said_by_customer(ctx, row, remedies::resolution::rules::Answer::Yes, "Yes, thank you.").await
}

/// The customer answers "Did this solve it?" on their page.
async fn said_by_customer(
    ctx: &store::Context,
    row: &QueueRow,
    answer: remedies::resolution::rules::Answer,
    says: &str,
) -> anyhow::Result<()> {
    let mut tx = ctx.begin().await?;
    let (case, customer) = (row.case.id, row.case.customer);
    let token = casework::case::link::of_case(&mut tx, ctx, case, customer, ctx.now()).await?;
    tx.commit().await?;
    let opened = casework::case::link::opened_by(ctx, &token).await?;
    let permit = opened.context("the link that was just made opens its case")?;
    let said = words(says)?;
    remedies::resolution::actions::answer(ctx, &permit, answer, Some(&said), &Press::none())
        .await?;
    Ok(())
}

/// Somebody takes the next case and does the next right thing.
async fn handle(stage: &Stage, n: usize) -> anyhow::Result<()> {
    let who = if n % 4 == 1 { &stage.maya } else { &stage.priya };
    let reach = Reach::from(who);
    let page = queue::queue(&stage.ctx, &reach, Lane::All, View::Open, None).await?;
    let Some(row) = page.rows.iter().find(|row| row.case.owner.is_none()) else { return Ok(()) };
    let number = row.case.number;
    let press = Press::none();
    casework::case::actions::take(&stage.ctx, who, number, &press).await?;
    match n % 10 {
        1 => promise(stage, who, row, SignedDuration::from_hours(8)).await,
        3 => {
            promise(stage, who, row, SignedDuration::from_hours(72)).await?;
            note(stage, who, number).await
        }
        5 => offer(stage, who, number).await,
        7 => resolve(stage, who, row, n).await,
        _ => {
            note(stage, who, number).await?;
            promise(stage, who, row, SignedDuration::from_hours(48)).await
        }
    }
}

/// Whoever promised something that is due soon does it, four times out of five.
async fn keep_promises(stage: &Stage, n: usize) -> anyhow::Result<()> {
    const SOON: SignedDuration = SignedDuration::from_hours(3);
    let ctx = &stage.ctx;
    let done = words("Rang, and went through the account together line by line.")?;
    for who in [&stage.maya, &stage.priya] {
        for (place, line) in owed_by(ctx, who.id, 20).await?.into_iter().enumerate() {
            let is_open = line.promise.state == PromiseState::Open;
            let forgotten = (n + place).is_multiple_of(5);
            if is_open && !forgotten && line.promise.due_at < ctx.now() + SOON {
                let (id, press) = (line.promise.id, Press::none());
                promises::keep(ctx, who, line.case, id, done.clone(), &press).await?;
            }
        }
    }
    Ok(())
}

fn first_name(row: &QueueRow) -> &str {
    row.customer.split(' ').next().unwrap_or("there")
}

async fn reply(stage: &Stage, who: &Staff, row: &QueueRow, text: String) -> anyhow::Result<()> {
    let reply = Reply {
        text: words(&text)?,
        read_up_to: None,
        to: None,
        despite_failure: false,
        in_clear: false,
        draft_stamp: None,
    };
    let press = Press::none();
    messages::reply(&stage.ctx, who, row.case.number, reply, &press).await?;
    Ok(())
}

async fn promise(
    stage: &Stage,
    who: &Staff,
    row: &QueueRow,
    within: SignedDuration,
) -> anyhow::Result<()> {
    let ctx = &stage.ctx;
    let make = MakePromise {
        words: words("ring you and say what we found")?,
        keeper: None,
        due_at: ctx.now() + within,
        visible: true,
        closed_hours: ClosedHours::Confirmed,
    };
    promises::make(ctx, who, row.case.number, make, &Press::none()).await?;
    let (name, own) = (first_name(row), &who.name);
    let text = format!(
        "Hi {name},\n\nI'm sorry that we got this wrong and that you had to write to us about it. \
         I have your account in front of me and am going through it line by line. I'll ring you \
         and say what we found.\n\nIs there a time at which a call suits you best?\n\n{own}"
    );
    reply(stage, who, row, text).await
}

async fn note(stage: &Stage, who: &Staff, number: CaseNumber) -> anyhow::Result<()> {
    let text =
        words("Looked at the account: the second entry is ours. Asked payments to confirm.")?;
    messages::note(&stage.ctx, who, number, text, None, &Press::none()).await?;
    Ok(())
}

async fn offer(stage: &Stage, who: &Staff, number: CaseNumber) -> anyhow::Result<()> {
    remedies::offer::actions::ask(&stage.ctx, who, number, None, &Press::none()).await?;
    Ok(())
}

async fn resolve(stage: &Stage, who: &Staff, row: &QueueRow, n: usize) -> anyhow::Result<()> {
    let ctx = &stage.ctx;
    let did = words("We took the fee back and corrected what we report about you.")?;
    let number = row.case.number;
    let ask = remedies::resolution::actions::Ask::Now;
    remedies::resolution::actions::resolve(ctx, who, number, &did, ask, &Press::none()).await?;
    stage.until(ctx.now() + SignedDuration::from_mins(40)).await?;
    let answer = if n % 20 == 7 {
        remedies::resolution::rules::Answer::Yes
    } else {
        remedies::resolution::rules::Answer::No
    };
    said_by_customer(ctx, row, answer, "The fee is back, but the report still says late.").await
}

/// Not everything is a complaint.
async fn praise_and_ideas(stage: &Stage) -> anyhow::Result<()> {
    let texts = [
        (
            Kind::Praise,
            "Thank you, Maya rang me back within the hour and it was sorted in one call.",
        ),
        (Kind::Idea, "It would be nice if the app let me choose the day my payment leaves."),
        (Kind::Question, "Which papers do I need to add my daughter to the account?"),
        (Kind::Cancellation, "Please close my card account. I do not want to be called about it."),
    ];
    for (n, (kind, text)) in texts.into_iter().enumerate() {
        let (name, email) = people::customer(800 + n);
        let feedback = ApiFeedback {
            text: text.to_owned(),
            subject: String::new(),
            author: ApiAuthor { name, email, ..ApiAuthor::default() },
            channel: Some(Channel::Form),
            kind: Some(kind),
            source: String::new(),
            url: String::new(),
            rating: None,
            reach: None,
            language: "en".to_owned(),
            said_at: None,
            unit: None,
        };
        intake::receive(&stage.ctx, arrival(format!("demo/other/{n}"), &feedback, false)?).await?;
    }
    let post = ApiFeedback {
        text: "Third letter to @harbourbank about the same wrong fee. Nobody answers.".to_owned(),
        subject: String::new(),
        author: ApiAuthor { name: "Grace M.".to_owned(), ..ApiAuthor::default() },
        channel: Some(Channel::Post),
        kind: None,
        source: "practice network".to_owned(),
        url: "https://posts.example/grace/1".to_owned(),
        rating: None,
        reach: Some(48_000),
        language: "en".to_owned(),
        said_at: None,
        unit: None,
    };
    intake::receive(&stage.ctx, arrival("demo/post/1".to_owned(), &post, false)?).await?;
    stage.work().await
}
