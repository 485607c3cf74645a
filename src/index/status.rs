//! What an index says about itself, and whether its corpus has changed since.

use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::header::MadeWith;
use super::manifest::{FileRow, Manifest};
use super::open::OpenIndex;
use super::{command, folder, trouble};
use crate::corpus::{Corpus, SourceFile};
use crate::error::Result;

/// What an index is made of.
#[derive(Debug, Clone)]
pub struct Status {
    /// Entries in it.
    pub entries: u64,
    /// Bytes on disk.
    pub bytes: u64,
    /// When the current commit was made.
    pub built: SystemTime,
    /// What it was built from, as the user named it then.
    pub corpus: PathBuf,
    /// Whose inflections it folds.
    pub language: String,
    /// What has changed in the corpus since: `None` when nothing, otherwise a phrase (`2 files changed, 1 removed`).
    pub changed: Option<String>,
    /// The command that brings it up to date.
    pub update: String,
}

/// The state of the index in `folder`.
///
/// # Errors
/// As [`OpenIndex::open`], and when its manifest cannot be read.
pub fn status(folder: &Path) -> Result<Status> {
    let index = OpenIndex::open(folder)?;
    let header = index.header();
    let manifest = index.catalog().load();
    let manifest = manifest.map_err(|error| trouble::corrupt(folder, error))?;
    Ok(Status {
        entries: index.entries,
        bytes: bytes_in(folder),
        built: UNIX_EPOCH + Duration::from_secs(header.built_at),
        corpus: PathBuf::from(&header.corpus),
        language: header.made_with.language.clone(),
        update: command::update(folder, header),
        changed: changed(Path::new(&header.corpus_path), &header.made_with, &manifest),
    })
}

/// The size of everything of ours in an index folder.
fn bytes_in(folder: &Path) -> u64 {
    let size_of = |path: &Path| -> u64 {
        let files = fs::read_dir(path).into_iter().flatten().flatten();
        files
            .filter_map(|file| file.metadata().ok())
            .filter(fs::Metadata::is_file)
            .map(|file| file.len())
            .sum()
    };
    let generations = folder::generations(folder).into_iter();
    let inside: u64 = generations
        .map(|number| size_of(&folder::generation_path(folder, number)))
        .sum();
    inside + size_of(folder)
}

/// How the corpus differs from what the manifest says.
fn changed(root: &Path, made_with: &MadeWith, manifest: &Manifest) -> Option<String> {
    let mapping: Vec<(String, String)> = made_with
        .mapping
        .iter()
        .map(|(ours, theirs)| (ours.clone(), theirs.clone()))
        .collect();
    let corpus = match Corpus::open(root, &mapping) {
        Ok(corpus) => corpus,
        Err(error) => return Some(error.message),
    };
    if MadeWith::now(&corpus.settings) != *made_with {
        return Some("the settings, or needledrop itself".into());
    }
    let (files, _) = corpus.files();
    let known = |name: &str| {
        let at = manifest
            .files
            .binary_search_by(|row| row.name.as_str().cmp(name));
        at.ok().map(|at| &manifest.files[at])
    };
    let (mut new, mut edited, mut kept) = (0, 0, 0);
    for file in &files {
        match known(&file.name) {
            None => new += 1,
            Some(row) => {
                kept += 1;
                edited += usize::from(is_edited(&corpus, file, row, manifest));
            }
        }
    }
    let gone = manifest.files.len() - kept;
    let counts = [(edited, "changed"), (new, "new"), (gone, "removed")];
    let files_of = |count: usize| {
        if count == 1 {
            "1 file".into()
        } else {
            format!("{count} files")
        }
    };
    let said: Vec<String> = counts
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{} {what}", files_of(count)))
        .collect();
    (!said.is_empty()).then(|| said.join(", "))
}

/// Whether a file's records are others now. Where its state cannot be trusted (see [`FileRow`]) it is read.
fn is_edited(corpus: &Corpus, file: &SourceFile, row: &FileRow, manifest: &Manifest) -> bool {
    if row.stat != file.stat || row.trusted {
        return row.stat != file.stat;
    }
    let prints = &manifest.rows.fingerprints[row.rows.start as usize..row.rows.end as usize];
    let mut left = prints.iter();
    let mut same = true;
    corpus.read(file, &mut |record| {
        same = left.next() == Some(&record.content);
        if same {
            ControlFlow::Continue(())
        } else {
            ControlFlow::Break(())
        }
    });
    !same || left.next().is_some()
}
