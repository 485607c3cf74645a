//! What the parts of a text look like.

use anstyle::{AnsiColor, Style};

/// The styles of a text for a person. The default has none, and marks nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Theme {
    /// What the query found.
    pub matched: Style,
    /// The title of an entry.
    pub title: Style,
    /// What is there for whoever looks for it: places, numbers, keys.
    pub quiet: Style,
    /// The word `warning`, and carets.
    pub warning: Style,
    /// The word `error`.
    pub error: Style,
    /// What may be typed instead.
    pub hint: Style,
    /// What stands before and behind a match, where a style alone does not show it.
    pub marks: Option<(char, char)>,
}

impl Theme {
    /// With colours.
    pub fn coloured() -> Theme {
        Theme {
            matched: AnsiColor::Red.on_default().bold(),
            title: Style::new().bold(),
            quiet: Style::new().dimmed(),
            warning: AnsiColor::Yellow.on_default().bold(),
            error: AnsiColor::Red.on_default().bold(),
            hint: AnsiColor::Green.on_default(),
            marks: None,
        }
    }

    /// Without colours: what matched stands in square brackets, since what was found is half of an answer. A program
    /// that reads this should ask for JSON.
    pub fn plain() -> Theme {
        Theme {
            marks: Some(('[', ']')),
            ..Theme::default()
        }
    }
}
