//! Tantivy's writer over one generation: documents in, a commit out.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;

use tantivy::index::{SegmentId, SegmentMeta};
use tantivy::indexer::{IndexWriterOptions, LogMergePolicy, NoMergePolicy};
use tantivy::merge_policy::MergePolicy;
use tantivy::store::Compressor;
use tantivy::{Index, IndexSettings, IndexWriter, TantivyError};

use super::UpdateOptions;
use super::crew::{Batch, Crew, Failed};
use super::dictionary::{Dictionary, ENOUGH_BYTES};
use super::directory::Workshop;
use super::gate::Gate;
use super::keyed::{KeySet, KeyedIn};
use super::schema::{self, Fields};
use super::training::Training;
use super::trouble;
use crate::analysis::Language;
use crate::entry::Entry;
use crate::error::{Error, Result};

/// What Tantivy asks of a thread of its own. (It has one, which is given nothing to do and takes nothing.)
const TANTIVYS_ARENA: usize = 15_000_000;
/// The least that is worth a thread.
const MIN_ROOM: u64 = 12 << 20;
/// The most threads; each searches its own segment later.
const MAX_THREADS: u64 = 8;
/// Bytes of stored entries (each is packed already) in a block of Tantivy's store: a hit costs the copying of one.
const STORE_BLOCK: usize = 4 << 10;
/// So many documents are handed over at once,
const BATCH: usize = 192;
/// or so many bytes of them.
const BATCH_BYTES: u64 = 1 << 19;
/// So many segments are merged into one.
const AT_ONCE: usize = 8;
/// A segment of more entries than this is not merged with others.
const LARGE: u32 = 50_000;
/// The share of deleted entries from which on a segment is written again.
const DELETED: f32 = 0.3;
/// A thread is worth its own segment from this many bytes of corpus on.
const BYTES_A_THREAD: u64 = 4 << 20;

/// How the memory of an update is spent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// Indexing threads.
    pub threads: usize,
    /// Bytes that each takes before it writes a segment, those included that writing takes.
    pub room: usize,
    /// Bytes of entries that wait to be indexed.
    pub queue: u64,
}

impl Budget {
    /// Divides what `options` allow over `bytes` of corpus to be read. A small corpus gets one thread, and so one
    /// segment, which is quickest to search.
    pub fn new(options: &UpdateOptions, bytes: u64) -> Budget {
        let cores = thread::available_parallelism().map_or(1, usize::from);
        let wanted = match options.threads {
            0 => cores as u64,
            threads => threads as u64,
        };
        let queue = (options.memory / 16).clamp(ENOUGH_BYTES as u64, 8 << 20);
        let room = options.memory.saturating_sub(queue);
        let threads = wanted
            .min(1 + bytes / BYTES_A_THREAD)
            .min(room / MIN_ROOM)
            .clamp(1, MAX_THREADS);
        Budget {
            threads: threads as usize,
            room: (room / threads).max(MIN_ROOM) as usize,
            queue,
        }
    }
}

/// A generation being written.
pub struct Writer {
    /// The folder the user named, for errors.
    folder: PathBuf,
    workshop: Workshop,
    index: Index,
    fields: Fields,
    language: Language,
    budget: Budget,
    /// Of what entries are packed with.
    training: Training,
    gate: Arc<Gate>,
    /// Entries not yet handed over, and their weight: handing over one at a time costs more than making it.
    batch: Vec<(u64, Entry)>,
    weight: u64,
    /// The threads at work since the last commit, if any are.
    crew: Option<Crew>,
    inner: IndexWriter,
}

impl Writer {
    /// Begins a new generation in an empty folder of its own.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn create(
        folder: &Path,
        generation: &Path,
        language: Language,
        budget: Budget,
    ) -> Result<Writer> {
        let (schema, _) = schema::build();
        let settings = IndexSettings {
            docstore_compression: Compressor::None,
            docstore_blocksize: STORE_BLOCK,
            ..IndexSettings::default()
        };
        let make = |workshop: Workshop| Index::create(workshop, schema, settings);
        Writer::with(folder, generation, language, budget, None, make)
    }

    /// Goes on with a generation, and with its dictionary.
    ///
    /// # Errors
    /// When it cannot be read or written.
    pub fn open(
        folder: &Path,
        generation: &Path,
        language: Language,
        budget: Budget,
        dictionary: Option<Dictionary>,
    ) -> Result<Writer> {
        Writer::with(
            folder,
            generation,
            language,
            budget,
            dictionary,
            Index::open,
        )
    }

    fn with(
        folder: &Path,
        generation: &Path,
        language: Language,
        budget: Budget,
        dictionary: Option<Dictionary>,
        make: impl FnOnce(Workshop) -> tantivy::Result<Index>,
    ) -> Result<Writer> {
        let (_, fields) = schema::build();
        let workshop =
            Workshop::open(generation).map_err(|error| trouble::writing(folder, &error))?;
        let said = |error: TantivyError| write_error(folder, &workshop, &error);
        let index = make(workshop.clone()).map_err(said)?;
        let options = IndexWriterOptions::builder()
            .num_worker_threads(1)
            .memory_budget_per_thread(TANTIVYS_ARENA)
            .num_merge_threads(budget.threads)
            .build();
        let inner: IndexWriter = index.writer_with_options(options).map_err(said)?;
        // Merges are done by us, where their errors are seen and where they can be waited for (see `merge`).
        inner.set_merge_policy(Box::new(NoMergePolicy));
        Ok(Writer {
            folder: folder.to_path_buf(),
            workshop,
            index,
            fields,
            language,
            budget,
            training: Training::new(dictionary),
            gate: Gate::new(budget.queue),
            batch: Vec::with_capacity(BATCH),
            weight: 0,
            crew: None,
            inner,
        })
    }

    /// Adds an entry under its key. Waits while too many are waiting.
    ///
    /// # Errors
    /// When an earlier one could not be written.
    pub fn add(&mut self, key: u64, entry: Entry) -> Result<()> {
        self.weight += entry.weight();
        let taken = self.training.take(&entry, &self.workshop);
        taken.map_err(|error| self.failed(&error))?;
        self.batch.push((key, entry));
        if self.batch.len() < BATCH && self.weight < BATCH_BYTES {
            return Ok(());
        }
        self.send()
    }

    /// What the entries of the generation are packed with, once all are added.
    ///
    /// # Errors
    /// When it could not be written.
    pub fn dictionary(&mut self) -> Result<Option<Dictionary>> {
        let made = self.training.finish().map(|made| made.cloned());
        made.map_err(|error| self.failed(&error))
    }

    /// Hands over the entries gathered so far.
    fn send(&mut self) -> Result<()> {
        if self.batch.is_empty() {
            return Ok(());
        }
        let next = Vec::with_capacity(BATCH);
        let batch = Batch {
            entries: std::mem::replace(&mut self.batch, next),
            permit: self.gate.enter(std::mem::take(&mut self.weight)),
        };
        let crew = match &self.crew {
            Some(crew) => crew,
            None => self.crew.insert(self.new_crew()?),
        };
        // Of threads that failed, the end says why: it is an error.
        crew.send(batch).or_else(|Failed| self.settle())
    }

    fn new_crew(&self) -> Result<Crew> {
        let Budget { threads, room, .. } = self.budget;
        let (index, fields, dictionary) = (&self.index, &self.fields, self.training.dictionary());
        let folder = self.workshop.path("");
        let place = (&*folder, room);
        Crew::start(index, fields, self.language, dictionary, threads, place)
            .map_err(|error| trouble::writing(&self.folder, &TantivyError::from(error)))
    }

    /// Has everything added so far written, as segments of the commit to come.
    fn settle(&mut self) -> Result<()> {
        let Some(crew) = self.crew.take() else {
            return Ok(());
        };
        let segments = self.training.without_waiting(|| crew.finish());
        let segments = segments.map_err(|error| self.failed(&error))?;
        for segment in segments {
            let added = self.inner.add_segment(segment);
            added.map_err(|error| self.failed(&error))?;
        }
        Ok(())
    }

    /// Deletes every entry with one of these keys, of those added so far.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn delete(&mut self, keys: KeySet) -> Result<()> {
        if keys.is_empty() {
            return Ok(());
        }
        self.send()?;
        self.settle()?;
        let deleted = self.inner.delete_query(Box::new(KeyedIn(Arc::new(keys))));
        deleted.map(drop).map_err(|error| self.failed(&error))
    }

    /// Makes everything so far visible, at once and for good.
    ///
    /// # Errors
    /// When it cannot be written; the last commit then stays as it is.
    pub fn commit(&mut self, payload: &str) -> Result<()> {
        self.send()?;
        self.settle()?;
        let committed = self.inner.prepare_commit().and_then(|mut prepared| {
            prepared.set_payload(payload);
            prepared.commit()
        });
        committed.map(drop).map_err(|error| self.failed(&error))
    }

    /// Merges segments where there are too many, or too many deleted entries in them. What is searched does not change:
    /// a merge that fails costs nothing.
    ///
    /// # Errors
    /// When one could not be done.
    pub fn merge(&mut self) -> Result<()> {
        let policy = merge_policy();
        loop {
            let segments = self
                .index
                .searchable_segment_metas()
                .map_err(|error| self.failed(&error))?;
            let started: Vec<_> = merges(&policy, &segments)
                .iter()
                .map(|segments| self.inner.merge(segments))
                .collect();
            if started.is_empty() {
                return Ok(());
            }
            for merge in started {
                merge.wait().map_err(|error| self.failed(&error))?;
            }
        }
    }

    fn failed(&self, error: &TantivyError) -> Error {
        write_error(&self.folder, &self.workshop, error)
    }
}

/// Says what went wrong: Tantivy's threads often report only that something did, the workshop knows what.
fn write_error(folder: &Path, workshop: &Workshop, error: &TantivyError) -> Error {
    match workshop.trouble() {
        Some(trouble) => trouble::io("write", &trouble.path, &trouble.error),
        None => trouble::writing(folder, error),
    }
}

/// Segments are merged when eight are of about one size (from a thousand entries up; the smaller ones count as one size),
/// or when three in ten entries of one are deleted. So an edit costs a merge of small segments now and then, and a large
/// one is written again only when edits have reached a third of it.
fn merge_policy() -> LogMergePolicy {
    let mut policy = LogMergePolicy::default();
    policy.set_min_num_segments(AT_ONCE);
    policy.set_min_layer_size(1000);
    policy.set_max_docs_before_merge(LARGE as usize);
    policy.set_del_docs_ratio_before_merge(DELETED);
    policy
}

/// The segments to be merged, by the policy and a few at a time: what is merged is in memory, as far as the system has
/// room for it. Large ones stay as they are, so that a large build costs no more than writing each entry once.
fn merges(policy: &LogMergePolicy, segments: &[SegmentMeta]) -> Vec<Vec<SegmentId>> {
    let deleted: BTreeMap<SegmentId, u32> = segments
        .iter()
        .map(|segment| (segment.id(), segment.num_deleted_docs()))
        .collect();
    let worn = |segment: &&SegmentMeta| {
        segment.num_docs() > LARGE
            && segment.num_deleted_docs() as f32 > DELETED * segment.max_doc() as f32
    };
    let worn = segments.iter().filter(worn).map(|it| vec![it.id()]);
    let candidates = policy.compute_merge_candidates(segments);
    let groups = candidates
        .iter()
        .flat_map(|candidate| candidate.0.chunks(AT_ONCE))
        // A segment alone and without deletions would be merged into itself, for ever.
        .filter(|ids| ids.len() > 1 || deleted[&ids[0]] > 0);
    groups.map(<[SegmentId]>::to_vec).chain(worn).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(memory: u64, threads: usize) -> UpdateOptions {
        UpdateOptions {
            memory,
            threads,
            ..UpdateOptions::default()
        }
    }

    #[test]
    fn a_small_corpus_gets_one_thread() {
        let budget = Budget::new(&options(200 << 20, 8), 30_000);
        assert_eq!(budget.threads, 1);
    }

    #[test]
    fn memory_bounds_threads_and_what_they_hold() {
        for (memory, threads, bytes) in [
            (64 << 20, 8, 1 << 40),
            (1, 8, 1 << 40),
            (200 << 20, 2, 700 << 20),
            (u64::MAX, 100, u64::MAX),
        ] {
            let budget = Budget::new(&options(memory, threads), bytes);
            let held = budget.threads as u64 * budget.room as u64 + budget.queue;
            assert!(held <= memory.max(MIN_ROOM + (1 << 20)), "{budget:?}");
            assert!((1..=8).contains(&budget.threads));
        }
        assert_eq!(Budget::new(&options(64 << 20, 8), 1 << 40).threads, 5);
    }

    #[test]
    fn small_segments_are_merged_a_few_at_a_time() {
        let folder = tempfile::tempdir().unwrap();
        let budget = Budget::new(&options(64 << 20, 1), 0);
        let mut writer =
            Writer::create(folder.path(), folder.path(), Language::English, budget).unwrap();
        for key in 0..9 {
            let entry = Entry {
                id: key.to_string(),
                title: "Heat".into(),
                ..Entry::default()
            };
            writer.add(key, entry).unwrap();
            writer.commit("{}").unwrap();
        }
        writer.merge().unwrap();
        let segments = writer.index.searchable_segment_metas().unwrap();
        let mut entries: Vec<u32> = segments.iter().map(SegmentMeta::num_docs).collect();
        entries.sort_unstable();
        assert_eq!(entries, [1, 8]);
    }
}
