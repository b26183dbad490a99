//! Is an HTML text small enough for a sanitiser? Answered without building a tree.

use super::{HTML_ATTRIBUTES_MAX, HTML_BYTES_MAX, HTML_NESTING_MAX};

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

/// Says whether an HTML text is small enough for a sanitiser, in one linear pass.
///
/// Keeps the names of the open elements. An element counts as closed only where every browser
/// closes it (HTML, section 13.2.6), so a document whose real tree is deep cannot pass; a
/// sloppy one that is shallow may be refused and is then shown as text.
pub fn html_allowed(html: &str) -> Result<(), TooMuch> {
    if html.len() > HTML_BYTES_MAX {
        return Err(TooMuch::Bytes(html.len()));
    }
    let bytes = html.as_bytes();
    let mut open = Open::default();
    let mut at = 0;
    while let Some(found) = memchr::memchr(b'<', &bytes[at..]) {
        let start = at + found + 1;
        at = start;
        match bytes.get(start) {
            Some(b'!') if open.raw.is_none() && bytes[start..].starts_with(b"!--") => {
                at = comment_end(bytes, start + 3);
            }
            Some(b'/') => open.close(&name(&html[start + 1..])),
            Some(b) if b.is_ascii_alphabetic() => {
                let (end, attributes) = tag(bytes, start);
                if attributes > HTML_ATTRIBUTES_MAX {
                    return Err(TooMuch::Attributes);
                }
                open.open(name(&html[start..]));
                if open.names.len() > HTML_NESTING_MAX {
                    return Err(TooMuch::Nesting);
                }
                at = end;
            }
            _ => {}
        }
    }
    Ok(())
}

/// Elements that never hold others (section 13.1.2).
const VOID: [&str; 14] = [
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source",
    "track", "wbr",
];

/// Elements whose close tag does not reach the others in them: they come back (13.2.4.3).
const FORMATTING: [&str; 14] = [
    "a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u",
];

/// Elements across which no close tag reaches (13.2.4.2, "in scope").
const WALLS: [&str; 12] = [
    "applet", "button", "caption", "html", "marquee", "object", "select", "table", "td",
    "template", "th", "title",
];

/// Elements of which a close tag reaches only the nearest table.
const TABLE: [&str; 8] = ["caption", "table", "tbody", "td", "tfoot", "th", "thead", "tr"];

/// Elements that a close tag of an ordinary element does not cross ("special", 13.2.4.2).
const SPECIAL: [&str; 50] = [
    "address",
    "article",
    "aside",
    "blockquote",
    "body",
    "center",
    "colgroup",
    "dd",
    "details",
    "dir",
    "div",
    "dl",
    "dt",
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "form",
    "frame",
    "frameset",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "head",
    "header",
    "hgroup",
    "iframe",
    "li",
    "listing",
    "main",
    "menu",
    "nav",
    "noembed",
    "noframes",
    "ol",
    "p",
    "plaintext",
    "pre",
    "script",
    "search",
    "section",
    "style",
    "summary",
    "textarea",
    "ul",
    "xmp",
    "noscript",
];

/// Elements whose content is text, in which close tags of others mean nothing.
const RAW: [&str; 8] =
    ["iframe", "noembed", "noframes", "script", "style", "textarea", "title", "xmp"];

#[derive(Default)]
struct Open {
    names: Vec<String>,
    /// The raw element we are in.
    raw: Option<String>,
    /// Once there was SVG or MathML, its own rules hold and nothing counts as closed.
    foreign: bool,
}

impl Open {
    fn open(&mut self, name: String) {
        self.foreign |= name == "svg" || name == "math";
        if VOID.contains(&name.as_str()) && !self.foreign {
            return;
        }
        if self.raw.is_none() && RAW.contains(&name.as_str()) {
            self.raw = Some(name.clone());
        }
        self.close_implied(&name);
        self.names.push(name);
    }

    /// Closes what a browser closes by itself before `name`, only where it is the innermost.
    fn close_implied(&mut self, name: &str) {
        let closes: &[&str] = match name {
            _ if self.foreign || self.raw.is_some() => &[],
            "p" => &["p"],
            "li" => &["li"],
            "td" | "th" => &["td", "th"],
            "tr" => &["td", "th", "tr"],
            "tbody" | "thead" | "tfoot" => &["td", "th", "tr", "tbody", "thead", "tfoot"],
            "dd" | "dt" => &["dd", "dt"],
            _ => &[],
        };
        while self.names.last().is_some_and(|last| closes.contains(&last.as_str())) {
            self.names.pop();
        }
    }

    fn close(&mut self, name: &str) {
        if self.foreign || self.raw.as_deref().is_some_and(|raw| raw != name) {
            return;
        }
        self.raw = None;
        let is = |set: &[&str]| set.contains(&name);
        let stops = |open: &str| match () {
            () if is(&TABLE) => matches!(open, "table" | "template" | "html"),
            () if is(&FORMATTING) || is(&SPECIAL) || is(&WALLS) => WALLS.contains(&open),
            () => WALLS.contains(&open) || SPECIAL.contains(&open) || TABLE.contains(&open),
        };
        for at in (0..self.names.len()).rev() {
            if self.names[at] == name {
                self.remove(at);
                return;
            }
            if stops(&self.names[at]) {
                return;
            }
        }
    }

    /// Removes the element at `at`, and with it what it holds, except formatting.
    fn remove(&mut self, at: usize) {
        let name = self.names.remove(at);
        if !FORMATTING.contains(&name.as_str()) {
            let mut place = 0;
            self.names.retain(|open| {
                place += 1;
                place <= at || FORMATTING.contains(&open.as_str())
            });
        }
    }
}

/// Where the comment ends whose text begins at `from` (13.2.5.43 and following).
fn comment_end(bytes: &[u8], from: usize) -> usize {
    let rest = &bytes[from..];
    for abrupt in [&b">"[..], b"->"] {
        if rest.starts_with(abrupt) {
            return from + abrupt.len();
        }
    }
    let mut at = from;
    while let Some(n) = memchr::memmem::find(&bytes[at..], b"--") {
        let after = at + n + 2;
        match (bytes.get(after), bytes.get(after + 1)) {
            (Some(b'>'), _) => return after + 1,
            (Some(b'!'), Some(b'>')) => return after + 2,
            _ => at = after - 1,
        }
    }
    bytes.len()
}

/// Longest element name that is told apart; HTML knows none nearly as long.
const NAME_BYTES: usize = 24;

fn name(tag: &str) -> String {
    let stops = |c: &char| c.is_ascii_whitespace() || matches!(c, '/' | '>');
    let name = tag.chars().take(NAME_BYTES).take_while(|c| !stops(c));
    name.collect::<String>().to_ascii_lowercase()
}

/// Where the tag that begins at `start` ends, and how many attributes it has.
fn tag(bytes: &[u8], start: usize) -> (usize, usize) {
    #[derive(PartialEq)]
    enum At {
        Between,
        Name,
        BeforeValue,
        Value,
        Quoted(u8),
    }
    let name = bytes[start..].iter().position(|b| b.is_ascii_whitespace() || b"/>".contains(b));
    let Some(name) = name else { return (bytes.len(), 0) };
    let (mut at, mut attributes) = (At::Between, 0);
    for (n, &byte) in bytes.iter().enumerate().skip(start + name) {
        let space = byte.is_ascii_whitespace();
        at = match (at, byte) {
            (At::Quoted(q), b) => {
                if b == q {
                    At::Between
                } else {
                    At::Quoted(q)
                }
            }
            (_, b'>') => return (n + 1, attributes),
            (At::BeforeValue, b'"' | b'\'') => At::Quoted(byte),
            (At::BeforeValue, _) => {
                if space {
                    At::BeforeValue
                } else {
                    At::Value
                }
            }
            (At::Value, _) => {
                if space {
                    At::Between
                } else {
                    At::Value
                }
            }
            (At::Name, b'=') => At::BeforeValue,
            (At::Between, b'=') if attributes > 0 => At::BeforeValue,
            (At::Between | At::Name, b'/') => At::Between,
            (At::Between, _) if !space => {
                attributes += 1;
                At::Name
            }
            (At::Between, _) => At::Between,
            (At::Name, _) => {
                if space {
                    At::Between
                } else {
                    At::Name
                }
            }
        };
    }
    (bytes.len(), attributes)
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
    fn long_shallow_mails_pass() {
        let rows = [
            "<br>",
            "<p>one<p>two",
            "<p>a<table><tr><td>b<tr><td>c</table>",
            "<table><tbody><tr><td><p>x<div>y</td></tr></tbody></table>",
            "<!--[if mso]><table><tr><td><![endif]--><div>x</div>",
            "<a title=\"a > b\" href='x'>ok</a> 1 < 2 <style>p > a {}</style>",
            "<li>one<li>two",
            "<img alt=ü>",
        ];
        for row in rows {
            assert_eq!(html_allowed(&row.repeat(400)), Ok(()), "{row}");
        }
    }

    #[test]
    fn close_tags_that_close_nothing_do_not_hide_depth() {
        let div = |n: usize| "<div>".repeat(n);
        let end = |n: usize| "</div>".repeat(n);
        let rounds = [
            "<b></i>".to_owned(),
            format!("{}<object>{}", div(9), end(9)),
            format!("{}<div>{}", "<span>".repeat(9), "</span>".repeat(9)),
            format!("{}<!--{}-->", div(9), end(9)),
            format!("{}<style>{}</style>", div(9), end(9)),
            format!("{}<svg><style><!--</style>{}-->", div(9), end(9)),
            "<div/>".repeat(9),
            "<table><b class=x></table>x".repeat(9),
            format!("{}<p title='{}'>", div(9), end(9)),
        ];
        for round in rounds {
            assert_eq!(html_allowed(&round.repeat(201)), Err(TooMuch::Nesting), "{round}");
        }
    }
}
