//! `/me/views`: searches kept under a name: keeping, renaming, removing.

use crate::screen::Screen;
use crate::view::saved::{remove_view, rename_view, save_view, saved_views};
use axum::Router;
use axum::extract::State;
use axum::response::{Html, Redirect};
use axum::routing::{get, post};
use domain::words::Words;
use serde::Deserialize;
use store::Context;
use web::frame::{Place, StaffFrame};
use web::{Form, Path, Problem, SignedIn};

/// Letters of a name.
const NAME_MOST: usize = 60;
/// Views of one person.
const VIEWS_MOST: usize = 100;

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
        looks_for: looks_for(&view.query),
        href: format!("/search?{}", view.query),
        id: view.id,
        name: view.name,
    };
    Ok(views.into_iter().map(line).collect())
}

/// The search line in a query such as `q=is%3Aopen`.
fn looks_for(query: &str) -> String {
    let mut pairs = url::form_urlencoded::parse(query.as_bytes());
    pairs.find(|(name, _)| name == "q").map(|(_, q)| q.into_owned()).unwrap_or_default()
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
    let frame = screen.frame(&ctx, "My searches", Place::Elsewhere, "anywhere").await?;
    web::page(&SavedPage { frame, views })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Kept {
    name: String,
    q: String,
}

fn named(name: &str) -> Result<Words, Problem> {
    let says = "Give it a name of up to 60 letters.";
    Words::new(name, NAME_MOST)
        .map_err(|_| Problem::refused("name_missing", says).at("/name", says))
}

/// `POST /me/views`: keeps a search and leads back to it.
async fn keep(State(ctx): State<Context>, form: Form<Kept>) -> Result<Redirect, Problem> {
    let name = named(&form.value.name)?;
    let staff = form.by.staff.id;
    let views = saved_views(&ctx, staff).await.map_err(Problem::ours)?;
    if views.len() >= VIEWS_MOST {
        let says = "You keep 100 searches already. Remove one first.";
        return Err(Problem::conflict("views_full", says));
    }
    let query = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("q", form.value.q.trim())
        .finish();
    // A doubled press keeps it once.
    if !views.iter().any(|view| view.name == name.as_str() && view.query == query) {
        save_view(&ctx, staff, &name, &query).await.map_err(Problem::ours)?;
    }
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

#[cfg(test)]
mod tests {
    use super::looks_for;

    #[test]
    fn a_kept_search_is_read_back_as_it_was_typed() {
        assert_eq!(looks_for("q=is%3Aopen+%22no+heating%22"), "is:open \"no heating\"");
        assert_eq!(looks_for(""), "");
    }
}
