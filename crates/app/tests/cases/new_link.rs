//! A link of a customer that is too old: what it shows, and the letter with a new one.

use crate::rebuilt::state;
use crate::told::{arrive, complaint, letters, now, opened, words};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode, header};
use casework::Taken;
use casework::case::link;
use casework::case::new_link::{BY_LINK_MOST, BY_NETWORK_MOST};
use casework::case::rebuild::rebuild;
use domain::case::Closing;
use domain::event::{Actor, Event};
use domain::id::{CaseNumber, CustomerId};
use domain::message::Purpose;
use handling::merger::actions::merge;
use jiff::SignedDuration;
use remedies::conduct::actions::{end_contact, warn};
use remedies::resolution::actions::{close, reopen};
use store::{Press, on};
use testkit::{Company, World, on_both};
use tower::ServiceExt;

const DAY: SignedDuration = SignedDuration::from_hours(24);

/// The whole product over one world.
struct House {
    world: World,
    company: Company,
    app: Router,
}

#[derive(Debug, PartialEq, Eq)]
struct Page {
    status: StatusCode,
    language: String,
    place: String,
    html: String,
}

impl House {
    async fn open(world: World) -> House {
        let settings = app::settings::Settings::read(&[], None).unwrap();
        let app = app::router::app(&world.ctx, &settings, app::health::Ending::default()).unwrap();
        let company = world.found().await;
        House { world, company, app }
    }

    async fn ask(&self, request: axum::http::request::Builder, body: &str) -> Page {
        let request = request.header(header::HOST, "127.0.0.1:8080");
        let request = request.body(Body::from(body.to_owned())).unwrap();
        let answer = self.app.clone().oneshot(request).await.unwrap();
        let header = |name| {
            let value = answer.headers().get(name);
            value.map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default()
        };
        let (language, place) = (header(header::CONTENT_LANGUAGE), header(header::LOCATION));
        let status = answer.status();
        let body = to_bytes(answer.into_body(), 1_000_000).await.unwrap();
        assert!(body.len() <= 30_000, "a customer's page has {} bytes", body.len());
        Page { status, language, place, html: String::from_utf8(body.to_vec()).unwrap() }
    }

    async fn get(&self, path: &str, browser: &str) -> Page {
        self.ask(Request::get(path).header(header::ACCEPT_LANGUAGE, browser), "").await
    }

    async fn post(&self, path: &str, form: &str) -> Page {
        let kind = "application/x-www-form-urlencoded";
        self.ask(Request::post(path).header(header::CONTENT_TYPE, kind), form).await
    }

    /// Presses the button of the page that says that a link is too old.
    async fn press(&self, token: &str) -> Page {
        let page = self.get(&format!("/c/{token}"), "en").await;
        assert_eq!(page.status, StatusCode::GONE);
        let press = page.html.split_once("name=\"press\" value=\"").unwrap().1;
        let press = press.split_once('"').unwrap().0;
        self.post(&format!("/c/{token}/new-link"), &format!("press={press}")).await
    }

    async fn link_of(&self, number: CaseNumber) -> String {
        let (ctx, case) = (&self.world.ctx, now(&self.world, number).await.case);
        let mut tx = ctx.begin().await.unwrap();
        let token = link::of_case(&mut tx, ctx, case.id, case.customer, ctx.now()).await.unwrap();
        tx.commit().await.unwrap();
        token
    }

    async fn close(&self, number: CaseNumber) {
        let (ctx, why) = (&self.world.ctx, words("They wrote that they take it back."));
        let (maya, none) = (&self.company.maya, Press::none());
        close(ctx, maya, number, Closing::Withdrawn, &why, &none).await.unwrap();
    }

    /// A case of Amara's that was closed so long ago that its link is too old.
    async fn old(&self) -> (CaseNumber, String) {
        let number = opened(&self.world, &self.company).await;
        let token = self.link_of(number).await;
        letters(&self.world).await;
        self.close(number).await;
        self.world.pass(DAY * 181);
        (number, token)
    }

    /// The token in the only letter that leaves now.
    async fn sent(&self) -> Option<String> {
        let out = letters(&self.world).await;
        assert!(out.len() <= 1, "{out:?}");
        let letter = out.first()?;
        assert_eq!(
            (&letter["to"], &letter["automatic"]),
            (&"amara@example.org".into(), &true.into())
        );
        Some(letter["link"].as_str().unwrap().rsplit_once("/c/").unwrap().1.to_owned())
    }

    async fn sql(&self, text: &'static str) {
        let mut tx = self.world.ctx.begin().await.unwrap();
        on!(Tx &mut tx, db => sqlx::query(text).execute(db).await.map(|_| ())).unwrap();
        tx.commit().await.unwrap();
    }
}

/// What must never stand before whoever holds an old link.
fn facts(number: CaseNumber) -> Vec<String> {
    let said = ["Amara", "amara", "Okafor", "example.org", "heating", "Heizung", "Maya"];
    said.iter().map(|fact| (*fact).to_owned()).chain([number.to_string()]).collect()
}

#[test]
fn a_link_that_is_too_old_says_so_on_every_page_shows_nothing_of_the_case_and_changes_nothing() {
    on_both(async |world| {
        let house = House::open(world).await;
        let (number, token) = house.old().await;
        let before = state(&house.world).await;
        let nothing = "0198a000-0000-7000-8000-000000000000";
        let parts = ["", "/solved", "/solved?answer=yes", "/files", &format!("/offers/{nothing}")];
        for part in parts {
            let page = house.get(&format!("/c/{token}{part}"), "en").await;
            assert_eq!(page.status, StatusCode::GONE, "{part}");
            assert!(page.html.contains("<h1>This link is too old</h1>"), "{part}: {}", page.html);
            assert!(page.html.contains("What you wrote to us is kept."), "{part}");
            let form = format!("method=\"post\" action=\"/c/{token}/new-link\"");
            assert_eq!(page.html.matches("<form").count(), 1, "{part}");
            assert!(page.html.contains(&form) && !page.html.contains("<script"), "{part}");
            for fact in facts(number) {
                assert!(!page.html.contains(&fact), "{part} shows {fact}");
            }
            let head = Request::head(format!("/c/{token}{part}"));
            let head = house.ask(head, "").await;
            assert_eq!((head.status, head.html.as_str()), (StatusCode::GONE, ""));
        }
        for (part, form) in
            [("messages", "words=x"), ("solved", "answer=yes"), ("another-person", "")]
        {
            let page = house.post(&format!("/c/{token}/{part}"), form).await;
            assert_eq!(page.status, StatusCode::GONE, "{part}");
        }
        let program =
            Request::get(format!("/c/{token}")).header(header::ACCEPT, "application/json");
        assert!(house.ask(program, "").await.html.contains("\"code\":\"link_ended\""));
        assert_eq!(state(&house.world).await, before, "looking changes nothing");
    });
}

#[test]
fn a_token_that_was_never_given_out_looks_as_it_always_did_and_sends_nothing() {
    on_both(async |world| {
        let house = House::open(world).await;
        let (_, token) = house.old().await;
        let before = state(&house.world).await;
        for wrong in ["0", &"f".repeat(32), &token[1..], &format!("{token}0"), &"a".repeat(200)] {
            let page = house.get(&format!("/c/{wrong}"), "en").await;
            assert_eq!(page.status, StatusCode::NOT_FOUND, "{wrong}");
            assert!(page.html.contains("This link does not open a case, or not any more."));
            assert!(
                page.html.contains("There is nothing here for you") && !page.html.contains("<form")
            );
            let posted = house.post(&format!("/c/{wrong}/new-link"), "press=1").await;
            assert_eq!(posted.status, StatusCode::NOT_FOUND);
        }
        assert_eq!(state(&house.world).await, before);
        assert_eq!(house.sent().await, None);
    });
}

#[test]
fn one_press_sends_one_letter_to_the_known_address_and_its_link_opens_the_case() {
    on_both(async |world| {
        let house = House::open(world).await;
        let (number, token) = house.old().await;
        let answer = house.press(&token).await;
        assert_eq!(answer.status, StatusCode::OK);
        assert!(answer.html.contains("If we know an e-mail address of yours"), "{}", answer.html);
        let new = house.sent().await.expect("a letter");
        assert_ne!(new, token);
        for fact in facts(number).iter().chain([&new]) {
            assert!(!answer.html.contains(fact.as_str()), "{fact}");
        }
        let page = house.get(&format!("/c/{new}"), "en").await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(page.html.contains("No heating") && page.html.contains("opens what we have under"));
        assert_eq!(house.get(&format!("/c/{token}"), "en").await.status, StatusCode::GONE);
        let view = now(&house.world, number).await;
        let mut sent = view.thread.entries.iter().rev().map(|entry| &entry.entry);
        let sent = sent.find(|entry| matches!(entry.event, Event::Sent { .. })).unwrap();
        let Event::Sent { message, .. } = &sent.event else { unreachable!() };
        assert_eq!((message.purpose, message.automatic), (Purpose::Link, true));
        assert_eq!(sent.actor, Actor::Rule("link".to_owned()));
        assert!(view.case.stage.is_closed(), "asking for a link opens nothing again");

        let again = house.press(&token).await;
        assert_eq!((again, house.sent().await), (answer, None), "the same words, and no letter");
        house.world.pass(SignedDuration::from_mins(61));
        house.press(&token).await;
        assert_eq!(house.sent().await, Some(new), "an hour later the same link once more");

        let before = state(&house.world).await;
        rebuild(&house.world.ctx).await.unwrap();
        assert_eq!(state(&house.world).await, before);
    });
}

#[test]
fn one_press_that_comes_twice_and_two_at_once_send_one_letter() {
    on_both(async |world| {
        let house = House::open(world).await;
        let (_, token) = house.old().await;
        let path = format!("/c/{token}/new-link");
        let (one, other) = tokio::join!(house.post(&path, "press=1"), house.post(&path, "press=2"));
        assert_eq!((one.status, other.status), (StatusCode::OK, StatusCode::OK));
        assert!(house.sent().await.is_some());
        house.world.pass(SignedDuration::from_hours(2));
        assert_eq!(house.post(&path, "press=1").await.status, StatusCode::OK);
        assert_eq!(house.sent().await, None, "that press has had its letter");
    });
}

#[test]
fn a_new_link_ends_as_the_old_one_did_and_a_link_that_opens_needs_no_new_one() {
    on_both(async |world| {
        let house = House::open(world).await;
        let (number, token) = house.old().await;
        house.press(&token).await;
        let new = house.sent().await.expect("a letter");
        house.world.pass(DAY * 179);
        let page = house.post(&format!("/c/{new}/new-link"), "press=1").await;
        assert_eq!((page.status, page.place), (StatusCode::SEE_OTHER, format!("/c/{new}")));
        assert_eq!(house.sent().await, None);
        // Asked for a day before its end, it gets its days again.
        house.press(&token).await;
        assert_eq!(house.sent().await, Some(new.clone()));
        house.world.pass(DAY * 179);
        assert_eq!(house.get(&format!("/c/{new}"), "en").await.status, StatusCode::OK);
        house.world.pass(DAY * 2);
        assert_eq!(house.get(&format!("/c/{new}"), "en").await.status, StatusCode::GONE);
        let (ctx, maya) = (&house.world.ctx, &house.company.maya);
        reopen(ctx, maya, number, &Press::none()).await.unwrap();
        assert_eq!(house.get(&format!("/c/{new}"), "en").await.status, StatusCode::OK);
        assert_eq!(house.get(&format!("/c/{token}"), "en").await.status, StatusCode::GONE);
        house.press(&token).await;
        assert_eq!(house.sent().await, Some(new), "an open case sends the link that opens it");
    });
}

#[test]
fn who_can_get_no_letter_reads_the_same() {
    on_both(async |world| {
        let house = House::open(world).await;
        let (ctx, maya, none) = (&house.world.ctx, &house.company.maya, Press::none());
        let (_, sent) = house.old().await;
        let with_letter = house.press(&sent).await.html.replace(&sent, "TOKEN");
        assert!(house.sent().await.is_some());
        house.world.pass(DAY * 2);
        let mut wrong = Vec::new();
        let nobody = house.of(house.company.nameless).await;
        let ended = opened(&house.world, &house.company).await;
        warn(ctx, maya, ended, words("Please do not insult us."), &none).await.unwrap();
        let last = words("We end this conversation now.");
        end_contact(ctx, maya, ended, last, &none).await.unwrap();
        let ended = (ended, house.link_of(ended).await);
        house.world.pass(DAY * 181);
        letters(&house.world).await;
        let erased = house.of(house.company.amara).await;
        house.world.pass(DAY * 181);
        letters(&house.world).await;
        for (what, (number, token)) in
            [("no address", nobody), ("contact ended", ended), ("erased", erased)]
        {
            if what == "erased" {
                house.sql("DELETE FROM identity").await;
            }
            let version = now(&house.world, number).await.case.version;
            let answer = house.press(&token).await;
            let html = answer.html.replace(&token, "TOKEN");
            if answer.status != StatusCode::OK || html != with_letter {
                wrong.push(format!("{what}: {html}"));
            }
            assert_eq!(house.sent().await, None, "{what}");
            assert_eq!(now(&house.world, number).await.case.version, version, "{what}");
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    });
}

impl House {
    /// A closed case of `customer`, and its link.
    async fn of(&self, customer: CustomerId) -> (CaseNumber, String) {
        let said = complaint(&self.world, &self.company, "The heating is off.");
        let taken = arrive(&self.world, &said, customer).await;
        let Taken::Opened { number, .. } = taken else { panic!("{taken:?}") };
        let token = self.link_of(number).await;
        self.close(number).await;
        (number, token)
    }
}

#[test]
fn a_domain_that_got_its_share_gets_no_new_link_either() {
    on_both(async |world| {
        let house = House::open(world).await;
        let (_, token) = house.old().await;
        let ctx = &house.world.ctx;
        let name = format!("automatic/to/{:09}/example.org", ctx.now().as_second() / 3_600);
        let mut tx = ctx.begin().await.unwrap();
        tx.count("others", &name, 2_000);
        tx.commit().await.unwrap();
        assert_eq!(house.press(&token).await.status, StatusCode::OK);
        assert_eq!(house.sent().await, None);
    });
}

#[test]
fn an_old_link_of_a_case_that_became_part_of_another_brings_the_other_s() {
    on_both(async |world| {
        let house = House::open(world).await;
        let (part, token) = house.old().await;
        house.press(&token).await;
        assert!(house.sent().await.is_some());
        let (ctx, maya, none) = (&house.world.ctx, &house.company.maya, Press::none());
        reopen(ctx, maya, part, &none).await.unwrap();
        house.world.pass(DAY);
        let whole = opened(&house.world, &house.company).await;
        letters(&house.world).await;
        merge(ctx, maya, part, whole, &none).await.unwrap();
        house.world.pass(DAY);
        house.press(&token).await;
        let new = house.sent().await.expect("a letter");
        assert_eq!(new, house.link_of(whole).await);
        let page = house.get(&format!("/c/{new}"), "en").await;
        assert!(page.html.contains(&whole.to_string()), "{}", page.html);
    });
}

#[test]
fn asking_too_often_is_refused_by_link_and_by_network_for_an_hour() {
    on_both(async |world| {
        let house = House::open(world).await;
        let tokens = [house.old().await.1, house.old().await.1, house.old().await.1];
        letters(&house.world).await;
        let ask = async |token: &str| house.press(token).await.status;
        for _ in 0..BY_LINK_MOST {
            assert_eq!(ask(&tokens[0]).await, StatusCode::OK);
        }
        assert_eq!(ask(&tokens[0]).await, StatusCode::TOO_MANY_REQUESTS);
        for _ in BY_LINK_MOST..BY_NETWORK_MOST {
            assert_eq!(ask(&tokens[1]).await, StatusCode::OK);
        }
        assert_eq!(ask(&tokens[2]).await, StatusCode::TOO_MANY_REQUESTS);
        assert!(house.sent().await.is_some(), "one address, one letter");
        house.world.pass(SignedDuration::from_hours(1));
        assert_eq!(ask(&tokens[0]).await, StatusCode::OK);
        house.world.pass(SignedDuration::from_hours(2));
        let ctx = &house.world.ctx;
        casework::automatic::forget_old(ctx, ctx.now()).await.unwrap();
        assert!(ctx.store.tallies("link-asked/").await.unwrap().is_empty());
    });
}

#[test]
fn the_page_speaks_the_browser_s_language_and_the_letter_that_of_the_case() {
    on_both(async |world| {
        let house = House::open(world).await;
        let mut said = complaint(&house.world, &house.company, "Die Heizung ist aus.");
        "de".clone_into(&mut said.language);
        let taken = arrive(&house.world, &said, house.company.amara).await;
        let Taken::Opened { number, .. } = taken else { panic!("{taken:?}") };
        let token = house.link_of(number).await;
        house.close(number).await;
        house.world.pass(DAY * 181);
        letters(&house.world).await;
        house.sql("UPDATE identity SET verified_at_ms = NULL").await;
        let page = house.get(&format!("/c/{token}/solved"), "fr").await;
        assert_eq!((page.status, page.language.as_str()), (StatusCode::GONE, "fr"));
        assert!(page.html.contains("Ce lien est trop ancien"), "{}", page.html);
        let page = house.get(&format!("/c/{token}?lang=it"), "fr").await;
        assert!(page.html.contains(&format!("action=\"/c/{token}/new-link?lang=it\"")));
        let answer = house.post(&format!("/c/{token}/new-link?lang=it"), "press=1").await;
        assert_eq!((answer.status, answer.language.as_str()), (StatusCode::OK, "it"));
        let out = letters(&house.world).await;
        let text = out[0]["text"].as_str().unwrap();
        let begins = "Guten Tag,\n\nSie oder jemand mit einem alten Link zu Ihrer Seite hat";
        assert!(text.starts_with(begins), "a name that nobody proved is not said: {text}");
        assert!(text.contains(&number.to_string()));
        assert_eq!(out[0]["subject"], "Ein neuer Link zu Ihrer Seite");
    });
}
