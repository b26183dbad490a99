//! What a browser says of who looks at a case, and the faces others see.

use crate::presence::actions::{Doing, be};
use crate::presence::sql::Present;
use crate::view::case::missing;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use domain::id::CaseNumber;
use serde::Deserialize;
use store::Context;
use web::frame::{Face, Presence};
use web::{Form, Path, Problem};

/// The pages of this noun.
pub(crate) fn router() -> Router<Context> {
    Router::new().route("/cases/{number}/presence", post(say))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Said {
    state: Told,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Told {
    Looking,
    Open,
    Replying,
    Gone,
}

/// `POST /cases/{number}/presence`
async fn say(
    State(ctx): State<Context>,
    Path(number): Path<String>,
    form: Form<Said>,
) -> Result<StatusCode, Problem> {
    let number: CaseNumber = number.parse().map_err(|_| missing())?;
    let doing = match form.value.state {
        Told::Looking => Some(Doing::Looking),
        Told::Open => Some(Doing::Open),
        Told::Replying => Some(Doing::Replying),
        Told::Gone => None,
    };
    be(&ctx, &form.by.staff, number, doing).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The faces of those who are there.
pub fn faces(present: &[Present]) -> Vec<Face> {
    let face = |one: &Present| Face {
        name: one.name.clone(),
        presence: match one.doing {
            Doing::Looking => Presence::Looking,
            Doing::Open => Presence::Open,
            Doing::Replying => Presence::Replying,
        },
    };
    present.iter().map(face).collect()
}
