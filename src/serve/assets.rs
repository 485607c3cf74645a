//! What the page is made of: script, style and mark, kept in the program.
//!
//! Their addresses hold a hash of all of them, so that a browser may keep them for ever and a new program is asked anew.
//! The scripts import one another by relative names, which stay under the same hash.

use std::sync::LazyLock;

use axum::body::Body;
use axum::extract::Path;
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use flate2::Compression;
use xxhash_rust::xxh3::xxh3_64;

use super::problem::Problem;
use super::reply::{pack, takes_gzip};

/// Name, type, content.
const FILES: [(&str, &str, &str); 6] = [
    (
        "page.js",
        "text/javascript; charset=utf-8",
        include_str!("page/page.js"),
    ),
    (
        "ask.js",
        "text/javascript; charset=utf-8",
        include_str!("page/ask.js"),
    ),
    (
        "draw.js",
        "text/javascript; charset=utf-8",
        include_str!("page/draw.js"),
    ),
    (
        "text.js",
        "text/javascript; charset=utf-8",
        include_str!("page/text.js"),
    ),
    (
        "page.css",
        "text/css; charset=utf-8",
        include_str!("page/page.css"),
    ),
    ("mark.svg", "image/svg+xml", include_str!("page/mark.svg")),
];

/// A file with its packed form.
struct Asset {
    name: &'static str,
    content_type: &'static str,
    plain: &'static str,
    packed: Vec<u8>,
}

static ASSETS: LazyLock<Vec<Asset>> = LazyLock::new(|| {
    let asset = |&(name, content_type, plain): &(&'static str, &'static str, &'static str)| Asset {
        name,
        content_type,
        plain,
        packed: pack(plain.as_bytes(), Compression::best()),
    };
    FILES.iter().map(asset).collect()
});

/// The hash in the addresses.
pub static HASH: LazyLock<String> = LazyLock::new(|| {
    let all: String = FILES
        .iter()
        .map(|(name, _, content)| format!("{name}\n{content}\n"))
        .collect();
    format!("{:016x}", xxh3_64(all.as_bytes()))
});

/// The address of a file.
pub fn address(name: &str) -> String {
    format!("/assets/{}/{name}", *HASH)
}

/// `/assets/{hash}/{name}`.
pub async fn asset(
    Path((hash, name)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response<Body>, Problem> {
    let found = ASSETS
        .iter()
        .find(|asset| asset.name == name && hash == *HASH);
    let Some(asset) = found else {
        let problem = Problem::new(
            StatusCode::NOT_FOUND,
            "missing",
            "there is no such file, or no longer",
        );
        return Err(problem.hint("load the page anew"));
    };
    let packed = takes_gzip(&headers);
    let body = match packed {
        true => Body::from(asset.packed.as_slice()),
        false => Body::from(asset.plain),
    };
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    if packed {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static(asset.content_type),
    );
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    let kept = HeaderValue::from_static("public, max-age=31536000, immutable");
    headers.insert(header::CACHE_CONTROL, kept);
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The page is made without markup from data, and asks nobody else.
    #[test]
    fn the_scripts_make_no_markup_and_name_no_other_site() {
        for (name, _, content) in FILES {
            for banned in [
                "innerHTML",
                "outerHTML",
                "insertAdjacentHTML",
                "document.write",
                "eval(",
                "new Function",
                "@import",
            ] {
                assert!(!content.contains(banned), "{banned} in {name}");
            }
            let addresses = content
                .matches("http://")
                .chain(content.matches("https://"));
            let namespaces = content.matches("http://www.w3.org/2000/svg");
            assert_eq!(addresses.count(), namespaces.count(), "{name}");
        }
    }
}
