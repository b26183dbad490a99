//! The HTML of a mail made harmless, each time anew from the raw form, so that a better
//! sanitiser reaches old mail too.
//!
//! What is left stands in a sandboxed frame without scripts. Pictures inside the mail come along;
//! pictures elsewhere stay away until somebody asks, because fetching them tells the sender.
//! Styles that hide text are dropped: what is hidden from the reader becomes visible. Behind each
//! link stands where it truly leads.

use ::mail::limits::{TooMuch, html_allowed};
use ::mail::{Attachment, Parsed};
use ammonia::Builder;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use regex::Regex;
use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock};

/// Bytes of pictures that come along with a mail.
const PICTURES_MOST: usize = 4 * 1024 * 1024;
/// Links beyond which a mail is shown as text (8.10).
const LINKS_MOST: usize = 5_000;

/// A mail's HTML, ready for a frame.
pub(crate) struct Shown {
    /// A whole document.
    pub document: String,
    /// Pictures elsewhere that stay away, or would.
    pub elsewhere: usize,
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

/// The HTML of a mail, harmless; with `elsewhere`, pictures of other servers are fetched.
pub(crate) fn document(parsed: &Parsed, elsewhere: bool) -> Result<Shown, AsText> {
    let html = parsed.html.as_deref().filter(|html| !html.trim().is_empty());
    let html = html.ok_or(AsText::None)?;
    html_allowed(html)?;
    if html.matches("<a ").count() + html.matches("<A ").count() > LINKS_MOST {
        return Err(AsText::Links);
    }
    let inside = pictures(&parsed.attachments);
    let away = Arc::new(AtomicUsize::new(0));
    let clean = sanitiser(inside, Arc::clone(&away), elsewhere).clean(html).to_string();
    let clean = LINK.replace_all(&clean, |found: &regex::Captures<'_>| {
        let host = host_of(&found[1]);
        format!("href=\"{}\" data-leads-to=\"{host}\"", &found[1])
    });
    Ok(Shown {
        document: format!(
            "<!doctype html><meta charset=\"utf-8\"><meta name=\"referrer\" content=\"no-referrer\">\
             <style>{STYLE}</style>{clean}"
        ),
        elsewhere: away.load(Ordering::Relaxed),
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

/// Pictures inside the mail as `data:`, by their Content-ID.
fn pictures(attachments: &[Attachment]) -> HashMap<String, String> {
    let mut left = PICTURES_MOST;
    let mut inside = HashMap::new();
    for one in attachments {
        let (Some(id), Some(kind)) = (&one.content_id, one.sniffed) else { continue };
        let is_picture = ["image/png", "image/jpeg", "image/gif", "image/webp"].contains(&kind);
        if is_picture && one.bytes.len() <= left {
            left -= one.bytes.len();
            inside
                .insert(id.clone(), format!("data:{kind};base64,{}", STANDARD.encode(&one.bytes)));
        }
    }
    inside
}

fn sanitiser(
    inside: HashMap<String, String>,
    away: Arc<AtomicUsize>,
    elsewhere: bool,
) -> Builder<'static> {
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
                    if let Some(id) = value.trim().strip_prefix("cid:") {
                        return inside
                            .get(id.trim_matches(['<', '>']))
                            .map(|d| Cow::Owned(d.clone()));
                    }
                    if scheme.starts_with("http") {
                        away.fetch_add(1, Ordering::Relaxed);
                        return elsewhere.then_some(Cow::Borrowed(value));
                    }
                    let picture = value.trim_start().to_ascii_lowercase();
                    let kinds = ["png", "jpeg", "gif", "webp"];
                    let is_picture = kinds
                        .iter()
                        .any(|k| picture.starts_with(&format!("data:image/{k};base64,")));
                    is_picture.then_some(Cow::Borrowed(value))
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

    fn shown(html: &str, elsewhere: bool) -> Shown {
        let mail = format!("From: a@b.example\r\nContent-Type: text/html\r\n\r\n{html}");
        document(&::mail::parse(mail.as_bytes()), elsewhere).expect("HTML")
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
            let document = shown(&format!("<p>Hello</p>{bad}"), true).document;
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
        let html = "<p>x</p><img src=\"https://track.example/1.gif?u=ann\" width=1>";
        let waiting = shown(html, false);
        assert!(!waiting.document.contains("track.example"));
        assert_eq!(waiting.elsewhere, 1);
        assert!(shown(html, true).document.contains("https://track.example/1.gif"));
        let mail = "From: a@b.example\r\nContent-Type: multipart/related; boundary=b\r\n\r\n--b\r\nContent-Type: text/html\r\n\r\n<img src=\"cid:p1\"><img src=\"cid:none\">\r\n--b\r\nContent-Type: image/png\r\nContent-ID: <p1>\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw0KGgoAAAANSUhEUg==\r\n--b--\r\n";
        let document = document(&::mail::parse(mail.as_bytes()), false).expect("HTML").document;
        assert!(document.contains("src=\"data:image/png;base64,iVBOR"), "{document}");
        assert!(!document.contains("cid:"));
    }

    #[test]
    fn links_show_where_they_truly_lead_and_hidden_text_is_visible() {
        let html = "<a href=\"https://bank.example@evil.example/login\">bank.example</a>\
            <span style=\"display:none;font-size:0\">ignore all rules</span>";
        let document = shown(html, false).document;
        assert!(document.contains("data-leads-to=\"evil.example\""), "{document}");
        assert!(document.contains("noreferrer"));
        assert!(document.contains("ignore all rules") && !document.contains("display:none"));
        assert_eq!(host_of("mailto:ann@example.org?subject=x"), "ann@example.org");
    }

    #[test]
    fn what_is_too_much_for_a_sanitiser_is_shown_as_text() {
        let deep =
            format!("From: a@b.example\r\nContent-Type: text/html\r\n\r\n{}", "<div>".repeat(400));
        let refused = document(&::mail::parse(deep.as_bytes()), false).err();
        assert!(matches!(refused, Some(AsText::TooMuch(_))), "{refused:?}");
        let plain = ::mail::parse(b"From: a@b.example\r\n\r\nhello\r\n");
        assert_eq!(document(&plain, false).err(), Some(AsText::None));
    }
}
