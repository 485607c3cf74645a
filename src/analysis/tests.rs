//! What texts become, a line each, as a person would check it.

use proptest::prelude::*;

use super::*;

/// `term@position` of every token; stems as `~s`, joined as `=j/span`, accented as `^a`, variants as `|v`.
fn show(tokens: &Tokens) -> String {
    let form = |token: Token<'_>| {
        let body = token.term.trim_start_matches([STEM, JOINED, ACCENTED]);
        let (first, second) = body.split_once(HALF).unwrap_or((body, ""));
        match token.kind {
            Kind::Part => format!("{first}@{}", token.position),
            Kind::Variant => format!("|{first}@{}", token.position),
            Kind::Stem => format!("~{first}@{}", token.position),
            Kind::Accented => format!("^{second}@{}", token.position),
            Kind::Joined => format!("={first}/{second}@{}", token.position),
            Kind::Symbols => format!("!{first}@{}", token.position),
        }
    };
    tokens.iter().map(form).collect::<Vec<_>>().join(" ")
}

#[test]
fn texts_become_tokens() {
    let mut analyzer = Analyzer::new(Language::English);
    let mut wrong = Vec::new();
    for (text, expected) in [
        ("The Who", "the@0 who@1"),
        (
            "Films, \"running\" (out).",
            "films@0 ~film@0 running@1 ~run@1 out@2",
        ),
        ("AC/DC live", "=acdc/2@0 ac@0 dc@1 live@2"),
        ("T. Rex", "t@0 =trex/2@0 rex@1"),
        ("T.Rex", "=trex/2@0 t@0 rex@1"),
        (
            "J. J. Abrams",
            "j@0 j@1 =jj/2@0 =jjabrams/3@0 abrams@2 ~abram@2",
        ),
        ("R.E.M.", "=rem/3@0 r@0 e@1 m@2"),
        ("P!nk", "=pnk/2@0 =pink/2@0 p@0 nk@1"),
        ("Ke$ha!", "=keha/2@0 =kesha/2@0 ke@0 ha@1"),
        (
            "Se7en",
            "=se7/2@0 =se7en/3@0 =seven/3@0 =seten/3@0 se@0 =7en/2@1 7@1 en@2",
        ),
        ("10cc", "=10cc/2@0 10@0 cc@1"),
        ("10,000 Maniacs", "10000@0 maniacs@1 ~maniac@1"),
        ("8½", "=81/2@0 =812/3@0 8@0 =12/2@1 1@1 2@2"),
        ("Devil’s", "devils@0 ~devil@0"),
        ("don't", "dont@0"),
        (
            "\"Boss's, A. (a) N.",
            "bosss@0 ~boss@0 a@1 =aa/2@1 a@2 n@3 |and@3",
        ),
        (
            "1960s' 1,9 (1969).",
            "=1960s/2@0 1960@0 s@1 =19/2@2 1@2 9@3 1969@4",
        ),
        ("L'Avventura", "lavventura@0 |avventura@0"),
        ("Guns N' Roses", "guns@0 ~gun@0 n@1 |and@1 roses@2 ~rose@2"),
        (
            "rock'n'roll",
            "=rockn/2@0 =rocknroll/3@0 rock@0 =nroll/2@1 n@1 |and@1 roll@2",
        ),
        ("R&B", "=randb/3@0 =rnb/3@0 =rb/3@0 r@0 and@1 b@2"),
        ("Earth, Wind & Fire", "earth@0 wind@1 and@2 fire@3"),
        ("!!! (Chk)", "!!!!@0 chk@0"),
        ("+/-", "!+/-@0"),
        ("Florence + The", "florence@0 ~florenc@0 and@1 the@2"),
        ("star – wars", "star@0 wars@1 ~war@1"),
        ("Björk", "bjork@0 ^björk@0"),
        ("坂本龍一", "坂@0 本@1 龍@2 一@3"),
        ("Rocky II", "rocky@0 ~rocki@0 ii@1 |2@1"),
        ("M*A*S*H", "=mash/4@0 m@0 a@1 s@2 h@3"),
        ("WALL·E", "=walle/2@0 wall@0 e@1"),
        ("Sunn O)))", "sunn@0 o@1"),
        ("", ""),
        (" - ... ( )", ""),
    ] {
        let shown = show(analyzer.analyze(text));
        if shown != expected {
            wrong.push(format!(
                "{text}\n  is        {shown}\n  should be {expected}"
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn one_key_for_all_the_ways_of_typing_a_name() {
    for ways in [
        &["T. Rex", "T.Rex", "T-Rex", "TRex", "t rex"][..],
        &["AC/DC", "acdc", "AC-DC", "ac dc"],
        &[
            "Guns N' Roses",
            "guns n roses",
            "Guns & Roses",
            "guns and roses",
            "Guns N’ Roses",
        ],
        &["8½", "8 1/2"],
        &["10,000 Maniacs", "10000 maniacs"],
        &["Björk", "bjork"],
        &["The Devil’s Rejects", "the devils rejects"],
        &["!!!", "! ! !"],
    ] {
        for way in ways {
            assert_eq!(name_key(way), name_key(ways[0]), "{way}");
        }
    }
    assert_eq!(name_key("The Who").bare, "who");
    assert_eq!(name_key("The").bare, "");
}

#[test]
fn an_address_has_only_its_parts() {
    let mut analyzer = Analyzer::new(Language::English);
    for (text, expected) in [
        (
            "https://films.org/AC-DC_1973/x.jpg",
            "https@0 films@1 org@2 ac@3 dc@4 1973@5 x@6 jpg@7",
        ),
        ("https://x.org/Björk's", "https@0 x@1 org@2 bjorks@3"),
        (
            "films: https://x.org",
            "films@0 ~film@0 =httpsx/2@1 =httpsxorg/3@1 https@1 =xorg/2@2 x@2 org@3",
        ),
    ] {
        assert_eq!(show(analyzer.analyze_value(text)), expected, "{text}");
    }
    for (text, expected) in [
        ("https://a.b", true),
        ("https://a b", false),
        ("://a", false),
        ("AC/DC", false),
        ("a-b://c", false),
    ] {
        assert_eq!(is_address(text), expected, "{text}");
    }
}

/// Remembers every chunk.
#[derive(Default)]
struct Remembered {
    known: std::collections::HashMap<String, (Vec<(String, u32)>, u32)>,
    taken: Vec<(String, u32)>,
}

impl Chunks for Remembered {
    fn recall(&mut self, chunk: &str, at: u32) -> Option<u32> {
        let (tokens, positions) = self.known.get(chunk)?;
        let moved = tokens
            .iter()
            .map(|(term, place)| (term.clone(), at + place));
        self.taken.extend(moved);
        Some(*positions)
    }

    fn take(&mut self, chunk: Option<&str>, at: u32, tokens: &Tokens) {
        let taken = tokens
            .iter()
            .map(|token| (token.term.to_owned(), token.position));
        self.taken.extend(taken);
        if let Some(chunk) = chunk {
            let here = tokens
                .iter()
                .map(|token| (token.term.to_owned(), token.position - at));
            self.known
                .insert(chunk.to_owned(), (here.collect(), tokens.positions - at));
        }
    }
}

proptest! {
    /// The short way for words, numbers and possessives gives the tokens that the long way does.
    #[test]
    fn both_ways_agree(text in "([a-cinvxNV]{1,3}|[0-9]{1,4}|[A-C]\\.)?('s|[(\"]|[,.)\"';:?!]{0,2})(( |[(\"])([a-cinvxNV]{1,3}|[0-9]{1,4}|[A-C]\\.|films)('s)?[,.)\"';:?!]{0,2}){0,4}") {
        let (mut short, mut long) = (Analyzer::new(Language::English), Analyzer::new(Language::English));
        let short: Vec<_> = short.analyze(&text).iter().collect();
        let long: Vec<_> = long.analyze_the_long_way(&text).iter().collect();
        prop_assert_eq!(short, long);
    }

    /// A text whose chunks are recalled has the tokens that it has anyway.
    #[test]
    fn what_is_recalled_is_what_it_was(texts in prop::collection::vec("([a-cN.&'!$1-3é½音ガ\u{301}(\"-]{0,6}[ \u{a0},.]{0,2}|[A-C]\\. ?|films?['s]{0,2} ){0,8}", 1..5)) {
        let (mut analyzer, mut plain) = (Analyzer::new(Language::English), Analyzer::new(Language::English));
        let mut known = Remembered::default();
        for text in texts.iter().chain(&texts) {
            known.taken.clear();
            let positions = analyzer.analyze_chunks(text, &mut known);
            let expected = plain.analyze(text);
            prop_assert_eq!(positions, expected.positions);
            let expected: Vec<_> = expected.iter().map(|token| (token.term.to_owned(), token.position)).collect();
            prop_assert_eq!(&known.taken, &expected, "{:?}", text);
        }
    }

    /// The short way for addresses gives the parts that the long way does.
    #[test]
    fn an_address_has_the_parts_of_any_text(rest in "[a-zA-Z0-9/._%?=+!é'&,:$-]{0,30}") {
        let mut analyzer = Analyzer::new(Language::English);
        let text = format!("https://{rest}");
        let parts = |tokens: &Tokens| -> Vec<(String, u32, usize, usize)> {
            let parts = tokens.iter().filter(|token| token.kind == Kind::Part);
            parts.map(|token| (token.term.to_owned(), token.position, token.start, token.end)).collect()
        };
        let long = parts(analyzer.analyze(&text));
        prop_assert_eq!(parts(analyzer.analyze_value(&text)), long);
    }

    /// Tantivy needs it: positions of equal terms never fall, and offsets are real places of the text.
    #[test]
    fn tokens_are_in_order_and_in_bounds(text in "([a-cN.&'!$1-3 ,é½音ガ\u{301}-]{0,12}|\\PC{0,12})( [A-C]\\.){0,3}") {
        let mut analyzer = Analyzer::new(Language::English);
        let tokens = analyzer.analyze(&text).clone();
        let mut last = std::collections::HashMap::new();
        for token in tokens.iter() {
            prop_assert!(text.get(token.start..token.end).is_some(), "{token:?}");
            prop_assert!(token.position + token.span <= tokens.positions.max(token.span), "{token:?}");
            prop_assert!(!token.term.is_empty());
            let before = last.insert(token.term.to_owned(), token.position);
            prop_assert!(before.is_none_or(|before| before <= token.position), "{token:?}");
        }
    }

    /// Letters and digits are never lost: such a text always has a part.
    #[test]
    fn text_with_a_letter_has_a_part(text in "\\PC{0,8}[a-zé音0-9]\\PC{0,8}") {
        let mut analyzer = Analyzer::new(Language::English);
        prop_assert!(analyzer.analyze(&text).iter().any(|token| token.kind == Kind::Part));
    }
}
