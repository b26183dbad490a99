//! `redress init`, `redress user`, `redress token`.

use super::{Common, open, runtime, start_logging};
use anyhow::{Context as _, bail};
use clap::{Args, Subcommand};
use domain::permit::{Act, Role, Scope};
use house::{ChangeError, Wrong};
use organisation::sign_in::LinkUse;
use organisation::staff::rules::PersonText;
use organisation::token::rules::TokenText;
use organisation::{InitCommand, InitError};
use std::io::{IsTerminal, Read};
use std::process::ExitCode;

/// Opens the house: makes the store, the first unit and team, and the first administrator.
#[derive(Args, Debug)]
pub struct Init {
    /// What the organisation is called
    #[arg(long, value_name = "NAME")]
    organisation: String,
    /// The first administrator's address
    #[arg(long, value_name = "ADDRESS")]
    admin_email: String,
    /// The first administrator's name
    #[arg(long, value_name = "NAME", default_value = "Administrator")]
    admin_name: String,
    /// As JSON
    #[arg(long)]
    json: bool,
}

/// People who work here.
#[derive(Subcommand, Debug)]
pub enum User {
    /// Add somebody; prints the link by which they come in
    Add {
        /// Their address
        #[arg(long, value_name = "ADDRESS")]
        email: String,
        /// Their name
        #[arg(long, value_name = "NAME")]
        name: String,
        /// Roles: agent, lead, insight, communications, administrator, viewer
        #[arg(long, value_name = "ROLE", default_value = "agent")]
        role: Vec<String>,
        /// How far they see: own, team, unit, all
        #[arg(long, value_name = "SCOPE", default_value = "team")]
        scope: String,
        /// Name of a team; the first team when none is named
        #[arg(long, value_name = "TEAM")]
        team: Vec<String>,
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Make a one-press sign-in link for somebody
    Link {
        /// Their address
        #[arg(long, value_name = "ADDRESS")]
        email: String,
    },
}

/// API tokens.
#[derive(Subcommand, Debug)]
pub enum Token {
    /// Make one; it is shown once
    Create {
        /// Whose
        #[arg(long, value_name = "ADDRESS")]
        email: String,
        /// Acts it is narrowed to, such as read_case; all acts of the person when none is named
        #[arg(long, value_name = "ACT", value_delimiter = ',')]
        scope: Vec<String>,
        /// What it is for
        #[arg(long, value_name = "NAME", default_value = "command line")]
        name: String,
        /// Days until it ends
        #[arg(long, value_name = "DAYS")]
        days: Option<u32>,
        /// As JSON
        #[arg(long)]
        json: bool,
    },
}

/// Runs `redress init`. The password is read from stdin when something is piped in, else made and
/// printed once.
///
/// # Errors
/// When the house is open already or a value must be put right.
pub fn init(common: &Common, command: &Init) -> anyhow::Result<ExitCode> {
    let settings = common.settings(&[])?;
    start_logging(&settings);
    if settings.store_is_file() {
        let folder = settings.data();
        std::fs::create_dir_all(&folder)
            .with_context(|| format!("cannot make {}", folder.display()))?;
    }
    let opening = InitCommand {
        organisation: command.organisation.clone(),
        admin_email: command.admin_email.clone(),
        admin_name: command.admin_name.clone(),
        password: piped()?,
    };
    let opened = runtime()?.block_on(async {
        let ctx = open(&settings).await?;
        match crate::opening::open_house(&ctx, &opening).await {
            Err(InitError::Wrong(wrongs)) => Err(in_flags(&wrongs)),
            done => Ok(done?),
        }
    })?;
    if command.json {
        out!(
            "{}",
            serde_json::json!({"email": command.admin_email, "password": opened.password,
                "unit": opened.unit.to_string(), "team": opened.team.to_string()})
        );
    } else {
        match &opened.password {
            Some(password) => out!("{}\t{password}", command.admin_email),
            None => out!("{}", command.admin_email),
        }
        let place = match (&common.data, settings.store_is_file()) {
            (Some(data), true) => format!(" --data {data}"),
            (None, true) => String::new(),
            (_, false) => " --database URL".to_owned(),
        };
        eprintln!("The house is open. Next: `redress serve{place}`, then sign in.");
    }
    Ok(ExitCode::SUCCESS)
}

/// What was piped into stdin, without its line end; `None` on a terminal or when empty.
fn piped() -> anyhow::Result<Option<String>> {
    let mut stdin = std::io::stdin();
    if stdin.is_terminal() {
        return Ok(None);
    }
    let mut text = String::new();
    stdin.by_ref().take(4_096).read_to_string(&mut text).context("cannot read the password")?;
    let text = text.trim_end_matches(['\n', '\r']);
    Ok(if text.is_empty() { None } else { Some(text.to_owned()) })
}

/// Tells which flags must be put right, and what they take.
fn told(error: ChangeError) -> anyhow::Error {
    match error {
        ChangeError::Wrong(wrongs) => in_flags(&wrongs),
        ChangeError::Missing => anyhow::anyhow!(NOBODY),
        error => error.into(),
    }
}

/// What is said about an address that nobody here has; `tell` has a hint for it.
pub const NOBODY: &str = "there is nobody with that address";

fn in_flags(wrongs: &[Wrong]) -> anyhow::Error {
    fn list<T: ToString>(all: &[T]) -> String {
        all.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
    }
    let says = wrongs.iter().map(|wrong| match wrong.field {
        "acts" => format!("--scope: choose of {}", list(Act::ALL)),
        "roles" => format!("--role: choose of {}", list(Role::ALL)),
        "scope" => format!("--scope: choose of {}", list(Scope::ALL)),
        "password" => format!("the password: {}", wrong.words),
        field => format!("--{}: {}", field.replace('_', "-"), wrong.words),
    });
    anyhow::anyhow!("{}; nothing was changed", says.collect::<Vec<_>>().join("; "))
}

/// Runs `redress user …`.
///
/// # Errors
/// When a value must be put right or the store fails.
pub fn user(common: &Common, command: &User) -> anyhow::Result<ExitCode> {
    let settings = common.settings(&[])?;
    start_logging(&settings);
    match command {
        User::Add { email, name, role, scope, team, json } => {
            let added = runtime()?.block_on(async {
                let ctx = open(&settings).await?;
                let (units, teams) = places(&ctx.store, team).await?;
                let person = PersonText {
                    email: email.clone(),
                    name: name.clone(),
                    roles: role.clone(),
                    scope: scope.clone(),
                    units,
                    teams,
                    ..PersonText::default()
                };
                organisation::staff::add_by_command(&ctx, &person).await.map_err(told)
            })?;
            let id = added.id.to_string();
            if *json {
                out!("{}", serde_json::json!({"id": id, "email": email, "link": added.way_in}));
            } else {
                out!("{email}\t{}", added.way_in.unwrap_or_default());
            }
        }
        User::Link { email } => {
            let link = runtime()?.block_on(async {
                let ctx = open(&settings).await?;
                let lasts = jiff::SignedDuration::from_hours(1);
                let made = organisation::sign_in::make_link(&ctx, email, LinkUse::Once, lasts);
                made.await.map_err(told)
            })?;
            out!("{link}");
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Ids of the named teams and of their units; the first team when none is named.
async fn places(
    store: &store::Store,
    names: &[String],
) -> anyhow::Result<(Vec<String>, Vec<String>)> {
    use store::{Doing, on};
    const SQL: &str = "SELECT id, unit_id, name FROM team ORDER BY made_at_ms, id LIMIT 1000";
    let all: Vec<(String, String, String)> =
        on!(Store store, db => sqlx::query_as(SQL).fetch_all(db).await).doing("listing teams")?;
    let mut found = Vec::new();
    if names.is_empty() {
        found.extend(all.first());
    }
    for name in names {
        match all.iter().find(|team| team.2.eq_ignore_ascii_case(name)) {
            Some(team) => found.push(team),
            None => {
                let known: Vec<&str> = all.iter().map(|team| team.2.as_str()).collect();
                bail!("there is no team called {name}; there is: {}", known.join(", "))
            }
        }
    }
    let mut units: Vec<String> = found.iter().map(|team| team.1.clone()).collect();
    units.dedup();
    Ok((units, found.iter().map(|team| team.0.clone()).collect()))
}

/// Runs `redress token …`.
///
/// # Errors
/// When a value must be put right or the store fails.
pub fn token(common: &Common, command: &Token) -> anyhow::Result<ExitCode> {
    let settings = common.settings(&[])?;
    start_logging(&settings);
    let Token::Create { email, scope, name, days, json } = command;
    let wish = TokenText {
        name: name.clone(),
        acts: scope.iter().filter(|act| *act != "all").cloned().collect(),
        days: days.map(|days| days.to_string()).unwrap_or_default(),
    };
    let made = runtime()?.block_on(async {
        let ctx = open(&settings).await?;
        organisation::token::create_by_command(&ctx, email, &wish).await.map_err(told)
    })?;
    let secret = made.secret.context("the token could not be shown")?;
    if *json {
        out!("{}", serde_json::json!({"id": made.id, "token": secret, "email": email}));
    } else {
        out!("{secret}");
    }
    Ok(ExitCode::SUCCESS)
}
