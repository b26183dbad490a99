//! Bytes become feedback, or a stub that a person sees.

use crate::world::{count, house, understand_all, unit};
use domain::channel::{Channel, Kind};
use hearing::said::{Envelope, Joins, Shape};
use intake::{Arrival, receive};
use testkit::on_both;

fn arrival(key: &str, channel: Channel, shape: Shape, raw: &[u8]) -> Arrival {
    Arrival {
        channel,
        source_key: key.to_owned(),
        envelope: serde_json::to_value(Envelope::of(shape)).unwrap(),
        raw: raw.to_vec(),
        batch: None,
    }
}

#[test]
fn what_cannot_be_read_is_a_stub_with_its_raw_form_and_never_silence() {
    on_both(async |world| {
        house(&world).await;
        let broken = [
            arrival("1", Channel::Api, Shape::Api, b"\xff\xfe{not json"),
            arrival("2", Channel::Review, Shape::Api, b"[]"),
            arrival("3", Channel::Form, Shape::Form, b""),
            arrival("4", Channel::Import, Shape::Row, b"{}"),
            Arrival {
                envelope: serde_json::json!(7),
                ..arrival("5", Channel::Api, Shape::Api, b"{}")
            },
        ];
        for one in broken {
            receive(&world.ctx, one).await.unwrap();
        }
        let stubs = understand_all(&world).await;
        assert_eq!(stubs.len(), 5);
        for stub in &stubs {
            assert!(stub.error.is_some());
            assert_eq!(stub.feedback.subject, "Could not be read");
            assert_eq!(stub.feedback.kind, Kind::Other);
            assert!(!stub.feedback.public, "a person looks at it, so it is not filed as public");
            let team = domain::id::TeamId::from(domain::id::uuid_v7(2, [2; 10]));
            assert!(stub.for_casework(team).wants_case);
        }
        let kept = count(&world, "SELECT COUNT(*) FROM arrival WHERE state = 'unreadable'").await;
        assert_eq!(kept, 5);
        // Read again it keeps its number and is still one.
        let id = stubs[0].feedback.arrival;
        assert!(intake::retry(&world.ctx, id).await.unwrap());
        let again = understand_all(&world).await;
        assert_eq!(again[0].feedback.number, stubs[0].feedback.number);
        assert_eq!(count(&world, "SELECT COUNT(*) FROM feedback").await, 5);
    });
}

#[test]
fn a_mail_becomes_feedback_with_its_files_and_finds_no_case_by_a_guessed_number() {
    on_both(async |world| {
        house(&world).await;
        let mail = b"From: Amara Okafor <amara@example.org>\r\nTo: help@example.test\r\n\
            Subject: Re: [R-10001] No heating\r\nMessage-ID: <m1@example.org>\r\n\
            Date: Thu, 19 Nov 2026 13:00:00 +0000\r\nMIME-Version: 1.0\r\n\
            Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\n\
            The heating is still off and nobody came.\r\n--b\r\nContent-Type: image/png\r\n\
            Content-Disposition: attachment; filename=\"../../cold.png\"\r\n\r\nnot a picture\r\n\
            --b--\r\n";
        receive(&world.ctx, arrival("m", Channel::Mail, Shape::Mail, mail)).await.unwrap();
        let one = understand_all(&world).await.remove(0);
        assert_eq!(one.error, None);
        assert_eq!(one.author.email, "amara@example.org");
        assert!(!one.author.verified, "nobody we trust checked it");
        assert!(matches!(one.joins, Joins::Maybe(_) | Joins::Nothing));
        assert_eq!(one.feedback.files[0].name, "cold.png");
        assert_eq!(one.feedback.unit, unit());
        assert_eq!(one.message_ids, ["m1@example.org"]);
        let kept = world.ctx.store.file_for_checked(&one.feedback.files[0].sha256).await.unwrap();
        assert!(kept.is_some_and(|bytes| bytes.starts_with(b"not a picture")));
        assert_eq!(count(&world, "SELECT COUNT(*) FROM mail_reference").await, 1);
    });
}

#[test]
fn words_from_a_program_are_kept_with_their_reading() {
    on_both(async |world| {
        house(&world).await;
        let body = r#"{"text":"My heating has been off for three days and nobody came. I want my money back.",
            "author":{"name":"Amara\u0000 Okafor","email":"amara@example.org"},"channel":"call"}"#;
        receive(&world.ctx, arrival("a", Channel::Call, Shape::Api, body.as_bytes()))
            .await
            .unwrap();
        let one = understand_all(&world).await.remove(0);
        assert_eq!(one.error, None);
        assert_eq!(one.feedback.kind, Kind::Complaint);
        assert_eq!((one.feedback.channel, one.feedback.language.as_str()), (Channel::Call, "en"));
        assert_eq!(one.author.name, "Amara Okafor");
        assert_eq!(count(&world, "SELECT COUNT(*) FROM feedback WHERE language = 'en'").await, 1);
    });
}
