//! Where chunks begin and end, and which need nothing looked up: nearly all of prose.

use super::fold::is_marked;

/// A chunk that needs nothing looked up: a word of ASCII letters, perhaps with `'s`, or a number, perhaps between marks.
pub(super) struct Plain {
    /// What it is.
    pub(super) kind: PlainKind,
    /// First byte of the word.
    pub(super) start: usize,
    /// One past its last.
    pub(super) end: usize,
    /// Where the chunk ends.
    pub(super) stop: usize,
}

#[derive(Clone, Copy)]
/// What a plain chunk is.
pub(super) enum PlainKind {
    /// White space up to the end of the text.
    Nothing,
    Word,
    /// A word with `'s`.
    Owner,
    Number,
}

impl Plain {
    /// The chunk that comes, behind white space, at `from`; nothing, when it needs the long way.
    pub(super) fn at(text: &str, from: usize) -> Option<Plain> {
        let bytes = text.as_bytes();
        let begin = skip(bytes, from, is_space);
        let of = |kind, start, end| {
            let stop = end_of_marks(bytes, end)?;
            Some(Plain {
                kind,
                start,
                end,
                stop,
            })
        };
        if begin == bytes.len() {
            return of(PlainKind::Nothing, begin, begin);
        }
        let start = skip(bytes, begin, |byte| matches!(byte, b'(' | b'"'));
        let end = skip(bytes, start, |byte| byte.is_ascii_alphabetic());
        match (&bytes[start..end], &bytes[end..]) {
            ([], _) => {
                let end = skip(bytes, start, |byte| byte.is_ascii_digit());
                (end > start).then(|| of(PlainKind::Number, start, end))?
            }
            // `and`, an initial
            ([b'n' | b'N'], _) | ([_], [b'.', ..]) => None,
            ([_, _, ..], [b'\'', b's', rest @ ..]) if is_end(rest) => {
                of(PlainKind::Owner, start, end + 2)
            }
            _ => of(PlainKind::Word, start, end),
        }
    }
}

/// White space of ASCII, control characters included.
pub(super) fn is_space(byte: u8) -> bool {
    byte <= b' ' || byte == 0x7f
}

/// The first place from `from` on whose byte is another than those wanted.
pub(super) fn skip(bytes: &[u8], from: usize, wanted: impl Fn(u8) -> bool) -> usize {
    let other = bytes[from..].iter().position(|&byte| !wanted(byte));
    other.map_or(bytes.len(), |at| from + at)
}

/// The first place from `from` on that is no white space, or one that a mark belongs to.
pub(super) fn begin_of_chunk(text: &str, from: usize) -> usize {
    let begin = skip(text.as_bytes(), from, is_space);
    match begin > from && is_marked(text, begin - 1) {
        true => begin - 1,
        false => begin,
    }
}

/// The end of the chunk that begins at `begin`.
pub(super) fn end_of_chunk(text: &str, begin: usize) -> usize {
    let bytes = text.as_bytes();
    let mut end = begin;
    while end < bytes.len() && (!is_space(bytes[end]) || is_marked(text, end)) {
        end += 1;
    }
    end
}

/// Whether a word has ended where `rest` begins.
fn is_end(rest: &[u8]) -> bool {
    !rest.first().is_some_and(u8::is_ascii_alphanumeric)
}

/// Where the chunk ends whose word ends at `end`, if all that follows in it is what may stand behind a word and says
/// nothing about it. A symbol inside would need the long way.
fn end_of_marks(bytes: &[u8], end: usize) -> Option<usize> {
    let mut stop = end;
    while stop < bytes.len() && !is_space(bytes[stop]) {
        if !matches!(
            bytes[stop],
            b',' | b'.' | b')' | b'"' | b';' | b':' | b'?' | b'!'
        ) {
            return None;
        }
        stop += 1;
    }
    Some(stop)
}
