//! What was typed, as a tree of plain data with spans. Knows nothing of any index but the names of its fields.

pub mod ast;
