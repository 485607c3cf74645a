//! Cursors over what stands in one zone of one segment: a term's list, a phrase, a prefix, each as documents in order
//! with how often.
//!
//! A cursor first offers *candidates* cheaply, and says how often something stands there only when asked
//! ([`Cursor::frequency`]): a phrase reads positions then, and may find that it does not stand there at all.

use tantivy::postings::{BlockSegmentPostings, TermInfo};
use tantivy::query::Bm25Weight;
use tantivy::schema::IndexRecordOption;
use tantivy::{DocId, TERMINATED};

use super::deadline::{self, Ticks};
use super::gathered::Gathered;
use super::pattern::Pattern;
use super::phrase::PhraseCursor;
use super::segment::{Segment, Zone};

/// Documents in order.
pub enum Cursor {
    /// One term's list.
    Term(TermCursor),
    /// Elements side by side.
    Phrase(Box<PhraseCursor>),
    /// Gathered beforehand: all the words of a prefix.
    Gathered(Gathered),
    /// What stands in the text but not in the title or a name: in the prose.
    Less {
        /// The text.
        whole: Box<Cursor>,
        /// The same in the title and the names.
        less: Vec<Cursor>,
    },
}

/// How much is read of a term's list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    /// The documents; every frequency is said to be 1.
    Documents,
    /// How often it stands in each, too.
    Frequencies,
}

impl Detail {
    fn option(self) -> IndexRecordOption {
        match self {
            Detail::Documents => IndexRecordOption::Basic,
            Detail::Frequencies => IndexRecordOption::WithFreqs,
        }
    }
}

impl Cursor {
    /// The cursors of a pattern in a zone; none when the zone has nothing of it. `path` goes before every term.
    pub fn open(
        segment: &Segment,
        zone: Zone,
        path: &str,
        pattern: &Pattern,
        detail: Detail,
    ) -> tantivy::Result<Vec<Cursor>> {
        match pattern {
            Pattern::Terms(terms) => {
                let mut cursors = Vec::with_capacity(terms.len());
                for term in terms {
                    if let Some(info) = segment.term_at(zone, path, term)? {
                        cursors.push(Cursor::Term(TermCursor::open(
                            segment, zone, &info, detail,
                        )?));
                    }
                }
                Ok(cursors)
            }
            Pattern::Prefix(prefix) => {
                let gathered = Gathered::of_prefix(segment, zone, &format!("{path}{prefix}"))?;
                Ok(gathered.map(Cursor::Gathered).into_iter().collect())
            }
            Pattern::Phrase { .. } if deadline::passed() => Ok(Vec::new()),
            Pattern::Phrase { elements, slop } => {
                let phrase = PhraseCursor::open(segment, zone, path, elements, *slop)?;
                Ok(phrase
                    .map(|phrase| Cursor::Phrase(Box::new(phrase)))
                    .into_iter()
                    .collect())
            }
        }
    }

    /// The cursors of a pattern in the prose: in the text, less what is in the title and the names.
    pub fn open_prose(segment: &Segment, pattern: &Pattern) -> tantivy::Result<Vec<Cursor>> {
        let single = |term: &String| Pattern::Terms(vec![term.clone()]);
        let patterns: Vec<Pattern> = match pattern {
            Pattern::Terms(terms) => terms.iter().map(single).collect(),
            other => vec![other.clone()],
        };
        let mut cursors = Vec::new();
        for pattern in &patterns {
            let open = |zone| Cursor::open(segment, zone, "", pattern, Detail::Frequencies);
            for whole in open(Zone::Text)? {
                let mut less = open(Zone::Title)?;
                less.extend(open(Zone::Artists)?);
                cursors.push(Cursor::Less {
                    whole: Box::new(whole),
                    less,
                });
            }
        }
        Ok(cursors)
    }

    /// The candidate it stands at; [`TERMINATED`] behind the last.
    #[inline]
    pub fn doc(&self) -> DocId {
        match self {
            Cursor::Term(cursor) => cursor.doc,
            Cursor::Phrase(cursor) => cursor.doc(),
            Cursor::Gathered(cursor) => cursor.doc(),
            Cursor::Less { whole, .. } => whole.doc(),
        }
    }

    /// Moves to the first candidate at or behind `target`, never back.
    #[inline]
    pub fn seek(&mut self, target: DocId) -> DocId {
        match self {
            Cursor::Term(cursor) => cursor.seek(target),
            Cursor::Phrase(cursor) => cursor.seek(target),
            Cursor::Gathered(cursor) => cursor.seek(target),
            Cursor::Less { whole, .. } => whole.seek(target),
        }
    }

    /// How often it stands in the candidate; 0 when it does not after all.
    #[inline]
    pub fn frequency(&mut self) -> u32 {
        match self {
            Cursor::Term(cursor) => cursor.frequency(),
            Cursor::Phrase(cursor) => cursor.frequency(),
            Cursor::Gathered(cursor) => cursor.frequency(),
            Cursor::Less { whole, less } => {
                let doc = whole.doc();
                let elsewhere: u32 = less
                    .iter_mut()
                    .map(|cursor| {
                        if cursor.seek(doc) == doc {
                            cursor.frequency()
                        } else {
                            0
                        }
                    })
                    .sum();
                whole.frequency().saturating_sub(elsewhere)
            }
        }
    }

    /// At least [`Cursor::frequency`], without reading positions.
    #[inline]
    pub fn frequency_bound(&mut self) -> u32 {
        match self {
            Cursor::Phrase(cursor) => cursor.frequency_bound(),
            Cursor::Less { whole, .. } => whole.frequency_bound(),
            other => other.frequency(),
        }
    }

    /// Passes over documents that lie before `before` and are weak, as far as that is told at a glance: in the current block
    /// of a term's list, and in all that was gathered.
    #[inline]
    pub fn skip_weak(&mut self, before: DocId, weak: impl Fn(DocId, u32) -> bool) {
        match self {
            Cursor::Term(cursor) => cursor.skip_weak(before, weak),
            Cursor::Gathered(cursor) => cursor.skip_weak(before, weak),
            Cursor::Phrase(_) | Cursor::Less { .. } => {}
        }
    }

    /// Calls `set` for every document from the current one on in which it really stands.
    pub fn each(&mut self, mut set: impl FnMut(DocId)) {
        match self {
            Cursor::Term(term) => {
                while term.doc != TERMINATED {
                    let docs = &term.blocks.docs()[term.index..];
                    docs.iter().copied().for_each(&mut set);
                    term.blocks.advance();
                    term.settle(0);
                }
            }
            Cursor::Gathered(gathered) => gathered.docs().iter().copied().for_each(set),
            other => {
                let mut ticks = Ticks::default();
                while other.doc() != TERMINATED && !ticks.passed(1) {
                    if other.frequency() > 0 {
                        set(other.doc());
                    }
                    other.seek(other.doc() + 1);
                }
            }
        }
    }

    /// Whether every candidate is a match, so that nothing has to be read to know it.
    pub fn is_certain(&self) -> bool {
        matches!(self, Cursor::Term(_) | Cursor::Gathered(_))
    }

    /// At most this many documents match.
    pub fn most(&self) -> u32 {
        match self {
            Cursor::Term(cursor) => cursor.blocks.doc_freq(),
            Cursor::Phrase(cursor) => cursor.most(),
            Cursor::Gathered(cursor) => cursor.docs().len() as u32,
            Cursor::Less { whole, .. } => whole.most(),
        }
    }
}

/// One term's list, a block of 128 documents at a time.
pub struct TermCursor {
    /// More than a kilobyte, which should not be moved about; where it stands is told without a look at it.
    blocks: Box<BlockSegmentPostings>,
    index: usize,
    doc: DocId,
    /// The last document of the current block.
    last: DocId,
}

impl TermCursor {
    /// Opens a term's list.
    pub fn open(
        segment: &Segment,
        zone: Zone,
        info: &TermInfo,
        detail: Detail,
    ) -> tantivy::Result<TermCursor> {
        let lists = segment.zone(zone)?;
        let blocks = lists.read_block_postings_from_terminfo(info, detail.option())?;
        let mut cursor = TermCursor {
            blocks: Box::new(blocks),
            index: 0,
            doc: TERMINATED,
            last: 0,
        };
        cursor.settle(0);
        Ok(cursor)
    }

    #[inline]
    fn settle(&mut self, index: usize) {
        self.index = index;
        self.doc = self.blocks.doc(index);
        let length = self.blocks.block_len();
        self.last = if length == 0 {
            TERMINATED
        } else {
            self.blocks.doc(length - 1)
        };
    }

    #[inline]
    fn seek(&mut self, target: DocId) -> DocId {
        if self.doc >= target {
            return self.doc;
        }
        if target <= self.last {
            // Mostly a step or two away.
            let docs = self.blocks.docs();
            let mut index = self.index + 1;
            let near = (index + 4).min(docs.len());
            while index < near && docs[index] < target {
                index += 1;
            }
            if index < near {
                self.index = index;
                self.doc = docs[index];
                return self.doc;
            }
        }
        let index = self.blocks.seek(target);
        self.settle(index);
        self.doc
    }

    /// How often the term stands in the current document.
    #[inline]
    pub fn frequency(&self) -> u32 {
        self.blocks.freq(self.index)
    }

    /// The last document of the current block.
    #[inline]
    pub fn block_end(&self) -> DocId {
        self.last
    }

    /// The documents of the current block from here on, with their frequencies.
    #[inline]
    pub fn rest_of_block(&self) -> (&[DocId], &[u32]) {
        let length = self.blocks.block_len();
        (
            &self.blocks.docs()[self.index.min(length)..],
            &self.blocks.freqs()[self.index.min(length)..length],
        )
    }

    /// See [`Cursor::skip_weak`].
    #[inline]
    fn skip_weak(&mut self, before: DocId, weak: impl Fn(DocId, u32) -> bool) {
        let (docs, frequencies) = self.rest_of_block();
        let mut pairs = docs.iter().zip(frequencies);
        let strong = pairs.position(|(&doc, &frequency)| doc >= before || !weak(doc, frequency));
        match strong {
            Some(0) => {}
            Some(passed) => {
                self.index += passed;
                self.doc = self.blocks.doc(self.index);
            }
            None => {
                self.seek((self.last + 1).min(TERMINATED));
            }
        }
    }

    /// The largest BM25 score in the current block by `weight`.
    pub fn block_max(&mut self, segment: &Segment, weight: &Bm25Weight) -> f32 {
        self.blocks.block_max_score(segment.lengths(), weight)
    }
}
