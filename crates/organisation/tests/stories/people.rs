//! Who may add and change whom: each role against each action.

use crate::{added, opened, person, staff_of};
use domain::permit::{Role, Scope, Staff};
use house::ChangeError;
use organisation::staff::{self, PersonText};
use organisation::team::{self, TeamText};
use organisation::{Initialised, unit};
use policies::policy::{self, Wish};
use store::request_key::Press;
use testkit::{World, on_both};

const INGRID: &str = "ingrid@nordlys.example";

fn is_hidden(result: Result<(), ChangeError>) -> bool {
    matches!(result, Err(ChangeError::NotPermitted(_) | ChangeError::Missing))
}

/// Every action of this room that changes something for others, tried by `staff` on `jo`.
async fn tries(world: &World, house: &Initialised, staff: &Staff, jo: &Staff) -> Vec<bool> {
    let ctx = &world.ctx;
    let press = Press::none();
    let new = person(house, &format!("new-{}@x.example", staff.id), Role::Agent, Scope::Own);
    let jo_text = person(house, "jo@x.example", Role::Agent, Scope::Own);
    let team =
        TeamText { name: "Night".into(), unit: house.unit.to_string(), ..Default::default() };
    vec![
        is_hidden(staff::add(ctx, staff, &new, &press).await.map(drop)),
        is_hidden(staff::change(ctx, staff, jo.id, &jo_text, None, &press).await),
        is_hidden(staff::give_way_in(ctx, staff, jo.id, &press).await.map(drop)),
        is_hidden(staff::leave(ctx, staff, jo.id, None, &press).await),
        is_hidden(staff::return_to_work(ctx, staff, jo.id, &press).await),
        is_hidden(staff::one(ctx, staff, jo.id).await.map(drop)),
        is_hidden(team::add(ctx, staff, &team, &press).await.map(drop)),
        is_hidden(team::change(ctx, staff, house.team, &team, None, &press).await),
        is_hidden(unit::add(ctx, staff, "Sør", &press).await.map(drop)),
        is_hidden(unit::change(ctx, staff, house.unit, "Nord", None, &press).await),
        is_hidden(policy::set(ctx, staff, &[(Wish::UndoSeconds(20), None)], &press).await),
    ]
}

#[test]
fn only_administrators_change_the_house_whatever_else_somebody_is() {
    on_both(async |world| {
        let house = opened(&world).await;
        let jo = added(&world, &person(&house, "jo@x.example", Role::Agent, Scope::Own)).await;
        for role in Role::ALL {
            let email = format!("{role}@x.example");
            let staff = added(&world, &person(&house, &email, *role, Scope::All)).await;
            let hidden = tries(&world, &house, &staff, &jo).await;
            let expected = *role != Role::Administrator;
            assert_eq!(hidden, vec![expected; hidden.len()], "{role}");
        }
    });
}

#[test]
fn an_administrator_of_one_unit_neither_sees_nor_changes_another() {
    on_both(async |world| {
        let house = opened(&world).await;
        let ctx = &world.ctx;
        let ingrid = staff_of(&world, INGRID).await;
        let press = Press::none();
        let south = unit::add(ctx, &ingrid, "Sør", &press).await.unwrap();
        let there = PersonText {
            units: vec![south.to_string()],
            teams: vec![],
            ..person(&house, "sven@x.example", Role::Agent, Scope::Own)
        };
        let sven = added(&world, &there).await;
        let local = person(&house, "local@x.example", Role::Administrator, Scope::Unit);
        let local = added(&world, &local).await;
        let seen = staff::list(ctx, &local, "", 50).await.unwrap();
        assert!(seen.iter().all(|person| person.staff.id != sven.id));
        assert!(seen.iter().any(|person| person.staff.id == ingrid.id), "a colleague of the unit");
        assert!(matches!(staff::one(ctx, &local, sven.id).await, Err(ChangeError::Missing)));
        assert!(
            matches!(staff::one(ctx, &local, ingrid.id).await, Err(ChangeError::Missing)),
            "sees further"
        );
        let away = staff::leave(ctx, &local, sven.id, None, &press).await;
        assert!(matches!(away, Err(ChangeError::Missing)));
        let mut wider = person(&house, "w@x.example", Role::Agent, Scope::All);
        let Err(ChangeError::Wrong(wrong)) = staff::add(ctx, &local, &wider, &press).await else {
            panic!("somebody gave more than they have")
        };
        assert_eq!(wrong[0].field, "scope");
        wider.scope = "own".into();
        wider.units.push(south.to_string());
        let Err(ChangeError::Wrong(wrong)) = staff::add(ctx, &local, &wider, &press).await else {
            panic!("somebody gave a unit of others")
        };
        assert_eq!(wrong[0].field, "units");
        assert!(matches!(
            unit::add(ctx, &local, "Øst", &press).await,
            Err(ChangeError::NotPermitted(_))
        ));
        let units = unit::list(ctx, &local).await.unwrap();
        assert_eq!(units.len(), 1);
    });
}

#[test]
fn ids_inside_a_form_are_checked_like_the_one_in_the_address() {
    on_both(async |world| {
        let house = opened(&world).await;
        let ctx = &world.ctx;
        let ingrid = staff_of(&world, INGRID).await;
        let press = Press::none();
        let south = unit::add(ctx, &ingrid, "Sør", &press).await.unwrap();
        let base = person(&house, "jo@x.example", Role::Agent, Scope::Own);
        let nobody = ingrid.id.to_string();
        let foreign_team = PersonText { units: vec![south.to_string()], ..base.clone() };
        let no_unit = PersonText { units: vec![nobody.clone()], teams: vec![], ..base.clone() };
        let no_team = PersonText { teams: vec![nobody.clone()], ..base.clone() };
        let no_stand_in = PersonText { stand_in: south.to_string(), ..base };
        for (text, field) in [
            (foreign_team, "teams"),
            (no_unit, "units"),
            (no_team, "teams"),
            (no_stand_in, "stand_in"),
        ] {
            let refused = staff::add(ctx, &ingrid, &text, &press).await;
            let Err(ChangeError::Wrong(wrong)) = refused else { panic!("{field} was taken") };
            assert_eq!(wrong[0].field, field);
        }
    });
}

#[test]
fn somebody_always_holds_the_keys_of_the_house() {
    on_both(async |world| {
        let house = opened(&world).await;
        let ctx = &world.ctx;
        let ingrid = staff_of(&world, INGRID).await;
        let press = Press::none();
        let left = staff::leave(ctx, &ingrid, ingrid.id, None, &press).await;
        assert!(matches!(left, Err(ChangeError::Wrong(_))));
        let lower = person(&house, INGRID, Role::Lead, Scope::All);
        let lowered = staff::change(ctx, &ingrid, ingrid.id, &lower, None, &press).await;
        assert!(matches!(lowered, Err(ChangeError::Wrong(_))));
        added(&world, &person(&house, "bo@x.example", Role::Administrator, Scope::All)).await;
        staff::change(ctx, &ingrid, ingrid.id, &lower, None, &press).await.unwrap();
    });
}

#[test]
fn two_changes_from_one_version_do_not_overwrite_each_other_and_a_double_press_counts_once() {
    on_both(async |world| {
        let house = opened(&world).await;
        let ctx = &world.ctx;
        let ingrid = staff_of(&world, INGRID).await;
        let text = person(&house, "jo@x.example", Role::Agent, Scope::Own);
        let press = Press::new("form/ingrid", "press-1", "body");
        let one = staff::add(ctx, &ingrid, &text, &press).await.unwrap();
        let two = staff::add(ctx, &ingrid, &text, &press).await.unwrap();
        assert_eq!(one.id, two.id);
        let other_body = Press::new("form/ingrid", "press-1", "other");
        let refused = staff::add(ctx, &ingrid, &text, &other_body).await;
        assert!(matches!(refused, Err(ChangeError::OtherBody)));
        let none = Press::none();
        let twin = staff::add(ctx, &ingrid, &text, &none).await;
        assert!(matches!(twin, Err(ChangeError::Wrong(wrong)) if wrong[0].field == "email"));
        let renamed = PersonText { name: "Jo B".into(), ..text.clone() };
        staff::change(ctx, &ingrid, one.id, &renamed, Some(1), &none).await.unwrap();
        let crossed = staff::change(ctx, &ingrid, one.id, &text, Some(1), &none).await;
        assert!(matches!(crossed, Err(ChangeError::Crossed { version: 2 })));
    });
}

#[test]
fn people_are_listed_page_by_page_and_those_who_left_only_for_who_manages_them() {
    on_both(async |world| {
        let house = opened(&world).await;
        let ctx = &world.ctx;
        let ingrid = staff_of(&world, INGRID).await;
        for n in 0..5 {
            let text = person(&house, &format!("p{n}@x.example"), Role::Agent, Scope::Team);
            added(&world, &text).await;
        }
        let gone = staff_of(&world, "p4@x.example").await;
        staff::leave(ctx, &ingrid, gone.id, None, &Press::none()).await.unwrap();
        let (mut after, mut names) = (String::new(), Vec::new());
        loop {
            let page = staff::list(ctx, &ingrid, &after, 2).await.unwrap();
            let Some(last) = page.last() else { break };
            after = last.staff.id.to_string();
            names.extend(page.into_iter().map(|person| person.staff.name));
        }
        assert_eq!(names, ["Ingrid Solberg", "p0", "p1", "p2", "p3", "p4"]);
        let p0 = staff_of(&world, "p0@x.example").await;
        let seen = staff::list(ctx, &p0, "", 50).await.unwrap();
        assert_eq!(seen.len(), 5, "colleagues who are here");
    });
}
