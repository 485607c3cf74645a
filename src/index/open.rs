//! An index opened for reading.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use tantivy::{DocAddress, Index, ReloadPolicy, Searcher, TantivyError};

use super::Source;
use super::dictionary::{DICTIONARY, Dictionary};
use super::directory::{META, Snapshot};
use super::folder::{self, FORMAT, POINTER, Pointed};
use super::header::{Commit, Header};
use super::keyed;
use super::lengths::Lengths;
use super::manifest::Catalog;
use super::mapped::Folder;
use super::names::{self, Fate};
use super::schema::{self, Fields};
use super::stored::{Stored, Stores};
use super::{command, trouble};
use crate::analysis::{self, Language};
use crate::corpus::Stat;
use crate::entry::Entry;
use crate::error::{Error, Kind, Result};

/// A writer may remove files between our reading their names and our opening them; then we begin again, so many times.
const ATTEMPTS: u32 = 20;
/// The files of an index up to this many bytes are checked against their checksums at each open, which costs less than
/// a millisecond; those of a larger one only by `needledrop doctor`.
const CHECKED_BYTES: u64 = 2 << 20;

/// One commit of an index, as a reader holds it: whatever a writer does meanwhile, it stays as it is.
pub struct OpenIndex {
    /// The current generation.
    pub index: Index,
    /// The commit.
    pub searcher: Searcher,
    /// The schema's fields.
    pub fields: Fields,
    /// Whose inflections it folds.
    pub language: Language,
    /// Entries in it.
    pub entries: u64,
    /// Sum over all live entries of the (coarse) length of their text, in tokens; see `search::segment`.
    pub total_length: u64,
    /// The folder the user named.
    pub folder: PathBuf,
    /// Identifies the commit: generation and opstamp.
    pub commit: String,
    header: Header,
    catalog: Catalog,
    stores: Stores,
    /// The state of the pointer and of `meta.json` when this commit was read.
    seen: [Option<Stat>; 2],
}

/// Why an attempt to open failed.
enum Failure {
    /// A file was not there: perhaps a writer has just removed it.
    Raced(Error),
    /// For good.
    Final(Error),
}

impl OpenIndex {
    /// Opens the current generation for reading. Writes nothing, takes no lock, starts no thread.
    ///
    /// # Errors
    /// [`Kind::Missing`] when there is none; [`Kind::Corrupt`] when it is damaged, foreign or of a newer format.
    pub fn open(folder: &Path) -> Result<OpenIndex> {
        trouble::guarded(folder, || {
            let mut attempt = 1;
            loop {
                match open_once(folder) {
                    Ok(index) => return Ok(index),
                    Err(Failure::Raced(_)) if attempt < ATTEMPTS => attempt += 1,
                    Err(Failure::Raced(error) | Failure::Final(error)) => return Err(error),
                }
            }
        })
    }

    /// Opens a generation that may not be current.
    pub(super) fn of_generation(folder: &Path, generation: &Path) -> Result<OpenIndex> {
        trouble::guarded(folder, || {
            open_generation(folder, generation)
                .map_err(|(Failure::Raced(error) | Failure::Final(error))| error)
        })
    }

    /// Whether a newer commit than this one is there.
    pub fn is_outdated(&self) -> bool {
        let generation = self.generation();
        self.seen != seen(&self.folder, &generation)
    }

    fn generation(&self) -> PathBuf {
        let name = self.commit.split('/').next().unwrap_or_default();
        self.folder.join(name)
    }

    /// What the commit says about itself.
    pub(super) fn header(&self) -> &Header {
        &self.header
    }

    /// When the commit was made, to the second.
    pub fn built(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(self.header.built_at)
    }

    /// What it knows of its sources.
    pub(super) fn catalog(&self) -> &Catalog {
        &self.catalog
    }

    /// The document of the entry of this id.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn find(&self, id: &str) -> Result<Option<DocAddress>> {
        let key = || -> io::Result<Option<u64>> {
            let Some((base, row)) = self.resolve(id)? else {
                return Ok(None);
            };
            let member = self.catalog.member(row)?;
            Ok(Some(names::key_of(base, member.fingerprint)))
        };
        let key = key().map_err(|error| trouble::io("read", &self.generation(), &error))?;
        let Some(key) = key else {
            return Ok(None);
        };
        for (ordinal, reader) in (0..).zip(self.searcher.segment_readers()) {
            let doc = keyed::find(reader, key);
            let doc = doc.map_err(|error| trouble::reading(&self.folder, &error))?;
            if let Some(doc) = doc {
                return Ok(Some(DocAddress::new(ordinal, doc)));
            }
        }
        Ok(None)
    }

    /// The entry of a document, with the id it is known by.
    ///
    /// # Errors
    /// When the index cannot be read, or makes no sense.
    pub fn entry(&self, address: DocAddress) -> Result<Entry> {
        let shown = |id: &str| match self.header.twins {
            0 => Ok((id.to_owned(), None)),
            // Not by its row: an id may have very many, and a list sorted by title reads every entry.
            _ => Ok((self.shown(id, self.key(address)?)?, None)),
        };
        self.read(address, shown).map(|(entry, _)| entry)
    }

    /// The entry of a document and where it stands in the corpus.
    ///
    /// # Errors
    /// As [`OpenIndex::entry`].
    pub fn entry_and_source(&self, address: DocAddress) -> Result<(Entry, Option<Source>)> {
        let (entry, row) = self.read(address, |id| self.known(id, address))?;
        let place = row.and_then(|row| self.catalog.place(row).ok());
        let source = place.map(|(path, line)| Source {
            path,
            line: u64::from(line),
        });
        Ok((entry, source))
    }

    /// What is stored of a document, with what `known` makes of the id that is stored.
    fn read(
        &self,
        address: DocAddress,
        known: impl FnOnce(&str) -> Result<(String, Option<u32>)>,
    ) -> Result<(Entry, Option<u32>)> {
        let read = self.stores.text(&self.searcher, address);
        let text = read.map_err(|error| trouble::reading(&self.folder, &error))?;
        let stored = Stored::read(&text)
            .ok_or_else(|| trouble::corrupt(&self.folder, "an entry makes no sense"))?;
        let (id, row) = known(stored.id)?;
        match Entry::from_json(id, stored.json) {
            Ok(entry) => Ok((entry, row)),
            Err(error) => {
                Err(trouble::corrupt(&self.folder, "an entry is no JSON").because(&error))
            }
        }
    }

    /// The id by which an entry is known, from the one that is stored (the same, but for twins), and its row.
    fn known(&self, id: &str, address: DocAddress) -> Result<(String, Option<u32>)> {
        let corrupt = |error: io::Error| trouble::corrupt(&self.folder, error);
        let base = names::base_of(id);
        let rows = self.catalog.rows_of(base).map_err(corrupt)?;
        if let [row] = *rows {
            // As nearly every entry: nothing more has to be read.
            return Ok((id.to_owned(), Some(row)));
        }
        let key = self.key(address)?;
        let mut its_row = None;
        for row in rows {
            let member = self.catalog.member(row).map_err(corrupt)?;
            if names::key_of(base, member.fingerprint) == key {
                its_row = Some(row);
                break;
            }
        }
        Ok((self.shown(id, key)?, its_row))
    }

    /// What the entry of a document is addressed by.
    fn key(&self, address: DocAddress) -> Result<u64> {
        let key = self.stores.key(&self.searcher, address);
        key.map_err(|error| trouble::reading(&self.folder, &error))
    }

    /// The id by which the entry of a key is known, from the one that is stored.
    fn shown(&self, id: &str, key: u64) -> Result<String> {
        let twin = self.catalog.twin(key);
        let twin = twin.map_err(|error| trouble::corrupt(&self.folder, error))?;
        Ok(match twin {
            Some(twin) => names::suffixed(id, twin.fingerprint, twin.digits),
            None => id.to_owned(),
        })
    }

    /// The hash of the base of this id, and the row of its entry.
    fn resolve(&self, id: &str) -> io::Result<Option<(u64, u32)>> {
        let plain = |fate: Fate, _: &str| fate == Fate::Plain;
        if let Some(found) = self.record(id, plain)? {
            return Ok(Some(found));
        }
        let Some((base, digits)) = names::split_suffix(id) else {
            return Ok(None);
        };
        self.record(base, |fate, hex| {
            fate == Fate::Suffixed(digits.len() as u8) && hex.starts_with(digits)
        })
    }

    /// The record with this base id whose fate and fingerprint (in hexadecimal) are the ones wanted.
    fn record(
        &self,
        base: &str,
        wanted: impl Fn(Fate, &str) -> bool,
    ) -> io::Result<Option<(u64, u32)>> {
        let base = names::base_of(base);
        let rows = self.catalog.rows_of(base)?;
        if let [row] = *rows {
            // As nearly every id: it has no twins to be told from.
            return Ok(wanted(Fate::Plain, "").then_some((base, row)));
        }
        let members = rows.iter().map(|&row| self.catalog.member(row));
        let members: Vec<_> = members.collect::<io::Result<_>>()?;
        let fates = names::settle(&members);
        let at = fates
            .iter()
            .zip(&members)
            .position(|(&fate, member)| wanted(fate, &format!("{:016x}", member.fingerprint)));
        Ok(at.map(|at| (base, rows[at])))
    }
}

fn seen(folder: &Path, generation: &Path) -> [Option<Stat>; 2] {
    let of = |path: &Path| Some(Stat::of(&fs::metadata(path).ok()?));
    [of(&folder.join(POINTER)), of(&generation.join(META))]
}

fn open_once(folder: &Path) -> std::result::Result<OpenIndex, Failure> {
    match folder::read_pointer(folder).map_err(Failure::Final)? {
        Pointed::To(generation) => {
            open_generation(folder, &folder::generation_path(folder, generation))
        }
        Pointed::Nowhere => Err(Failure::Final(missing(folder))),
        Pointed::Newer(format) => Err(Failure::Final(folder::newer(folder, format))),
        Pointed::Damaged => {
            let what = format!("`{POINTER}` makes no sense");
            Err(Failure::Final(trouble::corrupt(folder, what)))
        }
    }
}

fn missing(folder: &Path) -> Error {
    let message = format!("there is no index in `{}`", folder.display());
    let command = command::make(folder);
    Error::new(Kind::Missing, message).hint(format!("make one: `{command}`"))
}

fn open_generation(folder: &Path, generation: &Path) -> std::result::Result<OpenIndex, Failure> {
    let seen = seen(folder, generation);
    let commit = Commit::read(generation).map_err(|error| unread(folder, META, &error))?;
    let header = commit.header.clone();
    let language = readable(folder, &header).map_err(Failure::Final)?;
    let files = Folder::open(generation).map_err(|error| unread(folder, META, &error))?;
    let catalog = Catalog::open(&files, &header.manifest, header.manifest_sum)
        .map_err(|error| unread(folder, &header.manifest, &error))?;
    let tantivys = |error: TantivyError| {
        let said = trouble::reading(folder, &error);
        match trouble::is_missing_file(&error) {
            true => Failure::Raced(said),
            false => Failure::Final(said),
        }
    };
    // At once, though it may not be needed: a later writer may sweep it.
    let dictionary = header
        .dictionary
        .map(|sum| Dictionary::read(generation, sum));
    let dictionary = dictionary.transpose();
    let dictionary = dictionary.map_err(|error| unread(folder, DICTIONARY, &error))?;
    let index = Index::open(Snapshot::new(&files, &commit.meta)).map_err(tantivys)?;
    let (schema, fields) = schema::build();
    if index.schema() != schema {
        return Err(Failure::Final(of_another_version(folder, &header)));
    }
    check_small(folder, generation, &index, &commit)?;
    let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual);
    let reader: tantivy::IndexReader = reader.try_into().map_err(tantivys)?;
    let searcher = reader.searcher();
    let total_length = Lengths::read(generation)
        .total(&searcher, &fields)
        .map_err(tantivys)?;
    if searcher.num_docs() != header.entries {
        let what = format!(
            "it says that it has {} entries and has {}",
            header.entries,
            searcher.num_docs()
        );
        return Err(Failure::Final(trouble::corrupt(folder, what)));
    }
    let stores = Stores::new(searcher.segment_readers().len(), dictionary);
    let name = generation.file_name().unwrap_or_default();
    Ok(OpenIndex {
        commit: format!("{}/{}", name.to_string_lossy(), commit.opstamp),
        entries: header.entries,
        folder: folder.to_path_buf(),
        index,
        searcher,
        fields,
        language,
        total_length,
        header,
        catalog,
        stores,
        seen,
    })
}

fn unread(folder: &Path, name: &str, error: &io::Error) -> Failure {
    let missing = error.kind() == io::ErrorKind::NotFound;
    if missing || error.raw_os_error().is_none() {
        let said = trouble::corrupt(folder, format!("`{name}`")).because(error);
        return match missing {
            true => Failure::Raced(said),
            false => Failure::Final(said),
        };
    }
    Failure::Final(trouble::io("read", &folder.join(name), error))
}

/// The index's language, if this program can answer from it.
fn readable(folder: &Path, header: &Header) -> Result<Language> {
    let made_with = &header.made_with;
    if made_with.format > FORMAT {
        return Err(folder::newer(folder, made_with.format));
    }
    if (made_with.format, made_with.analyzer) != (FORMAT, analysis::VERSION) {
        return Err(of_another_version(folder, header));
    }
    Language::from_name(&made_with.language)
        .ok_or_else(|| trouble::corrupt(folder, "its language is unknown"))
}

fn of_another_version(folder: &Path, header: &Header) -> Error {
    let message = format!(
        "the index in `{}` was made by another version of needledrop",
        folder.display()
    );
    let command = command::update(folder, header);
    Error::new(Kind::Corrupt, message).hint(format!("bring it up to date: `{command}`"))
}

/// The files of a commit's segments whose checksum is wrong. (Tantivy's own check of a whole index asks only files that
/// it keeps a list of, and a reader's directory has no list.)
///
/// # Errors
/// When one cannot be read.
pub(super) fn damaged(index: &Index, commit: &Commit) -> tantivy::Result<Vec<String>> {
    let names = super::sweep::needed(commit).into_iter();
    let mut damaged = Vec::new();
    for name in names.filter(|name| super::folder::segment_of(name).is_some()) {
        if !index.directory().validate_checksum(Path::new(&name))? {
            damaged.push(name);
        }
    }
    Ok(damaged)
}

/// Checks the checksums of a small index's files.
fn check_small(
    folder: &Path,
    generation: &Path,
    index: &Index,
    commit: &Commit,
) -> std::result::Result<(), Failure> {
    let mut bytes = 0;
    for name in super::sweep::needed(commit) {
        match fs::metadata(generation.join(&name)) {
            Ok(metadata) => bytes += metadata.len(),
            Err(error) => return Err(unread(folder, &name, &error)),
        }
        if bytes > CHECKED_BYTES {
            return Ok(());
        }
    }
    let damaged = damaged(index, commit).map_err(|error| {
        let said = trouble::reading(folder, &error);
        match trouble::is_missing_file(&error) {
            true => Failure::Raced(said),
            false => Failure::Final(said),
        }
    })?;
    match damaged.into_iter().min() {
        Some(name) => {
            let what = format!("the checksum of `{name}` is wrong");
            Err(Failure::Final(trouble::corrupt(folder, what)))
        }
        None => Ok(()),
    }
}
