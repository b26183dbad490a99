//! What every page reads of what the house agreed on: what it is called, and when it is open.

use domain::hours::Hours;
use store::{Store, StoreError};

/// The setting that holds what the organisation is called.
pub const NAME: &str = "organisation/name";
/// The setting that holds when we are open.
pub const HOURS: &str = "policy/hours";

/// What the organisation is called.
///
/// # Errors
/// When the store fails.
pub async fn organisation_name(store: &Store) -> Result<String, StoreError> {
    let name = store.setting(NAME).await?;
    Ok(name.unwrap_or_else(|| "Customer care".to_owned()))
}

/// When we are open; always, until the house says its own.
///
/// # Errors
/// When the store fails, or the setting holds no hours.
pub async fn hours(store: &Store) -> Result<Hours, StoreError> {
    let Some(text) = store.setting(HOURS).await? else { return Ok(Hours::always()) };
    serde_json::from_str(&text)
        .map_err(|why| StoreError::unreadable("reading a policy", format!("{HOURS}: {why}")))
}
