//! `/api/v1/themes`.

use crate::theme::actions::themes;
use crate::theme::rules::{Said, Told};
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use domain::channel::Kind;
use serde::{Deserialize, Serialize};
use store::Context;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use web::json::hashed;
use web::{Bearer, Problem, Query};

/// The addresses of this noun.
pub(crate) fn router() -> OpenApiRouter<Context> {
    OpenApiRouter::new().routes(routes!(list_themes))
}

/// What is asked for.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
struct ThemesQuery {
    /// Only what was said as this kind, such as `complaint`.
    kind: String,
}

/// A text that is typical of a theme.
#[derive(Debug, Serialize, ToSchema)]
struct TypicalBody {
    /// Its number: `F-1001`.
    reference: String,
    /// The case it belongs to: `R-10482`.
    case: Option<String>,
    /// How it begins.
    text: String,
}

/// A word that stands out in a theme.
#[derive(Debug, Serialize, ToSchema)]
struct TermBody {
    /// The word.
    word: String,
    /// How far it stands out against all other texts, in standard deviations.
    stands_out: f32,
}

/// What several people talk about.
#[derive(Debug, Serialize, ToSchema)]
struct ThemeBody {
    /// What it is called, by the words that stand out.
    #[schema(example = "late fee, charged, card")]
    name: String,
    /// Different customers who said it.
    customers: usize,
    /// Texts.
    texts: usize,
    /// Words that tell it.
    terms: Vec<TermBody>,
    /// Three texts that are typical of it, of different customers.
    typical: Vec<TypicalBody>,
    /// Words and phrases that a topic made of it would look for.
    words: Vec<String>,
}

impl From<Said> for TypicalBody {
    fn from(said: Said) -> TypicalBody {
        TypicalBody {
            reference: format!("F-{}", said.number),
            case: said.case.map(|number| format!("R-{number}")),
            text: said.text,
        }
    }
}

impl From<Told> for ThemeBody {
    fn from(theme: Told) -> ThemeBody {
        let term = |(word, stands_out)| TermBody { word, stands_out };
        ThemeBody {
            name: theme.name,
            customers: theme.customers,
            texts: theme.texts,
            terms: theme.terms.into_iter().map(term).collect(),
            typical: theme.typical.into_iter().map(TypicalBody::from).collect(),
            words: theme.words,
        }
    }
}

/// What people talk about: themes found in the newest 1,500 texts of the last 90 days that the
/// caller may see, those of most customers first.
#[utoipa::path(get, path = "/api/v1/themes", tag = "learning", params(ThemesQuery),
    responses((status = 200, body = Vec<ThemeBody>)), security(("token" = [])))]
async fn list_themes(
    State(ctx): State<Context>,
    by: Bearer,
    headers: HeaderMap,
    Query(query): Query<ThemesQuery>,
) -> Result<Response, Problem> {
    if !query.kind.is_empty() && Kind::from_word(&query.kind).is_none() {
        let says = "Give a kind such as `complaint`, or leave it out.";
        return Err(Problem::bad_request("query_unreadable", says).at("/kind", says));
    }
    let found = themes(&ctx, &by.staff, &query.kind).await?;
    let bodies: Vec<ThemeBody> = found.themes.into_iter().map(ThemeBody::from).collect();
    Ok(hashed(&headers, &bodies))
}
