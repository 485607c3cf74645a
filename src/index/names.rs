//! Which id an entry ends up with, and the key it is addressed by.
//!
//! A document of the index is never renamed. It keeps the id its entry was parsed with (its *base* id) and a key made of
//! that and of its content; where several entries share a base id, all but one are shown with a suffix, and which ones
//! those are is worked out from the manifest ([`settle`]), a pure function of the set of entries. So an entry that gets
//! a twin, or loses it, is not written again, and the order of a file decides nothing.

use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};

use crate::corpus::Identity;

/// What goes between an id and the digits that tell twins apart.
pub const TWIN_MARK: char = '~';
/// A suffix has at least this many hexadecimal digits.
const MIN_DIGITS: usize = 6;
/// A whole fingerprint in hexadecimal.
const MAX_DIGITS: usize = 16;

/// The hash of an id.
pub fn base_of(id: &str) -> u64 {
    xxh3_64(id.as_bytes())
}

/// What a document is addressed by: its id's hash and its content's. Equal keys, equal documents.
pub fn key_of(base: u64, fingerprint: u64) -> u64 {
    let mut bytes = [0; 16];
    bytes[..8].copy_from_slice(&base.to_le_bytes());
    bytes[8..].copy_from_slice(&fingerprint.to_le_bytes());
    // Seeded, so that no id can be chosen whose own hash is another entry's key.
    xxh3_64_with_seed(&bytes, 1)
}

/// One of several records with the same base id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Member {
    /// Hash of its content.
    pub fingerprint: u64,
    /// Where its id comes from.
    pub identity: Identity,
}

/// What becomes of a record whose base id others have too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It has the id as it is.
    Plain,
    /// It has the id with this many digits of its fingerprint behind it.
    Suffixed(u8),
    /// It says exactly what another says: one of them is enough.
    Repeat,
    /// The corpus itself gives this id, and to an earlier record too: a mistake.
    Duplicate,
}

/// Decides over all records of one base id, in the order of the corpus. The order matters only among given ids (the first
/// is right, the others are mistakes) and among repeats (which are equal).
pub fn settle(members: &[Member]) -> Vec<Fate> {
    let mut fates = vec![Fate::Plain; members.len()];
    let mut given = None;
    let mut kept: Vec<usize> = Vec::with_capacity(members.len());
    let mut by_content: Vec<usize> = (0..members.len()).collect();
    by_content.sort_by_key(|&at| (members[at].fingerprint, at));
    for (at, member) in members.iter().enumerate() {
        if member.identity == Identity::Given && given.replace(given.unwrap_or(at)).is_some() {
            fates[at] = Fate::Duplicate;
        }
    }
    for &at in &by_content {
        if fates[at] == Fate::Duplicate {
            continue;
        }
        match kept.last_mut() {
            Some(last) if members[*last].fingerprint == members[at].fingerprint => {
                // The given one of two equals stays, so that it has the plain id.
                let repeat = if Some(at) == given {
                    std::mem::replace(last, at)
                } else {
                    at
                };
                fates[repeat] = Fate::Repeat;
            }
            _ => kept.push(at),
        }
    }
    let plain = given.or(kept.first().copied());
    let digits = distinct_digits(kept.iter().map(|&at| members[at].fingerprint));
    for &at in &kept {
        if Some(at) != plain {
            fates[at] = Fate::Suffixed(digits);
        }
    }
    fates
}

/// How many leading hexadecimal digits tell these ascending fingerprints apart.
fn distinct_digits(ascending: impl Iterator<Item = u64>) -> u8 {
    let mut digits = MIN_DIGITS;
    let mut last: Option<u64> = None;
    for fingerprint in ascending {
        if let Some(last) = last {
            let same = (last ^ fingerprint).leading_zeros() as usize / 4;
            digits = digits.max((same + 1).min(MAX_DIGITS));
        }
        last = Some(fingerprint);
    }
    digits as u8
}

/// An id with `digits` of a fingerprint behind it.
pub fn suffixed(id: &str, fingerprint: u64, digits: u8) -> String {
    let hex = format!("{fingerprint:016x}");
    format!(
        "{id}{TWIN_MARK}{}",
        &hex[..usize::from(digits).min(hex.len())]
    )
}

/// Takes a suffix off again, if there is what looks like one: the id before it and the digits.
pub fn split_suffix(id: &str) -> Option<(&str, &str)> {
    let (base, digits) = id.rsplit_once(TWIN_MARK)?;
    let hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    let fits = (MIN_DIGITS..=MAX_DIGITS).contains(&digits.len()) && digits.bytes().all(hex);
    fits.then_some((base, digits))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn member(fingerprint: u64, identity: Identity) -> Member {
        Member {
            fingerprint,
            identity,
        }
    }

    const A: u64 = 0x1111_1100_0000_0000;
    const B: u64 = 0x2222_2200_0000_0000;

    #[test]
    fn one_twin_keeps_the_id_whatever_the_order() {
        let (a, b) = (member(A, Identity::Made), member(B, Identity::Made));
        assert_eq!(settle(&[a, b]), [Fate::Plain, Fate::Suffixed(6)]);
        assert_eq!(settle(&[b, a]), [Fate::Suffixed(6), Fate::Plain]);
        assert_eq!(suffixed("heat", B, 6), "heat~222222");
        assert_eq!(split_suffix("heat~222222"), Some(("heat", "222222")));
        assert_eq!(split_suffix("heat~2"), None);
    }

    #[test]
    fn equal_records_are_one() {
        let a = member(A, Identity::Mapped);
        assert_eq!(settle(&[a, a]), [Fate::Plain, Fate::Repeat]);
    }

    #[test]
    fn a_given_id_must_be_unique_and_comes_first() {
        let (a, b) = (member(A, Identity::Made), member(B, Identity::Given));
        assert_eq!(settle(&[a, b]), [Fate::Suffixed(6), Fate::Plain]);
        assert_eq!(settle(&[b, b]), [Fate::Plain, Fate::Duplicate]);
        assert_eq!(
            settle(&[member(B, Identity::Made), b]),
            [Fate::Repeat, Fate::Plain]
        );
    }

    #[test]
    fn near_fingerprints_get_more_digits() {
        let members = [0x1234_5678, 0x1234_5679].map(|low| member(low, Identity::Made));
        assert_eq!(settle(&members), [Fate::Plain, Fate::Suffixed(16)]);
    }

    proptest! {
        #[test]
        fn ids_are_distinct_and_order_free(
            mut prints in prop::collection::vec(prop_oneof![any::<u64>(), 0..4_u64], 1..12),
            turn in 0..12_usize,
        ) {
            let ids = |prints: &[u64]| {
                let members: Vec<_> = prints.iter().map(|&p| member(p, Identity::Made)).collect();
                let mut ids: Vec<_> = settle(&members)
                    .iter()
                    .zip(prints)
                    .filter_map(|(fate, &print)| match fate {
                        Fate::Plain => Some((print, "x".to_owned())),
                        Fate::Suffixed(digits) => Some((print, suffixed("x", print, *digits))),
                        _ => None,
                    })
                    .collect();
                ids.sort();
                ids
            };
            let before = ids(&prints);
            let turn = turn % prints.len();
            prints.rotate_left(turn);
            prop_assert_eq!(&before, &ids(&prints));
            let mut names: Vec<_> = before.iter().map(|(_, id)| id).collect();
            names.sort();
            names.dedup();
            prop_assert_eq!(names.len(), before.len());
            prints.sort();
            prints.dedup();
            prop_assert_eq!(names.len(), prints.len());
        }
    }
}
