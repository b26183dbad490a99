//! What the stories share: feedback as the arrival pipeline hands it over, and its taking in.

use casework::{Taken, Taking, Whose};
use domain::channel::{Channel, Kind};
use domain::feedback::{FeedbackIn, Imported, ThreadEvidence};
use domain::id::{CaseNumber, CustomerId};
use domain::urgency::Facts;
use domain::words::Words;
use testkit::{Company, World};

/// A complaint by mail, as `hearing` hands it over.
pub fn complaint(world: &World, company: &Company, text: &str) -> FeedbackIn {
    let now = world.ctx.now();
    FeedbackIn {
        id: world.ctx.id(now),
        unit: company.unit,
        team: company.care,
        channel: Channel::Mail,
        public: false,
        author: "Amara Okafor".to_owned(),
        address: "amara@example.org".to_owned(),
        subject: "No heating".to_owned(),
        text: text.to_owned(),
        folded: None,
        language: "en".to_owned(),
        kind: Kind::Complaint,
        severity: 2,
        facts: Facts { cut_off: true, ..Facts::default() },
        topics: Vec::new(),
        said_at: now,
        wants_case: true,
        answerable: true,
        because: String::new(),
        thread: None,
        encrypted: false,
        passed_on: None,
        imported: Imported::No,
    }
}

/// The same in the thread of a case.
pub fn in_thread(feedback: FeedbackIn, case: CaseNumber, trusted: bool) -> FeedbackIn {
    FeedbackIn { thread: Some(ThreadEvidence { case, trusted }), ..feedback }
}

/// Takes feedback in, in a transaction of its own.
pub async fn arrive(world: &World, feedback: &FeedbackIn, customer: CustomerId) -> Taken {
    let now = world.ctx.now();
    let mut tx = world.ctx.begin().await.unwrap();
    let taking = Taking::begin(&mut tx, &world.ctx, now, 1).await.unwrap();
    let taken = taking.take_in(&mut tx, feedback, Whose { customer, name: None }).await.unwrap();
    tx.commit().await.unwrap();
    taken
}

/// Opens a case by a complaint and gives its number.
pub async fn opened(world: &World, company: &Company) -> CaseNumber {
    let feedback = complaint(world, company, "The heating is off since Tuesday. Nobody came.");
    match arrive(world, &feedback, company.amara).await {
        Taken::Opened { number, .. } => number,
        other => panic!("it should open a case: {other:?}"),
    }
}

/// Words that are some.
pub fn words(text: &str) -> Words {
    Words::new(text, 1_000).unwrap()
}

/// The case as it stands, for somebody who sees everything.
pub async fn now(world: &World, number: CaseNumber) -> desk::view::case::CaseView {
    let all = store::scope::Reach { scope: "all".to_owned(), staff: String::new() };
    desk::view::case::case_view(&world.ctx, &all, number).await.unwrap().unwrap()
}

/// Work that other rooms do.
const OTHERS: [&str; 4] = ["correction", "coached", "placed", "topics_corrected"];

/// Does every job that is due, and those they lay out for now.
pub async fn ring(world: &World) {
    let lease = jiff::SignedDuration::from_secs(60);
    loop {
        let jobs = world.ctx.store.claim(world.ctx.now(), lease, 50).await.unwrap();
        if jobs.is_empty() {
            return;
        }
        for job in jobs {
            match app::cases::run(&world.ctx, &job).await {
                Some(done) => done.unwrap(),
                None => assert!(OTHERS.contains(&job.kind.as_str()), "{job:?}"),
            }
        }
    }
}

/// Lets all letters out whose time has come, and gives their envelopes.
pub async fn letters(world: &World) -> Vec<serde_json::Value> {
    let lease = jiff::SignedDuration::from_secs(60);
    let now = world.ctx.now();
    let taken = world.ctx.store.take_letters(now, lease, 99).await.unwrap();
    let mut envelopes = Vec::new();
    for letter in taken {
        world.ctx.store.letter_sending(&letter, now, lease).await.unwrap();
        let mut tx = world.ctx.begin().await.unwrap();
        tx.letter_ended(&letter, "sent", "250", now, now).await.unwrap();
        let (message, sent) = (letter.key.parse().unwrap(), domain::message::Delivery::Sent);
        let ctx = &world.ctx;
        conversation::message::actions::delivered(&mut tx, ctx, message, sent, "250")
            .await
            .unwrap();
        tx.commit().await.unwrap();
        envelopes.push(serde_json::from_str(&letter.envelope).unwrap());
    }
    envelopes
}

/// The code of a refusal.
pub fn code<T: std::fmt::Debug>(result: Result<T, casework::ActError>) -> &'static str {
    match result {
        Err(casework::ActError::Refused(why)) => why.code(),
        other => panic!("it should be refused: {other:?}"),
    }
}
