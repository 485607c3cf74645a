//! One engine for every door: the command line, the page, the API and the tests ask here, and get the same hits in the
//! same order for the same request.

use std::path::Path;
use std::sync::Mutex;
use std::time::Instant;

use tantivy::DocAddress;

use super::deadline;
use super::explain;
use super::facets::FacetCounter;
use super::fields::IndexFields;
use super::highlight::{FieldsWanted, Highlighter};
use super::lexicon::Lexicon;
use super::member::ZoneNorms;
use super::ordinals::Known;
use super::passage::Limits;
use super::plan::{Plan, Scope};
use super::prepare::Worth;
use super::query::ast::{Parsed, Warning};
use super::query::{self, Reading};
use super::request::{SearchRequest, Sort};
use super::resolve::Resolver;
use super::response::{Fragment, Hit, SearchResponse};
use super::run::Runner;
use super::segment::Segment;
use super::suggest::{self, Suggestion, Suggestions, Typed};
use super::ties::Ties;
use super::top::Ranked;
use super::weights::{WEIGHTS, Weights};
use crate::analysis::Analyzer;
use crate::entry::Entry;
use crate::error::Result;
use crate::index::{Source, open::OpenIndex, trouble};

/// Answers requests from one commit of an index. Shared between threads as it is.
pub struct Engine {
    /// The commit it answers from.
    pub index: OpenIndex,
    segments: Vec<Segment>,
    weights: Weights,
    norms: ZoneNorms,
    /// The values of the fields that have been counted.
    ordinals: Known,
    /// The order of the ids.
    ties: Ties,
    /// Analyzers not in use: each remembers stems.
    analyzers: Mutex<Vec<Analyzer>>,
}

/// An entry with where it stands and what of it matched.
#[derive(Debug, Clone)]
pub struct Found {
    /// The entry, whole.
    pub entry: Entry,
    /// Where in the corpus it stands.
    pub source: Option<Source>,
    /// Field name → its whole text in pieces, with every match marked; one fragment per artist.
    pub marked: Vec<(String, Vec<Fragment>)>,
}

/// A query understood and weighed.
struct Ready {
    plan: Plan,
    worth: Worth,
    warnings: Vec<Warning>,
    understood: Option<String>,
}

impl Engine {
    /// Opens the index in `folder`.
    ///
    /// # Errors
    /// As [`OpenIndex::open`].
    pub fn open(folder: &Path) -> Result<Engine> {
        Engine::with_weights(OpenIndex::open(folder)?, WEIGHTS)
    }

    /// An engine over an open index that ranks by other weights: for measuring them.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn with_weights(index: OpenIndex, weights: Weights) -> Result<Engine> {
        let readers = index.searcher.segment_readers();
        let opened = readers
            .iter()
            .map(|reader| Segment::open(&index.index, reader, &index.fields))
            .collect();
        let segments: tantivy::Result<Vec<Segment>> = opened;
        let segments = segments.map_err(|error| trouble::reading(&index.folder, &error))?;
        let mean_length = index.total_length as f64 / index.entries.max(1) as f64;
        Ok(Engine {
            norms: ZoneNorms::new(&weights, mean_length as f32),
            index,
            segments,
            weights,
            ordinals: Known::default(),
            ties: Ties::default(),
            analyzers: Mutex::new(Vec::new()),
        })
    }

    /// Answers a request. Any query is answered; mistakes in it are warnings.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn search(&self, request: &SearchRequest) -> Result<SearchResponse> {
        self.with_analyzer(|analyzer| self.answer(request, analyzer))
    }

    /// The entry of an id, whole, with what `query` (may be empty) finds in it marked.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn entry(&self, id: &str, query: &str) -> Result<Option<Found>> {
        let Some(address) = self.index.find(id)? else {
            return Ok(None);
        };
        let (entry, source) = self.index.entry_and_source(address)?;
        self.with_analyzer(|analyzer| {
            let request = SearchRequest {
                query: query.to_owned(),
                ..SearchRequest::default()
            };
            let ready = self.understand(&request, analyzer)?;
            let wanted = FieldsWanted::of(&ready.plan, &ready.worth);
            let marked =
                Highlighter::new(&ready.plan, &ready.worth, &wanted, analyzer).whole(&entry);
            Ok(Some(Found {
                entry,
                source,
                marked,
            }))
        })
    }

    /// Whether any entry has a key of this dotted path.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn has_key(&self, path: &str) -> Result<bool> {
        self.read(Lexicon::new(&self.segments).has_key(path))
    }

    /// Ids that are near to one that is not there, for a hint; at most three.
    pub fn similar_ids(&self, id: &str) -> Vec<String> {
        super::similar::ids(&self.segments, id)
    }

    /// How what has been typed may go on: titles, names, then words for its last word; each the whole text, likeliest
    /// first.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn suggest(&self, typed: &str, limit: usize) -> Result<Vec<Suggestion>> {
        let Some(typed) = Typed::of(typed) else {
            return Ok(Vec::new());
        };
        let mut found = Suggestions::new(&typed, limit);
        if let Some(query) = typed.query("title") {
            let titles = self.search(&SearchRequest {
                query,
                ..suggest::request()
            })?;
            found.add_titles(&titles.hits);
        }
        if let Some(query) = typed.query("artists") {
            let names = self.search(&SearchRequest {
                query,
                ..suggest::request()
            })?;
            found.add_names(&names.hits);
        }
        let lexicon = Lexicon::new(&self.segments);
        found.add_words(self.read(lexicon.completions(&typed.last))?);
        if found.is_empty() {
            found.add_mended(self.read(lexicon.mend(&typed.last, &Scope::Any))?);
        }
        Ok(found.into_list())
    }

    fn with_analyzer<T>(&self, work: impl FnOnce(&mut Analyzer) -> Result<T>) -> Result<T> {
        let idle = self.analyzers.lock().ok().and_then(|mut idle| idle.pop());
        let mut analyzer = idle.unwrap_or_else(|| Analyzer::new(self.index.language));
        // Bytes that are damaged in a way that no checksum was asked about may make Tantivy panic.
        let done = trouble::guarded(&self.index.folder, || work(&mut analyzer));
        if let Ok(mut idle) = self.analyzers.lock() {
            idle.push(analyzer);
        }
        done
    }

    /// What Tantivy read, or its error for people.
    fn read<T>(&self, result: tantivy::Result<T>) -> Result<T> {
        result.map_err(|error| trouble::reading(&self.index.folder, &error))
    }

    fn answer(&self, request: &SearchRequest, analyzer: &mut Analyzer) -> Result<SearchResponse> {
        let begun = Instant::now();
        let Ready {
            plan,
            worth,
            mut warnings,
            understood,
        } = self.understand(request, analyzer)?;
        warnings.extend(self.read(self.field_warnings(request))?);
        let lexicon = Lexicon::new(&self.segments);
        let runner = Runner {
            index: &self.index,
            segments: &self.segments,
            ties: &self.ties,
            lexicon: &lexicon,
            plan: &plan,
            worth: &worth,
            weights: &self.weights,
            norms: &self.norms,
        };
        let mut facets = self.read(FacetCounter::new(
            &self.segments,
            &request.facets,
            &self.ordinals,
        ))?;
        let needs_all = !facets.is_empty();
        let found = runner.run(request, needs_all, &mut |segment, doc| {
            facets.add(segment, doc)
        });
        let found = self.read(found)?;
        // What ended early is no answer.
        deadline::check()?;
        let mut hits = Vec::new();
        let wanted = FieldsWanted::of(&plan, &worth);
        let mut highlighter = Highlighter::new(&plan, &worth, &wanted, analyzer);
        for (index, ranked) in found.hits.iter().enumerate().skip(request.offset) {
            deadline::check()?;
            let mut hit = self.hit(ranked, index + 1, request, &mut highlighter)?;
            if request.explain {
                hit.explanation = self.read(explain::score(&runner, ranked))?;
            }
            hits.push(hit);
        }
        Ok(SearchResponse {
            query: request.query.clone(),
            total: found.total,
            total_exact: found.exact,
            took: begun.elapsed(),
            offset: request.offset,
            hits,
            facets: facets.finish(),
            did_you_mean: did_you_mean(&request.query, &plan),
            warnings,
            understood,
        })
    }

    /// Reads a query and makes it ready for this index.
    fn understand(&self, request: &SearchRequest, analyzer: &mut Analyzer) -> Result<Ready> {
        let lexicon = Lexicon::new(&self.segments);
        let fields = IndexFields::new(&lexicon);
        let reading = Reading {
            literal: request.literal,
            require_all: request.require_all,
        };
        let Parsed { root, warnings } = query::parse(&request.query, &fields, reading);
        let plan = Resolver::new(&lexicon, analyzer, &self.weights).resolve(root.as_ref());
        let plan = self.read(plan)?;
        deadline::check()?;
        let worth = self.read(Worth::of(
            &plan,
            &lexicon,
            &self.weights,
            self.index.entries,
        ))?;
        let understood = request.explain.then(|| explain::plan(&plan, &worth));
        Ok(Ready {
            plan,
            worth,
            warnings,
            understood,
        })
    }

    /// Fields asked for (to sort by, to count) that no entry has.
    fn field_warnings(&self, request: &SearchRequest) -> tantivy::Result<Vec<Warning>> {
        let sort = match &request.sort {
            Sort::Key { key, .. } if key != "title" => Some(key),
            _ => None,
        };
        let only = request.only.iter().map(|(name, _)| ("narrowed by", name));
        let asked = request
            .facets
            .iter()
            .map(|name| ("counted", name))
            .chain(sort.map(|key| ("sorted by", key)))
            .chain(only);
        let mut warnings = Vec::new();
        for (use_of_it, name) in asked {
            let path = if name == "artist" { "artists" } else { name };
            let mut known = false;
            for segment in &self.segments {
                known |= segment.texts(path)?.is_some()
                    || segment.numbers(path)?.is_some()
                    || segment.flags(path)?.is_some();
            }
            if !known {
                let message = format!("no entry has a field `{name}` that can be {use_of_it}");
                warnings.push(Warning {
                    message,
                    span: 0..0,
                    mended: None,
                });
            }
        }
        Ok(warnings)
    }

    fn hit(
        &self,
        ranked: &Ranked,
        position: usize,
        request: &SearchRequest,
        highlighter: &mut Highlighter<'_>,
    ) -> Result<Hit> {
        let address = DocAddress::new(ranked.segment, ranked.doc);
        let (mut entry, source, highlight) = if request.highlight {
            let (entry, source) = self.index.entry_and_source(address)?;
            let highlight = highlighter.best(&entry, Limits::default());
            (entry, source, highlight)
        } else {
            (self.index.entry(address)?, None, Vec::new())
        };
        if !request.full {
            entry.prose.clear();
        }
        Ok(Hit {
            position,
            score: ranked.score,
            id: entry.id.clone(),
            source,
            entry,
            highlight,
            explanation: None,
        })
    }
}

/// The query with its mistyped words mended.
fn did_you_mean(query: &str, plan: &Plan) -> Option<String> {
    let mut mended = query.to_owned();
    let mut places: Vec<_> = plan.mended.iter().collect();
    places.sort_by_key(|(span, _)| std::cmp::Reverse(span.start));
    for (span, word) in &places {
        if query.get(span.clone()).is_some() {
            mended.replace_range(span.clone(), word);
        }
    }
    (!places.is_empty()).then_some(mended)
}
