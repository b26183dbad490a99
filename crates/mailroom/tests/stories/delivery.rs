//! Letters leave once, whatever happens on the line.

use crate::world::{count, house, run};
use domain::id::{CaseId, CustomerId, MessageId, uuid_v7};
use hearing::mail::{Former, keys, rotate_keys};
use hearing::said::{Envelope, Shape};
use jiff::SignedDuration;
use mailroom::{Relay, deliver_due, settle_cut_off};
use serde_json::json;
use testkit::sink::{Sink, Step, Trouble};
use testkit::{World, on_both};

pub const TO: &str = "amara@example.org";

pub fn message(n: u8) -> MessageId {
    MessageId::from(uuid_v7(i64::from(n), [n; 10]))
}

/// Puts a letter into the outbox as `casework` does.
pub async fn post(world: &World, n: u8, to: &str) {
    let now = world.ctx.now();
    let case = CaseId::from(uuid_v7(5, [5; 10]));
    let key = message(n).to_string();
    let envelope = json!({"number": "R-10482", "message": key, "from_name": "Maya, Nordlys",
        "to": to, "subject": "No heating", "text": "We come today.\n.\nMaya",
        "automatic": false, "link": "http://127.0.0.1:8080/c/abc"});
    let mut tx = world.ctx.begin().await.unwrap();
    tx.post(&key, &case.to_string(), "mail", to, &envelope.to_string(), now, now).await.unwrap();
    tx.commit().await.unwrap();
}

pub async fn state(world: &World, n: u8) -> String {
    world.ctx.store.letter(&message(n).to_string()).await.unwrap().unwrap().state
}

fn relay(sink: &Sink) -> Relay {
    Relay::local(sink.port(), "help@help.example.test")
}

#[test]
fn a_letter_leaves_once_with_everything_that_threads_its_answer() {
    on_both(async |world| {
        house(&world).await;
        let sink = Sink::start().await;
        post(&world, 1, TO).await;
        post(&world, 2, "Bo@example.org").await;
        assert_eq!(deliver_due(&world.ctx, &relay(&sink)).await.unwrap(), 2);
        assert_eq!(deliver_due(&world.ctx, &relay(&sink)).await.unwrap(), 0);
        assert_eq!(state(&world, 1).await, "sent");
        let kept = world.ctx.store.letter(&message(1).to_string()).await.unwrap().unwrap();
        assert_eq!(kept.envelope, "", "the customer's link does not stay in the outbox");
        let taken = sink.taken();
        assert_eq!(taken.len(), 2);
        let parsed = mail::parse(taken[0].text.as_bytes());
        assert_eq!(parsed.subject, "No heating [R-10482]");
        assert!(parsed.text.contains("We come today.\n.\nMaya"), "{}", parsed.text);
        assert!(parsed.text.contains("http://127.0.0.1:8080/c/abc"));
        let id = parsed.message_id.clone().unwrap();
        let keys = keys(&world.ctx).await.unwrap();
        let claim = mail::token::read_message_id(&keys, &id).unwrap();
        assert_eq!(claim.case, 10_482);
        assert_eq!(claim.message, Some(uuid::Uuid::from(message(1)).as_u128()));
        let reply = &parsed.reply_to[0].address;
        assert_eq!(mail::token::read_reply_address(&keys, reply).unwrap().case, 10_482);
        assert_eq!((&taken[0].from, taken[0].to.as_slice()), (reply, &[TO.to_owned()][..]));
        let told = "SELECT COUNT(*) FROM job WHERE kind = 'delivery'";
        assert_eq!(count(&world, told).await, 2, "desk is asked to record each outcome");
    });
}

#[test]
fn a_line_that_is_cut_before_the_text_costs_nothing_and_after_it_asks_a_person() {
    on_both(async |world| {
        house(&world).await;
        let sink = Sink::start().await;
        for (n, step) in (1_u8..).zip(Step::ALL) {
            sink.make(Some((step, Trouble::Cut)));
            post(&world, n, TO).await;
            assert_eq!(deliver_due(&world.ctx, &relay(&sink)).await.unwrap(), 1, "{step:?}");
            let expected = match step {
                Step::Text | Step::End => "uncertain",
                _ => "held",
            };
            assert_eq!(state(&world, n).await, expected, "{step:?}");
        }
        assert_eq!(sink.taken().len(), 1, "the one whose answer was lost had arrived");
        sink.make(None);
        world.pass(SignedDuration::from_mins(3));
        assert_eq!(deliver_due(&world.ctx, &relay(&sink)).await.unwrap(), 5, "the held ones go");
        assert_eq!(sink.taken().len(), 6);
        world.pass(SignedDuration::from_hours(10));
        assert_eq!(deliver_due(&world.ctx, &relay(&sink)).await.unwrap(), 0);
        assert_eq!(sink.taken().len(), 6, "nothing uncertain is sent again by itself");
    });
}

#[test]
fn a_refusal_for_now_waits_and_one_for_good_is_laid_before_a_person() {
    on_both(async |world| {
        house(&world).await;
        let sink = Sink::start().await;
        let steps = [Step::Sender, Step::Recipient, Step::Data, Step::End];
        for (n, step) in (1_u8..).zip(steps) {
            sink.make(Some((step, Trouble::Refuse(450))));
            post(&world, n, TO).await;
            deliver_due(&world.ctx, &relay(&sink)).await.unwrap();
            assert_eq!(state(&world, n).await, "held", "{step:?}");
            sink.make(Some((step, Trouble::Refuse(550))));
            world.pass(SignedDuration::from_mins(2));
            deliver_due(&world.ctx, &relay(&sink)).await.unwrap();
            assert_eq!(state(&world, n).await, "failed", "{step:?}");
        }
        assert!(sink.taken().is_empty());
        let failed =
            "SELECT COUNT(*) FROM job WHERE kind = 'delivery' AND body LIKE '%\"failed\"%'";
        assert_eq!(count(&world, failed).await, 4);
    });
}

#[test]
fn a_relay_that_is_away_or_offers_no_protection_gets_nothing() {
    on_both(async |world| {
        house(&world).await;
        let sink = Sink::start().await;
        post(&world, 1, TO).await;
        let closed = Relay::local(1, "help@help.example.test");
        deliver_due(&world.ctx, &closed).await.unwrap();
        assert_eq!(state(&world, 1).await, "held");
        world.pass(SignedDuration::from_mins(2));
        let strict = Relay { secure: mailroom::Secure::Required, ..relay(&sink) };
        deliver_due(&world.ctx, &strict).await.unwrap();
        assert_eq!(state(&world, 1).await, "held");
        assert!(
            sink.taken().is_empty(),
            "nothing goes in the clear where protection was asked for"
        );
    });
}

#[test]
fn a_program_that_died_while_handing_over_leaves_the_letter_to_a_person() {
    on_both(async |world| {
        house(&world).await;
        let sink = Sink::start().await;
        post(&world, 1, TO).await;
        let (store, now) = (&world.ctx.store, world.ctx.now());
        let lease = SignedDuration::from_mins(1);
        let letter = store.take_letters(now, lease, 1).await.unwrap().remove(0);
        store.letter_sending(&letter, now, lease).await.unwrap();
        assert_eq!(settle_cut_off(&world.ctx).await.unwrap(), 0, "it may still be at work");
        world.pass(SignedDuration::from_mins(2));
        assert_eq!(settle_cut_off(&world.ctx).await.unwrap(), 1);
        assert_eq!(state(&world, 1).await, "uncertain");
        assert_eq!(deliver_due(&world.ctx, &relay(&sink)).await.unwrap(), 0);
        assert_eq!(settle_cut_off(&world.ctx).await.unwrap(), 0);
    });
}

#[test]
fn a_letter_keeps_its_id_under_a_new_key_and_its_answer_goes_where_it_is_believed() {
    on_both(async |world| {
        house(&world).await;
        let (domain, number) = (world.ctx.mail_domain.to_string(), 10_482);
        let id = uuid::Uuid::from(message(1)).as_u128();
        let first = keys(&world.ctx).await.unwrap();
        let named = mail::token::message_id(&first, &domain, number, id, TO);
        let mut tx = world.ctx.begin().await.unwrap();
        rotate_keys(&mut tx, &world.ctx, Former::Distrusted, world.ctx.now()).await.unwrap();
        tx.commit().await.unwrap();
        world.pass(SignedDuration::from_secs(1));
        let sink = Sink::start().await;
        post(&world, 1, TO).await;
        assert_eq!(deliver_due(&world.ctx, &relay(&sink)).await.unwrap(), 1);
        let sent = mail::parse(sink.taken()[0].text.as_bytes());
        assert_eq!(sent.message_id, Some(named.clone()), "it may have been tried before");
        let proving = keys(&world.ctx).await.unwrap().valid_at(world.ctx.now());
        assert_eq!(mail::token::read_message_id(&proving, &named), None);
        let answers_to = &sent.reply_to[0].address;
        assert!(mail::token::read_reply_address(&proving, answers_to).is_some(), "{answers_to}");
        assert_eq!(mail::token::read_body_marks(&proving, &sent.text).len(), 1);
    });
}

#[test]
fn a_bounce_of_our_letter_fails_it_and_opens_nothing() {
    on_both(async |world| {
        house(&world).await;
        let keys = keys(&world.ctx).await.unwrap();
        let id = uuid::Uuid::from(message(7)).as_u128();
        let ours = mail::token::message_id(&keys, "help.example.test", 10_001, id, TO);
        let customer = CustomerId::from(uuid_v7(6, [6; 10]));
        run(
            &world,
            &format!(
                "INSERT INTO customer (id, number, unit_id, name, since_ms, made_at_ms)
            VALUES ('{customer}', 1, '{}', 'Amara', 1, 1)",
                crate::world::unit()
            ),
        )
        .await;
        let bounce = format!(
            "From: MAILER-DAEMON@mx.example.org\r\nTo: reply@help.example.test\r\n\
             Subject: Undelivered Mail\r\nMIME-Version: 1.0\r\nAuto-Submitted: auto-replied\r\n\
             Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n\
             --b\r\nContent-Type: text/plain\r\n\r\nIt could not be delivered.\r\n\
             --b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx\r\n\r\n\
             Final-Recipient: rfc822; {TO}\r\nAction: failed\r\nStatus: 5.1.1\r\n\
             Diagnostic-Code: smtp; 550 no such person\r\n\r\n\
             --b\r\nContent-Type: message/rfc822\r\n\r\nMessage-ID: <{ours}>\r\nSubject: x\r\n\r\nx\r\n--b--\r\n"
        );
        let envelope = Envelope::of(Shape::Mail);
        let arrival = intake::Arrival {
            channel: domain::channel::Channel::Mail,
            source_key: "bounce".into(),
            envelope: serde_json::to_value(envelope).unwrap(),
            raw: bounce.into_bytes(),
            batch: None,
        };
        intake::receive(&world.ctx, arrival).await.unwrap();
        let one = crate::world::understand_all(&world).await.remove(0);
        assert!(one.automatic);
        assert_eq!(one.reports.len(), 1);
        assert_eq!(one.reports[0].state, domain::message::Delivery::Failed);
        let says = &one.reports[0].detail;
        assert!(says.starts_with("There is no such mailbox (5.1.1 "), "{says}");
        let team = domain::id::TeamId::from(uuid_v7(2, [2; 10]));
        assert!(!one.for_casework(team).wants_case);
        let told = "SELECT COUNT(*) FROM job WHERE kind = 'delivery' AND body LIKE '%5.1.1%'";
        assert_eq!(count(&world, told).await, 1);
    });
}

#[test]
fn a_domain_that_says_it_is_too_much_rests_and_others_get_their_letters() {
    on_both(async |world| {
        house(&world).await;
        let sink = Sink::start().await;
        sink.make(Some((Step::Recipient, Trouble::Refuse(421))));
        for n in 1..=3 {
            post(&world, n, TO).await;
        }
        assert_eq!(deliver_due(&world.ctx, &relay(&sink)).await.unwrap(), 3);
        sink.make(None);
        post(&world, 4, "bo@elsewhere.example").await;
        world.pass(SignedDuration::from_secs(90));
        deliver_due(&world.ctx, &relay(&sink)).await.unwrap();
        assert_eq!(sink.taken().len(), 1, "only the one to another domain");
        assert_eq!(state(&world, 4).await, "sent");
        world.pass(SignedDuration::from_mins(3));
        deliver_due(&world.ctx, &relay(&sink)).await.unwrap();
        assert_eq!(sink.taken().len(), 4, "the others after its rest, each once");
    });
}

#[test]
fn letters_to_one_domain_leave_at_its_rate_and_each_leaves() {
    on_both(async |world| {
        house(&world).await;
        let sink = Sink::start().await;
        let shaping = mailroom::Shaping { per_minute: 6, at_once: 2, lines: 1 };
        let slow = Relay { shaping, ..relay(&sink) };
        for n in 1..=8 {
            post(&world, n, TO).await;
        }
        assert_eq!(deliver_due(&world.ctx, &slow).await.unwrap(), 8, "each is looked at once");
        let first = sink.taken().len();
        assert!((1..=2).contains(&first), "{first}");
        assert_eq!(deliver_due(&world.ctx, &slow).await.unwrap(), 0, "each has its turn later");
        world.pass(SignedDuration::from_secs(30));
        deliver_due(&world.ctx, &slow).await.unwrap();
        assert_eq!(sink.taken().len(), first + 3);
        world.pass(SignedDuration::from_secs(60));
        deliver_due(&world.ctx, &slow).await.unwrap();
        assert_eq!(sink.taken().len(), 8);
    });
}
