//! Models as people and programs read them.

use crate::model::rules::Figures;
use crate::model::sql::{self, Row};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;
use store::{Store, StoreError};
use utoipa::ToSchema;
use web::time_words::{Moment, moment};

/// Models that are shown.
const SHOWN: u32 = 30;

/// A model learnt from corrections, for programs.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct ModelBody {
    /// Its id.
    id: String,
    /// What it reads: `kind`, `severity` or `feeling`.
    label: String,
    /// `proposed`, `not_better`, `adopted`, `replaced` or `rolled_back`.
    state: String,
    /// The name of exactly this model.
    version: String,
    /// How it compares with the reader that was in use, on texts that were held back.
    figures: FiguresBody,
    /// When it was learnt.
    made_at: String,
    /// When somebody decided on it.
    decided_at: Option<String>,
    /// Who did.
    decided_by: Option<String>,
}

/// Texts that were held back, and how many of them were read right.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub(crate) struct FiguresBody {
    /// Texts learnt from.
    learnt_from: u32,
    /// Of these, corrections.
    learnt_from_corrections: u32,
    /// Corrections held back.
    corrected: u32,
    /// Of these, read right by the reader in use.
    corrected_right_before: u32,
    /// Of these, read right by the model.
    corrected_right_after: u32,
    /// Other texts held back.
    kept: u32,
    /// Of these, read right by the reader in use.
    kept_right_before: u32,
    /// Of these, read right by the model.
    kept_right_after: u32,
}

impl From<Figures> for FiguresBody {
    fn from(of: Figures) -> FiguresBody {
        FiguresBody {
            learnt_from: of.learnt_from,
            learnt_from_corrections: of.learnt_from_corrections,
            corrected: of.corrected,
            corrected_right_before: of.corrected_right_before,
            corrected_right_after: of.corrected_right_after,
            kept: of.kept,
            kept_right_before: of.kept_right_before,
            kept_right_after: of.kept_right_after,
        }
    }
}

fn figures(row: &Row) -> Figures {
    serde_json::from_str(&row.figures).unwrap_or_default()
}

impl From<Row> for ModelBody {
    fn from(row: Row) -> ModelBody {
        let at = |ms| Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH).to_string();
        ModelBody {
            figures: figures(&row).into(),
            made_at: at(row.made_at_ms),
            decided_at: row.decided_at_ms.map(at),
            id: row.id,
            label: row.label,
            state: row.state,
            version: row.version,
            decided_by: row.decided_by,
        }
    }
}

/// The newest models.
pub(crate) async fn bodies(store: &Store) -> Result<Vec<ModelBody>, StoreError> {
    Ok(sql::latest(store, SHOWN).await?.into_iter().map(ModelBody::from).collect())
}

/// A model as a page shows it.
pub(crate) struct ModelView {
    pub id: String,
    pub label: String,
    pub state: String,
    pub tone: &'static str,
    pub corrected: String,
    pub kept: String,
    pub learnt_from: String,
    pub made: Moment,
    pub may_adopt: bool,
    pub may_roll_back: bool,
}

/// The newest models as a page shows them.
pub(crate) async fn models(
    store: &Store,
    now: Timestamp,
    zone: &TimeZone,
) -> Result<Vec<ModelView>, StoreError> {
    let rows = sql::latest(store, SHOWN).await?;
    Ok(rows.into_iter().map(|row| view(row, now, zone)).collect())
}

fn view(row: Row, now: Timestamp, zone: &TimeZone) -> ModelView {
    let of = figures(&row);
    let by = row.decided_by.as_deref().unwrap_or("somebody");
    let (state, tone) = match row.state.as_str() {
        "proposed" => ("better, waits for your word".to_owned(), "info"),
        "not_better" => ("no better, not used".to_owned(), "plain"),
        "adopted" => (format!("in use since {by} said so"), "ok"),
        "rolled_back" => (format!("taken back by {by}"), "warn"),
        _ => ("replaced by a newer one".to_owned(), "plain"),
    };
    let right = |before: u32, after: u32, of: u32| format!("{before} before, {after} now, of {of}");
    ModelView {
        corrected: right(of.corrected_right_before, of.corrected_right_after, of.corrected),
        kept: right(of.kept_right_before, of.kept_right_after, of.kept),
        learnt_from: format!(
            "{} texts, {} of them corrected",
            of.learnt_from, of.learnt_from_corrections
        ),
        made: moment(now, Timestamp::from_millisecond(row.made_at_ms).unwrap_or(now), zone),
        may_adopt: row.state == "proposed",
        may_roll_back: row.state == "adopted",
        id: row.id,
        label: row.label,
        state,
        tone,
    }
}
