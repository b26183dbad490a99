//! What this room promises, told to both engines.

#[path = "stories/house.rs"]
mod house;
#[path = "stories/people.rs"]
mod people;
#[path = "stories/record.rs"]
mod record;
#[path = "stories/signing_in.rs"]
mod signing_in;
#[path = "stories/tokens.rs"]
mod tokens;

use domain::permit::{Role, Scope, Staff};
use organisation::staff::{self, PersonText};
use organisation::{InitCommand, InitError, Initialised, opening};
use store::Context;
use store::request_key::Press;
use testkit::World;

/// The password of the first administrator in these stories.
const PASSWORD: &str = "a lamp, a harbour, two maps";

/// A house of the practice company, opened by Ingrid.
async fn opened(world: &World) -> Initialised {
    let command = InitCommand {
        organisation: "Nordlys Heating".into(),
        admin_email: "ingrid@nordlys.example".into(),
        admin_name: "Ingrid Solberg".into(),
        password: Some(PASSWORD.into()),
    };
    init(&world.ctx, &command).await.expect("the house opens")
}

/// Opens the house with the policies as shipped, as the program does.
async fn init(ctx: &Context, command: &InitCommand) -> Result<Initialised, InitError> {
    let mut opening = opening::begin(ctx, command).await?;
    policies::policy::keep_as_shipped(ctx, &mut opening.change, &opening.organisation).await?;
    opening.commit().await
}

/// The member of staff with `email`.
async fn staff_of(world: &World, email: &str) -> Staff {
    let found = staff::sql::by_email_for_command(&world.ctx.store, email).await.unwrap();
    found.expect("somebody is here")
}

/// Somebody of the first team, as a form brings them.
fn person(house: &Initialised, email: &str, role: Role, scope: Scope) -> PersonText {
    PersonText {
        email: email.into(),
        name: email.split('@').next().unwrap_or("Jo").into(),
        roles: vec![role.to_string()],
        scope: scope.to_string(),
        units: vec![house.unit.to_string()],
        teams: vec![house.team.to_string()],
        ..PersonText::default()
    }
}

/// Adds somebody and gives them back.
async fn added(world: &World, text: &PersonText) -> Staff {
    let ingrid = staff_of(world, "ingrid@nordlys.example").await;
    staff::add(&world.ctx, &ingrid, text, &Press::none()).await.expect("they join");
    staff_of(world, &text.email).await
}
