//! The engine that answers at the moment, and how it makes way for one over a newer commit.
//!
//! A request takes the engine once and is answered by it from start to end, so no answer mixes two commits. The new
//! engine is opened beside the old one, and only then put in its place.

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use super::app::App;
use super::limits;
use crate::error::{Error, Kind, Result};
use crate::search::engine::Engine;
use crate::search::request::SearchRequest;

/// The current engine of an index folder.
pub struct Engines {
    folder: PathBuf,
    /// Or why there is none.
    current: RwLock<Result<Opened>>,
}

#[derive(Clone)]
struct Opened {
    engine: Arc<Engine>,
    offers: Offers,
}

/// What the entries of an index can be ordered by, as far as the page offers it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Offers {
    /// Some entry has a rank.
    pub rank: bool,
    /// Some entry has a year.
    pub year: bool,
}

/// What looking for a newer commit came to.
#[derive(Debug)]
pub enum Looked {
    /// There is none.
    Same,
    /// It answers from now on.
    Reloaded,
    /// It cannot be opened: the old one goes on.
    Failed(Error),
}

impl Engines {
    /// Opens the index in `folder`, or remembers why it could not be opened.
    pub fn new(folder: PathBuf) -> Engines {
        let current = RwLock::new(open(&folder));
        Engines { folder, current }
    }

    /// The engine of now.
    ///
    /// # Errors
    /// Why there is none.
    pub fn current(&self) -> Result<Arc<Engine>> {
        self.opened().map(|opened| opened.engine)
    }

    /// What the index of now offers.
    pub fn offers(&self) -> Offers {
        self.opened()
            .map(|opened| opened.offers)
            .unwrap_or_default()
    }

    fn opened(&self) -> Result<Opened> {
        // Whoever panicked had only read or replaced a whole value.
        let current = self.current.read().unwrap_or_else(PoisonError::into_inner);
        current.clone()
    }

    /// Puts an engine over a newer commit in the place of the current one, if there is one.
    pub fn look(&self) -> Looked {
        let current = self.current();
        if current
            .as_ref()
            .is_ok_and(|engine| !engine.index.is_outdated())
        {
            return Looked::Same;
        }
        match open(&self.folder) {
            Ok(engine) => {
                self.put(Ok(engine));
                Looked::Reloaded
            }
            Err(error) if current.is_ok() => Looked::Failed(error),
            Err(error) => {
                self.put(Err(error));
                Looked::Same
            }
        }
    }

    fn put(&self, engine: Result<Opened>) {
        let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
        *current = engine;
    }
}

/// Opens the index, looks what it offers, and asks what the page asks first, so that the first visitor finds it warm.
fn open(folder: &Path) -> Result<Opened> {
    let engine = Engine::open(folder)?;
    engine.search(&SearchRequest {
        query: "*".to_owned(),
        limit: 1,
        facets: vec!["artists".to_owned()],
        ..SearchRequest::default()
    })?;
    let offers = Offers {
        rank: engine.has_key("rank")?,
        year: engine.has_key("year")?,
    };
    Ok(Opened {
        engine: Arc::new(engine),
        offers,
    })
}

/// Looks for newer commits for as long as the program runs.
pub async fn follow(app: Arc<App>) {
    let mut failed: Option<String> = None;
    let mut wait = limits::RELOAD;
    loop {
        tokio::time::sleep(wait).await;
        let looking = Arc::clone(&app);
        let looked = tokio::task::spawn_blocking(move || looking.engines.look()).await;
        wait = limits::RELOAD;
        match looked {
            Ok(Looked::Same) => {}
            Ok(Looked::Reloaded) => {
                failed = None;
                app.metrics.reloaded();
            }
            Ok(Looked::Failed(error)) => {
                // Opening a large index again and again is work too.
                wait = Duration::from_secs(1);
                app.metrics.reload_failed();
                let text = error.to_string();
                if failed.as_ref() != Some(&text) && error.kind != Kind::Missing {
                    super::say(&format!("{text}; the last commit goes on answering"));
                }
                failed = Some(text);
            }
            Err(panicked) => super::say(&format!("looking for a new index: {panicked}")),
        }
    }
}
