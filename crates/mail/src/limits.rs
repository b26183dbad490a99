//! The most of everything a mail may have, and the linear pass that HTML takes before a
//! sanitiser.

mod html;

pub use html::{TooMuch, html_allowed};

/// Largest mail that is parsed whole, in bytes; of a larger one only the head is read.
pub const MAIL_BYTES_MAX: usize = 35 * 1024 * 1024;
/// How much of a mail beyond [`MAIL_BYTES_MAX`] is still read, in bytes.
pub const OVERSIZE_BYTES_READ: usize = 256 * 1024;
/// Most parts a mail is split into; what follows stays in the raw file.
pub const PARTS_MAX: usize = 1_000;
/// Deepest nesting of parts that is opened; deeper parts stay closed attachments.
pub const NESTING_MAX: usize = 20;
/// Most header lines read in one part.
pub const HEADER_LINES_MAX: usize = 1_000;
/// Most recipients kept of one mail.
pub const RECIPIENTS_MAX: usize = 100;
/// Most message ids read out of one References header.
pub const REFERENCES_MAX: usize = 200;
/// Longest text of a message that is kept, in bytes; the rest is in the raw file.
pub const TEXT_BYTES_MAX: usize = 1024 * 1024;
/// Largest HTML that may reach a sanitiser, in bytes.
pub const HTML_BYTES_MAX: usize = 256 * 1024;
/// Deepest nesting of HTML elements that may reach a sanitiser.
pub const HTML_NESTING_MAX: usize = 200;
/// Most attributes one HTML element may have to reach a sanitiser.
pub const HTML_ATTRIBUTES_MAX: usize = 64;
