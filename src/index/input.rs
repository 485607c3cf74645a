//! What an update asks of a corpus. Two things stand on it: [`Corpus`], and the corpus in memory that the tests of this
//! room edit, shuffle and break.

use std::ops::ControlFlow;
use std::path::Path;

use crate::corpus::problem::Problem;
use crate::corpus::settings::Settings;
use crate::corpus::{Corpus, Parsed, Record, SourceFile, Stat};

/// See the methods of [`Corpus`].
pub trait Input {
    /// The folder or file, as the user named it.
    fn root(&self) -> &Path;
    /// How it is read.
    fn settings(&self) -> &Settings;
    /// Its files, ordered by name.
    fn files(&self) -> (Vec<SourceFile>, Vec<Problem>);
    /// The records of a file.
    fn read(
        &self,
        file: &SourceFile,
        each: &mut dyn FnMut(&Record<'_>) -> ControlFlow<()>,
    ) -> (Stat, Vec<Problem>);
    /// The entry of a record.
    ///
    /// # Errors
    /// All that is wrong with it.
    fn parse(&self, file: &SourceFile, record: &Record<'_>) -> Result<Parsed, Vec<Problem>>;
}

impl Input for Corpus {
    fn root(&self) -> &Path {
        &self.root
    }

    fn settings(&self) -> &Settings {
        &self.settings
    }

    fn files(&self) -> (Vec<SourceFile>, Vec<Problem>) {
        Corpus::files(self)
    }

    fn read(
        &self,
        file: &SourceFile,
        each: &mut dyn FnMut(&Record<'_>) -> ControlFlow<()>,
    ) -> (Stat, Vec<Problem>) {
        Corpus::read(self, file, each)
    }

    fn parse(&self, file: &SourceFile, record: &Record<'_>) -> Result<Parsed, Vec<Problem>> {
        Corpus::parse(self, file, record)
    }
}
