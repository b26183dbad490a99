//! `/me/views`: searches and filters kept under a name: keeping, renaming, removing.

use crate::view::saved::{NAME_MOST, keep_search, remove_view, rename_view, saved_views};
use axum::Router;
use axum::extract::State;
use axum::response::{Html, Redirect};
use axum::routing::{get, post};
use desk::screen::Screen;
use desk::view::list::title_of;
use domain::words::Words;
use serde::Deserialize;
use store::Context;
use web::frame::{Place, StaffFrame};
use web::{Form, Path, Problem, SignedIn};

/// The pages of this noun.
pub fn router() -> Router<Context> {
    Router::new().route("/me/views", get(list).post(keep)).route("/me/views/{id}", post(change))
}

/// A view as a page lists it.
pub(crate) struct ViewLine {
    pub id: String,
    pub name: String,
    pub href: String,
    /// What it looks for, as it was typed.
    pub looks_for: String,
}

/// The views of whoever is before the screen.
pub(crate) async fn lines(ctx: &Context, screen: &Screen) -> Result<Vec<ViewLine>, Problem> {
    let views = saved_views(ctx, screen.signed.staff.id).await.map_err(Problem::ours)?;
    let line = |view: crate::view::saved::SavedView| ViewLine {
        looks_for: match view.queue() {
            Some((word, _)) => format!("in the queue, {}", title_of(&word).unwrap_or("Queue")),
            None => view.looks_for(),
        },
        href: view.href(),
        id: view.id,
        name: view.name,
    };
    Ok(views.into_iter().map(line).collect())
}

#[derive(askama::Template)]
#[template(path = "view/saved.html")]
struct SavedPage {
    frame: StaffFrame,
    views: Vec<ViewLine>,
}

/// `GET /me/views`
async fn list(State(ctx): State<Context>, signed: SignedIn) -> Result<Html<String>, Problem> {
    let screen = Screen::of(&ctx, signed).await?;
    let views = lines(&ctx, &screen).await?;
    let frame = screen.frame(&ctx, "My views", Place::Elsewhere, "anywhere").await?;
    web::page(&SavedPage { frame, views })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Kept {
    name: String,
    q: String,
}

pub(crate) fn named(name: &str) -> Result<Words, Problem> {
    let says = "Give it a name of up to 60 letters.";
    Words::new(name, NAME_MOST)
        .map_err(|_| Problem::refused("name_missing", says).at("/name", says))
}

/// `POST /me/views`: keeps a search and leads back to it.
async fn keep(State(ctx): State<Context>, form: Form<Kept>) -> Result<Redirect, Problem> {
    let name = named(&form.value.name)?;
    let staff = form.by.staff.id;
    // A doubled press keeps it once.
    let query = keep_search(&ctx, staff, &name, &form.value.q).await?.query;
    Ok(Redirect::to(&format!("/search?{query}")))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Change {
    #[serde(default)]
    name: String,
    #[serde(default)]
    remove: Option<String>,
}

/// `POST /me/views/{id}`: another name, or away with it.
async fn change(
    State(ctx): State<Context>,
    Path(id): Path<String>,
    form: Form<Change>,
) -> Result<Redirect, Problem> {
    let staff = form.by.staff.id;
    if form.value.remove.is_some() {
        remove_view(&ctx, staff, &id).await.map_err(Problem::ours)?;
        return Ok(Redirect::to("/me/views"));
    }
    let name = named(&form.value.name)?;
    let is_there = rename_view(&ctx, staff, &id, &name).await.map_err(Problem::ours)?;
    if is_there {
        Ok(Redirect::to("/me/views"))
    } else {
        Err(Problem::missing("view_missing", "There is no such view."))
    }
}
