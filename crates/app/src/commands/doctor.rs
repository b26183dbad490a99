//! `redress doctor`: what is wrong, with one fix per finding.

use super::{Common, open, runtime};
use crate::settings::Settings;
use clap::Args;
use serde::Serialize;
use std::process::ExitCode;
use std::time::Duration;
use store::Context;
use tokio::io::{AsyncBufReadExt, BufReader};
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
            println!("{}", serde_json::to_string(finding)?);
        } else {
            let mark = if finding.ok { "ok  " } else { "BAD " };
            println!("{mark} {:<9} {}", finding.part, finding.says);
            if let Some(fix) = &finding.fix {
                println!("     {:<9} fix: {fix}", "");
            }
        }
    }
    let well = findings.iter().all(|finding| finding.ok);
    Ok(if well { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

async fn examine(settings: &Settings) -> Vec<Finding> {
    let mut findings = vec![base_url(settings), relay(settings).await];
    match open(settings).await {
        Ok(ctx) => findings.extend(with_store(&ctx).await),
        Err(error) => findings.push(bad(
            "database",
            format!("{error:#}"),
            "start PostgreSQL, or make a folder: `redress init --data DIR --organisation NAME \
             --admin-email ADDRESS`",
        )),
    }
    if settings.store_is_file() {
        findings.push(disk(settings));
    }
    findings
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
        Ok((due, 0)) => good("work", format!("{due} waiting, none failed")),
        Ok((_, dead)) => bad(
            "work",
            format!("{dead} pieces of work failed for good"),
            "look at them under Settings › Failed work, then start them again",
        ),
        Err(error) => bad("work", error.to_string(), "look at the database first"),
    });
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

async fn relay(settings: &Settings) -> Finding {
    let (host, port) = match settings.relay() {
        Ok(Some(relay)) => relay,
        Ok(None) => {
            return bad("relay", "no mail server takes our letters", "set relay = \"host:port\"");
        }
        Err(error) => return bad("relay", format!("{error:#}"), "set relay = \"host:port\""),
    };
    let greeting = tokio::time::timeout(Duration::from_secs(10), async {
        let stream = TcpStream::connect((host.as_str(), port)).await?;
        let mut line = String::new();
        if settings.relay_tls() != "implicit" {
            BufReader::new(stream).read_line(&mut line).await?;
        }
        std::io::Result::Ok(line)
    });
    match greeting.await {
        Ok(Ok(line)) if line.is_empty() || line.starts_with("220") => {
            good("relay", format!("{host}:{port} answers"))
        }
        Ok(Ok(line)) => bad("relay", format!("{host}:{port} says {line:?}"), "ask its operator"),
        Ok(Err(error)) => {
            bad("relay", format!("{host}:{port}: {error}"), "start it, or mend `relay`")
        }
        Err(_) => bad("relay", format!("{host}:{port} does not answer"), "look at firewalls"),
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
