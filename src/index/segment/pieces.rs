//! A list that grows by pieces of memory, so that nothing is ever copied to a larger place.

/// Values one behind the other.
pub struct Pieces<T> {
    /// Values that a piece has room for.
    size: usize,
    full: Vec<Vec<T>>,
    last: Vec<T>,
}

impl<T> Pieces<T> {
    /// None yet; a piece will have room for `size` of them.
    pub fn new(size: usize) -> Pieces<T> {
        Pieces {
            size,
            full: Vec::new(),
            last: Vec::new(),
        }
    }

    /// The piece that is being filled, with room for so many values more: they will stand in one piece.
    #[inline]
    pub fn room_for(&mut self, count: usize) -> &mut Vec<T> {
        if self.last.len() + count > self.last.capacity() {
            let next = Vec::with_capacity(self.size.max(count));
            self.full.push(std::mem::replace(&mut self.last, next));
        }
        &mut self.last
    }

    /// The pieces in order.
    pub fn iter(&self) -> impl Iterator<Item = &[T]> {
        let pieces = self.full.iter().chain([&self.last]);
        pieces.map(Vec::as_slice)
    }

    /// Bytes held.
    pub fn memory(&self) -> usize {
        let room: usize = self.full.iter().map(Vec::capacity).sum();
        (room + self.last.capacity()) * size_of::<T>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_put_together_stands_in_one_piece() {
        let mut pieces = Pieces::new(4);
        for count in [3, 2, 9, 1] {
            pieces.room_for(count).extend(vec![count; count]);
        }
        let filled = pieces.iter().filter(|piece| !piece.is_empty());
        let filled: Vec<&[usize]> = filled.collect();
        assert_eq!(filled, [&[3; 3][..], &[2; 2], &[9; 9], &[1]]);
        assert!(pieces.memory() >= 15 * size_of::<usize>());
    }
}
