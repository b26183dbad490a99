//! Small pictures of the files of feedback, painted anew by us.

use crate::feedback::original::{file_of, nothing};
use crate::picture::{Easel, NotPainted, PIXELS_MOST, paint};
use axum::Extension;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use store::{Context, Doing, StoreError, on};
use web::{Path, Problem, SignedIn};

/// Pixels to a side.
const SIDE_MOST: u32 = 480;
/// Bytes up to which a picture in a mail is a spacer, an icon or a logo.
const TINY: i64 = 2 * 1_024;
/// Bytes up to which it may be a logo, if it comes again and again.
const LOGO_MOST: i64 = 128 * 1_024;
/// In how many mails of one domain the same small picture is a logo (8.9).
const REPEATS: i64 = 3;

/// Whether a file claims to be a picture that we show.
pub(crate) fn may_be_picture(media_type: &str, name: &str) -> bool {
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending).to_ascii_lowercase();
    let kind = media_type.split(';').next().unwrap_or("").trim();
    matches!(kind, "image/png" | "image/jpeg" | "image/jpg" | "image/gif" | "image/webp")
        || matches!(ending.as_str(), "png" | "jpg" | "jpeg" | "gif" | "webp")
}

/// Whether a picture is what programs put under every mail: tiny, or the same in several mails
/// of the sender's domain.
pub(crate) async fn is_logo(
    ctx: &Context,
    address: &str,
    sha256: &str,
    size: i64,
) -> Result<bool, StoreError> {
    const SQL: &str = "
        SELECT COUNT(*) FROM (
            SELECT 1 AS one FROM feedback_file ff JOIN feedback f ON f.id = ff.feedback_id
            WHERE ff.sha256 = $1 AND f.address LIKE $2 LIMIT 3) AS seen";
    if size <= TINY {
        return Ok(true);
    }
    let domain = address.rsplit_once('@').map_or("", |(_, domain)| domain);
    let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '.' || c == '-';
    if size > LOGO_MOST || domain.is_empty() || !domain.chars().all(is_plain) {
        return Ok(false);
    }
    let like = format!("%@{domain}");
    let seen: i64 = on!(Store &ctx.store, db => sqlx::query_scalar(SQL).bind(sha256).bind(&like)
        .fetch_one(db).await)
    .doing("looking for the same picture in other mails")?;
    Ok(seen >= REPEATS)
}

/// `GET /feedback/{id}/files/{place}/preview`
pub(crate) async fn preview(
    State(ctx): State<Context>,
    Extension(easel): Extension<Easel>,
    signed: SignedIn,
    Path((id, place)): Path<(String, i64)>,
) -> Result<Response, Problem> {
    let file = file_of(&ctx, &signed, &id, place).await?;
    let bytes = ctx.store.file_for_checked(&file.sha256).await?.ok_or_else(nothing)?;
    let painted = easel.work(move || paint(&bytes, SIDE_MOST, PIXELS_MOST)).await;
    Ok(match painted.and_then(|painted| painted) {
        Ok(painted) => shown(painted.media_type, painted.bytes),
        Err(why) => shown("image/svg+xml", NotPainted::stub(why).into_bytes()),
    })
}

/// A picture of ours: alone, without a right to load or run anything.
fn shown(media_type: &'static str, bytes: Vec<u8>) -> Response {
    let mut headers = HeaderMap::new();
    let fixed = [
        (header::CONTENT_TYPE, media_type),
        (header::CONTENT_SECURITY_POLICY, "sandbox; default-src 'none'"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CONTENT_DISPOSITION, "inline; filename=\"preview\""),
    ];
    for (name, value) in fixed {
        headers.insert(name, HeaderValue::from_static(value));
    }
    (headers, bytes).into_response()
}
