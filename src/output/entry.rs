//! One whole entry for a person: every field, then the write-up.

use std::io::{self, Write};

use anstyle::Style;
use unicode_width::UnicodeWidthStr;

use super::clean::clean;
use super::text::{field, plain, separator, whole};
use super::theme::Theme;
use super::wrap::Styled;
use crate::entry::Entry;
use crate::search::engine::Found;
use crate::search::response::{Fragment, Piece};

/// Writes an entry, its matches marked, in lines of at most `width` columns.
///
/// # Errors
/// What `out` says.
pub fn write(out: &mut impl Write, found: &Found, theme: &Theme, width: usize) -> io::Result<()> {
    let title = std::slice::from_ref(&found.entry.title);
    marked(found, "title", title, theme.title, theme).write(out, "", width)?;
    let rows = rows(found);
    let longest = rows.iter().map(|(name, _)| name.width()).max().unwrap_or(0);
    for (name, values) in &rows {
        let gap = " ".repeat(longest - name.width() + 2);
        let value = marked(found, name, values, Style::new(), theme);
        value.write_behind(out, &format!("{}{gap}", clean(name)), theme.quiet, width)?;
    }
    for paragraph in paragraphs(found) {
        let mut text = Styled::default();
        text.push_pieces(&paragraph, Style::new(), theme);
        writeln!(out)?;
        text.write(out, "", width)?;
    }
    Ok(())
}

/// The fields with their values, in the order of the entry.
fn rows(found: &Found) -> Vec<(String, Vec<String>)> {
    let entry = &found.entry;
    let mut rows = vec![("artists".to_owned(), entry.artists.clone())];
    rows.extend(key_values(entry));
    rows.push(("aliases".to_owned(), entry.aliases.clone()));
    rows.push(("id".to_owned(), vec![entry.id.clone()]));
    let source = found.source.as_ref();
    let place = source.map(|source| format!("{}:{}", source.path, source.line));
    rows.push(("source".to_owned(), place.into_iter().collect()));
    rows.retain(|(_, values)| !values.is_empty());
    rows
}

/// Each path of the keys with its values.
fn key_values(entry: &Entry) -> Vec<(String, Vec<String>)> {
    let mut rows: Vec<(String, Vec<String>)> = Vec::new();
    for (path, value) in entry.scalars() {
        let Some(value) = plain(value) else { continue };
        match rows.last_mut() {
            Some((last, values)) if *last == path => values.push(value),
            _ => rows.push((path.into_owned(), vec![value])),
        }
    }
    rows
}

/// The values of a field in one line, those marked that are.
fn marked(found: &Found, name: &str, values: &[String], style: Style, theme: &Theme) -> Styled {
    let fragments = field(&found.marked, name).unwrap_or(&[]);
    let mut line = Styled::default();
    for (index, value) in values.iter().enumerate() {
        if index > 0 {
            line.push(separator(values), style);
        }
        match fragments.iter().find(|fragment| whole(fragment) == *value) {
            Some(fragment) => line.push_pieces(fragment, style, theme),
            None => line.push(value, style),
        }
    }
    line
}

/// The write-up, cut at its empty lines.
fn paragraphs(found: &Found) -> Vec<Fragment> {
    let unmarked = vec![Piece {
        text: found.entry.prose.clone(),
        matched: false,
    }];
    let pieces = match field(&found.marked, "prose") {
        Some([fragment, ..]) => fragment,
        _ => &unmarked,
    };
    let mut paragraphs: Vec<Fragment> = Vec::new();
    let mut line_ends = 2; // since the last character that is no white space
    for piece in pieces {
        for (index, c) in piece.text.char_indices() {
            let begins_paragraph = line_ends > 1 && !c.is_whitespace();
            if begins_paragraph {
                paragraphs.push(Vec::new());
            }
            if begins_paragraph || index == 0 {
                add_piece(&mut paragraphs, piece.matched);
            }
            if let Some(last) = paragraphs
                .last_mut()
                .and_then(|paragraph| paragraph.last_mut())
            {
                last.text.push(c);
            }
            match c {
                '\n' => line_ends += 1,
                _ if c.is_whitespace() => {}
                _ => line_ends = 0,
            }
        }
    }
    paragraphs
}

fn add_piece(paragraphs: &mut [Fragment], matched: bool) {
    if let Some(paragraph) = paragraphs.last_mut() {
        paragraph.push(Piece {
            text: String::new(),
            matched,
        });
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::clean::is_unsafe;
    use super::super::samples;
    use super::*;

    fn shown(found: &Found, width: usize) -> String {
        let mut out = Vec::new();
        write(&mut out, found, &Theme::plain(), width).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn an_entry() {
        assert_eq!(
            shown(&samples::found(), 46),
            "\
Velvet Goldmine
artists     Earth, Wind & Fire; David [Bowie]
rank        8
year        1998
list        Soundtracks
label.name  Rhino
tags        glam, rock
id          velvet-goldmine
source      soundtracks.json:12

Glam without [Bowie]'s songs: he said no, and
had his reasons.

The rest is by others.
"
        );
    }

    proptest! {
        #[test]
        fn nothing_foreign_is_obeyed(text in samples::hostile(), width in 0usize..120) {
            let mut found = samples::found();
            found.marked.clear();
            found.entry.title = text.clone();
            found.entry.prose = text.clone();
            found.entry.keys.insert(text.clone(), text.into());
            let text = shown(&found, width);
            prop_assert!(!text.contains(|c| c != '\n' && is_unsafe(c)), "{text:?}");
        }
    }
}
