//! Which parts are the text and which are files: the algorithm of RFC 8621, section 4.1.4.

use std::borrow::Cow;

use crate::charset::{self, CharsetNote};
use crate::fields::Parameters;
use crate::mime::{Part, Tree};
use crate::{flowed, transfer};

/// Indexes of the parts that make up text, HTML and files.
#[derive(Debug, Default)]
pub(crate) struct Bodies {
    pub text: Vec<usize>,
    pub html: Vec<usize>,
    pub files: Vec<usize>,
}

/// Sorts the parts under the mail `root`; parts of embedded mails belong to these.
pub(crate) fn sort(tree: &Tree, bytes: &[u8], root: usize) -> Bodies {
    let children = children(tree);
    let mut bodies = Bodies::default();
    let sorter = Sorter { tree, bytes, children: &children };
    let want = Want { kind: "mixed", alternative: false, text: true, html: true };
    let tops = if tree.parts[root].is_message() { children[root].as_slice() } else { &[root] };
    sorter.level(tops, want, &mut bodies);
    bodies
}

fn children(tree: &Tree) -> Vec<Vec<usize>> {
    let mut children = vec![Vec::new(); tree.parts.len()];
    for (index, part) in tree.parts.iter().enumerate() {
        if let Some(parent) = part.parent {
            children[parent].push(index);
        }
    }
    children
}

#[derive(Clone, Copy)]
struct Want<'a> {
    kind: &'a str,
    alternative: bool,
    text: bool,
    html: bool,
}

struct Sorter<'a> {
    tree: &'a Tree,
    bytes: &'a [u8],
    children: &'a [Vec<usize>],
}

impl Sorter<'_> {
    /// One level of siblings. Recursion is bounded by [`crate::limits::NESTING_MAX`].
    fn level(&self, siblings: &[usize], mut want: Want<'_>, out: &mut Bodies) {
        let (texts, htmls) = (out.text.len(), out.html.len());
        for (place, &index) in siblings.iter().enumerate() {
            let part = &self.tree.parts[index];
            if part.is_multipart() {
                let kind = part.kind.value.trim_start_matches("multipart/").to_owned();
                let alternative = want.alternative || kind == "alternative";
                let inner = Want { kind: &kind, alternative, ..want };
                self.level(&self.children[index], inner, out);
            } else {
                self.leaf(index, place, &mut want, out);
            }
        }
        if want.kind == "alternative" && want.text && want.html {
            let new_text = out.text[texts..].to_vec();
            let new_html = out.html[htmls..].to_vec();
            if new_text.is_empty() {
                out.text.extend(&new_html);
            }
            if new_html.is_empty() {
                out.html.extend(&new_text);
            }
        }
    }

    fn leaf(&self, index: usize, place: usize, want: &mut Want<'_>, out: &mut Bodies) {
        let part = &self.tree.parts[index];
        let kind = shown_kind(part);
        let picture = ["image/", "audio/", "video/"].iter().any(|p| kind.starts_with(p));
        let readable = kind == "text/plain" || kind == "text/html";
        let (disposition, named) = self.disposition(part);
        let inline = disposition != "attachment"
            && (readable || picture)
            && (place == 0 || (want.kind != "related" && (picture || !named)));
        if !inline {
            out.files.push(index);
            return;
        }
        if want.kind == "alternative" {
            match kind {
                "text/plain" => out.text.push(index),
                "text/html" => out.html.push(index),
                _ => out.files.push(index),
            }
            return;
        }
        if want.alternative {
            want.html &= kind != "text/plain";
            want.text &= kind != "text/html";
        }
        if picture {
            out.files.push(index);
            return;
        }
        if want.text {
            out.text.push(index);
        }
        if want.html {
            out.html.push(index);
        }
        if !want.text && !want.html {
            out.files.push(index);
        }
    }

    fn disposition(&self, part: &Part) -> (String, bool) {
        let raw = part.fields(self.bytes).raw("content-disposition");
        let disposition = raw.map(Parameters::read).unwrap_or_default();
        let named = disposition.get("filename").or(part.kind.get("name")).is_some();
        (disposition.value, named)
    }
}

/// A multipart that never opened is read as text, so that its words are not lost.
fn shown_kind(part: &Part) -> &str {
    match part.kind.value.as_str() {
        kind if kind.starts_with("multipart/") && !part.opened => "text/plain",
        "text/x-plain" | "text/x-markdown" | "text/markdown" | "text/enriched" => "text/plain",
        kind => kind,
    }
}

/// Whether a part's text is HTML.
pub(crate) fn is_html(part: &Part) -> bool {
    part.kind.value == "text/html"
}

/// The decoded bytes of a leaf.
pub(crate) fn content<'a>(part: &Part, bytes: &'a [u8]) -> Cow<'a, [u8]> {
    transfer::decode(&bytes[part.body.clone()], &part.encoding(bytes))
}

/// The text of a leaf with line breaks as `\n`, and what its character set needed.
pub(crate) fn text(part: &Part, bytes: &[u8]) -> (String, Option<CharsetNote>) {
    let decoded = charset::decode(&content(part, bytes), part.kind.get("charset"));
    let mut text = decoded.text;
    if text.contains(['\r', '\0']) {
        text = text.replace("\r\n", "\n").replace('\r', "\n").replace('\0', "");
    }
    if text.starts_with('\u{feff}') {
        text.remove(0);
    }
    let format = part.kind.get("format").unwrap_or("");
    if format.eq_ignore_ascii_case("flowed") && !is_html(part) {
        let joins = part.kind.get("delsp").is_some_and(|d| d.eq_ignore_ascii_case("yes"));
        text = flowed::unflow(&text, joins);
    }
    (text, decoded.note)
}
