//! How often a program may ask, and what every answer says of it.

use crate::world::House;
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode, header};
use axum::response::Response;
use testkit::on_both;
use tower::ServiceExt;

async fn ask(app: &Router, token: &str, etag: &str) -> Response {
    let request = Request::get("/api/v1/cases")
        .header(header::HOST, "127.0.0.1:8080")
        .header(header::AUTHORIZATION, format!("Bearer token-{token}"))
        .header(header::IF_NONE_MATCH, etag)
        .body(Body::empty())
        .unwrap();
    app.clone().oneshot(request).await.unwrap()
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers.get(name).map_or("", |value| value.to_str().unwrap())
}

/// `app` with a quota of two requests a minute.
fn hurried(house: &House) -> Router {
    let two = [("api_requests_per_minute", Some("2".to_owned()))];
    let settings = app::settings::Settings::read(&two, None).unwrap();
    app::router::app(&house.world.ctx, &settings, app::health::Ending::default()).unwrap()
}

#[test]
fn a_program_is_told_what_is_left_and_when_it_asks_too_often() {
    on_both(async |world| {
        let house = House::furnish(world).await;
        let app = hurried(&house);
        let first = ask(&app, "Agent", "").await;
        assert_eq!(first.status(), StatusCode::OK);
        assert_eq!(text(first.headers(), "redress-version"), "2026-12-01");
        assert_eq!(text(first.headers(), "ratelimit-policy"), "\"token\";q=2;w=60");
        assert!(text(first.headers(), "ratelimit").starts_with("\"token\";r=1;t="));
        let etag = text(first.headers(), "etag").to_owned();
        for _ in 0..3 {
            assert_eq!(ask(&app, "Agent", &etag).await.status(), StatusCode::NOT_MODIFIED);
        }
        assert_eq!(ask(&app, "Agent", "").await.status(), StatusCode::OK);
        let third = ask(&app, "Agent", "").await;
        assert_eq!(third.status(), StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(text(third.headers(), "content-type"), "application/problem+json");
        let again: u32 = text(third.headers(), "retry-after").parse().unwrap();
        assert!((1..=60).contains(&again), "{again}");
        assert_eq!(ask(&app, "Lead", "").await.status(), StatusCode::OK, "others are not held up");
    });
}

#[test]
fn feedback_is_taken_however_often_it_comes() {
    on_both(async |world| {
        let house = House::furnish(world).await;
        let app = hurried(&house);
        for n in 0..4 {
            let said = serde_json::json!({ "text": format!("The lift is broken again ({n})."),
                "unit": house.company.unit.to_string() });
            let request = Request::post("/api/v1/feedback")
                .header(header::HOST, "127.0.0.1:8080")
                .header(header::CONTENT_TYPE, "application/json")
                .header(header::AUTHORIZATION, "Bearer token-Agent")
                .body(Body::from(said.to_string()))
                .unwrap();
            let answer = app.clone().oneshot(request).await.unwrap();
            assert_eq!(answer.status(), StatusCode::ACCEPTED);
        }
    });
}
