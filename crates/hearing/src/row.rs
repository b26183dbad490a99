//! What a row of a file says, by the mapping of its file.

pub mod dates;
mod format;
mod mapping;
mod sql;

pub use format::Format;
pub use mapping::{DateOrder, Field, Mapping, UnknownField};

pub(crate) use sql::mappings;

use crate::api_body::{is_address, is_web_address};
use crate::said::{Author, Said};
use domain::channel::{Channel, Kind};
use jiff::Timestamp;
use serde_json::{Map, Value};

/// A row's cells by the names of their columns.
pub struct Cells<'a> {
    map: Map<String, Value>,
    mapping: &'a Mapping,
}

/// A cell that cannot be taken: its column and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadCell {
    /// The column; empty where the row has none for it.
    pub column: String,
    /// What is wrong with it, in words.
    pub why: String,
}

impl<'a> Cells<'a> {
    /// Takes a kept row apart.
    ///
    /// # Errors
    /// When it is no JSON object.
    pub fn read(raw: &[u8], mapping: &'a Mapping) -> Result<Cells<'a>, String> {
        let map = serde_json::from_slice(raw).map_err(|error| error.to_string())?;
        Ok(Cells { map, mapping })
    }

    /// The text of a field, trimmed; empty when the row has none.
    fn text(&self, field: Field) -> String {
        let Some(column) = self.mapping.column(field) else { return String::new() };
        let value = self.map.get(column).or_else(|| inner(&self.map, column));
        value.map(plain).unwrap_or_default()
    }

    fn bad(&self, field: Field, why: &str) -> BadCell {
        let column = self.mapping.column(field).unwrap_or_default().to_owned();
        BadCell { column, why: why.to_owned() }
    }
}

/// `author.name` inside nested objects.
fn inner<'a>(map: &'a Map<String, Value>, path: &str) -> Option<&'a Value> {
    let (first, rest) = path.split_once('.')?;
    let map = map.get(first)?.as_object()?;
    map.get(rest).or_else(|| inner(map, rest))
}

/// A value as one text; lists by lines.
pub fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.trim().to_owned(),
        Value::Bool(_) | Value::Number(_) => value.to_string(),
        Value::Array(values) => values.iter().map(plain).collect::<Vec<_>>().join("\n"),
        Value::Object(_) => value.to_string(),
    }
}

/// What a kept row says.
pub(crate) fn said(raw: &[u8], mapping: &Mapping) -> Result<Said, String> {
    let cells = Cells::read(raw, mapping)?;
    read(&cells).map_err(|bad| match bad.column.as_str() {
        "" => bad.why,
        column => format!("column {column}: {}", bad.why),
    })
}

/// The source's own id of a row, or empty.
pub fn own_id(cells: &Cells<'_>) -> String {
    cells.text(Field::Id)
}

/// Reads a row.
///
/// # Errors
/// The cell that cannot be taken.
pub fn read(cells: &Cells<'_>) -> Result<Said, BadCell> {
    let source = cells.text(Field::Source);
    let channel = channel(cells, &source);
    let mut said = Said::on(channel);
    said.subject = cells.text(Field::Subject);
    said.text = cells.text(Field::Text);
    said.rating = rating(cells)?;
    if said.text.is_empty() {
        said.text = match (said.subject.as_str(), said.rating) {
            ("", None) => return Err(cells.bad(Field::Text, "there are no words in this row")),
            ("", Some(stars)) => format!("({stars} of 5 stars, no words.)"),
            (subject, _) => subject.to_owned(),
        };
    }
    said.said_at = moment(cells, Field::SaidAt)?;
    said.closed_at = closed_at(cells, said.said_at)?;
    said.source = if source.is_empty() { cells.mapping.source.clone() } else { source };
    said.kind = kind(&cells.text(Field::Kind));
    said.language = cells.text(Field::Language);
    said.url = Some(cells.text(Field::Url)).filter(|url| is_web_address(url)).unwrap_or_default();
    said.reach_known = cells.text(Field::Reach).replace([',', ' '], "").parse().ok();
    said.reach_known = said.reach_known.filter(|reach| *reach >= 0);
    said.author = author(cells, &said.source);
    Ok(said)
}

fn author(cells: &Cells<'_>, source: &str) -> Author {
    let mut author = Author {
        name: cells.text(Field::Name),
        email: cells.text(Field::Email),
        phone: cells.text(Field::Phone),
        handle: cells.text(Field::Handle).trim_start_matches('@').to_owned(),
        reference: cells.text(Field::Reference),
        verified: false,
    };
    // "Ann Berg <ann@example.org>" in either column.
    for part in [author.name.clone(), author.email.clone()] {
        if let Some((name, rest)) = part.split_once('<')
            && let Some(address) = rest.strip_suffix('>')
            && is_address(address.trim())
        {
            author.email = address.trim().to_owned();
            author.name = name.trim().trim_matches('"').to_owned();
        }
    }
    if author.email.is_empty() && is_address(&author.name) {
        author.email = std::mem::take(&mut author.name);
    }
    if !is_address(&author.email) {
        author.email.clear();
    }
    if !author.handle.is_empty() && !source.is_empty() {
        author.handle = format!("{source}:{}", author.handle);
    }
    author
}

fn moment(cells: &Cells<'_>, field: Field) -> Result<Option<Timestamp>, BadCell> {
    let text = cells.text(field);
    if text.is_empty() {
        return Ok(None);
    }
    let at = dates::moment(&text, cells.mapping.date_order);
    at.map(Some).ok_or_else(|| cells.bad(field, &format!("`{text:.40}` cannot be read as a date")))
}

fn closed_at(cells: &Cells<'_>, said_at: Option<Timestamp>) -> Result<Option<Timestamp>, BadCell> {
    // A column called "closed" may hold moments or yes and no.
    let text = cells.text(Field::ClosedAt);
    let fallback = || said_at.or(Some(Timestamp::UNIX_EPOCH));
    match is_yes(&text) {
        Some(true) => return Ok(fallback()),
        Some(false) => {}
        None => {
            if let Some(at) = moment(cells, Field::ClosedAt)? {
                return Ok(Some(at));
            }
        }
    }
    Ok(if is_over(&cells.text(Field::Status)) { fallback() } else { None })
}

fn is_yes(text: &str) -> Option<bool> {
    match text.to_lowercase().as_str() {
        "true" | "yes" | "y" | "1" | "x" => Some(true),
        "" | "false" | "no" | "n" | "0" => Some(false),
        _ => None,
    }
}

/// Whether a status says that it is over.
fn is_over(status: &str) -> bool {
    const OVER: [&str; 17] = [
        "closed",
        "resolved",
        "solved",
        "done",
        "completed",
        "complete",
        "finished",
        "archived",
        "geschlossen",
        "gelost",
        "erledigt",
        "ferme",
        "resolu",
        "cerrado",
        "resuelto",
        "chiuso",
        "fechado",
    ];
    let folded = store::search::fold(status);
    OVER.contains(&folded.split(' ').find(|word| !word.is_empty()).unwrap_or(""))
}

fn rating(cells: &Cells<'_>) -> Result<Option<i64>, BadCell> {
    let text = cells.text(Field::Rating);
    if text.is_empty() {
        return Ok(None);
    }
    let stars = stars(&text, cells.mapping.rating_most);
    stars.map(Some).ok_or_else(|| cells.bad(Field::Rating, &format!("`{text:.40}` is no rating")))
}

/// The number in `4`, `4.5`, `4,5`, `4/5`, `4 stars`.
pub fn rating_value(text: &str) -> Option<f64> {
    let number: String = text
        .trim()
        .chars()
        .take_while(|c| c.is_ascii_digit() || matches!(c, '.' | ','))
        .map(|c| if c == ',' { '.' } else { c })
        .collect();
    let rest = text.trim()[number.len()..].trim();
    let known = rest.is_empty() || rest.starts_with('/') || rest.to_lowercase().starts_with("star");
    number.parse().ok().filter(|value: &f64| known && (0.0..=1_000.0).contains(value))
}

#[expect(clippy::cast_possible_truncation, reason = "clamped to 1 to 5 before")]
fn stars(text: &str, most: u32) -> Option<i64> {
    let value = rating_value(text)?;
    Some((value / f64::from(most) * 5.0).round().clamp(1.0, 5.0) as i64)
}

/// The kind a file gives a row, by the words of common systems.
pub fn kind(word: &str) -> Option<Kind> {
    match store::search::fold(word).trim() {
        "complaint" | "problem" | "incident" | "grievance" | "beschwerde" | "reklamation"
        | "reclamation" | "plainte" | "queja" | "reclamo" | "klacht" | "klage" => {
            Some(Kind::Complaint)
        }
        "question" | "inquiry" | "enquiry" | "frage" | "pregunta" | "domanda" | "vraag" => {
            Some(Kind::Question)
        }
        "praise" | "compliment" | "thanks" | "lob" | "dank" => Some(Kind::Praise),
        "idea" | "suggestion" | "feature" | "feature request" | "wish" | "vorschlag" | "idee" => {
            Some(Kind::Idea)
        }
        "cancellation" | "cancel" | "churn" | "kundigung" => Some(Kind::Cancellation),
        "other" => Some(Kind::Other),
        _ => None,
    }
}

fn channel(cells: &Cells<'_>, source: &str) -> Channel {
    let word = cells.text(Field::Channel).to_lowercase();
    let named = match word.as_str() {
        "email" | "e-mail" | "mail" => Some(Channel::Mail),
        "web" | "form" | "webform" | "web form" => Some(Channel::Form),
        "phone" | "call" | "voice" | "telefon" => Some(Channel::Call),
        "letter" | "postal mail" | "fax" | "brief" => Some(Channel::Letter),
        "chat" | "messaging" => Some(Channel::Chat),
        "review" | "reviews" => Some(Channel::Review),
        "social" | "post" | "tweet" | "twitter" | "facebook" | "instagram" => Some(Channel::Post),
        "survey" => Some(Channel::Survey),
        "visit" | "in person" | "branch" => Some(Channel::Visit),
        _ => None,
    };
    named.or_else(|| public_site(source)).unwrap_or(cells.mapping.channel)
}

/// The channel of a site that everybody can read; `None` for any other source.
fn public_site(source: &str) -> Option<Channel> {
    let folded: String =
        store::search::fold(source).chars().filter(|c| !c.is_whitespace()).collect();
    const REVIEWS: [&str; 14] = [
        "google",
        "googlereviews",
        "googleplay",
        "playstore",
        "appstore",
        "trustpilot",
        "yelp",
        "tripadvisor",
        "glassdoor",
        "indeed",
        "amazon",
        "kununu",
        "capterra",
        "g2",
    ];
    const POSTS: [&str; 11] = [
        "twitter",
        "x",
        "facebook",
        "instagram",
        "reddit",
        "linkedin",
        "tiktok",
        "mastodon",
        "bluesky",
        "youtube",
        "threads",
    ];
    if REVIEWS.contains(&folded.as_str()) {
        Some(Channel::Review)
    } else if POSTS.contains(&folded.as_str()) {
        Some(Channel::Post)
    } else {
        None
    }
}
