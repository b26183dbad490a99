//! How a case is read from its tables, and its row written. Everything written follows from the
//! case and its events and from nothing else, so that the record alone can make it again.

pub(crate) mod link;
pub mod people;
pub mod project;
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
use std::collections::HashMap;
use store::{Doing, Sql, Store, StoreError, Tx, Write, on};

/// The columns of [`CaseRow`], of a table `c`.
#[macro_export]
macro_rules! case_columns {
    () => {
        "c.id, c.number, c.unit_id, c.team_id, c.owner_id, c.customer_id, c.kind, c.channel,
         c.subject, c.problem, c.language, c.snippet, c.stage_body, c.severity, c.facts,
         c.contacts, c.reopened, c.transfers, c.escalated, c.conduct, c.clocks, c.n_owed,
         c.queue_order, c.opened_at_ms, c.acknowledged_at_ms, c.answered_at_ms,
         c.waiting_since_ms, c.snoozed_until_ms, c.changed_at_ms, c.version, c.undelivered,
         c.labels, c.topics, c.not_topics, c.back_on, c.encrypted"
    };
}
pub use case_columns;

/// A row of "case".
#[derive(Clone, Debug, FromRow)]
pub struct CaseRow {
    /// Its id.
    pub id: String,
    /// The number people say.
    pub number: i64,
    /// The unit it belongs to.
    pub unit_id: String,
    /// The team it lies with.
    pub team_id: String,
    /// Who has it.
    pub owner_id: Option<String>,
    /// Whose case it is.
    pub customer_id: String,
    /// What it is: `complaint`, `question` …
    pub kind: String,
    /// The way it came.
    pub channel: String,
    /// Subject line.
    pub subject: String,
    /// The problem in one line, or empty.
    pub problem: String,
    /// ISO 639-1 code, or empty.
    pub language: String,
    /// The customer's last words, cut short.
    pub snippet: String,
    /// How far it is, as JSON.
    pub stage_body: String,
    /// 0 (slight) to 4 (danger or great harm).
    pub severity: i64,
    /// What is in it, as JSON.
    pub facts: String,
    /// How often the customer came.
    pub contacts: i64,
    /// How often it was reopened.
    pub reopened: i64,
    /// How often it was transferred.
    pub transfers: i64,
    /// 1 while somebody was asked to decide.
    pub escalated: i64,
    /// How the customer's conduct was answered.
    pub conduct: String,
    /// What runs, as JSON.
    pub clocks: String,
    /// Promises that are owed.
    pub n_owed: i64,
    /// Its place in the queue.
    pub queue_order: i64,
    /// When it was opened.
    pub opened_at_ms: i64,
    /// When our first word went out.
    pub acknowledged_at_ms: Option<i64>,
    /// When it was answered.
    pub answered_at_ms: Option<i64>,
    /// Since when the customer waits for us.
    pub waiting_since_ms: Option<i64>,
    /// Until when it is put aside.
    pub snoozed_until_ms: Option<i64>,
    /// When it last changed.
    pub changed_at_ms: i64,
    /// Counts its events.
    pub version: i64,
    /// Letters that did not arrive, as JSON.
    pub undelivered: String,
    /// Its labels and causes, as JSON.
    pub labels: String,
    /// What it is about, as JSON.
    pub topics: String,
    /// What it is not about, as JSON.
    pub not_topics: String,
    /// The first day on which they are there again, as an ISO date, or empty.
    pub back_on: String,
    /// 1 when their last words came encrypted.
    pub encrypted: i64,
}

const READING: &str = "reading a case";

fn bad(why: impl std::fmt::Display) -> StoreError {
    StoreError::unreadable(READING, why)
}

/// Reads an id as it was stored.
pub fn id<T: std::str::FromStr>(text: &str) -> Result<T, StoreError> {
    text.parse().map_err(|_| bad("an id that is none"))
}

/// A moment that is kept in milliseconds.
pub fn moment(ms: i64) -> Result<Timestamp, StoreError> {
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
    pub fn read(&self, promises: Vec<Promise>, offers: Vec<Offer>) -> Result<Case, StoreError> {
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
            labels: json(&self.labels)?,
            topics: json(&self.topics)?,
            not_topics: json(&self.not_topics)?,
            promises,
            offers,
            undelivered: json(&self.undelivered)?,
            back_on: match self.back_on.as_str() {
                "" => None,
                day => Some(day.parse().map_err(bad)?),
            },
            encrypted: self.encrypted != 0,
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
pub struct PromiseRow {
    /// Its id.
    pub id: String,
    /// The number people say.
    pub number: i64,
    /// Who keeps it.
    pub keeper_id: String,
    /// What comes after "We will".
    pub words: String,
    /// When it was made.
    pub made_at_ms: i64,
    /// When it must be kept.
    pub due_at_ms: i64,
    /// 1 when the customer sees it.
    pub visible: i64,
    /// `open`, `kept`, `kept_late` or `broken`.
    pub state: String,
}

impl PromiseRow {
    /// The promise that the row holds.
    pub fn read(&self) -> Result<Promise, StoreError> {
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
pub async fn load(tx: &mut Tx, number: CaseNumber) -> Result<Option<Case>, StoreError> {
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
pub async fn load_by_id(tx: &mut Tx, case: CaseId) -> Result<Option<Case>, StoreError> {
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

/// Open promises and offers of one case in a list; one that has more is cut short.
const HANGING_MOST: usize = 1_000;

/// Fills a row read for a person with what hangs on it.
pub async fn fill(store: &Store, row: &CaseRow) -> Result<Case, StoreError> {
    let mut one = fill_all(store, &[row]).await?;
    one.pop().ok_or_else(|| bad("case"))
}

/// Fills rows read for a person with what hangs on them, in their order: two statements, however
/// many rows there are.
pub async fn fill_all(store: &Store, rows: &[&CaseRow]) -> Result<Vec<Case>, StoreError> {
    #[derive(FromRow)]
    struct Owed {
        case_id: String,
        #[sqlx(flatten)]
        promise: PromiseRow,
    }
    const OWED: Sql = Sql {
        sqlite: "
            SELECT case_id, id, number, keeper_id, words, made_at_ms, due_at_ms, visible, state
            FROM promise
            WHERE case_id IN (SELECT value FROM json_each($1)) AND state IN ('open', 'broken')
            ORDER BY made_at_ms, number LIMIT $2",
        postgres: "
            SELECT case_id, id, number, keeper_id, words, made_at_ms, due_at_ms, visible, state
            FROM promise
            WHERE case_id IN (SELECT jsonb_array_elements_text($1::jsonb))
                AND state IN ('open', 'broken')
            ORDER BY made_at_ms, number LIMIT $2",
    };
    const OFFERS: Sql = Sql {
        sqlite: "
            SELECT case_id, body FROM offer
            WHERE case_id IN (SELECT value FROM json_each($1))
                AND state NOT IN ('accepted', 'withdrawn')
            ORDER BY made_at_ms, id LIMIT $2",
        postgres: "
            SELECT case_id, body FROM offer
            WHERE case_id IN (SELECT jsonb_array_elements_text($1::jsonb))
                AND state NOT IN ('accepted', 'withdrawn')
            ORDER BY made_at_ms, id LIMIT $2",
    };
    let ids = |all: &mut dyn Iterator<Item = &&CaseRow>| {
        let ids: Vec<&str> = all.map(|row| row.id.as_str()).collect();
        let most = i64::try_from(ids.len() * HANGING_MOST).unwrap_or(i64::MAX);
        let text = serde_json::to_string(&ids);
        text.map(|text| (text, most)).map_err(|error| StoreError::unreadable(READING, error))
    };
    let mut promises: HashMap<String, Vec<PromiseRow>> = HashMap::new();
    if rows.iter().any(|row| row.n_owed > 0) {
        let (ids, most) = ids(&mut rows.iter().filter(|row| row.n_owed > 0))?;
        let text = store.text(OWED);
        let owed: Vec<Owed> = on!(Store store, db => sqlx::query_as(text).bind(&ids).bind(most)
            .fetch_all(db).await)
        .doing(READING)?;
        for one in owed {
            promises.entry(one.case_id).or_default().push(one.promise);
        }
    }
    let mut offers: HashMap<String, Vec<String>> = HashMap::new();
    if !rows.is_empty() {
        let (ids, most) = ids(&mut rows.iter())?;
        let text = store.text(OFFERS);
        let open: Vec<(String, String)> = on!(Store store, db => sqlx::query_as(text).bind(&ids)
            .bind(most).fetch_all(db).await)
        .doing(READING)?;
        for (case, body) in open {
            offers.entry(case).or_default().push(body);
        }
    }
    let of = |row: &&CaseRow| {
        let promises = promises.get(&row.id).map_or(&[][..], Vec::as_slice);
        assemble(row, promises, offers.get(&row.id).map_or(&[][..], Vec::as_slice))
    };
    rows.iter().map(of).collect()
}

/// Writes the row of a case; `was` is the version it must have now, 0 when it must not be there.
/// `snippet` is kept when `None`. A new row is laid aside; one that is there shows at the commit.
///
/// # Errors
/// [`StoreError::Conflict`] when somebody else changed it in between.
pub(crate) async fn write(
    tx: &mut Tx,
    case: &Case,
    snippet: Option<&str>,
    was: u64,
) -> Result<(), StoreError> {
    if was == 0 { insert(tx, case, snippet) } else { update(tx, case, snippet, was).await }
}

/// The columns of a case in the order in which its two statements take them: what never changes
/// first.
fn columns(case: &Case, snippet: Option<&str>) -> Result<serde_json::Value, StoreError> {
    let text = |value: serde_json::Result<String>| {
        value.map_err(|error| StoreError::unreadable("writing a case", error))
    };
    let (closed_at, closing) = closing(&case.stage);
    let n_owed = case.promises.iter().filter(|promise| promise.is_owed()).count();
    let ms = |at: Option<Timestamp>| at.map(Timestamp::as_millisecond);
    Ok(serde_json::json!([
        case.id,
        case.number.0,
        case.unit,
        case.customer,
        case.channel.as_str(),
        case.subject,
        case.language,
        case.opened_at.as_millisecond(),
        case.team,
        case.owner,
        case.kind.as_str(),
        case.problem,
        snippet,
        case.stage.as_str(),
        text(serde_json::to_string(&case.stage))?,
        case.tray().as_str(),
        case.severity,
        text(serde_json::to_string(&case.facts))?,
        i64::from(case.facts.public),
        case.contacts,
        case.reopened,
        case.transfers,
        i64::from(case.escalated),
        case.conduct.as_str(),
        text(serde_json::to_string(&case.clocks))?,
        n_owed,
        ms(case.next_due()),
        urgency::order(case),
        ms(case.acknowledged_at),
        ms(case.answered_at),
        ms(case.waiting_since),
        ms(case.snoozed_until),
        ms(closed_at),
        closing.map(Closing::as_str),
        case.changed_at.as_millisecond(),
        case.version,
        text(serde_json::to_string(&case.undelivered))?,
        text(serde_json::to_string(&case.labels))?,
        text(serde_json::to_string(&case.topics))?,
        text(serde_json::to_string(&case.not_topics))?,
        case.back_on.map(|day| day.to_string()).unwrap_or_default(),
        i64::from(case.encrypted),
    ]))
}

fn insert(tx: &mut Tx, case: &Case, snippet: Option<&str>) -> Result<(), StoreError> {
    const CASE: Write = Write {
        doing: "writing a case",
        sql: Sql {
            sqlite: "
                INSERT INTO \"case\" (id, number, unit_id, customer_id, channel, subject, language,
                    opened_at_ms, team_id, owner_id, kind, problem, snippet, stage, stage_body,
                    tray, severity, facts, public, contacts, reopened, transfers, escalated,
                    conduct, clocks, n_owed, next_due_at_ms, queue_order, acknowledged_at_ms,
                    answered_at_ms, waiting_since_ms, snoozed_until_ms, closed_at_ms, closing,
                    changed_at_ms, version, undelivered, labels, topics, not_topics,
                    back_on, encrypted)
                SELECT column1, column2, column3, column4, column5,
                    column6, column7, column8, column9, column10,
                    column11, column12, COALESCE(column13, ''), column14,
                    column15, column16, column17, column18, column19,
                    column20, column21, column22, column23, column24,
                    column25, column26, column27, column28, column29,
                    column30, column31, column32, column33, column34,
                    column35, column36, column37, column38, column39, column40,
                    column41, column42
                FROM rows",
            postgres: "
                INSERT INTO \"case\" (id, number, unit_id, customer_id, channel, subject, language,
                    opened_at_ms, team_id, owner_id, kind, problem, snippet, stage, stage_body,
                    tray, severity, facts, public, contacts, reopened, transfers, escalated,
                    conduct, clocks, n_owed, next_due_at_ms, queue_order, acknowledged_at_ms,
                    answered_at_ms, waiting_since_ms, snoozed_until_ms, closed_at_ms, closing,
                    changed_at_ms, version, undelivered, labels, topics, not_topics,
                    back_on, encrypted)
                SELECT r ->> 0, (r ->> 1)::bigint, r ->> 2, r ->> 3, r ->> 4, r ->> 5, r ->> 6,
                    (r ->> 7)::bigint, r ->> 8, r ->> 9, r ->> 10, r ->> 11,
                    COALESCE(r ->> 12, ''), r ->> 13, r ->> 14, r ->> 15, (r ->> 16)::bigint,
                    r ->> 17, (r ->> 18)::bigint, (r ->> 19)::bigint, (r ->> 20)::bigint,
                    (r ->> 21)::bigint, (r ->> 22)::bigint, r ->> 23, r ->> 24,
                    (r ->> 25)::bigint, (r ->> 26)::bigint, (r ->> 27)::bigint,
                    (r ->> 28)::bigint, (r ->> 29)::bigint, (r ->> 30)::bigint,
                    (r ->> 31)::bigint, (r ->> 32)::bigint, r ->> 33, (r ->> 34)::bigint,
                    (r ->> 35)::bigint, r ->> 36, r ->> 37, r ->> 38, r ->> 39,
                    r ->> 40, (r ->> 41)::bigint
                FROM jsonb_array_elements($1::jsonb) AS t (r)",
        },
    };
    tx.later(CASE, &columns(case, snippet)?)
}

async fn update(
    tx: &mut Tx,
    case: &Case,
    snippet: Option<&str>,
    was: u64,
) -> Result<(), StoreError> {
    const SQL: Sql = Sql {
        sqlite: "
            UPDATE \"case\" SET team_id = r ->> 8, owner_id = r ->> 9, kind = r ->> 10,
                problem = r ->> 11, snippet = COALESCE(r ->> 12, snippet), stage = r ->> 13,
                stage_body = r ->> 14, tray = r ->> 15, severity = r ->> 16, facts = r ->> 17,
                public = r ->> 18, contacts = r ->> 19, reopened = r ->> 20,
                transfers = r ->> 21, escalated = r ->> 22, conduct = r ->> 23, clocks = r ->> 24,
                n_owed = r ->> 25, next_due_at_ms = r ->> 26, queue_order = r ->> 27,
                acknowledged_at_ms = r ->> 28, answered_at_ms = r ->> 29,
                waiting_since_ms = r ->> 30, snoozed_until_ms = r ->> 31, closed_at_ms = r ->> 32,
                closing = r ->> 33, changed_at_ms = r ->> 34, version = r ->> 35,
                undelivered = r ->> 36,
                labels = r ->> 37, topics = r ->> 38, not_topics = r ->> 39,
                back_on = r ->> 40, encrypted = r ->> 41
            FROM (SELECT $1 AS r) AS t
            WHERE id = r ->> 0 AND version = $2",
        postgres: "
            UPDATE \"case\" SET team_id = r ->> 8, owner_id = r ->> 9, kind = r ->> 10,
                problem = r ->> 11, snippet = COALESCE(r ->> 12, snippet), stage = r ->> 13,
                stage_body = r ->> 14, tray = r ->> 15, severity = (r ->> 16)::bigint,
                facts = r ->> 17, public = (r ->> 18)::bigint, contacts = (r ->> 19)::bigint,
                reopened = (r ->> 20)::bigint, transfers = (r ->> 21)::bigint,
                escalated = (r ->> 22)::bigint, conduct = r ->> 23, clocks = r ->> 24,
                n_owed = (r ->> 25)::bigint, next_due_at_ms = (r ->> 26)::bigint,
                queue_order = (r ->> 27)::bigint, acknowledged_at_ms = (r ->> 28)::bigint,
                answered_at_ms = (r ->> 29)::bigint, waiting_since_ms = (r ->> 30)::bigint,
                snoozed_until_ms = (r ->> 31)::bigint, closed_at_ms = (r ->> 32)::bigint,
                closing = r ->> 33, changed_at_ms = (r ->> 34)::bigint,
                version = (r ->> 35)::bigint, undelivered = r ->> 36,
                labels = r ->> 37, topics = r ->> 38, not_topics = r ->> 39,
                back_on = r ->> 40, encrypted = (r ->> 41)::bigint
            FROM (SELECT $1::jsonb AS r) AS t
            WHERE id = r ->> 0 AND version = $2",
    };
    let doing = "writing a case";
    let row = columns(case, snippet)?.to_string();
    let text = tx.text(SQL);
    let rows = on!(Tx tx, db => sqlx::query(text).bind(&row).bind(was.cast_signed())
        .execute(db).await.map(|done| done.rows_affected()))
    .doing(doing)?;
    if rows == 1 { Ok(()) } else { Err(StoreError::Conflict { doing }) }
}

fn closing(stage: &Stage) -> (Option<Timestamp>, Option<Closing>) {
    match stage {
        Stage::Closed { because, at } => (Some(*at), Some(*because)),
        _ => (None, None),
    }
}
