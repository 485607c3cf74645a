//! What a commit says about itself, carried in its payload so that it can disagree with nothing, and what follows from
//! it for the next update: a [`Decision`].

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

use super::folder::FORMAT;
use super::{directory, schema};
use crate::analysis;
use crate::corpus::settings::Settings;

/// The payload of a commit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// What the entries were made with.
    pub made_with: MadeWith,
    /// The corpus as the user named it.
    pub corpus: String,
    /// The same from the root of the file system. A name that is no text is not kept whole.
    pub corpus_path: String,
    /// When: seconds since 1970.
    pub built_at: u64,
    /// Entries.
    pub entries: u64,
    /// Records that say exactly what another says, and are no entries of their own.
    pub repeated: u64,
    /// Entries whose id is shown with a suffix.
    pub twins: u64,
    /// The manifest's file name.
    pub manifest: String,
    /// The checksum in the manifest's head, which covers the whole file.
    pub manifest_sum: u64,
    /// The checksum of the dictionary, if entries are packed with one.
    pub dictionary: Option<u64>,
}

/// Everything besides the corpus that decides what entries are made and how they are indexed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MadeWith {
    /// The folder's format.
    pub format: u32,
    /// The analyzer's version.
    pub analyzer: u32,
    /// A hash of the Tantivy schema.
    pub schema: u64,
    /// Whose inflections are folded.
    pub language: String,
    /// Our field → the file's key.
    pub mapping: BTreeMap<String, String>,
    /// A hash of the aliases.
    pub aliases: u64,
}

impl MadeWith {
    /// What this program makes of a corpus with these settings.
    pub fn now(settings: &Settings) -> MadeWith {
        let schema = serde_json::to_vec(&schema::build().0).unwrap_or_default();
        let aliases = serde_json::to_vec(&settings.aliases).unwrap_or_default();
        MadeWith {
            format: FORMAT,
            analyzer: analysis::VERSION,
            schema: xxh3_64(&schema),
            language: settings.language.name().to_owned(),
            mapping: settings.mapping.clone(),
            aliases: xxh3_64(&aliases),
        }
    }
}

/// Seconds since 1970.
pub fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| since.as_secs())
}

/// The part of Tantivy's `meta.json` that is read without Tantivy.
#[derive(Debug, Deserialize)]
struct Meta {
    opstamp: u64,
    payload: Option<String>,
    segments: Vec<Segment>,
}

#[derive(Debug, Deserialize)]
struct Segment {
    segment_id: String,
    deletes: Option<Deletes>,
}

#[derive(Debug, Deserialize)]
struct Deletes {
    opstamp: u64,
}

/// A commit, before any of its segments is opened.
#[derive(Debug, Clone)]
pub struct Commit {
    /// Tantivy's number for it.
    pub opstamp: u64,
    /// What it says about itself.
    pub header: Header,
    /// Its segments' ids (32 hexadecimal digits), each with the number of the file of its deleted documents.
    pub segments: Vec<(String, Option<u64>)>,
    /// The content of its `meta.json`.
    pub meta: Vec<u8>,
}

impl Commit {
    /// Reads the commit of a generation.
    ///
    /// # Errors
    /// When its `meta.json` cannot be read; [`io::ErrorKind::InvalidData`] when it makes no sense.
    pub fn read(generation: &Path) -> io::Result<Commit> {
        let invalid = |what: &str| io::Error::new(io::ErrorKind::InvalidData, what.to_owned());
        let bytes = directory::read_meta(generation)?;
        let meta: Meta = serde_json::from_slice(&bytes)?;
        let payload = meta.payload.ok_or_else(|| invalid("it has no payload"))?;
        let header = serde_json::from_str(&payload)?;
        let segments = meta.segments.into_iter().map(|segment| {
            let id = segment.segment_id.replace('-', "");
            (id, segment.deletes.map(|deletes| deletes.opstamp))
        });
        Ok(Commit {
            opstamp: meta.opstamp,
            header,
            segments: segments.collect(),
            meta: bytes,
        })
    }
}

/// Why everything is built from nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// There is no index yet.
    NoIndex,
    /// `--rebuild`.
    Asked,
    /// The index is of an older program, or of another schema.
    Format,
    /// The same text has other terms now.
    Analyzer,
    /// Other word endings are folded.
    Language {
        /// What the index was made with.
        from: String,
        /// What is wanted.
        to: String,
    },
    /// Other keys are read into our fields.
    Mapping,
    /// Other names are known by other names.
    Aliases,
    /// The index is damaged, in this way.
    Damaged(String),
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reason::NoIndex => f.write_str("there was no index"),
            Reason::Asked => f.write_str("asked for"),
            Reason::Format => f.write_str("the index was made by an older needledrop"),
            Reason::Analyzer => f.write_str("the analyzer changed"),
            Reason::Language { from, to } => {
                write!(f, "the stemming language changed from {from} to {to}")
            }
            Reason::Mapping => f.write_str("the field mapping changed"),
            Reason::Aliases => f.write_str("the aliases changed"),
            Reason::Damaged(how) => write!(f, "the index was damaged: {how}"),
        }
    }
}

/// What an update is going to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// Find what changed, and follow it.
    Follow,
    /// Build everything from nothing, beside the old.
    Rebuild(Reason),
}

/// Decides by what the index was made with, if there is one, and what is wanted.
pub fn decide(made_with: Option<&MadeWith>, wanted: &MadeWith, asked: bool) -> Decision {
    let Some(made_with) = made_with else {
        return Decision::Rebuild(Reason::NoIndex);
    };
    let reason = if asked {
        Reason::Asked
    } else if made_with.format != wanted.format || made_with.schema != wanted.schema {
        Reason::Format
    } else if made_with.analyzer != wanted.analyzer {
        Reason::Analyzer
    } else if made_with.language != wanted.language {
        Reason::Language {
            from: made_with.language.clone(),
            to: wanted.language.clone(),
        }
    } else if made_with.mapping != wanted.mapping {
        Reason::Mapping
    } else if made_with.aliases != wanted.aliases {
        Reason::Aliases
    } else {
        return Decision::Follow;
    };
    Decision::Rebuild(reason)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::Language;

    #[test]
    fn what_changed_decides_and_can_be_printed() {
        let old = MadeWith::now(&Settings::default());
        let decide = |settings: &Settings| decide(Some(&old), &MadeWith::now(settings), false);
        assert_eq!(decide(&Settings::default()), Decision::Follow);
        let mut settings = Settings {
            language: Language::German,
            ..Settings::default()
        };
        let Decision::Rebuild(reason) = decide(&settings) else {
            panic!("another language must rebuild");
        };
        assert_eq!(
            reason.to_string(),
            "the stemming language changed from english to german"
        );
        settings = Settings::default();
        settings.mapping.insert("artists".into(), "cast".into());
        assert_eq!(decide(&settings), Decision::Rebuild(Reason::Mapping));
        settings = Settings::default();
        settings
            .aliases
            .insert("Prince".into(), vec!["TAFKAP".into()]);
        assert_eq!(decide(&settings), Decision::Rebuild(Reason::Aliases));
    }

    #[test]
    fn no_index_and_asking_decide_before_all_else() {
        let now = MadeWith::now(&Settings::default());
        assert_eq!(
            super::decide(None, &now, true),
            Decision::Rebuild(Reason::NoIndex)
        );
        assert_eq!(
            super::decide(Some(&now), &now, true),
            Decision::Rebuild(Reason::Asked)
        );
    }
}
