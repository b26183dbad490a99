//! What every page shares: the frames, forms, problems, sessions, live updates and assets.
//!
//! It knows no noun of a room. Rooms build their pages and JSON on it; see `README.md` beside
//! this crate for the contract of templates.

pub mod assets;
pub mod catalogue;
pub mod form;
pub mod frame;
pub mod guard;
pub mod icons;
pub mod json;
pub mod keymap;
pub mod live;
pub mod network;
pub mod pace;
pub mod problem;
pub mod session;
pub mod styleguide;
pub mod time_words;
pub mod visitor;
pub mod words;

pub use form::{Form, Path, PublicForm, Query, new_press};
pub use json::{Json, Page, PageQuery};
pub use network::Network;
pub use problem::Problem;
pub use session::{Bearer, SignedIn, staff_frame};
pub use visitor::{Visitor, page_in};

use axum::response::Html;

/// Writes a page.
///
/// # Errors
/// A fault of ours when the template fails.
pub fn page(template: &impl askama::Template) -> Result<Html<String>, Problem> {
    template.render().map(Html).map_err(Problem::ours)
}
