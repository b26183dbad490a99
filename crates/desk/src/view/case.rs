//! One case as staff see it: the case, the people, and the thread with its last entries first.

use crate::recipient::view::{RecipientFate, fates};
use crate::screen::Screen;
use casework::case::sql::{CaseRow, case_columns, fill, id};
use domain::case::Case;
use domain::event::{Actor, Entry, Event};
use domain::id::{CaseId, CaseNumber};
use domain::message::Delivery;
use domain::urgency::{self, Reason};
use sqlx::FromRow;
use std::collections::BTreeMap;
use store::event::StoredEvent;
use store::scope::Reach;
use store::{Context, Doing, Store, StoreError, on};
use web::Problem;

/// Entries of the thread that a page shows first.
pub const ENTRIES: u32 = 20;

/// A case as staff see it.
#[derive(Clone, Debug, PartialEq)]
pub struct CaseView {
    /// The case.
    pub case: Case,
    /// Whose case it is.
    pub customer: String,
    /// Their e-mail address.
    pub email: Option<String>,
    /// Who has it.
    pub owner: Option<String>,
    /// The team it lies with.
    pub team: String,
    /// Why it is where it is.
    pub reasons: Vec<Reason>,
    /// The version up to which the reader has read it.
    pub seen: u64,
    /// The last entries of the thread, oldest first.
    pub thread: Thread,
}

/// A stretch of the thread.
#[derive(Clone, Debug, PartialEq)]
pub struct Thread {
    /// Entries, oldest first.
    pub entries: Vec<ThreadEntry>,
    /// How many entries lie before them.
    pub earlier: u64,
}

/// One entry of the thread.
#[derive(Clone, Debug, PartialEq)]
pub struct ThreadEntry {
    /// The entry of the record. Messages and notes are in its event.
    pub entry: Entry,
    /// Who did it, as shown: a name, or the name of a rule.
    pub who: String,
    /// To whom: the name of the colleague or team a case was given to; empty otherwise.
    pub whom: String,
    /// For outgoing messages: how far it has come, and what was answered.
    pub delivery: Option<Fate>,
    /// Who else got it.
    pub also: Vec<RecipientFate>,
}

/// How far a message of ours has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fate {
    /// How far.
    pub delivery: Delivery,
    /// What was answered or reported.
    pub detail: String,
    /// Whether it waits for a person to send it again or to take it as arrived.
    pub may_decide: bool,
}

#[derive(FromRow)]
struct Row {
    #[sqlx(flatten)]
    case: CaseRow,
    customer_name: Option<String>,
    email: Option<String>,
    owner_name: Option<String>,
    team_name: Option<String>,
    seen: i64,
}

/// The case with this number; `None` both when there is none and when it is not theirs.
///
/// # Errors
/// When the engine fails.
pub async fn case_view(
    ctx: &Context,
    reach: &Reach,
    number: CaseNumber,
) -> Result<Option<CaseView>, StoreError> {
    const SQL: &str = concat!(
        "SELECT ",
        case_columns!(),
        ", (SELECT u.name FROM customer u WHERE u.id = c.customer_id) AS customer_name,
           (SELECT i.value FROM identity i WHERE i.customer_id = c.customer_id
            AND i.kind = 'email'
            ORDER BY CASE WHEN i.preferred_at_ms IS NULL THEN 1 ELSE 0 END, i.preferred_at_ms DESC,
                CASE WHEN i.verified_at_ms IS NULL THEN 1 ELSE 0 END, i.made_at_ms, i.value
            LIMIT 1) AS email,
           (SELECT s.name FROM staff s WHERE s.id = c.owner_id) AS owner_name,
           (SELECT t.name FROM team t WHERE t.id = c.team_id) AS team_name,
           COALESCE((SELECT e.version FROM case_seen e
                     WHERE e.case_id = c.id AND e.staff_id = $2), 0) AS seen
         FROM \"case\" c WHERE c.number = $3 AND ",
        store::visible!()
    );
    let now = ctx.now();
    let row: Option<Row> = on!(Store &ctx.store, db => sqlx::query_as(SQL).bind(&reach.scope)
        .bind(&reach.staff).bind(number.0).fetch_optional(db).await)
    .doing("reading a case")?;
    let Some(row) = row else { return Ok(None) };
    let (case, thread) = tokio::try_join!(
        fill(&ctx.store, &row.case),
        thread_for_checked(&ctx.store, id(&row.case.id)?, u64::MAX, ENTRIES),
    )?;
    Ok(Some(CaseView {
        reasons: urgency::reasons(&case, now),
        case,
        customer: row.customer_name.unwrap_or_default(),
        email: row.email,
        owner: row.owner_name,
        team: row.team_name.unwrap_or_default(),
        seen: row.seen.unsigned_abs(),
        thread,
    }))
}

/// Entries of the thread before entry `before` ("Show earlier"); `None` when the case is not
/// theirs.
///
/// # Errors
/// When the engine fails.
pub async fn earlier(
    ctx: &Context,
    reach: &Reach,
    number: CaseNumber,
    before: u64,
    most: u32,
) -> Result<Option<Thread>, StoreError> {
    const SQL: &str =
        concat!("SELECT c.id FROM \"case\" c WHERE c.number = $3 AND ", store::visible!());
    let found: Option<String> = on!(Store &ctx.store, db => sqlx::query_scalar(SQL)
        .bind(&reach.scope).bind(&reach.staff).bind(number.0).fetch_optional(db).await)
    .doing("reading a case")?;
    let Some(case) = found else { return Ok(None) };
    thread_for_checked(&ctx.store, id(&case)?, before, most.min(200)).await.map(Some)
}

/// Entries before `before`, for work that has already checked who asks. Steps of delivery are
/// left out: they show on the message itself.
async fn thread_for_checked(
    store: &Store,
    case: CaseId,
    before: u64,
    most: u32,
) -> Result<Thread, StoreError> {
    const SQL: &str = "
        SELECT seq, written_in, case_id, n, at_ms, actor, name, body, previous, hash FROM event
        WHERE case_id = $1 AND n < $2
          AND name NOT IN ('delivery_changed', 'clock_set', 'clock_met')
        ORDER BY n DESC LIMIT $3";
    const EARLIER: &str = "
        SELECT COUNT(*) FROM event WHERE case_id = $1 AND n < $2
          AND name NOT IN ('delivery_changed', 'clock_set', 'clock_met')";
    let doing = "reading the thread of a case";
    let key = case.to_string();
    let before = i64::try_from(before).unwrap_or(i64::MAX);
    let mut stored: Vec<StoredEvent> = on!(Store store, db => sqlx::query_as(SQL).bind(&key)
        .bind(before).bind(i64::from(most)).fetch_all(db).await)
    .doing(doing)?;
    stored.reverse();
    let first = stored.first().map_or(0, |event| event.n);
    let earlier: i64 = on!(Store store, db => sqlx::query_scalar(EARLIER).bind(&key).bind(first)
        .fetch_one(db).await)
    .doing(doing)?;
    let mut names = Names::default();
    let mut entries = Vec::with_capacity(stored.len());
    for event in &stored {
        let entry = event.entry()?;
        let who = names.of(store, &entry.actor).await?;
        let delivery = match &entry.event {
            Event::Sent { message, .. } => delivery(store, &message.id.to_string()).await?,
            _ => None,
        };
        let also = match &entry.event {
            Event::Sent { message, .. } if !message.also.is_empty() => {
                fates(store, &message.id.to_string()).await?
            }
            _ => Vec::new(),
        };
        let whom = names.receiver(store, &entry.event).await?;
        entries.push(ThreadEntry { entry, who, whom, delivery, also });
    }
    Ok(Thread { entries, earlier: earlier.unsigned_abs() })
}

async fn delivery(store: &Store, message: &str) -> Result<Option<Fate>, StoreError> {
    const SQL: &str = "
        SELECT m.delivery, m.delivery_detail, COALESCE(o.state, '')
        FROM message m LEFT JOIN outbox o ON o.key = m.id WHERE m.id = $1";
    let found: Option<(String, String, String)> =
        on!(Store store, db => sqlx::query_as(SQL).bind(message).fetch_optional(db).await)
            .doing("reading how far a message has come")?;
    Ok(found.and_then(|(word, detail, letter)| {
        let may_decide = matches!(letter.as_str(), "uncertain" | "failed");
        Some(Fate { delivery: Delivery::from_word(&word)?, detail, may_decide })
    }))
}

const STAFF: &str = "SELECT name FROM staff WHERE id = $1";

/// Names of those who act, each looked up once.
#[derive(Default)]
pub struct Names {
    known: BTreeMap<String, String>,
}

impl Names {
    /// The name of whoever acted.
    pub async fn of(&mut self, store: &Store, actor: &Actor) -> Result<String, StoreError> {
        const CUSTOMER: &str = "SELECT name FROM customer WHERE id = $1";
        match actor {
            Actor::Staff(id) => self.named(store, STAFF, id.to_string()).await,
            Actor::Customer(id) => self.named(store, CUSTOMER, id.to_string()).await,
            Actor::Rule(name) => Ok(name.clone()),
        }
    }

    /// Whom an event gave the case to; empty for every other event.
    pub(crate) async fn receiver(
        &mut self,
        store: &Store,
        event: &Event,
    ) -> Result<String, StoreError> {
        const TEAM: &str = "SELECT name FROM team WHERE id = $1";
        match event {
            Event::Assigned { owner: Some(id) } | Event::Transferred { owner: Some(id), .. } => {
                self.named(store, STAFF, id.to_string()).await
            }
            Event::Transferred { team, .. } => self.named(store, TEAM, team.to_string()).await,
            _ => Ok(String::new()),
        }
    }

    async fn named(
        &mut self,
        store: &Store,
        sql: &'static str,
        key: String,
    ) -> Result<String, StoreError> {
        if let Some(name) = self.known.get(&key) {
            return Ok(name.clone());
        }
        let name: Option<String> =
            on!(Store store, db => sqlx::query_scalar(sql).bind(&key).fetch_optional(db).await)
                .doing("reading a name")?;
        let name = name.unwrap_or_default();
        self.known.insert(key, name.clone());
        Ok(name)
    }
}

/// The case that a page is about, when it is theirs.
pub async fn load(ctx: &Context, screen: &Screen, number: &str) -> Result<CaseView, Problem> {
    let number: CaseNumber = number.parse().map_err(|_| missing())?;
    case_view(ctx, &screen.reach, number).await?.ok_or_else(missing)
}

/// What is not theirs looks like what does not exist.
pub fn missing() -> Problem {
    Problem::missing("case_missing", "There is no such case among yours.")
}
