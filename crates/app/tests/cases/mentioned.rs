//! Naming a colleague in a private note.

use crate::programs::Program;
use crate::told::opened;
use casework::case::rebuild::rebuild;
use desk::view::seen::see;
use serde_json::{Value, json};
use testkit::on_both;

/// What the bell tells of: number of the case, what happened last, how many things.
async fn news(program: &Program) -> Vec<(String, String, i64)> {
    let answer = program.call("GET", "/me/news", None, &[]).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let word = |value: &Value| value.as_str().unwrap().to_owned();
    let line =
        |line: &Value| (word(&line["number"]), word(&line["last"]), line["news"].as_i64().unwrap());
    answer.body.as_array().unwrap().iter().map(line).collect()
}

#[test]
fn who_is_named_in_a_note_is_told_until_they_have_read_it() {
    on_both(async |world| {
        let company = world.found().await;
        let number = opened(&world, &company).await;
        let writer = Program::of(&world, &company.maya, "").await;
        let lead = Program::of(&world, &company.jo, "").await;
        let path = format!("/cases/{number}/notes");
        let plain = writer.post(&path, json!({"text": "She rang twice."})).await;
        assert_eq!(plain.status, 201, "{}", plain.body);
        assert!(news(&lead).await.is_empty(), "a case that is not theirs rings no bell");
        writer.post(&path, json!({"text": "@jo could you ring her?"})).await;
        let told = news(&lead).await;
        assert_eq!(told.len(), 1, "{told:?}");
        assert_eq!((told[0].0.as_str(), told[0].1.as_str()), (&*number.to_string(), "noted"));
        rebuild(&world.ctx).await.unwrap();
        assert_eq!(news(&lead).await, told, "made again from the record");
        see(&world.ctx, &company.jo, number, u64::MAX).await.unwrap();
        assert!(news(&lead).await.is_empty(), "read is read");
    });
}

#[test]
fn a_note_tells_nobody_who_cannot_read_the_case_and_never_its_writer() {
    on_both(async |world| {
        let company = world.found().await;
        let number = opened(&world, &company).await;
        let writer = Program::of(&world, &company.maya, "").await;
        let text = "@Stan @Priya @Maya have you seen this?";
        let path = format!("/cases/{number}/notes");
        writer.post(&path, json!({ "text": text })).await;
        assert!(news(&writer).await.is_empty(), "they wrote it themselves");
        for staff in [&company.stan, &company.priya] {
            let program = Program::of(&world, staff, "").await;
            assert!(news(&program).await.is_empty(), "{}", staff.name);
        }
    });
}
