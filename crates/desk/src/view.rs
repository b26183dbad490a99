//! What people look at: lists of cases, one case, its promises and its panel, and the bell.

pub mod bell;
pub mod case;
pub mod choices;
pub mod filter;
pub mod filtered;
pub mod ledger;
pub mod list;
pub mod old_link;
pub mod panel;
pub mod portal;
pub mod promises;
pub mod queue;
pub mod record;
pub mod row;
pub mod seen;
pub mod visit;
