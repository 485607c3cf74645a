//! What all requests share: the engine, the counters, the seats.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use tokio::sync::Semaphore;

use super::Options;
use super::engines::Engines;
use super::gate::Gate;
use super::limits;
use super::metrics::Metrics;
use super::problem::Problem;
use crate::error::{Error, Kind};
use crate::search::deadline;
use crate::search::engine::Engine;

/// What all requests share.
pub struct App {
    /// Who answers.
    pub engines: Engines,
    /// What is counted.
    pub metrics: Metrics,
    /// Who may ask.
    pub gate: Gate,
    /// Searches that may run at the same time.
    running: Arc<Semaphore>,
    /// Requests that may run or wait.
    seats: Arc<Semaphore>,
}

impl App {
    /// An app that answers from the index of `options`, with `threads` searches at the same time.
    pub fn new(options: &Options, addr: SocketAddr, threads: usize) -> App {
        App {
            engines: Engines::new(options.index.clone()),
            metrics: Metrics::default(),
            gate: Gate::new(addr, &options.hosts, options.token.clone()),
            running: Arc::new(Semaphore::new(threads)),
            seats: Arc::new(Semaphore::new(threads * limits::IN_FLIGHT)),
        }
    }

    /// Has `work` done by the current engine on a thread for searches, within the time that a query has.
    ///
    /// # Errors
    /// When too many wait already, when there is no index, when the time is over, and the problems of `work`.
    pub async fn ask<T: Send + 'static>(
        self: &Arc<App>,
        work: impl FnOnce(&Engine) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let seat = Arc::clone(&self.seats).try_acquire_owned();
        let seat = seat.map_err(|_| self.refused())?;
        let turn = Arc::clone(&self.running).acquire_owned();
        let turn = tokio::time::timeout(limits::QUEUE_TIME, turn).await;
        let Ok(Ok(turn)) = turn else {
            return Err(self.refused());
        };
        let engine = self.engines.current();
        let engine = engine.map_err(|error| Problem::no_index(&error))?;
        let job = tokio::task::spawn_blocking(move || {
            // Held until the work is done, even when whoever asked has gone.
            let _held = (seat, turn);
            deadline::within(Instant::now() + limits::QUERY_TIME, || work(&engine))
        });
        job.await.unwrap_or_else(|_| {
            let error = Error::new(Kind::Internal, "a bug of ours: the search broke off");
            Err(Problem::from(error))
        })
    }

    fn refused(&self) -> Problem {
        self.metrics.refused();
        Problem::busy()
    }
}
