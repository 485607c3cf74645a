//! How the program ends: statuses, closed pipes, full disks, colour.

use std::fs::OpenOptions;
use std::io::Read;
use std::process::Stdio;

use crate::harness::{Dir, Run, run};

#[test]
fn the_status_is_0_for_hits_1_for_none_2_for_trouble() {
    let dir = Dir::with_first_index();
    dir.run(["search", "bowie"]).ok();
    dir.run(["search", "nothingofthekind"]).ended(1);
    dir.run(["search", "bowie", "--index", "nowhere"])
        .ended(2)
        .said("error: ");
    dir.run(["search", "bowie", "--no-such-flag"]).ended(2);
    dir.run(["search"]).ended(2);
    dir.run(Vec::<&str>::new()).ended(2);
    dir.run(["--help"]).ok().printed("Usage");
    dir.run(["--version"]).ok().printed("needledrop ");
}

#[test]
fn a_search_for_numbers_only_still_ends_by_its_matches() {
    let dir = Dir::with_first_index();
    dir.run(["search", "bowie", "-n", "0"]).ok();
    dir.run(["search", "bowie", "--offset", "100"]).ok();
    dir.run(["search", "nothingofthekind", "-n", "0"]).ended(1);
    assert_eq!(dir.search(&["bowie", "-n", "0", "--count"])["total"], 3);
    dir.run(["search", "bowie", "-n", "0"])
        .printed("3 hits, in ");
    dir.run(["search", "bowie", "--offset", "100"])
        .said("3 hits, none behind the first 100, in ");
    dir.run(["search", ""])
        .ended(1)
        .said("the query is empty")
        .said("needledrop search '*'");
}

#[test]
fn a_field_that_no_entry_has_is_warned_of_without_a_place() {
    let dir = Dir::with_first_index();
    let run = dir.run([
        "search", "bowie", "-n", "0", "--facet", "nope", "--sort", "-nope",
    ]);
    let run = run.ok().printed("3 hits, in ");
    assert_eq!(run.stdout.lines().count(), 1, "{run}");
    let said: Vec<&str> = run.stderr.lines().collect();
    let warnings = [
        "warning: no entry has a field `nope` that can be counted",
        "warning: no entry has a field `nope` that can be sorted by",
    ];
    assert_eq!(said, warnings, "{run}");
}

#[test]
fn nothing_is_printed_on_stdout_when_there_is_trouble() {
    let dir = Dir::new();
    for args in [
        &["search", "x"][..],
        &["show", "x"],
        &["status"],
        &["doctor"],
        &["index"],
    ] {
        let run = dir.run(args.iter()).ended(2).said("error: ");
        assert_eq!(run.stdout, "", "{run}");
        let first = run.stderr.lines().next().unwrap();
        assert!(!first.ends_with('.'), "{run}");
    }
}

#[test]
fn a_query_that_looks_like_a_flag() {
    let dir = Dir::with_first_index();
    dir.run(["search", "-foo"])
        .ended(2)
        .said("needledrop search -- -foo");
    dir.run(["search", "bowie", "-ziggy"])
        .ended(2)
        .said("search -- bowie -ziggy");
    let ids = dir.ids(&["--", "bowie", "-highway"]);
    assert_eq!(ids.len(), 2, "an exclusion behind --: {ids:?}");
    dir.run(["bowie"]).ended(2).said("needledrop search bowie");
}

#[test]
fn sorting_takes_a_key_that_begins_with_a_dash() {
    let dir = Dir::with_first_index();
    let by = |args: &[&str]| dir.ids(&[&["rank:*", "-n", "2"], args].concat());
    assert_eq!(
        by(&["--sort", "year"]),
        ["2001-a-space-odyssey", "american-graffiti"]
    );
    assert_eq!(
        by(&["--sort", "-rank"]),
        ["boogie-nights", "this-is-spinal-tap"]
    );
    assert_eq!(by(&["--sort=-rank"]), by(&["--sort", "-rank"]));
}

/// Many entries, so that an answer is far larger than a pipe holds.
fn large() -> Dir {
    let prose = "the long and winding sentence goes on. ".repeat(20);
    let lines: Vec<String> = (0..1000)
        .map(|at| format!("{{\"title\": \"Track {at}\", \"prose\": \"{prose}\"}}"))
        .collect();
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    Dir::with_entries(&lines)
}

#[test]
fn a_closed_pipe_is_no_error() {
    let dir = large();
    for format in ["text", "json", "jsonl", "trec"] {
        let args = [
            "search", "track", "-n", "1000", "--full", "--format", format,
        ];
        let mut child = dir
            .command(args)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // Reads a little, as `head` does, and hangs up.
        let mut stdout = child.stdout.take().unwrap();
        stdout.read_exact(&mut [0; 10]).unwrap();
        drop(stdout);
        let mut stderr = String::new();
        child
            .stderr
            .take()
            .unwrap()
            .read_to_string(&mut stderr)
            .unwrap();
        let status = child.wait().unwrap();
        assert_eq!((status.code(), stderr.as_str()), (Some(0), ""), "{format}");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_under_stdout_is_an_error() {
    let dir = Dir::with_first_index();
    for args in [
        &["search", "bowie"][..],
        &["man"],
        &["completions", "bash"],
        &["show", "rushmore"],
    ] {
        let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
        let mut command = dir.command(args.iter());
        let output = run(command.stdout(full).stderr(Stdio::piped()));
        output.ended(2).said("cannot write to standard output");
    }
}

#[test]
fn colour_is_for_terminals_and_for_those_who_ask() {
    let dir = Dir::with_first_index();
    let has_colour = |run: Run| run.ok().stdout.contains('\u{1b}');
    let with =
        |args: &[&str], name: &str, value: &str| run(dir.command(args.iter()).env(name, value));
    assert!(
        !has_colour(dir.run(["search", "bowie"])),
        "a pipe is no terminal"
    );
    assert!(has_colour(
        dir.run(["search", "bowie", "--color", "always"])
    ));
    assert!(!has_colour(
        dir.run(["search", "bowie", "--color", "never"])
    ));
    assert!(has_colour(with(
        &["search", "bowie"],
        "CLICOLOR_FORCE",
        "1"
    )));
    assert!(!has_colour(with(
        &["--color", "never", "search", "bowie"],
        "CLICOLOR_FORCE",
        "1"
    )));
    let mut command = dir.command(["search", "bowie"]);
    let silent = run(command.env("CLICOLOR_FORCE", "1").env("NO_COLOR", "1"));
    assert!(!has_colour(silent), "NO_COLOR wins");
}

#[test]
fn what_matched_is_seen_without_colour_too() {
    let dir = Dir::with_first_index();
    let plain = dir.run(["search", "bowie"]).ok().stdout;
    assert!(plain.contains("David [Bowie]"), "{plain}");
    let coloured = dir
        .run(["search", "bowie", "--color", "always"])
        .ok()
        .stdout;
    let stripped = anstream::adapter::strip_str(&coloured).to_string();
    assert!(stripped.contains("David Bowie"), "{stripped}");
    assert!(!stripped.contains("[Bowie]"), "{stripped}");
}

#[test]
fn lines_are_as_wide_as_the_window() {
    let dir = Dir::with_first_index();
    let widest = |columns: &str| {
        let mut command = dir.command(["search", "the", "--full"]);
        let ran = run(command.env("COLUMNS", columns)).ok();
        // Places and words longer than a line are left whole.
        let prose = ran.stdout.lines().filter(|line| !line.contains(" · "));
        prose.map(|line| line.chars().count()).max().unwrap()
    };
    assert!(widest("40") <= 40);
    assert!(widest("72") <= 72);
    assert!((73..=80).contains(&widest("80")));
    assert!(widest("100000") <= 100, "no line is too long to read");
    assert!(widest("wide") <= 80);
}
