//! The forms of merging, of taking a merger back, and of making a case of words on another.

use crate::merger::actions::{self, SplitOff};
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::{get, post};
use desk::api::Nothing;
use desk::dialog::{About, Dialog, Field, FieldKind, choices};
use desk::screen::words_of;
use desk::view::case::missing;
use desk::view::choices::kinds;
use domain::channel::Kind;
use domain::id::{CaseNumber, MessageId};
use serde::Deserialize;
use sqlx::FromRow;
use store::{Context, Doing, StoreError, on};
use web::{Form, Path, Problem, SignedIn};

/// Letters of a subject line.
pub(crate) const SUBJECT_MOST: usize = 240;

/// The pages of this noun.
pub fn router() -> Router<Context> {
    Router::new()
        .route("/cases/{number}/merger/new", get(merger_form))
        .route("/cases/{number}/merger", post(merge))
        .route("/cases/{number}/separation/new", get(separation_form))
        .route("/cases/{number}/separation", post(separate))
        .route("/cases/{number}/splits/{id}/new", get(split_form))
        .route("/cases/{number}/splits/{id}", post(split))
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Into {
    into: String,
}

#[derive(FromRow)]
struct Other {
    number: i64,
    subject: String,
}

/// Open cases of the same customer that they see, newest first.
async fn others(ctx: &Context, about: &About) -> Result<Vec<(String, String)>, StoreError> {
    const SQL: &str = concat!(
        "SELECT c.number, c.subject FROM \"case\" c
         WHERE c.customer_id = $3 AND c.id <> $4 AND c.stage <> 'closed' AND ",
        store::visible!(),
        " ORDER BY c.opened_at_ms DESC, c.id LIMIT 50"
    );
    let (reach, case) = (&about.screen.reach, &about.view.case);
    let rows: Vec<Other> = on!(Store &ctx.store, db => sqlx::query_as(SQL).bind(&reach.scope)
        .bind(&reach.staff).bind(case.customer.to_string()).bind(case.id.to_string())
        .fetch_all(db).await)
    .doing("listing the cases of a customer")?;
    let line = |row: Other| {
        let number = CaseNumber(row.number).to_string();
        (number.clone(), format!("{number} · {}", row.subject))
    };
    Ok(rows.into_iter().map(line).collect())
}

async fn merger_dialog(ctx: &Context, about: &About, typed: &Into) -> Result<Dialog, Problem> {
    let here = about.view.case.number;
    let others = others(ctx, about).await.map_err(Problem::ours)?;
    let intro = if others.is_empty() {
        "This customer has no other open case. Only cases of one customer become one.".to_owned()
    } else {
        "What is owed here is owed there from now on. Answers to letters of this case, and its \
         page, lead there. You can take it back."
            .to_owned()
    };
    Ok(Dialog {
        title: format!("Of which case is {here} a part?"),
        intro,
        fields: vec![Field::new("into", "Part of", FieldKind::Pick(choices(&others, &typed.into)))],
        submit: "Make it part of that case",
        path: "merger".to_owned(),
        letter: None,
    })
}

/// `GET /cases/{number}/merger/new`
async fn merger_form(
    State(ctx): State<Context>,
    signed: SignedIn,
    Path(number): Path<String>,
) -> Result<Response, Problem> {
    let about = About::case(&ctx, signed, &number).await?;
    let dialog = merger_dialog(&ctx, &about, &Into::default()).await?;
    about.show(&ctx, dialog).await
}

/// `POST /cases/{number}/merger`
async fn merge(
    State(ctx): State<Context>,
    Path(number): Path<String>,
    form: Form<Into>,
) -> Result<Response, Problem> {
    let about = About::case(&ctx, form.by, &number).await?;
    let dialog = merger_dialog(&ctx, &about, &form.value).await?;
    let Ok(into) = form.value.into.parse() else {
        return about.put_right(&ctx, dialog, "into", "Choose a case.").await;
    };
    let (staff, number) = (&about.screen.signed.staff, about.view.case.number);
    let done = actions::merge(&ctx, staff, number, into, &form.press).await;
    about.answer(&ctx, done, dialog, |_| "into").await
}

fn separation_dialog(about: &About) -> Dialog {
    Dialog {
        title: format!("Make {} a case of its own again?", about.view.case.number),
        intro: "It stands as it stood before, with what is still owed from it.".to_owned(),
        fields: Vec::new(),
        submit: "Make it one of its own",
        path: "separation".to_owned(),
        letter: None,
    }
}

/// `GET /cases/{number}/separation/new`
async fn separation_form(
    State(ctx): State<Context>,
    signed: SignedIn,
    Path(number): Path<String>,
) -> Result<Response, Problem> {
    let about = About::case(&ctx, signed, &number).await?;
    let dialog = separation_dialog(&about);
    about.show(&ctx, dialog).await
}

/// `POST /cases/{number}/separation`
async fn separate(
    State(ctx): State<Context>,
    Path(number): Path<String>,
    form: Form<Nothing>,
) -> Result<Response, Problem> {
    let Nothing {} = form.value;
    let about = About::case(&ctx, form.by, &number).await?;
    let dialog = separation_dialog(&about);
    let (staff, number) = (&about.screen.signed.staff, about.view.case.number);
    let done = actions::separate(&ctx, staff, number, &form.press).await;
    about.answer(&ctx, done, dialog, |_| "").await
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Split {
    kind: String,
    subject: String,
}

fn split_dialog(id: &str, typed: &Split) -> Dialog {
    let subject = FieldKind::Line(typed.subject.clone());
    Dialog {
        title: "What is this other matter?".to_owned(),
        intro: "These words become a case of the same customer, and it is yours. They stay here, \
                too, where they were said."
            .to_owned(),
        fields: vec![
            Field::new("subject", "In one line", subject),
            Field::new("kind", "It is a", FieldKind::Pick(choices(&kinds(), &typed.kind))),
        ],
        submit: "Make it a case of its own",
        path: format!("splits/{id}"),
        letter: None,
    }
}

/// `GET /cases/{number}/splits/{id}/new`
async fn split_form(
    State(ctx): State<Context>,
    signed: SignedIn,
    Path((number, id)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let about = About::case(&ctx, signed, &number).await?;
    let id: MessageId = id.parse().map_err(|_| missing())?;
    let kind = about.view.case.kind.as_str().to_owned();
    let typed = Split { kind, subject: String::new() };
    about.show(&ctx, split_dialog(&id.to_string(), &typed)).await
}

/// `POST /cases/{number}/splits/{id}`
async fn split(
    State(ctx): State<Context>,
    Path((number, id)): Path<(String, String)>,
    form: Form<Split>,
) -> Result<Response, Problem> {
    let about = About::case(&ctx, form.by, &number).await?;
    let message: MessageId = id.parse().map_err(|_| missing())?;
    let typed = &form.value;
    let dialog = split_dialog(&message.to_string(), typed);
    let say = "Say in one line what this other matter is.";
    let Ok(subject) = words_of("subject", &typed.subject, SUBJECT_MOST, say) else {
        return about.put_right(&ctx, dialog, "subject", say).await;
    };
    let Some(kind) = Kind::from_word(&typed.kind) else {
        return about.put_right(&ctx, dialog, "kind", "Choose what it is.").await;
    };
    let (staff, number) = (&about.screen.signed.staff, about.view.case.number);
    let split = SplitOff { message, kind, subject };
    let done = actions::split_off(&ctx, staff, number, split, &form.press).await;
    about.answer(&ctx, done, dialog, |_| "subject").await
}
