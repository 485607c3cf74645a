//! Where things are: the default corpus, the default index, and the `--index` that every command shares.

use std::path::{Path, PathBuf};

use clap::Args;

pub use crate::index::command::{CORPUS, INDEX};

/// Which index is meant.
#[derive(Debug, Clone, Args)]
pub struct IndexPlace {
    /// Folder of the index [default: index]
    #[arg(long = "index", value_name = "DIR")]
    folder: Option<PathBuf>,
}

impl IndexPlace {
    /// The folder of the index.
    pub fn folder(&self) -> &Path {
        self.folder.as_deref().unwrap_or(Path::new(INDEX))
    }

    /// Whether the user left the place to us.
    pub fn is_default(&self) -> bool {
        self.folder.is_none()
    }
}
