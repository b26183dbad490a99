//! Coming in by password and by link, and being sent out again.

use crate::{PASSWORD, added, opened, person, staff_of};
use domain::permit::{Role, Scope};
use jiff::SignedDuration;
use organisation::sign_in::actions::{From, LinkUse, sign_out};
use organisation::sign_in::{SignInError, make_link, peek_link, sign_in, sign_in_by_link};
use organisation::{session, staff, staff_by_session};
use store::request_key::Press;
use testkit::{World, on_both};

const INGRID: &str = "ingrid@nordlys.example";

async fn cookie(world: &World) -> String {
    let from = From { network: "192.0.2.1", ..From::default() };
    sign_in(&world.ctx, INGRID, PASSWORD, from).await.expect("signed in").cookie
}

async fn holds(world: &World, cookie: &str) -> bool {
    staff_by_session(&world.ctx, cookie, world.ctx.now()).await.unwrap().is_some()
}

fn token(address: &str) -> &str {
    address.rsplit('/').next().unwrap()
}

#[test]
fn a_session_signs_in_until_it_is_idle_for_an_hour_or_a_day_old() {
    on_both(async |world| {
        opened(&world).await;
        let first = cookie(&world).await;
        assert_eq!(first.len(), 43);
        assert!(holds(&world, &first).await);
        world.pass(SignedDuration::from_mins(59));
        assert!(holds(&world, &first).await, "and its use is noted");
        world.pass(SignedDuration::from_mins(59));
        assert!(holds(&world, &first).await);
        world.pass(SignedDuration::from_mins(60));
        assert!(!holds(&world, &first).await, "idle for an hour");
        let second = cookie(&world).await;
        assert_ne!(first, second);
        for _ in 0..25 {
            world.pass(SignedDuration::from_mins(58));
            holds(&world, &second).await;
        }
        assert!(!holds(&world, &second).await, "older than a day");
        for wrong in ["", "x", &"a".repeat(43), &second.to_uppercase()] {
            assert!(!holds(&world, wrong).await);
        }
    });
}

#[test]
fn the_web_reads_the_same_sessions_as_we_write() {
    on_both(async |world| {
        opened(&world).await;
        let cookie = cookie(&world).await;
        let signed = web::session::signed_in(&world.ctx, &cookie).await.unwrap().unwrap();
        let (ours, session) =
            staff_by_session(&world.ctx, &cookie, world.ctx.now()).await.unwrap().unwrap();
        assert_eq!(signed.staff, ours);
        assert_eq!(signed.session, session.hash);
    });
}

#[test]
fn a_wrong_password_and_an_unknown_address_get_the_same_answer() {
    on_both(async |world| {
        opened(&world).await;
        let from = From { network: "192.0.2.1", ..From::default() };
        for (email, password) in [
            (INGRID, "a lamp, a harbour, two cats"),
            (INGRID, ""),
            ("nobody@nordlys.example", PASSWORD),
            ("not an address", PASSWORD),
            ("", ""),
        ] {
            let refused = sign_in(&world.ctx, email, password, from).await;
            assert!(matches!(refused, Err(SignInError::No)), "{email}");
        }
    });
}

#[test]
fn the_eleventh_try_waits_for_known_and_unknown_addresses_alike_and_others_are_unaffected() {
    on_both(async |world| {
        opened(&world).await;
        let ctx = &world.ctx;
        let from = From { network: "192.0.2.1", ..From::default() };
        for email in ["nobody@nordlys.example", INGRID] {
            for _ in 0..10 {
                let wrong = sign_in(ctx, email, "wrong wrong wrong!", from).await;
                assert!(matches!(wrong, Err(SignInError::No)));
            }
            let Err(SignInError::TooMany { again_at }) = sign_in(ctx, email, PASSWORD, from).await
            else {
                panic!("an eleventh try was taken for {email}")
            };
            assert_eq!(again_at, ctx.now() + SignedDuration::from_mins(15));
        }
        // Another spelling of the address and another network are the same account.
        let other = From { network: "198.51.100.7", ..From::default() };
        let still = sign_in(ctx, " INGRID@nordlys.example", PASSWORD, other).await;
        assert!(matches!(still, Err(SignInError::TooMany { .. })));
        let else_who = sign_in(ctx, "jo@nordlys.example", PASSWORD, from).await;
        assert!(matches!(else_who, Err(SignInError::No)), "others may try");
        world.pass(SignedDuration::from_mins(15));
        sign_in(ctx, INGRID, PASSWORD, from).await.expect("never locked for good");
    });
}

#[test]
fn tries_at_the_same_moment_all_count() {
    on_both(async |world| {
        opened(&world).await;
        let mut tasks = Vec::new();
        for _ in 0..14 {
            let ctx = world.ctx.clone();
            tasks.push(tokio::spawn(async move {
                let from = From { network: "192.0.2.9", ..From::default() };
                sign_in(&ctx, "jo@nordlys.example", "wrong wrong wrong!", from).await
            }));
        }
        let mut refused = 0;
        for task in tasks {
            refused += u32::from(matches!(task.await.unwrap(), Err(SignInError::TooMany { .. })));
        }
        assert_eq!(refused, 4);
    });
}

#[test]
fn a_link_for_one_press_works_once_and_not_after_72_hours() {
    on_both(async |world| {
        opened(&world).await;
        let ctx = &world.ctx;
        let week = SignedDuration::from_hours(24 * 7);
        let address = make_link(ctx, INGRID, LinkUse::Once, week).await.unwrap();
        assert!(address.starts_with("http://127.0.0.1:8080/sign-in/link/"), "{address}");
        assert_eq!(peek_link(ctx, token(&address)).await.unwrap(), "Ingrid Solberg");
        assert_eq!(
            peek_link(ctx, token(&address)).await.unwrap(),
            "Ingrid Solberg",
            "looking uses nothing up"
        );
        let signed = sign_in_by_link(ctx, token(&address), From::default()).await.unwrap();
        assert!(holds(&world, &signed.cookie).await);
        let again = sign_in_by_link(ctx, token(&address), From::default()).await;
        assert!(matches!(again, Err(SignInError::No)));
        let late = make_link(ctx, INGRID, LinkUse::ManyForPractice, week).await.unwrap();
        for _ in 0..3 {
            sign_in_by_link(ctx, token(&late), From::default()).await.expect("for many presses");
        }
        world.pass(SignedDuration::from_hours(72));
        let over = sign_in_by_link(ctx, token(&late), From::default()).await;
        assert!(matches!(over, Err(SignInError::No)), "72 hours at the most");
        for none in ["", "x", &"a".repeat(43)] {
            assert!(matches!(peek_link(ctx, none).await, Err(SignInError::No)));
        }
    });
}

#[test]
fn signing_in_again_ends_the_session_brought_along_and_signing_out_ends_this_one() {
    on_both(async |world| {
        opened(&world).await;
        let first = cookie(&world).await;
        let from = From { network: "192.0.2.1", old_cookie: Some(&first), ..From::default() };
        let second = sign_in(&world.ctx, INGRID, PASSWORD, from).await.unwrap().cookie;
        assert!(!holds(&world, &first).await);
        let third = cookie(&world).await;
        sign_out(&world.ctx, &second).await.unwrap();
        assert!(!holds(&world, &second).await);
        assert!(holds(&world, &third).await, "other browsers stay");
        sign_out(&world.ctx, &second).await.expect("twice is no fault");
    });
}

#[test]
fn a_new_password_ends_every_other_session_and_every_link() {
    on_both(async |world| {
        opened(&world).await;
        let ctx = &world.ctx;
        let (here, there) = (cookie(&world).await, cookie(&world).await);
        let hour = SignedDuration::from_hours(1);
        let link = make_link(ctx, INGRID, LinkUse::Once, hour).await.unwrap();
        let (ingrid, session) = staff_by_session(ctx, &here, ctx.now()).await.unwrap().unwrap();
        let new = "four quiet geese on ice";
        let wrong =
            staff::change_own_password(ctx, &ingrid, "not this one at all", new, &session.hash);
        assert!(wrong.await.is_err());
        staff::change_own_password(ctx, &ingrid, PASSWORD, new, &session.hash).await.unwrap();
        assert!(holds(&world, &here).await);
        assert!(!holds(&world, &there).await);
        assert!(peek_link(ctx, token(&link)).await.is_err());
        let from = From::default();
        assert!(matches!(sign_in(ctx, INGRID, PASSWORD, from).await, Err(SignInError::No)));
        sign_in(ctx, INGRID, new, from).await.unwrap();
    });
}

#[test]
fn other_roles_end_sessions_and_leaving_ends_everything() {
    on_both(async |world| {
        let house = opened(&world).await;
        let ctx = &world.ctx;
        let ingrid = staff_of(&world, INGRID).await;
        let text = person(&house, "jo@nordlys.example", Role::Lead, Scope::Team);
        let jo = added(&world, &text).await;
        let hour = SignedDuration::from_hours(1);
        let come = async || {
            let link = make_link(ctx, &text.email, LinkUse::Once, hour).await.unwrap();
            sign_in_by_link(ctx, token(&link), From::default()).await.unwrap().cookie
        };
        let first = come().await;
        let renamed = organisation::staff::PersonText { name: "Jo B".into(), ..text.clone() };
        staff::change(ctx, &ingrid, jo.id, &renamed, None, &Press::none()).await.unwrap();
        assert!(holds(&world, &first).await, "a name changes no right");
        let agent = person(&house, "jo@nordlys.example", Role::Agent, Scope::Team);
        staff::change(ctx, &ingrid, jo.id, &agent, None, &Press::none()).await.unwrap();
        assert!(!holds(&world, &first).await, "other roles do");
        let second = come().await;
        staff::leave(ctx, &ingrid, jo.id, None, &Press::none()).await.unwrap();
        assert!(!holds(&world, &second).await);
        assert!(make_link(ctx, &text.email, LinkUse::Once, hour).await.is_err());
    });
}

#[test]
fn somebody_ends_their_own_sessions_and_no_other_person_s() {
    on_both(async |world| {
        let house = opened(&world).await;
        let ctx = &world.ctx;
        let text = person(&house, "jo@nordlys.example", Role::Agent, Scope::Own);
        let jo = added(&world, &text).await;
        let cookie = cookie(&world).await;
        let ingrid = staff_of(&world, INGRID).await;
        let sessions = session::list(ctx, &ingrid, ctx.now()).await.unwrap();
        assert_eq!(sessions.len(), 1);
        let handle = sessions[0].handle();
        let not_theirs = session::end_one(ctx, &jo, handle, &Press::none()).await;
        assert!(matches!(not_theirs, Err(house::ChangeError::Missing)));
        assert!(
            session::end_one(ctx, &ingrid, "", &Press::none()).await.is_err(),
            "none by mistake"
        );
        session::end_one(ctx, &ingrid, handle, &Press::none()).await.unwrap();
        assert!(!holds(&world, &cookie).await);
    });
}

#[test]
fn what_is_over_is_forgotten_and_what_holds_is_kept() {
    on_both(async |world| {
        opened(&world).await;
        let old = cookie(&world).await;
        world.pass(SignedDuration::from_hours(2));
        let new = cookie(&world).await;
        let gone = organisation::sign_in::actions::forget_what_is_over(&world.ctx).await.unwrap();
        assert!(gone >= 1);
        assert!(!holds(&world, &old).await);
        assert!(holds(&world, &new).await);
    });
}
