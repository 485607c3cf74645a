//! What `needledrop.toml` and the flags say about a corpus.

use std::collections::BTreeMap;

use crate::analysis::Language;

/// How the files of a corpus are to be read. Equal settings read equal entries from equal files.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Settings {
    /// Our field → the file's key for it (`artists` → `cast`). A dotted path reaches a nested key.
    pub mapping: BTreeMap<String, String>,
    /// Whose word endings are folded together; English by default.
    pub language: Language,
    /// A name → the other names it is known by (`David Bowie` → `Ziggy Stardust`).
    pub aliases: BTreeMap<String, Vec<String>>,
}
