//! Trouble, said to a person: the one place that prints errors, problems and notes, and maps an error to an exit status.

use std::io::Write;

use super::terminal::Terminal;
use crate::corpus::problem::Problem;
use crate::error::Error;
use crate::output::clean::clean;
use crate::output::counted;
use crate::output::problem;

/// Says what went wrong and what to do; returns the exit status.
pub fn error(terminal: &Terminal, error: &Error) -> u8 {
    terminal.say(|out, theme| problem::write_error(out, error, theme));
    error.kind.exit_code()
}

/// Says everything that is wrong in a corpus.
pub fn problems(terminal: &Terminal, problems: &[Problem]) {
    terminal.say(|out, theme| problem::write_all(out, problems, theme));
}

/// Says what is worth a word in a corpus and nothing wrong: the first few, and how many more there are.
pub fn notes(terminal: &Terminal, notes: &[Problem]) {
    const SHOWN: usize = 5;
    let shown = &notes[..notes.len().min(SHOWN)];
    terminal.say(|out, theme| {
        for note in shown {
            write!(out, "{0}note:{0:#} ", theme.quiet)?;
            problem::write_all(out, std::slice::from_ref(note), theme)?;
        }
        match notes.len() - shown.len() {
            0 => Ok(()),
            more => writeln!(
                out,
                "and {} like these",
                counted(more as u64, "more", "more")
            ),
        }
    });
}

/// Says a line that is neither data nor trouble.
pub fn note(terminal: &Terminal, text: &str) {
    terminal.say(|out, _| writeln!(out, "{}", clean(text)));
}
