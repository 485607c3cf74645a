//! Finding the files of a corpus.
//!
//! Every folder is listed once, and each file's state is asked for once, on other threads while listing goes on. What
//! `.gitignore` leaves out is left out, within the corpus and from above it up to the repository's root; what the
//! user's own machine ignores is not, since the same corpus must read alike everywhere. The `ignore` crate says what a rule
//! matches; its walker is not used, as it asks each folder for five files that most do not have.
//!
//! Links are followed last. A file that was already met is not read again under the name of a link, so a link
//! into the corpus changes nothing and a loop ends.

mod ignored;
mod listing;
mod looking;
mod state;

use std::collections::HashSet;
use std::ffi::OsStr;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use super::problem::{Problem, for_shell};
use super::{Location, SourceFile, format, source};
use ignored::Rules;
use listing::{Entry, EntryKind, Listing, listed};
use looking::Looking;
use state::{Found, Seen, State, plain, problem, without_doubles};

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
    if walk.count() == 0 && walk.rules_above {
        // Rules from above that leave nothing of it are not meant for someone who names the corpus: `data/*` keeps data
        // out of a repository, not out of an index.
        walk = Walk::new(None);
        walk.run(root);
    }
    let mut problems = walk.problems;
    let files = without_doubles(walk.files.finish(), walk.linked.finish(), &mut problems);
    problems.sort();
    (files, problems)
}

/// A corpus that is one file.
fn single(root: &Path) -> (Vec<SourceFile>, Vec<Problem>) {
    let found = Found {
        location: Location::At(root.into()),
        name: root
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned(),
    };
    let (mut seen, mut problems) = (Seen::of(1), Vec::new());
    seen.look(found, None);
    let files = without_doubles(seen, Seen::default(), &mut problems);
    if files.is_empty() && problems.is_empty() {
        problem(&mut problems, root, "is not there any more", "");
    }
    (files, problems)
}

/// A folder to be listed.
struct Folder {
    path: Arc<Path>,
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
    files: Looking,
    /// Those that a link led to.
    linked: Looking,
    folders: Vec<Arc<Path>>,
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
            files: Looking::default(),
            linked: Looking::default(),
            folders: Vec::new(),
            links: Vec::new(),
            seen: None,
            problems: Vec::new(),
        }
    }

    /// How many files there are so far.
    fn count(&self) -> usize {
        self.files.count() + self.linked.count()
    }

    fn run(&mut self, root: &Path) {
        let folder = Folder {
            path: root.into(),
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
            .filter_map(|folder| State::at(folder).ok()?.identity());
        self.seen = Some(identities.collect());
        while !self.links.is_empty() {
            let mut links = std::mem::take(&mut self.links);
            links.sort_by(|(one, _), (other, _)| one.link_name().cmp(other.link_name()));
            for (within, name) in links {
                self.link(within, &name);
            }
        }
    }

    /// Lists a folder and what is below it.
    fn folder(&mut self, folder: Folder, is_root: bool) {
        let (listing, opened) = match listed(&folder.path) {
            Ok(listed) => listed,
            Err(error) => return self.unlisted(&folder.path, &error, is_root),
        };
        if !is_root && listing.has(INDEX_MARK) {
            return;
        }
        let before = (self.count(), self.links.len());
        let folder = self.with_own_rules(folder, &listing);
        let (mut files, mut below) = (Vec::with_capacity(listing.entries.len()), Vec::new());
        for entry in &listing.entries {
            self.entry(&folder, (&listing, entry), &mut files, &mut below);
        }
        match self.seen {
            None => self.files.add(Some(&opened), files),
            Some(_) => self.linked.add(Some(&opened), files),
        }
        // Or else every folder down to the deepest would be open at once.
        drop((listing, opened));
        for folder in below {
            if self.is_new(&folder.path) {
                self.folder(folder, false);
            }
        }
        let is_hollow = before == (self.count(), self.links.len());
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

    fn with_own_rules(&mut self, folder: Folder, listing: &Listing) -> Folder {
        if !listing.has(".gitignore") {
            return folder;
        }
        let path = folder.path.join(".gitignore");
        match source::read_small(&path) {
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

    /// Takes one thing of a folder for what it is.
    fn entry(
        &mut self,
        folder: &Folder,
        (listing, entry): (&Listing, &Entry),
        files: &mut Vec<Found>,
        below: &mut Vec<Folder>,
    ) {
        let (name, raw) = (listing.name(entry), listing.raw(entry));
        if name.starts_with('.') {
            return;
        }
        let is_file_name = format::of(name).is_some();
        if entry.kind == EntryKind::Other && !is_file_name {
            return;
        }
        let is_folder = entry.kind == EntryKind::Folder;
        let rules = folder.rules.as_ref();
        if rules.is_some_and(|rules| rules.leave_out(&folder.real.join(raw), is_folder)) {
            return;
        }
        if entry.is_again {
            let hint =
                "rename one: names that differ only in what is not Unicode cannot be told apart";
            return problem(
                &mut self.problems,
                &folder.path.join(raw),
                "has the same name as another",
                hint,
            );
        }
        let full = [folder.prefix.as_str(), name].concat();
        match entry.kind {
            EntryKind::Other => files.push(Found {
                name: full,
                location: match entry.is_odd() {
                    false => Location::In(Arc::clone(&folder.path)),
                    true => Location::At(folder.path.join(raw).into()),
                },
            }),
            EntryKind::Folder => below.push(folder.below(raw, full)),
            EntryKind::Link => self.links.push((folder.below(raw, full), name.to_owned())),
        }
    }

    /// Whether a folder has not been listed yet. Without links there is only one way to each.
    fn is_new(&mut self, folder: &Path) -> bool {
        let Some(seen) = &mut self.seen else {
            return true;
        };
        match State::at(folder).ok().and_then(|state| state.identity()) {
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
            Ok(_) if is_entry_file => {
                let found = Found {
                    name: link.link_name().to_owned(),
                    location: Location::At((*link.path).into()),
                };
                self.linked.add(None, vec![found]);
            }
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
    /// The name of a link that may lead to a folder.
    fn link_name(&self) -> &str {
        self.prefix.trim_end_matches('/')
    }

    /// The folder (or what a link of this name leads to) within this one.
    fn below(&self, raw: &OsStr, name: String) -> Folder {
        Folder {
            path: self.path.join(raw).into(),
            real: self.real.join(raw),
            prefix: name + "/",
            rules: self.rules.clone(),
        }
    }
}
