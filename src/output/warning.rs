//! Likely mistakes in a query, with a caret under the place; and what was probably meant. Talk, for stderr.

use std::io::{self, Write};
use std::ops::Range;

use unicode_width::UnicodeWidthChar;

use super::clean::{clean, replaced};
use super::theme::Theme;
use super::wrap::Styled;
use crate::search::query::ast::Warning;
use crate::search::response::SearchResponse;

/// Columns of a query that are shown at the least, however narrow the terminal.
const MIN_WIDTH: usize = 24;

/// Writes all that is to be said about a query: each warning, then what was probably meant.
///
/// # Errors
/// What `out` says.
pub fn write_remarks(
    out: &mut impl Write,
    response: &SearchResponse,
    theme: &Theme,
    width: usize,
) -> io::Result<()> {
    for warning in &response.warnings {
        write(out, &response.query, warning, theme, width)?;
    }
    if let Some(meant) = &response.did_you_mean {
        let hint = theme.hint;
        writeln!(out, "did you mean: {hint}{}{hint:#}", clean(meant))?;
    }
    Ok(())
}

/// Writes one warning: what it is, the query with a caret under the place (if it is about a place in the query), and the
/// query mended.
///
/// # Errors
/// What `out` says.
pub fn write(
    out: &mut impl Write,
    query: &str,
    warning: &Warning,
    theme: &Theme,
    width: usize,
) -> io::Result<()> {
    let style = theme.warning;
    let mut message = Styled::new("warning: ", style);
    message.push(&warning.message, anstyle::Style::new());
    message.write(out, "", width)?;
    if !warning.span.is_empty() {
        let excerpt = Excerpt::of(query, &warning.span, width.saturating_sub(2).max(MIN_WIDTH));
        let (before, carets) = (excerpt.before, "^".repeat(excerpt.marked));
        writeln!(out, "  {}", excerpt.text)?;
        writeln!(out, "  {:before$}{style}{carets}{style:#}", "")?;
    }
    if let Some(mended) = &warning.mended {
        let hint = theme.hint;
        writeln!(out, "  try: {hint}{}{hint:#}", clean(mended.trim()))?;
    }
    Ok(())
}

/// A stretch of a query around a place.
struct Excerpt {
    text: String,
    /// Columns before the place.
    before: usize,
    /// Columns of the place, at least one.
    marked: usize,
}

impl Excerpt {
    /// As much of `query` around `span` as goes into `width` columns.
    fn of(query: &str, span: &Range<usize>, width: usize) -> Excerpt {
        let (left, rest) = query.split_at_checked(span.start).unwrap_or((query, ""));
        let left_width = columns(left);
        let whole = left_width + columns(rest) <= width;
        let room = if whole { width } else { width / 2 };
        let (start, cut) = tail(left, room.saturating_sub(1));
        let mut text = String::from(if cut { "…" } else { "" });
        text.push_str(&clean(&left[start..]));
        let before = columns(&text);
        let mut end = before;
        let mut marked = 0;
        for (at, c) in rest.char_indices() {
            let Some(c) = replaced(c) else { continue };
            let wide = c.width().unwrap_or(0);
            if !whole && end + wide >= width {
                text.push('…');
                break;
            }
            text.push(c);
            end += wide;
            if span.start + at < span.end {
                marked += wide;
            }
        }
        Excerpt {
            text,
            before,
            marked: marked.max(1),
        }
    }
}

/// Where the last `room` columns of `text` begin, and whether that cuts something off.
fn tail(text: &str, room: usize) -> (usize, bool) {
    let mut taken = 0;
    for (at, c) in text.char_indices().rev() {
        taken += replaced(c).and_then(UnicodeWidthChar::width).unwrap_or(0);
        if taken > room {
            return (at + c.len_utf8(), true);
        }
    }
    (0, false)
}

fn columns(text: &str) -> usize {
    let widths = text.chars().filter_map(replaced);
    widths.filter_map(UnicodeWidthChar::width).sum()
}

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::*;

    fn shown(query: &str, span: Range<usize>, mended: Option<&str>, width: usize) -> String {
        let warning = Warning {
            message: "this quote is never closed".to_owned(),
            span,
            mended: mended.map(str::to_owned),
        };
        let mut out = Vec::new();
        write(&mut out, query, &warning, &Theme::plain(), width).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_caret_stands_under_the_place() {
        assert_eq!(
            shown("bowie \"thin white", 6..7, Some("bowie \"thin white\""), 80),
            "warning: this quote is never closed\n  bowie \"thin white\n        ^\n  try: bowie \"thin white\"\n"
        );
        let wide = shown(
            "音楽\u{1b} year:9..1 x",
            "音楽\u{1b} year:".len().."音楽\u{1b} year:9..1".len(),
            None,
            80,
        );
        assert!(
            wide.ends_with("  音楽␛ year:9..1 x\n             ^^^^\n"),
            "{wide}"
        );
    }

    #[test]
    fn of_a_long_query_the_part_around_the_place_is_shown() {
        let query = format!("{} \"here {}", "a".repeat(500), "b".repeat(500));
        let text = shown(&query, 501..502, None, 40);
        let lines: Vec<&str> = text.lines().collect();
        assert!(
            lines[1].starts_with("  …aaa") && lines[1].ends_with("bbb…"),
            "{text}"
        );
        assert!(lines[1].chars().count() <= 40);
        let caret = lines[2].find('^').unwrap();
        assert_eq!(lines[1].chars().nth(caret), Some('"'));
        let end = shown(&"x".repeat(90), 80..90, None, 40);
        assert!(end.lines().nth(2).unwrap().ends_with("^^^^^^^^^^"), "{end}");
    }

    #[test]
    fn all_that_is_to_be_said() {
        let mut response = samples::bowie();
        response.query = "é \"x".to_owned();
        response.warnings = vec![samples::unclosed_quote()];
        response.did_you_mean = Some("e \u{7}x".to_owned());
        let mut out = Vec::new();
        write_remarks(&mut out, &response, &Theme::plain(), 80).unwrap();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "warning: this quote is never closed\n  é \"x\n    ^\n  try: é \"x\"\ndid you mean: e ␇x\n"
        );
    }
}
