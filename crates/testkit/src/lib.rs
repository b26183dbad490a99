//! What tests share: both engines, a clock you set, chance from a seed.
//!
//! Every story is told to SQLite and to PostgreSQL alike: [`on_both`]. It fails on either or it
//! is not green.

mod company;
pub mod simulate;
pub mod sink;
pub mod stand_in;

pub use company::Company;
use jiff::Timestamp;
use std::future::Future;
use std::sync::Arc;
use store::{Address, Context, SeededChance, SetClock, Store};

/// Names the PostgreSQL that stories are told to: `postgres://…`, a database of their own.
pub const POSTGRES: &str = "REDRESS_TEST_POSTGRES";

/// One world for one story: a fresh store, a clock, a context.
#[derive(Clone)]
pub struct World {
    /// What actions are handed.
    pub ctx: Context,
    /// The clock of `ctx`; it stands until it is set.
    pub clock: SetClock,
}

impl World {
    /// Moves the clock on.
    pub fn pass(&self, time: jiff::SignedDuration) {
        self.clock.set(self.ctx.now() + time);
    }
}

/// Thursday 19 November 2026, 14:08 in Oslo: the moment of the practice company.
pub fn thursday() -> Timestamp {
    "2026-11-19T13:08:00Z".parse().expect("a moment")
}

/// Tells `story` to SQLite, then to PostgreSQL.
///
/// # Panics
/// When the story does, when an engine cannot be reached, or when no PostgreSQL is named.
pub fn on_both<F, Story>(story: Story)
where
    F: Future<Output = ()>,
    Story: Fn(World) -> F,
{
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let folder = tempfile::tempdir().expect("a folder");
        let world = world(&Address::File(folder.path().join("redress.db"))).await;
        let store = world.ctx.store.clone();
        story(world).await;
        store.close().await;

        let world = world_on_postgres().await;
        let store = world.ctx.store.clone();
        story(world).await;
        store.close().await;
    });
}

/// A world on a fresh schema of the test server.
///
/// # Panics
/// When no PostgreSQL is named or it cannot be reached.
pub async fn world_on_postgres() -> World {
    world(&fresh_postgres().await).await
}

/// The address of a fresh, empty schema on the test server.
///
/// # Panics
/// When no PostgreSQL is named or it cannot be reached.
#[expect(clippy::disallowed_methods, reason = "tests read where their server is")]
pub async fn fresh_postgres() -> Address {
    let url = std::env::var(POSTGRES).unwrap_or_else(|_| {
        panic!("{POSTGRES} names no PostgreSQL; `./test` starts one, or set it to postgres://…")
    });
    let schema = format!("story_{}", store::file::hex(&rand::random::<[u8; 8]>()));
    let pool = sqlx::PgPool::connect(&url).await.expect("the test server answers");
    let make = format!("CREATE SCHEMA {schema}");
    sqlx::raw_sql(sqlx::AssertSqlSafe(make)).execute(&pool).await.expect("a schema");
    pool.close().await;
    let mark = if url.contains('?') { '&' } else { '?' };
    Address::Postgres(format!("{url}{mark}options=-csearch_path%3D{schema}"))
}

/// A world on the store at `address`.
///
/// # Panics
/// When the store cannot be opened.
pub async fn world(address: &Address) -> World {
    let clock = SetClock::at(thursday());
    let store = Store::open(address).await.expect("the store opens");
    let chance = Arc::new(SeededChance::new(7));
    let ctx = Context::new(
        store,
        "http://127.0.0.1:8080",
        "help.example.test",
        Arc::new(clock.clone()),
        chance,
    )
    .await
    .expect("a context");
    World { ctx, clock }
}
