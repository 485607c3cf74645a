//! Other people's data, indexed as it is.

use serde_json::json;

use crate::harness::Dir;

const FILMS: &str = r#"{"title": "After Dark in Central Park", "year": 1900, "cast": [], "href": null}
{"title": "Heat", "year": 1995, "cast": ["Al Pacino", "Robert De Niro"], "href": "Heat_(1995_film)", "extract": "A heist film in Los Angeles."}
{"title": "Heat", "year": 1986, "cast": ["Burt Reynolds"], "href": "Heat_(1986_film)"}
{"title": "The Godfather", "year": 1972, "cast": ["Al Pacino"], "href": "Shared", "extract": "A family."}
{"title": "The Godfather Saga", "year": 1977, "cast": ["Al Pacino"], "href": "Shared", "extract": "The same family."}
"#;

const MAP: [&str; 6] = [
    "--map",
    "artists=cast",
    "--map",
    "prose=extract",
    "--map",
    "id=href",
];

/// The films are all there, with their fields under our names.
fn holds_films(dir: &Dir) {
    let answer = dir.search(&["artist:pacino", "--full", "--sort", "year"]);
    assert_eq!(answer["total"], 3, "{answer:#}");
    let heat = &answer["hits"][2];
    assert_eq!(heat["id"], "Heat_(1995_film)");
    assert_eq!(
        heat["entry"]["artists"],
        json!(["Al Pacino", "Robert De Niro"])
    );
    assert_eq!(heat["entry"]["prose"], "A heist film in Los Angeles.");
    let mut ids = dir.ids(&["*", "-n", "100"]);
    assert_eq!(ids.len(), 5);
    ids.sort();
    ids.dedup();
    assert_eq!(
        ids.len(),
        5,
        "shared and missing ids are told apart: {ids:?}"
    );
    assert_eq!(dir.search(&["\"heist film\""])["total"], 1);
}

#[test]
fn by_flags() {
    let dir = Dir::new();
    dir.write("films.jsonl", FILMS);
    dir.run([&["index", "films.jsonl"], &MAP[..]].concat()).ok();
    holds_films(&dir);
    let again = dir.run([&["index", "films.jsonl", "--format", "json"], &MAP[..]].concat());
    assert_eq!(again.ok().json()["unchanged"], 5);
}

#[test]
fn by_a_file_beside_the_corpus() {
    let dir = Dir::new();
    dir.write("corpus/films.jsonl", FILMS).write(
        "corpus/needledrop.toml",
        "[map]\nartists = \"cast\"\nprose = \"extract\"\nid = \"href\"\n",
    );
    dir.run(["index"]).ok();
    holds_films(&dir);
}

#[test]
fn a_changed_mapping_is_a_full_rebuild() {
    let dir = Dir::new();
    dir.write("films.jsonl", FILMS);
    dir.run(["index", "films.jsonl"]).ok();
    assert_eq!(dir.search(&["cast:pacino"])["total"], 3);
    dir.run([&["index", "films.jsonl"], &MAP[..]].concat())
        .ok()
        .printed("full rebuild");
    holds_films(&dir);
}

#[test]
fn settings_that_make_no_sense() {
    let dir = Dir::new();
    dir.write("corpus/films.jsonl", FILMS);
    for toml in [
        "language = \"klingon\"",
        "langauge = \"english\"",
        "= x",
        "[aliases]\na = 3",
    ] {
        dir.write("corpus/needledrop.toml", toml);
        dir.run(["index"]).ended(2).said("needledrop.toml");
    }
    dir.run(["index", "--map", "artists"])
        .ended(2)
        .said("artists=cast");
}

#[test]
fn what_is_worth_a_word_is_said_and_is_no_failure() {
    let dir = Dir::new();
    let twice = "{\"title\": \"Heat\", \"prose\": \"A heist.\"}\n";
    dir.write("corpus/films.jsonl", [twice, twice].concat());
    dir.run(["index"])
        .ok()
        .said("note: corpus/films.jsonl:2: says exactly what")
        .printed("1 added");
    let summary = dir
        .run(["index", "--rebuild", "--format", "json"])
        .ok()
        .json();
    assert_eq!(summary["notes"].as_array().unwrap().len(), 1, "{summary:#}");
    assert_eq!(summary["problems"], json!([]));
    assert_eq!(summary["rebuilt"], "full rebuild: asked for");
}
