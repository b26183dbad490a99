//! Handle: the queue, today, search and saved views; opening, sorting, merging and labelling cases,
//! one or many at once, and taking the last of it back.
//!
//! What it must never know: what is written to customers, and what puts things right.

pub mod bulk;
pub mod case;
pub mod label;
pub mod merger;
mod search;
mod topic;
pub mod view;

use axum::Router;
use store::Context;
use utoipa_axum::router::OpenApiRouter;

/// Every page and address of this room.
pub fn router() -> Router<Context> {
    Router::new()
        .merge(view::pages::router())
        .merge(bulk::pages::router())
        .merge(bulk::forms::router())
        .merge(case::forms::router())
        .merge(case::new_case::router())
        .merge(label::pages::router())
        .merge(topic::pages::router())
        .merge(merger::pages::router())
        .merge(search::pages::router())
        .merge(view::today::router())
        .merge(view::saved_pages::router())
        .merge(view::filter_pages::router())
        .merge(view::peek::router())
}

/// Every address for programs of this room, with its description (OpenAPI 3.1).
pub fn api() -> OpenApiRouter<Context> {
    OpenApiRouter::new()
        .merge(case::api::router())
        .merge(bulk::api::router())
        .merge(label::api::router())
        .merge(topic::api::router())
        .merge(merger::api::router())
        .merge(search::api::router())
        .merge(view::api::router())
        .merge(view::own_api::router())
}
