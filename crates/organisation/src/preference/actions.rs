//! Choosing how one's screens look and which keys do what.

use crate::staff;
use domain::permit::Staff;
use house::wrong::{Wrong, Wrongs};
use serde_json::{Map, Value};
use store::{Context, StoreError};

/// Light and dark, with the words of each.
pub(crate) const THEMES: [(&str, &str); 3] =
    [("system", "As the system says"), ("light", "Always light"), ("dark", "Always dark")];
/// The height of rows, with the words of each.
pub(crate) const DENSITIES: [(&str, &str); 2] = [
    ("comfortable", "Comfortable: with the reason why a case is where it is"),
    ("compact", "Compact: more rows"),
];

/// Whether there is such a theme and such a density.
///
/// # Errors
/// What to choose instead.
pub(crate) fn looks(theme: &str, density: &str) -> Result<(), Vec<Wrong>> {
    let mut wrong = Wrongs::default();
    if !THEMES.iter().any(|(value, _)| *value == theme) {
        wrong.add("theme", "Choose light, dark or as the system.");
    }
    if !DENSITIES.iter().any(|(value, _)| *value == density) {
        wrong.add("density", "Choose comfortable or compact.");
    }
    wrong.or_all(Some(()))
}

/// Changes some preferences and keeps the others.
pub(crate) async fn prefer<const N: usize>(
    ctx: &Context,
    staff: &Staff,
    new: [(&str, Value); N],
) -> Result<(), StoreError> {
    let known = staff::sql::preferences(&ctx.store, staff.id).await?;
    let mut all: Map<String, Value> = serde_json::from_str(&known).unwrap_or_default();
    for (name, value) in new {
        all.insert(name.to_owned(), value);
    }
    staff::actions::prefer(ctx, staff, &Value::Object(all)).await
}
