//! Bytes to a response: what type they are, how long they keep, packed when whoever asks can unpack.

use std::io::Write;

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use flate2::Compression;
use flate2::write::GzEncoder;

/// Less than this is not worth packing.
const WORTH_PACKING: usize = 1_000;

/// The bytes of an answer, ready to go.
#[derive(Debug, Clone)]
pub struct Reply {
    bytes: Vec<u8>,
    is_packed: bool,
    content_type: &'static str,
    cache: &'static str,
    etag: Option<String>,
}

/// JSON.
pub const JSON: &str = "application/json";
/// HTML.
pub const HTML: &str = "text/html; charset=utf-8";

impl Reply {
    /// An answer that is not kept, packed if `packs`.
    pub fn new(bytes: Vec<u8>, content_type: &'static str, packs: bool) -> Reply {
        let packed =
            (packs && bytes.len() >= WORTH_PACKING).then(|| pack(&bytes, Compression::fast()));
        Reply {
            is_packed: packed.is_some(),
            bytes: packed.unwrap_or(bytes),
            content_type,
            cache: "no-store",
            etag: None,
        }
    }

    /// The same, kept by whoever asked, who looks each time whether it is still the same.
    pub fn tagged(mut self, hash: u64) -> Reply {
        self.etag = Some(format!(
            "\"{hash:016x}{}\"",
            if self.is_packed { "-gzip" } else { "" }
        ));
        self.cache = "no-cache";
        self
    }

    /// The response to a request with these headers.
    pub fn respond(self, asked: &HeaderMap) -> Response<Body> {
        let mut response = Response::new(Body::empty());
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static(self.content_type),
        );
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(self.cache));
        headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
        if let Some(tag) = &self.etag {
            if let Ok(value) = HeaderValue::from_str(tag) {
                headers.insert(header::ETAG, value);
            }
            if is_known(asked, tag) {
                *response.status_mut() = StatusCode::NOT_MODIFIED;
                return response;
            }
        }
        if self.is_packed {
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        }
        *response.body_mut() = Body::from(self.bytes);
        response
    }
}

/// Whether whoever asks has what has this tag.
fn is_known(asked: &HeaderMap, tag: &str) -> bool {
    let known = asked
        .get(header::IF_NONE_MATCH)
        .and_then(|value| value.to_str().ok());
    known.is_some_and(|known| {
        let mut tags = known
            .split(',')
            .map(|known| known.trim().trim_start_matches("W/"));
        tags.any(|known| known == tag || known == "*")
    })
}

/// Whether whoever asks unpacks gzip.
pub fn takes_gzip(asked: &HeaderMap) -> bool {
    let accepted = asked
        .get(header::ACCEPT_ENCODING)
        .and_then(|value| value.to_str().ok());
    accepted.unwrap_or_default().split(',').any(|coding| {
        let (name, quality) = coding.split_once(';').unwrap_or((coding, ""));
        let refused = quality
            .trim()
            .strip_prefix("q=")
            .and_then(|q| q.parse::<f32>().ok())
            == Some(0.0);
        name.trim().eq_ignore_ascii_case("gzip") && !refused
    })
}

/// Bytes packed with gzip.
pub fn pack(bytes: &[u8], level: Compression) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(bytes.len() / 2), level);
    // A Vec always takes what is written.
    let _ = encoder.write_all(bytes);
    encoder.finish().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    fn asked(name: header::HeaderName, value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::from_static(value))])
    }

    #[test]
    fn gzip_is_for_who_takes_it() {
        for (value, takes) in [
            ("gzip", true),
            ("br, GZIP;q=0.5", true),
            ("gzip;q=0", false),
            ("identity", false),
            ("", false),
            ("xgzip", false),
        ] {
            assert_eq!(
                takes_gzip(&asked(header::ACCEPT_ENCODING, value)),
                takes,
                "{value}"
            );
        }
    }

    #[test]
    fn what_is_packed_unpacks() {
        let text = "bowie ".repeat(1_000);
        let reply = Reply::new(text.clone().into_bytes(), JSON, true);
        assert!(reply.is_packed && reply.bytes.len() < 200);
        let mut unpacked = String::new();
        flate2::read::GzDecoder::new(&*reply.bytes)
            .read_to_string(&mut unpacked)
            .unwrap();
        assert_eq!(unpacked, text);
        assert!(!Reply::new(b"short".to_vec(), JSON, true).is_packed);
    }

    #[test]
    fn what_is_known_is_not_sent_again() {
        let reply = Reply::new(b"page".to_vec(), HTML, false).tagged(7);
        let same = reply.clone().respond(&asked(
            header::IF_NONE_MATCH,
            "\"x\", W/\"0000000000000007\"",
        ));
        assert_eq!(same.status(), StatusCode::NOT_MODIFIED);
        let other = reply.respond(&asked(header::IF_NONE_MATCH, "\"0000000000000008\""));
        assert_eq!(other.status(), StatusCode::OK);
    }
}
