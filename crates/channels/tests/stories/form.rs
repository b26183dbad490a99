//! The complaint form without scripts and without an account.

use crate::world::{count, house, understand_all};
use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use channels::CaseLinks;
use http_body_util::BodyExt;
use testkit::{World, on_both};
use tower::ServiceExt;

struct Answer {
    status: StatusCode,
    place: String,
    html: String,
    /// `Content-Language` and `Vary`.
    language: String,
    vary: String,
}

fn app(world: &World) -> Router {
    let links = CaseLinks::new(async |_, case, _| Ok(format!("/c/{case}")));
    channels::router(links).with_state(world.ctx.clone())
}

async fn ask(world: &World, request: Request<Body>) -> Answer {
    let response = app(world).oneshot(request).await.unwrap();
    let status = response.status();
    let place = response.headers().get(header::LOCATION);
    let place = place.map(|place| place.to_str().unwrap().to_owned()).unwrap_or_default();
    let header = |name| {
        let value = response.headers().get(name);
        value.map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default()
    };
    let (language, vary) = (header(header::CONTENT_LANGUAGE), header(header::VARY));
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    let html = String::from_utf8(bytes.to_vec()).unwrap();
    assert!(html.len() <= 30_000, "a page of the form has {} bytes", html.len());
    Answer { status, place, html, language, vary }
}

async fn get(world: &World, path: &str) -> Answer {
    ask(world, Request::get(path).body(Body::empty()).unwrap()).await
}

async fn post(world: &World, path: &str, body: &str) -> Answer {
    let kind = "application/x-www-form-urlencoded";
    let request = Request::post(path).header(header::CONTENT_TYPE, kind);
    ask(world, request.body(Body::from(body.to_owned())).unwrap()).await
}

async fn upload(world: &World, path: &str, files: &[(&str, &[u8])]) -> Answer {
    let mut body = Vec::new();
    for (name, bytes) in files {
        body.extend_from_slice(
            format!("--xx\r\nContent-Disposition: form-data; name=\"files\"; filename=\"{name}\"\r\nContent-Type: image/png\r\n\r\n").as_bytes(),
        );
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--xx--\r\n");
    let request =
        Request::post(path).header(header::CONTENT_TYPE, "multipart/form-data; boundary=xx");
    ask(world, request.body(Body::from(body)).unwrap()).await
}

/// Goes through the form up to the last page; gives the token.
async fn answered(world: &World, email: &str) -> String {
    let begun = post(world, "/complain", "story=No+heating+since+Tuesday.").await;
    assert_eq!(begun.status, StatusCode::SEE_OTHER);
    let token = begun.place.split('/').nth(2).unwrap().to_owned();
    post(world, &format!("/complain/{token}/wish"), "wish=refund&wish=apology&fair=60+euro").await;
    let reach = format!("name=Amara+Okafor&by=email&email={email}");
    let reached = post(world, &format!("/complain/{token}/reach"), &reach).await;
    assert_eq!(reached.place, format!("/complain/{token}/check"));
    token
}

#[test]
fn a_complaint_goes_from_page_to_page_and_is_received_once() {
    on_both(async |world| {
        house(&world).await;
        assert!(get(&world, "/start").await.html.contains("Tell us what went wrong"));
        assert!(get(&world, "/complain").await.html.contains("What happened?"));
        let token = answered(&world, "amara%40example.org").await;
        let files = format!("/complain/{token}/files");
        let added = upload(&world, &files, &[("../../etc/passwd", b"x"), ("a<b>.png", b"y")]).await;
        assert_eq!(added.place, format!("/complain/{token}/reach"));
        let check = get(&world, &format!("/complain/{token}/check")).await.html;
        for words in ["No heating since Tuesday.", "My money back, An apology", "passwd", "60 euro"]
        {
            assert!(check.contains(words), "{words}");
        }
        assert!(!check.contains("../"), "a name is data and no path");
        let send = format!("/complain/{token}/send");
        let sent = post(&world, &send, "").await;
        assert_eq!(sent.place, format!("/complain/received/{token}"));
        assert_eq!(post(&world, &send, "").await.place, sent.place, "a second press does nothing");
        assert_eq!(count(&world, "SELECT COUNT(*) FROM arrival").await, 1);
        let receipt = get(&world, &sent.place).await.html;
        assert!(receipt.contains("We have it, Amara."));
        assert!(receipt.contains("Your reference will be here in a minute."));
        let one = understand_all(&world).await.remove(0);
        assert_eq!(one.author.email, "amara@example.org");
        assert_eq!(one.feedback.files.len(), 2);
        assert!(one.feedback.text.contains("What would be fair: 60 euro"));
        let changed = post(&world, &format!("/complain/{token}/story"), "story=Other").await;
        assert_eq!(changed.place, sent.place, "what was sent stays as it was sent");
    });
}

#[test]
fn what_is_missing_is_told_at_its_field_and_nothing_typed_is_lost() {
    on_both(async |world| {
        house(&world).await;
        let empty = post(&world, "/complain", "story=++").await;
        assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(empty.html.contains("There is a problem"));
        assert!(empty.html.contains("<title>Error:"));
        let trapped = post(&world, "/complain", "story=Buy&website=http%3A%2F%2Fspam").await;
        assert_eq!(trapped.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(trapped.html.contains("Buy"));
        let token = answered(&world, "amara%40example.org").await;
        let wrong =
            post(&world, &format!("/complain/{token}/reach"), "name=&by=email&email=nobody").await;
        assert!(wrong.html.contains("Enter an e-mail address like name@example.com"));
        assert!(wrong.html.contains("value=\"nobody\""));
        let markup =
            post(&world, "/complain", "story=%3Cscript%3Ealert(1)%3C/script%3E&website=x").await;
        assert!(!markup.html.contains("<script>alert"));
        let gone = get(&world, "/complain/0123456789abcdef/check").await;
        assert_eq!(gone.status, StatusCode::NOT_FOUND);
        assert!(gone.html.contains("Start again"));
    });
}

#[test]
fn one_address_gets_three_an_hour_and_one_network_ten() {
    on_both(async |world| {
        house(&world).await;
        for n in 0..4 {
            let token = answered(&world, "amara%40example.org").await;
            let sent = post(&world, &format!("/complain/{token}/send"), "").await;
            let expected =
                if n < 3 { StatusCode::SEE_OTHER } else { StatusCode::TOO_MANY_REQUESTS };
            assert_eq!(sent.status, expected, "complaint {n}");
        }
        for n in 0..8 {
            let token = answered(&world, &format!("p{n}%40example.org")).await;
            let sent = post(&world, &format!("/complain/{token}/send"), "").await;
            let expected =
                if n < 7 { StatusCode::SEE_OTHER } else { StatusCode::TOO_MANY_REQUESTS };
            assert_eq!(sent.status, expected, "another address {n}");
        }
        world.pass(jiff::SignedDuration::from_mins(61));
        let token = answered(&world, "amara%40example.org").await;
        let sent = post(&world, &format!("/complain/{token}/send"), "").await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "an hour later it goes again");
    });
}

#[test]
fn answers_are_kept_seven_days_and_then_forgotten() {
    on_both(async |world| {
        house(&world).await;
        let token = answered(&world, "amara%40example.org").await;
        world.pass(jiff::SignedDuration::from_hours(6 * 24));
        let check = format!("/complain/{token}/check");
        assert_eq!(get(&world, &check).await.status, StatusCode::OK);
        world.pass(jiff::SignedDuration::from_hours(25));
        assert_eq!(get(&world, &check).await.status, StatusCode::NOT_FOUND);
        assert_eq!(channels::forget_old_drafts(&world.ctx).await.unwrap(), 1);
        assert_eq!(count(&world, "SELECT COUNT(*) FROM form_draft").await, 0);
    });
}

#[test]
fn a_file_that_is_too_large_is_named_and_the_others_are_kept() {
    on_both(async |world| {
        house(&world).await;
        let token = answered(&world, "amara%40example.org").await;
        let large = vec![0; 25 * 1024 * 1024 + 1];
        let path = format!("/complain/{token}/files");
        let page = upload(&world, &path, &[("small.png", b"x"), ("large.mov", &large)]).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.html.contains("large.mov was not added: a file may have 25 MB"));
        assert!(page.html.contains("small.png"));
        assert_eq!(count(&world, "SELECT COUNT(*) FROM file").await, 1);
    });
}

/// A page as a browser asks for it that wants `languages`.
async fn get_in(world: &World, path: &str, languages: &str) -> Answer {
    let request = Request::get(path).header(header::ACCEPT_LANGUAGE, languages);
    ask(world, request.body(Body::empty()).unwrap()).await
}

#[test]
fn a_german_browser_gets_german_pages_to_the_end_and_the_feedback_its_language() {
    on_both(async |world| {
        house(&world).await;
        let first = get_in(&world, "/complain", "de-AT, en;q=0.5").await;
        assert!(first.html.contains("<html lang=\"de\" dir=\"ltr\">"));
        assert!(first.html.contains("Was ist passiert?") && first.html.contains("4.000 Zeichen"));
        assert_eq!(first.language, "de");
        assert!(first.vary.contains("accept-language"));
        let kind = "application/x-www-form-urlencoded";
        let request = Request::post("/complain").header(header::CONTENT_TYPE, kind);
        let request = request.header(header::ACCEPT_LANGUAGE, "de-AT");
        let begun = ask(&world, request.body(Body::from("story=Defekt.")).unwrap()).await;
        // From here on the answers know the language, whatever the browser says.
        let wish = get_in(&world, &begun.place, "en").await;
        assert!(wish.html.contains("Mein Geld zurück") && !wish.html.contains("My money back"));
        let token = begun.place.split('/').nth(2).unwrap().to_owned();
        post(&world, &format!("/complain/{token}/wish"), "wish=refund&unsure=yes").await;
        let wrong = post(&world, &format!("/complain/{token}/reach"), "name=&by=email").await;
        assert!(wrong.html.contains("<title>Fehler: Wie erreichen wir Sie?"));
        assert!(wrong.html.contains("Geben Sie eine E-Mail-Adresse ein"));
        let reach = "name=Amara+Okafor&by=email&email=amara%40example.org";
        post(&world, &format!("/complain/{token}/reach"), reach).await;
        let sent = post(&world, &format!("/complain/{token}/send"), "").await;
        let receipt = get(&world, &sent.place).await;
        assert!(receipt.html.contains("Ihre Nachricht ist angekommen, Amara Okafor."));
        let one = understand_all(&world).await.remove(0);
        assert!(one.feedback.text.contains("wieder gutmachen würde: Mein Geld zurück."));
        assert_eq!((one.feedback.language.as_str(), one.reads.as_str()), ("de", "de"));
    });
}

#[test]
fn the_switch_shows_a_page_in_another_language_and_is_carried_on() {
    on_both(async |world| {
        house(&world).await;
        let start = get(&world, "/start").await;
        assert!(start.html.contains("href=\"/start?lang=fr\" lang=\"fr\" hreflang=\"fr\""));
        let french = get_in(&world, "/start?lang=fr", "de").await;
        assert_eq!(french.language, "fr");
        assert!(french.html.contains("href=\"/complain?lang=fr\""));
        let story = get(&world, "/complain?lang=fr").await;
        assert!(story.html.contains("action=\"/complain?lang=fr\""));
        let begun = post(&world, "/complain?lang=fr", "story=En+panne.").await;
        assert!(begun.place.ends_with("/wish?lang=fr"), "{}", begun.place);
        let path = begun.place.strip_suffix("?lang=fr").unwrap();
        assert_eq!(get(&world, path).await.language, "fr");
        // Looking in another language changes nothing that is kept.
        let dutch = get(&world, &format!("{path}?lang=nl")).await;
        assert!(dutch.html.contains("Wat zou het goedmaken?"));
        assert!(dutch.html.contains(&format!("action=\"{path}?lang=nl\"")));
        assert_eq!(get(&world, path).await.language, "fr");
        let answered = post(&world, &format!("{path}?lang=nl"), "wish=apology").await;
        assert!(answered.place.ends_with("/files?lang=nl"));
        assert_eq!(get(&world, path).await.language, "nl", "what is answered in it stays in it");
    });
}

#[test]
fn who_wants_a_language_we_do_not_speak_reads_english() {
    on_both(async |world| {
        house(&world).await;
        let page = get_in(&world, "/complain?lang=tlh", "pl, ja;q=0.8").await;
        assert!(page.html.contains("<html lang=\"en\"") && page.html.contains("What happened?"));
        assert_eq!(page.language, "en");
        let token = answered(&world, "amara%40example.org").await;
        post(&world, &format!("/complain/{token}/send"), "").await;
        assert_eq!(understand_all(&world).await.remove(0).reads, "", "nobody chose English");
    });
}

#[test]
fn words_that_are_surely_in_another_language_than_the_pages_decide() {
    on_both(async |world| {
        house(&world).await;
        let story = "story=The+heating+in+our+flat+has+been+broken+since+Tuesday+and+nobody+has+\
                     come+to+look+at+it+although+you+promised+that+an+engineer+would+be+here.";
        let begun = post(&world, "/complain?lang=de", story).await;
        let token = begun.place.split('/').nth(2).unwrap().to_owned();
        let reach = "name=Amara&by=email&email=amara%40example.org";
        post(&world, &format!("/complain/{token}/reach"), reach).await;
        post(&world, &format!("/complain/{token}/send"), "").await;
        let one = understand_all(&world).await.remove(0);
        assert_eq!((one.feedback.language.as_str(), one.reads.as_str()), ("en", "de"));
    });
}
