//! One hit a line, as JSON: for programs that read as they go.

use std::io::{self, Write};

use serde::Serialize;

use super::json::{HitJson, write_line};
use crate::search::response::SearchResponse;

/// Writes each hit as one object on one line, with the id of its query where there is one.
///
/// # Errors
/// What `out` says.
pub fn write(out: &mut impl Write, response: &SearchResponse, qid: Option<&str>) -> io::Result<()> {
    for hit in &response.hits {
        let hit = HitJson::new(hit);
        write_line(out, &LineJson { qid, hit })?;
    }
    Ok(())
}

#[derive(Serialize)]
struct LineJson<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    qid: Option<&'a str>,
    #[serde(flatten)]
    hit: HitJson<'a>,
}

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::*;

    #[test]
    fn a_hit_a_line() {
        let mut response = samples::bowie();
        response.hits.push(response.hits[0].clone());
        let mut out = Vec::new();
        write(&mut out, &response, Some("q7")).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert_eq!(text.lines().count(), 2);
        let start =
            r#"{"qid":"q7","position":1,"score":5.13,"id":"velvet-goldmine","entry":{"title""#;
        assert!(text.starts_with(start), "{text}");
        let mut out = Vec::new();
        write(&mut out, &response, None).unwrap();
        assert!(out.starts_with(br#"{"position":1,"#));
    }
}
