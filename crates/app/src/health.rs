//! Whether this node lives, whether it is ready, and its figures.

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json, Router, routing::get};
use mailroom::fetch;
use metrics_exporter_prometheus::PrometheusHandle;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use store::Context;

/// Set while this node ends: it is not ready any more, but still answers what it has begun.
#[derive(Clone, Debug, Default)]
pub struct Ending(pub Arc<AtomicBool>);

#[derive(Deserialize)]
struct Asked {
    verbose: Option<String>,
}

#[derive(Serialize)]
struct Part {
    name: &'static str,
    ok: bool,
    says: String,
}

/// `/livez`, `/readyz`, `/metrics`.
pub fn router() -> Router<Context> {
    Router::new()
        .route("/livez", get(|| async { "ok" }))
        .route("/readyz", get(ready))
        .route("/metrics", get(figures))
}

async fn ready(
    State(ctx): State<Context>,
    Extension(ending): Extension<Ending>,
    Query(asked): Query<Asked>,
) -> Response {
    let is_ending = ending.0.load(Ordering::Relaxed);
    let store = ctx.store.ping().await;
    let jobs = ctx.store.job_counts().await;
    let parts = [
        Part {
            name: "process",
            ok: !is_ending,
            says: if is_ending { "ending" } else { "running" }.to_owned(),
        },
        Part {
            name: "store",
            ok: store.is_ok(),
            says: store.map_or_else(|error| error.to_string(), |()| ctx.store.engine().to_owned()),
        },
        Part {
            name: "work",
            ok: true,
            says: jobs.map_or_else(
                |error| error.to_string(),
                |(due, dead)| format!("{due} waiting, {dead} failed"),
            ),
        },
    ];
    // A mailbox elsewhere that is in trouble is told, but pages must not go away because of it.
    let ok = parts.iter().all(|part| part.ok);
    let parts: Vec<Part> = parts.into_iter().chain(mailboxes(&ctx).await).collect();
    let status = if ok { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    match asked.verbose {
        Some(_) => (status, Json(parts)).into_response(),
        None => (status, if ok { "ok" } else { "not ready" }).into_response(),
    }
}

/// How each mailbox that is fetched fares.
async fn mailboxes(ctx: &Context) -> Vec<Part> {
    let alarms = match fetch::alarms(&ctx.store, ctx.now()).await {
        Ok(alarms) => alarms,
        Err(error) => vec![("every mailbox".to_owned(), Some(error.to_string()))],
    };
    let part = |(name, alarm): (String, Option<String>)| Part {
        name: "mailbox",
        ok: alarm.is_none(),
        says: format!("{name}: {}", alarm.unwrap_or_else(|| "well".to_owned())),
    };
    alarms.into_iter().map(part).collect()
}

async fn figures(
    State(ctx): State<Context>,
    Extension(handle): Extension<PrometheusHandle>,
) -> Response {
    if let Ok((due, dead)) = ctx.store.job_counts().await {
        metrics::gauge!("redress_jobs_due").set(due as f64);
        metrics::gauge!("redress_jobs_dead").set(dead as f64);
    }
    handle.render().into_response()
}
