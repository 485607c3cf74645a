//! The speed benchmark and the relevance scoreboard of needledrop. `README.md` beside this file has a command for each.
//!
//! Four programs stand on it: `bare` (Tantivy used barely: the limit), `fts5` (SQLite), `ours` (needledrop, in process)
//! and two that judge: `driver` (time and memory) and `relevance` (order).

pub mod args;
pub mod bare;
pub mod batch;
pub mod corpora;
pub mod fts5;
pub mod golden;
pub mod known_items;
pub mod measures;
pub mod ours;
pub mod process;
pub mod programs;
pub mod queries;
pub mod rivals;
pub mod rng;
pub mod stats;
pub mod steps;
pub mod synthetic;

/// A result whose error only has to be read by an engineer.
pub type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;
