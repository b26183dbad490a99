//! `redress doctor`: what is wrong, with one fix per finding.

use super::{Common, open, runtime};
use crate::settings::Settings;
use clap::Args;
use mailroom::{Wanted, fetch};
use serde::Serialize;
use std::process::ExitCode;
use std::time::Duration;
use store::Context;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Asks every part whether it works.
#[derive(Args, Debug)]
pub struct Doctor {
    /// As JSON
    #[arg(long)]
    json: bool,
}

/// One finding.
#[derive(Debug, Serialize)]
struct Finding {
    part: &'static str,
    ok: bool,
    says: String,
    /// What to do, with a command to copy where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    fix: Option<String>,
}

fn good(part: &'static str, says: impl Into<String>) -> Finding {
    Finding { part, ok: true, says: says.into(), fix: None }
}

fn bad(part: &'static str, says: impl Into<String>, fix: impl Into<String>) -> Finding {
    Finding { part, ok: false, says: says.into(), fix: Some(fix.into()) }
}

/// Runs it. Exit 1 when something is wrong.
///
/// # Errors
/// When settings cannot be read.
pub fn run(common: &Common, command: &Doctor) -> anyhow::Result<ExitCode> {
    let settings = common.settings(&[])?;
    let findings = runtime()?.block_on(examine(&settings));
    for finding in &findings {
        if command.json {
            out!("{}", serde_json::to_string(finding)?);
        } else {
            let mark = if finding.ok { "ok  " } else { "BAD " };
            out!("{mark} {:<9} {}", finding.part, finding.says);
            if let Some(fix) = &finding.fix {
                out!("     {:<9} fix: {fix}", "");
            }
        }
    }
    let well = findings.iter().all(|finding| finding.ok);
    Ok(if well { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

async fn examine(settings: &Settings) -> Vec<Finding> {
    let mut findings = vec![base_url(settings)];
    findings.extend(listeners(settings).await);
    findings.push(dkim(settings));
    match open(settings).await {
        Ok(ctx) => {
            findings.push(relay(&ctx, settings).await);
            findings.extend(with_store(&ctx).await);
            findings.push(model(&ctx).await);
            findings.extend(dns(&ctx, settings).await);
        }
        Err(error) => findings.push(bad("database", format!("{error:#}"), database_fix(settings))),
    }
    if settings.store_is_file() {
        findings.push(disk(settings));
    }
    findings
}

fn database_fix(settings: &Settings) -> &'static str {
    if settings.store_is_file() {
        "name the folder with --data, or make one: `redress init --data DIR --organisation NAME \
         --admin-email ADDRESS`"
    } else {
        "start PostgreSQL, or mend the address in `database`; try it with `psql ADDRESS`"
    }
}

async fn with_store(ctx: &Context) -> Vec<Finding> {
    let mut findings = Vec::new();
    findings.push(match ctx.store.ping().await {
        Ok(()) => good("database", format!("{} answers", ctx.store.engine())),
        Err(error) => bad("database", error.to_string(), "look at the server's log"),
    });
    findings.push(match writes(ctx).await {
        Ok(()) => good("writing", "a change was made durable"),
        Err(error) => bad("writing", error.to_string(), "free disk space, or permit writing"),
    });
    findings.push(match ctx.store.job_counts().await {
        Ok((due, 0)) => waiting(ctx, due).await,
        Ok((_, dead)) => bad(
            "work",
            format!("{dead} pieces of work failed for good"),
            "`redress work failed` lists them, `redress work replay all` starts them again",
        ),
        Err(error) => bad("work", error.to_string(), "look at the database first"),
    });
    findings.extend(mailboxes(ctx).await);
    findings.push(held_senders(ctx).await);
    findings.push(match ctx.store.setting("organisation/name").await {
        Ok(Some(name)) => good("setup", format!("set up for {}", name.trim_matches('"'))),
        Ok(None) => bad(
            "setup",
            "nobody can sign in yet",
            "`redress init --organisation NAME --admin-email ADDRESS`",
        ),
        Err(error) => bad("setup", error.to_string(), "look at the database first"),
    });
    let year = ctx.now().to_zoned(jiff::tz::TimeZone::UTC).year();
    findings.push(match year {
        2026..=2100 => good("clock", format!("{} UTC", ctx.now())),
        _ => bad("clock", format!("the clock says {}", ctx.now()), "set the machine's clock"),
    });
    findings
}

/// The records our mail needs; nothing is asked about a domain that only this machine knows.
async fn dns(ctx: &Context, settings: &Settings) -> Vec<Finding> {
    let domain = settings.mail_domain();
    if super::mail::is_known_here_only(&domain) {
        return vec![good("dns", format!("{domain} is known on this machine only"))];
    }
    let records = match super::mail::dns_records(ctx, settings, None).await {
        Ok(records) => records,
        Err(error) => return vec![bad("dns", format!("{error:#}"), "look at /etc/resolv.conf")],
    };
    let finding = |(wanted, judged): (Wanted, Result<String, String>)| match judged {
        Ok(says) => good("dns", format!("{} of {}: {says}", wanted.what, wanted.name)),
        Err(why) => bad(
            "dns",
            format!("{} of {}: {why}; {}", wanted.what, wanted.name, wanted.why),
            format!("publish {}", super::mail::record_line(&wanted)),
        ),
    };
    records.into_iter().map(finding).collect()
}

async fn mailboxes(ctx: &Context) -> Vec<Finding> {
    let alarms = match fetch::alarms(&ctx.store, ctx.now()).await {
        Ok(alarms) => alarms,
        Err(error) => return vec![bad("mailbox", error.to_string(), "look at the database first")],
    };
    let finding = |(name, alarm): (String, Option<String>)| match alarm {
        None => good("mailbox", format!("{name} is fetched")),
        Some(alarm) => bad(
            "mailbox",
            format!("{name}: {alarm}"),
            format!("`redress mail mailbox fetch {name}` tries it; `add` again changes it"),
        ),
    };
    alarms.into_iter().map(finding).collect()
}

/// Whether the language model answers, where there is one, and what it has cost.
async fn model(ctx: &Context) -> Finding {
    let Some(model) = conversation::suggestion::endpoint::model(ctx) else {
        return good("model", "none is set up: no words leave for one");
    };
    let [day, month] = conversation::suggestion::periods(ctx.now());
    let spent = async |period: &str| conversation::suggestion::sql::spent(&ctx.store, period).await;
    let (day, month) = match (spent(&day).await, spent(&month).await) {
        (Ok(day), Ok(month)) => (day.tokens, month.tokens),
        (Err(error), _) | (_, Err(error)) => {
            return bad("model", error.to_string(), "look at the database first");
        }
    };
    match model.look(ctx).await {
        Ok(()) => good(
            "model",
            format!(
                "{} answers for {}; tokens spent: {day} of {} today, {month} of {} this month",
                model.host(),
                model.name,
                model.tokens_per_day,
                model.tokens_per_month
            ),
        ),
        Err(why) => bad("model", why, "start it, or mend `model_url`; empty turns it off"),
    }
}

/// Who handed in so much at once that no program answers them.
async fn held_senders(ctx: &Context) -> Finding {
    let all = store::scope::Reach { scope: "all".to_owned(), staff: String::new() };
    match casework::held::sql::held(&ctx.store, &all, ctx.now()).await {
        Ok(held) if held.iter().all(|one| one.kept) => {
            good("senders", format!("{} held back, none waits for a decision", held.len()))
        }
        Ok(held) => {
            let waits: Vec<String> = held
                .iter()
                .filter(|one| !one.kept)
                .map(|one| format!("{} ({} since {})", one.address, one.handed_in, one.since))
                .collect();
            let says = format!("held back for too much at once: {}", waits.join(", "));
            bad("senders", says, "let them go or keep them held on the page /held")
        }
        Err(error) => bad("senders", error.to_string(), "look at the database first"),
    }
}

/// Work that nobody takes up piles up.
async fn waiting(ctx: &Context, due: i64) -> Finding {
    const LATE: jiff::SignedDuration = jiff::SignedDuration::from_mins(10);
    let now = ctx.now();
    match ctx.store.next_job_at().await {
        Ok(Some(at)) if at.duration_until(now) > LATE => bad(
            "work",
            format!("{due} waiting, the oldest since {at}"),
            "start `redress serve`, or look at its log",
        ),
        Ok(_) => good("work", format!("{due} waiting, none failed")),
        Err(error) => bad("work", error.to_string(), "look at the database first"),
    }
}

async fn writes(ctx: &Context) -> Result<(), store::StoreError> {
    let now = ctx.now();
    let mut tx = ctx.begin().await?;
    tx.set_setting("doctor/last", &now.to_string(), now).await?;
    tx.commit().await
}

fn base_url(settings: &Settings) -> Finding {
    let url = settings.base_url();
    let is_local = ["127.0.0.1", "localhost", "[::1]"].iter().any(|host| url.contains(host));
    if is_local {
        let says = format!("{url}: only people on this machine can open links in letters");
        Finding { part: "address", ok: true, says, fix: None }
    } else if url.starts_with("https://") {
        good("address", url)
    } else {
        bad("address", format!("{url} is not HTTPS"), "set base_url = \"https://…\"")
    }
}

/// Opens a line to the relay as a letter does, and signs in.
async fn relay(ctx: &Context, settings: &Settings) -> Finding {
    const FIX: &str = "name one under Settings › Outgoing mail, or set relay = \"host:port\"";
    let own = match crate::router::relay(ctx, settings) {
        Ok(own) => own,
        Err(error) => return bad("relay", format!("{error:#}"), "mend this setting"),
    };
    let relay = match own.now(ctx).await {
        Ok(Some(relay)) => relay,
        Ok(None) => return bad("relay", "no mail server takes our letters", FIX),
        Err(error) => return bad("relay", error.to_string(), "look at the database first"),
    };
    let by = own.set_by().unwrap_or("Settings › Outgoing mail");
    match mailroom::greet(ctx, &relay).await {
        Ok(()) => {
            let signed = if relay.login.is_some() { " and lets us in" } else { "" };
            good("relay", format!("{}:{} answers{signed}, named by {by}", relay.host, relay.port))
        }
        Err(why) => bad("relay", why, format!("mend it where it is named: {by}")),
    }
}

/// Asks each listener as a mail server would: whether it greets, offers STARTTLS where it has a
/// certificate, and refuses a bare line feed, by which mails are smuggled.
async fn listeners(settings: &Settings) -> Vec<Finding> {
    let mut findings = Vec::new();
    let has_certificate = match settings.mail_certificate() {
        Ok(certificate) => certificate.is_some(),
        Err(error) => {
            findings.push(bad("listener", format!("{error:#}"), "mend `mail_certificate`"));
            false
        }
    };
    for (address, hello) in [(settings.smtp_listen(), "EHLO"), (settings.lmtp_listen(), "LHLO")] {
        let address = match address {
            Ok(Some(address)) => address,
            Ok(None) => continue,
            Err(error) => {
                findings.push(bad("listener", format!("{error:#}"), "write it as 127.0.0.1:2525"));
                continue;
            }
        };
        let asking = tokio::time::timeout(Duration::from_secs(10), ask_listener(address, hello));
        findings.push(match asking.await {
            Ok(Ok(said)) => judge_listener(&address.to_string(), &said, has_certificate),
            Ok(Err(error)) => bad(
                "listener",
                format!("{address}: {error}"),
                "start `redress serve`, which takes mail there",
            ),
            Err(_) => bad("listener", format!("{address} does not answer"), "look at firewalls"),
        });
    }
    findings
}

async fn ask_listener(address: std::net::SocketAddr, hello: &str) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(address).await?;
    let words = format!("{hello} doctor.localhost\r\nNOOP\nQUIT\r\nQUIT\r\n");
    stream.write_all(words.as_bytes()).await?;
    let mut said = Vec::new();
    stream.take(16_384).read_to_end(&mut said).await?;
    Ok(String::from_utf8_lossy(&said).into_owned())
}

fn judge_listener(address: &str, said: &str, has_certificate: bool) -> Finding {
    if !said.starts_with("220") {
        let says = format!("{address} greets with {:?}", said.lines().next().unwrap_or(""));
        return bad("listener", says, "is another program there?");
    }
    if !said.contains("500 5.5.2") {
        return bad(
            "listener",
            format!("{address} takes bare line feeds"),
            "is it an old version?",
        );
    }
    match (has_certificate, said.contains("STARTTLS")) {
        (true, false) => {
            bad("listener", format!("{address} offers no STARTTLS"), "start `redress serve` anew")
        }
        (_, true) => good("listener", format!("{address} takes mail, with STARTTLS")),
        (false, false) => good(
            "listener",
            format!("{address} takes mail, without STARTTLS: right behind a mail server here"),
        ),
    }
}

fn dkim(settings: &Settings) -> Finding {
    match settings.dkim() {
        Ok(Some(signer)) => good(
            "signing",
            format!(
                "letters are signed; published at {} (`redress mail dkim`)",
                signer.record_name()
            ),
        ),
        Ok(None) => {
            good("signing", "letters leave unsigned: right only where the relay signs them")
        }
        Err(error) => bad("signing", format!("{error:#}"), "mend `dkim_key`"),
    }
}

fn disk(settings: &Settings) -> Finding {
    let folder = settings.data();
    // `df` is on every system we run on; without it there is simply nothing to say.
    let told = std::process::Command::new("df").arg("-Pk").arg(&folder).output();
    let free_kb = told.ok().and_then(|out| {
        let text = String::from_utf8_lossy(&out.stdout).into_owned();
        text.lines().nth(1)?.split_whitespace().nth(3)?.parse::<u64>().ok()
    });
    match free_kb {
        Some(kb) if kb < 1_048_576 => {
            bad("disk", format!("{} MB free", kb / 1024), "make room: under 1 GB is too little")
        }
        Some(kb) => good("disk", format!("{} GB free", kb / 1_048_576)),
        None => good("disk", "free space is not known on this system"),
    }
}
