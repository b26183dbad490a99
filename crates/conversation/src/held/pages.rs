//! `/held`: who handed in too much at once, and letting them go.

use crate::held::actions::decide;
use axum::Router;
use axum::extract::State;
use axum::response::{Html, Redirect};
use axum::routing::{get, post};
use casework::held::sql::{self, Held};
use desk::screen::Screen;
use domain::permit::Act;
use serde::Deserialize;
use store::Context;
use web::frame::{Place, StaffFrame};
use web::time_words::Moment;
use web::{Form, Path, Problem, SignedIn};

/// The pages of this noun.
pub fn router() -> Router<Context> {
    Router::new().route("/held", get(show)).route("/held/{customer}", post(change))
}

struct Line {
    id: String,
    link: String,
    name: String,
    address: String,
    since: Moment,
    last: Moment,
    handed_in: String,
    kept: bool,
}

#[derive(askama::Template)]
#[template(path = "view/held.html")]
struct HeldPage {
    frame: StaffFrame,
    lines: Vec<Line>,
    may_decide: bool,
    press: String,
}

/// `GET /held`
async fn show(State(ctx): State<Context>, signed: SignedIn) -> Result<Html<String>, Problem> {
    let screen = Screen::of(&ctx, signed).await?;
    let line = |held: Held| Line {
        link: format!("/customers/{}", held.number),
        name: if held.name.is_empty() { held.address.clone() } else { held.name },
        since: screen.moment(held.since),
        last: screen.moment(held.last),
        handed_in: web::words::counted(held.handed_in.unsigned_abs(), "message", "messages"),
        kept: held.kept,
        id: held.customer,
        address: held.address,
    };
    let held = sql::held(&ctx.store, &screen.reach, screen.now).await?;
    let frame = screen.frame(&ctx, "Held back", Place::Elsewhere, "anywhere").await?;
    web::page(&HeldPage {
        frame,
        lines: held.into_iter().map(line).collect(),
        may_decide: screen.may(Act::HandleCase),
        press: web::new_press(&ctx),
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Decided {
    decide: String,
}

/// `POST /held/{customer}`
async fn change(
    State(ctx): State<Context>,
    Path(customer): Path<String>,
    form: Form<Decided>,
) -> Result<Redirect, Problem> {
    let keep = form.value.decide == "keep";
    decide(&ctx, &form.by.staff, &customer, keep).await?;
    Ok(Redirect::to("/held"))
}
