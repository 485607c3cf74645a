//! Keeping an index: show, status, doctor, rebuilding, watching.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::harness::Dir;

#[test]
fn show_gives_an_entry_whole() {
    let dir = Dir::with_first_index();
    dir.run(["show", "velvet-goldmine"])
        .ok()
        .printed("Velvet Goldmine")
        .printed("Todd Haynes")
        .printed("England in the 1970s");
    let entry = dir
        .run(["show", "velvet-goldmine", "--format", "json"])
        .ok()
        .json();
    let text = entry.to_string();
    assert!(
        text.contains("\"composer\":\"Carter Burwell\""),
        "{entry:#}"
    );
    assert!(text.contains("Thin White Duke"), "{entry:#}");
}

#[test]
fn an_unknown_id_ends_with_1_and_a_suggestion() {
    let dir = Dir::with_first_index();
    dir.run(["show", "velvet-goldmin"])
        .ended(1)
        .said("there is no entry \"velvet-goldmin\"")
        .said("needledrop show velvet-goldmine");
    dir.run(["show", "qqqqqqqq"]).ended(1).said("error: ");
}

#[test]
fn status_says_what_is_there_and_whether_it_is_current() {
    let dir = Dir::with_first_index();
    dir.run(["status"])
        .ok()
        .printed("20 entries")
        .printed("corpus");
    let status = dir.run(["status", "--format", "json"]).ok().json();
    assert_eq!(status["entries"], 20);
    assert!(status["bytes"].as_u64().unwrap() > 1000);
    assert_eq!(status["changed"], serde_json::Value::Null);
    dir.edit(
        "corpus/soundtracks.json",
        "uncannily in the manner",
        "in the very manner",
    );
    let status = dir.run(["status", "--format", "json"]).ok().json();
    assert!(status["changed"].is_string(), "{status:#}");
    dir.run(["status"])
        .ok()
        .printed("1 file changed (bring it up to date with: needledrop index)");
    dir.run(["index"]).ok();
    let status = dir.run(["status", "--format", "json"]).ok().json();
    assert_eq!(status["changed"], serde_json::Value::Null);
}

#[test]
fn a_second_run_has_nothing_to_do() {
    let dir = Dir::with_first_corpus();
    let first = dir.run(["index", "--format", "json"]).ok().json();
    assert_eq!(
        (&first["added"], &first["entries"]),
        (&20.into(), &20.into())
    );
    dir.run(["index"])
        .ok()
        .printed("0 added, 0 updated, 0 removed, 20 unchanged; 20 entries in ");
    std::fs::remove_file(dir.path("corpus/noteworthy/the-crow.md")).unwrap();
    dir.write("corpus/new.json", "{\"title\": \"Low\", \"id\": \"low\"}");
    let run = dir.run(["index"]).ok();
    run.printed("1 added, 0 updated, 1 removed, 19 unchanged; 20 entries in ");
    dir.run(["search", "id:the-crow"]).ended(1);
    dir.run(["show", "the-crow"]).ended(1);
    dir.run(["show", "low"]).ok();
}

#[test]
fn a_rebuild_answers_as_before() {
    let dir = Dir::with_first_index();
    let answer = |dir: &Dir| dir.search(&["the songs of rock", "-n", "20"])["hits"].clone();
    let before = answer(&dir);
    dir.edit(
        "corpus/soundtracks.json",
        "uncannily in the manner",
        "in the very manner",
    );
    dir.run(["index"]).ok();
    dir.edit(
        "corpus/soundtracks.json",
        "in the very manner",
        "uncannily in the manner",
    );
    dir.run(["index"]).ok();
    assert_eq!(answer(&dir), before, "an edit taken back leaves no trace");
    dir.run(["index", "--rebuild"]).ok().printed("full rebuild");
    assert_eq!(answer(&dir), before);
}

/// Every file under a folder.
fn files_under(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for item in std::fs::read_dir(folder).unwrap() {
        let path = item.unwrap().path();
        match path.is_dir() {
            true => files.extend(files_under(&path)),
            false => files.push(path),
        }
    }
    files
}

#[test]
fn a_damaged_index_is_known_and_mended() {
    let whole = Dir::with_first_index();
    whole.run(["doctor"]).ok().printed("healthy");
    let names: Vec<PathBuf> = files_under(&whole.path("index"))
        .into_iter()
        .filter(|file| file.metadata().unwrap().len() > 200)
        .collect();
    assert!(names.len() >= 5, "{names:?}");
    for file in names {
        let dir = Dir::with_first_corpus();
        dir.run(["index"]).ok();
        // Names of segments differ from build to build: the file of the same sort is meant.
        let extension = file.extension().map(|e| e.to_owned());
        let found = files_under(&dir.path("index")).into_iter().find(|other| {
            other.extension().map(|e| e.to_owned()) == extension
                && other.metadata().unwrap().len() > 200
        });
        let victim = found.unwrap_or_else(|| panic!("no file like {file:?}"));
        let bytes = std::fs::read(&victim).unwrap();
        std::fs::write(&victim, &bytes[..bytes.len() / 2]).unwrap();
        let checkup = dir.run(["doctor"]).ended(2);
        let told = checkup.stdout.contains("--rebuild") || checkup.stderr.contains("--rebuild");
        assert!(told, "{victim:?}\n{checkup}");
        let search = dir.run(["search", "bowie"]);
        assert!(!search.stderr.contains("panicked"), "{victim:?}\n{search}");
        assert!(
            search.status == 2 || search.stdout.contains("Velvet Goldmine"),
            "{victim:?}\n{search}"
        );
        dir.run(["index", "--rebuild"]).ok();
        dir.run(["doctor"]).ok();
        dir.run(["search", "bowie"]).ok();
    }
}

#[test]
fn hints_name_the_corpus_the_mapping_and_the_index_at_hand() {
    let dir = Dir::new();
    dir.write("my films.jsonl", "{\"name\": \"Heat\", \"id\": 1}\n");
    let corpus = ["my films.jsonl", "--map", "title=name", "--index", "films"];
    dir.run([&["index"][..], &corpus].concat()).ok();
    dir.write("my films.jsonl", "{\"name\": \"Ronin\", \"id\": 1}\n");
    let rest = "--index films --map title=name";
    dir.run(["status", "--index", "films"])
        .ok()
        .printed(&format!("needledrop index 'my films.jsonl' {rest}"));
    let manifest = files_under(&dir.path("films"));
    let manifest = manifest
        .iter()
        .find(|path| path.extension().is_some_and(|end| end == "bin"));
    std::fs::write(manifest.unwrap(), b"").unwrap();
    let mend = format!("needledrop index 'my films.jsonl' --rebuild {rest}");
    dir.run(["search", "--index", "films", "heat"])
        .ended(2)
        .said(&mend);
    dir.run(["doctor", "--index", "films"])
        .ended(2)
        .printed(&mend);
    // As it can be pasted.
    let paste = mend.replacen("needledrop", crate::harness::PROGRAM, 1);
    let mut shell = std::process::Command::new("sh");
    crate::harness::run(shell.current_dir(dir.path("")).args(["-c", &paste])).ok();
    assert_eq!(dir.search(&["--index", "films", "ronin"])["total"], 1);
}

/// A watcher that is stopped when the test is over.
struct Watcher(std::process::Child);

impl Drop for Watcher {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Asks until `is_true` or the patience is over.
#[track_caller]
fn eventually(what: &str, is_true: impl Fn() -> bool) {
    let start = Instant::now();
    while !is_true() {
        assert!(
            start.elapsed() < Duration::from_secs(20),
            "{what} never came"
        );
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn a_watcher_follows_each_save() {
    let dir = Dir::with_first_corpus();
    let log = std::fs::File::create(dir.path("log")).unwrap();
    let errors = std::fs::File::create(dir.path("errors")).unwrap();
    let child = dir
        .command(["index", "--watch"])
        .stdout(Stdio::from(log))
        .stderr(Stdio::from(errors))
        .spawn()
        .unwrap();
    let _watcher = Watcher(child);
    let finds = |query: &str, count: u64| dir.search(&[query])["total"] == count;
    eventually("the first build", || dir.read("log").contains("20 added"));
    dir.edit(
        "corpus/soundtracks.json",
        "uncannily in the manner",
        "with marzipan in the manner",
    );
    eventually("the edit", || finds("marzipan", 1));
    // An editor that writes by rename.
    dir.write("new.tmp", "{\"title\": \"Low\", \"prose\": \"Nougat.\"}");
    std::fs::rename(dir.path("new.tmp"), dir.path("corpus/new.json")).unwrap();
    eventually("the new file", || finds("nougat", 1));
    dir.write("corpus/new.json", "{\"title\": \"Low\", \"prose\": \"Nou");
    eventually("the problem", || dir.read("errors").contains("new.json:1"));
    assert!(finds("nougat", 1), "the last good version stays");
    dir.write(
        "corpus/new.json",
        "{\"title\": \"Low\", \"prose\": \"Praline.\"}",
    );
    eventually("the mended file", || finds("praline", 1));
    assert_eq!(
        dir.read("errors").matches("new.json:1").count(),
        1,
        "said once"
    );
}
