//! `redress mail mailbox …`: which mailboxes are fetched, and how they fare.

use super::{Common, open, runtime, start_logging};
use anyhow::{Context as _, bail};
use clap::{Args, Subcommand, ValueEnum};
use mailroom::Secure;
use mailroom::fetch::{self, Account, Grant, Kind, PRESETS, Preset, Secret};
use std::io::Read as _;
use std::path::PathBuf;
use std::process::ExitCode;

/// Mailboxes that are fetched.
#[derive(Subcommand, Debug)]
pub enum Mailbox {
    /// Add a mailbox, or change the one of its name
    Add(Box<Add>),
    /// List mailboxes and how they fare
    List {
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// List providers whose servers are known
    Providers,
    /// Look into a mailbox now, which says whether its settings are right
    Fetch {
        /// Its name
        name: String,
    },
    /// Fetch a mailbox no longer; what was taken from it stays
    Remove {
        /// Its name
        name: String,
    },
}

/// How the line is protected.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Tls {
    /// TLS from the first byte
    Implicit,
    /// STARTTLS, or nothing
    Required,
    /// In the clear, for a server on this machine
    None,
}

/// What it speaks.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Speaks {
    /// IMAP
    Imap,
    /// POP3
    Pop3,
}

/// A mailbox to add.
#[derive(Args, Debug)]
pub struct Add {
    /// Our address whose mail lies there
    address: String,
    /// What people call it; the address when not said
    #[arg(long)]
    name: Option<String>,
    /// The provider, as `redress mail mailbox providers` lists them
    #[arg(long, value_name = "PROVIDER", required_unless_present = "host")]
    provider: Option<String>,
    /// Its server
    #[arg(long)]
    host: Option<String>,
    /// The port there; the usual one when not said
    #[arg(long)]
    port: Option<u16>,
    /// What it speaks
    #[arg(long, value_enum, default_value = "imap")]
    speaks: Speaks,
    /// How the line is protected
    #[arg(long, value_enum, default_value = "implicit")]
    tls: Tls,
    /// A file with further authorities whose certificates are believed
    #[arg(long, value_name = "FILE")]
    authorities: Option<PathBuf>,
    /// The name we sign in with; the address when not said
    #[arg(long)]
    login: Option<String>,
    /// File with the password, read at each sign-in; without it the password comes on stdin and
    /// is kept sealed in the store
    #[arg(long, value_name = "FILE", conflicts_with_all = ["token_file", "oauth_client"])]
    password_file: Option<PathBuf>,
    /// File with an OAuth 2 access token that something else renews, read at each sign-in
    #[arg(long, value_name = "FILE", conflicts_with = "oauth_client")]
    token_file: Option<PathBuf>,
    /// Sign in with OAuth 2 as this client of the provider: the refresh token comes on stdin, is
    /// kept sealed in the store, and buys access tokens as they end
    #[arg(long, value_name = "ID")]
    oauth_client: Option<String>,
    /// File with the OAuth client's secret, where the provider wants one; kept sealed
    #[arg(long, value_name = "FILE", requires = "oauth_client")]
    oauth_secret_file: Option<PathBuf>,
    /// Where access tokens are bought; known of the providers that have it
    #[arg(long, value_name = "URL", requires = "oauth_client")]
    oauth_url: Option<String>,
    /// Folder to fetch (again for each)
    #[arg(long = "folder", value_name = "FOLDER", default_value = "INBOX")]
    folders: Vec<String>,
    /// Take what lies there already, too; people are acknowledged as if it came today
    #[arg(long)]
    everything: bool,
    /// Seconds between two looks where the server does not tell of new mail itself
    #[arg(long, default_value_t = 60)]
    every: u64,
    /// Hours without any new mail after which `redress doctor` says so
    #[arg(long, default_value_t = 72)]
    silence: u64,
}

/// Runs it. Exit 5 when there is no mailbox of that name, 1 when it cannot be fetched.
///
/// # Errors
/// When the store fails or an argument makes no sense.
pub fn run(common: &Common, command: &Mailbox) -> anyhow::Result<ExitCode> {
    if let Mailbox::Providers = command {
        for one in &PRESETS {
            out!("{}\t{}:{}\trelay {}\t{}", one.name, one.host, one.port, one.relay, one.hint);
        }
        return Ok(ExitCode::SUCCESS);
    }
    let settings = common.settings(&[])?;
    start_logging(&settings);
    runtime()?.block_on(async {
        let ctx = open(&settings).await?;
        let all = fetch::accounts(&ctx.store).await?;
        let named = |name: &str| all.iter().find(|account| account.name == name);
        match command {
            Mailbox::Add(add) => {
                let account = account(&ctx, add)?;
                let name = account.name.clone();
                fetch::put_account(&ctx, account).await?;
                out!("{name} is fetched from now on; `redress mail mailbox fetch {name}` tries it");
            }
            Mailbox::List { json } => list(&ctx, &all, *json).await?,
            Mailbox::Fetch { name } => {
                let Some(account) = named(name) else { return Ok(no_such(name)) };
                let new = fetch::fetch_now(&ctx, account).await?;
                out!("{new} new");
            }
            Mailbox::Remove { name } => {
                if !fetch::forget_account(&ctx, name).await? {
                    return Ok(no_such(name));
                }
                out!("{name} is fetched no longer");
            }
            Mailbox::Providers => {}
        }
        Ok(ExitCode::SUCCESS)
    })
}

fn no_such(name: &str) -> ExitCode {
    eprintln!("error: there is no mailbox called {name}");
    ExitCode::from(5)
}

async fn list(ctx: &store::Context, all: &[Account], json: bool) -> anyhow::Result<()> {
    for account in all {
        let health = fetch::health(&ctx.store, &account.name).await?;
        let alarm = health.alarm(account, ctx.now());
        if json {
            let says = serde_json::json!({"name": account.name, "host": account.host,
                "port": account.port, "login": account.login, "folders": account.folders,
                "mailbox": account.mailbox, "health": health, "alarm": alarm});
            out!("{says}");
        } else {
            let says = alarm.unwrap_or_else(|| "well".to_owned());
            out!("{}\t{}:{}\t{says}", account.name, account.host, account.port);
        }
    }
    Ok(())
}

fn account(ctx: &store::Context, add: &Add) -> anyhow::Result<Account> {
    if !add.address.contains('@') {
        bail!("{} is no address", add.address);
    }
    let preset = match &add.provider {
        Some(name) => {
            let found = PRESETS.iter().find(|preset| preset.name == name);
            Some(found.with_context(|| format!("no provider is called {name}"))?)
        }
        None => None,
    };
    let kind = preset.map_or(
        match add.speaks {
            Speaks::Imap => Kind::Imap,
            Speaks::Pop3 => Kind::Pop3,
        },
        |preset| preset.kind,
    );
    let secure = match add.tls {
        Tls::Implicit => Secure::FromTheStart,
        Tls::Required => Secure::Required,
        Tls::None => Secure::Never,
    };
    let usual = match (kind, secure) {
        (Kind::Imap, Secure::FromTheStart) => 993,
        (Kind::Imap, _) => 143,
        (Kind::Pop3, Secure::FromTheStart) => 995,
        (Kind::Pop3, _) => 110,
    };
    let host = add.host.clone().or_else(|| preset.map(|preset| preset.host.to_owned()));
    let account = Account {
        name: add.name.clone().unwrap_or_else(|| add.address.clone()),
        kind,
        host: host.context("name a provider or a host")?,
        port: add.port.or(preset.map(|preset| preset.port)).unwrap_or(usual),
        secure: preset.map_or(secure, |preset| preset.secure),
        login: add.login.clone().unwrap_or_else(|| add.address.clone()),
        secret: Secret::Sealed(String::new()),
        folders: add.folders.clone(),
        mailbox: add.address.clone(),
        unit: None,
        since: (!add.everything).then(|| ctx.now()),
        every_seconds: add.every,
        silence_hours: add.silence,
        authorities: add.authorities.clone(),
        inside: true,
    };
    if let Some(client) = &add.oauth_client {
        let grant = grant(ctx, add, preset, client)?;
        return Ok(Account { secret: Secret::Grant(grant), ..account });
    }
    Ok(match (&add.password_file, &add.token_file) {
        (Some(path), _) => Account { secret: Secret::PasswordFile(path.clone()), ..account },
        (None, Some(path)) => Account { secret: Secret::TokenFile(path.clone()), ..account },
        (None, None) => account.with_password(ctx, &from_stdin("password")?),
    })
}

fn grant(
    ctx: &store::Context,
    add: &Add,
    preset: Option<&Preset>,
    client: &str,
) -> anyhow::Result<Grant> {
    let known = preset.and_then(Preset::token_endpoint);
    let url = add.oauth_url.as_deref().or(known);
    let url = url.context("say with --oauth-url where access tokens are bought")?;
    let read = |path: &PathBuf| {
        let text = std::fs::read_to_string(path);
        text.with_context(|| format!("cannot read {}", path.display()))
    };
    let secret = add.oauth_secret_file.as_ref().map(read).transpose()?;
    let refresh = from_stdin("refresh token")?;
    Grant::new(ctx, url, client, secret.as_deref().map(str::trim), &refresh)
        .map_err(anyhow::Error::msg)
}

fn from_stdin(what: &str) -> anyhow::Result<String> {
    eprintln!("The {what}, then the end of the input (Ctrl-D):");
    let mut text = String::new();
    std::io::stdin().lock().take(16_384).read_to_string(&mut text)?;
    let text = text.trim_end_matches(['\r', '\n']);
    if text.is_empty() {
        bail!("no {what} came on stdin");
    }
    Ok(text.to_owned())
}
