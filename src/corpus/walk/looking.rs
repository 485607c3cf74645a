//! Looking at files on other threads while more folders are listed.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};

use super::listing::Opened;
use super::state::{Found, Seen};

/// Files that are looked at together.
const BATCH: usize = 128;
/// With fewer files in the whole corpus, threads cost more than they save.
const ALONE: usize = 256;
/// More threads than this only wait for the same locks of the kernel.
const MAX_THREADS: usize = 4;
/// More batches than this do not wait: each may keep a folder open, and a process has only so many files.
const MAX_WAITING: usize = 64;

/// Files of one folder.
struct Batch {
    number: usize,
    folder: Option<Opened>,
    files: Vec<Found>,
}

/// What was seen of a batch, by its number.
type Batches = Vec<(usize, Seen)>;

impl Batch {
    fn look(self, batches: &mut Batches) {
        let mut seen = Seen::of(self.files.len());
        for file in self.files {
            seen.look(file, self.folder.as_ref());
        }
        batches.push((self.number, seen));
    }
}

#[derive(Default)]
struct Queue {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    waiting: VecDeque<Batch>,
    is_complete: bool,
}

impl Queue {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next batch; waits for one until there will be none.
    fn next(&self) -> Option<Batch> {
        let mut state = self.state();
        loop {
            if let Some(batch) = state.waiting.pop_front() {
                return Some(batch);
            }
            if state.is_complete {
                return None;
            }
            let woken = self.changed.wait(state);
            state = woken.unwrap_or_else(PoisonError::into_inner);
        }
    }
}

/// Files being looked at.
#[derive(Default)]
pub struct Looking {
    queue: Arc<Queue>,
    helpers: Vec<JoinHandle<Batches>>,
    seen: Batches,
    count: usize,
    batches: usize,
}

impl Looking {
    /// How many files there are so far.
    pub fn count(&self) -> usize {
        self.count
    }

    /// Has files of one folder looked at.
    pub fn add(&mut self, folder: Option<&Opened>, mut files: Vec<Found>) {
        self.count += files.len();
        if self.count > ALONE && self.helpers.is_empty() {
            self.call_helpers();
        }
        while !files.is_empty() {
            let rest = files.split_off(BATCH.min(files.len()));
            let batch = Batch {
                number: self.batches,
                folder: folder.cloned(),
                files: std::mem::replace(&mut files, rest),
            };
            self.batches += 1;
            self.push(batch);
        }
    }

    fn push(&mut self, batch: Batch) {
        let mut state = self.queue.state();
        if state.waiting.len() < MAX_WAITING {
            state.waiting.push_back(batch);
            drop(state);
            self.queue.changed.notify_one();
        } else {
            drop(state);
            batch.look(&mut self.seen);
        }
    }

    /// The lister helps too, once it is done.
    fn call_helpers(&mut self) {
        let cores = thread::available_parallelism().map_or(1, usize::from);
        for _ in 1..cores.min(MAX_THREADS) {
            let queue = Arc::clone(&self.queue);
            let work = move || {
                let mut seen = Vec::new();
                while let Some(batch) = queue.next() {
                    batch.look(&mut seen);
                }
                seen
            };
            let helper = thread::Builder::new().name("walk".into()).spawn(work);
            self.helpers.extend(helper.ok());
        }
    }

    /// All that were looked at, in the order in which they came.
    pub fn finish(mut self) -> Seen {
        self.queue.state().is_complete = true;
        self.queue.changed.notify_all();
        while let Some(batch) = self.queue.next() {
            batch.look(&mut self.seen);
        }
        for helper in self.helpers {
            let seen = helper.join();
            let seen = seen.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            self.seen.extend(seen);
        }
        self.seen.sort_unstable_by_key(|(number, _)| *number);
        let mut all = Seen::of(self.count);
        for (_, mut seen) in self.seen {
            all.append(&mut seen);
        }
        all
    }
}
