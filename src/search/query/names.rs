//! Which `name:` in a query is a field, and which was probably meant to be one.

use super::ast::Warning;
use super::lexer::{is_quote, is_space};
use super::{FieldNames, MAX_WARNINGS, has_text};

/// A field's name is looked for in this many bytes; longer ones cannot be asked for.
const MAX_NAME: usize = 256;
/// A name with colons of its own (`og:title`) may have this many parts.
const MAX_COLONS: usize = 3;
/// Names of other lengths are not thought mistyped.
const COMPARED_LENGTHS: std::ops::RangeInclusive<usize> = 3..=32;

/// Finds fields' names in a query, and keeps the warnings about the mistyped ones.
pub(super) struct Names<'a> {
    text: &'a str,
    fields: &'a dyn FieldNames,
    /// Every name that may have been meant; asked for once.
    all: Option<Vec<String>>,
    /// Names compared with all fields, at most [`MAX_WARNINGS`].
    compared: usize,
    pub(super) warnings: Vec<Warning>,
}

impl<'a> Names<'a> {
    pub(super) fn new(text: &'a str, fields: &'a dyn FieldNames) -> Names<'a> {
        Names {
            text,
            fields,
            all: None,
            compared: 0,
            warnings: Vec::new(),
        }
    }

    /// The field whose name stands at `at` with a value right behind its colon: the field as the index has it, and the
    /// bytes of the name as typed, its colon included.
    pub(super) fn field(&self, at: usize) -> Option<(String, usize)> {
        let rest = &self.text[at..];
        colons(rest)
            .take(MAX_COLONS)
            .filter(|&colon| rest[colon + 1..].starts_with(|c| !is_space(c) && c != ')'))
            .find_map(|colon| Some((known(&rest[..colon], self.fields)?, colon + 1)))
    }

    /// The bytes (less its colon) of a name at `at` that is no field but close to one; warns of it.
    pub(super) fn misnamed(&mut self, at: usize) -> Option<usize> {
        let rest = &self.text[at..];
        let length = colons(rest).next()?;
        let name = &rest[..length];
        let letters = name.chars().count();
        let value = rest[length + 1..].chars().next()?;
        let opens = value.is_alphanumeric()
            || is_quote(value)
            || matches!(value, '(' | '*' | '<' | '>' | '.');
        let plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
        let may_be = opens
            && has_text(&rest[length + 1..])
            && name.chars().all(plain)
            && name.contains(char::is_alphabetic);
        if !may_be || !COMPARED_LENGTHS.contains(&letters) || self.compared == MAX_WARNINGS {
            return None;
        }
        self.compared += 1;
        let meant = self.nearest(name)?;
        self.warnings.push(Warning {
            message: format!("no field `{name}`; did you mean `{meant}`?"),
            span: at..at + length,
            mended: Some(format!("{}{meant}{}", &self.text[..at], &rest[length..])),
        });
        Some(length)
    }

    /// The name that is nearest to this one, where one is near.
    fn nearest(&mut self, name: &str) -> Option<String> {
        let fields = self.fields;
        let all = self.all.get_or_insert_with(|| {
            let builtin = BUILTIN.iter().filter(|(_, field)| fields.has(field));
            let mut all: Vec<String> = builtin.map(|(name, _)| name.to_string()).collect();
            all.extend(fields.all());
            all
        });
        let name = name.to_lowercase();
        let allowed = if name.chars().count() < 6 { 1 } else { 2 };
        all.iter()
            .map(|field| (distance(&name, &field.to_lowercase(), allowed), field))
            .filter(|(distance, _)| *distance <= allowed)
            .min_by_key(|(distance, _)| *distance)
            .map(|(_, field)| field.clone())
    }
}

/// The fields every index has, as they may be typed.
const BUILTIN: [(&str, &str); 6] = [
    ("title", "title"),
    ("artists", "artists"),
    ("artist", "artists"),
    ("prose", "prose"),
    ("aliases", "aliases"),
    ("alias", "aliases"),
];

/// Whether this is a field that every index has: one of text, not of values.
pub(super) fn is_builtin(field: &str) -> bool {
    BUILTIN.iter().any(|(_, builtin)| *builtin == field)
}

/// The field of a name as typed.
fn known(name: &str, fields: &dyn FieldNames) -> Option<String> {
    if name.is_empty() {
        return None;
    }
    let lower = name.to_lowercase();
    let builtin = BUILTIN.iter().find(|(typed, _)| *typed == lower);
    let names = [builtin.map_or("", |(_, field)| *field), name, &lower];
    names
        .into_iter()
        .find(|name| !name.is_empty() && fields.has(name))
        .map(str::to_owned)
}

/// Where the colons of the run at the start of `rest` stand.
fn colons(rest: &str) -> impl Iterator<Item = usize> {
    rest.char_indices()
        .take_while(|&(at, c)| at < MAX_NAME && !is_space(c))
        .filter(|&(_, c)| c == ':')
        .map(|(at, _)| at)
}

/// How many letters have to be put in, left out, changed or swapped with their neighbour to make `a` of `b`; only right
/// up to `limit`, anything larger above it.
fn distance(a: &str, b: &str, limit: usize) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    if a.len().abs_diff(b.len()) > limit {
        return limit + 1;
    }
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let changed = last[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut least = changed.min(last[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                least = least.min(before[j - 2] + 1);
            }
            row.push(least);
        }
        before = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::distance;

    #[test]
    fn distances() {
        for (a, b, expected) in [
            ("title", "title", 0),
            ("tilte", "title", 1),
            ("yaer", "year", 1),
            ("artits", "artists", 1),
            ("prsoes", "prose", 2),
            ("mission", "fission", 1),
            ("mission", "title", 3),
        ] {
            assert_eq!(distance(a, b, 2).min(3), expected, "{a} {b}");
        }
    }
}
