//! Removing what no commit needs any more: old generations, and what a killed run left.
//!
//! Only under the lock, and only files whose names have our pattern. What cannot be removed (on Windows a file that a
//! reader has open) stays for the next time.

use std::fs;
use std::path::Path;

use super::dictionary::DICTIONARY;
use super::durable::UNFINISHED;
use super::folder::{self, LENGTHS, POINTER};
use super::header::Commit;
use super::{directory, manifest};

/// Leaves only the current generation, and in it only what its commit needs.
pub fn all_but(folder: &Path, generation: u32, commit: &Commit) {
    let _ = fs::remove_file(folder.join(format!("{POINTER}{UNFINISHED}")));
    for other in folder::generations(folder) {
        if other != generation {
            whole_generation(folder, other);
        }
    }
    remove_where(&folder::generation_path(folder, generation), |name| {
        !is_needed(name, commit)
    });
}

/// Removes a generation; a folder that has other files in it stays, with them.
pub fn whole_generation(folder: &Path, generation: u32) {
    let path = folder::generation_path(folder, generation);
    contents(&path);
    let _ = fs::remove_dir(path);
}

/// Empties a generation.
pub fn contents(generation: &Path) {
    remove_where(generation, |_| true);
}

fn remove_where(generation: &Path, unneeded: impl Fn(&str) -> bool) {
    let Ok(files) = fs::read_dir(generation) else {
        return;
    };
    for file in files.flatten() {
        let name = file.file_name();
        let Some(name) = name.to_str() else { continue };
        if folder::is_generation_file(name) && unneeded(name) {
            let _ = fs::remove_file(file.path());
        }
    }
}

/// Whether a commit needs the file of this name in its generation.
pub fn is_needed(name: &str, commit: &Commit) -> bool {
    if manifest::is_name(name) {
        return name == commit.header.manifest;
    }
    match folder::segment_of(name) {
        Some(segment) => {
            let found = commit.segments.iter().find(|(id, _)| id == segment);
            found.is_some_and(|(_, deletes)| {
                let part = &name[segment.len() + 1..];
                match part.strip_suffix(".del") {
                    Some(stamp) => deletes.is_some_and(|wanted| wanted.to_string() == stamp),
                    None => part != "store.temp" && part != "temp",
                }
            })
        }
        None if name == DICTIONARY => commit.header.dictionary.is_some(),
        None => name == directory::META || name == LENGTHS,
    }
}

/// The files a commit cannot be read without.
pub fn needed(commit: &Commit) -> Vec<String> {
    let mut names = vec![commit.header.manifest.clone()];
    names.extend(commit.header.dictionary.map(|_| DICTIONARY.to_owned()));
    for (segment, deletes) in &commit.segments {
        for part in ["term", "idx", "pos", "fast", "fieldnorm", "store"] {
            names.push(format!("{segment}.{part}"));
        }
        names.extend(deletes.map(|stamp| format!("{segment}.{stamp}.del")));
    }
    names
}
