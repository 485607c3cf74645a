//! The words of a text on their way to its occurrences.

use super::common::{Common, Long, Short};
use super::recall::{Form, Recall, Role};
use super::terms::Terms;
use crate::analysis::{Chunks, Kind, Token, Tokens};

/// Bytes in which words may be remembered that are none of the common ones.
const MEMORY_OF_OTHERS: usize = 2 << 20;

/// The words of a text, remembered or not, on their way to `push`.
pub struct Words<'a, P: FnMut(Form)> {
    /// Numbers their terms.
    pub terms: &'a mut Terms,
    /// Those that were met.
    pub known: &'a mut Known,
    /// Takes each of their forms.
    pub push: P,
}

/// The words of a segment that are remembered.
pub struct Known {
    short: Common<Short>,
    long: Common<Long>,
    /// Longer ones, and those of several parts.
    others: Recall,
}

impl Known {
    /// None yet.
    pub fn new() -> Known {
        Known {
            short: Common::new(),
            long: Common::new(),
            others: Recall::new(MEMORY_OF_OTHERS),
        }
    }

    /// Bytes held.
    pub fn memory(&self) -> usize {
        self.short.memory() + self.long.memory() + self.others.memory()
    }
}

impl<P: FnMut(Form)> Chunks for Words<'_, P> {
    fn recall(&mut self, chunk: &str, at: u32) -> Option<u32> {
        let Known {
            short,
            long,
            others,
        } = &*self.known;
        let chunk = chunk.as_bytes();
        if let Some((part, other)) = short.find(chunk).or_else(|| long.find(chunk)) {
            (self.push)(part.moved(at));
            other
                .into_iter()
                .for_each(|form| (self.push)(form.moved(at)));
            return Some(1);
        }
        let (forms, positions) = others.find(chunk)?;
        forms.iter().for_each(|form| (self.push)(form.moved(at)));
        Some(positions)
    }

    fn take(&mut self, chunk: Option<&str>, at: u32, tokens: &Tokens) {
        let from = if chunk.is_some() { at } else { 0 };
        let form = |token: Token<'_>| {
            let role = match token.kind {
                Kind::Part => Role::Part,
                _ => Role::Other,
            };
            let term = self.terms.number(token.term);
            Form::new(term, token.position - from, role)
        };
        let forms: Vec<Form> = tokens.iter().map(form).collect();
        forms.iter().for_each(|form| (self.push)(form.moved(from)));
        if let Some(chunk) = chunk {
            let positions = tokens.positions - at;
            let chunk = chunk.as_bytes();
            let Known {
                short,
                long,
                others,
            } = &mut *self.known;
            if !short.learn(chunk, &forms, positions) && !long.learn(chunk, &forms, positions) {
                others.learn(chunk, forms.into_iter(), positions);
            }
        }
    }
}
