//! The corpora everything is measured on, made once into a folder and kept there: the films and the million derived from
//! them where `../shared` is, synthetic ones of the same sizes where it is not.

use std::borrow::Cow;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

use flate2::read::MultiGzDecoder;
use serde::Deserialize;

use crate::queries::{self, Sampler};
use crate::{Result, synthetic};

/// What every program indexes of an entry; the films' keys and needledrop's own are both read.
#[derive(Debug, Deserialize)]
pub struct Record {
    /// The title.
    pub title: String,
    /// The people.
    #[serde(default, alias = "cast")]
    pub artists: Vec<String>,
    /// The write-up.
    #[serde(alias = "extract")]
    pub prose: Option<String>,
}

/// Calls `take` with every line of a `.jsonl` or `.jsonl.gz`, which is never held whole.
///
/// # Errors
/// When it cannot be read, and the errors of `take`, with the line they are about.
pub fn lines(path: &Path, mut take: impl FnMut(&str) -> Result<()>) -> Result<()> {
    let file = File::open(path).map_err(|e| format!("{}: {e}", path.display()))?;
    let input: Box<dyn Read> = match path.extension().is_some_and(|extension| extension == "gz") {
        true => Box::new(MultiGzDecoder::new(file)),
        false => Box::new(file),
    };
    let mut input = BufReader::with_capacity(1 << 20, input);
    let (mut line, mut number) = (String::new(), 0);
    while input.read_line(&mut line)? > 0 {
        number += 1;
        take(line.trim_end()).map_err(|e| format!("{}:{number}: {e}", path.display()))?;
        line.clear();
    }
    Ok(())
}

/// Calls `take` with every entry of `path`.
///
/// # Errors
/// As [`lines`], and when a line is no entry.
pub fn each(path: &Path, mut take: impl FnMut(Record) -> Result<()>) -> Result<()> {
    lines(path, |line| take(serde_json::from_str(line)?))
}

/// The lower-case words of ASCII letters and digits in `text`.
pub fn words(text: &str) -> Vec<String> {
    let lower = text.to_lowercase();
    let words = lower.split(|c: char| !c.is_ascii_alphanumeric());
    words
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

/// The corpora, each made when first asked for.
pub struct Corpora {
    /// Where they are kept.
    pub dir: PathBuf,
    /// `shared`, when it is there.
    pub shared: Option<PathBuf>,
}

impl Corpora {
    /// Corpora kept in `dir`, made from the films under `shared` when these exist.
    ///
    /// # Errors
    /// When `dir` cannot be made.
    pub fn new(dir: PathBuf, shared: PathBuf) -> Result<Corpora> {
        fs::create_dir_all(&dir)?;
        let shared = Some(shared).filter(|shared| shared.join("data/movies.jsonl.gz").is_file());
        Ok(Corpora { dir, shared })
    }

    /// What the figures are about, for the report.
    pub fn description(&self) -> &'static str {
        match self.shared {
            Some(_) => "36,273 films, and the million made from them by `make_corpus.py`",
            None => {
                "**synthetic** (no `../shared/data/movies.jsonl.gz` here): sizes as the films', words made up"
            }
        }
    }

    /// 36,273 entries, one a line, each with its line's number as `id`.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn films(&self) -> Result<PathBuf> {
        let Some(shared) = &self.shared else {
            return self.made("synthetic-1.jsonl", |path| synthetic::write(path, 36_273));
        };
        self.made("c1.jsonl", |path| {
            let mut out = BufWriter::new(File::create(path)?);
            let mut id = 0;
            lines(&shared.join("data/movies.jsonl.gz"), |line| {
                writeln!(out, "{{\"id\": {id}, {}", line.trim_start_matches('{'))?;
                id += 1;
                Ok(())
            })?;
            Ok(out.flush()?)
        })
    }

    /// 1,088,190 entries, about 700 MB.
    ///
    /// # Errors
    /// When it cannot be made: `make_corpus.py` needs python3.
    pub fn million(&self) -> Result<PathBuf> {
        let Some(shared) = &self.shared else {
            return self.made("synthetic-30.jsonl", |path| {
                synthetic::write(path, 1_088_190)
            });
        };
        self.made("c30.jsonl", |path| {
            let work = self.dir.join("making");
            fs::create_dir_all(&work)?;
            let plain = work.join("movies.jsonl");
            let packed = File::open(shared.join("data/movies.jsonl.gz"))?;
            std::io::copy(&mut MultiGzDecoder::new(packed), &mut File::create(&plain)?)?;
            let mut python = Command::new("python3");
            python
                .arg(shared.join("tools/make_corpus.py"))
                .args([&plain, &work]);
            if !python.stdout(std::io::stderr()).status()?.success() {
                return Err("make_corpus.py failed".into());
            }
            fs::rename(work.join("c30.jsonl"), path)?;
            Ok(fs::remove_dir_all(work)?)
        })
    }

    /// Twenty entries with prose.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn twenty(&self) -> Result<PathBuf> {
        let films = self.films()?;
        self.made("twenty.jsonl", |path| {
            let (mut kept, mut count) = (String::new(), 0);
            lines(&films, |line| {
                let record: Record = serde_json::from_str(line)?;
                if count < 20 && record.prose.is_some_and(|prose| prose.len() > 400) {
                    kept.push_str(line);
                    kept.push('\n');
                    count += 1;
                }
                Ok(())
            })?;
            Ok(fs::write(path, kept)?)
        })
    }

    /// 2,000 of the films, for what is slow to measure.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn some(&self) -> Result<PathBuf> {
        let films = self.films()?;
        self.made("some.jsonl", |path| {
            let mut out = BufWriter::new(File::create(path)?);
            let mut number = 0;
            lines(&films, |line| {
                if number % 18 == 0 && number / 18 < 2_000 {
                    writeln!(out, "{line}")?;
                }
                number += 1;
                Ok(())
            })?;
            Ok(out.flush()?)
        })
    }

    /// Entries of 20 KB of prose each: the films' prose, a run of films an entry.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn long(&self) -> Result<PathBuf> {
        let films = self.films()?;
        self.made("long.jsonl", |path| {
            let mut out = BufWriter::new(File::create(path)?);
            let (mut prose, mut id) = (String::new(), 0);
            each(&films, |record| {
                prose.push_str(&record.prose.unwrap_or_default());
                prose.push(' ');
                if prose.len() >= 20_000 {
                    let entry = serde_json::json!({"id": id, "title": record.title,
                        "cast": record.artists, "extract": std::mem::take(&mut prose)});
                    writeln!(out, "{entry}")?;
                    id += 1;
                }
                Ok(())
            })?;
            Ok(out.flush()?)
        })
    }

    /// A folder of 20,000 files of one entry each, in 200 folders, under git when git is there.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn files(&self) -> Result<PathBuf> {
        let films = self.films()?;
        self.made("files", |root| {
            let mut count = 0;
            each(&films, |record| {
                if count == 20_000 {
                    return Ok(());
                }
                let folder = root.join(format!("{:03}", count / 100));
                fs::create_dir_all(&folder)?;
                let entry = serde_json::json!({"title": record.title, "artists": record.artists,
                    "prose": record.prose.map_or(Cow::from(""), Cow::from)});
                fs::write(folder.join(format!("{count:05}.json")), entry.to_string())?;
                count += 1;
                Ok(())
            })?;
            let author = ["-c", "user.name=bench", "-c", "user.email=bench@localhost"];
            for step in [
                &["init", "-q"][..],
                &["add", "."],
                &["commit", "-q", "-m", "entries"],
            ] {
                // Without git only the comparison with `git status` is missing, and the step says so.
                let _ = Command::new("git")
                    .current_dir(root)
                    .args(author)
                    .args(step)
                    .status();
            }
            Ok(())
        })
    }

    /// The query set for films and million.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn queries(&self) -> Result<PathBuf> {
        if let Some(shared) = &self.shared {
            return Ok(shared.join("data/queries.tsv"));
        }
        self.sampled("synthetic-queries.tsv", &self.films()?, |sampler| {
            sampler.set(150)
        })
    }

    /// A query set named `name`, drawn by `draw` from `corpus`.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn sampled(
        &self,
        name: &str,
        corpus: &Path,
        draw: impl FnOnce(&mut Sampler) -> Vec<queries::Query>,
    ) -> Result<PathBuf> {
        self.made(name, |path| {
            queries::write(path, &draw(&mut Sampler::new(corpus, 20_260)?))
        })
    }

    /// `dir/name`, made by `make` under another name first: a run that is killed leaves no half corpus behind.
    fn made(&self, name: &str, make: impl FnOnce(&Path) -> Result<()>) -> Result<PathBuf> {
        let path = self.dir.join(name);
        if !path.exists() {
            eprintln!("making {}", path.display());
            let part = self.dir.join(format!("{name}.part"));
            let _ = fs::remove_dir_all(&part);
            make(&part)?;
            fs::rename(part, &path)?;
        }
        Ok(path)
    }
}
