//! A run in the workers' hands, and what it can be gone on with from.

use crate::assignment::Assignment;
use crate::checkpoints::{Checkpoints, Kept, Saved};
use crate::event::Order;
use crate::progress::{Done, Progress};
use std::collections::{BTreeSet, VecDeque};
use wire::{Job, Kind};

/// A run that workers train, or have trained.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Run<B> {
    /// Number that reports about it carry.
    pub number: u32,
    /// What is meant.
    pub order: Order,
    /// The place in the order of the job in training.
    pub place: usize,
    /// That job; of a preview, a coarse version.
    pub job: Job,
    /// How much coarser.
    pub coarse: Option<u32>,
    /// What it trains on.
    pub kind: Kind,
    /// What each worker has done of it; none if it was trained elsewhere.
    pub done: Vec<Done>,
    /// Who has which models of a study.
    pub assignment: Assignment,
    /// The latest checkpoints.
    pub checkpoints: Checkpoints<B>,
    /// The last checkpoints of the jobs before.
    pub before: Vec<Vec<Saved<B>>>,
    /// Checkpoints of the jobs to come, which were begun before the page was left.
    pub then: VecDeque<Vec<Saved<B>>>,
    /// Models that have been attacked, once they are being.
    pub attacked: Option<BTreeSet<u32>>,
    /// Whether everything has been done.
    pub complete: bool,
    /// Seconds trained for before the workers began on this.
    pub spent: f64,
    /// When it was last handed out to be kept.
    pub kept: Option<f64>,
}

/// Where a run is to go on from.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Resume<B> {
    pub order: Order,
    pub place: usize,
    pub kind: Kind,
    /// Shares of the job in training; none to begin anew.
    pub shares: Vec<Saved<B>>,
    pub before: Vec<Vec<Saved<B>>>,
    pub then: VecDeque<Vec<Saved<B>>>,
    pub spent: f64,
    /// Whether what is shown is of this run already.
    pub shown: bool,
}

impl<B: Clone> Run<B> {
    /// Whether every worker has taken every step.
    pub fn is_trained(&self) -> bool {
        !self.done.is_empty() && self.done.iter().all(|done| done.done)
    }

    /// Whether every worker has trained for so many seconds, or is done.
    pub fn has_trained(&self, seconds: f64) -> bool {
        self.done.iter().all(|done| done.done || done.seconds >= seconds)
    }

    /// Jobs after the one in training.
    pub fn queued(&self) -> usize {
        if self.coarse.is_some() { 0 } else { self.order.jobs.len() - self.place - 1 }
    }

    /// How far all jobs are together.
    pub fn progress(&self) -> Progress {
        let whole = self.job.model_steps();
        let mut progress = Progress::of(&self.done, whole);
        let (before, queued) = (self.place as f64, self.queued() as f64);
        progress.part = (before + progress.part) / (before + 1.0 + queued);
        progress.left += queued * whole / progress.rate;
        progress
    }

    /// Where to go on from if the workers were lost now.
    pub fn resume(&self) -> Resume<B> {
        Resume {
            order: self.order.clone(),
            place: self.place,
            kind: self.kind,
            shares: self.checkpoints.whole().to_vec(),
            before: self.before.clone(),
            then: self.then.clone(),
            spent: self.spent + self.progress().spent,
            shown: true,
        }
    }

    /// What is kept of it beyond the life of the page.
    pub fn kept(&self) -> Kept<B> {
        let mut shares = self.before.clone();
        shares.push(self.checkpoints.whole().to_vec());
        let part = self.progress().part;
        Kept { jobs: self.order.jobs.clone(), kind: self.kind, part, shares }
    }
}

impl<B> Resume<B> {
    /// A run that was kept.
    pub fn of(order: Order, kept: Kept<B>) -> Self {
        let mut shares: VecDeque<_> = kept.shares.into();
        Self {
            order,
            place: 0,
            kind: kept.kind,
            shares: shares.pop_front().unwrap_or_default(),
            before: vec![],
            then: shares,
            spent: 0.0,
            shown: false,
        }
    }

    /// The job in training.
    pub fn job(&self) -> Option<&Job> {
        self.order.jobs.get(self.place)
    }

    /// How far it is.
    pub fn progress(&self) -> Progress {
        let Some(job) = self.job() else { return Progress::default() };
        let done = |share: &Saved<B>| Done {
            step: share.step,
            before: share.model_steps,
            ..Done::default()
        };
        let mut progress =
            Progress::of(&self.shares.iter().map(done).collect::<Vec<_>>(), job.model_steps());
        progress.part = (self.place as f64 + progress.part) / self.order.jobs.len() as f64;
        progress.spent = self.spent;
        progress
    }

    /// Steps that all of its models have taken.
    pub fn step(&self) -> u32 {
        self.shares.iter().map(|share| share.step).min().unwrap_or(0)
    }
}
