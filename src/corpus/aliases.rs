//! Other names from the settings, given to every entry that bears the name.

use std::collections::{BTreeMap, HashMap};

use crate::analysis::name_key;
use crate::entry::Entry;

/// The aliases of the settings, by the key of the name.
#[derive(Debug, Clone, Default)]
pub(super) struct Aliases {
    by_key: HashMap<String, Vec<String>>,
    /// The bytes that keys begin with. Most names of a corpus are turned away by their first letter, at a fraction of
    /// what their key would cost.
    first: Vec<u8>,
}

impl Aliases {
    /// The aliases of the settings.
    pub fn new(aliases: &BTreeMap<String, Vec<String>>) -> Aliases {
        let mut by_key: HashMap<String, Vec<String>> = HashMap::new();
        for (name, others) in aliases {
            by_key
                .entry(name_key(name).full)
                .or_default()
                .extend(others.iter().cloned());
        }
        let first = by_key.keys().filter_map(|key| key.bytes().next()).collect();
        Aliases { by_key, first }
    }

    /// Appends to the entry's aliases those of its title and its artists.
    pub fn apply(&self, entry: &mut Entry) {
        if self.by_key.is_empty() {
            return;
        }
        let names = std::iter::once(&entry.title).chain(&entry.artists);
        let others: Vec<&String> = names.filter_map(|name| self.of(name)).flatten().collect();
        for other in others {
            if !entry.aliases.contains(other) {
                entry.aliases.push(other.clone());
            }
        }
    }

    fn of(&self, name: &str) -> Option<&Vec<String>> {
        if self.may_have(name) {
            self.by_key.get(&name_key(name).full)
        } else {
            None
        }
    }

    /// Whether a name may have aliases, by its first letter. The key of a name that begins with an ASCII letter begins
    /// with that letter in lower case, but for `n` (of `Guns N' Roses`), which is `and`.
    fn may_have(&self, name: &str) -> bool {
        match name.bytes().next() {
            Some(byte) if byte.is_ascii_alphabetic() && !byte.eq_ignore_ascii_case(&b'n') => {
                self.first.contains(&byte.to_ascii_lowercase())
            }
            _ => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn aliases(of: &[(&str, &[&str])]) -> Aliases {
        let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        Aliases::new(
            &of.iter()
                .map(|(name, others)| ((*name).to_owned(), owned(others)))
                .collect(),
        )
    }

    fn applied(aliases: &Aliases, title: &str, artists: &[&str]) -> Vec<String> {
        let mut entry = Entry {
            title: title.to_owned(),
            artists: artists.iter().map(|name| (*name).to_owned()).collect(),
            ..Entry::default()
        };
        aliases.apply(&mut entry);
        entry.aliases
    }

    #[test]
    fn a_name_brings_its_aliases_however_it_is_typed() {
        let aliases = aliases(&[
            ("David Bowie", &["Ziggy Stardust", "The Thin White Duke"]),
            ("T.Rex", &["Tyrannosaurus Rex"]),
            ("Björk", &["Sugarcubes"]),
        ]);
        assert_eq!(
            applied(&aliases, "Velvet Goldmine", &["Brian Eno", "DAVID  BOWIE"]),
            ["Ziggy Stardust", "The Thin White Duke"]
        );
        assert_eq!(applied(&aliases, "t-rex", &[]), ["Tyrannosaurus Rex"]);
        assert_eq!(applied(&aliases, "x", &["bjork"]), ["Sugarcubes"]);
        assert_eq!(applied(&aliases, "x", &["David Bowie Tribute"]), [""; 0]);
    }

    #[test]
    fn an_alias_is_given_once() {
        let aliases = aliases(&[("A", &["X"]), ("B", &["X", "Y"])]);
        assert_eq!(applied(&aliases, "A", &["B", "a"]), ["X", "Y"]);
    }

    proptest! {
        /// The shortcut by first letter turns away no name that has the key.
        #[test]
        fn a_key_begins_as_its_name_does(name in "[A-MO-Za-mo-z][ -~]{0,12}") {
            let key = name_key(&name).full;
            let first = name.as_bytes()[0].to_ascii_lowercase();
            prop_assert_eq!(key.bytes().next(), Some(first), "{}: {}", name, key);
        }
    }
}
