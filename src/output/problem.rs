//! What went wrong, for a person. Talk, for stderr.

use std::io::{self, Write};

use super::clean::clean;
use super::theme::Theme;
use crate::corpus::problem::Problem;
use crate::error::Error;

/// Writes each problem of a corpus: `path:line:column: what is wrong`, and under it what to do about it.
///
/// # Errors
/// What `out` says.
pub fn write_all(out: &mut impl Write, problems: &[Problem], theme: &Theme) -> io::Result<()> {
    for problem in problems {
        writeln!(out, "{}", clean(&problem.to_string()))?;
        write_hint(out, problem.hint.as_deref(), theme)?;
    }
    Ok(())
}

/// Writes an error: what, why, and what mends it.
///
/// # Errors
/// What `out` says.
pub fn write_error(out: &mut impl Write, error: &Error, theme: &Theme) -> io::Result<()> {
    let style = theme.error;
    writeln!(out, "{style}error:{style:#} {}", clean(&error.message))?;
    for cause in &error.causes {
        writeln!(out, "  because: {}", clean(cause))?;
    }
    write_hint(out, error.hint.as_deref(), theme)
}

/// Each line of a hint on its own: a command among them can be copied.
fn write_hint(out: &mut impl Write, hint: Option<&str>, theme: &Theme) -> io::Result<()> {
    let style = theme.hint;
    for (index, line) in hint.unwrap_or_default().lines().enumerate() {
        let lead = if index == 0 { "hint:" } else { "     " };
        writeln!(out, "  {style}{lead}{style:#} {}", clean(line))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Kind;

    #[test]
    fn problems_by_place() {
        let problem = |line, column, hint: Option<&str>| Problem {
            path: "films/a\u{1b}.json".to_owned(),
            line,
            column,
            message: "the title is missing".to_owned(),
            hint: hint.map(str::to_owned),
        };
        let mut out = Vec::new();
        let problems = [
            problem(3, 7, Some("give it a \"title\"")),
            problem(0, 0, None),
        ];
        write_all(&mut out, &problems, &Theme::plain()).unwrap();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "\
films/a␛.json:3:7: the title is missing
  hint: give it a \"title\"
films/a␛.json: the title is missing
"
        );
    }

    #[test]
    fn an_error_with_its_reasons() {
        let mut error = Error::new(Kind::Io, "cannot write index")
            .hint("free some space, then:\nneedledrop index");
        error.causes.push("no space left on device".to_owned());
        let mut out = Vec::new();
        write_error(&mut out, &error, &Theme::plain()).unwrap();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "\
error: cannot write index
  because: no space left on device
  hint: free some space, then:
        needledrop index
"
        );
    }
}
