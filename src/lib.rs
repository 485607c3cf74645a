//! needledrop: full-text search for write-ups about music and film.
//!
//! A corpus is indexed, searched, and shown. The modules say it in that order, and data flows one way:
//! [`corpus`] (files to entries) → [`index`] (entries to an index) → [`search`] (a request to ranked hits)
//! → [`output`] (a response to bytes) → [`cli`]. [`analysis`] is the shared eye: how text becomes terms, the same for
//! an entry, a query and a snippet. ARCHITECTURE.md walks through it.

pub mod analysis;
pub mod cli;
pub mod corpus;
pub mod entry;
pub mod error;
pub mod index;
pub mod output;
pub mod search;
pub mod serve;
