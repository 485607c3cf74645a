//! README is a test: its console blocks are run, in order, on a copy of the project's corpus, and what they show is
//! what comes out.
//!
//! A block is fenced as `console`; a line that begins with `$ ` is a command (`> ` goes on with it), and the lines
//! below are what it prints, up to the next command. `…` stands for any text, on a line of its own for any
//! lines. A command without lines below it only has to succeed.

use std::path::Path;
use std::process::Command;

use crate::harness::{Dir, PROGRAM, run};

/// A command of the README and what it shows.
#[derive(Debug, Default)]
struct Example {
    command: String,
    shown: Vec<String>,
    /// Line in the README.
    line: usize,
}

fn examples(readme: &str) -> Vec<Example> {
    let mut examples: Vec<Example> = Vec::new();
    let mut is_inside = false;
    for (at, line) in readme.lines().enumerate() {
        if line.starts_with("```") {
            is_inside = line == "```console";
        } else if let (true, Some(command)) = (is_inside, line.strip_prefix("$ ")) {
            examples.push(Example {
                command: command.to_owned(),
                shown: Vec::new(),
                line: at + 1,
            });
        } else if is_inside {
            let place = format!("README.md:{}: output before any command", at + 1);
            examples.last_mut().expect(&place).add(line);
        }
    }
    examples
}

impl Example {
    /// A further line of the command, or of what it prints.
    fn add(&mut self, line: &str) {
        match line.strip_prefix("> ") {
            Some(more) if self.shown.is_empty() => {
                self.command.push('\n');
                self.command.push_str(more);
            }
            _ => self.shown.push(line.trim_end().to_owned()),
        }
    }
}

/// Whether the printed lines are what the README shows.
fn fits(shown: &[String], printed: &[&str]) -> bool {
    match (shown.split_first(), printed.split_first()) {
        (None, None) => true,
        (Some((wanted, rest)), _) if wanted == "…" => {
            (0..=printed.len()).any(|skipped| fits(rest, &printed[skipped..]))
        }
        (Some((wanted, rest)), Some((line, others))) => {
            fits_line(wanted, line.trim_end()) && fits(rest, others)
        }
        _ => false,
    }
}

/// Whether a printed line is the shown one, in which `…` stands for any text.
fn fits_line(wanted: &str, line: &str) -> bool {
    if wanted == line {
        return true;
    }
    let Some((before, after)) = wanted.split_once('…') else {
        return false;
    };
    let Some(rest) = line.strip_prefix(before) else {
        return false;
    };
    let ends = rest.char_indices().map(|(at, _)| at).chain([rest.len()]);
    ends.into_iter().any(|at| fits_line(after, &rest[at..]))
}

#[test]
fn its_commands_do_what_it_shows() {
    let project = Path::new(env!("CARGO_MANIFEST_DIR"));
    let readme = std::fs::read_to_string(project.join("README.md")).unwrap();
    let examples = examples(&readme);
    let dir = Dir::with_first_corpus();
    let programs = Path::new(PROGRAM).parent().unwrap();
    let path = std::env::var("PATH").unwrap_or_default();
    let mut compared = 0;
    for example in &examples {
        let command = example
            .command
            .replace("cargo run --release --", "needledrop");
        let mut shell = Command::new("sh");
        shell
            .args(["-c", &format!("{{ {command}\n}} 2>&1")])
            .current_dir(dir.path(""))
            .env_clear()
            .env("TZ", "UTC")
            .env("PATH", format!("{}:{path}", programs.display()));
        let ran = run(&mut shell);
        let place = format!("README.md:{}: {}", example.line, example.command);
        assert_eq!(ran.status, 0, "{place}\n{ran}");
        if !example.shown.is_empty() {
            let printed: Vec<&str> = ran.stdout.lines().collect();
            let shown = example.shown.join("\n");
            assert!(
                fits(&example.shown, &printed),
                "{place}\n--- shown\n{shown}\n{ran}"
            );
            compared += 1;
        }
    }
    // Raise these with the README: a parser that finds nothing must not pass.
    assert!(
        examples.len() >= 15,
        "only {} commands found",
        examples.len()
    );
    assert!(compared >= 5, "only {compared} outputs compared");
}

#[test]
fn it_names_the_two_commands() {
    let readme = include_str!("../../README.md");
    assert!(readme.contains("cargo run --release -- search bowie"));
    assert!(readme.contains("cargo test"));
}

#[test]
fn an_ellipsis_stands_for_any_text() {
    let shown = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
    assert!(fits(&shown("a\n…\nd"), &["a", "b", "c", "d"]));
    assert!(fits(&shown("a\n…\nd"), &["a", "d"]));
    assert!(!fits(&shown("a\n…\nd"), &["a", "b"]));
    assert!(fits_line("20 entries in …s", "20 entries in 0.05 s"));
    assert!(fits_line("… in … s", "20 in 0.05 s"));
    assert!(!fits_line("20 entries", "21 entries"));
    assert!(!fits_line("20 … in", "20 entries out"));
}
