//! TREC run lines, for the tools that score rankings: `qid Q0 id position score tag`.

use std::borrow::Cow;
use std::io::{self, Write};

use super::clean::is_unsafe;
use crate::search::response::SearchResponse;

/// Writes a line for each hit.
///
/// White space would break the columns: in `qid`, ids and `tag` it is written as its bytes, percent-encoded (`a b` is
/// `a%20b`; so are control characters); an empty one is `-`. A score is written with as many digits as tell it from
/// every other score, so that no tool sees ties or orders that are not there.
///
/// # Errors
/// What `out` says.
pub fn write(
    out: &mut impl Write,
    response: &SearchResponse,
    qid: &str,
    tag: &str,
) -> io::Result<()> {
    let (qid, tag) = (column(qid), column(tag));
    for hit in &response.hits {
        let score = if hit.score.is_finite() {
            hit.score
        } else {
            0.0
        };
        writeln!(
            out,
            "{qid} Q0 {} {} {score} {tag}",
            column(&hit.id),
            hit.position
        )?;
    }
    Ok(())
}

fn column(text: &str) -> Cow<'_, str> {
    let breaks = |c: char| c.is_whitespace() || is_unsafe(c);
    if text.is_empty() {
        return Cow::Borrowed("-");
    }
    if !text.contains(breaks) {
        return Cow::Borrowed(text);
    }
    let mut column = String::new();
    for c in text.chars() {
        match breaks(c) {
            false => column.push(c),
            true => {
                for byte in c.encode_utf8(&mut [0; 4]).bytes() {
                    column += &format!("%{byte:02X}");
                }
            }
        }
    }
    Cow::Owned(column)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::samples;
    use super::*;

    fn run(response: &SearchResponse) -> String {
        let mut out = Vec::new();
        write(&mut out, response, "7", "needle drop").unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_run() {
        let mut response = samples::bowie();
        response.hits.push(response.hits[0].clone());
        response.hits[1].position = 2;
        response.hits[1].score = f32::from_bits(5.13f32.to_bits() - 1);
        response.hits[1].id = "a b\u{a0}100%".to_owned();
        assert_eq!(
            run(&response),
            "7 Q0 velvet-goldmine 1 5.13 needle%20drop\n7 Q0 a%20b%C2%A0100% 2 5.1299996 needle%20drop\n"
        );
    }

    proptest! {
        #[test]
        fn six_columns_and_the_very_score(id in samples::hostile(), score in any::<f32>()) {
            let mut response = samples::bowie();
            response.hits[0].id = id;
            response.hits[0].score = score;
            let line = run(&response);
            let columns: Vec<&str> = line.trim_end_matches('\n').split(' ').collect();
            prop_assert_eq!(columns.len(), 6);
            prop_assert_eq!(line.split_whitespace().count(), 6);
            if score.is_finite() {
                prop_assert_eq!(columns[4].parse::<f32>().unwrap().to_bits(), score.to_bits());
            }
        }
    }
}
