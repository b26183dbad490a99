//! `/settings/labels`: the house's own words for cases.

use super::actions;
use super::rules::LabelText;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use domain::id::LabelId;
use domain::label::LabelKind;
use domain::permit::{Act, Staff};
use house::change::ChangeError;
use house::page::{Choice, Errors, form_version, frame, go, show, wrong_of};
use serde::Deserialize;
use store::Context;
use web::frame::StaffFrame;
use web::{Form, Path, Problem, SignedIn, new_press};

/// The addresses of this noun.
pub(crate) fn router() -> Router<Context> {
    Router::new()
        .route("/settings/labels", get(list).post(add))
        .route("/settings/labels/new", get(new))
        .route("/settings/labels/{id}", get(one).post(change))
}

struct Row {
    id: String,
    name: String,
    kind: &'static str,
    ended: bool,
}

#[derive(askama::Template)]
#[template(path = "label/list.html")]
struct ListPage {
    frame: StaffFrame,
    rows: Vec<Row>,
}

#[derive(askama::Template)]
#[template(path = "label/form.html")]
struct FormPage {
    frame: StaffFrame,
    errors: Errors,
    press: String,
    action: String,
    is_new: bool,
    version: String,
    text: LabelText,
    kinds: Vec<Choice>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LabelForm {
    name: String,
    #[serde(default)]
    kind: String,
    #[serde(default)]
    ended: Option<String>,
    #[serde(default)]
    version: String,
}

impl LabelForm {
    fn text(&self) -> LabelText {
        LabelText { name: self.name.clone(), kind: self.kind.clone(), ended: self.ended.is_some() }
    }
}

fn kind_words(kind: LabelKind) -> &'static str {
    match kind {
        LabelKind::Label => "Label",
        LabelKind::Cause => "Cause",
    }
}

/// `GET /settings/labels`
async fn list(State(ctx): State<Context>, signed: SignedIn) -> Result<Response, Problem> {
    may(&signed.staff)?;
    let labels = actions::list(&ctx, &signed.staff).await?;
    let rows = labels.into_iter().map(|label| Row {
        id: label.id.to_string(),
        name: label.name,
        kind: kind_words(label.kind),
        ended: label.ended,
    });
    let errors = Errors::default();
    let frame = frame(&signed, "Labels and causes", &errors);
    show(&ListPage { frame, rows: rows.collect() }, &errors)
}

/// `GET /settings/labels/new`
async fn new(State(ctx): State<Context>, signed: SignedIn) -> Result<Response, Problem> {
    let text = LabelText { kind: LabelKind::Label.to_string(), ..LabelText::default() };
    form_page(&ctx, &signed, None, String::new(), text, Errors::default())
}

/// `POST /settings/labels`
async fn add(State(ctx): State<Context>, form: Form<LabelForm>) -> Result<Response, Problem> {
    let text = form.value.text();
    match actions::add(&ctx, &form.by.staff, &text, &form.press).await {
        Ok(_) => Ok(go("/settings/labels")),
        Err(error) => form_page(&ctx, &form.by, None, String::new(), text, wrong_of(error)?),
    }
}

/// `GET /settings/labels/{id}`
async fn one(
    State(ctx): State<Context>,
    signed: SignedIn,
    Path(id): Path<LabelId>,
) -> Result<Response, Problem> {
    may(&signed.staff)?;
    let labels = actions::list(&ctx, &signed.staff).await?;
    let label = labels.into_iter().find(|label| label.id == id).ok_or(ChangeError::Missing)?;
    let text = LabelText { name: label.name, kind: label.kind.to_string(), ended: label.ended };
    form_page(&ctx, &signed, Some(id), label.version.to_string(), text, Errors::default())
}

/// `POST /settings/labels/{id}`
async fn change(
    State(ctx): State<Context>,
    Path(id): Path<LabelId>,
    form: Form<LabelForm>,
) -> Result<Response, Problem> {
    let text = form.value.text();
    let version = form_version(&form.value.version)?;
    match actions::change(&ctx, &form.by.staff, id, &text, version, &form.press).await {
        Ok(()) => Ok(go("/settings/labels")),
        Err(error) => {
            let errors = wrong_of(error)?;
            form_page(&ctx, &form.by, Some(id), form.value.version, text, errors)
        }
    }
}

fn may(staff: &Staff) -> Result<(), ChangeError> {
    staff.permit_anywhere(Act::KeepLists)?;
    Ok(())
}

fn form_page(
    ctx: &Context,
    signed: &SignedIn,
    id: Option<LabelId>,
    version: String,
    text: LabelText,
    errors: Errors,
) -> Result<Response, Problem> {
    may(&signed.staff)?;
    let kinds = LabelKind::ALL.iter().map(|kind| Choice {
        value: kind.to_string(),
        words: match kind {
            LabelKind::Label => "A label: something worth finding again".to_owned(),
            LabelKind::Cause => "A cause: why it happened".to_owned(),
        },
        on: kind.as_str() == text.kind,
    });
    let title = if id.is_some() { "Change a label" } else { "Add a label" };
    let page = FormPage {
        frame: frame(signed, title, &errors),
        press: new_press(ctx),
        action: id.map_or("/settings/labels".to_owned(), |id| format!("/settings/labels/{id}")),
        is_new: id.is_none(),
        version,
        kinds: kinds.collect(),
        text,
        errors,
    };
    show(&page, &page.errors)
}
