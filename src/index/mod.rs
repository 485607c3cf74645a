//! Entries to an index: schema, documents, the writer, and what the index knows of its sources.

pub mod document;
pub mod schema;
pub mod tokenizer;
