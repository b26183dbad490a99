//! Forms about one case, shown in a dialog with scripts and as a page without. One description,
//! one template, one way to come back with what must be put right.

use crate::screen::Screen;
use crate::view::case::CaseView;
use crate::view::case::load;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use casework::handling::Done;
use casework::refusal::ActError;
use domain::id::{NotAnId, StaffId};
use jiff::Timestamp;
use jiff::civil::DateTime;
use store::Context;
use web::frame::{Place, StaffFrame};
use web::{Problem, SignedIn};

/// A form about one case.
pub struct Dialog {
    /// The title is the question: "Transfer R-10482".
    pub title: String,
    /// One or two sentences that say what will happen.
    pub intro: String,
    /// Its fields, in order.
    pub fields: Vec<Field>,
    /// The verb with its object: "Transfer and tell her".
    pub submit: &'static str,
    /// Where it posts to, after the case's own address.
    pub path: String,
    /// What the customer will read, when that is fixed.
    pub letter: Option<String>,
}

/// One field.
pub struct Field {
    /// Its name in the form.
    pub id: &'static str,
    /// What it asks for.
    pub label: String,
    /// What helps to answer.
    pub hint: String,
    /// What must be put right, or empty.
    pub error: String,
    /// What it looks like.
    pub kind: FieldKind,
}

/// What a field looks like. Choices are value, words, chosen.
pub enum FieldKind {
    /// One line.
    Line(String),
    /// Several lines.
    Area(String),
    /// One of a list.
    Pick(Vec<(String, String, bool)>),
    /// One of a few.
    Radio(Vec<(String, String, bool)>),
    /// Any of a few.
    Ticks(Vec<(String, String, bool)>),
    /// Several values of one field; ticks are fields of their own.
    Several(Vec<(String, String, bool)>),
    /// A moment in the reader's zone: `2026-11-19T17:00`.
    Moment(String),
    /// What held when the form was made, carried along unseen.
    Carried(String),
}

impl Field {
    /// A field without a hint.
    pub fn new(id: &'static str, label: impl Into<String>, kind: FieldKind) -> Field {
        Field { id, label: label.into(), hint: String::new(), error: String::new(), kind }
    }

    /// The same with a hint.
    pub fn hint(mut self, hint: impl Into<String>) -> Field {
        self.hint = hint.into();
        self
    }
}

/// Choices with one chosen.
pub fn choices<V: AsRef<str>, W: AsRef<str>>(
    all: &[(V, W)],
    chosen: &str,
) -> Vec<(String, String, bool)> {
    let choice = |(value, words): &(V, W)| {
        let value = value.as_ref();
        (value.to_owned(), words.as_ref().to_owned(), value == chosen)
    };
    all.iter().map(choice).collect()
}

/// The colleague in a field where nobody may be chosen too; what is no colleague's id is wrong and
/// never nobody.
pub fn colleague(chosen: &str) -> Result<Option<StaffId>, NotAnId> {
    if chosen.is_empty() { Ok(None) } else { chosen.parse().map(Some) }
}

#[derive(askama::Template)]
#[template(path = "case/dialog.html")]
struct DialogPage {
    frame: StaffFrame,
    back: String,
    action: String,
    title: String,
    intro: String,
    fields: Vec<Field>,
    submit: &'static str,
    letter: Option<String>,
    errors: Vec<(String, String)>,
    press: String,
}

/// A form with the person and the case it is about.
pub struct About {
    /// The person.
    pub screen: Screen,
    /// The case as they see it.
    pub view: CaseView,
}

impl About {
    /// Reads the case for a form.
    pub async fn case(ctx: &Context, signed: SignedIn, number: &str) -> Result<About, Problem> {
        let screen = Screen::of(ctx, signed).await?;
        let view = load(ctx, &screen, number).await?;
        Ok(About { screen, view })
    }

    /// Shows the form.
    pub async fn show(&self, ctx: &Context, dialog: Dialog) -> Result<Response, Problem> {
        self.write(ctx, dialog, StatusCode::OK, String::new()).await
    }

    /// Goes back to the case when it was done; else shows the form again with the sentence of the
    /// rule at the field that `field_of` names for its code.
    pub async fn answer(
        &self,
        ctx: &Context,
        result: Result<Done, ActError>,
        mut dialog: Dialog,
        field_of: impl Fn(&str) -> &'static str,
    ) -> Result<Response, Problem> {
        match result {
            Ok(done) => Ok(Redirect::to(&format!("/cases/{}", done.number)).into_response()),
            Err(ActError::Refused(why)) => {
                let id = field_of(why.code());
                let says = why.to_string();
                let field = dialog.fields.iter_mut().find(|field| field.id == id);
                let general = match field {
                    Some(field) => {
                        field.error = says;
                        String::new()
                    }
                    None => says,
                };
                self.write(ctx, dialog, StatusCode::UNPROCESSABLE_ENTITY, general).await
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Shows the form again with one sentence at one field.
    pub async fn put_right(
        &self,
        ctx: &Context,
        mut dialog: Dialog,
        id: &str,
        says: &str,
    ) -> Result<Response, Problem> {
        for field in dialog.fields.iter_mut().filter(|field| field.id == id) {
            says.clone_into(&mut field.error);
        }
        self.write(ctx, dialog, StatusCode::UNPROCESSABLE_ENTITY, String::new()).await
    }

    async fn write(
        &self,
        ctx: &Context,
        dialog: Dialog,
        status: StatusCode,
        general: String,
    ) -> Result<Response, Problem> {
        let here = self.view.case.number;
        let mut frame = self.screen.frame(ctx, dialog.title.clone(), Place::Queue, "case").await?;
        let wrong = dialog.fields.iter().filter(|field| !field.error.is_empty());
        let mut errors: Vec<(String, String)> =
            wrong.map(|field| (field.id.to_owned(), field.error.clone())).collect();
        if !general.is_empty() {
            errors.push(("dialog-title".to_owned(), general));
        }
        frame.has_errors = !errors.is_empty();
        let html = web::page(&DialogPage {
            frame,
            back: format!("/cases/{here}"),
            action: format!("/cases/{here}/{}", dialog.path),
            title: dialog.title,
            intro: dialog.intro,
            fields: dialog.fields,
            submit: dialog.submit,
            letter: dialog.letter,
            errors,
            press: web::new_press(ctx),
        })?;
        Ok((status, html).into_response())
    }

    /// A moment typed in the reader's zone.
    pub fn moment(&self, text: &str) -> Option<Timestamp> {
        let local: DateTime = text.trim().parse().ok()?;
        local.to_zoned(self.screen.zone.clone()).ok().map(|zoned| zoned.timestamp())
    }

    /// A moment as a field shows it: whole minutes in the reader's zone.
    pub fn typed(&self, at: Timestamp) -> String {
        at.to_zoned(self.screen.zone.clone()).strftime("%Y-%m-%dT%H:%M").to_string()
    }

    /// The end of the current opening of today, or of the next working day.
    pub fn end_of_day(&self) -> Timestamp {
        let hours = &self.screen.policy.clocks.hours;
        let soon = self.screen.now + jiff::SignedDuration::from_hours(1);
        [0, 1, 2]
            .into_iter()
            .filter_map(|day| hours.close_of_day(self.screen.now, day))
            .find(|close| *close > soon)
            .unwrap_or_else(|| crate::screen::tomorrow(&self.screen))
    }
}
