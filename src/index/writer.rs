//! Tantivy's writer over one generation: documents in, a commit out.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;

use tantivy::index::{SegmentId, SegmentMeta};
use tantivy::indexer::{IndexWriterOptions, LogMergePolicy, NoMergePolicy, UserOperation};
use tantivy::merge_policy::MergePolicy;
use tantivy::{Index, IndexSettings, IndexWriter, TantivyError};

use super::UpdateOptions;
use super::directory::Workshop;
use super::document::EntryDocument;
use super::gate::Gate;
use super::keyed::{KeySet, KeyedIn};
use super::schema::{self, Fields};
use super::{tokenizer, trouble};
use crate::analysis::Language;
use crate::entry::Entry;
use crate::error::{Error, Result};

/// The least that Tantivy takes for a thread.
const MIN_ARENA: u64 = 15_000_000;
/// The most.
const MAX_ARENA: u64 = 2_000_000_000;
/// Tantivy's own limit.
const MAX_THREADS: u64 = 8;
/// Bytes of stored entries that are packed together: a hit costs the unpacking of one such block. Tantivy's own 16 KiB
/// take twice as long to fetch ten hits from, for 7 % less on disk.
const STORE_BLOCK: usize = 4 << 10;
/// So many documents are handed over at once,
const BATCH: usize = 64;
/// or so many bytes of them.
const BATCH_BYTES: u64 = 1 << 18;
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
    /// Bytes of postings that each gathers before it writes a segment.
    pub arena: usize,
    /// Bytes of documents that wait to be indexed.
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
        let queue = (options.memory / 16).clamp(1 << 20, 8 << 20);
        // Writing a segment takes room beside what is written: sorted terms, buffers.
        let arenas = options.memory.saturating_sub(queue) / 8 * 7;
        let threads = wanted
            .min(1 + bytes / BYTES_A_THREAD)
            .min(arenas / MIN_ARENA)
            .clamp(1, MAX_THREADS);
        // What is indexed of a corpus takes up to twice its size, and a packed one is a fifth of itself.
        let arena = (arenas / threads).min(bytes.saturating_mul(16));
        Budget {
            threads: threads as usize,
            arena: arena.clamp(MIN_ARENA, MAX_ARENA) as usize,
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
    gate: Arc<Gate>,
    /// Documents not yet handed over, and their weight: handing over one at a time costs more than making it.
    batch: Vec<EntryDocument>,
    weight: u64,
    inner: IndexWriter<EntryDocument>,
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
            docstore_blocksize: STORE_BLOCK,
            ..IndexSettings::default()
        };
        let make = |workshop: Workshop| Index::create(workshop, schema, settings);
        Writer::with(folder, generation, language, budget, make)
    }

    /// Goes on with a generation.
    ///
    /// # Errors
    /// When it cannot be read or written.
    pub fn open(
        folder: &Path,
        generation: &Path,
        language: Language,
        budget: Budget,
    ) -> Result<Writer> {
        Writer::with(folder, generation, language, budget, Index::open)
    }

    fn with(
        folder: &Path,
        generation: &Path,
        language: Language,
        budget: Budget,
        make: impl FnOnce(Workshop) -> tantivy::Result<Index>,
    ) -> Result<Writer> {
        let (_, fields) = schema::build();
        let workshop =
            Workshop::open(generation).map_err(|error| trouble::writing(folder, &error))?;
        let said = |error: TantivyError| write_error(folder, &workshop, &error);
        let index = make(workshop.clone()).map_err(said)?;
        tokenizer::register(&index, language);
        let options = IndexWriterOptions::builder()
            .num_worker_threads(budget.threads)
            .memory_budget_per_thread(budget.arena)
            .num_merge_threads(budget.threads)
            .build();
        let inner: IndexWriter<EntryDocument> = index.writer_with_options(options).map_err(said)?;
        // Merges are done by us, where their errors are seen and where they can be waited for (see `merge`).
        inner.set_merge_policy(Box::new(NoMergePolicy));
        Ok(Writer {
            folder: folder.to_path_buf(),
            workshop,
            index,
            fields,
            gate: Gate::new(budget.queue),
            batch: Vec::with_capacity(BATCH),
            weight: 0,
            inner,
        })
    }

    /// Adds an entry. Waits while too many are waiting.
    ///
    /// # Errors
    /// When an earlier one could not be written.
    pub fn add(&mut self, key: u64, entry: &Entry) -> Result<()> {
        let document = EntryDocument::new(&self.fields, entry, key);
        self.weight += document.weight();
        self.batch.push(document);
        if self.batch.len() == BATCH || self.weight >= BATCH_BYTES {
            return self.send();
        }
        Ok(())
    }

    /// Hands over the documents gathered so far.
    fn send(&mut self) -> Result<()> {
        let Some(last) = self.batch.last_mut() else {
            return Ok(());
        };
        // They are indexed in order: with the last one all are done.
        last.hold(self.gate.enter(std::mem::take(&mut self.weight)));
        let adds: Vec<_> = self.batch.drain(..).map(UserOperation::Add).collect();
        let sent = self.inner.run(adds);
        sent.map(drop).map_err(|error| self.failed(&error))
    }

    /// Deletes every entry with one of these keys.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn delete(&mut self, keys: KeySet) -> Result<()> {
        if keys.is_empty() {
            return Ok(());
        }
        self.send()?;
        let deleted = self.inner.delete_query(Box::new(KeyedIn(Arc::new(keys))));
        deleted.map(drop).map_err(|error| self.failed(&error))
    }

    /// Makes everything so far visible, at once and for good.
    ///
    /// # Errors
    /// When it cannot be written; the last commit then stays as it is.
    pub fn commit(&mut self, payload: &str) -> Result<()> {
        self.send()?;
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
    fn a_small_corpus_gets_one_thread_and_little_memory() {
        let budget = Budget::new(&options(200 << 20, 8), 30_000);
        assert_eq!((budget.threads, budget.arena), (1, MIN_ARENA as usize));
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
            let held = budget.threads as u64 * budget.arena as u64 + budget.queue;
            assert!(held <= memory.max(MIN_ARENA + (1 << 20)), "{budget:?}");
            assert!((1..=8).contains(&budget.threads));
        }
        assert_eq!(Budget::new(&options(64 << 20, 8), 1 << 40).threads, 3);
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
            writer.add(key, &entry).unwrap();
            writer.commit("{}").unwrap();
        }
        writer.merge().unwrap();
        let segments = writer.index.searchable_segment_metas().unwrap();
        let mut entries: Vec<u32> = segments.iter().map(SegmentMeta::num_docs).collect();
        entries.sort_unstable();
        assert_eq!(entries, [1, 8]);
    }
}
