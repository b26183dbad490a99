//! `/settings/mail`: mailboxes that are fetched, how each fares, and adding one.

use crate::mail::Secure;
use crate::mail::fetch::{
    self, Account, Kind, PRESETS, Preset, Secret, accounts, fetch_now, forget_account, put_account,
};
use askama::Template;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::permit::{Act, Scope};
use serde::Deserialize;
use std::time::Duration;
use store::Context;
use web::frame::{Place, StaffFrame};
use web::{Form, Problem, SignedIn, new_press};

const HERE: &str = "/settings/mail";
/// How long a page waits for a mailbox; a longer look goes on behind it.
const LOOK_MOST: Duration = Duration::from_secs(20);
/// Letters of a field.
const FIELD_MOST: usize = 300;

struct BoxView {
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
}

impl MailPage {
    fn error_of(&self, field: &str) -> &str {
        self.errors.iter().find(|(name, _)| name == field).map_or("", |(_, words)| words)
    }
}

/// A mailbox as somebody types it in.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct AddForm {
    address: String,
    provider: String,
    host: String,
    login: String,
    password: String,
}

/// Which mailbox is meant.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Named {
    name: String,
}

/// Mailboxes carry everybody's words, so only who sees everything sets them up.
fn permit(signed: &SignedIn) -> Result<(), Problem> {
    let nothing = || Problem::missing("nothing_here", "There is nothing at this address.");
    signed.staff.permit_anywhere(Act::ManageSettings).map_err(|_| nothing())?;
    if signed.staff.scope == Scope::All { Ok(()) } else { Err(nothing()) }
}

/// `GET /settings/mail`
pub(crate) async fn list(
    State(ctx): State<Context>,
    signed: SignedIn,
) -> Result<Response, Problem> {
    page(&ctx, &signed, Vec::new(), AddForm::default()).await
}

/// `POST /settings/mail`
pub(crate) async fn add(
    State(ctx): State<Context>,
    form: Form<AddForm>,
) -> Result<Response, Problem> {
    permit(&form.by)?;
    match account_of(&ctx, &form.value) {
        Ok(account) => {
            tracing::info!(by = %form.by.staff.id, mailbox = account.name, "a mailbox was added");
            put_account(&ctx, account.clone()).await?;
            look_into(&ctx, account).await;
            Ok(go())
        }
        Err(errors) => page(&ctx, &form.by, errors, form.value).await,
    }
}

/// `POST /settings/mail/look`
pub(crate) async fn look(
    State(ctx): State<Context>,
    form: Form<Named>,
) -> Result<Response, Problem> {
    permit(&form.by)?;
    let all = accounts(&ctx.store).await?;
    if let Some(account) = all.into_iter().find(|account| account.name == form.value.name) {
        look_into(&ctx, account).await;
    }
    Ok(go())
}

/// `POST /settings/mail/forget`
pub(crate) async fn forget(
    State(ctx): State<Context>,
    form: Form<Named>,
) -> Result<Response, Problem> {
    permit(&form.by)?;
    let was_there = forget_account(&ctx, &form.value.name).await?;
    tracing::info!(by = %form.by.staff.id, mailbox = form.value.name, was_there, "not fetched now");
    Ok(go())
}

/// Looks into a mailbox so that the page can say how it went. A task of its own: who closes the
/// page breaks nothing off.
async fn look_into(ctx: &Context, account: Account) {
    let ctx = ctx.clone();
    // How it went lies in its health, which the page shows.
    let looking = tokio::spawn(async move { drop(fetch_now(&ctx, &account).await) });
    drop(tokio::time::timeout(LOOK_MOST, looking).await);
}

fn go() -> Response {
    (StatusCode::SEE_OTHER, [(header::LOCATION, HeaderValue::from_static(HERE))]).into_response()
}

fn account_of(ctx: &Context, form: &AddForm) -> Result<Account, Vec<(String, String)>> {
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
    if form.password.is_empty() || form.password.len() > FIELD_MOST {
        wrong("password", "Write the password of the mailbox");
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
    };
    Ok(account.with_password(ctx, &form.password))
}

async fn page(
    ctx: &Context,
    signed: &SignedIn,
    errors: Vec<(String, String)>,
    typed: AddForm,
) -> Result<Response, Problem> {
    permit(signed)?;
    let mut boxes = Vec::new();
    for account in accounts(&ctx.store).await? {
        let alarm = fetch::health(&ctx.store, &account.name).await?.alarm(&account, ctx.now());
        boxes.push(BoxView {
            server: format!("{}:{}", account.host, account.port),
            well: alarm.is_none(),
            says: alarm.unwrap_or_else(|| "Fetched; all is well".to_owned()),
            name: account.name,
        });
    }
    let mut frame = web::staff_frame(signed, "Mailboxes", Place::Settings);
    frame.has_errors = !errors.is_empty();
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    // The password is not written into the page again.
    let typed = AddForm { password: String::new(), ..typed };
    let page = MailPage { frame, press: new_press(ctx), boxes, presets: &PRESETS, errors, typed };
    Ok((status, web::page(&page)?).into_response())
}
