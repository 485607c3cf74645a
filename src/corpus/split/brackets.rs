//! The end of a JSON value, found by its brackets and quotes alone.

use super::stream::Boundary;

/// Finds the end of a JSON value by its brackets and quotes.
#[derive(Default)]
pub struct ValueEnd {
    /// The brackets that are to come, innermost last.
    closing: Vec<u8>,
    text: Text,
    begun: bool,
    /// Whether a line end within a text (which JSON forbids) is where the value tears.
    lines_tear: bool,
    /// Whether the value ended where it should not have.
    pub is_torn: bool,
}

#[derive(Default, PartialEq)]
enum Text {
    #[default]
    Outside,
    Inside,
    Escaped,
}

impl Boundary for ValueEnd {
    fn end(&mut self, fresh: &[u8]) -> Option<usize> {
        let mut at = 0;
        while at < fresh.len() {
            let (next, ends) = match self.text {
                Text::Outside => self.outside(fresh, at),
                Text::Inside => self.inside(fresh, at),
                Text::Escaped => {
                    self.text = Text::Inside;
                    (at + 1, false)
                }
            };
            if ends {
                return Some(next);
            }
            at = next;
        }
        None
    }
}

impl ValueEnd {
    /// The end of a value that is torn by a line end within a text, or not.
    pub fn new(lines_tear: bool) -> ValueEnd {
        ValueEnd {
            lines_tear,
            ..ValueEnd::default()
        }
    }

    /// Takes one byte outside of any text: where to go on, and whether the value ends there.
    fn outside(&mut self, fresh: &[u8], at: usize) -> (usize, bool) {
        let byte = fresh[at];
        let is_bare = self.begun && self.closing.is_empty();
        match byte {
            b',' | b'}' | b']' | b' ' | b'\t' | b'\r' | b'\n' if is_bare => return (at, true),
            b'"' => self.text = Text::Inside,
            b'{' => self.closing.push(b'}'),
            b'[' => self.closing.push(b']'),
            b'}' | b']' => {
                self.is_torn = self.closing.pop() != Some(byte);
                return (at + 1, self.is_torn || self.closing.is_empty());
            }
            _ => {}
        }
        self.begun = true;
        (at + 1, false)
    }

    /// Takes a text up to its next mark: where to go on, and whether the value ends there.
    fn inside(&mut self, fresh: &[u8], at: usize) -> (usize, bool) {
        let Some(mark) = memchr::memchr3(b'"', b'\\', b'\n', &fresh[at..]) else {
            return (fresh.len(), false);
        };
        let next = at + mark + 1;
        match fresh[at + mark] {
            b'"' => {
                self.text = Text::Outside;
                (next, self.closing.is_empty())
            }
            b'\\' => {
                self.text = Text::Escaped;
                (next, false)
            }
            _ => {
                self.is_torn = self.lines_tear;
                (next, self.lines_tear)
            }
        }
    }
}
