//! What holds for every text and every query.

use icu_segmenter::options::SentenceBreakInvariantOptions;
use icu_segmenter::{GraphemeClusterSegmenter, SentenceSegmenter};
use proptest::prelude::*;

use super::*;
use crate::analysis::{Kind, STEM};
use crate::search::pattern::Element;

/// Words that are typed, stemmed, joined or cut in some way of their own.
const WORDS: &[&str] = &[
    "bowie",
    "Bowie's",
    "BOWIE’S",
    "songs",
    "song",
    "skies",
    "sky",
    "dying",
    "die",
    "news",
    "using",
    "use",
    "happily",
    "ties",
    "organization",
    "sensibility",
    "a",
    "I",
    "an",
    "and",
    "n",
    "N'",
    "'n'",
    "&",
    "+",
    "R&B",
    "rock'n'roll",
    "T.",
    "J.",
    "É.",
    "Ж.",
    "T.\u{200b}",
    "rex",
    "Rex,",
    "T.Rex",
    "AC/DC",
    "acdc",
    "R.E.M.",
    "P!nk",
    "(P!nk),",
    "Ke$ha!",
    "$hip",
    "Se7en",
    "10cc",
    "10,000",
    "1,000",
    "1989",
    "7",
    "II",
    "xxii",
    "vi",
    "ix",
    "2",
    "22",
    "L'Avventura",
    "don't",
    "don’t",
    "O'Neill",
    "Björk",
    "Bjo\u{308}rk",
    "bjork",
    "MØ",
    "ß",
    "8½",
    "½",
    "!!!",
    "(!!!)",
    "+/-",
    "–",
    "—!",
    "“!?”",
    "‘n’",
    "…",
    "★",
    "坂本龍一",
    "坂本",
    "の",
    "方탄",
    "방탄",
    "\u{1107}\u{1161}",
    "กำ",
    "ﾊﾞ",
    "Кино",
    "кино's",
    "ام",
    "أُمّ",
    "\u{301}",
    "\u{301}x",
    "a\u{301}",
    "x\u{200d}",
    "👩\u{200d}👩\u{200d}👧",
    "🇩🇪",
    "\u{600}1",
    "क्षि",
    "the",
    "The",
    "who",
    "(Who)",
    "foo.bar",
    "foo,bar",
    "x-ray",
    "a-b-c-d",
    "a.b.c.d.e.f.g.h.i.j",
    "ｆｕｌｌ",
    "ﬁlm",
    "①",
    "Ⅷ",
    "´",
    "¨",
    "\u{a0}",
    "Mr.",
    "What?",
    "end.",
    "end!",
    "\"Quote.\"",
    "3.5",
];
const GAPS: &[&str] = &[
    " ", " ", " ", " ", " ", " ", "", "  ", "\n", "\n\n", "\r\n", "\t", "\0", "\u{3000}", "\u{a0}",
    "\u{2028}", ". ", ", ",
];

fn text(words: usize) -> impl Strategy<Value = String> {
    let word = prop_oneof![
        8 => prop::sample::select(WORDS).prop_map(str::to_owned),
        1 => "[a-eiyns.'’&!$+7é音ж\u{301}\u{200d}-]{1,5}",
        1 => "[a-eiyns]{1,3}(ing|ed|s|ies|ied|y|ily|e|ization|bility|ful|'s)",
    ];
    let piece = (word, prop::sample::select(GAPS)).prop_map(|(word, gap)| word + gap);
    prop::collection::vec(piece, 0..words).prop_map(|pieces| pieces.concat())
}

/// What a pattern is made from: a kind, and numbers that pick from the terms of a text.
fn recipe() -> impl Strategy<Value = (u8, usize, usize, u32)> {
    (0..10_u8, any::<usize>(), 1..4_usize, 0..3_u32)
}

/// Patterns of terms that a text has.
fn wanted_of(
    text: &str,
    recipes: &[(u8, usize, usize, u32)],
    analyzer: &mut Analyzer,
) -> Vec<Wanted> {
    let tokens = analyzer.analyze(text).clone();
    let mut list: Vec<(u32, u32, Kind, String)> = tokens
        .iter()
        .map(|token| {
            (
                token.position,
                token.span,
                token.kind,
                token.term.to_owned(),
            )
        })
        .collect();
    list.sort_by_key(|token| token.0);
    if list.is_empty() {
        return Vec::new();
    }
    let pattern = |&(kind, pick, count, slop): &(u8, usize, usize, u32)| {
        let at = pick % list.len();
        let term = list[at].3.clone();
        match kind {
            0..=3 => Pattern::Terms(vec![term]),
            4 | 5 => Pattern::Terms(
                list[at..]
                    .iter()
                    .step_by(3)
                    .take(count)
                    .map(|token| token.3.clone())
                    .collect(),
            ),
            6 => Pattern::Prefix(term.chars().filter(|c| *c > ' ').take(count).collect()),
            _ => Pattern::Phrase {
                elements: elements_from(&list, at, count + 1),
                slop,
            },
        }
    };
    recipes
        .iter()
        .enumerate()
        .map(|(atom, recipe)| Wanted {
            pattern: pattern(recipe),
            atom: atom / 2,
            weight: 1.0 + atom as f32,
        })
        .collect()
}

/// A phrase that the text holds, or nearly.
fn elements_from(list: &[(u32, u32, Kind, String)], at: usize, count: usize) -> Vec<Element> {
    let mut elements = Vec::new();
    let mut next = 0;
    for (position, span, kind, term) in &list[at..] {
        if *position < next || elements.len() == count {
            continue;
        }
        next = position + span;
        let mut element = Element {
            terms: vec![term.clone()],
            prefix: None,
        };
        if *kind == Kind::Part && position % 5 == 4 {
            element = Element {
                terms: Vec::new(),
                prefix: Some(term.chars().take(2).collect()),
            };
        }
        elements.push(element);
    }
    elements
}

fn found_by_scan(text: &str, wanted: &[Wanted], analyzer: &mut Analyzer) -> Found {
    let mut finder = Finder::new(wanted, analyzer.language());
    finder.find(text, analyzer);
    finder.found
}

fn found_in_full(text: &str, wanted: &[Wanted], analyzer: &mut Analyzer) -> Found {
    let mut found = Found::default();
    Lookup::new(wanted).find(text, analyzer.analyze(text), 0, &mut found);
    found.finish();
    found
}

fn cluster_bounds(text: &str) -> Vec<usize> {
    GraphemeClusterSegmenter::new().segment_str(text).collect()
}

/// Marks as a reader sees them: of whole clusters.
fn marks_of_clusters(text: &str, marks: &[Range<usize>]) -> Vec<Range<usize>> {
    let bounds = cluster_bounds(text);
    let mut found = Found::default();
    for mark in marks {
        let start = bounds.partition_point(|&bound| bound <= mark.start) - 1;
        let end = bounds.partition_point(|&bound| bound < mark.end);
        found.marks.push(bounds[start]..bounds[end]);
    }
    found.finish();
    found.marks
}

/// The text of a fragment without the `…` of its cuts, and whether it was cut at either end.
fn uncut(fragment: &Fragment, prose: &str) -> Option<(usize, String)> {
    let text: String = fragment.iter().map(|piece| piece.text.as_str()).collect();
    let front = text.strip_prefix('…').unwrap_or(&text);
    let back = text.strip_suffix('…').unwrap_or(&text);
    let both = front.strip_suffix('…').unwrap_or(front);
    [both, front, back, &text]
        .into_iter()
        .find_map(|text| Some((prose.find(text)?, text.to_owned())))
}

proptest! {
    /// Looking only where it may pay finds what looking everywhere finds.
    #[test]
    fn the_scan_misses_nothing_and_adds_nothing(
        prose in text(40),
        other in text(12),
        recipes in prop::collection::vec(recipe(), 1..4),
        language in prop::sample::select(&[Language::English, Language::None, Language::German, Language::French, Language::Dutch, Language::Turkish, Language::Russian][..]),
    ) {
        let mut analyzer = Analyzer::new(language);
        for source in [&prose, &other] {
            let wanted = wanted_of(source, &recipes, &mut analyzer);
            let full = found_in_full(&prose, &wanted, &mut analyzer);
            let scanned = found_by_scan(&prose, &wanted, &mut analyzer);
            prop_assert_eq!(scanned, full, "{:?} in {:?}", wanted, prose);
        }
    }

    /// A word is found by its stem, whatever the ending did to it.
    #[test]
    fn no_inflection_is_missed(
        root in "[a-z]{0,2}[aeiouy][a-z]{1,2}",
        endings in prop::collection::vec(prop::sample::select(&[
            "", "s", "es", "ed", "ing", "ly", "y", "ies", "ied", "ier", "ily", "e", "er", "ement", "ization", "izing", "ational",
            "ating", "bility", "bly", "fulness", "ousness", "ogist", "eed", "eedly", "ings", "'s", "en", "ung", "heit", "isme",
            "ence", "issant", "amiento", "zione", "ação", "ande", "lla", "lar", "ismo", "ist",
        ][..]), 2..8),
        language in prop::sample::select(Language::NAMES),
    ) {
        let language = Language::from_name(language).unwrap_or_default();
        let mut analyzer = Analyzer::new(language);
        let prose = endings.iter().map(|ending| format!("{root}{ending}")).collect::<Vec<_>>().join(" ");
        let stems: Vec<String> = analyzer.analyze(&prose).iter().filter(|token| token.kind == Kind::Stem).map(|token| token.term.to_owned()).collect();
        let own = format!("{STEM}{root}");
        for stem in stems.into_iter().chain([own]) {
            let wanted = [Wanted { pattern: Pattern::Terms(vec![stem]), atom: 0, weight: 1.0 }];
            let full = found_in_full(&prose, &wanted, &mut analyzer);
            prop_assert_eq!(found_by_scan(&prose, &wanted, &mut analyzer), full, "{:?} in {:?}", wanted, prose);
        }
    }

    /// Fragments are stretches of the prose in order, cut between characters as a reader sees them, no longer than they
    /// may be; and what they mark is what matched.
    #[test]
    fn fragments_are_honest(
        prose in text(90),
        recipes in prop::collection::vec(recipe(), 0..4),
        fragment in 1..60_usize,
        fragments in 1..4_usize,
    ) {
        let mut analyzer = Analyzer::new(Language::English);
        let wanted = wanted_of(&prose, &recipes, &mut analyzer);
        let limits = Limits { fragment, fragments };
        let found = found_in_full(&prose, &wanted, &mut analyzer);
        let shown = passages(&prose, &wanted, &mut analyzer, limits);
        prop_assert!(shown.len() <= fragments);
        prop_assert_eq!(shown.is_empty(), prose.trim().is_empty());
        prop_assert_eq!(shown.iter().flatten().any(|piece| piece.matched), !found.marks.is_empty() && !prose.trim().is_empty());
        let longest = found.matches.iter().map(|found| cluster_bounds(&prose[found.start..found.end]).len()).max().unwrap_or(0);
        let marks = marks_of_clusters(&prose, &found.marks);
        for shown in &shown {
            let place = uncut(shown, &prose);
            prop_assert!(place.is_some(), "{shown:?}");
            let (_, text) = place.unwrap_or_default();
            let length = cluster_bounds(&text).len().saturating_sub(1);
            // Blanks at both cuts and a half of an overlapping match aside.
            let most = (fragment + fragment / 2).max(fragment + longest) + 4;
            prop_assert!(length <= most, "{length} > {most}: {shown:?}");
            for (index, piece) in shown.iter().enumerate() {
                prop_assert!(!piece.text.is_empty());
                prop_assert!(index == 0 || shown[index - 1].matched != piece.matched);
                let is_marked = |mark: &Range<usize>| prose[mark.clone()].contains(&piece.text);
                prop_assert!(!piece.matched || marks.iter().any(is_marked), "{piece:?}");
            }
        }
    }

    /// No cut goes through a cluster, no cut goes through a match that fits.
    #[test]
    fn cuts_are_clean(
        prose in text(90),
        recipes in prop::collection::vec(recipe(), 1..4),
        limit in 1..60_usize,
    ) {
        let mut analyzer = Analyzer::new(Language::English);
        let wanted = wanted_of(&prose, &recipes, &mut analyzer);
        let mut finder = Finder::new(&wanted, Language::English);
        finder.find(&prose, &mut analyzer);
        let whole = whole_matches(&finder.found, limit);
        let cutter = Cutter { text: &prose, limit, whole: &whole };
        let bounds = cluster_bounds(&prose);
        let mut last: Vec<Range<usize>> = Vec::new();
        for cut in finder.choose(&cutter, 3) {
            for place in [cut.range.start, cut.range.end] {
                prop_assert!(bounds.binary_search(&place).is_ok(), "{cut:?} {:?}", &prose[cut.range.clone()]);
            }
            prop_assert!(last.iter().all(|last| last.end <= cut.range.start || cut.range.end <= last.start), "{last:?} {cut:?}");
            last.push(cut.range);
        }
    }

    /// The whole text stays what it is when it is marked.
    #[test]
    fn marking_changes_no_text(prose in text(40), recipes in prop::collection::vec(recipe(), 0..4)) {
        let mut analyzer = Analyzer::new(Language::English);
        let wanted = wanted_of(&prose, &recipes, &mut analyzer);
        let shown = marked(&prose, &wanted, &mut analyzer);
        prop_assert_eq!(shown.iter().map(|piece| piece.text.as_str()).collect::<String>(), prose);
    }

    /// A sentence ends only where UAX 29 lets it end.
    #[test]
    fn sentence_ends_are_those_of_the_standard(prose in "([A-Za-z0-9.!?,;:'\"()“” \n\r\u{2029}\u{ad}\u{301}。！？音ж…-]|[.!?] |\n\n|Mr\\. ){0,40}") {
        let ends: Vec<usize> = SentenceSegmenter::new(SentenceBreakInvariantOptions::default()).segment_str(&prose).collect();
        let mut at = 0;
        while let Some(end) = sentences::end_behind(&prose, at, prose.len()).filter(|&end| end > at) {
            prop_assert!(ends.contains(&end), "{:?}|{:?}", &prose[..end], &prose[end..]);
            let is_start = sentences::start_before(&prose, end, prose.len()) == Some(end);
            prop_assert!(is_start || end == prose.len(), "{:?}|{:?}", &prose[..end], &prose[end..]);
            at = end;
        }
        prop_assert_eq!(at, prose.len());
    }
}

/// Texts that nobody writes and somebody will index.
fn hostile() -> Vec<String> {
    let n = 100_000;
    vec![
        "a".repeat(n),
        "a ".repeat(n / 2),
        "a. ".repeat(n / 3),
        "A.B-".repeat(n / 4),
        "....".repeat(n / 4),
        "\n".repeat(n),
        " ".repeat(n),
        "\0".repeat(n),
        "!".repeat(n),
        "! ".repeat(n / 2),
        "\u{301}".repeat(n / 2),
        format!("a {}", "\u{301}".repeat(n / 2)),
        "坂".repeat(n / 3),
        "坂本。".repeat(n / 9),
        "กข".repeat(n / 6),
        "👩\u{200d}".repeat(n / 7),
        "🇩🇪".repeat(n / 8),
        "שלום a ".repeat(n / 11),
        "\u{202e}".repeat(n / 3),
        "\u{600}".repeat(n / 2),
        "a's ".repeat(n / 4),
        "1,".repeat(n / 2),
        "é".repeat(n / 2),
    ]
}

#[test]
fn hostile_texts_are_answered_in_time() {
    let mut analyzer = Analyzer::new(Language::English);
    let wanted = wanted_of(
        "a b. a 坂本 ก 👩 ! a's é 1",
        &[
            (0, 0, 1, 0),
            (0, 3, 1, 0),
            (0, 5, 1, 0),
            (7, 0, 2, 2),
            (6, 0, 1, 0),
            (4, 0, 9, 0),
        ],
        &mut analyzer,
    );
    for text in hostile() {
        let start = std::time::Instant::now();
        let shown = passages(&text, &wanted, &mut analyzer, Limits::default());
        let marked = marked(&text, &wanted, &mut analyzer);
        // A tenth of that even here; anything that takes the square of the length takes minutes.
        let took = start.elapsed().as_secs();
        let opening: String = text.chars().take(8).collect();
        assert!(took < 5, "{took} s for {} bytes of {opening:?}", text.len());
        assert_eq!(
            marked.iter().map(|piece| piece.text.len()).sum::<usize>(),
            text.len()
        );
        assert_eq!(shown.is_empty(), text.trim().is_empty());
    }
}
