//! Whole titles and names as single keys: `The Who`, `the who` and `THE WHO!` are one, and so are `AC/DC` and `acdc`.
//!
//! A key is what is left of a name when everything goes that people type in different ways: case, accents, spaces,
//! marks, and which of `&`, `and`, `n'` it is. Looking up the key of a query tells in one posting list which entries
//! are called exactly that.

/// The keys of one name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NameKey {
    /// The whole name.
    pub full: String,
    /// The name less its leading article; empty when it has none.
    pub bare: String,
}

/// Words between the credits of one artist line.
const CREDITS: [&str; 4] = ["feat", "ft", "featuring", "presents"];

/// The key of `text` from its parts, and those of the names that `feat.` divides it into.
pub fn name_keys(text: &str, parts: &[&str]) -> Vec<NameKey> {
    if parts.is_empty() {
        let symbols: String = text
            .chars()
            .filter(|c| !c.is_whitespace())
            .take(64)
            .collect();
        return if symbols.is_empty() {
            Vec::new()
        } else {
            vec![NameKey {
                full: symbols,
                bare: String::new(),
            }]
        };
    }
    let mut keys = vec![key_of_parts(parts)];
    if parts[1..].iter().any(|part| CREDITS.contains(part)) {
        keys.extend(
            parts
                .split(|part| CREDITS.contains(part))
                .filter(|name| !name.is_empty())
                .map(key_of_parts),
        );
    }
    keys
}

/// The key of a name given as its parts.
pub fn key_of_parts<S: AsRef<str>>(parts: impl AsRef<[S]>) -> NameKey {
    let parts = parts.as_ref();
    let put_together = |parts: &[S]| -> String {
        parts
            .iter()
            .map(|part| {
                if part.as_ref() == "n" {
                    "and"
                } else {
                    part.as_ref()
                }
            })
            .collect()
    };
    let bare = match parts {
        [first, rest @ ..] if !rest.is_empty() && matches!(first.as_ref(), "the" | "a" | "an") => {
            put_together(rest)
        }
        _ => String::new(),
    };
    NameKey {
        full: put_together(parts),
        bare,
    }
}
