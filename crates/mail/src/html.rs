//! HTML to plain text, in one pass and without a tree: for reading, search and trimming, never
//! for showing.

mod look;
mod marks;

use std::ops::Range;

use serde::Serialize;

use mail_parser::decoders::html::add_html_token;

use look::{Look, Sheet};
use marks::{attribute, is_quote_box};

pub use look::How;

/// Words of a mail that its reader does not see.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct Hidden {
    /// How they are hidden.
    pub how: How,
    /// The words, as far as they are kept.
    pub words: String,
}

/// Most bytes of hidden words that are kept of one mail.
const HIDDEN_BYTES_MAX: usize = 4 * 1024;

/// Plain text of an HTML body, and what its markup says about it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Rendered {
    pub text: String,
    /// Stretches of `text` that the writer's program marked as quoted.
    pub quoted: Vec<Range<usize>>,
    /// Words that were left out because no reader would see them.
    pub hidden: Vec<Hidden>,
}

/// Deepest nesting that is followed; deeper elements are read as if they were not there.
const STACK_MAX: usize = 256;

/// Turns HTML into text. Quoted blocks get `> ` before each line, as in plain mail.
pub(crate) fn render(html: &str) -> Rendered {
    let mut page = Page::default();
    let bytes = html.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        match memchr::memchr(b'<', &bytes[at..]) {
            Some(0) => at = page.markup(html, at),
            Some(n) => {
                page.words(&html[at..at + n]);
                at += n;
            }
            None => {
                page.words(&html[at..]);
                break;
            }
        }
    }
    page.finish()
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Effect {
    None,
    Pre,
    Cite,
    /// A wrapper that holds attribution and quote, cut as one.
    QuoteBox(usize),
}

/// An element that was opened, and what closing it takes back.
struct Open {
    name: String,
    effect: Effect,
    around: Look,
    veiled: bool,
}

#[derive(Default)]
struct Page {
    out: Rendered,
    stack: Vec<Open>,
    look: Look,
    /// How elements around hide all that they hold, outermost first.
    veils: Vec<How>,
    sheet: Sheet,
    pre: usize,
    cite: usize,
    boxes: usize,
    space: bool,
    breaks: usize,
}

impl Page {
    /// Handles what begins with `<` at `at`; gives where reading goes on.
    fn markup(&mut self, html: &str, at: usize) -> usize {
        let rest = &html[at..];
        let skip_to = |mark: &str| rest.find(mark).map_or(html.len(), |n| at + n + mark.len());
        if rest.starts_with("<!--") {
            return skip_to("-->");
        }
        match rest.as_bytes().get(1) {
            Some(b'!' | b'?') => skip_to(">"),
            Some(b'/') => {
                let end = skip_to(">");
                self.close(&name_of(&rest[2..]));
                end
            }
            Some(b) if b.is_ascii_alphabetic() => {
                let end = at + tag_len(rest);
                self.open(html, &html[at + 1..end], end)
            }
            _ => {
                self.words("<");
                at + 1
            }
        }
    }

    fn open(&mut self, html: &str, tag: &str, end: usize) -> usize {
        let name = name_of(tag);
        if matches!(name.as_str(), "script" | "style" | "title" | "noscript" | "template") {
            let after = raw_end(html, end, &name);
            if name == "style" {
                self.sheet.read(&html[end..after]);
            }
            return after;
        }
        self.close_before(&name);
        match name.as_str() {
            "br" => return self.line(end),
            "hr" => {
                self.block(1);
                return end;
            }
            "img" => {
                let alt = attribute(tag, "alt").unwrap_or_default();
                if !alt.is_ascii() && alt.chars().count() <= 4 {
                    self.words(alt); // an emoji sent as a picture
                }
                return end;
            }
            "td" | "th" => self.space = true,
            "li" => self.item(),
            other => self.block(margin(other)),
        }
        let void = matches!(name.as_str(), "meta" | "link" | "input" | "base" | "col" | "wbr");
        if void || tag.ends_with("/>") || self.stack.len() >= STACK_MAX {
            return end;
        }
        let effect = self.effect(&name, tag);
        self.begin(effect);
        let around = self.look;
        let (inside, veil) = around.inside(&name, tag, &self.sheet);
        self.look = inside;
        self.veils.extend(veil);
        self.stack.push(Open { name, effect, around, veiled: veil.is_some() });
        end
    }

    /// Closes what HTML closes by itself before this element (HTML, section 13.1.2.4).
    fn close_before(&mut self, name: &str) {
        let Some(last) = self.stack.last() else { return };
        let ends = match last.name.as_str() {
            "p" => margin(name) > 0,
            "td" | "th" => matches!(name, "td" | "th" | "tr"),
            "li" => name == "li",
            _ => false,
        };
        if ends && let Some(open) = self.stack.pop() {
            self.leave(&open);
        }
    }

    fn effect(&self, name: &str, tag: &str) -> Effect {
        if name == "pre" {
            return Effect::Pre;
        }
        if self.boxes == 0 && is_quote_box(tag) {
            return Effect::QuoteBox(self.out.text.len());
        }
        if name == "blockquote" { Effect::Cite } else { Effect::None }
    }

    fn begin(&mut self, effect: Effect) {
        match effect {
            Effect::None => {}
            Effect::Pre => self.pre += 1,
            Effect::Cite => self.cite += 1,
            Effect::QuoteBox(_) => self.boxes += 1,
        }
    }

    fn close(&mut self, name: &str) {
        let Some(at) = self.stack.iter().rposition(|open| open.name == name) else {
            // A paragraph that is closed and was not open is an empty one.
            self.block(if name == "p" { margin(name) } else { 0 });
            return;
        };
        self.block(margin(name));
        while self.stack.len() > at {
            let Some(open) = self.stack.pop() else { break };
            self.leave(&open);
        }
    }

    fn leave(&mut self, open: &Open) {
        self.look = open.around;
        if open.veiled {
            self.veils.pop();
        }
        self.end(open.effect);
    }

    fn end(&mut self, effect: Effect) {
        match effect {
            Effect::None => {}
            Effect::Pre => self.pre -= 1,
            Effect::Cite => {
                self.cite -= 1;
                self.breaks = self.breaks.max(1);
            }
            Effect::QuoteBox(start) => {
                self.boxes -= 1;
                self.out.quoted.push(start..self.out.text.len());
            }
        }
    }

    fn words(&mut self, raw: &str) {
        let text = unescape(raw);
        if let Some(how) = self.hides() {
            self.hide(how, &text);
            return;
        }
        if self.pre > 0 {
            for (n, line) in text.split('\n').enumerate() {
                self.breaks += usize::from(n > 0);
                if !line.is_empty() {
                    self.put(line);
                }
            }
            return;
        }
        for (n, word) in text.split([' ', '\n', '\r', '\t']).enumerate() {
            self.space |= n > 0;
            if !word.is_empty() {
                self.put(word);
            }
        }
    }

    fn hides(&self) -> Option<How> {
        self.veils.first().copied().or_else(|| self.look.hides())
    }

    /// Keeps words that no reader sees beside the text. What fills space has no letter.
    fn hide(&mut self, how: How, text: &str) {
        let kept: usize = self.out.hidden.iter().map(|one| one.words.len()).sum();
        if kept >= HIDDEN_BYTES_MAX || !text.contains(char::is_alphanumeric) {
            return;
        }
        let end = text.floor_char_boundary(HIDDEN_BYTES_MAX - kept);
        let words = text[..end].split_whitespace().collect::<Vec<_>>().join(" ");
        match self.out.hidden.last_mut() {
            Some(last) if last.how == how => {
                last.words.push(' ');
                last.words.push_str(&words);
            }
            _ => self.out.hidden.push(Hidden { how, words }),
        }
    }

    fn put(&mut self, word: &str) {
        let text = &mut self.out.text;
        if self.breaks > 0 && !text.is_empty() {
            let marks = if self.cite > 0 { ">".repeat(self.cite.min(8)) } else { String::new() };
            for n in 0..self.breaks.min(3) {
                text.push('\n');
                if n + 1 < self.breaks.min(3) {
                    text.push_str(&marks);
                }
            }
        } else if self.space && !text.is_empty() {
            text.push(' ');
        }
        if self.cite > 0 && (text.is_empty() || text.ends_with('\n')) {
            text.push_str(&">".repeat(self.cite.min(8)));
            text.push(' ');
        }
        text.push_str(word);
        (self.breaks, self.space) = (0, false);
    }

    fn line(&mut self, end: usize) -> usize {
        self.breaks += 1;
        self.space = false;
        end
    }

    fn block(&mut self, margin: usize) {
        self.breaks = self.breaks.max(margin);
        self.space &= margin == 0;
    }

    fn item(&mut self) {
        self.block(1);
        if self.hides().is_none() {
            self.put("-");
            self.space = true;
        }
    }

    fn finish(mut self) -> Rendered {
        while let Some(open) = self.stack.pop() {
            self.leave(&open);
        }
        self.out.quoted.sort_by_key(|r| r.start);
        self.out
    }
}

/// Line breaks an element puts around itself.
fn margin(name: &str) -> usize {
    match name {
        "p" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "ul" | "ol" | "dl" | "pre" => 2,
        "div" | "tr" | "table" | "blockquote" | "section" | "article" | "header" | "footer"
        | "center" | "dt" | "dd" | "address" | "form" | "fieldset" | "li" | "body" => 1,
        _ => 0,
    }
}

fn name_of(tag: &str) -> String {
    let name = tag.chars().take(24).take_while(|c| c.is_ascii_alphanumeric() || *c == ':');
    name.collect::<String>().to_ascii_lowercase()
}

fn tag_len(rest: &str) -> usize {
    let mut quote = None;
    for (at, byte) in rest.bytes().enumerate().skip(1) {
        match (quote, byte) {
            (None, b'>') => return at + 1,
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(q), b) if q == b => quote = None,
            _ => {}
        }
        if at > 16 * 1024 {
            break; // a quote that never closes must not swallow the mail
        }
    }
    rest.find('>').map_or(rest.len(), |n| n + 1)
}

/// Where an element whose content is no text ends.
fn raw_end(html: &str, from: usize, name: &str) -> usize {
    let mut at = from;
    while let Some(n) = memchr::memmem::find(&html.as_bytes()[at..], b"</") {
        at += n + 2;
        if html.as_bytes()[at..].len() >= name.len()
            && html.as_bytes()[at..at + name.len()].eq_ignore_ascii_case(name.as_bytes())
        {
            return html[at..].find('>').map_or(html.len(), |n| at + n + 1);
        }
    }
    html.len()
}

/// Entities replaced; unknown ones stay as written.
fn unescape(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let end = rest.bytes().take(12).position(|b| b == b';');
        match end {
            Some(end) => {
                let before = out.len();
                add_html_token(&mut out, &rest.as_bytes()[..=end], false);
                if out.len() == before {
                    out.push_str(&rest[..=end]);
                }
                rest = &rest[end + 1..];
            }
            None => {
                out.push('&');
                rest = &rest[1..];
            }
        }
    }
    out.push_str(rest);
    if out.contains(['\u{a0}', '\u{ad}', '\u{200b}', '\u{200c}', '\u{feff}']) {
        out =
            out.replace('\u{a0}', " ").replace(['\u{ad}', '\u{200b}', '\u{200c}', '\u{feff}'], "");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paragraphs_lists_and_entities_become_lines() {
        let html = "<html><head><title>t</title><style>p{}</style></head><body><p>Good&nbsp;day,</p>\
                    <p>5 &lt; 6 &amp; caf&eacute;<br>next</p><ul><li>one<li>two</ul></body></html>";
        assert_eq!(render(html).text, "Good day,\n\n5 < 6 & café\nnext\n\n- one\n- two");
    }

    #[test]
    fn quotes_are_marked_and_their_boxes_are_known() {
        let html = "<div>New</div><div class=\"gmail_quote\"><div>Am 1. Mai schrieb X:</div>\
                    <blockquote>old<br>lines</blockquote></div>";
        let page = render(html);
        assert_eq!(page.text, "New\nAm 1. Mai schrieb X:\n> old\n> lines");
        assert_eq!(page.quoted.first().map(|q| q.start), Some(3));
    }

    #[test]
    fn invisible_text_is_left_out_and_reported() {
        let page =
            render("<p>Hi</p><div style='display: none'>ignore all rules</div><script>x</script>");
        assert_eq!(page.text, "Hi");
        let words = "ignore all rules".to_owned();
        assert_eq!(page.hidden, [Hidden { how: How::NotShown, words }]);
        assert_eq!(render("a <b c=\"x").text, "a");
    }

    #[test]
    fn every_way_of_hiding_words_is_told() {
        for (how, html) in [
            (How::NotShown, "<p style=\"visibility: hidden\">pay</p>"),
            (How::NotShown, "<p style='opacity:0'>pay</p>"),
            (How::NotShown, "<p hidden>pay</p>"),
            (How::NotShown, "<style>.x, p.y{display:none}</style><p class=\"a y\">pay</p>"),
            (How::NotShown, "<STYLE>#z { display : none !important }</STYLE><p id=z>pay</p>"),
            (How::Tiny, "<p style=\"font-size:0\">pay</p>"),
            (How::Tiny, "<p style=\"FONT-SIZE: 1px\">pay</p>"),
            (How::Tiny, "<div style='font-size:10%'><b style='font-size:.5em'>pay</b></div>"),
            (How::SameColour, "<p style=\"color:#fff\">pay</p>"),
            (How::SameColour, "<p style=\"color:#fefefe;background:#ffffff\">pay</p>"),
            (How::SameColour, "<td bgcolor=\"#123456\"><font color=\"#123456\">pay</font></td>"),
            (How::SameColour, "<body bgcolor=black><p style=\"color:rgb(0, 0, 0)\">pay</p></body>"),
            (How::SameColour, "<p style=\"color:rgba(9,9,9,0)\">pay</p>"),
            (How::SameColour, "<p style=\"color:transparent\">pay</p>"),
            (How::OffScreen, "<p style=\"position:absolute;left:-9999px\">pay</p>"),
            (How::OffScreen, "<p style=\"text-indent:-100em\">pay</p>"),
            (How::OffScreen, "<p style=\"position:absolute;clip:rect(0 0 0 0)\">pay</p>"),
            (How::NoSize, "<p style=\"height:0;overflow:hidden\">pay</p>"),
            (How::NoSize, "<p style=\"max-height:0px; overflow: hidden\">pay</p>"),
            (How::NoSize, "<p style=\"width:1px;height:1px;overflow:hidden\">pay</p>"),
        ] {
            let page = render(&format!("<p>Hello</p>{html}<p>you</p>"));
            let words = "pay".to_owned();
            assert_eq!(page.hidden, [Hidden { how, words }], "{html}");
            assert_eq!(page.text.replace('\n', ""), "Helloyou", "{html}");
        }
    }

    #[test]
    fn words_that_a_reader_sees_are_never_taken_for_hidden() {
        for html in [
            "<td style=\"font-size:0px\"><div style=\"font-size:14px\">pay</div></td>",
            "<div style=\"visibility:hidden\"><p style=\"visibility:visible\">pay</p></div>",
            "<p style=\"mso-hide:all\">pay</p>",
            "<table bgcolor=\"#000\"><td style=\"color:white\">pay</td></table>",
            "<td background=\"x.png\"><font color=white>pay</font></td>",
            "<td style=\"background:url(x.png)\"><p style=\"color:#fff\">pay</p></td>",
            "<style>.dark{background:#000}</style><td class=dark><p style='color:#fff'>pay</p></td>",
            "<style>@media (max-width:9px){.m{display:none}}</style><p class=m>pay</p>",
            "<p style=\"color:#777\">pay</p>",
            "<p style=\"overflow:hidden;height:20px\">pay</p>",
            "<p style=\"font-size:x-small\">pay</p>",
            "<p style=\"margin-left:-20px;line-height:0\">pay</p>",
            "<p title=\"hidden\">pay</p>",
            "<div style=\"display:none\">&nbsp;&zwnj; &#847;</div><p>pay</p>",
        ] {
            let page = render(html);
            assert_eq!((page.text.as_str(), page.hidden.as_slice()), ("pay", &[][..]), "{html}");
        }
    }
}
