//! Problems: what the reader meets when something cannot be done.
//!
//! A problem has a status, a code that never changes, and a sentence that says what happened and
//! what to do. Programs get `application/problem+json` (RFC 9457), people a page. What exists but
//! is not theirs looks like what does not exist.

mod page;

use crate::visitor::Visitor;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use speech::Language;
use store::StoreError;

/// One thing to put right in what was sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct FieldProblem {
    /// Where: a JSON pointer such as `/customer/email`, or a form field's name after `/`.
    pub pointer: String,
    /// What to do about it, as a sentence.
    pub message: String,
    /// A code that never changes.
    pub code: &'static str,
}

/// Something that cannot be done, told to whoever asked.
#[derive(Clone, Debug)]
pub struct Problem {
    /// The HTTP status.
    pub status: StatusCode,
    /// A code that never changes: `case_missing`.
    pub code: &'static str,
    /// What happened and what to do: one or two sentences.
    pub detail: String,
    /// What exactly to put right.
    pub errors: Vec<FieldProblem>,
    /// Seconds after which trying again makes sense.
    pub retry_after: Option<u32>,
    /// For a version clash: the version that holds now.
    pub current: Option<u64>,
    /// The language of the customer who reads it, where whoever told it knows that better than the
    /// address and the browser.
    pub language: Option<Language>,
    /// What people get in place of the usual page, where what to do next is more than a sentence.
    pub page: Option<Box<OwnPage>>,
}

/// A page that tells one problem, written by whoever found it.
#[derive(Clone, Debug)]
pub struct OwnPage {
    /// The page whole, in the language of the problem.
    pub html: String,
}

impl Problem {
    fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Problem {
        let detail = detail.into();
        Problem {
            status,
            code,
            detail,
            errors: Vec::new(),
            retry_after: None,
            current: None,
            language: None,
            page: None,
        }
    }

    /// 404: there is no such thing, or it is not theirs to know.
    pub fn missing(code: &'static str, detail: impl Into<String>) -> Problem {
        Self::new(StatusCode::NOT_FOUND, code, detail)
    }

    /// 409: the thing is not in a state for this.
    pub fn conflict(code: &'static str, detail: impl Into<String>) -> Problem {
        Self::new(StatusCode::CONFLICT, code, detail)
    }

    /// 422: understood, and refused as it is.
    pub fn refused(code: &'static str, detail: impl Into<String>) -> Problem {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, code, detail)
    }

    /// 400: not readable as what it should be.
    pub fn bad_request(code: &'static str, detail: impl Into<String>) -> Problem {
        Self::new(StatusCode::BAD_REQUEST, code, detail)
    }

    /// 401: say who you are first.
    pub fn not_signed_in() -> Problem {
        let detail = "Say who you are with a token: `Authorization: Bearer rd_…`.";
        Self::new(StatusCode::UNAUTHORIZED, "not_signed_in", detail)
    }

    /// 403: known, but this act is not among theirs. Only for acts that concern no hidden thing.
    pub fn not_permitted() -> Problem {
        let detail = "Your roles do not include this. Ask an administrator.";
        Self::new(StatusCode::FORBIDDEN, "not_permitted", detail)
    }

    /// 412: somebody else changed it; `current` is the version that holds now.
    pub fn changed_meanwhile(current: u64) -> Problem {
        let detail = "Somebody changed this meanwhile. Look at it again, then decide.";
        let problem = Self::new(StatusCode::PRECONDITION_FAILED, "changed_meanwhile", detail);
        Problem { current: Some(current), ..problem }
    }

    /// 413: more than the named most.
    pub fn too_large(detail: impl Into<String>) -> Problem {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", detail)
    }

    /// 415: sent as something else than asked for.
    pub fn wrong_media(detail: impl Into<String>) -> Problem {
        Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "wrong_media_type", detail)
    }

    /// 429: too often; again in `seconds`.
    pub fn too_often(seconds: u32) -> Problem {
        let detail = format!("That was too often. Try again in {seconds} seconds.");
        let problem = Self::new(StatusCode::TOO_MANY_REQUESTS, "too_often", detail);
        Problem { retry_after: Some(seconds), ..problem }
    }

    /// 503: not now; again in `seconds`.
    pub fn unavailable(seconds: u32) -> Problem {
        let detail = "We cannot keep anything right now, so we did not take it. Try again soon.";
        let problem = Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", detail);
        Problem { retry_after: Some(seconds), ..problem }
    }

    /// Any other status that HTTP itself asks for.
    pub fn of(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Problem {
        Self::new(status, code, detail)
    }

    /// A fault of ours. Logged here, once; the reader gets a reference and no detail. Two people
    /// at the same moment are no fault: the later one reads so (409).
    pub fn ours(error: impl Into<OurFault>) -> Problem {
        let fault = error.into();
        match fault.kind {
            FaultKind::Temporary => {
                tracing::warn!(error = %fault.says, "could not take it now");
                return Problem::unavailable(5);
            }
            FaultKind::Crossed => {
                return Problem::conflict(
                    "somebody_was_faster",
                    "Somebody changed this at the same moment. Look at it again, then decide.",
                );
            }
            FaultKind::Lasting => {}
        }
        tracing::error!(error = %fault.says, "something broke on our side");
        let detail = "Something broke on our side. Nothing was changed; please try again.";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "our_fault", detail)
    }

    /// Told to a customer who reads this language.
    #[must_use]
    pub fn spoken(self, language: Language) -> Problem {
        Problem { language: Some(language), ..self }
    }

    /// Told to people on a page of its own.
    ///
    /// # Errors
    /// A fault of ours when the template fails.
    pub fn on_its_page(self, template: &impl askama::Template) -> Result<Problem, Problem> {
        let html = template.render().map_err(Problem::ours)?;
        Ok(Problem { page: Some(Box::new(OwnPage { html })), ..self })
    }

    /// Adds one thing to put right.
    #[must_use]
    pub fn at(mut self, pointer: impl Into<String>, message: impl Into<String>) -> Problem {
        let (pointer, message) = (pointer.into(), message.into());
        self.errors.push(FieldProblem { pointer, message, code: self.code });
        self
    }
}

/// A fault of ours, ready to be told.
pub struct OurFault {
    says: String,
    kind: FaultKind,
}

enum FaultKind {
    /// Trying again soon helps.
    Temporary,
    /// Somebody else changed the same at the same moment.
    Crossed,
    /// It stays until somebody mends it.
    Lasting,
}

impl FaultKind {
    fn of(error: &StoreError) -> FaultKind {
        match error {
            StoreError::Conflict { .. } | StoreError::Twice { .. } => FaultKind::Crossed,
            error if error.is_temporary() => FaultKind::Temporary,
            _ => FaultKind::Lasting,
        }
    }
}

impl From<StoreError> for OurFault {
    fn from(error: StoreError) -> Self {
        OurFault { kind: FaultKind::of(&error), says: chain(&error) }
    }
}

impl From<anyhow::Error> for OurFault {
    fn from(error: anyhow::Error) -> Self {
        let store = error.chain().find_map(|cause| cause.downcast_ref::<StoreError>());
        OurFault {
            kind: store.map_or(FaultKind::Lasting, FaultKind::of),
            says: format!("{error:#}"),
        }
    }
}

impl From<askama::Error> for OurFault {
    fn from(error: askama::Error) -> Self {
        OurFault { says: chain(&error), kind: FaultKind::Lasting }
    }
}

fn chain(error: &dyn std::error::Error) -> String {
    let mut says = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        says.push_str(": ");
        says.push_str(&inner.to_string());
        cause = inner.source();
    }
    says
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Problem {
        Problem::ours(error)
    }
}

/// The body of a problem for programs (RFC 9457).
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ProblemBody {
    /// A page about this code.
    pub r#type: String,
    /// The status in words.
    pub title: &'static str,
    /// The status.
    pub status: u16,
    /// What happened and what to do.
    pub detail: String,
    /// The address that was asked.
    pub instance: String,
    /// A code that never changes.
    pub code: &'static str,
    /// What exactly to put right.
    pub errors: Vec<FieldProblem>,
    /// What to quote when asking us.
    pub request_id: String,
    /// For a version clash: the version that holds now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub current: Option<u64>,
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        // The body is written by `answer_problems`, which knows who asked and how.
        let mut response = self.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// The mark of one request, quoted in problems and logs.
#[derive(Clone, Debug)]
pub struct RequestId(pub String);

/// Who asked, and how, as far as the body of a problem depends on it.
pub(crate) struct Asked {
    path: String,
    /// The address again, where it can be looked at.
    shown_at: Option<String>,
    for_programs: bool,
    is_head: bool,
    reference: String,
    visitor: Visitor,
}

impl Asked {
    pub(crate) fn of(request: &Request) -> Asked {
        let path = request.uri().path().to_owned();
        let reference = request.extensions().get::<RequestId>().map(|id| id.0.clone());
        let uri = request.uri();
        let looks = matches!(*request.method(), Method::GET | Method::HEAD);
        let shown_at =
            uri.path_and_query().filter(|_| looks).map(|shown| shown.as_str().to_owned());
        Asked {
            shown_at,
            visitor: Visitor::of(uri, request.headers()),
            for_programs: wants_json(&path, request.headers()),
            is_head: request.method() == Method::HEAD,
            reference: reference.unwrap_or_default(),
            path,
        }
    }

    /// The answer that tells `problem`.
    pub(crate) fn tell(&self, problem: &Problem) -> Response {
        let mut answer = if self.for_programs {
            as_json(problem, &self.path, &self.reference)
        } else {
            page::tell(problem, self)
        };
        if let Some(seconds) = problem.retry_after {
            answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if problem.status == StatusCode::UNAUTHORIZED {
            let challenge = HeaderValue::from_static("Bearer");
            answer.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
        }
        if self.is_head {
            *answer.body_mut() = axum::body::Body::empty();
        }
        answer
    }
}

/// Middleware: gives every problem its body, and bare error answers of the router a problem.
pub async fn answer_problems(request: Request, next: Next) -> Response {
    let asked = Asked::of(&request);
    let mut response = next.run(request).await;
    let problem = match response.extensions_mut().remove::<Problem>() {
        Some(problem) => problem,
        None => match of_bare(&response) {
            Some(problem) => problem,
            None => return response,
        },
    };
    let mut answer = asked.tell(&problem);
    for (name, value) in response.headers() {
        if name != header::CONTENT_TYPE && name != header::CONTENT_LENGTH {
            answer.headers_mut().append(name.clone(), value.clone());
        }
    }
    answer
}

/// A problem for an error answer that was made without one: by the router or a body limit.
fn of_bare(response: &Response) -> Option<Problem> {
    let status = response.status();
    let told = response.headers().get(header::CONTENT_TYPE).is_some_and(|kind| {
        kind.as_bytes().starts_with(b"text/html") || kind.as_bytes().starts_with(b"application/")
    });
    if told || !(status.is_client_error() || status.is_server_error()) {
        return None;
    }
    Some(match status {
        StatusCode::NOT_FOUND => {
            Problem::missing("nothing_here", "There is nothing at this address.")
        }
        StatusCode::METHOD_NOT_ALLOWED => Problem::of(
            status,
            "method_not_allowed",
            "This address does not take that method; see the Allow header.",
        ),
        StatusCode::PAYLOAD_TOO_LARGE => {
            Problem::too_large("That is more than we take in one piece. Nothing was kept.")
        }
        StatusCode::REQUEST_TIMEOUT | StatusCode::SERVICE_UNAVAILABLE => Problem::unavailable(5),
        status if status.is_server_error() => {
            Problem::ours(anyhow::anyhow!("an answer with status {status} and no problem"))
        }
        status => {
            Problem::of(status, "bad_request", "That could not be read. Nothing was changed.")
        }
    })
}

fn wants_json(path: &str, headers: &HeaderMap) -> bool {
    let accept = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or("");
    path.starts_with("/api/") || (accept.contains("json") && !accept.contains("text/html"))
}

fn as_json(problem: &Problem, path: &str, reference: &str) -> Response {
    let body = ProblemBody {
        r#type: format!("/problems/{}", problem.code),
        title: problem.status.canonical_reason().unwrap_or("Problem"),
        status: problem.status.as_u16(),
        detail: problem.detail.clone(),
        instance: path.to_owned(),
        code: problem.code,
        errors: problem.errors.clone(),
        request_id: reference.to_owned(),
        current: problem.current,
    };
    let kind = HeaderValue::from_static("application/problem+json");
    let mut response = (problem.status, axum::Json(body)).into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    response
}
