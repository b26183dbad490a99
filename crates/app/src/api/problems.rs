//! What any operation can answer instead of what was asked for. Rooms describe what is special to
//! theirs; what holds everywhere is added here, so that none forgets it.

use axum::http::StatusCode;
use utoipa::openapi::content::Content;
use utoipa::openapi::path::Operation;
use utoipa::openapi::response::{Response, ResponseBuilder};
use utoipa::openapi::{Ref, RefOr};

const KIND: &str = "application/problem+json";

/// Status and meaning of what every operation may answer.
const ALWAYS: &[(&str, &str)] = &[
    ("400", "The request cannot be read; `errors` may name the place."),
    ("401", "No token, or one that has ended."),
    ("429", "Too often; again after `Retry-After` seconds."),
    ("500", "Something broke on our side and nothing was changed; quote `request_id`."),
    ("503", "Nothing can be kept now; again after `Retry-After` seconds."),
];

/// The same for operations that take a body.
const WITH_A_BODY: &[(&str, &str)] = &[
    ("409", "It is not in a state for this, or somebody changed the same at that moment."),
    ("413", "The body has more than 1 MB."),
    ("415", "The body is no JSON by its `Content-Type`."),
    ("422", "Fields must be put right; `errors` names each. Or the key came with another body."),
];

/// Adds them to `operation`, and the shape of a problem to every answer that is one.
pub(super) fn add_to(operation: &mut Operation) {
    let takes_body = operation.request_body.is_some();
    let usual = ALWAYS.iter().chain(WITH_A_BODY.iter().filter(|_| takes_body));
    let answers = &mut operation.responses.responses;
    for (status, meaning) in usual {
        let problem = || RefOr::T(ResponseBuilder::new().description(*meaning).build());
        answers.entry((*status).to_owned()).or_insert_with(problem);
    }
    for (status, answer) in answers {
        let RefOr::T(answer) = answer else { continue };
        complete(status, answer);
    }
}

fn complete(status: &str, answer: &mut Response) {
    if answer.description.is_empty() {
        let status = StatusCode::from_bytes(status.as_bytes()).ok();
        let reason = status.and_then(|status| status.canonical_reason());
        answer.description = reason.unwrap_or("Done.").to_owned();
    }
    if status.starts_with(['4', '5']) && answer.content.is_empty() {
        let shape = Content::new(Some(Ref::from_schema_name("ProblemBody")));
        answer.content.insert(KIND.to_owned(), RefOr::T(shape));
    }
}
