//! A chunk of text (no white space in it) cut into its parts.

use super::fold::{Class, Unit};

/// A chunk cut into parts. Kept and filled again, to spare allocations.
#[derive(Debug, Clone, Default)]
pub(crate) struct Chunk {
    /// The parts in order.
    pub(crate) parts: Vec<Part>,
    /// The folded characters of the chunk with their classes, less what nobody sees.
    pub(crate) folded: Vec<(char, Class)>,
    /// First byte of the chunk's source.
    pub(crate) start: u32,
    /// One past its last byte.
    pub(crate) end: u32,
}

/// What a part is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PartKind {
    Letters,
    Digits,
    Ideograph,
    /// `&`, and `+` standing alone: the word `and`.
    And,
}

/// One part of a chunk: what takes one position.
#[derive(Debug, Clone)]
pub(crate) struct Part {
    pub(crate) kind: PartKind,
    /// Its plain form.
    pub(crate) folded: String,
    /// Its lower-case form with accents.
    pub(crate) lower: String,
    pub(crate) start: u32,
    pub(crate) end: u32,
    /// Bytes of `folded` before its last inner apostrophe.
    pub(crate) apostrophe: Option<usize>,
    /// An apostrophe stands right before or behind it (`N'`, `'n'`).
    pub(crate) clipped: bool,
}

impl Chunk {
    /// The letter, when the chunk is an initial: `T.`
    pub(crate) fn initial(&self) -> Option<char> {
        match self.folded.as_slice() {
            [(letter, Class::Letter), ('.', _)] => Some(*letter),
            _ => None,
        }
    }
}

/// Cuts `units` into parts.
pub(crate) fn cut(units: &[Unit], lower_starts: &[u32], lower: &str, chunk: &mut Chunk) {
    chunk.parts.clear();
    chunk.folded.clear();
    chunk.folded.extend(
        units
            .iter()
            .filter(|unit| unit.class != Class::Ignorable)
            .map(|unit| (unit.folded, unit.class)),
    );
    chunk.start = units.first().map_or(0, |unit| unit.start);
    chunk.end = units.last().map_or(0, |unit| unit.end);
    let mut cutter = Cutter {
        units,
        lower_starts,
        lower,
        parts: &mut chunk.parts,
        open: false,
    };
    for index in 0..units.len() {
        cutter.take(index);
    }
    let alone = chunk.folded.len() == 1;
    if alone && chunk.folded[0].0 == '+' {
        chunk.parts.push(and_part(&units[0]));
    }
}

fn and_part(unit: &Unit) -> Part {
    Part {
        kind: PartKind::And,
        folded: "and".into(),
        lower: "and".into(),
        start: unit.start,
        end: unit.end,
        apostrophe: None,
        clipped: false,
    }
}

struct Cutter<'a> {
    units: &'a [Unit],
    lower_starts: &'a [u32],
    lower: &'a str,
    parts: &'a mut Vec<Part>,
    /// Whether the last part may still grow.
    open: bool,
}

impl<'a> Cutter<'a> {
    fn take(&mut self, index: usize) {
        let unit = &self.units[index];
        if unit.breaks {
            self.open = false;
        }
        match unit.class {
            Class::Letter => self.grow(index, PartKind::Letters),
            Class::Digit => self.grow(index, PartKind::Digits),
            Class::Ideograph => self.ideograph(index),
            Class::Apostrophe => self.apostrophe(index),
            Class::Symbol if unit.folded == '&' => {
                self.parts.push(and_part(unit));
                self.open = false;
            }
            Class::Symbol if unit.folded == ',' && self.groups_thousands(index) => {}
            Class::Symbol | Class::Space => self.open = false,
            Class::Ignorable => {}
        }
    }

    fn class(&self, index: usize) -> Option<Class> {
        self.units.get(index).map(|unit| unit.class)
    }

    /// Adds the unit to the last part if that is open and of this kind, else begins a new one.
    fn grow(&mut self, index: usize, kind: PartKind) {
        let unit = &self.units[index];
        let source = self.lower_of(index);
        match self.parts.last_mut() {
            Some(part) if self.open && part.kind == kind => {
                part.folded.push(unit.folded);
                part.lower.push_str(source);
                part.end = unit.end;
            }
            _ => {
                let clipped = index > 0 && self.units[index - 1].class == Class::Apostrophe;
                self.parts.push(Part {
                    kind,
                    folded: unit.folded.into(),
                    lower: source.into(),
                    start: unit.start,
                    end: unit.end,
                    apostrophe: None,
                    clipped,
                });
            }
        }
        self.open = true;
    }

    /// The accented lower-case form that unit `index` begins (nothing for the later units of the same source).
    fn lower_of(&self, index: usize) -> &'a str {
        let lower = self.lower;
        let start = self.lower_starts[index];
        if index > 0 && self.lower_starts[index - 1] == start {
            return "";
        }
        let end = self.lower_starts[index..]
            .iter()
            .find(|&&next| next > start);
        &lower[start as usize..end.map_or(lower.len(), |&end| end as usize)]
    }

    /// Each ideograph is a part; further characters of the same source (a Thai vowel) belong to it.
    fn ideograph(&mut self, index: usize) {
        let unit = &self.units[index];
        let continues = index > 0 && self.units[index - 1].start == unit.start && !unit.breaks;
        if let (true, Some(part)) = (
            continues,
            self.parts
                .last_mut()
                .filter(|part| part.kind == PartKind::Ideograph),
        ) {
            part.folded.push(unit.folded);
            part.lower.push(unit.folded);
        } else {
            self.open = false;
            self.grow(index, PartKind::Ideograph);
            if let Some(part) = self.parts.last_mut() {
                part.lower.clone_from(&part.folded); // no accents to keep
            }
        }
        self.open = false;
    }

    /// An apostrophe between letters belongs to its word; `'n'` between words is a word of its own.
    fn apostrophe(&mut self, index: usize) {
        let letter_follows = self.class(index + 1) == Some(Class::Letter);
        let follows_letters = self.open
            && self
                .parts
                .last()
                .is_some_and(|part| part.kind == PartKind::Letters);
        let n_follows = self
            .units
            .get(index + 1)
            .is_some_and(|unit| unit.folded == 'n')
            && self.class(index + 2) == Some(Class::Apostrophe);
        if let Some(part) = self.parts.last_mut().filter(|_| follows_letters) {
            let is_n = part.folded == "n";
            if letter_follows && !n_follows && !(is_n && part.clipped) {
                part.apostrophe = Some(part.folded.len());
                return;
            }
            part.clipped |= is_n;
        }
        self.open = false;
    }

    /// Whether the comma at `index` stands between the thousands of one number.
    fn groups_thousands(&self, index: usize) -> bool {
        let digits_before = self.units[..index]
            .iter()
            .rev()
            .take_while(|unit| unit.class == Class::Digit)
            .count();
        let digits_behind = self.units[index + 1..]
            .iter()
            .take_while(|unit| unit.class == Class::Digit)
            .count();
        let grouped_before = self
            .parts
            .last()
            .is_some_and(|part| part.folded.len() > digits_before);
        self.open
            && digits_behind == 3
            && if grouped_before {
                digits_before == 3
            } else {
                (1..=3).contains(&digits_before)
            }
    }
}
