//! The body of `POST /api/v1/feedback`, and what it says.

use crate::said::{Author, Said};
use domain::channel::{Channel, Kind};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Who said it.
#[derive(Clone, Debug, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ApiAuthor {
    /// Their name.
    pub name: String,
    /// E-mail address.
    pub email: String,
    /// Telephone number.
    pub phone: String,
    /// Name on the site it was said on.
    pub handle: String,
    /// Your own number for this customer.
    pub reference: String,
}

/// One thing that was said.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ApiFeedback {
    /// The words, as they were said; at most 256 kB.
    pub text: String,
    /// Subject line.
    #[serde(default)]
    pub subject: String,
    /// Who said it.
    #[serde(default)]
    pub author: ApiAuthor,
    /// The way it came: `api` when not said, `call`, `chat`, `letter`, `visit`, `survey`,
    /// `review`, `post` …
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub channel: Option<Channel>,
    /// The kind, when you know better than our reading.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub kind: Option<Kind>,
    /// The site or system it was said on: `google`, `app-store`, `helpline`.
    #[serde(default)]
    pub source: String,
    /// Where it can be read.
    #[serde(default)]
    pub url: String,
    /// Stars, 1 to 5.
    #[serde(default)]
    pub rating: Option<i64>,
    /// How many follow the writer.
    #[serde(default)]
    pub reach: Option<i64>,
    /// ISO 639-1 code of the language, when you know it.
    #[serde(default)]
    pub language: String,
    /// When it was said; when we got it, if not given.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub said_at: Option<Timestamp>,
    /// The unit it is for, by id; the first unit when not given.
    #[serde(default)]
    pub unit: Option<String>,
}

impl ApiFeedback {
    /// What is wrong with it, as (pointer, sentence); empty when nothing is.
    pub fn faults(&self) -> Vec<(&'static str, &'static str)> {
        let mut faults = Vec::new();
        if self.text.trim().is_empty() {
            faults.push(("/text", "Say what was said: `text` is empty."));
        }
        if self.text.len() > crate::said::TEXT_MOST {
            faults.push(("/text", "A text has at most 256 kB."));
        }
        if self.rating.is_some_and(|stars| !(1..=5).contains(&stars)) {
            faults.push(("/rating", "`rating` counts stars, 1 to 5."));
        }
        if self.reach.is_some_and(|reach| reach < 0) {
            faults.push(("/reach", "`reach` counts people, 0 or more."));
        }
        if !self.author.email.is_empty() && !is_address(&self.author.email) {
            faults
                .push(("/author/email", "Give an address like name@example.com, or leave it out."));
        }
        if !self.url.is_empty() && !is_web_address(&self.url) {
            faults.push(("/url", "Give an address that begins with https:// or http://."));
        }
        if self.unit.as_ref().is_some_and(|unit| unit.parse::<domain::id::UnitId>().is_err()) {
            faults.push(("/unit", "Give the id of a unit."));
        }
        faults
    }
}

/// Whether it looks like an e-mail address: something, one `@`, a domain, no space.
pub fn is_address(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else { return false };
    let plain = |c: char| !(c.is_whitespace() || c.is_control() || "<>()[],;:\\\"".contains(c));
    !local.is_empty()
        && text.len() <= 254
        && domain.len() >= 3
        && !domain.contains('@')
        && domain.split('.').all(|label| !label.is_empty())
        && text.chars().all(plain)
}

/// Whether it is an address of the web.
pub fn is_web_address(text: &str) -> bool {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    rest.is_some_and(|rest| !rest.is_empty())
        && text.len() <= 2_000
        && !text.chars().any(|c| c.is_whitespace() || c.is_control() || "<>\"".contains(c))
}

/// What a body says.
pub(crate) fn said(raw: &[u8]) -> Result<Said, String> {
    let body: ApiFeedback = serde_json::from_slice(raw).map_err(|error| error.to_string())?;
    let mut said = Said::on(body.channel.unwrap_or(Channel::Api));
    let handle = match (body.author.handle.trim(), body.source.trim()) {
        ("", _) => String::new(),
        (handle, "") => handle.to_owned(),
        (handle, source) => format!("{source}:{handle}"),
    };
    said.author = Author {
        name: body.author.name,
        email: body.author.email,
        phone: body.author.phone,
        handle,
        reference: body.author.reference,
        verified: false,
    };
    said.unit = body.unit.map(|unit| unit.parse().map_err(|_| "its unit is no id")).transpose()?;
    said.subject = body.subject;
    said.text = body.text;
    said.kind = body.kind;
    said.source = body.source;
    said.url = body.url;
    said.rating = body.rating;
    said.reach_known = body.reach;
    said.language = body.language;
    said.said_at = body.said_at;
    Ok(said)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_told_from_what_only_looks_like_them() {
        for good in ["a@b.no", "amara.o+x@help.example.com", "ö@exämple.org"] {
            assert!(is_address(good), "{good}");
        }
        for bad in ["", "a", "a@b", "a@@b.no", "a b@c.no", "a@b..no", "<a@b.no>", "a@b.no,c@d.no"] {
            assert!(!is_address(bad), "{bad}");
        }
        assert!(is_web_address("https://example.org/x?y=1"));
        assert!(!is_web_address("javascript:alert(1)"));
        assert!(!is_web_address("https://a b"));
    }

    #[test]
    fn a_review_is_public_and_a_handle_carries_its_site() {
        let raw = br#"{"text":"Cold","channel":"review","source":"google","author":{"handle":"ann"},"rating":1}"#;
        let said = said(raw).unwrap();
        assert!(said.is_public());
        assert_eq!((said.author.handle.as_str(), said.rating), ("google:ann", Some(1)));
    }

    #[test]
    fn what_is_wrong_is_named_with_its_place() {
        let body: ApiFeedback =
            serde_json::from_str(r#"{"text":" ","rating":9,"author":{"email":"x"}}"#).unwrap();
        let places: Vec<&str> = body.faults().iter().map(|(place, _)| *place).collect();
        assert_eq!(places, ["/text", "/rating", "/author/email"]);
    }
}
