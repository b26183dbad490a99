//! Pieces of a seed-driven simulator: chance from one number, futures that are cut off midway,
//! and worlds that are copies of one prepared database.

use crate::{Company, World, thursday};
use jiff::Timestamp;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use std::future::Future;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;
use store::{Address, Context, SeededChance, SetClock, Store};

/// What happens, decided by one seed.
pub struct Fate {
    source: StdRng,
}

impl Fate {
    /// The same seed decides the same.
    pub fn of(seed: u64) -> Fate {
        Fate { source: StdRng::seed_from_u64(seed) }
    }

    /// A number from 0 to below `most`; 0 when `most` is 0.
    pub fn below(&mut self, most: u64) -> u64 {
        if most == 0 { 0 } else { self.source.random_range(0..most) }
    }

    /// Yes once in `n` times.
    pub fn once_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }

    /// One of these.
    pub fn pick<'a, T>(&mut self, of: &'a [T]) -> Option<&'a T> {
        let place = self.below(of.len() as u64);
        of.get(usize::try_from(place).unwrap_or_default())
    }
}

/// Runs `work` until it has been woken `wakes` times, then drops it where it stands, as a crash
/// or a caller who went away would. Gives the answer when it came before that.
pub async fn cut_off_after<T>(wakes: u64, work: impl Future<Output = T>) -> Option<T> {
    let mut work: Pin<Box<dyn Future<Output = T>>> = Box::pin(work);
    let mut left = wakes;
    std::future::poll_fn(move |task| match work.as_mut().poll(task) {
        Poll::Ready(answer) => Poll::Ready(Some(answer)),
        Poll::Pending if left == 0 => Poll::Ready(None),
        Poll::Pending => {
            left -= 1;
            Poll::Pending
        }
    })
    .await
}

/// A prepared database with the company in it, and a folder for its copies. Lies in memory where
/// the machine has such a place: the simulator looks at logic, not at disks.
pub struct Template {
    folder: tempfile::TempDir,
    company: Company,
}

impl Template {
    /// Prepares it.
    ///
    /// # Panics
    /// When there is no folder to write in.
    pub async fn prepare() -> Template {
        let memory = Path::new("/dev/shm");
        let folder = match memory.is_dir() {
            true => tempfile::tempdir_in(memory),
            false => tempfile::tempdir(),
        }
        .expect("a folder");
        let clock = SetClock::at(thursday());
        let world = open(&folder.path().join("template.db"), u64::MAX, clock).await;
        let company = world.found().await;
        world.ctx.store.close().await;
        Template { folder, company }
    }

    /// The company that is in every copy.
    pub fn company(&self) -> &Company {
        &self.company
    }

    /// A copy for `seed`, not opened yet.
    ///
    /// # Panics
    /// When the folder cannot be written.
    pub fn copy(&self, seed: u64) -> PathBuf {
        let path = self.folder.path().join(format!("seed-{seed}.db"));
        std::fs::copy(self.folder.path().join("template.db"), &path).expect("a copy");
        path
    }
}

/// Opens the copy at `path` with the chance of `seed`; also after a crash, with another seed for
/// chance, so that no id is made twice.
///
/// # Panics
/// When the store cannot be opened.
pub async fn open(path: &Path, seed: u64, clock: SetClock) -> World {
    let store = Store::open(&Address::File(path.to_owned())).await.expect("the store opens");
    let ctx = Context::new(
        store,
        "http://127.0.0.1:8080",
        "help.example.test",
        Arc::new(clock.clone()),
        Arc::new(SeededChance::new(seed)),
    )
    .await
    .expect("a context");
    World { ctx, clock }
}

/// Takes the files of a copy away.
pub fn remove(path: &Path) {
    for end in ["", "-wal", "-shm"] {
        let mut name = path.as_os_str().to_owned();
        name.push(end);
        // A file that was never made needs no removing.
        drop(std::fs::remove_file(PathBuf::from(name)));
    }
}

/// Where every simulation begins.
pub fn beginning() -> Timestamp {
    thursday()
}
