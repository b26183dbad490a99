//! A6: handing over with the benefit that the customer reads, and asking a lead to decide.

use crate::escalation::actions as escalation;
use crate::transfer::actions::{self, Tell, Transfer};
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::{get, post};
use desk::dialog::{About, Dialog, Field, FieldKind, choices, colleague};
use desk::screen::words_of;
use desk::view::choices::{colleagues, teams};
use domain::words::Words;
use serde::Deserialize;
use store::Context;
use web::{Form, Path, Problem, SignedIn};

/// Letters of a reason (ui-spec A6).
const REASON_MOST: usize = 240;

/// The pages of this noun.
pub fn router() -> Router<Context> {
    Router::new()
        .route("/cases/{number}/transfers/new", get(transfer_form))
        .route("/cases/{number}/transfers", post(transfer))
        .route("/cases/{number}/escalation/new", get(escalation_form))
        .route("/cases/{number}/escalation", post(escalate))
        .route("/cases/{number}/escalation/answer", get(answer_form).post(answer))
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Typed {
    team: String,
    owner: String,
    reason: String,
    by: String,
    silent: Option<String>,
    because: String,
    /// `preview`: only show what they will read.
    only: Option<String>,
}

async fn transfer_dialog(
    ctx: &Context,
    about: &About,
    typed: &Typed,
    letter: Option<String>,
) -> Result<Dialog, Problem> {
    let staff = &about.screen.signed.staff;
    let mut teams = teams(&ctx.store, staff).await?;
    let own = about.view.case.team.to_string();
    if teams.iter().any(|(team, _)| *team != own) {
        teams.retain(|(team, _)| *team != own); // Within the team a case is assigned.
    }
    let mut people = colleagues(&ctx.store, staff).await?;
    people.insert(0, (String::new(), "Whoever is free".to_owned()));
    let silent = vec![(
        "silent".to_owned(),
        "Spam or a wrong desk: do not tell the customer".to_owned(),
        typed.silent.is_some(),
    )];
    let reason = FieldKind::Area(typed.reason.clone());
    let name = &about.view.customer;
    Ok(Dialog {
        title: format!("Transfer {}", about.view.case.number),
        intro: format!(
            "{name} reads why this is good for them, and by when they hear. The problem line, open \
             promises, and what was tried go along, so they need not repeat it."
        ),
        fields: vec![
            Field::new("team", "To", FieldKind::Pick(choices(&teams, &typed.team))),
            Field::new("owner", "Who there", FieldKind::Pick(choices(&people, &typed.owner))),
            Field::new("reason", "Because…", reason)
                .hint("How it serves them: they can book a van while you are on the line"),
            Field::new("by", "They hear from them by", FieldKind::Moment(typed.by.clone())),
            Field::new("silent_ticks", "Not told", FieldKind::Ticks(silent)),
            Field::new(
                "because",
                "If not told: why (private)",
                FieldKind::Line(typed.because.clone()),
            ),
        ],
        submit: "Transfer and tell them",
        path: "transfers".to_owned(),
        letter,
    })
}

/// `GET /cases/{number}/transfers/new`
async fn transfer_form(
    State(ctx): State<Context>,
    signed: SignedIn,
    Path(number): Path<String>,
) -> Result<Response, Problem> {
    let about = About::case(&ctx, signed, &number).await?;
    let typed = Typed { by: about.typed(about.end_of_day()), ..Typed::default() };
    let dialog = transfer_dialog(&ctx, &about, &typed, None).await?;
    about.show(&ctx, dialog).await
}

/// `POST /cases/{number}/transfers`
async fn transfer(
    State(ctx): State<Context>,
    Path(number): Path<String>,
    form: Form<Typed>,
) -> Result<Response, Problem> {
    let about = About::case(&ctx, form.by, &number).await?;
    let typed = &form.value;
    let dialog = transfer_dialog(&ctx, &about, typed, None).await?;
    let Ok(team) = typed.team.parse() else {
        return about.put_right(&ctx, dialog, "team", "Choose a team.").await;
    };
    let say = "Say in 12 to 240 letters how this serves them.";
    let Ok(reason) = words_of("reason", &typed.reason, REASON_MOST, say) else {
        return about.put_right(&ctx, dialog, "reason", say).await;
    };
    let Some(by) = about.moment(&typed.by) else {
        return about.put_right(&ctx, dialog, "by", "Choose a day and an hour.").await;
    };
    let (staff, number) = (&about.screen.signed.staff, about.view.case.number);
    let Ok(owner) = colleague(&typed.owner) else {
        return about.put_right(&ctx, dialog, "owner", "Choose a colleague, or nobody.").await;
    };
    if typed.only.is_some() {
        let text = actions::preview(&ctx, staff, number, team, owner, &reason, by).await?;
        let dialog = transfer_dialog(&ctx, &about, typed, Some(text)).await?;
        return about.show(&ctx, dialog).await;
    }
    let tell = match (&typed.silent, Words::new(&typed.because, REASON_MOST)) {
        (None, _) => Tell::Composed,
        (Some(_), Ok(because)) => Tell::Nothing(because),
        (Some(_), Err(_)) => {
            let say = "Say why the customer is not told.";
            return about.put_right(&ctx, dialog, "because", say).await;
        }
    };
    let transfer = Transfer { team, owner, reason, by, tell };
    let done = actions::transfer(&ctx, staff, number, transfer, &form.press).await;
    about.answer(&ctx, done, dialog, transfer_field).await
}

fn transfer_field(code: &str) -> &'static str {
    match code {
        code if code.contains("reason") => "reason",
        code if code.contains("promise") || code.contains("past") || code.contains("hours") => "by",
        code if code.contains("colleague") || code.contains("member") => "owner",
        _ => "team",
    }
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Escalation {
    question: String,
    to: String,
    tell: String,
}

async fn escalation_dialog(
    ctx: &Context,
    about: &About,
    typed: &Escalation,
) -> Result<Dialog, Problem> {
    let people = colleagues(&ctx.store, &about.screen.signed.staff).await?;
    let question = FieldKind::Area(typed.question.clone());
    let tell = FieldKind::Area(typed.tell.clone());
    Ok(Dialog {
        title: "What should be decided, and by whom?".to_owned(),
        intro: "The whole story goes along.".to_owned(),
        fields: vec![
            Field::new("question", "What should be decided", question),
            Field::new("to", "By", FieldKind::Pick(choices(&people, &typed.to))),
            Field::new("tell", "A word to the customer (optional)", tell)
                .hint("For example: I’ve asked Jo, who can decide this. You hear from me by five."),
        ],
        submit: "Ask for the decision",
        path: "escalation".to_owned(),
        letter: None,
    })
}

/// `GET /cases/{number}/escalation/new`
async fn escalation_form(
    State(ctx): State<Context>,
    signed: SignedIn,
    Path(number): Path<String>,
) -> Result<Response, Problem> {
    let about = About::case(&ctx, signed, &number).await?;
    let dialog = escalation_dialog(&ctx, &about, &Escalation::default()).await?;
    about.show(&ctx, dialog).await
}

/// `POST /cases/{number}/escalation`
async fn escalate(
    State(ctx): State<Context>,
    Path(number): Path<String>,
    form: Form<Escalation>,
) -> Result<Response, Problem> {
    let about = About::case(&ctx, form.by, &number).await?;
    let typed = &form.value;
    let dialog = escalation_dialog(&ctx, &about, typed).await?;
    let say = "Say what should be decided.";
    let Ok(question) = words_of("question", &typed.question, 2_000, say) else {
        return about.put_right(&ctx, dialog, "question", say).await;
    };
    let Ok(to) = typed.to.parse() else {
        return about.put_right(&ctx, dialog, "to", "Choose who decides.").await;
    };
    let tell = Words::new(&typed.tell, 2_000).ok();
    let (staff, number) = (&about.screen.signed.staff, about.view.case.number);
    let done = escalation::escalate(&ctx, staff, number, &question, to, tell, &form.press).await;
    about.answer(&ctx, done, dialog, |_| "to").await
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Decision {
    answer: String,
}

fn answer_dialog(typed: &Decision) -> Dialog {
    let answer = FieldKind::Area(typed.answer.clone());
    Dialog {
        title: "What do you decide?".to_owned(),
        intro: "Whoever has the case reads it and goes on.".to_owned(),
        fields: vec![Field::new("answer", "Decision", answer)],
        submit: "Decide",
        path: "escalation/answer".to_owned(),
        letter: None,
    }
}

/// `GET /cases/{number}/escalation/answer`
async fn answer_form(
    State(ctx): State<Context>,
    signed: SignedIn,
    Path(number): Path<String>,
) -> Result<Response, Problem> {
    let about = About::case(&ctx, signed, &number).await?;
    about.show(&ctx, answer_dialog(&Decision::default())).await
}

/// `POST /cases/{number}/escalation/answer`
async fn answer(
    State(ctx): State<Context>,
    Path(number): Path<String>,
    form: Form<Decision>,
) -> Result<Response, Problem> {
    let about = About::case(&ctx, form.by, &number).await?;
    let dialog = answer_dialog(&form.value);
    let say = "Write what you decide.";
    let Ok(words) = words_of("answer", &form.value.answer, 2_000, say) else {
        return about.put_right(&ctx, dialog, "answer", say).await;
    };
    let (staff, number) = (&about.screen.signed.staff, about.view.case.number);
    let done = escalation::answer(&ctx, staff, number, &words, &form.press).await;
    about.answer(&ctx, done, dialog, |_| "answer").await
}
