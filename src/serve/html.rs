//! HTML written by hand: a string to which text can only be added escaped.
//!
//! What is added as markup is a `&'static str`: it stands in the program, so nothing of a corpus or a query can be it.

use std::fmt::{Display, Write};

use crate::search::response::Piece;

/// HTML in the making.
#[derive(Debug, Default)]
pub struct Html(String);

impl Html {
    /// Adds markup.
    pub fn raw(&mut self, markup: &'static str) -> &mut Html {
        self.0.push_str(markup);
        self
    }

    /// Adds text, so that all of it is seen and nothing of it is obeyed.
    pub fn text(&mut self, text: &str) -> &mut Html {
        for c in text.chars() {
            match is_shown_by_number(c) {
                // Writing to a String does not fail.
                true => drop(write!(self.0, "‹U+{:04X}›", c as u32)),
                false => escape(&mut self.0, c),
            }
        }
        self
    }

    /// Adds a number, or what else is written in digits.
    pub fn number(&mut self, number: impl Display) -> &mut Html {
        self.text(&number.to_string())
    }

    /// Adds an attribute whose value is exactly `value` (but for what no attribute can hold).
    pub fn attribute(&mut self, name: &'static str, value: &str) -> &mut Html {
        self.raw(" ").raw(name).raw("=\"");
        for c in value.chars() {
            match c {
                '\0' => self.0.push('\u{fffd}'),
                // A carriage return would be read as a line feed.
                '\r' => self.0.push_str("&#13;"),
                c => escape(&mut self.0, c),
            }
        }
        self.raw("\"")
    }

    /// Adds pieces, with what matched in marks.
    pub fn pieces(&mut self, pieces: &[Piece]) -> &mut Html {
        for piece in pieces {
            match piece.matched {
                true => self.raw("<mark>").text(&piece.text).raw("</mark>"),
                false => self.text(&piece.text),
            };
        }
        self
    }

    /// The bytes of it.
    pub fn into_bytes(self) -> Vec<u8> {
        self.0.into_bytes()
    }
}

fn escape(out: &mut String, c: char) {
    match c {
        '&' => out.push_str("&amp;"),
        '<' => out.push_str("&lt;"),
        '>' => out.push_str("&gt;"),
        '"' => out.push_str("&quot;"),
        '\'' => out.push_str("&#39;"),
        c => out.push(c),
    }
}

/// Whether a character is shown by its number: what a program obeys and nobody sees, and what turns text around.
/// `page/text.js` does the same.
fn is_shown_by_number(c: char) -> bool {
    match c {
        '\t' | '\n' | '\r' => false,
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{e0000}'..='\u{e007f}' => true,
        c => c.is_control(),
    }
}

/// `36,266`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> String {
        let mut html = Html::default();
        html.text(text);
        html.0
    }

    #[test]
    fn text_is_shown_never_obeyed() {
        assert_eq!(
            text("<script>alert('x')</script>"),
            "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;"
        );
        assert_eq!(
            text("a\0b\u{1b}[31m\u{7f}"),
            "a‹U+0000›b‹U+001B›[31m‹U+007F›"
        );
        assert_eq!(
            text("\u{202e}evil\u{2066}\u{9b}"),
            "‹U+202E›evil‹U+2066›‹U+009B›"
        );
        assert_eq!(
            text("Björk 坂本龍一 أم كلثوم\u{200f} 👩‍🎤\n"),
            "Björk 坂本龍一 أم كلثوم\u{200f} 👩‍🎤\n"
        );
    }

    #[test]
    fn an_attribute_cannot_be_left() {
        let mut html = Html::default();
        html.attribute("value", "\" onfocus=\"x\0<&>'");
        assert_eq!(
            html.0,
            " value=\"&quot; onfocus=&quot;x\u{fffd}&lt;&amp;&gt;&#39;\""
        );
    }

    #[test]
    fn matches_are_marked() {
        let piece = |text: &str, matched| Piece {
            text: text.to_owned(),
            matched,
        };
        let mut html = Html::default();
        html.pieces(&[piece("a ", false), piece("<b>", true)]);
        assert_eq!(html.0, "a <mark>&lt;b&gt;</mark>");
    }

    #[test]
    fn numbers_are_grouped() {
        for (number, shown) in [
            (0, "0"),
            (999, "999"),
            (1_000, "1,000"),
            (36_266, "36,266"),
            (1_088_190, "1,088,190"),
        ] {
            assert_eq!(grouped(number), shown);
        }
    }
}
