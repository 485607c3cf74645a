//! A corpus with odd things in it: lines without end, packed files without end, a hundred thousand files, names that are
//! no text, links in circles, folders that may not be read, files that come and go.
//!
//! Bounded here, as in `trust`; with `NEEDLEDROP_SOAK` there are a hundred thousand files and more comings and goings.

use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use crate::harness::{Dir, Run};
#[cfg(unix)]
use crate::harness::{PROGRAM, run};
use crate::trust::{answers, is_soak, rounds};

/// Runs the program with at most so many mebibytes of addresses, of which it touches far fewer.
#[cfg(target_os = "linux")]
fn run_within(dir: &Dir, mebibytes: u64, arguments: &str) -> Run {
    let mut limited = std::process::Command::new("sh");
    let kibibytes = mebibytes << 10;
    limited.current_dir(dir.path("")).arg("-c").arg(format!(
        "ulimit -v {kibibytes}; exec '{PROGRAM}' {arguments}"
    ));
    run(&mut limited)
}

#[cfg(target_os = "linux")]
#[test]
fn a_line_of_a_gibibyte_is_placed_and_not_held() {
    use std::io::{Seek, SeekFrom, Write};

    let dir = Dir::new();
    dir.write("corpus/a.jsonl", "{\"title\": \"Low\"}\n");
    let mut file = fs::File::options()
        .write(true)
        .open(dir.path("corpus/a.jsonl"))
        .unwrap();
    // Not one block of it is on any disk.
    file.seek(SeekFrom::Start((1 << 30) + 100)).unwrap();
    file.write_all(b"\n\n{\"title\": \"Heroes\"}\n").unwrap();
    drop(file);
    let place = "corpus/a.jsonl:2: this line is longer than 64 MiB";
    let broken = run_within(&dir, 900, "index --threads 1").ended(2);
    broken.said(place).said("divide it");
    run_within(&dir, 900, "index --threads 1 --skip-invalid")
        .ok()
        .said(place)
        .printed("2 entries");
    assert_eq!(dir.search(&["heroes"])["hits"][0]["source"]["line"], 4);
}

#[cfg(target_os = "linux")]
#[test]
fn what_unpacks_without_end_is_given_up() {
    use std::io::Write;

    let dir = Dir::with_first_corpus();
    let file = fs::File::create(dir.path("corpus/bomb.jsonl.zst")).unwrap();
    let mut packed = zstd::Encoder::new(file, 1).unwrap();
    let nothing = vec![b' '; 1 << 20];
    for _ in 0..1100 {
        packed.write_all(&nothing).unwrap();
    }
    packed.finish().unwrap();
    let bytes = fs::metadata(dir.path("corpus/bomb.jsonl.zst"))
        .unwrap()
        .len();
    assert!(bytes < 1 << 20, "{bytes}");
    run_within(&dir, 900, "index --threads 1")
        .ended(2)
        .said("corpus/bomb.jsonl.zst:1: unpacks to more than 1000 times its size and more than 1 GiB: given up")
        .said("unpack it yourself");
    run_within(&dir, 900, "index --threads 1 --skip-invalid")
        .ok()
        .printed("20 entries");
}

#[test]
fn a_folder_of_very_many_files() {
    let dir = Dir::new();
    let count = if is_soak() { 100_000 } else { 10_000 };
    fs::create_dir(dir.path("corpus")).unwrap();
    for at in 0..count {
        let entry = format!("{{\"title\": \"Track {at}\"}}");
        fs::write(dir.path(&format!("corpus/{at}.json")), entry).unwrap();
    }
    let said = |run: Run| run.ok().json();
    let index = || said(dir.run(["index", "--format", "json"]));
    assert_eq!(index()["added"], count);
    assert_eq!(index()["unchanged"], count);
    dir.write("corpus/77.json", "{\"title\": \"Marzipan\"}");
    fs::remove_file(dir.path("corpus/78.json")).unwrap();
    fs::rename(dir.path("corpus/79.json"), dir.path("corpus/new.json")).unwrap();
    let edited = index();
    assert_eq!(edited["entries"], count - 1, "{edited}");
    assert_eq!(edited["unchanged"], count - 3, "{edited}");
    assert_eq!(dir.search(&["marzipan"])["total"], 1);
    assert_eq!(dir.search(&["\"track 78\""])["total"], 0);
    println!("{count} files in a folder");
}

#[cfg(unix)]
#[test]
fn names_that_are_no_text_and_links_in_circles() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::symlink;

    let dir = Dir::with_first_corpus();
    let corpus = dir.path("corpus");
    symlink(".", corpus.join("loop")).unwrap();
    symlink("..", corpus.join("noteworthy/up")).unwrap();
    symlink("noteworthy/the-crow.md", corpus.join("again.md")).unwrap();
    dir.run(["index"]).ok().printed("20 added");
    let folder = corpus.join(OsStr::from_bytes(b"\xe9t\xe9"));
    fs::create_dir(&folder).unwrap();
    let odd = folder.join(OsStr::from_bytes(b"od\xffd.json"));
    fs::write(&odd, "{\"title\": \"Odd\", \"prose\": \"marzipan\"}").unwrap();
    dir.run(["index"]).ok().printed("1 added");
    dir.run(["index"]).ok().printed("21 unchanged");
    let hit = &dir.search(&["marzipan"])["hits"][0];
    assert_eq!(hit["source"]["path"], "\u{fffd}t\u{fffd}/od\u{fffd}d.json");
    fs::write(&odd, "{\"title\": \"Odd\", \"prose\": \"nougat\"}").unwrap();
    dir.run(["index"]).ok().printed("1 updated");
    assert_eq!(dir.search(&["marzipan"])["total"], 0);
    fs::write(&odd, "{\"title\": \"Odd\"").unwrap();
    dir.run(["index"]).ended(2).said("od\u{fffd}d.json:1");
}

/// As one who may not read everything: root may.
#[cfg(unix)]
#[test]
fn a_folder_that_may_not_be_read_is_told() {
    use std::os::unix::fs::PermissionsExt;

    let dir = Dir::with_first_corpus();
    let allow = |name: &str, mode: u32| {
        fs::set_permissions(dir.path(name), fs::Permissions::from_mode(mode)).unwrap();
    };
    dir.write("corpus/secret/a.json", "{\"title\": \"Low\"}")
        .write("corpus/closed.json", "{\"title\": \"Heroes\"}");
    fs::create_dir(dir.path("index")).unwrap();
    allow("", 0o755);
    allow("index", 0o777);
    allow("corpus/secret", 0o000);
    allow("corpus/closed.json", 0o000);
    let is_root = fs::read_dir(dir.path("corpus/secret")).is_ok();
    let as_nobody = |arguments: &str| {
        let who = match is_root {
            true => "setpriv --reuid=65534 --regid=65534 --clear-groups",
            false => "",
        };
        let mut shell = std::process::Command::new("sh");
        let command = format!("exec {who} '{PROGRAM}' {arguments}");
        run(shell.current_dir(dir.path("")).arg("-c").arg(command))
    };
    let first = as_nobody("--version");
    if first.status != 0 {
        allow("corpus/secret", 0o755);
        println!("NOT RUN: root reads everything, and there is no way to be another here: {first}");
        return;
    }
    let broken = as_nobody("index");
    let rest = as_nobody("index --skip-invalid");
    allow("corpus/secret", 0o755);
    broken
        .ended(2)
        .said("corpus/secret: cannot be listed: permission denied")
        .said("chmod u+rx corpus/secret")
        .said("corpus/closed.json: may not be read: permission denied")
        .said("chmod u+r corpus/closed.json");
    rest.ok().printed("20 entries");
}

#[test]
fn files_that_come_grow_and_vanish_meanwhile_are_followed_by_the_next_run() {
    let dir = Dir::new();
    fs::create_dir(dir.path("corpus")).unwrap();
    let is_over = AtomicBool::new(false);
    let mut runs = 0;
    thread::scope(|scope| {
        scope.spawn(|| {
            for at in 0..rounds(4) * 100 {
                let path = dir.path(&format!("corpus/{}.jsonl", at % 17));
                if at % 5 == 0 {
                    let _ = fs::remove_file(path);
                } else {
                    let before = fs::read_to_string(&path).unwrap_or_default();
                    let line = format!("{{\"title\": \"Bowie {at}\"}}\n");
                    fs::write(path, before + &line).unwrap();
                }
                thread::sleep(Duration::from_millis(1));
            }
            is_over.store(true, Ordering::Relaxed);
        });
        while !is_over.load(Ordering::Relaxed) {
            // What is half written or went away may be told; the index is whole all the same.
            let run = dir.run(["index"]);
            assert!(matches!(run.status, 0 | 2), "{run}");
            assert!(!run.stderr.contains("panicked"), "{run}");
            runs += 1;
        }
    });
    dir.run(["index"]).ok();
    dir.run(["index", "--index", "fresh"]).ok();
    assert_eq!(answers(&dir.path("index")), answers(&dir.path("fresh")));
    assert!(runs > 1);
    println!("{runs} runs over a corpus that changed meanwhile, the last equal to a fresh build");
}
