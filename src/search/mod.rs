//! A request to ranked hits: query, matching, ranking, passages.

pub mod engine;
mod function_words;
mod lexicon;
pub mod passage;
pub mod pattern;
pub mod plan;
pub mod query;
pub mod request;
mod resolve;
pub mod response;
mod script;
mod segment;
pub mod weights;
