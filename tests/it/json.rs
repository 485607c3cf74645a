//! The JSON that other programs rely on: every key, in its order, and nothing that was not asked for.

use serde_json::{Value, json};

use crate::harness::{Dir, ids_of};

fn keys(value: &Value) -> Vec<&str> {
    value
        .as_object()
        .expect("an object")
        .keys()
        .map(String::as_str)
        .collect()
}

/// All the text of a fragment.
fn text(fragment: &Value) -> String {
    let pieces = fragment.as_array().expect("a fragment is a list of pieces");
    pieces
        .iter()
        .map(|piece| piece["text"].as_str().unwrap())
        .collect()
}

#[test]
fn an_answer_has_this_shape() {
    let dir = Dir::with_first_index();
    let answer = dir.search(&["bowie", "glam", "--facet", "artists"]);
    assert_eq!(
        keys(&answer),
        [
            "version",
            "query",
            "total",
            "total_is",
            "took_us",
            "offset",
            "hits",
            "facets",
            "did_you_mean",
            "warnings"
        ]
    );
    assert_eq!(answer["version"], 1);
    assert_eq!(answer["query"], "bowie glam");
    assert_eq!(answer["offset"], 0);
    assert_eq!(answer["did_you_mean"], Value::Null);
    assert_eq!(answer["warnings"], json!([]));
    assert!(answer["took_us"].is_u64());
    let first = &answer["hits"][0];
    assert_eq!(
        keys(first),
        ["position", "score", "id", "entry", "source", "highlight"]
    );
    assert_eq!(first["position"], 1);
    assert_eq!(first["id"], "velvet-goldmine");
    assert!(first["score"].as_f64().unwrap() > 0.0);
    assert_eq!(first["entry"]["title"], "Velvet Goldmine");
    assert_eq!(first["entry"]["rank"], 8);
    assert_eq!(first["entry"].get("prose"), None, "prose comes with --full");
    assert_eq!(first["source"]["path"], "soundtracks.json");
    let line = first["source"]["line"].as_u64().unwrap() as usize;
    let corpus = dir.read("corpus/soundtracks.json");
    let at: String = corpus.lines().skip(line - 1).take(2).collect();
    assert!(at.contains("\"velvet-goldmine\""), "line {line} is {at:?}");
}

#[test]
fn a_highlight_is_pieces() {
    let dir = Dir::with_first_index();
    let answer = dir.search(&["bowie"]);
    for hit in answer["hits"].as_array().unwrap() {
        assert_eq!(
            hit["highlight"]["artists"],
            json!([[{"text": "David "}, {"text": "Bowie", "match": true}]])
        );
        let prose = hit["highlight"]["prose"].as_array().unwrap();
        assert!(!prose.is_empty());
        assert!(prose.iter().all(|fragment| !text(fragment).contains('<')));
    }
}

#[test]
fn prose_is_always_there_its_opening_when_nothing_of_it_matched() {
    let dir = Dir::with_entries(&[
        r#"{"title": "Heroes", "id": "h", "prose": "Recorded by the Wall. Then mixed."}"#,
    ]);
    let answer = dir.search(&["title:heroes"]);
    let highlight = &answer["hits"][0]["highlight"];
    assert_eq!(
        highlight["title"],
        json!([[{"text": "Heroes", "match": true}]])
    );
    assert_eq!(highlight["prose"].as_array().unwrap().len(), 1);
    let opening = &highlight["prose"][0];
    assert!(
        text(opening).starts_with("Recorded by the Wall."),
        "{opening}"
    );
    assert!(
        opening
            .as_array()
            .unwrap()
            .iter()
            .all(|piece| piece.get("match").is_none())
    );
}

#[test]
fn full_and_explain_add_what_they_say() {
    let dir = Dir::with_first_index();
    let full = dir.search(&["bowie", "--full", "-n", "1"]);
    assert!(full["hits"][0]["entry"]["prose"].as_str().unwrap().len() > 100);
    let plain = dir.search(&["bowie", "-n", "1"]);
    let explained = dir.search(&["bowie", "-n", "1", "--explain"]);
    assert!(keys(&explained["hits"][0]).len() > keys(&plain["hits"][0]).len());
    assert!(keys(&explained).len() > keys(&plain).len());
    assert_eq!(explained["hits"][0]["score"], plain["hits"][0]["score"]);
}

#[test]
fn pages_join_to_the_whole() {
    let dir = Dir::with_first_index();
    let whole = dir.search(&["the", "-n", "20"]);
    let mut joined = Vec::new();
    for offset in (0..20).step_by(7) {
        let page = dir.search(&["the", "-n", "7", "--offset", &offset.to_string()]);
        assert_eq!(page["offset"], offset);
        assert_eq!(page["total"], whole["total"]);
        if let Some(first) = page["hits"].get(0) {
            assert_eq!(first["position"], offset + 1);
        }
        joined.extend(ids_of(&page));
    }
    assert_eq!(joined, ids_of(&whole));
    assert!(!joined.is_empty());
}

#[test]
fn a_likely_mistake_is_a_warning_with_the_mended_query() {
    let dir = Dir::with_first_index();
    let answer = dir.search(&["\"thin white duke"]);
    let warning = &answer["warnings"][0];
    assert!(
        warning["message"].as_str().unwrap().contains("quote"),
        "{answer:#}"
    );
    assert_eq!(ids_of(&answer)[0], "velvet-goldmine");
    let text = dir.run(["search", "\"thin white duke"]).ok();
    assert!(text.stderr.contains("warning: "), "{text}");
    assert!(
        text.stderr.contains('^'),
        "a caret points at the place\n{text}"
    );
    let field = dir.search(&["artsits:bowie"]);
    assert!(
        field["warnings"][0].to_string().contains("artists:bowie"),
        "{field:#}"
    );
}

#[test]
fn jsonl_is_a_hit_a_line() {
    let dir = Dir::with_first_index();
    let hits = dir
        .run(["search", "bowie", "--format", "jsonl"])
        .ok()
        .json_lines();
    let answer = dir.search(&["bowie"]);
    assert_eq!(hits.len(), 3);
    for (hit, whole) in hits.iter().zip(answer["hits"].as_array().unwrap()) {
        assert_eq!(hit["id"], whole["id"]);
        assert_eq!(hit["highlight"], whole["highlight"]);
        assert_eq!(hit.get("qid"), None, "no qid without --queries");
    }
}

#[test]
fn trec_is_six_columns() {
    let dir = Dir::with_first_index();
    let run = dir
        .run(["search", "bowie", "--format", "trec", "--run-tag", "mine"])
        .ok();
    let ids = dir.ids(&["bowie"]);
    let lines: Vec<Vec<&str>> = run
        .stdout
        .lines()
        .map(|line| line.split(' ').collect())
        .collect();
    assert_eq!(lines.len(), ids.len(), "{run}");
    for (at, (columns, id)) in lines.iter().zip(&ids).enumerate() {
        assert_eq!(columns.len(), 6, "{run}");
        assert_eq!(columns[1], "Q0");
        assert_eq!(columns[2], id);
        assert_eq!(columns[3], (at + 1).to_string());
        assert!(columns[4].parse::<f64>().unwrap() > 0.0);
        assert_eq!(columns[5], "mine");
    }
}
