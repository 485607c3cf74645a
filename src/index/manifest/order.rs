//! Records by the hash of their id: sorted pairs of hash and row, brought up to date rather than sorted afresh.

/// Pairs of an id's hash and a row, ascending.
pub type Order = Vec<(u64, u32)>;

/// The order of a new manifest: that of the old one, less the rows that are gone (`moved` says what became of each old
/// row), with the `added` ones (in any order). Linear in the old order, since an edit of one record among a million
/// should not sort the million.
pub fn merge(old: &[(u64, u32)], moved: &[Option<u32>], mut added: Order) -> Order {
    added.sort_unstable();
    if old.is_empty() {
        return added;
    }
    let mut kept = old
        .iter()
        .filter_map(|&(base, row)| Some((base, moved[row as usize]?)))
        .peekable();
    let mut order = Order::with_capacity(old.len() + added.len());
    for pair in added {
        while let Some(other) = kept.next_if(|other| other.0 <= pair.0) {
            order.push(other);
        }
        order.push(pair);
    }
    order.extend(kept);
    // Within one id a record may have moved past another.
    for group in order.chunk_by_mut(|left, right| left.0 == right.0) {
        if group.len() > 1 {
            group.sort_unstable();
        }
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn merging_is_sorting(
            old in prop::collection::vec((0..6_u64, any::<bool>()), 0..20),
            new in prop::collection::vec(0..6_u64, 0..10),
            flip in any::<bool>(),
        ) {
            let mut order: Order = old.iter().enumerate().map(|(at, &(base, _))| (base, at as u32)).collect();
            order.sort_unstable();
            // The old rows that stay take new places, perhaps in the opposite order.
            let count = old.iter().filter(|(_, stays)| *stays).count() as u32;
            let mut next = 0..count;
            let moved: Vec<Option<u32>> = old
                .iter()
                .map(|&(_, stays)| stays.then(|| if flip { next.next_back() } else { next.next() }).flatten())
                .collect();
            let added: Order = new.iter().enumerate().map(|(at, &base)| (base, count + at as u32)).collect();
            let mut wanted: Order = old
                .iter()
                .zip(&moved)
                .filter_map(|(&(base, _), &row)| Some((base, row?)))
                .chain(added.iter().copied())
                .collect();
            wanted.sort_unstable();
            prop_assert_eq!(merge(&order, &moved, added), wanted);
        }
    }
}
