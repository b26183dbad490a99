//! Every address of this room.

use crate::feedback::{api, original, pages, preview};
use crate::form::further;
use crate::form::portal;
use crate::form::portal::{Step, StepQuery};
use axum::Router;
use axum::extract::{DefaultBodyLimit, State};
use axum::routing::{MethodRouter, get, post};
use domain::id::{CaseId, CustomerId};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use store::{Context, StoreError};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use web::{Path, Problem, Query, Visitor};

type Address = Pin<Box<dyn Future<Output = Result<String, StoreError>> + Send>>;
type Refused = Pin<Box<dyn Future<Output = Problem> + Send>>;
type Opened = Pin<Box<dyn Future<Output = Result<Option<CaseId>, StoreError>> + Send>>;

/// Gives the address of a case's page for its customer, says which case an address opens, and what
/// is told where it opens none. Case links belong to another room, so the program hands this in.
#[derive(Clone)]
pub struct CaseLinks {
    make: Arc<dyn Fn(Context, CaseId, CustomerId) -> Address + Send + Sync>,
    open: Arc<dyn Fn(Context, String) -> Opened + Send + Sync>,
    refuse: Arc<dyn Fn(Context, Visitor, String) -> Refused + Send + Sync>,
}

impl CaseLinks {
    /// From a function that gives the path, such as `/c/3f…`.
    pub fn new<F, Made>(make: F) -> CaseLinks
    where
        F: Fn(Context, CaseId, CustomerId) -> Made + Send + Sync + 'static,
        Made: Future<Output = Result<String, StoreError>> + Send + 'static,
    {
        CaseLinks {
            make: Arc::new(move |ctx, case, customer| Box::pin(make(ctx, case, customer))),
            open: Arc::new(|_, _| Box::pin(async { Ok(None) })),
            refuse: Arc::new(|_, _, _| Box::pin(async { further::closed() })),
        }
    }

    /// With a function that gives the case which a token such as `3f…` opens.
    #[must_use]
    pub fn opening<F, Found>(self, open: F) -> CaseLinks
    where
        F: Fn(Context, String) -> Found + Send + Sync + 'static,
        Found: Future<Output = Result<Option<CaseId>, StoreError>> + Send + 'static,
    {
        CaseLinks { open: Arc::new(move |ctx, token| Box::pin(open(ctx, token))), ..self }
    }

    /// With a function that says what is told to whoever comes with a token that opens no case.
    #[must_use]
    pub fn refusing<F, Told>(self, refuse: F) -> CaseLinks
    where
        F: Fn(Context, Visitor, String) -> Told + Send + Sync + 'static,
        Told: Future<Output = Problem> + Send + 'static,
    {
        let refuse =
            move |ctx, visitor, token| -> Refused { Box::pin(refuse(ctx, visitor, token)) };
        CaseLinks { refuse: Arc::new(refuse), ..self }
    }

    pub(crate) async fn refusal(&self, ctx: &Context, visitor: Visitor, token: &str) -> Problem {
        (self.refuse)(ctx.clone(), visitor, token.to_owned()).await
    }

    pub(crate) async fn opened_by(
        &self,
        ctx: &Context,
        token: &str,
    ) -> Result<Option<CaseId>, StoreError> {
        (self.open)(ctx.clone(), token.to_owned()).await
    }

    pub(crate) async fn of(
        &self,
        ctx: &Context,
        case: CaseId,
        customer: CustomerId,
    ) -> Result<String, StoreError> {
        (self.make)(ctx.clone(), case, customer).await
    }
}

/// Bytes of one post of files: what one complaint may hold, and the form around it.
const FILES_POST_MOST: usize = 201 * 1024 * 1024;

/// Pages for customers and staff.
pub fn router(links: CaseLinks) -> Router<Context> {
    let files = post(portal::files).layer(DefaultBodyLimit::max(FILES_POST_MOST));
    let further_files = post(further::add).layer(DefaultBodyLimit::max(FILES_POST_MOST));
    Router::new()
        .route("/start", get(portal::start))
        .route("/complain", get(portal::begin).post(portal::create))
        .route("/complain/received/{token}", get(portal::received).post(portal::to_case))
        .route("/complain/{token}/story", page(Step::Story).post(portal::story))
        .route("/complain/{token}/wish", page(Step::Wish).post(portal::wish))
        .route("/complain/{token}/files", page(Step::Files).merge(files))
        .route("/complain/{token}/reach", page(Step::Reach).post(portal::reach))
        .route("/complain/{token}/check", page(Step::Check))
        .route("/complain/{token}/send", post(portal::send))
        .route("/c/{token}/files", get(further::show).merge(further_files))
        .route("/feedback", get(pages::list))
        .route("/feedback/{id}", get(original::show))
        .route("/feedback/{id}/as-it-came", get(original::raw))
        .route("/feedback/{id}/html", get(original::html))
        .route("/feedback/{id}/files/{place}", get(original::file))
        .route("/feedback/{id}/files/{place}/preview", get(preview::preview))
        .layer(axum::Extension(links))
        .layer(axum::Extension(crate::picture::Easel::default()))
}

/// The page of one step of the form.
fn page(step: Step) -> MethodRouter<Context> {
    get(
        async move |State(ctx): State<Context>,
                    visitor: Visitor,
                    path: Path<String>,
                    query: Query<StepQuery>| {
            portal::show(ctx, visitor, path.0, step, query.0).await
        },
    )
}

/// JSON for programs, with its description.
pub fn api() -> OpenApiRouter<Context> {
    OpenApiRouter::new()
        .routes(routes!(api::list, api::create))
        .routes(routes!(api::arrivals))
        .routes(routes!(api::arrival))
        .routes(routes!(api::retry_arrival))
        .merge(crate::import::api())
}
