//! What the stories share: a unit with its team, and the pipeline as far as feedback.

use domain::id::{TeamId, UnitId, uuid_v7};
use hearing::{Placed, Understood};
use intake::{ARRIVAL_JOB, ArrivalJob, ArrivalsJob, Outcome};
use jiff::SignedDuration;
use reading::Reader;
use store::{Doing, on};
use testkit::World;

pub fn unit() -> UnitId {
    UnitId::from(uuid_v7(1, [1; 10]))
}

/// Makes the unit every story needs.
pub async fn house(world: &World) {
    let team = TeamId::from(uuid_v7(2, [2; 10]));
    for sql in [
        format!("INSERT INTO unit (id, name, made_at_ms) VALUES ('{}', 'Nordlys', 1)", unit()),
        format!(
            "INSERT INTO team (id, unit_id, name, made_at_ms) VALUES ('{team}', '{}', 'Care', 1)",
            unit()
        ),
    ] {
        run(world, &sql).await;
    }
}

pub async fn run(world: &World, sql: &str) {
    let mut tx = world.ctx.begin().await.unwrap();
    on!(Tx &mut tx, db => sqlx::raw_sql(sqlx::AssertSqlSafe(sql.to_owned())).execute(db).await
        .map(|_| ()))
    .doing("preparing a story")
    .unwrap();
    tx.commit().await.unwrap();
}

pub async fn count(world: &World, sql: &'static str) -> i64 {
    let store = &world.ctx.store;
    on!(Store store, db => sqlx::query_scalar(sql).fetch_one(db).await).doing("counting").unwrap()
}

/// Understands everything that waits, as the program's workers do, without rooms beside this one.
pub async fn understand_all(world: &World) -> Vec<Understood> {
    let reader = Reader::shipped();
    let mut all = Vec::new();
    loop {
        let now = world.ctx.now();
        let jobs = world.ctx.store.claim(now, SignedDuration::from_secs(60), 50).await.unwrap();
        let arrivals: Vec<_> =
            jobs.into_iter().filter(|job| job.kind.starts_with("arrival")).collect();
        if arrivals.is_empty() {
            return all;
        }
        for job in arrivals {
            let mut tx = world.ctx.begin().await.unwrap();
            let ids = if job.kind == ARRIVAL_JOB {
                vec![serde_json::from_str::<ArrivalJob>(&job.body).unwrap().arrival]
            } else {
                serde_json::from_str::<ArrivalsJob>(&job.body).unwrap().arrivals
            };
            let waiting = intake::take_waiting(&mut tx, &ids).await.unwrap();
            let understood =
                hearing::understand_many(&mut tx, &world.ctx, now, waiting, &reader).await.unwrap();
            let placed: Vec<Placed<'_>> = understood
                .iter()
                .map(|understood| Placed {
                    understood,
                    customer: None,
                    case: None,
                    explanation: "a story",
                })
                .collect();
            hearing::keep(&mut tx, &placed).await.unwrap();
            let outcome = |u: &Understood| Outcome {
                arrival: u.feedback.arrival,
                feedback: u.feedback.id,
                case: None,
                error: u.error.clone(),
            };
            let outcomes: Vec<Outcome> = understood.iter().map(outcome).collect();
            for outcome in &outcomes {
                intake::settle(&mut tx, std::slice::from_ref(outcome)).unwrap();
            }
            tx.finish(&job).await.unwrap();
            tx.commit().await.unwrap();
            all.extend(understood);
        }
    }
}
