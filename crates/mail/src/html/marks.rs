//! What the attributes of an element say about its text.

/// The value of an attribute, quotes removed, entities left as they are.
pub(super) fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let lower = tag.to_ascii_lowercase();
    let mut from = 0;
    while let Some(n) = lower[from..].find(name) {
        let start = from + n;
        from = start + name.len();
        let before = start.checked_sub(1).map(|i| lower.as_bytes()[i]);
        let rest = tag[from..].trim_start();
        if let (Some(b' ' | b'\t' | b'\n' | b'\r' | b'"' | b'\''), Some(value)) =
            (before, rest.strip_prefix('='))
        {
            let value = value.trim_start();
            return Some(match value.chars().next() {
                Some(q @ ('"' | '\'')) => value[1..].split(q).next().unwrap_or(""),
                _ => value.split([' ', '>', '\t', '\n']).next().unwrap_or(""),
            });
        }
    }
    None
}

/// Class names and ids with which mail programs wrap what they quote.
const QUOTE_MARKS: [&str; 16] = [
    "gmail_quote",
    "yahoo_quoted",
    "protonmail_quote",
    "divRplyFwdMsg",
    "appendonsend",
    "OLK_SRC_BODY_SECTION",
    "moz-cite-prefix",
    "zmail_extra",
    "front-blockquote",
    "nylas-quote",
    "tutanota_quote",
    "ms-outlook-mobile-reference-message",
    "mail-editor-reference-message-container",
    "replyheader",
    "x_divRplyFwdMsg",
    "quoted-text-block",
];

/// Whether an element wraps what a mail program quotes.
pub(super) fn is_quote_box(tag: &str) -> bool {
    let marked = |value: &str| {
        value.split_whitespace().any(|v| QUOTE_MARKS.iter().any(|m| v.starts_with(m)))
    };
    ["class", "id", "name"].iter().any(|a| attribute(tag, a).is_some_and(marked))
        || word_divider(tag)
}

/// The line Word draws above a quoted mail.
fn word_divider(tag: &str) -> bool {
    let Some(style) = attribute(tag, "style") else { return false };
    let style = style.to_ascii_lowercase().replace(' ', "");
    style.contains("border-top:solid#e1e1e1") || style.contains("border-top:solid#b5c4df")
}
