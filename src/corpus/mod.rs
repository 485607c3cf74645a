//! Files to entries: finding them, reading them, saying what is wrong with them. No Tantivy, no printing.
//!
//! Reading has two steps, so that an unchanged record need not be parsed: a file is *split* into [`Record`]s (the
//! bytes of one entry, with a fingerprint), and a record is *parsed* into an [`Entry`](crate::entry::Entry).

pub mod problem;
pub mod settings;
