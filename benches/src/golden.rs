//! The scoreboard: sections of lines in a file of the repository, whose diff is the review of any ranking change.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use needledrop::search::engine::Engine;
use needledrop::search::request::SearchRequest;

use crate::Result;

/// Sections by name; each a list of blocks, a block being a head line and its indented lines.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scoreboard(pub BTreeMap<String, Vec<Vec<String>>>);

impl Scoreboard {
    /// Reads a scoreboard; one that is not there is empty.
    pub fn read(path: &Path) -> Scoreboard {
        Scoreboard::parse(&fs::read_to_string(path).unwrap_or_default())
    }

    /// What [`Scoreboard::text`] wrote.
    pub fn parse(text: &str) -> Scoreboard {
        let mut sections = BTreeMap::new();
        let mut blocks: &mut Vec<Vec<String>> = &mut Vec::new();
        for line in text
            .lines()
            .filter(|line| !line.is_empty() && !line.starts_with('#'))
        {
            match (
                line.strip_prefix("== "),
                line.starts_with(' '),
                blocks.last_mut(),
            ) {
                (Some(name), ..) => blocks = sections.entry(name.to_owned()).or_default(),
                (None, true, Some(block)) => block.push(line.to_owned()),
                _ => blocks.push(vec![line.to_owned()]),
            }
        }
        Scoreboard(sections)
    }

    /// The whole file.
    pub fn text(&self) -> String {
        let mut text = String::from(
            "# Written by `cargo run --release --manifest-path benches/Cargo.toml --bin relevance -- --write`.\n",
        );
        for (name, blocks) in &self.0 {
            text += &format!("\n== {name}\n");
            for line in blocks.iter().flatten() {
                text += &format!("{line}\n");
            }
        }
        text
    }

    /// The sections of `new` over those of this one.
    pub fn updated(mut self, new: Scoreboard) -> Scoreboard {
        self.0.extend(new.0);
        self
    }

    /// What `new` says otherwise, block by block; empty when nothing. Sections that `new` has not are not compared.
    pub fn diff(&self, new: &Scoreboard) -> String {
        let mut diff = String::new();
        for (name, blocks) in &new.0 {
            let old = self.0.get(name).map_or(&[][..], Vec::as_slice);
            let changed: Vec<_> = blocks.iter().filter(|block| !old.contains(block)).collect();
            let gone: Vec<_> = old.iter().filter(|block| !blocks.contains(block)).collect();
            if !changed.is_empty() || !gone.is_empty() {
                diff += &format!("== {name}\n");
            }
            for block in &changed {
                let before = gone.iter().find(|old| key(old) == key(block));
                diff += &block_diff(before.map_or(&[], |old| old), block);
            }
            for block in gone
                .iter()
                .filter(|old| !blocks.iter().any(|new| key(new) == key(old)))
            {
                diff += &block_diff(block, &[]);
            }
        }
        diff
    }
}

/// What a block is about: its head, without a figure (which stands behind two spaces).
fn key(block: &[String]) -> &str {
    block
        .first()
        .map_or("", |head| head.split("  ").next().unwrap_or(head))
}

fn block_diff(old: &[String], new: &[String]) -> String {
    let marked = |sign: char, lines: &[String], others: &[String]| -> String {
        let only = lines.iter().filter(|line| !others.contains(line));
        only.map(|line| format!("{sign} {line}\n")).collect()
    };
    let head = match (old.first(), new.first()) {
        (Some(old), Some(new)) if old == new => format!("  {new}\n"),
        _ => String::new(),
    };
    head + &marked('-', old, new) + &marked('+', new, old)
}

/// The blocks of golden queries: each query with its first five titles, and what was taken for a mistake.
///
/// # Errors
/// When the index cannot be read.
pub fn top_five(engine: &Engine, queries: &[&str]) -> Result<Vec<Vec<String>>> {
    let mut blocks = Vec::new();
    for query in queries {
        let response = engine.search(&SearchRequest {
            query: (*query).to_owned(),
            limit: 5,
            highlight: false,
            ..SearchRequest::default()
        })?;
        let mut block = vec![(*query).to_owned()];
        block.extend(
            response
                .did_you_mean
                .map(|mended| format!("   did you mean: {mended}")),
        );
        block.extend(
            response
                .hits
                .iter()
                .map(|hit| format!("  {} {} [{}]", hit.position, hit.entry.title, hit.id)),
        );
        if response.hits.is_empty() {
            block.push("  nothing".to_owned());
        }
        blocks.push(block);
    }
    Ok(blocks)
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOARD: &str = "== golden\nheat\n  1 Heat [1]\n  2 Red Heat [2]\nup\n  1 Up [3]\n\n== known\nfull title  .90\n";

    #[test]
    fn what_is_written_is_read() {
        let board = Scoreboard::parse(BOARD);
        assert_eq!(board.0.len(), 2);
        assert_eq!(Scoreboard::parse(&board.text()), board);
        assert_eq!(board.diff(&board), "");
    }

    #[test]
    fn a_diff_shows_the_lines_that_changed() {
        let old = Scoreboard::parse(BOARD);
        let new = Scoreboard::parse(
            "== golden\nheat\n  1 Red Heat [2]\nup\n  1 Up [3]\n== known\nfull title  .95\n",
        );
        let expected = "== golden\n  heat\n-   1 Heat [1]\n-   2 Red Heat [2]\n+   1 Red Heat [2]\n\
            == known\n- full title  .90\n+ full title  .95\n";
        assert_eq!(old.diff(&new), expected);
    }

    #[test]
    fn a_section_that_was_not_measured_stays() {
        let old = Scoreboard::parse(BOARD);
        let new = Scoreboard::parse("== known\nfull title  .95\n");
        assert_eq!(old.clone().updated(new).0["golden"], old.0["golden"]);
    }
}
