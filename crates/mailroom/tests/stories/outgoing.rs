//! The mail server that takes our letters, named by an administrator: at once, tried by a real
//! mail, its password shown to nobody.

use crate::delivery::{TO, post, state};
use crate::fetching::{CAME, account};
use crate::mail_store::MailStore;
use crate::set_up::{ann, asks_with};
use crate::world::{count, house};
use axum::body::Body;
use axum::http::{Request, header};
use egress::{Addresses, Egress, Names};
use http_body_util::BodyExt;
use mailroom::fetch::{Kind, fetch_now};
use mailroom::{OwnRelay, Relay, Secure, greet};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;
use store::on;
use testkit::sink::Sink;
use testkit::{World, on_both};
use tower::ServiceExt;

const RELAY: &str = "/api/v1/mail-relay";
const FROM: &str = "help@help.example.test";
/// `\0ann\0open-sesame`
const SIGN_IN: &str = "AUTH PLAIN AGFubgBvcGVuLXNlc2FtZQ==";

fn by_page() -> OwnRelay {
    OwnRelay::of_page(Relay::local(0, FROM))
}

async fn asks(world: &World, method: &str, path: &str, body: Value) -> (u16, Value) {
    asks_with(world, by_page(), method, path, body).await
}

fn named(sink: &Sink) -> Value {
    json!({"host": "127.0.0.1", "port": sink.port().to_string(), "tls": "none", "login": "ann",
        "password": "open-sesame"})
}

async fn text(world: &World, sql: &'static str) -> String {
    on!(Store &world.ctx.store, db => sqlx::query_scalar(sql).fetch_one(db).await).unwrap()
}

#[test]
fn a_relay_that_is_named_takes_what_waits_without_a_start_and_its_password_is_nowhere() {
    on_both(async |world| {
        ann(&world).await;
        let sink = Sink::start().await;
        sink.want(Some(SIGN_IN.to_owned()));
        post(&world, 1, TO).await;
        let (end, ended) = tokio::sync::oneshot::channel::<()>();
        let carrying = tokio::spawn(mailroom::deliver(world.ctx.clone(), by_page(), async {
            drop(ended.await);
        }));
        let (_, none) = asks(&world, "GET", RELAY, Value::Null).await;
        assert_eq!((&none["host"], &none["set_by"]), (&json!(""), &json!("page")));
        for _ in 0..2 {
            let (status, made) = asks(&world, "PUT", RELAY, named(&sink)).await;
            assert_eq!((status, &made["login"]), (200, &json!("ann")), "{made}");
            assert!(!made.to_string().contains("sesame"));
        }
        let left = async {
            while state(&world, 1).await != "sent" {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(30), left).await.expect("it leaves");
        assert_eq!(sink.taken()[0].to, [TO]);
        drop(end);
        carrying.await.unwrap();

        let kept = text(&world, "SELECT value FROM setting WHERE name = 'mail/relay'").await;
        assert!(kept.contains("ann") && !kept.contains("sesame"), "{kept}");
        let told = text(&world, "SELECT body FROM job WHERE kind = 'house_record'").await;
        assert!(told.contains("relay_set_up") && !told.contains("sesame"), "{told}");
        for _ in 0..2 {
            assert_eq!(asks(&world, "DELETE", RELAY, Value::Null).await.0, 204);
        }
        let jobs = "SELECT COUNT(*) FROM job WHERE kind = 'house_record'";
        assert_eq!(count(&world, jobs).await, 2, "named once, taken away once");
        assert!(by_page().now(&world.ctx).await.unwrap().is_none());
    });
}

#[test]
fn a_password_stays_with_its_server_and_wrong_fields_are_named() {
    on_both(async |world| {
        ann(&world).await;
        let sink = Sink::start().await;
        let with = |field: &str, value: &str| {
            let mut body = named(&sink);
            body[field] = json!(value);
            body
        };
        for (body, field) in [
            (with("host", ""), "/host"),
            (with("host", "smtp.example.com:25"), "/host"),
            (with("host", "smtp.example.com"), "/tls"),
            (with("port", "many"), "/port"),
            (with("tls", "perhaps"), "/tls"),
            (with("login", ""), "/login"),
            (with("password", ""), "/password"),
            (with("mailbox", "nobody"), "/mailbox"),
        ] {
            let (status, wrong) = asks(&world, "PUT", RELAY, body.clone()).await;
            assert_eq!((status, &wrong["errors"][0]["pointer"]), (422, &json!(field)), "{body}");
        }
        assert_eq!(asks(&world, "PUT", RELAY, named(&sink)).await.0, 200);
        let (status, wrong) = asks(&world, "PUT", RELAY, {
            let mut elsewhere = with("port", "1");
            elsewhere["password"] = json!("");
            elsewhere
        })
        .await;
        assert_eq!((status, &wrong["errors"][0]["pointer"]), (422, &json!("/password")));
        let preset = json!({"provider": "fastmail", "login": "a@b.example", "password": "x"});
        let sent = Relay::local(0, FROM);
        let own = OwnRelay::of_settings(sent, "REDRESS_RELAY");
        let (status, held) = asks_with(&world, own, "PUT", RELAY, preset).await;
        assert_eq!((status, &held["code"]), (409, &json!("relay_set_elsewhere")), "{held}");
        assert!(held["detail"].as_str().unwrap().contains("REDRESS_RELAY"), "{held}");
    });
}

#[test]
fn a_trial_sends_a_real_mail_to_who_asks_or_says_what_to_do() {
    on_both(async |world| {
        ann(&world).await;
        let sink = Sink::start().await;
        let trials = "/api/v1/mail-relay/trials";
        assert_eq!(asks(&world, "POST", trials, json!({})).await.0, 404, "none is named");
        let own = OwnRelay::of_settings(Relay::local(sink.port(), FROM), "flag");
        for _ in 0..2 {
            let (status, trial) = asks_with(&world, own.clone(), "POST", trials, json!({})).await;
            assert_eq!((status, &trial["well"]), (200, &json!(true)), "{trial}");
        }
        let taken = sink.taken();
        assert_eq!(taken.len(), 1, "one press sends one mail");
        assert_eq!((&taken[0].from[..], &taken[0].to[0][..]), (FROM, "ann@x.example"));
        assert!(taken[0].text.contains("Auto-Submitted: auto-generated"), "{}", taken[0].text);
        sink.want(Some(SIGN_IN.to_owned()));
        let why = greet(&world.ctx, &own.now(&world.ctx).await.unwrap().unwrap()).await;
        assert_eq!(why, Ok(()), "it greets; that it wants a name shows at the mail");
        let mut wrong = named(&sink);
        wrong["password"] = json!("guessed");
        assert_eq!(asks(&world, "PUT", RELAY, wrong).await.0, 200);
        let relay = by_page().now(&world.ctx).await.unwrap().unwrap();
        let why = greet(&world.ctx, &relay).await.unwrap_err();
        assert!(why.contains("app password") && !why.contains("guessed"), "{why}");
    });
}

/// A page with Ann's cookie; a form when there are fields. Gives status, place and text.
async fn page(world: &World, path: &str, fields: Option<&str>) -> (u16, String, String) {
    let session = store::file::sha256_hex(b"cookie-ann");
    let csrf = web::session::csrf(&world.ctx, &session);
    let app = mailroom::router()
        .layer(axum::Extension(by_page()))
        .layer(axum::middleware::from_fn(web::problem::answer_problems))
        .with_state(world.ctx.clone());
    let cookie = format!("{}=cookie-ann", web::session::cookie_name(&world.ctx.base_url));
    let request = Request::builder().uri(path).header(header::COOKIE, cookie);
    let request = match fields {
        Some(fields) => request
            .method("POST")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(format!("csrf={csrf}&press={}{fields}", fields.len()))),
        None => request.body(Body::empty()),
    };
    let answer = app.oneshot(request.unwrap()).await.unwrap();
    let status = answer.status().as_u16();
    let place = answer.headers().get(header::LOCATION);
    let place = place.map_or(String::new(), |place| place.to_str().unwrap().to_owned());
    let bytes = answer.into_body().collect().await.unwrap().to_bytes();
    (status, place, String::from_utf8(bytes.to_vec()).unwrap())
}

#[test]
fn an_administrator_names_tries_and_takes_away_the_relay_by_forms_alone() {
    on_both(async |world| {
        ann(&world).await;
        let session = store::file::sha256_hex(b"cookie-ann");
        let sql = format!(
            "INSERT INTO session (hash, staff_id, made_at_ms, seen_at_ms, ends_at_ms)
             SELECT '{session}', id, 0, 4000000000000, 4000000000000 FROM staff"
        );
        crate::world::run(&world, &sql).await;
        let sink = Sink::start().await;
        let here = "/settings/mail/relay";
        let (status, _, text) = page(&world, here, None).await;
        assert!(status == 200 && text.contains("no mail server is named"), "{status} {text}");
        let wrong = "&provider=&host=&port=&tls=required&login=ann&password=open-sesame";
        let (status, _, text) = page(&world, here, Some(wrong)).await;
        assert!(status == 422 && text.contains("like smtp.example.com"), "{status} {text}");
        assert!(!text.contains("sesame"), "a password is not written back");
        let port = sink.port();
        let right = format!("&host=127.0.0.1&port={port}&tls=none&login=ann&password=open-sesame");
        let (status, place, text) = page(&world, here, Some(&right)).await;
        assert_eq!((status, place.as_str()), (303, here), "{text}");
        assert_eq!(sink.taken()[0].to, ["ann@x.example"], "it is tried at once");
        let (_, _, text) = page(&world, here, None).await;
        assert!(text.contains(&format!("127.0.0.1:{port}")) && text.contains("has left"), "{text}");
        assert_eq!(page(&world, &format!("{here}/try"), Some("")).await.0, 303);
        assert_eq!(sink.taken().len(), 2);
        assert_eq!(page(&world, &format!("{here}/forget"), Some("")).await.0, 303);
        assert!(page(&world, here, None).await.2.contains("no mail server is named"));
    });
}

/// Every name is at one address.
struct At([u8; 4]);

impl Names for At {
    fn addresses<'a>(&'a self, _: &'a str) -> Addresses<'a> {
        let at = self.0;
        Box::pin(async move { Ok(vec![at.into()]) })
    }
}

#[test]
fn a_mailbox_that_the_page_names_is_inside_the_house_only_where_a_setting_allows_it() {
    on_both(async |world| {
        house(&world).await;
        let store = MailStore::start().await;
        store.deliver(CAME, "From: ann@example.org\r\nSubject: Cold\r\n\r\nIt is off.\r\n");
        for kind in [Kind::Imap, Kind::Pop3] {
            let mut help = account(&world, &store, kind);
            help.inside = false;
            let way_out = world.ctx.held::<Egress>();
            way_out.allow_private(Vec::new());
            let why = fetch_now(&world.ctx, &help).await.unwrap_err().to_string();
            assert!(why.contains("`private_hosts`"), "{why}");
            way_out.allow_private(vec![help.host.clone()]);
            fetch_now(&world.ctx, &help).await.unwrap();
            (help.host, help.secure) = ("imap.inside.test".to_owned(), Secure::Required);
            way_out.ask_for_names(Arc::new(At([127, 0, 0, 1])));
            assert!(fetch_now(&world.ctx, &help).await.is_err(), "a name hides no address");
            help.inside = true;
            way_out.ask_for_names(Arc::new(At([169, 254, 169, 254])));
            let why = fetch_now(&world.ctx, &help).await.unwrap_err().to_string();
            assert!(why.contains("nobody goes to"), "{why}");
        }
    });
}

#[test]
fn no_letter_goes_in_the_clear_to_the_world_nor_to_where_clouds_tell_keys() {
    on_both(async |world| {
        house(&world).await;
        let way_out = world.ctx.held::<Egress>();
        let relay = Relay { host: "relay.example".into(), ..Relay::local(25, FROM) };
        way_out.ask_for_names(Arc::new(At([93, 184, 215, 14])));
        let why = greet(&world.ctx, &relay).await.unwrap_err();
        assert!(why.contains("in the clear") && why.contains("STARTTLS"), "{why}");
        way_out.ask_for_names(Arc::new(At([169, 254, 169, 254])));
        let safe = Relay { secure: Secure::Required, ..relay };
        let why = greet(&world.ctx, &safe).await.unwrap_err();
        assert!(why.contains("nobody goes to"), "{why}");
    });
}
