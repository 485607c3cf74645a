//! Bringing an index up to date: the order in which things happen, so that nothing is lost whenever it ends.
//!
//! Lock, read what the last commit says, decide, scan, settle ids, and then either nothing (the corpus has problems), or:
//! new entries are in the writer by now, the manifest is written and brought to disk, and the commit (for a rebuild: the
//! pointer) makes both visible at once. What is left over is swept.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use super::changes::{self, bytes_of};
use super::dictionary::{DICTIONARY, Dictionary};
use super::folder::{self, Pointed};
use super::header::{self, Commit, Decision, Header, MadeWith, Reason};
use super::input::Input;
use super::lengths::Lengths;
use super::lock::{self, Lock};
use super::manifest::{self, Catalog, Manifest};
use super::mapped::Folder;
use super::names::Fate;
use super::open::OpenIndex;
use super::scan::{Found, Known, Scan, Terms};
use super::settle::Settled;
use super::writer::{Budget, Writer};
use super::{Progress, Summary, UpdateOptions, sweep, trouble};
use crate::corpus::SourceFile;
use crate::corpus::problem::Problem;
use crate::error::{Error, Kind, Result};

/// As [`super::update`], for anything that can be read like a corpus.
pub fn run<I: Input>(
    input: &I,
    folder: &Path,
    options: &UpdateOptions,
    progress: &dyn Progress,
) -> Result<Summary> {
    let began = Instant::now();
    let mut summary = if options.check {
        check(input, options, progress)?
    } else {
        Update::begin(input, folder, options, progress)?.run()?
    };
    summary.seconds = began.elapsed().as_secs_f64();
    Ok(summary)
}

/// Reads everything, and keeps nothing but what is wrong.
fn check<I: Input>(input: &I, options: &UpdateOptions, progress: &dyn Progress) -> Result<Summary> {
    progress.stage("reading");
    let (files, problems) = input.files();
    let terms = Terms {
        lenient: options.skip_invalid,
        frozen: &HashSet::new(),
        count: false,
        progress,
        total: bytes_of(&files),
    };
    let mut found = Scan::new(input, &Known::default(), terms, None).run(files)?;
    found.problems.extend(problems);
    let settled = Settled::of(input, &mut found);
    Ok(Summary {
        entries: settled.entries,
        repeated: settled.repeated,
        left_out: found.invalid,
        problems: found.problems,
        ..Summary::default()
    })
}

/// What the last commit of an index left.
struct Base {
    generation: u32,
    path: PathBuf,
    commit: Commit,
    catalog: Catalog,
    dictionary: Option<Dictionary>,
}

/// One run, under the lock.
struct Update<'a, I: Input> {
    input: &'a I,
    folder: &'a Path,
    options: &'a UpdateOptions,
    progress: &'a dyn Progress,
    made_with: MadeWith,
    _lock: Lock,
}

/// A scan with what follows from all of its records together.
struct Attempt {
    found: Found,
    settled: Settled,
    writer: Option<Writer>,
}

impl<'a, I: Input> Update<'a, I> {
    fn begin(
        input: &'a I,
        folder: &'a Path,
        options: &'a UpdateOptions,
        progress: &'a dyn Progress,
    ) -> Result<Update<'a, I>> {
        folder::refuse_foreign(folder)?;
        fs::create_dir_all(folder).map_err(|error| trouble::io("make", folder, &error))?;
        Ok(Update {
            input,
            folder,
            options,
            progress,
            made_with: MadeWith::now(input.settings()),
            _lock: lock::take(folder, options.wait)?,
        })
    }

    fn run(&self) -> Result<Summary> {
        let base = match self.base()? {
            Ok(base) => base,
            Err(Reason::Damaged(_)) if self.options.rebuild => return self.rebuild(Reason::Asked),
            Err(reason) => return self.rebuild(reason),
        };
        let made_with = &base.commit.header.made_with;
        match header::decide(Some(made_with), &self.made_with, self.options.rebuild) {
            Decision::Rebuild(reason) => self.rebuild(reason),
            Decision::Follow => {
                sweep::all_but(self.folder, base.generation, &base.commit);
                self.follow(&base)
            }
        }
    }

    /// What is there, or why it cannot be gone on with.
    fn base(&self) -> Result<std::result::Result<Base, Reason>> {
        let generation = match folder::read_pointer(self.folder)? {
            Pointed::To(generation) => generation,
            Pointed::Nowhere => return Ok(Err(Reason::NoIndex)),
            Pointed::Newer(_) if self.options.rebuild => return Ok(Err(Reason::Asked)),
            Pointed::Newer(format) => return Err(folder::newer(self.folder, format)),
            Pointed::Damaged => {
                let what = format!("`{}` makes no sense", folder::POINTER);
                return Ok(Err(Reason::Damaged(what)));
            }
        };
        let path = folder::generation_path(self.folder, generation);
        Ok(read_base(generation, path).map_err(Reason::Damaged))
    }

    fn follow(&self, base: &Base) -> Result<Summary> {
        self.progress.stage("reading");
        let (files, walked) = self.input.files();
        let is_same = match base.catalog.lists(&files, changes::is_same) {
            Ok(is_same) => is_same,
            Err(error) => return self.rebuild(Reason::Damaged(error.to_string())),
        };
        if walked.is_empty() && is_same {
            return Ok(changes::unchanged(&base.commit.header));
        }
        let known = match base.catalog.load() {
            Ok(manifest) => Known::new(manifest),
            Err(error) => return self.rebuild(Reason::Damaged(error.to_string())),
        };
        let open = |budget| {
            let language = self.input.settings().language;
            let dictionary = base.dictionary.clone();
            Writer::open(self.folder, &base.path, language, budget, dictionary)
        };
        let mut summary = Summary::default();
        let attempt = self.attempt(&known, files, walked, &open, &mut summary);
        let outcome =
            attempt.and_then(|attempt| self.follow_up(base, &known, attempt, open, summary));
        if let Ok(commit) = Commit::read(&base.path) {
            // Whatever came of it: the segments of a commit that did not come about, or the files of the last one.
            sweep::all_but(self.folder, base.generation, &commit);
        }
        outcome
    }

    /// Commits what was found to have changed, if anything has.
    fn follow_up(
        &self,
        base: &Base,
        known: &Known,
        attempt: Attempt,
        open: impl Fn(Budget) -> Result<Writer>,
        mut summary: Summary,
    ) -> Result<Summary> {
        let Attempt {
            found,
            settled,
            writer,
        } = attempt;
        let gone = changes::gone(known, &found);
        changes::count_changes(&mut summary, &found, &gone, settled.entries);
        if !summary.committed {
            return Ok(summary);
        }
        let nothing = found.sent.is_empty() && gone.is_empty();
        if nothing && found.manifest == known.manifest {
            return Ok(summary);
        }
        let mut writer = match writer {
            Some(writer) => writer,
            None => open(Budget::new(self.options, 0))?,
        };
        writer.delete(gone.into_iter().map(|(_, key)| key).collect())?;
        writer.delete(settled.dropped)?;
        let number = manifest::number_of(&base.commit.header.manifest).unwrap_or(0) + 1;
        self.commit(
            &mut writer,
            &base.path,
            number,
            (found.manifest, &settled.fates),
        )?;
        self.tidy(writer, &base.path, &mut summary);
        Ok(summary)
    }

    fn rebuild(&self, reason: Reason) -> Result<Summary> {
        self.progress.stage("reading");
        let last = folder::generations(self.folder).pop().unwrap_or(0);
        let generation = last + 1;
        let path = folder::generation_path(self.folder, generation);
        fs::create_dir(&path).map_err(|error| trouble::io("make", &path, &error))?;
        let built = self.build(&path, reason);
        let committed = built.as_ref().is_ok_and(|summary| summary.committed);
        let pointed = match committed {
            true => folder::write_pointer(self.folder, generation),
            false => Ok(()),
        };
        match Commit::read(&path) {
            Ok(commit) if committed && pointed.is_ok() => {
                sweep::all_but(self.folder, generation, &commit);
            }
            _ => sweep::whole_generation(self.folder, generation),
        }
        pointed.and(built)
    }

    /// Builds a generation of its own from nothing.
    fn build(&self, path: &Path, reason: Reason) -> Result<Summary> {
        let (files, walked) = self.input.files();
        let known = Known::default();
        let mut summary = Summary {
            rebuilt: (reason != Reason::NoIndex).then(|| format!("full rebuild: {reason}")),
            ..Summary::default()
        };
        let language = self.input.settings().language;
        let create = |budget| {
            // The second attempt of a run finds the files of the first.
            sweep::contents(path);
            Writer::create(self.folder, path, language, budget)
        };
        let attempt = self.attempt(&known, files, walked, &create, &mut summary)?;
        summary.added = attempt.settled.entries;
        if !summary.committed {
            return Ok(summary);
        }
        let mut writer = match attempt.writer {
            Some(writer) => writer,
            None => create(Budget::new(self.options, 0))?,
        };
        let settled = attempt.settled;
        writer.delete(settled.dropped)?;
        // By value: a merge needs the room that the manifest of a large corpus takes.
        let sources = (attempt.found.manifest, settled.fates.as_slice());
        self.commit(&mut writer, path, 1, sources)?;
        self.tidy(writer, path, &mut summary);
        Ok(summary)
    }

    /// Reads the corpus, and again while broken files are to keep what is in the index of them and new ones are found.
    fn attempt(
        &self,
        known: &Known,
        files: Vec<SourceFile>,
        walked: Vec<Problem>,
        open: &dyn Fn(Budget) -> Result<Writer>,
        summary: &mut Summary,
    ) -> Result<Attempt> {
        let mut frozen = HashSet::new();
        summary.problems = walked;
        loop {
            let mut attempt = self.scan(known, &files, &frozen, open)?;
            let broken: Vec<String> = std::mem::take(&mut attempt.found.broken);
            let news = broken.into_iter().filter(|name| !frozen.contains(name));
            let news: Vec<String> = news.collect();
            summary.problems.append(&mut attempt.found.problems);
            if self.options.keep_broken && !news.is_empty() {
                frozen.extend(news);
                continue;
            }
            summary.problems.sort_unstable();
            summary.problems.dedup();
            let tolerated = self.options.skip_invalid || self.options.keep_broken;
            summary.committed = tolerated || summary.problems.is_empty();
            summary.left_out = attempt.found.invalid;
            summary.entries = attempt.settled.entries;
            summary.repeated = attempt.settled.repeated;
            summary.notes = std::mem::take(&mut attempt.settled.notes);
            return Ok(attempt);
        }
    }

    /// Reads the corpus once. The writer is opened when there is something to write.
    fn scan(
        &self,
        known: &Known,
        files: &[SourceFile],
        frozen: &HashSet<String>,
        open: &dyn Fn(Budget) -> Result<Writer>,
    ) -> Result<Attempt> {
        let total = changes::bytes_to_read(known, files);
        let terms = Terms {
            lenient: self.options.skip_invalid,
            frozen,
            count: known.of_an_index,
            progress: self.progress,
            total,
        };
        let mut writer: Option<Writer> = None;
        let mut sink = |key, entry| {
            let writer = match &mut writer {
                Some(writer) => writer,
                none => none.insert(open(Budget::new(self.options, total))?),
            };
            writer.add(key, entry)
        };
        let scan = Scan::new(self.input, known, terms, Some(&mut sink));
        let mut found = scan.run(files.to_vec())?;
        let settled = Settled::of(self.input, &mut found);
        Ok(Attempt {
            found,
            settled,
            writer,
        })
    }

    fn commit(
        &self,
        writer: &mut Writer,
        generation: &Path,
        number: u64,
        (manifest, fates): (Manifest, &[(u32, Fate)]),
    ) -> Result<()> {
        self.progress.stage("writing");
        let name = manifest::name(number);
        let path = generation.join(&name);
        let written = manifest::write(&path, &manifest, fates)
            .and_then(|sum| super::durable::sync_folder(generation).map(|()| sum));
        let manifest_sum = written.map_err(|error| trouble::io("write", &path, &error))?;
        let count = |wanted: fn(&Fate) -> bool| {
            fates.iter().filter(|(_, fate)| wanted(fate)).count() as u64
        };
        let repeated = count(|fate| *fate == Fate::Repeat);
        let root = self.input.root();
        let absolute = std::path::absolute(root).unwrap_or_else(|_| root.to_path_buf());
        let header = Header {
            made_with: self.made_with.clone(),
            corpus: root.to_string_lossy().into_owned(),
            corpus_path: absolute.to_string_lossy().into_owned(),
            built_at: header::now(),
            entries: u64::from(manifest.rows.len()) - repeated,
            repeated,
            twins: count(|fate| matches!(fate, Fate::Suffixed(_))),
            manifest: name,
            manifest_sum,
            dictionary: writer.dictionary()?.map(|made| made.sum()),
        };
        let payload = serde_json::to_string(&header).map_err(|error| {
            Error::new(Kind::Internal, "cannot describe the commit").because(&error)
        })?;
        drop(manifest);
        self.progress.stage("committing");
        writer.commit(&payload)
    }

    /// What makes searching quicker and changes no answer; that it fails is worth a word and no more.
    fn tidy(&self, mut writer: Writer, generation: &Path, summary: &mut Summary) {
        self.progress.stage("merging");
        if let Err(error) = writer.merge() {
            let problem = note(format!("segments could not be merged: {error}"));
            summary.notes.push(problem);
        }
        drop(writer);
        self.progress.stage("finishing");
        let lengths = OpenIndex::of_generation(self.folder, generation).and_then(|index| {
            let known = Lengths::read(generation);
            let lengths = known.brought_to(&index.searcher, &index.fields);
            lengths.map_err(|error| trouble::reading(self.folder, &error))
        });
        if let Ok(lengths) = lengths {
            let _ = lengths.write(generation);
        }
    }
}

fn note(message: String) -> Problem {
    Problem {
        path: String::new(),
        line: 0,
        column: 0,
        message,
        hint: None,
    }
}

/// The last commit of a generation, or what is wrong with it.
fn read_base(generation: u32, path: PathBuf) -> std::result::Result<Base, String> {
    let commit = Commit::read(&path).map_err(|error| format!("`meta.json`: {error}"))?;
    for name in sweep::needed(&commit) {
        if !path.join(&name).is_file() {
            return Err(format!("`{name}` is missing"));
        }
    }
    let header = &commit.header;
    let files = Folder::open(&path).map_err(|error| error.to_string())?;
    let catalog = Catalog::open(&files, &header.manifest, header.manifest_sum)
        .map_err(|error| error.to_string())?;
    let dictionary = header.dictionary.map(|sum| Dictionary::read(&path, sum));
    let dictionary = dictionary.transpose();
    let dictionary = dictionary.map_err(|error| format!("`{DICTIONARY}`: {error}"))?;
    Ok(Base {
        generation,
        path,
        commit,
        catalog,
        dictionary,
    })
}
