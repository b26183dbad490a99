//! The tree of parts of a mail, found in one pass over its lines.
//!
//! Structure is found here and not by a library, so that the limits hold before anything is
//! allocated: a mail of a million nested messages or of boundaries that refer to each other
//! costs one pass and nothing more (the class of CVE-2026-26312).

use std::ops::Range;

use crate::fields::{Field, Fields, Parameters};
use crate::limits::{HEADER_LINES_MAX, NESTING_MAX, PARTS_MAX};

/// One part: ranges into the mail, and its place in the tree.
#[derive(Debug, Clone)]
pub(crate) struct Part {
    pub parent: Option<usize>,
    pub depth: usize,
    pub fields: Vec<Field>,
    pub body: Range<usize>,
    pub kind: Parameters,
    /// A multipart whose first boundary was found, or an open `message/rfc822`.
    pub opened: bool,
}

impl Part {
    pub fn fields<'a>(&'a self, bytes: &'a [u8]) -> Fields<'a> {
        Fields { bytes, fields: &self.fields }
    }

    pub fn is_multipart(&self) -> bool {
        self.opened && self.kind.value.starts_with("multipart/")
    }

    pub fn is_message(&self) -> bool {
        self.opened && is_message(&self.kind.value)
    }

    pub fn encoding(&self, bytes: &[u8]) -> String {
        self.fields(bytes).lower("content-transfer-encoding")
    }
}

/// A limit that was met, or damage that was stepped over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    Parts,
    Nesting,
    HeaderLines,
    BrokenHeader,
    MissingBoundary,
    WrongBoundary,
    UnclosedMultipart,
}

/// The parts of a mail; part 0 is the mail itself.
pub(crate) struct Tree {
    pub parts: Vec<Part>,
    pub faults: Vec<Fault>,
}

/// Splits a mail into its parts.
///
/// When the boundary it names occurs nowhere, the mail is split once more by the boundary that
/// its lines show, if they show one.
pub(crate) fn split(bytes: &[u8]) -> Tree {
    let tree = split_by(bytes, None);
    let top = &tree.parts[0];
    if top.opened || !top.kind.value.starts_with("multipart/") {
        return tree;
    }
    let Some(shown) = shown_boundary(&bytes[top.body.clone()]) else { return tree };
    let mut again = split_by(bytes, Some(shown));
    if again.parts[0].opened {
        again.faults.push(Fault::WrongBoundary);
        return again;
    }
    tree
}

fn split_by(bytes: &[u8], top_boundary: Option<Vec<u8>>) -> Tree {
    let mut splitter = Splitter {
        bytes,
        at: 0,
        open: Vec::new(),
        tree: Tree { parts: Vec::new(), faults: Vec::new() },
        top_boundary,
    };
    splitter.skip_envelope_line();
    splitter.run();
    splitter.tree
}

/// The boundary that the first delimiter-like line uses: `--x` above a Content- header.
fn shown_boundary(body: &[u8]) -> Option<Vec<u8>> {
    let mut lines = body.split(|b| *b == b'\n').map(<[u8]>::trim_ascii_end).peekable();
    while let Some(line) = lines.next() {
        let headed = lines.peek().is_some_and(|next| {
            next.get(..8).is_some_and(|start| start.eq_ignore_ascii_case(b"content-"))
        });
        if let Some(boundary) = line.strip_prefix(b"--")
            && headed
            && (1..=200).contains(&boundary.len())
        {
            return Some(boundary.to_vec());
        }
    }
    None
}

fn is_message(kind: &str) -> bool {
    matches!(kind, "message/rfc822" | "message/global" | "message/news")
}

/// A multipart whose boundary is being looked for.
struct Open {
    boundary: Vec<u8>,
    part: usize,
}

struct Splitter<'a> {
    bytes: &'a [u8],
    at: usize,
    open: Vec<Open>,
    tree: Tree,
    /// What separates the outermost parts, when the header names it wrongly.
    top_boundary: Option<Vec<u8>>,
}

/// What a line is, seen from the open multiparts: a delimiter of level `.0`, final or not.
type Delimiter = (usize, bool);

impl Splitter<'_> {
    /// Steps over blank lines and the `From ` line of a mailbox file.
    fn skip_envelope_line(&mut self) {
        while matches!(self.bytes.get(self.at), Some(b'\r' | b'\n')) {
            self.at += 1;
        }
        if self.bytes[self.at..].starts_with(b"From ")
            || self.bytes[self.at..].starts_with(b">From ")
        {
            self.at = self.line_end(self.at);
        }
    }

    fn run(&mut self) {
        let mut parent = None;
        let mut digest = false;
        loop {
            let part = self.head(parent, digest);
            let kind = self.tree.parts[part].kind.value.clone();
            if is_message(&kind) && self.opens_message(part) {
                self.tree.parts[part].opened = true;
                (parent, digest) = (Some(part), false);
                continue;
            }
            if kind.starts_with("multipart/") {
                self.open_multipart(part);
            }
            match self.next_delimiter(part) {
                Some(level) if self.tree.parts.len() < PARTS_MAX => {
                    let owner = self.open[level].part;
                    parent = Some(owner);
                    digest = self.tree.parts[owner].kind.value == "multipart/digest";
                }
                Some(_) => {
                    self.fault(Fault::Parts);
                    self.finish();
                    return;
                }
                None => {
                    self.finish();
                    return;
                }
            }
        }
    }

    fn fault(&mut self, fault: Fault) {
        if !self.tree.faults.contains(&fault) {
            self.tree.faults.push(fault);
        }
    }

    fn line_end(&self, from: usize) -> usize {
        memchr::memchr(b'\n', &self.bytes[from..]).map_or(self.bytes.len(), |n| from + n + 1)
    }

    /// Reads one header block and adds its part; the body begins where reading stops.
    fn head(&mut self, parent: Option<usize>, digest: bool) -> usize {
        let fields = self.header_block();
        let depth = parent.map_or(0, |p| self.tree.parts[p].depth + 1);
        let all = Fields { bytes: self.bytes, fields: &fields };
        let mut kind = all.raw("content-type").map(Parameters::read).unwrap_or_default();
        if !kind.value.contains('/') {
            let implied = if digest { "message/rfc822" } else { "text/plain" };
            kind.value = match kind.value.as_str() {
                "text" | "" => implied.to_owned(),
                other => format!("{other}/octet-stream"),
            };
        }
        let body = self.at..self.bytes.len();
        self.tree.parts.push(Part { parent, depth, fields, body, kind, opened: false });
        self.tree.parts.len() - 1
    }

    fn header_block(&mut self) -> Vec<Field> {
        let mut fields: Vec<Field> = Vec::new();
        let mut lines = 0;
        while self.at < self.bytes.len() {
            let (start, end) = (self.at, self.line_end(self.at));
            let line = &self.bytes[start..end];
            let trimmed = trim_newline(line);
            if trimmed.is_empty() {
                self.at = end;
                break;
            }
            if self.delimiter(line).is_some() {
                break; // a part without a body: the delimiter belongs to whoever opened it
            }
            lines += 1;
            let folded = matches!(line[0], b' ' | b'\t') || self.goes_on(&fields, trimmed);
            if folded && let Some(last) = fields.last_mut() {
                last.value.end = start + trimmed.len();
            } else if let Some(colon) = colon(trimmed) {
                let name = start..start + trimmed[..colon].trim_ascii_end().len();
                let value = start + colon + 1..start + trimmed.len();
                fields.push(Field { name, value });
            } else {
                self.fault(Fault::BrokenHeader);
                if !self.header_goes_on(end) {
                    break;
                }
            }
            self.at = end;
            if lines > HEADER_LINES_MAX {
                self.fault(Fault::HeaderLines);
                self.skip_to_blank();
                break;
            }
        }
        fields
    }

    /// Whether a line is a parameter (`boundary="x"`) that lost the blank of its fold.
    fn goes_on(&self, fields: &[Field], line: &[u8]) -> bool {
        let open = fields.last().is_some_and(|f| self.bytes[f.value.clone()].ends_with(b";"));
        open && colon(line).is_none() && line.contains(&b'=')
    }

    /// Whether the line at `at` is a header field, so that one bad line between is forgiven.
    fn header_goes_on(&self, at: usize) -> bool {
        let line = trim_newline(&self.bytes[at..self.line_end(at)]);
        colon(line).is_some_and(|c| !line[..c].contains(&b' '))
    }

    fn skip_to_blank(&mut self) {
        while self.at < self.bytes.len() {
            let end = self.line_end(self.at);
            let blank = trim_newline(&self.bytes[self.at..end]).is_empty();
            self.at = end;
            if blank {
                return;
            }
        }
    }

    fn opens_message(&mut self, part: usize) -> bool {
        let encoding = self.tree.parts[part].encoding(self.bytes);
        if matches!(encoding.as_str(), "base64" | "quoted-printable") {
            return false;
        }
        if self.tree.parts[part].depth >= NESTING_MAX || self.tree.parts.len() >= PARTS_MAX {
            self.fault(Fault::Nesting);
            return false;
        }
        true
    }

    fn open_multipart(&mut self, part: usize) {
        let named = self.tree.parts[part].kind.get("boundary");
        let named = named.map(|b| b.trim_end().as_bytes().to_vec());
        let shown = self.top_boundary.clone().filter(|_| part == 0);
        let Some(boundary) = shown.or(named) else {
            self.fault(Fault::MissingBoundary);
            return;
        };
        if self.tree.parts[part].depth >= NESTING_MAX {
            self.fault(Fault::Nesting);
            return;
        }
        // The same boundary again inside itself can never be told apart from the outer one.
        if boundary.is_empty() || self.open.iter().any(|o| o.boundary == boundary) {
            self.fault(Fault::MissingBoundary);
            return;
        }
        self.open.push(Open { boundary, part });
    }

    /// Reads on to the next delimiter that begins a part, closing what ends on the way.
    fn next_delimiter(&mut self, leaf: usize) -> Option<usize> {
        let mut ended = false;
        while self.at < self.bytes.len() {
            let start = self.at;
            self.at = self.line_end(start);
            let Some((level, last)) = self.delimiter(&self.bytes[start..self.at]) else { continue };
            let owner = self.open[level].part;
            self.end_up_to(owner, leaf, ended, start);
            ended = true;
            self.close_above(level + 1);
            self.tree.parts[owner].opened = true;
            if last {
                self.end_body(owner, start);
                self.open.pop();
            } else {
                return Some(level);
            }
        }
        None
    }

    /// Ends the leaf, unless it ended before, and everything around it inside `owner`.
    fn end_up_to(&mut self, owner: usize, leaf: usize, leaf_ended: bool, delimiter: usize) {
        if !leaf_ended && leaf != owner {
            self.end_body(leaf, delimiter);
        }
        let mut at = self.tree.parts[leaf].parent;
        while let Some(index) = at.filter(|i| leaf != owner && *i != owner) {
            self.end_body(index, delimiter);
            at = self.tree.parts[index].parent;
        }
    }

    /// Ends a body before the line break that belongs to the delimiter.
    fn end_body(&mut self, part: usize, delimiter: usize) {
        let mut end = delimiter;
        if end > 0 && self.bytes[end - 1] == b'\n' {
            end -= 1;
        }
        if end > 0 && self.bytes[end - 1] == b'\r' {
            end -= 1;
        }
        let body = &mut self.tree.parts[part].body;
        body.end = end.max(body.start);
    }

    fn close_above(&mut self, keep: usize) {
        while self.open.len() > keep {
            if let Some(closed) = self.open.pop()
                && self.tree.parts[closed.part].opened
            {
                self.fault(Fault::UnclosedMultipart);
            }
        }
    }

    fn finish(&mut self) {
        if self.open.iter().any(|o| self.tree.parts[o.part].opened) {
            self.fault(Fault::UnclosedMultipart);
        }
        if self.open.iter().any(|o| !self.tree.parts[o.part].opened) {
            self.fault(Fault::MissingBoundary);
        }
    }

    /// Whether a line is a delimiter of an open multipart, innermost first.
    fn delimiter(&self, line: &[u8]) -> Option<Delimiter> {
        let rest = line.strip_prefix(b"--")?;
        let rest = trim_newline(rest).trim_ascii_end();
        self.open.iter().enumerate().rev().find_map(|(level, open)| {
            match rest.strip_prefix(open.boundary.as_slice())? {
                b"" => Some((level, false)),
                tail if tail.starts_with(b"--") => Some((level, true)),
                _ => None,
            }
        })
    }
}

fn trim_newline(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}

/// Where the name of a header field ends; `None` when the line is no field.
fn colon(line: &[u8]) -> Option<usize> {
    let colon = memchr::memchr(b':', line).filter(|c| *c > 0 && *c < 128)?;
    let name = line[..colon].trim_ascii_end();
    let fits = !name.is_empty() && name.iter().all(|b| (33..=126).contains(b));
    fits.then_some(colon)
}
