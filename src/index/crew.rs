//! The threads that build segments: batches of entries in, segments out.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, Sender, SyncSender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use tantivy::Index;
use tantivy::index::SegmentMeta;

use super::dictionary::Awaited;
use super::gate::Permit;
use super::schema::Fields;
use super::segment::{SegmentBuilder, ended, write_alone, write_together};
use crate::analysis::Language;
use crate::entry::Entry;

/// Batches that may wait; by their bytes they are bounded by a [`super::gate::Gate`].
const WAITING: usize = 256;

/// Entries, each with its key, and the room that they take in the queue.
pub struct Batch {
    /// The entries.
    pub entries: Vec<(u64, Entry)>,
    /// Gives the room back.
    pub permit: Permit,
}

/// Entries that are done with go back to the thread that made them. To free what another thread has allocated costs more
/// than all the rest: the two wait for each other.
type Done = Vec<(u64, Entry)>;

/// A thread could not go on; what happened is said by [`Crew::finish`].
#[derive(Debug)]
pub struct Failed;

/// What every thread needs.
#[derive(Clone)]
struct Work {
    index: Index,
    fields: Fields,
    language: Language,
    dictionary: Awaited,
    /// What does not fit into memory is put there for a while.
    folder: PathBuf,
    /// Bytes that a segment may take before it is written.
    room: usize,
    batches: Arc<Mutex<Receiver<Batch>>>,
    done: Sender<Done>,
    failed: Arc<AtomicBool>,
}

/// What a thread has written, and what it still holds, if that is all in memory.
type Outcome = (Vec<SegmentMeta>, Option<SegmentBuilder>);

/// The threads.
pub struct Crew {
    sender: SyncSender<Batch>,
    done: Receiver<Done>,
    threads: Vec<JoinHandle<tantivy::Result<Outcome>>>,
    failed: Arc<AtomicBool>,
}

impl Crew {
    /// Starts so many threads. Each writes a segment whenever it has taken `room` bytes; `folder` takes what does not fit.
    ///
    /// # Errors
    /// When the system has no threads left.
    pub fn start(
        index: &Index,
        fields: &Fields,
        language: Language,
        dictionary: &Awaited,
        threads: usize,
        (folder, room): (&Path, usize),
    ) -> io::Result<Crew> {
        let (sender, batches) = mpsc::sync_channel(WAITING);
        let (give_back, done) = mpsc::channel();
        let work = Work {
            index: index.clone(),
            fields: *fields,
            language,
            dictionary: dictionary.clone(),
            folder: folder.to_path_buf(),
            room,
            batches: Arc::new(Mutex::new(batches)),
            done: give_back,
            failed: Arc::default(),
        };
        let failed = Arc::clone(&work.failed);
        let start = |number: usize| {
            let work = work.clone();
            let thread = thread::Builder::new().name(format!("index-{number}"));
            thread.spawn(move || work.run())
        };
        let threads = (0..threads).map(start).collect::<io::Result<_>>()?;
        Ok(Crew {
            sender,
            done,
            threads,
            failed,
        })
    }

    /// Hands over a batch. Waits while too many are waiting.
    ///
    /// # Errors
    /// When a thread has failed.
    pub fn send(&self, batch: Batch) -> Result<(), Failed> {
        if self.failed.load(Ordering::Relaxed) {
            return Err(Failed);
        }
        self.done.try_iter().for_each(drop);
        self.sender.send(batch).map_err(|_| Failed)
    }

    /// Has everything written, and gives the segments. Waits for the dictionary, too: it must be known or in the making.
    ///
    /// # Errors
    /// The first thing that went wrong.
    pub fn finish(self) -> tantivy::Result<Vec<SegmentMeta>> {
        drop(self.sender);
        let ends = self.threads.into_iter().map(JoinHandle::join);
        let ends: Vec<_> = ends.collect();
        let (mut segments, mut held) = (Vec::new(), Vec::new());
        for end in ends {
            let (written, holds) = end.map_err(|_| ended())??;
            segments.extend(written);
            held.extend(holds);
        }
        if let Some(first) = held.pop() {
            segments.push(write_together(first, held)?);
        }
        Ok(segments)
    }
}

impl Work {
    fn run(&self) -> tantivy::Result<Outcome> {
        let outcome = self.take_batches();
        if outcome.is_err() {
            self.failed.store(true, Ordering::Relaxed);
        }
        outcome
    }

    /// Takes batches until there are no more.
    fn take_batches(&self) -> tantivy::Result<Outcome> {
        let mut segments = Vec::new();
        let mut building: Option<SegmentBuilder> = None;
        while let Some(batch) = self.next() {
            let mut builder = building.take().unwrap_or_else(|| self.new_segment());
            let Batch { entries, permit } = batch;
            builder.add(&entries)?;
            // Nobody takes it back at the end.
            let _ = self.done.send(entries);
            drop(permit);
            match builder.is_full() {
                true => segments.push(write_alone(builder)?),
                false => building = Some(builder),
            }
        }
        let held = match building {
            Some(builder) if builder.has_put_away() => {
                segments.push(write_alone(builder)?);
                None
            }
            held => held,
        };
        Ok((segments, held))
    }

    fn new_segment(&self) -> SegmentBuilder {
        let dictionary = self.dictionary.clone();
        let place = (&*self.folder, self.room);
        SegmentBuilder::new(&self.index, &self.fields, self.language, dictionary, place)
    }

    /// The next batch; none when all are done, or when another thread has failed.
    fn next(&self) -> Option<Batch> {
        if self.failed.load(Ordering::Relaxed) {
            return None;
        }
        let batches = self.batches.lock().unwrap_or_else(PoisonError::into_inner);
        batches.recv().ok()
    }
}
