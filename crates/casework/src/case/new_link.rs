//! A new link for whoever opens one that is too old. It goes to the address that we know of the
//! case's customer and is shown to nobody: whoever holds an old link may be anybody, so they learn
//! neither whether a letter leaves nor where it goes.

use crate::automatic;
use crate::case::link;
use crate::case::save::{By, save};
use crate::case::sql::{self, people};
use crate::letter;
use crate::merger::sql::survivor;
use crate::message::rules::{Outgoing, sending};
use crate::policy::Policy;
use domain::case::{Case, Conduct};
use domain::event::{Actor, Event};
use domain::id::CaseId;
use domain::message::Purpose;
use jiff::Timestamp;
use store::{Context, Once, Press, StoreError, Tx};

/// Asked for within an hour of the clock from one network.
pub const BY_NETWORK_MOST: i64 = 10;
/// Asked for within an hour of the clock with one link.
pub const BY_LINK_MOST: i64 = 5;

/// What came of asking, as far as whoever asks may know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// We never gave that link out.
    Never,
    /// It opens its case, so no other one is needed.
    Opens,
    /// It is too old, and they are told the same whether a letter leaves or not.
    Taken,
    /// Too often within the hour, from one network or with one link.
    TooOften,
}

/// Asks for a new link with one that is too old. A letter with it leaves when we know an address,
/// contact was not ended, and no brake stops a program from writing there; else nothing changes
/// but the counts.
///
/// - `network`: the network they come from, as a keyed hash.
///
/// # Errors
/// When the engine fails or somebody else changed the case at the same moment.
pub async fn ask(
    ctx: &Context,
    token: &str,
    network: &str,
    press: &Press,
) -> Result<Asked, StoreError> {
    let now = ctx.now();
    let hash = link::hash(token);
    // Read before anything is begun: with made-up tokens nobody holds up those who write.
    let Some(given) = sql::link::given(&ctx.store, &hash).await? else { return Ok(Asked::Never) };
    if !given.has_ended(now) {
        return Ok(Asked::Opens);
    }
    let mut tx = ctx.begin().await?;
    match tx.once::<()>(press, now).await? {
        Once::New => {}
        Once::Done(()) | Once::OtherBody => return Ok(Asked::Taken),
    }
    if !count(&mut tx, ctx, network, &hash, now).await? {
        return Ok(Asked::TooOften);
    }
    send(&mut tx, ctx, given.case, now).await?;
    tx.done_once(press, &()).await?;
    tx.commit().await?;
    Ok(Asked::Taken)
}

/// Counts the asking, unless it is one too many.
async fn count(
    tx: &mut Tx,
    ctx: &Context,
    network: &str,
    hash: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let hour = automatic::of_links(automatic::hour_of(now));
    let by_network = format!("{hour}/network/{network}");
    let by_link = format!("{hour}/link/{hash}");
    if tx.tally(&by_network).await? >= BY_NETWORK_MOST || tx.tally(&by_link).await? >= BY_LINK_MOST
    {
        return Ok(false);
    }
    let asking = store::file::hex(&ctx.chance::<16>());
    tx.count(&format!("link-asked/{asking}/network"), &by_network, 1);
    tx.count(&format!("link-asked/{asking}/link"), &by_link, 1);
    Ok(true)
}

/// Lays the letter out, where one may leave. A case that is closed is no reason against it: what
/// ended is its link.
async fn send(tx: &mut Tx, ctx: &Context, case: CaseId, now: Timestamp) -> Result<(), StoreError> {
    let Some(case) = whole(tx, case).await? else { return Ok(()) };
    if case.conduct == Conduct::Ended {
        return Ok(());
    }
    let policy = Policy::read(tx).await?;
    let Some(event) = letter_of(tx, ctx, &case, &policy, now).await? else { return Ok(()) };
    let by = By {
        ctx,
        // Not the customer: we only know that somebody holds their old link.
        actor: Actor::Rule("link".to_owned()),
        name: &policy.organisation,
        policy: &policy,
        now,
    };
    save(tx, &by, &case, &[event]).await?;
    Ok(())
}

/// The case that a link is for; where it is part of another, that one.
async fn whole(tx: &mut Tx, case: CaseId) -> Result<Option<Case>, StoreError> {
    let Some(case) = sql::load_by_id(tx, case).await? else { return Ok(None) };
    let number = survivor(tx, case.number).await?;
    if number == case.number { Ok(Some(case)) } else { sql::load(tx, number).await }
}

async fn letter_of(
    tx: &mut Tx,
    ctx: &Context,
    case: &Case,
    policy: &Policy,
    now: Timestamp,
) -> Result<Option<Event>, StoreError> {
    let contact = people::contact(tx, case.customer).await?.unwrap_or_default();
    let Some(address) = contact.email.clone() else { return Ok(None) };
    if automatic::brake(tx, now, case.customer, &address).await?.is_some() {
        return Ok(None);
    }
    let say = letter::say(case, &contact);
    // Name and subject of an address that nobody has proved to be theirs are a stranger's words.
    let is_proved = contact.n_verified > 0;
    let name = if is_proved { contact.name.as_str() } else { "" };
    let number = case.number.to_string();
    let letter = Outgoing {
        id: ctx.id(now),
        purpose: Purpose::Link,
        text: letter::new_link(say, name, &number, &policy.organisation),
        to: Some(address),
        also: Vec::new(),
        automatic: true,
        despite_failure: false,
        leaves_at: now,
    };
    let mut sent = sending(case, letter, &policy.clocks, now);
    if let Event::Sent { message, .. } = &mut sent
        && !is_proved
    {
        message.subject = say.letter_new_link_subject();
    }
    Ok(Some(sent))
}
