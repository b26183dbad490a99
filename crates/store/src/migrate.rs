//! Steps of the schema. One file serves both engines wherever possible; a step whose texts must
//! differ has two. A step that has shipped is never edited.

use crate::error::{Doing, StoreError};
use crate::{Store, Tx, on};

struct Step {
    n: i64,
    name: &'static str,
    sqlite: &'static str,
    postgres: &'static str,
}

macro_rules! same {
    ($n:literal, $name:literal) => {
        Step {
            n: $n,
            name: $name,
            sqlite: include_str!(concat!("../../../migrations/", $name, ".sql")),
            postgres: include_str!(concat!("../../../migrations/", $name, ".sql")),
        }
    };
}

const STEPS: &[Step] = &[
    same!(1, "0001_floor"),
    same!(2, "0002_organisation"),
    same!(3, "0003_hear"),
    same!(4, "0004_handle"),
    same!(5, "0005_search"),
    Step {
        n: 6,
        name: "0006_engine",
        sqlite: include_str!("../../../migrations/0006_engine.sqlite.sql"),
        postgres: include_str!("../../../migrations/0006_engine.postgres.sql"),
    },
    same!(7, "0007_sign_in"),
    same!(8, "0008_form_and_mail"),
    same!(9, "0009_bell"),
    same!(10, "0010_learn"),
    same!(11, "0011_worth"),
    same!(12, "0012_joiner_and_merger"),
    same!(13, "0013_mail_sender"),
    same!(14, "0014_same_file"),
    same!(15, "0015_recipient"),
    same!(16, "0016_undelivered"),
    same!(17, "0017_held_sender"),
    same!(18, "0018_label"),
    same!(19, "0019_reply_text"),
    same!(20, "0020_topic"),
    same!(21, "0021_address"),
    same!(22, "0022_mention"),
    same!(23, "0023_presence"),
    same!(24, "0024_bulk"),
    same!(25, "0025_suggestion"),
    same!(26, "0026_away"),
    same!(27, "0027_indexes"),
];

/// The number of the last step.
const NEWEST: i64 = STEPS[STEPS.len() - 1].n;

/// Nodes that start together upgrade one after the other.
const LOCK: i64 = 7_233_734;

pub(crate) async fn upgrade(store: &Store) -> Result<(), StoreError> {
    let doing = "preparing the tables";
    if done(store).await.is_ok_and(|n| n == NEWEST) {
        return Ok(());
    }
    let mut tx = store.begin().await?;
    if let Tx::Postgres(inner) = &mut tx {
        sqlx::query("SELECT pg_advisory_xact_lock($1)")
            .bind(LOCK)
            .execute(inner.connection())
            .await
            .doing(doing)?;
    }
    const TABLE: &str = "CREATE TABLE IF NOT EXISTS schema_step (
        n BIGINT NOT NULL PRIMARY KEY, name TEXT NOT NULL)";
    on!(Tx &mut tx, db => sqlx::query(TABLE).execute(db).await.map(|_| ())).doing(doing)?;
    const LAST: &str = "SELECT COALESCE(MAX(n), 0) FROM schema_step";
    let last: i64 =
        on!(Tx &mut tx, db => sqlx::query_scalar(LAST).fetch_one(db).await).doing(doing)?;
    if last > NEWEST {
        return Err(StoreError::unreadable(
            doing,
            format!("they belong to a newer release (step {last}); start that release instead"),
        ));
    }
    for step in STEPS.iter().filter(|step| step.n > last) {
        let text = match &tx {
            Tx::Sqlite(_) => step.sqlite,
            Tx::Postgres(_) => step.postgres,
        };
        on!(Tx &mut tx, db => sqlx::raw_sql(text).execute(db).await.map(|_| ())).doing(doing)?;
        const NOTE: &str = "INSERT INTO schema_step (n, name) VALUES ($1, $2)";
        on!(Tx &mut tx, db => sqlx::query(NOTE).bind(step.n).bind(step.name)
            .execute(db).await.map(|_| ()))
        .doing(doing)?;
    }
    tx.commit().await
}

async fn done(store: &Store) -> Result<i64, StoreError> {
    const LAST: &str = "SELECT COALESCE(MAX(n), 0) FROM schema_step";
    on!(Store store, db => sqlx::query_scalar(LAST).fetch_one(db).await)
        .doing("looking at the tables")
}
