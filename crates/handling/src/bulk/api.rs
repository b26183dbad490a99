//! Changes to many cases, for programs.

use crate::bulk::actions::{self, Chosen, in_words};
use crate::bulk::rules::{BulkAct, BulkRefused, NAMED_MOST, Outcome};
use crate::bulk::sql::{self, BulkChange, BulkRow};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use casework::refusal::ActError;
use casework::view::recent::UNDOABLE;
use desk::api::at;
use desk::api::{self, Nothing, ReadProblems, WriteHeaders, WriteProblems};
use desk::view::filter::FilterText;
use desk::view::queue::{Lane, View};
use domain::id::{CaseNumber, LabelId, StaffId};
use domain::permit::Act;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use store::Context;
use store::scope::Reach;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use web::json::hashed;
use web::{Bearer, Json, Page, PageQuery, Path, Problem, Query};

/// The addresses of this noun.
pub(crate) fn router() -> OpenApiRouter<Context> {
    OpenApiRouter::new()
        .routes(routes!(list_changes, start_change))
        .routes(routes!(read_change))
        .routes(routes!(list_rows))
        .routes(routes!(undo_change))
}

/// What is done to each case.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum ActWord {
    /// You take it, from nobody.
    Take,
    /// `owner` gets it; without one, its team.
    Assign,
    /// It is put aside until `until`.
    Snooze,
    /// Labels are put on (`add`) and taken off (`remove`).
    Label,
    /// How bad it is becomes `severity`.
    Priority,
    /// It becomes read for you.
    Read,
    /// It becomes unread for you.
    Unread,
}

/// A list of cases, as `GET /api/v1/cases` takes it; every case of it is meant.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
struct ListBody {
    /// `open` (as when not said), `promises`, `public`, `reopened`, `escalated`, `ideas`,
    /// `snoozed` or `closed`.
    view: Option<String>,
    /// Cases of one team, by its id.
    #[schema(value_type = Option<String>)]
    team: Option<domain::id::TeamId>,
    /// `me`, `nobody`, or the id of a colleague.
    owner: String,
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
}

/// A change to many cases.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewBulkChange {
    /// What is done to each.
    act: ActWord,
    /// The cases by their numbers, at most 1,000; or give `list`.
    #[serde(default)]
    #[schema(example = json!(["R-10482"]))]
    cases: Vec<String>,
    /// Every case of a list instead.
    list: Option<ListBody>,
    /// Who gets them, for `assign`.
    #[schema(value_type = Option<String>)]
    owner: Option<StaffId>,
    /// Until when, for `snooze`.
    #[schema(value_type = Option<String>, example = "2026-11-24T08:00:00Z")]
    until: Option<Timestamp>,
    /// Labels to put on, for `label`.
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    add: Vec<LabelId>,
    /// Labels to take off, for `label`.
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    remove: Vec<LabelId>,
    /// 0 to 4, for `priority`.
    severity: Option<u8>,
}

impl NewBulkChange {
    fn act(&self) -> Result<BulkAct, Problem> {
        let needed = |field: &str, says: &str| {
            Problem::refused("field_unreadable", says.to_owned()).at(format!("/{field}"), says)
        };
        Ok(match self.act {
            ActWord::Take => BulkAct::Take,
            ActWord::Assign => BulkAct::Assign { owner: self.owner },
            ActWord::Snooze => {
                let until = self.until.ok_or_else(|| needed("until", "Say until when."))?;
                BulkAct::Snooze { until }
            }
            ActWord::Label => BulkAct::Label { add: self.add.clone(), remove: self.remove.clone() },
            ActWord::Priority => {
                let severity = self.severity.ok_or_else(|| needed("severity", "Say how bad."))?;
                BulkAct::Priority { severity }
            }
            ActWord::Read => BulkAct::Seen { read: true },
            ActWord::Unread => BulkAct::Seen { read: false },
        })
    }
}

/// A change to many cases, with how far it is.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BulkBody {
    /// Its id.
    id: String,
    /// What it does, in words.
    #[schema(example = "Took 412 of 1,234 cases")]
    says: String,
    /// `running`, `done` or `stopped`.
    state: String,
    /// Cases chosen.
    total: i64,
    /// Cases changed so far.
    changed: i64,
    /// Cases that were so already.
    same: i64,
    /// Cases left as they are, each for a reason.
    refused: i64,
    /// When it was asked for.
    made_at: String,
    /// When it came to its end.
    ended_at: Option<String>,
    /// The earlier change that it takes back.
    undoes: Option<String>,
    /// The later change that takes it back.
    undone_by: Option<String>,
}

impl From<BulkChange> for BulkBody {
    fn from(change: BulkChange) -> BulkBody {
        BulkBody {
            says: in_words(&change),
            id: change.id,
            state: change.state,
            total: change.total,
            changed: change.changed,
            same: change.same,
            refused: change.refused,
            made_at: at(change.made_at_ms),
            ended_at: change.ended_at_ms.map(at),
            undoes: change.undoes,
            undone_by: change.undone_by,
        }
    }
}

/// 202 with where to look how far it is.
pub(crate) fn accepted(change: BulkChange) -> Response {
    let place = format!("/api/v1/bulk-changes/{}", change.id);
    let body = axum::Json(BulkBody::from(change));
    (StatusCode::ACCEPTED, [(header::LOCATION, place)], body).into_response()
}

/// What became of a case.
#[derive(Debug, Serialize, ToSchema)]
struct BulkRowBody {
    /// Its place among the cases that were chosen.
    place: i64,
    /// Its number.
    #[schema(example = "R-10482")]
    number: String,
    /// `changed`, `same` or `refused`; none while it waits.
    outcome: Option<String>,
    /// Why it was refused: a code that never changes.
    #[schema(example = "case_closed")]
    code: Option<String>,
    /// The same in words.
    why: Option<String>,
}

impl From<BulkRow> for BulkRowBody {
    fn from(row: BulkRow) -> BulkRowBody {
        let said = |text: String| (!text.is_empty()).then_some(text);
        BulkRowBody {
            place: row.place,
            number: CaseNumber(row.number).to_string(),
            outcome: said(row.outcome),
            code: said(row.code),
            why: said(row.why),
        }
    }
}

fn may_read(by: &Bearer) -> Result<(), Problem> {
    by.staff.permit_anywhere(Act::ReadCase).map_err(|_| Problem::not_permitted())?;
    Ok(())
}

/// Does the same to many cases. Few are done when this answers, many go on as a job: look at the
/// address in `Location`. Each case is permitted, refused and recorded as if it came alone.
#[utoipa::path(post, path = "/api/v1/bulk-changes", tag = "cases", request_body = NewBulkChange,
    params(WriteHeaders), responses((status = 202, body = BulkBody), WriteProblems,
        (status = 403, description = "Your roles or your token do not include the act.")),
    security(("token" = [])))]
async fn start_change(
    State(ctx): State<Context>,
    by: Bearer,
    body: Json<NewBulkChange>,
) -> Result<Response, Problem> {
    let sent = &body.value;
    let act = sent.act()?;
    by.staff.permit_anywhere(act.needs()).map_err(|_| Problem::not_permitted())?;
    let change = match &sent.list {
        Some(_) if !sent.cases.is_empty() => {
            let says = "Give either `cases` or `list`.";
            return Err(Problem::refused("field_unreadable", says).at("/list", says));
        }
        Some(list) => {
            let (lane, view, text) = list.read()?;
            let filter = text.read(by.staff.id)?;
            let list = Chosen::List(lane, view, &filter);
            actions::start(&ctx, &by.staff, act, list, &body.press).await?
        }
        None => {
            let numbers = numbers(&sent.cases)?;
            actions::start(&ctx, &by.staff, act, Chosen::Cases(&numbers), &body.press).await?
        }
    };
    Ok(accepted(change))
}

fn numbers(cases: &[String]) -> Result<Vec<CaseNumber>, Problem> {
    if cases.len() > NAMED_MOST {
        return Err(ActError::from(BulkRefused::TooMany).into());
    }
    let read = cases.iter().enumerate().map(|(place, text)| {
        let says = "Give a number such as R-10482.";
        text.parse().map_err(|_| {
            Problem::refused("field_unreadable", says).at(format!("/cases/{place}"), says)
        })
    });
    read.collect()
}

impl ListBody {
    fn read(&self) -> Result<(Lane, View, FilterText), Problem> {
        let view = match &self.view {
            None => View::Open,
            Some(word) => View::from_word(word)
                .ok_or_else(|| api::unreadable("list/view", "There is no such view."))?,
        };
        let text = FilterText {
            kind: self.kind.clone(),
            channel: self.channel.clone(),
            team: String::new(),
            owner: self.owner.clone(),
            severity: self.severity.clone(),
            stage: self.stage.clone(),
            label: self.label.clone(),
            topic: self.topic.clone(),
            waiting: self.waiting.clone(),
        };
        Ok((self.team.map_or(Lane::All, Lane::Team), view, text))
    }
}

/// Your changes to many cases of the last 24 hours, newest first, at most 100.
#[utoipa::path(get, path = "/api/v1/bulk-changes", tag = "cases",
    responses((status = 200, body = [BulkBody]), ReadProblems), security(("token" = [])))]
async fn list_changes(
    State(ctx): State<Context>,
    by: Bearer,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    may_read(&by)?;
    let found = sql::changes(&ctx.store, by.staff.id, ctx.now() - UNDOABLE).await;
    let found = found.map_err(Problem::ours)?;
    let bodies: Vec<BulkBody> = found.into_iter().map(BulkBody::from).collect();
    Ok(hashed(&headers, &bodies))
}

/// The change in the address.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
#[expect(dead_code, reason = "describes an address; it is read by `web::Path`")]
struct BulkPath {
    /// The change's id.
    id: String,
}

async fn found(ctx: &Context, by: &Bearer, id: &str) -> Result<BulkChange, Problem> {
    may_read(by)?;
    let found = sql::change(&ctx.store, id, by.staff.id).await.map_err(Problem::ours)?;
    let says = "There is no such change among yours.";
    found.ok_or_else(|| Problem::missing("bulk_change_missing", says))
}

/// How far a change of yours is.
#[utoipa::path(get, path = "/api/v1/bulk-changes/{id}", tag = "cases", params(BulkPath),
    responses((status = 200, body = BulkBody), ReadProblems), security(("token" = [])))]
async fn read_change(
    State(ctx): State<Context>,
    by: Bearer,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    Ok(hashed(&headers, &BulkBody::from(found(&ctx, &by, &id).await?)))
}

/// Which of its cases.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
struct RowsQuery {
    /// Only those with this outcome: `changed`, `same` or `refused`.
    outcome: Option<String>,
    /// Rows, at most 200; 50 when not said.
    limit: Option<u32>,
    /// The cursor of the page before.
    after: Option<String>,
}

/// What became of the cases of a change of yours, in the order in which they were chosen.
#[utoipa::path(get, path = "/api/v1/bulk-changes/{id}/rows", tag = "cases",
    params(BulkPath, RowsQuery),
    responses((status = 200, body = Page<BulkRowBody>), ReadProblems), security(("token" = [])))]
async fn list_rows(
    State(ctx): State<Context>,
    by: Bearer,
    headers: HeaderMap,
    uri: Uri,
    Path(id): Path<String>,
    Query(query): Query<RowsQuery>,
) -> Result<Response, Problem> {
    let most = PageQuery { limit: query.limit, after: None }.rows()?;
    let outcome = query.outcome.as_deref().map(|word| {
        Outcome::from_word(word).ok_or_else(|| api::unreadable("outcome", "No such outcome."))
    });
    let after = query.after.as_deref().map(|cursor| {
        cursor.parse().map_err(|_| api::unreadable("after", "Give a cursor of ours."))
    });
    let (outcome, after) = (outcome.transpose()?, after.transpose()?.unwrap_or(0));
    let change = found(&ctx, &by, &id).await?;
    let reach = Reach::from(&by.staff);
    let rows = sql::rows(&ctx.store, &reach, &change.id, outcome, after, most + 1).await;
    let rows: Vec<BulkRowBody> =
        rows.map_err(Problem::ours)?.into_iter().map(BulkRowBody::from).collect();
    Ok(api::page(&headers, &uri, &Page::of(rows, most, |row| row.place.to_string())))
}

/// Takes a change of yours back within 24 hours: each case that it changed becomes what it was,
/// unless somebody changed it since. Answers with the change that does so.
#[utoipa::path(post, path = "/api/v1/bulk-changes/{id}/undos", tag = "cases",
    request_body = Nothing, params(BulkPath, WriteHeaders),
    responses((status = 202, body = BulkBody), WriteProblems), security(("token" = [])))]
async fn undo_change(
    State(ctx): State<Context>,
    by: Bearer,
    Path(id): Path<String>,
    body: Json<Nothing>,
) -> Result<Response, Problem> {
    let Nothing {} = body.value;
    let change = found(&ctx, &by, &id).await?;
    Ok(accepted(actions::undo(&ctx, &by.staff, &change.id, &body.press).await?))
}
