//! `/api/v1/me/preferences`: how one's screens look and which keys do what.

use super::actions::{looks, prefer};
use super::keys::remapped;
use crate::{session, staff};
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use house::change::ChangeError;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::BTreeMap;
use store::Context;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use web::json::hashed;
use web::session::Preferences;
use web::{Bearer, Json, Problem};

/// The addresses of this noun.
pub(crate) fn api() -> OpenApiRouter<Context> {
    OpenApiRouter::new().routes(routes!(read, replace))
}

/// How one likes one's screens.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PreferencesBody {
    /// `system`, `light` or `dark`.
    theme: String,
    /// `comfortable` or `compact`.
    density: String,
    /// Whether single keys act.
    single_keys: bool,
    /// The name of an action → its key; what is not here is as shipped.
    #[serde(default)]
    remapped: BTreeMap<String, String>,
}

impl From<Preferences> for PreferencesBody {
    fn from(held: Preferences) -> Self {
        let or = |text: String, shipped: &str| match text.as_str() {
            "" => shipped.to_owned(),
            _ => text,
        };
        PreferencesBody {
            theme: or(held.theme, "system"),
            density: or(held.density, "comfortable"),
            single_keys: held.single_keys.unwrap_or(true),
            remapped: held.remapped,
        }
    }
}

async fn held(ctx: &Context, bearer: &Bearer) -> Result<PreferencesBody, Problem> {
    let kept = staff::sql::preferences(&ctx.store, bearer.staff.id).await?;
    // What an older release wrote and nobody can read any more is as shipped, as on every page.
    let held: Preferences = serde_json::from_str(&kept).unwrap_or_default();
    Ok(held.into())
}

/// How you like your screens.
#[utoipa::path(get, path = "/api/v1/me/preferences", tag = "organisation",
    responses((status = 200, body = PreferencesBody)))]
async fn read(
    State(ctx): State<Context>,
    bearer: Bearer,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    session::whole(&bearer.staff)?;
    Ok(hashed(&headers, &held(&ctx, &bearer).await?))
}

/// Sets how you like your screens.
#[utoipa::path(put, path = "/api/v1/me/preferences", tag = "organisation",
    request_body = PreferencesBody, responses((status = 200, body = PreferencesBody)))]
async fn replace(
    State(ctx): State<Context>,
    bearer: Bearer,
    body: Json<PreferencesBody>,
) -> Result<axum::Json<PreferencesBody>, Problem> {
    session::whole(&bearer.staff)?;
    let PreferencesBody { theme, density, single_keys, remapped: keys } = body.value;
    let (looks, keys) = (looks(&theme, &density), remapped(keys));
    let wrong = [looks.err(), keys.as_ref().err().cloned()];
    let wrong: Vec<_> = wrong.into_iter().flatten().flatten().collect();
    let Some(keys) = keys.ok().filter(|_| wrong.is_empty()) else {
        return Err(ChangeError::Wrong(wrong).into());
    };
    let new = [
        ("theme", json!(theme)),
        ("density", json!(density)),
        ("single_keys", json!(single_keys)),
        ("remapped", json!(keys)),
    ];
    prefer(&ctx, &bearer.staff, new).await?;
    Ok(axum::Json(held(&ctx, &bearer).await?))
}
