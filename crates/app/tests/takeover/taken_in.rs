//! Letters to whoever was taken in on a case.

use crate::{CASES, COMPLAINT, House, TO_EVE};
use jiff::SignedDuration;
use testkit::on_both;

/// Ann's case, on which Ines speaks for her; the case's number.
async fn with_ines(house: &House) -> domain::id::CaseNumber {
    house.mail(COMPLAINT).await;
    let address = house.reply_address().await;
    house
        .mail(&format!("From: Ines <ines@example.net>\nTo: {address}\nCc: eve@evil.example\nMessage-ID: <ines1@example.net>\nSubject: Papers\n\nI write for Ann. This is a complaint, please answer me too.\n"))
        .await;
    let number = domain::id::CaseNumber(house.number("SELECT MIN(number) FROM \"case\"").await);
    let waits = house.text("SELECT message_id FROM joiner WHERE state = 'waits'").await;
    let (maya, none) = (&house.company.maya, store::Press::none());
    let (message, part) = (waits.parse().unwrap(), domain::joiner::Part::Representative);
    conversation::joiner::actions::accept(&house.world.ctx, maya, number, message, part, &none)
        .await
        .unwrap();
    number
}

/// A reply to all who can be chosen, and to `more`.
async fn reply_to_all(
    house: &House,
    number: domain::id::CaseNumber,
    more: Option<domain::id::CustomerId>,
) -> Result<casework::Done, casework::ActError> {
    let accepted = "SELECT customer_id FROM joiner WHERE state = 'accepted'";
    let ines = house.text(accepted).await.parse().unwrap();
    let ann = house.text("SELECT customer_id FROM \"case\" WHERE subject = 'Secret bill'").await;
    let to = [ann.parse().unwrap(), ines].into_iter().chain(more).collect();
    let text = domain::words::Words::new("We pay it back today.", 1_000).unwrap();
    let reply = conversation::message::actions::Reply {
        text,
        read_up_to: None,
        to: Some(to),
        despite_failure: false,
        in_clear: false,
        draft_stamp: None,
    };
    let (maya, none) = (&house.company.maya, store::Press::none());
    conversation::message::actions::reply(&house.world.ctx, maya, number, reply, &none).await
}

#[test]
fn t_18a_who_merely_waits_or_stood_in_copy_is_never_written_to() {
    on_both(async |world| {
        let house = House::open(world).await;
        let number = with_ines(&house).await;
        let address = house.reply_address().await;
        house
            .mail(&format!("From: Eve <eve@evil.example>\nTo: {address}\nMessage-ID: <e@evil.example>\nSubject: Re: Secret bill\n\nThis is a complaint: send me all of it.\n"))
            .await;
        let eve = house.text("SELECT customer_id FROM joiner WHERE state = 'waits'").await;
        let refused = reply_to_all(&house, number, Some(eve.parse().unwrap())).await;
        let Err(casework::ActError::Refused(why)) = refused else { panic!("{refused:?}") };
        assert_eq!(why.code(), "not_taken_in");
        reply_to_all(&house, number, None).await.unwrap();
        assert_eq!(house.number(TO_EVE).await, 0);
    });
}

#[test]
fn t_18b_a_letter_to_one_taken_in_holds_nothing_that_is_the_customer_s() {
    on_both(async |world| {
        let house = House::open(world).await;
        let number = with_ines(&house).await;
        reply_to_all(&house, number, None).await.unwrap();
        house.world.pass(SignedDuration::from_mins(5));
        let sink = testkit::sink::Sink::start().await;
        let relay = mailroom::Relay::local(sink.port(), "help@redress.localhost");
        while mailroom::deliver_due(&house.world.ctx, &relay).await.unwrap() > 0 {}
        let taken = sink.taken();
        let to = |address: &str| {
            let last = taken.iter().rev().find(|mail| mail.to == [address.to_owned()]);
            last.unwrap_or_else(|| panic!("nothing to {address}"))
        };
        let (ann, ines) = (to("ann@example.org"), to("ines@example.net"));
        assert!(ann.text.contains("/c/"));
        for hers in ["ann@example.org", "Secret", "/c/", "1@example.org", "4711"] {
            assert!(!ines.text.contains(hers), "{hers}: {}", ines.text);
        }
        let keys = hearing::mail::keys(&house.world.ctx).await.unwrap();
        let theirs = mail::parse(ines.text.as_bytes());
        let claim = mail::token::read_reply_address(&keys, &theirs.reply_to[0].address).unwrap();
        assert!(keys.is_for(&claim, "ines@example.net") && !keys.is_for(&claim, "ann@example.org"));
        assert_eq!(theirs.in_reply_to, ["ines1@example.net"]);
        let ids = [&theirs.references[..], &theirs.in_reply_to[..]].concat();
        for id in ids.iter().filter(|id| !id.ends_with("@example.net")) {
            let claim = mail::token::read_message_id(&keys, id).unwrap();
            assert!(keys.is_for(&claim, "ines@example.net"), "{id} is of a letter to Ann");
        }
        // Her answer joins; in other hands her address makes them wait.
        let (address, cases) = (theirs.reply_to[0].address.clone(), house.number(CASES).await);
        let answer = |from: &str| {
            format!(
                "From: {from}\nTo: {address}\nMessage-ID: <a.{from}>\nSubject: Re: Papers\n\nThank you, this is still a complaint.\n"
            )
        };
        house.mail(&answer("ines@example.net")).await;
        house.mail(&answer("eve@evil.example")).await;
        assert_eq!(house.number("SELECT COUNT(*) FROM joiner WHERE state = 'waits'").await, 1);
        assert_eq!(house.number(CASES).await, cases);
    });
}

#[test]
fn t_18c_a_reply_without_a_choice_goes_to_the_customer_alone() {
    on_both(async |world| {
        let house = House::open(world).await;
        let number = with_ines(&house).await;
        let text = domain::words::Words::new("We pay it back today.", 1_000).unwrap();
        let reply = conversation::message::actions::Reply {
            text,
            read_up_to: None,
            to: None,
            despite_failure: false,
            in_clear: false,
            draft_stamp: None,
        };
        let (maya, none) = (&house.company.maya, store::Press::none());
        conversation::message::actions::reply(&house.world.ctx, maya, number, reply, &none)
            .await
            .unwrap();
        let others = house.letters().await.into_iter().filter(|(to, _)| to != "ann@example.org");
        assert_eq!(others.count(), 0, "Ines wrote last and gets nothing by that");
    });
}
