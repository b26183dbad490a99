//! Mail through the whole house: what reports tell of letters, and who is known where cases become
//! one.

use crate::world::House;
use domain::id::{CaseNumber, CustomerId, MessageId};
use domain::joiner::Part;
use hearing::mail::{Incoming, take};
use jiff::SignedDuration;
use mailroom::Relay;
use store::{Press, on};
use testkit::on_both;
use testkit::sink::{Sink, Taken};

impl House {
    /// A mail comes in and is understood.
    pub async fn mail(&self, text: &str) {
        let raw = text.replace('\n', "\r\n").into_bytes();
        let unit = Some(self.company.unit);
        let mailbox = "help@redress.localhost".to_owned();
        take(&self.world.ctx, Incoming { unit, mailbox, raw, ..Incoming::default() })
            .await
            .unwrap();
        self.work().await;
    }

    /// Does what is due, and what comes of it.
    pub async fn work(&self) {
        let settings = app::settings::Settings::read(&[], None).unwrap();
        let rooms = app::router::Rooms::new(&settings).unwrap();
        let (ctx, lease) = (&self.world.ctx, SignedDuration::from_mins(5));
        loop {
            let jobs = ctx.store.claim(ctx.now(), lease, 50).await.unwrap();
            if jobs.is_empty() {
                return;
            }
            for job in jobs {
                rooms.run(ctx, &job).await.unwrap();
            }
        }
    }

    /// Maya answers when the first word has left, and all letters leave; gives them.
    pub async fn answers(&self, number: CaseNumber, to: Option<Vec<CustomerId>>) -> Vec<Taken> {
        let text = domain::words::Words::new("We pay it back today.", 1_000).unwrap();
        let reply = conversation::message::actions::Reply {
            text,
            read_up_to: None,
            to,
            despite_failure: false,
            in_clear: false,
            draft_stamp: None,
        };
        let (ctx, maya) = (&self.world.ctx, &self.company.maya);
        self.letters_leave().await;
        conversation::message::actions::reply(ctx, maya, number, reply, &Press::none())
            .await
            .unwrap();
        self.letters_leave().await
    }

    /// Lets time pass until every letter has left; gives them.
    async fn letters_leave(&self) -> Vec<Taken> {
        let sink = Sink::start().await;
        let relay = Relay::local(sink.port(), "help@redress.localhost");
        // Two to one address leave one after the other.
        for _ in 0..3 {
            self.world.pass(SignedDuration::from_mins(5));
            mailroom::deliver_due(&self.world.ctx, &relay).await.unwrap();
            self.work().await;
        }
        sink.taken()
    }

    pub fn number(&self) -> CaseNumber {
        self.case.parse().unwrap()
    }

    pub async fn text(&self, sql: &'static str) -> String {
        let store = &self.world.ctx.store;
        on!(Store store, db => sqlx::query_scalar(sql).fetch_one(db).await).unwrap()
    }
}

/// Letters that did not arrive, by the addresses they went to.
async fn undelivered(house: &House, number: CaseNumber) -> Vec<String> {
    let all = store::scope::Reach { scope: "all".to_owned(), staff: String::new() };
    let view = desk::view::case::case_view(&house.world.ctx, &all, number).await.unwrap().unwrap();
    view.case.undelivered.into_iter().map(|letter| letter.to).collect()
}

/// A report that holds nothing of the letter, as it comes to `to`.
fn bare_report(to: &str, failed: &str) -> String {
    format!(
        "From: MAILER-DAEMON@mx.example.org\nTo: {to}\nMessage-ID: <bare@mx.example.org>\n\
         Subject: Undelivered Mail\nMIME-Version: 1.0\nAuto-Submitted: auto-replied\n\
         Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n\
         --b\nContent-Type: text/plain\n\nIt could not be delivered.\n\
         --b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx\n\n\
         Final-Recipient: rfc822; {failed}\nAction: failed\nStatus: 5.1.1\n--b--\n"
    )
}

#[test]
fn a_report_without_our_letter_is_about_the_last_one_to_whom_its_return_path_names() {
    on_both(async |world| {
        let house = House::furnish(world).await;
        let sent = house.answers(house.number(), None).await;
        let to_amara = sent.iter().rev().find(|one| one.to == ["amara@example.org"]).unwrap();
        let back = mail::parse(to_amara.text.as_bytes()).reply_to[0].address.clone();
        // Sent to an address that names nothing it is about no letter.
        house.mail(&bare_report("help@redress.localhost", "amara@example.org")).await;
        assert!(undelivered(&house, house.number()).await.is_empty());
        let again = bare_report(&back, "amara@example.org").replace("bare@", "second@");
        house.mail(&again).await;
        assert_eq!(undelivered(&house, house.number()).await, ["amara@example.org"]);
        let failed = "SELECT text FROM message WHERE delivery = 'failed'";
        assert_eq!(house.text(failed).await, "We pay it back today.");
        let cases = "SELECT CAST(COUNT(*) AS TEXT) FROM \"case\"";
        assert_eq!(house.text(cases).await, "1", "a report opens no case");
    });
}

/// Takes in Ines, who has the case's own address from its customer.
async fn take_in_ines(house: &House, address: &str) -> CustomerId {
    house.mail(&ines(address, "ines1")).await;
    let waits = house.text("SELECT message_id FROM joiner WHERE state = 'waits'").await;
    let (ctx, maya, message) =
        (&house.world.ctx, &house.company.maya, waits.parse::<MessageId>().unwrap());
    let (number, part) = (house.number(), Part::Representative);
    conversation::joiner::actions::accept(ctx, maya, number, message, part, &Press::none())
        .await
        .unwrap();
    house.text("SELECT customer_id FROM joiner WHERE state = 'accepted'").await.parse().unwrap()
}

fn ines(to: &str, id: &str) -> String {
    format!(
        "From: Ines <ines@example.net>\nTo: {to}\nMessage-ID: <{id}@example.net>\n\
         Subject: Papers\n\nI write for Amara. This is a complaint, please answer me too.\n"
    )
}

#[test]
fn who_was_taken_in_is_known_on_the_case_that_theirs_became_part_of() {
    on_both(async |world| {
        let house = House::furnish(world).await;
        let sent = house.answers(house.number(), None).await;
        let amaras = mail::parse(sent.last().unwrap().text.as_bytes()).reply_to[0].address.clone();
        let who = take_in_ines(&house, &amaras).await;
        house
            .mail("From: Amara <amara@example.org>\nTo: help@redress.localhost\nMessage-ID: <two@example.org>\nSubject: Another bill\n\nThis is a complaint about another bill. Refund me.\n")
            .await;
        let whole = "SELECT CAST(MAX(number) AS TEXT) FROM \"case\"";
        let whole = CaseNumber(house.text(whole).await.parse().unwrap());
        assert_ne!(whole, house.number());
        let (ctx, jo, none) = (&house.world.ctx, &house.company.jo, Press::none());
        handling::merger::actions::merge(ctx, jo, house.number(), whole, &none).await.unwrap();
        casework::case::actions::assign(ctx, jo, whole, Some(house.company.maya.id), &none)
            .await
            .unwrap();
        let sent = house.answers(whole, Some(vec![who])).await;
        let theirs = sent.iter().rev().find(|one| one.to == ["ines@example.net"]).unwrap();
        let back = mail::parse(theirs.text.as_bytes()).reply_to[0].address.clone();
        house.mail(&ines(&back, "ines2")).await;
        let waiting = "SELECT CAST(COUNT(*) AS TEXT) FROM joiner WHERE state = 'waits'";
        assert_eq!(house.text(waiting).await, "0", "she takes part there too");
        let place = "
            SELECT CAST(c.number AS TEXT) FROM mail_reference r
            JOIN feedback f ON f.id = r.feedback_id JOIN \"case\" c ON c.id = f.case_id
            WHERE r.message_id = 'ines2@example.net'";
        assert_eq!(house.text(place).await, whole.0.to_string());
        // The customer's next letter names none of her mails.
        let sent = house.answers(whole, None).await;
        let amaras = sent.iter().rev().find(|one| one.to == ["amara@example.org"]).unwrap();
        assert!(!amaras.text.contains("example.net"), "{}", amaras.text);
    });
}
