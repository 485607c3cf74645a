//! Opening the files of a corpus: regular files only, unpacked, and never without end.
//!
//! A folder of strangers' files may hold a pipe that never speaks, a device, or a few kilobytes that unpack to
//! terabytes. None of them is waited for, and what unpacks beyond all measure is given up.

use std::cell::Cell;
use std::fmt;
use std::fs::{File, FileType, Metadata, OpenOptions};
use std::io::{self, BufReader, ErrorKind, Read};
use std::path::Path;
use std::rc::Rc;

use super::Stat;
use super::format::Packing;
use super::problem::for_shell;

/// A packed file is given up when it has grown beyond this many bytes *and* beyond [`MAX_RATIO`]. Text packs to a
/// fifth or a tenth of its size, the most repetitive logs to a hundredth.
const MAX_UNPACKED: u64 = 1 << 30;
/// See [`MAX_UNPACKED`].
const MAX_RATIO: u64 = 1000;
/// Settings and ignore rules of more bytes than this are something else.
const MAX_SMALL: u64 = 16 << 20;
/// Bytes of a packed file that are read at a time.
const PACKED_BUFFER: usize = 128 << 10;

/// Opens a regular file for reading, without waiting for anything.
pub(super) fn open(path: &Path) -> io::Result<(File, Stat)> {
    // Looked at before it is opened: to open a device can be to act on it.
    only_regular(&std::fs::metadata(path)?)?;
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        // And not waited for, should a pipe have taken its place meanwhile.
        options.custom_flags(libc::O_NONBLOCK);
    }
    let file = options.open(path)?;
    let metadata = file.metadata()?;
    only_regular(&metadata)?;
    Ok((file, stat(&metadata)))
}

/// Opens a small regular file and reads it whole, up to [`MAX_SMALL`].
pub(super) fn read_small(path: &Path) -> io::Result<Vec<u8>> {
    let (file, _) = open(path)?;
    let mut bytes = Vec::new();
    file.take(MAX_SMALL).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Reads from `at` on until `bytes` are full or the file ends. Gives how many were read.
pub(super) fn read_at(file: &File, bytes: &mut [u8], at: u64) -> io::Result<usize> {
    let mut done = 0;
    while done < bytes.len() {
        match read_some_at(file, &mut bytes[done..], at + done as u64) {
            Ok(0) => break,
            Ok(read) => done += read,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(done)
}

#[cfg(unix)]
fn read_some_at(file: &File, bytes: &mut [u8], at: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, bytes, at)
}

#[cfg(windows)]
fn read_some_at(file: &File, bytes: &mut [u8], at: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, bytes, at)
}

fn only_regular(metadata: &Metadata) -> io::Result<()> {
    match kind_of(metadata.file_type()) {
        None => Ok(()),
        Some(kind) => Err(io::Error::other(NotAFile(kind))),
    }
}

/// Something else stands where a file should.
#[derive(Debug)]
struct NotAFile(&'static str);

impl fmt::Display for NotAFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "is {}, not a file", self.0)
    }
}

impl std::error::Error for NotAFile {}

pub(super) const PIPE: &str = "a pipe";
pub(super) const SOCKET: &str = "a socket";
pub(super) const DEVICE: &str = "a device";
pub(super) const FOLDER: &str = "a folder";
pub(super) const SOMETHING: &str = "something else";

/// What something is that is no regular file.
pub(super) fn kind_of(kind: FileType) -> Option<&'static str> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt;
        if kind.is_fifo() {
            return Some(PIPE);
        } else if kind.is_socket() {
            return Some(SOCKET);
        } else if kind.is_block_device() || kind.is_char_device() {
            return Some(DEVICE);
        }
    }
    if kind.is_dir() {
        Some(FOLDER)
    } else if kind.is_file() {
        None
    } else {
        Some(SOMETHING)
    }
}

/// A file's state, from its metadata.
pub(super) fn stat(metadata: &Metadata) -> Stat {
    Stat {
        size: metadata.len(),
        modified: modified(metadata),
        inode: inode(metadata),
    }
}

/// Nanoseconds since 1970, negative before; at the ends of what fits, should a clock have run mad.
pub(super) fn nanoseconds(seconds: i64, more: i64) -> i64 {
    let all = i128::from(seconds) * 1_000_000_000 + i128::from(more);
    all.clamp(i128::from(i64::MIN), i128::from(i64::MAX)) as i64
}

#[cfg(unix)]
fn modified(metadata: &Metadata) -> i64 {
    use std::os::unix::fs::MetadataExt;
    nanoseconds(metadata.mtime(), metadata.mtime_nsec())
}

#[cfg(not(unix))]
fn modified(metadata: &Metadata) -> i64 {
    use std::time::UNIX_EPOCH;
    let clamped = |nanoseconds: u128| i64::try_from(nanoseconds).unwrap_or(i64::MAX);
    match metadata
        .modified()
        .map(|time| time.duration_since(UNIX_EPOCH))
    {
        Ok(Ok(since)) => clamped(since.as_nanos()),
        Ok(Err(before)) => -clamped(before.duration().as_nanos()),
        Err(_) => 0,
    }
}

#[cfg(unix)]
fn inode(metadata: &Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::ino(metadata)
}

#[cfg(not(unix))]
fn inode(_: &Metadata) -> u64 {
    0
}

/// The content of an opened file.
pub(super) fn unpacked(file: File, packing: Packing) -> io::Result<Box<dyn Read>> {
    let packed = Rc::new(Cell::new(0));
    let counted = Counted {
        from: file,
        count: Rc::clone(&packed),
    };
    let unpacking: Box<dyn Read> = match packing {
        Packing::Plain => return Ok(Box::new(counted.from)),
        Packing::Gzip => Box::new(flate2::bufread::MultiGzDecoder::new(
            BufReader::with_capacity(PACKED_BUFFER, counted),
        )),
        Packing::Zstd => Box::new(zstd::stream::read::Decoder::new(counted)?),
    };
    Ok(Box::new(Bounded {
        from: unpacking,
        packed,
        unpacked: 0,
        floor: MAX_UNPACKED,
    }))
}

/// Counts what is read through it.
struct Counted<R> {
    from: R,
    count: Rc<Cell<u64>>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let bytes = self.from.read(buffer)?;
        self.count.set(self.count.get() + bytes as u64);
        Ok(bytes)
    }
}

/// Gives up what unpacks beyond all measure.
struct Bounded<R> {
    from: R,
    packed: Rc<Cell<u64>>,
    unpacked: u64,
    /// Up to here nothing is too much.
    floor: u64,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let bytes = self.from.read(buffer)?;
        self.unpacked += bytes as u64;
        if self.unpacked > self.floor && self.unpacked / MAX_RATIO > self.packed.get() {
            return Err(io::Error::other(Bomb));
        }
        Ok(bytes)
    }
}

/// A packed file that does not end.
#[derive(Debug)]
struct Bomb;

impl fmt::Display for Bomb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "unpacks to more than {MAX_RATIO} times its size and more than {} GiB: given up",
            MAX_UNPACKED >> 30
        )
    }
}

impl std::error::Error for Bomb {}

/// What went wrong when `path` was opened or read, and what to do about it.
pub(super) fn explain(path: &Path, packing: Packing, error: &io::Error) -> (String, String) {
    let name = for_shell(path);
    let test = match packing {
        Packing::Plain => String::new(),
        Packing::Gzip => format!("it is damaged or was not wholly copied; look: gzip -t {name}"),
        Packing::Zstd => format!("it is damaged or was not wholly copied; look: zstd -t {name}"),
    };
    let is_ours = |kind: fn(&(dyn std::error::Error + Send + Sync + 'static)) -> bool| {
        error.get_ref().is_some_and(kind)
    };
    if is_ours(|inner| inner.is::<NotAFile>()) {
        return (
            error.to_string(),
            "only regular files are read; move it out of the corpus".into(),
        );
    }
    if is_ours(|inner| inner.is::<Bomb>()) {
        let hint = "if you trust it, unpack it yourself and index what comes out";
        return (error.to_string(), hint.into());
    }
    match error.kind() {
        ErrorKind::NotFound => (
            "is not there any more".into(),
            "it went away while the corpus was read; run the command again".into(),
        ),
        ErrorKind::PermissionDenied => (
            "may not be read: permission denied".into(),
            format!("allow it: chmod u+r {name}"),
        ),
        ErrorKind::UnexpectedEof => ("the packed data ends too early".into(), test),
        _ if packing != Packing::Plain => (format!("cannot be unpacked: {error}"), test),
        _ => (format!("cannot be read: {error}"), String::new()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endless_data_is_given_up_and_honest_data_is_not() {
        let read = |packed: u64, bytes: u64| {
            let mut bounded = Bounded {
                from: io::repeat(0).take(bytes),
                packed: Rc::new(Cell::new(packed)),
                unpacked: 0,
                floor: 1 << 20,
            };
            io::copy(&mut bounded, &mut io::sink())
        };
        assert!(read(1000, 1 << 20).is_ok());
        assert!(read(1000, 2 << 20).is_err());
        assert!(read((2 << 20) / 100, 2 << 20).is_ok());
    }

    #[test]
    fn every_refusal_says_what_and_what_to_do() {
        let path = Path::new("corpus/x.json");
        let (what, hint) = explain(path, Packing::Plain, &ErrorKind::PermissionDenied.into());
        assert_eq!(what, "may not be read: permission denied");
        assert_eq!(hint, "allow it: chmod u+r corpus/x.json");
        let (what, _) = explain(path, Packing::Plain, &ErrorKind::NotFound.into());
        assert_eq!(what, "is not there any more");
    }

    #[test]
    fn a_folder_is_no_file() {
        let folder = tempfile::tempdir().unwrap();
        let error = open(folder.path()).unwrap_err();
        assert_eq!(error.to_string(), "is a folder, not a file");
        assert!(open(&folder.path().join("none.json")).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn a_device_is_not_read() {
        let error = open(Path::new("/dev/zero")).unwrap_err();
        assert_eq!(error.to_string(), "is a device, not a file");
    }
}
