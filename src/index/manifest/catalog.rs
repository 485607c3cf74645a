//! A manifest on disk, asked without being loaded.

use std::io;
use std::ops::ControlFlow;
use std::path::Path;
use std::thread;

use tantivy::HasLen;
use tantivy::directory::{FileHandle, OwnedBytes};
use xxhash_rust::xxh3::xxh3_64;

use super::format::{
    self, FILE, FileRef, HEAD, Head, Layout, Records, TWIN, invalid, u32_at, u64_at,
};
use super::numbers::Numbers;
use super::{FileRow, Manifest, Rows};
use crate::corpus::SourceFile;
use crate::index::mapped::{Folder, Mapped};
use crate::index::names::Member;

/// Hashes read at once when looking for one: 4 KiB, a page.
const BLOCK: u64 = 512;
/// Hashes are evenly spread, so where one is can be guessed; a corpus whose ids were chosen to defeat that is searched
/// by halves after this many guesses.
const GUESSES: u32 = 4;
/// So many records are loaded by two threads.
const MANY: u64 = 50_000;
/// No id has more records than this looked at when it is shown; a corpus with more equal ids is indexed all the same.
const MAX_MEMBERS: u64 = 1 << 16;

/// An open manifest file: what is not looked at is not read. It stays readable when the file is deleted.
pub struct Catalog {
    file: Mapped,
    head: Head,
    layout: Layout,
}

/// An entry whose id is shown with a suffix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Twin {
    /// Hash of its content, whose first digits are the suffix.
    pub fingerprint: u64,
    /// How many.
    pub digits: u8,
}

impl Catalog {
    /// Opens the manifest of this name and checks that it is the one whose head has the checksum `sum`.
    ///
    /// # Errors
    /// When it cannot be read; [`io::ErrorKind::InvalidData`] when it is another or damaged.
    pub fn open(files: &Folder, name: &str, sum: u64) -> io::Result<Catalog> {
        let file = files.file(Path::new(name))?;
        if file.len() < HEAD {
            return Err(invalid("it is cut off"));
        }
        let mut head = [0; HEAD];
        file.read_at(0, &mut head)?;
        let head = Head::decode(&head, sum)?;
        let layout = head.layout().ok_or_else(|| invalid("its size"))?;
        if file.len() as u64 != layout.end {
            return Err(invalid("it is cut off"));
        }
        Ok(Catalog { file, head, layout })
    }

    /// The list of files.
    ///
    /// # Errors
    /// When it cannot be read or is damaged.
    pub fn files(&self) -> io::Result<Vec<FileRow>> {
        let bytes = self.part(HEAD as u64, self.layout.bases, self.head.table_sum)?;
        format::decode_table(&self.head, &bytes)
    }

    /// Whether exactly these files are listed, none of them changed: `same` says so of each.
    ///
    /// # Errors
    /// When it cannot be read or is damaged.
    pub fn lists(
        &self,
        files: &[SourceFile],
        same: impl Fn(&FileRef<'_>, &SourceFile) -> bool,
    ) -> io::Result<bool> {
        let bytes = self.part(HEAD as u64, self.layout.bases, self.head.table_sum)?;
        let mut left = files.iter();
        let mut all = true;
        format::each_file(&self.head, &bytes, |row| {
            all = left.next().is_some_and(|file| same(&row, file));
            match all {
                true => ControlFlow::Continue(()),
                false => ControlFlow::Break(()),
            }
        })?;
        Ok(all && left.next().is_none())
    }

    /// All of it.
    ///
    /// # Errors
    /// When it cannot be read or is damaged.
    pub fn load(&self) -> io::Result<Manifest> {
        let files = self.files()?;
        let (start, end) = (self.layout.bases, self.layout.twins);
        let bytes = self.read(start, (end - start) as usize)?;
        let records = || Records::of(&self.head, &bytes);
        let columns = || {
            check(&bytes, self.head.rows_sum)?;
            records()?.columns(&files)
        };
        // Perhaps before the checksum is looked at: what comes of it is then thrown away.
        let order = || records()?.order();
        let (columns, order) = match self.head.rows < MANY {
            true => (columns(), order()),
            false => thread::scope(|scope| {
                let columns = scope.spawn(columns);
                let order = order();
                let columns = columns.join();
                let columns = columns.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
                (columns, order)
            }),
        };
        self.part(self.layout.twins, self.layout.end, self.head.twins_sum)?;
        let (columns, (bases, order)) = (columns?, order?);
        let rows = Rows { bases, ..columns };
        Ok(Manifest { files, rows, order })
    }

    /// The entry of this key, if it is shown with a suffix. Reads a few pages, however many are.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn twin(&self, key: u64) -> io::Result<Option<Twin>> {
        let length = self.layout.end - self.layout.twins;
        let bytes = self.read(self.layout.twins, length as usize)?;
        let (twins, _) = bytes.as_chunks::<TWIN>();
        let place = twins.binary_search_by_key(&key, |twin| u64_at(twin, 0));
        Ok(place.ok().map(|place| Twin {
            fingerprint: u64_at(&twins[place], 8),
            digits: u64_at(&twins[place], 16).min(16) as u8,
        }))
    }

    /// The rows of the records whose id hashes to `base`, in the order of the corpus. Reads a few pages, whatever its
    /// size.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn rows_of(&self, base: u64) -> io::Result<Vec<u32>> {
        let start = self.first_not_below(base)?;
        let mut end = start;
        let limit = self.head.rows.min(start.saturating_add(MAX_MEMBERS));
        while end < limit && self.base(end)? == base {
            end += 1;
        }
        let row = |place| {
            let row = self.in_column(self.layout.places, self.head.places, place)?;
            match u64::from(row) < self.head.rows {
                true => Ok(row),
                false => Err(invalid("a record out of place")),
            }
        };
        (start..end).map(row).collect()
    }

    /// What decides the final id of the entry of a row.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn member(&self, row: u32) -> io::Result<Member> {
        let print = self.number(self.layout.prints + u64::from(row) * 8)?;
        let origin = self.in_column(self.layout.origins, self.head.origins, row.into())?;
        Ok(Member {
            fingerprint: u64::from_le_bytes(print),
            identity: format::origin(origin)?,
        })
    }

    /// The file and the line of a row.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn place(&self, row: u32) -> io::Result<(String, u32)> {
        let line = self.in_column(self.layout.lines, self.head.lines, row.into())?;
        let (mut low, mut high) = (0, self.head.files);
        while low < high {
            let middle = low + (high - low) / 2;
            if self.first_row(middle)? <= row {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        let file = low
            .checked_sub(1)
            .ok_or_else(|| invalid("it has no files"))?;
        let before = row.wrapping_sub(self.first_row(file)?);
        Ok((self.name(file)?, line.wrapping_add(before)))
    }

    fn first_row(&self, file: u64) -> io::Result<u32> {
        let bytes = self.number::<4>(HEAD as u64 + file * FILE as u64 + 24)?;
        Ok(u32_at(&bytes, 0))
    }

    fn name(&self, file: u64) -> io::Result<String> {
        let end_of = |file: u64| -> io::Result<u64> {
            let bytes = self.number::<8>(HEAD as u64 + file * FILE as u64 + 32)?;
            Ok(u64::from_le_bytes(bytes))
        };
        let end = end_of(file)?;
        let start = if file == 0 { 0 } else { end_of(file - 1)? };
        if start > end || end > self.head.names {
            return Err(invalid("a name is cut off"));
        }
        let bytes = self.read(self.layout.names + start, (end - start) as usize)?;
        String::from_utf8(bytes.to_vec()).map_err(|_| invalid("a name is no text"))
    }

    /// How many hashes are less than `base`.
    fn first_not_below(&self, base: u64) -> io::Result<u64> {
        let (mut low, mut high) = (0, self.head.rows);
        let (mut floor, mut ceiling) = (0, u64::MAX);
        let mut guesses = 0;
        while high - low > BLOCK {
            let guess = if guesses < GUESSES {
                guesses += 1;
                low + share(high - low, base - floor, ceiling - floor)
            } else {
                low + (high - low) / 2
            };
            let start = guess.saturating_sub(BLOCK / 2).clamp(low, high - BLOCK);
            let below = self.below(start, BLOCK, base)?;
            match below {
                0 => (high, ceiling) = (start, self.base(start)?),
                BLOCK => (low, floor) = (start + BLOCK, self.base(start + BLOCK - 1)?),
                _ => return Ok(start + below),
            }
        }
        Ok(low + self.below(low, high - low, base)?)
    }

    /// How many of the `count` hashes from `start` on are less than `base`; `count` is at most [`BLOCK`].
    fn below(&self, start: u64, count: u64, base: u64) -> io::Result<u64> {
        let mut block = [0; BLOCK as usize * 8];
        let bytes = &mut block[..count as usize * 8];
        self.fill(self.layout.bases + start * 8, bytes)?;
        let (hashes, _) = bytes.as_chunks::<8>();
        Ok(hashes.partition_point(|&other| u64::from_le_bytes(other) < base) as u64)
    }

    fn base(&self, at: u64) -> io::Result<u64> {
        Ok(u64::from_le_bytes(self.number(self.layout.bases + at * 8)?))
    }

    /// The bytes of a part, checked.
    fn part(&self, start: u64, end: u64, sum: u64) -> io::Result<OwnedBytes> {
        let bytes = self.read(start, (end - start) as usize)?;
        check(&bytes, sum)?;
        Ok(bytes)
    }

    fn read(&self, at: u64, len: usize) -> io::Result<OwnedBytes> {
        let start = usize::try_from(at).map_err(|_| invalid("it is cut off"))?;
        self.file.read_bytes(start..start.saturating_add(len))
    }

    fn fill(&self, at: u64, bytes: &mut [u8]) -> io::Result<()> {
        let at = usize::try_from(at).map_err(|_| invalid("it is cut off"))?;
        self.file.read_at(at, bytes)
    }

    /// The number at a place of a column that begins at `start`.
    fn in_column(&self, start: u64, numbers: Numbers, place: u64) -> io::Result<u32> {
        let width = numbers.bytes();
        let mut bytes = [0; 4];
        let bytes = &mut bytes[..width as usize];
        if width > 0 {
            self.fill(start + place * width, bytes)?;
        }
        Ok(numbers.number(bytes))
    }

    fn number<const N: usize>(&self, at: u64) -> io::Result<[u8; N]> {
        let mut bytes = [0; N];
        self.fill(at, &mut bytes)?;
        Ok(bytes)
    }
}

fn check(bytes: &[u8], sum: u64) -> io::Result<()> {
    match xxh3_64(bytes) == sum {
        true => Ok(()),
        false => Err(invalid("a checksum is wrong")),
    }
}

/// `part / whole` of `count`. `floor <= part`, since hashes below it were found to be less than what is sought.
fn share(count: u64, part: u64, whole: u64) -> u64 {
    if whole == 0 {
        return count / 2;
    }
    let guess = u128::from(count) * u128::from(part.min(whole)) / u128::from(whole);
    guess as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corpus::{Identity, Stat};
    use crate::index::manifest::Order;
    use crate::index::names::{Fate, key_of};
    use proptest::prelude::*;

    /// A manifest of files with these records each: the hash of the id, the hash of the content.
    fn manifest(files: &[Vec<(u64, u64)>]) -> Manifest {
        let mut rows = Rows::default();
        let mut table = Vec::new();
        for (at, records) in files.iter().enumerate() {
            let first = rows.len();
            for (line, &(base, print)) in records.iter().enumerate() {
                // Some files have a record a line, some several, some have lines between them.
                let line = 1 + line as u32 * at as u32 / 2;
                let identity = [Identity::Made, Identity::Mapped][usize::from(base == 7)];
                rows.push(base, print, line, identity);
            }
            table.push(FileRow {
                name: format!("films/{at}.json"),
                stat: Stat {
                    size: at as u64,
                    modified: -(at as i64),
                    inode: 7,
                },
                trusted: at % 2 == 0,
                rows: first..rows.len(),
            });
        }
        let mut order: Order = rows.bases.iter().copied().zip(0..).collect();
        order.sort_unstable();
        Manifest {
            files: table,
            rows,
            order,
        }
    }

    fn written(manifest: &Manifest) -> (tempfile::TempDir, Catalog) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("manifest-1.bin");
        let sum = format::write(&path, manifest, &manifest.fates()).unwrap();
        let files = Folder::open(folder.path()).unwrap();
        let catalog = Catalog::open(&files, "manifest-1.bin", sum).unwrap();
        (folder, catalog)
    }

    #[test]
    fn twins_are_kept_with_their_digits() {
        let twins = manifest(&[vec![(5, 1 << 60), (5, 2 << 60), (9, 3)]]);
        assert_eq!(twins.fates(), [(0, Fate::Plain), (1, Fate::Suffixed(6))]);
        let (_folder, catalog) = written(&twins);
        let twin = Twin {
            fingerprint: 2 << 60,
            digits: 6,
        };
        let [plain, shown] = [1, 2].map(|print| catalog.twin(key_of(5, print << 60)).unwrap());
        assert_eq!((plain, shown), (None, Some(twin)));
    }

    #[test]
    fn any_flipped_or_missing_byte_is_noticed() {
        let original = manifest(&[vec![(5, 1), (5, 2)], vec![(9, 3)]]);
        let (folder, _) = written(&original);
        let files = Folder::open(folder.path()).unwrap();
        let path = folder.path().join("manifest-1.bin");
        let bytes = std::fs::read(&path).unwrap();
        let sum = u64_at(&bytes, HEAD - 8);
        for at in 0..bytes.len() {
            let mut broken = bytes.clone();
            broken[at] ^= 0x10;
            std::fs::write(&path, &broken).unwrap();
            let open = || Catalog::open(&files, "manifest-1.bin", sum);
            let read = open().and_then(|it| it.load());
            assert!(read.is_err(), "byte {at}");
            std::fs::write(&path, &bytes[..at]).unwrap();
            assert!(open().is_err(), "cut at {at}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]
        #[test]
        fn what_is_written_is_read_and_found(
            files in prop::collection::vec(prop::collection::vec((any::<u64>(), any::<u64>()), 0..400), 0..6),
            crowded in any::<bool>(),
        ) {
            // Ids chosen to crowd together must be found as surely as evenly spread ones.
            let squeeze = |base: u64| if crowded { base % 50 } else { base };
            let files: Vec<Vec<(u64, u64)>> = files
                .into_iter()
                .map(|file| file.into_iter().map(|(base, print)| (squeeze(base), print)).collect())
                .collect();
            let original = manifest(&files);
            let (_folder, catalog) = written(&original);
            prop_assert_eq!(&catalog.load().unwrap(), &original);
            for base in original.rows.bases.iter().take(40).copied().chain([0, u64::MAX]) {
                let found = catalog.rows_of(base).unwrap();
                prop_assert_eq!(&found, &original.rows_of(base).collect::<Vec<_>>());
                for row in found {
                    let (name, line) = catalog.place(row).unwrap();
                    prop_assert_eq!(&name, &original.file_of(row).unwrap().name);
                    prop_assert_eq!(line, original.rows.lines[row as usize]);
                }
            }
        }
    }
}
