//! Hits for a person at a terminal.

use std::io::{self, Write};
use std::time::Duration;

use anstyle::Style;
use serde_json::Value;

use super::theme::Theme;
use super::wrap::Styled;
use super::{bounded, counted, thousands};
use crate::entry::Entry;
use crate::index::Source;
use crate::search::response::{Explanation, Facet, Fragment, Hit, Piece, SearchResponse};

/// Writes the answer: how the query was understood (where that was asked for), the hits, the facets. Lines have at most
/// `width` columns, but for paths and words that have more.
///
/// # Errors
/// What `out` says.
pub fn write(
    out: &mut impl Write,
    response: &SearchResponse,
    theme: &Theme,
    width: usize,
) -> io::Result<()> {
    if let Some(understood) = &response.understood {
        write_understood(out, understood, theme, width)?;
    }
    let last = response.hits.last().map_or(0, |hit| hit.position);
    let number_width = thousands(last as u64).len();
    for (index, hit) in response.hits.iter().enumerate() {
        if index > 0 || response.understood.is_some() {
            writeln!(out)?;
        }
        write_hit(out, hit, number_width, theme, width)?;
    }
    let mut is_first = response.hits.is_empty() && response.understood.is_none();
    // A field that no match has is no list; a field that no entry has is warned of.
    let counted = response
        .facets
        .iter()
        .filter(|facet| !facet.values.is_empty());
    for facet in counted {
        if !std::mem::take(&mut is_first) {
            writeln!(out)?;
        }
        write_facet(out, facet, theme, width)?;
    }
    Ok(())
}

/// Writes how many there are and how long it took, in one line: `10 of 312 hits, in 0.41 ms`.
///
/// # Errors
/// What `out` says.
pub fn write_count(
    out: &mut impl Write,
    response: &SearchResponse,
    theme: &Theme,
) -> io::Result<()> {
    let took = duration(response.took);
    let total = bounded(response.total, response.total_exact);
    let count = match (response.hits.len() as u64, response.total) {
        (_, 0) => "no hits".to_owned(),
        (shown, all) if shown == all && response.total_exact => counted(shown, "hit", "hits"),
        (0, _) if response.offset > 0 => {
            let passed = thousands(response.offset as u64);
            format!("{total} hits, none behind the first {passed}")
        }
        (0, 1) => "1 hit".to_owned(),
        (0, _) => format!("{total} hits"),
        (shown, _) => format!("{} of {total} hits", thousands(shown)),
    };
    let quiet = theme.quiet;
    writeln!(out, "{quiet}{count}, in {took}{quiet:#}")
}

/// Three figures are enough of a time.
fn duration(took: Duration) -> String {
    let ms = took.as_secs_f64() * 1000.0;
    match ms {
        ..10.0 => format!("{ms:.2} ms"),
        ..100.0 => format!("{ms:.1} ms"),
        ..1000.0 => format!("{ms:.0} ms"),
        _ => format!("{:.2} s", ms / 1000.0),
    }
}

fn write_understood(
    out: &mut impl Write,
    understood: &str,
    theme: &Theme,
    width: usize,
) -> io::Result<()> {
    writeln!(out, "{0}understood as{0:#}", theme.quiet)?;
    for line in understood.lines() {
        let depth = line.len() - line.trim_start_matches(' ').len();
        Styled::new(line, Style::new()).write(out, &" ".repeat(depth + 2), width)?;
    }
    Ok(())
}

fn write_hit(
    out: &mut impl Write,
    hit: &Hit,
    number_width: usize,
    theme: &Theme,
    width: usize,
) -> io::Result<()> {
    let lead = format!("{:>number_width$}. ", thousands(hit.position as u64));
    let indent = " ".repeat(lead.len());
    title(hit, theme).write(out, &lead, width)?;
    let artists = artists(hit, theme, width.saturating_sub(lead.len()));
    if !artists.is_blank() {
        artists.write(out, &indent, width)?;
    }
    for (field, fragments) in &hit.highlight {
        if matches!(field.as_str(), "title" | "artists") {
            continue;
        }
        for fragment in fragments {
            let mut line = Styled::default();
            if field != "prose" {
                line.push(&format!("{field}: "), theme.quiet);
            }
            line.push_pieces(fragment, Style::new(), theme);
            if !line.is_blank() {
                line.write(out, &indent, width)?;
            }
        }
    }
    write!(out, "{indent}")?;
    place(&hit.id, hit.source.as_ref(), theme).write_whole(out)?;
    match &hit.explanation {
        Some(explanation) => write_explanation(out, explanation, lead.len(), theme),
        None => Ok(()),
    }
}

/// The title, and behind it what orders a list: its year, its rank, which list.
fn title(hit: &Hit, theme: &Theme) -> Styled {
    let mut line = Styled::default();
    match field(&hit.highlight, "title") {
        Some([fragment, ..]) => line.push_pieces(fragment, theme.title, theme),
        _ => line.push(&hit.entry.title, theme.title),
    }
    let facts = facts(&hit.entry);
    if !facts.is_empty() {
        line.push(" ", Style::new());
        line.push(&format!("({})", facts.join(", ")), theme.quiet);
    }
    line
}

fn facts(entry: &Entry) -> Vec<String> {
    let fact = |key: &str, lead: &str| {
        let value = plain(entry.keys.get(key)?)?;
        Some(format!("{lead}{value}"))
    };
    [fact("year", ""), fact("rank", "rank "), fact("list", "")]
        .into_iter()
        .flatten()
        .collect()
}

/// A value that is no list and no object, as text.
pub(super) fn plain(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if text.trim().is_empty() => None,
        Value::String(text) => Some(text.clone()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        _ => None,
    }
}

/// The fragments of a field.
pub(super) fn field<'a>(
    highlight: &'a [(String, Vec<Fragment>)],
    name: &str,
) -> Option<&'a [Fragment]> {
    let (_, fragments) = highlight.iter().find(|(field, _)| field == name)?;
    Some(fragments)
}

/// The artists in one line of `width` columns; where they are too many, those that matched and the first of the others.
fn artists(hit: &Hit, theme: &Theme, width: usize) -> Styled {
    let fragments = field(&hit.highlight, "artists").unwrap_or(&[]);
    let artists = &hit.entry.artists;
    let names: Vec<(Styled, bool)> = artists
        .iter()
        .map(|name| artist(name, fragments, theme))
        .collect();
    let shown = choose(&names, width);
    let mut line = Styled::default();
    for (name, _) in names
        .iter()
        .zip(&shown)
        .filter(|(_, shown)| **shown)
        .map(|(name, _)| name)
    {
        if !line.is_blank() {
            line.push(separator(artists), Style::new());
        }
        line.append(name.clone());
    }
    let left_out = shown.iter().filter(|shown| !**shown).count();
    if left_out > 0 {
        line.push(
            &format!(", and {} more", thousands(left_out as u64)),
            theme.quiet,
        );
    }
    line
}

/// Which names to show in `width` columns: all, or those that matched and as many of the first as there is room for.
fn choose(names: &[(Styled, bool)], width: usize) -> Vec<bool> {
    let columns = |(name, _): &(Styled, bool)| name.width() + 2;
    if names.iter().map(columns).sum::<usize>() <= width + 2 {
        return vec![true; names.len()];
    }
    let matched: usize = names
        .iter()
        .filter(|(_, matched)| *matched)
        .map(columns)
        .sum();
    let mut room = width.saturating_sub(matched + ", and 99 more".len());
    let mut is_full = false;
    let mut chosen: Vec<bool> = Vec::with_capacity(names.len());
    for name in names {
        let fits = !is_full && columns(name) <= room;
        if !name.1 {
            is_full |= !fits;
            room = room.saturating_sub(columns(name));
        }
        chosen.push(name.1 || fits);
    }
    if let Some(first) = chosen.first_mut().filter(|_| matched == 0) {
        *first = true; // one at least, however long
    }
    chosen
}

/// What stands between names: a comma, unless one of them has a comma of its own.
pub(super) fn separator(names: &[String]) -> &'static str {
    match names.iter().any(|name| name.contains(',')) {
        true => "; ",
        false => ", ",
    }
}

/// A name, marked if one of the fragments is it.
fn artist(name: &str, fragments: &[Fragment], theme: &Theme) -> (Styled, bool) {
    let mut styled = Styled::default();
    let is_name = |fragment: &&Fragment| whole(fragment) == name;
    match fragments.iter().find(is_name) {
        Some(fragment) => styled.push_pieces(fragment, Style::new(), theme),
        None => styled.push(name, Style::new()),
    }
    (
        styled,
        fragments.iter().any(|fragment| whole(fragment) == name),
    )
}

/// The text of a fragment.
pub(super) fn whole(fragment: &[Piece]) -> String {
    fragment.iter().map(|piece| piece.text.as_str()).collect()
}

/// What to give to `show`, and where to edit.
fn place(id: &str, source: Option<&Source>, theme: &Theme) -> Styled {
    let mut line = Styled::new(id, theme.quiet);
    if let Some(source) = source {
        line.push(&format!(" · {}:{}", source.path, source.line), theme.quiet);
    }
    line
}

/// The parts of a score, each with its own under it.
fn write_explanation(
    out: &mut impl Write,
    part: &Explanation,
    indent: usize,
    theme: &Theme,
) -> io::Result<()> {
    write!(out, "{:indent$}{:8.4}  ", "", part.value)?;
    Styled::new(&part.label, theme.quiet).write_whole(out)?;
    for part in &part.parts {
        write_explanation(out, part, indent + 2, theme)?;
    }
    Ok(())
}

fn write_facet(out: &mut impl Write, facet: &Facet, theme: &Theme, width: usize) -> io::Result<()> {
    Styled::new(&facet.field, theme.title).write_whole(out)?;
    let most = facet
        .values
        .iter()
        .map(|(_, count)| *count)
        .max()
        .unwrap_or(0);
    let count_width = thousands(most).len();
    for (value, count) in &facet.values {
        let lead = format!("  {:>count_width$}  ", thousands(*count));
        Styled::new(value, Style::new()).write(out, &lead, width)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::clean::is_unsafe;
    use super::super::samples;
    use super::*;

    fn shown(response: &SearchResponse, theme: &Theme, width: usize) -> String {
        let mut out = Vec::new();
        write(&mut out, response, theme, width).unwrap();
        write_count(&mut out, response, theme).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn an_answer_without_colours() {
        assert_eq!(
            shown(&samples::bowie(), &Theme::plain(), 40),
            "\
1. Velvet Goldmine (1998, rank 8,
   Soundtracks)
   Brian Eno, David [Bowie]
   … without [Bowie]'s songs …
   velvet-goldmine · soundtracks.json:12

artists
  3  David Bowie
1 of 3 hits, in 0.41 ms
"
        );
    }

    #[test]
    fn an_answer_in_colours() {
        let text = shown(&samples::bowie(), &Theme::coloured(), 80);
        assert!(
            text.contains("David \u{1b}[1m\u{1b}[31mBowie\u{1b}[0m\n"),
            "{text:?}"
        );
        assert!(
            text.contains("\u{1b}[1mVelvet Goldmine\u{1b}[0m"),
            "{text:?}"
        );
    }

    #[test]
    fn an_answer_explained() {
        let mut response = samples::bowie();
        response.facets.clear();
        response.understood =
            Some("must have: all of this\n  must have: the word bowie".to_owned());
        response.hits[0].explanation = Some(samples::explanation());
        response.hits[0].highlight.push((
            "tags".to_owned(),
            vec![vec![Piece {
                text: "glam".to_owned(),
                matched: true,
            }]],
        ));
        assert_eq!(
            shown(&response, &Theme::plain(), 80),
            "\
understood as
  must have: all of this
    must have: the word bowie

1. Velvet Goldmine (1998, rank 8, Soundtracks)
   Brian Eno, David [Bowie]
   … without [Bowie]'s songs …
   tags: [glam]
   velvet-goldmine · soundtracks.json:12
     5.1300  score
       3.1300  bowie in artists
       2.0000  bowie in prose
1 of 3 hits, in 0.41 ms
"
        );
    }

    #[test]
    fn of_many_artists_those_that_matched_are_shown() {
        let mut response = samples::bowie();
        let cast = (0..50).map(|number| format!("Player {number}"));
        response.hits[0].entry.artists.splice(0..0, cast);
        let text = shown(&response, &Theme::plain(), 60);
        let line = text.lines().nth(1).unwrap();
        assert_eq!(line, "   Player 0, Player 1, David [Bowie], and 49 more");
    }

    #[test]
    fn counts_in_words() {
        let mut response = samples::bowie();
        let mut count = |shown: usize, total: u64, exact: bool, us: u64| {
            response.hits = vec![response.hits[0].clone(); 1];
            response.hits = response.hits.iter().cycle().take(shown).cloned().collect();
            (response.total, response.total_exact) = (total, exact);
            response.took = Duration::from_micros(us);
            let mut out = Vec::new();
            write_count(&mut out, &response, &Theme::plain()).unwrap();
            if response.hits.is_empty() {
                response.hits = samples::bowie().hits;
            }
            String::from_utf8(out).unwrap()
        };
        assert_eq!(count(1, 1, true, 412), "1 hit, in 0.41 ms\n");
        assert_eq!(
            count(10, 12_345, true, 41_200),
            "10 of 12,345 hits, in 41.2 ms\n"
        );
        assert_eq!(
            count(10, 10_000, false, 412_000),
            "10 of at least 10,000 hits, in 412 ms\n"
        );
        assert_eq!(count(0, 0, true, 1_234_000), "no hits, in 1.23 s\n");
    }

    proptest! {
        #[test]
        fn nothing_foreign_is_obeyed(text in samples::hostile(), width in 0usize..120) {
            let response = samples::with_text(&text);
            let plain = shown(&response, &Theme::plain(), width);
            prop_assert!(!plain.contains(|c| c != '\n' && is_unsafe(c)), "{plain:?}");
            let theme = Theme::coloured();
            let mut coloured = shown(&response, &theme, width);
            for style in [theme.matched, theme.title, theme.quiet] {
                coloured = coloured.replace(&style.to_string(), "").replace(&format!("{style:#}"), "");
            }
            prop_assert!(!coloured.contains(|c| c != '\n' && is_unsafe(c)), "{coloured:?}");
            let unmarked = |text: &str| text.replace(['[', ']', ' ', '\n'], "");
            if width > 40 {
                prop_assert!(unmarked(&plain).contains(&unmarked(&super::super::clean::clean(&text))));
            }
        }
    }
}
