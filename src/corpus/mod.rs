//! Files to entries: finding them, reading them, saying what is wrong with them. No Tantivy, no printing.
//!
//! Reading has two steps, so that an unchanged record need not be parsed: a file is *split* into [`Record`]s (the
//! bytes of one entry, with a hash of them), and a record is *parsed* into an [`Entry`].
//!
//! `walk` finds the files, `source` opens and unpacks them, `stream` holds them a piece at a time, and a reader for each
//! format (`json`, `table`, `markdown`) says where records begin and end. `parse` lays a record before a `draft`, which
//! knows the fields, the mapping and the mistakes, and nothing of formats.

mod aliases;
mod broken;
mod draft;
mod format;
mod ids;
mod markdown;
mod nearest;
mod parse;
pub mod problem;
pub mod settings;
mod source;
mod split;
#[cfg(test)]
mod tests;
mod walk;

use std::borrow::Cow;
use std::ffi::OsStr;
use std::fs::File;
use std::io;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::{Map, Value};

use crate::entry::Entry;
use crate::error::{Error, Kind, Result};
use aliases::Aliases;
use draft::plan::Plan;
use format::{Format, Packing};
use problem::{Place, Problem, Report, for_shell, shown};
use settings::Settings;
use split::Reading;
use split::blocks;
use split::stream::Stream;
use split::table::Table;

/// A corpus: a folder of files or one file, and how they are to be read.
#[derive(Debug, Clone)]
pub struct Corpus {
    /// The folder or file, as the user named it.
    pub root: PathBuf,
    /// What `needledrop.toml` and the flags say.
    pub settings: Settings,
    /// The settings, made ready.
    rules: Rules,
}

/// The settings as entries are read by them.
#[derive(Debug, Clone, Default)]
struct Rules {
    plan: Plan,
    aliases: Aliases,
}

impl Corpus {
    /// Finds the corpus at `root` and reads the `needledrop.toml` in it (beside it, when it is one file). `mapping`
    /// (`--map F=G`: our field, the file's key) goes over what the file says.
    ///
    /// # Errors
    /// [`Kind::Missing`] when there is nothing at `root`; [`Kind::Usage`] when what is there cannot be a corpus or the
    /// settings make no sense; [`Kind::Io`] when the system keeps them from being read.
    pub fn open(root: &Path, mapping: &[(String, String)]) -> Result<Corpus> {
        let metadata = std::fs::metadata(root).map_err(|error| not_there(root, &error))?;
        let folder = if metadata.is_dir() {
            root
        } else {
            only_entry_file(root, &metadata)?;
            root.parent().unwrap_or(Path::new(""))
        };
        let settings = Settings::read(&folder.join(settings::FILE), mapping)?;
        Ok(Corpus {
            root: root.to_owned(),
            rules: Rules {
                plan: Plan::new(&settings.mapping),
                aliases: Aliases::new(&settings.aliases),
            },
            settings,
        })
    }

    /// Every file of the corpus with a name this program reads, ordered by name, and what stood in the way of the walk.
    pub fn files(&self) -> (Vec<SourceFile>, Vec<Problem>) {
        walk::files(&self.root)
    }

    /// Reads a file record by record, in order, never holding a `.jsonl` whole. `each` may end it early. A record that
    /// cannot be split off (broken brackets, a line without end) is a problem, and reading goes on behind it where it can.
    /// What is wrong *within* a record, broken JSON and invalid UTF-8 included, is for [`Corpus::parse`] to say.
    /// Returns the file's state as it was when read (taken from the open file) and the problems.
    pub fn read(
        &self,
        file: &SourceFile,
        each: &mut dyn FnMut(&Record<'_>) -> ControlFlow<()>,
    ) -> (Stat, Vec<Problem>) {
        let path = file.path();
        let mut report = Report::new(&path);
        let Some((format, packing, stem)) = format::of(&file.name) else {
            let hint = format!("these are: {}", format::ENDINGS);
            report.add(Place::FILE, "is not read, going by its ending", hint);
            return (file.stat, report.problems);
        };
        let (opened, stat) = match source::open(&path) {
            Ok(opened) => opened,
            Err(error) => {
                let (message, hint) = source::explain(&path, packing, &error);
                report.add(Place::FILE, message, hint);
                return (file.stat, report.problems);
            }
        };
        let stem = ids::stem(stem);
        let mut reading = Reading::new(&stem, each, &mut report);
        let mut place = Place::FILE;
        let end = self.split(
            opened,
            (format, packing),
            stat.size,
            &mut place,
            &mut reading,
        );
        if let Err(error) = end {
            let (message, hint) = source::explain(&path, packing, &error);
            report.add(Place::line(place.line), message, hint);
        }
        (stat, report.problems)
    }

    /// Hands the records of an opened file on; `place` is told where it is.
    fn split(
        &self,
        file: File,
        (format, packing): (Format, Packing),
        size: u64,
        place: &mut Place,
        reading: &mut Reading<'_>,
    ) -> io::Result<ControlFlow<()>> {
        let threads = blocks::threads(size);
        if (format, packing) == (Format::JsonLines, Packing::Plain) && threads > 1 {
            *place = Place::START;
            if let Some(start) = split::start_of_text(&file)? {
                return blocks::read(&file, start, threads, place, reading);
            }
        }
        let size = match packing {
            Packing::Plain => size,
            _ => u64::MAX,
        };
        let content = source::unpacked(file, packing)?;
        let mut stream = Stream::new(content, size, Place::START);
        let end = split::read(format, &mut stream, &self.rules.plan, reading);
        *place = stream.place;
        end
    }

    /// The entry of a record.
    ///
    /// # Errors
    /// All that is wrong with it.
    pub fn parse(
        &self,
        file: &SourceFile,
        record: &Record<'_>,
    ) -> std::result::Result<Parsed, Vec<Problem>> {
        parse::record(self, file, record)
    }
}

fn not_there(root: &Path, error: &io::Error) -> Error {
    let name = shown(root);
    if error.kind() != io::ErrorKind::NotFound {
        return Error::new(Kind::Io, format!("cannot read the corpus {name}")).because(error);
    }
    let path = for_shell(root);
    let hint = match nearest::nearest_file(root) {
        Some(near) => format!("is it this one? needledrop index {}", for_shell(&near)),
        None => format!(
            "begin one: mkdir -p {path} && echo '{{\"title\": \"Velvet Goldmine\", \"artists\": [\"David Bowie\"]}}' > {}",
            for_shell(&root.join("first.jsonl"))
        ),
    };
    Error::new(Kind::Missing, format!("there is no corpus at {name}")).hint(hint)
}

/// Refuses a file that cannot be a corpus.
fn only_entry_file(root: &Path, metadata: &std::fs::Metadata) -> Result<()> {
    let name = shown(root);
    if let Some(kind) = source::kind_of(metadata.file_type()) {
        let hint = "a corpus is a folder of files, or one file";
        return Err(Error::new(Kind::Usage, format!("{name} is {kind}, not a corpus")).hint(hint));
    }
    if format::of(&name).is_none() {
        let message = format!("{name} is no kind of file that is read");
        let hint = format!("these are: {}", format::ENDINGS);
        return Err(Error::new(Kind::Usage, message).hint(hint));
    }
    Ok(())
}

/// One file of a corpus.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFile {
    /// Its name in the corpus: relative to the root, `/` between parts; a root that is a file has its own name.
    pub name: String,
    /// Its state when the walk saw it.
    pub stat: Stat,
    /// Where it is.
    pub location: Location,
}

/// Where a file is. (Most files of a corpus are only looked at: a path for each would cost as much as that.)
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Location {
    /// In this folder, under the last part of its name in the corpus.
    In(Arc<Path>),
    /// Here.
    At(Box<Path>),
}

impl SourceFile {
    /// Where to open it.
    pub fn path(&self) -> Cow<'_, Path> {
        match &self.location {
            Location::In(folder) => Cow::Owned(folder.join(self.last_part())),
            Location::At(path) => Cow::Borrowed(path),
        }
    }

    /// The name it has in its folder.
    fn raw_name(&self) -> Option<&OsStr> {
        match &self.location {
            Location::In(_) => Some(OsStr::new(self.last_part())),
            Location::At(path) => path.file_name(),
        }
    }

    fn last_part(&self) -> &str {
        self.name
            .rsplit_once('/')
            .map_or(&self.name, |(_, last)| last)
    }
}

/// What tells cheaply that a file has changed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Stat {
    /// Bytes.
    pub size: u64,
    /// Last change of its content, nanoseconds since 1970.
    pub modified: i64,
    /// Inode number; 0 where there is none.
    pub inode: u64,
}

impl Stat {
    /// A file's state, from its metadata.
    pub fn of(metadata: &std::fs::Metadata) -> Stat {
        source::stat(metadata)
    }
}

/// The bytes of one entry in a file, not yet parsed.
#[derive(Debug, Clone)]
pub struct Record<'a> {
    /// Line of its start, from 1.
    pub line: u64,
    /// Column of its start, in characters, from 1.
    pub column: u64,
    /// Hash of everything that decides what entry it becomes (its bytes; a CSV's header; the `list` around it), but of
    /// neither its place nor the file's name, which decides only ids that are made: with equal ids, equal entries. A
    /// file that was moved keeps these.
    pub content: u64,
    /// Its bytes.
    pub bytes: &'a [u8],
    /// What a made id begins with.
    pub stem: &'a str,
    /// What stands around it.
    pub context: Context<'a>,
}

/// What a record needs of its file to be understood.
#[derive(Debug, Clone, Copy)]
pub enum Context<'a> {
    /// A line of `.jsonl`: nothing.
    Line,
    /// A value in a `.json`: what the object around the list gives to every entry.
    Json(Option<&'a Around>),
    /// A row of a table: its header.
    Row(&'a Table),
    /// A whole document.
    Document,
}

/// What an object with `entries` gives to each of them that lacks it.
#[derive(Debug, Clone, Default)]
pub struct Around {
    keys: Map<String, Value>,
    /// Hash of the keys and values.
    seed: u64,
}

/// A record as an entry.
#[derive(Debug, Clone, PartialEq)]
pub struct Parsed {
    /// The entry, its `id` as given or made.
    pub entry: Entry,
    /// Where the id comes from: only one that the corpus gives under the very key `id` must be unique.
    pub identity: Identity,
}

/// Where an id comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Identity {
    /// The entry has an `id`: two equal ones are a mistake.
    Given,
    /// From another key, by mapping: foreign data may repeat it, and those entries are told apart.
    Mapped,
    /// Made from the file's name and the title.
    Made,
}
