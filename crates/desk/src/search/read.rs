//! Finding cases, with the sentence that matched.

use crate::search::rules::{self, Query};
use crate::view::filter::Filter;
use crate::view::filtered::filtered;
use crate::view::queue::{Lane, QueuePlace, QueueRow, View, rows_of};
use casework::label::sql as label_sql;
use casework::policy::Policy;
use domain::id::{CaseNumber, LabelId};
use domain::label::LabelKind;
use domain::urgency;
use std::collections::{HashMap, HashSet};
use store::scope::Reach;
use store::search::{Hit, Words, fold};
use store::{Context, Doing, Sql, StoreError, on};

/// Rows of one page.
pub const ROWS: usize = 20;
/// Hits looked at for one page; a search that filters away more goes on at the next page.
const HITS: u32 = 100;
const ROUNDS: u32 = 10;

/// A case that was found.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// The case as a row of the queue.
    pub row: QueueRow,
    /// Where the words stood: `subject`, `message`, `note`, `person`, `answer`; empty when no
    /// words were searched for.
    pub kind: String,
    /// The sentence that matched.
    pub sentence: String,
}

/// A page of what was found.
#[derive(Clone, Debug, PartialEq)]
pub struct SearchPage {
    /// At most [`ROWS`] cases, newest words first.
    pub found: Vec<Found>,
    /// Where the next page begins: hand it back as `after`.
    pub next: Option<String>,
    /// Words that stand nowhere, when nothing was found.
    pub nowhere: Vec<String>,
    /// Whether words were shortened because nothing matched them whole.
    pub loosened: bool,
}

/// Searches the cases the reader may see.
///
/// # Errors
/// When the engine fails.
pub async fn search(
    ctx: &Context,
    reach: &Reach,
    line: &str,
    after: Option<&str>,
) -> Result<SearchPage, StoreError> {
    let policy = Policy::of(&ctx.store).await?;
    let query = rules::read(line, policy.clocks.hours.zone());
    let query = Asked { labels: labelled(ctx, &query).await?, query };
    if query.labels.iter().any(|(_, carried)| carried.is_empty()) {
        let unknown = query.labels.iter().filter(|(_, carried)| carried.is_empty());
        let nowhere = unknown.map(|(said, _)| said.clone()).collect();
        return Ok(SearchPage { nowhere, ..page(Vec::new(), None) });
    }
    let words = Words::read(&query.query.words);
    if words.is_empty() {
        return by_operators(ctx, reach, &query, after).await;
    }
    let mut page = by_words_or_beginnings(ctx, reach, &query, &words, after).await?;
    if page.found.is_empty() && after.is_none() {
        let loose = words.loosened();
        page = by_words(ctx, reach, &query, &loose, None).await?;
        page.loosened = true;
    }
    if let Some(number) = query.query.number.filter(|_| after.is_none()) {
        put_first(ctx, reach, &mut page, number).await?;
    }
    if page.found.is_empty() {
        for (word, single) in words.singles() {
            if ctx.store.search(reach, &single, i64::MAX, 1).await?.is_empty() {
                page.nowhere.push(word);
            }
        }
    }
    Ok(page)
}

/// A search line with the labels that its words mean.
struct Asked {
    query: Query,
    /// What was said, and the labels with that in their names.
    labels: Vec<(String, Vec<LabelId>)>,
}

async fn labelled(ctx: &Context, query: &Query) -> Result<Vec<(String, Vec<LabelId>)>, StoreError> {
    if query.labels.is_empty() {
        return Ok(Vec::new());
    }
    let listed = label_sql::list(&ctx.store).await?;
    let meant = |(kind, part): &(LabelKind, String)| {
        let fits = listed
            .iter()
            .filter(|label| label.kind == *kind && label.name.to_lowercase().contains(part));
        (format!("{}:{part}", kind.as_str()), fits.map(|label| label.id).collect())
    };
    Ok(query.labels.iter().map(meant).collect())
}

async fn put_first(
    ctx: &Context,
    reach: &Reach,
    page: &mut SearchPage,
    number: CaseNumber,
) -> Result<(), StoreError> {
    let Some(row) = crate::view::queue::row_by_number(ctx, reach, number).await? else {
        return Ok(());
    };
    page.found.retain(|found| found.row.case.id != row.case.id);
    page.found.insert(0, Found { row, kind: String::new(), sentence: String::new() });
    Ok(())
}

/// What the cursor begins with that goes on with whole words.
const WHOLE: &str = "w";

/// The last word may still be being typed, so it also counts as a beginning; but where it fills a
/// page as it stands, that is what was meant.
async fn by_words_or_beginnings(
    ctx: &Context,
    reach: &Reach,
    query: &Asked,
    words: &Words,
    after: Option<&str>,
) -> Result<SearchPage, StoreError> {
    let of_whole = after.and_then(|after| after.strip_prefix(WHOLE));
    if after.is_some() && of_whole.is_none() {
        return by_words(ctx, reach, query, words, after).await;
    }
    let mut page = by_words(ctx, reach, query, &words.whole(), of_whole).await?;
    if after.is_none() && page.found.len() < ROWS {
        return by_words(ctx, reach, query, words, None).await;
    }
    page.next = page.next.map(|next| format!("{WHOLE}{next}"));
    Ok(page)
}

async fn by_words(
    ctx: &Context,
    reach: &Reach,
    query: &Asked,
    words: &Words,
    after: Option<&str>,
) -> Result<SearchPage, StoreError> {
    let mut before = after.and_then(|after| after.parse().ok()).unwrap_or(i64::MAX);
    let mut found: Vec<(Hit, QueueRow)> = Vec::new();
    let mut is_over = false;
    for _ in 0..ROUNDS {
        let hits = ctx.store.search(reach, words, before, HITS).await?;
        is_over = hits.len() < HITS as usize;
        before = hits.last().map_or(before, |hit| hit.id);
        if let Some(filled_at) = fill_page(ctx, reach, query, hits, &mut found).await? {
            before = filled_at;
            is_over = false;
            break;
        }
        if is_over {
            break;
        }
    }
    let folded: Vec<&str> = words.folded().collect();
    let texts = texts_of(ctx, &found).await?;
    let told = |(hit, row): (Hit, QueueRow)| {
        let text = match hit.kind.as_str() {
            "message" | "note" => texts.get(&hit.thing_id).map_or("", String::as_str),
            "person" => &row.customer,
            "subject" => row.case.problem_line(),
            _ => &row.snippet,
        };
        Found { sentence: rules::sentence(text, &folded, fold), kind: hit.kind, row }
    };
    let found = found.into_iter().map(told).collect();
    Ok(page(found, (!is_over).then(|| before.to_string())))
}

/// Adds to the page what fits among the hits, a case once; where the page is full with that, the
/// hit that filled it.
async fn fill_page(
    ctx: &Context,
    reach: &Reach,
    query: &Asked,
    hits: Vec<Hit>,
    found: &mut Vec<(Hit, QueueRow)>,
) -> Result<Option<i64>, StoreError> {
    let mut there: HashSet<String> = found.iter().map(|(hit, _)| hit.case_id.clone()).collect();
    let hits: Vec<Hit> = hits.into_iter().filter(|hit| there.insert(hit.case_id.clone())).collect();
    // As a rule the first that are looked at fill the page.
    for some in hits.chunks(ROWS) {
        let cases: Vec<&str> = some.iter().map(|hit| hit.case_id.as_str()).collect();
        let rows = rows_of(ctx, reach, &cases).await?;
        let mut rows: HashMap<String, QueueRow> =
            rows.into_iter().map(|row| (row.case.id.to_string(), row)).collect();
        for hit in some {
            let Some(row) = rows.remove(&hit.case_id) else { continue };
            if !fits(ctx, query, &row).await? {
                continue;
            }
            found.push((hit.clone(), row));
            if found.len() == ROWS {
                return Ok(Some(hit.id));
            }
        }
    }
    Ok(None)
}

fn page(found: Vec<Found>, next: Option<String>) -> SearchPage {
    SearchPage { found, next, nowhere: Vec::new(), loosened: false }
}

/// Views that hold every case that can fit, in the order one looks through them.
fn views(query: &Query) -> &'static [View] {
    match query.open {
        Some(true) => &[View::Open, View::Snoozed, View::Ideas],
        Some(false) => &[View::Closed],
        None => &[View::Open, View::Snoozed, View::Ideas, View::Closed],
    }
}

/// Where a search without words goes on: the view and the place in it.
fn place_of(after: &str) -> Option<(View, Option<QueuePlace>)> {
    let (view, place) = after.split_once('.')?;
    Some((View::from_word(view)?, QueuePlace::read(place)))
}

fn cursor(view: View, place: Option<&QueuePlace>) -> String {
    let place = place.map(ToString::to_string).unwrap_or_default();
    format!("{}.{place}", view.as_str())
}

async fn by_operators(
    ctx: &Context,
    reach: &Reach,
    asked: &Asked,
    after: Option<&str>,
) -> Result<SearchPage, StoreError> {
    let views = views(&asked.query);
    let (view, mut place) = after.and_then(place_of).unwrap_or((views[0], None));
    let mut left = views.iter().skip_while(|each| **each != view).copied();
    // One label that is meant for certain: then the engine looks for it.
    let label = match asked.labels.as_slice() {
        [(_, carried)] if carried.len() == 1 => carried.first().copied(),
        _ => None,
    };
    let filter = Filter { label, ..Filter::default() };
    let Some(mut view) = left.next() else { return Ok(page(Vec::new(), None)) };
    let mut found = Vec::new();
    for _ in 0..ROUNDS {
        let rows = filtered(ctx, reach, Lane::All, view, &filter, place.as_ref()).await?;
        for row in rows.rows {
            if !fits(ctx, asked, &row).await? {
                continue;
            }
            let here = QueuePlace::of(&row.case);
            found.push(Found { row, kind: String::new(), sentence: String::new() });
            if found.len() == ROWS {
                return Ok(page(found, Some(cursor(view, Some(&here)))));
            }
        }
        place = rows.next;
        if place.is_none() {
            match left.next() {
                Some(next) => view = next,
                None => return Ok(page(found, None)),
            }
        }
    }
    Ok(page(found, Some(cursor(view, place.as_ref()))))
}

async fn fits(ctx: &Context, asked: &Asked, row: &QueueRow) -> Result<bool, StoreError> {
    let (case, query) = (&row.case, &asked.query);
    let carries = |all: &[LabelId]| all.iter().any(|label| case.labels.contains(label));
    let plain = query.open.is_none_or(|open| open != case.stage.is_closed())
        && (!query.promise_broken || case.has_broken_promise())
        && query.before.is_none_or(|before| case.opened_at < before)
        && asked.labels.iter().all(|(_, meant)| carries(meant))
        && query.reach_above.is_none_or(|n| urgency::reach(case.facts.reach_known) > n);
    match &query.from {
        Some(from) if plain && !row.customer.to_lowercase().contains(from) => {
            is_reached_at(ctx, row, from).await
        }
        _ => Ok(plain),
    }
}

async fn is_reached_at(ctx: &Context, row: &QueueRow, part: &str) -> Result<bool, StoreError> {
    const SQL: &str = "SELECT value FROM identity WHERE customer_id = $1 ORDER BY value LIMIT 50";
    let customer = row.case.customer.to_string();
    let values: Vec<String> =
        on!(Store &ctx.store, db => sqlx::query_scalar(SQL).bind(&customer).fetch_all(db).await)
            .doing("reading how a customer is reached")?;
    Ok(values.iter().any(|value| value.to_lowercase().contains(part)))
}

/// The texts of messages and private notes that were found, by their ids.
async fn texts_of(
    ctx: &Context,
    found: &[(Hit, QueueRow)],
) -> Result<HashMap<String, String>, StoreError> {
    const MESSAGES: Sql = Sql {
        sqlite: "
            SELECT id, text FROM message WHERE id IN (SELECT value FROM json_each($1))
            ORDER BY id LIMIT 1000",
        postgres: "
            SELECT id, text FROM message WHERE id IN (SELECT jsonb_array_elements_text($1::jsonb))
            ORDER BY id LIMIT 1000",
    };
    const NOTES: Sql = Sql {
        sqlite: "
            SELECT id, text FROM private_note WHERE id IN (SELECT value FROM json_each($1))
            ORDER BY id LIMIT 1000",
        postgres: "
            SELECT id, text FROM private_note
            WHERE id IN (SELECT jsonb_array_elements_text($1::jsonb)) ORDER BY id LIMIT 1000",
    };
    let doing = "reading texts that were found";
    let mut texts = HashMap::new();
    for (kind, sql) in [("message", MESSAGES), ("note", NOTES)] {
        let of_kind = found.iter().filter(|(hit, _)| hit.kind == kind);
        let ids: Vec<&str> = of_kind.map(|(hit, _)| hit.thing_id.as_str()).collect();
        if ids.is_empty() {
            continue;
        }
        let ids =
            serde_json::to_string(&ids).map_err(|error| StoreError::unreadable(doing, error))?;
        let text = ctx.store.text(sql);
        let rows: Vec<(String, String)> = on!(Store &ctx.store, db => sqlx::query_as(text)
            .bind(&ids).fetch_all(db).await)
        .doing(doing)?;
        texts.extend(rows);
    }
    Ok(texts)
}
