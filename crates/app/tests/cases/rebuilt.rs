//! The state tables are nothing but the record, read again.

use crate::told::{arrive, complaint, in_thread, letters, opened, ring, words};
use casework::case::actions::{state_problem, take};
use casework::case::rebuild::rebuild;
use casework::message::undo::undo_send;
use casework::promise::rules::ClosedHours;
use conversation::message::actions::{Reply, note, reply};
use desk::search::read::search;
use flate2::read::GzDecoder;
use jiff::SignedDuration;
use remedies::promise::actions::{MakePromise, keep, make};
use remedies::resolution::actions::{Ask, resolve};
use std::io::Read;
use store::Press;
use store::scope::Reach;
use testkit::{Company, World, on_both};

async fn busy(world: &World, company: &Company) {
    let (ctx, maya, none) = (&world.ctx, &company.maya, Press::none());
    let number = opened(world, company).await;
    take(ctx, maya, number, &none).await.unwrap();
    let due_at = ctx.now() + SignedDuration::from_hours(1);
    let call = MakePromise {
        words: words("call you"),
        keeper: None,
        due_at,
        visible: true,
        closed_hours: ClosedHours::Refused,
    };
    let first = make(ctx, maya, number, call.clone(), &none).await.unwrap().promise.unwrap();
    make(ctx, maya, number, call, &none).await.unwrap();
    keep(ctx, maya, number, first, words("called"), &none).await.unwrap();
    note(ctx, maya, number, words("Kind on the phone."), None, &none).await.unwrap();
    state_problem(ctx, maya, number, words("No heating since Tuesday."), &none).await.unwrap();
    let text = Reply {
        text: words("Oops"),
        read_up_to: None,
        to: None,
        despite_failure: false,
        in_clear: false,
        draft_stamp: None,
    };
    let sent = reply(ctx, maya, number, text, &none).await.unwrap().message.unwrap();
    undo_send(ctx, maya, number, sent, &none).await.unwrap();
    world.pass(SignedDuration::from_hours(2));
    ring(world).await;
    letters(world).await;
    let more = complaint(world, company, "You said you would call.");
    arrive(world, &in_thread(more, number, true), company.amara).await;
    let second = opened(world, company).await;
    resolve(ctx, maya, second, &words("we fixed it"), Ask::Now, &none).await.unwrap();
}

pub async fn state(world: &World) -> Vec<String> {
    let mut file = Vec::new();
    store::dump::dump(&world.ctx.store, &mut file, |_| ()).await.unwrap();
    let mut text = String::new();
    GzDecoder::new(file.as_slice()).read_to_string(&mut text).unwrap();
    let row = |line: &&str| line.starts_with("{\"t\"") && !line.starts_with("{\"t\":\"tally\"");
    let mut lines: Vec<String> = text.lines().filter(row).map(str::to_owned).collect();
    lines.sort();
    lines
}

#[test]
fn rebuilding_makes_the_same_tables_counters_and_index() {
    on_both(async |world| {
        let company = world.found().await;
        busy(&world, &company).await;
        let before = state(&world).await;
        assert!(before.len() > 40);
        let mut counts = world.ctx.store.tallies("queue/").await.unwrap();
        counts.retain(|(_, n)| *n != 0);
        let rebuilt = rebuild(&world.ctx).await.unwrap();
        assert_eq!(rebuilt.cases, 2);
        let after = state(&world).await;
        for (before, after) in before.iter().zip(&after) {
            assert_eq!(before, after);
        }
        assert_eq!(before.len(), after.len());
        assert_eq!(world.ctx.store.tallies("queue/").await.unwrap(), counts);
        let reach = Reach::from(&company.jo);
        let found = search(&world.ctx, &reach, "kind phone", None).await.unwrap();
        assert_eq!(found.found.len(), 1);
    });
}
