//! Bad input never loses the rest and never passes in silence.

use crate::harness::Dir;

const GOOD: &str = "{\"title\": \"Good\", \"id\": \"good\", \"prose\": \"fine\"}\n";

/// A kind of bad file: its name, its bytes, where the trouble is, and a word that must be said of it.
struct Bad {
    file: &'static str,
    bytes: &'static [u8],
    place: &'static str,
    word: &'static str,
    /// Entries of the file that are fine.
    rest: u64,
}

const KINDS: [Bad; 12] = [
    Bad {
        file: "broken.json",
        bytes: b"{\"title\": \"Low\",\n  \"year\": }",
        place: "broken.json:2:",
        word: "",
        rest: 0,
    },
    Bad {
        file: "broken.jsonl",
        bytes: b"{\"title\": \"Low\"}\n{\"title\": \"Hig\n{\"title\": \"Lodger\"}\n",
        place: "broken.jsonl:2:",
        word: "",
        rest: 2,
    },
    Bad {
        file: "latin.jsonl",
        bytes: b"{\"title\": \"Low\"}\n{\"title\": \"Bj\xf6rk\"}\n{\"title\": \"Lodger\"}\n",
        place: "latin.jsonl:2:",
        word: "UTF-8",
        rest: 2,
    },
    Bad {
        file: "untitled.jsonl",
        bytes: b"{\"title\": \"Low\"}\n{\"artists\": [\"Nobody\"]}\n",
        place: "untitled.jsonl:2",
        word: "title",
        rest: 1,
    },
    Bad {
        file: "blank.jsonl",
        bytes: b"{\"title\": \"  \"}\n",
        place: "blank.jsonl:1",
        word: "title",
        rest: 0,
    },
    Bad {
        file: "types.jsonl",
        bytes: b"{\"title\": [\"Low\"]}\n{\"title\": \"Low\", \"artists\": {\"a\": 1}}\n{\"title\": \"Low\", \"prose\": 7}\n",
        place: "types.jsonl:3",
        word: "prose",
        rest: 0,
    },
    Bad {
        file: "twice.jsonl",
        bytes: b"{\"title\": \"Low\", \"id\": \"x\"}\n{\"title\": \"Lodger\", \"id\": \"x\"}\n",
        place: "twice.jsonl:2",
        word: "id",
        rest: 1,
    },
    Bad {
        file: "scalar.jsonl",
        bytes: b"42\n{\"title\": \"Low\"}\n",
        place: "scalar.jsonl:1",
        word: "",
        rest: 1,
    },
    Bad {
        file: "empty.json",
        bytes: b"",
        place: "empty.json",
        word: "empty",
        rest: 0,
    },
    Bad {
        file: "front.md",
        bytes: b"---\ntitle: [Low\n---\nProse.\n",
        place: "front.md:",
        word: "",
        rest: 0,
    },
    Bad {
        file: "headless.csv",
        bytes: b"name,year\nLow,1977\n",
        place: "headless.csv:",
        word: "title",
        rest: 0,
    },
    Bad {
        file: "torn.jsonl.gz",
        bytes: b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03torn",
        place: "torn.jsonl.gz",
        word: "",
        rest: 0,
    },
];

#[test]
fn each_kind_is_placed_fails_the_run_and_leaves_the_old_index() {
    for bad in KINDS {
        let dir = Dir::with_entries(&[GOOD]);
        dir.write(&format!("corpus/{}", bad.file), bad.bytes);
        let run = dir.run(["index"]).ended(2).said(bad.place).said(bad.word);
        assert!(run.stderr.contains("hint: "), "{run}");
        assert_eq!(run.stdout, "", "{run}");
        assert_eq!(dir.ids(&["*"]), ["good"], "{}", bad.file);
    }
}

#[test]
fn the_rest_is_indexed_when_asked_for() {
    for bad in KINDS {
        let dir = Dir::with_entries(&[GOOD]);
        dir.write(&format!("corpus/{}", bad.file), bad.bytes);
        let run = dir
            .run(["index", "--skip-invalid", "--format", "json"])
            .ok();
        let summary = run.json();
        assert_eq!(summary["entries"], 1 + bad.rest, "{run}");
        assert_eq!(summary["committed"], true, "{run}");
        let problems = summary["problems"].as_array().unwrap();
        assert!(!problems.is_empty(), "{run}");
        assert_eq!(dir.search(&["*"])["total"], 1 + bad.rest, "{run}");
        dir.run(["index", "--skip-invalid"])
            .ok()
            .said(bad.place)
            .printed("unchanged");
    }
}

#[test]
fn all_problems_are_reported_not_just_the_first() {
    let dir = Dir::new();
    for bad in KINDS {
        dir.write(&format!("corpus/{}", bad.file), bad.bytes);
    }
    let run = dir.run(["index"]).ended(2);
    for bad in KINDS {
        assert!(run.stderr.contains(bad.place), "{} in\n{run}", bad.place);
    }
    for place in ["types.jsonl:1", "types.jsonl:2"] {
        assert!(run.stderr.contains(place), "{place} in\n{run}");
    }
    assert!(run.stderr.contains("--skip-invalid"), "{run}");
}

#[test]
fn a_check_only_checks() {
    let dir = Dir::new();
    dir.write("corpus/good.jsonl", GOOD);
    dir.run(["index", "--check"])
        .ok()
        .printed("1 valid entry, no problems");
    assert!(!dir.path("index").exists(), "a check writes nothing");
    dir.write("corpus/bad.jsonl", "{}");
    dir.run(["index", "--check"])
        .ended(2)
        .said("bad.jsonl:1")
        .said("1 problem");
    assert!(!dir.path("index").exists(), "a check writes nothing");
}

#[test]
fn a_first_search_on_a_bad_corpus_says_what_is_wrong() {
    let dir = Dir::new();
    dir.write("corpus/good.jsonl", GOOD)
        .write("corpus/bad.jsonl", "{}");
    dir.run(["search", "fine"])
        .ended(2)
        .said("bad.jsonl:1")
        .said("--skip-invalid");
}

#[test]
fn a_corpus_that_is_not_there() {
    let dir = Dir::new();
    dir.run(["index"]).ended(2).said("error: ").said("corpus");
    dir.run(["index", "nowhere.jsonl"])
        .ended(2)
        .said("nowhere.jsonl");
    dir.run(["search", "x"]).ended(2).said("needledrop index");
}

#[test]
fn a_folder_of_photographs_is_no_index() {
    let dir = Dir::new();
    dir.write("corpus/good.jsonl", GOOD)
        .write("photos/beach.jpg", b"\xff\xd8\xff")
        .write("photos/needles.png", b"\x89PNG");
    dir.run(["index", "--index", "photos"])
        .ended(2)
        .said("photos");
    dir.run(["index", "--index", "photos", "--rebuild"])
        .ended(2);
    let left = std::fs::read_dir(dir.path("photos")).unwrap().count();
    assert_eq!(left, 2, "nothing is added and nothing is gone");
    assert_eq!(
        std::fs::read(dir.path("photos/beach.jpg")).unwrap(),
        b"\xff\xd8\xff"
    );
}
