//! Every format, plain and compressed, a folder or one file: the same entry comes out.

use std::io::Write;

use serde_json::{Value, json};

use crate::harness::Dir;

/// The same entry in each format, with the line it starts on.
const FORMATS: [(&str, &str, u64); 9] = [
    (
        "one.json",
        "{\"title\": \"Low\", \"artists\": \"David Bowie\", \"year\": 1977,\n \"prose\": \"Half of it has no words.\"}",
        1,
    ),
    (
        "array.json",
        "[\n  {\"title\": \"Low\", \"artists\": [\"David Bowie\"], \"year\": 1977, \"prose\": \"Half of it has no words.\"}\n]",
        2,
    ),
    (
        "list.json",
        "{\"list\": \"Berlin\", \"entries\": [\n\n{\"title\": \"Low\", \"artists\": [\"David Bowie\"], \"year\": 1977, \"prose\": \"Half of it has no words.\"}]}",
        3,
    ),
    (
        "lines.jsonl",
        "\n{\"title\": \"Low\", \"artists\": [\"David Bowie\"], \"year\": 1977, \"prose\": \"Half of it has no words.\"}\n",
        2,
    ),
    (
        "lines.ndjson",
        "{\"title\": \"Low\", \"artists\": [\"David Bowie\"], \"year\": 1977, \"prose\": \"Half of it has no words.\"}",
        1,
    ),
    (
        "yaml.md",
        "---\ntitle: Low\nartists: [David Bowie]\nyear: 1977\n---\nHalf of it has no words.\n",
        1,
    ),
    (
        "toml.md",
        "+++\nartists = [\"David Bowie\"]\nyear = 1977\n+++\n\n# Low\n\nHalf of it has no words.\n",
        1,
    ),
    (
        "rows.csv",
        "title,artists,year,prose\nLow,David Bowie,1977,Half of it has no words.\n",
        2,
    ),
    (
        "rows.tsv",
        "title\tartists\tyear\tprose\nLow\tDavid Bowie\t1977\tHalf of it has no words.\n",
        2,
    ),
];

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zst(bytes: &[u8]) -> Vec<u8> {
    zstd::encode_all(bytes, 3).unwrap()
}

/// Checks that the index holds that one entry, from that file and line.
fn holds_low(dir: &Dir, file: &str, line: u64) {
    let answer = dir.search(&["year:1977", "--full"]);
    assert_eq!(answer["total"], 1, "{file}: {answer:#}");
    let hit = &answer["hits"][0];
    assert_eq!(hit["entry"]["title"], "Low", "{file}");
    assert_eq!(hit["entry"]["artists"], json!(["David Bowie"]), "{file}");
    assert_eq!(hit["entry"]["year"], 1977, "{file}");
    let prose = hit["entry"]["prose"].as_str().unwrap();
    assert_eq!(prose.trim(), "Half of it has no words.", "{file}");
    assert_eq!(hit["source"], json!({"path": file, "line": line}), "{file}");
    assert_eq!(dir.search(&["\"no words\""])["total"], 1, "{file}");
}

#[test]
fn each_format_gives_the_same_entry() {
    for (file, text, line) in FORMATS {
        let dir = Dir::new();
        dir.write(&format!("corpus/{file}"), text);
        dir.run(["index"]).ok();
        holds_low(&dir, file, line);
    }
}

#[test]
fn each_format_is_read_compressed() {
    for (file, text, line) in FORMATS {
        for (ending, bytes) in [("gz", gzip(text.as_bytes())), ("zst", zst(text.as_bytes()))] {
            let dir = Dir::new();
            let file = format!("{file}.{ending}");
            dir.write(&format!("corpus/{file}"), bytes);
            dir.run(["index"]).ok();
            holds_low(&dir, &file, line);
        }
    }
}

#[test]
fn one_file_is_a_corpus() {
    let dir = Dir::new();
    dir.write("lines.jsonl.gz", gzip(FORMATS[3].1.as_bytes()));
    dir.run(["index", "lines.jsonl.gz"]).ok();
    holds_low(&dir, "lines.jsonl.gz", 2);
}

#[test]
fn a_list_gives_its_name_to_its_entries() {
    let dir = Dir::new();
    dir.write("corpus/list.json", FORMATS[2].1);
    dir.run(["index"]).ok();
    let answer = dir.search(&["list:berlin"]);
    assert_eq!(answer["hits"][0]["entry"]["list"], "Berlin");
}

#[test]
fn artists_of_a_row_are_set_apart_by_semicolons_only() {
    let dir = Dir::new();
    dir.write(
        "corpus/rows.csv",
        "title,artists,year\nFaith,\"Earth, Wind & Fire; AC/DC ;Tyler, the Creator\",1999\n",
    );
    dir.run(["index"]).ok();
    let answer = dir.search(&["faith"]);
    assert_eq!(
        answer["hits"][0]["entry"]["artists"],
        json!(["Earth, Wind & Fire", "AC/DC", "Tyler, the Creator"])
    );
}

#[test]
fn the_walk_skips_what_is_hidden_or_ignored_or_foreign() {
    let dir = Dir::new();
    let entry = |title: &str| format!("{{\"title\": \"{title}\"}}");
    // Git's own rules hold inside a repository only.
    std::fs::create_dir_all(dir.path("corpus/.git")).unwrap();
    dir.write("corpus/.gitignore", "drafts/\n")
        .write("corpus/seen/a.json", entry("Seen"))
        .write("corpus/drafts/b.json", entry("Ignored"))
        .write("corpus/.hidden.json", entry("Hidden"))
        .write("corpus/notes.txt", "not an entry")
        .write("corpus/cover.png", b"\x89PNG\r\n");
    dir.run(["index"]).ok();
    let answer = dir.search(&["*"]);
    assert_eq!(answer["total"], 1, "{answer:#}");
    assert_eq!(answer["hits"][0]["source"]["path"], "seen/a.json");
}

#[test]
fn ids_are_stable_when_entries_change_places() {
    let dir = Dir::new();
    let (a, b) = ("{\"title\": \"Low\"}", "{\"title\": \"Lodger\"}");
    dir.write("corpus/x.jsonl", format!("{a}\n{b}\n"));
    dir.run(["index"]).ok();
    let ids = |dir: &Dir| [dir.ids(&["title:low"]), dir.ids(&["title:lodger"])].concat();
    let before = ids(&dir);
    assert_eq!(before.len(), 2);
    dir.write("corpus/x.jsonl", format!("{b}\n{a}\n"));
    let summary = dir.run(["index", "--format", "json"]).ok().json();
    assert_eq!(
        (&summary["updated"], &summary["unchanged"]),
        (&Value::from(0), &Value::from(2))
    );
    assert_eq!(ids(&dir), before);
}

#[test]
fn further_keys_are_kept_returned_and_searched() {
    let dir = Dir::with_entries(&[
        r#"{"title": "Low", "label": {"name": "RCA Victor", "country": ["UK", "US"]}, "live": false}"#,
        r#"{"title": "Stage", "label": {"name": "RCA"}, "live": true}"#,
    ]);
    let answer = dir.search(&["label.name:victor"]);
    assert_eq!(answer["total"], 1);
    assert_eq!(
        answer["hits"][0]["entry"]["label"]["country"],
        json!(["UK", "US"])
    );
    assert_eq!(dir.search(&["live:true"])["total"], 1);
    assert_eq!(dir.search(&["label.country:uk"])["total"], 1);
    assert_eq!(dir.search(&["label.country:*"])["total"], 1);
}
