//! What people send: forms, and the parts of addresses. Each is read into one type with its
//! bounds; what cannot be read is a problem with a sentence, never a fault of ours.

use crate::problem::Problem;
use crate::session::{SignedIn, cookie, cookie_name, csrf, signed_in};
use crate::visitor::{is_customers, is_language};
use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use serde::de::DeserializeOwned;
use store::file::sha256_hex;
use store::{Context, Press};
use subtle::ConstantTimeEq;

/// Bytes of a form without files.
pub const FORM_MOST: usize = 1_048_576;
/// Fields of a form.
pub const FIELDS_MOST: usize = 1_000;

/// A form of somebody who is signed in. Its `csrf` field was checked; its `press` field is the
/// press, so that a double press changes nothing twice.
#[derive(Debug)]
pub struct Form<T> {
    /// Who sent it.
    pub by: SignedIn,
    /// What was sent.
    pub value: T,
    /// The press.
    pub press: Press,
}

/// A form of anybody: the address it is posted to carries whatever right it needs.
#[derive(Debug)]
pub struct PublicForm<T> {
    /// What was sent.
    pub value: T,
    /// The press.
    pub press: Press,
}

impl<T: DeserializeOwned + Send> FromRequest<Context> for Form<T> {
    type Rejection = axum::response::Response;

    async fn from_request(request: Request, ctx: &Context) -> Result<Self, Self::Rejection> {
        use axum::response::IntoResponse;
        let (mut parts, body) = request.into_parts();
        let by = SignedIn::from_request_parts(&mut parts, ctx).await?;
        // Forms of one page share its press: what was done at one address is not what another
        // asks for.
        let scope = format!("form/{}{}", by.staff.id, parts.uri.path());
        let request = Request::from_parts(parts, body);
        let fields = Fields::read(request, ctx).await.map_err(IntoResponse::into_response)?;
        if !bool::from(fields.csrf.as_bytes().ct_eq(by.csrf.as_bytes())) {
            return Err(old_form().into_response());
        }
        let press = fields.press(&scope);
        let value = fields.value().map_err(IntoResponse::into_response)?;
        Ok(Form { by, value, press })
    }
}

impl<T: DeserializeOwned + Send> FromRequest<Context> for PublicForm<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, ctx: &Context) -> Result<Self, Problem> {
        let scope = format!("form/public{}", request.uri().path());
        let fields = Fields::read(request, ctx).await?;
        let press = fields.press(&scope);
        Ok(PublicForm { value: fields.value()?, press })
    }
}

fn old_form() -> Problem {
    Problem::of(
        axum::http::StatusCode::FORBIDDEN,
        "form_too_old",
        "This form belongs to an earlier sign-in. Go back, reload the page, and send it again; \
         your browser keeps what you typed.",
    )
}

/// Whether a multipart form that carries `token` was made for the session in `headers`.
///
/// # Errors
/// When it was not, or the store fails.
pub async fn check_csrf(
    ctx: &Context,
    headers: &HeaderMap,
    token: &str,
) -> Result<SignedIn, Problem> {
    let cookie = cookie(headers, cookie_name(&ctx.base_url)).ok_or_else(old_form)?;
    let by = signed_in(ctx, &cookie).await.map_err(Problem::ours)?.ok_or_else(old_form)?;
    let expected = csrf(ctx, &by.session);
    if bool::from(token.as_bytes().ct_eq(expected.as_bytes())) { Ok(by) } else { Err(old_form()) }
}

/// A new press for a form that is about to be shown.
pub fn new_press(ctx: &Context) -> String {
    store::file::hex(&ctx.chance::<16>())
}

struct Fields {
    pairs: Vec<(String, String)>,
    csrf: String,
    once: String,
}

impl Fields {
    async fn read(request: Request, ctx: &Context) -> Result<Fields, Problem> {
        let kind = request.headers().get(header::CONTENT_TYPE);
        let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or("");
        if !kind.starts_with("application/x-www-form-urlencoded") {
            return Err(Problem::wrong_media("Send the form as the page made it."));
        }
        let body = Bytes::from_request(request, ctx).await.map_err(|rejection| match rejection
            .status()
            .as_u16()
        {
            413 => Problem::too_large("This form takes at most 1 MB."),
            _ => Problem::bad_request("body_cut_off", "The form did not arrive whole."),
        })?;
        if body.len() > FORM_MOST {
            return Err(Problem::too_large("This form takes at most 1 MB."));
        }
        let mut fields = Fields { pairs: Vec::new(), csrf: String::new(), once: String::new() };
        for (name, value) in pairs(&body)? {
            match name.as_str() {
                "csrf" => fields.csrf = value,
                "press" => fields.once = value,
                _ => fields.pairs.push((name, value)),
            }
        }
        if fields.pairs.len() > FIELDS_MOST {
            return Err(Problem::too_large("This form has more fields than we read."));
        }
        Ok(fields)
    }

    fn press(&self, scope: &str) -> Press {
        if self.once.is_empty() || self.once.len() > 200 {
            return Press::none();
        }
        Press::new(scope, &self.once, &sha256_hex(self.encoded().as_bytes()))
    }

    fn encoded(&self) -> String {
        url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&self.pairs).finish()
    }

    fn value<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        let text = self.encoded();
        let read = serde_html_form::Deserializer::from_bytes(text.as_bytes());
        serde_path_to_error::deserialize(read).map_err(|error| {
            let pointer = format!("/{}", error.path().to_string().replace('.', "/"));
            Problem::refused("form_unreadable", "A field has something that cannot be read.")
                .at(pointer, error.inner().to_string())
        })
    }
}

/// Pairs of a form, decoded strictly: bad UTF-8 and NUL are refused rather than replaced.
fn pairs(body: &[u8]) -> Result<Vec<(String, String)>, Problem> {
    let part = |bytes: &[u8]| {
        let spaced: Vec<u8> = bytes.iter().map(|b| if *b == b'+' { b' ' } else { *b }).collect();
        let decoded = percent_encoding::percent_decode(&spaced).collect::<Vec<u8>>();
        let text = String::from_utf8(decoded).ok().filter(|text| !text.contains('\0'));
        text.ok_or_else(|| {
            Problem::bad_request("not_text", "The form holds bytes that are no text (UTF-8).")
        })
    };
    body.split(|byte| *byte == b'&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let mut sides = pair.splitn(2, |byte| *byte == b'=');
            let name = part(sides.next().unwrap_or_default())?;
            Ok((name, part(sides.next().unwrap_or_default())?.replace("\r\n", "\n")))
        })
        .collect()
}

/// A part of the address, such as a case's number. What cannot be read does not exist.
#[derive(Clone, Copy, Debug)]
pub struct Path<T>(pub T);

impl<T: DeserializeOwned + Send> FromRequestParts<Context> for Path<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, ctx: &Context) -> Result<Self, Problem> {
        let found = axum::extract::Path::<T>::from_request_parts(parts, ctx).await;
        // No text of ours holds U+0000, so there is nothing at such an address.
        found
            .ok()
            .filter(|_| !parts.uri.path().contains("%00"))
            .map(|path| Path(path.0))
            .ok_or_else(|| Problem::missing("nothing_here", "There is nothing at this address."))
    }
}

/// The query of an address. Unknown names are refused, so that a slip is not silence.
#[derive(Clone, Copy, Debug)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned + Send> FromRequestParts<Context> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &Context) -> Result<Self, Problem> {
        let text = parts.uri.query().unwrap_or("");
        let mut pairs = pairs(text.as_bytes())?;
        if is_customers(parts.uri.path()) {
            pairs.retain(|(name, _)| !is_language(name)); // `Visitor` reads it.
        }
        let fields = Fields { pairs, csrf: String::new(), once: String::new() };
        let text = fields.encoded();
        let read = serde_html_form::Deserializer::from_bytes(text.as_bytes());
        serde_path_to_error::deserialize(read).map(Query).map_err(|error| {
            Problem::bad_request("query_unreadable", "The address asks for something unknown.")
                .at(format!("/{}", error.path()), error.inner().to_string())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_read_strictly() {
        let read = pairs(b"name=J%C3%B6rg+M&empty=&x=1%2B1&lone").unwrap();
        let expected = [("name", "Jörg M"), ("empty", ""), ("x", "1+1"), ("lone", "")];
        assert_eq!(read, expected.map(|(a, b)| (a.to_owned(), b.to_owned())));
        assert!(pairs(b"name=%FF").is_err());
        assert!(pairs(b"name=a%00b").is_err());
    }
}
