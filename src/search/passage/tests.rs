//! Passages as a reader would judge them: `[so]` is marked, `|` stands between fragments.

use super::*;
use crate::analysis::{Kind, STEM};
use crate::search::pattern::Element;

fn english() -> Analyzer {
    Analyzer::new(Language::English)
}

fn terms(atom: usize, terms: &[&str]) -> Wanted {
    Wanted {
        pattern: Pattern::Terms(terms.iter().map(|term| (*term).to_owned()).collect()),
        atom,
        weight: 1.0,
    }
}

/// What a typed word is looked up by, about: the word, its stem, itself in one word and with its accents.
fn word(atom: usize, typed: &str, analyzer: &mut Analyzer) -> Vec<Wanted> {
    let tokens = analyzer.analyze(typed).clone();
    let of_kind = |kind: Kind| {
        let of_kind = tokens.iter().filter(move |token| token.kind == kind);
        of_kind.map(|token| token.term.to_owned())
    };
    let parts: Vec<String> = of_kind(Kind::Part).collect();
    match parts.as_slice() {
        [] => vec![terms(
            atom,
            &of_kind(Kind::Symbols)
                .collect::<Vec<_>>()
                .iter()
                .map(String::as_str)
                .collect::<Vec<_>>(),
        )],
        [part] => {
            let mut all = vec![part.clone(), format!("{STEM}{part}")];
            all.extend((2..=4).map(|span| crate::analysis::joined_term(part, span)));
            let stems: Vec<String> = of_kind(Kind::Stem).collect();
            all.extend(stems.iter().map(|stem| stem[1..].to_owned()));
            all.extend(stems);
            all.extend(of_kind(Kind::Variant));
            vec![
                terms(atom, &all.iter().map(String::as_str).collect::<Vec<_>>()),
                terms(
                    atom,
                    &of_kind(Kind::Accented)
                        .collect::<Vec<_>>()
                        .iter()
                        .map(String::as_str)
                        .collect::<Vec<_>>(),
                ),
            ]
        }
        _ => {
            let mut phrase = phrase(typed, 0, analyzer);
            phrase.atom = atom;
            let joined: Vec<String> = of_kind(Kind::Joined)
                .flat_map(|term| {
                    let text = term[1..].split('\0').next().unwrap_or_default().to_owned();
                    [text, term]
                })
                .collect();
            vec![
                phrase,
                terms(atom, &joined.iter().map(String::as_str).collect::<Vec<_>>()),
            ]
        }
    }
}

fn words(typed: &str, analyzer: &mut Analyzer) -> Vec<Wanted> {
    let words = typed.split_whitespace().enumerate();
    words
        .flat_map(|(atom, typed)| word(atom, typed, analyzer))
        .collect()
}

fn phrase(typed: &str, slop: u32, analyzer: &mut Analyzer) -> Wanted {
    let tokens = analyzer.analyze(typed);
    let parts = tokens.iter().filter(|token| token.kind == Kind::Part);
    let elements = parts.map(|part| Element {
        terms: vec![part.term.to_owned()],
        prefix: None,
    });
    Wanted {
        pattern: Pattern::Phrase {
            elements: elements.collect(),
            slop,
        },
        atom: 0,
        weight: 1.0,
    }
}

fn show(fragment: &Fragment) -> String {
    let piece = |piece: &crate::search::response::Piece| match piece.matched {
        true => format!("[{}]", piece.text),
        false => piece.text.clone(),
    };
    fragment.iter().map(piece).collect()
}

fn show_all(fragments: &[Fragment]) -> String {
    fragments.iter().map(show).collect::<Vec<_>>().join("|")
}

fn mark(text: &str, typed: &str) -> String {
    let mut analyzer = english();
    let wanted = words(typed, &mut analyzer);
    show(&marked(text, &wanted, &mut analyzer))
}

fn mark_phrase(text: &str, typed: &str, slop: u32) -> String {
    let mut analyzer = english();
    let wanted = [phrase(typed, slop, &mut analyzer)];
    show(&marked(text, &wanted, &mut analyzer))
}

fn passage(prose: &str, typed: &str, fragment: usize, fragments: usize) -> String {
    let mut analyzer = english();
    let wanted = words(typed, &mut analyzer);
    let limits = Limits {
        fragment,
        fragments,
    };
    show_all(&passages(prose, &wanted, &mut analyzer, limits))
}

#[test]
fn what_matched_is_marked_and_nothing_around_it() {
    let mut wrong = Vec::new();
    for (text, typed, expected) in [
        ("without Bowie's songs", "bowie", "without [Bowie]'s songs"),
        ("BOWIE’S, “Bowie”.", "bowie", "[BOWIE]’S, “[Bowie]”."),
        ("Bowie's songs", "bowie's", "[Bowie's] songs"),
        ("one song, (Songs)!", "songs", "one [song], ([Songs])!"),
        ("happily happy", "happily", "[happily] happy"),
        ("the skies of a sky", "sky", "the [skies] of a [sky]"),
        ("it was dying to die", "die", "it was [dying] to [die]"),
        ("AC/DC, AC-DC, ac dc", "acdc", "[AC/DC], [AC-DC], ac dc"),
        ("ACDC and AC/DC", "ac/dc", "[ACDC] and [AC/DC]"),
        (
            "by T. Rex and J. J. Abrams.",
            "trex",
            "by [T. Rex] and J. J. Abrams.",
        ),
        ("wide\u{3000}É. Piaf", "epiaf", "wide\u{3000}[É. Piaf]"),
        ("by J. T. Rex", "trex", "by J. T. Rex"),
        ("by J. J. Abrams.", "jjabrams", "by [J. J. Abrams]."),
        ("R.E.M. on the radio", "rem", "[R.E.M]. on the radio"),
        ("(P!nk), Ke$ha!", "pink kesha", "([P!nk]), [Ke$ha]!"),
        ("live: !!! (and more)", "!!!", "live: [!!!] (and more)"),
        ("“!!!”, by (!!!).", "!!!", "“[!!!]”, by ([!!!])."),
        (
            "Björk, BJÖRK, Bjo\u{308}rk",
            "bjork",
            "[Björk], [BJÖRK], [Bjo\u{308}rk]",
        ),
        ("bjork or Björk", "Björk", "[bjork] or [Björk]"),
        ("the band 10cc", "10cc", "the band [10cc]"),
        ("10,000 Maniacs", "10000", "[10,000] Maniacs"),
        ("Rocky II", "2", "Rocky [II]"),
        ("L'Avventura", "avventura", "L'[Avventura]"),
        ("Guns N' Roses & more", "and", "Guns [N]' Roses [&] more"),
        ("O'Neill", "oneill", "[O'Neill]"),
        ("nothing here", "bowie", "nothing here"),
        ("", "bowie", ""),
        (
            "坂本龍一の音楽と、坂と本。",
            "坂本",
            "[坂本]龍一の音楽と、坂と本。",
        ),
        ("방탄소년단의 노래", "방탄소년단", "[방탄소년단]의 노래"),
        ("أغاني أُمّ كلثوم", "ام", "أغاني [أُمّ] كلثوم"),
        ("Группа «Кино» и кино", "КИНО", "Группа «[Кино]» и [кино]"),
        ("ﾊﾞﾝﾄﾞの音", "バンド", "[ﾊﾞﾝﾄﾞ]の音"),
        ("Die Straße", "strasse", "Die [Straße]"),
    ] {
        let marked = mark(text, typed);
        if marked != expected {
            wrong.push(format!(
                "{typed}\n  is        {marked}\n  should be {expected}"
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_phrase_is_marked_as_one_and_only_where_it_stands() {
    for (text, typed, slop, expected) in [
        (
            "The White Duke, thin: the Thin White Duke.",
            "thin white duke",
            0,
            "The White Duke, thin: the [Thin White Duke].",
        ),
        (
            "Star – Wars and wars star",
            "star wars",
            0,
            "[Star – Wars] and wars star",
        ),
        (
            "film about noir; film noir",
            "film noir",
            1,
            "[film] about [noir]; [film noir]",
        ),
        ("film of a noir", "film noir", 1, "film of a noir"),
        ("noir film", "film noir", 5, "noir film"),
        ("a b a b a", "a b a", 0, "[a b a b a]"),
        ("guns and roses", "guns roses", 1, "[guns] and [roses]"),
    ] {
        assert_eq!(mark_phrase(text, typed, slop), expected, "{typed}");
    }
}

#[test]
fn a_joined_word_takes_the_places_of_its_parts() {
    let element = |terms: &[&str]| Element {
        terms: terms.iter().map(|term| (*term).to_owned()).collect(),
        prefix: None,
    };
    let joined = crate::analysis::joined_term("acdc", 2);
    let wanted = [Wanted {
        pattern: Pattern::Phrase {
            elements: vec![element(&["acdc", &joined]), element(&["live"])],
            slop: 0,
        },
        atom: 0,
        weight: 1.0,
    }];
    let shown = show(&marked(
        "AC/DC live, ac live, ACDC Live",
        &wanted,
        &mut english(),
    ));
    assert_eq!(shown, "[AC/DC live], ac live, [ACDC Live]");
}

#[test]
fn a_name_of_symbols_does_not_follow_itself() {
    let element = Element {
        terms: vec!["!!!".to_owned()],
        prefix: None,
    };
    let mut wanted = terms(0, &[]);
    wanted.pattern = Pattern::Phrase {
        elements: vec![element.clone(), element],
        slop: 0,
    };
    let mark = |text| show(&marked(text, std::slice::from_ref(&wanted), &mut english()));
    assert_eq!(mark("live: !!! there"), "live: !!! there");
    assert_eq!(mark("live: !!! !!! there"), "live: [!!! !!!] there");
}

#[test]
fn a_prefix_marks_the_words_that_begin_so() {
    let mut wanted = terms(0, &[]);
    wanted.pattern = Pattern::Prefix("sound".into());
    let shown = show(&marked(
        "Soundtracks, sound; unsound sounds",
        &[wanted],
        &mut english(),
    ));
    assert_eq!(shown, "[Soundtracks], [sound]; unsound [sounds]");
    let mut last = phrase("original soundt", 0, &mut english());
    if let Pattern::Phrase { elements, .. } = &mut last.pattern {
        elements[1] = Element {
            terms: Vec::new(),
            prefix: Some("soundt".into()),
        };
    }
    let shown = show(&marked("the original soundtrack", &[last], &mut english()));
    assert_eq!(shown, "the [original soundtrack]");
}

const PROSE: &str = "Velvet Goldmine is a film by Todd Haynes. It came out in 1998. Its hero is modelled on David Bowie, \
    who refused the use of his songs. So the film was made without Bowie's songs, and Dr. Smith says it is none the worse \
    for it. Jonathan Rhys Meyers sings. The costumes were nominated for an Oscar, which they did not win. Many years later \
    the picture is loved by people who were not born when it came out, and its soundtrack is still in print. Radiohead's \
    singer lent his voice.";

#[test]
fn fragments_are_whole_sentences_where_they_fit() {
    assert_eq!(
        passage(PROSE, "meyers", 100, 1),
        "[Jonathan] Rhys [Meyers] sings. The costumes were nominated for an Oscar, which they did not win."
            .replace("[Jonathan]", "Jonathan")
    );
    assert_eq!(
        passage(PROSE, "dr smith", 130, 1),
        "So the film was made without Bowie's songs, and [Dr]. [Smith] says it is none the worse for it. Jonathan Rhys \
         Meyers sings."
    );
}

#[test]
fn matches_far_apart_give_several_fragments_in_the_order_of_the_text() {
    assert_eq!(
        passage(PROSE, "radiohead goldmine", 60, 2),
        "Velvet [Goldmine] is a film by Todd Haynes.|[Radiohead]'s singer lent his voice."
    );
}

#[test]
fn a_long_sentence_is_cut_between_words() {
    assert_eq!(
        passage(PROSE, "born", 50, 1),
        "… by people who were not [born] when it came out, and …"
    );
    assert_eq!(
        passage(PROSE, "modelled david", 30, 1),
        "… is [modelled] on [David] Bowie, …"
    );
}

#[test]
fn the_passage_with_more_of_the_query_is_shown() {
    assert!(
        passage(PROSE, "film songs", 100, 1)
            .contains("So the [film] was made without Bowie's [songs]")
    );
    let prose = "The white house stood by the duke's garden, and there a thin man lived for years. Nobody knew of it. \
                 Later he was the Thin White Duke of the stage, in a suit.";
    assert!(passage(prose, "thin white duke", 60, 1).contains("[Thin] [White] [Duke]"));
}

#[test]
fn with_nothing_matched_the_opening_is_shown() {
    assert_eq!(
        passage(PROSE, "zappa", 50, 2),
        "Velvet Goldmine is a film by Todd Haynes."
    );
    assert_eq!(
        passage(PROSE, "zappa", 70, 2),
        "Velvet Goldmine is a film by Todd Haynes. It came out in 1998."
    );
    assert_eq!(
        passage(&PROSE[170..], "zappa", 20, 2),
        "songs, and Dr. Smith …"
    );
    assert_eq!(passage("  \n ", "zappa", 20, 2), "");
    assert_eq!(passage(" Short. ", "zappa", 20, 2), "Short.");
}

#[test]
fn a_blank_keeps_its_accent() {
    let prose = " \u{301}one two three four five";
    assert_eq!(passage(prose, "one", 12, 1), " \u{301}[one] two …");
}

#[test]
fn short_text_is_shown_whole() {
    assert_eq!(
        passage(
            "  David Bowie sang. So did Iggy Pop.\n",
            "bowie pop",
            100,
            2
        ),
        "David [Bowie] sang. So did Iggy [Pop]."
    );
}

#[test]
fn other_scripts_are_cut_between_their_words() {
    let japanese = "坂本龍一は日本の作曲家である。戦場のメリークリスマスの音楽で知られ、その後も映画のために多くの作品を書いた。\
                    彼は二〇二三年に亡くなった。";
    assert_eq!(
        passage(japanese, "亡くなった", 20, 1),
        "彼は二〇二三年に[亡くなった]。"
    );
    assert_eq!(
        passage(japanese, "映画", 16, 1),
        "…られ、その後も[映画]のために多くの…"
    );
    let german = "Die Hörer der Straße kannten das Lied längst auswendig, als es endlich im Radio lief. Danach kam der Ruhm.";
    assert_eq!(
        passage(german, "strasse", 30, 1),
        "… Hörer der [Straße] kannten das …"
    );
    let russian = "Виктор Цой основал группу «Кино» в Ленинграде. Её песни знают все. Он погиб в 1990 г. под Ригой.";
    assert_eq!(passage(russian, "песни", 25, 1), "Её [песни] знают все.");
    let arabic = "كانت أم كلثوم مغنية مصرية. هل سمعت صوتها؟ لقد أحبها الملايين في كل البلاد العربية.";
    assert_eq!(passage(arabic, "صوتها", 25, 1), "هل سمعت [صوتها]؟");
    let korean = "방탄소년단은 2013년에 데뷔했다. 그들의 노래는 세계에서 사랑받는다. 팬도 많다.";
    assert_eq!(
        passage(korean, "노래", 25, 1),
        "그들의 [노래]는 세계에서 사랑받는다."
    );
}

/// Twenty kilobytes of prose that name Bowie a few times.
fn long_prose() -> String {
    let filler = "Between the well-known numbers a small orchestra plays what the director's friends wrote in 1971, and \
                  nobody minds. It isn't loud (not at first), but it grows; by the end everyone in the room is singing. ";
    let mut prose = filler.repeat(100);
    for at in [9_000, 12_000, 15_000] {
        let at = at + prose[at..].find(". ").unwrap_or(0) + 2;
        prose.insert_str(at, "David Bowie's songs are heard here. ");
    }
    prose
}

/// Run by hand: `cargo test --release --lib passage:: -- --ignored --nocapture`.
#[test]
#[ignore = "a measurement"]
fn time_of_a_passage_beside_that_of_full_analysis() {
    let mut analyzer = english();
    let prose = long_prose();
    let best_of = |run: &mut dyn FnMut()| {
        let time = |_| {
            let start = std::time::Instant::now();
            (0..20).for_each(|_| run());
            start.elapsed().as_secs_f64() * 1e6 / 20.0
        };
        (0..50).map(time).fold(f64::INFINITY, f64::min)
    };
    let full = best_of(&mut || {
        std::hint::black_box(analyzer.analyze(&prose).len());
    });
    eprintln!("{:>8.1} us  analysis of {} bytes", full, prose.len());
    for query in [
        "bowie",
        "david bowie songs",
        "zappa",
        "the orchestra",
        "what is heard at the end of the room",
        "trex",
        "acdc",
    ] {
        let wanted = words(query, &mut analyzer);
        let made = best_of(&mut || {
            std::hint::black_box(Finder::new(&wanted, Language::English).windows.len());
        });
        let mut finder = Finder::new(&wanted, Language::English);
        let found = best_of(&mut || {
            finder.find(&prose, &mut analyzer);
        });
        let shown = best_of(&mut || {
            std::hint::black_box(finder.passages(&prose, &mut analyzer, Limits::default()));
        });
        let short = best_of(&mut || {
            std::hint::black_box(finder.passages(
                &prose[8_800..9_400],
                &mut analyzer,
                Limits::default(),
            ));
        });
        eprintln!(
            "{shown:>8.1} us  passages for {query:?}: {found:.1} to find {} in {} windows; {short:.1} in 600 bytes; {made:.1} to make the finder",
            finder.found.matches.len(),
            finder.windows.len(),
        );
    }
}
