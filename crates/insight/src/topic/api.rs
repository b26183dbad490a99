//! `/api/v1/topics`.

use crate::page::PressHeader;
use crate::refused::LearnError;
use crate::topic::actions;
use crate::topic::rules::{TopicOfHouse, TopicText};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use domain::id::TopicId;
use domain::permit::Staff;
use serde::{Deserialize, Serialize};
use store::Context;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use web::json::versioned;
use web::{Bearer, Json, Page, PageQuery, Path, Problem, Query};

/// The addresses of this noun.
pub(crate) fn router() -> OpenApiRouter<Context> {
    OpenApiRouter::new()
        .routes(routes!(list_topics, create_topic))
        .routes(routes!(read_topic, replace_topic))
}

/// A topic of the house's tree.
#[derive(Debug, Serialize, ToSchema)]
struct TopicBody {
    /// The id.
    id: String,
    /// Its own name.
    name: String,
    /// The id of the topic it is a part of.
    parent: Option<String>,
    /// Its place in the tree.
    #[schema(example = "Billing / Late fee")]
    path: String,
    /// Words and phrases that speak of it: `*` at the end stands for any ending, `de: ` before one
    /// says that it counts in texts of that language alone.
    words: Vec<String>,
    /// Whether it is looked for no more; cases that carry it keep it.
    ended: bool,
    /// Grows with each change; the `ETag` carries it.
    version: u64,
}

impl From<TopicOfHouse> for TopicBody {
    fn from(topic: TopicOfHouse) -> TopicBody {
        TopicBody {
            id: topic.id.to_string(),
            name: topic.name,
            parent: topic.parent.map(|parent| parent.to_string()),
            path: topic.path,
            words: topic.words,
            ended: topic.ended,
            version: topic.version.unsigned_abs(),
        }
    }
}

/// A topic as it shall be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TopicWishBody {
    /// 1 to 60 letters, on one line.
    name: String,
    /// The id of the topic it is a part of; a tree has at most three levels.
    #[serde(default)]
    parent: Option<String>,
    /// At most 200 words and phrases of at most 80 letters.
    #[serde(default)]
    words: Vec<String>,
    /// Whether it is looked for no more.
    #[serde(default)]
    ended: bool,
}

impl TopicWishBody {
    fn text(self) -> TopicText {
        let words = self.words.join("\n");
        TopicText {
            name: self.name,
            parent: self.parent.unwrap_or_default(),
            words,
            ended: self.ended,
        }
    }
}

/// The topics of the house, each before what is a part of it, ended ones included.
#[utoipa::path(get, path = "/api/v1/topics", tag = "learning", params(PageQuery),
    responses((status = 200, body = Page<TopicBody>)), security(("token" = [])))]
async fn list_topics(
    State(ctx): State<Context>,
    by: Bearer,
    headers: HeaderMap,
    Query(query): Query<PageQuery>,
) -> Result<Response, Problem> {
    let rows = query.rows()?;
    let mut topics = actions::list(&ctx, &by.staff).await?;
    if let Some(cursor) = &query.after {
        let known = topics.iter().position(|topic| topic.id.to_string() == *cursor);
        topics = topics.split_off(known.map_or(topics.len(), |at| at + 1));
    }
    let bodies = topics.into_iter().map(TopicBody::from).collect();
    let page = Page::of(bodies, rows, |topic: &TopicBody| topic.id.clone());
    Ok(page.answer(&headers, "/api/v1/topics"))
}

/// Makes a topic. Texts that come in ten seconds from now on are read with it.
#[utoipa::path(post, path = "/api/v1/topics", tag = "learning", request_body = TopicWishBody,
    params(PressHeader), responses((status = 201, body = TopicBody),
        (status = 422, description = "what must be put right, by field")),
    security(("token" = [])))]
async fn create_topic(
    State(ctx): State<Context>,
    by: Bearer,
    body: Json<TopicWishBody>,
) -> Result<Response, Problem> {
    let id = actions::add(&ctx, &by.staff, &body.value.text(), &body.press).await?;
    let topic = find(&ctx, &by.staff, id).await?;
    Ok((StatusCode::CREATED, axum::Json(TopicBody::from(topic))).into_response())
}

/// One topic.
#[utoipa::path(get, path = "/api/v1/topics/{id}", tag = "learning",
    params(("id" = String, Path)), responses((status = 200, body = TopicBody)),
    security(("token" = [])))]
async fn read_topic(
    State(ctx): State<Context>,
    by: Bearer,
    headers: HeaderMap,
    Path(id): Path<TopicId>,
) -> Result<Response, Problem> {
    let topic = TopicBody::from(find(&ctx, &by.staff, id).await?);
    Ok(versioned(&headers, topic.version, &topic))
}

/// Changes a topic; `If-Match` refuses when somebody else changed it in between.
#[utoipa::path(put, path = "/api/v1/topics/{id}", tag = "learning", request_body = TopicWishBody,
    params(("id" = String, Path), PressHeader,
        ("If-Match" = Option<String>, Header, description = "the ETag it was made from")),
    responses((status = 200, body = TopicBody), (status = 412, description = "changed meanwhile")),
    security(("token" = [])))]
async fn replace_topic(
    State(ctx): State<Context>,
    by: Bearer,
    Path(id): Path<TopicId>,
    body: Json<TopicWishBody>,
) -> Result<Response, Problem> {
    // No version of ours is that high: it can only be crossed.
    let version = body.if_match.map(|version| i64::try_from(version).unwrap_or(i64::MAX));
    let text = body.value.text();
    actions::change(&ctx, &by.staff, id, &text, version, &body.press).await?;
    let topic = TopicBody::from(find(&ctx, &by.staff, id).await?);
    Ok(versioned(&HeaderMap::new(), topic.version, &topic))
}

async fn find(ctx: &Context, staff: &Staff, id: TopicId) -> Result<TopicOfHouse, LearnError> {
    let topics = actions::list(ctx, staff).await?;
    topics.into_iter().find(|topic| topic.id == id).ok_or(LearnError::Missing)
}
