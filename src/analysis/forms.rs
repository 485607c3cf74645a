//! The other forms of a chunk: stems, accented spellings, parts joined, `and` for `N'`, letters behind `$` and `!`.

use super::chunk::{Chunk, Part, PartKind};
use super::fold::Class;
use super::stem::Stemmer;
use super::token::{ACCENTED, HALF, JOINED, Kind, Place, STEM, Tokens};

/// Longer joined forms than this (in bytes) are nobody's name.
const MAX_JOINED: usize = 48;
/// Chunks of more parts than this (addresses, tables) are joined in pairs only.
const MAX_PARTS: usize = 8;

/// Adds all the tokens of a chunk at the next positions.
pub(crate) fn push(chunk: &Chunk, tokens: &mut Tokens, stemmer: &mut Stemmer) {
    let base = tokens.positions;
    let joins = joins(chunk);
    let mut rest = joins.as_slice();
    for (index, part) in chunk.parts.iter().enumerate() {
        let position = base + index as u32;
        let here = rest.partition_point(|join| join.first == index);
        let (joins, behind) = rest.split_at(here);
        rest = behind;
        for join in joins {
            let place = Place {
                start: part
                    .start
                    .min(if join.whole { chunk.start } else { part.start }),
                end: if join.whole {
                    chunk.end
                } else {
                    chunk.parts[join.last].end
                },
                position,
                span: join.span(),
            };
            tokens.push(place, Kind::Joined, |term| {
                write_joined(term, &[&join.text], join.span());
                true
            });
        }
        let place = Place {
            start: part.start,
            end: part.end,
            position,
            span: 1,
        };
        push_part(part, place, chunk.parts.len() == 1, tokens, stemmer);
    }
    tokens.positions += chunk.parts.len() as u32;
    if chunk.parts.is_empty() {
        push_symbols(chunk, base, tokens);
    }
}

/// Adds only the parts of a chunk at the next positions.
pub(crate) fn push_parts(chunk: &Chunk, tokens: &mut Tokens) {
    for part in &chunk.parts {
        let place = Place {
            start: part.start,
            end: part.end,
            position: tokens.positions,
            span: 1,
        };
        tokens.positions += 1;
        tokens.push(place, Kind::Part, |term| {
            term.push_str(&part.folded);
            true
        });
    }
}

/// Writes the term of `texts` put together, which cover `span` parts.
pub(crate) fn write_joined(term: &mut String, texts: &[&str], span: u16) {
    term.push(JOINED);
    texts.iter().for_each(|text| term.push_str(text));
    term.push(HALF);
    term.push(char::from(b'0' + span.min(9) as u8));
}

fn push_part(part: &Part, place: Place, alone: bool, tokens: &mut Tokens, stemmer: &mut Stemmer) {
    let text = |tokens: &mut Tokens, kind: Kind, text: &str| {
        tokens.push(place, kind, |term| {
            term.push_str(text);
            true
        });
    };
    text(tokens, Kind::Part, &part.folded);
    if part.kind != PartKind::Letters {
        return;
    }
    if part.lower != part.folded {
        tokens.push(place, Kind::Accented, |term| {
            term.extend([ACCENTED]);
            term.push_str(&part.folded);
            term.push(HALF);
            term.push_str(&part.lower);
            true
        });
    }
    if part.folded == "n" && (alone || part.clipped) {
        text(tokens, Kind::Variant, "and");
    }
    if let Some((before, behind)) = part
        .apostrophe
        .and_then(|at| part.folded.split_at_checked(at))
    {
        let elided = before.chars().count() == 1 || before == "qu";
        if elided && behind.chars().count() > 2 {
            text(tokens, Kind::Variant, behind);
        }
    }
    if alone {
        push_roman(tokens, place, &part.folded);
    }
    push_stems(part, place, tokens, stemmer);
}

/// A possessive has the stem of its owner; a word with accents that of either spelling.
fn push_stems(part: &Part, place: Place, tokens: &mut Tokens, stemmer: &mut Stemmer) {
    let owner = part
        .apostrophe
        .and_then(|at| part.folded.split_at_checked(at))
        .filter(|(_, behind)| *behind == "s");
    if let Some((owner, _)) = owner {
        return push_owner_stem(tokens, place, owner, stemmer);
    }
    let mut plain = String::new();
    if stemmer.stem(&part.folded, &mut plain) {
        tokens.push(place, Kind::Stem, |term| {
            term.push(STEM);
            term.push_str(&plain);
            true
        });
    }
    let mut accented = String::new();
    if part.lower != part.folded && stemmer.stem(&part.lower, &mut accented) {
        let folded = super::fold_text(&accented);
        if folded != plain && folded != part.folded {
            tokens.push(place, Kind::Stem, |term| {
                term.push(STEM);
                term.push_str(&folded);
                true
            });
        }
    }
}

/// Adds the stem of the owner in a possessive: always, since the possessive is no stem.
pub(crate) fn push_owner_stem(
    tokens: &mut Tokens,
    place: Place,
    owner: &str,
    stemmer: &mut Stemmer,
) {
    tokens.push(place, Kind::Stem, |term| {
        term.push(STEM);
        if !stemmer.stem(owner, term) {
            term.push_str(owner);
        }
        true
    });
}

/// `II` is also `2`: sequels are typed either way. Up to 39; `I` is a pronoun first.
pub(crate) fn push_roman(tokens: &mut Tokens, place: Place, word: &str) {
    if word.len() < 2
        || !word
            .bytes()
            .all(|byte| matches!(byte | 0x20, b'i' | b'v' | b'x'))
    {
        return;
    }
    if let Some(value) = roman(&word.to_ascii_lowercase()) {
        tokens.push(place, Kind::Variant, |term| {
            term.push_str(&value.to_string());
            true
        });
    }
}

fn roman(word: &str) -> Option<u32> {
    let tens = word.bytes().take_while(|&byte| byte == b'x').count();
    const ONES: [&str; 10] = ["", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix"];
    let ones = ONES.iter().position(|&ones| ones == &word[tens..])?;
    (tens <= 3).then_some(tens as u32 * 10 + ones as u32)
}

/// Parts `first..=last` in one word.
struct Join {
    first: usize,
    last: usize,
    text: String,
    /// Stands for the whole chunk, symbols included.
    whole: bool,
}

impl Join {
    fn span(&self) -> u16 {
        (self.last - self.first + 1).min(9) as u16
    }
}

/// Every joined form of a chunk, by first part.
fn joins(chunk: &Chunk) -> Vec<Join> {
    let mut joins = Vec::new();
    let parts = &chunk.parts;
    if parts.is_empty()
        || chunk
            .folded
            .iter()
            .all(|(_, class)| *class == Class::Letter)
    {
        return joins;
    }
    let blocks = blocks(parts);
    for (i, &(first, end)) in blocks.iter().enumerate() {
        if end - first > 1 {
            push_joins(parts, first, end - 1, &mut joins);
        }
        // Of a long chunk only neighbours are joined: what is beyond them is not even looked at, for a paragraph of
        // Japanese is one chunk.
        let reach = if blocks.len() <= MAX_PARTS {
            blocks.len()
        } else {
            1
        };
        for (j, &(_, end)) in blocks.iter().enumerate().skip(i + 1).take(reach) {
            let whole = i == 0 && j + 1 == blocks.len() && blocks.len() <= MAX_PARTS;
            if blocks.len() <= 3 || j == i + 1 || whole {
                push_joins(parts, first, end - 1, &mut joins);
            }
        }
    }
    for text in disguised(chunk) {
        joins.push(Join {
            first: 0,
            last: parts.len() - 1,
            text,
            whole: true,
        });
    }
    joins.sort_by_key(|join| join.first);
    joins
}

/// Parts grouped into blocks that are never taken apart by a join: runs of single letters (`R.E.M.`), else one part
/// each. Half-open ranges.
fn blocks(parts: &[Part]) -> Vec<(usize, usize)> {
    let single =
        |part: &Part| part.kind == PartKind::Letters && part.folded.chars().nth(1).is_none();
    let mut blocks: Vec<(usize, usize)> = Vec::new();
    for (index, part) in parts.iter().enumerate() {
        match blocks.last_mut() {
            Some((_, end)) if single(part) && single(&parts[index - 1]) => *end = index + 1,
            _ => blocks.push((index, index + 1)),
        }
    }
    blocks
}

/// Adds the joined forms of parts `first..=last`: with an `&` among them also the ways it is left out or shortened.
fn push_joins(parts: &[Part], first: usize, last: usize, joins: &mut Vec<Join>) {
    let parts_of_it = &parts[first..=last];
    let edge = |part: Option<&Part>| part.is_none_or(|part| part.kind == PartKind::And);
    let long_number = |part: &Part| part.kind == PartKind::Digits && part.folded.len() > 3;
    if edge(parts_of_it.first())
        || edge(parts_of_it.last())
        || parts_of_it
            .iter()
            .any(|part| part.kind == PartKind::Ideograph)
        || parts_of_it.iter().all(long_number)
    {
        return;
    }
    let has_and = parts_of_it.iter().any(|part| part.kind == PartKind::And);
    let ways: &[&str] = if has_and { &["and", "n", ""] } else { &["and"] };
    for way in ways {
        let form = |part: &Part| {
            if part.kind == PartKind::And {
                (*way).to_owned()
            } else {
                part.folded.clone()
            }
        };
        let text: String = parts_of_it.iter().map(form).collect();
        if text.len() <= MAX_JOINED {
            joins.push(Join {
                first,
                last,
                text,
                whole: false,
            });
        }
    }
}

/// A chunk with symbols or digits dressed up as letters, read as letters: `P!nk`, `Ke$ha`, `Se7en`. At most four ways.
fn disguised(chunk: &Chunk) -> Vec<String> {
    let trim = |(_, class): &&(char, Class)| *class == Class::Symbol;
    let trailing = chunk
        .folded
        .iter()
        .rev()
        .take_while(|pair| trim(pair) && pair.0 != '$')
        .count();
    let folded = &chunk.folded[..chunk.folded.len() - trailing];
    let leading = folded
        .iter()
        .take_while(|pair| trim(pair) && pair.0 != '$')
        .count();
    let folded = &folded[leading..];
    let letters = folded
        .iter()
        .filter(|(_, class)| *class == Class::Letter)
        .count();
    if letters < 2 || letters == folded.len() || folded.len() > 24 {
        return Vec::new();
    }
    let mut ways = vec![String::new()];
    for (index, &(c, class)) in folded.iter().enumerate() {
        let is_letter = |index: usize| {
            folded
                .get(index)
                .is_some_and(|(_, class)| *class == Class::Letter)
        };
        let between = index > 0 && is_letter(index - 1) && is_letter(index + 1);
        let closing = index + 1 == folded.len() && letters > 3 && is_letter(index.wrapping_sub(1));
        let readings: &[char] = match (c, class) {
            (_, Class::Letter) => &[c],
            ('$', _) => &['s'],
            ('!', _) if between => &['i'],
            ('@', _) if between => &['a'],
            (_, Class::Digit) if between || closing => digit_letters(c),
            _ => return Vec::new(),
        };
        if readings.is_empty() || ways.len() * readings.len() > 4 {
            return Vec::new();
        }
        ways = ways
            .iter()
            .flat_map(|way| readings.iter().map(move |&letter| format!("{way}{letter}")))
            .collect();
    }
    ways
}

fn digit_letters(digit: char) -> &'static [char] {
    match digit {
        '0' => &['o'],
        '1' => &['i', 'l'],
        '3' => &['e'],
        '4' => &['a'],
        '5' => &['s'],
        '7' => &['v', 't'],
        _ => &[],
    }
}

/// Marks that say nothing when they stand alone.
fn is_plain_mark(c: char) -> bool {
    matches!(
        c,
        '-' | '‐'
            ..='―'
                | '−'
                | '…'
                | '.'
                | ','
                | ';'
                | ':'
                | '|'
                | '/'
                | '\\'
                | '"'
                | '“'
                | '”'
                | '„'
                | '«'
                | '»'
                | '('
                | ')'
                | '['
                | ']'
                | '{'
                | '}'
                | '·'
                | '•'
                | '*'
                | '_'
                | '\''
                | '。'
                | '、'
                | '・'
                | '「'
                | '」'
                | '※'
    )
}

/// A chunk without letters or digits is looked up as it is (`!!!`, `+/-`), less the marks around it.
fn push_symbols(chunk: &Chunk, position: u32, tokens: &mut Tokens) {
    let symbols: Vec<char> = chunk.folded.iter().map(|pair| pair.0).collect();
    if symbols.iter().all(|&c| is_plain_mark(c)) || symbols.len() > 16 {
        return;
    }
    let edge = |c: &&char| matches!(**c, '"' | '“' | '”' | '(' | ')' | ',' | '.' | ';' | ':');
    let leading = symbols.iter().take_while(edge).count();
    let trailing = symbols.iter().rev().take_while(edge).count();
    let place = Place {
        start: chunk.start,
        end: chunk.end,
        position,
        span: 0,
    };
    tokens.push(place, Kind::Symbols, |term| {
        term.extend(&symbols[leading..symbols.len() - trailing]);
        true
    });
}
