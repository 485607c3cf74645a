//! How what has been typed may go on.
//!
//! Titles and names come from the best hits of a search for what was typed as the beginning of one, so that what is found
//! often and early comes first; words come from the dictionary. What is typed exactly stands above what begins so, and
//! that above a mended mistake, which is only looked for when nothing else goes on. Each step is bounded: a search gives
//! some hits, the dictionary is read up to a number of words.

use super::request::SearchRequest;
use super::response::Hit;
use crate::analysis::{fold_text, is_unspaced};

/// Hits that titles and names are taken from.
const LOOKED_AT: usize = 24;
/// Words before the last that are asked for; further ones are only kept.
const MAX_WORDS: usize = 6;
/// A last word longer than this, in bytes, is none.
const MAX_LAST: usize = 64;

/// What a suggestion is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SuggestionKind {
    /// A whole title.
    Title,
    /// A whole name.
    Artist,
    /// What was typed with its last word completed.
    Word,
    /// What was typed with its last word mended.
    Mended,
}

impl SuggestionKind {
    /// For programs.
    pub fn name(self) -> &'static str {
        match self {
            SuggestionKind::Title => "title",
            SuggestionKind::Artist => "artist",
            SuggestionKind::Word => "word",
            SuggestionKind::Mended => "mended",
        }
    }
}

/// One way to go on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    /// The whole text that stands for what was typed.
    pub text: String,
    /// What it is.
    pub kind: SuggestionKind,
}

/// What was typed, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Typed {
    /// All of it, folded, its words set apart by one space.
    folded: String,
    /// What stands before the last word, as typed.
    head: String,
    /// The words before the last, folded, letters and digits only.
    words: Vec<String>,
    /// The last word, folded.
    pub last: String,
}

impl Typed {
    /// `None` when there is no last word to complete.
    pub fn of(typed: &str) -> Option<Typed> {
        let is_part = |c: char| c.is_alphanumeric();
        let start = typed.rfind(|c: char| !is_part(c)).map_or(0, |at| {
            at + typed[at..].chars().next().map_or(1, char::len_utf8)
        });
        let (head, last) = typed.split_at(start);
        let last = fold_text(last);
        if last.is_empty() || last.len() > MAX_LAST {
            return None;
        }
        let words: Vec<String> = words(head);
        let mut all = words.clone();
        all.push(last.clone());
        Some(Typed {
            folded: all.join(" "),
            head: head.to_owned(),
            words,
            last,
        })
    }

    /// The query for entries whose `field` has the words and one that begins like the last; `None` when it is too long to
    /// be the beginning of one, or of a script whose words are not seen.
    pub fn query(&self, field: &str) -> Option<String> {
        if self.words.len() > MAX_WORDS || self.last.chars().any(is_unspaced) {
            return None;
        }
        // Letters and digits only: nothing in it is an operator.
        let mut clauses: Vec<String> = self
            .words
            .iter()
            .map(|word| format!("+{field}:{word}"))
            .collect();
        clauses.push(format!("+{field}:{}*", self.last));
        Some(clauses.join(" "))
    }

    /// How near a whole text is to what was typed: 0 the same, 1 begins so, 2 has all its words, 3 none of that.
    fn distance(&self, text: &str) -> u8 {
        let words = words(text);
        let folded = words.join(" ");
        if folded == self.folded {
            return 0;
        }
        if folded.starts_with(&self.folded) {
            return 1;
        }
        let has_all = self.words.iter().all(|word| words.contains(word));
        match has_all && words.iter().any(|word| word.starts_with(&self.last)) {
            true => 2,
            false => 3,
        }
    }
}

/// The words of a text, folded.
fn words(text: &str) -> Vec<String> {
    let words = text.split(|c: char| !c.is_alphanumeric()).map(fold_text);
    words.filter(|word| !word.is_empty()).collect()
}

/// The request by which titles and names are found.
pub fn request() -> SearchRequest {
    SearchRequest {
        limit: LOOKED_AT,
        highlight: false,
        ..SearchRequest::default()
    }
}

/// Suggestions in the making.
pub struct Suggestions<'t> {
    typed: &'t Typed,
    limit: usize,
    list: Vec<Suggestion>,
    /// Folded, to know what is there already.
    known: Vec<String>,
}

impl<'t> Suggestions<'t> {
    /// None yet, of at most `limit`.
    pub fn new(typed: &'t Typed, limit: usize) -> Suggestions<'t> {
        Suggestions {
            typed,
            limit,
            list: Vec::new(),
            known: Vec::new(),
        }
    }

    /// Whether nothing goes on.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Adds the titles of hits.
    pub fn add_titles(&mut self, hits: &[Hit]) {
        let titles = hits.iter().map(|hit| hit.entry.title.clone());
        self.add_nearest(titles.collect(), SuggestionKind::Title);
    }

    /// Adds the names in hits that go on from what was typed.
    pub fn add_names(&mut self, hits: &[Hit]) {
        let names = hits
            .iter()
            .flat_map(|hit| hit.entry.artists.iter().cloned());
        self.add_nearest(names.collect(), SuggestionKind::Artist);
    }

    /// Adds texts, the nearest first, those as near in their order.
    fn add_nearest(&mut self, texts: Vec<String>, kind: SuggestionKind) {
        let mut near: Vec<(u8, String)> = texts
            .into_iter()
            .map(|text| (self.typed.distance(&text), text))
            .collect();
        near.retain(|(distance, _)| *distance < 3);
        near.sort_by_key(|(distance, _)| *distance);
        // Words and the other kind want a place too.
        let mut room = self.limit.div_ceil(2);
        for (_, text) in near {
            if room == 0 {
                break;
            }
            room -= usize::from(self.add(text, kind));
        }
    }

    /// Adds what was typed with its last word completed.
    pub fn add_words(&mut self, words: Vec<String>) {
        for word in words.into_iter().filter(|word| *word != self.typed.last) {
            let text = format!("{}{word}", self.typed.head);
            self.add(text, SuggestionKind::Word);
        }
    }

    /// Adds what was typed with its last word mended.
    pub fn add_mended(&mut self, words: Vec<String>) {
        for word in words {
            let text = format!("{}{word}", self.typed.head);
            self.add(text, SuggestionKind::Mended);
        }
    }

    /// Adds a text unless it is there; whether it was added.
    fn add(&mut self, text: String, kind: SuggestionKind) -> bool {
        let folded = words(&text).join(" ");
        let is_new = self.list.len() < self.limit && !self.known.contains(&folded);
        if is_new {
            self.known.push(folded);
            self.list.push(Suggestion { text, kind });
        }
        is_new
    }

    /// The suggestions in their order.
    pub fn into_list(self) -> Vec<Suggestion> {
        self.list
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entry::Entry;

    fn hit(title: &str, artists: &[&str]) -> Hit {
        Hit {
            position: 1,
            score: 1.0,
            id: title.to_owned(),
            entry: Entry {
                title: title.to_owned(),
                artists: artists.iter().map(|name| (*name).to_owned()).collect(),
                ..Entry::default()
            },
            source: None,
            highlight: Vec::new(),
            explanation: None,
        }
    }

    #[test]
    fn what_was_typed_is_taken_apart() {
        let typed = Typed::of("The Velvét \"gold").unwrap();
        assert_eq!(
            (typed.head.as_str(), typed.last.as_str()),
            ("The Velvét \"", "gold")
        );
        assert_eq!(
            typed.query("title").unwrap(),
            "+title:the +title:velvet +title:gold*"
        );
        for nothing in ["", " ", "bowie ", "bowie*", &"a".repeat(65)] {
            assert_eq!(Typed::of(nothing), None, "{nothing:?}");
        }
        assert!(Typed::of("坂本").unwrap().query("title").is_none());
    }

    #[test]
    fn exact_stands_above_what_begins_so_and_that_above_the_rest() {
        let typed = Typed::of("heat").unwrap();
        let mut found = Suggestions::new(&typed, 8);
        found.add_titles(&[
            hit("Body Heat", &[]),
            hit("Heathers", &[]),
            hit("Heat", &[]),
            hit("Cold", &[]),
            hit("HEAT", &[]),
        ]);
        found.add_words(vec!["heat".into(), "heated".into()]);
        let list: Vec<(String, SuggestionKind)> = found
            .into_list()
            .into_iter()
            .map(|found| (found.text, found.kind))
            .collect();
        let expected = [
            ("Heat", SuggestionKind::Title),
            ("Heathers", SuggestionKind::Title),
            ("Body Heat", SuggestionKind::Title),
            ("heated", SuggestionKind::Word),
        ];
        assert_eq!(list, expected.map(|(text, kind)| (text.to_owned(), kind)));
    }

    #[test]
    fn only_the_names_that_go_on_from_what_was_typed() {
        let typed = Typed::of("david bo").unwrap();
        let mut found = Suggestions::new(&typed, 8);
        found.add_names(&[
            hit("x", &["Brian Eno", "David Bowie"]),
            hit("y", &["David Bowie", "Bob Dylan"]),
        ]);
        assert_eq!(
            found.into_list(),
            [Suggestion {
                text: "David Bowie".into(),
                kind: SuggestionKind::Artist
            }]
        );
    }

    #[test]
    fn no_kind_takes_all_the_room() {
        let typed = Typed::of("a").unwrap();
        let mut found = Suggestions::new(&typed, 4);
        found.add_titles(&["A1", "A2", "A3"].map(|title| hit(title, &[])));
        found.add_words(vec!["ab".into(), "ac".into(), "ad".into()]);
        let texts: Vec<String> = found
            .into_list()
            .into_iter()
            .map(|found| found.text)
            .collect();
        assert_eq!(texts, ["A1", "A2", "ab", "ac"]);
    }
}
