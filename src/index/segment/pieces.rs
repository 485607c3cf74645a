//! A list that grows by pieces of memory, so that nothing is ever copied to a larger place. Full pieces can be put away
//! into a file, and are gone through in order all the same.

use std::io;

use zerocopy::{FromBytes, Immutable, IntoBytes};

use super::spool::{Spool, Stretch};

/// What a list is of: any bytes are one.
pub trait Number: FromBytes + IntoBytes + Immutable + Copy {}

impl Number for u8 {}
impl Number for u16 {}

/// Values one behind the other.
pub struct Pieces<T> {
    /// Values that a piece has room for.
    size: usize,
    /// The first pieces, put away.
    away: Vec<Stretch>,
    full: Vec<Vec<T>>,
    last: Vec<T>,
}

impl<T: Number> Pieces<T> {
    /// None yet; a piece will have room for `size` of them.
    pub fn new(size: usize) -> Pieces<T> {
        Pieces {
            size,
            away: Vec::new(),
            full: Vec::new(),
            last: Vec::new(),
        }
    }

    /// The piece that is being filled, with room for so many values more: they will stand in one piece.
    #[inline]
    pub fn room_for(&mut self, count: usize) -> &mut Vec<T> {
        if self.last.len() + count > self.last.capacity() {
            let next = Vec::with_capacity(self.size.max(count));
            let full = std::mem::replace(&mut self.last, next);
            if !full.is_empty() {
                self.full.push(full);
            }
        }
        &mut self.last
    }

    /// Puts the full pieces away.
    ///
    /// # Errors
    /// When they cannot be written.
    pub fn put_away(&mut self, spool: &mut Spool) -> io::Result<()> {
        for piece in self.full.drain(..) {
            self.away.push(spool.put(piece.as_bytes())?);
        }
        Ok(())
    }

    /// Calls `each` with the pieces in order.
    ///
    /// # Errors
    /// When one that was put away cannot be read, and those of `each`.
    pub fn each(
        &self,
        spool: &Spool,
        mut each: impl FnMut(&[T]) -> io::Result<()>,
    ) -> io::Result<()> {
        let mut piece = Vec::new();
        for &stretch in &self.away {
            piece.resize(stretch.length() / size_of::<T>(), T::new_zeroed());
            spool.get(stretch, piece.as_mut_bytes())?;
            each(&piece)?;
        }
        self.held().try_for_each(each)
    }

    /// The pieces in memory, in order: all of them, if none was put away.
    pub fn held(&self) -> impl Iterator<Item = &[T]> {
        let pieces = self.full.iter().chain([&self.last]);
        pieces.map(Vec::as_slice)
    }

    /// Bytes of memory held.
    pub fn memory(&self) -> usize {
        let room: usize = self.full.iter().map(Vec::capacity).sum();
        (room + self.last.capacity()) * size_of::<T>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_put_together_stands_in_one_piece_wherever_it_is() {
        let folder = tempfile::tempdir().unwrap();
        for away in [false, true] {
            let mut spool = Spool::new(folder.path());
            let mut pieces = Pieces::<u16>::new(4);
            for count in [3, 2, 9, 1] {
                pieces
                    .room_for(count)
                    .extend(vec![count as u16 * 300; count]);
                if away {
                    pieces.put_away(&mut spool).unwrap();
                }
            }
            let mut filled = Vec::new();
            pieces
                .each(&spool, |piece| {
                    filled.push(piece.to_vec());
                    Ok(())
                })
                .unwrap();
            let expected = [vec![900; 3], vec![600; 2], vec![2700; 9], vec![300]];
            assert_eq!(filled, expected);
            let held = if away { 4 } else { 4 + 4 + 9 + 4 };
            assert_eq!(pieces.memory(), held * size_of::<u16>());
        }
    }
}
