//! The pages on which somebody complains: no script, no account, answers carried on the server.

use crate::form::actions::{self, Draft, FILE_MOST, FileRefused, StepError};
use crate::form::frame::{Shown, Visit};
use crate::form::receipt;
use crate::form::views::{
    CheckPage, FileLine, FilesPage, GonePage, ReachPage, ReceivedPage, StartPage, StoryPage,
    WishChoice, WishPage,
};
use crate::routes::CaseLinks;
use axum::extract::{Extension, Multipart, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use hearing::form::{Answers, Faults, ReachBy, STORY_MOST};
use serde::Deserialize;
use speech::Say;
use store::Context;
use web::{Network, Path, Problem, PublicForm, Visitor, page_in};

/// Errors are told at the fields, so a page with them is 422.
fn with_errors(page: Result<Response, Problem>) -> Result<Response, Problem> {
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page?).into_response())
}

/// What a step that cannot be done looks like.
async fn refused(visit: &Visit<'_>, token: &str, error: StepError) -> Result<Response, Problem> {
    let say = visit.say;
    match error {
        StepError::Store(error) => Err(Problem::ours(error).spoken(say.language)),
        StepError::Sent => Ok(visit.visitor.go_to(&format!("/complain/received/{token}"))),
        StepError::Missing => {
            let here = format!("/complain/{token}/check");
            let frame = visit.frame(&say.gone_tab(), &here, None, false).await?;
            let begin = visit.visitor.to("/complain");
            let page = page_in(&GonePage { frame, begin }, say)?;
            Ok((StatusCode::NOT_FOUND, page).into_response())
        }
        StepError::TooOften => Err(Problem::too_often(3_600).spoken(say.language)),
    }
}

/// `GET /start`
pub(crate) async fn start(
    State(ctx): State<Context>,
    visitor: Visitor,
) -> Result<Response, Problem> {
    let visit = Visit::of(&ctx, visitor);
    let say = visit.say;
    let frame = visit.frame(&say.start_title(), "/start", None, false).await?;
    let promise = say.start_promise(&crate::form::frame::first_answer(&ctx, say).await?);
    page_in(&StartPage { frame, promise, begin: visitor.to("/complain") }, say)
}

/// `GET /complain`
pub(crate) async fn begin(
    State(ctx): State<Context>,
    visitor: Visitor,
) -> Result<Response, Problem> {
    let visit = Visit::of(&ctx, visitor);
    story_page(&visit, None, &Answers::default(), Vec::new(), false).await
}

async fn story_page(
    visit: &Visit<'_>,
    token: Option<&str>,
    answers: &Answers,
    errors: Faults,
    then_check: bool,
) -> Result<Response, Problem> {
    let say = visit.say;
    let here = token.map_or("/complain".to_owned(), |token| format!("/complain/{token}/story"));
    let back = Some("/start".to_owned());
    let shown_again = checking(&here, then_check);
    let frame = visit.frame(&say.story_title(), &shown_again, back, !errors.is_empty()).await?;
    let page = StoryPage {
        frame,
        action: visit.visitor.to(&here),
        error: Shown(&errors).of("story"),
        trap: Shown(&errors).of("website"),
        errors,
        story: answers.story.clone(),
        once: web::new_press(visit.ctx),
        then_check,
        hint: say.story_hint(i64::try_from(STORY_MOST).unwrap_or(i64::MAX)),
    };
    page_in(&page, say)
}

/// The address of a step that leads back to "Check your answers".
fn checking(here: &str, then_check: bool) -> String {
    if then_check { format!("{here}?then=check") } else { here.to_owned() }
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
    fn faults(&self, answers: &Answers, say: Say) -> Faults {
        let mut faults = answers.story_faults(say);
        if !self.website.is_empty() {
            faults.push(("website".to_owned(), say.story_trap_filled()));
        }
        faults
    }
}

/// `POST /complain`
pub(crate) async fn create(
    State(ctx): State<Context>,
    visitor: Visitor,
    Network(network): Network,
    PublicForm { value: form, .. }: PublicForm<StoryForm>,
) -> Result<Response, Problem> {
    let visit = Visit::of(&ctx, visitor);
    let language = visit.language.to_owned();
    let answers = Answers { story: form.story.clone(), language, ..Answers::default() };
    let faults = form.faults(&answers, visit.say);
    if !faults.is_empty() {
        return with_errors(story_page(&visit, None, &answers, faults, false).await);
    }
    match actions::begin(&ctx, &network, &answers).await {
        Ok(token) => Ok(visitor.go_to(&format!("/complain/{token}/wish"))),
        Err(error) => refused(&visit, "", error).await,
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
    visitor: Visitor,
    token: String,
    step: Step,
    query: StepQuery,
) -> Result<Response, Problem> {
    let visit = Visit::of(&ctx, visitor);
    let draft = match actions::open(&ctx, &token).await {
        Ok(draft) if draft.arrival.is_none() => draft,
        Ok(_) => return refused(&visit, &token, StepError::Sent).await,
        Err(error) => return refused(&visit, &token, error).await,
    };
    let visit = visit.with(&draft.answers);
    let then_check = query.then == "check";
    let none = Vec::new();
    match step {
        Step::Story => story_page(&visit, Some(&token), &draft.answers, none, then_check).await,
        Step::Wish => wish_page(&visit, &draft, none, then_check).await,
        Step::Files => files_page(&visit, &draft, none).await,
        Step::Reach => reach_page(&visit, &draft, none).await,
        Step::Check => check_page(&visit, &draft, none).await,
    }
}

fn next(visit: &Visit<'_>, token: &str, step: &str, then: &str) -> Response {
    let step = if then == "check" { "check" } else { step };
    visit.visitor.go_to(&format!("/complain/{token}/{step}"))
}

/// `POST /complain/{token}/story`
pub(crate) async fn story(
    State(ctx): State<Context>,
    visitor: Visitor,
    Path(token): Path<String>,
    PublicForm { value: form, .. }: PublicForm<StoryForm>,
) -> Result<Response, Problem> {
    let visit = Visit::of(&ctx, visitor);
    let draft = match actions::open(&ctx, &token).await {
        Ok(draft) => draft,
        Err(error) => return refused(&visit, &token, error).await,
    };
    let visit = visit.with(&draft.answers);
    let answers = Answers { story: form.story.clone(), ..Answers::default() };
    let faults = form.faults(&answers, visit.say);
    if !faults.is_empty() {
        let then_check = form.then == "check";
        return with_errors(story_page(&visit, Some(&token), &answers, faults, then_check).await);
    }
    let answered = actions::answer(&ctx, &token, |answers| {
        answers.story = form.story;
        answers.language = visit.language.to_owned();
    });
    match answered.await {
        Ok(_) => Ok(next(&visit, &token, "wish", &form.then)),
        Err(error) => refused(&visit, &token, error).await,
    }
}

async fn wish_page(
    visit: &Visit<'_>,
    draft: &Draft,
    errors: Faults,
    then_check: bool,
) -> Result<Response, Problem> {
    let say = visit.say;
    let back = Some(format!("/complain/{}/story", draft.token));
    let here = format!("/complain/{}/wish", draft.token);
    let shown_again = checking(&here, then_check);
    let frame = visit.frame(&say.wish_title(), &shown_again, back, !errors.is_empty()).await?;
    let page = WishPage {
        frame,
        action: visit.visitor.to(&here),
        error: Shown(&errors).of("fair"),
        errors,
        choices: WishChoice::all(&draft.answers, say),
        fair: draft.answers.fair.clone(),
        unsure: draft.answers.unsure,
        then_check,
    };
    page_in(&page, say)
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
    visitor: Visitor,
    Path(token): Path<String>,
    PublicForm { value: form, .. }: PublicForm<WishForm>,
) -> Result<Response, Problem> {
    let visit = Visit::of(&ctx, visitor);
    let then = form.then.clone();
    let take = |answers: &mut Answers| {
        let known = |wish: &&String| hearing::form::WISHES.iter().any(|w| w == wish);
        answers.wishes = form.wish.iter().filter(known).cloned().collect();
        answers.fair = form.fair;
        answers.unsure = !form.unsure.is_empty();
    };
    let mut tried = match actions::open(&ctx, &token).await {
        Ok(draft) => draft,
        Err(error) => return refused(&visit, &token, error).await,
    };
    let visit = visit.with(&tried.answers);
    take(&mut tried.answers);
    tried.answers.language = visit.language.to_owned();
    let faults = tried.answers.wish_faults(visit.say);
    if !faults.is_empty() {
        return with_errors(wish_page(&visit, &tried, faults, then == "check").await);
    }
    match actions::answer(&ctx, &token, |answers| *answers = tried.answers).await {
        Ok(_) => Ok(next(&visit, &token, "files", &then)),
        Err(error) => refused(&visit, &token, error).await,
    }
}

async fn files_page(visit: &Visit<'_>, draft: &Draft, errors: Faults) -> Result<Response, Problem> {
    let say = visit.say;
    let back = Some(format!("/complain/{}/wish", draft.token));
    let here = format!("/complain/{}/files", draft.token);
    let frame = visit.frame(&say.files_title(), &here, back, !errors.is_empty()).await?;
    let files = draft.answers.files.iter().map(|file| FileLine::of(file, say)).collect();
    let action = visit.visitor.to(&here);
    let error = Shown(&errors).of("files");
    page_in(&FilesPage { frame, action, error, errors, files }, say)
}

/// `POST /complain/{token}/files`: keeps what fits and names what does not.
pub(crate) async fn files(
    State(ctx): State<Context>,
    visitor: Visitor,
    Path(token): Path<String>,
    multipart: Multipart,
) -> Result<Response, Problem> {
    let visit = Visit::of(&ctx, visitor);
    let visit = match actions::open(&ctx, &token).await {
        Ok(draft) => visit.with(&draft.answers),
        Err(error) => return refused(&visit, &token, error).await,
    };
    let taken = match take_files(&visit, &token, multipart).await {
        Ok(taken) => taken?,
        Err(error) => return refused(&visit, &token, error).await,
    };
    if taken.faults.is_empty() && !taken.stay {
        return Ok(next(&visit, &token, "reach", &taken.then));
    }
    match actions::open(&ctx, &token).await {
        Ok(draft) if taken.faults.is_empty() => files_page(&visit, &draft, Vec::new()).await,
        Ok(draft) => with_errors(files_page(&visit, &draft, taken.faults).await),
        Err(error) => refused(&visit, &token, error).await,
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
    visit: &Visit<'_>,
    token: &str,
    mut multipart: Multipart,
) -> Result<Result<TakenFiles, Problem>, StepError> {
    let Visit { ctx, say, .. } = *visit;
    let mut taken = TakenFiles::default();
    let mut removed: Vec<String> = Vec::new();
    loop {
        let mut field = match multipart.next_field().await {
            Ok(Some(field)) => field,
            Ok(None) => break,
            Err(error) => return Ok(Err(cut_off(&error).spoken(say.language))),
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
                Err(error) => return Ok(Err(cut_off(&error).spoken(say.language))),
            }
        }
        match (name.as_str(), file) {
            ("stay", None) => taken.stay = true,
            ("words", None) => taken.words = String::from_utf8_lossy(&bytes).into_owned(),
            ("then", None) => taken.then = String::from_utf8_lossy(&bytes).into_owned(),
            ("remove", None) => removed.push(String::from_utf8_lossy(&bytes).into_owned()),
            ("files", Some(file)) if !file.is_empty() || !bytes.is_empty() => {
                if too_large {
                    let words = say.file_too_large(&hearing::said::line(&file, 80));
                    taken.faults.push(("files".to_owned(), words));
                } else if let Err(why) =
                    actions::add_file(ctx, token, &file, &media_type, &bytes).await?
                {
                    let words = match why {
                        FileRefused::TooMany(name) => say.file_too_many(&name),
                        FileRefused::TooMuch(name) => say.file_too_much(&name),
                    };
                    taken.faults.push(("files".to_owned(), words));
                }
            }
            _ => {}
        }
    }
    if !removed.is_empty() {
        let gone = |file: &hearing::form::DraftFile| !removed.contains(&file.sha256);
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

async fn reach_page(visit: &Visit<'_>, draft: &Draft, errors: Faults) -> Result<Response, Problem> {
    let say = visit.say;
    let back = Some(format!("/complain/{}/files", draft.token));
    let here = format!("/complain/{}/reach", draft.token);
    let frame = visit.frame(&say.reach_title(), &here, back, !errors.is_empty()).await?;
    page_in(&ReachPage::new(frame, visit.visitor.to(&here), &draft.answers, errors), say)
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
    visitor: Visitor,
    Path(token): Path<String>,
    PublicForm { value: form, .. }: PublicForm<ReachForm>,
) -> Result<Response, Problem> {
    let visit = Visit::of(&ctx, visitor);
    let mut tried = match actions::open(&ctx, &token).await {
        Ok(draft) => draft,
        Err(error) => return refused(&visit, &token, error).await,
    };
    let visit = visit.with(&tried.answers);
    let answers = &mut tried.answers;
    (answers.name, answers.by) = (form.name.trim().to_owned(), form.by);
    (answers.email, answers.phone) = (form.email.trim().to_owned(), form.phone.trim().to_owned());
    (answers.post, answers.best_time) = (form.post, form.best_time);
    answers.helped = !form.helped.is_empty();
    answers.language = visit.language.to_owned();
    let faults = answers.reach_faults(visit.say);
    if !faults.is_empty() {
        return with_errors(reach_page(&visit, &tried, faults).await);
    }
    match actions::answer(&ctx, &token, |answers| *answers = tried.answers).await {
        Ok(_) => Ok(next(&visit, &token, "check", "")),
        Err(error) => refused(&visit, &token, error).await,
    }
}

async fn check_page(visit: &Visit<'_>, draft: &Draft, errors: Faults) -> Result<Response, Problem> {
    let say = visit.say;
    let back = Some(format!("/complain/{}/reach", draft.token));
    let here = format!("/complain/{}/check", draft.token);
    let frame = visit.frame(&say.check_title(), &here, back, !errors.is_empty()).await?;
    page_in(&CheckPage::new(frame, draft, errors, &visit.visitor), say)
}

/// `POST /complain/{token}/send`
pub(crate) async fn send(
    State(ctx): State<Context>,
    visitor: Visitor,
    Path(token): Path<String>,
    request: Request,
) -> Result<Response, Problem> {
    let visit = Visit::of(&ctx, visitor);
    let draft = match actions::open(&ctx, &token).await {
        Ok(draft) => draft,
        Err(error) => return refused(&visit, &token, error).await,
    };
    let visit = visit.with(&draft.answers);
    if draft.arrival.is_none() {
        let faults = draft.answers.faults(visit.say);
        if !faults.is_empty() {
            return with_errors(check_page(&visit, &draft, faults).await);
        }
        if visit.language != draft.answers.language {
            let language = visit.language.to_owned();
            let switched = actions::answer(&ctx, &token, |answers| answers.language = language);
            if let Err(error) = switched.await {
                return refused(&visit, &token, error).await;
            }
        }
    }
    let Network(network) = Network::of(&ctx, request.extensions());
    match actions::send(&ctx, &token, &network).await {
        Ok(()) => Ok(visitor.go_to(&format!("/complain/received/{token}"))),
        Err(error) => refused(&visit, &token, error).await,
    }
}

/// `GET /complain/received/{token}`
pub(crate) async fn received(
    State(ctx): State<Context>,
    visitor: Visitor,
    Path(token): Path<String>,
) -> Result<Response, Problem> {
    let visit = Visit::of(&ctx, visitor);
    let draft = match actions::open(&ctx, &token).await {
        Ok(draft) => draft,
        Err(error) => return refused(&visit, &token, error).await,
    };
    let visit = visit.with(&draft.answers);
    let say = visit.say;
    let Some(arrival) = draft.arrival else { return Ok(next(&visit, &token, "check", "")) };
    let receipt = receipt::of(&ctx, arrival, say).await?;
    let here = format!("/complain/received/{token}");
    let title = say.received_title(&called(say, &draft.answers.name));
    let frame = visit.frame(&title, &here, None, false).await?;
    let page = ReceivedPage::new(frame, visitor.to(&here), &draft.answers, &receipt);
    page_in(&page, say)
}

/// How somebody is called on the page; they typed the name themselves, whatever it is.
fn called(say: Say, name: &str) -> String {
    match say.called(name) {
        nobody if nobody.is_empty() => name.trim().to_owned(),
        called => called,
    }
}

/// `POST /complain/received/{token}`: goes to the case page, whose link is made for it.
pub(crate) async fn to_case(
    State(ctx): State<Context>,
    visitor: Visitor,
    Extension(links): Extension<CaseLinks>,
    Path(token): Path<String>,
) -> Result<Response, Problem> {
    let visit = Visit::of(&ctx, visitor);
    let draft = match actions::open(&ctx, &token).await {
        Ok(draft) => draft,
        Err(error) => return refused(&visit, &token, error).await,
    };
    let visit = visit.with(&draft.answers);
    let Some(arrival) = draft.arrival else { return Ok(next(&visit, &token, "check", "")) };
    let receipt = receipt::of(&ctx, arrival, visit.say).await?;
    let Some((case, customer)) = receipt.case else {
        return Ok(visitor.go_to(&format!("/complain/received/{token}")));
    };
    let address = links.of(&ctx, case, customer).await?;
    Ok(visitor.go_to(&address))
}
