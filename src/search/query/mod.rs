//! What was typed, as a tree of plain data with spans. Knows nothing of any index but the names of its fields.

pub mod ast;

use ast::Parsed;

/// The fields an index has, as the parser asks for them.
pub trait FieldNames {
    /// Whether `name` (as typed: `artists`, `year`, `label.name`) is a field that some entry has.
    fn has(&self, name: &str) -> bool;
    /// Every field, for finding the one that a mistyped name is near to. Asked for only when there is reason to.
    fn all(&self) -> Vec<String>;
}

/// How the text of a query is to be read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Reading {
    /// Every character is plain text, no operators.
    pub literal: bool,
    /// Every word must match.
    pub require_all: bool,
}

/// Reads a query. Never fails: what makes no sense as an operator is text.
pub fn parse(text: &str, fields: &dyn FieldNames, reading: Reading) -> Parsed {
    let _ = (text, fields, reading);
    Parsed {
        root: None,
        warnings: Vec::new(),
    }
}
