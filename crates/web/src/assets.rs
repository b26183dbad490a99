//! Style sheets, scripts and the mark, inside the program.
//!
//! Each is served under a name that carries the hash of its content, so that a browser may keep it
//! for a year and never shows an old one after an update. Compressed once, at the first request.

use std::{collections::HashMap, io::Write, sync::LazyLock};

use axum::{
    Router,
    body::Bytes,
    extract::Path,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use flate2::{Compression, write::GzEncoder};
use rust_embed::RustEmbed;
use sha2::{Digest, Sha256};

use crate::keymap;

#[derive(RustEmbed)]
#[folder = "assets/"]
struct Files;

/// The files pages ask for: the name templates use, the file in `assets/`. What ends in `/` is put
/// together from the files there, in the order of their names.
const SERVED: &[(&str, &str)] = &[
    ("staff.css", "staff/"),
    ("customer.css", "customer/"),
    ("htmx.js", "vendor/htmx-4.0.1.min.js"),
    ("redress.js", "script/"),
    ("mark.svg", "mark.svg"),
];

/// One file as it goes over the wire.
struct Asset {
    content_type: &'static str,
    etag: String,
    plain: Bytes,
    gzip: Bytes,
}

struct Assets {
    by_path: HashMap<String, Asset>,
    url_by_name: HashMap<&'static str, String>,
}

static ASSETS: LazyLock<Assets> = LazyLock::new(|| {
    let mut assets = Assets { by_path: HashMap::new(), url_by_name: HashMap::new() };
    for (name, file) in SERVED {
        let content = content(name, file);
        let hash = hash(&content);
        let (stem, ending) = name.rsplit_once('.').expect("every served file has an ending");
        let path = format!("{stem}.{hash}.{ending}");
        assets.url_by_name.insert(name, format!("/assets/{path}"));
        let asset = Asset {
            content_type: content_type(ending),
            etag: format!("\"{hash}\""),
            gzip: gzip(&content).into(),
            plain: content.into(),
        };
        assets.by_path.insert(path, asset);
    }
    assets
});

/// The address of a file by the name templates use, such as `staff.css` →
/// `/assets/staff.3f2a….css`.
///
/// # Panics
/// If no such file is served: the template has a typing error, and its test says so.
pub fn url(name: &str) -> &'static str {
    ASSETS.url_by_name.get(name).unwrap_or_else(|| panic!("no asset is called {name}"))
}

/// Serves everything under `/assets/`.
pub fn router<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new().route("/assets/{name}", get(show))
}

/// `GET /assets/{name}`
async fn show(Path(name): Path<String>, headers: HeaderMap) -> Response {
    let Some(asset) = ASSETS.by_path.get(&name) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let mut answer = [
        (header::CONTENT_TYPE, asset.content_type),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
        (header::ETAG, asset.etag.as_str()),
        (header::VARY, "Accept-Encoding"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ]
    .into_response();
    if says(&headers, header::IF_NONE_MATCH, &asset.etag) {
        *answer.status_mut() = StatusCode::NOT_MODIFIED;
        return answer;
    }
    let body = if says(&headers, header::ACCEPT_ENCODING, "gzip") {
        let encoding = header::HeaderValue::from_static("gzip");
        answer.headers_mut().insert(header::CONTENT_ENCODING, encoding);
        &asset.gzip
    } else {
        &asset.plain
    };
    *answer.body_mut() = body.clone().into();
    answer
}

/// Whether a comma-separated header names `wanted`, with or without parameters.
fn says(headers: &HeaderMap, name: header::HeaderName, wanted: &str) -> bool {
    headers.get_all(name).iter().filter_map(|value| value.to_str().ok()).any(|value| {
        value.split(',').any(|part| {
            let (part, rest) = part.split_once(';').unwrap_or((part, ""));
            part.trim().trim_start_matches("W/") == wanted && rest.trim() != "q=0"
        })
    })
}

fn content(name: &str, file: &str) -> Vec<u8> {
    if name == "redress.js" {
        return script(file).into_bytes();
    }
    if file.ends_with('/') {
        return parts(file).concat().into_bytes();
    }
    Files::get(file).unwrap_or_else(|| panic!("{file} is not in assets/")).data.into_owned()
}

/// The texts of a folder in the order of their names.
fn parts(folder: &str) -> Vec<String> {
    let mut paths: Vec<_> = Files::iter().filter(|path| path.starts_with(folder)).collect();
    paths.sort();
    let text = |path: &str| {
        let file = Files::get(path).expect("the list names files that are there");
        String::from_utf8(file.data.into_owned()).expect("scripts and sheets are UTF-8")
    };
    paths.iter().map(|path| text(path)).collect()
}

/// Our own script: the registry of keys in front, so that the browser can know no other, then the
/// parts of `folder`, in one scope. Comments and indentation stay at home.
fn script(folder: &str) -> String {
    let mut script =
        format!("(()=>{{\"use strict\";\nconst redressKeys={};\n", keymap::browser_json());
    for text in parts(folder) {
        let lines = text.lines().map(str::trim).filter(|line| !line.starts_with("//"));
        for line in lines.filter(|line| !line.is_empty()) {
            script.push_str(line);
            script.push('\n');
        }
    }
    script.push_str("})();\n");
    script
}

fn hash(content: &[u8]) -> String {
    const BYTES: usize = 8; // 64 bits tell a handful of files apart in every release to come.
    Sha256::digest(content).iter().take(BYTES).map(|byte| format!("{byte:02x}")).collect()
}

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder
        .write_all(content)
        .and_then(|()| encoder.finish())
        .expect("writing to memory cannot fail")
}

fn content_type(ending: &str) -> &'static str {
    match ending {
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "svg" => "image/svg+xml",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod contrast;

#[cfg(test)]
mod tests {
    use axum::{body::Body, http::Request};
    use http_body_util::BodyExt;
    use tower::ServiceExt;

    use super::*;

    async fn ask(path: &str, name: header::HeaderName, value: &str) -> Response {
        let request = Request::get(path).header(name, value).body(Body::empty()).unwrap();
        router::<()>().oneshot(request).await.unwrap()
    }

    #[tokio::test]
    async fn every_file_is_kept_for_a_year_under_a_name_that_changes_with_its_content() {
        for (name, _) in SERVED {
            let answer = ask(url(name), header::ACCEPT, "*/*").await;
            assert_eq!(answer.status(), StatusCode::OK, "{name}");
            let cache = answer.headers()[header::CACHE_CONTROL].to_str().unwrap();
            assert!(cache.contains("immutable"), "{name}");
        }
    }

    #[tokio::test]
    async fn a_browser_that_has_the_file_is_told_so() {
        let first = ask(url("staff.css"), header::ACCEPT_ENCODING, "br, gzip").await;
        assert_eq!(first.headers()[header::CONTENT_ENCODING], "gzip");
        let etag = first.headers()[header::ETAG].to_str().unwrap().to_owned();
        let second = ask(url("staff.css"), header::IF_NONE_MATCH, &etag).await;
        assert_eq!(second.status(), StatusCode::NOT_MODIFIED);
        assert!(second.into_body().collect().await.unwrap().to_bytes().is_empty());
    }

    #[tokio::test]
    async fn a_browser_that_refuses_compression_gets_the_plain_file() {
        let answer = ask(url("staff.css"), header::ACCEPT_ENCODING, "gzip;q=0, br").await;
        assert!(!answer.headers().contains_key(header::CONTENT_ENCODING));
        let answer = ask("/assets/staff.css", header::ACCEPT, "*/*").await;
        assert_eq!(answer.status(), StatusCode::NOT_FOUND);
    }

    #[test]
    fn weights_stay_within_their_budgets() {
        let weight = |name: &str| {
            let path = url(name).trim_start_matches("/assets/");
            ASSETS.by_path[path].gzip.len()
        };
        assert!(weight("staff.css") <= 20_000, "staff.css {}", weight("staff.css"));
        assert!(weight("customer.css") <= 8_000, "customer.css {}", weight("customer.css"));
        assert!(weight("htmx.js") <= 16_000, "htmx.js {}", weight("htmx.js"));
        // One file holds our own script (15 kB) and live updates (3 kB); budgets of the interface.
        assert!(weight("redress.js") <= 18_000, "redress.js {}", weight("redress.js"));
    }

    #[test]
    fn style_sheets_know_no_left_and_right() {
        for name in ["staff.css", "customer.css"] {
            let path = url(name).trim_start_matches("/assets/");
            let sheet = String::from_utf8(ASSETS.by_path[path].plain.to_vec()).unwrap();
            for line in sheet.lines() {
                let property = line.trim().split(':').next().unwrap_or("");
                let physical = ["left", "right", "margin-left", "margin-right", "padding-left"]
                    .into_iter()
                    .chain(["padding-right", "border-left", "border-right", "width", "height"])
                    .any(|word| property == word);
                assert!(!physical, "{name}: {line}");
                assert!(!line.contains("text-align: left") && !line.contains("text-align: right"));
            }
        }
    }
}
