//! `/settings/policies`: what the house decided, in five parts that are saved one by one.

use super::actions::{self, Policies};
use super::rules::{self, CONTACT_LINES_MOST, CORE_VALUES_MOST, Kind, Wish};
use super::sql;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::{get, post};
use domain::money::Money;
use domain::permit::{Act, Role};
use house::change::ChangeError;
use house::page::{Errors, frame, go, show, wrong_of};
use house::wrong::Wrong;
use serde::Deserialize;
use store::Context;
use web::frame::StaffFrame;
use web::{Form, Problem, SignedIn, new_press};

/// The addresses of this noun.
pub(crate) fn router() -> Router<Context> {
    Router::new()
        .route("/settings/policies", get(policies))
        .route("/settings/policies/organisation", post(set_organisation))
        .route("/settings/policies/clocks", post(set_clocks))
        .route("/settings/policies/undo", post(set_undo))
        .route("/settings/policies/authority", post(set_authority))
        .route("/settings/policies/core-values", post(set_core_values))
}

/// Roles that may have authority to decide on remedies.
const DECIDING: [Role; 3] = [Role::Agent, Role::Lead, Role::Administrator];

/// Everything the page shows as text, whether it holds or was just typed.
#[derive(Clone, Default)]
struct Texts {
    name: String,
    currency: String,
    contact: String,
    clocks: [[String; 5]; 4],
    undo_seconds: String,
    authority: Vec<(String, String)>,
    core_values: String,
}

struct ClockRow {
    field: &'static str,
    label: &'static str,
    minutes: Vec<String>,
    error: String,
}

struct AuthorityRow {
    field: &'static str,
    label: &'static str,
    alone: String,
    with_value: String,
    error: String,
}

struct Change {
    words: String,
    when: web::time_words::Moment,
}

#[derive(askama::Template)]
#[template(path = "policy/policies.html")]
struct PoliciesPage {
    frame: StaffFrame,
    errors: Errors,
    press: String,
    name: String,
    currency: String,
    contact: String,
    clocks: Vec<ClockRow>,
    undo_seconds: String,
    authority: Vec<AuthorityRow>,
    core_values: String,
    versions: [i64; 7],
    history: Vec<Change>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OrganisationForm {
    version_name: i64,
    version_currency: i64,
    version_contact: i64,
    name: String,
    currency: String,
    #[serde(default)]
    contact: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClocksForm {
    version: i64,
    acknowledge: Vec<String>,
    answer: Vec<String>,
    update: Vec<String>,
    resolve: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct UndoForm {
    version: i64,
    undo_seconds: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AuthorityForm {
    version: i64,
    alone: Vec<String>,
    with_value: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CoreValuesForm {
    version: i64,
    core_values: String,
}

/// `GET /settings/policies`
async fn policies(State(ctx): State<Context>, signed: SignedIn) -> Result<Response, Problem> {
    page(&ctx, &signed, |_| {}, Errors::default()).await
}

/// `POST /settings/policies/organisation`
async fn set_organisation(
    State(ctx): State<Context>,
    form: Form<OrganisationForm>,
) -> Result<Response, Problem> {
    let sent = &form.value;
    let contact = rules::lines("contact", &sent.contact, CONTACT_LINES_MOST).map(Wish::Contact);
    let wishes = [
        (rules::name(&sent.name), sent.version_name),
        (rules::currency(&sent.currency), sent.version_currency),
        (contact, sent.version_contact),
    ];
    let keep = |texts: &mut Texts| {
        texts.name.clone_from(&sent.name);
        texts.currency.clone_from(&sent.currency);
        texts.contact.clone_from(&sent.contact);
    };
    set(&ctx, &form.by, wishes, &form.press, keep).await
}

/// `POST /settings/policies/clocks`
async fn set_clocks(
    State(ctx): State<Context>,
    form: Form<ClocksForm>,
) -> Result<Response, Problem> {
    let sent = &form.value;
    let texts = [&sent.acknowledge, &sent.answer, &sent.update, &sent.resolve];
    let texts = texts.map(|row| std::array::from_fn(|n| row.get(n).cloned().unwrap_or_default()));
    let wishes = [(rules::clocks(&texts), sent.version)];
    set(&ctx, &form.by, wishes, &form.press, |kept| kept.clocks = texts).await
}

/// `POST /settings/policies/undo`
async fn set_undo(State(ctx): State<Context>, form: Form<UndoForm>) -> Result<Response, Problem> {
    let sent = &form.value;
    let wishes = [(rules::undo_seconds(&sent.undo_seconds), sent.version)];
    let keep = |texts: &mut Texts| texts.undo_seconds.clone_from(&sent.undo_seconds);
    set(&ctx, &form.by, wishes, &form.press, keep).await
}

/// `POST /settings/policies/authority`
async fn set_authority(
    State(ctx): State<Context>,
    form: Form<AuthorityForm>,
) -> Result<Response, Problem> {
    let sent = &form.value;
    let pairs: Vec<(String, String)> = (0..DECIDING.len())
        .map(|n| {
            let at = |list: &[String]| list.get(n).cloned().unwrap_or_default();
            (at(&sent.alone), at(&sent.with_value))
        })
        .collect();
    let held = actions::read(&ctx.store).await.map_err(Problem::ours)?;
    let texts: Vec<_> = DECIDING
        .iter()
        .zip(&pairs)
        .map(|(role, (alone, with))| (*role, alone.clone(), with.clone()))
        .collect();
    let wishes = [(rules::authority(&texts, held.currency), sent.version)];
    set(&ctx, &form.by, wishes, &form.press, |kept| kept.authority = pairs).await
}

/// `POST /settings/policies/core-values`
async fn set_core_values(
    State(ctx): State<Context>,
    form: Form<CoreValuesForm>,
) -> Result<Response, Problem> {
    let sent = &form.value;
    let lines = rules::lines("core_values", &sent.core_values, CORE_VALUES_MOST);
    let wishes = [(lines.map(Wish::CoreValues), sent.version)];
    let keep = |texts: &mut Texts| texts.core_values.clone_from(&sent.core_values);
    set(&ctx, &form.by, wishes, &form.press, keep).await
}

/// Sets what was read; shows the page again, with what was typed, when something is wrong.
async fn set<const N: usize>(
    ctx: &Context,
    by: &SignedIn,
    wishes: [(Result<Wish, Vec<Wrong>>, i64); N],
    press: &store::Press,
    keep: impl FnOnce(&mut Texts),
) -> Result<Response, Problem> {
    let (mut right, mut wrong) = (Vec::new(), Vec::new());
    for (wish, version) in wishes {
        match wish {
            Ok(wish) => right.push((wish, Some(version))),
            Err(why) => wrong.extend(why),
        }
    }
    let done = if wrong.is_empty() {
        actions::set(ctx, &by.staff, &right, press).await
    } else {
        Err(ChangeError::Wrong(wrong))
    };
    match done {
        Ok(()) => Ok(go("/settings/policies")),
        Err(error) => page(ctx, by, keep, wrong_of(error)?).await,
    }
}

fn texts_of(held: &Policies) -> Texts {
    let minutes = |row: [u32; 5]| row.map(|minutes| minutes.to_string());
    let clocks = &held.clocks;
    let amount = |minor: i64| {
        let text = Money::new(minor, held.currency).to_string();
        text.split_once(' ').map_or(text.clone(), |(amount, _)| amount.to_owned())
    };
    Texts {
        name: held.name.clone(),
        currency: held.currency.code().to_owned(),
        contact: held.contact.join("\n"),
        clocks: [clocks.acknowledge, clocks.answer, clocks.update, clocks.resolve].map(minutes),
        undo_seconds: held.undo_seconds.to_string(),
        authority: DECIDING
            .iter()
            .map(|role| match held.authority.get(role) {
                None => (String::new(), String::new()),
                Some(may) => (amount(may.minor_most), amount(may.minor_most_with_value)),
            })
            .collect(),
        core_values: held.core_values.join("\n"),
    }
}

async fn page(
    ctx: &Context,
    signed: &SignedIn,
    keep: impl FnOnce(&mut Texts),
    errors: Errors,
) -> Result<Response, Problem> {
    signed.staff.permit_anywhere(Act::ManageSettings).map_err(ChangeError::from)?;
    let held = actions::read(&ctx.store).await.map_err(Problem::ours)?;
    let mut texts = texts_of(&held);
    keep(&mut texts);
    let page = PoliciesPage {
        frame: frame(signed, "Policies", &errors),
        press: new_press(ctx),
        clocks: clock_rows(texts.clocks, &errors),
        authority: authority_rows(texts.authority, &errors),
        name: texts.name,
        currency: texts.currency,
        contact: texts.contact,
        undo_seconds: texts.undo_seconds,
        core_values: texts.core_values,
        versions: [
            Kind::Name,
            Kind::Currency,
            Kind::Contact,
            Kind::Clocks,
            Kind::UndoSeconds,
            Kind::Authority,
            Kind::CoreValues,
        ]
        .map(|kind| held.version(kind)),
        history: history(ctx, &held).await?,
        errors,
    };
    show(&page, &page.errors)
}

fn clock_rows(clocks: [[String; 5]; 4], errors: &Errors) -> Vec<ClockRow> {
    const ROWS: [(&str, &str); 4] = [
        ("acknowledge", "First word that we have it"),
        ("answer", "An answer"),
        ("update", "The next news after ours"),
        ("resolve", "Put right"),
    ];
    let rows = ROWS.into_iter().zip(clocks);
    rows.map(|((field, label), minutes)| ClockRow {
        field,
        label,
        minutes: minutes.into(),
        error: errors.of(field).to_owned(),
    })
    .collect()
}

fn authority_rows(authority: Vec<(String, String)>, errors: &Errors) -> Vec<AuthorityRow> {
    let labels = ["Agents", "Leads", "Administrators"];
    let rows = DECIDING.into_iter().zip(labels).zip(authority);
    rows.map(|((role, label), (alone, with_value))| AuthorityRow {
        field: role.as_str(),
        label,
        alone,
        with_value,
        error: errors.of(role.as_str()).to_owned(),
    })
    .collect()
}

/// The latest versions of every policy, newest first.
async fn history(ctx: &Context, held: &Policies) -> Result<Vec<Change>, Problem> {
    const SHOWN: usize = 10;
    let now = ctx.now();
    let mut all = Vec::new();
    for kind in Kind::ALL {
        let versions = sql::history(&ctx.store, kind, 5).await.map_err(Problem::ours)?;
        all.extend(versions.into_iter().map(|version| (kind, version)));
    }
    all.sort_by_key(|(_, version)| std::cmp::Reverse(version.effective_at_ms));
    all.truncate(SHOWN);
    let zone = held.hours.zone();
    let rows = all.into_iter().map(|(kind, version)| Change {
        words: format!("{}, version {}", kind.label(), version.version),
        when: web::time_words::moment(
            now,
            jiff::Timestamp::from_millisecond(version.effective_at_ms).unwrap_or(now),
            zone,
        ),
    });
    Ok(rows.collect())
}
