//! Ids that are near to one that is not there.

use super::segment::Segment;

/// How many ids are looked at, at most: a hint is not worth more.
const MAX_LOOKED_AT: usize = 100_000;

/// At most three ids that contain `id`, or begin alike.
pub fn ids(segments: &[Segment], id: &str) -> Vec<String> {
    let wanted = crate::analysis::fold_text(id);
    let mut near: Vec<(usize, String)> = Vec::new();
    for segment in segments {
        let Ok(column) = segment.ids() else { continue };
        let Ok(mut stream) = column.dictionary().stream() else {
            continue;
        };
        let mut looked_at = 0;
        while stream.advance() && looked_at < MAX_LOOKED_AT {
            looked_at += 1;
            if let Ok(known) = std::str::from_utf8(stream.key())
                && let Some(distance) = distance(&wanted, &crate::analysis::fold_text(known))
            {
                near.push((distance, known.to_owned()));
            }
        }
    }
    near.sort();
    near.dedup();
    near.into_iter().map(|(_, id)| id).take(3).collect()
}

/// Smaller is nearer; `None` for what nobody would take one for the other.
fn distance(wanted: &str, known: &str) -> Option<usize> {
    let alike = wanted
        .chars()
        .zip(known.chars())
        .take_while(|(a, b)| a == b)
        .count();
    if !wanted.is_empty() && known.contains(wanted) {
        return Some(known.len() - wanted.len());
    }
    let longest = wanted.chars().count().max(known.chars().count());
    (alike * 2 > longest).then_some(1_000 + longest - alike)
}
