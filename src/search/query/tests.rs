//! The language in tables, and its laws on noise.

use std::ops::Bound;

use proptest::prelude::*;

use super::ast::{Clause, Expr, ExprKind, Occur, Parsed};
use super::{FieldNames, MAX_DEPTH, MAX_PARTS, MAX_WARNINGS, Reading, describe, parse};

/// The fields of an index of soundtracks.
struct Soundtracks;

const FIELDS: [&str; 8] = [
    "title",
    "artists",
    "prose",
    "aliases",
    "year",
    "rank",
    "list",
    "label.name",
];

impl FieldNames for Soundtracks {
    fn has(&self, name: &str) -> bool {
        FIELDS.contains(&name)
    }

    fn all(&self) -> Vec<String> {
        FIELDS.map(str::to_owned).to_vec()
    }
}

fn read(text: &str) -> Parsed {
    parse(text, &Soundtracks, Reading::default())
}

fn read_all(text: &str) -> Parsed {
    let require_all = Reading {
        require_all: true,
        ..Reading::default()
    };
    parse(text, &Soundtracks, require_all)
}

/// A tree in one line: `<word>`, `<start>*`, `"phrase"~1*`, `field:part`, `[low,high]`, `{any of +must -not}`, `part^2`.
fn show(expr: &Expr) -> String {
    let end = |bound: &Bound<f64>| match bound {
        Bound::Included(value) => format!("={value}"),
        Bound::Excluded(value) => value.to_string(),
        Bound::Unbounded => String::new(),
    };
    let shown = match &expr.kind {
        ExprKind::Group(clauses) => {
            let clauses: Vec<String> = clauses.iter().map(show_clause).collect();
            format!("{{{}}}", clauses.join(" "))
        }
        ExprKind::Word(word) => format!("<{word}>"),
        ExprKind::Prefix(start) => format!("<{start}>*"),
        ExprKind::Phrase { text, slop, prefix } => {
            let slop = if *slop > 0 {
                format!("~{slop}")
            } else {
                String::new()
            };
            format!("\"{text}\"{slop}{}", if *prefix { "*" } else { "" })
        }
        ExprKind::Field { field, inner } => format!("{field}:{}", show(inner)),
        ExprKind::Exists => "exists".to_owned(),
        ExprKind::Range { low, high } => format!("[{},{}]", end(low), end(high)),
        ExprKind::All => "all".to_owned(),
    };
    match expr.boost {
        1.0 => shown,
        boost => format!("{shown}^{boost}"),
    }
}

fn show_clause(clause: &Clause) -> String {
    let sign = match clause.occur {
        Occur::Should => "",
        Occur::Must => "+",
        Occur::MustNot => "-",
    };
    format!("{sign}{}", show(&clause.expr))
}

fn shown(parsed: &Parsed) -> String {
    parsed.root.as_ref().map_or(String::new(), show)
}

/// Every case of a table is read and shown; none may warn.
#[track_caller]
fn check(cases: &[(&str, &str)]) {
    for (text, expected) in cases {
        let parsed = read(text);
        assert_eq!(shown(&parsed), *expected, "the tree of {text}");
        assert_eq!(parsed.warnings, [], "the warnings about {text}");
    }
}

#[test]
fn names_are_text_whatever_they_are_made_of() {
    for name in [
        "AC/DC",
        "N'",
        "Who?",
        "O)))",
        "+/-",
        "!!!",
        "M*A*S*H",
        "M*A*S*H*",
        "[REC]",
        "P!nk",
        "Ke$ha",
        "8½",
        "10,000",
        "AND",
        "OR",
        "NOT",
        ":)",
        ":(",
        "2001:",
        "Re:Mix",
        "T.Rex",
        "R.E.M.",
        "WALL·E",
        "-",
        "--",
        "---",
        "--foo",
        "-!!!",
        "+",
        "()",
        "(",
        ")",
        ")(",
        "(a)(b)",
        "(foo)bar",
        "f(x)",
        "\"",
        "12\"",
        "''tis",
        "`foo´",
        "^2",
        "^_^",
        "a^x",
        "~3",
        "1970..1979",
        ">1990",
        "title:",
        "http://example.org/?a=b",
        "!*",
        "b*w",
        "*w",
        "**",
        "...",
        "12:30",
        "a:b",
        "@",
        "\u{200b}",
        "title:)",
        "\"\"",
        "x^-1",
        "坂本龍一",
        "방탄소년단",
        "أم",
        "🎷",
    ] {
        assert_eq!(shown(&read(name)), format!("<{name}>"));
    }
    check(&[
        ("Guns N' Roses", "{<Guns> <N'> <Roses>}"),
        ("Ocean's Eleven", "{<Ocean's> <Eleven>}"),
        ("Mission: Impossible", "{<Mission:> <Impossible>}"),
        ("Sunn O)))", "{<Sunn> <O)))>}"),
        ("(Sunn O)))", "{<Sunn> <O))>}"),
        ("!!! (Chk Chk Chk)", "{<!!!> <Chk> <Chk> <Chk>}"),
        ("(Chk Chk Chk)", "{<Chk> <Chk> <Chk>}"),
        (
            "(What's the Story) Morning Glory?",
            "{<What's> <the> <Story> <Morning> <Glory?>}",
        ),
        ("Sigur Rós ( )", "{<Sigur> <Rós> <(> <)>}"),
        ("see f(x) (see f(x))", "{<see> <f(x)> <see> <f(x)>}"),
        ("foo - bar", "{<foo> <-> <bar>}"),
        ("blink -182", "{<blink> -<182>}"),
        ("blink-182", "<blink-182>"),
        ("12\" single 7\" vinyl", "{<12\"> <single> <7\"> <vinyl>}"),
        ("and or not", "{<and> <or> <not>}"),
        ("a\u{0}b\tc\u{a0}d\u{3000}e", "{<a> <b> <c> <d> <e>}"),
        ("", ""),
        (" \t\n\u{3000}", ""),
    ]);
}

#[test]
fn quotes_make_phrases() {
    check(&[
        ("\"thin white duke\"", "\"thin white duke\""),
        (
            "“thin white” „duke“ «de» »fr«",
            "{\"thin white\" \"duke\" \"de\" \"fr\"}",
        ),
        ("\"Guns N' Roses\"", "\"Guns N' Roses\""),
        ("\"!!!\"", "\"!!!\""),
        ("\"a b\"~3", "\"a b\"~3"),
        ("\"a b\"~99999999999", "\"a b\"~50"),
        ("\"thin whi\"*", "\"thin whi\"*"),
        ("\"a b\"~2*^1.5", "\"a b\"~2*^1.5"),
        ("\"a b\"*~2 c", "{\"a b\"~2* <c>}"),
        ("\"a b\"~x", "{\"a b\" <~x>}"),
        ("\"a\"b", "{\"a\" <b>}"),
        ("\"a b\"\"c\"", "{\"a b\" \"c\"}"),
        ("(\"a b\" c)", "{\"a b\" <c>}"),
        ("\"a (b\" c)", "{\"a (b\" <c)>}"),
        ("(\"a\")b", "{\"a\" <)b>}"),
        ("\"Weird Al\" Yankovic", "{\"Weird Al\" <Yankovic>}"),
    ]);
}

#[test]
fn stars_and_boosts_stand_at_the_end_of_a_word() {
    check(&[
        ("bow*", "<bow>*"),
        ("Bjo\u{308}*", "<Bjo\u{308}>*"),
        ("AC/D*", "<AC/D>*"),
        ("bow*^2", "<bow>*^2"),
        ("*", "all"),
        ("* -live", "{all -<live>}"),
        ("-*", "<-*>"),
        ("word^2", "<word>^2"),
        ("word^0.00001 word^1e9", "{<word>^0.01 <word^1e9>}"),
        ("word^99999", "<word>^1000"),
        ("\"a b\"^2", "\"a b\"^2"),
        ("(a b)^2 c", "{{<a> <b>}^2 <c>}"),
        ("((a b)^2 c)^3", "{{<a> <b>}^2 <c>}^3"),
        ("((a b))^2", "{<a> <b>}^2"),
        ("(a)^2", "<a>^2"),
        ("(a^2)^3", "<a>^6"),
        ("O)))^2", "<O)))>^2"),
        ("(a b^2)", "{<a> <b>^2}"),
    ]);
}

#[test]
fn signs_need_something_to_operate_on() {
    check(&[
        ("+a -b c", "{+<a> -<b> <c>}"),
        ("a -\"b c\"", "{<a> -\"b c\"}"),
        ("a -(b c)", "{<a> -{<b> <c>}}"),
        ("a +(b c)", "{<a> +{<b> <c>}}"),
        ("a -title:b +year:1994", "{<a> -title:<b> +year:<1994>}"),
        ("(+a b)", "{+<a> <b>}"),
        ("a -(b c", "{<a> -<(b> <c>}"),
        ("a -( b", "{<a> <-(> <b>}"),
        ("a -()", "{<a> <-()>}"),
        ("a (-b)", "{<a> -<b>}"),
        ("a -(-b)", "{<a> +<b>}"),
        ("a -(-b -c)", "{<a> +{<b> <c>}}"),
        ("a +-b", "{<a> <+-b>}"),
        ("a b-c d+e", "{<a> <b-c> <d+e>}"),
    ]);
}

#[test]
fn capitals_operate_where_they_have_operands() {
    check(&[
        ("a AND b", "{+<a> +<b>}"),
        ("a OR b", "{<a> <b>}"),
        ("a NOT b", "{<a> -<b>}"),
        ("a AND NOT b", "{+<a> -<b>}"),
        ("a AND b OR c", "{{+<a> +<b>} <c>}"),
        ("a OR b AND c", "{<a> {+<b> +<c>}}"),
        ("a AND (b OR c)", "{+<a> +{<b> <c>}}"),
        ("a AND b c", "{+<a> +<b> <c>}"),
        ("a OR NOT b", "{<a> {+all -<b>}}"),
        ("a OR -b c", "{-<b> <a> <c>}"),
        ("+a OR b", "{+<a> <b>}"),
        ("a NOT NOT b", "{<a> <b>}"),
        ("a NOT -b", "{<a> -<b>}"),
        ("NOT a b", "{-<a> <b>}"),
        ("AND a", "{<AND> <a>}"),
        ("a OR", "{<a> <OR>}"),
        ("a AND OR b", "{<a> <AND> <OR> <b>}"),
        ("a NOT", "{<a> <NOT>}"),
        ("(a AND) b", "{<a> <AND> <b>}"),
        ("a \"AND\" b", "{<a> \"AND\" <b>}"),
        ("a +AND b", "{<a> +<AND> <b>}"),
        ("title:AND", "title:<AND>"),
        ("AND AND AND", "{<AND> <AND> <AND>}"),
    ]);
}

#[test]
fn fields_are_those_of_the_index() {
    check(&[
        ("title:heat", "title:<heat>"),
        ("Artist:bowie", "artists:<bowie>"),
        ("alias:ziggy", "aliases:<ziggy>"),
        ("YEAR:1994", "year:<1994>"),
        ("label.name:rhino", "label.name:<rhino>"),
        ("title:\"the who\"~2", "title:\"the who\"~2"),
        ("title:(a b -c)^2", "title:{<a> <b> -<c>}^2"),
        ("title:(-a)  b", "{-title:<a> <b>}"),
        ("title:(artist:a)", "artists:<a>"),
        ("title:(artist:a b)", "title:{artists:<a> <b>}"),
        ("title:artist:a", "title:<artist:a>"),
        ("title:bow*^2", "title:<bow>*^2"),
        ("title:!!!", "title:<!!!>"),
        ("title:-5", "title:<-5>"),
        ("title:* year:*", "{title:exists year:exists}"),
        ("year:1970..1979", "year:[=1970,=1979]"),
        ("rank:..3 rank:3..", "{rank:[,=3] rank:[=3,]}"),
        (
            "year:>1990 year:>=1990 year:<-1.5",
            "{year:[1990,] year:[=1990,] year:[,-1.5]}",
        ),
        ("year:(1994 1996..1998)", "year:{<1994> [=1996,=1998]}"),
        ("list:a..b", "list:<a..b>"),
        ("title:1..2", "title:<1..2>"),
        ("title: heat", "{<title:> <heat>}"),
        ("(title:heat)", "title:<heat>"),
        ("title:(heat", "title:<(heat>"),
        ("title:(\"heat\" x", "{title:\"heat\" <x>}"),
    ]);
}

#[test]
fn all_words_must_match_on_every_level_but_not_marks() {
    for (text, expected) in [
        ("a b", "{+<a> +<b>}"),
        ("a", "<a>"),
        ("a - b", "{+<a> <-> +<b>}"),
        ("a (b c)", "{+<a> +<b> +<c>}"),
        ("a OR b c", "{+{<a> <b>} +<c>}"),
        ("(a b) OR c", "{{+<a> +<b>} <c>}"),
        ("a -(b c)", "{+<a> -{<b> <c>}}"),
        ("a NOT (b c)", "{+<a> -{<b> <c>}}"),
        ("title:(a b)", "title:{+<a> +<b>}"),
        ("a (- /)", "{+<a> <-> </>}"),
    ] {
        assert_eq!(shown(&read_all(text)), expected, "{text}");
    }
}

#[test]
fn literal_text_has_no_operators() {
    let literal = |text: &str, require_all: bool| {
        let reading = Reading {
            literal: true,
            require_all,
        };
        let parsed = parse(text, &Soundtracks, reading);
        assert_eq!(parsed.warnings, []);
        shown(&parsed)
    };
    assert_eq!(
        literal("title:heat -b* \"c OR\n(d)", false),
        "{<title:heat> <-b*> <\"c> <OR> <(d)>}"
    );
    assert_eq!(literal("a - b", true), "{+<a> <-> +<b>}");
    assert_eq!(literal("  ", true), "");
}

#[test]
fn likely_mistakes_are_pointed_at_mended_and_answered() {
    for (text, place, mended, tree) in [
        ("\"thin white", "\"", "\"thin white\"", "{<\"thin> <white>}"),
        ("a „thin ", "„", "a „thin“ ", "{<a> <„thin>}"),
        ("(a \"b c)", "\"", "(a \"b c\")", "{<a> <\"b> <c>}"),
        (
            "a title:\"b (c d)",
            "\"",
            "a title:\"b (c d)\"",
            "{<a> title:<\"b> <c> <d>}",
        ),
        ("tilte:heat", "tilte", "title:heat", "{<tilte> <heat>}"),
        ("-yaer:1994 a", "yaer", "-year:1994 a", "{-<1994> <a>}"),
        (
            "Atrist:\"the who\"",
            "Atrist",
            "artist:\"the who\"",
            "{<Atrist> \"the who\"}",
        ),
        (
            "year:1979..1970",
            "1979..1970",
            "year:1970..1979",
            "year:[=1970,=1979]",
        ),
        (" -a -b ", "-a -b", "* -a -b ", "{+all -<a> -<b>}"),
        ("NOT a", "NOT a", "* NOT a", "{+all -<a>}"),
        ("-(a b)", "-(a b)", "* -(a b)", "{+all -{<a> <b>}}"),
    ] {
        let parsed = read(text);
        assert_eq!(parsed.warnings.len(), 1, "{text}: {:?}", parsed.warnings);
        let warning = &parsed.warnings[0];
        assert_eq!(&text[warning.span.clone()], place, "the place in {text}");
        assert_eq!(warning.mended.as_deref(), Some(mended), "{text}");
        assert_eq!(shown(&parsed), tree, "the tree of {text}");
        assert_eq!(read(mended).warnings, [], "{mended} is mended");
    }
    let two = read("yaer:3..1 \"x").warnings;
    assert!(
        two.len() == 2 && two[0].span.start < two[1].span.start,
        "{two:?}"
    );
}

#[test]
fn long_and_deep_queries_are_bounded() {
    let words = "a ".repeat(MAX_PARTS + 1);
    let parsed = read(&words);
    assert_eq!(parsed.warnings.len(), 1);
    assert_eq!(parsed.warnings[0].span, 2 * MAX_PARTS..2 * MAX_PARTS + 1);
    let deep = |open: &str, count: usize| format!("{}a{}", open.repeat(count), ")".repeat(count));
    assert_eq!(shown(&read(&deep("(", 5))), "<a>");
    let nested = shown(&read(&deep("(b -", 2 * MAX_DEPTH)));
    assert_eq!(nested.matches('{').count(), MAX_DEPTH, "{nested}");
    let after_stray = shown(&read(&format!("{}(b +c)^2", "( ".repeat(2 * MAX_DEPTH))));
    assert!(after_stray.ends_with("{<b> +<c>}^2}"), "{after_stray}");
}

#[test]
fn noise_takes_time_in_proportion_to_its_length() {
    const LENGTH: usize = 200_000;
    let pieces = [
        "(", ")", "()", "(a", "(a ", "((a) ", "(\"", "\"", "\"a\"", "\"a\"~2(", "“a", "title:(",
        "title:", "tilte:(", "tilte:a ", "-(", "-(-", "NOT ", "NOT -(a ", "a AND ", "OR ", "a:",
        "*", "a^2)", ")^2", "^", "^1", "~", ":", "1.", "year:1..", "x",
    ];
    for piece in pieces {
        let count = LENGTH / piece.len();
        for tail in [String::new(), format!("a{}", ")".repeat(count))] {
            let text = piece.repeat(count) + &tail;
            let start = std::time::Instant::now();
            assert!(read(&text).root.is_some(), "{piece}");
            // It takes some milliseconds; a quadratic step would take several seconds.
            let took = start.elapsed();
            assert!(took.as_secs() < 2, "{piece}: {took:?}");
        }
    }
}

#[test]
fn of_many_mistakes_only_the_first_are_said() {
    let parsed = read(&"year:2..1 tilte:x ".repeat(400));
    assert_eq!(parsed.warnings.len(), 2 * MAX_WARNINGS);
}

#[test]
fn a_query_in_words() {
    let parsed =
        read("bowie +\"thin white duke\"~1 -title:(live bootl*)^2 year:1970..1979 artist:*");
    assert_eq!(
        describe(&parsed.root.unwrap()),
        "\
may have: the word bowie
must have: the phrase \"thin white duke\", up to 1 word apart
must not have in title: any of this, its score times 2
  may have in title: the word live
  may have in title: a word that begins with bootl
may have in year: a value at least 1970 and at most 1979
may have in artists: anything"
    );
    assert_eq!(describe(&read("heat").root.unwrap()), "find: the word heat");
}

/// Every expression of a tree, with how deep it stands.
fn walk<'e>(expr: &'e Expr, depth: usize, visit: &mut dyn FnMut(&'e Expr, usize)) {
    visit(expr, depth);
    match &expr.kind {
        ExprKind::Group(clauses) => {
            clauses
                .iter()
                .for_each(|clause| walk(&clause.expr, depth + 1, visit));
        }
        ExprKind::Field { inner, .. } => walk(inner, depth + 1, visit),
        _ => {}
    }
}

/// What holds for any text.
fn check_laws(text: &str, reading: Reading) {
    let parsed = parse(text, &Soundtracks, reading);
    let blank = text.chars().all(|c| c.is_whitespace() || c.is_control());
    assert_eq!(
        parsed.root.is_none(),
        blank,
        "only blank text asks for nothing"
    );
    for warning in &parsed.warnings {
        assert!(text.get(warning.span.clone()).is_some(), "{warning:?}");
        assert!(!warning.span.is_empty() && warning.mended.as_deref() != Some(text));
    }
    let Some(root) = &parsed.root else { return };
    let mut letters = String::new();
    walk(root, 0, &mut |expr, depth| {
        assert!(depth <= 2 * MAX_DEPTH + 2);
        let typed = text
            .get(expr.span.clone())
            .expect("a span is a part of the text");
        assert!(expr.boost.is_finite() && expr.boost > 0.0);
        match &expr.kind {
            ExprKind::Word(word) => {
                assert!(!word.is_empty() && typed == word);
                letters += word;
            }
            ExprKind::Prefix(start) => assert_eq!(typed, format!("{start}*")),
            ExprKind::Phrase { text, .. } => assert!(typed.contains(text.as_str())),
            ExprKind::Field { inner, .. } => {
                assert!(!matches!(inner.kind, ExprKind::Field { .. }));
            }
            ExprKind::Group(clauses) => {
                assert!(!clauses.is_empty());
                let positive = clauses.iter().any(|clause| clause.occur != Occur::MustNot);
                assert!(positive, "a group of nothing but exclusions finds nothing");
            }
            _ => {}
        }
    });
    if reading.literal {
        let typed: String = text
            .split(|c: char| c.is_whitespace() || c.is_control())
            .collect();
        assert_eq!(letters, typed, "literal text is kept whole");
    }
    assert!(!describe(root).is_empty());
}

/// Queries, broken queries, and noise made of what queries are made of.
fn noise() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        3 => "[a-z]{1,3}",
        6 => proptest::sample::select(vec![
            " ", " ", " ", "(", ")", "\"", "“", "”", "-", "+", "*", "^2", "~3", ":", "title:", "tilte:", "year:", "1970..1960", ">3",
            "AND", "OR", "NOT", "\u{308}", "'", "音", "!!!", "^", "..", "\u{0}", "½", ")^2", " NOT ", " OR ", " AND ",
        ]).prop_map(str::to_owned),
        1 => "\\PC{0,4}",
        1 => any::<char>().prop_map(String::from),
    ];
    proptest::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn the_laws_hold_for_noise(text in noise(), literal in any::<bool>(), require_all in any::<bool>()) {
        check_laws(&text, Reading { literal, require_all });
    }

    #[test]
    fn no_letter_is_lost_where_nothing_operates(words in proptest::collection::vec("[a-z()'!?/:]{1,8}", 1..6)) {
        let text = words.join(" ");
        let parsed = parse(&text, &NoFields, Reading::default());
        let mut kept = String::new();
        walk(&parsed.root.unwrap(), 0, &mut |expr, _| if let ExprKind::Word(word) = &expr.kind { kept += word });
        let letters = |text: &str| text.chars().filter(char::is_ascii_lowercase).collect::<String>();
        prop_assert_eq!(letters(&kept), letters(&text));
    }
}

/// An index without any field to name.
struct NoFields;

impl FieldNames for NoFields {
    fn has(&self, _: &str) -> bool {
        false
    }

    fn all(&self) -> Vec<String> {
        Vec::new()
    }
}
