//! Recognising whose words these are.

use crate::customer::rules::{self, Identity};
use crate::customer::sql::{self, Address};
use anyhow::Context as _;
use domain::email::one_email;
use domain::id::{CustomerId, MessageId, UnitId};
use domain::permit::{Act, Staff};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::json;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use store::job::Job;
use store::number::Numbered;
use store::scope::Reach;
use store::{Context, Once, Press, StoreError, Tx};
use web::Problem;

/// Whoever says something, as far as they tell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Who {
    /// Their name, or empty.
    pub name: String,
    /// E-mail address, or empty.
    pub email: String,
    /// Telephone number, or empty.
    pub phone: String,
    /// Name on a public site with the site before it, or empty.
    pub handle: String,
    /// Customer number or another reference, or empty.
    pub reference: String,
    /// ISO 639-1 code, or empty.
    pub language: String,
    /// Whether somebody we trust vouches that the addresses are theirs.
    pub verified: bool,
    /// When they were first heard, when that is before now.
    pub since: Option<Timestamp>,
}

impl Who {
    fn identities(&self) -> Vec<Identity> {
        let all = [
            rules::email(&self.email),
            rules::reference(&self.reference),
            rules::phone(&self.phone),
            rules::handle(&self.handle),
        ];
        all.into_iter().flatten().collect()
    }

    fn shown(&self) -> String {
        let name = rules::one_line(&self.name);
        if !name.is_empty() {
            return name;
        }
        let identities = self.identities();
        identities.first().map_or("Unknown person".to_owned(), |known| known.value.clone())
    }
}

/// A customer as they were recognised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recognised {
    /// Who.
    pub id: CustomerId,
    /// Their name.
    pub name: String,
}

/// Finds the customer of `unit`, or makes one; see [`recognise_all`].
///
/// # Errors
/// When the store fails.
pub async fn recognise(
    tx: &mut Tx,
    ctx: &Context,
    now: Timestamp,
    unit: UnitId,
    who: &Who,
) -> Result<CustomerId, StoreError> {
    let all = recognise_all(tx, ctx, now, &[(unit, who.clone())]).await?;
    let one = all.into_iter().next();
    one.map(|one| one.id).ok_or_else(|| StoreError::unreadable("recognising a customer", "none"))
}

/// Finds the customers of their units, or makes them, in the caller's transaction; one for each of
/// `all`, in their order. Two who come at once under one address are one customer.
///
/// An address that nobody vouches for is never added to somebody we know: it would let a
/// stranger's next words count as theirs.
///
/// # Errors
/// When the store fails.
pub async fn recognise_all(
    tx: &mut Tx,
    ctx: &Context,
    now: Timestamp,
    all: &[(UnitId, Who)],
) -> Result<Vec<Recognised>, StoreError> {
    /// Somebody else may make them in between; whoever is there then is known.
    const TRIES: usize = 3;
    let identities: Vec<Vec<Identity>> = all.iter().map(|(_, who)| who.identities()).collect();
    for _ in 0..TRIES {
        let mut round = Round::begin(tx, all, &identities).await?;
        let mut recognised = Vec::with_capacity(all.len());
        for ((unit, who), identities) in all.iter().zip(&identities) {
            recognised.push(match round.known(*unit, identities) {
                // Who is made in this round has no row yet that could be changed.
                Some(known) if round.is_new(&known) => {
                    round.add(now, *unit, who, known, identities)
                }
                Some(known) => settle(tx, now, *unit, who, known, identities).await?,
                None => round.make(ctx, now, *unit, who, identities),
            });
        }
        if round.write(tx).await? {
            return Ok(recognised);
        }
    }
    Err(StoreError::Conflict { doing: "recognising customers" })
}

/// Who is known by what, and who is made now.
struct Round {
    known: HashMap<(UnitId, Identity), Recognised>,
    new: Vec<sql::New>,
    addresses: Vec<sql::Address>,
}

impl Round {
    async fn begin(
        tx: &mut Tx,
        all: &[(UnitId, Who)],
        identities: &[Vec<Identity>],
    ) -> Result<Round, StoreError> {
        let asked = all.iter().zip(identities);
        let asked: Vec<(UnitId, &Identity)> =
            asked.flat_map(|((unit, _), those)| those.iter().map(|one| (*unit, one))).collect();
        let known = sql::known_by(tx, &asked).await?;
        let known: HashMap<_, _> = known.into_iter().collect();
        Ok(Round { known, new: Vec::new(), addresses: Vec::new() })
    }

    fn known(&self, unit: UnitId, identities: &[Identity]) -> Option<Recognised> {
        identities.iter().find_map(|one| self.known.get(&(unit, one.clone()))).cloned()
    }

    fn make(
        &mut self,
        ctx: &Context,
        now: Timestamp,
        unit: UnitId,
        who: &Who,
        identities: &[Identity],
    ) -> Recognised {
        let made = Recognised { id: ctx.id(now), name: who.shown() };
        self.new.push(sql::New {
            id: made.id,
            unit,
            name: made.name.clone(),
            language: who.language.clone(),
            since: who.since.unwrap_or(now),
            now,
        });
        for identity in identities {
            self.known.insert((unit, identity.clone()), made.clone());
            self.addresses.push(Address {
                unit,
                identity: identity.clone(),
                customer: made.id,
                verified_at: who.verified.then_some(now),
                now,
            });
        }
        made
    }

    fn is_new(&self, known: &Recognised) -> bool {
        self.new.iter().any(|new| new.id == known.id)
    }

    /// What further words tell of somebody who is made in this round.
    fn add(
        &mut self,
        now: Timestamp,
        unit: UnitId,
        who: &Who,
        mut known: Recognised,
        identities: &[Identity],
    ) -> Recognised {
        let name = rules::one_line(&who.name);
        if !name.is_empty() && rules::is_unknown(&known.name) {
            known.name = name;
            for new in self.new.iter_mut().filter(|new| new.id == known.id) {
                new.name.clone_from(&known.name);
            }
            for there in self.known.values_mut().filter(|there| there.id == known.id) {
                there.name.clone_from(&known.name);
            }
        }
        for identity in identities.iter().filter(|_| who.verified) {
            if let Entry::Vacant(free) = self.known.entry((unit, identity.clone())) {
                free.insert(known.clone());
                self.addresses.push(Address {
                    unit,
                    identity: identity.clone(),
                    customer: known.id,
                    verified_at: Some(now),
                    now,
                });
            }
        }
        known
    }

    /// False when somebody else was faster with one of them; then none was made.
    async fn write(self, tx: &mut Tx) -> Result<bool, StoreError> {
        let count = u32::try_from(self.new.len()).unwrap_or(u32::MAX);
        let numbers = tx.next_numbers(Numbered::Customer, count).await?;
        for (new, number) in self.new.iter().zip(numbers) {
            sql::insert(tx, new, number)?;
        }
        let wanted = self.addresses.len();
        if wanted == 0 || sql::add_addresses(tx, &self.addresses).await? == wanted {
            return Ok(true);
        }
        for new in &self.new {
            sql::remove_made_twice(tx, new.id).await?;
        }
        Ok(false)
    }
}

async fn settle(
    tx: &mut Tx,
    now: Timestamp,
    unit: UnitId,
    who: &Who,
    mut known: Recognised,
    identities: &[Identity],
) -> Result<Recognised, StoreError> {
    let name = rules::one_line(&who.name);
    // A name that was unknown becomes known; a known one is never overwritten by a stranger's.
    if !name.is_empty() && rules::is_unknown(&known.name) {
        sql::name_if_unknown(tx, known.id, &name).await?;
        known.name = name;
    }
    if who.verified && identities.len() > 1 {
        let others = identities.iter().skip(1).map(|identity| Address {
            unit,
            identity: identity.clone(),
            customer: known.id,
            verified_at: Some(now),
            now,
        });
        sql::add_addresses(tx, &others.collect::<Vec<_>>()).await?;
    }
    Ok(known)
}

/// An address that somebody of ours was told, with the letter that first goes there.
#[derive(Deserialize)]
struct Told {
    unit: UnitId,
    customer: CustomerId,
    email: String,
    message: MessageId,
}

/// Has letters to a customer go to an address from now on, unless the letter that was to go there
/// first was taken back. It is not verified by that: it opens nothing that it did not open before.
///
/// # Errors
/// When the store fails or the job cannot be read.
pub(crate) async fn write_there(ctx: &Context, job: &Job) -> anyhow::Result<()> {
    let told: Told = serde_json::from_str(&job.body).context("reading a customer's address")?;
    let mut tx = ctx.begin().await?;
    if let Some(identity) = rules::email(&told.email)
        && !sql::was_taken_back(&mut tx, told.message).await?
    {
        let now = ctx.now();
        let address =
            Address { unit: told.unit, identity, customer: told.customer, verified_at: None, now };
        sql::prefer(&mut tx, &address).await?;
    }
    tx.finish(job).await?;
    Ok(tx.commit().await?)
}

/// The kind of the job by which the record of the house is told of a change.
const RECORD_JOB: &str = "house_record";

/// Has letters to a customer go to one more address from now on, with the link to their page, as
/// where a letter that did not arrive is sent elsewhere for good. Nobody has proved that it is
/// theirs, and it stands there as not proved.
///
/// # Errors
/// 404 when the customer is not theirs, 422 when it is no address, or another customer's.
pub(crate) async fn add_address(
    ctx: &Context,
    staff: &Staff,
    number: i64,
    email: &str,
    press: &Press,
) -> Result<(), Problem> {
    let missing = || Problem::missing("customer_missing", "There is no such customer among yours.");
    staff.permit_anywhere(Act::HandleCase).map_err(|_| missing())?;
    let row = sql::one(&ctx.store, &Reach::from(staff), number).await?.ok_or_else(missing)?;
    let wrong = |code, says: &'static str| Problem::refused(code, says).at("/email", says);
    let identity = one_email(email).and_then(rules::email).ok_or_else(|| {
        wrong("no_address", "Give one e-mail address, such as amara@example.org.")
    })?;
    let now = ctx.now();
    let mut tx = ctx.begin().await?;
    match tx.once::<()>(press, now).await? {
        Once::New => {}
        Once::Done(()) => return Ok(()),
        Once::OtherBody => {
            let says = "This was already sent with other content.";
            return Err(Problem::refused("key_used_otherwise", says));
        }
    }
    let unit = sql::unit_of(&mut tx, &row.id).await?;
    let taken = sql::whose(&mut tx, unit, &identity).await?;
    if taken.is_some_and(|whose| whose != row.id) {
        let says = "That address is another customer's. Look at who they are first.";
        return Err(wrong("address_of_another", says));
    }
    let customer = row.id.parse().map_err(|_| missing())?;
    sql::prefer(&mut tx, &Address { unit, identity, customer, verified_at: None, now }).await?;
    // The record of the house is kept for good; the address itself can be forgotten with them.
    let body = json!({"by": staff.id, "what": "customer_address_added", "thing": number.to_string(),
        "before": null, "after": {"kind": "email", "preferred": true}});
    let id: uuid::Uuid = ctx.id(now);
    tx.enqueue(&format!("{RECORD_JOB}/{id}"), RECORD_JOB, &body.to_string(), now, now).await?;
    tx.done_once(press, &()).await?;
    Ok(tx.commit().await?)
}
