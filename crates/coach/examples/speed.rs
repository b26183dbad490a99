//! How long one review takes: `cargo run --release -p coach --example speed`.

use coach::{Coach, Context, Draft, Earlier};
use std::time::{Duration, Instant};

const ROUNDS: u32 = 200;

fn main() {
    let sentence = "I'm sorry we left you without heating since Tuesday, and we will get back to \
                    you with a date for the engineer who can bring the missing part. ";
    let start = Instant::now();
    let coach = Coach::shipped();
    println!("reading the packs: {:?}", start.elapsed());
    coach.warm_up();
    println!("making every language ready: {:?}", start.elapsed());
    let earlier = |n: usize| Earlier {
        from_us: n.is_multiple_of(2),
        text: sentence.repeat(6),
        at: jiff::Timestamp::UNIX_EPOCH,
    };
    let context = Context {
        is_complaint: true,
        problem_line: Some("No heating since Tuesday".to_owned()),
        agent_name: Some("Jo".to_owned()),
        earlier_messages: (0..12).map(earlier).collect(),
        ..Context::default()
    };
    for words in [30, 300, 3_000] {
        let text: String = sentence.repeat(words / 27 + 1);
        let draft = Draft { text, ..Draft::default() };
        let first = Instant::now();
        let findings = coach.review(&draft, &context);
        let first = first.elapsed();
        let mut times: Vec<Duration> = (0..ROUNDS)
            .map(|_| {
                let start = Instant::now();
                std::hint::black_box(coach.review(&draft, &context));
                start.elapsed()
            })
            .collect();
        times.sort();
        let (median, slow) = (times[times.len() / 2], times[times.len() * 95 / 100]);
        let n = findings.len();
        println!(
            "{words} words: median {median:?}, 95 of 100 within {slow:?}, first {first:?}, {n} findings"
        );
    }
}
