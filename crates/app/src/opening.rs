//! Opening the house: its people and the policies it begins with, in one transaction.

use organisation::{InitCommand, InitError, Initialised, opening};
use store::Context;

/// Opens the house, all or nothing.
///
/// # Errors
/// [`InitError::AlreadyOpen`] when anybody was ever added.
pub async fn open_house(ctx: &Context, command: &InitCommand) -> Result<Initialised, InitError> {
    let mut opening = opening::begin(ctx, command).await?;
    policies::policy::keep_as_shipped(ctx, &mut opening.change, &opening.organisation).await?;
    opening.commit().await
}
