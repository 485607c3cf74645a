//! Styled text broken into lines for a terminal, by the columns its characters take.

use std::io::{self, Write};

use anstyle::Style;
use unicode_width::UnicodeWidthChar;

use super::clean::replaced;
use super::theme::Theme;
use crate::search::response::Piece;

/// Lines are never broken narrower than this, in columns.
const MIN_WIDTH: usize = 16;
/// Joins the characters on both of its sides into one.
const JOINER: char = '\u{200d}';

/// One character as it is shown.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cell {
    c: char,
    width: usize,
    style: Style,
}

/// Text on its way to a terminal: clean, each stretch of white space one space.
#[derive(Debug, Clone, Default)]
pub(super) struct Styled {
    cells: Vec<Cell>,
}

impl Styled {
    /// A text in one style.
    pub(super) fn new(text: &str, style: Style) -> Styled {
        let mut styled = Styled::default();
        styled.push(text, style);
        styled
    }

    /// Adds a text.
    pub(super) fn push(&mut self, text: &str, style: Style) {
        for c in text.chars().filter_map(replaced) {
            if c != ' ' || self.cells.last().is_some_and(|last| last.c != ' ') {
                let width = c.width().unwrap_or(0);
                self.cells.push(Cell { c, width, style });
            }
        }
    }

    /// Adds a fragment, its matches marked as the theme says.
    pub(super) fn push_pieces(&mut self, pieces: &[Piece], style: Style, theme: &Theme) {
        for piece in pieces {
            if !piece.matched {
                self.push(&piece.text, style);
                continue;
            }
            let mut mark = [0; 4];
            if let Some((before, _)) = theme.marks {
                self.push(before.encode_utf8(&mut mark), theme.matched);
            }
            self.push(&piece.text, theme.matched);
            if let Some((_, behind)) = theme.marks {
                self.push(behind.encode_utf8(&mut mark), theme.matched);
            }
        }
    }

    /// Adds another one.
    pub(super) fn append(&mut self, other: Styled) {
        self.cells.extend(other.cells);
    }

    /// Columns on one line.
    pub(super) fn width(&self) -> usize {
        self.cells.iter().map(|cell| cell.width).sum()
    }

    /// Whether there is nothing to be seen.
    pub(super) fn is_blank(&self) -> bool {
        self.cells.iter().all(|cell| cell.c == ' ')
    }

    /// The lines of at most `width` columns. A word that is longer is broken where the line ends.
    pub(super) fn lines(&self, width: usize) -> Vec<&[Cell]> {
        let width = width.max(MIN_WIDTH);
        let mut lines = Vec::new();
        let (mut start, mut columns) = (0, 0);
        let mut break_at: Option<(usize, usize)> = None; // where the line may end, where the next one would begin
        for (index, cell) in self.cells.iter().enumerate() {
            if index > start && may_part(&self.cells[index - 1], cell) {
                break_at = Some((index, index));
            }
            if cell.c != ' ' && columns + cell.width > width && index > start {
                let (end, next) = break_at.take().unwrap_or((index, index));
                lines.push(&self.cells[start..end]);
                start = next;
                columns = self.cells[start..index].iter().map(|cell| cell.width).sum();
            }
            if cell.c == ' ' {
                break_at = Some((index, index + 1));
            }
            columns += cell.width;
        }
        lines.push(&self.cells[start..]);
        lines
    }

    /// Writes it in lines of at most `width` columns, `lead` before the first and as many spaces before the others.
    pub(super) fn write(&self, out: &mut impl Write, lead: &str, width: usize) -> io::Result<()> {
        self.write_behind(out, lead, Style::new(), width)
    }

    /// The same, with a style for `lead`.
    pub(super) fn write_behind(
        &self,
        out: &mut impl Write,
        lead: &str,
        style: Style,
        width: usize,
    ) -> io::Result<()> {
        let indent = lead.chars().filter_map(UnicodeWidthChar::width).sum();
        for (index, line) in self
            .lines(width.saturating_sub(indent))
            .into_iter()
            .enumerate()
        {
            match index {
                0 if lead.is_empty() => {}
                0 => write!(out, "{style}{lead}{style:#}")?,
                _ => write!(out, "{:indent$}", "")?,
            }
            write_cells(out, line)?;
            writeln!(out)?;
        }
        Ok(())
    }

    /// Writes it on one line, however long.
    pub(super) fn write_whole(&self, out: &mut impl Write) -> io::Result<()> {
        write_cells(out, &self.cells)?;
        writeln!(out)
    }
}

/// Writes characters with their styles; no style is open at the end. Spaces at the end are left out.
fn write_cells(out: &mut impl Write, cells: &[Cell]) -> io::Result<()> {
    let end = cells
        .iter()
        .rposition(|cell| cell.c != ' ')
        .map_or(0, |last| last + 1);
    for stretch in cells[..end].chunk_by(|a, b| a.style == b.style) {
        let style = stretch[0].style;
        let text: String = stretch.iter().map(|cell| cell.c).collect();
        write!(out, "{style}{text}{style:#}")?;
    }
    Ok(())
}

/// Whether a line may end between two characters that are no spaces: where one of them is wide, as in scripts that put no
/// spaces between words, but for marks that belong to a side.
fn may_part(before: &Cell, after: &Cell) -> bool {
    let wide = before.width == 2 || after.width == 2;
    let joined = after.width == 0 || before.c == JOINER || is_modifier(after.c);
    wide && before.c != ' ' && after.c != ' ' && !joined && !ends(after.c) && !begins(before.c)
}

/// Skin tones.
fn is_modifier(c: char) -> bool {
    matches!(c, '\u{1f3fb}'..='\u{1f3ff}')
}

/// Marks that may not begin a line.
fn ends(c: char) -> bool {
    matches!(
        c,
        ')' | ']' | '}' | '”' | '’' | '»' | '.' | ',' | ':' | ';' | '!' | '?' | '…' | '、'
            ..='。'
                | '〉'
                | '》'
                | '」'
                | '』'
                | '】'
                | '〕'
                | '〗'
                | '）'
                | '］'
                | '｝'
                | '！'
                | '，'
                | '．'
                | '：'
                | '；'
                | '？'
                | '・'
                | 'ー'
                | '々'
                | 'ゝ'
                | 'ゞ'
                | 'ヽ'
                | 'ヾ'
                | 'ぁ'
                | 'ぃ'
                | 'ぅ'
                | 'ぇ'
                | 'ぉ'
                | 'っ'
                | 'ゃ'
                | 'ゅ'
                | 'ょ'
                | 'ァ'
                | 'ィ'
                | 'ゥ'
                | 'ェ'
                | 'ォ'
                | 'ッ'
                | 'ャ'
                | 'ュ'
                | 'ョ'
    )
}

/// Marks that may not end a line.
fn begins(c: char) -> bool {
    matches!(
        c,
        '(' | '['
            | '{'
            | '“'
            | '‘'
            | '«'
            | '〈'
            | '《'
            | '「'
            | '『'
            | '【'
            | '〔'
            | '〖'
            | '（'
            | '［'
            | '｛'
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn wrapped(text: &str, width: usize) -> Vec<String> {
        let styled = Styled::new(text, Style::new());
        styled
            .lines(width)
            .into_iter()
            .map(|line| line.iter().map(|cell| cell.c).collect())
            .collect()
    }

    #[test]
    fn lines_end_at_spaces_and_between_ideographs() {
        for (text, lines) in [
            (
                "the thin white duke returns",
                &["the thin white", "duke returns"][..],
            ),
            ("a  b\n c", &["a b c"]),
            ("1234567890123456 x", &["1234567890123456", "x"]),
            ("12345678901234567890", &["1234567890123456", "7890"]),
            ("坂本龍一の音楽「戦場」", &["坂本龍一の音楽", "「戦場」"]),
            ("映画音楽の巨匠た。ち", &["映画音楽の巨匠", "た。ち"]),
            ("", &[""]),
        ] {
            assert_eq!(wrapped(text, 16), lines, "{text}");
        }
    }

    #[test]
    fn a_style_ends_with_its_line() {
        let theme = Theme::coloured();
        let piece = Piece {
            text: "the thin white duke".to_owned(),
            matched: true,
        };
        let mut styled = Styled::default();
        styled.push_pieces(&[piece], Style::new(), &theme);
        let mut out = Vec::new();
        styled.write(&mut out, "- ", 16).unwrap();
        let (on, off) = (theme.matched.to_string(), format!("{:#}", theme.matched));
        assert_eq!(
            String::from_utf8(out).unwrap(),
            format!("- {on}the thin white{off}\n  {on}duke{off}\n")
        );
    }

    proptest! {
        #[test]
        fn no_line_is_too_long_and_no_text_is_lost(text in "[a-c 音「\u{301}👩\u{200d}]{0,60}", width in 16usize..30) {
            let lines = wrapped(&text, width);
            for line in &lines {
                let shown = line.trim_end_matches(' ').chars();
                prop_assert!(shown.filter_map(UnicodeWidthChar::width).sum::<usize>() <= width);
            }
            let squeeze = |text: &str| text.replace(' ', "");
            prop_assert_eq!(squeeze(&lines.concat()), squeeze(&text));
        }
    }
}
