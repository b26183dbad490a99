//! Messages and private notes for programs.

use crate::message::actions::{self, Checked, Coached, Reply};
use crate::message::coaching::{FindingView, Review, review};
use crate::message::letters::{self, Decision};
use crate::message::publicity::{WHY_MOST, opened_because, questions};
use crate::undelivered::actions::{Seeing, see_to};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use casework::handling::On;
use casework::message::undo::undo_send;
use casework::recipient::sql::of_messages;
use desk::api::list_of;
use desk::api::{self, CasePath, DoneBody, ReadProblems, ThingPath, WriteHeaders, WriteProblems};
use desk::message::body::{MessageBody, NoteBody};
use desk::view::case::case_view;
use desk::view::case::missing;
use desk::view::record;
use domain::id::CustomerId;
use domain::permit::Act;
use domain::words::Words;
use serde::{Deserialize, Serialize};
use store::{Context, Press};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use web::{Bearer, Json, Page, PageQuery, Path, Problem, Query};

/// The addresses of this noun.
pub(crate) fn router() -> OpenApiRouter<Context> {
    OpenApiRouter::new()
        .routes(routes!(list_messages, send_reply))
        .routes(routes!(take_back))
        .routes(routes!(decide_letter))
        .routes(routes!(coach_draft))
        .routes(routes!(check_publicity))
        .routes(routes!(list_notes, write_note))
}

/// Lists the messages of a case in both directions, oldest first.
#[utoipa::path(get, path = "/api/v1/cases/{number}/messages", tag = "messages",
    params(CasePath, PageQuery),
    responses((status = 200, body = Page<MessageBody>), ReadProblems), security(("token" = [])))]
async fn list_messages(
    State(ctx): State<Context>,
    by: Bearer,
    headers: HeaderMap,
    uri: Uri,
    Path(number): Path<String>,
    Query(query): Query<PageQuery>,
) -> Result<Response, Problem> {
    let (case, most, after) = list_of(&ctx, &by, &number, &query).await?;
    let rows = record::messages_for_checked(&ctx.store, case, after, most + 1).await?;
    let mut rows: Vec<MessageBody> = rows.into_iter().map(MessageBody::from).collect();
    let ours: Vec<&str> =
        rows.iter().filter(|row| row.direction == "out").map(|row| row.id.as_str()).collect();
    for letter in of_messages(&ctx.store, &ours).await? {
        if let Some(row) = rows.iter_mut().find(|row| row.id == letter.message_id) {
            row.also.push(letter.into());
        }
    }
    Ok(api::page(&headers, &uri, &Page::of(rows, most, |row| row.n.to_string())))
}

/// Lists the private notes on a case, oldest first.
#[utoipa::path(get, path = "/api/v1/cases/{number}/notes", tag = "messages",
    params(CasePath, PageQuery),
    responses((status = 200, body = Page<NoteBody>), ReadProblems), security(("token" = [])))]
async fn list_notes(
    State(ctx): State<Context>,
    by: Bearer,
    headers: HeaderMap,
    uri: Uri,
    Path(number): Path<String>,
    Query(query): Query<PageQuery>,
) -> Result<Response, Problem> {
    let (case, most, after) = list_of(&ctx, &by, &number, &query).await?;
    let rows = record::notes_for_checked(&ctx.store, case, after, most + 1).await?;
    let rows: Vec<NoteBody> = rows.into_iter().map(NoteBody::from).collect();
    Ok(api::page(&headers, &uri, &Page::of(rows, most, |row| row.n.to_string())))
}

/// A reply.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ReplyBody {
    /// What the customer reads, as plain text.
    #[schema(value_type = String)]
    text: Words,
    /// The version you have read: refused with `new_message` when the customer wrote since.
    #[serde(default)]
    read_up_to: Option<u64>,
    /// Who gets it, each in a letter of their own: ids of `recipients` of the case. Without it,
    /// the customer alone, whoever wrote last.
    #[serde(default)]
    #[schema(value_type = Option<Vec<String>>)]
    recipients: Option<Vec<CustomerId>>,
    /// Send it also where the last letter did not arrive; without it that is refused with
    /// `address_failed`.
    #[serde(default)]
    despite_failure: bool,
    /// Send it although their last words came encrypted and this leaves in clear; without it that
    /// is refused with `in_clear`.
    #[serde(default)]
    in_clear: bool,
    /// Rules of the coach whose better words were taken, each as often as they were.
    #[serde(default)]
    used: Vec<String>,
    /// Rules of the coach whose findings were waved away.
    #[serde(default)]
    kept: Vec<String>,
    /// The publicity check, when it was made. Without it, a reply for which the check would open
    /// by itself is refused with `publicity_check`.
    #[serde(default)]
    check: Option<CheckBody>,
}

/// The answers of a publicity check: if this were public tomorrow.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CheckBody {
    /// Would it embarrass us?
    embarrasses: bool,
    /// Would we be proud of it?
    proud: bool,
    /// Could a customer hold it against us?
    held_against_us: bool,
    /// Why it is sent as it is; needed where something speaks against it.
    #[serde(default)]
    why: String,
}

/// Answers the customer, and whoever else is named of those taken in. It leaves when the undo time
/// is over. Personal data where it must not be stops it, as on the page, and so does a publicity
/// check that would open by itself and was not made.
#[utoipa::path(post, path = "/api/v1/cases/{number}/messages", tag = "messages",
    request_body = ReplyBody, params(CasePath, WriteHeaders),
    responses((status = 201, body = DoneBody), WriteProblems), security(("token" = [])))]
async fn send_reply(
    State(ctx): State<Context>,
    by: Bearer,
    Path(number): Path<String>,
    body: Json<ReplyBody>,
) -> Result<Response, Problem> {
    let on = api::on(&number, &body)?;
    let staff = by.staff.clone();
    let ReplyBody { text, read_up_to, recipients, despite_failure, in_clear, used, kept, check } =
        body.value;
    let said = coached(&ctx, by, on, text.as_str(), &kept).await?;
    let check = checked(check, &said)?;
    let sent_anyway = said.findings.iter().map(|finding| finding.rule.clone()).collect();
    let language = said.language.clone();
    let stops = said.findings.into_iter().filter(|finding| finding.stops);
    let problem = stops.fold(None::<Problem>, |problem, finding| {
        let none = || Problem::refused("coach_stops", "Something in this text must not leave.");
        Some(problem.unwrap_or_else(none).at("/text", finding.says))
    });
    if let Some(problem) = problem {
        return Err(problem);
    }
    let to = recipients;
    let reply = Reply { text, read_up_to, to, despite_failure, in_clear, draft_stamp: None };
    let coached = Coached { language, used, kept, sent_anyway, check };
    Ok(api::made(actions::reply_coached(&ctx, &staff, on, reply, coached, &body.press).await?))
}

fn checked(body: Option<CheckBody>, said: &Review) -> Result<Option<Checked>, Problem> {
    let opened_because = opened_because(said);
    let refused =
        || Problem::refused("publicity_check", "If this were public tomorrow? Look once more.");
    let Some(body) = body else {
        return match opened_because.is_empty() {
            true => Ok(None),
            false => Err(refused().at("/check", opened_because)),
        };
    };
    let CheckBody { embarrasses, proud, held_against_us, why } = body;
    let why = why.trim().chars().take(WHY_MOST).collect();
    let check = Checked { opened_because, embarrasses, proud, held_against_us, why };
    match check.lacks_why() {
        true => Err(refused().at("/check/why", "Say why it is sent as it is.")),
        false => Ok(Some(check)),
    }
}

async fn coached(
    ctx: &Context,
    by: Bearer,
    on: On,
    text: &str,
    kept: &[String],
) -> Result<Review, Problem> {
    few_rules(kept)?;
    by.staff.permit_anywhere(Act::Reply).map_err(|_| missing())?;
    let screen = api::screen(ctx, by).await?;
    let view = case_view(ctx, &screen.reach, on.number).await?.ok_or_else(missing)?;
    Ok(review(ctx, &screen, &view, text, kept).await?)
}

fn few_rules(rules: &[String]) -> Result<(), Problem> {
    if rules.len() <= 50 && rules.iter().all(|rule| rule.len() <= 8) {
        return Ok(());
    }
    let says = "Give at most 50 names of rules, such as C06.";
    Err(Problem::refused("body_refused", "The body has something we do not take.")
        .at("/kept", says))
}

/// Why a question of the publicity check is answered as it is.
#[derive(Debug, Serialize, ToSchema)]
struct QuestionBody {
    /// `embarrasses`, `proud` or `held_against_us`.
    question: &'static str,
    /// As people read it.
    words: &'static str,
    /// The suggested answer.
    yes: bool,
    /// Why.
    reasons: Vec<String>,
}

/// The publicity check of a draft.
#[derive(Debug, Serialize, ToSchema)]
struct PublicityBody {
    /// Why it opens by itself; empty when it does not.
    opens_because: String,
    /// The three questions.
    questions: Vec<QuestionBody>,
}

/// Makes the publicity check of a draft: what if this were public tomorrow? Nothing is kept or
/// sent.
#[utoipa::path(post, path = "/api/v1/cases/{number}/publicity/coachings", tag = "messages",
    request_body = DraftBody, params(CasePath),
    responses((status = 200, body = PublicityBody), WriteProblems),
    security(("token" = [])))]
async fn check_publicity(
    State(ctx): State<Context>,
    by: Bearer,
    Path(number): Path<String>,
    body: Json<DraftBody>,
) -> Result<Response, Problem> {
    let on = api::on(&number, &body)?;
    let said = coached(&ctx, by, on, body.value.text.as_str(), &[]).await?;
    let questions = questions(&said).into_iter().map(|(question, words, answer)| QuestionBody {
        question,
        words,
        yes: answer.yes,
        reasons: answer.reasons,
    });
    let questions = questions.collect();
    Ok(axum::Json(PublicityBody { opens_because: opened_because(&said), questions })
        .into_response())
}

/// What is decided about a letter of which nobody knows whether it arrived.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct LetterBody {
    /// `again` sends it once more, `sent` takes it as arrived, `aside` leaves a letter alone that
    /// did not arrive.
    decide: Decision,
    /// With `again`, of a letter that did not arrive: the address it goes to this time.
    #[serde(default)]
    to: Option<String>,
    /// With `to`: whether it is the customer's address from now on, and not for this letter only.
    #[serde(default)]
    from_now_on: bool,
}

/// Decides about a letter that may have arrived, that failed, or that came back (`undelivered` of
/// the case).
#[utoipa::path(post, path = "/api/v1/cases/{number}/messages/{id}/decisions", tag = "messages",
    request_body = LetterBody, params(ThingPath, WriteHeaders),
    responses((status = 204, description = "It was decided"), WriteProblems),
    security(("token" = [])))]
async fn decide_letter(
    State(ctx): State<Context>,
    by: Bearer,
    Path((number, id)): Path<(String, String)>,
    body: Json<LetterBody>,
) -> Result<StatusCode, Problem> {
    let (reach, number) = (api::reach_of_one(&by)?, api::number(&number)?);
    let view = case_view(&ctx, &reach, number).await?.ok_or_else(missing)?;
    let LetterBody { decide, to, from_now_on } = body.value;
    if let Some(known) = view.case.undelivered.iter().find(|l| l.letter.to_string() == id) {
        let seeing = match decide {
            Decision::Again => match to {
                Some(to) if from_now_on => Seeing::FromNowOn(to),
                to => Seeing::Again(to),
            },
            Decision::Sent | Decision::Aside => Seeing::Aside,
        };
        see_to(&ctx, &by.staff, number, known.letter, seeing, &body.press).await?;
        return Ok(StatusCode::NO_CONTENT);
    }
    letters::decide(&ctx, &by.staff, &view.case, &id, decide).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A draft to be looked at.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct DraftBody {
    /// The draft.
    #[schema(value_type = String)]
    text: Words,
}

/// What the coach says of a stretch of a draft.
#[derive(Debug, Serialize, ToSchema)]
struct FindingBody {
    /// The rule's name.
    rule: String,
    /// `advice`, `strong`, or `stop`: it cannot be sent.
    severity: &'static str,
    /// Where it begins, in characters.
    from: usize,
    /// Where it ends, in characters.
    to: usize,
    /// What is the matter.
    says: String,
    /// Why that matters.
    reason: String,
    /// Better words for the stretch.
    better: Option<String>,
}

/// Looks at a draft as the coach of the composer does. Nothing is kept or sent.
#[utoipa::path(post, path = "/api/v1/cases/{number}/coachings", tag = "messages",
    request_body = DraftBody, params(CasePath),
    responses((status = 200, body = Vec<FindingBody>), WriteProblems),
    security(("token" = [])))]
async fn coach_draft(
    State(ctx): State<Context>,
    by: Bearer,
    Path(number): Path<String>,
    body: Json<DraftBody>,
) -> Result<Response, Problem> {
    let on = api::on(&number, &body)?;
    let found = coached(&ctx, by, on, body.value.text.as_str(), &[]).await?.findings;
    let finding = |finding: FindingView| FindingBody {
        rule: finding.rule,
        severity: finding.severity,
        from: finding.from,
        to: finding.to,
        says: finding.says,
        reason: finding.reason,
        better: finding.better,
    };
    let found: Vec<FindingBody> = found.into_iter().map(finding).collect();
    Ok(axum::Json(found).into_response())
}

/// Takes a letter back before it leaves; a reply's text goes back into the draft.
#[utoipa::path(delete, path = "/api/v1/cases/{number}/messages/{id}", tag = "messages",
    params(ThingPath), responses((status = 200, body = DoneBody), WriteProblems),
    security(("token" = [])))]
async fn take_back(
    State(ctx): State<Context>,
    by: Bearer,
    Path((number, id)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let missing = || Problem::missing("message_missing", "There is no such message on this case.");
    let number = api::number(&number)?;
    let id = id.parse().map_err(|_| missing())?;
    let done = undo_send(&ctx, &by.staff, number, id, &Press::none()).await;
    let done = done.map_err(|error| match Problem::from(error) {
        problem if problem.code == "no_such_message" => missing(),
        problem => problem,
    });
    Ok(api::changed(done?))
}

/// A private note to be written.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewNoteBody {
    /// What colleagues should know, as plain text.
    #[schema(value_type = String)]
    text: Words,
}

/// Writes a private note. The customer never reads it.
#[utoipa::path(post, path = "/api/v1/cases/{number}/notes", tag = "messages",
    request_body = NewNoteBody, params(CasePath, WriteHeaders),
    responses((status = 201, body = DoneBody), WriteProblems), security(("token" = [])))]
async fn write_note(
    State(ctx): State<Context>,
    by: Bearer,
    Path(number): Path<String>,
    body: Json<NewNoteBody>,
) -> Result<Response, Problem> {
    let on = api::on(&number, &body)?;
    let text = body.value.text;
    Ok(api::made(actions::note(&ctx, &by.staff, on, text, None, &body.press).await?))
}
