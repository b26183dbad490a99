//! The relationship panel of a case: who it is, what was read, what was promised, what came before.

use crate::screen::{Screen, closing_words};
use crate::topic::lines::{TopicLine, lines as topic_lines};
use crate::view::case::CaseView;
use crate::view::promises::away;
use domain::case::{Case, Closing};
use domain::id::{CaseNumber, CustomerId, StaffId};
use domain::offer::OfferState;
use domain::permit::Act;
use domain::promise::PromiseState;
use domain::urgency::reach;
use reading::archetype::Archetype;
use sqlx::FromRow;
use store::{Context, Doing, Store, StoreError, on};
use web::time_words::DueClock;
use web::words;

/// Cases shown as history.
const HISTORY: i64 = 5;

/// Everything the panel shows, finished.
pub struct Panel {
    /// Who it is.
    pub who: Vec<(&'static str, String)>,
    /// Their page, where it may be read.
    pub customer_link: Option<String>,
    /// Their number.
    pub customer_number: i64,
    /// What the relationship is worth.
    pub worth: Vec<(&'static str, String)>,
    /// How that was reckoned.
    pub formula: String,
    /// How they may like to be treated.
    pub hints: Vec<HintLine>,
    /// What was read, and why.
    pub reading: Vec<(&'static str, String)>,
    /// What the case is about.
    pub topics: Vec<TopicLine>,
    /// That they are away, and until when; empty when they are not.
    pub away: String,
    /// What was promised.
    pub promises: Vec<PromiseLine>,
    /// How promises to them went.
    pub promise_counts: String,
    /// What was offered.
    pub offers: Vec<OfferLine>,
    /// How many could see it, in words.
    pub reach_words: String,
    /// How many could see it, on the scale.
    pub reach_x: u32,
    /// Their earlier cases.
    pub history: Vec<(String, String, String)>,
}

/// A promise in the panel.
pub struct PromiseLine {
    /// Its id.
    pub id: String,
    /// What comes after "We will".
    pub words: String,
    /// Who keeps it.
    pub keeper: String,
    /// `open`, `broken` or `kept`.
    pub state: &'static str,
    /// When it must be kept.
    pub due: DueClock,
}

/// An offer in the panel.
pub struct OfferLine {
    /// Its id.
    pub id: String,
    /// What was offered.
    pub words: String,
    /// How far it is.
    pub state: String,
    /// What the customer said to it.
    pub answer: Option<String>,
    /// Whether the reader may decide about it.
    pub may_approve: bool,
    /// Whether the reader may take it back.
    pub may_withdraw: bool,
}

#[derive(FromRow)]
struct CustomerRow {
    number: i64,
    language: String,
    since_ms: i64,
    wishes: String,
    needs_care: i64,
}

#[derive(FromRow)]
struct PastRow {
    number: i64,
    subject: String,
    stage: String,
    closing: Option<String>,
}

impl Panel {
    /// Reads the panel of a case that was already shown to be theirs.
    pub async fn of(ctx: &Context, screen: &Screen, view: &CaseView) -> Result<Panel, StoreError> {
        let store = &ctx.store;
        let case = &view.case;
        // None of these waits for another.
        let read = async {
            tokio::try_join!(
                customer(store, case.customer),
                promise_counts(store, case.customer),
                promises(store, screen, case),
                worth(store, case),
                hints(store, case.customer, screen),
                reading(store, view),
                topic_lines(store, case),
                history(ctx, screen, view),
            )
        };
        let (customer, promise_counts, promises, worth, hints, reading, topics, history) =
            read.await?;
        let (worth, formula) = worth;
        let known = case.facts.reach_known;
        Ok(Panel {
            customer_number: customer.as_ref().map_or(0, |customer| customer.number),
            worth,
            formula,
            hints,
            who: who(view, customer.as_ref(), screen),
            customer_link: customer
                .filter(|_| screen.may(Act::ReadCustomer))
                .map(|customer| format!("/customers/{}", customer.number)),
            reading,
            topics,
            away: away(case.back_on, screen.today()),
            promises,
            promise_counts,
            offers: offers(screen, view),
            reach_words: reach_words(known),
            reach_x: reach_x(reach(known)),
            history,
        })
    }
}

async fn promises(
    store: &Store,
    screen: &Screen,
    case: &Case,
) -> Result<Vec<PromiseLine>, StoreError> {
    let mut lines = Vec::new();
    for promise in case.promises.iter().filter(|promise| promise.is_owed()) {
        lines.push(PromiseLine {
            id: promise.id.to_string(),
            words: promise.words.clone(),
            keeper: staff_name(store, promise.keeper).await?,
            state: if promise.state == PromiseState::Broken { "broken" } else { "open" },
            due: screen.due(promise.due_at, promise.made_at),
        });
    }
    Ok(lines)
}

/// A hint on how somebody complains. Nothing but this panel and the coach reads one: it never
/// changes order, clocks or remedies.
pub struct HintLine {
    /// Which way of complaining.
    pub archetype: &'static str,
    /// What it is called.
    pub title: String,
    /// What it means.
    pub words: &'static str,
    /// How sure we are.
    pub strength: &'static str,
    /// What it rests on.
    pub evidence: Vec<String>,
    /// What helps.
    pub helps: &'static str,
}

/// Hints that have not ended and that nobody called wrong in the last half year.
async fn hints(
    store: &Store,
    customer: CustomerId,
    screen: &Screen,
) -> Result<Vec<HintLine>, StoreError> {
    const SQL: &str = "
        SELECT archetype, strength, evidence FROM archetype_hint
        WHERE customer_id = $1 AND ends_at_ms > $2
            AND (refuted_at_ms IS NULL OR refuted_at_ms < $2 - 15552000000)
        ORDER BY strength DESC, archetype LIMIT 2";
    let now = screen.now.as_millisecond();
    let rows: Vec<(String, f64, String)> = on!(Store store, db => sqlx::query_as(SQL)
        .bind(customer.to_string()).bind(now).fetch_all(db).await)
    .doing("reading hints")?;
    let line = |(word, strength, evidence): (String, f64, String)| {
        let archetype = Archetype::of_word(&word)?;
        Some(HintLine {
            archetype: archetype.word(),
            title: format!("Leans {}", archetype.word().replace('_', " ")),
            words: archetype.in_words(),
            strength: Archetype::strength_in_words(strength as f32),
            evidence: evidence.lines().map(str::to_owned).collect(),
            helps: archetype.what_helps(),
        })
    };
    Ok(rows.into_iter().filter_map(line).collect())
}

/// What the customer is worth and what is at risk, in words; and how it came about.
async fn worth(
    store: &Store,
    case: &Case,
) -> Result<(Vec<(&'static str, String)>, String), StoreError> {
    const SQL: &str = "
        SELECT expected_minor, low_minor, high_minor, currency, lower_share, formula
        FROM customer_value WHERE customer_id = $1";
    let found: Option<(i64, i64, i64, String, f64, String)> =
        on!(Store store, db => sqlx::query_as(SQL).bind(case.customer.to_string())
            .fetch_optional(db).await)
        .doing("reading what a customer is worth")?;
    let Some((expected, low, high, currency, share, formula)) = found else {
        return Ok((Vec::new(), String::new()));
    };
    let money = |minor: i64| words::money(minor, &currency);
    let band = match share {
        share if share >= 0.8 => "high",
        share if share >= 0.3 => "middle",
        _ => "low",
    };
    let risk = reading::value::at_risk(expected, case.severity);
    let facts = vec![
        ("Value", format!("{band}, {} ({} to {})", money(expected), money(low), money(high))),
        ("At risk", format!("{}, assumed from the severity", money(risk))),
    ];
    Ok((facts, formula))
}

fn who(view: &CaseView, row: Option<&CustomerRow>, screen: &Screen) -> Vec<(&'static str, String)> {
    let mut who = vec![("Name", view.customer.clone())];
    if let Some(email) = &view.email {
        who.push(("E-mail", email.clone()));
    }
    let Some(row) = row else { return who };
    let language = if row.language.is_empty() { &view.case.language } else { &row.language };
    if !language.is_empty() {
        who.push(("Language", words::language(language).to_owned()));
    }
    if let Ok(since) = jiff::Timestamp::from_millisecond(row.since_ms) {
        let year = since.to_zoned(screen.zone.clone()).year();
        who.push(("With us since", year.to_string()));
    }
    if !row.wishes.is_empty() {
        who.push(("Prefers", row.wishes.clone()));
    }
    if row.needs_care != 0 {
        who.push(("Care", "needs extra care, told us so".to_owned()));
    }
    who
}

async fn customer(store: &Store, id: CustomerId) -> Result<Option<CustomerRow>, StoreError> {
    const SQL: &str = "
        SELECT number, language, since_ms, wishes, needs_care FROM customer WHERE id = $1";
    on!(Store store, db => sqlx::query_as(SQL).bind(id.to_string()).fetch_optional(db).await)
        .doing("reading a customer")
}

/// The name of a colleague.
pub(crate) async fn staff_name(store: &Store, id: StaffId) -> Result<String, StoreError> {
    const SQL: &str = "SELECT name FROM staff WHERE id = $1";
    let name: Option<String> = on!(Store store, db => sqlx::query_scalar(SQL).bind(id.to_string())
            .fetch_optional(db).await)
    .doing("reading a colleague's name")?;
    Ok(name.unwrap_or_default())
}

async fn promise_counts(store: &Store, customer: CustomerId) -> Result<String, StoreError> {
    const SQL: &str = "
        SELECT p.state, COUNT(*) FROM promise p JOIN \"case\" c ON c.id = p.case_id
        WHERE c.customer_id = $1 GROUP BY p.state ORDER BY p.state";
    let rows: Vec<(String, i64)> = on!(Store store, db => sqlx::query_as(SQL)
        .bind(customer.to_string()).fetch_all(db).await)
    .doing("counting promises")?;
    let said: Vec<String> = rows
        .iter()
        .filter(|(state, _)| state != "open")
        .map(|(state, n)| format!("{n} {}", state.replace('_', " ")))
        .collect();
    Ok(if said.is_empty() { "None made before.".to_owned() } else { said.join(" · ") })
}

async fn reading(
    store: &Store,
    view: &CaseView,
) -> Result<Vec<(&'static str, String)>, StoreError> {
    const SQL: &str = "
        SELECT f.reading, k.is_right FROM feedback f
        LEFT JOIN correction k ON k.feedback_id = f.id AND k.label = 'feeling'
        WHERE f.case_id = $1 ORDER BY f.received_at_ms DESC, f.id LIMIT 1";
    let case = &view.case;
    let found: Option<(String, Option<String>)> = on!(Store store, db => sqlx::query_as(SQL)
        .bind(case.id.to_string()).fetch_optional(db).await)
    .doing("reading what was understood")?;
    let (read, felt) = found.unzip();
    let read = read.map(|kept| reading::kept::full(&kept));
    let mut facts = vec![
        ("Kind", case.kind.as_str().to_owned()),
        ("Severity", format!("{} of 4", case.severity)),
    ];
    if let Some(read) = read {
        let feeling = read.pointer("/feeling/value").and_then(serde_json::Value::as_str);
        let feeling = felt.flatten().or_else(|| feeling.map(str::to_owned));
        facts.extend(feeling.map(|feeling| ("Feeling", feeling)));
        let because = because(&read);
        if !because.is_empty() {
            facts.push(("Because of", because));
        }
    }
    Ok(facts)
}

/// The words of the customer that speak for the reading, at most five. What the reader counted
/// over the whole text has no place in it and is left to `redress read`.
fn because(read: &serde_json::Value) -> String {
    const MOST: usize = 5;
    let mut said: Vec<String> = Vec::new();
    for part in ["severity", "kind", "feeling"] {
        let reasons = read.pointer(&format!("/{part}/because")).and_then(|all| all.as_array());
        for reason in reasons.into_iter().flatten() {
            let Some(words) = reason["feature"].as_str() else { continue };
            let stands_there = reason["span"]["end"].as_u64() > reason["span"]["start"].as_u64();
            let speaks_for_it = reason["weight"].as_f64().is_some_and(|weight| weight > 0.0);
            let words = format!("“{words}”");
            if stands_there && speaks_for_it && !said.contains(&words) {
                said.push(words);
            }
        }
    }
    said.truncate(MOST);
    said.join(", ")
}

fn offers(screen: &Screen, view: &CaseView) -> Vec<OfferLine> {
    let may_approve = screen.may(Act::ApproveOffer);
    let line = |offer: &domain::offer::Offer| {
        let words: Vec<&str> = offer.options.iter().map(|option| option.words.as_str()).collect();
        OfferLine {
            id: offer.id.to_string(),
            words: match words.as_slice() {
                [] => "What would be fair?".to_owned(),
                words => words.join(" · or · "),
            },
            state: offer.state.as_str().replace('_', " "),
            answer: offer.answer.clone(),
            may_approve: may_approve && offer.state == OfferState::NeedsApproval,
            may_withdraw: screen.may(Act::Offer),
        }
    };
    view.case.offers.iter().map(line).collect()
}

fn reach_words(known: Option<u64>) -> String {
    let treated = words::count(reach(known));
    match known {
        Some(known) => format!("Treated as {treated}. Known followers {}.", words::count(known)),
        None => format!("Treated as {treated}. Known followers: unknown."),
    }
}

/// Place on the scale from 10,000 (8) to 10 million (292), logarithmic.
fn reach_x(reach: u64) -> u32 {
    let place = ((reach as f64).log10() - 4.0).clamp(0.0, 3.0) / 3.0;
    8 + (place * 284.0).round() as u32
}

async fn history(
    ctx: &Context,
    screen: &Screen,
    view: &CaseView,
) -> Result<Vec<(String, String, String)>, StoreError> {
    const SQL: &str = concat!(
        "SELECT c.number, c.subject, c.stage, c.closing FROM \"case\" c
         WHERE c.customer_id = $3 AND c.number <> $4 AND ",
        store::visible!(),
        " ORDER BY c.opened_at_ms DESC, c.id LIMIT $5"
    );
    let reach = &screen.reach;
    let rows: Vec<PastRow> = on!(Store &ctx.store, db => sqlx::query_as(SQL).bind(&reach.scope)
        .bind(&reach.staff).bind(view.case.customer.to_string()).bind(view.case.number.0)
        .bind(HISTORY).fetch_all(db).await)
    .doing("reading a customer's earlier cases")?;
    let line = |row: PastRow| {
        let closing = row.closing.as_deref().and_then(Closing::from_word);
        let how =
            closing.map_or_else(|| row.stage.replace('_', " "), |c| closing_words(c).to_owned());
        (CaseNumber(row.number).to_string(), row.subject, how)
    };
    Ok(rows.into_iter().map(line).collect())
}
