//! Pages and letters in the customer's language.

use crate::told::{arrive, complaint, letters, now, words};
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use casework::Taken;
use domain::id::CaseNumber;
use http_body_util::BodyExt;
use jiff::SignedDuration;
use remedies::resolution::actions::{Ask, resolve};
use serde_json::Value;
use store::Press;
use testkit::{Company, World, on_both};
use tower::ServiceExt;

async fn opened_in(world: &World, company: &Company, language: &str) -> CaseNumber {
    let mut feedback = complaint(world, company, "Seit Dienstag ist die Heizung aus.");
    language.clone_into(&mut feedback.language);
    match arrive(world, &feedback, company.amara).await {
        Taken::Opened { number, .. } => number,
        other => panic!("it should open a case: {other:?}"),
    }
}

fn text<'a>(envelope: &'a Value, name: &str) -> &'a str {
    envelope[name].as_str().unwrap()
}

struct Page {
    status: StatusCode,
    language: String,
    html: String,
    place: String,
}

async fn ask(world: &World, request: Request<Body>) -> Page {
    let pages = conversation::router().merge(remedies::router()).with_state(world.ctx.clone());
    let response = pages.oneshot(request).await.unwrap();
    let status = response.status();
    let header = |name| {
        let value = response.headers().get(name);
        value.map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default()
    };
    let (language, place) = (header(header::CONTENT_LANGUAGE), header(header::LOCATION));
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    assert!(bytes.len() <= 30_000, "a customer's page has {} bytes", bytes.len());
    Page { status, language, html: String::from_utf8(bytes.to_vec()).unwrap(), place }
}

async fn get(world: &World, path: &str, browser: &str) -> Page {
    let request = Request::get(path).header(header::ACCEPT_LANGUAGE, browser);
    ask(world, request.body(Body::empty()).unwrap()).await
}

async fn post(world: &World, path: &str, form: &str) -> Page {
    let kind = "application/x-www-form-urlencoded";
    let request = Request::post(path).header(header::CONTENT_TYPE, kind);
    ask(world, request.body(Body::from(form.to_owned())).unwrap()).await
}

/// The address of the case's page in a letter.
fn page_in(envelope: &Value) -> String {
    let link = text(envelope, "link");
    let from = link.find("/c/").unwrap();
    link[from..].trim_end_matches("/solved").to_owned()
}

#[test]
fn letters_that_we_write_by_ourselves_are_in_the_case_s_language() {
    on_both(async |world| {
        let company = world.found().await;
        let number = opened_in(&world, &company, "de").await;
        let out = letters(&world).await;
        assert_eq!(text(&out[0], "language"), "de");
        assert!(text(&out[0], "text").contains("Ihre Nachricht ist bei uns angekommen."));
        assert!(text(&out[0], "text").contains("hören persönlich von uns bis "));
        let (ctx, none) = (&world.ctx, Press::none());
        let did = words("the engineer came");
        resolve(ctx, &company.maya, number, &did, Ask::Now, &none).await.unwrap();
        world.pass(SignedDuration::from_secs(15));
        let out = letters(&world).await;
        let asks = text(&out[0], "text");
        assert!(asks.contains("Ist es damit gelöst? Ihre Antwort entscheidet."), "{asks}");
        assert!(asks.contains("The engineer came."), "words of staff stay theirs: {asks}");
    });
}

#[test]
fn a_language_we_do_not_speak_gets_letters_in_english() {
    on_both(async |world| {
        let company = world.found().await;
        opened_in(&world, &company, "tr").await;
        let out = letters(&world).await;
        assert_eq!(text(&out[0], "language"), "en");
        assert!(text(&out[0], "text").contains("We have what you wrote."));
    });
}

#[test]
fn the_customer_s_page_speaks_the_language_of_the_case_and_the_switch_goes_before_it() {
    on_both(async |world| {
        let company = world.found().await;
        let number = opened_in(&world, &company, "de").await;
        let page = page_in(&letters(&world).await[0]);
        let german = get(&world, &page, "en").await;
        assert_eq!(german.language, "de");
        for words in ["<html lang=\"de\"", "Was gesagt wurde", "Es ist gelöst", "Ihr Anliegen:"] {
            assert!(german.html.contains(words), "{words}");
        }
        assert!(!german.html.contains("What was said") && !german.html.contains("Write to"));
        let spanish = get(&world, &format!("{page}?lang=es"), "en").await;
        assert!(spanish.html.contains("Lo que se ha dicho"));
        assert!(spanish.html.contains(&format!("{page}/solved?answer=yes&#38;lang=es")));
        let question = get(&world, &format!("{page}/solved?answer=no&lang=it"), "en").await;
        assert!(question.html.contains("È risolto?") && question.html.contains("checked"));
        let nothing = post(&world, &format!("{page}/solved"), "answer=").await;
        assert_eq!(nothing.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(nothing.html.contains("Wählen Sie Ja, Teilweise oder Nein."));
        let added = post(&world, &format!("{page}/messages?lang=fr"), "words=Toujours+rien").await;
        assert_eq!(added.place, format!("{page}?lang=fr"));
        assert_eq!(now(&world, number).await.case.language, "de", "looking changes nothing");
    });
}

#[test]
fn a_case_in_a_language_we_do_not_speak_follows_the_browser() {
    on_both(async |world| {
        let company = world.found().await;
        opened_in(&world, &company, "tr").await;
        let page = page_in(&letters(&world).await[0]);
        assert_eq!(get(&world, &page, "tr, nl;q=0.5").await.language, "nl");
        assert_eq!(get(&world, &page, "tr").await.language, "en");
    });
}
