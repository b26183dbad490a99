//! The bar under a list, and the forms that ask for what a change to many cases needs.

use crate::bulk::actions::{self, Chosen};
use crate::bulk::rules::{BulkAct, BulkRefused, NAMED_MOST};
use crate::bulk::sql::BulkChange;
use crate::case::forms::SEVERITIES;
use crate::label::pages::{choices as label_choices, ids};
use crate::view::pages::local;
use axum::Router;
use axum::extract::State;
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use casework::case::actions as case_actions;
use casework::refusal::ActError;
use desk::dialog::{choices, colleague};
use desk::screen::Screen;
use desk::screen::tomorrow;
use desk::view::case::missing;
use desk::view::choices::colleagues;
use desk::view::filter::FilterText;
use desk::view::filtered::count_filtered;
use desk::view::list::{lane_of, title_of, view_of};
use desk::view::seen;
use domain::id::CaseNumber;
use domain::permit::Act;
use jiff::Timestamp;
use jiff::civil::DateTime;
use serde::Deserialize;
use store::{Context, Press};
use web::frame::{Place, StaffFrame};
use web::{Form, Problem, Query, SignedIn, words};

/// The forms of this noun.
pub(crate) fn router() -> Router<Context> {
    Router::new()
        .route("/cases/changes", post(change_several))
        .route("/bulk-changes/new", get(form))
        .route("/bulk-changes", post(start))
}

/// What a form about several cases says: which, what, and what the act needs.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Asked {
    case: Vec<String>,
    /// A view with its filter, all of it: `team?kind=complaint`.
    list: String,
    act: String,
    back: String,
    owner: String,
    until: String,
    severity: String,
    add: Vec<String>,
    remove: Vec<String>,
}

/// Which cases are meant.
enum Meant {
    Cases(Vec<CaseNumber>),
    List { word: String, filter: Box<FilterText> },
}

impl Asked {
    fn meant(&self) -> Result<Meant, Problem> {
        if !self.list.is_empty() {
            let (word, query) = self.list.split_once('?').unwrap_or((&self.list, ""));
            title_of(word)?;
            let filter = Box::new(FilterText::of_query(query));
            return Ok(Meant::List { word: word.to_owned(), filter });
        }
        let ticked = self.case.iter().take(NAMED_MOST).map(|case| case.parse());
        let numbers: Vec<CaseNumber> = ticked.collect::<Result<_, _>>().map_err(|_| {
            let says = "A ticked case has no number. Nothing was changed.";
            Problem::refused("form_unreadable", says).at("/case", "Tick cases of the list.")
        })?;
        if numbers.is_empty() {
            return Err(Problem::refused("nothing_ticked", "Tick at least one case first."));
        }
        Ok(Meant::Cases(numbers))
    }

    /// The address of the form that asks for what is missing.
    fn form(&self) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.append_pair("act", &self.act);
        if self.list.is_empty() {
            query.extend_pairs(self.case.iter().map(|case| ("case", case)));
        } else {
            query.append_pair("list", &self.list);
        }
        format!("/bulk-changes/new?{}", query.append_pair("back", &self.back).finish())
    }

    /// What is to be done, or the field that must be put right first.
    fn act(&self, screen: &Screen) -> Result<BulkAct, Problem> {
        let wrong = |at: &str, says: &str| {
            Problem::refused("field_unreadable", says.to_owned()).at(at, says)
        };
        Ok(match self.act.as_str() {
            "take" => BulkAct::Take,
            "read" => BulkAct::Turn,
            "assign" => {
                let owner = colleague(&self.owner);
                BulkAct::Assign {
                    owner: owner.map_err(|_| wrong("/owner", "Choose a colleague."))?,
                }
            }
            "snooze" if self.until.is_empty() => BulkAct::Snooze { until: tomorrow(screen) },
            "snooze" => {
                let until = moment(screen, &self.until);
                let until = until.ok_or_else(|| wrong("/until", "Choose a day and an hour."))?;
                BulkAct::Snooze { until }
            }
            "priority" => {
                let severity = self.severity.parse();
                let severity = severity.map_err(|_| wrong("/severity", "Choose how bad it is."))?;
                BulkAct::Priority { severity }
            }
            "label" => {
                let (add, remove) = (ids(&self.add), ids(&self.remove));
                let says = "Choose labels of the list.";
                let both = add.zip(remove).ok_or_else(|| wrong("/labels", says))?;
                BulkAct::Label { add: both.0, remove: both.1 }
            }
            _ => return Err(Problem::refused("act_unknown", "Choose one of the buttons.")),
        })
    }
}

fn moment(screen: &Screen, text: &str) -> Option<Timestamp> {
    let local: DateTime = text.trim().parse().ok()?;
    local.to_zoned(screen.zone.clone()).ok().map(|zoned| zoned.timestamp())
}

async fn begin(
    ctx: &Context,
    screen: &Screen,
    meant: &Meant,
    act: BulkAct,
    press: &Press,
) -> Result<BulkChange, Problem> {
    let staff = &screen.signed.staff;
    let done = match meant {
        Meant::Cases(numbers) => {
            actions::start(ctx, staff, act, Chosen::Cases(numbers), press).await
        }
        Meant::List { word, filter } => {
            let (filter, lane) = (filter.read(staff.id)?, lane_of(screen, word));
            let list = Chosen::List(lane, view_of(word)?, &filter);
            actions::start(ctx, staff, act, list, press).await
        }
    };
    Ok(done?)
}

/// Back to the list when all of it is done, else to what becomes of it.
fn after(change: &BulkChange, back: &str) -> Redirect {
    if change.is_running() || change.refused > 0 {
        return Redirect::to(&format!("/bulk-changes/{}", change.id));
    }
    Redirect::to(&local(back, "/q/mine"))
}

/// `POST /cases/changes`: the same act on each ticked case, or on every case of the list. Acts that
/// need words open their form; those with words for a customer open it for the first case.
async fn change_several(
    State(ctx): State<Context>,
    form: Form<Asked>,
) -> Result<Response, Problem> {
    let asked = &form.value;
    let meant = asked.meant()?;
    let dialog = match asked.act.as_str() {
        "resolve" => Some("resolution/new"),
        "transfer" => Some("transfers/new"),
        "assign" => Some("assignment/new"),
        "priority" => Some("reading"),
        _ => None,
    };
    let has_words = matches!(asked.act.as_str(), "resolve" | "transfer");
    let first = match &meant {
        Meant::List { .. } if has_words => {
            let says = "Each customer gets words of their own: go through these cases one by one.";
            return Err(Problem::refused("one_by_one", says));
        }
        Meant::List { .. } => return Ok(Redirect::to(&asked.form()).into_response()),
        Meant::Cases(numbers) if numbers.len() > 1 && !has_words => {
            if dialog.is_some() || asked.act == "label" {
                return Ok(Redirect::to(&asked.form()).into_response());
            }
            let screen = Screen::of(&ctx, form.by).await?;
            let act = asked.act(&screen)?;
            let change = begin(&ctx, &screen, &meant, act, &form.press).await?;
            return Ok(after(&change, &asked.back).into_response());
        }
        Meant::Cases(numbers) => numbers[0],
    };
    if let Some(dialog) = dialog {
        return Ok(Redirect::to(&format!("/cases/{first}/{dialog}")).into_response());
    }
    let back = Redirect::to(&local(&asked.back, "/q/mine")).into_response();
    let screen = Screen::of(&ctx, form.by).await?;
    let (staff, press) = (&screen.signed.staff, form.press.part(0));
    match asked.act.as_str() {
        "label" => return Ok(Redirect::to(&asked.form()).into_response()),
        "read" => seen::turn(&ctx, staff, &[first]).await.map(|_| ())?,
        "take" => case_actions::take(&ctx, staff, first, &press).await.map(|_| ())?,
        "snooze" => {
            let until = tomorrow(&screen);
            case_actions::snooze(&ctx, staff, first, until, &press).await.map(|_| ())?;
        }
        _ => return Err(Problem::refused("act_unknown", "Choose one of the buttons.")),
    }
    Ok(back)
}

#[derive(askama::Template)]
#[template(path = "bulk/new.html")]
struct FormPage {
    frame: StaffFrame,
    title: String,
    intro: &'static str,
    submit: String,
    asked: Asked,
    owners: Vec<(String, String, bool)>,
    labels: Vec<(String, String, bool)>,
    severities: Vec<(String, String, bool)>,
    errors: Vec<(String, String)>,
    back: String,
    press: String,
}

/// `GET /bulk-changes/new`: says how many cases it is, and asks for what is still needed.
async fn form(
    State(ctx): State<Context>,
    signed: SignedIn,
    Query(asked): Query<Asked>,
) -> Result<Html<String>, Problem> {
    let screen = Screen::of(&ctx, signed).await?;
    if !screen.may(Act::HandleCase) {
        return Err(missing());
    }
    write_form(&ctx, &screen, asked, None).await
}

/// The question, and what the button says.
fn asks(act: &str, n: u64) -> Option<(String, String)> {
    let cases = format!("{} {}", words::count(n), if n == 1 { "case" } else { "cases" });
    let (title, verb) = match act {
        "take" => (format!("Take {cases}?"), "Take"),
        "assign" => (format!("Who takes {cases}?"), "Assign"),
        "snooze" => (format!("Put {cases} aside until when?"), "Put aside"),
        "priority" => (format!("How bad are these {cases}?"), "Set"),
        "label" => (format!("Label {cases}"), "Label"),
        "read" => (format!("Mark {cases} as read, or as unread?"), "Mark"),
        _ => return None,
    };
    Some((title, format!("{verb} {cases}")))
}

async fn write_form(
    ctx: &Context,
    screen: &Screen,
    mut asked: Asked,
    wrong: Option<(String, String)>,
) -> Result<Html<String>, Problem> {
    let staff = &screen.signed.staff;
    let n = match asked.meant()? {
        Meant::Cases(numbers) => numbers.len() as u64,
        Meant::List { word, filter } => {
            let (filter, lane) = (filter.read(staff.id)?, lane_of(screen, &word));
            let view = view_of(&word)?;
            count_filtered(ctx, &screen.reach, lane, view, &filter, true).await?.n
        }
    };
    if n == 0 {
        return Err(ActError::from(BulkRefused::Empty).into());
    }
    let asks = asks(&asked.act, n);
    let (title, submit) =
        asks.ok_or_else(|| Problem::refused("act_unknown", "Choose one of the buttons."))?;
    let intro = match asked.act.as_str() {
        "read" => "They become read; where all of them are read, they become unread.",
        "label" => "What you do not tick stays as it is on each of them.",
        "priority" => "Kind and facts stay as they are on each of them.",
        "take" => "Those that a colleague has stay with them.",
        "snooze" => "Those with something due before then stay in the list.",
        _ => "",
    };
    let mut owners = Vec::new();
    if asked.act == "assign" {
        owners = colleagues(&ctx.store, staff).await?;
        owners.insert(0, (String::new(), "Nobody – back to the team".to_owned()));
    }
    if asked.act == "snooze" && asked.until.is_empty() {
        let at = tomorrow(screen).to_zoned(screen.zone.clone());
        asked.until = at.strftime("%Y-%m-%dT%H:%M").to_string();
    }
    let mut frame = screen.frame(ctx, title.clone(), Place::Queue, "anywhere").await?;
    frame.has_errors = wrong.is_some();
    web::page(&FormPage {
        frame,
        title,
        intro,
        submit,
        owners: choices(&owners, &asked.owner),
        labels: label_choices(&screen.labels, &[]),
        severities: choices(&SEVERITIES, &asked.severity),
        errors: wrong.into_iter().collect(),
        back: local(&asked.back, "/q/mine"),
        press: web::new_press(ctx),
        asked,
    })
}

/// `POST /bulk-changes`
async fn start(State(ctx): State<Context>, form: Form<Asked>) -> Result<Response, Problem> {
    if !form.by.staff.has(Act::HandleCase) {
        return Err(missing());
    }
    let meant = form.value.meant()?;
    let screen = Screen::of(&ctx, form.by).await?;
    let done = match form.value.act(&screen) {
        Ok(act) => begin(&ctx, &screen, &meant, act, &form.press).await,
        Err(problem) => Err(problem),
    };
    let problem = match done {
        Ok(change) => return Ok(after(&change, &form.value.back).into_response()),
        Err(problem) => problem,
    };
    let field = problem.errors.first().and_then(|error| match error.pointer.as_str() {
        "/owner" => Some("owner"),
        "/until" => Some("until"),
        "/severity" => Some("severity"),
        "/labels" => Some("add"),
        _ => None,
    });
    let Some(field) = field else { return Err(problem) };
    let wrong = (field.to_owned(), problem.detail.clone());
    let html = write_form(&ctx, &screen, form.value, Some(wrong)).await?;
    Ok((problem.status, html).into_response())
}
