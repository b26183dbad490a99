//! Who asks: a browser's session, or a program's token. Both are kept as hashes only.

use crate::frame::{Density, Place, StaffFrame, Theme};
use crate::keymap::KeyPreferences;
use crate::problem::Problem;
use axum::extract::FromRequestParts;
use axum::http::{HeaderMap, header, request::Parts};
use axum::response::{IntoResponse, Redirect, Response};
use domain::id::StaffId;
use domain::permit::{Act, Role, Scope, Staff};
use hmac::{Hmac, KeyInit, Mac};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use sha2::Sha256;
use sqlx::FromRow;
use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;
use store::file::{hex, sha256_hex};
use store::{Context, Doing, StoreError, on};

/// A session ends after so long without a request.
pub const IDLE: SignedDuration = SignedDuration::from_hours(1);
/// How old a session's last sight may be before it is noted again: spares a write a request.
const NOTED_EVERY: SignedDuration = SignedDuration::from_mins(1);

/// The name of the session cookie: `__Host-` needs HTTPS, which a loopback address has not.
pub fn cookie_name(base_url: &str) -> &'static str {
    if base_url.starts_with("https://") { "__Host-redress" } else { "redress" }
}

/// How a person likes their screens. Kept as JSON in `staff.preferences`; what is missing or not
/// understood is as shipped.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Preferences {
    /// `light`, `dark` or `system`.
    pub theme: String,
    /// `comfortable` or `compact`.
    pub density: String,
    /// Whether single keys act; `None` as shipped.
    pub single_keys: Option<bool>,
    /// Action name → key.
    pub remapped: BTreeMap<String, String>,
    /// IANA zone in which times are shown; empty for the organisation's.
    pub zone: String,
}

/// Somebody who is signed in with a browser.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// Who, and what they may.
    pub staff: Staff,
    /// Their address.
    pub email: String,
    /// Their own direct line or closing line for letters.
    pub signature: String,
    /// `on` shift, `wrapping-up` or `away`, as they said last.
    pub shift: String,
    /// How they like their screens.
    pub preferences: Preferences,
    /// The hash of their session's cookie.
    pub session: String,
    /// The token every form of theirs carries.
    pub csrf: String,
}

/// A program that acts for a member of staff.
#[derive(Clone, Debug)]
pub struct Bearer {
    /// Who, narrowed to what the token allows.
    pub staff: Staff,
    /// The hash of the token: scope of its idempotency keys.
    pub token: String,
}

/// What the staff member `s` is and where, each as words with spaces between, so that one look at
/// the store tells who asks and what they may.
macro_rules! belongs_to {
    () => {
        "COALESCE((SELECT string_agg(role, ' ') FROM staff_role WHERE staff_id = s.id), '')
            AS roles,
         COALESCE((SELECT string_agg(unit_id, ' ') FROM staff_unit WHERE staff_id = s.id), '')
            AS units,
         COALESCE((SELECT string_agg(team_id, ' ') FROM team_member WHERE staff_id = s.id), '')
            AS teams"
    };
}

#[derive(FromRow)]
struct Row {
    id: String,
    roles: String,
    units: String,
    teams: String,
    name: String,
    email: String,
    scope: String,
    signature: String,
    shift: String,
    preferences: String,
    seen_at_ms: i64,
    acts: String,
}

impl FromRequestParts<Context> for SignedIn {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, ctx: &Context) -> Result<Self, Response> {
        let Some(cookie) = cookie(&parts.headers, cookie_name(&ctx.base_url)) else {
            return Err(to_sign_in(parts));
        };
        match signed_in(ctx, &cookie).await {
            Ok(Some(signed)) => Ok(signed),
            Ok(None) => Err(to_sign_in(parts)),
            Err(error) => Err(Problem::ours(error).into_response()),
        }
    }
}

fn to_sign_in(parts: &Parts) -> Response {
    // Only a page may be returned to: a form that was posted is lost, and its page says so.
    let next = match parts.method {
        axum::http::Method::GET => parts.uri.path_and_query().map_or("/", |path| path.as_str()),
        _ => "/",
    };
    let next: String = url::form_urlencoded::byte_serialize(next.as_bytes()).collect();
    Redirect::to(&format!("/sign-in?next={next}")).into_response()
}

impl FromRequestParts<Context> for Bearer {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, ctx: &Context) -> Result<Self, Problem> {
        let header = parts.headers.get(header::AUTHORIZATION);
        let value = header.and_then(|value| value.to_str().ok()).unwrap_or("");
        let Some(token) = value.strip_prefix("Bearer ").filter(|token| token.len() <= 200) else {
            return Err(Problem::not_signed_in());
        };
        let bearer = bearer(ctx, token).await.map_err(Problem::ours)?;
        bearer.ok_or_else(Problem::not_signed_in)
    }
}

/// The value of a cookie.
pub fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, value)| *key == name && (1..=400).contains(&value.len()))
        .map(|(_, value)| value.to_owned())
}

/// The person whose session this cookie is; `None` when it is not one that holds now.
///
/// # Errors
/// When the store fails.
pub async fn signed_in(ctx: &Context, cookie: &str) -> Result<Option<SignedIn>, StoreError> {
    const SQL: &str = concat!(
        "SELECT s.id, s.name, s.email, s.scope, s.signature, s.shift, s.preferences,
            o.seen_at_ms,
            '' AS acts, ",
        belongs_to!(),
        " FROM session o JOIN staff s ON s.id = o.staff_id
        WHERE o.hash = $1 AND o.ends_at_ms > $2 AND o.seen_at_ms > $3 AND s.left_at_ms IS NULL"
    );
    let now = ctx.now();
    let hash = sha256_hex(cookie.as_bytes());
    let row: Option<Row> = on!(Store &ctx.store, db => sqlx::query_as(SQL).bind(&hash)
        .bind(now.as_millisecond()).bind((now - IDLE).as_millisecond()).fetch_optional(db).await)
    .doing("looking up a session")?;
    let Some(row) = row else { return Ok(None) };
    if row.seen_at_ms < (now - NOTED_EVERY).as_millisecond() {
        note_seen(ctx, &hash, now).await?;
    }
    let staff = staff_of(&row, None)?;
    Ok(Some(SignedIn {
        staff,
        email: row.email,
        signature: row.signature,
        shift: row.shift,
        preferences: serde_json::from_str(&row.preferences).unwrap_or_default(),
        csrf: csrf(ctx, &hash),
        session: hash,
    }))
}

async fn note_seen(ctx: &Context, hash: &str, now: Timestamp) -> Result<(), StoreError> {
    const SQL: &str = "UPDATE session SET seen_at_ms = $2 WHERE hash = $1";
    let mut tx = ctx.begin().await?;
    on!(Tx &mut tx, db => sqlx::query(SQL).bind(hash).bind(now.as_millisecond())
        .execute(db).await.map(|_| ()))
    .doing("noting that a session is in use")?;
    tx.commit().await
}

/// The program whose token this is; `None` when it is not one that holds now.
///
/// # Errors
/// When the store fails.
pub async fn bearer(ctx: &Context, token: &str) -> Result<Option<Bearer>, StoreError> {
    const SQL: &str = concat!(
        "SELECT s.id, s.name, s.email, s.scope, s.signature, s.shift, s.preferences,
            COALESCE(t.used_at_ms, 0) AS seen_at_ms, t.acts, ",
        belongs_to!(),
        " FROM api_token t JOIN staff s ON s.id = t.staff_id
        WHERE t.hash = $1 AND t.ended_at_ms IS NULL AND COALESCE(t.ends_at_ms, $3) > $2
          AND s.left_at_ms IS NULL"
    );
    let now = ctx.now();
    let hash = sha256_hex(token.as_bytes());
    let row: Option<Row> = on!(Store &ctx.store, db => sqlx::query_as(SQL).bind(&hash)
        .bind(now.as_millisecond()).bind(i64::MAX).fetch_optional(db).await)
    .doing("looking up a token")?;
    let Some(row) = row else { return Ok(None) };
    if row.seen_at_ms < (now - NOTED_EVERY).as_millisecond() {
        note_used(ctx, &hash, now).await?;
    }
    let acts: Vec<Act> = row.acts.split(' ').filter_map(Act::from_word).collect();
    let narrowed = if row.acts.is_empty() { None } else { Some(acts) };
    let staff = staff_of(&row, narrowed)?;
    Ok(Some(Bearer { staff, token: hash }))
}

/// A member of staff as they are now, for work that goes on without them; `None` once they left.
///
/// # Errors
/// When the store fails.
pub async fn somebody(ctx: &Context, id: StaffId) -> Result<Option<Staff>, StoreError> {
    const SQL: &str = concat!(
        "SELECT s.id, s.name, s.email, s.scope, s.signature, s.shift, s.preferences,
            s.made_at_ms AS seen_at_ms, '' AS acts, ",
        belongs_to!(),
        " FROM staff s WHERE s.id = $1 AND s.left_at_ms IS NULL"
    );
    let row: Option<Row> = on!(Store &ctx.store, db => sqlx::query_as(SQL).bind(id.to_string())
        .fetch_optional(db).await)
    .doing("looking up a colleague")?;
    row.map(|row| staff_of(&row, None)).transpose()
}

async fn note_used(ctx: &Context, hash: &str, now: Timestamp) -> Result<(), StoreError> {
    const SQL: &str = "UPDATE api_token SET used_at_ms = $2 WHERE hash = $1";
    let mut tx = ctx.begin().await?;
    on!(Tx &mut tx, db => sqlx::query(SQL).bind(hash).bind(now.as_millisecond())
        .execute(db).await.map(|_| ()))
    .doing("noting that a token is in use")?;
    tx.commit().await
}

fn staff_of(row: &Row, narrowed_to: Option<Vec<Act>>) -> Result<Staff, StoreError> {
    let wrong = |what: &str| StoreError::unreadable("looking up what somebody may do", what);
    Ok(Staff {
        id: row.id.parse().map_err(|_| wrong("staff id"))?,
        name: row.name.clone(),
        roles: sorted(&row.roles).filter_map(Role::from_word).collect(),
        scope: Scope::from_word(&row.scope).ok_or_else(|| wrong("scope"))?,
        units: read_all(&row.units).ok_or_else(|| wrong("unit id"))?,
        teams: read_all(&row.teams).ok_or_else(|| wrong("team id"))?,
        narrowed_to,
    })
}

fn sorted(words: &str) -> impl Iterator<Item = &str> {
    words.split_whitespace().collect::<BTreeSet<_>>().into_iter()
}

fn read_all<T: FromStr>(words: &str) -> Option<Vec<T>> {
    sorted(words).map(|word| word.parse().ok()).collect()
}

/// The token that forms of the session `hash` carry.
pub fn csrf(ctx: &Context, hash: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(&ctx.secrets.form_key)
        .expect("HMAC takes a key of any length");
    mac.update(b"csrf/");
    mac.update(hash.as_bytes());
    hex(&mac.finalize().into_bytes()[..16])
}

/// The frame of a staff page for `signed`.
pub fn staff_frame(signed: &SignedIn, title: impl Into<String>, place: Place) -> StaffFrame {
    let mut frame = StaffFrame::new(title, place);
    let preferences = &signed.preferences;
    frame.csrf.clone_from(&signed.csrf);
    frame.staff_name.clone_from(&signed.staff.name);
    frame.set_shift(&signed.shift);
    frame.theme = match preferences.theme.as_str() {
        "light" => Theme::Light,
        "dark" => Theme::Dark,
        _ => Theme::System,
    };
    frame.density = match preferences.density.as_str() {
        "compact" => Density::Compact,
        _ => Density::Comfortable,
    };
    frame.keys = KeyPreferences {
        single_keys: preferences.single_keys.unwrap_or(true),
        remapped: preferences.remapped.clone(),
    };
    let allowed = [
        (Place::Today, Act::ReadCase),
        (Place::Queue, Act::ReadCase),
        (Place::Promises, Act::ReadCase),
        (Place::Feedback, Act::ReadFeedback),
        (Place::Customers, Act::ReadCustomer),
        (Place::Insight, Act::Learn),
    ];
    let places = allowed.iter().filter(|(_, act)| signed.staff.has(*act));
    frame.may_open = signed.staff.has(Act::OpenCase);
    frame.places = places.map(|(place, _)| *place).chain([Place::Settings]).collect();
    frame
}
