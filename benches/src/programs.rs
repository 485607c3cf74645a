//! The programs under the clock, behind one face: how each is told to build, to search cold, to answer a batch.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::queries::Query;
use crate::{Result, ours, process};

/// A program that is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Program {
    /// needledrop.
    Ours,
    /// Tantivy used barely.
    Bare,
    /// SQLite FTS5.
    Fts5,
}

impl Program {
    /// Its name in a table.
    pub fn name(self) -> &'static str {
        match self {
            Program::Ours => "needledrop",
            Program::Bare => "bare Tantivy",
            Program::Fts5 => "SQLite FTS5",
        }
    }
}

/// Where the binaries are.
pub struct Programs {
    needledrop: PathBuf,
    folder: PathBuf,
}

impl Programs {
    /// Builds everything in release, as whoever measures would.
    ///
    /// # Errors
    /// When cargo fails.
    pub fn build(root: &Path) -> Result<Programs> {
        let benches = root.join("benches");
        for (folder, bins) in [(root, "needledrop"), (&benches, "*")] {
            let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or("cargo".into()));
            cargo.args([
                "build",
                "--release",
                "--quiet",
                "--bin",
                bins,
                "--manifest-path",
            ]);
            if !cargo.arg(folder.join("Cargo.toml")).status()?.success() {
                return Err(format!("{}: does not build", folder.display()).into());
            }
        }
        let target = |at: &Path| match std::env::var_os("CARGO_TARGET_DIR") {
            Some(target) => PathBuf::from(target).join("release"),
            None => at.join("target/release"),
        };
        // What the linker has written lies in the page cache in pieces of one page, what is copied in larger ones, and so
        // does what is read from a disk: a start takes .4 ms less. Copied, as installing does it, all lie alike.
        let folder = target(&benches).join("measured");
        std::fs::create_dir_all(&folder)?;
        for (from, name) in [
            (target(root), "needledrop"),
            (target(&benches), "ours"),
            (target(&benches), "bare"),
            (target(&benches), "fts5"),
        ] {
            let (from, to) = (from.join(name), folder.join(name));
            // Not over what is there, which may be running.
            let _ = std::fs::remove_file(&to);
            std::fs::copy(from, to)?;
        }
        Ok(Programs {
            needledrop: folder.join("needledrop"),
            folder,
        })
    }

    /// needledrop itself, with nothing said yet.
    pub fn needledrop(&self) -> Command {
        Command::new(&self.needledrop)
    }

    /// Brings an index up to date; `folder` is an index or a new folder. The films' keys are mapped unless it is a folder
    /// of our own files. A rebuild is an index made from nothing.
    pub fn index(&self, corpus: &Path, folder: &Path) -> Command {
        let mut command = self.needledrop();
        command
            .arg("index")
            .arg(corpus)
            .arg("--index")
            .arg(folder)
            .args(["--threads", "2"]);
        if corpus.is_file() {
            for (field, key) in ours::MAPPING {
                command.arg("--map").arg(format!("{field}={key}"));
            }
            // As README does it. (The scoreboard knows the films by their numbers.)
            command.args(["--map", "id=href"]);
        }
        command
    }

    /// Builds an index of `corpus` in the new folder `folder`, with two threads and the default memory.
    pub fn build_index(&self, program: Program, corpus: &Path, folder: &Path) -> Command {
        match program {
            Program::Ours => self.index(corpus, folder),
            _ => {
                let mut command = self.bench(program);
                command.arg("build").arg(corpus).arg(folder);
                command
            }
        }
    }

    /// Answers one query from a fresh process.
    pub fn search(&self, program: Program, folder: &Path, query: &Query) -> Command {
        let mut command = match program {
            Program::Ours => self.needledrop(),
            _ => self.bench(program),
        };
        command.arg("search");
        match program {
            Program::Ours => command.arg(query.text()).arg("--index").arg(folder),
            Program::Bare => command.arg(folder).arg(query.text()),
            Program::Fts5 => command.arg(folder).arg(query.fts5()),
        };
        command
    }

    /// Answers a query set in one process.
    pub fn batch(&self, program: Program, folder: &Path, set: &Path, snippets: bool) -> Command {
        let mut command = self.bench(program);
        command.arg("batch").arg(folder).arg(set);
        if !snippets {
            command.arg("--no-snippets");
        }
        command
    }

    /// `command`, kept to one core where `taskset` can do that.
    pub fn pinned(&self, core: usize, command: &Command) -> Command {
        if !process::installed("taskset") {
            let mut same = Command::new(command.get_program());
            same.args(command.get_args());
            return same;
        }
        let mut pinned = Command::new("taskset");
        pinned.arg("-c").arg(core.to_string());
        pinned.arg(command.get_program()).args(command.get_args());
        pinned
    }

    fn bench(&self, program: Program) -> Command {
        Command::new(self.folder.join(match program {
            Program::Ours => "ours",
            Program::Bare => "bare",
            Program::Fts5 => "fts5",
        }))
    }
}
