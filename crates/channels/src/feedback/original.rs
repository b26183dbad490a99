//! One piece of feedback as it came: its raw form, its files, and the HTML of a mail, each behind
//! its own walls, because strangers wrote all of it.

use crate::feedback::cards::{Brought, brought};
use crate::feedback::elsewhere::fetch;
use crate::feedback::preview::{is_logo, may_be_picture};
use crate::feedback::show::{document, pictures_elsewhere};
use crate::picture::Easel;
use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use domain::channel::Channel;
use domain::id::{ArrivalId, CaseNumber, FeedbackId};
use domain::permit::Act;
use jiff::tz::TimeZone;
use serde::Deserialize;
use sqlx::FromRow;
use store::scope::Reach;
use store::{Context, Doing, StoreError, on};
use web::frame::{Place, StaffFrame};
use web::time_words::Moment;
use web::{Path, Problem, Query, SignedIn};

/// Bytes of a mail that is taken apart for showing it.
const SHOWN_MOST: i64 = 36 * 1024 * 1024;

#[derive(FromRow)]
struct Row {
    arrival_id: String,
    number: i64,
    channel: String,
    author: String,
    address: String,
    subject: String,
    text: String,
    explanation: String,
    received_at_ms: i64,
    error: String,
    size: i64,
    case_number: Option<i64>,
    customer_number: Option<i64>,
}

#[derive(FromRow)]
pub(crate) struct FileRow {
    place: i64,
    pub sha256: String,
    name: String,
    media_type: String,
    size: i64,
}

struct FileView {
    href: String,
    name: String,
    says: String,
    is_picture: bool,
}

/// Words that the mail keeps from its reader, for the note above it.
struct HiddenView {
    how: &'static str,
    words: String,
}

/// What came with a mail, for the page.
struct BroughtView {
    says: String,
    /// Addresses that the reader may take over: what they are, and where that is done.
    offers: Vec<(String, String)>,
}

/// What came with a mail, with the addresses that are not the writer's own.
fn brought_shown(
    parsed: &::mail::Parsed,
    zone: &TimeZone,
    row: &Row,
    may: bool,
) -> Vec<BroughtView> {
    let customer = row.customer_number.filter(|_| may);
    let offer = |address: String| {
        let place = format!("/customers/{}?address={}", customer?, percent(&address));
        (address != row.address).then_some((address, place))
    };
    let view = |one: Brought| BroughtView {
        says: one.says,
        offers: one.addresses.into_iter().filter_map(offer).collect(),
    };
    brought(parsed, zone).into_iter().map(view).collect()
}

fn percent(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}

/// Files beyond which logos are not looked for.
const LOGOS_AMONG_MOST: usize = 20;

#[derive(Template)]
#[template(path = "feedback/original.html")]
struct OriginalPage {
    frame: StaffFrame,
    id: String,
    name: String,
    who: String,
    address: String,
    when: Moment,
    subject: String,
    text: String,
    explanation: String,
    error: String,
    case: String,
    raw_says: String,
    files: Vec<FileView>,
    /// Pictures that programs put under every mail, folded.
    logos: Vec<FileView>,
    hidden: Vec<HiddenView>,
    /// Invitations and visiting cards, a line each.
    brought: Vec<BroughtView>,
    is_mail: bool,
    /// Why the HTML is not shown; empty when it is.
    no_html: String,
    elsewhere: usize,
    pictures: bool,
}

/// Whether pictures of other servers are wanted.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Wanted {
    pictures: String,
}

pub(crate) fn nothing() -> Problem {
    Problem::missing("nothing_here", "There is nothing at this address.")
}

/// What this person may see of it: with a case, whoever sees the case; without one, its unit.
async fn row(ctx: &Context, signed: &SignedIn, id: &str) -> Result<Row, Problem> {
    const SQL: &str = concat!(
        "SELECT f.arrival_id, f.number, f.channel, f.author, f.address, f.subject, f.text,
            f.explanation, f.received_at_ms, a.error, a.size, c.number AS case_number,
            (SELECT u.number FROM customer u WHERE u.id = f.customer_id) AS customer_number
        FROM feedback f JOIN arrival a ON a.id = f.arrival_id
        LEFT JOIN \"case\" c ON c.id = f.case_id
        WHERE f.id = $3 AND ((c.id IS NOT NULL AND ",
        store::visible!(),
        ") OR (c.id IS NULL AND ($1 = 'all' OR f.unit_id IN
            (SELECT unit_id FROM staff_unit WHERE staff_id = $2))))"
    );
    let id: FeedbackId = id.parse().map_err(|_| nothing())?;
    let (reach, id) = (Reach::from(&signed.staff), id.to_string());
    let found: Option<Row> = on!(Store &ctx.store, db => sqlx::query_as(SQL).bind(&reach.scope)
        .bind(&reach.staff).bind(&id).fetch_optional(db).await)
    .doing("reading feedback as it came")?;
    found.ok_or_else(nothing)
}

async fn files_of(ctx: &Context, id: &str) -> Result<Vec<FileRow>, StoreError> {
    const SQL: &str = "
        SELECT place, sha256, name, media_type, size FROM feedback_file
        WHERE feedback_id = $1 ORDER BY place LIMIT 1000";
    on!(Store &ctx.store, db => sqlx::query_as(SQL).bind(id).fetch_all(db).await)
        .doing("listing the files of feedback")
}

/// One file of feedback, for whoever may see the feedback.
pub(crate) async fn file_of(
    ctx: &Context,
    signed: &SignedIn,
    id: &str,
    place: i64,
) -> Result<FileRow, Problem> {
    row(ctx, signed, id).await?;
    let file = files_of(ctx, id).await?.into_iter().find(|file| file.place == place);
    file.ok_or_else(nothing)
}

async fn raw_of(ctx: &Context, row: &Row) -> Result<Vec<u8>, Problem> {
    let id: ArrivalId = row.arrival_id.parse().map_err(|_| nothing())?;
    intake::raw(ctx, id).await?.ok_or_else(nothing)
}

/// Takes a mail apart in a thread of its own: a large one takes its time.
async fn parsed(ctx: &Context, row: &Row) -> Result<Option<::mail::Parsed>, Problem> {
    if row.channel != Channel::Mail.as_str() || row.size > SHOWN_MOST || !row.error.is_empty() {
        return Ok(None);
    }
    let raw = raw_of(ctx, row).await?;
    // A reader that breaks on it leaves the raw form to look at.
    Ok(tokio::task::spawn_blocking(move || ::mail::parse(&raw)).await.ok())
}

/// `GET /feedback/{id}`
pub(crate) async fn show(
    State(ctx): State<Context>,
    signed: SignedIn,
    Path(id): Path<String>,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Problem> {
    let row = row(&ctx, &signed, &id).await?;
    let pictures = wanted.pictures == "yes";
    let parsed = parsed(&ctx, &row).await?;
    let (no_html, elsewhere) = match parsed.as_ref().map(pictures_elsewhere) {
        Some(Ok(elsewhere)) => (String::new(), elsewhere.len()),
        Some(Err(why)) => (why.to_string(), 0),
        None => ("only its raw form is kept".to_owned(), 0),
    };
    let (files, logos) = files_shown(&ctx, &id, &row).await?;
    let (now, zone) = (ctx.now(), crate::form::receipt::zone(&ctx).await?);
    let may_add = signed.staff.has(Act::HandleCase);
    let brought = parsed.as_ref().map(|mail| brought_shown(mail, &zone, &row, may_add));
    let brought = brought.unwrap_or_default();
    let hidden = parsed.map(|parsed| parsed.hidden).unwrap_or_default();
    let at = jiff::Timestamp::from_millisecond(row.received_at_ms).unwrap_or(now);
    let name = format!("F-{}", row.number);
    let page = OriginalPage {
        frame: web::staff_frame(&signed, format!("{name} as it came"), Place::Feedback),
        name,
        who: row.author,
        address: row.address,
        when: web::time_words::moment(at, now, &zone),
        subject: row.subject,
        text: row.text,
        explanation: row.explanation,
        error: row.error,
        case: row.case_number.map(|n| CaseNumber(n).to_string()).unwrap_or_default(),
        raw_says: bytes_in_words(row.size),
        files,
        logos,
        brought,
        hidden: hidden
            .into_iter()
            .map(|hidden| HiddenView { how: hidden.how.says(), words: hidden.words })
            .collect(),
        is_mail: row.channel == Channel::Mail.as_str(),
        no_html,
        elsewhere,
        pictures,
        id,
    };
    // The one page of ours that frames another: the HTML of the mail, which is ours made harmless.
    let policy = format!("{}; frame-src 'self'", web::guard::CONTENT_POLICY);
    let policy =
        HeaderValue::try_from(policy).map_err(|error| Problem::ours(anyhow::Error::from(error)))?;
    Ok(([(header::CONTENT_SECURITY_POLICY, policy)], web::page(&page)?).into_response())
}

/// The files, and apart from them the small pictures that come with every mail of the sender.
async fn files_shown(
    ctx: &Context,
    id: &str,
    row: &Row,
) -> Result<(Vec<FileView>, Vec<FileView>), StoreError> {
    let (mut files, mut logos) = (Vec::new(), Vec::new());
    for (n, file) in files_of(ctx, id).await?.into_iter().enumerate() {
        let is_picture = may_be_picture(&file.media_type, &file.name);
        let is_mail = row.channel == Channel::Mail.as_str();
        let is_logo = is_mail
            && is_picture
            && n < LOGOS_AMONG_MOST
            && is_logo(ctx, &row.address, &file.sha256, file.size).await?;
        let view = FileView {
            href: format!("/feedback/{id}/files/{}", file.place),
            says: format!("{}, {}", file.media_type, bytes_in_words(file.size)),
            name: file.name,
            is_picture,
        };
        if is_logo { &mut logos } else { &mut files }.push(view);
    }
    Ok((files, logos))
}

fn bytes_in_words(size: i64) -> String {
    match size {
        ..1_024 => format!("{size} bytes"),
        1_024..1_048_576 => format!("{} kB", size / 1_024),
        _ => format!("{} MB", size / 1_048_576),
    }
}

/// `GET /feedback/{id}/html`
pub(crate) async fn html(
    State(ctx): State<Context>,
    Extension(easel): Extension<Easel>,
    signed: SignedIn,
    Path(id): Path<String>,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Problem> {
    let row = row(&ctx, &signed, &id).await?;
    let parsed = parsed(&ctx, &row).await?.ok_or_else(nothing)?;
    let fetched = match pictures_elsewhere(&parsed) {
        Ok(addresses) if wanted.pictures == "yes" => Some(fetch(&ctx, addresses).await),
        _ => None,
    };
    let shown = easel.work(move || document(&parsed, fetched)).await;
    let shown = shown.map_err(|busy| {
        Problem::conflict("pictures_wait", format!("{busy}. Others are being painted."))
    })?;
    let shown = shown.map_err(|_| nothing())?;
    let policy = "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; \
                  img-src data:; style-src 'unsafe-inline'; frame-ancestors 'self'; \
                  base-uri 'none'; form-action 'none'";
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("SAMEORIGIN"));
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    Ok((headers, shown.document).into_response())
}

/// `GET /feedback/{id}/as-it-came`
pub(crate) async fn raw(
    State(ctx): State<Context>,
    signed: SignedIn,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let row = row(&ctx, &signed, &id).await?;
    let raw = raw_of(&ctx, &row).await?;
    let ending = if row.channel == Channel::Mail.as_str() { "eml" } else { "txt" };
    Ok(download(raw, &format!("F-{}.{ending}", row.number)))
}

/// `GET /feedback/{id}/files/{place}`
pub(crate) async fn file(
    State(ctx): State<Context>,
    signed: SignedIn,
    Path((id, place)): Path<(String, i64)>,
) -> Result<Response, Problem> {
    let file = file_of(&ctx, &signed, &id, place).await?;
    let bytes = ctx.store.file_for_checked(&file.sha256).await?.ok_or_else(nothing)?;
    Ok(download(bytes, &file.name))
}

/// Bytes of a stranger: saved and never shown, whatever they claim to be.
fn download(bytes: Vec<u8>, name: &str) -> Response {
    let plain: String = name
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || " ._-()".contains(c) { c } else { '_' })
        .collect();
    let coded: String = name
        .bytes()
        .map(|b| match b {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'_' | b'-' => {
                char::from(b).to_string()
            }
            other => format!("%{other:02X}"),
        })
        .collect();
    let place = format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{coded}");
    let mut headers = HeaderMap::new();
    let fixed = [
        (header::CONTENT_TYPE, "application/octet-stream"),
        (header::CONTENT_SECURITY_POLICY, "sandbox; default-src 'none'"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    for (name, value) in fixed {
        headers.insert(name, HeaderValue::from_static(value));
    }
    let place = HeaderValue::try_from(place);
    let place = place.unwrap_or_else(|_| HeaderValue::from_static("attachment"));
    headers.insert(header::CONTENT_DISPOSITION, place);
    (headers, bytes).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_saved_and_never_shown_whatever_its_name() {
        for name in ["a.html", "r\u{e9}sum\u{e9} \"x\"\r\nSet-Cookie: a=b.svg", ""] {
            let response = download(b"<script>".to_vec(), name);
            let headers = response.headers();
            let place = headers[header::CONTENT_DISPOSITION].to_str().expect("ASCII");
            assert!(place.starts_with("attachment; filename=\""), "{place}");
            assert_eq!(place.matches('"').count(), 2, "{place}");
            assert_eq!(headers[header::CONTENT_TYPE], "application/octet-stream");
            assert!(
                headers[header::CONTENT_SECURITY_POLICY]
                    .to_str()
                    .expect("ASCII")
                    .contains("sandbox")
            );
        }
    }
}
