//! What a run of networks has found.

use crate::experiment::{Film, Hear};
use toy::network::{Network, Snapshot};
use trainer::Shown;
use wire::Job;

/// A run and its film.
#[derive(Clone, Default)]
pub struct Found {
    /// What is trained.
    pub network: Network,
    /// The networks in the course of time.
    pub film: Film<Snapshot>,
}

impl Found {
    /// Nothing of a network yet.
    pub fn new(network: Network) -> Self {
        Self { network, ..Self::default() }
    }
}

impl Hear for Found {
    fn hear(&mut self, what: Shown) {
        match what {
            Shown::Begun { job: Job::Network(network), .. } => *self = Self::new(network),
            Shown::Networks { step, frame, snapshots, .. } => {
                self.film.take(step, frame, snapshots);
            }
            _ => {}
        }
    }
}
