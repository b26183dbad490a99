//! Small forms about a case: assign, snooze, the problem line, correcting what was understood.

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::{get, post};
use casework::case::actions;
use desk::dialog::{About, Dialog, Field, FieldKind, choices, colleague};
use desk::screen::tomorrow;
use desk::screen::words_of;
use desk::view::choices::{colleagues, kinds};
use domain::channel::Kind;
use domain::urgency::Facts;
use serde::Deserialize;
use store::Context;
use web::{Form, Path, Problem, SignedIn};

/// Letters of the problem line.
const PROBLEM_MOST: usize = 240;

/// The forms of this noun.
pub fn router() -> Router<Context> {
    Router::new()
        .route("/cases/{number}/assignment/new", get(assignment_form))
        .route("/cases/{number}/assignment", post(assign))
        .route("/cases/{number}/snooze/new", get(snooze_form))
        .route("/cases/{number}/snooze", post(snooze))
        .route("/cases/{number}/problem", get(problem_form).post(state_problem))
        .route("/cases/{number}/reading", get(reading_form).post(reread))
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Assignment {
    owner: String,
}

async fn assignment_dialog(
    ctx: &Context,
    about: &About,
    typed: &Assignment,
) -> Result<Dialog, Problem> {
    let here = about.view.case.number;
    let mut people = colleagues(&ctx.store, &about.screen.signed.staff).await?;
    people.insert(0, (String::new(), "Nobody – back to the team".to_owned()));
    Ok(Dialog {
        title: format!("Who takes {here}?"),
        intro: String::new(),
        fields: vec![Field::new(
            "owner",
            "Give it to",
            FieldKind::Pick(choices(&people, &typed.owner)),
        )],
        submit: "Assign the case",
        path: "assignment".to_owned(),
        letter: None,
    })
}

/// `GET /cases/{number}/assignment/new`
async fn assignment_form(
    State(ctx): State<Context>,
    signed: SignedIn,
    Path(number): Path<String>,
) -> Result<Response, Problem> {
    let about = About::case(&ctx, signed, &number).await?;
    let owner = about.view.case.owner.map(|owner| owner.to_string()).unwrap_or_default();
    let dialog = assignment_dialog(&ctx, &about, &Assignment { owner }).await?;
    about.show(&ctx, dialog).await
}

/// `POST /cases/{number}/assignment`
async fn assign(
    State(ctx): State<Context>,
    Path(number): Path<String>,
    form: Form<Assignment>,
) -> Result<Response, Problem> {
    let about = About::case(&ctx, form.by, &number).await?;
    let dialog = assignment_dialog(&ctx, &about, &form.value).await?;
    let Ok(owner) = colleague(&form.value.owner) else {
        return about.put_right(&ctx, dialog, "owner", "Choose a colleague.").await;
    };
    let staff = &about.screen.signed.staff;
    let done = actions::assign(&ctx, staff, about.view.case.number, owner, &form.press).await;
    about.answer(&ctx, done, dialog, |_| "owner").await
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Snooze {
    until: String,
}

fn snooze_dialog(about: &About, typed: &Snooze) -> Dialog {
    let until = FieldKind::Moment(typed.until.clone());
    Dialog {
        title: format!("Put {} aside until when?", about.view.case.number),
        intro: "It comes back by itself then, or at once when the customer writes.".to_owned(),
        fields: vec![Field::new("until", "Until", until)],
        submit: "Snooze the case",
        path: "snooze".to_owned(),
        letter: None,
    }
}

/// `GET /cases/{number}/snooze/new`
async fn snooze_form(
    State(ctx): State<Context>,
    signed: SignedIn,
    Path(number): Path<String>,
) -> Result<Response, Problem> {
    let about = About::case(&ctx, signed, &number).await?;
    let until = about.typed(tomorrow(&about.screen));
    about.show(&ctx, snooze_dialog(&about, &Snooze { until })).await
}

/// `POST /cases/{number}/snooze`
async fn snooze(
    State(ctx): State<Context>,
    Path(number): Path<String>,
    form: Form<Snooze>,
) -> Result<Response, Problem> {
    let about = About::case(&ctx, form.by, &number).await?;
    let dialog = snooze_dialog(&about, &form.value);
    let Some(until) = about.moment(&form.value.until) else {
        return about.put_right(&ctx, dialog, "until", "Choose a day and an hour.").await;
    };
    let staff = &about.screen.signed.staff;
    let done = actions::snooze(&ctx, staff, about.view.case.number, until, &form.press).await;
    about.answer(&ctx, done, dialog, |_| "until").await
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct ProblemLine {
    problem: String,
    /// The line as it stood when the form was made.
    was: Option<String>,
}

fn problem_dialog(typed: &ProblemLine) -> Dialog {
    let problem = FieldKind::Line(typed.problem.clone());
    let hint =
        "One sentence in their words. It feeds the reply, a transfer and the customer's page.";
    Dialog {
        title: "What is the problem, as we understand it?".to_owned(),
        intro: String::new(),
        fields: vec![
            Field::new("problem", "The problem in one line", problem).hint(hint),
            Field::new("was", "", FieldKind::Carried(typed.was.clone().unwrap_or_default())),
        ],
        submit: "Keep this line",
        path: "problem".to_owned(),
        letter: None,
    }
}

/// `GET /cases/{number}/problem`
async fn problem_form(
    State(ctx): State<Context>,
    signed: SignedIn,
    Path(number): Path<String>,
) -> Result<Response, Problem> {
    let about = About::case(&ctx, signed, &number).await?;
    let problem = about.view.case.problem_line().to_owned();
    let was = Some(problem.clone());
    about.show(&ctx, problem_dialog(&ProblemLine { problem, was })).await
}

/// `POST /cases/{number}/problem`
async fn state_problem(
    State(ctx): State<Context>,
    Path(number): Path<String>,
    form: Form<ProblemLine>,
) -> Result<Response, Problem> {
    let about = About::case(&ctx, form.by, &number).await?;
    let ProblemLine { problem, was } = &form.value;
    let now = about.view.case.problem_line();
    if was.as_deref().is_some_and(|was| was != now) && problem.trim() != now {
        // Both lines are shown, and sending once more is the choice.
        let says =
            format!("Meanwhile it was changed to “{now}”. Send yours again to put it there.");
        let was = Some(now.to_owned());
        let dialog = problem_dialog(&ProblemLine { problem: problem.clone(), was });
        return about.put_right(&ctx, dialog, "problem", &says).await;
    }
    let dialog = problem_dialog(&form.value);
    let say = "Write one sentence of at most 240 letters.";
    let Ok(problem) = words_of("problem", &form.value.problem, PROBLEM_MOST, say) else {
        return about.put_right(&ctx, dialog, "problem", say).await;
    };
    let staff = &about.screen.signed.staff;
    let done =
        actions::state_problem(&ctx, staff, about.view.case.number, problem, &form.press).await;
    about.answer(&ctx, done, dialog, |_| "problem").await
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Corrected {
    kind: String,
    severity: String,
    feeling: String,
    reason: String,
    safety: Option<String>,
    legal: Option<String>,
    media: Option<String>,
    money: Option<String>,
    cut_off: Option<String>,
    needs_care: Option<String>,
}

pub(crate) const SEVERITIES: [(&str, &str); 5] = [
    ("0", "0 – slight"),
    ("1", "1 – a nuisance"),
    ("2", "2 – a real loss of time or money"),
    ("3", "3 – serious: cut off, much money, third time"),
    ("4", "4 – danger or great harm"),
];

/// Nothing said of it leaves the feeling as it was read.
pub(crate) const FEELINGS: [(&str, &str); 4] = [
    ("", "As it was read"),
    ("negative", "Bad"),
    ("neutral", "Neither good nor bad"),
    ("positive", "Good"),
];

/// Letters of a reason.
pub(crate) const REASON_MOST: usize = 500;

fn reading_dialog(typed: &Corrected) -> Dialog {
    let tick = |id: &str, words: &str, on: &Option<String>| {
        (id.to_owned(), words.to_owned(), on.is_some())
    };
    let signs = vec![
        tick("safety", "Somebody may be hurt", &typed.safety),
        tick("legal", "Courts, lawyers or an authority are named", &typed.legal),
        tick("media", "The press is named", &typed.media),
        tick("money", "Money was taken twice or wrongly", &typed.money),
        tick("cut_off", "Cut off: no heating, no phone, no account", &typed.cut_off),
        tick("needs_care", "Needs extra care", &typed.needs_care),
    ];
    Dialog {
        title: "What is right?".to_owned(),
        intro: "Your correction counts at once, and the reader learns from it.".to_owned(),
        fields: vec![
            Field::new("kind", "It is a", FieldKind::Pick(choices(&kinds(), &typed.kind))),
            Field::new(
                "severity",
                "How bad",
                FieldKind::Pick(choices(&SEVERITIES, &typed.severity)),
            ),
            Field::new(
                "feeling",
                "How the writer feels",
                FieldKind::Pick(choices(&FEELINGS, &typed.feeling)),
            ),
            Field::new("signs", "What is in it", FieldKind::Ticks(signs)),
            Field::new("reason", "Why (optional)", FieldKind::Line(typed.reason.clone()))
                .hint("One line, for whoever looks at what is learnt."),
        ],
        submit: "Correct the reading",
        path: "reading".to_owned(),
        letter: None,
    }
}

/// `GET /cases/{number}/reading`
async fn reading_form(
    State(ctx): State<Context>,
    signed: SignedIn,
    Path(number): Path<String>,
) -> Result<Response, Problem> {
    let about = About::case(&ctx, signed, &number).await?;
    let case = &about.view.case;
    let on = |holds: bool| holds.then(|| "1".to_owned());
    let typed = Corrected {
        kind: case.kind.as_str().to_owned(),
        severity: case.severity.to_string(),
        feeling: String::new(),
        reason: String::new(),
        safety: on(case.facts.safety),
        legal: on(case.facts.legal),
        media: on(case.facts.press),
        money: on(case.facts.money),
        cut_off: on(case.facts.cut_off),
        needs_care: on(case.facts.needs_care),
    };
    about.show(&ctx, reading_dialog(&typed)).await
}

/// `POST /cases/{number}/reading`
async fn reread(
    State(ctx): State<Context>,
    Path(number): Path<String>,
    form: Form<Corrected>,
) -> Result<Response, Problem> {
    let about = About::case(&ctx, form.by, &number).await?;
    let typed = &form.value;
    let dialog = reading_dialog(typed);
    let (Some(kind), Ok(severity)) = (Kind::from_word(&typed.kind), typed.severity.parse::<u8>())
    else {
        return about.put_right(&ctx, dialog, "kind", "Choose what it is.").await;
    };
    if !FEELINGS.iter().any(|(word, _)| *word == typed.feeling) {
        return about.put_right(&ctx, dialog, "feeling", "Choose one of the list.").await;
    }
    if typed.reason.chars().count() > REASON_MOST {
        return about.put_right(&ctx, dialog, "reason", "Write at most 500 letters.").await;
    }
    let facts = Facts {
        safety: typed.safety.is_some(),
        legal: typed.legal.is_some(),
        press: typed.media.is_some(),
        money: typed.money.is_some(),
        cut_off: typed.cut_off.is_some(),
        needs_care: typed.needs_care.is_some(),
        ..about.view.case.facts
    };
    let (staff, number) = (&about.screen.signed.staff, about.view.case.number);
    let right = actions::Right {
        feeling: Some(typed.feeling.clone()).filter(|word| !word.is_empty()),
        reason: typed.reason.trim().to_owned(),
        ..actions::Right::plain(kind, severity, facts)
    };
    let done = actions::reread(&ctx, staff, number, right, &form.press).await;
    about.answer(&ctx, done, dialog, |_| "severity").await
}
