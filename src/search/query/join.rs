//! Turns signs and field names that operate on nothing back into text, and puts the pieces of each run of text together.
//! Behind this step every sign and every field is followed by what it operates on.

use super::lexer::{Token, TokenKind, is_quote};

/// The tokens of `text` as the parser reads them.
pub(super) fn join(text: &str, tokens: &[Token]) -> Vec<Token> {
    let mut joined: Vec<Token> = Vec::with_capacity(tokens.len());
    for (index, token) in tokens.iter().enumerate() {
        let token = match token.kind {
            TokenKind::Sign(_) if !sign_operates(text, tokens, index) => {
                Token::text(token.span.clone())
            }
            TokenKind::Field(_) if !field_operates(tokens, index) => {
                Token::text(token.span.clone())
            }
            _ => token.clone(),
        };
        append(&mut joined, token);
    }
    drop_strays(joined)
}

/// Adds a token; text that goes on where text ended becomes part of it.
fn append(joined: &mut Vec<Token>, token: Token) {
    if let (
        Some(Token {
            kind:
                TokenKind::Text {
                    stray: left_stray,
                    misnamed: left_misnamed,
                },
            span,
        }),
        TokenKind::Text { stray, misnamed },
    ) = (joined.last_mut(), &token.kind)
        && span.end == token.span.start
    {
        *left_stray &= stray;
        *left_misnamed |= misnamed;
        span.end = token.span.end;
    } else {
        joined.push(token);
    }
}

/// The token that `index` would operate on: the next one in its run, passing over brackets that group nothing.
fn operand(tokens: &[Token], index: usize) -> Option<&Token> {
    let mut end = tokens[index].span.end;
    let mut next = None;
    for token in tokens[index + 1..].iter().take_while(|token| {
        let follows = token.span.start == end;
        end = token.span.end;
        follows
    }) {
        next = Some(token);
        if !matches!(token.kind, TokenKind::Text { stray: true, .. }) {
            break;
        }
    }
    next
}

/// Whether a sign stands before a word that begins with a letter or digit, a phrase, a group or a field.
fn sign_operates(text: &str, tokens: &[Token], index: usize) -> bool {
    let Some(operand) = operand(tokens, index) else {
        return false;
    };
    match &operand.kind {
        TokenKind::Field(_) | TokenKind::Phrase(_) | TokenKind::Open => true,
        TokenKind::Text { stray: false, .. } => text[operand.span.clone()]
            .trim_start_matches('(')
            .trim_start_matches(is_quote)
            .starts_with(char::is_alphanumeric),
        _ => false,
    }
}

/// Whether a field's name stands before something that can be looked for.
fn field_operates(tokens: &[Token], index: usize) -> bool {
    operand(tokens, index).is_some_and(|operand| {
        matches!(
            operand.kind,
            TokenKind::Phrase(_) | TokenKind::Open | TokenKind::Text { stray: false, .. }
        )
    })
}

/// Drops brackets that group nothing where they stand right beside something that is no text: nobody looks for the second
/// one of `((a b)`.
fn drop_strays(tokens: Vec<Token>) -> Vec<Token> {
    let is_dropped = |index: usize| {
        let token = &tokens[index];
        let before = index.checked_sub(1).and_then(|before| tokens.get(before));
        let beside = before.is_some_and(|before| before.span.end == token.span.start)
            || tokens
                .get(index + 1)
                .is_some_and(|after| after.span.start == token.span.end);
        beside && matches!(token.kind, TokenKind::Text { stray: true, .. })
    };
    let dropped: Vec<bool> = (0..tokens.len()).map(is_dropped).collect();
    let mut dropped = dropped.into_iter();
    let mut tokens = tokens;
    tokens.retain(|_| !dropped.next().unwrap_or(false));
    tokens
}
