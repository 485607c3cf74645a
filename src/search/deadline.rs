//! How long a search may take.
//!
//! A query can be built to take long (`a* b* c* …`). Whoever must not wait sets a deadline for what is done on this thread;
//! the loops that can be long look at it now and then, and end early; the engine then gives no answer but an error, so that
//! a half-made answer is never shown. The deadline belongs to the thread, since a search runs on one from start to end, and
//! since it would otherwise stand in the signature of every step.

use std::cell::Cell;
use std::time::Instant;

use crate::error::{Error, Kind, Result};

thread_local! {
    static DEADLINE: Cell<Option<Instant>> = const { Cell::new(None) };
}

/// Restores the deadline that was there before, also when a search panics.
struct Restore(Option<Instant>);

impl Drop for Restore {
    fn drop(&mut self) {
        DEADLINE.set(self.0);
    }
}

/// Does `work` with a deadline: searches in it fail with [`Kind::TooLong`] when it passes.
pub fn within<T>(deadline: Instant, work: impl FnOnce() -> T) -> T {
    let _restore = Restore(DEADLINE.replace(Some(deadline)));
    work()
}

/// Whether the time is over. Costs a look at the clock where there is a deadline.
#[inline]
pub fn passed() -> bool {
    DEADLINE
        .get()
        .is_some_and(|deadline| Instant::now() >= deadline)
}

/// Nothing, unless the time is over.
///
/// # Errors
/// [`Kind::TooLong`] then.
pub fn check() -> Result<()> {
    match passed() {
        true => Err(
            Error::new(Kind::TooLong, "the query takes too long, and was given up")
                .hint("ask for fewer or longer words"),
        ),
        false => Ok(()),
    }
}

/// Looks at the clock at every `2^n`-th step of a loop only.
#[derive(Debug, Default)]
pub struct Ticks(u32);

impl Ticks {
    /// Whether the time is over, as far as known: the clock is looked at every 256 steps.
    #[inline]
    pub fn passed(&mut self) -> bool {
        self.0 = self.0.wrapping_add(1);
        self.0 % 256 == 0 && passed()
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
    fn a_panic_leaves_no_deadline_behind() {
        let broke = std::panic::catch_unwind(|| within(Instant::now(), || panic!("x")));
        assert!(broke.is_err() && !passed());
    }

    #[test]
    fn a_loop_notices() {
        let mut ticks = Ticks::default();
        let steps = within(Instant::now(), || {
            (0..).take_while(|_| !ticks.passed()).count()
        });
        assert_eq!(steps, 255);
    }
}
