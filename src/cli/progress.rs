//! The bar that shows how far an update is: on a terminal only, and only when it takes long enough to be read.

use std::sync::OnceLock;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::terminal::Terminal;
use crate::index::Progress;

/// Work that is done sooner shows no bar.
const PATIENCE: Duration = Duration::from_millis(250);

/// Bytes read so far, on a terminal.
pub struct Bar {
    is_watched: bool,
    start: Instant,
    bar: OnceLock<ProgressBar>,
}

impl Bar {
    /// A bar that is not shown yet.
    pub fn new(terminal: &Terminal) -> Bar {
        Bar {
            is_watched: terminal.is_watched(),
            start: Instant::now(),
            bar: OnceLock::new(),
        }
    }

    /// Takes the bar off the screen.
    pub fn clear(&self) {
        if let Some(bar) = self.bar.get() {
            bar.finish_and_clear();
        }
    }

    /// The bar, once it is worth showing.
    fn shown(&self) -> Option<&ProgressBar> {
        if !self.is_watched || self.start.elapsed() < PATIENCE {
            return None;
        }
        Some(self.bar.get_or_init(new_bar))
    }
}

impl Progress for Bar {
    fn bytes(&self, done: u64, total: u64) {
        if let Some(bar) = self.shown() {
            bar.set_length(total.max(done));
            bar.set_position(done);
        }
    }

    fn stage(&self, name: &'static str) {
        if let Some(bar) = self.shown() {
            bar.set_message(name);
        }
    }
}

fn new_bar() -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::stderr_with_hz(15));
    // A template that does not parse is a bug; the plain bar is no worse than a panic.
    if let Ok(style) =
        ProgressStyle::with_template("{bar:32} {bytes} of {total_bytes}, {eta} left  {msg}")
    {
        bar.set_style(style.progress_chars("━╸ "));
    }
    bar
}
