//! Standard output and standard error: colour, width, buffering.
//!
//! stdout is data and is buffered; stderr is talk and is written at once. What is said on stderr never fails a command.

use std::io::{self, BufWriter, IsTerminal, StdoutLock, Write};

use anstream::stream::RawStream;
use anstream::{AutoStream, ColorChoice};
use clap::ValueEnum;

use crate::output::theme::Theme;

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

/// Columns where nothing says how many there are: in a pipe.
const USUAL: usize = 80;
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

    /// What text on standard output looks like.
    pub fn theme(&self) -> Theme {
        self.theme_on(&io::stdout())
    }

    /// `--color` decides, then `NO_COLOR` and its kin, then whether it is a terminal.
    fn theme_on(&self, stream: &impl RawStream) -> Theme {
        let choice = match self.choice {
            ColorChoice::Auto => AutoStream::choice(stream),
            decided => decided,
        };
        match choice {
            ColorChoice::Never => Theme::plain(),
            _ => Theme::coloured(),
        }
    }

    /// Columns to fill with text: the window's, or what `COLUMNS` says.
    pub fn width(&self) -> usize {
        let of_window = || terminal_size::terminal_size_of(io::stdout()).map(|(w, _)| w.0.into());
        let told = || std::env::var("COLUMNS").ok()?.parse().ok();
        match of_window().or_else(told) {
            None | Some(0) => USUAL,
            Some(columns) => columns.min(WIDEST),
        }
    }

    /// Whether a person watches standard error.
    pub fn is_watched(&self) -> bool {
        io::stderr().is_terminal()
    }

    /// Says something on standard error, in one piece.
    pub fn say(&self, write: impl FnOnce(&mut Vec<u8>, &Theme) -> io::Result<()>) {
        let mut text = Vec::new();
        // Writing to memory cannot fail; with standard error gone there is nobody left to tell.
        let _ = write(&mut text, &self.theme_on(&io::stderr()));
        let _ = io::stderr().write_all(&text);
    }
}
