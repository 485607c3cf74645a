//! What was gathered, as the files of a segment.
//!
//! A thread that had to put away what memory has no room for writes a segment of its own, one thing after the other. What
//! threads still hold in memory at the end becomes one segment, with one dictionary for each field: one thread writes the
//! text, and meanwhile another one everything else.

use std::io::{self, Write};
use std::sync::{Arc, mpsc};
use std::{iter, thread};

use tantivy::TantivyError;
use tantivy::directory::{CompositeWrite, FileSlice, TerminatingWrite, WritePtr};
use tantivy::fieldnorm::{FieldNormReader, FieldNormsSerializer};
use tantivy::index::{Segment, SegmentComponent, SegmentMeta};
use tantivy::schema::{Field, Schema};

use super::SegmentBuilder;
use super::columns::{self, Columns};
use super::deal::{Source, deal};
use super::entries::Entries;
use super::field::FieldWriter;
use super::lists::Lists;
use super::occurrences::Occurrences;
use super::postings::FIELDS;
use super::serialize::{WholeLists, WordLists};
use super::spool::Spool;
use super::terms::Terms;
use crate::index::wholes;

/// The number of the field of the text,
const TEXT: usize = 0;
/// and of the one of whole names.
const WHOLES: usize = FIELDS - 1;

/// Writes a segment, one thing after the other.
///
/// # Errors
/// When a file cannot be written, or what was put away cannot be read.
pub fn write_alone(mut builder: SegmentBuilder) -> tantivy::Result<SegmentMeta> {
    if builder.has_put_away() {
        builder.put_away()?;
    }
    let Parts {
        mut segment,
        docs,
        room,
        mut gathered,
        terms,
        beside,
    } = Parts::new(builder, Vec::new());
    let vocabulary = Vocabulary::new(terms);
    write_lengths(&mut segment, &gathered)?;
    let mut files = Files::create(&mut segment)?;
    for field in 0..FIELDS {
        files.write(field, &gathered, &vocabulary, room)?;
        let gathered = gathered.iter_mut();
        gathered.for_each(|one| one.lists[field].occurrences = Occurrences::default());
    }
    files.close()?;
    drop(vocabulary);
    beside.write(&mut segment, &gathered)?;
    Ok(segment.with_max_doc(docs).meta().clone())
}

/// Writes one segment of what threads have gathered, none of whom has put anything away.
///
/// # Errors
/// When a file cannot be written, or there is no thread left.
pub fn write_together(
    first: SegmentBuilder,
    others: Vec<SegmentBuilder>,
) -> tantivy::Result<SegmentMeta> {
    let Parts {
        mut segment,
        docs,
        room,
        gathered,
        terms,
        beside,
    } = Parts::new(first, others);
    let (gathered, schema) = (&gathered, segment.schema());
    let (send, vocabulary) = mpsc::sync_channel::<Arc<Vocabulary>>(1);
    let mut here = segment.clone();
    let others = move || -> tantivy::Result<Vec<[Vec<u8>; 3]>> {
        beside.write(&mut here, gathered)?;
        let vocabulary = vocabulary.recv().map_err(|_| ended())?;
        let fields = (TEXT + 1..FIELDS).map(|field| {
            let mut bytes = <[Vec<u8>; 3]>::default();
            let mut files = Files::of(&schema, bytes.each_mut().map(CompositeWrite::wrap));
            files.write(field, gathered, &vocabulary, room / 2)?;
            Ok(bytes)
        });
        fields.collect()
    };
    thread::scope(|scope| {
        // It ends with this thread, whatever happens: the other one does not wait in vain.
        let send = send;
        let thread = thread::Builder::new().name("index-rest".into());
        let others = thread.spawn_scoped(scope, others)?;
        let vocabulary = Arc::new(Vocabulary::new(terms));
        // When the other thread has ended, it says why in the end.
        let _ = send.send(Arc::clone(&vocabulary));
        write_lengths(&mut segment, gathered)?;
        let mut files = Files::create(&mut segment)?;
        files.write(TEXT, gathered, &vocabulary, room / 2)?;
        let others = others.join().map_err(|_| ended())??;
        for (field, bytes) in (TEXT + 1..).zip(others) {
            files.append(gathered[0].lists[field].field, bytes)?;
        }
        files.close()
    })?;
    Ok(segment.with_max_doc(docs).meta().clone())
}

/// What is said of a thread that panicked.
pub fn ended() -> TantivyError {
    TantivyError::ErrorInThread("a thread that indexes ended".into())
}

/// A segment in parts, as they are written.
struct Parts {
    segment: Segment,
    docs: u32,
    /// Bytes for what is dealt out.
    room: usize,
    gathered: Vec<Gathered>,
    terms: Vec<Terms>,
    beside: Beside,
}

/// The occurrences that one thread has gathered.
struct Gathered {
    lists: [Lists; FIELDS],
    spool: Spool,
    /// The number of their first document in the segment.
    first_doc: u32,
}

impl Parts {
    fn new(first: SegmentBuilder, others: Vec<SegmentBuilder>) -> Parts {
        let builders = others.iter().chain([&first]);
        let mut parts = Parts {
            segment: first.segment.clone(),
            docs: 0,
            room: builders.map(SegmentBuilder::room_to_deal).sum(),
            gathered: Vec::new(),
            terms: Vec::new(),
            beside: Beside {
                room: first.room_for_columns(),
                columns: Vec::new(),
                entries: Vec::new(),
            },
        };
        for builder in iter::once(first).chain(others) {
            let (lists, terms, paths) = builder.postings.into_parts();
            parts.gathered.push(Gathered {
                lists,
                spool: builder.spool,
                first_doc: parts.docs,
            });
            parts.docs += builder.docs;
            parts.terms.push(terms);
            parts.beside.columns.push((builder.columns, paths));
            parts.beside.entries.push(builder.entries);
        }
        parts
    }
}

/// The terms of a segment.
struct Vocabulary {
    terms: Terms,
    /// Their numbers in order.
    order: Vec<u32>,
    /// For each thread, which number here each of its terms has; without, it has the one that it had.
    numbers: Vec<Option<Vec<u32>>>,
}

impl Vocabulary {
    fn new(all: Vec<Terms>) -> Vocabulary {
        let mut terms = Terms::default();
        let numbers = all.into_iter().map(|next| terms.take(next)).collect();
        terms.forget_numbers();
        Vocabulary {
            order: terms.in_order(),
            terms,
            numbers,
        }
    }
}

/// What is written beside the lists.
struct Beside {
    /// Bytes for the columns.
    room: usize,
    /// With the paths of each, by their numbers.
    columns: Vec<(Columns, Vec<String>)>,
    entries: Vec<Entries>,
}

impl Beside {
    fn write(self, segment: &mut Segment, gathered: &[Gathered]) -> tantivy::Result<()> {
        let columns = self.columns.into_iter().zip(gathered);
        let columns = columns.map(|((columns, paths), gathered)| columns::Source {
            columns,
            paths,
            spool: &gathered.spool,
        });
        let mut out = segment.open_write(SegmentComponent::FastFields)?;
        columns::write(columns, self.room, &mut out)?;
        out.terminate()?;
        let mut entries = self.entries.into_iter();
        match entries.next() {
            Some(first) => first.finish(entries.collect(), segment),
            None => Ok(()),
        }
    }
}

/// Writes how many tokens each document has in a field, where that counts.
fn write_lengths(segment: &mut Segment, gathered: &[Gathered]) -> tantivy::Result<()> {
    let out = segment.open_write(SegmentComponent::FieldNorms)?;
    let mut out = FieldNormsSerializer::from_write(out)?;
    for field in 0..FIELDS {
        if let Some(lengths) = lengths(field, gathered) {
            out.serialize_field(gathered[0].lists[field].field, &lengths)?;
        }
    }
    Ok(out.close()?)
}

fn lengths(field: usize, gathered: &[Gathered]) -> Option<Vec<u8>> {
    let lengths = gathered.iter().map(|it| it.lists[field].lengths.as_deref());
    lengths
        .collect::<Option<Vec<_>>>()
        .map(|them| them.concat())
}

/// The files of the posting lists, or what is to stand in them.
struct Files<W> {
    schema: Schema,
    terms: CompositeWrite<W>,
    postings: CompositeWrite<W>,
    positions: CompositeWrite<W>,
}

impl<W: TerminatingWrite> Files<W> {
    fn of(schema: &Schema, [terms, postings, positions]: [CompositeWrite<W>; 3]) -> Files<W> {
        Files {
            schema: schema.clone(),
            terms,
            postings,
            positions,
        }
    }

    /// Writes the lists of a field.
    fn write(
        &mut self,
        number: usize,
        gathered: &[Gathered],
        vocabulary: &Vocabulary,
        room: usize,
    ) -> tantivy::Result<()> {
        let numbers = vocabulary.numbers.iter();
        let sources = gathered.iter().zip(numbers).map(|(one, terms)| Source {
            occurrences: &one.lists[number].occurrences,
            spool: &one.spool,
            terms: terms.as_deref().filter(|_| number != WHOLES),
            first_doc: one.first_doc,
        });
        let sources: Vec<Source<'_>> = sources.collect();
        let total = sources.iter().map(|it| it.occurrences.extent().total).sum();
        // By the lengths Tantivy finds out which document of a block scores best, at some cost for every term. Only in the
        // text are there lists so long that it is asked for.
        let lengths = lengths(number, gathered).filter(|_| number == TEXT);
        let lengths = lengths.map(|lengths| FieldNormReader::open(FileSlice::from(lengths)));
        let field = gathered[0].lists[number].field;
        let record = self.schema.get_field_entry(field).field_type();
        let record = record.index_record_option().unwrap_or_default();
        let outputs = [
            self.terms.for_field(field),
            self.postings.for_field(field),
            self.positions.for_field(field),
        ];
        let out = FieldWriter::new(record, total, lengths.transpose()?, outputs)?;
        if number == WHOLES {
            let mut lists = WholeLists::new(out);
            deal(&sources, 0..wholes::TERMS, room, &mut lists)?;
            lists.close()?;
        } else {
            let mut lists = WordLists::new(&vocabulary.terms, out);
            deal(&sources, vocabulary.order.iter().copied(), room, &mut lists)?;
            lists.close()?;
        }
        Ok(())
    }
}

impl Files<WritePtr> {
    fn create(segment: &mut Segment) -> tantivy::Result<Files<WritePtr>> {
        let open = |part| segment.open_write(part).map(CompositeWrite::wrap);
        let files = [
            open(SegmentComponent::Terms)?,
            open(SegmentComponent::Postings)?,
            open(SegmentComponent::Positions)?,
        ];
        Ok(Files::of(&segment.schema(), files))
    }

    /// Adds a field that was written elsewhere.
    fn append(
        &mut self,
        field: Field,
        [terms, postings, positions]: [Vec<u8>; 3],
    ) -> io::Result<()> {
        self.terms.for_field(field).write_all(&terms)?;
        self.postings.for_field(field).write_all(&postings)?;
        self.positions.for_field(field).write_all(&positions)
    }

    fn close(self) -> tantivy::Result<()> {
        self.terms.close()?;
        self.postings.close()?;
        Ok(self.positions.close()?)
    }
}
