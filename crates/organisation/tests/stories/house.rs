//! Opening the house and deciding about it.

use crate::init;
use crate::{opened, staff_of};
use domain::permit::{Role, Scope};
use house::ChangeError;
use organisation::{InitCommand, InitError};
use policies::policy::{self, Kind, Wish};
use store::request_key::Press;
use testkit::on_both;

#[test]
fn a_house_is_opened_once_and_has_a_unit_a_team_and_an_administrator() {
    on_both(async |world| {
        let house = opened(&world).await;
        assert!(house.password.is_none(), "they chose their own");
        let ingrid = staff_of(&world, "ingrid@nordlys.example").await;
        assert_eq!(ingrid.roles, [Role::Administrator]);
        assert_eq!(ingrid.scope, Scope::All);
        assert_eq!((ingrid.units, ingrid.teams), (vec![house.unit], vec![house.team]));
        let again = InitCommand {
            organisation: "Other".into(),
            admin_email: "x@y.example".into(),
            admin_name: "X".into(),
            password: None,
        };
        assert!(matches!(init(&world.ctx, &again).await, Err(InitError::AlreadyOpen)));
        let name = house::agreed::organisation_name(&world.ctx.store).await.unwrap();
        assert_eq!(name, "Nordlys Heating");
    });
}

#[test]
fn a_password_made_by_the_house_is_long_and_never_the_same() {
    on_both(async |world| {
        let command = InitCommand {
            organisation: "Nordlys".into(),
            admin_email: "Ingrid@Nordlys.example".into(),
            admin_name: "Ingrid".into(),
            password: None,
        };
        let password = init(&world.ctx, &command).await.unwrap().password.unwrap();
        assert_eq!(password.len(), 29, "{password}");
        let from = organisation::sign_in::actions::From::default();
        let email = "ingrid@nordlys.example";
        organisation::sign_in::sign_in(&world.ctx, email, &password, from).await.unwrap();
    });
}

#[test]
fn opening_with_a_weak_password_or_no_address_says_what_to_do_and_opens_nothing() {
    on_both(async |world| {
        let weak = InitCommand {
            organisation: "Nordlys Heating".into(),
            admin_email: "ingrid@nordlys.example".into(),
            admin_name: "Ingrid".into(),
            password: Some("nordlysheating1".into()),
        };
        let Err(InitError::Wrong(wrong)) = init(&world.ctx, &weak).await else { panic!("taken") };
        assert_eq!(wrong[0].field, "password");
        let nobody = InitCommand { admin_email: "ingrid".into(), ..weak };
        let Err(InitError::Wrong(wrong)) = init(&world.ctx, &nobody).await else { panic!("taken") };
        assert_eq!(wrong[0].field, "admin_email");
        assert!(!organisation::opening::is_open(&world.ctx).await.unwrap());
    });
}

#[test]
fn a_policy_keeps_its_history_and_two_people_do_not_overwrite_each_other() {
    on_both(async |world| {
        opened(&world).await;
        let ctx = &world.ctx;
        let ingrid = staff_of(&world, "ingrid@nordlys.example").await;
        let before = policy::read(&ctx.store).await.unwrap();
        let version = before.version(Kind::UndoSeconds);
        let press = Press::none();
        let thirty = [(Wish::UndoSeconds(30), Some(version))];
        policy::set(ctx, &ingrid, &thirty, &press).await.unwrap();
        let five = [(Wish::UndoSeconds(5), Some(version))];
        let crossed = policy::set(ctx, &ingrid, &five, &press).await;
        assert!(matches!(crossed, Err(ChangeError::Crossed { version: 2 })));
        let after = policy::read(&ctx.store).await.unwrap();
        assert_eq!(after.undo_seconds, 30);
        let history = policy::sql::history(&ctx.store, Kind::UndoSeconds, 10).await.unwrap();
        let bodies: Vec<_> = history.iter().map(|version| version.body.as_str()).collect();
        assert_eq!(bodies, ["30", "15"]);
    });
}
