//! A11: a call, a letter or a visit logged by hand. The page and its form are here; the address it
//! posts to is put together in `app`, because only `customers` says who somebody new is.

pub(crate) mod people;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use casework::case::actions::NewCase;
use casework::draft;
use desk::dialog::choices;
use desk::screen::Screen;
use desk::screen::tomorrow;
use desk::view::choices::{kinds, teams, unit_of};
use domain::channel::{Channel, Kind};
use domain::id::{CaseId, CustomerId, StaffId, TeamId, UnitId};
use domain::permit::Act;
use domain::urgency::Facts;
use domain::words::Words;
use jiff::Timestamp;
use jiff::civil::DateTime;
use people::{PersonView, customer_by_number};
use serde::{Deserialize, Serialize};
use store::{Context, Doing, Store, StoreError, on};
use web::frame::{Place, StaffFrame};
use web::{Form, Problem, Query, SignedIn};

/// The ways by which a case can be logged by hand.
pub(crate) const BY_HAND: [Channel; 5] =
    [Channel::Call, Channel::Letter, Channel::Visit, Channel::Chat, Channel::Api];
/// Characters of the problem line.
pub(crate) const PROBLEM_MOST: usize = 240;
/// Characters of a subject made from the first words.
const SUBJECT_MOST: usize = 80;
/// Characters of what they said.
const SAID_MOST: usize = 50_000;
/// Characters of a promise.
const PROMISE_MOST: usize = casework::promise::rules::WORDS_MOST;

/// The page and its draft.
pub(crate) fn router() -> Router<Context> {
    Router::new().route("/cases/new", get(show)).route("/cases/new/draft", post(keep_draft))
}

/// What was typed. Every field is text, so that what is wrong can be shown again.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct NewCaseForm {
    /// What people are searched by: a name, an address, a telephone or customer number.
    pub find: String,
    /// The number of the customer that was chosen, or empty for somebody new.
    pub who: String,
    /// Name of somebody new.
    pub name: String,
    /// E-mail address of somebody new.
    pub email: String,
    /// Telephone number of somebody new.
    pub phone: String,
    /// `call`, `letter` or `visit`.
    pub channel: String,
    /// What they said, in their words.
    pub said: String,
    /// What would make it right, in their words.
    pub wish: String,
    /// The problem in one line.
    pub problem: String,
    /// The kind of matter.
    pub kind: String,
    /// 0 to 4.
    pub severity: String,
    /// Somebody may be hurt.
    pub safety: Option<String>,
    /// No heating, no phone, no account.
    pub cut_off: Option<String>,
    /// They told us that they need extra care.
    pub needs_care: Option<String>,
    /// What was promised on the spot, after "We will".
    pub promise: String,
    /// By when, in the reader's zone.
    pub due: String,
    /// The id of the team.
    pub team: String,
    /// `find`: only look for people.
    pub only: Option<String>,
    /// Grows with each save of the draft.
    pub stamp: Option<i64>,
}

/// Somebody we did not know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// Their name, or empty.
    pub name: String,
    /// Their e-mail address, or empty.
    pub email: String,
    /// Their telephone number, or empty.
    pub phone: String,
}

/// Whose case it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Whose {
    /// Somebody we know.
    Known(CustomerId),
    /// Somebody new: `customers` meets them first.
    New(Person),
}

/// A form that was found to be right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ready {
    /// Whose case it is.
    pub whose: Whose,
    /// The unit it belongs to.
    pub unit: UnitId,
    team: TeamId,
    kind: Kind,
    channel: Channel,
    subject: Words,
    problem: Option<Words>,
    said: Option<Words>,
    severity: u8,
    facts: Facts,
    promise: Option<(Words, Timestamp)>,
}

impl Ready {
    /// The case to open for `customer`.
    pub fn case(self, customer: CustomerId) -> NewCase {
        NewCase {
            unit: self.unit,
            team: self.team,
            customer,
            kind: self.kind,
            channel: self.channel,
            subject: self.subject,
            problem: self.problem,
            said: self.said,
            severity: self.severity,
            facts: self.facts,
            promise: self.promise,
        }
    }
}

/// What must be put right, by field.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Errors {
    /// Field and what to do.
    pub list: Vec<(String, String)>,
}

impl Errors {
    fn add(&mut self, field: &str, says: &str) {
        self.list.push((field.to_owned(), says.to_owned()));
    }

    /// One sentence about the whole form.
    pub fn of_all(says: String) -> Errors {
        Errors { list: vec![("new-case-title".to_owned(), says)] }
    }

    /// What is said beside `field`; empty when nothing is wrong with it.
    fn of(&self, field: &str) -> &str {
        self.list.iter().find(|(name, _)| name == field).map_or("", |(_, says)| says)
    }
}

/// Reads the form, or says what must be put right.
///
/// # Errors
/// 403 for somebody who may not open cases; else when the store fails.
pub async fn read(
    ctx: &Context,
    signed: &SignedIn,
    form: &NewCaseForm,
) -> Result<Result<Ready, Errors>, Problem> {
    signed.staff.permit_anywhere(Act::OpenCase).map_err(|_| Problem::not_permitted())?;
    let screen = Screen::of(ctx, signed.clone()).await?;
    let mut wrong = Errors::default();
    let whose = whose(ctx, &screen, form, &mut wrong).await?;
    let team = team(ctx, &screen, form, &mut wrong).await?;
    let channel = Channel::from_word(&form.channel).filter(|way| BY_HAND.contains(way));
    let kind = Kind::from_word(&form.kind);
    let severity = form.severity.parse::<u8>().ok().filter(|severity| *severity <= 4);
    for (field, missing, says) in [
        ("channel", channel.is_none(), "Choose how they reached us."),
        ("kind", kind.is_none(), "Choose what it is."),
        ("severity", severity.is_none(), "Choose how bad it is."),
    ] {
        if missing {
            wrong.add(field, says);
        }
    }
    let (said, problem) = (said(form), some(&form.problem, PROBLEM_MOST));
    let said = said.map_err(|()| wrong.add("said", "Keep it under 50,000 letters.")).ok().flatten();
    let problem = problem.map_err(|()| wrong.add("problem", "Keep it under 240 letters."));
    let problem = problem.ok().flatten();
    let promise = promise(&screen, form, &mut wrong);
    let subject = problem.as_ref().or(said.as_ref()).map(subject_of);
    if subject.is_none() && wrong.of("said").is_empty() && wrong.of("problem").is_empty() {
        wrong.add("said", "Write what happened, in their words or in one line.");
    }
    let Some(((whose, (team, unit)), (channel, kind))) = whose.zip(team).zip(channel.zip(kind))
    else {
        return Ok(Err(wrong));
    };
    let Some((severity, subject)) = severity.zip(subject) else { return Ok(Err(wrong)) };
    if !wrong.list.is_empty() {
        return Ok(Err(wrong));
    }
    let facts = Facts {
        safety: form.safety.is_some(),
        cut_off: form.cut_off.is_some(),
        needs_care: form.needs_care.is_some(),
        ..Facts::default()
    };
    Ok(Ok(Ready {
        whose,
        unit,
        team,
        kind,
        channel,
        subject,
        problem,
        said,
        severity,
        facts,
        promise,
    }))
}

async fn whose(
    ctx: &Context,
    screen: &Screen,
    form: &NewCaseForm,
    wrong: &mut Errors,
) -> Result<Option<Whose>, StoreError> {
    let new = [&form.name, &form.email, &form.phone].map(|text| text.trim().to_owned());
    if form.who.is_empty() {
        let [name, email, phone] = new;
        if [&name, &email, &phone].iter().all(|text| text.is_empty()) {
            wrong.add("find", "Find the person, or write their name below.");
            return Ok(None);
        }
        let address = email.split_once('@').is_some_and(|(local, domain)| {
            !local.is_empty() && domain.contains('.') && !email.contains(char::is_whitespace)
        });
        if !email.is_empty() && !address {
            wrong.add("email", "Enter an e-mail address like name@example.com.");
        }
        let digits = phone.chars().filter(char::is_ascii_digit).count();
        if !phone.is_empty() && !(5..=20).contains(&digits) {
            wrong.add("phone", "Enter a telephone number like +47 22 33 44 55.");
        }
        return Ok(Some(Whose::New(Person { name, email, phone })));
    }
    let known = match form.who.parse() {
        Ok(number) => customer_by_number(&ctx.store, &screen.reach, number).await?,
        Err(_) => None,
    };
    if known.is_none() {
        wrong.add("find", "Choose somebody from the list, or write their name below.");
    }
    Ok(known.map(Whose::Known))
}

async fn team(
    ctx: &Context,
    screen: &Screen,
    form: &NewCaseForm,
    wrong: &mut Errors,
) -> Result<Option<(TeamId, UnitId)>, StoreError> {
    let known = teams(&ctx.store, &screen.signed.staff).await?;
    let team: Option<TeamId> = form.team.parse().ok();
    let team = team.filter(|_| known.iter().any(|(id, _)| *id == form.team));
    let unit = match team {
        Some(team) => unit_of(&ctx.store, team).await?,
        None => None,
    };
    if unit.is_none() {
        wrong.add("team", "Choose a team.");
    }
    Ok(team.zip(unit))
}

fn some(text: &str, most: usize) -> Result<Option<Words>, ()> {
    match Words::new(text, most) {
        Ok(words) => Ok(Some(words)),
        Err(domain::words::WordsRefused::Blank) => Ok(None),
        Err(domain::words::WordsRefused::TooLong { .. }) => Err(()),
    }
}

/// What they said, with what would make it right under it.
fn said(form: &NewCaseForm) -> Result<Option<Words>, ()> {
    let wish = some(&form.wish, SAID_MOST)?;
    let wish = wish.map(|wish| format!("What would make it right: {wish}"));
    let said = some(&form.said, SAID_MOST)?.map(Words::into_string);
    let both: Vec<String> = [said, wish].into_iter().flatten().collect();
    some(&both.join("\n\n"), SAID_MOST)
}

fn promise(screen: &Screen, form: &NewCaseForm, wrong: &mut Errors) -> Option<(Words, Timestamp)> {
    let words = some(&form.promise, PROMISE_MOST);
    let words = words.map_err(|()| wrong.add("promise", "Keep it under 300 letters.")).ok()??;
    let local: Option<DateTime> = form.due.trim().parse().ok();
    let due = local.and_then(|local| local.to_zoned(screen.zone.clone()).ok());
    match due.map(|due| due.timestamp()) {
        Some(due) if due > screen.now => Some((words, due)),
        Some(_) => {
            wrong.add("due", "A promise needs a date in the future.");
            None
        }
        None => {
            wrong.add("due", "Choose a day and an hour.");
            None
        }
    }
}

/// A subject line made of the first words of a text.
pub(crate) fn subject_of(text: &Words) -> Words {
    let line = text.as_str().split_whitespace().collect::<Vec<_>>().join(" ");
    let mut first: String = line.chars().take(SUBJECT_MOST).collect();
    if line.chars().count() > SUBJECT_MOST {
        first.push('…');
    }
    // Cut to letters that show nothing, it would be blank; then the whole text stands.
    Words::new(&first, SUBJECT_MOST + 1).unwrap_or_else(|_| text.clone())
}

type Choices = Vec<(String, String, bool)>;

#[derive(askama::Template)]
#[template(path = "case/new.html")]
struct NewCasePage {
    frame: StaffFrame,
    form: NewCaseForm,
    people: Vec<PersonView>,
    looked: bool,
    channels: Choices,
    kinds: Choices,
    severities: Choices,
    teams: Choices,
    errors: Errors,
    stamp: i64,
    press: String,
}

const CHANNELS: [(&str, &str); 3] =
    [("call", "A call"), ("letter", "A letter"), ("visit", "A visit")];

/// Shows the page with what was typed and what must be put right: 422 when something must.
///
/// # Errors
/// 403 for somebody who may not open cases; else when the store fails.
pub async fn page(
    ctx: &Context,
    signed: SignedIn,
    form: NewCaseForm,
    errors: Errors,
) -> Result<Response, Problem> {
    signed.staff.permit_anywhere(Act::OpenCase).map_err(|_| Problem::not_permitted())?;
    let screen = Screen::of(ctx, signed).await?;
    let title = "Let’s go over what happened";
    let mut frame = screen.frame(ctx, title, Place::Queue, "case").await?;
    frame.has_errors = !errors.list.is_empty();
    let status = if frame.has_errors { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let looked = !form.find.trim().is_empty() || !form.who.is_empty();
    let people = if looked { people::find(ctx, &screen.reach, &form).await? } else { Vec::new() };
    let teams = teams(&ctx.store, &screen.signed.staff).await?;
    let html = web::page(&NewCasePage {
        frame,
        looked,
        people,
        channels: choices(&CHANNELS, &form.channel),
        kinds: choices(&kinds(), &form.kind),
        severities: choices(&crate::case::forms::SEVERITIES, &form.severity),
        teams: choices(&teams, &form.team),
        stamp: form.stamp.unwrap_or_else(|| screen.now.as_millisecond()),
        press: web::new_press(ctx),
        form,
        errors,
    })?;
    Ok((status, html).into_response())
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct NewCaseQuery {
    /// The number of the customer whose case it is.
    customer: Option<i64>,
}

/// `GET /cases/new`
async fn show(
    State(ctx): State<Context>,
    signed: SignedIn,
    Query(query): Query<NewCaseQuery>,
) -> Result<Response, Problem> {
    let mut form = kept(&ctx.store, signed.staff.id).await?;
    if let Some(number) = query.customer {
        form.who = number.to_string();
    }
    let screen = Screen::of(&ctx, signed).await?;
    let due = tomorrow(&screen).to_zoned(screen.zone.clone());
    let team = screen.signed.staff.teams.first().map(ToString::to_string).unwrap_or_default();
    for (field, usual) in [
        (&mut form.channel, "call"),
        (&mut form.kind, "complaint"),
        (&mut form.severity, "1"),
        (&mut form.due, &due.strftime("%Y-%m-%dT%H:%M").to_string()),
        (&mut form.team, &team),
    ] {
        if field.is_empty() {
            usual.clone_into(field);
        }
    }
    page(&ctx, screen.signed, form, Errors::default()).await
}

/// The draft of a case that is not there yet stands under this id.
fn nowhere() -> CaseId {
    CaseId::from(uuid::Uuid::nil())
}

/// What somebody had typed before; empty when there is nothing, or nothing readable.
async fn kept(store: &Store, staff: StaffId) -> Result<NewCaseForm, StoreError> {
    const SQL: &str =
        "SELECT text FROM draft WHERE case_id = $1 AND staff_id = $2 AND kind = 'note'";
    let text: Option<String> = on!(Store store, db => sqlx::query_scalar(SQL)
        .bind(nowhere().to_string()).bind(staff.to_string()).fetch_optional(db).await)
    .doing("reading the draft of a new case")?;
    let text = text.filter(|text| !text.is_empty());
    // A draft of an earlier release may have other fields; then one starts afresh.
    let form = text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
    Ok(NewCaseForm { stamp: None, only: None, ..form })
}

/// `POST /cases/new/draft`: kept within a second after typing stops.
async fn keep_draft(
    State(ctx): State<Context>,
    form: Form<NewCaseForm>,
) -> Result<StatusCode, Problem> {
    let staff = &form.by.staff;
    staff.permit_anywhere(Act::OpenCase).map_err(|_| Problem::not_permitted())?;
    let now = ctx.now();
    let stamp = form.value.stamp.unwrap_or_else(|| now.as_millisecond());
    let text = serde_json::to_string(&form.value)
        .map_err(|error| StoreError::unreadable("keeping the draft of a new case", error))?;
    let mut tx = ctx.begin().await?;
    draft::sql::save(&mut tx, nowhere(), staff.id, "note", &text, stamp, now).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Ends the draft because the case is there now.
///
/// # Errors
/// When the store fails.
pub async fn end_draft(
    ctx: &Context,
    staff: StaffId,
    stamp: Option<i64>,
) -> Result<(), StoreError> {
    let mut tx = ctx.begin().await?;
    draft::sql::end(&mut tx, nowhere(), staff, "note", stamp).await?;
    tx.commit().await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_makes_a_short_subject() {
        let text = Words::new(&"The heating is off. ".repeat(20), 1_000).unwrap();
        let subject = subject_of(&text);
        assert_eq!(subject.as_str().chars().count(), SUBJECT_MOST + 1);
        assert!(subject.as_str().ends_with('…'));
    }

    #[test]
    fn the_wish_stands_under_what_they_said() {
        let form = NewCaseForm {
            said: "Nobody came.".to_owned(),
            wish: "Come today.".to_owned(),
            ..NewCaseForm::default()
        };
        let said = said(&form).unwrap().unwrap();
        assert_eq!(said.as_str(), "Nobody came.\n\nWhat would make it right: Come today.");
        assert_eq!(super::said(&NewCaseForm::default()), Ok(None));
    }
}
