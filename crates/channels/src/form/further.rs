//! What a customer adds to their case with files: one page, behind the link of the case. It goes
//! the way of every complaint, so it is kept before anything else happens, and joins the case.

use crate::form::actions::{self, Draft, StepError};
use crate::form::frame::{Shown, Visit};
use crate::form::portal::take_files;
use crate::form::views::{FileLine, FurtherPage};
use crate::form::{receipt, sql};
use crate::routes::CaseLinks;
use axum::extract::{Extension, Multipart, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use hearing::form::{Answers, Faults, STORY_MOST, too_long};
use serde::Deserialize;
use speech::Say;
use store::Context;
use web::{Network, Path, Problem, Query, Visitor, page_in};

/// What a link that opens nothing looks like, where nobody knows more of it.
pub(crate) fn closed() -> Problem {
    let says = "This link does not open a case, or not any more. Write to us, and we send a new one \
                to the address we know.";
    Problem::missing("link_closed", says)
}

async fn whose(
    ctx: &Context,
    visitor: Visitor,
    links: &CaseLinks,
    token: &str,
) -> Result<sql::Whose, Problem> {
    let Some(case) = links.opened_by(ctx, token).await.map_err(Problem::ours)? else {
        return Err(links.refusal(ctx, visitor, token).await);
    };
    let whose = sql::whose(&ctx.store, &case.to_string()).await.map_err(Problem::ours)?;
    whose.ok_or_else(closed)
}

async fn page(
    visit: &Visit<'_>,
    token: &str,
    draft: Option<&Draft>,
    words: String,
    errors: Faults,
) -> Result<Response, Problem> {
    let say = visit.say;
    let back = Some(format!("/c/{token}"));
    let here = format!("/c/{token}/files");
    let frame = visit.frame(&say.further_title(), &here, back, !errors.is_empty()).await?;
    let kept = draft.map(|draft| draft.answers.files.as_slice()).unwrap_or_default();
    let draft = draft.map(|draft| format!("?draft={}", draft.token)).unwrap_or_default();
    let page = FurtherPage {
        frame,
        action: visit.visitor.to(&format!("{here}{draft}")),
        files: kept.iter().map(|file| FileLine::of(file, say)).collect(),
        words_error: Shown(&errors).of("words"),
        error: Shown(&errors).of("files"),
        errors,
        words,
    };
    page_in(&page, say)
}

/// The visit of a case's customer, whose language we know.
fn visit<'a>(ctx: &'a Context, visitor: Visitor, whose: &sql::Whose) -> Visit<'a> {
    Visit::known(ctx, visitor, &[&whose.language, &whose.customer_language])
}

/// `GET /c/{token}/files`
pub(crate) async fn show(
    State(ctx): State<Context>,
    visitor: Visitor,
    Extension(links): Extension<CaseLinks>,
    Path(token): Path<String>,
) -> Result<Response, Problem> {
    let whose = whose(&ctx, visitor, &links, &token).await?;
    page(&visit(&ctx, visitor, &whose), &token, None, String::new(), Vec::new()).await
}

/// What is carried from one try to the next: files that fit are not sent twice.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Carried {
    #[serde(default)]
    draft: String,
}

/// `POST /c/{token}/files`
pub(crate) async fn add(
    State(ctx): State<Context>,
    visitor: Visitor,
    Extension(links): Extension<CaseLinks>,
    Path(token): Path<String>,
    Query(carried): Query<Carried>,
    Network(network): Network,
    multipart: Multipart,
) -> Result<Response, Problem> {
    let whose = whose(&ctx, visitor, &links, &token).await?;
    let visit = visit(&ctx, visitor, &whose);
    let say = visit.say;
    let problem = |error| problem(error).spoken(say.language);
    let draft = draft_of(&visit, &network, &whose, &carried.draft).await.map_err(problem)?;
    if draft.arrival.is_some() {
        return Ok(visitor.go_to(&format!("/c/{token}")));
    }
    let mut taken = take_files(&visit, &draft.token, multipart).await.map_err(problem)??;
    let draft = actions::open(&ctx, &draft.token).await.map_err(problem)?;
    taken.faults.extend(faults(&taken.words, &draft, say));
    if !taken.faults.is_empty() || taken.stay {
        let is_right = taken.faults.is_empty();
        let status = if is_right { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
        let page = page(&visit, &token, Some(&draft), taken.words, taken.faults).await?;
        return Ok((status, page).into_response());
    }
    let story = match taken.words.trim() {
        "" => {
            let names: Vec<&str> = draft.answers.files.iter().map(|f| f.name.as_str()).collect();
            say.further_only_files(&names.join(", "))
        }
        words => words.to_owned(),
    };
    let draft = actions::answer(&ctx, &draft.token, |answers| answers.story = story).await;
    let draft = draft.map_err(problem)?;
    actions::send(&ctx, &draft.token, &network).await.map_err(problem)?;
    if let Ok(Draft { arrival: Some(arrival), .. }) = actions::open(&ctx, &draft.token).await {
        // It joins the case within a moment: then the page shows it.
        receipt::of(&ctx, arrival, say).await.map_err(Problem::ours)?;
    }
    Ok(visitor.go_to(&format!("/c/{token}")))
}

/// The draft that is carried, where it is one on this case; else a new one.
async fn draft_of(
    visit: &Visit<'_>,
    network: &str,
    whose: &sql::Whose,
    carried: &str,
) -> Result<Draft, StepError> {
    let ctx = visit.ctx;
    if !carried.is_empty()
        && let Ok(draft) = actions::open(ctx, carried).await
        && draft.answers.case == Some(whose.number)
    {
        return Ok(draft);
    }
    let answers = Answers {
        case: Some(whose.number),
        name: whose.name.clone(),
        email: whose.email.clone(),
        phone: whose.phone.clone(),
        language: visit.language.to_owned(),
        ..Answers::default()
    };
    let token = actions::begin(ctx, network, &answers).await?;
    actions::open(ctx, &token).await
}

fn faults(words: &str, draft: &Draft, say: Say) -> Faults {
    let long = words.chars().count();
    if long > STORY_MOST {
        return vec![("words".to_owned(), too_long(STORY_MOST, long, say))];
    }
    if words.trim().is_empty() && draft.answers.files.is_empty() {
        return vec![("words".to_owned(), say.further_missing())];
    }
    Vec::new()
}

fn problem(error: StepError) -> Problem {
    match error {
        StepError::Store(error) => Problem::ours(error),
        StepError::TooOften => Problem::too_often(3_600),
        StepError::Missing | StepError::Sent => closed(),
    }
}
