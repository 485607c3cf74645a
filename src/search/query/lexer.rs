//! Cuts a query into tokens with spans. Decides all that can be decided from the place alone: what stands at the start of a
//! run of text (signs, brackets, a field's name, a quote) and what at its end (brackets, boosts). Which of those really
//! operate on something is seen later.

use std::ops::Range;

use super::FieldNames;
use super::ast::{Occur, Warning};
use super::names::Names;
use super::suffix::{Suffix, closers};

/// A piece of a query.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Token {
    pub(super) kind: TokenKind,
    /// In bytes of the query.
    pub(super) span: Range<usize>,
}

/// What a piece of a query is, or may be.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum TokenKind {
    /// `+` or `-` before something.
    Sign(Occur),
    /// A field's name (as the index has it), its colon included.
    Field(String),
    /// `(`
    Open,
    /// `)` and the boost behind it; once resolved, also the place of its partner.
    Close { boost: f32, open: usize },
    /// A quoted phrase with its operators.
    Phrase(PhraseToken),
    /// A run of text, or a part of one.
    Text {
        /// Nothing but brackets that belong to no group.
        stray: bool,
        /// A mistyped field name: never something that has to match.
        misnamed: bool,
    },
}

/// What is in a quoted phrase.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct PhraseToken {
    /// Between the quotes.
    pub(super) inner: Range<usize>,
    pub(super) slop: u32,
    pub(super) prefix: bool,
    pub(super) boost: f32,
    /// Where the phrase with its `~` and `*` ends, less its boost.
    pub(super) end: usize,
}

impl Token {
    pub(super) fn text(span: Range<usize>) -> Token {
        let kind = TokenKind::Text {
            stray: false,
            misnamed: false,
        };
        Token { kind, span }
    }

    /// Makes a bracket that groups nothing into text.
    pub(super) fn demote(&mut self, stray: bool) {
        self.kind = TokenKind::Text {
            stray,
            misnamed: false,
        };
    }

    /// Whether it is something to look for.
    pub(super) fn is_part(&self) -> bool {
        matches!(self.kind, TokenKind::Text { .. } | TokenKind::Phrase(_))
    }
}

/// A query in tokens.
pub(super) struct Lexed {
    pub(super) tokens: Vec<Token>,
    pub(super) warnings: Vec<Warning>,
    /// Where a quote opens that is never closed.
    pub(super) unclosed: Option<usize>,
}

/// Cuts `text` into tokens.
pub(super) fn lex(text: &str, fields: &dyn FieldNames) -> Lexed {
    let mut lexer = Lexer {
        text,
        names: Names::new(text, fields),
        tokens: Vec::new(),
        unclosed: None,
        at: 0,
        run_opens: Vec::new(),
    };
    while let Some(start) = text[lexer.at..].find(|c| !is_space(c)) {
        lexer.at += start;
        lexer.run();
    }
    Lexed {
        tokens: lexer.tokens,
        warnings: lexer.names.warnings,
        unclosed: lexer.unclosed,
    }
}

/// The runs of text between white space.
pub(super) fn runs(text: &str) -> impl Iterator<Item = Range<usize>> {
    text.split(is_space)
        .map(move |run| {
            let start = run.as_ptr().addr() - text.as_ptr().addr();
            start..start + run.len()
        })
        .filter(|run| !run.is_empty())
}

/// White space; control characters part words too, for the analyzer as well.
pub(super) fn is_space(c: char) -> bool {
    c.is_whitespace() || c.is_control()
}

/// Double quotes of every language. An apostrophe is none of them.
pub(super) fn is_quote(c: char) -> bool {
    matches!(c, '"' | '“' | '”' | '„' | '‟' | '«' | '»' | '＂')
}

struct Lexer<'a> {
    text: &'a str,
    names: Names<'a>,
    tokens: Vec<Token>,
    unclosed: Option<usize>,
    at: usize,
    /// The opening brackets at the start of the present run, by their tokens.
    run_opens: Vec<usize>,
}

impl<'a> Lexer<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn next_char(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn push(&mut self, kind: TokenKind, length: usize) {
        let span = self.at..self.at + length;
        self.at = span.end;
        self.tokens.push(Token { kind, span });
    }

    /// One run of text, with the white space within its quotes.
    fn run(&mut self) {
        self.run_opens.clear();
        self.head();
        while self.next_char().is_some_and(|c| !is_space(c)) {
            if !self.phrase() {
                self.words();
            }
        }
    }

    /// What may stand before a word or phrase: signs, brackets, a field.
    fn head(&mut self) {
        let (mut sign_fits, mut field_fits) = (true, true);
        loop {
            match self.next_char() {
                Some(c @ ('+' | '-')) if sign_fits => {
                    let occur = if c == '+' {
                        Occur::Must
                    } else {
                        Occur::MustNot
                    };
                    self.push(TokenKind::Sign(occur), 1);
                    sign_fits = false;
                }
                Some('(') => {
                    self.run_opens.push(self.tokens.len());
                    self.push(TokenKind::Open, 1);
                    (sign_fits, field_fits) = (true, true);
                }
                Some(_) if field_fits && self.field() => {
                    (sign_fits, field_fits) = (false, false);
                }
                _ => return,
            }
        }
    }

    /// Takes a field's name with its colon, or a name that was probably meant to be one.
    fn field(&mut self) -> bool {
        if let Some((name, length)) = self.names.field(self.at) {
            self.push(TokenKind::Field(name), length);
            return true;
        }
        let Some(length) = self.names.misnamed(self.at) else {
            return false;
        };
        match self.tokens.last_mut() {
            // A signed value is what counts: the name is passed over.
            Some(sign) if matches!(sign.kind, TokenKind::Sign(_)) && sign.span.end == self.at => {
                sign.span.end += length + 1;
                self.at += length + 1;
            }
            _ => {
                let kind = TokenKind::Text {
                    stray: false,
                    misnamed: true,
                };
                self.push(kind, length);
                self.at += 1;
            }
        }
        true
    }

    /// Takes a quoted phrase with what operates on it.
    fn phrase(&mut self) -> bool {
        let Some(quote) = self.next_char().filter(|&c| is_quote(c)) else {
            return false;
        };
        let inner = self.at + quote.len_utf8();
        let Some(length) = self.text[inner..].find(is_quote) else {
            let opens = self.text[inner..]
                .chars()
                .next()
                .is_some_and(|c| !is_space(c));
            self.unclosed = opens.then_some(self.at);
            return false;
        };
        let inner = inner..inner + length;
        if self.text[inner.clone()].chars().all(is_space) {
            return false;
        }
        let end = inner.end
            + self.text[inner.end..]
                .chars()
                .next()
                .map_or(0, char::len_utf8);
        let suffix = Suffix::of(&self.text[end..]);
        let phrase = PhraseToken {
            inner,
            slop: suffix.slop,
            prefix: suffix.prefix,
            boost: suffix.boost,
            end: end + suffix.unboosted,
        };
        let length = end + suffix.length - self.at;
        self.push(TokenKind::Phrase(phrase), length);
        true
    }

    /// Takes the rest of the run as text, less the brackets at its end that close something outside it.
    fn words(&mut self) {
        let rest = self.rest();
        let run = &rest[..rest.find(is_space).unwrap_or(rest.len())];
        let closers = closers(run);
        let body = &run[..closers.first().map_or(run.len(), |closer| closer.at.start)];
        let (mut own, mut foreign) = (0usize, 0usize);
        for c in body.chars() {
            match c {
                '(' => own += 1,
                ')' if own > 0 => own -= 1,
                ')' => foreign += 1,
                _ => {}
            }
        }
        // `(foo)bar`: closed in mid-run, so that bracket is text.
        for _ in 0..foreign {
            if let Some(index) = self.run_opens.pop() {
                self.tokens[index].demote(true);
            }
        }
        // `f(x))`: the text's own brackets close first.
        let own = own.min(closers.len());
        let (start, length) = (self.at, run.len());
        let text_end = closers.get(own).map_or(length, |closer| closer.at.start);
        if text_end > 0 {
            self.tokens.push(Token::text(start..start + text_end));
        }
        for closer in &closers[own..] {
            self.tokens.push(Token {
                kind: TokenKind::Close {
                    boost: closer.boost,
                    open: 0,
                },
                span: start + closer.at.start..start + closer.at.end,
            });
        }
        self.at += length;
    }
}
