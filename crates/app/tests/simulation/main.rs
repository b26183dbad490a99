//! The seed-driven simulator: one number sets what arrives, how time passes, what agents and
//! customers do, which letters fail and where the process dies. After every step the record must
//! be whole and nobody forgotten. A failure prints its seed; that number replays it.
//!
//! `REDRESS_SEED=17 cargo test -p desk --test simulation` runs one seed and tells its steps.

mod acts;
mod holds;
mod run;

use run::Run;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use testkit::simulate::Template;

const SEEDS: u64 = 1_000;
const WORKERS: u64 = 2;

fn alone() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime")
}

#[expect(clippy::disallowed_methods, reason = "a person names the seed to replay")]
fn named() -> Option<u64> {
    std::env::var("REDRESS_SEED").ok().and_then(|seed| seed.parse().ok())
}

#[test]
fn whatever_happens_nobody_is_forgotten_and_the_record_stays_whole() {
    let template = Arc::new(alone().block_on(Template::prepare()));
    if let Some(seed) = named() {
        alone().block_on(Run::of(seed, &template, true));
        return;
    }
    let next = Arc::new(AtomicU64::new(0));
    let workers: Vec<_> = (0..WORKERS)
        .map(|_| {
            let (template, next) = (Arc::clone(&template), Arc::clone(&next));
            std::thread::spawn(move || {
                let runtime = alone();
                loop {
                    let seed = next.fetch_add(1, Ordering::SeqCst);
                    if seed >= SEEDS {
                        return;
                    }
                    runtime.block_on(Run::of(seed, &template, false));
                }
            })
        })
        .collect();
    for worker in workers {
        worker.join().expect("every seed holds; the failing one is printed above");
    }
}
