//! The commands that hints give, ready to paste: about the index and the corpus at hand, with the mapping that was given.

use std::path::Path;

use super::folder::{self, Pointed};
use super::header::{Commit, Header};
use crate::corpus::Corpus;

/// The corpus when none is named.
pub const CORPUS: &str = "corpus";
/// The index when none is named.
pub const INDEX: &str = "index";

/// The command that mends an index whatever it has: it builds it anew from what it was made from, as far as that can
/// still be read.
pub fn mend(folder: &Path) -> String {
    let commit = match folder::read_pointer(folder) {
        Ok(Pointed::To(generation)) => {
            Commit::read(&folder::generation_path(folder, generation)).ok()
        }
        _ => None,
    };
    index(
        folder,
        commit.as_ref().map(|commit| &commit.header),
        " --rebuild",
    )
}

/// The command that brings an index up to date with what it was made from.
pub fn update(folder: &Path, header: &Header) -> String {
    index(folder, Some(header), "")
}

/// The command that makes an index where there is none.
pub fn make(folder: &Path) -> String {
    index(folder, None, "")
}

fn index(folder: &Path, header: Option<&Header>, flag: &str) -> String {
    let (corpus, maps) = header.map(source_of).unwrap_or_default();
    let place = match folder == Path::new(INDEX) {
        true => String::new(),
        false => format!(" --index {}", quoted(folder)),
    };
    format!("needledrop index{corpus}{flag}{place}{maps}")
}

/// The corpus and the mapping as arguments, where they are not what goes without saying.
fn source_of(header: &Header) -> (String, String) {
    let named = Path::new(&header.corpus);
    let whole = Path::new(&header.corpus_path);
    // The same name may mean another folder where the command is typed.
    let is_here = std::path::absolute(named).is_ok_and(|path| path == whole);
    let path = if is_here { named } else { whole };
    let corpus = match path == Path::new(CORPUS) {
        true => String::new(),
        false => format!(" {}", quoted(path)),
    };
    // What the corpus's own settings say need not be typed.
    let said = Corpus::open(path, &[]).map(|corpus| corpus.settings.mapping);
    let said = said.unwrap_or_default();
    let flags = header.made_with.mapping.iter();
    let maps = flags
        .filter(|(field, key)| said.get(*field) != Some(key))
        .map(|(field, key)| format!(" --map {}", quoted(Path::new(&format!("{field}={key}")))))
        .collect();
    (corpus, maps)
}

/// A path as a shell takes it.
pub fn quoted(path: &Path) -> String {
    let text = path.display().to_string();
    let plain = |c: char| c.is_alphanumeric() || "/._-+:,@%=".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        return text;
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}
