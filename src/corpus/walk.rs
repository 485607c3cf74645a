//! Finding the files of a corpus.
//!
//! Every folder is listed once, in order, and each file's state is asked for once, on as many threads as pay. What
//! `.gitignore` leaves out is left out, within the corpus and from above it up to the repository's root; what the
//! user's own machine ignores is not, since the same corpus must read alike everywhere. The `ignore` crate says what a rule
//! matches; its walker is not used, as it asks each folder for five files that most do not have.
//!
//! Links are followed last. A file that was already met is not read again under the name of a link, so a link
//! into the corpus changes nothing and a loop ends.

use std::collections::HashSet;
use std::fs::{self, DirEntry, Metadata};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use ignore::gitignore::{Gitignore, GitignoreBuilder};

use super::problem::{Place, Problem, Report, for_shell};
use super::{SourceFile, format, source};

/// Below this many files, threads cost more than they save.
const FILES_PER_THREAD: usize = 256;
/// More threads than this only wait for the same locks of the kernel.
const MAX_THREADS: usize = 4;
/// The file by which a folder is known to be a built index. A corpus may contain one (`needledrop index .`), and its
/// files are no entries.
const INDEX_MARK: &str = "needledrop.json";

/// Every entry file at or under `root`, ordered by name, and what stood in the way.
pub(super) fn files(root: &Path) -> (Vec<SourceFile>, Vec<Problem>) {
    if !root.is_dir() {
        return single(root);
    }
    let mut walk = Walk::new(Rules::above(root));
    walk.run(root);
    if walk.found.is_empty() && walk.rules_above {
        // Rules from above that leave nothing of it are not meant for someone who names the corpus: `data/*` keeps data
        // out of a repository, not out of an index.
        walk = Walk::new(None);
        walk.run(root);
    }
    let (mut files, mut problems) = (stat_all(walk.found), walk.problems);
    files.sort_by(|one, other| one.file.name.cmp(&other.file.name));
    let files = without_doubles(files, &mut problems);
    problems.sort();
    (files, problems)
}

/// A corpus that is one file.
fn single(root: &Path) -> (Vec<SourceFile>, Vec<Problem>) {
    let found = Found {
        path: root.to_owned(),
        name: root
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned(),
        is_linked: false,
    };
    let mut problems = Vec::new();
    let files = without_doubles(stat_all(vec![found]), &mut problems);
    if files.is_empty() && problems.is_empty() {
        problem(&mut problems, root, "is not there any more", "");
    }
    (files, problems)
}

/// An entry file, not yet looked at.
#[derive(Default)]
struct Found {
    path: PathBuf,
    name: String,
    /// Whether a link led to it.
    is_linked: bool,
}

/// What `.gitignore` files say, from the innermost folder outwards.
struct Rules {
    of_folder: Gitignore,
    outer: Option<Rc<Rules>>,
}

impl Rules {
    /// The rules of the folders above `root`, up to the root of its repository; none outside of one.
    fn above(root: &Path) -> Option<Rc<Rules>> {
        let absolute = root.canonicalize().ok()?;
        let is_repository = |folder: &&Path| folder.join(".git").exists();
        let repository = absolute.ancestors().find(is_repository)?;
        let between = absolute
            .ancestors()
            .skip(1)
            .take_while(|folder| folder.starts_with(repository));
        let mut folders: Vec<&Path> = between.collect();
        folders.reverse();
        folders.into_iter().fold(None, |outer, folder| {
            match fs::read(folder.join(".gitignore")) {
                Ok(text) => Some(Rules::new(folder, &text, outer)),
                Err(_) => outer,
            }
        })
    }

    /// The rules in `text`, the `.gitignore` of `folder`. A rule that makes no sense is passed over, as git does.
    fn new(folder: &Path, text: &[u8], outer: Option<Rc<Rules>>) -> Rc<Rules> {
        let mut builder = GitignoreBuilder::new(folder);
        let text = String::from_utf8_lossy(text);
        for line in text.trim_start_matches('\u{feff}').lines() {
            let _ = builder.add_line(None, line);
        }
        Rc::new(Rules {
            of_folder: builder.build().unwrap_or_else(|_| Gitignore::empty()),
            outer,
        })
    }

    /// Whether the rules leave out what stands at `path`, an absolute one.
    fn leave_out(&self, path: &Path, is_folder: bool) -> bool {
        let mut rules = self;
        loop {
            let found = rules.of_folder.matched(path, is_folder);
            match (&rules.outer, found.is_none()) {
                (_, false) => return found.is_ignore(),
                (None, true) => return false,
                (Some(outer), true) => rules = outer,
            }
        }
    }
}

/// A folder to be listed.
struct Folder {
    path: PathBuf,
    /// Its path without links, which rules are matched against.
    real: PathBuf,
    /// The names of the files in it begin with this.
    prefix: String,
    rules: Option<Rc<Rules>>,
}

/// A walk under way.
struct Walk {
    above: Option<Rc<Rules>>,
    rules_above: bool,
    found: Vec<Found>,
    folders: Vec<PathBuf>,
    links: Vec<(Folder, String)>,
    /// The folders that were listed, once links are being followed.
    seen: Option<HashSet<(u64, u64)>>,
    problems: Vec<Problem>,
}

impl Walk {
    fn new(above: Option<Rc<Rules>>) -> Walk {
        Walk {
            rules_above: above.is_some(),
            above,
            found: Vec::new(),
            folders: Vec::new(),
            links: Vec::new(),
            seen: None,
            problems: Vec::new(),
        }
    }

    fn run(&mut self, root: &Path) {
        let folder = Folder {
            path: root.to_owned(),
            real: root.canonicalize().unwrap_or_else(|_| root.to_owned()),
            prefix: String::new(),
            rules: self.above.take(),
        };
        self.folder(folder, true);
        if self.links.is_empty() {
            return;
        }
        let identities = self
            .folders
            .iter()
            .filter_map(|folder| identity(&fs::metadata(folder).ok()?));
        self.seen = Some(identities.collect());
        while !self.links.is_empty() {
            for (within, name) in std::mem::take(&mut self.links) {
                self.link(within, &name);
            }
        }
    }

    /// Lists a folder and what is below it.
    fn folder(&mut self, folder: Folder, is_root: bool) {
        let entries = match listed(&folder.path) {
            Ok(entries) => entries,
            Err(error) => return self.unlisted(&folder.path, &error, is_root),
        };
        if !is_root && entries.iter().any(|entry| entry.name == INDEX_MARK) {
            return;
        }
        let before = (self.found.len(), self.links.len());
        let folder = self.with_own_rules(folder, &entries);
        for entry in entries {
            self.entry(&folder, entry);
        }
        let is_hollow = before == (self.found.len(), self.links.len());
        if is_hollow && !is_root && format::of(&folder.prefix[..folder.prefix.len() - 1]).is_some()
        {
            let hint = "put the file in its place, or remove the folder";
            problem(
                &mut self.problems,
                &folder.path,
                "is an empty folder with the name of a file",
                hint,
            );
        }
        self.folders.push(folder.path);
    }

    fn with_own_rules(&mut self, folder: Folder, entries: &[Entry]) -> Folder {
        if !entries.iter().any(|entry| entry.name == ".gitignore") {
            return folder;
        }
        let path = folder.path.join(".gitignore");
        match source::open(&path).and_then(|_| fs::read(&path)) {
            Ok(text) => Folder {
                rules: Some(Rules::new(&folder.real, &text, folder.rules)),
                ..folder
            },
            Err(error) => {
                let (message, hint) = source::explain(&path, format::Packing::Plain, &error);
                problem(&mut self.problems, &path, message, hint);
                folder
            }
        }
    }

    fn entry(&mut self, folder: &Folder, entry: Entry) {
        if entry.name.starts_with('.') {
            return;
        }
        let is_file_name = format::of(&entry.name).is_some();
        if entry.kind == EntryKind::Other && !is_file_name {
            return;
        }
        let is_folder = entry.kind == EntryKind::Folder;
        let rules = folder.rules.as_ref();
        if rules.is_some_and(|rules| rules.leave_out(&folder.real.join(&entry.raw), is_folder)) {
            return;
        }
        if entry.is_again {
            let hint =
                "rename one: names that differ only in what is not Unicode cannot be told apart";
            return problem(
                &mut self.problems,
                &folder.path.join(&entry.raw),
                "has the same name as another",
                hint,
            );
        }
        let name = format!("{}{}", folder.prefix, entry.name);
        match entry.kind {
            EntryKind::Other => self.found.push(Found {
                path: folder.path.join(&entry.raw),
                name,
                is_linked: self.seen.is_some(),
            }),
            EntryKind::Folder => {
                let folder = folder.below(&entry, name);
                if self.is_new(&folder.path) {
                    self.folder(folder, false);
                }
            }
            EntryKind::Link => self.links.push((folder.below(&entry, name), entry.name)),
        }
    }

    /// Whether a folder has not been listed yet. Without links there is only one way to each.
    fn is_new(&mut self, folder: &Path) -> bool {
        let Some(seen) = &mut self.seen else {
            return true;
        };
        match fs::metadata(folder).ok().as_ref().and_then(identity) {
            Some(identity) => seen.insert(identity),
            None => true,
        }
    }

    fn link(&mut self, link: Folder, name: &str) {
        let is_entry_file = format::of(name).is_some();
        match fs::metadata(&link.path) {
            Ok(metadata) if metadata.is_dir() => {
                if self.is_new(&link.path) {
                    let real = link.path.canonicalize().unwrap_or(link.real);
                    self.folder(Folder { real, ..link }, false);
                }
            }
            Ok(_) if is_entry_file => self.found.push(Found {
                path: link.path,
                name: link.prefix.trim_end_matches('/').to_owned(),
                is_linked: true,
            }),
            Ok(_) => {}
            // What it leads to might have been a folder.
            Err(error) if is_entry_file || !name.contains('.') => {
                let message = match error.kind() {
                    ErrorKind::NotFound => "is a link to something that is not there".to_owned(),
                    _ => format!("is a link that leads nowhere: {}", plain(&error)),
                };
                let hint = format!("see: ls -l {}", for_shell(&link.path));
                problem(&mut self.problems, &link.path, message, hint);
            }
            Err(_) => {}
        }
    }

    fn unlisted(&mut self, folder: &Path, error: &io::Error, is_root: bool) {
        // One that went away meanwhile is simply not a part of the corpus.
        if error.kind() != ErrorKind::NotFound || is_root {
            let message = format!("cannot be listed: {}", plain(error));
            let hint = format!("allow it: chmod u+rx {}", for_shell(folder));
            problem(&mut self.problems, folder, message, hint);
        }
    }
}

impl Folder {
    /// The folder (or what a link of this name leads to) within this one.
    fn below(&self, entry: &Entry, name: String) -> Folder {
        Folder {
            path: self.path.join(&entry.raw),
            real: self.real.join(&entry.raw),
            prefix: name + "/",
            rules: self.rules.clone(),
        }
    }
}

/// Something in a folder.
struct Entry {
    /// Its name; what is not Unicode is replaced.
    name: String,
    raw: std::ffi::OsString,
    kind: EntryKind,
    /// Whether another of this folder has the same `name`.
    is_again: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum EntryKind {
    Folder,
    Link,
    /// A file, most likely.
    Other,
}

/// What is in a folder, in the order of full names: a folder `a` sorts as `a/`.
fn listed(folder: &Path) -> io::Result<Vec<Entry>> {
    let folder = if folder.as_os_str().is_empty() {
        Path::new(".")
    } else {
        folder
    };
    let mut entries = fs::read_dir(folder)?
        .map(|entry| entry.and_then(|entry| entry_of(&entry)))
        .collect::<io::Result<Vec<Entry>>>()?;
    entries.sort_by(|one, other| {
        one.order()
            .cmp(other.order())
            .then_with(|| one.raw.cmp(&other.raw))
    });
    let again = |index: usize| index > 0 && entries[index].name == entries[index - 1].name;
    let again: Vec<usize> = (0..entries.len()).filter(|index| again(*index)).collect();
    for index in again {
        entries[index].is_again = true;
    }
    Ok(entries)
}

impl Entry {
    fn order(&self) -> impl Iterator<Item = u8> {
        let slash = (self.kind == EntryKind::Folder).then_some(b'/');
        self.name.bytes().chain(slash)
    }
}

fn entry_of(entry: &DirEntry) -> io::Result<Entry> {
    let kind = entry.file_type()?;
    let raw = entry.file_name();
    Ok(Entry {
        name: raw.to_string_lossy().into_owned(),
        raw,
        kind: if kind.is_dir() {
            EntryKind::Folder
        } else if kind.is_symlink() {
            EntryKind::Link
        } else {
            EntryKind::Other
        },
        is_again: false,
    })
}

/// A file and its metadata.
struct Seen {
    file: SourceFile,
    is_linked: bool,
    metadata: io::Result<Metadata>,
}

/// Looks at every file, in order.
fn stat_all(mut found: Vec<Found>) -> Vec<Seen> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let threads = cores.min(MAX_THREADS).min(found.len() / FILES_PER_THREAD);
    let look_at = |files: &mut [Found]| -> Vec<Seen> { files.iter_mut().map(look).collect() };
    if threads < 2 {
        return look_at(&mut found);
    }
    let share = found.len().div_ceil(threads);
    std::thread::scope(|scope| {
        let threads: Vec<_> = found
            .chunks_mut(share)
            .map(|files| scope.spawn(move || look_at(files)))
            .collect();
        let seen = threads.into_iter().map(|thread| thread.join());
        seen.flat_map(|seen| seen.unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .collect()
    })
}

fn look(found: &mut Found) -> Seen {
    let Found {
        path,
        name,
        is_linked,
    } = std::mem::take(found);
    let metadata = fs::metadata(&path);
    let stat = metadata.as_ref().map(source::stat).unwrap_or_default();
    Seen {
        file: SourceFile { path, name, stat },
        is_linked,
        metadata,
    }
}

/// The regular files among `seen`, each once: one that a link leads to gives way to the same file under its own name.
fn without_doubles(seen: Vec<Seen>, problems: &mut Vec<Problem>) -> Vec<SourceFile> {
    let mut known: HashSet<(u64, u64)> = HashSet::new();
    if seen.iter().any(|seen| seen.is_linked) {
        let own = seen.iter().filter(|seen| !seen.is_linked);
        known.extend(own.filter_map(|seen| identity(seen.metadata.as_ref().ok()?)));
    }
    let mut files = Vec::with_capacity(seen.len());
    for Seen {
        file,
        is_linked,
        metadata,
    } in seen
    {
        match metadata {
            Ok(metadata) => {
                let is_double = is_linked
                    && identity(&metadata).is_some_and(|identity| !known.insert(identity));
                match source::kind_of(&metadata) {
                    _ if is_double => {}
                    None => files.push(file),
                    Some(kind) => {
                        let hint = "only regular files are read; move it out of the corpus";
                        problem(problems, &file.path, format!("is {kind}, not a file"), hint);
                    }
                }
            }
            // One that went away meanwhile is simply not a part of the corpus.
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => {
                problem(
                    problems,
                    &file.path,
                    format!("cannot be looked at: {}", plain(&error)),
                    "",
                );
            }
        }
    }
    files
}

/// What tells whether two names mean the same file.
#[cfg(unix)]
fn identity(metadata: &Metadata) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;
    Some((metadata.dev(), metadata.ino()))
}

#[cfg(not(unix))]
fn identity(_: &Metadata) -> Option<(u64, u64)> {
    None
}

/// What the system says, without its number.
fn plain(error: &io::Error) -> String {
    let text = error.to_string();
    let text = text
        .split_once(" (os error")
        .map_or(text.as_str(), |(what, _)| what);
    text.to_lowercase()
}

fn problem(
    problems: &mut Vec<Problem>,
    path: &Path,
    message: impl Into<String>,
    hint: impl Into<String>,
) {
    let mut report = Report::new(path);
    report.add(Place::FILE, message, hint);
    problems.append(&mut report.problems);
}
