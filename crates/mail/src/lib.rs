//! Mail: RFC 5322 bytes to messages and back.
//!
//! Parsing, threading evidence, trimming of quotes, bounces and automatic mail, composing, and
//! the rules of an SMTP conversation. Pure: no network, no file, no clock, no chance; what is
//! stored is looked up by the caller and handed in as values. This crate must never know what
//! a case is beyond its number.

pub mod absence;
pub mod answer;
pub mod attachment;
pub mod auth;
pub mod bounce;
pub mod calendar;
pub mod compose;
pub mod dkim;
pub mod dmarc;
pub mod dns;
pub mod fingerprint;
pub mod forward;
pub mod imap;
pub mod kind;
pub mod limits;
pub mod mbox;
pub mod network;
pub mod oauth;
pub mod pop3;
pub mod smtp;
pub mod spf;
pub mod subject;
pub mod thread;
pub mod token;
pub mod trim;
pub mod vcard;
pub mod verification;

mod body;
mod charset;
mod envelope;
mod fields;
mod flowed;
mod html;
mod json;
mod mime;
mod parse;
mod parsed;
mod protection;
mod tnef;
mod transfer;

pub use auth::{Authentication, Trusted, Verdict};
pub use compose::{Outgoing, compose};
pub use html::{Hidden, How};
pub use kind::{kind_here, may_answer_automatically};
pub use parse::{HIDDEN_SAYS, parse};
pub use parsed::{Address, Attachment, Kind, Marks, Parsed, Problem, Protection};
pub use token::{Key, Keys};

/// The plain text of an HTML body, as [`parse`] reads it.
pub fn html_to_text(html: &str) -> String {
    html::render(html).text
}

/// An address in the form in which two are the same mailbox: lower case, without `+tag`.
pub fn same_mailbox_key(address: &str) -> String {
    let address = address.trim().to_ascii_lowercase();
    match address.rsplit_once('@') {
        Some((local, domain)) => {
            let local = local.split_once('+').map_or(local, |(local, _)| local);
            format!("{local}@{domain}")
        }
        None => address,
    }
}
