//! The published JSON. Its shapes are their own structs, apart from the domain types, so that neither changes the other.
//!
//! Control characters, also those that JSON would let pass (C1, direction marks), are written as `\u…`: the same data, safe
//! to look at in a terminal.

use std::io::{self, Write};

use serde::ser::{SerializeMap, SerializeSeq};
use serde::{Serialize, Serializer};
use serde_json::ser::{CompactFormatter, Formatter};

use super::clean::is_unsafe;
use crate::entry::Entry;
use crate::index::Source;
use crate::search::engine::Found;
use crate::search::query::ast::Warning;
use crate::search::response::{Explanation, Facet, Fragment, Hit, Piece, SearchResponse};

/// The version of all JSON that this program writes. Keys may be added within a version; none is taken away or changed.
pub const VERSION: u32 = 1;

/// Writes an answer as one object on one line, with the id of its query where there is one.
///
/// # Errors
/// What `out` says.
pub fn write(out: &mut impl Write, response: &SearchResponse, qid: Option<&str>) -> io::Result<()> {
    write_line(out, &SearchJson::new(response, qid))
}

/// Writes one whole entry as one object on one line.
///
/// # Errors
/// What `out` says.
pub fn write_found(out: &mut impl Write, found: &Found) -> io::Result<()> {
    write_line(
        out,
        &FoundJson {
            version: VERSION,
            id: &found.entry.id,
            entry: EntryJson(&found.entry),
            source: found.source.as_ref().map(SourceJson::new),
            highlight: HighlightJson(&found.marked),
        },
    )
}

/// Writes a value as JSON on one line, with its line end.
///
/// # Errors
/// What `out` says.
pub fn write_line(out: &mut impl Write, value: &impl Serialize) -> io::Result<()> {
    value.serialize(&mut serde_json::Serializer::with_formatter(
        &mut *out,
        Safe(CompactFormatter),
    ))?;
    writeln!(out)
}

/// JSON that a terminal may see.
struct Safe(CompactFormatter);

impl Formatter for Safe {
    fn write_string_fragment<W: ?Sized + Write>(
        &mut self,
        out: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        let mut rest = fragment;
        while let Some(at) = rest.find(is_unsafe) {
            let (safe, behind) = rest.split_at(at);
            out.write_all(safe.as_bytes())?;
            let mut chars = behind.chars();
            for unit in chars
                .next()
                .iter()
                .flat_map(|c| c.encode_utf16(&mut [0; 2]).to_vec())
            {
                write!(out, "\\u{unit:04x}")?;
            }
            rest = chars.as_str();
        }
        self.0.write_string_fragment(out, rest)
    }
}

/// An answer.
#[derive(Serialize)]
struct SearchJson<'a> {
    version: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    qid: Option<&'a str>,
    query: &'a str,
    total: u64,
    total_is: &'static str,
    took_us: u64,
    offset: usize,
    hits: Vec<HitJson<'a>>,
    facets: FacetsJson<'a>,
    did_you_mean: Option<&'a str>,
    warnings: Vec<WarningJson<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    understood: Option<&'a str>,
}

impl<'a> SearchJson<'a> {
    fn new(response: &'a SearchResponse, qid: Option<&'a str>) -> SearchJson<'a> {
        let warning = |warning| WarningJson::new(&response.query, warning);
        SearchJson {
            version: VERSION,
            qid,
            query: &response.query,
            total: response.total,
            total_is: if response.total_exact {
                "exact"
            } else {
                "at_least"
            },
            took_us: u64::try_from(response.took.as_micros()).unwrap_or(u64::MAX),
            offset: response.offset,
            hits: response.hits.iter().map(HitJson::new).collect(),
            facets: FacetsJson(&response.facets),
            did_you_mean: response.did_you_mean.as_deref(),
            warnings: response.warnings.iter().map(warning).collect(),
            understood: response.understood.as_deref(),
        }
    }
}

/// A hit.
#[derive(Serialize)]
pub(super) struct HitJson<'a> {
    position: usize,
    score: f32,
    id: &'a str,
    entry: EntryJson<'a>,
    source: Option<SourceJson<'a>>,
    highlight: HighlightJson<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    explanation: Option<ExplanationJson<'a>>,
}

impl<'a> HitJson<'a> {
    pub(super) fn new(hit: &'a Hit) -> HitJson<'a> {
        HitJson {
            position: hit.position,
            score: hit.score,
            id: &hit.id,
            entry: EntryJson(&hit.entry),
            source: hit.source.as_ref().map(SourceJson::new),
            highlight: HighlightJson(&hit.highlight),
            explanation: hit.explanation.as_ref().map(ExplanationJson::new),
        }
    }
}

/// A whole entry.
#[derive(Serialize)]
struct FoundJson<'a> {
    version: u32,
    id: &'a str,
    entry: EntryJson<'a>,
    source: Option<SourceJson<'a>>,
    highlight: HighlightJson<'a>,
}

/// An entry: title and artists always, its keys in their order, other names and prose where there are any.
struct EntryJson<'a>(&'a Entry);

impl Serialize for EntryJson<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let entry = self.0;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("title", &entry.title)?;
        map.serialize_entry("artists", &entry.artists)?;
        for (key, value) in &entry.keys {
            map.serialize_entry(key, value)?;
        }
        if !entry.aliases.is_empty() {
            map.serialize_entry("aliases", &entry.aliases)?;
        }
        if !entry.prose.is_empty() {
            map.serialize_entry("prose", &entry.prose)?;
        }
        map.end()
    }
}

/// Where an entry stands in the corpus.
#[derive(Serialize)]
struct SourceJson<'a> {
    path: &'a str,
    line: u64,
}

impl<'a> SourceJson<'a> {
    fn new(source: &'a Source) -> SourceJson<'a> {
        SourceJson {
            path: &source.path,
            line: source.line,
        }
    }
}

/// Field → fragments, in the order of the response.
struct HighlightJson<'a>(&'a [(String, Vec<Fragment>)]);

impl Serialize for HighlightJson<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(field, fragments)| {
            let fragments: Vec<FragmentJson<'_>> = fragments
                .iter()
                .map(|fragment| FragmentJson(fragment))
                .collect();
            (field, fragments)
        }))
    }
}

/// The pieces of a fragment.
struct FragmentJson<'a>(&'a [Piece]);

impl Serialize for FragmentJson<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut pieces = serializer.serialize_seq(Some(self.0.len()))?;
        for piece in self.0 {
            pieces.serialize_element(&PieceJson {
                text: &piece.text,
                matched: piece.matched,
            })?;
        }
        pieces.end()
    }
}

#[derive(Serialize)]
struct PieceJson<'a> {
    text: &'a str,
    #[serde(rename = "match", skip_serializing_if = "std::ops::Not::not")]
    matched: bool,
}

/// A part of a score.
#[derive(Serialize)]
struct ExplanationJson<'a> {
    label: &'a str,
    value: f32,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    parts: Vec<ExplanationJson<'a>>,
}

impl<'a> ExplanationJson<'a> {
    fn new(explanation: &'a Explanation) -> ExplanationJson<'a> {
        ExplanationJson {
            label: &explanation.label,
            value: explanation.value,
            parts: explanation.parts.iter().map(ExplanationJson::new).collect(),
        }
    }
}

/// Field → its values. A field that was asked for twice stands once.
struct FacetsJson<'a>(&'a [Facet]);

impl Serialize for FacetsJson<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let is_first = |index: usize, facet: &Facet| {
            self.0[..index]
                .iter()
                .all(|before| before.field != facet.field)
        };
        let facets = self
            .0
            .iter()
            .enumerate()
            .filter(|&(index, facet)| is_first(index, facet));
        serializer.collect_map(facets.map(|(_, facet)| {
            let values = facet.values.iter().map(|(value, count)| ValueJson {
                value,
                count: *count,
            });
            (&facet.field, values.collect::<Vec<_>>())
        }))
    }
}

#[derive(Serialize)]
struct ValueJson<'a> {
    value: &'a str,
    count: u64,
}

/// A likely mistake in the query.
#[derive(Serialize)]
struct WarningJson<'a> {
    message: &'a str,
    /// In characters of the query, from 0.
    start: usize,
    /// One past the last.
    end: usize,
    mended: Option<&'a str>,
}

impl<'a> WarningJson<'a> {
    fn new(query: &str, warning: &'a Warning) -> WarningJson<'a> {
        let characters = |bytes: usize| {
            query
                .char_indices()
                .take_while(|&(at, _)| at < bytes)
                .count()
        };
        WarningJson {
            message: &warning.message,
            start: characters(warning.span.start),
            end: characters(warning.span.end),
            mended: warning.mended.as_deref(),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::super::samples;
    use super::*;

    fn json(response: &SearchResponse) -> String {
        let mut out = Vec::new();
        write(&mut out, response, None).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn an_answer() {
        assert_eq!(
            json(&samples::bowie()),
            concat!(
                r#"{"version":1,"query":"bowie","total":3,"total_is":"exact","took_us":412,"offset":0,"hits":[{"position":1,"#,
                r#""score":5.13,"id":"velvet-goldmine","entry":{"title":"Velvet Goldmine","artists":["Brian Eno","David Bowie"],"#,
                r#""rank":8,"year":1998,"list":"Soundtracks"},"source":{"path":"soundtracks.json","line":12},"#,
                r#""highlight":{"artists":[[{"text":"David "},{"text":"Bowie","match":true}]],"#,
                r#""prose":[[{"text":"… without "},{"text":"Bowie","match":true},{"text":"'s songs …"}]]}}],"#,
                r#""facets":{"artists":[{"value":"David Bowie","count":3}]},"did_you_mean":null,"warnings":[]}"#,
                "\n"
            )
        );
    }

    #[test]
    fn what_is_only_there_when_asked_for() {
        let mut response = samples::bowie();
        response.total_exact = false;
        response.query = "é \"x".to_owned();
        response.understood = Some("find: the word x".to_owned());
        response.did_you_mean = Some("bowie".to_owned());
        response.warnings = vec![samples::unclosed_quote()];
        response.hits[0].entry.prose = "Glam.".to_owned();
        response.hits[0].entry.aliases = vec!["Ziggy".to_owned()];
        response.hits[0].source = None;
        response.hits[0].explanation = Some(samples::explanation());
        let value: Value = serde_json::from_str(&json(&response)).unwrap();
        assert_eq!(value["total_is"], "at_least");
        assert_eq!(value["understood"], "find: the word x");
        assert_eq!(value["did_you_mean"], "bowie");
        let warning = serde_json::json!({"message": "this quote is never closed", "start": 2, "end": 3, "mended": "é \"x\""});
        assert_eq!(value["warnings"][0], warning);
        let hit = &value["hits"][0];
        assert_eq!(hit["entry"]["prose"], "Glam.");
        assert_eq!(hit["entry"]["aliases"][0], "Ziggy");
        assert_eq!(hit["source"], Value::Null);
        assert_eq!(hit["explanation"]["parts"][0]["label"], "bowie in artists");
    }

    #[test]
    fn a_query_of_many_has_its_id() {
        let mut out = Vec::new();
        write(&mut out, &samples::bowie(), Some("q7")).unwrap();
        assert!(out.starts_with(br#"{"version":1,"qid":"q7","query":"bowie","#));
    }

    #[test]
    fn a_whole_entry() {
        let mut out = Vec::new();
        write_found(&mut out, &samples::found()).unwrap();
        let value: Value = serde_json::from_slice(&out).unwrap();
        assert_eq!(value["id"], "velvet-goldmine");
        assert!(value["entry"]["prose"].is_string());
        assert_eq!(value["highlight"]["prose"][0][1]["match"], true);
    }

    proptest! {
        #[test]
        fn any_text_comes_back_and_none_is_obeyed(text in samples::hostile()) {
            let mut response = samples::with_text(&text);
            response.query = text.clone();
            let line = json(&response);
            prop_assert!(!line.trim_end_matches('\n').contains(is_unsafe), "{line:?}");
            let value: Value = serde_json::from_str(&line).unwrap();
            prop_assert_eq!(&value["query"], &text);
            prop_assert_eq!(&value["hits"][0]["entry"]["title"], &text);
            prop_assert_eq!(&value["hits"][0]["highlight"]["prose"][0][0]["text"], &text);
        }
    }
}
