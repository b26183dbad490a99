//! `redress mail …`: take one mail in from a pipe, read mails again, look into files, sign.

use super::{Common, mail_key, mailbox, open, runtime, start_logging};
use crate::settings::Settings;
use ::mail::dns::Kind;
use anyhow::{Context as _, bail};
use clap::Subcommand;
use domain::id::ArrivalId;
use hearing::mail::{Incoming, WHOLE_MOST};
use intake::State;
use jiff::{SignedDuration, Timestamp, civil::Date, tz::TimeZone};
use mailroom::Wanted;
use std::fs::File;
use std::io::{BufWriter, Read as _, Write};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use store::Context;
use store::course::Point;

/// Bytes of one mail that is looked into.
const MAIL_MOST: u64 = 36_700_160;
/// Rows read at once.
const PAGE: u32 = 500;

/// Mails.
#[derive(Subcommand, Debug)]
pub enum Mail {
    /// Keep the mail on stdin, for a mail server's pipe
    ///
    /// Exit 0 only after it is on the disk; 75 when it cannot be kept now, so that the mail server
    /// tries again; 69 when it is larger than 35 MB; 65 when nothing came. Works while `redress
    /// serve` runs on the same store. In Postfix: `|/usr/bin/redress --data DIR mail receive`.
    Receive {
        /// Our address it came to
        #[arg(long, value_name = "ADDRESS", env = "RECIPIENT", default_value = "")]
        to: String,
        /// Its return path
        #[arg(long, value_name = "ADDRESS", env = "SENDER")]
        from: Option<String>,
    },
    /// Read mails again that could not be read
    ///
    /// After an upgrade, for instance. Each keeps its number and goes to the case it had.
    Replay {
        /// Those that came since: 2026-11-19, 2026-11-19T08:00:00Z, 3h, 7d
        #[arg(long, value_name = "WHEN", required_unless_present = "id")]
        since: Option<String>,
        /// One: its id, as `redress mail replay --since … --dry-run` shows it
        #[arg(long, conflicts_with = "since")]
        id: Option<ArrivalId>,
        /// Only say which could be read now
        #[arg(long)]
        dry_run: bool,
    },
    /// Mailboxes that are fetched by IMAP or POP3
    #[command(subcommand)]
    Mailbox(mailbox::Mailbox),
    /// The keys that sign our reply addresses and Message-IDs, by which answers find their case
    #[command(subcommand)]
    Key(mail_key::Key),
    /// The DNS record under which the key that signs our letters is published
    Dkim,
    /// Ask the DNS for the records our mail needs: MX, SPF, DKIM, DMARC, each with what to publish
    Dns {
        /// The name server to ask; the machine's own when not said
        #[arg(long, value_name = "ADDRESS:PORT")]
        server: Option<SocketAddr>,
    },
    /// Say what stands in each file, one JSON object a file
    Parse {
        /// Files in RFC 5322 form; `-` reads stdin
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// As JSON, which is the only form
        #[arg(long)]
        json: bool,
    },
}

/// Runs `redress mail …`.
///
/// # Errors
/// When settings, the store or a file fail.
pub fn run(common: &Common, command: &Mail) -> anyhow::Result<ExitCode> {
    match command {
        Mail::Receive { to, from } => receive(common, to, from.clone()),
        Mail::Replay { since, id, dry_run } => replay(common, since.as_deref(), *id, *dry_run),
        Mail::Mailbox(command) => mailbox::run(common, command),
        Mail::Key(command) => mail_key::run(common, command),
        Mail::Dkim => dkim(common),
        Mail::Dns { server } => dns(common, *server),
        Mail::Parse { files, .. } => parse(files),
    }
}

fn receive(common: &Common, to: &str, from: Option<String>) -> anyhow::Result<ExitCode> {
    const NOTHING: u8 = 65;
    const TOO_LARGE: u8 = 69;
    let mut raw = Vec::new();
    let most = WHOLE_MOST as u64 + 1;
    std::io::stdin().lock().take(most).read_to_end(&mut raw).context("cannot read stdin")?;
    if raw.trim_ascii().is_empty() {
        eprintln!("error: no mail came on stdin");
        return Ok(ExitCode::from(NOTHING));
    }
    if raw.len() > WHOLE_MOST {
        eprintln!("error: it is larger than {} MB", WHOLE_MOST / 1_048_576);
        return Ok(ExitCode::from(TOO_LARGE));
    }
    let settings = common.settings(&[])?;
    start_logging(&settings);
    runtime()?.block_on(async {
        let ctx = open(&settings).await?;
        let mail = Incoming { mailbox: to.to_owned(), sender: from, raw, ..Incoming::default() };
        ctx.passes(Point::PipeRead);
        hearing::mail::take(&ctx, mail).await?;
        ctx.passes(Point::PipeKept);
        anyhow::Ok(())
    })?;
    Ok(ExitCode::SUCCESS)
}

fn replay(
    common: &Common,
    since: Option<&str>,
    id: Option<ArrivalId>,
    dry_run: bool,
) -> anyhow::Result<ExitCode> {
    let settings = common.settings(&[])?;
    start_logging(&settings);
    runtime()?.block_on(async {
        let ctx = open(&settings).await?;
        let since = since.map(|text| moment(text, ctx.now())).transpose()?;
        let since = since.unwrap_or(Timestamp::MIN);
        if dry_run {
            return try_reading(&ctx, since, id).await;
        }
        let started = match id {
            Some(id) if intake::retry(&ctx, id).await? => 1,
            Some(_) => 0,
            None => intake::retry_all_since(&ctx, since).await?,
        };
        if id.is_some() && started == 0 {
            eprintln!("error: there is no unreadable mail of that id");
            return Ok(ExitCode::from(5));
        }
        out!("{started} read again; `redress serve` goes on with them");
        Ok(ExitCode::SUCCESS)
    })
}

/// Says of each unreadable mail whether it could be read now. Nothing is changed.
async fn try_reading(
    ctx: &Context,
    since: Timestamp,
    only: Option<ArrivalId>,
) -> anyhow::Result<ExitCode> {
    let (mut before, mut readable, mut unreadable) = (String::new(), 0_u64, 0_u64);
    loop {
        let page = intake::list(&ctx.store, State::Unreadable, &before, PAGE).await?;
        let Some(last) = page.last() else { break };
        before.clone_from(&last.id);
        for one in &page {
            let id: ArrivalId = one.id.parse()?;
            let is_asked_for = one.channel == "mail"
                && one.received_at_ms >= since.as_millisecond()
                && only.is_none_or(|only| only == id);
            if !is_asked_for {
                continue;
            }
            let now = hearing::mail::reads_now(ctx, id).await?;
            match &now {
                Ok(()) => readable += 1,
                Err(_) => unreadable += 1,
            }
            let says = now.err().map_or("can be read now".to_owned(), |why| format!("not: {why}"));
            out!("{id}\t{} bytes\t{says}", one.size);
        }
    }
    out!("{readable} can be read now, {unreadable} cannot");
    Ok(ExitCode::SUCCESS)
}

/// A moment as people write it: a date, a moment, or how long ago.
fn moment(text: &str, now: Timestamp) -> anyhow::Result<Timestamp> {
    if let Ok(at) = text.parse::<Timestamp>() {
        return Ok(at);
    }
    if let Ok(date) = text.parse::<Date>() {
        return Ok(date.to_zoned(TimeZone::system())?.timestamp());
    }
    let split = text.len().saturating_sub(1);
    let ago = text.get(..split).and_then(|n| n.parse::<i64>().ok()).filter(|n| *n >= 0);
    let hours = match (ago, text.get(split..)) {
        (Some(n), Some("h")) => n,
        (Some(n), Some("d")) => n.saturating_mul(24),
        _ => bail!("{text} is no moment; write 2026-11-19, 2026-11-19T08:00:00Z, 3h or 7d"),
    };
    let hours = SignedDuration::from_hours(hours.min(1_000_000));
    now.checked_sub(hours).with_context(|| format!("{text} ago is before all time"))
}

fn dkim(common: &Common) -> anyhow::Result<ExitCode> {
    let settings = common.settings(&[])?;
    let Some(signer) = settings.dkim()? else {
        bail!(
            "no key is set; make one with `openssl genrsa -out dkim.pem 2048` and set \
             dkim_key = \"…/dkim.pem\""
        );
    };
    out!("{}. TXT {}", signer.record_name(), in_strings(&signer.record()));
    Ok(ExitCode::SUCCESS)
}

/// Exit 1 when a record is missing or wrong.
fn dns(common: &Common, server: Option<SocketAddr>) -> anyhow::Result<ExitCode> {
    let settings = common.settings(&[])?;
    let records = runtime()?.block_on(async {
        let ctx = open(&settings).await?;
        dns_records(&ctx, &settings, server).await
    })?;
    let mut well = true;
    for (wanted, judged) in records {
        match judged {
            Ok(says) => println!("ok   {} {}: {says}", wanted.what, wanted.name),
            Err(why) => {
                well = false;
                println!("BAD  {} {}: {why}; {}", wanted.what, wanted.name, wanted.why);
                println!("     publish: {}", record_line(&wanted));
            }
        }
    }
    Ok(if well { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

/// A record as a line of a zone, to copy.
pub fn record_line(wanted: &Wanted) -> String {
    match wanted.kind {
        Kind::Mx => format!("{}. MX {}", wanted.name, wanted.publish),
        Kind::Txt => format!("{}. TXT {}", wanted.name, in_strings(&wanted.publish)),
        Kind::A => format!("{}. A {}", wanted.name, wanted.publish),
        Kind::Aaaa => format!("{}. AAAA {}", wanted.name, wanted.publish),
    }
}

/// Each record that our mail needs, and whether the DNS has it.
///
/// # Errors
/// When no name server is known or a setting is wrong.
pub async fn dns_records(
    ctx: &Context,
    settings: &Settings,
    server: Option<SocketAddr>,
) -> anyhow::Result<Vec<(Wanted, Result<String, String>)>> {
    let server = match server {
        Some(server) => server,
        None => {
            let file = std::fs::read_to_string("/etc/resolv.conf").unwrap_or_default();
            hearing::mail::name_server(&file).context("this machine names no name server")?
        }
    };
    let dkim = settings.dkim()?.map(|signer| (signer.record_name(), signer.record()));
    let (_, from) = settings.mail_from();
    let (mut records, mut silent) = (Vec::new(), None);
    for wanted in mailroom::records_wanted(&from, &settings.mail_domain(), dkim) {
        // A server that was silent once is not waited for again.
        if silent.is_none() {
            match hearing::mail::look_up(ctx, server, &wanted.name, wanted.kind).await {
                Ok(found) => {
                    let judged = wanted.judge(&found);
                    records.push((wanted, judged));
                    continue;
                }
                Err(why) => silent = Some(why),
            }
        }
        records.push((wanted, Err(silent.clone().unwrap_or_default())));
    }
    Ok(records)
}

/// Whether a domain is one that only this machine knows.
pub fn is_known_here_only(domain: &str) -> bool {
    domain == "localhost" || domain.ends_with(".localhost") || domain.ends_with(".test")
}

/// The same as pages and programs read it.
pub async fn records(ctx: &Context, settings: &Settings) -> Vec<mailroom::Record> {
    let record = |what: &str, name: String, judged: Result<String, String>, why: &str, publish| {
        let (well, says) = match judged {
            Ok(says) => (true, says),
            Err(says) => (false, says),
        };
        let (what, why) = (what.to_owned(), why.to_owned());
        mailroom::Record { what, name, well, says, why, publish }
    };
    let domain = settings.mail_domain();
    if is_known_here_only(&domain) {
        let says = Ok("it is known on this machine only, so nothing is asked".to_owned());
        return vec![record("DNS", domain, says, "", String::new())];
    }
    match dns_records(ctx, settings, None).await {
        Ok(all) => all
            .into_iter()
            .map(|(wanted, judged)| {
                let publish = record_line(&wanted);
                record(wanted.what, wanted.name, judged, wanted.why, publish)
            })
            .collect(),
        Err(error) => {
            let says = Err(format!("the DNS cannot be asked: {error:#}"));
            vec![record("DNS", domain, says, "look at /etc/resolv.conf", String::new())]
        }
    }
}

/// A TXT record's text as strings of at most 255 bytes, as name servers take them.
fn in_strings(text: &str) -> String {
    let parts = text.as_bytes().chunks(255).map(String::from_utf8_lossy);
    parts.map(|part| format!("\"{part}\"")).collect::<Vec<_>>().join(" ")
}

/// Exit 3 when a file could not be opened.
fn parse(files: &[PathBuf]) -> anyhow::Result<ExitCode> {
    let mut out = BufWriter::new(std::io::stdout().lock());
    let mut bad = false;
    for path in files {
        let mut raw = Vec::new();
        let read = if path.as_os_str() == "-" {
            std::io::stdin().lock().take(MAIL_MOST).read_to_end(&mut raw)
        } else {
            File::open(path).and_then(|file| file.take(MAIL_MOST).read_to_end(&mut raw))
        };
        if let Err(error) = read {
            bad = true;
            eprintln!("warning: {}: {error}", path.display());
            continue;
        }
        let mut json = ::mail::parse(&raw).to_json();
        if let Some(object) = json.as_object_mut() {
            object.insert("file".to_owned(), path.display().to_string().into());
        }
        serde_json::to_writer(&mut out, &json)?;
        out.write_all(b"\n")?;
    }
    out.flush()?;
    Ok(if bad { ExitCode::from(3) } else { ExitCode::SUCCESS })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_read_as_people_write_them() {
        let now: Timestamp = "2026-11-19T13:00:00Z".parse().expect("a moment");
        let read = |text: &str| moment(text, now).map(|at| at.to_string()).ok();
        assert_eq!(read("3h").as_deref(), Some("2026-11-19T10:00:00Z"));
        assert_eq!(read("7d").as_deref(), Some("2026-11-12T13:00:00Z"));
        assert_eq!(read("2026-11-01T00:00:00Z").as_deref(), Some("2026-11-01T00:00:00Z"));
        assert!(read("2026-11-01").is_some());
        for wrong in ["", "h", "-1h", "yesterday", "ä", "99999999999999999999d"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_long_record_is_cut_into_strings_that_name_servers_take() {
        let text = "v".repeat(300);
        assert_eq!(in_strings(&text), format!("\"{}\" \"{}\"", "v".repeat(255), "v".repeat(45)));
    }
}
