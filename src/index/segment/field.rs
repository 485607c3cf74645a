//! The posting lists of a field, written with Tantivy's serializers of lists, of positions and of terms. Tantivy's own
//! way to put the three together works out for every term how lengths count in its score, of which only lists of a
//! whole block and more have use: a tenth of the time that writing a text takes.

use std::io::{self, Write};

use tantivy::Score;
use tantivy::fieldnorm::FieldNormReader;
use tantivy::positions::PositionSerializer;
use tantivy::postings::TermInfo;
use tantivy::postings::serializer::PostingsSerializer;
use tantivy::schema::IndexRecordOption;
use tantivy::termdict::TermDictionaryBuilder;

/// Documents in a block of a list. A list of fewer has no block and says nothing of lengths.
const BLOCK: usize = 128;
/// Bytes of lists that are gathered before they are written.
const BUFFER: usize = 1 << 16;

/// Writes a field.
pub struct FieldWriter<W: Write> {
    terms: TermDictionaryBuilder<W>,
    lists: W,
    positions: Option<PositionSerializer<W>>,
    /// Lists that wait to be written.
    buffer: Vec<u8>,
    /// Bytes of all lists before them.
    written: usize,
    /// For lists that are less than a block.
    short: PostingsSerializer,
    record: IndexRecordOption,
    mean_length: Score,
    lengths: Option<FieldNormReader>,
}

impl<W: Write> FieldWriter<W> {
    /// Begins a field of `total` tokens; `lengths` has how many of them each document has, where that is to be known of the
    /// best document of a block. Its terms, their lists and the positions in them are written apart.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn new(
        record: IndexRecordOption,
        total: u64,
        lengths: Option<FieldNormReader>,
        [terms, mut lists, positions]: [W; 3],
    ) -> io::Result<FieldWriter<W>> {
        lists.write_all(&total.to_le_bytes())?;
        let mean = |lengths: &FieldNormReader| total as Score / lengths.num_docs() as Score;
        Ok(FieldWriter {
            terms: TermDictionaryBuilder::create(terms)?,
            lists,
            positions: record
                .has_positions()
                .then(|| PositionSerializer::new(positions)),
            buffer: Vec::with_capacity(BUFFER),
            written: 0,
            short: PostingsSerializer::new(0.0, record, None),
            record,
            mean_length: lengths.as_ref().map_or(0.0, mean),
            lengths,
        })
    }

    /// Writes the list of a term that comes behind those before: each document with its frequency, and each position less
    /// the one before it in its document.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(&mut self, term: &[u8], list: &[(u32, u32)], steps: &[u32]) -> io::Result<()> {
        let start = self.written + self.buffer.len();
        let first_position = self.position();
        if list.len() < BLOCK {
            write_list(&mut self.short, list, &mut self.buffer)?;
        } else {
            // It does not forget the last document of a list: a new one for each.
            let lengths = self.lengths.clone();
            let mut long = PostingsSerializer::new(self.mean_length, self.record, lengths);
            write_list(&mut long, list, &mut self.buffer)?;
        }
        if let Some(positions) = &mut self.positions {
            positions.write_positions_delta(steps);
            positions.close_term()?;
        }
        let info = TermInfo {
            doc_freq: list.len() as u32,
            postings_range: start..self.written + self.buffer.len(),
            positions_range: first_position..self.position(),
        };
        self.terms.insert(term, &info)?;
        if self.buffer.len() >= BUFFER {
            self.flush()?;
        }
        Ok(())
    }

    fn position(&self) -> usize {
        let positions = self.positions.as_ref();
        positions.map_or(0, |positions| positions.written_bytes() as usize)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.lists.write_all(&self.buffer)?;
        self.written += self.buffer.len();
        self.buffer.clear();
        Ok(())
    }

    /// Completes the field.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn close(mut self) -> io::Result<()> {
        self.flush()?;
        if let Some(positions) = self.positions {
            positions.close()?;
        }
        self.terms.finish().map(drop)
    }
}

fn write_list(
    out: &mut PostingsSerializer,
    list: &[(u32, u32)],
    bytes: &mut Vec<u8>,
) -> io::Result<()> {
    let docs = list.len() as u32;
    out.new_term(docs, true);
    for &(doc, frequency) in list {
        out.write_doc(doc, frequency);
    }
    out.close_term(docs, bytes)
}
