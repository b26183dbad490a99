//! Feedback as it came: all of it can be had, and nothing of it acts in the house.

use crate::world::{house, run, understand_all, unit};
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use channels::mail::{Incoming, take};
use http_body_util::BodyExt;
use store::file::sha256_hex;
use testkit::{World, on_both};
use tower::ServiceExt;

const MAIL: &str = "From: Ann <ann@example.org>\r\nMessage-ID: <1@example.org>\r\nSubject: Cold\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/html\r\n\r\n<p>The heating is off.</p><script>alert(1)</script><img src=\"https://track.example/x.gif\">\r\n--b\r\nContent-Type: text/html\r\nContent-Disposition: attachment; filename=\"bill.html\"\r\n\r\n<script>alert(2)</script>\r\n--b--\r\n";

/// Somebody who sees everything, and somebody of another unit.
async fn people(world: &World) {
    house(world).await;
    for (n, (name, scope)) in [("sees-all", "all"), ("elsewhere", "unit")].iter().enumerate() {
        let id = domain::id::StaffId::from(domain::id::uuid_v7(9, [n as u8; 10]));
        let hash = sha256_hex(name.as_bytes());
        let sql = format!(
            "INSERT INTO staff (id, email, name, scope, made_at_ms)
                VALUES ('{id}', '{name}@x.no', '{name}', '{scope}', 1);
             INSERT INTO staff_role (staff_id, role) VALUES ('{id}', 'administrator');
             INSERT INTO session (hash, staff_id, made_at_ms, seen_at_ms, ends_at_ms)
                VALUES ('{hash}', '{id}', 0, 4000000000000, 4000000000000)"
        );
        run(world, &sql).await;
    }
}

async fn get(world: &World, cookie: &str, path: &str) -> (StatusCode, HeaderMap, String) {
    let links = channels::CaseLinks::new(async |_, _, _| Ok(String::new()));
    let app = channels::router(links)
        .layer(axum::middleware::from_fn(web::problem::answer_problems))
        .with_state(world.ctx.clone());
    let cookie = format!("{}={cookie}", web::session::cookie_name(&world.ctx.base_url));
    let request = Request::get(path).header("cookie", cookie).body(Body::empty()).unwrap();
    let response = app.oneshot(request).await.unwrap();
    let (status, headers) = (response.status(), response.headers().clone());
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    (status, headers, String::from_utf8_lossy(&bytes).into_owned())
}

#[test]
fn a_mail_can_be_seen_as_it_came_and_nothing_of_it_acts() {
    on_both(async |world| {
        people(&world).await;
        let mail = Incoming { unit: Some(unit()), raw: MAIL.into(), ..Incoming::default() };
        take(&world.ctx, mail).await.unwrap();
        let feedback = understand_all(&world).await.remove(0).feedback;
        let here = format!("/feedback/{}", feedback.id);
        let (status, headers, page) = get(&world, "sees-all", &here).await;
        assert_eq!(status, StatusCode::OK, "{page}");
        assert!(page.contains("bill.html") && page.contains("Pictures kept away: 1"), "{page}");
        assert!(headers["content-security-policy"].to_str().unwrap().contains("frame-src 'self'"));
        let (_, headers, html) = get(&world, "sees-all", &format!("{here}/html")).await;
        assert!(html.contains("The heating is off."), "{html}");
        assert!(!html.contains("alert") && !html.contains("track.example"), "{html}");
        let policy = headers["content-security-policy"].to_str().unwrap();
        assert!(policy.starts_with("sandbox ") && !policy.contains("allow-scripts"), "{policy}");
        let (_, headers, file) = get(&world, "sees-all", &format!("{here}/files/1")).await;
        assert!(file.contains("alert(2)"), "the file itself is what was sent: {file}");
        assert_eq!(headers["content-type"], "application/octet-stream");
        assert!(headers["content-disposition"].to_str().unwrap().starts_with("attachment;"));
        let (_, headers, raw) = get(&world, "sees-all", &format!("{here}/as-it-came")).await;
        assert_eq!(raw, MAIL);
        assert!(headers["content-disposition"].to_str().unwrap().contains(".eml"));
        for path in ["", "/html", "/files/1", "/as-it-came"] {
            let (status, _, page) = get(&world, "elsewhere", &format!("{here}{path}")).await;
            assert_eq!(status, StatusCode::NOT_FOUND, "{path}: {page}");
        }
        let (status, ..) = get(&world, "nobody", &here).await;
        assert_eq!(status, StatusCode::SEE_OTHER);
    });
}
