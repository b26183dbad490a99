//! Views people saved for themselves.

pub(crate) mod sql;

use desk::view::list::address;
use domain::id::StaffId;
use domain::words::Words;
use store::{Context, StoreError};
use web::Problem;

/// A saved view.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct SavedView {
    /// Its id.
    pub id: String,
    /// What its owner calls it.
    pub name: String,
    /// The query part of its address.
    pub query: String,
    /// Its place among the others, from 1.
    pub place: i64,
}

/// The views this person saved, in their order.
///
/// # Errors
/// When the engine fails.
pub async fn saved_views(ctx: &Context, staff: StaffId) -> Result<Vec<SavedView>, StoreError> {
    sql::views(&ctx.store, staff).await
}

/// What a kept view of the queue begins with, instead of the `q` of a search.
const IN_VIEW: &str = "view";
/// Letters of a name.
pub(crate) const NAME_MOST: usize = 60;
/// Views of one person.
const VIEWS_MOST: usize = 100;

/// Keeps a search under a name and gives the view; the same twice is one.
///
/// # Errors
/// `views_full` when there are too many already; when the engine fails.
pub(crate) async fn keep_search(
    ctx: &Context,
    staff: StaffId,
    name: &Words,
    q: &str,
) -> Result<SavedView, Problem> {
    let query =
        url::form_urlencoded::Serializer::new(String::new()).append_pair("q", q.trim()).finish();
    keep(ctx, staff, name, query).await
}

/// Keeps a view of the queue with its filter, whose query part may be empty.
///
/// # Errors
/// As [`keep_search`].
pub(crate) async fn keep_queue(
    ctx: &Context,
    staff: StaffId,
    name: &Words,
    view: &str,
    filter: &str,
) -> Result<SavedView, Problem> {
    let start =
        url::form_urlencoded::Serializer::new(String::new()).append_pair(IN_VIEW, view).finish();
    let query = if filter.is_empty() { start } else { format!("{start}&{filter}") };
    keep(ctx, staff, name, query).await
}

async fn keep(
    ctx: &Context,
    staff: StaffId,
    name: &Words,
    query: String,
) -> Result<SavedView, Problem> {
    let views = saved_views(ctx, staff).await.map_err(Problem::ours)?;
    let known = views.iter().find(|view| view.name == name.as_str() && view.query == query);
    if let Some(known) = known {
        return Ok(known.clone());
    }
    if views.len() >= VIEWS_MOST {
        let says = "You keep 100 views already. Remove one first.";
        return Err(Problem::conflict("views_full", says));
    }
    let id = save_view(ctx, staff, name, &query).await.map_err(Problem::ours)?;
    let place = views.last().map_or(1, |last| last.place + 1);
    Ok(SavedView { id, name: name.as_str().to_owned(), query, place })
}

impl SavedView {
    /// The view of the queue and the query part of its filter; `None` for a search.
    pub(crate) fn queue(&self) -> Option<(String, String)> {
        let mut pairs = url::form_urlencoded::parse(self.query.as_bytes());
        let (_, view) = pairs.next().filter(|(name, _)| name == IN_VIEW)?;
        let filter = self.query.split_once('&').map_or("", |(_, filter)| filter);
        Some((view.into_owned(), filter.to_owned()))
    }

    /// Its address on this site.
    pub(crate) fn href(&self) -> String {
        match self.queue() {
            Some((view, filter)) => address(&view, &filter),
            None => format!("/search?{}", self.query),
        }
    }

    /// What it looks for, as it was typed: the search line in a query such as `q=is%3Aopen`.
    pub(crate) fn looks_for(&self) -> String {
        let mut pairs = url::form_urlencoded::parse(self.query.as_bytes());
        pairs.find(|(name, _)| name == "q").map(|(_, q)| q.into_owned()).unwrap_or_default()
    }
}

/// Saves a view and gives its id.
///
/// # Errors
/// When the engine fails.
pub async fn save_view(
    ctx: &Context,
    staff: StaffId,
    name: &Words,
    query: &str,
) -> Result<String, StoreError> {
    let id: uuid::Uuid = ctx.id(ctx.now());
    let id = id.to_string();
    let short: String = query.chars().take(2_000).collect();
    let mut tx = ctx.begin().await?;
    sql::save_view(&mut tx, &id, staff, name.as_str(), &short).await?;
    tx.commit().await?;
    Ok(id)
}

/// Calls a view of this person's something else. Says whether it was there.
///
/// # Errors
/// When the engine fails.
pub async fn rename_view(
    ctx: &Context,
    staff: StaffId,
    id: &str,
    name: &Words,
) -> Result<bool, StoreError> {
    let mut tx = ctx.begin().await?;
    let is_there = sql::rename_view(&mut tx, id, staff, name.as_str()).await?;
    tx.commit().await?;
    Ok(is_there)
}

/// Removes a view of this person's. Says whether it was there.
///
/// # Errors
/// When the engine fails.
pub async fn remove_view(ctx: &Context, staff: StaffId, id: &str) -> Result<bool, StoreError> {
    let mut tx = ctx.begin().await?;
    let was_there = sql::remove_view(&mut tx, id, staff).await?;
    tx.commit().await?;
    Ok(was_there)
}

#[cfg(test)]
mod tests {
    use super::SavedView;

    #[test]
    fn a_kept_search_is_read_back_as_it_was_typed() {
        let view = |query: &str| SavedView {
            id: String::new(),
            name: String::new(),
            query: query.to_owned(),
            place: 1,
        };
        let typed = "is:open \"no heating\"";
        assert_eq!(view("q=is%3Aopen+%22no+heating%22").looks_for(), typed);
        assert_eq!(view("").looks_for(), "");
        assert_eq!(view("q=is%3Aopen").href(), "/search?q=is%3Aopen");
    }

    #[test]
    fn a_kept_filter_leads_back_to_its_view_of_the_queue() {
        let view = |query: &str| SavedView {
            id: String::new(),
            name: String::new(),
            query: query.to_owned(),
            place: 1,
        };
        assert_eq!(view("view=team&kind=idea").href(), "/q/team?kind=idea");
        assert_eq!(view("view=team").href(), "/q/team");
        assert_eq!(view("q=view").queue(), None);
    }
}
