//! Know the relationship: who a customer is, by which addresses we know them, what came before.
//!
//! What this room must never know: how a case is handled or a letter sent. It says whose words
//! these are; it never lets an address nobody proved open anything.

pub mod customer;

pub use customer::actions::{Recognised, Who, recognise, recognise_all};
pub use customer::api::openapi;

use axum::Router;
use store::Context;

/// Every page and address of this room.
pub fn router() -> Router<Context> {
    Router::new().merge(customer::pages::router()).merge(customer::api::router())
}
