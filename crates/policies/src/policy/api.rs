//! `/api/v1/policies`: what the house decided about itself.

use super::actions::{self, Policies};
use super::rules::{self, CONTACT_LINES_MOST, CORE_VALUES_MOST, Wish};
use crate::hours::rules::HoursText;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use domain::permit::{Act, Role};
use house::change::ChangeError;
use house::wrong::Wrong;
use serde::{Deserialize, Serialize};
use store::Context;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use web::json::versioned;
use web::{Bearer, Json, Problem};

/// The addresses of this noun.
pub(crate) fn api() -> OpenApiRouter<Context> {
    OpenApiRouter::new().routes(routes!(read, change))
}

/// Who we are to the public.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct OrganisationPolicy {
    /// What the organisation is called.
    name: String,
    /// The ISO 4217 code of the currency of every remedy.
    currency: String,
    /// How the public reaches us besides, such as "Phone +47 22 00 11 22, 9 to 17".
    #[serde(default)]
    contact: Vec<String>,
}

/// Within how many open minutes each clock is due, for severity 0, 1, 2, 3 and 4.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ClocksPolicy {
    /// Our first word that we have it.
    acknowledge: Vec<u32>,
    /// An answer.
    answer: Vec<u32>,
    /// The next news after ours.
    update: Vec<u32>,
    /// Put right.
    resolve: Vec<u32>,
}

/// How much a role decides alone, in minor units of the currency.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Limits {
    /// Without saying more.
    minor_most: i64,
    /// When one of our values is named, with a line of why.
    minor_most_with_value: i64,
}

/// How much each role decides alone. A role that is not here decides nothing alone.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AuthorityPolicy {
    /// Agents.
    agent: Option<Limits>,
    /// Leads.
    lead: Option<Limits>,
    /// Administrators.
    administrator: Option<Limits>,
}

/// When we are open. A day is openings with commas between, as `09:00-12:00, 13:00-17:00`; empty
/// when we are closed.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct HoursPolicy {
    /// The IANA time zone.
    zone: String,
    /// Mondays.
    #[serde(default)]
    monday: String,
    /// Tuesdays.
    #[serde(default)]
    tuesday: String,
    /// Wednesdays.
    #[serde(default)]
    wednesday: String,
    /// Thursdays.
    #[serde(default)]
    thursday: String,
    /// Fridays.
    #[serde(default)]
    friday: String,
    /// Saturdays.
    #[serde(default)]
    saturday: String,
    /// Sundays.
    #[serde(default)]
    sunday: String,
    /// Days that differ, as `2026-12-24 Christmas Eve 09:00-12:00`.
    #[serde(default)]
    holidays: Vec<String>,
}

/// Every policy as it holds now.
#[derive(Serialize, ToSchema)]
struct PoliciesJson {
    /// Who we are to the public.
    organisation: OrganisationPolicy,
    /// Within how many minutes each clock is due.
    clocks: ClocksPolicy,
    /// When we are open.
    hours: HoursPolicy,
    /// How long a letter can be taken back, in seconds.
    undo_seconds: u32,
    /// How much each role decides alone.
    authority: AuthorityPolicy,
    /// What may support going beyond the usual.
    core_values: Vec<String>,
    /// Grows with each change of any of them; the `ETag` carries it.
    version: u64,
}

impl PoliciesJson {
    fn of(held: &Policies) -> Result<PoliciesJson, Problem> {
        let hours = HoursText::of(&held.hours);
        let hours = hours.map_err(|why| Problem::ours(anyhow::Error::from(why)))?;
        let [monday, tuesday, wednesday, thursday, friday, saturday, sunday] = hours.days;
        let limits = |role: Role| {
            held.authority.get(&role).map(|may| Limits {
                minor_most: may.minor_most,
                minor_most_with_value: may.minor_most_with_value,
            })
        };
        Ok(PoliciesJson {
            organisation: OrganisationPolicy {
                name: held.name.clone(),
                currency: held.currency.code().to_owned(),
                contact: held.contact.clone(),
            },
            clocks: ClocksPolicy {
                acknowledge: held.clocks.acknowledge.to_vec(),
                answer: held.clocks.answer.to_vec(),
                update: held.clocks.update.to_vec(),
                resolve: held.clocks.resolve.to_vec(),
            },
            hours: HoursPolicy {
                zone: hours.zone,
                monday,
                tuesday,
                wednesday,
                thursday,
                friday,
                saturday,
                sunday,
                holidays: hours.holidays.lines().map(str::to_owned).collect(),
            },
            undo_seconds: held.undo_seconds,
            authority: AuthorityPolicy {
                agent: limits(Role::Agent),
                lead: limits(Role::Lead),
                administrator: limits(Role::Administrator),
            },
            core_values: held.core_values.clone(),
            version: held.version_of_all(),
        })
    }
}

/// What the house decided about itself.
#[utoipa::path(get, path = "/api/v1/policies", tag = "organisation",
    responses((status = 200, body = PoliciesJson)))]
async fn read(
    State(ctx): State<Context>,
    bearer: Bearer,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    bearer.staff.permit_anywhere(Act::ManageSettings).map_err(ChangeError::from)?;
    let held = actions::read(&ctx.store).await.map_err(Problem::ours)?;
    Ok(versioned(&headers, held.version_of_all(), &PoliciesJson::of(&held)?))
}

/// Policies as they shall be; what is not here stays as it is.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PoliciesBody {
    /// Who we are to the public.
    organisation: Option<OrganisationPolicy>,
    /// Within how many minutes each clock is due.
    clocks: Option<ClocksPolicy>,
    /// When we are open.
    hours: Option<HoursPolicy>,
    /// How long a letter can be taken back, in seconds, 0 to 60.
    undo_seconds: Option<u32>,
    /// How much each role decides alone.
    authority: Option<AuthorityPolicy>,
    /// What may support going beyond the usual, at most 20.
    core_values: Option<Vec<String>>,
}

impl PoliciesBody {
    fn wishes(&self) -> Vec<Result<Wish, Vec<Wrong>>> {
        let mut wishes = Vec::new();
        if let Some(OrganisationPolicy { name, currency, contact }) = &self.organisation {
            let contact = rules::lines("contact", &contact.join("\n"), CONTACT_LINES_MOST);
            wishes.extend([
                rules::name(name),
                rules::currency(currency),
                contact.map(Wish::Contact),
            ]);
        }
        wishes.extend(self.clocks.as_ref().map(ClocksPolicy::wish));
        wishes.extend(self.hours.as_ref().map(|hours| hours.text().read().map(Wish::Hours)));
        wishes.extend(self.undo_seconds.map(|n| rules::undo_seconds(&n.to_string())));
        wishes.extend(self.authority.as_ref().map(AuthorityPolicy::wish));
        wishes.extend(self.core_values.as_ref().map(|values| {
            let lines = rules::lines("core_values", &values.join("\n"), CORE_VALUES_MOST);
            lines.map(Wish::CoreValues)
        }));
        wishes
    }
}

impl ClocksPolicy {
    fn wish(&self) -> Result<Wish, Vec<Wrong>> {
        let rows = [
            ("acknowledge", &self.acknowledge),
            ("answer", &self.answer),
            ("update", &self.update),
            ("resolve", &self.resolve),
        ];
        let says = "Give five figures: for severity 0, 1, 2, 3 and 4.";
        let odd = rows.iter().filter(|(_, row)| row.len() != 5);
        let odd: Vec<Wrong> = odd.map(|(field, _)| Wrong::at(field, says)).collect();
        let texts = rows.map(|(_, row)| {
            std::array::from_fn(|n| row.get(n).map(u32::to_string).unwrap_or_default())
        });
        if odd.is_empty() { rules::clocks(&texts) } else { Err(odd) }
    }
}

impl AuthorityPolicy {
    fn wish(&self) -> Result<Wish, Vec<Wrong>> {
        let roles = [
            (Role::Agent, &self.agent),
            (Role::Lead, &self.lead),
            (Role::Administrator, &self.administrator),
        ];
        let named = roles.into_iter().filter_map(|(role, may)| {
            may.as_ref().map(|may| (role, may.minor_most, may.minor_most_with_value))
        });
        rules::authority_in_minor(&named.collect::<Vec<_>>())
    }
}

impl HoursPolicy {
    fn text(&self) -> HoursText {
        let days = [
            &self.monday,
            &self.tuesday,
            &self.wednesday,
            &self.thursday,
            &self.friday,
            &self.saturday,
            &self.sunday,
        ];
        HoursText {
            zone: self.zone.clone(),
            days: days.map(String::clone),
            holidays: self.holidays.join("\n"),
        }
    }
}

/// Decides some policies otherwise, all of them or none.
#[utoipa::path(patch, path = "/api/v1/policies", tag = "organisation", request_body = PoliciesBody,
    params(("If-Match" = Option<String>, Header, description = "the ETag it was made from")),
    responses((status = 200, body = PoliciesJson), (status = 412, description = "changed meanwhile")))]
async fn change(
    State(ctx): State<Context>,
    bearer: Bearer,
    body: Json<PoliciesBody>,
) -> Result<Response, Problem> {
    bearer.staff.permit_anywhere(Act::ManageSettings).map_err(ChangeError::from)?;
    let held = actions::read(&ctx.store).await.map_err(Problem::ours)?;
    let version = held.version_of_all();
    if body.if_match.is_some_and(|named| named != version) {
        return Err(Problem::changed_meanwhile(version));
    }
    let (mut right, mut wrong) = (Vec::new(), Vec::new());
    for wish in body.value.wishes() {
        match wish {
            // The version just read, where one was named: whoever sets it until then was faster.
            Ok(wish) => {
                let version = body.if_match.map(|_| held.version(wish.kind()));
                right.push((wish, version));
            }
            Err(why) => wrong.extend(why),
        }
    }
    if !wrong.is_empty() {
        return Err(ChangeError::Wrong(wrong).into());
    }
    actions::set(&ctx, &bearer.staff, &right, &body.press).await?;
    let held = actions::read(&ctx.store).await.map_err(Problem::ours)?;
    Ok(versioned(&HeaderMap::new(), held.version_of_all(), &PoliciesJson::of(&held)?))
}
