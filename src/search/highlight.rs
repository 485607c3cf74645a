//! What of an entry is shown for a query: which patterns are looked for in which field.

use super::passage::{Limits, Wanted, marked, passages};
use super::plan::{Plan, Scope};
use super::prepare::Worth;
use super::response::Fragment;
use crate::analysis::Analyzer;
use crate::entry::Entry;

/// Marks entries for one query.
pub struct Highlighter<'a> {
    plan: &'a Plan,
    worth: &'a Worth,
    analyzer: &'a mut Analyzer,
    title: Vec<Wanted>,
    artists: Vec<Wanted>,
    aliases: Vec<Wanted>,
    prose: Vec<Wanted>,
    /// Whether some part asks for a further key.
    keys: bool,
}

impl<'a> Highlighter<'a> {
    /// A highlighter for a plan.
    pub fn new(plan: &'a Plan, worth: &'a Worth, analyzer: &'a mut Analyzer) -> Highlighter<'a> {
        Highlighter {
            title: wanted(plan, worth, &Scope::Title),
            artists: wanted(plan, worth, &Scope::Artists),
            aliases: wanted(plan, worth, &Scope::Aliases),
            prose: wanted(plan, worth, &Scope::Prose),
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
        let prose = passages(&entry.prose, &self.prose, self.analyzer, limits);
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
            fields.push((
                "prose".into(),
                vec![marked(&entry.prose, &self.prose, self.analyzer)],
            ));
        }
        fields.extend(self.keys(entry));
        fields
    }

    fn names(&mut self, entry: &Entry, only_matched: bool) -> Vec<(String, Vec<Fragment>)> {
        let mut fields = Vec::new();
        let title = std::slice::from_ref(&entry.title);
        let lists = [
            ("title", title, &self.title),
            ("artists", &entry.artists, &self.artists),
            ("aliases", &entry.aliases, &self.aliases),
        ];
        for (name, texts, wanted) in lists {
            if only_matched && wanted.is_empty() {
                continue;
            }
            let fragments: Vec<Fragment> = texts
                .iter()
                .map(|text| marked(text, wanted, self.analyzer))
                .filter(|fragment| !only_matched || has_match(fragment))
                .collect();
            if !fragments.is_empty() {
                fields.push((name.to_owned(), fragments));
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
            let wanted = wanted(self.plan, self.worth, &Scope::Key(path.clone()));
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
                    None => fields.push((path, vec![fragment])),
                }
            }
        }
        fields
    }
}

fn has_match(fragment: &Fragment) -> bool {
    fragment.iter().any(|piece| piece.matched)
}

/// What is looked for in a field: the parts of the query that ask for it, or for any field; never an excluded one.
fn wanted(plan: &Plan, worth: &Worth, field: &Scope) -> Vec<Wanted> {
    let anywhere = !matches!(field, Scope::Key(_));
    let mut all = Vec::new();
    for (index, atom) in plan
        .atoms
        .iter()
        .enumerate()
        .filter(|(_, atom)| atom.scores)
    {
        if atom.scope == *field || (anywhere && atom.scope == Scope::Any) {
            let weight = worth.atoms[index];
            all.extend(atom.forms.iter().map(|form| Wanted {
                pattern: form.pattern.clone(),
                atom: index,
                weight,
            }));
        }
    }
    all
}
