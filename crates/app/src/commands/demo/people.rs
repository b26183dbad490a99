//! Who works at the practice company, and who writes to it. All of them are invented.

use anyhow::Context as _;
use domain::id::{CaseId, CustomerId};
use domain::permit::{Role, Scope, Staff};
use organisation::InitCommand;
use organisation::staff::rules::PersonText;
use store::{Context, Doing, on};

/// The administrator.
pub const KARI: &str = "kari@harbour-bank.example";
/// An agent.
pub const MAYA: &str = "maya@harbour-bank.example";
/// The lead.
pub const JO: &str = "jo@harbour-bank.example";
/// Another agent.
pub const PRIYA: &str = "priya@harbour-bank.example";

const GIVEN: [&str; 24] = [
    "Amara", "Daniel", "Li", "Sofia", "Jonas", "Fatima", "Grace", "Mateo", "Ingrid", "Yusuf",
    "Nadia", "Peter", "Rosa", "Samuel", "Hanna", "Viktor", "Leila", "Oscar", "Mei", "Tomas",
    "Aisha", "Noah", "Elena", "Kwame",
];
const FAMILY: [&str; 20] = [
    "Okafor", "Cohen", "Na", "Rossi", "Weiss", "Haddad", "Murphy", "García", "Berg", "Demir",
    "Petrov", "Novak", "Silva", "Owusu", "Lind", "Kovács", "Rahimi", "Svensson", "Chen", "Dvořák",
];

/// The invented name and address of the `n`-th customer.
pub fn customer(n: usize) -> (String, String) {
    let (given, family) = (GIVEN[n % GIVEN.len()], FAMILY[(n / 3) % FAMILY.len()]);
    let plain = |name: &str| {
        name.to_lowercase().chars().filter(char::is_ascii_alphabetic).collect::<String>()
    };
    (format!("{given} {family}"), format!("{}.{}{n}@mail.example", plain(given), plain(family)))
}

/// Opens the house and hires its people.
pub async fn hire(ctx: &Context) -> anyhow::Result<(Staff, Staff, Staff)> {
    crate::opening::open_house(
        ctx,
        &InitCommand {
            organisation: "Harbour Bank (practice)".to_owned(),
            admin_email: KARI.to_owned(),
            admin_name: "Kari Solberg".to_owned(),
            password: None,
        },
    )
    .await?;
    let (team, unit) = first_team(ctx).await?;
    let mut hired = Vec::new();
    for (email, name, role, scope) in [
        (MAYA, "Maya Lindqvist", Role::Agent, Scope::Team),
        (JO, "Jo Hansen", Role::Lead, Scope::Unit),
        (PRIYA, "Priya Nair", Role::Agent, Scope::Team),
    ] {
        let person = PersonText {
            email: email.to_owned(),
            name: name.to_owned(),
            roles: vec![role.as_str().to_owned()],
            scope: scope.as_str().to_owned(),
            units: vec![unit.clone()],
            teams: vec![team.clone()],
            ..PersonText::default()
        };
        let added = organisation::staff::add_by_command(ctx, &person)
            .await
            .map_err(|error| anyhow::anyhow!("hiring {name}: {error}"))?;
        hired.push(Staff {
            id: added.id,
            name: name.to_owned(),
            roles: vec![role],
            scope,
            units: vec![unit.parse()?],
            teams: vec![team.parse()?],
            narrowed_to: None,
        });
    }
    let mut hired = hired.into_iter();
    let mut next = || hired.next().context("somebody was not hired");
    Ok((next()?, next()?, next()?))
}

async fn first_team(ctx: &Context) -> anyhow::Result<(String, String)> {
    const SQL: &str = "SELECT id, unit_id FROM team ORDER BY made_at_ms, id LIMIT 1";
    let found = on!(Store &ctx.store, db => sqlx::query_as(SQL).fetch_one(db).await);
    Ok(found.doing("finding the first team")?)
}

/// A case with something to show, and whose it is.
#[derive(sqlx::FromRow)]
pub struct Shown {
    id: String,
    pub number: i64,
    customer_id: String,
    pub name: String,
}

/// The case of the customer whose page is shown.
pub async fn shown_case(ctx: &Context) -> anyhow::Result<Option<Shown>> {
    const SQL: &str = "
        SELECT c.id, c.number, c.customer_id, u.name FROM \"case\" c
        JOIN customer u ON u.id = c.customer_id
        WHERE c.tray = 'open' AND c.answered_at_ms IS NOT NULL
        ORDER BY c.n_owed DESC, c.changed_at_ms DESC LIMIT 1";
    Ok(on!(Store &ctx.store, db => sqlx::query_as(SQL).fetch_optional(db).await)
        .doing("finding a customer to show")?)
}

/// The page of a customer whose case has something to show.
pub async fn customer_page(ctx: &Context) -> anyhow::Result<Option<(String, String)>> {
    let Some(Shown { id, customer_id, name, .. }) = shown_case(ctx).await? else {
        return Ok(None);
    };
    let (case, customer): (CaseId, CustomerId) = (id.parse()?, customer_id.parse()?);
    let mut tx = ctx.begin().await?;
    let token = casework::case::link::of_case(&mut tx, ctx, case, customer, ctx.now()).await?;
    tx.commit().await?;
    let first = name.split(' ').next().unwrap_or_default().to_owned();
    Ok(Some((first, format!("/c/{token}"))))
}
