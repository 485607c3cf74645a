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
            token: Token::default(),
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
    /// The token that is filled again and again, to spare allocations.
    token: Token,
}

impl EntryTokenizer {
    /// Takes over the path of a key with its `\0`. Says whether it was the path of the value before, too, which was of
    /// the same list then: every entry begins with `title` without a value, and that never goes on with anything, least
    /// of all with the entry before.
    fn take_path(&mut self, path: &str, value: &str) -> bool {
        if !value.is_empty() && self.path.strip_suffix('\0') == Some(path) {
            return true;
        }
        self.path.clear();
        self.path.push_str(path);
        self.path.push('\0');
        false
    }
}

impl Tokenizer for EntryTokenizer {
    type TokenStream<'a> = EntryTokens<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> EntryTokens<'a> {
        let (mut bare_path, mut shift) = (false, 0);
        let tokens = match self.shape {
            Shape::Text => self.analyzer.analyze(text),
            Shape::Name => self.analyzer.analyze_name(text),
            Shape::Key => {
                let (path, value) = text.split_once('\0').unwrap_or(("", text));
                let goes_on = self.take_path(path, value);
                bare_path = !goes_on;
                shift = if goes_on { VALUE_GAP } else { 0 };
                self.analyzer.analyze_value(value)
            }
        };
        EntryTokens {
            reach: match self.shape {
                Shape::Key => 1,
                _ => tokens.positions + VALUE_GAP,
            },
            tokens,
            path: &self.path,
            bare_path,
            shift,
            next: 0,
            token: &mut self.token,
        }
    }
}

struct EntryTokens<'a> {
    tokens: &'a Tokens,
    path: &'a str,
    /// Whether the path alone is still to come: the term that says that an entry has the key.
    bare_path: bool,
    /// How far all positions are moved on: the values of other keys are of other terms, and so only the items of a list
    /// need a gap before them.
    shift: u32,
    /// Where the first token ends, counted from the start of the text. Tantivy begins the next value behind the end of
    /// the farthest token: the first one reaches over the gap.
    reach: u32,
    next: usize,
    token: &'a mut Token,
}

impl TokenStream for EntryTokens<'_> {
    fn advance(&mut self) -> bool {
        self.token.text.clear();
        self.token.text.push_str(self.path);
        self.token.position_length = 1;
        if std::mem::take(&mut self.bare_path) {
            self.token.position = 0;
            return true;
        }
        let Some(token) = self.tokens.get(self.next) else {
            return false;
        };
        self.token.text.push_str(token.term);
        self.token.position = (self.shift + token.position) as usize;
        if self.next == 0 {
            self.token.position_length = self.reach.saturating_sub(token.position).max(1) as usize;
        }
        self.next += 1;
        true
    }

    fn token(&self) -> &Token {
        self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        self.token
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys() -> EntryTokenizer {
        EntryTokenizer {
            analyzer: Analyzer::new(Language::English),
            shape: Shape::Key,
            path: String::new(),
            token: Token::default(),
        }
    }

    fn terms(tokenizer: &mut EntryTokenizer, text: &str) -> Vec<(String, usize)> {
        let mut stream = tokenizer.token_stream(text);
        let mut terms = Vec::new();
        while stream.advance() {
            terms.push((stream.token().text.clone(), stream.token().position));
        }
        terms
    }

    #[test]
    fn every_entry_says_anew_which_fields_it_has() {
        let mut tokenizer = keys();
        let title = [("title\0".to_owned(), 0)];
        assert_eq!(terms(&mut tokenizer, "title\0"), title);
        assert_eq!(terms(&mut tokenizer, "title\0"), title, "the next entry");
    }

    #[test]
    fn the_items_of_a_list_stand_apart_and_name_their_key_once() {
        let mut tokenizer = keys();
        let term = |text: &str, position: usize| (text.to_owned(), position);
        let first = [term("tags\0", 0), term("tags\0a", 0)];
        assert_eq!(terms(&mut tokenizer, "tags\0a"), first);
        let second = [term("tags\0b", VALUE_GAP as usize)];
        assert_eq!(terms(&mut tokenizer, "tags\0b"), second);
    }
}
