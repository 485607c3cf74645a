//! Decides which brackets of a query group: those that stand in pairs, not too deep, with something between them. All
//! others are text.

use super::MAX_DEPTH;
use super::ast::Warning;
use super::lexer::{Token, TokenKind};

/// Pairs the brackets and makes those that group nothing into text.
///
/// Where a run ends with more closing brackets than are open, the last ones close: `(Sunn O)))` holds `O))`.
pub(super) fn resolve(tokens: &mut [Token]) {
    let mut open: Vec<usize> = Vec::new();
    let mut pairs: Vec<(usize, usize)> = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        match tokens[at].kind {
            TokenKind::Open => open.push(at),
            TokenKind::Close { .. } => {
                let end = cluster_end(tokens, at);
                let surplus = (end - at).saturating_sub(open.len());
                tokens[at..at + surplus]
                    .iter_mut()
                    .for_each(|token| token.demote(true));
                pairs.extend((at + surplus..end).filter_map(|close| Some((open.pop()?, close))));
                at = end;
                continue;
            }
            _ => {}
        }
        at += 1;
    }
    for index in open {
        tokens[index].demote(true);
    }
    pairs.sort_unstable();
    make_groups(tokens, &pairs);
}

/// One past the last of the closing brackets that stand side by side from `at` on.
fn cluster_end(tokens: &[Token], at: usize) -> usize {
    let mut end = at + 1;
    while end < tokens.len()
        && matches!(tokens[end].kind, TokenKind::Close { .. })
        && tokens[end].span.start == tokens[end - 1].span.end
    {
        end += 1;
    }
    end
}

/// Makes each pair (in the order in which they open) a group; text, where that would group nothing or nest too deep.
fn make_groups(tokens: &mut [Token], pairs: &[(usize, usize)]) {
    let mut around: Vec<usize> = Vec::new(); // where the groups end that are open
    for &(open, close) in pairs {
        while around.last().is_some_and(|&end| end < open) {
            around.pop();
        }
        let place = tokens[open].span.start;
        let empty = open + 1 == close;
        if empty || around.len() >= MAX_DEPTH {
            tokens[open].demote(!empty);
            tokens[close].demote(!empty);
        } else if let TokenKind::Close { open, .. } = &mut tokens[close].kind {
            *open = place;
            around.push(close);
        }
    }
}

/// The warning about a quote at `place` that is never closed. Mended, it closes at the end, within the brackets around it.
pub(super) fn unclosed_quote(text: &str, place: usize, tokens: &[Token]) -> Warning {
    let quote = text[place..].chars().next().unwrap_or('"');
    let mut end = text.trim_end().len();
    for token in tokens.iter().rev() {
        match token.kind {
            TokenKind::Close { open, .. } if token.span.end == end && open < place => {
                end = token.span.start;
            }
            _ => break,
        }
    }
    let closing = match quote {
        '“' | '‟' => '”',
        '„' => '“',
        '«' => '»',
        '»' => '«',
        quote => quote,
    };
    Warning {
        message: "this quote is never closed".to_owned(),
        span: place..place + quote.len_utf8(),
        mended: Some(format!("{}{closing}{}", &text[..end], &text[end..])),
    }
}
