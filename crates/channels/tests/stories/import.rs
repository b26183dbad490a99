//! Files of earlier systems, hostile ones among them.

use crate::world::{count, house, run, understand_all, unit};
use channels::import::{self, ImportError, Limits, Options, Progress, Report};
use hearing::row::Field;
use std::path::{Path, PathBuf};
use testkit::{World, on_both};

fn options(dry_run: bool) -> Options {
    Options { unit: unit(), dry_run, limits: Limits::default() }
}

fn write(folder: &Path, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, bytes).unwrap();
    path
}

async fn take(world: &World, path: &Path, dry_run: bool) -> (Report, Vec<import::BadRow>) {
    let plan = import::plan(path, &Limits::default()).unwrap();
    let mut bad = Vec::new();
    let mut hear = |progress| {
        if let Progress::Bad(row) = progress {
            bad.push(row);
        }
    };
    let report = import::run(&world.ctx, path, &plan, &options(dry_run), &mut hear).await.unwrap();
    (report, bad)
}

fn rows(n: usize) -> String {
    let mut file = "id,text,name,email,date,status\n".to_owned();
    for row in 0..n {
        let over = if row % 2 == 0 { "closed" } else { "open" };
        file.push_str(&format!(
            "{row},\"The heating is off, room {row}.\",Ann,ann{row}@example.org,2025-03-{:02},{over}\n",
            row % 28 + 1
        ));
    }
    file
}

#[test]
fn a_dry_run_tells_what_a_run_would_do_and_keeps_nothing() {
    on_both(async |world| {
        house(&world).await;
        let folder = tempfile::tempdir().unwrap();
        let path = write(folder.path(), "old.csv", rows(1_200).as_bytes());
        let (dry, _) = take(&world, &path, true).await;
        assert_eq!((dry.new, dry.closed, dry.batch), (1_200, 600, None));
        assert_eq!(count(&world, "SELECT COUNT(*) FROM arrival").await, 0);
        let (report, bad) = take(&world, &path, false).await;
        assert_eq!((report.rows, report.new, report.closed, bad.len()), (1_200, 1_200, 600, 0));
        let understood = understand_all(&world).await;
        assert_eq!(understood.len(), 1_200);
        assert!(understood.iter().all(|one| one.quiet && one.error.is_none()));
        let (again, _) = take(&world, &path, false).await;
        assert_eq!((again.new, again.known), (0, 1_200), "the same rows are recognised");
    });
}

#[test]
fn a_run_that_is_killed_goes_on_where_it_was() {
    on_both(async |world| {
        house(&world).await;
        let folder = tempfile::tempdir().unwrap();
        let path = write(folder.path(), "old.csv", rows(1_700).as_bytes());
        let plan = import::plan(&path, &Limits::default()).unwrap();
        // The run is dropped in the middle, as a kill would: after its first chunk.
        let ctx = world.ctx.clone();
        let (at, cut) = (path.clone(), plan.clone());
        let (sender, mut moved) = tokio::sync::mpsc::unbounded_channel();
        let running = tokio::spawn(async move {
            let mut hear = |progress| drop(sender.send(progress));
            import::run(&ctx, &at, &cut, &options(false), &mut hear).await
        });
        while let Some(progress) = moved.recv().await {
            if matches!(progress, Progress::Moved(report) if report.done > 0) {
                running.abort();
                break;
            }
        }
        drop(running.await);
        let (report, _) = take(&world, &path, false).await;
        assert_eq!((report.done, report.new + report.known), (1_700, 1_700));
        assert_eq!(count(&world, "SELECT COUNT(*) FROM arrival").await, 1_700);
        assert_eq!(count(&world, "SELECT COUNT(*) FROM import_batch").await, 1);
        let counted = "SELECT n_new FROM import_batch WHERE state = 'done'";
        assert_eq!(count(&world, counted).await, 1_700);
    });
}

#[test]
fn what_is_wrong_in_a_hostile_file_is_named_and_the_rest_comes_in() {
    on_both(async |world| {
        house(&world).await;
        let huge = "x".repeat(70_000);
        let mut file = b"id,text,date\n1,=cmd|' /C calc'!A0,2025-01-01\n".to_vec();
        file.extend_from_slice("2,Die Lösung fehlt noch immer.,2025-01-02\n".as_bytes());
        file.extend_from_slice(b"3,bad \xff\xfe bytes,2025-01-03\n");
        file.extend_from_slice(format!("4,{huge},2025-01-04\n").as_bytes());
        file.extend_from_slice(b"5,Too,many,values,here\n6,,2025-01-06\n7,Late.,the 32nd of May\n");
        for n in 0..40 {
            file.extend_from_slice(format!("{},Schöne Grüße {n},2025-01-01\n", 100 + n).as_bytes());
        }
        let folder = tempfile::tempdir().unwrap();
        let path = write(folder.path(), "hostile.csv", &file);
        let (report, bad) = take(&world, &path, false).await;
        let named: Vec<(u64, &str)> = bad.iter().map(|b| (b.line, b.column.as_str())).collect();
        assert_eq!(named, [(4, "text"), (5, "text"), (6, ""), (7, "text"), (8, "date")]);
        assert_eq!((report.new, report.bad), (42, 5));
        let understood = understand_all(&world).await;
        let formula = understood.iter().find(|one| one.feedback.text.starts_with("=cmd")).unwrap();
        assert_eq!(formula.feedback.text, "=cmd|' /C calc'!A0", "a formula is only words");
        // The error file can be put right and imported again.
        let plan = import::plan(&path, &Limits::default()).unwrap();
        let errors = folder.path().join("errors.csv");
        let mut writer = import::ErrorFile::append(&errors, &plan.mapping).unwrap();
        bad.iter().for_each(|row| writer.write(row).unwrap());
        let again = import::plan(&errors, &Limits::default()).unwrap();
        assert_eq!(again.mapping.column(Field::Text), Some("text"));
    });
}

#[test]
fn a_file_that_is_too_much_is_refused_with_its_line_before_anything_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let path = write(folder.path(), "open.csv", b"id,text\n1,a\n2,\"never closed\n");
    assert!(import::plan(&path, &Limits::default()).is_ok(), "a short one is only a bad row");
    let endless = format!("id,text\n1,a\n2,\"{}", "never closed\n".repeat(500_000));
    let path = write(folder.path(), "endless.csv", endless.as_bytes());
    let refused = import::plan(&path, &Limits::default());
    assert!(matches!(refused, Err(ImportError::TooMuch { line: 3, .. })), "{refused:?}");
}

#[test]
fn reviews_become_public_feedback_and_mails_of_a_mailbox_come_whole() {
    on_both(async |world| {
        house(&world).await;
        let folder = tempfile::tempdir().unwrap();
        let reviews = "title;review;stars;source\nCold;The room was cold.;1;google\nFine;Warm at last.;5;google\n";
        let path = write(folder.path(), "reviews.csv", reviews.as_bytes());
        let (report, _) = take(&world, &path, false).await;
        assert_eq!((report.new, report.public), (2, 2));
        let mbox = "From a@x Mon Jan  1 12:00:00 2024\nFrom: a@x.no\nMessage-ID: <1@x>\nSubject: one\n\nCold.\n\n\
            From b@x Mon Jan  1 12:00:00 2024\nFrom: b@x.no\nMessage-ID: <2@x>\nSubject: two\n\nLate.\n";
        let path = write(folder.path(), "old.mbox", mbox.as_bytes());
        assert_eq!(take(&world, &path, false).await.0.new, 2);
        let eml =
            write(folder.path(), "one.eml", b"From: a@x.no\r\nMessage-ID: <1@x>\r\n\r\nCold.\n");
        assert_eq!(take(&world, &eml, false).await.0.known, 1, "it was in the mailbox");
        let understood = understand_all(&world).await;
        let public = understood.iter().filter(|one| one.feedback.public);
        assert_eq!(public.map(|one| one.feedback.rating).collect::<Vec<_>>(), [Some(1), Some(5)]);
        assert!(understood.iter().any(|one| one.author.email == "b@x.no"));
    });
}

#[test]
fn an_import_is_undone_once_and_the_file_can_come_back() {
    on_both(async |world| {
        house(&world).await;
        let folder = tempfile::tempdir().unwrap();
        let path = write(folder.path(), "old.csv", rows(30).as_bytes());
        let (report, _) = take(&world, &path, false).await;
        understand_all(&world).await;
        let case = "UPDATE arrival SET case_id = 'c1' WHERE id = (SELECT MIN(id) FROM arrival)";
        run(&world, case).await;
        run(
            &world,
            "UPDATE feedback SET case_id = 'c1' WHERE arrival_id = (SELECT MIN(id) FROM arrival)",
        )
        .await;
        let undone = import::undo(&world.ctx, report.batch.unwrap()).await.unwrap();
        assert_eq!((undone.arrivals, undone.removed, undone.cases), (30, 29, 1));
        assert_eq!(count(&world, "SELECT COUNT(*) FROM job WHERE kind = 'import_undone'").await, 1);
        assert_eq!(import::undo(&world.ctx, report.batch.unwrap()).await.unwrap().arrivals, 0);
        assert_eq!(take(&world, &path, false).await.0.new, 30);
    });
}
