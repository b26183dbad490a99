//! The keys that sign our reply addresses, Message-IDs and body marks: which one signs, which
//! former ones still prove, and how one is taken out of use (8.3 of the mail rules). The first is
//! the installation's own; those that follow lie beside it in the store, so that every node knows
//! a new one as soon as it signs.

use ::mail::{Key, Keys};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use store::{Context, StoreError, Tx, file};

/// Where the keys lie; nothing until one was rotated.
const SETTING: &str = "key/mail/signing";
/// The id of the installation's own key.
const FIRST: char = 'a';
/// Bytes of chance in a key.
const SECRET_BYTES: usize = 32;

/// A key as it is kept.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Kept {
    id: char,
    /// In hexadecimal digits; `None` is the installation's own.
    secret: Option<String>,
    from: Option<Timestamp>,
    until: Option<Timestamp>,
}

/// A signing key as people see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SigningKey {
    /// One letter or digit; it stands in every token.
    pub id: char,
    /// Since when it signs; `None` is since the house was opened.
    pub from: Option<Timestamp>,
    /// Until when it proves; `None` is without end.
    pub until: Option<Timestamp>,
}

/// What becomes of the key that signed until now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Former {
    /// Answers to its letters find their case for so long.
    Proves(SignedDuration),
    /// Nothing it signed is believed any more; other former keys are not either. For keys that
    /// somebody else may have.
    Distrusted,
}

/// What a rotation led to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rotated {
    /// The keys before and after, the one that signs first.
    To {
        /// Before.
        before: Vec<SigningKey>,
        /// After.
        after: Vec<SigningKey>,
    },
    /// Every id is taken by a key that still proves.
    NoIdLeft,
}

/// The keys of letters, the one that signs now and all former ones. Ask [`Keys::valid_at`] for
/// those that prove.
///
/// # Errors
/// When the store fails.
pub async fn keys(ctx: &Context) -> Result<Keys, StoreError> {
    put_together(ctx, kept(ctx.store.setting(SETTING).await?)?)
}

/// The same, as a transaction sees them.
pub(crate) async fn keys_in(tx: &mut Tx, ctx: &Context) -> Result<Keys, StoreError> {
    put_together(ctx, kept(tx.setting(SETTING).await?)?)
}

/// Which keys there are, the one that signs first.
///
/// # Errors
/// When the store fails.
pub async fn signing_keys(ctx: &Context) -> Result<Vec<SigningKey>, StoreError> {
    Ok(shown(&kept(ctx.store.setting(SETTING).await?)?))
}

/// Signs with a new key from `now` on. Letters that were written before keep their names.
///
/// # Errors
/// When the store fails.
pub async fn rotate_keys(
    tx: &mut Tx,
    ctx: &Context,
    former: Former,
    now: Timestamp,
) -> Result<Rotated, StoreError> {
    let mut all = kept(tx.setting(SETTING).await?)?;
    let before = shown(&all);
    match former {
        Former::Proves(lasts) => all[0].until = Some(now.saturating_add(lasts).unwrap_or(now)),
        Former::Distrusted => {
            let end = |key: &Kept| Some(key.until.map_or(now, |until| until.min(now)));
            all.iter_mut().for_each(|key| key.until = end(key));
        }
    }
    let mut ids = ('a'..='z').chain('0'..='9');
    let id = match ids.find(|id| all.iter().all(|key| key.id != *id)) {
        Some(free) => free,
        // That of the key which ended first: what it signed has long proven nothing.
        None => match all.iter().filter(|key| ended(key, now)).min_by_key(|key| key.until) {
            Some(oldest) => oldest.id,
            None => return Ok(Rotated::NoIdLeft),
        },
    };
    all.retain(|key| key.id != id);
    let secret = Some(file::hex(&ctx.chance::<SECRET_BYTES>()));
    all.insert(0, Kept { id, secret, from: Some(now), until: None });
    let text = serde_json::to_string(&all)
        .map_err(|error| StoreError::unreadable("writing the keys of letters", error))?;
    tx.set_setting(SETTING, &text, now).await?;
    Ok(Rotated::To { before, after: shown(&all) })
}

fn ended(key: &Kept, now: Timestamp) -> bool {
    key.until.is_some_and(|until| until < now)
}

/// The keys, the one that signs first.
fn kept(text: Option<String>) -> Result<Vec<Kept>, StoreError> {
    let Some(text) = text else {
        return Ok(vec![Kept { id: FIRST, secret: None, from: None, until: None }]);
    };
    let read: Vec<Kept> = serde_json::from_str(&text)
        .map_err(|error| StoreError::unreadable("reading the keys of letters", error))?;
    if read.is_empty() {
        return Err(StoreError::unreadable("reading the keys of letters", "there are none"));
    }
    Ok(read)
}

fn put_together(ctx: &Context, all: Vec<Kept>) -> Result<Keys, StoreError> {
    let unusable = |error| StoreError::unreadable("reading the keys of letters", error);
    let mut keys = Vec::with_capacity(all.len());
    for Kept { id, secret, from, until } in all {
        let secret = secret.map_or_else(|| ctx.secrets.mail_key.to_vec(), String::into_bytes);
        let mut key = Key::new(id, secret).map_err(unusable)?;
        key = from.into_iter().fold(key, Key::from);
        keys.push(until.into_iter().fold(key, Key::until));
    }
    let current = keys.remove(0);
    Ok(Keys::new(current, keys))
}

fn shown(all: &[Kept]) -> Vec<SigningKey> {
    let shown = |key: &Kept| SigningKey { id: key.id, from: key.from, until: key.until };
    all.iter().map(shown).collect()
}
