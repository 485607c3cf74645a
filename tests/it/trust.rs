//! An index can be trusted: whatever was edited, killed, cut off or filled up, the answers are those of an index built
//! from nothing, or a clear error with the command that mends it.
//!
//! Bounded here; `NEEDLEDROP_SOAK=500 cargo test --test it -- trust odd --nocapture` goes on for longer (that many rounds
//! of edits and of kills).

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use needledrop::corpus::Corpus;
use needledrop::index::{self, Progress, UpdateOptions};
use needledrop::search::engine::Engine;
use needledrop::search::request::SearchRequest;

use crate::harness::Dir;

struct Silent;

impl Progress for Silent {
    fn bytes(&self, _: u64, _: u64) {}
    fn stage(&self, _: &'static str) {}
}

/// Whether more is to be tried than at each change.
pub fn is_soak() -> bool {
    std::env::var_os("NEEDLEDROP_SOAK").is_some()
}

/// How many rounds: a few, or as many as asked for.
pub fn rounds(few: u64) -> u64 {
    let asked = std::env::var("NEEDLEDROP_SOAK").ok();
    asked.map_or(few, |rounds| {
        rounds
            .parse()
            .expect("NEEDLEDROP_SOAK is a number of rounds")
    })
}

/// Xorshift: the same rounds each time.
struct Random(u64);

impl Random {
    fn below(&mut self, below: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % below
    }

    fn word(&mut self) -> &'static str {
        const WORDS: [&str; 16] = [
            "bowie",
            "Björk",
            "AC/DC",
            "films",
            "film",
            "heat",
            "the",
            "who",
            "thin",
            "white",
            "duke",
            "doors",
            "T. Rex",
            "1999",
            "orchestra",
            "坂本龍一",
        ];
        // Some are frequent, some are rare.
        let (a, b) = (self.below(16), self.below(16));
        WORDS[a.min(b) as usize]
    }

    fn text(&mut self, words: u64) -> String {
        (0..words)
            .map(|_| self.word())
            .collect::<Vec<_>>()
            .join(" ")
    }
}

/// A corpus as plain data: file → its entries (id, if it has one, and the rest as JSON).
#[derive(Clone, Default)]
struct Model(BTreeMap<String, Vec<serde_json::Value>>);

impl Model {
    fn entry(random: &mut Random, next: &mut u64) -> serde_json::Value {
        *next += 1;
        let mut entry = serde_json::json!({
            "title": random.text(2),
            "artists": [random.text(1), random.text(2)],
            "prose": random.text(12),
            "year": 1950 + random.below(70),
        });
        if random.below(3) > 0 {
            entry["id"] = format!("e{next}").into();
        }
        entry
    }

    /// One edit of the kinds that people make.
    fn edit(&mut self, random: &mut Random, next: &mut u64) {
        let names: Vec<String> = self.0.keys().cloned().collect();
        let name = names
            .get(random.below(names.len().max(1) as u64) as usize)
            .cloned();
        match (random.below(7), name) {
            (0 | 1, _) | (_, None) => {
                let name = format!(
                    "f{}.{}",
                    random.below(6),
                    ["jsonl", "json"][random.below(2) as usize]
                );
                let count = 1 + random.below(6);
                let entries = (0..count).map(|_| Model::entry(random, next));
                self.0.insert(name, entries.collect());
            }
            (2, Some(name)) => drop(self.0.remove(&name)),
            (3, Some(name)) => {
                let entries = self.0.remove(&name).unwrap_or_default();
                self.0.insert(format!("moved-{next}.jsonl"), entries);
                *next += 1;
            }
            (4, Some(name)) => self.0.get_mut(&name).unwrap().reverse(),
            (5, Some(name)) => {
                let entry = Model::entry(random, next);
                self.0.get_mut(&name).unwrap().insert(0, entry);
            }
            (_, Some(name)) => {
                let entries = self.0.get_mut(&name).unwrap();
                let at = random.below(entries.len().max(1) as u64) as usize;
                if let Some(entry) = entries.get_mut(at) {
                    entry["prose"] = random.text(10).into();
                }
                if entries.len() > 1 && random.below(2) == 0 {
                    entries.pop();
                }
            }
        }
    }

    fn write(&self, root: &Path) {
        for file in fs::read_dir(root).unwrap() {
            let file = file.unwrap();
            if !self.0.contains_key(file.file_name().to_str().unwrap()) {
                fs::remove_file(file.path()).unwrap();
            }
        }
        for (name, entries) in &self.0 {
            let text = match name.ends_with(".json") {
                true => serde_json::to_string_pretty(entries).unwrap(),
                false => entries.iter().map(|entry| format!("{entry}\n")).collect(),
            };
            let path = root.join(name);
            if fs::read_to_string(&path).ok().as_deref() != Some(&text) {
                fs::write(path, text).unwrap();
            }
        }
    }
}

fn update(root: &Path, folder: &Path) -> index::Summary {
    let corpus = Corpus::open(root, &[]).unwrap();
    index::update(&corpus, folder, &UpdateOptions::default(), &Silent).unwrap()
}

/// Ids, scores to the last bit, totals and where each hit stands, of a set of queries.
pub fn answers(folder: &Path) -> Vec<String> {
    let engine = Engine::open(folder).unwrap();
    let queries = [
        "bowie",
        "films",
        "the who",
        "\"thin white duke\"",
        "acdc heat",
        "bjork",
        "+heat -films",
        "artists:bowie",
        "year:1950..1980",
        "doo*",
        "坂本",
        "t rex",
        "orchestra films bowie duke heat white",
        "*",
        "title:heat prose:heat",
        "bowei",
    ];
    let mut said = Vec::new();
    for query in queries {
        let request = SearchRequest {
            query: query.into(),
            limit: 1_000,
            facets: vec!["artists".into()],
            ..SearchRequest::default()
        };
        let response = engine.search(&request).unwrap();
        said.push(format!(
            "{query}: {} {:?} {:?}",
            response.total, response.did_you_mean, response.facets
        ));
        for hit in response.hits {
            let source = hit
                .source
                .map(|source| format!("{}:{}", source.path, source.line));
            said.push(format!(
                "{} {:x} {source:?} {:?}",
                hit.id,
                hit.score.to_bits(),
                hit.highlight
            ));
        }
    }
    said
}

#[test]
fn an_index_brought_up_to_date_equals_one_built_from_nothing() {
    let (mut runs, mut changes) = (0, 0);
    for seed in 1..=rounds(6) {
        let mut random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("corpus");
        fs::create_dir(&root).unwrap();
        let (mut model, mut next) = (Model::default(), 0);
        for _ in 0..8 {
            for _ in 0..1 + random.below(4) {
                model.edit(&mut random, &mut next);
                changes += 1;
            }
            model.write(&root);
            let followed = update(&root, &folder.path().join("followed"));
            assert!(followed.committed, "{:?}", followed.problems);
            runs += 1;
        }
        update(&root, &folder.path().join("fresh"));
        let (followed, fresh) = (
            answers(&folder.path().join("followed")),
            answers(&folder.path().join("fresh")),
        );
        assert_eq!(followed, fresh, "seed {seed}");
        assert!(
            index::doctor(&folder.path().join("followed"))
                .unwrap()
                .faults
                .is_empty()
        );
    }
    println!("{changes} edits in {runs} runs, equal to fresh builds");
}

/// A corpus big enough that a run takes a while.
fn big_corpus(dir: &Dir, random: &mut Random, generation: u64) {
    for file in 0..12 {
        let lines: String = (0..250)
            .map(|n| {
                let (title, prose) = (random.text(3), random.text(60));
                format!("{}\n", serde_json::json!({"id": format!("{file}-{n}"), "title": title, "prose": prose, "run": generation}))
            })
            .collect();
        if generation == 0 || file % 3 == generation % 3 {
            dir.write(&format!("corpus/f{file}.jsonl"), lines);
        }
    }
}

#[test]
fn killed_anywhere_the_last_commit_answers_and_the_next_run_completes() {
    let dir = Dir::new();
    let mut random = Random(42);
    big_corpus(&dir, &mut random, 0);
    dir.run(["index"]).ok();
    let (done, asked) = (AtomicBool::new(false), AtomicU64::new(0));
    let kills = rounds(24);
    let mut struck = 0;
    thread::scope(|scope| {
        scope.spawn(|| {
            // A reader that keeps asking: every answer is whole.
            while !done.load(Ordering::Relaxed) {
                let answer = dir.search(&["bowie", "-n", "5"]);
                assert_eq!(answer["hits"].as_array().unwrap().len(), 5, "{answer:#}");
                asked.fetch_add(1, Ordering::Relaxed);
            }
        });
        for round in 1..=kills {
            big_corpus(&dir, &mut random, round);
            let rebuild = if round % 4 == 0 {
                &["index", "--rebuild"][..]
            } else {
                &["index"][..]
            };
            let mut child = dir
                .command(rebuild)
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .unwrap();
            thread::sleep(Duration::from_millis(random.below(250)));
            if child.try_wait().unwrap().is_none() {
                child.kill().unwrap();
                struck += 1;
            }
            child.wait().unwrap();
        }
        done.store(true, Ordering::Relaxed);
    });
    dir.run(["index"]).ok();
    dir.run(["index", "--index", "fresh"]).ok();
    assert_eq!(answers(&dir.path("index")), answers(&dir.path("fresh")));
    assert!(index::doctor(&dir.path("index")).unwrap().faults.is_empty());
    let generations = fs::read_dir(dir.path("index")).unwrap().filter(|entry| {
        entry
            .as_ref()
            .unwrap()
            .file_name()
            .to_string_lossy()
            .starts_with("g-")
    });
    assert_eq!(generations.count(), 1, "old generations are swept");
    println!(
        "{struck} of {kills} runs killed, {} answers meanwhile",
        asked.load(Ordering::Relaxed)
    );
    assert!(struck > 0 && asked.load(Ordering::Relaxed) > 0);
}

#[test]
fn every_damaged_file_is_told_and_a_rebuild_mends_it() {
    let dir = Dir::with_first_index();
    let healthy = answers(&dir.path("index"));
    let generation = fs::read_dir(dir.path("index"))
        .unwrap()
        .flatten()
        .find(|entry| entry.file_name().to_string_lossy().starts_with("g-"));
    let generation = generation.unwrap().path();
    let (mut damaged, mut told) = (0, 0);
    let names: Vec<_> = fs::read_dir(&generation)
        .unwrap()
        .flatten()
        .map(|file| file.path())
        .collect();
    for path in names
        .into_iter()
        .chain([dir.path("index").join("needledrop.json")])
    {
        let whole = fs::read(&path).unwrap();
        let mut ways: Vec<Vec<u8>> = vec![Vec::new(), whole[..whole.len() / 2].to_vec()];
        for part in 0..6 {
            let mut flipped = whole.clone();
            let at = (flipped.len().saturating_sub(1)) * part / 5;
            if let Some(byte) = flipped.get_mut(at) {
                *byte ^= 0x55;
            }
            ways.push(flipped);
        }
        for bytes in ways.iter().filter(|bytes| **bytes != whole) {
            fs::write(&path, bytes).unwrap();
            damaged += 1;
            let run = dir.run(["search", "bowie", "--format", "json"]);
            let said = format!("{path:?} of {} bytes: {run:?}", bytes.len());
            match run.status {
                0 => assert_eq!(run.json()["total"], 3, "a wrong answer in silence: {said}"),
                2 => {
                    told += 1;
                    assert!(
                        run.stderr.contains("needledrop index"),
                        "no command that mends: {said}"
                    );
                }
                _ => panic!("{said}"),
            }
            assert!(!run.stderr.contains("panicked"), "{said}");
            let checkup = dir.run(["doctor"]);
            assert!(
                matches!(checkup.status, 0 | 2) && !checkup.stderr.contains("panicked"),
                "{path:?}: {checkup:?}"
            );
            let derived = path.ends_with("lengths.json");
            assert!(
                checkup.status == 2 || derived,
                "doctor does not see {said}\n{checkup:?}"
            );
        }
        fs::write(&path, &whole).unwrap();
    }
    fs::write(dir.path("index").join("needledrop.json"), b"{").unwrap();
    dir.run(["index", "--rebuild"]).ok();
    assert_eq!(answers(&dir.path("index")), healthy);
    println!("{damaged} damaged indexes, {told} told, the others answered rightly");
    assert!(told > 0);
}

#[test]
fn a_foreign_folder_is_refused_and_left_alone() {
    let dir = Dir::with_first_corpus();
    dir.write("photos/beach.jpg", b"\xff\xd8")
        .write("photos/g-000001/holiday.mp4", b"...");
    dir.run(["index", "--index", "photos"])
        .ended(2)
        .said("not an index of needledrop");
    dir.run(["index", "--index", "photos", "--rebuild"])
        .ended(2);
    assert_eq!(fs::read(dir.path("photos/beach.jpg")).unwrap(), b"\xff\xd8");
    assert_eq!(
        fs::read(dir.path("photos/g-000001/holiday.mp4")).unwrap(),
        b"..."
    );
}

#[test]
fn a_second_writer_says_who_holds_the_lock_or_waits() {
    let dir = Dir::with_first_index();
    let lock = fs::File::options()
        .write(true)
        .read(true)
        .open(dir.path("index/lock"))
        .unwrap();
    lock.lock().unwrap();
    dir.run(["index"]).ended(2).said("--wait");
    let mut waiting = dir
        .command(["index", "--wait"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    thread::sleep(Duration::from_millis(300));
    assert!(waiting.try_wait().unwrap().is_none(), "it waits");
    drop(lock);
    assert!(waiting.wait().unwrap().success());
}

/// A file may not grow beyond so many blocks of 512 bytes: what a full disk is to a build.
#[cfg(unix)]
#[test]
fn a_file_size_limit_is_an_error_and_the_old_index_answers() {
    let dir = Dir::with_first_index();
    let mut random = Random(7);
    big_corpus(&dir, &mut random, 0);
    let binary = env!("CARGO_BIN_EXE_needledrop");
    let mut limited = std::process::Command::new("sh");
    limited
        .current_dir(dir.path(""))
        .arg("-c")
        .arg(format!("ulimit -f 64; exec '{binary}' index"));
    let run = crate::harness::run(&mut limited);
    let run = run.ended(2);
    assert!(!run.stderr.contains("panicked"), "{run:?}");
    assert_eq!(dir.search(&["bowie"])["total"], 3, "the old index answers");
    dir.run(["index"]).ok();
}

/// A real full disk: a small file system in memory, where this machine lets us make one.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_an_error_and_the_old_index_answers() {
    let dir = Dir::with_first_corpus();
    let mount = |arguments: &[&str]| {
        let run = std::process::Command::new("mount")
            .args(arguments)
            .stderr(Stdio::null())
            .status();
        run.is_ok_and(|status| status.success())
    };
    fs::create_dir(dir.path("index")).unwrap();
    let place = dir.path("index").display().to_string();
    if !mount(&["-t", "tmpfs", "-o", "size=512k", "tmpfs", &place]) {
        println!("NOT RUN: no file system can be mounted here (not root?), so no disk was filled");
        return;
    }
    let outcome = std::panic::catch_unwind(|| {
        dir.run(["index"]).ok();
        let mut random = Random(7);
        big_corpus(&dir, &mut random, 0);
        let full = dir.run(["index"]).ended(2);
        assert!(!full.stderr.contains("panicked"), "{full:?}");
        assert_eq!(dir.search(&["bowie"])["total"], 3, "the old index answers");
        // And where nothing can be written at all, searching goes on.
        assert!(mount(&["-o", "remount,ro", &place]));
        assert_eq!(
            dir.search(&["bowie"])["total"],
            3,
            "a read-only index answers"
        );
        dir.run(["status"]).ok();
        dir.run(["doctor"]).ok();
        dir.run(["index"]).ended(2);
    });
    let _ = std::process::Command::new("umount").arg(&place).status();
    outcome.unwrap();
}
