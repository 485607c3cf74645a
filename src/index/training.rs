//! Has the dictionary of a generation made, beside the threads that index.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::thread::{self, JoinHandle};

use tantivy::directory::{Directory, TerminatingWrite};

use super::dictionary::{Awaited, DICTIONARY, Dictionary, Sample};
use super::directory::Workshop;
use super::segment::ended;
use crate::entry::Entry;

/// The dictionary of a generation, if there is one, and what it is to become.
pub struct Training {
    dictionary: Awaited,
    /// What it is to be made from, until there is enough of it.
    sample: Option<Sample>,
    /// The thread that makes it.
    thread: Option<JoinHandle<tantivy::Result<()>>>,
}

impl Training {
    /// Of a generation that has this dictionary, or none.
    pub fn new(dictionary: Option<Dictionary>) -> Training {
        Training {
            sample: dictionary.is_none().then(Sample::default),
            dictionary: dictionary.map_or_else(Awaited::default, Awaited::known),
            thread: None,
        }
    }

    /// What entries are to be packed with.
    pub fn dictionary(&self) -> &Awaited {
        &self.dictionary
    }

    /// Takes note of an entry before it is indexed. From the entries that come first the dictionary is made.
    ///
    /// # Errors
    /// When the system has no threads left.
    pub fn take(&mut self, entry: &Entry, workshop: &Workshop) -> tantivy::Result<()> {
        if let Some(sample) = &mut self.sample {
            sample.take(entry);
        }
        let Some(sample) = self.sample.take_if(|sample| sample.is_enough()) else {
            return Ok(());
        };
        // Made here, it is dropped with what cannot be started.
        let decided = Decided(self.dictionary.clone());
        let workshop = workshop.clone();
        let thread = thread::Builder::new().name("train".into());
        self.thread = Some(thread.spawn(move || train(sample, &decided.0, &workshop))?);
        Ok(())
    }

    /// Does what waits for the dictionary. If there is none in the making, what was added so far gets none.
    pub fn without_waiting<T>(&mut self, finish: impl FnOnce() -> T) -> T {
        if self.sample.is_none() {
            return finish();
        }
        self.dictionary.decide(None);
        let done = finish();
        self.dictionary = Awaited::default();
        done
    }

    /// The dictionary, once all entries are added.
    ///
    /// # Errors
    /// When it could not be written.
    pub fn finish(&mut self) -> tantivy::Result<Option<&Dictionary>> {
        if let Some(thread) = self.thread.take() {
            thread.join().map_err(|_| ended())??;
        }
        Ok(self.dictionary.get().flatten())
    }
}

/// What comes next in this folder must not meet a thread that still writes there.
impl Drop for Training {
    fn drop(&mut self) {
        // What went wrong does not matter any more.
        let _ = self.finish();
    }
}

/// Whatever happens to the thread that has it: nobody waits for a dictionary for ever.
struct Decided(Awaited);

impl Drop for Decided {
    fn drop(&mut self) {
        self.0.decide(None);
    }
}

fn train(sample: Sample, dictionary: &Awaited, workshop: &Workshop) -> tantivy::Result<()> {
    let Some(trained) = sample.train() else {
        return Ok(());
    };
    // No commit needs one that is there: an earlier attempt of this run left it.
    let _ = fs::remove_file(workshop.path(DICTIONARY));
    let mut out = workshop.open_write(Path::new(DICTIONARY))?;
    out.write_all(trained.bytes())?;
    out.terminate()?;
    dictionary.decide(Some(trained));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::dictionary::tests::{films, trained};

    fn workshop() -> (tempfile::TempDir, Workshop) {
        let folder = tempfile::tempdir().unwrap();
        let workshop = Workshop::open(folder.path()).unwrap();
        (folder, workshop)
    }

    #[test]
    fn from_many_entries_one_is_made_and_written() {
        let (folder, workshop) = workshop();
        let mut training = Training::new(None);
        let films = films(1024);
        for (_, film) in &films {
            training.take(film, &workshop).unwrap();
        }
        let waiting = training.dictionary().clone();
        let expected = trained(&films);
        assert_eq!(training.finish().unwrap(), expected.as_ref());
        assert_eq!(waiting.wait(), expected.as_ref());
        let written = fs::read(folder.path().join(DICTIONARY)).unwrap();
        assert_eq!(Some(&written[..]), expected.as_ref().map(Dictionary::bytes));
    }

    #[test]
    fn nobody_waits_for_one_that_cannot_be_written_or_is_not_in_the_making() {
        let (folder, workshop) = workshop();
        let mut training = Training::new(None);
        training.take(&Entry::default(), &workshop).unwrap();
        let waiting = training.dictionary().clone();
        assert_eq!(training.without_waiting(|| waiting.wait().cloned()), None);
        assert_eq!(training.dictionary().get(), None, "it may still be made");
        drop(folder);
        for (_, film) in films(1024) {
            training.take(&film, &workshop).unwrap();
        }
        assert_eq!(training.dictionary().wait(), None);
        assert!(training.finish().is_err());
    }
}
