//! A folder of its own for each test, and a run of the program whose failure shows everything: the command, its status,
//! stdout and stderr.

use std::ffi::OsStr;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// The program under test.
pub const PROGRAM: &str = env!("CARGO_BIN_EXE_needledrop");

/// A folder that is gone after the test.
pub struct Dir {
    folder: TempDir,
}

impl Dir {
    /// An empty folder.
    pub fn new() -> Dir {
        Dir {
            folder: TempDir::new().expect("a temporary folder"),
        }
    }

    /// A folder with a copy of this project's `corpus/`.
    pub fn with_first_corpus() -> Dir {
        let dir = Dir::new();
        let project = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
        copy_folder(&project, &dir.path("corpus"));
        dir
    }

    /// A folder with the project's `corpus/` and an index of it.
    pub fn with_first_index() -> Dir {
        let dir = Dir::with_first_corpus();
        dir.run(["index"]).ok();
        dir
    }

    /// A folder with `corpus/entries.jsonl` of these lines and an index of it.
    pub fn with_entries(lines: &[&str]) -> Dir {
        let dir = Dir::new();
        dir.write("corpus/entries.jsonl", lines.join("\n"));
        dir.run(["index"]).ok();
        dir
    }

    /// Where `name` is.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file and the folders it stands in.
    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) -> &Dir {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("a file stands in a folder")).expect("a folder");
        fs::write(path, content).expect("a file is written");
        self
    }

    /// The text of a file.
    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// Writes a file with `old`, which stands in it once, replaced by `new`.
    pub fn edit(&self, name: &str, old: &str, new: &str) {
        let text = self.read(name);
        assert_eq!(text.matches(old).count(), 1, "{old:?} in {name}");
        self.write(name, text.replace(old, new));
    }

    /// The program, ready to run here: no colour, no window, no surroundings of the tester.
    pub fn command<I: IntoIterator<Item = S>, S: AsRef<OsStr>>(&self, args: I) -> Command {
        let mut command = Command::new(PROGRAM);
        command
            .args(args)
            .current_dir(self.folder.path())
            .env_clear()
            .env("TZ", "UTC")
            .stdin(Stdio::null());
        command
    }

    /// Runs the program.
    pub fn run<I: IntoIterator<Item = S>, S: AsRef<OsStr>>(&self, args: I) -> Run {
        run(&mut self.command(args))
    }

    /// Runs the program with `input` on standard input.
    pub fn run_with_input<I: IntoIterator<Item = S>, S: AsRef<OsStr>>(
        &self,
        args: I,
        input: &[u8],
    ) -> Run {
        let mut command = self.command(args);
        let line = line_of(&command);
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let mut stdin = child.stdin.take().expect("piped");
        let input = input.to_vec();
        let feeder = std::thread::spawn(move || {
            let _ = stdin.write_all(&input);
        });
        let output = child.wait_with_output().expect("the program ends");
        feeder.join().expect("feeding does not panic");
        Run::new(line, output)
    }

    /// Searches with `--format json` and gives the answer.
    pub fn search(&self, args: &[&str]) -> Value {
        let run = self.run([&["search", "--format", "json"], args].concat());
        assert!(matches!(run.status, 0 | 1), "{run}");
        run.json()
    }

    /// The ids that a search gives, in order.
    pub fn ids(&self, args: &[&str]) -> Vec<String> {
        ids_of(&self.search(args))
    }
}

/// Runs a command to its end.
pub fn run(command: &mut Command) -> Run {
    let line = line_of(command);
    Run::new(line, command.output().expect("the program starts"))
}

/// The ids of an answer's hits, in order.
pub fn ids_of(answer: &Value) -> Vec<String> {
    let hits = answer["hits"].as_array().expect("hits is a list");
    hits.iter()
        .map(|hit| hit["id"].as_str().expect("an id is text").to_owned())
        .collect()
}

/// The texts that are marked in the highlight of one field of a hit.
pub fn marked(hit: &Value, field: &str) -> Vec<String> {
    let fragments = hit["highlight"][field].as_array().into_iter().flatten();
    fragments
        .flat_map(|fragment| fragment.as_array().expect("a fragment is a list of pieces"))
        .filter(|piece| piece["match"] == true)
        .map(|piece| piece["text"].as_str().expect("a piece has text").to_owned())
        .collect()
}

/// A run that is over.
#[derive(Debug)]
pub struct Run {
    line: String,
    /// Exit status; -1 when a signal ended it.
    pub status: i32,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

impl Run {
    fn new(line: String, output: Output) -> Run {
        Run {
            line,
            status: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// It ended well.
    #[track_caller]
    pub fn ok(self) -> Run {
        self.ended(0)
    }

    /// It ended with this status.
    #[track_caller]
    pub fn ended(self, status: i32) -> Run {
        assert_eq!(self.status, status, "{self}");
        self
    }

    /// It printed `text`.
    #[track_caller]
    pub fn printed(self, text: &str) -> Run {
        assert!(self.stdout.contains(text), "no {text:?} on stdout\n{self}");
        self
    }

    /// It said `text` on standard error.
    #[track_caller]
    pub fn said(self, text: &str) -> Run {
        assert!(self.stderr.contains(text), "no {text:?} on stderr\n{self}");
        self
    }

    /// Standard output as one JSON value.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}\n{self}"))
    }

    /// Standard output as a JSON value a line.
    #[track_caller]
    pub fn json_lines(&self) -> Vec<Value> {
        let lines = self.stdout.lines();
        lines
            .map(|line| {
                serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}\n{self}"))
            })
            .collect()
    }
}

impl std::fmt::Display for Run {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "$ {}\n--- status {}\n--- stdout\n{}\n--- stderr\n{}\n---",
            self.line, self.status, self.stdout, self.stderr
        )
    }
}

fn line_of(command: &Command) -> String {
    let args: Vec<_> = command
        .get_args()
        .map(|arg| arg.to_string_lossy())
        .collect();
    let line = format!("needledrop {}", args.join(" "));
    match line.char_indices().nth(300) {
        Some((cut, _)) => format!("{}…", &line[..cut]),
        None => line,
    }
}

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for item in fs::read_dir(from).expect("the project's corpus") {
        let item = item.expect("an item");
        let target = to.join(item.file_name());
        if item.file_type().expect("a type").is_dir() {
            copy_folder(&item.path(), &target);
        } else {
            fs::copy(item.path(), target).expect("a file is copied");
        }
    }
}
