//! Taking the marks of Markdown out of a paragraph: emphasis, links, code, escapes.
//!
//! One pass decides which bytes go, another leaves them out; both are linear, whatever the text.

use std::ops::Range;

/// How far behind `](` the end of a link's target is looked for.
const MAX_TARGET: usize = 2048;

/// The longest name of a link, in bytes.
const MAX_NAME: usize = 128;

/// Entities that people do write.
const ENTITIES: [(&str, &str); 6] = [
    ("&amp;", "&"),
    ("&lt;", "<"),
    ("&gt;", ">"),
    ("&quot;", "\""),
    ("&#39;", "'"),
    ("&nbsp;", " "),
];

/// Tags that only say how a text looks.
const TAGS: [&str; 16] = [
    "<em>",
    "</em>",
    "<i>",
    "</i>",
    "<b>",
    "</b>",
    "<strong>",
    "</strong>",
    "<cite>",
    "</cite>",
    "<u>",
    "</u>",
    "<sup>",
    "</sup>",
    "<sub>",
    "</sub>",
];

/// `text` without its marks. `links` are the names, in lower case, of the links that the document defines.
pub fn plain(text: &str, links: &[String]) -> String {
    if !text.contains(['*', '_', '`', '[', '\\', '<', '&']) {
        return text.to_owned();
    }
    let mut scan = Scan::new(text, links);
    scan.run();
    scan.edits.sort_by_key(|edit| edit.range.start);
    let mut plain = String::with_capacity(text.len());
    let mut at = 0;
    for edit in scan.edits.iter().filter(|edit| !edit.range.is_empty()) {
        if edit.range.start >= at {
            plain.push_str(&text[at..edit.range.start]);
            plain.push_str(edit.with);
            at = edit.range.end;
        }
    }
    plain.push_str(&text[at..]);
    plain
}

/// A stretch that is replaced, mostly by nothing.
struct Edit {
    range: Range<usize>,
    with: &'static str,
}

struct Scan<'t> {
    text: &'t str,
    links: &'t [String],
    edits: Vec<Edit>,
    /// Brackets that are open: where each stands, and how long it is (`![` is two bytes).
    brackets: Vec<Range<usize>>,
    /// Marks of emphasis that are open, by [`kind_of_run`].
    open: [Vec<Range<usize>>; 6],
    /// The lengths of backtick runs that have no equal any more.
    lone_ticks: Vec<usize>,
    /// The next closing parenthesis, as far as looked for.
    next_close: usize,
}

impl<'t> Scan<'t> {
    fn new(text: &'t str, links: &'t [String]) -> Scan<'t> {
        Scan {
            text,
            links,
            edits: Vec::new(),
            brackets: Vec::new(),
            open: Default::default(),
            lone_ticks: Vec::new(),
            next_close: 0,
        }
    }

    fn run(&mut self) {
        let bytes = self.text.as_bytes();
        let mut at = 0;
        while at < bytes.len() {
            at = match bytes[at] {
                b'\\' => self.escape(at),
                b'`' => self.code(at),
                b'*' | b'_' => self.emphasis(at),
                b'!' if bytes.get(at + 1) == Some(&b'[') => self.bracket(at..at + 2),
                b'[' => self.bracket(at..at + 1),
                b']' => self.close_bracket(at),
                b'<' => self.tag(at),
                b'&' => self.entity(at),
                _ => at + 1,
            };
        }
    }

    fn edit(&mut self, range: Range<usize>, with: &'static str) {
        self.edits.push(Edit { range, with });
    }

    fn escape(&mut self, at: usize) -> usize {
        match self.text.as_bytes().get(at + 1) {
            Some(byte) if byte.is_ascii_punctuation() => {
                self.edit(at..at + 1, "");
                at + 2
            }
            _ => at + 1,
        }
    }

    fn code(&mut self, at: usize) -> usize {
        let ticks = self.run_length(at);
        let inside = at + ticks;
        if self.lone_ticks.contains(&ticks) {
            return inside;
        }
        let mut from = inside;
        while let Some(more) = memchr::memchr(b'`', &self.text.as_bytes()[from..]) {
            let close = from + more;
            let length = self.run_length(close);
            if length == ticks {
                self.edit(at..inside, "");
                self.edit(close..close + ticks, "");
                return close + ticks;
            }
            from = close + length;
        }
        self.lone_ticks.push(ticks);
        inside
    }

    /// How many bytes like the one at `at` stand there in a row.
    fn run_length(&self, at: usize) -> usize {
        let bytes = &self.text.as_bytes()[at..];
        bytes.iter().take_while(|byte| **byte == bytes[0]).count()
    }

    fn emphasis(&mut self, at: usize) -> usize {
        let length = self.run_length(at);
        let run = at..at + length;
        let Some(kind) = kind_of_run(self.text.as_bytes()[at], length) else {
            return run.end;
        };
        let before = self.text[..run.start].chars().next_back();
        let behind = self.text[run.end..].chars().next();
        let is_word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        let is_blank = |c: Option<char>| c.is_none_or(char::is_whitespace);
        // Two stars are never a part of a name; one is (M*A*S*H), unless it stands at the edge of a word.
        let anywhere = self.text.as_bytes()[at] == b'*' && length == 2;
        let may_close = !is_blank(before) && (anywhere || !is_word(behind));
        let may_open = !is_blank(behind) && (anywhere || !is_word(before));
        match self.open[kind].pop_if(|_| may_close) {
            Some(opened) => {
                self.edit(opened, "");
                self.edit(run.clone(), "");
            }
            None if may_open => self.open[kind].push(run.clone()),
            None => {}
        }
        run.end
    }

    fn bracket(&mut self, bracket: Range<usize>) -> usize {
        let end = bracket.end;
        self.brackets.push(bracket);
        end
    }

    fn close_bracket(&mut self, at: usize) -> usize {
        let Some(opened) = self.brackets.pop() else {
            return at + 1;
        };
        let end = match self.text.as_bytes().get(at + 1) {
            Some(b'(') => self.target_end(at + 2),
            Some(b'[') => self.reference_end(at + 2),
            _ => None,
        };
        match end {
            Some(end) => {
                self.edit(opened, "");
                self.edit(at..end, "");
                end
            }
            None => at + 1,
        }
    }

    /// Behind the parenthesis that ends a link's target, which begins at `start`.
    fn target_end(&mut self, start: usize) -> Option<usize> {
        if self.next_close < start {
            let more = memchr::memchr(b')', &self.text.as_bytes()[start..]);
            self.next_close = more.map_or(usize::MAX, |more| start + more);
        }
        let mut close = self.next_close;
        if close > start + MAX_TARGET {
            return None;
        }
        // `…/Heat_(film))`: a parenthesis within the target.
        let inner = memchr::memchr(b'(', &self.text.as_bytes()[start..close]);
        if inner.is_some() && self.text.as_bytes().get(close + 1) == Some(&b')') {
            close += 1;
        }
        let target = &self.text[start..close];
        let is_target = target.contains(['/', '.', ':', '#']) && !target.contains('\n');
        is_target.then_some(close + 1)
    }

    /// Behind the bracket that ends the name of a link, if the document defines one of this name.
    fn reference_end(&self, start: usize) -> Option<usize> {
        let bytes = &self.text.as_bytes()[start..];
        let length = memchr::memchr(b']', &bytes[..bytes.len().min(MAX_NAME)])?;
        let name = self.text[start..start + length].to_lowercase();
        self.links.contains(&name).then_some(start + length + 1)
    }

    fn tag(&mut self, at: usize) -> usize {
        let rest = &self.text[at..];
        let starts = |tag: &&&str| {
            rest.get(..tag.len())
                .is_some_and(|start| start.eq_ignore_ascii_case(tag))
        };
        if let Some(tag) = TAGS.iter().find(starts) {
            self.edit(at..at + tag.len(), "");
            return at + tag.len();
        }
        if let Some(tag) = ["<br>", "<br/>", "<br />"].iter().find(starts) {
            self.edit(at..at + tag.len(), "\n");
            return at + tag.len();
        }
        let near = &rest.as_bytes()[..rest.len().min(MAX_TARGET)];
        if rest.starts_with("<http")
            && let Some(end) = memchr::memchr3(b'>', b' ', b'\n', near)
            && near[end] == b'>'
        {
            self.edit(at..at + 1, "");
            self.edit(at + end..at + end + 1, "");
            return at + end + 1;
        }
        at + 1
    }

    fn entity(&mut self, at: usize) -> usize {
        let rest = &self.text[at..];
        match ENTITIES.iter().find(|(entity, _)| rest.starts_with(entity)) {
            Some((entity, character)) => {
                self.edit(at..at + entity.len(), character);
                at + entity.len()
            }
            None => at + 1,
        }
    }
}

/// Where marks of this kind are kept; runs of more than three are no emphasis.
fn kind_of_run(mark: u8, length: usize) -> Option<usize> {
    let offset = if mark == b'*' { 0 } else { 3 };
    (length <= 3).then_some(offset + length - 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn marks_go_and_names_stay() {
        let cases = [
            ("*Heat* and **Ran**", "Heat and Ran"),
            ("_Heat_, __Ran__.", "Heat, Ran."),
            ("***Heat***", "Heat"),
            ("**重慶森林**は", "重慶森林は"),
            ("M*A*S*H", "M*A*S*H"),
            ("*M*A*S*H*", "M*A*S*H"),
            ("snake_case_name", "snake_case_name"),
            ("2 * 3 * 4", "2 * 3 * 4"),
            ("****", "****"),
            ("!!! and [REC] and Sunn O)))", "!!! and [REC] and Sunn O)))"),
            ("[Heat](https://example.org/Heat_(film)) is", "Heat is"),
            ("[*Heat*](heat.md)", "Heat"),
            ("![A poster](poster.png)", "A poster"),
            ("[REC](2007)", "[REC](2007)"),
            ("[a][b] [a][c]", "a [a][c]"),
            ("`a*b*` and ``x`y``", "a*b* and x`y"),
            ("`lone", "`lone"),
            (r"\*not\* Ke\$ha C:\dir", r"*not* Ke$ha C:\dir"),
            (
                "<https://example.org> <i>x</i> a<br>b",
                "https://example.org x a\nb",
            ),
            ("Simon &amp; Garfunkel &c", "Simon & Garfunkel &c"),
            ("a < b & c", "a < b & c"),
            ("[](.)", ""),
            ("*a _b* c_", "a b c"),
        ];
        for (text, wanted) in cases {
            assert_eq!(plain(text, &["b".to_owned()]), wanted, "{text}");
        }
    }

    #[test]
    fn hostile_text_takes_no_longer_than_its_length() {
        for text in ["[", "](", "*a", "_a *b ", "`a``", "<", "![", "a*"] {
            plain(&text.repeat(100_000), &[]);
        }
    }

    proptest! {
        #[test]
        fn any_text_becomes_no_longer(text in "([*_`\\[\\]()!<>&\\\\ \n]|\\PC|[a-c]){0,60}") {
            prop_assert!(plain(&text, &[]).len() <= text.len());
        }
    }
}
