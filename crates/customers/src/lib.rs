//! Know the relationship: who a customer is, by which addresses we know them, what came before.
//!
//! What this room must never know: how a case is handled or a letter sent. It says whose words
//! these are; it never lets an address nobody proved open anything.

pub mod customer;
pub mod hint;
pub mod value;

pub use customer::actions::{Recognised, Who, recognise, recognise_all};
pub use customer::api::openapi;
pub use hint::actions::look_at;
pub use value::actions::{keep_rows, work_out};

use axum::Router;
use store::job::Job;
use store::{Context, StoreError, Tx};

/// Every page and address of this room.
pub fn router() -> Router<Context> {
    Router::new()
        .merge(customer::pages::router())
        .merge(customer::api::router())
        .merge(hint::pages::router())
        .merge(hint::api::router())
        .merge(value::api::router())
}

/// Lays out what this room does each night: values, and hints of whoever was heard.
///
/// # Errors
/// When the engine fails.
pub async fn lay_out(tx: &mut Tx, now: jiff::Timestamp) -> Result<(), StoreError> {
    hint::actions::lay_out(tx, now).await
}

/// Does a job of this room; `None` when it is not one of ours.
pub async fn run(ctx: &Context, job: &Job) -> Option<anyhow::Result<()>> {
    match job.kind.as_str() {
        hint::JOB | hint::NIGHT_JOB => Some(hint::actions::run(ctx, job).await),
        customer::ADDRESS_JOB => Some(customer::actions::write_there(ctx, job).await),
        _ => None,
    }
}
