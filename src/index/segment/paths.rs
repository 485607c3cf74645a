//! The dotted paths of the keys of a segment, each by a number.

use std::collections::HashMap;

use super::terms::Terms;

/// The paths of a segment.
#[derive(Default)]
pub struct Paths {
    /// By their numbers.
    pub list: Vec<Path>,
    numbers: HashMap<String, usize>,
}

/// A dotted path.
pub struct Path {
    /// As it is typed.
    pub name: String,
    /// The term that says that an entry has it.
    pub term: u32,
    /// The path that came after it the last time: that of the next entry is nearly always the same.
    follower: usize,
}

impl Paths {
    /// The number of a path that comes after another.
    pub fn number(&mut self, name: &str, before: usize, terms: &mut Terms) -> usize {
        let follower = self.list.get(before).map_or(0, |path| path.follower);
        if self
            .list
            .get(follower)
            .is_some_and(|path| path.name == name)
        {
            return follower;
        }
        let number = match self.numbers.get(name) {
            Some(&number) => number,
            None => self.add(name, terms),
        };
        if let Some(before) = self.list.get_mut(before) {
            before.follower = number;
        }
        number
    }

    fn add(&mut self, name: &str, terms: &mut Terms) -> usize {
        let number = self.list.len();
        let mut path = Path {
            name: name.to_owned(),
            term: 0,
            follower: 0,
        };
        let mut term = String::new();
        path.write_term("", &mut term);
        path.term = terms.number(&term);
        self.list.push(path);
        self.numbers.insert(name.to_owned(), number);
        number
    }

    /// Bytes held.
    pub fn memory(&self) -> usize {
        // A path is mostly short, and kept twice.
        self.list.len() * 4 * size_of::<Path>()
    }
}

impl Path {
    /// Writes what a value under the path of this number is recalled by: nothing, when it is one of very many.
    pub fn write_stretch(number: usize, mark: &[u8], value: &str, stretch: &mut Vec<u8>) {
        stretch.clear();
        if let Ok(number) = u16::try_from(number) {
            stretch.extend_from_slice(&number.to_le_bytes());
            stretch.extend_from_slice(mark);
            stretch.extend_from_slice(value.as_bytes());
        }
    }

    /// Writes the term of a token under the path.
    pub fn write_term(&self, token: &str, term: &mut String) {
        term.clear();
        term.push_str(&self.name);
        term.push('\0');
        term.push_str(token);
    }
}
