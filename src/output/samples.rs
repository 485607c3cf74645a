//! What the tests of the renderers render.

use std::time::Duration;

use proptest::prelude::*;
use serde_json::json;

use crate::entry::Entry;
use crate::index::Source;
use crate::search::engine::Found;
use crate::search::query::ast::Warning;
use crate::search::response::{Explanation, Facet, Fragment, Hit, Piece, SearchResponse};

/// A fragment; what stands between `[` and `]` matched.
fn fragment(text: &str) -> Fragment {
    let pieces = text.split(['[', ']']).enumerate();
    pieces
        .filter(|(_, text)| !text.is_empty())
        .map(|(index, text)| Piece {
            text: text.to_owned(),
            matched: index % 2 == 1,
        })
        .collect()
}

fn entry() -> Entry {
    let keys = json!({"rank": 8, "year": 1998, "list": "Soundtracks"});
    Entry {
        id: "velvet-goldmine".to_owned(),
        title: "Velvet Goldmine".to_owned(),
        artists: vec!["Brian Eno".to_owned(), "David Bowie".to_owned()],
        keys: keys.as_object().cloned().unwrap_or_default(),
        ..Entry::default()
    }
}

fn source() -> Option<Source> {
    Some(Source {
        path: "soundtracks.json".to_owned(),
        line: 12,
    })
}

/// The first of three hits for `bowie`.
pub(super) fn bowie() -> SearchResponse {
    let hit = Hit {
        position: 1,
        score: 5.13,
        id: "velvet-goldmine".to_owned(),
        entry: entry(),
        source: source(),
        highlight: vec![
            ("artists".to_owned(), vec![fragment("David [Bowie]")]),
            (
                "prose".to_owned(),
                vec![fragment("… without [Bowie]'s songs …")],
            ),
        ],
        explanation: None,
    };
    SearchResponse {
        query: "bowie".to_owned(),
        total: 3,
        total_exact: true,
        took: Duration::from_micros(412),
        hits: vec![hit],
        facets: vec![Facet {
            field: "artists".to_owned(),
            values: vec![("David Bowie".to_owned(), 3)],
        }],
        ..SearchResponse::default()
    }
}

/// A whole entry with paragraphs and nested keys.
pub(super) fn found() -> Found {
    let mut entry = entry();
    entry.artists[0] = "Earth, Wind & Fire".to_owned();
    entry.prose = "Glam without Bowie's songs: he said no,\nand had his reasons.\n \nThe rest is by others.\n".to_owned();
    entry
        .keys
        .insert("label".to_owned(), json!({"name": "Rhino"}));
    entry
        .keys
        .insert("tags".to_owned(), json!(["glam", "rock"]));
    let prose = entry.prose.replacen("Bowie", "[Bowie]", 1);
    Found {
        entry,
        source: source(),
        marked: vec![
            ("artists".to_owned(), vec![fragment("David [Bowie]")]),
            ("prose".to_owned(), vec![fragment(&prose)]),
        ],
    }
}

/// About `é "x`.
pub(super) fn unclosed_quote() -> Warning {
    Warning {
        message: "this quote is never closed".to_owned(),
        span: 3..4,
        mended: Some("é \"x\"".to_owned()),
    }
}

/// A score in two parts.
pub(super) fn explanation() -> Explanation {
    let part = |label: &str, value: f32, parts: Vec<Explanation>| Explanation {
        label: label.to_owned(),
        value,
        parts,
    };
    let parts = vec![
        part("bowie in artists", 3.13, vec![]),
        part("bowie in prose", 2.0, vec![]),
    ];
    part("score", 5.13, parts)
}

/// An answer in which every text is this one.
pub(super) fn with_text(text: &str) -> SearchResponse {
    let mut response = bowie();
    let hit = &mut response.hits[0];
    let piece = |matched: bool| Piece {
        text: text.to_owned(),
        matched,
    };
    hit.id = text.to_owned();
    hit.entry.title = text.to_owned();
    hit.entry.artists = vec![text.to_owned(), "David Bowie".to_owned()];
    hit.entry.keys.insert("list".to_owned(), text.into());
    hit.source = Some(Source {
        path: text.to_owned(),
        line: 1,
    });
    hit.highlight = vec![
        ("prose".to_owned(), vec![vec![piece(false), piece(true)]]),
        (text.to_owned(), vec![vec![piece(true)]]),
    ];
    hit.explanation = Some(explanation());
    if let Some(explanation) = &mut hit.explanation {
        explanation.parts[0].label = text.to_owned();
    }
    response.facets[0].field = text.to_owned();
    response.facets[0].values = vec![(text.to_owned(), 3)];
    response.understood = Some(format!("  {text}"));
    response
}

/// Texts that mean harm to a terminal, or take strange widths.
pub(super) fn hostile() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        2 => "[a-z ]{1,6}",
        1 => any::<char>().prop_map(String::from),
        1 => (0u32..0xa0).prop_map(|code| char::from_u32(code).unwrap_or(' ').to_string()),
        1 => proptest::sample::select(vec![
            "\u{1b}[31m", "\u{1b}]0;x\u{7}", "\u{9b}2J", "\u{202e}", "\u{2066}", "\u{2028}", "\u{ad}", "\u{e0041}", "音楽", "👩\u{200d}🎤", "e\u{301}",
            "\n\n", "\t", "%", "\u{a0}",
        ]).prop_map(str::to_owned),
    ];
    proptest::collection::vec(piece, 1..12).prop_map(|pieces| pieces.concat())
}
