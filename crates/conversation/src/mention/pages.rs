//! The picker of colleagues (`@` in a note).

use axum::Router;
use axum::extract::State;
use axum::response::Html;
use axum::routing::get;
use casework::mention::sql;
use desk::screen::Screen;
use desk::view::case::{load, missing};
use domain::permit::Act;
use store::Context;
use web::frame::{Place, StaffFrame};
use web::{Path, Problem, SignedIn};

/// The pages of this noun.
pub(crate) fn router() -> Router<Context> {
    Router::new().route("/cases/{number}/colleagues", get(pick))
}

#[derive(askama::Template)]
#[template(path = "mention/pick.html")]
struct PickPage {
    frame: StaffFrame,
    here: String,
    names: Vec<String>,
}

/// `GET /cases/{number}/colleagues`: who a note on this case may name.
async fn pick(
    State(ctx): State<Context>,
    signed: SignedIn,
    Path(number): Path<String>,
) -> Result<Html<String>, Problem> {
    let screen = Screen::of(&ctx, signed).await?;
    let view = load(&ctx, &screen, &number).await?;
    if !screen.may(Act::Note) {
        return Err(missing());
    }
    let me = screen.signed.staff.id;
    let readers = sql::readers_of(&ctx.store, &view.case).await.map_err(Problem::ours)?;
    let others = readers.into_iter().filter(|one| one.id != me);
    web::page(&PickPage {
        frame: screen.frame(&ctx, "Colleagues", Place::Queue, "anywhere").await?,
        here: view.case.number.to_string(),
        names: others.map(|one| one.name).collect(),
    })
}
