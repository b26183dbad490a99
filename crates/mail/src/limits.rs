//! The most of everything a mail may have, and the linear pass that HTML takes before a sanitiser.

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

/// Why an HTML text must be shown as plain text instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TooMuch {
    /// More than [`HTML_BYTES_MAX`] bytes.
    #[error("the HTML has {0} bytes")]
    Bytes(usize),
    /// Elements nested more than [`HTML_NESTING_MAX`] deep.
    #[error("the HTML is nested more than {HTML_NESTING_MAX} deep")]
    Nesting,
    /// An element with more than [`HTML_ATTRIBUTES_MAX`] attributes.
    #[error("an HTML element has more than {HTML_ATTRIBUTES_MAX} attributes")]
    Attributes,
}

/// Elements that never hold others (HTML, section 13.1.2) and so never nest.
const VOID: [&str; 14] = [
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track",
    "wbr", "param",
];

/// Elements across which a close tag does not reach (HTML, section 13.2.4.2, "in scope").
const WALLS: [&str; 16] = [
    "applet",
    "button",
    "caption",
    "desc",
    "foreignobject",
    "html",
    "marquee",
    "math",
    "object",
    "svg",
    "table",
    "td",
    "template",
    "th",
    "title",
    "annotation-xml",
];

/// Says whether an HTML text is small enough for a sanitiser, in one linear pass.
///
/// Keeps the names of the open elements without building a tree. An element counts as closed
/// only where every browser closes it, so a document whose real tree is deep cannot pass.
pub fn html_allowed(html: &str) -> Result<(), TooMuch> {
    if html.len() > HTML_BYTES_MAX {
        return Err(TooMuch::Bytes(html.len()));
    }
    let bytes = html.as_bytes();
    let mut open: Vec<String> = Vec::new();
    let mut at = 0;
    while let Some(found) = memchr::memchr(b'<', &bytes[at..]) {
        let start = at + found + 1;
        at = start;
        match bytes.get(start) {
            Some(b'/') => close(&mut open, &name(&html[start + 1..])),
            Some(b) if b.is_ascii_alphabetic() => {
                let (end, attributes, closed) = tag(bytes, start);
                if attributes > HTML_ATTRIBUTES_MAX {
                    return Err(TooMuch::Attributes);
                }
                let name = name(&html[start..]);
                if !closed && !VOID.contains(&name.as_str()) {
                    close_implied(&mut open, &name);
                    open.push(name);
                }
                if open.len() > HTML_NESTING_MAX {
                    return Err(TooMuch::Nesting);
                }
                at = end;
            }
            _ => {}
        }
    }
    Ok(())
}

fn close(open: &mut Vec<String>, name: &str) {
    for at in (0..open.len()).rev() {
        if open[at] == name {
            open.remove(at);
            return;
        }
        if WALLS.contains(&open[at].as_str()) {
            return;
        }
    }
}

/// Closes what a browser closes by itself before `name`, only where it is the innermost.
fn close_implied(open: &mut Vec<String>, name: &str) {
    let closes: &[&str] = match name {
        "p" => &["p"],
        "li" => &["li"],
        "td" | "th" => &["td", "th"],
        "tr" => &["td", "th", "tr"],
        "dd" | "dt" => &["dd", "dt"],
        "option" => &["option"],
        _ => &[],
    };
    while open.last().is_some_and(|last| closes.contains(&last.as_str())) {
        open.pop();
    }
}

/// Longest element name that is told apart; HTML knows none nearly as long.
const NAME_BYTES: usize = 24;

fn name(tag: &str) -> String {
    let stops = |c: &char| c.is_ascii_whitespace() || matches!(c, '/' | '>');
    tag.chars().take(NAME_BYTES).take_while(|c| !stops(c)).collect::<String>().to_ascii_lowercase()
}

/// Where the tag that begins at `start` ends, its attributes, and whether it closes itself.
fn tag(bytes: &[u8], start: usize) -> (usize, usize, bool) {
    let (mut quote, mut attributes, mut after_space) = (None, 0, false);
    for (at, &byte) in bytes.iter().enumerate().skip(start) {
        match (quote, byte) {
            (Some(q), b) if b == q => quote = None,
            (Some(_), _) => {}
            (None, b'>') => return (at + 1, attributes, bytes[at - 1] == b'/'),
            (None, b'"' | b'\'') if bytes[at - 1] == b'=' || after_space => quote = Some(byte),
            (None, b) if b.is_ascii_whitespace() || b == b'/' => after_space = true,
            (None, b'=') => after_space = false,
            (None, _) => {
                attributes += usize::from(after_space);
                after_space = false;
            }
        }
    }
    (bytes.len(), attributes, false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn html_at_each_limit_passes_and_one_more_is_refused() {
        let nested = |n: usize| format!("{}x{}", "<div>".repeat(n), "</div>".repeat(n));
        assert_eq!(html_allowed(&nested(HTML_NESTING_MAX)), Ok(()));
        assert_eq!(html_allowed(&nested(HTML_NESTING_MAX + 1)), Err(TooMuch::Nesting));
        assert_eq!(html_allowed(&nested(HTML_NESTING_MAX * 100)), Err(TooMuch::Nesting));

        let wide =
            |n: usize| format!("<p{}>", (0..n).map(|i| format!(" a{i}=1")).collect::<String>());
        assert_eq!(html_allowed(&wide(HTML_ATTRIBUTES_MAX)), Ok(()));
        assert_eq!(html_allowed(&wide(HTML_ATTRIBUTES_MAX + 1)), Err(TooMuch::Attributes));
        assert_eq!(html_allowed(&wide(HTML_ATTRIBUTES_MAX * 100)), Err(TooMuch::Attributes));

        assert_eq!(html_allowed(&"x".repeat(HTML_BYTES_MAX)), Ok(()));
        let over = "x".repeat(HTML_BYTES_MAX + 1);
        assert_eq!(html_allowed(&over), Err(TooMuch::Bytes(HTML_BYTES_MAX + 1)));
    }

    #[test]
    fn unclosed_and_void_elements_are_counted_as_a_browser_nests_them() {
        assert_eq!(html_allowed(&"<br>".repeat(5_000)), Ok(()));
        assert_eq!(html_allowed(&"<b>".repeat(HTML_NESTING_MAX + 1)), Err(TooMuch::Nesting));
        assert_eq!(html_allowed(&"<p>a<p>b".repeat(300)), Ok(()));
        assert_eq!(html_allowed("<a title=\"a > b\" href='x'>ok</a> 1 < 2"), Ok(()));
        assert_eq!(html_allowed("<img alt=ü"), Ok(()));
    }

    #[test]
    fn close_tags_that_close_nothing_do_not_hide_depth() {
        assert_eq!(html_allowed(&"<b></i>".repeat(201)), Err(TooMuch::Nesting));
        let round = format!("{}<object>{}", "<div>".repeat(9), "</div>".repeat(9));
        assert_eq!(html_allowed(&round.repeat(21)), Err(TooMuch::Nesting));
    }
}
