//! The manifest on disk, little endian:
//!
//! ```text
//! head     128 bytes: magic, version, counts, a checksum of each part, and one of the head itself
//! files    40 bytes each: size, modified, inode, first row, flags, where its name ends
//! names    the files' names, one behind the other
//! bases    8 bytes a row, ascending: the hash of its id
//! places   in the order of the bases: its row
//! prints   8 bytes a row: the hash of its content
//! lines    its line less the number of rows before it in its file, wrapped
//! origins  where its id comes from
//! twins    24 bytes each, ascending: key, hash of the content, digits shown
//! ```
//!
//! Places, lines and origins take as many bytes a row as the largest of them needs ([`Numbers`]). Of most corpora all ids
//! come from one place, and each row stands on the line behind that of the row before: that is none.
//!
//! The commit's payload holds the head's checksum, the head those of the parts (`table` is files and names, `rows` the
//! five columns, `twins` the rest), so that any part can be read alone and still be known to be right.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::ops::{ControlFlow, Range};
use std::path::Path;

use xxhash_rust::xxh3::{Xxh3, xxh3_64};

use super::numbers::Numbers;
use super::{FileRow, Manifest, Rows};
use crate::corpus::{Identity, Stat};
use crate::index::names::Fate;

const MAGIC: [u8; 8] = *b"needlman";
const VERSION: u64 = 2;
pub const HEAD: usize = 128;
pub const FILE: usize = 40;
pub const TWIN: usize = 24;
/// Bytes gathered before they are hashed and written.
const BUFFER: usize = 1 << 16;

pub fn invalid(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("manifest: {what}"))
}

/// The head of a manifest.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Head {
    pub files: u64,
    pub names: u64,
    pub rows: u64,
    pub twins: u64,
    pub table_sum: u64,
    pub rows_sum: u64,
    pub twins_sum: u64,
    pub places: Numbers,
    pub lines: Numbers,
    pub origins: Numbers,
}

/// Where the parts begin.
#[derive(Debug, Clone, Copy)]
pub struct Layout {
    pub names: u64,
    pub bases: u64,
    pub places: u64,
    pub prints: u64,
    pub lines: u64,
    pub origins: u64,
    pub twins: u64,
    pub end: u64,
}

impl Head {
    pub fn layout(&self) -> Option<Layout> {
        let names = (HEAD as u64).checked_add(self.files.checked_mul(FILE as u64)?)?;
        let bases = names.checked_add(self.names)?;
        u32::try_from(self.rows).ok()?;
        let places = bases.checked_add(self.rows * 8)?;
        let prints = places.checked_add(self.rows * self.places.bytes())?;
        let lines = prints.checked_add(self.rows * 8)?;
        let origins = lines.checked_add(self.rows * self.lines.bytes())?;
        let twins = origins.checked_add(self.rows * self.origins.bytes())?;
        let end = twins.checked_add(self.twins.checked_mul(TWIN as u64)?)?;
        Some(Layout {
            names,
            bases,
            places,
            prints,
            lines,
            origins,
            twins,
            end,
        })
    }

    pub fn encode(&self) -> [u8; HEAD] {
        let mut bytes = [0; HEAD];
        let fields = [
            u64::from_le_bytes(MAGIC),
            VERSION,
            self.files,
            self.names,
            self.rows,
            self.twins,
            self.table_sum,
            self.rows_sum,
            self.twins_sum,
            self.places.encode(),
            self.lines.encode(),
            self.origins.encode(),
        ];
        for (at, field) in fields.iter().enumerate() {
            bytes[at * 8..at * 8 + 8].copy_from_slice(&field.to_le_bytes());
        }
        let sum = xxh3_64(&bytes[..HEAD - 8]);
        bytes[HEAD - 8..].copy_from_slice(&sum.to_le_bytes());
        bytes
    }

    /// The head, if it is ours, whole, and the one whose checksum is `sum`.
    pub fn decode(bytes: &[u8; HEAD], sum: u64) -> io::Result<Head> {
        let field = |at: usize| u64_at(bytes, at * 8);
        if bytes[..8] != MAGIC || field(1) != VERSION {
            return Err(invalid("not one of ours"));
        }
        if xxh3_64(&bytes[..HEAD - 8]) != sum || u64_at(bytes, HEAD - 8) != sum {
            return Err(invalid("not that of this commit"));
        }
        Ok(Head {
            files: field(2),
            names: field(3),
            rows: field(4),
            twins: field(5),
            table_sum: field(6),
            rows_sum: field(7),
            twins_sum: field(8),
            places: Numbers::decode(field(9)),
            lines: Numbers::decode(field(10)),
            origins: Numbers::decode(field(11)),
        })
    }
}

/// The number at `at`; the caller knows that it is there.
pub fn u64_at(bytes: &[u8], at: usize) -> u64 {
    let mut number = [0; 8];
    number.copy_from_slice(&bytes[at..at + 8]);
    u64::from_le_bytes(number)
}

pub fn u32_at(bytes: &[u8], at: usize) -> u32 {
    let mut number = [0; 4];
    number.copy_from_slice(&bytes[at..at + 4]);
    u32::from_le_bytes(number)
}

fn origin_number(identity: Identity) -> u32 {
    match identity {
        Identity::Given => 0,
        Identity::Mapped => 1,
        Identity::Made => 2,
    }
}

pub fn origin(number: u32) -> io::Result<Identity> {
    match number {
        0 => Ok(Identity::Given),
        1 => Ok(Identity::Mapped),
        2 => Ok(Identity::Made),
        _ => Err(invalid("an id of unknown origin")),
    }
}

/// A part of the file on its way to disk, hashed as it goes.
struct Part<'a, W: Write> {
    out: &'a mut W,
    hash: Xxh3,
    buffer: Vec<u8>,
}

impl<W: Write> Part<'_, W> {
    fn put(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.buffer.extend_from_slice(bytes);
        if self.buffer.len() >= BUFFER {
            self.flush()?;
        }
        Ok(())
    }

    /// A column, of so many bytes a row.
    fn put_column<T, const WIDTH: usize>(
        &mut self,
        rows: &[T],
        bytes: impl Fn(&T) -> [u8; WIDTH],
    ) -> io::Result<()> {
        self.flush()?;
        for rows in rows.chunks(BUFFER / WIDTH) {
            self.buffer.resize(rows.len() * WIDTH, 0);
            for (place, row) in self.buffer.as_chunks_mut().0.iter_mut().zip(rows) {
                *place = bytes(row);
            }
            self.flush()?;
        }
        Ok(())
    }

    /// A column of numbers.
    fn put_numbers(&mut self, numbers: Numbers, values: &[u32]) -> io::Result<()> {
        fn low<const BYTES: usize>(value: u32) -> [u8; BYTES] {
            let word = value.to_le_bytes();
            std::array::from_fn(|at| word[at])
        }
        let above = |value: &u32| numbers.above(*value);
        match numbers.bytes() {
            0 => Ok(()),
            1 => self.put_column(values, |value| low::<1>(above(value))),
            2 => self.put_column(values, |value| low::<2>(above(value))),
            3 => self.put_column(values, |value| low::<3>(above(value))),
            _ => self.put_column(values, |value| low::<4>(above(value))),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.hash.update(&self.buffer);
        self.out.write_all(&self.buffer)?;
        self.buffer.clear();
        Ok(())
    }
}

fn part<W: Write>(
    out: &mut W,
    fill: impl FnOnce(&mut Part<'_, W>) -> io::Result<()>,
) -> io::Result<u64> {
    let mut part = Part {
        out,
        hash: Xxh3::new(),
        buffer: Vec::with_capacity(BUFFER + 8),
    };
    fill(&mut part)?;
    part.flush()?;
    Ok(part.hash.digest())
}

/// Writes a manifest to a new file and brings it to disk. Gives the checksum of its head.
///
/// # Errors
/// When it cannot be written.
pub fn write(path: &Path, manifest: &Manifest, fates: &[(u32, Fate)]) -> io::Result<u64> {
    use std::io::Seek;
    let mut file = File::create(path)?;
    file.write_all(&[0; HEAD])?;
    let mut out = BufWriter::with_capacity(BUFFER, &mut file);
    let twins = twins_of(&manifest.rows, fates);
    let mut head = Head {
        files: manifest.files.len() as u64,
        names: manifest
            .files
            .iter()
            .map(|file| file.name.len() as u64)
            .sum(),
        rows: u64::from(manifest.rows.len()),
        twins: twins.len() as u64,
        ..Head::default()
    };
    head.table_sum = part(&mut out, |part| put_table(part, &manifest.files))?;
    head.rows_sum = part(&mut out, |part| put_rows(part, manifest, &mut head))?;
    head.twins_sum = part(&mut out, |part| put_twins(part, &twins))?;
    out.flush()?;
    drop(out);
    let bytes = head.encode();
    file.rewind()?;
    file.write_all(&bytes)?;
    file.sync_data()?;
    Ok(u64_at(&bytes, HEAD - 8))
}

fn put_table<W: Write>(part: &mut Part<'_, W>, files: &[FileRow]) -> io::Result<()> {
    let mut end = 0_u64;
    for file in files {
        end += file.name.len() as u64;
        part.put(&file.stat.size.to_le_bytes())?;
        part.put(&file.stat.modified.to_le_bytes())?;
        part.put(&file.stat.inode.to_le_bytes())?;
        part.put(&file.rows.start.to_le_bytes())?;
        part.put(&u32::from(file.trusted).to_le_bytes())?;
        part.put(&end.to_le_bytes())?;
    }
    files
        .iter()
        .try_for_each(|file| part.put(file.name.as_bytes()))
}

fn put_rows<W: Write>(
    part: &mut Part<'_, W>,
    manifest: &Manifest,
    head: &mut Head,
) -> io::Result<()> {
    let Manifest { files, rows, order } = manifest;
    let put = |part: &mut Part<'_, W>, values: Vec<u32>| {
        let numbers = Numbers::of(&values);
        part.put_numbers(numbers, &values).map(|()| numbers)
    };
    part.put_column(order, |(base, _)| base.to_le_bytes())?;
    head.places = put(part, order.iter().map(|&(_, row)| row).collect())?;
    part.put_column(&rows.fingerprints, |print| print.to_le_bytes())?;
    let mut lines = rows.lines.clone();
    each_by_row(files, &mut lines, |line, before| {
        *line = line.wrapping_sub(before)
    });
    head.lines = put(part, lines)?;
    let origins = rows.identities.iter().copied().map(origin_number);
    head.origins = put(part, origins.collect())?;
    Ok(())
}

/// Calls `change` with the value of every row, and how many rows are before it in its file.
fn each_by_row(files: &[FileRow], values: &mut [u32], mut change: impl FnMut(&mut u32, u32)) {
    for file in files {
        let rows = file.rows.start as usize..file.rows.end as usize;
        for (value, before) in values[rows].iter_mut().zip(0..) {
            change(value, before);
        }
    }
}

/// Key, fingerprint and digits of every row that is shown with a suffix, by key.
fn twins_of(rows: &Rows, fates: &[(u32, Fate)]) -> Vec<(u64, u64, u8)> {
    let mut twins: Vec<(u64, u64, u8)> = fates
        .iter()
        .filter_map(|&(row, fate)| match fate {
            Fate::Suffixed(digits) => {
                Some((rows.key(row), rows.fingerprints[row as usize], digits))
            }
            _ => None,
        })
        .collect();
    twins.sort_unstable();
    twins
}

fn put_twins<W: Write>(part: &mut Part<'_, W>, twins: &[(u64, u64, u8)]) -> io::Result<()> {
    for &(key, fingerprint, digits) in twins {
        part.put(&key.to_le_bytes())?;
        part.put(&fingerprint.to_le_bytes())?;
        part.put(&u64::from(digits).to_le_bytes())?;
    }
    Ok(())
}

/// A file of the corpus, as [`FileRow`], still in its bytes.
pub struct FileRef<'a> {
    pub name: &'a [u8],
    pub stat: Stat,
    pub trusted: bool,
    rows: Range<u32>,
}

/// The list of files out of its bytes.
pub fn decode_table(head: &Head, bytes: &[u8]) -> io::Result<Vec<FileRow>> {
    let mut files = Vec::with_capacity(head.files as usize);
    let mut is_text = true;
    each_file(head, bytes, |file| {
        let Ok(name) = str::from_utf8(file.name) else {
            is_text = false;
            return ControlFlow::Break(());
        };
        files.push(FileRow {
            name: name.to_owned(),
            stat: file.stat,
            trusted: file.trusted,
            rows: file.rows,
        });
        ControlFlow::Continue(())
    })?;
    match is_text {
        true => Ok(files),
        false => Err(invalid("a name is no text")),
    }
}

/// Calls `each` with every file, until it has seen enough.
pub fn each_file<'a>(
    head: &Head,
    bytes: &'a [u8],
    mut each: impl FnMut(FileRef<'a>) -> ControlFlow<()>,
) -> io::Result<()> {
    let count = head.files as usize;
    let (fixed, names) = bytes
        .split_at_checked(count * FILE)
        .ok_or_else(|| invalid("its list of files is cut off"))?;
    let first_row = |at: usize| match fixed.get(at * FILE..) {
        Some(file) if !file.is_empty() => u64::from(u32_at(file, 24)),
        _ => head.rows,
    };
    let mut start = 0;
    for (at, file) in fixed.chunks_exact(FILE).enumerate() {
        let end = usize::try_from(u64_at(file, 32)).unwrap_or(usize::MAX);
        let (first, next) = (first_row(at), first_row(at + 1));
        let name = names
            .get(start..end)
            .ok_or_else(|| invalid("a name is cut off"))?;
        if first > next || next > head.rows {
            return Err(invalid("its files overlap"));
        }
        let file = FileRef {
            name,
            stat: stat(file),
            trusted: u32_at(file, 28) == 1,
            rows: first as u32..next as u32,
        };
        if each(file).is_break() {
            break;
        }
        start = end;
    }
    Ok(())
}

fn stat(file: &[u8]) -> Stat {
    Stat {
        size: u64_at(file, 0),
        modified: u64_at(file, 8) as i64,
        inode: u64_at(file, 16),
    }
}

/// The records, in the bytes of the five columns.
pub struct Records<'a> {
    head: &'a Head,
    bases: &'a [[u8; 8]],
    places: &'a [u8],
    prints: &'a [[u8; 8]],
    lines: &'a [u8],
    origins: &'a [u8],
}

impl<'a> Records<'a> {
    /// The records in all of their bytes.
    ///
    /// # Errors
    /// When they are cut off.
    pub fn of(head: &'a Head, mut bytes: &'a [u8]) -> io::Result<Records<'a>> {
        let mut next = |width: u64| {
            let (column, rest) = bytes
                .split_at_checked((head.rows * width) as usize)
                .ok_or_else(|| invalid("its records are cut off"))?;
            bytes = rest;
            Ok::<_, io::Error>(column)
        };
        Ok(Records {
            head,
            bases: next(8)?.as_chunks().0,
            places: next(head.places.bytes())?,
            prints: next(8)?.as_chunks().0,
            lines: next(head.lines.bytes())?,
            origins: next(head.origins.bytes())?,
        })
    }

    /// Those by the hash of their id, and those hashes by record.
    ///
    /// # Errors
    /// When they make no sense.
    pub fn order(&self) -> io::Result<(Vec<u64>, super::Order)> {
        let sorted = self.bases.iter().copied().map(u64::from_le_bytes);
        let places = self.head.places.all(self.places, self.bases.len());
        let order: super::Order = sorted.zip(places).collect();
        let mut bases = vec![0; order.len()];
        for &(base, row) in &order {
            let place = bases.get_mut(row as usize);
            *place.ok_or_else(|| invalid("a record out of place"))? = base;
        }
        Ok((bases, order))
    }

    /// The other columns, of the records of these files.
    ///
    /// # Errors
    /// When they make no sense.
    pub fn columns(&self, files: &[FileRow]) -> io::Result<Rows> {
        let Head { lines, origins, .. } = self.head;
        let count = self.bases.len();
        let prints = self.prints.iter().copied();
        let mut lines = lines.all(self.lines, count);
        each_by_row(files, &mut lines, |line, before| {
            *line = line.wrapping_add(before)
        });
        let origins = origins.all(self.origins, count);
        Ok(Rows {
            bases: Vec::new(),
            fingerprints: prints.map(u64::from_le_bytes).collect(),
            lines,
            identities: origins.into_iter().map(origin).collect::<io::Result<_>>()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_take_the_bytes_that_the_largest_needs() {
        for (values, bytes) in [
            (vec![], 0),
            (vec![5, 5], 0),
            (vec![0, 255, 7], 1),
            (vec![u32::MAX, 0], 1),
            (vec![256, 0], 2),
            (vec![7, 70_007], 3),
            (vec![1 << 30, 0, 9], 4),
            (vec![1 << 31, (1 << 31) - 1], 4),
        ] {
            let numbers = Numbers::of(&values);
            assert_eq!(numbers.bytes(), bytes, "{values:?}");
            assert_eq!(Numbers::decode(numbers.encode()), numbers);
            let mut out = Vec::new();
            part(&mut out, |part| part.put_numbers(numbers, &values)).unwrap();
            assert_eq!(out.len() as u64, bytes * values.len() as u64);
            assert_eq!(numbers.all(&out, values.len()), values);
        }
    }
}
