//! Commands. Data go to stdout, words and progress to stderr. Exit codes: 0 done, 1 failed, 2
//! wrong use, 3 partly done, 5 not found, 130 interrupted. `redress mail receive` speaks to mail
//! servers and uses their codes (sysexits.h): 65 nothing there, 69 too large, 75 try again. 141
//! says that nobody reads stdout any more.

/// Writes a line of data to stdout. Where the reader has gone (`redress export | head`), that is
/// an error as any other, and not a panic as `println!` makes of it.
macro_rules! out {
    ($($arg:tt)*) => { crate::commands::line(format_args!($($arg)*))? };
}

mod audit;
mod backup;
mod config;
mod demo;
mod doctor;
mod export;
mod import;
mod jobs;
mod learn;
pub(crate) mod mail;
mod mail_key;
mod mailbox;
mod orders;
mod people;
mod texts;

use crate::settings::Settings;
use clap::{Args, CommandFactory, Parser, Subcommand};
use std::fmt;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use store::{Context, Store, SystemChance, SystemClock};

/// Hears every complaint, puts it right with the customer, and learns from it.
#[derive(Parser, Debug)]
#[command(name = "redress", version, max_term_width = 100)]
pub struct Line {
    #[command(flatten)]
    common: Common,
    #[command(subcommand)]
    command: Command,
}

/// Flags that every command takes.
#[derive(Args, Debug, Clone)]
pub struct Common {
    /// Folder in which everything lies
    #[arg(long, global = true, value_name = "DIR")]
    data: Option<String>,
    /// PostgreSQL instead of the folder: postgres://…
    #[arg(long, global = true, value_name = "URL")]
    database: Option<String>,
    /// A settings file
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// What is logged: error, warn, info, debug
    #[arg(long, global = true, value_name = "LEVEL")]
    log: Option<String>,
}

#[derive(Subcommand, Debug)]
enum Command {
    /// Open the house: store, first team, first administrator
    Init(people::Init),
    /// People who work here
    #[command(subcommand)]
    User(people::User),
    /// API tokens
    #[command(subcommand)]
    Token(people::Token),
    /// Fill a practice company from real complaints and serve it
    Demo(demo::Demo),
    /// Serve pages, the API and mail
    Serve(crate::serve::ServeFlags),
    /// Take a file in: CSV, JSONL, mbox, .eml; or take an import back
    Import(import::Import),
    /// Take orders and contracts in, and work out what customers are worth
    Orders(orders::Orders),
    /// Write everything as JSONL to stdout
    Export(export::Export),
    /// Work that failed for good
    #[command(subcommand)]
    Work(jobs::Work),
    /// Verify the record
    #[command(subcommand)]
    Audit(audit::Audit),
    /// Make every state table again from the record
    Rebuild,
    /// Write everything into one file
    Backup(backup::Backup),
    /// Put a backup into a new store
    Restore(backup::Restore),
    /// Check database, mail, clock, disk and work, with one fix per finding
    Doctor(doctor::Doctor),
    /// Show settings and where they came from
    #[command(subcommand)]
    Config(config::Config),
    /// Read texts: JSONL {id, text} on stdin, readings on stdout
    Read(texts::Read),
    /// Coach a draft from stdin
    Coach(texts::Coach),
    /// Take mails in, read them again, fetch mailboxes, sign what leaves
    #[command(subcommand)]
    Mail(mail::Mail),
    /// Train, use and measure a model of one's own
    #[command(subcommand)]
    Model(texts::ModelCommand),
    /// Print completions for a shell
    Completion {
        /// Which shell
        shell: clap_complete::Shell,
    },
    /// Write man pages into a folder
    Man {
        /// Where to
        folder: PathBuf,
    },
}

/// Runs a command.
///
/// # Errors
/// What went wrong, to be told by [`tell`].
pub fn run(line: Line) -> anyhow::Result<ExitCode> {
    let common = line.common;
    match line.command {
        Command::Init(command) => people::init(&common, &command),
        Command::User(command) => people::user(&common, &command),
        Command::Token(command) => people::token(&common, &command),
        Command::Demo(command) => demo::run(&common, &command),
        Command::Serve(flags) => crate::serve::run(&common, &flags),
        Command::Import(command) => import::run(&common, &command),
        Command::Orders(command) => orders::run(&common, &command),
        Command::Export(command) => export::run(&common, &command),
        Command::Work(command) => jobs::run(&common, &command),
        Command::Coach(command) => texts::coach(&command),
        Command::Mail(command) => mail::run(&common, &command),
        Command::Model(command) => texts::model(&common, &command),
        Command::Audit(command) => audit::run(&common, &command),
        Command::Rebuild => audit::rebuild(&common),
        Command::Backup(command) => backup::backup(&common, &command),
        Command::Restore(command) => backup::restore(&common, &command),
        Command::Doctor(command) => doctor::run(&common, &command),
        Command::Config(command) => config::run(&common, &command),
        Command::Read(command) => texts::read(&common, &command),
        Command::Completion { shell } => {
            let mut text = Vec::new();
            clap_complete::generate(shell, &mut Line::command(), "redress", &mut text);
            io::stdout().lock().write_all(&text)?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Man { folder } => {
            std::fs::create_dir_all(&folder)?;
            clap_mangen::generate_to(Line::command(), &folder)?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

/// Whether these words ask for `redress mail receive`: a mail server that hands a mail to us must
/// never take a fault of ours, not even a wrong flag, for the end of that mail.
pub fn is_mail_receive(words: &[String]) -> bool {
    let mail = words.iter().position(|word| word == "mail");
    mail.is_some_and(|at| words[at..].iter().any(|word| word == "receive"))
}

fn line(text: fmt::Arguments<'_>) -> io::Result<()> {
    writeln!(io::stdout().lock(), "{text}")
}

/// Says what went wrong: one line, then a hint where there is one. A reader of stdout who has seen
/// enough is nothing to talk about: we end as every other program does then (128 + SIGPIPE).
pub fn tell(error: &anyhow::Error) -> ExitCode {
    let fault = error.chain().find_map(|cause| cause.downcast_ref::<io::Error>());
    if fault.is_some_and(|fault| fault.kind() == io::ErrorKind::BrokenPipe) {
        return ExitCode::from(141);
    }
    eprintln!("error: {error:#}");
    if let Some(hint) = hint(error) {
        eprintln!("\nhint: {hint}");
    }
    ExitCode::from(1)
}

fn hint(error: &anyhow::Error) -> Option<&'static str> {
    const HINTS: &[(&str, &str)] = &[
        (
            "opening the database file",
            "the folder is not there or cannot be written; `redress init --data DIR …` makes it",
        ),
        ("reaching PostgreSQL", "`redress doctor` says what is wrong with the connection"),
        ("this house is open already", "`redress user link --email ADDRESS` gives a new way in"),
        (people::NOBODY, "`redress user add --email ADDRESS --name NAME` adds somebody"),
        ("which is no setting", "`redress config default` prints every setting"),
        (
            "another `redress serve` has this folder",
            "end that one, or use PostgreSQL, which any number of them may share",
        ),
    ];
    let text = format!("{error:#}");
    HINTS.iter().find(|(part, _)| text.contains(part)).map(|(_, hint)| *hint)
}

impl Common {
    /// Whether the line itself says which house is meant.
    fn names_a_house(&self) -> bool {
        self.data.is_some() || self.database.is_some()
    }

    /// The settings with the common flags, `more` flags on top.
    ///
    /// # Errors
    /// When a file is wrong.
    pub fn settings(&self, more: &[(&str, Option<String>)]) -> anyhow::Result<Settings> {
        let mut flags = vec![
            ("data", self.data.clone()),
            ("database", self.database.clone()),
            ("log", self.log.clone()),
        ];
        flags.extend(more.iter().cloned());
        Settings::read(&flags, self.config.as_deref())
    }
}

/// A runtime for one command.
///
/// # Errors
/// When the system gives no threads.
pub fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Builder::new_multi_thread().enable_all().build()?)
}

/// Opens the store that `settings` name.
///
/// # Errors
/// When it cannot be opened.
pub async fn open(settings: &Settings) -> anyhow::Result<Context> {
    let store = Store::open(&settings.store()).await?;
    crate::trial::armed(context(store, settings).await?)
}

/// The context over `store`, with what may be reached outside.
async fn context(store: Store, settings: &Settings) -> anyhow::Result<Context> {
    let (base_url, domain) = (settings.base_url(), settings.mail_domain());
    let (clock, chance) = (Arc::new(SystemClock), Arc::new(SystemChance));
    let ctx = Context::new(store, &base_url, &domain, clock, chance).await?;
    ctx.held::<egress::Egress>().allow_private(settings.private_hosts());
    ctx.held::<conversation::suggestion::endpoint::Endpoint>().set(settings.model()?);
    Ok(ctx)
}

/// Starts logging as `settings` say: to stderr, so that data on stdout stay clean.
pub fn start_logging(settings: &Settings) {
    use tracing_subscriber::EnvFilter;
    let level = settings.log();
    let filter = EnvFilter::try_new(format!("{level},sqlx=warn,hyper=warn,lettre=warn"))
        .unwrap_or_else(|_| EnvFilter::new("info"));
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(crate::settings::wants_colour())
        .with_writer(std::io::stderr);
    let started = if settings.log_is_json() {
        builder.json().try_init()
    } else {
        builder.with_target(false).try_init()
    };
    if started.is_err() {
        eprintln!("warning: logging was started already");
    }
}
