//! The invariants of the house that a reading of the sources can check: which room may name what.

use std::path::{Path, PathBuf};

/// A source file: its path under `src/`, and its lines without comments and without its unit tests.
struct Source {
    name: String,
    whole: String,
    code: Vec<(usize, String)>,
}

/// The plain half of `src/search/`: what is asked, how it is understood and weighed, what is answered and which passages
/// are shown. The other half runs it, over posting lists, and names `tantivy` where it does.
const PLAIN_IN_SEARCH: [&str; 7] = [
    "search/query/",
    "search/passage/",
    "search/pattern.rs",
    "search/plan.rs",
    "search/request.rs",
    "search/response.rs",
    "search/weights.rs",
];

/// The rooms in the order in which data flows: each may name those before it only.
const ROOMS: [&str; 7] = [
    "analysis", "corpus", "index", "search", "output", "serve", "cli",
];

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    collect(&root, &mut files);
    assert!(files.len() > 40, "only {} files found", files.len());
    files.iter().map(|file| read(&root, file)).collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for item in std::fs::read_dir(folder).unwrap() {
        let path = item.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

fn read(root: &Path, file: &Path) -> Source {
    let whole = std::fs::read_to_string(file).unwrap();
    let name = file
        .strip_prefix(root)
        .unwrap()
        .to_string_lossy()
        .replace('\\', "/");
    let is_test = name.ends_with("tests.rs") || name.contains("/tests/");
    let code = whole
        .lines()
        .enumerate()
        .take_while(|(_, line)| !is_test && !line.starts_with("mod tests {"))
        .map(|(at, line)| {
            (
                at + 1,
                line.split("//").next().unwrap_or_default().to_owned(),
            )
        })
        .collect();
    Source { name, whole, code }
}

impl Source {
    /// The room it stands in; empty for the shared nouns at the top.
    fn room(&self) -> &str {
        match self.name.split_once('/') {
            Some((room, _)) => room,
            None => "",
        }
    }

    /// Places where `word` stands in the code as a whole word.
    fn naming(&self, word: &str) -> Vec<String> {
        let is_part = |c: char| c.is_alphanumeric() || c == '_';
        let stands_in = |line: &str| {
            line.match_indices(word).any(|(at, _)| {
                !line[..at].ends_with(is_part) && !line[at + word.len()..].starts_with(is_part)
            })
        };
        let hits = self.code.iter().filter(|(_, line)| stands_in(line));
        hits.map(|(at, line)| format!("src/{}:{at}: {}", self.name, line.trim()))
            .collect()
    }
}

#[track_caller]
fn none(places: Vec<String>, law: &str) {
    assert!(places.is_empty(), "{law}\n{}", places.join("\n"));
}

#[test]
fn tantivy_is_named_in_the_index_and_where_a_search_is_run() {
    let sources = sources();
    let is_plain = |source: &&Source| {
        let runs = ["index", "search"].contains(&source.room());
        !runs
            || PLAIN_IN_SEARCH
                .iter()
                .any(|plain| source.name.starts_with(plain))
    };
    let outside = sources.iter().filter(is_plain);
    none(
        outside
            .flat_map(|source| source.naming("tantivy"))
            .collect(),
        "tantivy outside",
    );
}

#[test]
fn the_plain_half_of_the_search_is_there() {
    let sources = sources();
    for plain in PLAIN_IN_SEARCH {
        let found = sources.iter().any(|source| source.name.starts_with(plain));
        assert!(found, "nothing under src/{plain}");
    }
}

#[test]
fn clap_and_its_kin_stop_at_the_command_line() {
    let sources = sources();
    let outside = sources.iter().filter(|source| source.room() != "cli");
    let kin = [
        "clap",
        "clap_complete",
        "clap_mangen",
        "indicatif",
        "anstream",
    ];
    let places = outside.flat_map(|source| kin.iter().flat_map(|name| source.naming(name)));
    none(places.collect(), "the command line's crates outside of it");
}

#[test]
fn only_the_doors_print_or_exit() {
    let sources = sources();
    let inside = sources
        .iter()
        .filter(|source| !["cli", "serve"].contains(&source.room()));
    let ways = [
        "println!",
        "eprintln!",
        "print!",
        "eprint!",
        "dbg!",
        "process::exit",
        "process::abort",
        "io::stdout",
        "io::stderr",
        "stdout()",
        "stderr()",
    ];
    let places = inside.flat_map(|source| {
        let lines = source.code.iter();
        let hits = lines.filter(|(_, line)| ways.iter().any(|way| line.contains(way)));
        hits.map(|(at, line)| format!("src/{}:{at}: {}", source.name, line.trim()))
    });
    none(
        places.collect(),
        "printing or exiting outside of cli/ and serve/",
    );
}

#[test]
fn arrows_point_one_way() {
    let mut places = Vec::new();
    for source in &sources() {
        let Some(own) = ROOMS.iter().position(|room| *room == source.room()) else {
            continue;
        };
        for later in &ROOMS[own + 1..] {
            places.extend(source.naming(&format!("crate::{later}")));
        }
        // `use crate::{a, b}` would hide a room from this reading.
        places.extend(source.naming("crate::{"));
    }
    none(places, "a room names one behind it");
}

#[test]
fn files_introduce_themselves() {
    let silent = sources()
        .into_iter()
        .filter(|source| !source.whole.starts_with("//!") && !source.name.ends_with("/tests.rs"))
        .map(|source| source.name);
    none(silent.collect(), "no `//!` paragraph on top");
}

#[test]
fn every_dependency_has_a_reason() {
    let manifest: toml::Table = include_str!("../../Cargo.toml").parse().unwrap();
    let unix = &manifest["target"]["cfg(unix)"]["dependencies"];
    let tables = [
        &manifest["dependencies"],
        &manifest["dev-dependencies"],
        unix,
    ];
    let names = tables
        .into_iter()
        .flat_map(|table| table.as_table().unwrap().keys());
    let names: Vec<&String> = names.collect();
    assert!(names.len() > 20, "{names:?}");
    let reasons = include_str!("../../ARCHITECTURE.md")
        .split_once("## Dependencies")
        .unwrap()
        .1;
    for name in names {
        assert!(
            reasons.contains(&format!("`{name}`")),
            "ARCHITECTURE.md says nothing of `{name}`"
        );
    }
}
