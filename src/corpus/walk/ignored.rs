//! What `.gitignore` files leave out.

use std::path::Path;
use std::rc::Rc;

use ignore::gitignore::{Gitignore, GitignoreBuilder};

use crate::corpus::source;

/// What `.gitignore` files say, from the innermost folder outwards.
pub struct Rules {
    of_folder: Gitignore,
    outer: Option<Rc<Rules>>,
}

impl Rules {
    /// The rules of the folders above `root`, up to the root of its repository; none outside of one.
    pub fn above(root: &Path) -> Option<Rc<Rules>> {
        let absolute = root.canonicalize().ok()?;
        let is_repository = |folder: &&Path| folder.join(".git").exists();
        let repository = absolute.ancestors().find(is_repository)?;
        let between = absolute
            .ancestors()
            .skip(1)
            .take_while(|folder| folder.starts_with(repository));
        let mut folders: Vec<&Path> = between.collect();
        folders.reverse();
        folders.into_iter().fold(None, |outer, folder| {
            match source::read_small(&folder.join(".gitignore")) {
                Ok(text) => Some(Rules::new(folder, &text, outer)),
                Err(_) => outer,
            }
        })
    }

    /// The rules in `text`, the `.gitignore` of `folder`. A rule that makes no sense is passed over, as git does.
    pub fn new(folder: &Path, text: &[u8], outer: Option<Rc<Rules>>) -> Rc<Rules> {
        let mut builder = GitignoreBuilder::new(folder);
        let text = String::from_utf8_lossy(text);
        for line in text.trim_start_matches('\u{feff}').lines() {
            let _ = builder.add_line(None, line);
        }
        Rc::new(Rules {
            of_folder: builder.build().unwrap_or_else(|_| Gitignore::empty()),
            outer,
        })
    }

    /// Whether the rules leave out what stands at `path`, an absolute one.
    pub fn leave_out(&self, path: &Path, is_folder: bool) -> bool {
        let mut rules = self;
        loop {
            let found = rules.of_folder.matched(path, is_folder);
            match (&rules.outer, found.is_none()) {
                (_, false) => return found.is_ignore(),
                (None, true) => return false,
                (Some(outer), true) => rules = outer,
            }
        }
    }
}
