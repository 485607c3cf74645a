//! What of a foreign text may reach a terminal.
//!
//! A write-up may hold escape sequences, bells, and marks that turn the rest of the line around. They are shown, not
//! obeyed: `␛` for ESC, a space for a line break, nothing for what is invisible anyway. Joiners stay: emoji and Indic
//! scripts are written with them.

use std::borrow::Cow;

/// `text` as a terminal may have it: one line, nothing that a terminal obeys.
pub fn clean(text: &str) -> Cow<'_, str> {
    match text.chars().all(|c| replaced(c) == Some(c)) {
        true => Cow::Borrowed(text),
        false => Cow::Owned(text.chars().filter_map(replaced).collect()),
    }
}

/// What is shown for a character; `None` when it is left out.
pub fn replaced(c: char) -> Option<char> {
    match c {
        ' '..='~' => Some(c),
        '\t' | '\n' | '\u{b}' | '\u{c}' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}' => Some(' '),
        '\0'..='\u{1f}' => char::from_u32(0x2400 + c as u32),
        '\u{7f}' => Some('␡'),
        '\u{80}'..='\u{9f}' => Some('\u{fffd}'),
        _ if is_hidden(c) => None,
        _ => Some(c),
    }
}

/// Characters that nobody sees and that change how others are shown: direction marks, soft hyphens, byte order marks,
/// annotations, tags.
pub fn is_hidden(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// Whether a character must not be written as it is, whatever reads it.
pub fn is_unsafe(c: char) -> bool {
    c.is_control() || is_hidden(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_would_obey_is_shown_instead() {
        for (text, shown) in [
            ("Björk, 坂本龍一 👩‍🎤 नमस्ते", "Björk, 坂本龍一 👩‍🎤 नमस्ते"),
            ("\u{1b}[31mred\u{7}", "␛[31mred␇"),
            ("two\nlines\tand\u{2028}more", "two lines and more"),
            ("\u{9b}31m\u{7f}\0", "\u{fffd}31m␡␀"),
            ("\u{202e}evil\u{2066}\u{feff}", "evil"),
        ] {
            assert_eq!(clean(text), shown);
        }
    }
}
