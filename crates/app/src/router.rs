//! Wiring: which room does which work, and every address of the product.

use crate::health::{self, Ending};
use crate::settings::Settings;
use anyhow::Context as _;
use axum::extract::{ConnectInfo, DefaultBodyLimit, Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Router, middleware, routing::get};
use conversation::suggestion::endpoint::Model;
use hearing::mail::Senders;
use jiff::{SignedDuration, Timestamp};
use mailroom::{ListenLimits, Mailboxes, OwnRelay, Protocol, Relay, Secure};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use reading::Reader;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use store::job::Job;
use store::{Context, StoreError};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;

/// Bytes of a body where no route says otherwise.
const BODY_MOST: usize = 1_048_576;
/// One request.
const REQUEST_MOST: Duration = Duration::from_secs(30);
/// One request that waits for a language model.
const SUGGESTION_MOST: Duration = Duration::from_secs(Model::SECONDS_MOST + 10);

/// What jobs need besides the context.
#[derive(Clone)]
pub struct Rooms {
    reader: Arc<Reading>,
    senders: Senders,
}

/// The reader with the models in use at home, looked at again now and then.
struct Reading {
    ships: Reader,
    now: Mutex<(Option<Timestamp>, String, Reader)>,
}

/// For so long the same models are taken to be in use.
const MODELS_HOLD: SignedDuration = SignedDuration::from_secs(10);

impl Reading {
    fn with(ships: Reader) -> Arc<Reading> {
        let now = Mutex::new((None, String::new(), ships.clone()));
        Arc::new(Reading { ships, now })
    }

    fn known(&self) -> MutexGuard<'_, (Option<Timestamp>, String, Reader)> {
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn reader(&self, ctx: &Context) -> Result<Reader, StoreError> {
        let now = ctx.now();
        let (looked_at, version, reader) = self.known().clone();
        if looked_at.is_some_and(|at| at <= now && now.duration_since(at) < MODELS_HOLD) {
            return Ok(reader);
        }
        let found = insight::adopted_version(&ctx.store).await?;
        let reader = if found == version {
            reader
        } else {
            let topics = insight::topic::actions::topics(&ctx.store).await?;
            self.ships.clone().with_home(insight::adopted(&ctx.store).await?).with_topics(topics)
        };
        *self.known() = (Some(now), found, reader.clone());
        Ok(reader)
    }
}

impl Rooms {
    /// Builds what is built once.
    ///
    /// # Errors
    /// When a setting is wrong.
    pub fn new(settings: &Settings) -> anyhow::Result<Rooms> {
        let senders = Senders::asking(settings.name_server()?);
        Ok(Rooms { reader: Reading::with(Reader::shipped()), senders })
    }

    /// With a reader that was built before.
    pub fn with(reader: Reader) -> Rooms {
        Rooms { reader: Reading::with(reader), senders: Senders::default() }
    }

    /// Understands some single arrivals with one commit for all; when it fails, nothing was done.
    ///
    /// # Errors
    /// What went wrong; each may still be done by itself.
    pub async fn run_together(&self, ctx: &Context, arrivals: &[Job]) -> anyhow::Result<()> {
        let reader = self.reader.reader(ctx).await?;
        crate::arrivals::run_together(ctx, &reader, &self.senders, arrivals).await
    }

    /// Does one job; each room knows its own kinds.
    ///
    /// # Errors
    /// What went wrong; the job is tried again.
    pub async fn run(&self, ctx: &Context, job: &Job) -> anyhow::Result<()> {
        match job.kind.as_str() {
            "arrival" | "arrivals" => {
                let reader = self.reader.reader(ctx).await?;
                crate::arrivals::run(ctx, &reader, &self.senders, job).await
            }
            channels::import::UNDONE_JOB => crate::arrivals::undone(ctx, job).await,
            casework::joiner::PLACED_JOB => crate::arrivals::placed(ctx, job).await,
            hearing::mail::DELIVERY_JOB => crate::arrivals::delivered(ctx, job).await,
            house::audit::RECORD_JOB => Ok(house::audit::keep(ctx, job).await?),
            _ => {
                if let Some(done) = crate::cases::run(ctx, job).await {
                    return done;
                }
                if let Some(done) = customers::run(ctx, job).await {
                    return done;
                }
                match insight::run(ctx, job).await {
                    Some(done) => done,
                    None => anyhow::bail!("no room knows work of the kind `{}`", job.kind),
                }
            }
        }
    }
}

/// Every address of the product.
///
/// # Errors
/// When metrics cannot be set up.
pub fn app(ctx: &Context, settings: &Settings, ending: Ending) -> anyhow::Result<Router> {
    let routes = Router::new()
        .merge(web::assets::router())
        .merge(health::router())
        .merge(web::catalogue::router())
        .merge(organisation::router())
        .merge(policies::router())
        .merge(house::router())
        .merge(channels::router(case_links()))
        .merge(mailroom::router())
        .merge(customers::router())
        .merge(crate::cases::router())
        .merge(insight::router())
        .merge(crate::new_case::router())
        .merge(crate::api::router())
        .route("/events", get(web::live::events))
        .fallback(|| async {
            web::Problem::missing("nothing_here", "There is nothing at this address.")
        });
    let proxies: Arc<[IpAddr]> = settings.trusted_proxies()?.into();
    let pace = web::pace::Pace::new(settings.api_requests_per_minute()?);
    let layers = ServiceBuilder::new()
        .layer(middleware::from_fn_with_state(proxies, believe_proxies))
        .layer(middleware::from_fn_with_state(ctx.clone(), web::guard::guard))
        .layer(middleware::from_fn(web::problem::answer_problems))
        .layer(middleware::from_fn_with_state((ctx.clone(), pace), web::pace::pace))
        .layer(CatchPanicLayer::custom(broke))
        .layer(CompressionLayer::new().gzip(true))
        .layer(DefaultBodyLimit::max(BODY_MOST))
        .layer(Extension(mail_dns(settings)))
        .layer(Extension(relay(ctx, settings)?))
        .layer(Extension(web::live::Streams::default()))
        .layer(Extension(ending))
        .layer(Extension(metrics_handle()?));
    Ok(routes.layer(middleware::from_fn(in_time)).layer(layers).with_state(ctx.clone()))
}

/// Gives up a request that takes too long.
async fn in_time(request: Request, next: Next) -> Response {
    let most = match request.uri().path().ends_with("/suggestions") {
        true => SUGGESTION_MOST,
        false => REQUEST_MOST,
    };
    match tokio::time::timeout(most, next.run(request)).await {
        Ok(answer) => answer,
        Err(_) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}

/// Behind a proxy of ours the peer is the proxy; who asks stands in the last address that no
/// proxy of ours wrote into `X-Forwarded-For`. From anybody else that header is only text.
async fn believe_proxies(
    State(proxies): State<Arc<[IpAddr]>>,
    mut request: Request,
    next: Next,
) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0);
    if let Some(peer) = peer
        && proxies.contains(&peer.ip())
    {
        let said = request.headers().get("x-forwarded-for").and_then(|value| value.to_str().ok());
        let hops = said.unwrap_or("").rsplit(',').filter_map(|hop| hop.trim().parse().ok());
        if let Some(client) = hops.into_iter().find(|hop: &IpAddr| !proxies.contains(hop)) {
            let client = SocketAddr::new(client, peer.port());
            request.extensions_mut().insert(ConnectInfo(client));
        }
    }
    next.run(request).await
}

fn broke(panic: Box<dyn std::any::Any + Send>) -> Response {
    let says = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("no words");
    web::Problem::ours(anyhow::anyhow!("a handler broke: {says}")).into_response()
}

/// How the receipt of a complaint links to its case: the room that hears does not make links.
fn case_links() -> channels::CaseLinks {
    channels::CaseLinks::new(async |ctx: Context, case, customer| {
        let now = ctx.now();
        let mut tx = ctx.begin().await?;
        let token = casework::case::link::of_case(&mut tx, &ctx, case, customer, now).await?;
        tx.commit().await?;
        Ok(format!("/c/{token}"))
    })
    .opening(async |ctx: Context, token: String| {
        let permit = casework::case::link::opened_by(&ctx, &token).await?;
        Ok(permit.map(|permit| permit.case()))
    })
    .refusing(async |ctx: Context, visitor, token: String| {
        desk::view::old_link::refusal(&ctx, visitor, &token).await
    })
}

/// How the records of our mail are asked for: only the program knows the settings.
fn mail_dns(settings: &Settings) -> mailroom::MailDns {
    let settings = settings.clone();
    mailroom::MailDns::new(move |ctx| {
        let settings = settings.clone();
        async move { crate::commands::mail::records(&ctx, &settings).await }
    })
}

/// The recorder is of the process, so it is made once.
fn metrics_handle() -> anyhow::Result<PrometheusHandle> {
    static HANDLE: Mutex<Option<PrometheusHandle>> = Mutex::new(None);
    // Whoever comes second waits until the first has made it.
    let mut known = HANDLE.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(handle) = &*known {
        return Ok(handle.clone());
    }
    let made = PrometheusBuilder::new().install_recorder().context("cannot set up metrics")?;
    *known = Some(made.clone());
    Ok(made)
}

/// The server that carries our letters on, and who names it: the settings, or an administrator on
/// the page.
///
/// # Errors
/// When a setting is wrong.
pub fn relay(ctx: &Context, settings: &Settings) -> anyhow::Result<OwnRelay> {
    let (from_name, from) = settings.mail_from();
    let house = Relay {
        authorities: settings.relay_authorities()?,
        dkim: settings.dkim()?,
        from_name,
        hello: ctx.mail_domain.to_string(),
        shaping: settings.shaping()?,
        ..Relay::local(0, &from)
    };
    let Some((host, port)) = settings.relay()? else { return Ok(OwnRelay::of_page(house)) };
    let secure = match settings.relay_tls() {
        "required" => Secure::Required,
        "implicit" => Secure::FromTheStart,
        "none" => Secure::Never,
        other => anyhow::bail!("`relay_tls` is {other}; it is required, implicit or none"),
    };
    let relay = Relay { host, port, secure, login: settings.relay_login()?, ..house };
    Ok(OwnRelay::of_settings(relay, settings.origin("relay")))
}

/// Starts what takes mail in and hands letters over.
///
/// # Errors
/// When an address cannot be taken or a setting is wrong.
pub async fn mail(
    ctx: &Context,
    settings: &Settings,
    ended: &watch::Receiver<bool>,
) -> anyhow::Result<Vec<JoinHandle<()>>> {
    let (_, from) = settings.mail_from();
    let listed = settings.mailboxes();
    let mailboxes = Mailboxes {
        accept_any_recipient: listed.iter().any(|address| address == "*"),
        addresses: listed
            .into_iter()
            .filter(|address| address != "*")
            .chain([from.clone()])
            .map(|address| (address, None))
            .collect(),
    };
    mailroom::set_mailboxes(ctx, &mailboxes, &from, &settings.trusted_servers()).await?;
    hearing::mail::set_forms(ctx, &settings.mail_forms()?).await?;
    let certificate = settings.mail_certificate()?;
    let mut tasks = Vec::new();
    let mut until = ended.clone();
    let stop = async move { drop(until.changed().await) };
    tasks.push(tokio::spawn(mailroom::fetch::watch(ctx.clone(), stop)));
    let listens =
        [(settings.smtp_listen()?, Protocol::Smtp), (settings.lmtp_listen()?, Protocol::Lmtp)];
    for (address, protocol) in listens {
        let Some(address) = address else { continue };
        let limits = ListenLimits::default();
        let listener = mailroom::listen(ctx.clone(), address, protocol, mailboxes.clone(), limits)
            .await
            .with_context(|| format!("cannot listen for mail on {address}"))?;
        let listener = match &certificate {
            Some(certificate) => listener.offering_tls(certificate.clone()),
            None => listener,
        };
        tracing::info!(listen = %address, ?protocol, tls = certificate.is_some(), "taking mail in");
        let mut until = ended.clone();
        tasks.push(tokio::spawn(listener.run(async move { drop(until.changed().await) })));
    }
    let relay = relay(ctx, settings)?;
    if relay.now(ctx).await?.is_none() {
        tracing::warn!("no mail server is named, so letters stay in the outbox");
    }
    let mut until = ended.clone();
    let stop = async move { drop(until.changed().await) };
    tasks.push(tokio::spawn(mailroom::deliver(ctx.clone(), relay, stop)));
    Ok(tasks)
}
