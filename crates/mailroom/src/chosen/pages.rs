//! `/settings/mail/relay`: the mail server that takes our letters, and trying it.

use crate::chosen::form::{RelayForm, Wrong};
use crate::chosen::trial::{last, try_relay};
use crate::chosen::{OwnRelay, name_relay, page_relay};
use crate::fetch::{PRESETS, Preset, accounts};
use crate::pages::permit;
use crate::relay::Relay;
use crate::setup;
use crate::trial::Trial;
use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use std::time::Duration;
use store::Context;
use web::frame::{Place, StaffFrame};
use web::{Form, Problem, SignedIn, new_press};

const HERE: &str = "/settings/mail/relay";
/// How long a page waits for a trial; the rest goes on behind it.
const WAIT_MOST: Duration = Duration::from_secs(20);

#[derive(Template)]
#[template(path = "mail/relay.html")]
struct RelayPage {
    frame: StaffFrame,
    press: String,
    /// The server that holds, and how we sign in there; empty for none.
    server: String,
    /// What in the program's settings names it; empty where the page decides.
    set_by: String,
    from: String,
    to: String,
    trial: Option<Trial>,
    presets: &'static [Preset],
    mailboxes: Vec<String>,
    errors: Wrong,
    typed: RelayForm,
    /// Whether a password is kept for the server that is shown.
    has_password: bool,
}

impl RelayPage {
    fn error_of(&self, field: &str) -> &str {
        self.errors.iter().find(|(name, _)| name == field).map_or("", |(_, words)| words)
    }
}

/// Nothing but the press.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Pressed {}

/// `GET /settings/mail/relay`
pub(crate) async fn show(
    State(ctx): State<Context>,
    signed: SignedIn,
    Extension(own): Extension<OwnRelay>,
) -> Result<Response, Problem> {
    permit(&signed.staff)?;
    let kept = page_relay(&ctx.store).await?;
    let typed = kept.as_ref().map(RelayForm::of).unwrap_or_default();
    page(&ctx, &signed, &own, Wrong::new(), typed).await
}

/// `POST /settings/mail/relay`: from now on letters leave by this one; it is tried at once.
pub(crate) async fn change(
    State(ctx): State<Context>,
    Extension(own): Extension<OwnRelay>,
    form: Form<RelayForm>,
) -> Result<Response, Problem> {
    permit(&form.by.staff)?;
    let before = page_relay(&ctx.store).await?;
    let read = form.value.read(&ctx, before.as_ref(), &accounts(&ctx.store).await?);
    if own.set_by().is_some() {
        return Err(set_elsewhere(&own));
    }
    match read {
        Ok(relay) => {
            name_relay(&ctx, &form.by.staff, Some(relay), &form.press).await?;
            if let Some(relay) = own.now(&ctx).await? {
                try_and_wait(&ctx, relay, form.by.email.clone()).await;
            }
            Ok(go())
        }
        Err(wrong) => page(&ctx, &form.by, &own, wrong, form.value).await,
    }
}

/// `POST /settings/mail/relay/try`: sends a mail to whoever presses.
pub(crate) async fn try_it(
    State(ctx): State<Context>,
    Extension(own): Extension<OwnRelay>,
    form: Form<Pressed>,
) -> Result<Response, Problem> {
    let Pressed {} = form.value;
    permit(&form.by.staff)?;
    if let Some(relay) = own.now(&ctx).await?
        && setup::is_first(&ctx, &form.press).await?
    {
        try_and_wait(&ctx, relay, form.by.email.clone()).await;
    }
    Ok(go())
}

/// `POST /settings/mail/relay/forget`: letters wait in the outbox from now on.
pub(crate) async fn forget(
    State(ctx): State<Context>,
    Extension(own): Extension<OwnRelay>,
    form: Form<Pressed>,
) -> Result<Response, Problem> {
    let Pressed {} = form.value;
    permit(&form.by.staff)?;
    if own.set_by().is_some() {
        return Err(set_elsewhere(&own));
    }
    name_relay(&ctx, &form.by.staff, None, &form.press).await?;
    Ok(go())
}

/// A relay that the settings name is changed there, and nowhere else.
pub(crate) fn set_elsewhere(own: &OwnRelay) -> Problem {
    let by = own.set_by().unwrap_or("the settings");
    Problem::conflict(
        "relay_set_elsewhere",
        format!("The mail server is named by `relay` ({by}). Take it out there to name it here."),
    )
}

/// Tries the relay and waits a while; who closes the page breaks nothing off.
pub(crate) async fn try_and_wait(ctx: &Context, relay: Relay, to: String) {
    let ctx = ctx.clone();
    let trying = tokio::spawn(async move {
        if let Err(error) = try_relay(&ctx, &relay, &to).await {
            tracing::warn!(%error, "the relay could not be tried");
        }
    });
    drop(tokio::time::timeout(WAIT_MOST, trying).await);
}

fn go() -> Response {
    (StatusCode::SEE_OTHER, [(header::LOCATION, HeaderValue::from_static(HERE))]).into_response()
}

async fn page(
    ctx: &Context,
    signed: &SignedIn,
    own: &OwnRelay,
    errors: Wrong,
    typed: RelayForm,
) -> Result<Response, Problem> {
    let mailboxes = accounts(&ctx.store).await?.into_iter().map(|account| account.name).collect();
    let kept = page_relay(&ctx.store).await?;
    let relay = own.now(ctx).await?;
    let mut frame = web::staff_frame(signed, "Outgoing mail", Place::Settings);
    frame.has_errors = !errors.is_empty();
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let page = RelayPage {
        frame,
        press: new_press(ctx),
        server: relay.map_or(String::new(), |relay| format!("{}:{}", relay.host, relay.port)),
        set_by: own.set_by().unwrap_or("").to_owned(),
        from: own.from().to_owned(),
        to: signed.email.clone(),
        trial: last(&ctx.store).await?,
        presets: &PRESETS,
        mailboxes,
        errors,
        // What is secret is not written into the page again.
        typed: RelayForm { password: String::new(), ..typed },
        has_password: kept.is_some_and(|relay| !relay.login_name().is_empty()),
    };
    Ok((status, web::page(&page)?).into_response())
}
