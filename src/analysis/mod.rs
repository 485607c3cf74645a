//! How text becomes terms: the same for an entry, a query and a snippet.
//!
//! Pure functions over text; no Tantivy here (`index/` adapts it). [`Analyzer`] cuts a text into [`Tokens`];
//! [`name_key`] squeezes a whole name into one key. [`VERSION`] changes whenever the terms of a text do, so that an index
//! made by an older analyzer is known and rebuilt.

mod analyzer;
mod chunk;
mod fold;
mod forms;
mod language;
mod name;
mod plain;
mod stem;
mod token;

pub use analyzer::{Analyzer, Chunks, is_address, joined_prefix, joined_term};
pub use language::Language;
pub use name::{NameKey, key_of_parts, name_keys};
pub use token::{ACCENTED, HALF, JOINED, Kind, STEM, Token, Tokens};

/// Raised by every change to the terms that a text is given.
pub const VERSION: u32 = 2;

/// The key of a whole name: equal for all the ways of typing it.
pub fn name_key(text: &str) -> NameKey {
    let mut analyzer = Analyzer::new(Language::None);
    analyzer.analyze(text);
    name_keys(text, &analyzer.tokens().parts())
        .into_iter()
        .next()
        .unwrap_or_default()
}

/// Whether a character is of a script that puts no spaces between words (or, like Korean, glues particles to names).
pub fn is_unspaced(c: char) -> bool {
    fold::is_ideograph(c)
}

/// Whether a character is one of the marks that people type as an apostrophe.
pub fn is_apostrophe(c: char) -> bool {
    fold::is_apostrophe(c)
}

/// `text` with case, accents and compatibility forms folded; marks and spaces stay.
pub fn fold_text(text: &str) -> String {
    let (mut units, mut lower, mut at) = (Vec::new(), String::new(), 0);
    while at < text.len() {
        at += fold::fold_next(&text[at..], at, &mut units, &mut lower);
    }
    units
        .iter()
        .filter(|unit| unit.class != fold::Class::Ignorable)
        .map(|unit| unit.folded)
        .collect()
}

#[cfg(test)]
mod tests;
