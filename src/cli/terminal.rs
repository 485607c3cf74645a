//! Standard output and standard error: colour, width, buffering.
//!
//! stdout is data and is buffered; stderr is talk and is written at once. What is said on stderr never fails a command.

use std::io::{self, BufWriter, IsTerminal, StdoutLock, Write};

use anstream::{AutoStream, ColorChoice};
use clap::ValueEnum;

/// When to use colour, as typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ColorWhen {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// What the two streams of this process can do.
#[derive(Debug, Clone, Copy)]
pub struct Terminal {
    choice: ColorChoice,
}

/// Buffered standard output. Write everything and [`Write::flush`] at the end, or the error of a full disk is lost.
pub type Out = BufWriter<StdoutLock<'static>>;

/// Lines no longer than this are easy to read, however wide the window is.
const WIDEST: usize = 100;

impl Terminal {
    /// The terminal with colour as the user wants it.
    pub fn new(when: ColorWhen) -> Terminal {
        let choice = match when {
            ColorWhen::Auto => ColorChoice::Auto,
            ColorWhen::Always => ColorChoice::Always,
            ColorWhen::Never => ColorChoice::Never,
        };
        Terminal { choice }
    }

    /// Standard output.
    pub fn out(&self) -> Out {
        BufWriter::with_capacity(64 << 10, io::stdout().lock())
    }

    /// Whether standard output is to be coloured: `--color`, then `NO_COLOR`, then whether it is a terminal.
    pub fn color(&self) -> bool {
        let choice = match self.choice {
            ColorChoice::Auto => AutoStream::choice(&io::stdout()),
            decided => decided,
        };
        choice != ColorChoice::Never
    }

    /// Columns to fill with text: the window's, or what `COLUMNS` says; `None` in a pipe, where no line is to be broken.
    pub fn width(&self) -> Option<usize> {
        let of_window = || terminal_size::terminal_size_of(io::stdout()).map(|(w, _)| w.0.into());
        let told = || std::env::var("COLUMNS").ok()?.parse().ok();
        let columns: usize = of_window().or_else(told)?;
        (columns > 0).then(|| columns.min(WIDEST))
    }

    /// Whether a person watches standard error.
    pub fn is_watched(&self) -> bool {
        io::stderr().is_terminal()
    }

    /// Says something on standard error; colours in `text` are dropped where they are not wanted.
    pub fn say(&self, text: &str) {
        let mut stream = AutoStream::new(io::stderr().lock(), self.choice);
        // With standard error gone there is nobody left to tell.
        let _ = writeln!(stream, "{text}");
    }
}
