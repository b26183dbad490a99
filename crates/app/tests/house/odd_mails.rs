//! Mails as programs, forms and colleagues truly send them: each reaches its case, as whose it is.

use crate::world::House;
use hearing::mail::{Incoming, take};
use jiff::SignedDuration;
use store::{Sql, on};
use testkit::on_both;

const CASES: &str = "SELECT CAST(COUNT(*) AS TEXT) FROM \"case\"";
const LAST_CASE: &str = "SELECT CAST(MAX(number) AS TEXT) FROM \"case\"";
/// Words of customers on cases.
const HEARD: &str = "SELECT CAST(COUNT(*) AS TEXT) FROM message WHERE direction = 'in'";
const EXPLAINED: &str = "SELECT explanation FROM feedback ORDER BY number DESC LIMIT 1";

impl House {
    /// Amara's letter from us: the address it asks for answers at, its id, and its text.
    async fn letter(&self) -> (String, String, String) {
        let sent = self.answers(self.number(), None).await;
        let last = sent.iter().rev().find(|one| one.to == ["amara@example.org"]).unwrap();
        let letter = mail::parse(last.text.as_bytes());
        (letter.reply_to[0].address.clone(), letter.message_id.unwrap(), letter.text)
    }

    /// What the house knows of the senders of its mail.
    async fn set(&self, name: &str, value: &str) {
        let mut tx = self.world.ctx.begin().await.unwrap();
        tx.set_setting(name, value, self.world.ctx.now()).await.unwrap();
        tx.commit().await.unwrap();
    }
}

#[test]
fn an_answer_leaves_whatever_the_customer_s_program_calls_its_mails() {
    on_both(async |world| {
        let house = House::furnish(world).await;
        let (to, ..) = house.letter().await;
        let long = format!("{}@example.org", "a1b2c3d4e5".repeat(900));
        for (n, id) in ["<12345>", "<spaced out@example.org>", "<ü@example.org>", &long]
            .into_iter()
            .enumerate()
        {
            house
                .mail(&format!("From: Amara <amara@example.org>\nTo: {to}\nMessage-ID: {id}\nSubject: Re: bill\n\nIt is still wrong, number {n}. Refund me.\n"))
                .await;
            let heard = house.text(HEARD).await;
            assert_eq!(heard, (n + 2).to_string(), "{}", &id[..10]);
        }
        let sent = house.answers(house.number(), None).await;
        assert!(sent.iter().any(|one| one.text.contains("We pay it back today.")));
        let failed = "SELECT CAST(COUNT(*) AS TEXT) FROM outbox WHERE state = 'failed'";
        assert_eq!(house.text(failed).await, "0");
    });
}

#[test]
fn a_customer_whose_program_marks_all_mail_as_bulk_is_heard_on_their_case() {
    on_both(async |world| {
        let house = House::furnish(world).await;
        let (to, ..) = house.letter().await;
        house
            .mail(&format!("From: Amara <amara@example.org>\nTo: {to}\nMessage-ID: <b@example.org>\nPrecedence: bulk\nList-Unsubscribe: <https://crm.example/u>\nSubject: Re: bill\n\nThe number is 4711.\n"))
            .await;
        assert_eq!(house.text(HEARD).await, "2");
        assert_eq!(house.text(CASES).await, "1");
        let letters =
            "SELECT CAST(COUNT(*) AS TEXT) FROM message WHERE automatic = 1 AND text LIKE '%4711%'";
        assert_eq!(house.text(letters).await, "0", "and no program answers it");
    });
}

#[test]
fn a_complaint_that_a_form_sends_by_itself_opens_a_case() {
    on_both(async |world| {
        let house = House::furnish(world).await;
        let form = |id: &str| {
            format!(
                "From: Shop <form@shop.example>\nReply-To: Bea <bea@example.net>\nTo: help@redress.localhost\nAuto-Submitted: auto-generated\nMessage-ID: <{id}@shop.example>\nSubject: Contact form\n\nMy parcel never arrived and nobody answers. I want my money back. This is a complaint.\n"
            )
        };
        house.mail(&form("one")).await;
        assert_eq!(house.text(CASES).await, "2");
        let told = house.text(EXPLAINED).await;
        assert!(told.contains("asks for answers to bea@example.net"), "{told}");
        let address = "SELECT address FROM feedback ORDER BY number DESC LIMIT 1";
        assert_eq!(house.text(address).await, "form@shop.example");
        // Once the house says that this program writes for people, the words are the person's.
        house.set("mail/forms", "form@shop.example=reply-to").await;
        house.mail(&form("two")).await;
        assert_eq!(house.text(CASES).await, "3");
        assert_eq!(house.text(address).await, "bea@example.net");
        let name = "SELECT name FROM customer ORDER BY number DESC LIMIT 1";
        assert_eq!(house.text(name).await, "Bea");
        let told = "SELECT CAST(COUNT(*) AS TEXT) FROM outbox WHERE recipient = 'bea@example.net'";
        assert_eq!(house.text(told).await, "1", "she is told that it arrived");
        // Who types somebody's address and a case's number there joins nothing.
        let forged =
            form("three").replace("bea@", "amara@").replace("example.net>", "example.org>");
        let forged = forged.replace("Contact form", &format!("Re: bill [{}]", house.case));
        house
            .mail(&format!("Authentication-Results: mx.redress.localhost; dmarc=pass header.from=shop.example\n{forged}"))
            .await;
        assert_eq!(house.text(CASES).await, "4");
    });
}

/// A mail of Cleo's that Maya passes on.
fn passed_on(maya: &str, result: &str) -> String {
    format!(
        "Authentication-Results: mx.redress.localhost; dmarc={result} header.from={}\nFrom: Maya <{maya}>\nTo: help@redress.localhost\nMessage-ID: <fwd-{result}@redress.test>\nSubject: Fwd: Cold flat\n\nShe called me too. Please be quick.\n\n---------- Forwarded message ---------\nFrom: Cleo Tan <cleo@example.com>\nDate: Thu, 19 Nov 2026 09:00:00 +0000\nSubject: Cold flat\nTo: <{maya}>\n\nThe heating has been off for three days and nobody came. This is a complaint.\n",
        maya.split('@').next_back().unwrap()
    )
}

#[test]
fn a_mail_that_is_passed_on_as_a_file_is_kept_however_long_its_id_is() {
    on_both(async |world| {
        let house = House::furnish(world).await;
        house.set("mail/trusted", "mx.redress.localhost").await;
        let maya = house.text("SELECT email FROM staff WHERE name LIKE 'Maya%'").await;
        // Chance, so that no engine packs it: an index takes less than 2,704 bytes.
        let id: String = (0..200).map(|n| store::file::sha256_hex(&[n])).collect();
        let domain = maya.split('@').next_back().unwrap();
        let mail = format!(
            "Authentication-Results: mx.redress.localhost; dmarc=pass header.from={domain}\n\
             From: Maya <{maya}>\nTo: help@redress.localhost\nMessage-ID: <fwd@redress.test>\n\
             Subject: Fwd: Cold flat\nMIME-Version: 1.0\n\
             Content-Type: multipart/mixed; boundary=b\n\n\
             --b\nContent-Type: text/plain\n\nPlease be quick.\n\
             --b\nContent-Type: message/rfc822\n\nFrom: Cleo Tan <cleo@example.com>\n\
             Message-ID: <{id}@example.com>\nSubject: Cold flat\n\n\
             The heating has been off for three days. This is a complaint.\n--b--\n"
        );
        house.mail(&mail).await;
        let said = "SELECT address || ': ' || text FROM feedback ORDER BY number DESC LIMIT 1";
        let said = house.text(said).await;
        assert!(said.starts_with("cleo@example.com: The heating has been off"), "{said}");
    });
}

#[test]
fn what_a_colleague_passes_on_is_the_customer_s_and_their_words_are_a_note() {
    on_both(async |world| {
        let house = House::furnish(world).await;
        house.set("mail/trusted", "mx.redress.localhost").await;
        let maya = house.text("SELECT email FROM staff WHERE name LIKE 'Maya%'").await;
        house.mail(&passed_on(&maya, "pass")).await;
        let address = "SELECT address FROM feedback ORDER BY number DESC LIMIT 1";
        assert_eq!(house.text(address).await, "cleo@example.com");
        let said = "SELECT text FROM feedback ORDER BY number DESC LIMIT 1";
        let said = house.text(said).await;
        assert!(said.starts_with("The heating has been off") && !said.contains("quick"), "{said}");
        let kind = "SELECT kind FROM \"case\" ORDER BY number DESC LIMIT 1";
        assert_eq!(house.text(kind).await, "complaint");
        let note = "SELECT n.text FROM private_note n JOIN staff s ON s.id = n.by_id WHERE s.name LIKE 'Maya%'";
        assert_eq!(house.text(note).await, "She called me too. Please be quick.");
        assert!(house.text(EXPLAINED).await.contains("passed on a mail of cleo@example.com"));
        let letters = "SELECT envelope FROM outbox WHERE recipient = 'cleo@example.com'";
        let letter = house.text(letters).await;
        assert!(!letter.contains("quick"), "the note is nobody's letter: {letter}");
        // Whoever merely writes in Maya's name passes nothing on.
        house.mail(&passed_on(&maya, "fail").replace("cleo@", "dan@")).await;
        assert_ne!(house.text(address).await, "dan@example.com");
        let customers = "SELECT CAST(COUNT(*) AS TEXT) FROM identity WHERE value LIKE 'dan@%'";
        assert_eq!(house.text(customers).await, "0");
    });
}

#[test]
fn an_answer_of_somebody_away_says_on_the_letter_until_when() {
    on_both(async |world| {
        let house = House::furnish(world).await;
        let (to, id, _) = house.letter().await;
        house
            .mail(&format!("From: Amara <amara@example.org>\nTo: {to}\nIn-Reply-To: <{id}>\nMessage-ID: <away@example.org>\nDate: Thu, 19 Nov 2026 15:00:00 +0000\nAuto-Submitted: auto-replied\nSubject: Out of office: Re: bill\n\nI am out of the office and will be back on 7 December 2026.\n"))
            .await;
        let detail = "SELECT delivery || ': ' || delivery_detail FROM message WHERE text = 'We pay it back today.'";
        assert_eq!(house.text(detail).await, "delivered: They are back on 7 December 2026.");
        assert_eq!(house.text(HEARD).await, "1", "it is nobody's word");
    });
}

#[test]
fn outlook_s_conversation_brings_an_answer_to_its_case() {
    on_both(async |world| {
        let house = House::furnish(world).await;
        let mail = |id: &str, index: &str| {
            format!(
                "From: Dora <dora@example.net>\nTo: help@redress.localhost\nMessage-ID: <{id}@example.net>\nThread-Topic: Invoice\nThread-Index: {index}\nSubject: Invoice\n\nThe invoice is wrong and nobody answers. This is a complaint.\n"
            )
        };
        house.mail(&mail("one", "AdqBVeyBdxX2ab/TTKOhl3WvL8oM1w==")).await;
        assert_eq!(house.text(CASES).await, "2");
        house.mail(&mail("two", "AdqBVeyBdxX2ab/TTKOhl3WvL8oM1wAAAAAK")).await;
        assert_eq!(house.text(CASES).await, "2", "{}", house.text(EXPLAINED).await);
        // Somebody else's mail with the same mark is no answer.
        let eve = mail("three", "AdqBVeyBdxX2ab/TTKOhl3WvL8oM1wAAAAAL").replace("dora@", "eve@");
        house.mail(&eve).await;
        assert_eq!(house.text(CASES).await, "3");
        let sent = house.answers(house.number(), None).await;
        assert!(!sent.is_empty());
    });
}

#[test]
fn a_blind_copy_to_a_case_s_address_comes_to_the_case() {
    on_both(async |world| {
        let house = House::furnish(world).await;
        let (to, ..) = house.letter().await;
        let raw = b"From: Amara <amara@example.org>\r\nTo: friend@example.net\r\nMessage-ID: <bcc@example.org>\r\nSubject: What I told you\r\n\r\nThey still have not paid.\r\n".to_vec();
        let mail =
            Incoming { unit: Some(house.company.unit), mailbox: to, raw, ..Incoming::default() };
        take(&house.world.ctx, mail).await.unwrap();
        house.work().await;
        assert_eq!(house.text(HEARD).await, "2", "{}", house.text(EXPLAINED).await);
        assert_eq!(house.text(CASES).await, "1");
    });
}

#[test]
fn our_own_words_without_any_mark_of_a_quote_are_folded() {
    on_both(async |world| {
        let house = House::furnish(world).await;
        let text = "Dear Amara, we looked at your bill again today.\nThe second charge was a mistake of ours.";
        let words = domain::words::Words::new(text, 1_000).unwrap();
        let reply = conversation::message::actions::Reply {
            text: words,
            read_up_to: None,
            to: None,
            despite_failure: false,
            in_clear: false,
            draft_stamp: None,
        };
        let (ctx, maya, none) = (&house.world.ctx, &house.company.maya, store::Press::none());
        conversation::message::actions::reply(ctx, maya, house.number(), reply, &none)
            .await
            .unwrap();
        let (to, ..) = house.letter().await;
        house
            .mail(&format!("From: Amara <amara@example.org>\nTo: {to}\nMessage-ID: <bare@example.org>\nSubject: Re: bill\n\nThen pay me back this week.\n\n{text}\n"))
            .await;
        let said = "SELECT text FROM message WHERE direction = 'in' ORDER BY n DESC LIMIT 1";
        assert_eq!(house.text(said).await, "Then pay me back this week.");
        let folded = "SELECT folded FROM message WHERE direction = 'in' ORDER BY n DESC LIMIT 1";
        assert!(house.text(folded).await.contains("a mistake of ours"));
    });
}

#[test]
fn an_arrival_on_which_we_fail_again_and_again_is_shown_to_a_person() {
    const POISON: Sql = Sql {
        sqlite: "CREATE TRIGGER poison BEFORE INSERT ON feedback WHEN NEW.subject = 'poison'
                 BEGIN SELECT RAISE(ABORT, 'it cannot be kept'); END",
        postgres: "ALTER TABLE feedback ADD CONSTRAINT poison CHECK (subject <> 'poison')",
    };
    on_both(async |world| {
        let house = House::furnish(world).await;
        let ctx = &house.world.ctx;
        let mut tx = ctx.begin().await.unwrap();
        let poison = tx.text(POISON);
        on!(Tx &mut tx, db => sqlx::query(poison).execute(db).await.map(|_| ())).unwrap();
        tx.commit().await.unwrap();
        let raw = b"From: Zoe <zoe@example.com>\r\nMessage-ID: <p@example.com>\r\nSubject: poison\r\n\r\nThe gas smells.\r\n".to_vec();
        let mail = Incoming { unit: Some(house.company.unit), raw, ..Incoming::default() };
        take(ctx, mail).await.unwrap();
        let settings = app::settings::Settings::read(&[], None).unwrap();
        let rooms = app::router::Rooms::new(&settings).unwrap();
        for _ in 0..3 {
            house.world.pass(SignedDuration::from_mins(10));
            for job in ctx.store.claim(ctx.now(), SignedDuration::from_mins(5), 50).await.unwrap() {
                if let Err(error) = rooms.run(ctx, &job).await {
                    ctx.store.fail(&job, &format!("{error:#}"), ctx.now()).await.unwrap();
                }
            }
        }
        assert_eq!(house.text(CASES).await, "2");
        let shown = "SELECT text FROM feedback ORDER BY number DESC LIMIT 1";
        let shown = house.text(shown).await;
        assert!(shown.contains("could not read") && shown.contains("zoe@example.com"), "{shown}");
        assert!(house.text(LAST_CASE).await != house.number().0.to_string());
        let kept = "SELECT CAST(COUNT(*) AS TEXT) FROM arrival WHERE state = 'unreadable'";
        assert_eq!(house.text(kept).await, "1");
    });
}
