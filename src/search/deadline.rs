//! How long a search may take, and how much it may hold.
//!
//! A query can be built to take long (`a* b* c* …`). Whoever must not wait sets a deadline for what is done on this thread;
//! the loops that can be long look at it now and then, and end early; the engine then gives no answer but an error, so that
//! a half-made answer is never shown. With a deadline goes a limit on what is gathered in memory, which such queries fill
//! faster than their time runs out. Both belong to the thread, since a search runs on one from start to end, and since they
//! would otherwise stand in the signature of every step.

use std::cell::Cell;
use std::time::Instant;

use crate::error::{Error, Kind, Result};

/// Bytes that one search with a deadline may gather.
const MOST_BYTES: usize = 64 << 20;

/// What is left to a search.
#[derive(Debug, Clone, Copy)]
struct Left {
    until: Instant,
    bytes: usize,
}

thread_local! {
    static LEFT: Cell<Option<Left>> = const { Cell::new(None) };
}

/// Restores what was there before, also when a search panics.
struct Restore(Option<Left>);

impl Drop for Restore {
    fn drop(&mut self) {
        LEFT.set(self.0);
    }
}

/// Does `work` with a deadline: searches in it fail with [`Kind::TooLong`] when it passes.
pub fn within<T>(deadline: Instant, work: impl FnOnce() -> T) -> T {
    let left = Left {
        until: deadline,
        bytes: MOST_BYTES,
    };
    let _restore = Restore(LEFT.replace(Some(left)));
    work()
}

/// Whether the time is over, or too much was gathered. Costs a look at the clock where there is a deadline.
#[inline]
pub fn passed() -> bool {
    LEFT.get()
        .is_some_and(|left| left.bytes == 0 || Instant::now() >= left.until)
}

/// Says that so many bytes have been gathered.
pub fn gathered(bytes: usize) {
    if let Some(left) = LEFT.get() {
        let bytes = left.bytes.saturating_sub(bytes);
        LEFT.set(Some(Left { bytes, ..left }));
    }
}

/// Nothing, unless the time is over.
///
/// # Errors
/// [`Kind::TooLong`] then.
pub fn check() -> Result<()> {
    match passed() {
        true => Err(Error::new(
            Kind::TooLong,
            "the query takes more time or memory than it may have, and was given up",
        )
        .hint("ask for fewer or longer words")),
        false => Ok(()),
    }
}

/// Looks at the clock now and then only.
#[derive(Debug, Default)]
pub struct Ticks(usize);

impl Ticks {
    /// Whether the time is over, as far as known. `cost` says how much is done at a step: the clock is looked at whenever
    /// that comes to 256, so with a cost of 1 at every 256th step.
    #[inline]
    pub fn passed(&mut self, cost: usize) -> bool {
        self.0 += cost;
        if self.0 < 256 {
            return false;
        }
        self.0 = 0;
        passed()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_deadline_is_for_this_work_only() {
        assert!(!passed());
        let over = Instant::now();
        within(over, || {
            assert!(passed());
            assert_eq!(check().unwrap_err().kind, Kind::TooLong);
            within(Instant::now() + Duration::from_secs(60), || {
                assert!(!passed())
            });
            assert!(passed());
        });
        assert!(check().is_ok());
    }

    #[test]
    fn what_is_gathered_is_limited() {
        within(Instant::now() + Duration::from_secs(60), || {
            gathered(MOST_BYTES - 1);
            assert!(!passed());
            gathered(1);
            assert!(passed());
        });
        gathered(usize::MAX);
        assert!(!passed());
    }

    #[test]
    fn a_panic_leaves_no_deadline_behind() {
        let broke = std::panic::catch_unwind(|| within(Instant::now(), || panic!("x")));
        assert!(broke.is_err() && !passed());
    }

    #[test]
    fn a_loop_notices() {
        let mut ticks = Ticks::default();
        let steps = within(Instant::now(), || {
            (0..).take_while(|_| !ticks.passed(1)).count()
        });
        assert_eq!(steps, 255);
    }
}
