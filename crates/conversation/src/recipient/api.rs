//! Who can get a reply, for programs.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use desk::api::{self, CasePath, ReadProblems};
use desk::recipient::view::participants;
use desk::view::case::case_view;
use desk::view::case::missing;
use serde::Serialize;
use store::Context;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use web::{Bearer, Path, Problem};

/// The addresses of this noun.
pub(crate) fn router() -> OpenApiRouter<Context> {
    OpenApiRouter::new().routes(routes!(list_recipients))
}

/// Somebody who can get a reply.
#[derive(Debug, Serialize, ToSchema)]
struct RecipientBody {
    /// Their id; a reply names it.
    id: String,
    /// As shown.
    name: String,
    /// `customer`, `representative` or `affected`.
    part: &'static str,
    /// Where a letter to them goes; empty when the customer finds it on their page only.
    address: String,
}

/// All who can get a reply.
#[derive(Debug, Serialize, ToSchema)]
struct RecipientsBody {
    /// The customer first, then who was taken in, longest first.
    recipients: Vec<RecipientBody>,
}

/// Lists who can get a reply on a case: its customer, and whoever a person took in. Who merely
/// waits, or stood in copy of a mail, is none of them.
#[utoipa::path(get, path = "/api/v1/cases/{number}/recipients", tag = "messages",
    params(CasePath),
    responses((status = 200, body = RecipientsBody), ReadProblems), security(("token" = [])))]
async fn list_recipients(
    State(ctx): State<Context>,
    by: Bearer,
    headers: HeaderMap,
    Path(number): Path<String>,
) -> Result<Response, Problem> {
    let reach = api::reach_of_one(&by)?;
    let view = case_view(&ctx, &reach, api::number(&number)?).await?.ok_or_else(missing)?;
    let others = participants(&ctx.store, &view).await?;
    let customer = RecipientBody {
        id: view.case.customer.to_string(),
        name: view.customer,
        part: "customer",
        address: view.email.unwrap_or_default(),
    };
    let others = others.into_iter().map(|one| RecipientBody {
        id: one.customer.to_string(),
        name: one.name,
        part: one.part.as_str(),
        address: one.to,
    });
    let recipients = [customer].into_iter().chain(others).collect();
    Ok(web::json::hashed(&headers, &RecipientsBody { recipients }))
}
