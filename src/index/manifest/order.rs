//! Records by the hash of their id: sorted pairs of hash and row, brought up to date rather than sorted afresh.

/// Pairs of an id's hash and a row, ascending.
pub type Order = Vec<(u64, u32)>;

/// What became of each row of an old manifest.
#[derive(Debug, Default)]
pub struct Moves(Vec<u32>);

/// A row that is gone. No manifest has as many rows as to need the number.
const GONE: u32 = u32::MAX;

impl Moves {
    /// So many rows, all gone as far as is known.
    pub fn none_of(rows: usize) -> Moves {
        Moves(vec![GONE; rows])
    }

    /// Where a row is now.
    pub fn to(&self, row: u32) -> Option<u32> {
        Some(self.0[row as usize]).filter(|&place| place != GONE)
    }

    /// Says where a row is now; if that was said before, nothing changes and this gives `false`.
    pub fn set(&mut self, row: u32, place: u32) -> bool {
        let old = &mut self.0[row as usize];
        let is_first = *old == GONE;
        if is_first {
            *old = place;
        }
        is_first
    }

    /// Renumbers once more: where a row's place is now.
    pub fn follow(&mut self, place: impl Fn(u32) -> Option<u32>) {
        for old in self.0.iter_mut().filter(|old| **old != GONE) {
            *old = place(*old).unwrap_or(GONE);
        }
    }

    /// The new places of all that are not gone.
    pub fn places(&self) -> impl Iterator<Item = u32> + '_ {
        self.0.iter().copied().filter(|&place| place != GONE)
    }

    /// The same in a few words, if a few are enough: an edit in some places moves all between them alike.
    fn steps(&self) -> Option<Vec<Step>> {
        let mut steps: Vec<Step> = Vec::with_capacity(MAX_STEPS);
        for (&place, row) in self.0.iter().zip(0_u32..) {
            let by = (place != GONE).then(|| place.wrapping_sub(row));
            if steps.last().is_none_or(|step| step.by != by) {
                if steps.len() == MAX_STEPS {
                    return None;
                }
                steps.push(Step { first: row, by });
            }
        }
        Some(steps)
    }
}

/// From this row on all moved by as much (a wrapped sum), or are gone.
#[derive(Debug, Clone, Copy)]
struct Step {
    first: u32,
    by: Option<u32>,
}

/// More of them are not gone through for every row.
const MAX_STEPS: usize = 8;

/// The order of a new manifest: that of the old one, less the rows that are gone, with the `added` ones (in any order).
/// Linear in the old order, since an edit of one record among a million should not sort the million.
pub fn merge(old: &[(u64, u32)], moved: &Moves, mut added: Order) -> Order {
    added.sort_unstable();
    if old.is_empty() {
        return added;
    }
    match moved.steps() {
        // To look a million rows up in the order of their ids is a jump for each.
        Some(steps) => merge_by(old, added, |row| {
            let at = |by, step: &Step| if step.first <= row { step.by } else { by };
            let by = steps.iter().fold(None, at);
            by.map(|by| row.wrapping_add(by))
        }),
        None => merge_by(old, added, |row| moved.to(row)),
    }
}

fn merge_by(old: &[(u64, u32)], added: Order, place: impl Fn(u32) -> Option<u32>) -> Order {
    let mut order = Order::with_capacity(old.len() + added.len());
    let keep = |order: &mut Order, pairs: &[(u64, u32)]| {
        for &(base, row) in pairs {
            if let Some(row) = place(row) {
                order.push((base, row));
            }
        }
    };
    let mut old = old;
    for pair in added {
        let (before, behind) = old.split_at(not_above(old, pair.0));
        keep(&mut order, before);
        order.push(pair);
        old = behind;
    }
    keep(&mut order, old);
    // Within one id a record may have moved past another.
    if !order.is_sorted() {
        for group in order.chunk_by_mut(|left, right| left.0 == right.0) {
            group.sort_unstable();
        }
    }
    order
}

/// How many pairs have a hash up to `base`. Looks near first, since where many are added the next is not far.
fn not_above(pairs: &[(u64, u32)], base: u64) -> usize {
    let mut end = 1;
    while end < pairs.len() && pairs[end].0 <= base {
        end *= 2;
    }
    let (start, end) = (end / 2, end.min(pairs.len()));
    start + pairs[start..end].partition_point(|pair| pair.0 <= base)
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
            // With flipped rows there are soon too many steps, and without them few.
            let mut order: Order = old.iter().enumerate().map(|(at, &(base, _))| (base, at as u32)).collect();
            order.sort_unstable();
            // The old rows that stay take new places, perhaps in the opposite order.
            let count = old.iter().filter(|(_, stays)| *stays).count() as u32;
            let mut next = 0..count;
            let mut moved = Moves::none_of(old.len());
            for (row, _) in (0..).zip(&old).filter(|(_, (_, stays))| *stays) {
                let place = if flip { next.next_back() } else { next.next() };
                prop_assert!(moved.set(row, place.unwrap()));
            }
            let added: Order = new.iter().enumerate().map(|(at, &base)| (base, count + at as u32)).collect();
            let mut wanted: Order = old
                .iter()
                .zip(0..)
                .filter_map(|(&(base, _), row)| Some((base, moved.to(row)?)))
                .chain(added.iter().copied())
                .collect();
            wanted.sort_unstable();
            prop_assert_eq!(merge(&order, &moved, added), wanted);
        }
    }
}
