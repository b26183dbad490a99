//! Keeping the tree of topics.

use crate::refused::LearnError;
use crate::topic::READ_AGAIN_JOB;
use crate::topic::rules::{MOST, TopicOfHouse, TopicText, TopicWish, for_reader};
use crate::topic::sql;
use domain::id::TopicId;
use domain::permit::{Act, Staff};
use jiff::Timestamp;
use reading::{Topic, Topics};
use serde_json::{Value, json};
use store::{Context, Once, Press, Store, StoreError, Tx};

/// The job by which the record of the house is told what changed.
const RECORD_JOB: &str = "house_record";

/// Makes a topic. Open cases are read for it too, in the background.
///
/// # Errors
/// [`LearnError::Wrong`] with every field that must be put right.
pub async fn add(
    ctx: &Context,
    staff: &Staff,
    text: &TopicText,
    press: &Press,
) -> Result<TopicId, LearnError> {
    staff.permit_anywhere(Act::KeepLists)?;
    let now = ctx.now();
    let mut tx = ctx.begin().await?;
    match tx.once::<TopicId>(press, now).await? {
        Once::New => {}
        Once::Done(id) => return Ok(id),
        Once::OtherBody => return Err(LearnError::OtherBody),
    }
    let list = sql::list_in(&mut tx).await?;
    let wish = text.read(None, &list).map_err(LearnError::Wrong)?;
    if list.len() as i64 >= MOST {
        return Err(LearnError::at("name", "A house has at most 500 topics."));
    }
    let id: TopicId = ctx.id(now);
    sql::insert(&mut tx, id, &wish, now).await?;
    let change = ("topic_added", id, Value::Null, told(&wish));
    record(&mut tx, ctx, staff, now, change).await?;
    read_again(&mut tx, id, 1, now).await?;
    tx.done_once(press, &id).await?;
    tx.commit().await?;
    Ok(id)
}

/// Changes a topic. What was read before stays as it was read; what its new words find in open
/// cases joins it, in the background.
///
/// - `version`: the version the change was made from; `None` to change whatever is there.
///
/// # Errors
/// [`LearnError::Crossed`] when somebody else changed it in between.
pub async fn change(
    ctx: &Context,
    staff: &Staff,
    id: TopicId,
    text: &TopicText,
    version: Option<i64>,
    press: &Press,
) -> Result<(), LearnError> {
    staff.permit_anywhere(Act::KeepLists)?;
    let now = ctx.now();
    let mut tx = ctx.begin().await?;
    match tx.once::<()>(press, now).await? {
        Once::New => {}
        Once::Done(()) => return Ok(()),
        Once::OtherBody => return Err(LearnError::OtherBody),
    }
    let list = sql::list_in(&mut tx).await?;
    let before = list.iter().find(|topic| topic.id == id).ok_or(LearnError::Missing)?;
    if version.is_some_and(|version| version != before.version) {
        return Err(LearnError::Crossed { version: before.version.unsigned_abs() });
    }
    let wish = text.read(Some(id), &list).map_err(LearnError::Wrong)?;
    sql::update(&mut tx, id, &wish).await?;
    let change = ("topic_changed", id, told(&wish_of(before)), told(&wish));
    record(&mut tx, ctx, staff, now, change).await?;
    if wish.words != before.words || wish.ended != before.ended {
        read_again(&mut tx, id, before.version + 1, now).await?;
    }
    tx.done_once(press, &()).await?;
    Ok(tx.commit().await?)
}

/// The whole tree, each topic before what is a part of it, ended ones included.
///
/// # Errors
/// When they may not read cases at all, or the store fails.
pub async fn list(ctx: &Context, staff: &Staff) -> Result<Vec<TopicOfHouse>, LearnError> {
    staff.permit_anywhere(Act::ReadCase)?;
    Ok(sql::list(&ctx.store).await?)
}

/// The tree as a reader takes it.
///
/// # Errors
/// When the store fails.
pub async fn tree(store: &Store) -> Result<Vec<Topic>, StoreError> {
    Ok(for_reader(&sql::list(store).await?))
}

/// The tree, compiled.
///
/// # Errors
/// When the store fails.
pub async fn topics(store: &Store) -> Result<Topics, StoreError> {
    Ok(Topics::new(&tree(store).await?))
}

fn wish_of(topic: &TopicOfHouse) -> TopicWish {
    let TopicOfHouse { name, parent, words, ended, .. } = topic.clone();
    TopicWish { name, parent, words, ended }
}

fn told(wish: &TopicWish) -> Value {
    json!({ "name": wish.name, "parent": wish.parent, "words": wish.words, "ended": wish.ended })
}

/// Has open cases read again for a topic that is new or speaks with other words.
async fn read_again(
    tx: &mut Tx,
    id: TopicId,
    version: i64,
    now: Timestamp,
) -> Result<(), StoreError> {
    let body = json!({ "topic": id }).to_string();
    tx.enqueue(&format!("{READ_AGAIN_JOB}/{id}/{version}"), READ_AGAIN_JOB, &body, now, now).await
}

/// Has the record of the house told: what, which, before and after.
async fn record(
    tx: &mut Tx,
    ctx: &Context,
    staff: &Staff,
    now: Timestamp,
    (what, thing, before, after): (&str, TopicId, Value, Value),
) -> Result<(), StoreError> {
    let body = json!({"by": staff.id, "what": what, "thing": thing, "before": before,
        "after": after});
    let id: uuid::Uuid = ctx.id(now);
    tx.enqueue(&format!("{RECORD_JOB}/{id}"), RECORD_JOB, &body.to_string(), now, now).await
}
