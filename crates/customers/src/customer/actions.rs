//! Recognising whose words these are.

use crate::customer::rules::{self, Identity};
use crate::customer::sql;
use domain::id::{CustomerId, UnitId};
use jiff::Timestamp;
use store::number::Numbered;
use store::{Context, StoreError, Tx};

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

/// Finds the customer of `unit`, or makes one, in the caller's transaction. Two who come at once
/// under one address are one customer.
///
/// An address that nobody vouches for is never added to somebody we know: it would let a
/// stranger's next words count as theirs.
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
    let identities = who.identities();
    for identity in &identities {
        if let Some(known) = sql::known_by(tx, unit, identity).await? {
            return settle(tx, now, unit, who, known, &identities).await;
        }
    }
    let new = sql::New {
        id: ctx.id(now),
        number: tx.next_number(Numbered::Customer).await?,
        unit,
        name: &who.shown(),
        language: &who.language,
        since: who.since.unwrap_or(now),
        now,
    };
    sql::insert(tx, &new).await?;
    let verified_at = who.verified.then_some(now);
    for identity in &identities {
        if !sql::add_identity(tx, unit, new.id, identity, verified_at, now).await? {
            // Somebody else made them in between, and is committed now.
            if let Some(known) = sql::known_by(tx, unit, identity).await? {
                sql::remove_made_twice(tx, new.id).await?;
                return Ok(known);
            }
        }
    }
    Ok(new.id)
}

async fn settle(
    tx: &mut Tx,
    now: Timestamp,
    unit: UnitId,
    who: &Who,
    known: CustomerId,
    identities: &[Identity],
) -> Result<CustomerId, StoreError> {
    let name = rules::one_line(&who.name);
    if !name.is_empty() {
        sql::name_if_unknown(tx, known, &name).await?;
    }
    if who.verified {
        for identity in identities.iter().skip(1) {
            sql::add_identity(tx, unit, known, identity, Some(now), now).await?;
        }
    }
    Ok(known)
}
