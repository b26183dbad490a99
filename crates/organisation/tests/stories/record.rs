//! The record of the house: everything is in it, nothing secret is, and tampering shows.

use crate::{PASSWORD, added, opened, person, staff_of};
use domain::permit::{Role, Scope};
use house::audit::{self, What};
use organisation::sign_in::{actions::From, sign_in};
use organisation::{staff, token};
use store::request_key::Press;
use store::{Store, on};
use testkit::{World, on_both};

async fn busy_house(world: &World) -> Vec<String> {
    let house = opened(world).await;
    let ctx = &world.ctx;
    let ingrid = staff_of(world, "ingrid@nordlys.example").await;
    let jo = added(world, &person(&house, "jo@x.example", Role::Agent, Scope::Own)).await;
    let way_in = staff::give_way_in(ctx, &ingrid, jo.id, &Press::none()).await.unwrap();
    let text = token::TokenText { name: "Import".into(), ..Default::default() };
    let made = token::create(ctx, &ingrid, &text, &Press::none()).await.unwrap();
    let signed = sign_in(ctx, "ingrid@nordlys.example", PASSWORD, From::default()).await.unwrap();
    staff::leave(ctx, &ingrid, jo.id, None, &Press::none()).await.unwrap();
    let link = way_in.way_in.unwrap();
    let link_secret = link.rsplit('/').next().unwrap().to_owned();
    vec![PASSWORD.into(), signed.cookie, made.secret.unwrap(), link_secret, "argon2".into()]
}

#[test]
fn every_change_is_in_the_record_and_no_secret_is() {
    on_both(async |world| {
        let secrets = busy_house(&world).await;
        let entries = audit::latest(&world.ctx.store, None, 100).await.unwrap();
        let whats: Vec<What> =
            entries.iter().map(|entry| entry.entry().unwrap().what).rev().collect();
        assert_eq!(
            whats,
            [
                What::HouseOpened,
                What::StaffAdded,
                What::WayInMade,
                What::WayInMade,
                What::TokenMade,
                What::SignedIn,
                What::StaffLeft,
            ]
        );
        for entry in &entries {
            for secret in &secrets {
                assert!(!entry.event.contains(secret), "{}", entry.event);
            }
        }
        let found = audit::verify(&world.ctx.store).await.unwrap();
        assert_eq!((found.sound, found.first_bad), (7, None));
        assert_eq!(found.head, entries[0].hash);
    });
}

#[test]
fn a_changed_removed_or_swapped_entry_is_named() {
    const TAMPERING: [&str; 5] = [
        "UPDATE house_event SET event = REPLACE(event, 'staff_added', 'staff_leftt') WHERE n = 2",
        "UPDATE house_event SET at_ms = at_ms + 1 WHERE n = 2",
        "UPDATE house_event SET actor = '{}' WHERE n = 2",
        "DELETE FROM house_event WHERE n = 2",
        "UPDATE house_event SET n = CASE n WHEN 2 THEN -3 ELSE -2 END WHERE n IN (2, 3)",
    ];
    on_both(async |world| {
        busy_house(&world).await;
        let store: &Store = &world.ctx.store;
        for sql in TAMPERING {
            let mut tx = store.begin().await.unwrap();
            on!(Tx &mut tx, db => sqlx::query(sql).execute(db).await.map(|_| ())).unwrap();
            tx.commit().await.unwrap();
            let found = audit::verify(store).await.unwrap();
            assert_eq!(found.first_bad, Some(2), "{sql}");
        }
    });
}

#[test]
fn changes_at_the_same_moment_make_one_chain() {
    on_both(async |world| {
        let house = opened(&world).await;
        let ingrid = staff_of(&world, "ingrid@nordlys.example").await;
        let mut tasks = Vec::new();
        for n in 0..12 {
            let (ctx, ingrid) = (world.ctx.clone(), ingrid.clone());
            let text = person(&house, &format!("p{n}@x.example"), Role::Agent, Scope::Own);
            tasks.push(tokio::spawn(async move {
                staff::add(&ctx, &ingrid, &text, &Press::none()).await.unwrap();
            }));
        }
        for task in tasks {
            task.await.unwrap();
        }
        let found = audit::verify(&world.ctx.store).await.unwrap();
        assert_eq!((found.sound, found.first_bad), (1 + 12 * 2, None));
    });
}

#[test]
fn what_another_room_tells_of_stands_in_the_record_and_the_chain_holds() {
    on_both(async |world| {
        opened(&world).await;
        let ingrid = staff_of(&world, "ingrid@nordlys.example").await;
        let body = serde_json::json!({"by": ingrid.id, "what": "mailbox_set_up",
            "thing": "help@nordlys.example", "before": null, "after": {"host": "imap.x.example"}});
        let now = world.ctx.now();
        let mut tx = world.ctx.begin().await.unwrap();
        tx.enqueue("r1", audit::RECORD_JOB, &body.to_string(), now, now).await.unwrap();
        tx.commit().await.unwrap();
        let lease = jiff::SignedDuration::from_mins(1);
        for job in world.ctx.store.claim(now, lease, 9).await.unwrap() {
            if job.kind == audit::RECORD_JOB {
                audit::keep(&world.ctx, &job).await.unwrap();
            }
        }
        let last = audit::latest(&world.ctx.store, None, 1).await.unwrap().remove(0);
        let entry = last.entry().unwrap();
        assert_eq!(
            (entry.what, entry.thing.as_str()),
            (What::MailboxSetUp, "help@nordlys.example")
        );
        assert_eq!(audit::verify(&world.ctx.store).await.unwrap().first_bad, None);
    });
}
