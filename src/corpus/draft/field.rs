//! A field of a draft: its value, and whether the mapping gave it.

use super::values::trimmed;

/// A field and whether the mapping gave it its value.
pub struct Field<T> {
    /// What it holds.
    pub value: Option<T>,
    /// Whether the mapping gave it its value, which then stands above one under our own name.
    pub is_mapped: bool,
}

impl<T> Default for Field<T> {
    fn default() -> Field<T> {
        Field {
            value: None,
            is_mapped: false,
        }
    }
}

impl Field<Vec<String>> {
    /// Adds names; mapped ones take the place of others.
    pub fn extend(&mut self, names: Vec<String>, is_mapped: bool) {
        if self.value.is_some() && self.is_mapped && !is_mapped {
            return;
        }
        if !self.is_mapped && is_mapped {
            self.value = None;
        }
        self.is_mapped = is_mapped;
        let names = names
            .into_iter()
            .map(trimmed)
            .filter(|name| !name.is_empty());
        match &mut self.value {
            None => self.value = Some(names.collect()),
            Some(held) => {
                for name in names {
                    if !held.contains(&name) {
                        held.push(name);
                    }
                }
            }
        }
    }
}
