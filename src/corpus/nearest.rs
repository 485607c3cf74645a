//! What someone most likely meant.

use std::path::{Path, PathBuf};

use super::format;

/// The one of `known` that `typed` is most likely meant to be.
pub(super) fn nearest<'k>(typed: &str, known: &[&'k str]) -> Option<&'k str> {
    let typed = typed.to_lowercase();
    let near = known
        .iter()
        .map(|name| (distance(&typed, name), *name))
        .min()?;
    (near.0 <= 1 + typed.chars().count() / 4).then_some(near.1)
}

/// How many letters must be put in, taken out, changed, or swapped with their neighbour to get from one word to another.
fn distance(one: &str, other: &str) -> usize {
    let (one, other): (Vec<char>, Vec<char>) = (
        one.chars().take(64).collect(),
        other.chars().take(64).collect(),
    );
    let mut rows = [
        vec![0; other.len() + 1],
        (0..=other.len()).collect(),
        Vec::new(),
    ];
    for i in 1..=one.len() {
        let mut row = vec![i];
        for j in 1..=other.len() {
            let changed = rows[1][j - 1] + usize::from(one[i - 1] != other[j - 1]);
            let mut least = changed.min(rows[1][j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && one[i - 1] == other[j - 2] && one[i - 2] == other[j - 1] {
                least = least.min(rows[0][j - 2] + 1);
            }
            row.push(least);
        }
        rows[2] = row;
        rows.rotate_left(1);
    }
    rows[1][other.len()]
}

/// A folder or entry file with a name much like that of `path`, which is not there.
pub(super) fn nearest_file(path: &Path) -> Option<PathBuf> {
    let typed = path.file_name()?.to_str()?;
    let parent = path.parent().unwrap_or(Path::new(""));
    let folder = if parent.as_os_str().is_empty() {
        Path::new(".")
    } else {
        parent
    };
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .ok()?
        .flatten()
        .filter_map(|entry| entry.file_name().into_string().ok())
        .filter(|name| !name.starts_with('.'))
        .filter(|name| format::of(name).is_some() || folder.join(name).is_dir())
        .collect();
    names.sort();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    nearest(typed, &names).map(|name| parent.join(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mistakes_are_counted_as_people_make_them() {
        for (one, other, count) in [
            ("", "abc", 3),
            ("langauge", "language", 1),
            ("map", "maps", 1),
            ("same", "same", 0),
            ("kitten", "sitting", 3),
        ] {
            assert_eq!(distance(one, other), count, "{one} {other}");
            assert_eq!(distance(other, one), count, "{other} {one}");
        }
    }
}
