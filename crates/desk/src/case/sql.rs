//! How a case is read from its tables, and its row written. Everything written follows from the
//! case and its events and from nothing else, so that the record alone can make it again.

pub(crate) mod link;
pub(crate) mod people;
pub(crate) mod project;
pub(crate) mod rebuild;

use domain::case::{Case, Closing, Conduct, Stage};
use domain::channel::{Channel, Kind};
use domain::id::{CaseId, CaseNumber};
use domain::offer::Offer;
use domain::promise::{Promise, PromiseState};
use domain::urgency;
use jiff::Timestamp;
use serde::de::DeserializeOwned;
use sqlx::FromRow;
use store::{Doing, Sql, Store, StoreError, Tx, on};

/// The columns of [`CaseRow`], of a table `c`.
macro_rules! case_columns {
    () => {
        "c.id, c.number, c.unit_id, c.team_id, c.owner_id, c.customer_id, c.kind, c.channel,
         c.subject, c.problem, c.language, c.snippet, c.stage_body, c.severity, c.facts,
         c.contacts, c.reopened, c.transfers, c.escalated, c.conduct, c.clocks, c.n_owed,
         c.queue_order, c.opened_at_ms, c.acknowledged_at_ms, c.answered_at_ms,
         c.waiting_since_ms, c.snoozed_until_ms, c.changed_at_ms, c.version"
    };
}
pub(crate) use case_columns;

/// A row of "case".
#[derive(Clone, Debug, FromRow)]
pub(crate) struct CaseRow {
    pub id: String,
    pub number: i64,
    pub unit_id: String,
    pub team_id: String,
    pub owner_id: Option<String>,
    pub customer_id: String,
    pub kind: String,
    pub channel: String,
    pub subject: String,
    pub problem: String,
    pub language: String,
    pub snippet: String,
    pub stage_body: String,
    pub severity: i64,
    pub facts: String,
    pub contacts: i64,
    pub reopened: i64,
    pub transfers: i64,
    pub escalated: i64,
    pub conduct: String,
    pub clocks: String,
    pub n_owed: i64,
    pub queue_order: i64,
    pub opened_at_ms: i64,
    pub acknowledged_at_ms: Option<i64>,
    pub answered_at_ms: Option<i64>,
    pub waiting_since_ms: Option<i64>,
    pub snoozed_until_ms: Option<i64>,
    pub changed_at_ms: i64,
    pub version: i64,
}

const READING: &str = "reading a case";

fn bad(why: impl std::fmt::Display) -> StoreError {
    StoreError::unreadable(READING, why)
}

/// Reads an id as it was stored.
pub(crate) fn id<T: std::str::FromStr>(text: &str) -> Result<T, StoreError> {
    text.parse().map_err(|_| bad("an id that is none"))
}

pub(crate) fn moment(ms: i64) -> Result<Timestamp, StoreError> {
    Timestamp::from_millisecond(ms).map_err(bad)
}

fn moment_if(ms: Option<i64>) -> Result<Option<Timestamp>, StoreError> {
    ms.map(moment).transpose()
}

fn json<T: DeserializeOwned>(text: &str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(bad)
}

fn count(n: i64) -> u32 {
    u32::try_from(n).unwrap_or_default()
}

impl CaseRow {
    /// The case, with its promises still owed and its open offers.
    pub(crate) fn read(
        &self,
        promises: Vec<Promise>,
        offers: Vec<Offer>,
    ) -> Result<Case, StoreError> {
        Ok(Case {
            id: id(&self.id)?,
            number: CaseNumber(self.number),
            unit: id(&self.unit_id)?,
            team: id(&self.team_id)?,
            owner: self.owner_id.as_deref().map(id).transpose()?,
            customer: id(&self.customer_id)?,
            kind: Kind::from_word(&self.kind).ok_or_else(|| bad("kind"))?,
            channel: Channel::from_word(&self.channel).ok_or_else(|| bad("channel"))?,
            subject: self.subject.clone(),
            problem: self.problem.clone(),
            language: self.language.clone(),
            stage: json(&self.stage_body)?,
            severity: u8::try_from(self.severity).map_err(bad)?,
            facts: json(&self.facts)?,
            contacts: count(self.contacts),
            reopened: count(self.reopened),
            transfers: count(self.transfers),
            escalated: self.escalated != 0,
            conduct: Conduct::from_word(&self.conduct).ok_or_else(|| bad("conduct"))?,
            promises,
            offers,
            clocks: json(&self.clocks)?,
            opened_at: moment(self.opened_at_ms)?,
            acknowledged_at: moment_if(self.acknowledged_at_ms)?,
            answered_at: moment_if(self.answered_at_ms)?,
            waiting_since: moment_if(self.waiting_since_ms)?,
            snoozed_until: moment_if(self.snoozed_until_ms)?,
            changed_at: moment(self.changed_at_ms)?,
            version: self.version.unsigned_abs(),
        })
    }
}

/// A row of promise.
#[derive(Clone, Debug, FromRow)]
pub(crate) struct PromiseRow {
    pub id: String,
    pub number: i64,
    pub keeper_id: String,
    pub words: String,
    pub made_at_ms: i64,
    pub due_at_ms: i64,
    pub visible: i64,
    pub state: String,
}

impl PromiseRow {
    pub(crate) fn read(&self) -> Result<Promise, StoreError> {
        Ok(Promise {
            id: id(&self.id)?,
            number: self.number,
            words: self.words.clone(),
            keeper: id(&self.keeper_id)?,
            made_at: moment(self.made_at_ms)?,
            due_at: moment(self.due_at_ms)?,
            visible: self.visible != 0,
            state: PromiseState::from_word(&self.state).ok_or_else(|| bad("promise state"))?,
        })
    }
}

const OWED: &str = "
    SELECT id, number, keeper_id, words, made_at_ms, due_at_ms, visible, state FROM promise
    WHERE case_id = $1 AND state IN ('open', 'broken') ORDER BY made_at_ms, number LIMIT 1000";
const OPEN_OFFERS: &str = "
    SELECT body FROM offer WHERE case_id = $1 AND state NOT IN ('accepted', 'withdrawn')
    ORDER BY made_at_ms, id LIMIT 1000";

/// The case with this number, held against others until the transaction ends.
pub(crate) async fn load(tx: &mut Tx, number: CaseNumber) -> Result<Option<Case>, StoreError> {
    const SQL: Sql = Sql {
        sqlite: concat!("SELECT ", case_columns!(), " FROM \"case\" c WHERE c.number = $1"),
        postgres: concat!(
            "SELECT ",
            case_columns!(),
            " FROM \"case\" c WHERE c.number = $1 FOR UPDATE"
        ),
    };
    let text = tx.text(SQL);
    let row: Option<CaseRow> =
        on!(Tx tx, db => sqlx::query_as(text).bind(number.0).fetch_optional(db).await)
            .doing(READING)?;
    whole(tx, row).await
}

/// The same by id.
pub(crate) async fn load_by_id(tx: &mut Tx, case: CaseId) -> Result<Option<Case>, StoreError> {
    const SQL: Sql = Sql {
        sqlite: concat!("SELECT ", case_columns!(), " FROM \"case\" c WHERE c.id = $1"),
        postgres: concat!(
            "SELECT ",
            case_columns!(),
            " FROM \"case\" c WHERE c.id = $1 FOR UPDATE"
        ),
    };
    let text = tx.text(SQL);
    let row: Option<CaseRow> =
        on!(Tx tx, db => sqlx::query_as(text).bind(case.to_string()).fetch_optional(db).await)
            .doing(READING)?;
    whole(tx, row).await
}

async fn whole(tx: &mut Tx, row: Option<CaseRow>) -> Result<Option<Case>, StoreError> {
    let Some(row) = row else { return Ok(None) };
    let owed: Vec<PromiseRow> =
        on!(Tx tx, db => sqlx::query_as(OWED).bind(&row.id).fetch_all(db).await).doing(READING)?;
    let offers: Vec<String> =
        on!(Tx tx, db => sqlx::query_scalar(OPEN_OFFERS).bind(&row.id).fetch_all(db).await)
            .doing(READING)?;
    assemble(&row, &owed, &offers).map(Some)
}

fn assemble(row: &CaseRow, owed: &[PromiseRow], offers: &[String]) -> Result<Case, StoreError> {
    let promises = owed.iter().map(PromiseRow::read).collect::<Result<_, _>>()?;
    let offers = offers.iter().map(|body| json(body)).collect::<Result<_, _>>()?;
    row.read(promises, offers)
}

/// Fills a row read for a person with what hangs on it.
pub(crate) async fn fill(store: &Store, row: &CaseRow) -> Result<Case, StoreError> {
    let owed: Vec<PromiseRow> = if row.n_owed == 0 {
        Vec::new()
    } else {
        on!(Store store, db => sqlx::query_as(OWED).bind(&row.id).fetch_all(db).await)
            .doing(READING)?
    };
    let offers: Vec<String> =
        on!(Store store, db => sqlx::query_scalar(OPEN_OFFERS).bind(&row.id).fetch_all(db).await)
            .doing(READING)?;
    assemble(row, &owed, &offers)
}

/// Writes the row of a case; `was` is the version it must have now, 0 when it must not be there.
/// `snippet` is kept when `None`.
///
/// # Errors
/// [`StoreError::Conflict`] when somebody else changed it in between.
pub(crate) async fn write(
    tx: &mut Tx,
    case: &Case,
    snippet: Option<&str>,
    was: u64,
) -> Result<(), StoreError> {
    const SQL: &str = "
        INSERT INTO \"case\" AS c (id, number, unit_id, team_id, owner_id, customer_id, kind,
            channel, subject, problem, language, snippet, stage, stage_body, tray, severity, facts,
            public, contacts, reopened, transfers, escalated, conduct, clocks, n_owed,
            next_due_at_ms, queue_order, opened_at_ms, acknowledged_at_ms, answered_at_ms,
            waiting_since_ms, snoozed_until_ms, closed_at_ms, closing, changed_at_ms, version)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, COALESCE($12, ''), $13, $14, $15,
            $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32,
            $33, $34, $35, $36)
        ON CONFLICT (id) DO UPDATE SET team_id = excluded.team_id, owner_id = excluded.owner_id,
            kind = excluded.kind, problem = excluded.problem,
            snippet = COALESCE($12, c.snippet), stage = excluded.stage,
            stage_body = excluded.stage_body, tray = excluded.tray, severity = excluded.severity,
            facts = excluded.facts, public = excluded.public, contacts = excluded.contacts,
            reopened = excluded.reopened, transfers = excluded.transfers,
            escalated = excluded.escalated, conduct = excluded.conduct, clocks = excluded.clocks,
            n_owed = excluded.n_owed, next_due_at_ms = excluded.next_due_at_ms,
            queue_order = excluded.queue_order, acknowledged_at_ms = excluded.acknowledged_at_ms,
            answered_at_ms = excluded.answered_at_ms,
            waiting_since_ms = excluded.waiting_since_ms,
            snoozed_until_ms = excluded.snoozed_until_ms, closed_at_ms = excluded.closed_at_ms,
            closing = excluded.closing, changed_at_ms = excluded.changed_at_ms,
            version = excluded.version
        WHERE c.version = $37";
    let doing = "writing a case";
    let json = |error: serde_json::Error| StoreError::unreadable(doing, error);
    let stage_body = serde_json::to_string(&case.stage).map_err(json)?;
    let facts = serde_json::to_string(&case.facts).map_err(json)?;
    let clocks = serde_json::to_string(&case.clocks).map_err(json)?;
    let (closed_at, closing) = closing(&case.stage);
    let n_owed = case.promises.iter().filter(|promise| promise.is_owed()).count();
    let ms = |at: Option<Timestamp>| at.map(Timestamp::as_millisecond);
    let rows = on!(Tx tx, db => sqlx::query(SQL)
        .bind(case.id.to_string()).bind(case.number.0).bind(case.unit.to_string())
        .bind(case.team.to_string()).bind(case.owner.map(|id| id.to_string()))
        .bind(case.customer.to_string()).bind(case.kind.as_str()).bind(case.channel.as_str())
        .bind(&case.subject).bind(&case.problem).bind(&case.language).bind(snippet)
        .bind(case.stage.as_str()).bind(&stage_body).bind(case.tray().as_str())
        .bind(i64::from(case.severity)).bind(&facts).bind(i64::from(case.facts.public))
        .bind(i64::from(case.contacts)).bind(i64::from(case.reopened))
        .bind(i64::from(case.transfers)).bind(i64::from(case.escalated))
        .bind(case.conduct.as_str()).bind(&clocks).bind(i64::try_from(n_owed).unwrap_or(i64::MAX))
        .bind(ms(case.next_due())).bind(urgency::order(case))
        .bind(case.opened_at.as_millisecond()).bind(ms(case.acknowledged_at))
        .bind(ms(case.answered_at)).bind(ms(case.waiting_since)).bind(ms(case.snoozed_until))
        .bind(ms(closed_at)).bind(closing.map(Closing::as_str))
        .bind(case.changed_at.as_millisecond()).bind(case.version.cast_signed())
        .bind(was.cast_signed()).execute(db).await.map(|done| done.rows_affected()))
    .doing(doing)?;
    if rows == 1 { Ok(()) } else { Err(StoreError::Conflict { doing }) }
}

fn closing(stage: &Stage) -> (Option<Timestamp>, Option<Closing>) {
    match stage {
        Stage::Closed { because, at } => (Some(*at), Some(*because)),
        _ => (None, None),
    }
}
