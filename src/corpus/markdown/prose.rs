//! Markdown as a reader sees it: what a snippet may show without looking like a file.
//!
//! Conservative: only markup that cannot be a part of a name goes. `M*A*S*H`, `[REC]`, `!!!` and `snake_case` stay what
//! they are; `*Heat*`, `[Heat](https://…)` and `## Heat` become Heat. Lines that were only wrapped are joined, since a
//! line end would end a sentence.

use super::inline::plain;

/// A text read.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Read {
    /// The first heading, if it was taken out of the prose.
    pub heading: Option<String>,
    /// The rest.
    pub prose: String,
}

/// Reads Markdown. The first heading is taken out if there is no `title` yet, or if all it does is to repeat it.
pub fn read(markdown: &str, title: Option<&str>) -> Read {
    let text = without_comments(markdown);
    let mut blocks = Blocks::default();
    text.lines().for_each(|line| blocks.line(line));
    blocks.close();
    let Blocks {
        mut done, links, ..
    } = blocks;
    for block in &mut done {
        if block.kind != Kind::Verbatim {
            block.text = plain(&block.text, &links);
        }
    }
    let heading = done.iter().position(|block| block.kind == Kind::Heading);
    let heading = heading
        .filter(|at| title.is_none_or(|title| title == done[*at].text))
        .map(|at| done.remove(at).text);
    Read {
        heading,
        prose: joined(&done),
    }
}

fn joined(blocks: &[Block]) -> String {
    let mut text = String::new();
    let mut before = None;
    for block in blocks.iter().filter(|block| !block.text.trim().is_empty()) {
        if let Some(before) = before {
            let is_list = block.kind == Kind::Line && before == Kind::Line;
            text.push_str(if is_list { "\n" } else { "\n\n" });
        }
        text.push_str(block.text.trim());
        before = Some(block.kind);
    }
    text
}

fn without_comments(markdown: &str) -> String {
    let mut text = String::with_capacity(markdown.len());
    let mut rest = markdown;
    while let Some((before, comment)) = rest.split_once("<!--") {
        let Some((_, behind)) = comment.split_once("-->") else {
            break;
        };
        text.push_str(before);
        rest = behind;
    }
    text.push_str(rest);
    text
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Heading,
    Paragraph,
    /// An item of a list, or a row of a table.
    Line,
    /// From between fences.
    Verbatim,
}

#[derive(Debug)]
struct Block {
    kind: Kind,
    text: String,
}

/// Blocks as lines come in.
#[derive(Default)]
struct Blocks {
    done: Vec<Block>,
    open: Option<Block>,
    /// What opened the fence that is open.
    fence: Option<&'static str>,
    /// The names of links that are defined somewhere, in lower case.
    links: Vec<String>,
}

impl Blocks {
    fn line(&mut self, line: &str) {
        let trimmed = line.trim();
        if let Some(fence) = self.fence {
            return self.fenced(line, trimmed.starts_with(fence));
        }
        let inner = without_quote_marks(trimmed);
        if let Some(fence) = ["```", "~~~"]
            .into_iter()
            .find(|fence| inner.starts_with(fence))
        {
            self.close();
            self.fence = Some(fence);
        } else if inner.is_empty() {
            self.close();
        } else if let Some(heading) = heading(inner) {
            self.whole(Kind::Heading, heading);
        } else if self.underlines(inner) || is_rule(inner) {
            self.close();
        } else if let Some(name) = link_definition(inner) {
            self.links.push(name);
        } else if let Some(item) = item(inner) {
            self.whole(Kind::Line, &item);
        } else {
            self.paragraph(inner, line.ends_with("  ") || line.ends_with('\\'));
        }
    }

    fn fenced(&mut self, line: &str, ends: bool) {
        if ends {
            self.fence = None;
            self.close();
            return;
        }
        match &mut self.open {
            Some(block) => {
                block.text.push('\n');
                block.text.push_str(line);
            }
            None => self.begin(Kind::Verbatim, line),
        }
    }

    fn begin(&mut self, kind: Kind, text: &str) {
        self.open = Some(Block {
            kind,
            text: text.to_owned(),
        });
    }

    /// A block of one line; an item may go on in the next.
    fn whole(&mut self, kind: Kind, text: &str) {
        self.close();
        self.begin(kind, text);
        if kind == Kind::Heading || text.starts_with('|') {
            self.close();
        }
    }

    /// A line of a paragraph, or of the item above it.
    fn paragraph(&mut self, line: &str, breaks: bool) {
        match &mut self.open {
            Some(block) => {
                join(&mut block.text, line);
            }
            None => self.begin(Kind::Paragraph, line),
        }
        if let (true, Some(block)) = (breaks, &mut self.open) {
            let kept = block
                .text
                .strip_suffix('\\')
                .unwrap_or(&block.text)
                .trim_end()
                .len();
            block.text.truncate(kept);
            block.text.push('\n');
        }
    }

    /// Whether this line makes a heading of the one line above it.
    fn underlines(&mut self, line: &str) -> bool {
        let is_mark = |mark: char| line.len() >= 2 && line.chars().all(|c| c == mark);
        if !is_mark('=') && !is_mark('-') {
            return false;
        }
        match &mut self.open {
            Some(block) if block.kind == Kind::Paragraph && !block.text.contains('\n') => {
                block.kind = Kind::Heading;
                true
            }
            _ => false,
        }
    }

    fn close(&mut self) {
        self.done.extend(self.open.take());
    }
}

/// Appends a line that was only wrapped. Between characters that are written without spaces, none is put.
fn join(text: &mut String, line: &str) {
    let is_tight = |c: Option<char>| {
        c.is_some_and(|c| crate::analysis::is_unspaced(c) && !matches!(c, '\u{AC00}'..='\u{D7FF}'))
    };
    let tight = is_tight(text.chars().next_back()) && is_tight(line.chars().next());
    if !tight && !text.ends_with('\n') {
        text.push(' ');
    }
    text.push_str(line);
}

fn without_quote_marks(mut line: &str) -> &str {
    while let Some(rest) = line.strip_prefix('>') {
        line = rest.trim_start();
    }
    line
}

fn heading(line: &str) -> Option<&str> {
    let text = line.trim_start_matches('#');
    let level = line.len() - text.len();
    if !(1..=6).contains(&level) || !(text.is_empty() || text.starts_with([' ', '\t'])) {
        return None;
    }
    let text = text.trim();
    let bare = text.trim_end_matches('#');
    // `# C#` is C#; `# C #` is C.
    Some(if bare.is_empty() || bare.ends_with(' ') {
        bare.trim_end()
    } else {
        text
    })
}

/// A line across: three or more of the same mark.
fn is_rule(line: &str) -> bool {
    let mut marks = line.chars().filter(|c| !c.is_whitespace());
    match marks.next() {
        Some(mark @ ('-' | '*' | '_')) => {
            let rest = marks.clone().count();
            rest >= 2 && marks.all(|c| c == mark)
        }
        _ => false,
    }
}

/// `[name]: https://…` defines a link, and `[REC]: the film` does not.
fn link_definition(line: &str) -> Option<String> {
    let (name, target) = line.strip_prefix('[')?.split_once("]:")?;
    let target = target.split_whitespace().next()?;
    let is_link = target.contains("://") || target.starts_with(['/', '#', '<', '.']);
    is_link.then(|| name.to_lowercase())
}

/// An item of a list with a dash before it, whatever its mark; a row of a table.
fn item(line: &str) -> Option<String> {
    if line.starts_with('|') {
        return Some(line.to_owned());
    }
    let text = line.strip_prefix(['-', '*', '+'])?;
    text.starts_with([' ', '\t'])
        .then(|| format!("- {}", text.trim_start()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn prose(markdown: &str) -> String {
        read(markdown, Some("")).prose
    }

    #[test]
    fn the_first_heading_is_the_title_and_leaves_the_prose() {
        for markdown in [
            "# Heat\n\nA film.",
            "\nHeat\n====\nA film.",
            "Heat\n---\nA film.",
            "### Heat ###\nA film.",
            "# *Heat*\nA film.",
        ] {
            let read = read(markdown, None);
            assert_eq!(read.heading.as_deref(), Some("Heat"), "{markdown}");
            assert_eq!(read.prose, "A film.", "{markdown}");
        }
    }

    #[test]
    fn a_heading_beside_a_title_stays_unless_it_repeats_it() {
        let text = "# Heat\nA film.";
        assert_eq!(read(text, Some("Heat")).prose, "A film.");
        assert_eq!(read(text, Some("Heat (1995)")).prose, "Heat\n\nA film.");
        assert_eq!(read("A film.", None).heading, None);
    }

    #[test]
    fn blocks_read_as_text() {
        let cases = [
            ("one\ntwo\n\nthree", "one two\n\nthree"),
            ("重慶\n森林", "重慶森林"),
            ("한국\n영화", "한국 영화"),
            ("> quoted\n> text", "quoted text"),
            ("* a\n* b\n  more\n\nend", "- a\n- b more\n\nend"),
            ("a\n\n***\n\nb", "a\n\nb"),
            ("```sh\n*a*\n\nb\n```\nc", "*a*\n\nb\n\nc"),
            ("a <!-- not\nthis --> b", "a  b"),
            ("a <!-- unclosed", "a <!-- unclosed"),
            ("one  \ntwo\\\nthree", "one\ntwo\nthree"),
            ("[Heat][h]\n\n[h]: https://example.org", "Heat"),
            ("[REC]: a film", "[REC]: a film"),
            ("# C#", "C#"),
            ("#hashtag", "#hashtag"),
            ("| a | b |\n| c | d |", "| a | b |\n| c | d |"),
        ];
        for (markdown, wanted) in cases {
            assert_eq!(prose(markdown), wanted, "{markdown}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in "([#>*_`\\[\\]()!<\\-=+|~\\\\ \n]|\\PC|[a-c]){0,80}") {
            let read = read(&text, None);
            prop_assert!(read.prose.len() <= text.len() * 2 + 8);
        }

        #[test]
        fn words_are_never_lost(words in prop::collection::vec("[a-z]{1,8}", 1..20), breaks in prop::collection::vec("( |\n|\n\n| \\*| _)", 20)) {
            let text: String = words.iter().zip(&breaks).map(|(word, gap)| format!("{word}{gap}")).collect();
            let prose = prose(&text);
            let kept: Vec<&str> = prose.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
            prop_assert_eq!(kept, words);
        }
    }
}
