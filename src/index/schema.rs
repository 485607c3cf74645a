//! The Tantivy schema: which fields an index has and what each is for.

use tantivy::schema::{
    FAST, Field, IndexRecordOption, JsonObjectOptions, Schema, TextFieldIndexing, TextOptions,
};

/// What Tantivy is told that the texts are tokenized by. It looks for it only in a writer and a query parser of its own;
/// ours are `index::segment` and `search::query`.
const OUR_ANALYSIS: &str = "needledrop";

/// The fields of an index, by what they are for. None is stored: what is shown is one text (see `index::stored`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fields {
    /// The entry's id as the corpus gives it (before twins are told apart, see `index::names`); a column, since equal
    /// scores are ordered by it.
    pub id: Field,
    /// What the entry is addressed by: a hash of its id and its content (see [`super::names::key_of`]). A column, by
    /// which it is found and deleted, and the second thing after the id by which equal scores are ordered.
    pub key: Field,
    /// Title, artists and prose in one posting list: what a bare word is looked up in.
    pub text: Field,
    /// The title's words once more.
    pub title: Field,
    /// The artists' words once more.
    pub artists: Field,
    /// Other names.
    pub aliases: Field,
    /// Every further key's words, each term behind its dotted path.
    pub keys: Field,
    /// The titles and all names, each as a whole (see [`super::wholes`]).
    pub wholes: Field,
    /// Columns by dotted path: for ranges, sorting, facets.
    pub columns: Field,
}

/// Builds the schema.
pub fn build() -> (Schema, Fields) {
    let texts = |record: IndexRecordOption, lengths: bool| {
        let indexing = TextFieldIndexing::default()
            .set_tokenizer(OUR_ANALYSIS)
            .set_index_option(record)
            .set_fieldnorms(lengths);
        TextOptions::default().set_indexing_options(indexing)
    };
    let with_lengths = texts(IndexRecordOption::WithFreqsAndPositions, true);
    let words = texts(IndexRecordOption::WithFreqsAndPositions, false);
    let wholes = texts(IndexRecordOption::WithFreqs, false);
    let mut builder = Schema::builder();
    let fields = Fields {
        id: builder.add_text_field("id", TextOptions::default().set_fast("raw")),
        key: builder.add_u64_field("key", FAST),
        text: builder.add_text_field("text", with_lengths.clone()),
        title: builder.add_text_field("title", with_lengths),
        artists: builder.add_text_field("artists", words.clone()),
        aliases: builder.add_text_field("aliases", words.clone()),
        keys: builder.add_text_field("keys", words),
        wholes: builder.add_text_field("wholes", wholes),
        columns: builder.add_json_field("columns", JsonObjectOptions::default().set_fast("raw")),
    };
    (builder.build(), fields)
}
