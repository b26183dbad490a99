//! Recognising people, told to both engines.

use customers::{Who, recognise};
use domain::id::UnitId;
use store::Context;
use testkit::on_both;

fn amara() -> Who {
    Who { name: "Amara Okafor".into(), email: "Amara@Example.org".into(), ..Who::default() }
}

async fn met(ctx: &Context, unit: UnitId, who: &Who) -> domain::id::CustomerId {
    let mut tx = ctx.begin().await.unwrap();
    let id = recognise(&mut tx, ctx, ctx.now(), unit, who).await.unwrap();
    tx.commit().await.unwrap();
    id
}

#[test]
fn one_address_is_one_customer_of_a_unit_and_another_in_another() {
    on_both(async |world| {
        let ctx = &world.ctx;
        let (north, south) = (ctx.id(ctx.now()), ctx.id(ctx.now()));
        let first = met(ctx, north, &amara()).await;
        let again = Who { email: " amara@example.ORG ".into(), ..Who::default() };
        assert_eq!(met(ctx, north, &again).await, first);
        assert_ne!(met(ctx, south, &amara()).await, first, "units do not see each other");
    });
}

#[test]
fn a_strangers_telephone_is_never_added_to_somebody_we_know() {
    on_both(async |world| {
        let ctx = &world.ctx;
        let unit = ctx.id(ctx.now());
        let first = met(ctx, unit, &amara()).await;
        let forged = Who { phone: "+47 99 99 99 99".into(), ..amara() };
        assert_eq!(met(ctx, unit, &forged).await, first);
        let caller = Who { phone: "+4799999999".into(), ..Who::default() };
        assert_ne!(met(ctx, unit, &caller).await, first, "the number was only claimed");
        let vouched = Who { phone: "+47 11 22 33 44".into(), verified: true, ..amara() };
        assert_eq!(met(ctx, unit, &vouched).await, first);
        let caller = Who { phone: "0047 11223344".into(), ..Who::default() };
        assert_eq!(met(ctx, unit, &caller).await, first, "this one was vouched for");
    });
}

#[test]
fn ten_mails_at_once_from_one_address_make_one_customer() {
    on_both(async |world| {
        let unit = world.ctx.id(world.ctx.now());
        let mut tasks = Vec::new();
        for _ in 0..10 {
            let ctx = world.ctx.clone();
            tasks.push(tokio::spawn(async move { met(&ctx, unit, &amara()).await }));
        }
        let mut ids = Vec::new();
        for task in tasks {
            ids.push(task.await.unwrap());
        }
        ids.dedup();
        assert_eq!(ids.len(), 1);
    });
}
