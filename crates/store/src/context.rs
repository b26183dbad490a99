//! What every action is handed: the store, the moment, chance, keys, and where we are reached.
//! All of it is injected, so that one seed replays a whole run.

use crate::course::{Course, Point};
use crate::error::StoreError;
use crate::{Store, Tx};
use domain::id::uuid_v7;
use jiff::Timestamp;
use rand::rngs::{StdRng, SysRng};
use rand::{Rng, SeedableRng, TryRng};
use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

/// Gives the moment.
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> Timestamp;
}

/// The machine's clock: the only place that reads it.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place where the clock is read")]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

/// A clock that stands until it is set.
#[derive(Clone, Debug)]
pub struct SetClock {
    now: Arc<Mutex<Timestamp>>,
}

impl SetClock {
    /// A clock that shows `now`.
    pub fn at(now: Timestamp) -> Self {
        Self { now: Arc::new(Mutex::new(now)) }
    }
    /// Sets it.
    pub fn set(&self, now: Timestamp) {
        *self.now.lock().unwrap_or_else(PoisonError::into_inner) = now;
    }
}

impl Clock for SetClock {
    fn now(&self) -> Timestamp {
        *self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Gives chance.
pub trait Chance: Send + Sync {
    /// Fills `bytes` with chance that nobody can guess, unless it was seeded for a test.
    fn fill(&self, bytes: &mut [u8]);
}

/// The operating system's chance.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemChance;

impl Chance for SystemChance {
    fn fill(&self, bytes: &mut [u8]) {
        // Without a source of chance no token is safe to make, so the process must not go on.
        SysRng.try_fill_bytes(bytes).expect("the operating system gives chance");
    }
}

/// Chance from a seed, for tests that must replay.
pub struct SeededChance {
    source: Mutex<StdRng>,
}

impl SeededChance {
    /// The same seed gives the same chance.
    pub fn new(seed: u64) -> Self {
        Self { source: Mutex::new(StdRng::seed_from_u64(seed)) }
    }
}

impl Chance for SeededChance {
    fn fill(&self, bytes: &mut [u8]) {
        self.source.lock().unwrap_or_else(PoisonError::into_inner).fill_bytes(bytes);
    }
}

/// Keys of this installation, made at first start and kept in the store.
#[derive(Clone)]
pub struct Secrets {
    /// Signs reply addresses and Message-IDs.
    pub mail_key: Arc<[u8]>,
    /// Signs form tokens.
    pub form_key: Arc<[u8]>,
    /// Makes case links, so that the link of a case can be written again into the next letter.
    pub link_key: Arc<[u8]>,
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secrets(…)")
    }
}

/// What an action needs from outside.
#[derive(Clone)]
pub struct Context {
    /// Where everything is kept.
    pub store: Store,
    /// Keys.
    pub secrets: Secrets,
    /// How the outside reaches us: `https://help.example.com`, no slash at the end. Links in
    /// letters are made from this and never from a request's Host.
    pub base_url: Arc<str>,
    /// The domain of our reply addresses and Message-IDs.
    pub mail_domain: Arc<str>,
    clock: Arc<dyn Clock>,
    chance: Arc<dyn Chance>,
    course: Option<Arc<dyn Course>>,
    held: Arc<Mutex<HashMap<TypeId, Held>>>,
}

type Held = Arc<dyn Any + Send + Sync>;

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context").field("base_url", &self.base_url).finish_non_exhaustive()
    }
}

impl Context {
    /// Puts a context together; makes and keeps the installation's keys at first use.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn new(
        store: Store,
        base_url: &str,
        mail_domain: &str,
        clock: Arc<dyn Clock>,
        chance: Arc<dyn Chance>,
    ) -> Result<Context, StoreError> {
        let secrets = settle_secrets(&store, clock.now(), chance.as_ref()).await?;
        Ok(Context {
            store,
            secrets,
            base_url: base_url.trim_end_matches('/').into(),
            mail_domain: mail_domain.into(),
            clock,
            chance,
            course: None,
            held: Arc::default(),
        })
    }

    /// The same, with somebody who is told of every point that work passes: for trials.
    #[must_use]
    pub fn watched_by(mut self, course: Arc<dyn Course>) -> Context {
        self.course = Some(course);
        self
    }

    /// Says that work has come to `point`. Nobody listens outside of trials.
    pub fn passes(&self, point: Point) {
        if let Some(course) = &self.course {
            course.passes(point);
        }
    }

    /// What this process holds in memory under the type `T`: made at first use, and the same for
    /// every clone of this context. Nothing may be lost with it.
    pub fn held<T: Default + Send + Sync + 'static>(&self) -> Arc<T> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let made = held.entry(TypeId::of::<T>()).or_insert_with(|| Arc::new(T::default()));
        Arc::clone(made).downcast().unwrap_or_default()
    }

    /// The moment, in whole milliseconds as the store keeps it. Take it once an action.
    pub fn now(&self) -> Timestamp {
        let now = self.clock.now();
        Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now)
    }

    /// A new id for the moment `now`.
    pub fn id<T: From<uuid::Uuid>>(&self, now: Timestamp) -> T {
        let mut chance = [0; 10];
        self.chance.fill(&mut chance);
        T::from(uuid_v7(now.as_millisecond(), chance))
    }

    /// `N` bytes of chance.
    pub fn chance<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.chance.fill(&mut bytes);
        bytes
    }

    /// Begins a transaction.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn begin(&self) -> Result<Tx, StoreError> {
        self.store.begin().await
    }
}

async fn settle_secrets(
    store: &Store,
    now: Timestamp,
    chance: &dyn Chance,
) -> Result<Secrets, StoreError> {
    let mut keys = Vec::new();
    for name in ["key/mail", "key/form", "key/link"] {
        let known = match store.setting(name).await? {
            Some(known) => known,
            None => {
                let mut bytes = [0; 32];
                chance.fill(&mut bytes);
                let mut tx = store.begin().await?;
                let settled = tx.settle(name, &crate::file::hex(&bytes), now).await?;
                tx.commit().await?;
                settled
            }
        };
        keys.push(Arc::<[u8]>::from(known.into_bytes()));
    }
    let mut keys = keys.into_iter();
    let mut next = || keys.next().unwrap_or_default();
    Ok(Secrets { mail_key: next(), form_key: next(), link_key: next() })
}
