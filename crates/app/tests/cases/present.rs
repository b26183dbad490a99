//! Who else has a case before their eyes.

use crate::told::opened;
use desk::presence::actions::{Doing, HOLDS, be, forget_old};
use desk::presence::sql::on_cases;
use desk::view::queue::{Lane, View, queue};
use store::fact::{Fact, Heard};
use store::scope::Reach;
use testkit::{World, on_both};

/// Who is there in the eyes of `reader`, as the queue shows it.
async fn there(world: &World, reader: &Reach) -> Vec<(String, Doing)> {
    let page = queue(&world.ctx, reader, Lane::All, View::Open, None).await.unwrap();
    let present = page.rows.into_iter().flat_map(|row| row.present);
    present.map(|one| (one.name, one.doing)).collect()
}

#[test]
fn colleagues_see_who_looks_at_a_case_until_they_leave_it() {
    on_both(async |world| {
        let company = world.found().await;
        let number = opened(&world, &company).await;
        let (ctx, maya) = (&world.ctx, &company.maya);
        let (lead, own) = (Reach::from(&company.jo), Reach::from(maya));
        be(ctx, maya, number, Some(Doing::Looking)).await.unwrap();
        assert_eq!(there(&world, &lead).await, [("Maya".to_owned(), Doing::Looking)]);
        assert_eq!(there(&world, &own).await, [], "nobody is told of themselves");
        be(ctx, maya, number, Some(Doing::Replying)).await.unwrap();
        assert_eq!(there(&world, &lead).await, [("Maya".to_owned(), Doing::Replying)]);
        be(ctx, maya, number, None).await.unwrap();
        assert_eq!(there(&world, &lead).await, []);
    });
}

#[test]
fn a_browser_that_died_is_there_for_a_minute_and_no_longer() {
    on_both(async |world| {
        let company = world.found().await;
        let number = opened(&world, &company).await;
        let lead = Reach::from(&company.jo);
        be(&world.ctx, &company.maya, number, Some(Doing::Open)).await.unwrap();
        let case = crate::told::now(&world, number).await.case.id;
        world.pass(HOLDS);
        assert_eq!(there(&world, &lead).await, []);
        let now = world.ctx.now();
        forget_old(&world.ctx, now + HOLDS).await.unwrap();
        let long_ago = now - HOLDS;
        let kept = on_cases(&world.ctx.store, &[case], "", long_ago).await.unwrap();
        assert!(kept.is_empty(), "and is forgotten");
    });
}

#[test]
fn only_what_changed_is_told_and_who_may_not_read_a_case_is_never_there() {
    on_both(async |world| {
        let company = world.found().await;
        let number = opened(&world, &company).await;
        let ctx = &world.ctx;
        let refused = be(ctx, &company.stan, number, Some(Doing::Looking)).await;
        assert!(matches!(refused, Err(casework::ActError::Missing)));
        assert_eq!(there(&world, &Reach::from(&company.jo)).await, []);
        let mut news = ctx.store.listen();
        for doing in [Some(Doing::Looking), Some(Doing::Looking), Some(Doing::Open), None] {
            be(ctx, &company.maya, number, doing).await.unwrap();
        }
        let mut told = 0;
        while told < 3 {
            if let Heard::Fact(Fact::Presence { number: of, .. }) = news.next().await {
                told += usize::from(of == number.0);
            }
        }
        assert!(!matches!(news.try_next(), Some(Heard::Fact(Fact::Presence { .. }))));
    });
}
