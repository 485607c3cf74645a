//! What of an entry is shown for a query: which patterns are looked for in which field.

use super::passage::{Finder, Limits, Wanted, marked};
use super::plan::{Atom, Plan, Scope};
use super::prepare::Worth;
use super::response::Fragment;
use crate::analysis::Analyzer;
use crate::entry::Entry;

/// The fields of our own, in the order in which they are shown.
const FIELDS: [Scope; 4] = [Scope::Title, Scope::Artists, Scope::Aliases, Scope::Prose];

/// What a query looks for in each of [`FIELDS`].
pub struct FieldsWanted {
    /// The different lists. Nearly all queries ask the same of every field.
    lists: Vec<Vec<Wanted>>,
    /// For each field, which list.
    of_field: [usize; FIELDS.len()],
}

impl FieldsWanted {
    /// What a plan looks for.
    pub fn of(plan: &Plan, worth: &Worth) -> FieldsWanted {
        let mut parts: Vec<Vec<usize>> = Vec::new();
        let of_field = FIELDS.map(|field| {
            let asked = parts_for(plan, &field);
            let known = parts.iter().position(|known| *known == asked);
            known.unwrap_or_else(|| {
                parts.push(asked);
                parts.len() - 1
            })
        });
        let lists = parts.iter().map(|parts| wanted(plan, worth, parts));
        let lists = lists.collect();
        FieldsWanted { lists, of_field }
    }
}

/// Marks entries for one query.
pub struct Highlighter<'a> {
    plan: &'a Plan,
    worth: &'a Worth,
    analyzer: &'a mut Analyzer,
    finders: Vec<Finder<'a>>,
    of_field: [usize; FIELDS.len()],
    /// Whether some part asks for a further key.
    keys: bool,
}

impl<'a> Highlighter<'a> {
    /// A highlighter for a plan and what it looks for.
    pub fn new(
        plan: &'a Plan,
        worth: &'a Worth,
        wanted: &'a FieldsWanted,
        analyzer: &'a mut Analyzer,
    ) -> Highlighter<'a> {
        let language = analyzer.language();
        let finder = |list: &'a Vec<Wanted>| Finder::new(list, language);
        Highlighter {
            finders: wanted.lists.iter().map(finder).collect(),
            of_field: wanted.of_field,
            keys: plan
                .atoms
                .iter()
                .any(|atom| atom.scores && matches!(atom.scope, Scope::Key(_))),
            plan,
            worth,
            analyzer,
        }
    }

    /// The title, artists, aliases and keys that matched, and the best passages of the prose.
    pub fn best(&mut self, entry: &Entry, limits: Limits) -> Vec<(String, Vec<Fragment>)> {
        let mut fields = self.names(entry, true);
        let finder = &mut self.finders[self.of_field[3]];
        let prose = finder.passages(&entry.prose, self.analyzer, limits);
        if !prose.is_empty() {
            fields.push(("prose".into(), prose));
        }
        fields.extend(self.keys(entry));
        fields
    }

    /// Everything, whole, with every match marked.
    pub fn whole(&mut self, entry: &Entry) -> Vec<(String, Vec<Fragment>)> {
        let mut fields = self.names(entry, false);
        if !entry.prose.is_empty() {
            let finder = &mut self.finders[self.of_field[3]];
            fields.push((
                "prose".into(),
                vec![finder.marked(&entry.prose, self.analyzer)],
            ));
        }
        fields.extend(self.keys(entry));
        fields
    }

    fn names(&mut self, entry: &Entry, only_matched: bool) -> Vec<(String, Vec<Fragment>)> {
        let title = std::slice::from_ref(&entry.title);
        let texts = [title, &entry.artists, &entry.aliases];
        let mut fields = Vec::new();
        for ((scope, texts), of_field) in FIELDS.iter().zip(texts).zip(self.of_field) {
            let finder = &mut self.finders[of_field];
            let mut fragments = Vec::new();
            for text in texts {
                fragments.extend(match only_matched {
                    true => finder.marked_if_any(text, self.analyzer),
                    false => Some(finder.marked(text, self.analyzer)),
                });
            }
            if !fragments.is_empty() {
                fields.push((scope.field_name().to_owned(), fragments));
            }
        }
        fields
    }

    /// The values of further keys that matched.
    fn keys(&mut self, entry: &Entry) -> Vec<(String, Vec<Fragment>)> {
        let mut fields: Vec<(String, Vec<Fragment>)> = Vec::new();
        if !self.keys {
            return fields;
        }
        for (path, value) in entry.scalars() {
            let parts = parts_for(self.plan, &Scope::Key(path.to_string()));
            let wanted = wanted(self.plan, self.worth, &parts);
            if wanted.is_empty() {
                continue;
            }
            let text = value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned);
            let fragment = marked(&text, &wanted, self.analyzer);
            if has_match(&fragment) {
                match fields.iter_mut().find(|(name, _)| *name == path) {
                    Some((_, fragments)) => fragments.push(fragment),
                    None => fields.push((path.into_owned(), vec![fragment])),
                }
            }
        }
        fields
    }
}

fn has_match(fragment: &Fragment) -> bool {
    fragment.iter().any(|piece| piece.matched)
}

/// The parts of the query that are looked for in a field: those that ask for it, or for any field; never an excluded one.
fn parts_for(plan: &Plan, field: &Scope) -> Vec<usize> {
    let anywhere = !matches!(field, Scope::Key(_));
    let asks = |atom: &Atom| {
        let here = atom.scope == *field || (anywhere && atom.scope == Scope::Any);
        atom.scores && here
    };
    (0..plan.atoms.len())
        .filter(|&index| asks(&plan.atoms[index]))
        .collect()
}

/// What is looked for of these parts.
fn wanted(plan: &Plan, worth: &Worth, parts: &[usize]) -> Vec<Wanted> {
    let mut all = Vec::new();
    for &atom in parts {
        all.extend(plan.atoms[atom].forms.iter().map(|form| Wanted {
            pattern: form.pattern.clone(),
            atom,
            weight: worth.atoms[atom],
        }));
    }
    all
}
