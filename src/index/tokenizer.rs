//! The analyzer as Tantivy's tokenizers.

use tantivy::Index;
use tantivy::tokenizer::{TextAnalyzer, Token, TokenStream, Tokenizer};

use super::schema::{KEYS_TOKENIZER, NAME_TOKENIZER, TEXT_TOKENIZER};
use crate::analysis::{Analyzer, Language, Tokens};

/// How many positions lie between two values of a field. More than any slop a query may ask for, so that no phrase
/// crosses from one artist into the next.
pub const VALUE_GAP: u32 = 101;

/// Registers the tokenizers of an index; to be called at every open.
pub fn register(index: &Index, language: Language) {
    for (name, shape) in [
        (TEXT_TOKENIZER, Shape::Text),
        (NAME_TOKENIZER, Shape::Name),
        (KEYS_TOKENIZER, Shape::Key),
    ] {
        let tokenizer = EntryTokenizer {
            analyzer: Analyzer::new(language),
            shape,
            path: String::new(),
        };
        index
            .tokenizers()
            .register(name, TextAnalyzer::from(tokenizer));
    }
}

/// What sort of text is tokenized.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    /// Running text.
    Text,
    /// A whole title or name.
    Name,
    /// `path\0value`.
    Key,
}

#[derive(Clone)]
struct EntryTokenizer {
    analyzer: Analyzer,
    shape: Shape,
    /// Goes before every term: the path of a key with its `\0`.
    path: String,
}

impl Tokenizer for EntryTokenizer {
    type TokenStream<'a> = EntryTokens<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> EntryTokens<'a> {
        self.path.clear();
        let tokens = match self.shape {
            Shape::Text => self.analyzer.analyze(text),
            Shape::Name => self.analyzer.analyze_name(text),
            Shape::Key => {
                let (path, value) = text.split_once('\0').unwrap_or(("", text));
                self.path.push_str(path);
                self.path.push('\0');
                self.analyzer.analyze(value)
            }
        };
        EntryTokens {
            tokens,
            path: &self.path,
            bare_path: self.shape == Shape::Key,
            next: 0,
            token: Token::default(),
        }
    }
}

struct EntryTokens<'a> {
    tokens: &'a Tokens,
    path: &'a str,
    /// Whether the path alone is still to come: the term that says that an entry has the key.
    bare_path: bool,
    next: usize,
    token: Token,
}

impl TokenStream for EntryTokens<'_> {
    fn advance(&mut self) -> bool {
        if std::mem::take(&mut self.bare_path) {
            self.token.text.clear();
            self.token.text.push_str(self.path);
            self.token.position = 0;
            self.token.position_length = 1;
            return true;
        }
        let Some(token) = self.tokens.get(self.next) else {
            return false;
        };
        self.token.text.clear();
        self.token.text.push_str(self.path);
        self.token.text.push_str(token.term);
        self.token.position = token.position as usize;
        // Tantivy begins the next value behind the end of the farthest token: the first one reaches over the gap.
        self.token.position_length = match self.next {
            0 => (self.tokens.positions + VALUE_GAP - token.position) as usize,
            _ => 1,
        };
        self.token.offset_from = token.start;
        self.token.offset_to = token.end;
        self.next += 1;
        true
    }

    fn token(&self) -> &Token {
        &self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        &mut self.token
    }
}
