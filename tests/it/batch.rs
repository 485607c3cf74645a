//! `search --queries`: many queries in one process, in order.

use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Write};
use std::process::Stdio;
use std::sync::mpsc;
use std::time::Duration;

use crate::harness::{Dir, ids_of};

const QUERIES: &str = "1\tbowie\n2\t\"thin white duke\"\n3\tnothingofthekind\n4\tyear:1998\n";

#[test]
fn json_is_an_object_a_line_equal_to_the_single_answers() {
    let dir = Dir::with_first_index();
    dir.write("q.tsv", QUERIES);
    let answers = dir
        .run(["search", "--queries", "q.tsv", "--format", "json"])
        .ok()
        .json_lines();
    assert_eq!(answers.len(), 4);
    for (answer, line) in answers.iter().zip(QUERIES.lines()) {
        let (qid, query) = line.split_once('\t').unwrap();
        assert_eq!(answer["qid"], qid);
        assert_eq!(answer["query"], query);
        let single = dir.search(&[query]);
        assert_eq!(answer["hits"], single["hits"]);
        assert_eq!(answer["total"], single["total"]);
    }
}

#[test]
fn jsonl_and_trec_carry_the_qid() {
    let dir = Dir::with_first_index();
    dir.write("q.tsv", QUERIES);
    let hits = dir
        .run(["search", "--queries", "q.tsv", "--format", "jsonl"])
        .ok()
        .json_lines();
    let qids: Vec<&str> = hits
        .iter()
        .map(|hit| hit["qid"].as_str().unwrap())
        .collect();
    assert_eq!(qids, ["1", "1", "1", "2", "4", "4", "4"]);
    let run = dir
        .run([
            "search",
            "--queries",
            "q.tsv",
            "--format",
            "trec",
            "-n",
            "1",
        ])
        .ok();
    let lines: Vec<&str> = run.stdout.lines().collect();
    assert_eq!(lines.len(), 3, "{run}");
    assert!(lines[1].starts_with("2 Q0 velvet-goldmine 1 "), "{run}");
    assert!(lines[1].ends_with(" needledrop"), "{run}");
}

#[test]
fn the_order_is_kept_by_any_number_of_threads() {
    let dir = Dir::with_first_index();
    let words = [
        "bowie",
        "the",
        "\"the who\"",
        "strauss",
        "zzzz",
        "year:1970..1979",
        "guitar*",
    ];
    let mut queries = String::new();
    for at in 0..300 {
        writeln!(queries, "q{at}\t{}", words[at % words.len()]).unwrap();
    }
    let run = |threads: &str| {
        let args = [
            "search",
            "--queries",
            "-",
            "--format",
            "trec",
            "--threads",
            threads,
        ];
        dir.run_with_input(args, queries.as_bytes()).ok().stdout
    };
    let one = run("1");
    assert!(one.lines().count() > 300);
    assert_eq!(run("4"), one);
    assert_eq!(run("0"), one);
}

#[test]
fn a_line_that_is_no_query_is_named_and_the_rest_is_answered() {
    let dir = Dir::with_first_index();
    dir.write("q.tsv", b"1\tbowie\nno tab\n\n4\t\xff\xfe\n5\tkubrick\n");
    let run = dir
        .run(["search", "--queries", "q.tsv", "--format", "jsonl"])
        .ended(2)
        .said("q.tsv:2: ")
        .said("q.tsv:4: ");
    let qids: Vec<String> = run
        .json_lines()
        .iter()
        .map(|hit| hit["qid"].to_string())
        .collect();
    assert_eq!(qids, ["\"1\"", "\"1\"", "\"1\"", "\"5\"", "\"5\""]);
}

#[test]
fn the_status_says_whether_anything_was_found() {
    let dir = Dir::with_first_index();
    dir.run_with_input(["search", "--queries", "-"], b"1\tnothingofthekind\n")
        .ended(1);
    dir.run_with_input(["search", "--queries", "-"], b"")
        .ended(1);
    dir.run(["search", "--queries", "nowhere.tsv"])
        .ended(2)
        .said("nowhere.tsv");
    dir.run(["search", "--queries", "."]).ended(2);
}

#[test]
fn a_program_that_waits_for_each_answer_gets_it() {
    let dir = Dir::with_first_index();
    let mut child = dir
        .command([
            "search",
            "--queries",
            "-",
            "--format",
            "json",
            "--threads",
            "2",
        ])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let stdout = BufReader::new(child.stdout.take().unwrap());
    let (send, receive) = mpsc::channel();
    std::thread::spawn(move || {
        for line in stdout.lines() {
            send.send(line.unwrap()).unwrap();
        }
    });
    for (qid, query, total) in [
        ("a", "bowie", 3),
        ("b", "zzzz", 0),
        ("c", "\"thin white duke\"", 1),
    ] {
        writeln!(stdin, "{qid}\t{query}").unwrap();
        stdin.flush().unwrap();
        let line = receive
            .recv_timeout(Duration::from_secs(20))
            .expect("an answer comes before the next query is written");
        let answer: serde_json::Value = serde_json::from_str(&line).unwrap();
        assert_eq!(
            (&answer["qid"], &answer["total"]),
            (&qid.into(), &total.into())
        );
        assert_eq!(ids_of(&answer).len(), total);
    }
    drop(stdin);
    assert!(child.wait().unwrap().success());
}
