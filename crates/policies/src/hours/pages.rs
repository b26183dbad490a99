//! `/settings/hours`: when we are open.

use super::rules::{DAYS, HoursText};
use crate::policy::{self, Kind, Wish};
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use domain::permit::Act;
use house::change::ChangeError;
use house::page::{Errors, frame, go, show, wrong_of};
use serde::Deserialize;
use store::Context;
use web::frame::StaffFrame;
use web::{Form, Problem, SignedIn, new_press};

/// The addresses of this noun.
pub(crate) fn router() -> Router<Context> {
    Router::new().route("/settings/hours", get(hours).post(set))
}

struct Day {
    field: &'static str,
    label: String,
    value: String,
    error: String,
}

#[derive(askama::Template)]
#[template(path = "policy/hours.html")]
struct HoursPage {
    frame: StaffFrame,
    errors: Errors,
    press: String,
    version: i64,
    zone: String,
    days: Vec<Day>,
    holidays: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct HoursForm {
    version: i64,
    zone: String,
    #[serde(default)]
    monday: String,
    #[serde(default)]
    tuesday: String,
    #[serde(default)]
    wednesday: String,
    #[serde(default)]
    thursday: String,
    #[serde(default)]
    friday: String,
    #[serde(default)]
    saturday: String,
    #[serde(default)]
    sunday: String,
    #[serde(default)]
    holidays: String,
}

/// `GET /settings/hours`
async fn hours(State(ctx): State<Context>, signed: SignedIn) -> Result<Response, Problem> {
    let held = policy::read(&ctx.store).await.map_err(Problem::ours)?;
    let text = HoursText::of(&held.hours).map_err(|why| Problem::ours(anyhow::Error::from(why)))?;
    page(&ctx, &signed, text, held.version(Kind::Hours), Errors::default())
}

/// `POST /settings/hours`
async fn set(State(ctx): State<Context>, form: Form<HoursForm>) -> Result<Response, Problem> {
    let sent = form.value;
    let days = [
        sent.monday,
        sent.tuesday,
        sent.wednesday,
        sent.thursday,
        sent.friday,
        sent.saturday,
        sent.sunday,
    ];
    let text = HoursText { zone: sent.zone, days, holidays: sent.holidays };
    let done = match text.read() {
        Ok(hours) => {
            let wish = [(Wish::Hours(hours), Some(sent.version))];
            policy::set(&ctx, &form.by.staff, &wish, &form.press).await
        }
        Err(wrong) => Err(ChangeError::Wrong(wrong)),
    };
    match done {
        Ok(()) => Ok(go("/settings/hours")),
        Err(error) => page(&ctx, &form.by, text, sent.version, wrong_of(error)?),
    }
}

fn page(
    ctx: &Context,
    signed: &SignedIn,
    text: HoursText,
    version: i64,
    errors: Errors,
) -> Result<Response, Problem> {
    signed.staff.permit_anywhere(Act::ManageSettings).map_err(ChangeError::from)?;
    let days = DAYS.iter().zip(text.days).map(|(field, value)| Day {
        field,
        label: field[..1].to_uppercase() + &field[1..],
        value,
        error: errors.of(field).to_owned(),
    });
    let page = HoursPage {
        frame: frame(signed, "Hours", &errors),
        press: new_press(ctx),
        version,
        zone: text.zone,
        days: days.collect(),
        holidays: text.holidays,
        errors,
    };
    show(&page, &page.errors)
}
