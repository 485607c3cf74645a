//! A response to bytes: text, JSON, TREC. Pure, over `impl Write`.
