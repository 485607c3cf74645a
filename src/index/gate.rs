//! A queue bounded by bytes: Tantivy bounds its own by documents, and ten thousand documents of a megabyte are too many.

use std::sync::{Arc, Condvar, Mutex, PoisonError};

/// Lets documents in while there is room.
#[derive(Debug)]
pub struct Gate {
    limit: u64,
    held: Mutex<u64>,
    freed: Condvar,
}

impl Gate {
    /// A gate for `limit` bytes; one document larger than that is let in alone.
    pub fn new(limit: u64) -> Arc<Gate> {
        Arc::new(Gate {
            limit,
            held: Mutex::new(0),
            freed: Condvar::new(),
        })
    }

    /// Waits until there is room for `bytes`.
    pub fn enter(self: &Arc<Gate>, bytes: u64) -> Permit {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        while *held > 0 && *held + bytes > self.limit {
            held = self
                .freed
                .wait(held)
                .unwrap_or_else(PoisonError::into_inner);
        }
        *held += bytes;
        Permit {
            gate: Arc::clone(self),
            bytes,
        }
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
        let mut held = self
            .gate
            .held
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        *held -= self.bytes;
        drop(held);
        self.gate.freed.notify_one();
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
