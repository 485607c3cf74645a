//! The words of a text on their way to its occurrences.

use super::common::Common;
use super::recall::{Form, Recall, Role};
use super::terms::Terms;
use crate::analysis::{Chunks, Kind, Token, Tokens};

/// The words of a text, remembered or not, on their way to `push`.
pub struct Words<'a, P: FnMut(Form)> {
    /// Numbers their terms.
    pub terms: &'a mut Terms,
    /// Short ones that were met,
    pub common: &'a mut Common,
    /// and the others.
    pub known: &'a mut Recall,
    /// Takes each of their forms.
    pub push: P,
}

impl<P: FnMut(Form)> Chunks for Words<'_, P> {
    fn recall(&mut self, chunk: &str, at: u32) -> Option<u32> {
        if let Some((part, other)) = self.common.find(chunk.as_bytes()) {
            (self.push)(part.moved(at));
            other
                .into_iter()
                .for_each(|form| (self.push)(form.moved(at)));
            return Some(1);
        }
        let (forms, positions) = self.known.find(chunk.as_bytes())?;
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
            if !self.common.learn(chunk, &forms, positions) {
                self.known.learn(chunk, forms.into_iter(), positions);
            }
        }
    }
}
