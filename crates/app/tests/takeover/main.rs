//! Takeover scenarios of the whole house: mail and forms that want what is somebody else's. The
//! numbers are those of the mail crate's `tests/takeover.rs`, which has the rest.

mod taken_in;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode, header};
use hearing::mail::{Incoming, take};
use jiff::SignedDuration;
use serde_json::Value;
use store::on;
use testkit::{Company, World, on_both};
use tower::ServiceExt;

struct House {
    world: World,
    company: Company,
    app: Router,
    settings: app::settings::Settings,
}

impl House {
    async fn open(world: World) -> House {
        let company = world.found().await;
        let settings = app::settings::Settings::read(&[], None).unwrap();
        let app = app::router::app(&world.ctx, &settings, app::health::Ending::default()).unwrap();
        House { world, company, app, settings }
    }

    /// A mail comes in and is understood.
    async fn mail(&self, text: &str) {
        let raw = text.replace('\n', "\r\n").into_bytes();
        let mailbox = "help@redress.localhost".to_owned();
        let mail = Incoming { unit: Some(self.company.unit), mailbox, raw, ..Incoming::default() };
        take(&self.world.ctx, mail).await.unwrap();
        self.work().await;
    }

    async fn work(&self) {
        let rooms = app::router::Rooms::new(&self.settings).unwrap();
        let (ctx, lease) = (&self.world.ctx, SignedDuration::from_mins(5));
        for job in ctx.store.claim(ctx.now(), lease, 50).await.unwrap() {
            rooms.run(ctx, &job).await.unwrap();
        }
    }

    async fn number(&self, sql: &'static str) -> i64 {
        let store = &self.world.ctx.store;
        on!(Store store, db => sqlx::query_scalar(sql).fetch_one(db).await).unwrap()
    }

    /// Recipient and envelope of every letter.
    async fn letters(&self) -> Vec<(String, Value)> {
        const SQL: &str = "SELECT recipient, envelope FROM outbox ORDER BY leaves_at_ms, key";
        let store = &self.world.ctx.store;
        let rows: Vec<(String, String)> =
            on!(Store store, db => sqlx::query_as(SQL).fetch_all(db).await).unwrap();
        rows.into_iter().map(|(to, text)| (to, serde_json::from_str(&text).unwrap())).collect()
    }

    async fn get(&self, host: &str, path: &str) -> StatusCode {
        let request = Request::get(path).header(header::HOST, host).body(Body::empty()).unwrap();
        self.app.clone().oneshot(request).await.unwrap().status()
    }

    /// A page as anybody gets it: its headers and its text.
    async fn page(&self, path: &str) -> (StatusCode, HeaderMap, String) {
        let host = "127.0.0.1:8080";
        let request = Request::get(path).header(header::HOST, host).body(Body::empty()).unwrap();
        let answer = self.app.clone().oneshot(request).await.unwrap();
        let (status, headers) = (answer.status(), answer.headers().clone());
        let body = to_bytes(answer.into_body(), 1_000_000).await.unwrap();
        (status, headers, String::from_utf8_lossy(&body).into_owned())
    }

    async fn text(&self, sql: &'static str) -> String {
        let store = &self.world.ctx.store;
        on!(Store store, db => sqlx::query_scalar(sql).fetch_one(db).await).unwrap()
    }

    /// The signed reply address of the first case, as its customer got it.
    async fn reply_address(&self) -> String {
        let number = self.number("SELECT MIN(number) FROM \"case\"").await.unsigned_abs();
        let keys = hearing::mail::keys(&self.world.ctx).await.unwrap();
        let domain = self.world.ctx.mail_domain.to_string();
        mail::token::reply_address(&keys, &domain, "reply", number, "ann@example.org")
    }

    /// The customer's page of the first case.
    async fn portal(&self) -> String {
        let link = self.letters().await[0].1["link"].as_str().unwrap().to_owned();
        let path = link.split_once("/c/").unwrap().1.to_owned();
        let (status, _, text) = self.page(&format!("/c/{path}")).await;
        assert_eq!(status, StatusCode::OK);
        text
    }
}

const COMPLAINT: &str = "From: Ann <ann@example.org>\nTo: help@redress.localhost\nMessage-ID: <1@example.org>\nSubject: Secret bill\n\nMy account 4711 was charged twice and nobody answers. Refund me.\n";

/// How many letters there are to an address, and how many cases.
const TO_EVE: &str = "SELECT COUNT(*) FROM outbox WHERE recipient LIKE '%evil.example'";
const CASES: &str = "SELECT COUNT(*) FROM \"case\"";

#[test]
fn t_01c_who_stands_in_cc_of_a_mail_on_a_case_gets_no_byte_of_it() {
    on_both(async |world| {
        let house = House::open(world).await;
        house.mail(COMPLAINT).await;
        let address = house.reply_address().await;
        for n in 0..3 {
            house
                .mail(&format!("From: Ann <ann@example.org>\nTo: {address}\nCc: eve@evil.example\nMessage-ID: <cc{n}@example.org>\nSubject: Re: Secret bill\n\nAs my friend in copy knows, this is a complaint. Refund me.\n"))
                .await;
        }
        assert_eq!(house.number(TO_EVE).await, 0);
        let known = "SELECT COUNT(*) FROM identity WHERE value LIKE '%evil.example'";
        assert_eq!(house.number(known).await, 0, "who is only in copy is nobody's participant");
        let said = house.text("SELECT explanation FROM feedback WHERE explanation LIKE '%evil%' ORDER BY id LIMIT 1").await;
        assert!(said.contains("eve@evil.example"), "staff are told: {said}");
    });
}

#[test]
fn t_02b_a_code_of_another_service_does_not_reach_who_has_the_case() {
    on_both(async |world| {
        let house = House::open(world).await;
        house.mail(COMPLAINT).await;
        let address = house.reply_address().await;
        house
            .mail(&format!("From: Chat <no-reply@service.example>\nTo: {address}\nMessage-ID: <code@service.example>\nSubject: Your verification code\n\nEnter this code to join the workspace: 483920\n"))
            .await;
        house
            .mail(&format!("From: Chat <hello@service.example>\nTo: {address}\nMessage-ID: <join@service.example>\nSubject: Join the workspace\n\nPress https://service.example/join/483920 to confirm.\n"))
            .await;
        assert!(!house.portal().await.contains("483920"));
        let letters = house.letters().await;
        assert!(letters.iter().all(|(_, envelope)| !envelope.to_string().contains("483920")));
    });
}

#[test]
fn t_02c_a_case_in_a_service_s_name_does_not_catch_the_service_s_codes() {
    on_both(async |world| {
        let house = House::open(world).await;
        // Somebody complains as a service whose mail looks human, and has the case's page.
        house.mail(&COMPLAINT.replace("ann@example.org", "welcome@service.example")).await;
        let number = house.number("SELECT MIN(number) FROM \"case\"").await.unsigned_abs();
        let keys = hearing::mail::keys(&house.world.ctx).await.unwrap();
        let domain = house.world.ctx.mail_domain.to_string();
        let address =
            mail::token::reply_address(&keys, &domain, "reply", number, "welcome@service.example");
        // Then they ask the service for an account of the case's address.
        let sent = |id: &str, more: &str, text: &str| {
            format!(
                "From: Service <welcome@service.example>\nTo: {address}\nMessage-ID: <{id}@service.example>\n{more}Subject: Confirm your email address\n\n{text}\n"
            )
        };
        house.mail(&sent("a", "", "Welcome! Your code is: 483920")).await;
        house.mail(&sent("b", "", "Press https://service.example/confirm?token=483920 now.")).await;
        assert_eq!(house.number("SELECT COUNT(*) FROM joiner WHERE state = 'waits'").await, 2);
        assert!(!house.portal().await.contains("483920"), "who has the case's page reads no code");
        let because = house.text("SELECT explanation FROM feedback WHERE explanation LIKE '%held%' ORDER BY id LIMIT 1").await;
        assert!(because.contains("an account can be taken"), "{because}");
        // A true answer to our letter is the customer's, whatever it tells of codes.
        let ours = mail::token::message_id(&keys, &domain, number, 7, "welcome@service.example");
        house
            .mail(&sent(
                "c",
                &format!("In-Reply-To: <{ours}>\n"),
                "This is a complaint: the code 112233 failed. Confirm your email: 112233",
            ))
            .await;
        assert_eq!(house.number("SELECT COUNT(*) FROM joiner").await, 2, "{ours}");
    });
}

#[test]
fn t_03c_a_stranger_with_a_stolen_reply_address_waits_and_is_given_nothing() {
    on_both(async |world| {
        let house = House::open(world).await;
        house.mail(COMPLAINT).await;
        let address = house.reply_address().await;
        let before = house.letters().await;
        house
            .mail(&format!("From: Eve <eve@evil.example>\nTo: {address}\nMessage-ID: <stolen@evil.example>\nSubject: Re: Secret bill\n\nThis is a complaint: what did you answer? Send me all of it.\n"))
            .await;
        assert_eq!(house.number(CASES).await, 1);
        assert_eq!(house.number("SELECT COUNT(*) FROM joiner WHERE state = 'waits'").await, 1);
        assert_eq!(house.letters().await, before, "nobody is written to");
        assert!(!house.portal().await.contains("Send me all of it"));
        let because =
            house.text("SELECT explanation FROM feedback WHERE address = 'eve@evil.example'").await;
        assert!(because.contains("reply address") && because.contains("waits on"), "{because}");
        // Nobody decides: she gets a case of her own, with words of her own and none of Ann's.
        house.world.pass(SignedDuration::from_hours(24 * 5));
        house.work().await;
        assert_eq!(house.number(CASES).await, 2);
        for (to, envelope) in house.letters().await {
            let words = envelope.to_string();
            assert!(to != "eve@evil.example" || !words.contains("Secret"), "{words}");
        }
    });
}

#[test]
fn t_04c_a_former_key_proves_until_its_end_and_nothing_that_a_distrusted_one_signed() {
    on_both(async |world| {
        use hearing::mail::{Former, Rotated, rotate_keys};
        let house = House::open(world).await;
        let ctx = &house.world.ctx;
        let rotate = async |former| {
            let mut tx = ctx.begin().await.unwrap();
            let rotated = rotate_keys(&mut tx, ctx, former, ctx.now()).await.unwrap();
            tx.commit().await.unwrap();
            assert!(matches!(rotated, Rotated::To { .. }));
        };
        let stranger = async |to: &str, n: u8| {
            let mail = format!(
                "From: Eve <eve{n}@evil.example>\nTo: {to}\nMessage-ID: <{n}@evil.example>\nSubject: Hello {n}\n\nThis is a complaint: tell me all of it.\n"
            );
            house.mail(&mail).await;
            house.number("SELECT COUNT(*) FROM joiner WHERE state = 'waits'").await
        };
        house.mail(COMPLAINT).await;
        let first = house.reply_address().await;
        rotate(Former::Proves(SignedDuration::from_hours(24))).await;
        let second = house.reply_address().await;
        assert_ne!(first, second, "letters are signed with the new key");
        house.world.pass(SignedDuration::from_hours(23));
        assert_eq!(stranger(&first, 1).await, 1, "it still names the case");
        house.world.pass(SignedDuration::from_hours(2));
        assert_eq!(stranger(&first, 2).await, 1, "it names nothing any more");
        assert_eq!(stranger(&second, 3).await, 2);
        rotate(Former::Distrusted).await;
        house.world.pass(SignedDuration::from_secs(1));
        assert_eq!(stranger(&second, 4).await, 2);
        assert_eq!(stranger(&house.reply_address().await, 5).await, 3);
    });
}

#[test]
fn t_06_a_colleague_s_address_sends_nothing_to_a_customer_with_or_without_access() {
    on_both(async |world| {
        let house = House::open(world).await;
        house.mail(COMPLAINT).await;
        let address = house.reply_address().await;
        let before = house.letters().await;
        let maya = house.text("SELECT email FROM staff WHERE name LIKE 'Maya%'").await;
        let forged = |n: u32| {
            format!(
                "From: Maya <{maya}>\nTo: {address}\nMessage-ID: <staff{n}@example.net>\nSubject: Re: Secret bill\n\nDear Ann, this is a complaint about you. Pay into this account.\n"
            )
        };
        house.mail(&forged(1)).await;
        let ctx = &house.world.ctx;
        let mut tx = ctx.begin().await.unwrap();
        let gone = "UPDATE staff SET left_at_ms = 1 WHERE name LIKE 'Maya%'";
        on!(Tx &mut tx, db => sqlx::query(gone).execute(db).await.map(|_| ())).unwrap();
        tx.commit().await.unwrap();
        house.mail(&forged(2)).await;
        assert_eq!(house.letters().await, before, "no letter goes to Ann in Maya's name");
        assert!(!house.portal().await.contains("Pay into this account"));
    });
}

#[test]
fn t_03d_a_stranger_with_the_right_references_gets_nothing_of_the_case() {
    on_both(async |world| {
        let house = House::open(world).await;
        house.mail(COMPLAINT).await;
        house
            .mail("From: Eve <eve@evil.example>\nTo: help@redress.localhost\nMessage-ID: <2@evil.example>\nIn-Reply-To: <1@example.org>\nReferences: <1@example.org>\nSubject: Re: Secret bill\n\nThis is a complaint: what did you answer? Send me all of it.\n")
            .await;
        let cases = house.number("SELECT COUNT(*) FROM \"case\"").await;
        assert_eq!(cases, 2, "the stranger has a case of her own");
        for (to, envelope) in house.letters().await {
            let words = envelope.to_string();
            assert!(to != "eve@evil.example" || !words.contains("4711"), "{words}");
        }
        let hers =
            "SELECT COUNT(*) FROM identity i JOIN \"case\" c ON c.customer_id = i.customer_id
            WHERE i.value = 'eve@evil.example' AND c.subject = 'Secret bill'";
        assert_eq!(house.number(hers).await, 0);
    });
}

#[test]
fn t_07a_a_forged_sender_with_the_number_of_a_case_does_not_join_it() {
    on_both(async |world| {
        let house = House::open(world).await;
        house.mail(COMPLAINT).await;
        let number = house.number("SELECT number FROM \"case\"").await;
        house
            .mail(&format!("From: Ann <ann@example.org>\nTo: help@redress.localhost\nMessage-ID: <3@evil.example>\nSubject: [R-{number}]\n\nThis is a complaint. My new bank account is this one, refund me there.\n"))
            .await;
        let first = "SELECT COUNT(*) FROM message m JOIN \"case\" c ON c.id = m.case_id
            WHERE m.direction = 'in' AND c.subject = 'Secret bill'";
        assert_eq!(house.number(first).await, 1, "an unproven mail adds nothing to her case");
    });
}

#[test]
fn t_07b_an_address_typed_into_a_form_opens_nothing_of_its_owner() {
    on_both(async |world| {
        let house = House::open(world).await;
        house.mail(COMPLAINT).await;
        let owned = "SELECT COUNT(*) FROM identity WHERE value = 'ann@example.org' AND verified_at_ms IS NOT NULL";
        assert_eq!(house.number(owned).await, 0, "a mail that nobody checked proves no address");
        // Somebody hands in a complaint in her name, with another way to be reached.
        house
            .mail("From: Ann <ann@example.org>\nReply-To: eve@evil.example\nTo: help@redress.localhost\nMessage-ID: <9@evil.example>\nSubject: My other matter\n\nThis is a complaint. Write to me at my new address, and refund me.\n")
            .await;
        assert_eq!(house.number(TO_EVE).await, 0, "answers go to the address that is known");
        let first = house.portal().await;
        assert!(!first.contains("new address"), "her page shows her own case and no other");
    });
}

#[test]
fn t_08_letters_have_one_recipient_and_no_way_in_for_staff() {
    on_both(async |world| {
        let house = House::open(world).await;
        house.mail(COMPLAINT).await;
        let letters = house.letters().await;
        assert!(!letters.is_empty());
        for (to, envelope) in letters {
            assert_eq!(to.matches('@').count(), 1, "{to}");
            assert_eq!(envelope["to"], Value::String(to));
            let words = envelope.to_string();
            assert!(!words.contains("/sign-in") && !words.contains("/welcome"), "{words}");
        }
    });
}

#[test]
fn t_09b_nobody_can_have_a_victim_flooded_by_us() {
    on_both(async |world| {
        let house = House::open(world).await;
        for n in 0..12 {
            house
                .mail(&format!("From: victim@example.org\nTo: help@redress.localhost\nMessage-ID: <{n}@evil.example>\nSubject: Win {n}\n\nThis is a complaint. Click http://evil.example/{n} and I want a refund.\n"))
                .await;
            house.world.pass(SignedDuration::from_mins(4));
        }
        let letters = house.letters().await;
        assert_eq!(letters.len(), 1, "one in the hour: {letters:?}");
        let text = letters[0].1["text"].as_str().unwrap();
        assert!(!text.contains("evil.example") && !text.contains("Click"), "{text}");
    });
}

#[test]
fn t_09c_our_first_word_to_an_unproved_address_holds_nothing_a_stranger_chose() {
    on_both(async |world| {
        let house = House::open(world).await;
        house
            .mail("From: \"CLICK evil.example NOW\" <victim@example.org>\nTo: help@redress.localhost\nMessage-ID: <bomb@evil.example>\nSubject: You won, see http://evil.example\n\nThis is a complaint. I want a refund from evil.example.\n")
            .await;
        let letters = house.letters().await;
        assert_eq!(letters.len(), 1);
        let (subject, text) = (&letters[0].1["subject"], &letters[0].1["text"]);
        assert_eq!(subject, "We have your message");
        for word in ["evil", "CLICK", "won", "refund"] {
            assert!(!text.as_str().unwrap().contains(word), "{word}: {text}");
        }
    });
}

#[test]
fn t_10d_a_sender_who_hands_in_a_burst_is_answered_by_people_until_an_hour_later() {
    on_both(async |world| {
        let house = House::open(world).await;
        let said = async |n: u32| {
            house
                .mail(&format!("From: robot@example.org\nTo: help@redress.localhost\nMessage-ID: <{n}@example.org>\nSubject: Request {n}\n\nThis is a complaint about order {n}. I want a refund.\n"))
                .await;
        };
        said(0).await;
        house.world.pass(SignedDuration::from_mins(55));
        for n in 1..=11 {
            said(n).await;
        }
        house.world.pass(SignedDuration::from_mins(10));
        said(12).await;
        assert_eq!(house.letters().await.len(), 1, "the hour is over, and the burst is not");
        assert_eq!(house.number(CASES).await, 13, "nothing of it is left aside");
        house.world.pass(SignedDuration::from_mins(61));
        said(13).await;
        assert_eq!(house.letters().await.len(), 2);
    });
}

#[test]
fn t_10e_who_is_held_back_is_told_to_people_and_they_decide() {
    on_both(async |world| {
        let house = House::open(world).await;
        let said = async |n: u32| {
            house
                .mail(&format!("From: robot@example.org\nTo: help@redress.localhost\nMessage-ID: <{n}@example.org>\nSubject: Request {n}\n\nThis is a complaint about order {n}. I want a refund.\n"))
                .await;
        };
        let (ctx, company) = (&house.world.ctx, &house.company);
        let held = async |staff| {
            let reach = store::scope::Reach::from(staff);
            casework::held::sql::held(&ctx.store, &reach, ctx.now()).await.unwrap()
        };
        for n in 0..12 {
            said(n).await;
        }
        let told = held(&company.maya).await;
        assert_eq!((told.len(), told[0].address.as_str()), (1, "robot@example.org"));
        assert_eq!(told[0].handed_in, 12, "all that was handed in is kept and counted");
        assert!(held(&company.stan).await.is_empty(), "another unit's agent reads nothing of it");
        let decide = async |staff, keep| {
            conversation::held::actions::decide(ctx, staff, &told[0].customer, keep).await.is_ok()
        };
        assert!(!decide(&company.stan, false).await);
        assert!(decide(&company.maya, true).await);
        house.world.pass(SignedDuration::from_hours(3));
        said(20).await;
        assert_eq!(house.letters().await.len(), 1, "held until somebody lets them go");
        assert_eq!(held(&company.maya).await.len(), 1);
        assert!(decide(&company.maya, false).await);
        assert!(held(&company.maya).await.is_empty());
        said(21).await;
        assert_eq!(house.letters().await.len(), 2);
        assert_eq!(house.number(CASES).await, 14, "each is a case");
    });
}

#[test]
fn t_09d_a_day_of_complaints_in_a_victim_s_name_is_three_letters_at_the_most() {
    on_both(async |world| {
        let house = House::open(world).await;
        for n in 0..18 {
            house
                .mail(&format!("From: victim@example.org\nTo: help@redress.localhost\nMessage-ID: <{n}@evil.example>\nSubject: Win {n}\n\nThis is a complaint number {n} and I want a refund.\n"))
                .await;
            house.world.pass(SignedDuration::from_mins(75));
        }
        let letters = house.letters().await;
        let to_victim = letters.iter().filter(|(to, _)| to == "victim@example.org").count();
        assert_eq!(to_victim, 3, "{letters:?}");
    });
}

#[test]
fn t_15_no_page_hands_its_address_to_another_site_and_no_key_stands_where_it_could() {
    on_both(async |world| {
        let house = House::open(world).await;
        house.mail(COMPLAINT).await;
        let link = house.letters().await[0].1["link"].as_str().unwrap().to_owned();
        let token = link.split_once("/c/").unwrap().1.to_owned();
        let portal = format!("/c/{token}");
        for path in [portal.as_str(), "/complain", "/sign-in", "/start", "/c/forged"] {
            let (_, headers, text) = house.page(path).await;
            assert_eq!(headers["referrer-policy"], "no-referrer", "{path}");
            let policy = headers["content-security-policy"].to_str().unwrap();
            assert!(policy.contains("default-src 'none'"), "{path}: {policy}");
            for remote in ["src=\"http", "src=\"//", "url(http"] {
                assert!(!text.contains(remote), "{path} loads something from elsewhere");
            }
            let leads = text.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
            for address in leads.filter(|address| address.contains(token.as_str())) {
                assert!(address.starts_with(&portal), "{address}");
            }
        }
        let before = house.number("SELECT COUNT(*) FROM event").await;
        house.page(&portal).await;
        assert_eq!(house.number("SELECT COUNT(*) FROM event").await, before);
    });
}

#[test]
fn t_16_guessed_links_open_nothing_and_change_nothing() {
    on_both(async |world| {
        let house = House::open(world).await;
        house.mail(COMPLAINT).await;
        let events = "SELECT COUNT(*) FROM event";
        let before = house.number(events).await;
        for n in 0..300_u32 {
            let token = store::file::sha256_hex(&n.to_be_bytes());
            let path = format!("/c/{}", &token[..32]);
            assert_eq!(house.get("127.0.0.1:8080", &path).await, StatusCode::NOT_FOUND);
        }
        assert_eq!(house.number(events).await, before);
    });
}

#[test]
fn t_17_links_in_letters_come_from_the_settings_and_never_from_a_request() {
    on_both(async |world| {
        let house = House::open(world).await;
        for host in [
            "evil.example",
            "127.0.0.1.evil.example",
            "evil.example:8080",
            "localhost@evil.example",
            "127.0.0.1:8080.evil.example",
            "[::2]",
            "",
            "xn--evil-9ta.example",
        ] {
            let status = house.get(host, "/complain").await;
            assert!(status.is_client_error(), "{host}: {status}");
        }
        house.mail(COMPLAINT).await;
        let base = house.world.ctx.base_url.to_string();
        for (_, envelope) in house.letters().await {
            let link = envelope["link"].as_str().unwrap();
            assert!(link.is_empty() || link.starts_with(&base), "{link}");
        }
    });
}
