//! Programs that act for a person.

use crate::{added, opened, person, staff_of};
use domain::permit::{Act, Role, Scope};
use house::ChangeError;
use jiff::SignedDuration;
use organisation::token::{self, TokenText};
use organisation::{staff, staff_by_token};
use store::request_key::Press;
use testkit::on_both;

const INGRID: &str = "ingrid@nordlys.example";

fn asks(acts: &[&str], days: &str) -> TokenText {
    let acts = acts.iter().map(ToString::to_string).collect();
    TokenText { name: "Import".into(), acts, days: days.into() }
}

#[test]
fn a_token_acts_for_its_person_within_its_acts_until_it_ends() {
    on_both(async |world| {
        opened(&world).await;
        let ctx = &world.ctx;
        let made = token::create_by_command(ctx, INGRID, &asks(&["import"], "30")).await.unwrap();
        let secret = made.secret.unwrap();
        assert!(secret.starts_with("rd_") && secret.len() == 46, "{secret}");
        let staff = staff_by_token(ctx, &secret, ctx.now()).await.unwrap().unwrap();
        assert!(staff.has(Act::Import));
        assert!(!staff.has(Act::ReadCase));
        let bearer = web::session::bearer(ctx, &secret).await.unwrap().unwrap();
        assert_eq!(bearer.staff, staff, "the web reads the same");
        let ingrid = staff_of(&world, INGRID).await;
        let listed = token::list(ctx, &ingrid, "", 10).await.unwrap();
        assert_eq!(listed[0].used_at, Some(ctx.now()), "its use is noted");
        for wrong in ["", "rd_", &secret[3..], &format!("rd_{}", "a".repeat(43))] {
            assert!(staff_by_token(ctx, wrong, ctx.now()).await.unwrap().is_none());
        }
        world.pass(SignedDuration::from_hours(24 * 30));
        assert!(staff_by_token(ctx, &secret, ctx.now()).await.unwrap().is_none());
    });
}

#[test]
fn a_token_is_told_once_and_can_be_ended_by_its_person_only() {
    on_both(async |world| {
        let house = opened(&world).await;
        let ctx = &world.ctx;
        let ingrid = staff_of(&world, INGRID).await;
        let jo = added(&world, &person(&house, "jo@x.example", Role::Agent, Scope::Own)).await;
        let press = Press::new("form/ingrid", "press-1", "body");
        let first = token::create(ctx, &ingrid, &asks(&[], ""), &press).await.unwrap();
        let again = token::create(ctx, &ingrid, &asks(&[], ""), &press).await.unwrap();
        assert_eq!(first.id, again.id, "a double press makes one");
        assert!(again.secret.is_none(), "and the secret lies nowhere");
        let secret = first.secret.unwrap();
        let not_theirs = token::end(ctx, &jo, &first.id, &Press::none()).await;
        assert!(matches!(not_theirs, Err(ChangeError::Missing)));
        token::end(ctx, &ingrid, &first.id, &Press::none()).await.unwrap();
        assert!(staff_by_token(ctx, &secret, ctx.now()).await.unwrap().is_none());
        assert!(token::list(ctx, &ingrid, "", 10).await.unwrap().is_empty());
    });
}

#[test]
fn a_viewer_has_no_tokens_and_a_lowered_role_lowers_its_tokens_at_once() {
    on_both(async |world| {
        let house = opened(&world).await;
        let ctx = &world.ctx;
        let ingrid = staff_of(&world, INGRID).await;
        let vera = added(&world, &person(&house, "vera@x.example", Role::Viewer, Scope::Own)).await;
        let refused = token::create(ctx, &vera, &asks(&[], ""), &Press::none()).await;
        assert!(matches!(refused, Err(ChangeError::NotPermitted(_))));
        let lead = person(&house, "jo@x.example", Role::Lead, Scope::Team);
        let jo = added(&world, &lead).await;
        let made = token::create(ctx, &jo, &asks(&[], ""), &Press::none()).await.unwrap();
        let secret = made.secret.unwrap();
        let agent = person(&house, "jo@x.example", Role::Agent, Scope::Own);
        staff::change(ctx, &ingrid, jo.id, &agent, None, &Press::none()).await.unwrap();
        let jo = staff_by_token(ctx, &secret, ctx.now()).await.unwrap().unwrap();
        assert!(!jo.has(Act::ApproveOffer));
        staff::leave(ctx, &ingrid, jo.id, None, &Press::none()).await.unwrap();
        staff::return_to_work(ctx, &ingrid, jo.id, &Press::none()).await.unwrap();
        let ended = staff_by_token(ctx, &secret, ctx.now()).await.unwrap();
        assert!(ended.is_none(), "coming back does not bring tokens back");
    });
}
