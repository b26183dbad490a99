//! `/settings/failed-work`: what failed for good, why, and starting it again.

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use domain::permit::Act;
use house::agreed;
use house::change::ChangeError;
use house::page::{Errors, frame, go, show};
use jiff::Timestamp;
use serde::Deserialize;
use store::job::DeadJob;
use store::{Context, StoreError};
use web::frame::StaffFrame;
use web::{Form, Problem, Query, SignedIn, words};

/// Rows of one page.
const ROWS: u32 = 50;
/// Work started again with one press of "all"; the rest takes another press.
const AT_ONCE: u32 = 1_000;
/// Letters of an error or of what the work was given.
const SHOWN_MOST: usize = 500;

/// The address of this noun.
pub(crate) fn router() -> Router<Context> {
    Router::new().route("/settings/failed-work", get(list).post(start_again))
}

struct Row {
    id: String,
    what: String,
    error: String,
    given: String,
    made: web::time_words::Moment,
    tries: String,
}

#[derive(askama::Template)]
#[template(path = "failed_work/list.html")]
struct ListPage {
    frame: StaffFrame,
    rows: Vec<Row>,
    total: String,
    waiting: String,
    next: String,
    newest: String,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    after: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Again {
    /// Which work; empty with `all`.
    #[serde(default)]
    id: String,
    #[serde(default)]
    all: Option<String>,
}

/// `GET /settings/failed-work`
async fn list(
    State(ctx): State<Context>,
    signed: SignedIn,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    signed.staff.permit_anywhere(Act::Operate).map_err(ChangeError::from)?;
    let after = asked.after.unwrap_or_default();
    let mut jobs = ctx.store.dead_jobs(&after, ROWS + 1).await.map_err(Problem::ours)?;
    let has_more = jobs.len() > ROWS as usize;
    jobs.truncate(ROWS as usize);
    let (due, dead) = ctx.store.job_counts().await.map_err(Problem::ours)?;
    let next = jobs.last().filter(|_| has_more).map(|last| next_page(&last.id));
    let errors = Errors::default();
    let page = ListPage {
        frame: frame(&signed, "Failed work", &errors),
        rows: rows(&ctx, &jobs).await.map_err(Problem::ours)?,
        total: words::counted(dead.unsigned_abs(), "piece of work", "pieces of work"),
        waiting: words::count(due.unsigned_abs()),
        next: next.unwrap_or_default(),
        newest: if after.is_empty() { String::new() } else { "/settings/failed-work".to_owned() },
    };
    show(&page, &errors)
}

fn next_page(after: &str) -> String {
    let after: String = url::form_urlencoded::byte_serialize(after.as_bytes()).collect();
    format!("/settings/failed-work?after={after}")
}

async fn rows(ctx: &Context, jobs: &[DeadJob]) -> Result<Vec<Row>, StoreError> {
    let now = ctx.now();
    let hours = agreed::hours(&ctx.store).await?;
    let row = |job: &DeadJob| Row {
        id: job.id.clone(),
        what: work_words(&job.kind),
        error: job.error.chars().take(SHOWN_MOST).collect(),
        given: job.body.chars().take(SHOWN_MOST).collect(),
        made: web::time_words::moment(
            now,
            Timestamp::from_millisecond(job.made_at_ms).unwrap_or(now),
            hours.zone(),
        ),
        tries: words::counted(job.attempts.unsigned_abs(), "try", "tries"),
    };
    Ok(jobs.iter().map(row).collect())
}

/// What a kind of work is for, as people say it.
fn work_words(kind: &str) -> String {
    match kind {
        "arrival" | "arrivals" => "Understanding what came in".to_owned(),
        "delivery" => "Noting how far a letter has come".to_owned(),
        "import_undone" => "Taking an import back".to_owned(),
        "promise" => "Looking whether a promise was kept".to_owned(),
        "clock" => "Looking whether a clock ran over".to_owned(),
        "wake" => "Bringing back what was put aside".to_owned(),
        "ask" => "Asking once more whether it is solved".to_owned(),
        "house_record" => "Writing a change into the record".to_owned(),
        "correction" | "topics_corrected" => "Keeping a correction".to_owned(),
        "topic_read_again" | "topic_found" => "Reading open cases for a topic".to_owned(),
        "coached" => "Noting what became of the coach's advice".to_owned(),
        "learn" => "Learning from corrections".to_owned(),
        "hints" => "Looking at a customer's history".to_owned(),
        "worth" => "Working out what customers are worth".to_owned(),
        "silence" => "Closing after no answer".to_owned(),
        other => {
            let words = other.replace(['_', '-', '/'], " ");
            let mut letters = words.chars();
            letters
                .next()
                .map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
        }
    }
}

/// `POST /settings/failed-work`: gives one piece, or all, every try again. Work that somebody
/// else started meanwhile is left alone, so a doubled press does no harm.
async fn start_again(State(ctx): State<Context>, form: Form<Again>) -> Result<Response, Problem> {
    form.by.staff.permit_anywhere(Act::Operate).map_err(ChangeError::from)?;
    let now = ctx.now();
    if form.value.all.is_none() {
        ctx.store.replay(&form.value.id, now).await.map_err(Problem::ours)?;
        return Ok(go("/settings/failed-work"));
    }
    for job in ctx.store.dead_jobs("", AT_ONCE).await.map_err(Problem::ours)? {
        ctx.store.replay(&job.id, now).await.map_err(Problem::ours)?;
    }
    Ok(go("/settings/failed-work"))
}

#[cfg(test)]
mod tests {
    use super::{next_page, work_words};

    #[test]
    fn a_kind_of_work_is_named_in_words() {
        assert_eq!(work_words("arrival"), "Understanding what came in");
        assert_eq!(work_words("some_day/later"), "Some day later");
    }

    #[test]
    fn an_id_with_slashes_stays_one_part_of_the_address() {
        assert_eq!(next_page("arrival/7&x"), "/settings/failed-work?after=arrival%2F7%26x");
    }
}
