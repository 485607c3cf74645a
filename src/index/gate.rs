//! What bounds a queue by bytes: a channel bounds itself by messages, and a thousand entries of a megabyte are too many.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

/// Lets entries in while there is room.
#[derive(Debug)]
pub struct Gate {
    limit: u64,
    state: Mutex<State>,
    freed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    held: u64,
    waiting: usize,
}

impl Gate {
    /// A gate for `limit` bytes; what is larger than that is let in alone.
    pub fn new(limit: u64) -> Arc<Gate> {
        Arc::new(Gate {
            limit,
            state: Mutex::default(),
            freed: Condvar::new(),
        })
    }

    /// Waits until there is room for `bytes`. Once it has to wait, it does until half of all the room is free: woken for
    /// every batch, the one who waits would do little else than wake up. Threads that fail give their room back, too: a
    /// [`Permit`] goes with its batch.
    pub fn enter(self: &Arc<Gate>, bytes: u64) -> Permit {
        let mut state = self.state();
        if state.held > 0 && state.held + bytes > self.limit {
            state.waiting += 1;
            while state.held > 0 && (state.held > self.limit / 2 || state.held + bytes > self.limit)
            {
                let woken = self.freed.wait(state);
                state = woken.unwrap_or_else(PoisonError::into_inner);
            }
            state.waiting -= 1;
        }
        state.held += bytes;
        Permit {
            gate: Arc::clone(self),
            bytes,
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Room taken in a [`Gate`]; dropping it gives the room back.
#[derive(Debug)]
pub struct Permit {
    gate: Arc<Gate>,
    bytes: u64,
}

impl Drop for Permit {
    fn drop(&mut self) {
        let mut state = self.gate.state();
        state.held -= self.bytes;
        if state.waiting > 0 && state.held <= self.gate.limit / 2 {
            drop(state);
            self.gate.freed.notify_all();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc;
    use std::thread;
    use std::time::Duration;

    #[test]
    fn a_full_gate_waits_until_room_is_given_back() {
        let gate = Gate::new(100);
        let first = gate.enter(60);
        let (entered, wait) = mpsc::channel();
        let waiting = Arc::clone(&gate);
        let thread = thread::spawn(move || {
            let permit = waiting.enter(60);
            entered.send(()).unwrap();
            drop(permit);
        });
        assert!(wait.recv_timeout(Duration::from_millis(30)).is_err());
        drop(first);
        wait.recv_timeout(Duration::from_secs(10)).unwrap();
        thread.join().unwrap();
    }

    #[test]
    fn what_is_larger_than_the_gate_goes_in_alone() {
        let gate = Gate::new(10);
        drop(gate.enter(1000));
        drop(gate.enter(5));
    }
}
