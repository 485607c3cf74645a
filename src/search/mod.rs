//! A request to ranked hits: query, matching, ranking, passages.

mod cursor;
pub mod deadline;
pub mod engine;
mod evaluate;
mod explain;
mod facets;
mod fields;
mod function_words;
mod gathered;
mod highlight;
mod known_terms;
mod lexicon;
mod matcher;
mod member;
mod near;
mod only;
mod ordinals;
mod pairs;
pub mod passage;
pub mod pattern;
mod phrase;
pub mod plan;
mod prepare;
pub mod query;
pub mod request;
mod resolve;
pub mod response;
mod run;
mod script;
mod segment;
mod similar;
mod sort;
pub mod suggest;
mod ties;
mod top;
pub mod weights;
mod wholes;

#[cfg(test)]
mod tests;
