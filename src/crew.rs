//! The workers that train: which of them has which rows, and what they have done together.

use crate::workers::Worker;
use wire::{Kind, Request, Shard};

/// Most CPU workers; more only take memory.
const MOST_WORKERS: usize = 8;

/// CPU workers worth having here.
pub fn cores() -> usize {
    let cores = leptos::prelude::window().navigator().hardware_concurrency();
    (cores as usize).clamp(1, MOST_WORKERS)
}

/// What one worker has done of the run.
#[derive(Clone, Copy, Default)]
pub struct Share {
    /// Steps its models have taken.
    pub step: u32,
    /// Model-steps it has taken while training.
    pub model_steps: f64,
    /// Time it has trained for.
    pub seconds: f64,
    /// Whether it has taken every step.
    pub done: bool,
}

/// How far a run is.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Progress {
    /// Steps that every model has taken.
    pub step: u32,
    /// Part of the whole, 0 to 1.
    pub part: f64,
    /// Model-steps a second.
    pub rate: f64,
    /// Seconds left.
    pub left: f64,
    /// Seconds trained for.
    pub spent: f64,
}

/// The workers and their shares of the current run.
#[derive(Default)]
pub struct Crew {
    pool: Vec<Worker>,
    shares: Vec<Share>,
    number: u32,
}

impl Crew {
    /// Number of the current run.
    pub fn number(&self) -> u32 {
        self.number
    }

    /// Whether there is no worker.
    pub fn is_empty(&self) -> bool {
        self.pool.is_empty()
    }

    /// Ends every worker.
    pub fn dismiss(&mut self) {
        self.pool.clear();
        self.shares.clear();
    }

    /// Takes on workers until there are `size`; fewer train as well, only slower.
    ///
    /// # Errors
    /// When there is not a single one.
    pub fn staff(
        &mut self,
        size: usize,
        spawn: impl Fn(usize) -> Result<Worker, String>,
    ) -> Result<usize, String> {
        while self.pool.len() < size {
            match spawn(self.pool.len()) {
                Ok(worker) => self.pool.push(worker),
                Err(why) if self.pool.is_empty() => return Err(why),
                Err(_) => break,
            }
        }
        Ok(self.pool.len())
    }

    /// Starts a run at step 0, whose work falls into so many `parts`; `request` asks for a share of
    /// it, under a number.
    pub fn start(&mut self, parts: usize, kind: Kind, request: &dyn Fn(u32, Shard) -> Request) {
        self.number = self.number.wrapping_add(1).max(1);
        // A worker without a part would report nothing and never be done.
        let stride = match kind {
            Kind::Gpu => 1,
            Kind::Cpu => self.pool.len().min(parts).max(1),
        };
        self.shares = vec![Share::default(); stride];
        for (first, worker) in (0..).zip(&self.pool) {
            worker.send(&if (first as usize) < stride {
                request(self.number, Shard { first, stride: stride as u32 })
            } else {
                Request::Cancel
            });
        }
    }

    /// Asks the first worker, which alone looks for engines; the others drop what they do.
    pub fn ask_first(&mut self, request: impl FnOnce(u32) -> Request) {
        self.shares.clear();
        // Reports of what was dropped are about no run any more.
        self.number = self.number.wrapping_add(1).max(1);
        let mut request = Some(request(self.number));
        for worker in &self.pool {
            worker.send(&request.take().unwrap_or(Request::Cancel));
        }
    }

    /// Workers that train.
    pub fn size(&self) -> usize {
        self.shares.len()
    }

    /// Asks one worker.
    pub fn ask(&self, index: usize, request: &Request) {
        if let Some(worker) = self.pool.get(index) {
            worker.send(request);
        }
    }

    /// Tells something to everyone who trains.
    pub fn tell(&self, request: &Request) {
        self.pool.iter().take(self.shares.len()).for_each(|w| w.send(request));
    }

    /// Tells something to everyone.
    pub fn tell_all(&self, request: &Request) {
        self.pool.iter().for_each(|w| w.send(request));
    }

    /// Asks whoever has a row for one of its pixels.
    pub fn inspect(&self, row: u32, column: u32) {
        let owner = row as usize % self.shares.len().max(1);
        if let Some(worker) = self.pool.get(owner).filter(|_| !self.shares.is_empty()) {
            worker.send(&Request::Inspect { row, column });
        }
    }

    /// Notes what a worker says about its share.
    pub fn note(&mut self, index: usize, change: impl FnOnce(&mut Share)) {
        if let Some(share) = self.shares.get_mut(index) {
            change(share);
        }
    }

    /// Whether everyone has taken every step.
    pub fn is_done(&self) -> bool {
        !self.shares.is_empty() && self.shares.iter().all(|share| share.done)
    }

    /// Whether everyone has trained for so many seconds, or is done.
    pub fn has_trained(&self, seconds: f64) -> bool {
        self.shares.iter().all(|share| share.done || share.seconds >= seconds)
    }

    /// What all have done together, of so many model-steps.
    pub fn progress(&self, whole: f64) -> Progress {
        let sum = |value: fn(&Share) -> f64| self.shares.iter().map(value).sum::<f64>();
        let rate = sum(|s| if s.seconds > 0.0 { s.model_steps / s.seconds } else { 0.0 });
        let part = (sum(|s| s.model_steps) / whole).min(1.0);
        Progress {
            step: self.shares.iter().map(|s| s.step).min().unwrap_or(0),
            part,
            rate,
            left: if rate > 0.0 { whole * (1.0 - part) / rate } else { f64::NAN },
            spent: self.shares.iter().map(|s| s.seconds).fold(0.0, f64::max),
        }
    }
}
