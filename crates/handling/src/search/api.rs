//! Search for programs.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use desk::api::{self, ReadProblems};
use desk::case::body::CaseBody;
use desk::search::read::search;
use serde::{Deserialize, Serialize};
use store::Context;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use web::json::hashed;
use web::{Bearer, Problem, Query};

/// Characters of a search line.
const LINE_MOST: usize = 500;

/// The addresses of this noun.
pub(crate) fn router() -> OpenApiRouter<Context> {
    OpenApiRouter::new().routes(routes!(search_cases))
}

/// What is searched for.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
struct SearchQuery {
    /// Words, "phrases", and `is:open`, `is:closed`, `from:`, `before:2026-11-01`,
    /// `promise:broken`, `label:late`, `cause:courier`, `reach:>50k`; at most 500 characters.
    q: String,
    /// The cursor of the page before.
    after: Option<String>,
}

/// A case that was found.
#[derive(Debug, Serialize, ToSchema)]
struct FoundBody {
    /// The case.
    case: CaseBody,
    /// Where the words stood: `subject`, `message`, `note`, `person` or `answer`; empty when no
    /// words were searched for.
    found_in: String,
    /// The sentence that matched.
    sentence: String,
}

/// A page of what was found: 20 cases.
#[derive(Debug, Serialize, ToSchema)]
struct FoundPageBody {
    /// Cases, newest words first.
    data: Vec<FoundBody>,
    /// The cursor of the next page; give it as `after`.
    next: Option<String>,
    /// Whether there is a next page.
    has_more: bool,
    /// Words that stand nowhere, when nothing was found.
    nowhere: Vec<String>,
    /// Whether words were shortened because nothing matched them whole.
    loosened: bool,
}

/// Searches cases of yours by words and operators.
#[utoipa::path(get, path = "/api/v1/search", tag = "cases", params(SearchQuery),
    responses((status = 200, body = FoundPageBody), ReadProblems), security(("token" = [])))]
async fn search_cases(
    State(ctx): State<Context>,
    by: Bearer,
    headers: HeaderMap,
    Query(query): Query<SearchQuery>,
) -> Result<Response, Problem> {
    let reach = api::reach(&by)?;
    if query.q.chars().count() > LINE_MOST {
        return Err(api::unreadable("q", "Give at most 500 characters."));
    }
    let page = search(&ctx, &reach, query.q.trim(), query.after.as_deref()).await?;
    let found = |found: desk::search::read::Found| FoundBody {
        case: CaseBody::from(found.row),
        found_in: found.kind,
        sentence: found.sentence,
    };
    let body = FoundPageBody {
        data: page.found.into_iter().map(found).collect(),
        has_more: page.next.is_some(),
        next: page.next,
        nowhere: page.nowhere,
        loosened: page.loosened,
    };
    Ok(hashed(&headers, &body))
}
