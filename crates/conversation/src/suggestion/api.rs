//! Suggestions for programs.

use crate::suggestion::Suggestion;
use crate::suggestion::actions::{self, Wanted};
use crate::suggestion::rules::SuggestionRefused;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use casework::refusal::ActError;
use desk::api::at;
use desk::api::{self, CasePath, DoneBody, ThingPath, WriteHeaders, WriteProblems};
use desk::view::case::case_view;
use desk::view::case::missing;
use domain::permit::Act;
use serde::{Deserialize, Serialize};
use store::Context;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use web::{Bearer, Json, Path, Problem};

/// Letters of a text that is sent along.
const TEXT_MOST: usize = 100_000;

/// The addresses of this noun.
pub(crate) fn router() -> OpenApiRouter<Context> {
    OpenApiRouter::new().routes(routes!(ask_for_suggestion)).routes(routes!(use_suggestion))
}

/// What is wanted.
#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Wish {
    /// A draft of the next reply, from `text` if there is one.
    #[default]
    Reply,
    /// What happened so far.
    Summary,
    /// What the customer said in `message`, in the language of the desk.
    Message,
    /// `text` in the customer's language.
    Draft,
}

/// What a model is asked for.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct WishBody {
    /// What is wanted; `reply` when it is not said.
    #[serde(default)]
    wish: Wish,
    /// What was typed so far.
    #[serde(default)]
    text: String,
    /// The entry of the record that holds the customer's words.
    #[serde(default)]
    message: Option<u64>,
}

/// What a model said. It is nobody's word until a person takes it.
#[derive(Debug, Serialize, ToSchema)]
struct SuggestionBody {
    /// Its id.
    id: String,
    /// `reply`, `summary`, `message_translation` or `draft_translation`.
    kind: String,
    /// Always `Suggested by model`: show it wherever you show the text.
    label: &'static str,
    /// The model's name.
    model: String,
    /// Plain text, without links that we had not written before. Personal data that stays out
    /// stands as a gap in it: `{{hidden.card}}`.
    text: String,
    /// How many pieces of personal data were taken out before the model was asked.
    hidden: u32,
    /// How many links were left out of the text.
    links_left_out: u32,
    /// Whether the model said more.
    is_cut: bool,
    /// When.
    at: String,
}

impl From<Suggestion> for SuggestionBody {
    fn from(one: Suggestion) -> SuggestionBody {
        SuggestionBody {
            id: one.id,
            kind: one.kind.to_string(),
            label: "Suggested by model",
            model: one.model,
            text: one.text,
            hidden: one.hidden,
            links_left_out: one.links,
            is_cut: one.is_cut,
            at: at(one.made_at_ms),
        }
    }
}

/// Asks the language model that the operator has set up for a suggestion. Personal data are taken
/// out before. Nothing is put into a draft or sent. Without a model: 409 with `model_off`.
#[utoipa::path(post, path = "/api/v1/cases/{number}/suggestions", tag = "suggestions",
    request_body = WishBody, params(CasePath, WriteHeaders),
    responses((status = 201, body = SuggestionBody), WriteProblems), security(("token" = [])))]
async fn ask_for_suggestion(
    State(ctx): State<Context>,
    by: Bearer,
    Path(number): Path<String>,
    body: Json<WishBody>,
) -> Result<Response, Problem> {
    let on = api::on(&number, &body)?;
    by.staff.permit_anywhere(Act::Reply).map_err(|_| missing())?;
    let WishBody { wish, text, message } = body.value;
    let text: String = text.chars().take(TEXT_MOST).collect();
    let wanted = match wish {
        Wish::Reply => Wanted::Reply(text),
        Wish::Summary => Wanted::Summary,
        Wish::Message => Wanted::Message(message.unwrap_or_default()),
        Wish::Draft => Wanted::Draft(text),
    };
    let screen = api::screen(&ctx, by).await?;
    let view = case_view(&ctx, &screen.reach, on.number).await?.ok_or_else(missing)?;
    let made = actions::ask(&ctx, &screen, &view, wanted, &body.press).await?;
    Ok((StatusCode::CREATED, axum::Json(SuggestionBody::from(made))).into_response())
}

/// Notes that a suggestion was taken into a draft, and forgets it.
#[utoipa::path(post, path = "/api/v1/cases/{number}/suggestions/{id}/uses", tag = "suggestions",
    params(ThingPath, WriteHeaders), request_body = desk::api::Nothing,
    responses((status = 200, body = DoneBody), WriteProblems), security(("token" = [])))]
async fn use_suggestion(
    State(ctx): State<Context>,
    by: Bearer,
    Path((number, id)): Path<(String, String)>,
    body: Json<desk::api::Nothing>,
) -> Result<Response, Problem> {
    let on = api::on(&number, &body)?;
    match actions::take(&ctx, &by.staff, on, &id, &body.press).await {
        Ok(done) => Ok(api::changed(done)),
        Err(ActError::Refused(why)) if why.as_one_of() == Some(&SuggestionRefused::Gone) => {
            Err(Problem::missing(why.code(), why.to_string()))
        }
        Err(error) => Err(error.into()),
    }
}
