//! Cases for programs: listing, reading, opening by hand, handling.

use crate::case::expand::{self, Expand, OF_MANY, OF_ONE, WholeCaseBody};
use crate::case::forms::{FEELINGS, REASON_MOST};
use crate::case::new_case::people::customer_by_number;
use crate::case::new_case::{BY_HAND, PROBLEM_MOST, subject_of};
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, Uri, header};
use axum::response::Response;
use casework::case::actions::{self, NewCase};
use casework::handling::On;
use desk::api::{
    self, CasePath, DoneBody, Nothing, ReadProblems, WriteHeaders, WriteProblems, at_most,
    unreadable,
};
use desk::case::body::Signs;
use desk::view::case::missing;
use desk::view::choices::{teams, unit_of};
use desk::view::filter::{Filter, FilterText};
use desk::view::filtered::filtered;
use desk::view::queue::{Lane, QueuePlace, QueueRow, ROWS, View, row_by_number};
use domain::channel::{Channel, Kind};
use domain::id::{StaffId, TeamId};
use domain::urgency::Facts;
use domain::words::Words;
use jiff::Timestamp;
use serde::Deserialize;
use store::scope::Reach;
use store::{Context, StoreError};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use web::json::versioned;
use web::{Bearer, Json, Page, PageQuery, Path, Problem, Query};

/// The addresses of this noun.
pub(crate) fn router() -> OpenApiRouter<Context> {
    OpenApiRouter::new()
        .routes(routes!(list_cases, open_case))
        .routes(routes!(read_case))
        .routes(routes!(give_case))
        .routes(routes!(state_problem))
        .routes(routes!(correct_reading))
        .routes(routes!(snooze_case))
        .routes(routes!(wake_case))
}

/// Which cases.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
struct CasesQuery {
    /// `open` (as when not said), `promises`, `public`, `reopened`, `escalated`, `ideas`,
    /// `snoozed` or `closed`.
    view: Option<String>,
    /// Cases of one person: `me`, or their id.
    owner: Option<String>,
    /// Cases of one team, by its id.
    team: Option<String>,
    /// Cases of one unit, by its id.
    unit: Option<String>,
    /// Only cases of this kind, such as `complaint`.
    kind: String,
    /// Only cases that came this way, such as `mail`.
    channel: String,
    /// Only cases at least so bad, 1 to 4.
    severity: String,
    /// Only cases at this stage, such as `waiting_for_us`.
    stage: String,
    /// Only cases that carry this label, by its id.
    label: String,
    /// Only cases about this topic or one below it, by its id.
    topic: String,
    /// Only cases whose customer has waited for us at least so many hours.
    waiting: String,
    /// Rows, at most 200; 50 when not said.
    limit: Option<u32>,
    /// The cursor of the page before.
    after: Option<String>,
    /// What comes along with every case: any of `customer` and `promises`, with a comma between.
    expand: String,
}

impl CasesQuery {
    fn lane(&self, me: StaffId) -> Result<Lane, Problem> {
        let id = |field| unreadable(field, "Give an id.");
        match (&self.owner, &self.team, &self.unit) {
            (None, None, None) => Ok(Lane::All),
            (Some(owner), None, None) if owner == "me" => Ok(Lane::Owner(me)),
            (Some(owner), None, None) => owner.parse().map(Lane::Owner).map_err(|_| id("owner")),
            (None, Some(team), None) => team.parse().map(Lane::Team).map_err(|_| id("team")),
            (None, None, Some(unit)) => unit.parse().map(Lane::Unit).map_err(|_| id("unit")),
            _ => Err(unreadable("owner", "Give one of `owner`, `team` and `unit`.")),
        }
    }

    fn filter(&self, me: StaffId) -> Result<Filter, Problem> {
        let text = FilterText {
            kind: self.kind.clone(),
            channel: self.channel.clone(),
            severity: self.severity.clone(),
            stage: self.stage.clone(),
            label: self.label.clone(),
            topic: self.topic.clone(),
            waiting: self.waiting.clone(),
            ..FilterText::default()
        };
        text.read(me)
    }

    fn view(&self) -> Result<View, Problem> {
        let Some(word) = &self.view else { return Ok(View::Open) };
        View::from_word(word).ok_or_else(|| unreadable("view", "There is no such view."))
    }
}

/// Lists cases in the order of the queue: what breaks first stands first.
#[utoipa::path(get, path = "/api/v1/cases", tag = "cases", params(CasesQuery),
    responses((status = 200, body = Page<WholeCaseBody>), ReadProblems), security(("token" = [])))]
async fn list_cases(
    State(ctx): State<Context>,
    by: Bearer,
    headers: HeaderMap,
    uri: Uri,
    Query(query): Query<CasesQuery>,
) -> Result<Response, Problem> {
    let (reach, expand) = (api::reach(&by)?, Expand::read(&query.expand, OF_MANY, &by.staff)?);
    let most = PageQuery { limit: query.limit, after: None }.rows()?;
    let (lane, view) = (query.lane(by.staff.id)?, query.view()?);
    let after = query.after.as_deref().map(|cursor| {
        QueuePlace::read(cursor).ok_or_else(|| unreadable("after", "Give a cursor of ours."))
    });
    let most = most as usize;
    let filter = query.filter(by.staff.id)?;
    let (mut rows, place) =
        queue_rows(&ctx, &reach, (lane, view, &filter), after.transpose()?, most).await?;
    let next = if rows.len() > most {
        rows.truncate(most);
        rows.last().map(|row| QueuePlace::of(&row.case))
    } else {
        place
    };
    let (next, has_more) = (next.as_ref().map(ToString::to_string), next.is_some());
    let data = expand::many(&ctx, &reach, rows, expand).await?;
    Ok(api::page(&headers, &uri, &Page { data, next, has_more }))
}

/// Stretches that one request looks through for cases that fit; then it hands back a cursor.
const STRETCHES_MOST: usize = 5;

/// At least one row more than `most` where there are that many; else where to go on, when a
/// filter let too few through of what was looked at.
async fn queue_rows(
    ctx: &Context,
    reach: &Reach,
    (lane, view, filter): (Lane, View, &Filter),
    after: Option<QueuePlace>,
    most: usize,
) -> Result<(Vec<QueueRow>, Option<QueuePlace>), StoreError> {
    let (mut rows, mut place, mut stretches) = (Vec::new(), after, 0);
    loop {
        let page = filtered(ctx, reach, lane, view, filter, place.as_ref()).await?;
        stretches += usize::from(page.rows.len() < ROWS as usize);
        rows.extend(page.rows);
        match page.next {
            Some(next) if rows.len() <= most && stretches < STRETCHES_MOST => place = Some(next),
            next => return Ok((rows, next)),
        }
    }
}

/// What comes along with a case.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
struct CaseQuery {
    /// Any of `customer`, `promises`, `messages`, `notes` and `offers`, with commas between; the
    /// first 200 of each.
    expand: String,
}

/// Reads one case.
#[utoipa::path(get, path = "/api/v1/cases/{number}", tag = "cases", params(CasePath, CaseQuery),
    responses((status = 200, body = WholeCaseBody), ReadProblems), security(("token" = [])))]
async fn read_case(
    State(ctx): State<Context>,
    by: Bearer,
    headers: HeaderMap,
    Path(number): Path<String>,
    Query(query): Query<CaseQuery>,
) -> Result<Response, Problem> {
    let expand = Expand::read(&query.expand, OF_ONE, &by.staff)?;
    let (reach, number) = (api::reach_of_one(&by)?, api::number(&number)?);
    let row = row_by_number(&ctx, &reach, number).await?.ok_or_else(missing)?;
    let version = row.case.version;
    let whole = expand::one(&ctx, &reach, row, expand).await?.ok_or_else(missing)?;
    Ok(versioned(&headers, version, &whole))
}

/// A case logged by hand. One of `subject`, `problem` and `said` must be there.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewCaseBody {
    /// The customer's number. Who is not known yet is met first: `POST /api/v1/customers`.
    customer: i64,
    /// The id of the team it lies with.
    #[schema(value_type = String)]
    team: TeamId,
    /// `complaint`, `question`, `praise`, `idea`, `cancellation` or `other`.
    #[schema(value_type = String, example = "complaint")]
    kind: Kind,
    /// The way it came: `call`, `letter`, `visit`, `chat` or `api`.
    #[schema(value_type = String, example = "call")]
    channel: Channel,
    /// Subject line, at most 200 characters; made from the problem or their words when left out.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    subject: Option<Words>,
    /// The problem as you understand it, at most 240 characters.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    problem: Option<Words>,
    /// What they said, in their words.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    said: Option<Words>,
    /// 0 (slight) to 4 (danger or great harm).
    #[serde(default)]
    severity: u8,
    /// What is in it.
    #[serde(default)]
    signs: Signs,
    /// What was promised on the spot.
    #[serde(default)]
    promise: Option<SpotPromiseBody>,
}

/// A promise made while opening a case.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SpotPromiseBody {
    /// What comes after "We will", at most 300 characters.
    #[schema(value_type = String)]
    words: Words,
    /// By when.
    #[schema(value_type = String, format = DateTime)]
    due_at: Timestamp,
}

impl NewCaseBody {
    /// The case to open, once customer, team and texts were found to be right.
    async fn read(self, ctx: &Context, by: &Bearer) -> Result<NewCase, Problem> {
        let refused = |pointer: &str, says: &str| {
            Problem::refused("body_refused", "The body has something we do not take.")
                .at(pointer, says)
        };
        for (pointer, words, most) in [
            ("/subject", self.subject.as_ref(), 200),
            ("/problem", self.problem.as_ref(), PROBLEM_MOST),
            ("/promise/words", self.promise.as_ref().map(|p| &p.words), 300),
        ] {
            words.map_or(Ok(()), |words| at_most(pointer, words, most))?;
        }
        if self.severity > 4 {
            return Err(refused("/severity", "Severity runs from 0 to 4."));
        }
        if !BY_HAND.contains(&self.channel) {
            return Err(refused("/channel", "Give one of call, letter, visit, chat and api."));
        }
        let said = [&self.subject, &self.problem, &self.said];
        let said = said.into_iter().flatten().next();
        let subject = said.ok_or_else(|| refused("/subject", "Say what it is about."))?;
        let subject = subject_of(subject);
        let known = teams(&ctx.store, &by.staff).await?;
        let is_known = known.iter().any(|(id, _)| *id == self.team.to_string());
        let unit = if is_known { unit_of(&ctx.store, self.team).await? } else { None };
        let unit = unit.ok_or_else(|| refused("/team", "There is no such team of yours."))?;
        let reach = Reach::from(&by.staff);
        let customer = customer_by_number(&ctx.store, &reach, self.customer).await?;
        let says = "There is no such customer among yours.";
        Ok(NewCase {
            unit,
            team: self.team,
            customer: customer.ok_or_else(|| refused("/customer", says))?,
            kind: self.kind,
            channel: self.channel,
            subject,
            problem: self.problem,
            said: self.said,
            severity: self.severity,
            facts: self.signs.into_facts(Facts::default()),
            promise: self.promise.map(|promise| (promise.words, promise.due_at)),
        })
    }
}

/// Opens a case by hand: a call, a letter, a visit. It is with whoever opened it, and no letter
/// goes out by itself. It takes a customer we know: rooms never call each other, so somebody new
/// is met by `POST /api/v1/customers` first.
#[utoipa::path(post, path = "/api/v1/cases", tag = "cases", request_body = NewCaseBody,
    params(WriteHeaders), responses((status = 201, body = DoneBody), WriteProblems),
    security(("token" = [])))]
async fn open_case(
    State(ctx): State<Context>,
    by: Bearer,
    body: Json<NewCaseBody>,
) -> Result<Response, Problem> {
    by.staff
        .permit_anywhere(domain::permit::Act::OpenCase)
        .map_err(|_| Problem::not_permitted())?;
    let new = body.value.read(&ctx, &by).await?;
    let done = actions::open_by_hand(&ctx, &by.staff, new, &body.press).await?;
    let place = HeaderValue::try_from(format!("/api/v1/cases/{}", done.number));
    let mut response = api::made(done);
    if let Ok(place) = place {
        response.headers_mut().insert(header::LOCATION, place);
    }
    Ok(response)
}

/// Who has a case.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct OwnerBody {
    /// The id of a colleague, or null to put it back to the team.
    #[schema(value_type = Option<String>)]
    owner: Option<StaffId>,
}

/// Gives a case to somebody, or back to its team.
#[utoipa::path(put, path = "/api/v1/cases/{number}/owner", tag = "cases",
    request_body = OwnerBody, params(CasePath, WriteHeaders),
    responses((status = 200, body = DoneBody), WriteProblems), security(("token" = [])))]
async fn give_case(
    State(ctx): State<Context>,
    by: Bearer,
    Path(number): Path<String>,
    body: Json<OwnerBody>,
) -> Result<Response, Problem> {
    let on = api::on(&number, &body)?;
    Ok(api::changed(actions::assign(&ctx, &by.staff, on, body.value.owner, &body.press).await?))
}

/// The problem in one line.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ProblemLineBody {
    /// One sentence in their words, at most 240 characters.
    #[schema(value_type = String)]
    problem: Words,
}

/// Puts the problem into one line. It feeds replies, transfers and the customer's page.
#[utoipa::path(put, path = "/api/v1/cases/{number}/problem", tag = "cases",
    request_body = ProblemLineBody, params(CasePath, WriteHeaders),
    responses((status = 200, body = DoneBody), WriteProblems), security(("token" = [])))]
async fn state_problem(
    State(ctx): State<Context>,
    by: Bearer,
    Path(number): Path<String>,
    body: Json<ProblemLineBody>,
) -> Result<Response, Problem> {
    let on = api::on(&number, &body)?;
    let problem = body.value.problem;
    at_most("/problem", &problem, PROBLEM_MOST)?;
    Ok(api::changed(actions::state_problem(&ctx, &by.staff, on, problem, &body.press).await?))
}

/// What a case is, as a person knows better.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ReadingBody {
    /// `complaint`, `question`, `praise`, `idea`, `cancellation` or `other`.
    #[schema(value_type = String, example = "complaint")]
    kind: Kind,
    /// 0 (slight) to 4 (danger or great harm).
    severity: u8,
    /// What is in it; what is left out is not.
    #[serde(default)]
    signs: Signs,
    /// How the writer feels: `negative`, `neutral` or `positive`; left out, as it was read.
    #[serde(default)]
    feeling: Option<String>,
    /// Why, at most 500 characters, for whoever looks at what is learnt.
    #[serde(default)]
    reason: String,
}

/// Corrects what was understood; the reader learns from it.
#[utoipa::path(put, path = "/api/v1/cases/{number}/reading", tag = "cases",
    request_body = ReadingBody, params(CasePath, WriteHeaders),
    responses((status = 200, body = DoneBody), WriteProblems), security(("token" = [])))]
async fn correct_reading(
    State(ctx): State<Context>,
    by: Bearer,
    Path(number): Path<String>,
    body: Json<ReadingBody>,
) -> Result<Response, Problem> {
    let On { number, version } = api::on(&number, &body)?;
    let ReadingBody { kind, severity, signs, feeling, reason } = body.value;
    let refused = || Problem::refused("body_refused", "The body has something we do not take.");
    let known = |word: &String| FEELINGS.iter().any(|(w, _)| w == word) && !word.is_empty();
    if feeling.as_ref().is_some_and(|word| !known(word)) {
        return Err(refused().at("/feeling", "Give negative, neutral or positive."));
    }
    if reason.chars().count() > REASON_MOST {
        return Err(refused().at("/reason", "Give at most 500 characters."));
    }
    let reach = api::reach_of_one(&by)?;
    let row = row_by_number(&ctx, &reach, number).await?.ok_or_else(missing)?;
    // The facts that stay were read just now, so they must not have changed until it is saved.
    let on = On { number, version: version.or(Some(row.case.version)) };
    let facts = signs.into_facts(row.case.facts);
    let right = actions::Right { feeling, reason, ..actions::Right::plain(kind, severity, facts) };
    let done = actions::reread(&ctx, &by.staff, on, right, &body.press).await?;
    Ok(api::changed(done))
}

/// Until when.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SnoozeBody {
    /// A moment in the future, before anything on the case is due.
    #[schema(value_type = String, format = DateTime)]
    until: Timestamp,
}

/// Puts a case aside until a moment, or until the customer writes.
#[utoipa::path(post, path = "/api/v1/cases/{number}/snoozes", tag = "cases",
    request_body = SnoozeBody, params(CasePath, WriteHeaders),
    responses((status = 201, body = DoneBody), WriteProblems), security(("token" = [])))]
async fn snooze_case(
    State(ctx): State<Context>,
    by: Bearer,
    Path(number): Path<String>,
    body: Json<SnoozeBody>,
) -> Result<Response, Problem> {
    let on = api::on(&number, &body)?;
    let until = body.value.until;
    Ok(api::made(actions::snooze(&ctx, &by.staff, on, until, &body.press).await?))
}

/// Takes a case back from being put aside.
#[utoipa::path(post, path = "/api/v1/cases/{number}/wakings", tag = "cases",
    request_body = Nothing, params(CasePath, WriteHeaders),
    responses((status = 201, body = DoneBody), WriteProblems), security(("token" = [])))]
async fn wake_case(
    State(ctx): State<Context>,
    by: Bearer,
    Path(number): Path<String>,
    body: Json<Nothing>,
) -> Result<Response, Problem> {
    let on = api::on(&number, &body)?;
    Ok(api::made(actions::wake(&ctx, &by.staff, on, &body.press).await?))
}
