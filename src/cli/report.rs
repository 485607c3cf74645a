//! Trouble, said to a person: the one place that prints errors, problems and warnings, and maps them to an exit status.
//!
//! The phrases may quote the corpus (a file's name, a key), and the corpus is hostile: control characters are shown as
//! escapes, never sent to the terminal.

use std::borrow::Cow;

use anstyle::{AnsiColor, Style};

use super::terminal::Terminal;
use crate::corpus::problem::Problem;
use crate::error::Error;

const ERROR: Style = AnsiColor::Red.on_default().bold();
const WARNING: Style = AnsiColor::Yellow.on_default().bold();
const HINT: Style = AnsiColor::Cyan.on_default();
const PLACE: Style = Style::new().bold();

/// Says what went wrong and what to do; returns the exit status.
pub fn error(terminal: &Terminal, error: &Error) -> u8 {
    terminal.say(&phrase(error));
    error.kind.exit_code()
}

/// The error as it is printed.
fn phrase(error: &Error) -> String {
    let mut text = format!("{ERROR}error:{ERROR:#} {}", visible(&error.message));
    for cause in &error.causes {
        text += &format!("\n  because: {}", visible(cause));
    }
    if let Some(hint) = &error.hint {
        text += &format!("\n{HINT}hint:{HINT:#} {}", visible(hint));
    }
    text
}

/// Says a line that is neither data nor trouble.
pub fn note(terminal: &Terminal, text: &str) {
    terminal.say(&visible(text));
}

/// Says what looks wrong though the work went on.
pub fn warning(terminal: &Terminal, text: &str) {
    terminal.say(&format!("{WARNING}warning:{WARNING:#} {}", visible(text)));
}

/// Says everything that is wrong in a corpus, a line (and perhaps a hint) each.
pub fn problems(terminal: &Terminal, problems: &[Problem]) {
    for problem in problems {
        let whole = problem.to_string();
        let place = whole.strip_suffix(&problem.message).unwrap_or_default();
        let message = &whole[place.len()..];
        let mut text = format!("{PLACE}{}{PLACE:#}{}", visible(place), visible(message));
        if let Some(hint) = &problem.hint {
            text += &format!("\n  {HINT}hint:{HINT:#} {}", visible(hint));
        }
        terminal.say(&text);
    }
}

/// `text` with every character that could move a cursor, start a line or turn text around as an escape.
pub fn visible(text: &str) -> Cow<'_, str> {
    let is_dangerous = |c: char| {
        c.is_control()
            || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2028}' | '\u{2029}' | '\u{2066}'..='\u{2069}')
    };
    if !text.chars().any(is_dangerous) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match is_dangerous(c) {
            true => out.extend(c.escape_default()),
            false => out.push(c),
        }
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Kind;

    fn plain(text: &str) -> String {
        anstream::adapter::strip_str(text).to_string()
    }

    #[test]
    fn an_error_says_what_why_and_what_to_do() {
        let cause = std::io::Error::other("no space left on device");
        let error = Error::new(Kind::Io, "cannot write the index in index")
            .because(&cause)
            .hint("free some space, then run: needledrop index");
        assert_eq!(
            plain(&phrase(&error)),
            "error: cannot write the index in index\n  because: no space left on device\nhint: free some space, then run: needledrop index"
        );
    }

    #[test]
    fn control_characters_are_shown_not_sent() {
        assert_eq!(visible("\u{1b}[2Jx\r\n\u{9b}"), "\\u{1b}[2Jx\\r\\n\\u{9b}");
        assert_eq!(visible("abc\u{202e}def"), "abc\\u{202e}def");
        assert_eq!(visible("Björk 坂本龍一"), "Björk 坂本龍一");
    }
}
