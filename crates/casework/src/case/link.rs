//! Case links: one unguessable address for one person and one case, without an account.
//!
//! The token is derived from the installation's key, the case and a counter, so that it can be
//! written into every later letter although only its hash is stored.

use crate::case::sql::link as sql;
use crate::merger::sql::survivor_of;
use domain::id::{CaseId, CustomerId};
use domain::permit::CustomerPermit;
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use sha2::Sha256;
use store::file::{hex, sha256_hex};
use store::{Context, StoreError, Tx};

/// Bytes of a token: 128 bits.
const TOKEN_BYTES: usize = 16;

fn token(ctx: &Context, case: CaseId, counter: u64) -> Result<String, StoreError> {
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(&ctx.secrets.link_key)
        .map_err(|error| StoreError::unreadable("making a case link", error))?;
    mac.update(b"case-link\0");
    mac.update(case.to_string().as_bytes());
    mac.update(&counter.to_be_bytes());
    Ok(hex(&mac.finalize().into_bytes()[..TOKEN_BYTES]))
}

/// The token of the case's link; makes the link when there is none that still opens.
///
/// # Errors
/// When the engine fails.
pub async fn of_case(
    tx: &mut Tx,
    ctx: &Context,
    case: CaseId,
    customer: CustomerId,
    now: Timestamp,
) -> Result<String, StoreError> {
    let (made, live) = sql::of_case(tx, case, now).await?;
    if live && made > 0 {
        return token(ctx, case, made - 1);
    }
    let token = token(ctx, case, made)?;
    sql::make(tx, &sha256_hex(token.as_bytes()), case, customer, now).await?;
    Ok(token)
}

pub(crate) async fn end(tx: &mut Tx, case: CaseId, at: Timestamp) -> Result<(), StoreError> {
    sql::set_end(tx, case, Some(at)).await
}

pub(crate) async fn revive(tx: &mut Tx, case: CaseId) -> Result<(), StoreError> {
    sql::set_end(tx, case, None).await
}

/// The hash by which a token is kept. Longer texts are cut, so that nobody makes us hash a novel.
pub(crate) fn hash(token: &str) -> String {
    let short: String = token.chars().take(64).collect();
    sha256_hex(short.as_bytes())
}

/// What a token opens, or `None`. Takes the same work for a right and a wrong token: one hash and
/// one look-up by it; nothing compares token with token.
///
/// # Errors
/// When the engine fails.
pub async fn opened_by(ctx: &Context, token: &str) -> Result<Option<CustomerPermit>, StoreError> {
    let case = sql::case_of(&ctx.store, &hash(token), ctx.now()).await?;
    let Some(case) = case else { return Ok(None) };
    // Only cases of one customer become one, so the link stays with whom it was given to.
    let case = survivor_of(&ctx.store, case).await?;
    Ok(Some(CustomerPermit::from_verified_link(case)))
}

/// Whether a token is one that we gave out and whose time is over. Only who holds its 128 bits can
/// ask so, and they learn nothing but that.
///
/// # Errors
/// When the engine fails.
pub async fn has_ended(ctx: &Context, token: &str) -> Result<bool, StoreError> {
    let now = ctx.now();
    let given = sql::given(&ctx.store, &hash(token)).await?;
    Ok(given.is_some_and(|given| given.has_ended(now)))
}
