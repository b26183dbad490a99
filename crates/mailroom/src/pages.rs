//! `/settings/mail`: mailboxes that are fetched, how each fares, and adding one.

use crate::agreement::{self, Journey};
use crate::chosen::OwnRelay;
use crate::fetch::{self, Account, Kind, PRESETS, Preset, Secret, accounts, fetch_now};
use crate::relay::Secure;
use crate::setup::{self, MailDns, Record};
use crate::trial::{Trial, last_trial, try_out};
use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::permit::{Act, Scope, Staff};
use serde::Deserialize;
use std::time::Duration;
use store::Context;
use web::frame::{Place, StaffFrame};
use web::{Form, Problem, Query, SignedIn, new_press};

const HERE: &str = "/settings/mail";
/// How long a page waits for a mailbox; a longer look goes on behind it.
const LOOK_MOST: Duration = Duration::from_secs(20);
/// Letters of a field.
const FIELD_MOST: usize = 300;

struct BoxView {
    trial: Option<Trial>,
    name: String,
    server: String,
    says: String,
    well: bool,
}

#[derive(Template)]
#[template(path = "mail/settings.html")]
struct MailPage {
    frame: StaffFrame,
    press: String,
    boxes: Vec<BoxView>,
    presets: &'static [Preset],
    errors: Vec<(String, String)>,
    typed: AddForm,
    /// Where providers send people back to.
    back: String,
    /// What the DNS says; none until it is asked for.
    records: Option<Vec<Record>>,
}

impl MailPage {
    /// Whether the part about OAuth stands open: something was typed there, or is wrong there.
    fn asks_oauth(&self) -> bool {
        let typed = [&self.typed.client, &self.typed.consent_url, &self.typed.token_url];
        typed.into_iter().any(|text| !text.is_empty())
    }

    fn error_of(&self, field: &str) -> &str {
        self.errors.iter().find(|(name, _)| name == field).map_or("", |(_, words)| words)
    }
}

/// A mailbox as somebody types it in.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct AddForm {
    pub address: String,
    pub provider: String,
    pub host: String,
    pub login: String,
    pub password: String,
    /// What the provider calls our program; with it, people agree there and no password is wanted.
    pub client: String,
    pub client_secret: String,
    /// The rest only of a provider whose addresses are not known.
    pub consent_url: String,
    pub token_url: String,
    pub oauth_scope: String,
}

/// Somebody comes back from the provider. Providers add words of their own, which count for
/// nothing.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Back {
    code: String,
    state: String,
    error: String,
    error_description: String,
}

/// What they bring, pressed.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Agreed {
    code: String,
    state: String,
}

#[derive(Template)]
#[template(path = "mail/leave.html")]
struct LeavePage {
    frame: StaffFrame,
    address: String,
    journey: Journey,
}

#[derive(Template)]
#[template(path = "mail/agreed.html")]
struct AgreedPage {
    frame: StaffFrame,
    press: String,
    address: String,
    code: String,
    state: String,
    /// Why it goes no further; empty where it does.
    wrong: String,
}

/// Which mailbox is meant.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Named {
    name: String,
}

/// Mailboxes carry everybody's words, so only who sees everything sets them up.
pub(crate) fn permit(staff: &Staff) -> Result<(), Problem> {
    let nothing = || Problem::missing("nothing_here", "There is nothing at this address.");
    staff.permit_anywhere(Act::ManageSettings).map_err(|_| nothing())?;
    if staff.scope == Scope::All { Ok(()) } else { Err(nothing()) }
}

/// `GET /settings/mail`
pub(crate) async fn list(
    State(ctx): State<Context>,
    signed: SignedIn,
    Query(asked): Query<Asked>,
    Extension(dns): Extension<MailDns>,
) -> Result<Response, Problem> {
    permit(&signed.staff)?;
    let records = match asked.dns {
        Some(_) => Some(dns.ask(&ctx).await),
        None => None,
    };
    page(&ctx, &signed, Vec::new(), AddForm::default(), records).await
}

/// Whether the DNS is to be asked, which may take seconds.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Asked {
    dns: Option<String>,
}

/// `POST /settings/mail`
pub(crate) async fn add(
    State(ctx): State<Context>,
    form: Form<AddForm>,
) -> Result<Response, Problem> {
    permit(&form.by.staff)?;
    let account = account_of(&ctx, &form.value).and_then(|account| {
        if form.value.client.trim().is_empty() {
            return Ok((account, None));
        }
        let journey = agreement::begin(&ctx, form.by.staff.id, &form.value, account.clone())?;
        Ok((account, Some(journey)))
    });
    match account {
        Ok((account, Some(journey))) => {
            let frame = web::staff_frame(&form.by, "Mailboxes", Place::Settings);
            let page = LeavePage { frame, address: account.mailbox, journey };
            Ok(web::page(&page)?.into_response())
        }
        Ok((account, None)) => {
            setup::add(&ctx, &form.by.staff, account.clone(), &form.press).await?;
            look_into(&ctx, account).await;
            Ok(go())
        }
        Err(errors) => page(&ctx, &form.by, errors, form.value, None).await,
    }
}

/// `GET /settings/mail/agreed`: somebody comes back from the provider. Nothing is changed yet.
pub(crate) async fn back(
    State(ctx): State<Context>,
    signed: SignedIn,
    Query(back): Query<Back>,
) -> Result<Response, Problem> {
    permit(&signed.staff)?;
    let mailbox = agreement::mailbox(&ctx, signed.staff.id, &back.state);
    let wrong = match &mailbox {
        Err(wrong) => wrong.clone(),
        Ok(_) if !back.code.is_empty() => String::new(),
        Ok(_) => {
            let why = [&back.error_description, &back.error].into_iter().find(|w| !w.is_empty());
            let why = why.map_or("it gave no reason", String::as_str);
            format!("The provider did not agree: {}.", hearing::said::line(why, 300))
        }
    };
    agreed_page(&ctx, &signed, mailbox.unwrap_or_default(), (back.code, back.state), wrong)
}

/// `POST /settings/mail/agreed`: from now on the mailbox is fetched.
pub(crate) async fn agreed(
    State(ctx): State<Context>,
    form: Form<Agreed>,
) -> Result<Response, Problem> {
    permit(&form.by.staff)?;
    let (by, Agreed { code, state }) = (form.by.staff.id, form.value);
    let mailbox = agreement::mailbox(&ctx, by, &state);
    if setup::was_added(&ctx, &form.press).await? {
        return Ok(go());
    }
    match agreement::finish(&ctx, by, &state, &code).await {
        Ok(account) => {
            setup::add(&ctx, &form.by.staff, account.clone(), &form.press).await?;
            look_into(&ctx, account).await;
            Ok(go())
        }
        Err(wrong) => {
            let wrong = format!("The mailbox is not fetched: {wrong}");
            agreed_page(&ctx, &form.by, mailbox.unwrap_or_default(), Default::default(), wrong)
        }
    }
}

fn agreed_page(
    ctx: &Context,
    signed: &SignedIn,
    address: String,
    (code, state): (String, String),
    wrong: String,
) -> Result<Response, Problem> {
    let frame = web::staff_frame(signed, "Mailboxes", Place::Settings);
    let status = if wrong.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let page = AgreedPage { frame, press: new_press(ctx), address, code, state, wrong };
    Ok((status, web::page(&page)?).into_response())
}

/// `POST /settings/mail/look`
pub(crate) async fn look(
    State(ctx): State<Context>,
    form: Form<Named>,
) -> Result<Response, Problem> {
    permit(&form.by.staff)?;
    let all = accounts(&ctx.store).await?;
    if let Some(account) = all.into_iter().find(|account| account.name == form.value.name)
        && setup::is_first(&ctx, &form.press).await?
    {
        look_into(&ctx, account).await;
    }
    Ok(go())
}

/// `POST /settings/mail/try`: sends a mail to the mailbox and looks for it there.
pub(crate) async fn try_it(
    State(ctx): State<Context>,
    Extension(relay): Extension<OwnRelay>,
    form: Form<Named>,
) -> Result<Response, Problem> {
    permit(&form.by.staff)?;
    let all = accounts(&ctx.store).await?;
    if let Some(account) = all.into_iter().find(|account| account.name == form.value.name)
        && setup::is_first(&ctx, &form.press).await?
    {
        try_and_wait(&ctx, relay, account).await;
    }
    Ok(go())
}

/// Tries a mailbox and waits a while; the rest goes on behind the page, which says how far it is.
pub(crate) async fn try_and_wait(ctx: &Context, relay: OwnRelay, account: Account) {
    let ctx = ctx.clone();
    let trying = tokio::spawn(async move {
        let tried = async { try_out(&ctx, relay.now(&ctx).await?.as_ref(), &account).await };
        if let Err(error) = tried.await {
            tracing::warn!(%error, "a mailbox could not be tried");
        }
    });
    drop(tokio::time::timeout(LOOK_MOST, trying).await);
}

/// `POST /settings/mail/forget`
pub(crate) async fn forget(
    State(ctx): State<Context>,
    form: Form<Named>,
) -> Result<Response, Problem> {
    permit(&form.by.staff)?;
    setup::forget(&ctx, &form.by.staff, &form.value.name, &form.press).await?;
    Ok(go())
}

/// Looks into a mailbox so that the page can say how it went. A task of its own: who closes the
/// page breaks nothing off.
pub(crate) async fn look_into(ctx: &Context, account: Account) {
    let ctx = ctx.clone();
    // How it went lies in its health, which the page shows.
    let looking = tokio::spawn(async move { drop(fetch_now(&ctx, &account).await) });
    drop(tokio::time::timeout(LOOK_MOST, looking).await);
}

fn go() -> Response {
    (StatusCode::SEE_OTHER, [(header::LOCATION, HeaderValue::from_static(HERE))]).into_response()
}

pub(crate) fn account_of(ctx: &Context, form: &AddForm) -> Result<Account, Vec<(String, String)>> {
    let mut errors = Vec::new();
    let mut wrong = |field: &str, words: &str| errors.push((field.to_owned(), words.to_owned()));
    let address = form.address.trim();
    let is_address = address.split_once('@').is_some_and(|(a, b)| !a.is_empty() && b.contains('.'));
    if !is_address || address.contains(char::is_whitespace) || address.len() > FIELD_MOST {
        wrong("address", "Write the address, like help@example.com");
    }
    let preset = PRESETS.iter().find(|preset| preset.name == form.provider);
    let host = preset.map_or(form.host.trim(), |preset| preset.host);
    let is_host = !host.is_empty()
        && host.len() <= FIELD_MOST
        && host.bytes().all(|b| b.is_ascii_alphanumeric() || b".-:".contains(&b));
    if !is_host {
        wrong("host", "Choose a provider, or write the server, like imap.example.com");
    }
    let (host, port) = match host.rsplit_once(':') {
        Some((name, port)) => (name, port.parse().unwrap_or(0)),
        None => (host, preset.map_or(993, |preset| preset.port)),
    };
    if is_host && port == 0 {
        wrong("host", "That is no port");
    }
    let agrees = !form.client.trim().is_empty();
    if !agrees && (form.password.is_empty() || form.password.len() > FIELD_MOST) {
        wrong("password", "Write the password of the mailbox");
    }
    if agrees && (form.client.len() > FIELD_MOST || form.client_secret.len() > FIELD_MOST) {
        wrong("client", "That is too long for what a provider gives");
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    let login = Some(form.login.trim()).filter(|login| !login.is_empty()).unwrap_or(address);
    let account = Account {
        name: address.to_owned(),
        kind: Kind::Imap,
        host: host.to_owned(),
        port,
        secure: Secure::FromTheStart,
        login: login.to_owned(),
        secret: Secret::Sealed(String::new()),
        folders: vec!["INBOX".to_owned()],
        mailbox: address.to_owned(),
        unit: None,
        since: Some(ctx.now()),
        every_seconds: 60,
        silence_hours: 72,
        authorities: None,
        inside: false,
    };
    Ok(account.with_password(ctx, &form.password))
}

async fn page(
    ctx: &Context,
    signed: &SignedIn,
    errors: Vec<(String, String)>,
    typed: AddForm,
    records: Option<Vec<Record>>,
) -> Result<Response, Problem> {
    let mut boxes = Vec::new();
    for account in accounts(&ctx.store).await? {
        let alarm = fetch::health(&ctx.store, &account.name).await?.alarm(&account, ctx.now());
        boxes.push(BoxView {
            trial: last_trial(&ctx.store, &account.name).await?,
            server: format!("{}:{}", account.host, account.port),
            well: alarm.is_none(),
            says: alarm.unwrap_or_else(|| "Fetched; all is well".to_owned()),
            name: account.name,
        });
    }
    let mut frame = web::staff_frame(signed, "Mailboxes", Place::Settings);
    frame.has_errors = !errors.is_empty();
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    // What is secret is not written into the page again.
    let typed = AddForm { password: String::new(), client_secret: String::new(), ..typed };
    let (press, back) = (new_press(ctx), agreement::back(ctx));
    let page = MailPage { frame, press, boxes, presets: &PRESETS, errors, typed, back, records };
    Ok((status, web::page(&page)?).into_response())
}
