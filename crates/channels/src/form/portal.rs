//! The pages on which somebody complains: no script, no account, answers carried on the server.

use crate::form::actions::{self, Draft, FILE_MOST, StepError};
use crate::form::answers::{Answers, Faults, ReachBy};
use crate::form::frame::{Shown, frame};
use crate::form::receipt;
use crate::form::views::{
    CheckPage, FilesPage, GonePage, ReachPage, ReceivedPage, StartPage, StoryPage, WishChoice,
    WishPage,
};
use crate::routes::CaseLinks;
use axum::extract::{ConnectInfo, Extension, Multipart, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use std::net::SocketAddr;
use store::Context;
use web::{Path, Problem, PublicForm};

/// Errors are told at the fields, so a page with them is 422.
fn with_errors(page: Result<axum::response::Html<String>, Problem>) -> Result<Response, Problem> {
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page?).into_response())
}

pub(crate) fn peer(request: &axum::http::Extensions) -> Option<std::net::IpAddr> {
    request.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip())
}

/// What a step that cannot be done looks like.
async fn refused(ctx: &Context, token: &str, error: StepError) -> Result<Response, Problem> {
    match error {
        StepError::Store(error) => Err(Problem::ours(error)),
        StepError::Sent => Ok(Redirect::to(&format!("/complain/received/{token}")).into_response()),
        StepError::Missing => {
            let frame = frame(ctx, "Start again", None, false).await?;
            let page = web::page(&GonePage { frame })?;
            Ok((StatusCode::NOT_FOUND, page).into_response())
        }
        StepError::TooOften => Err(Problem::too_often(3_600)),
    }
}

/// `GET /start`
pub(crate) async fn start(State(ctx): State<Context>) -> Result<Response, Problem> {
    let frame = frame(&ctx, "Something went wrong? Tell us.", None, false).await?;
    let promise = crate::form::frame::first_answer(&ctx).await?;
    Ok(web::page(&StartPage { frame, promise })?.into_response())
}

/// `GET /complain`
pub(crate) async fn begin(State(ctx): State<Context>) -> Result<Response, Problem> {
    let page = story_page(&ctx, None, &Answers::default(), Vec::new(), false).await?;
    Ok(web::page(&page)?.into_response())
}

async fn story_page(
    ctx: &Context,
    token: Option<&str>,
    answers: &Answers,
    errors: Faults,
    then_check: bool,
) -> Result<StoryPage, Problem> {
    let action = token.map_or("/complain".to_owned(), |token| format!("/complain/{token}/story"));
    let frame = frame(ctx, "What happened?", Some("/start".to_owned()), !errors.is_empty()).await?;
    let error = Shown(&errors).of("story");
    let trap = Shown(&errors).of("website");
    let (story, once) = (answers.story.clone(), web::new_press(ctx));
    Ok(StoryPage { frame, action, errors, error, trap, story, once, then_check })
}

/// The first page's answer.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StoryForm {
    #[serde(default)]
    story: String,
    /// Nobody sees this field, so only a program fills it.
    #[serde(default)]
    website: String,
    #[serde(default)]
    then: String,
}

impl StoryForm {
    fn faults(&self, answers: &Answers) -> Faults {
        let mut faults = answers.story_faults();
        if !self.website.is_empty() {
            let words = "Leave the field “Website” empty: it is there to keep programs out";
            faults.push(("website".to_owned(), words.to_owned()));
        }
        faults
    }
}

/// `POST /complain`
pub(crate) async fn create(
    State(ctx): State<Context>,
    extensions: axum::http::Extensions,
    PublicForm { value: form, .. }: PublicForm<StoryForm>,
) -> Result<Response, Problem> {
    let answers = Answers { story: form.story.clone(), ..Answers::default() };
    let faults = form.faults(&answers);
    if !faults.is_empty() {
        let page = story_page(&ctx, None, &answers, faults, false).await?;
        return with_errors(web::page(&page));
    }
    let network = actions::network(&ctx, peer(&extensions));
    match actions::begin(&ctx, &network, &answers).await {
        Ok(token) => Ok(Redirect::to(&format!("/complain/{token}/wish")).into_response()),
        Err(error) => refused(&ctx, "", error).await,
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StepQuery {
    #[serde(default)]
    then: String,
}

/// A page of the form after the first.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Step {
    Story,
    Wish,
    Files,
    Reach,
    Check,
}

/// `GET /complain/{token}/{step}`
pub(crate) async fn show(
    ctx: Context,
    token: String,
    step: Step,
    query: StepQuery,
) -> Result<Response, Problem> {
    let draft = match actions::open(&ctx, &token).await {
        Ok(draft) if draft.arrival.is_none() => draft,
        Ok(_) => return refused(&ctx, &token, StepError::Sent).await,
        Err(error) => return refused(&ctx, &token, error).await,
    };
    let then_check = query.then == "check";
    let none = Vec::new();
    let page = match step {
        Step::Story => {
            let answers = &draft.answers;
            web::page(&story_page(&ctx, Some(&token), answers, none, then_check).await?)
        }
        Step::Wish => web::page(&wish_page(&ctx, &draft, none, then_check).await?),
        Step::Files => web::page(&files_page(&ctx, &draft, none).await?),
        Step::Reach => web::page(&reach_page(&ctx, &draft, none).await?),
        Step::Check => web::page(&check_page(&ctx, &draft, none).await?),
    };
    Ok(page?.into_response())
}

fn next(token: &str, step: &str, then: &str) -> Response {
    let step = if then == "check" { "check" } else { step };
    Redirect::to(&format!("/complain/{token}/{step}")).into_response()
}

/// `POST /complain/{token}/story`
pub(crate) async fn story(
    State(ctx): State<Context>,
    Path(token): Path<String>,
    PublicForm { value: form, .. }: PublicForm<StoryForm>,
) -> Result<Response, Problem> {
    let answers = Answers { story: form.story.clone(), ..Answers::default() };
    let faults = form.faults(&answers);
    if !faults.is_empty() {
        let then_check = form.then == "check";
        let page = story_page(&ctx, Some(&token), &answers, faults, then_check).await?;
        return with_errors(web::page(&page));
    }
    match actions::answer(&ctx, &token, |answers| answers.story = form.story).await {
        Ok(_) => Ok(next(&token, "wish", &form.then)),
        Err(error) => refused(&ctx, &token, error).await,
    }
}

async fn wish_page(
    ctx: &Context,
    draft: &Draft,
    errors: Faults,
    then_check: bool,
) -> Result<WishPage, Problem> {
    let back = Some(format!("/complain/{}/story", draft.token));
    let frame = frame(ctx, "What would make it right?", back, !errors.is_empty()).await?;
    Ok(WishPage {
        frame,
        action: format!("/complain/{}/wish", draft.token),
        error: Shown(&errors).of("fair"),
        errors,
        choices: WishChoice::all(&draft.answers),
        fair: draft.answers.fair.clone(),
        unsure: draft.answers.unsure,
        then_check,
    })
}

/// The second page's answers.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct WishForm {
    #[serde(default)]
    wish: Vec<String>,
    #[serde(default)]
    fair: String,
    #[serde(default)]
    unsure: String,
    #[serde(default)]
    then: String,
}

/// `POST /complain/{token}/wish`
pub(crate) async fn wish(
    State(ctx): State<Context>,
    Path(token): Path<String>,
    PublicForm { value: form, .. }: PublicForm<WishForm>,
) -> Result<Response, Problem> {
    let then = form.then.clone();
    let take = |answers: &mut Answers| {
        let known = |wish: &&String| crate::form::answers::WISHES.iter().any(|(w, _)| w == wish);
        answers.wishes = form.wish.iter().filter(known).cloned().collect();
        answers.fair = form.fair;
        answers.unsure = !form.unsure.is_empty();
    };
    let mut tried = match actions::open(&ctx, &token).await {
        Ok(draft) => draft,
        Err(error) => return refused(&ctx, &token, error).await,
    };
    take(&mut tried.answers);
    let faults = tried.answers.wish_faults();
    if !faults.is_empty() {
        return with_errors(web::page(&wish_page(&ctx, &tried, faults, then == "check").await?));
    }
    match actions::answer(&ctx, &token, |answers| *answers = tried.answers).await {
        Ok(_) => Ok(next(&token, "files", &then)),
        Err(error) => refused(&ctx, &token, error).await,
    }
}

async fn files_page(ctx: &Context, draft: &Draft, errors: Faults) -> Result<FilesPage, Problem> {
    let back = Some(format!("/complain/{}/wish", draft.token));
    let frame = frame(ctx, "Anything that shows it?", back, !errors.is_empty()).await?;
    let files = draft.answers.files.iter().map(crate::form::views::FileLine::of).collect();
    let action = format!("/complain/{}/files", draft.token);
    Ok(FilesPage { frame, action, error: Shown(&errors).of("files"), errors, files })
}

/// `POST /complain/{token}/files`: keeps what fits and names what does not.
pub(crate) async fn files(
    State(ctx): State<Context>,
    Path(token): Path<String>,
    multipart: Multipart,
) -> Result<Response, Problem> {
    let taken = match take_files(&ctx, &token, multipart).await {
        Ok(taken) => taken?,
        Err(error) => return refused(&ctx, &token, error).await,
    };
    if taken.faults.is_empty() && !taken.stay {
        return Ok(next(&token, "reach", &taken.then));
    }
    match actions::open(&ctx, &token).await {
        Ok(draft) if taken.faults.is_empty() => {
            Ok(web::page(&files_page(&ctx, &draft, Vec::new()).await?)?.into_response())
        }
        Ok(draft) => with_errors(web::page(&files_page(&ctx, &draft, taken.faults).await?)),
        Err(error) => refused(&ctx, &token, error).await,
    }
}

#[derive(Default)]
pub(crate) struct TakenFiles {
    pub faults: Faults,
    /// Somebody pressed "Add" rather than "Continue".
    pub stay: bool,
    then: String,
    /// Words that came along with the files.
    pub words: String,
}

pub(crate) async fn take_files(
    ctx: &Context,
    token: &str,
    mut multipart: Multipart,
) -> Result<Result<TakenFiles, Problem>, StepError> {
    let mut taken = TakenFiles::default();
    let mut removed: Vec<String> = Vec::new();
    loop {
        let mut field = match multipart.next_field().await {
            Ok(Some(field)) => field,
            Ok(None) => break,
            Err(error) => return Ok(Err(cut_off(&error))),
        };
        let name = field.name().unwrap_or("").to_owned();
        let file = field.file_name().map(str::to_owned);
        let media_type = field.content_type().unwrap_or("application/octet-stream").to_owned();
        let (mut bytes, mut too_large) = (Vec::new(), false);
        loop {
            match field.chunk().await {
                Ok(Some(chunk)) if !too_large && bytes.len() + chunk.len() <= FILE_MOST => {
                    bytes.extend_from_slice(&chunk);
                }
                Ok(Some(_)) => too_large = true, // Read to its end, so that the page is seen.
                Ok(None) => break,
                Err(error) => return Ok(Err(cut_off(&error))),
            }
        }
        match (name.as_str(), file) {
            ("stay", None) => taken.stay = true,
            ("words", None) => taken.words = String::from_utf8_lossy(&bytes).into_owned(),
            ("then", None) => taken.then = String::from_utf8_lossy(&bytes).into_owned(),
            ("remove", None) => removed.push(String::from_utf8_lossy(&bytes).into_owned()),
            ("files", Some(file)) if !file.is_empty() || !bytes.is_empty() => {
                if too_large {
                    let shown = crate::said::line(&file, 80);
                    let words = format!("{shown} was not added: a file may have 25 MB");
                    taken.faults.push(("files".to_owned(), words));
                } else if let Err(words) =
                    actions::add_file(ctx, token, &file, &media_type, &bytes).await?
                {
                    taken.faults.push(("files".to_owned(), words));
                }
            }
            _ => {}
        }
    }
    if !removed.is_empty() {
        let gone = |file: &crate::form::answers::DraftFile| !removed.contains(&file.sha256);
        actions::answer(ctx, token, |answers| answers.files.retain(gone)).await?;
        taken.stay = true;
    }
    Ok(Ok(taken))
}

fn cut_off(error: &axum::extract::multipart::MultipartError) -> Problem {
    if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
        return Problem::too_large("All files together may have 200 MB. Send fewer at once.");
    }
    Problem::bad_request("form_cut_off", "The files did not arrive whole. Go back and try again.")
}

async fn reach_page(ctx: &Context, draft: &Draft, errors: Faults) -> Result<ReachPage, Problem> {
    let back = Some(format!("/complain/{}/files", draft.token));
    let frame = frame(ctx, "How do we reach you?", back, !errors.is_empty()).await?;
    let action = format!("/complain/{}/reach", draft.token);
    Ok(ReachPage::new(frame, action, &draft.answers, errors))
}

/// The answers about reaching somebody.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReachForm {
    #[serde(default)]
    name: String,
    #[serde(default)]
    by: ReachBy,
    #[serde(default)]
    email: String,
    #[serde(default)]
    phone: String,
    #[serde(default)]
    post: String,
    #[serde(default)]
    best_time: String,
    #[serde(default)]
    helped: String,
}

/// `POST /complain/{token}/reach`
pub(crate) async fn reach(
    State(ctx): State<Context>,
    Path(token): Path<String>,
    PublicForm { value: form, .. }: PublicForm<ReachForm>,
) -> Result<Response, Problem> {
    let mut tried = match actions::open(&ctx, &token).await {
        Ok(draft) => draft,
        Err(error) => return refused(&ctx, &token, error).await,
    };
    let answers = &mut tried.answers;
    (answers.name, answers.by) = (form.name.trim().to_owned(), form.by);
    (answers.email, answers.phone) = (form.email.trim().to_owned(), form.phone.trim().to_owned());
    (answers.post, answers.best_time) = (form.post, form.best_time);
    answers.helped = !form.helped.is_empty();
    let faults = answers.reach_faults();
    if !faults.is_empty() {
        return with_errors(web::page(&reach_page(&ctx, &tried, faults).await?));
    }
    match actions::answer(&ctx, &token, |answers| *answers = tried.answers).await {
        Ok(_) => Ok(next(&token, "check", "")),
        Err(error) => refused(&ctx, &token, error).await,
    }
}

async fn check_page(ctx: &Context, draft: &Draft, errors: Faults) -> Result<CheckPage, Problem> {
    let back = Some(format!("/complain/{}/reach", draft.token));
    let frame = frame(ctx, "Check your answers", back, !errors.is_empty()).await?;
    Ok(CheckPage::new(frame, draft, errors))
}

/// `POST /complain/{token}/send`
pub(crate) async fn send(
    State(ctx): State<Context>,
    Path(token): Path<String>,
    request: Request,
) -> Result<Response, Problem> {
    let draft = match actions::open(&ctx, &token).await {
        Ok(draft) => draft,
        Err(error) => return refused(&ctx, &token, error).await,
    };
    let faults = draft.answers.faults();
    if !faults.is_empty() && draft.arrival.is_none() {
        return with_errors(web::page(&check_page(&ctx, &draft, faults).await?));
    }
    let network = actions::network(&ctx, peer(request.extensions()));
    match actions::send(&ctx, &token, &network).await {
        Ok(()) => Ok(Redirect::to(&format!("/complain/received/{token}")).into_response()),
        Err(error) => refused(&ctx, &token, error).await,
    }
}

/// `GET /complain/received/{token}`
pub(crate) async fn received(
    State(ctx): State<Context>,
    Path(token): Path<String>,
) -> Result<Response, Problem> {
    let draft = match actions::open(&ctx, &token).await {
        Ok(draft) => draft,
        Err(error) => return refused(&ctx, &token, error).await,
    };
    let Some(arrival) = draft.arrival else { return Ok(next(&token, "check", "")) };
    let receipt = receipt::of(&ctx, arrival).await?;
    let name = draft.answers.first_name().to_owned();
    let title = format!("We have it, {name}.");
    let frame = frame(&ctx, &title, None, false).await?;
    Ok(web::page(&ReceivedPage::new(frame, &draft, &receipt))?.into_response())
}

/// `POST /complain/received/{token}`: goes to the case page, whose link is made for it.
pub(crate) async fn to_case(
    State(ctx): State<Context>,
    Extension(links): Extension<CaseLinks>,
    Path(token): Path<String>,
) -> Result<Response, Problem> {
    let draft = match actions::open(&ctx, &token).await {
        Ok(draft) => draft,
        Err(error) => return refused(&ctx, &token, error).await,
    };
    let Some(arrival) = draft.arrival else { return Ok(next(&token, "check", "")) };
    let receipt = receipt::of(&ctx, arrival).await?;
    let Some((case, customer)) = receipt.case else {
        return Ok(Redirect::to(&format!("/complain/received/{token}")).into_response());
    };
    let address = links.of(&ctx, case, customer).await?;
    Ok(Redirect::to(&address).into_response())
}
