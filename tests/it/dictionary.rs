//! The dictionary that the entries of a larger index are packed with.

use std::fs;
use std::path::PathBuf;

use crate::harness::Dir;

fn lines(range: std::ops::Range<usize>, word: &str) -> String {
    let line = |number: usize| {
        format!(
            "{{\"id\": \"{word}-{number}\", \"title\": \"{word} {number}\", \"artists\": [\"Director {}\"], \"prose\": \"A {word} of the year {} that was filmed in town {}.\"}}\n",
            number % 89,
            1900 + number % 120,
            number * 7919 % 4001,
        )
    };
    range.map(line).collect()
}

/// An index of more entries than a dictionary is made from.
fn large() -> Dir {
    let dir = Dir::new();
    dir.write("corpus/a.jsonl", lines(0..2500, "film"));
    dir.run(["index"]).ok();
    dir
}

/// Where the dictionary of the current generation is, or would be.
fn dictionary(dir: &Dir) -> PathBuf {
    let generation = fs::read_dir(dir.path("index"))
        .unwrap()
        .flatten()
        .find(|entry| entry.file_name().to_string_lossy().starts_with("g-"));
    generation.unwrap().path().join("entries.dict")
}

fn shows(dir: &Dir, id: &str) {
    let shown = dir.run(["show", id, "--format", "json"]).ok();
    assert!(shown.stdout.contains(&id.replace('-', " ")), "{shown:?}");
}

#[test]
fn a_damaged_or_missing_dictionary_is_told_and_mended() {
    let dir = large();
    let path = dictionary(&dir);
    let whole = fs::read(&path).unwrap();
    let mut flipped = whole.clone();
    flipped[whole.len() / 2] ^= 0x10;
    let cut = whole[..whole.len() - 1].to_vec();
    let longer = [&whole[..], b"x"].concat();
    for damage in [Some(flipped), Some(cut), Some(longer), Some(vec![]), None] {
        match &damage {
            Some(bytes) => fs::write(&path, bytes).unwrap(),
            None => fs::remove_file(&path).unwrap(),
        }
        let run = dir.run(["search", "film"]).ended(2);
        let run = run.said("entries.dict").said("needledrop index --rebuild");
        assert!(!run.stderr.contains("panicked"), "{run:?}");
        let checkup = dir.run(["doctor"]).ended(2);
        let all = format!("{}{}", checkup.stdout, checkup.stderr);
        assert!(all.contains("entries.dict"), "{checkup:?}");
    }
    dir.run(["index"]).ok().printed("entries.dict");
    dir.run(["doctor"]).ok();
    shows(&dir, "film-7");
}

#[test]
fn a_generation_keeps_its_dictionary_and_a_rebuild_makes_another() {
    let dir = large();
    let first = fs::read(dictionary(&dir)).unwrap();
    dir.write("corpus/0.jsonl", lines(0..1500, "album"));
    dir.run(["index"]).ok();
    assert_eq!(fs::read(dictionary(&dir)).unwrap(), first);
    shows(&dir, "film-7");
    shows(&dir, "album-7");
    dir.run(["doctor"]).ok();
    dir.run(["index", "--rebuild"]).ok();
    assert_ne!(fs::read(dictionary(&dir)).unwrap(), first);
    shows(&dir, "film-7");
    shows(&dir, "album-7");
    dir.run(["doctor"]).ok();
}

#[test]
fn few_entries_need_none_and_many_more_get_one() {
    for count in [1, 10] {
        let dir = Dir::new();
        dir.write("corpus/a.jsonl", lines(0..count, "film"));
        dir.run(["index"]).ok();
        assert!(!dictionary(&dir).exists());
        shows(&dir, "film-0");
        // What was packed without it stays as it is.
        dir.write("corpus/b.jsonl", lines(0..2500, "album"));
        let run = dir.run(["index"]).ok();
        assert!(!run.stdout.contains("full rebuild"), "{run:?}");
        assert!(dictionary(&dir).exists());
        dir.run(["doctor"]).ok();
        for number in (0..2500).step_by(499) {
            shows(&dir, &format!("album-{number}"));
        }
        shows(&dir, "film-0");
    }
}
