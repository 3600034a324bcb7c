//! Checkpoints of a run's shares, and which of them belong together.

use serde::{Deserialize, Serialize};
use wire::{Job, Kind, Shard};

/// A share of a run as it was at a step; `B` is what a checkpoint's bytes are to the owner.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Saved<B> {
    /// Its parts: rows of a sweep, models of a study.
    pub parts: Vec<u32>,
    /// Models of a study that were done before these were taken over from another worker.
    pub finished: Vec<u32>,
    /// Steps they have all taken.
    pub step: u32,
    /// Model-steps taken.
    pub model_steps: f64,
    /// The checkpoint; `None` before the first step.
    pub state: Option<B>,
}

/// A run to go on with, kept from before.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Kept<B> {
    /// What it trains, one job after the other.
    pub jobs: Vec<Job>,
    /// On what.
    pub kind: Kind,
    /// How far it is, 0 to 1.
    pub part: f64,
    /// Shares of the jobs begun so far, the last of which is under way.
    pub shares: Vec<Vec<Saved<B>>>,
}

impl<B> Kept<B> {
    /// The same with other bytes; `None` if any of them are not to be had.
    pub fn map<C>(self, mut bytes: impl FnMut(&B) -> Option<C>) -> Option<Kept<C>> {
        let Self { jobs, kind, part, shares } = self;
        let mut one = |saved: Saved<B>| {
            let state = match &saved.state {
                Some(state) => Some(bytes(state)?),
                None => None,
            };
            let Saved { parts, finished, step, model_steps, .. } = saved;
            Some(Saved { parts, finished, step, model_steps, state })
        };
        let shares = shares.into_iter().map(|all| all.into_iter().map(&mut one).collect());
        Some(Kept { jobs, kind, part, shares: shares.collect::<Option<_>>()? })
    }
}

/// The checkpoints of a job in training.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Checkpoints<B> {
    /// The latest of every worker. While models go from one worker to another, one of them may be
    /// in two or in none.
    latest: Vec<Saved<B>>,
    /// The latest that make up the whole job.
    whole: Vec<Saved<B>>,
}

impl<B: Clone> Checkpoints<B> {
    /// Those of a job that so many workers begin.
    pub fn begin(job: &Job, workers: u32) -> Self {
        let share = |first| {
            let parts = Shard { first, stride: workers }.of(job.parts());
            Saved { parts, finished: vec![], step: 0, model_steps: 0.0, state: None }
        };
        Self::of((0..workers).map(share).collect())
    }

    /// Those that a run goes on from.
    pub fn of(shares: Vec<Saved<B>>) -> Self {
        Self { latest: shares.clone(), whole: shares }
    }

    /// Notes a worker's checkpoint; whether there is a new whole with it.
    pub fn note(&mut self, place: usize, saved: Saved<B>) -> bool {
        let Some(own) = self.latest.get_mut(place) else { return false };
        *own = saved;
        if all(&self.latest) != all(&self.whole) {
            return false;
        }
        self.whole.clone_from(&self.latest);
        true
    }

    /// The latest that make up the whole job.
    pub fn whole(&self) -> &[Saved<B>] {
        &self.whole
    }
}

/// Every part of some shares, ascending.
fn all<B>(shares: &[Saved<B>]) -> Vec<u32> {
    let parts = shares.iter().flat_map(|share| share.parts.iter().chain(&share.finished).copied());
    let mut parts: Vec<u32> = parts.collect();
    parts.sort_unstable();
    parts
}

/// A share as so many smaller ones, in turns.
pub(crate) fn split<B: Clone>(whole: &Saved<B>, shares: usize) -> Vec<Saved<B>> {
    let one = |first: usize| {
        let parts: Vec<u32> = whole.parts.iter().skip(first).step_by(shares).copied().collect();
        let part = parts.len() as f64 / whole.parts.len().max(1) as f64;
        let finished = if first == 0 { whole.finished.clone() } else { vec![] };
        let model_steps = part * whole.model_steps;
        Saved { parts, finished, model_steps, step: whole.step, state: whole.state.clone() }
    };
    (0..shares.min(whole.parts.len()).max(1)).map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use toy::Study;

    #[test]
    fn checkpoints_of_models_under_way_wait_for_each_other() {
        let job = Job::Study(Study { instances: 4, repeats: 1, ..Study::default() });
        let mut found = Checkpoints::begin(&job, 2);
        let saved = |parts: &[u32], step| Saved {
            parts: parts.to_vec(),
            finished: vec![],
            step,
            model_steps: 0.0,
            state: Some(step),
        };
        let steps = |found: &Checkpoints<u32>| {
            found.whole().iter().map(|saved| saved.step).collect::<Vec<_>>()
        };
        assert_eq!(steps(&found), [0, 0]);
        assert!(found.note(0, saved(&[0, 2], 5)));
        assert_eq!(steps(&found), [5, 0], "one is as good as none yet");
        // Model 2 goes over.
        assert!(!found.note(0, saved(&[0], 6)));
        assert_eq!(steps(&found), [5, 0]);
        let with_its_own = Saved { finished: vec![1, 3], ..saved(&[2], 7) };
        assert!(found.note(1, with_its_own));
        assert_eq!(steps(&found), [6, 7]);
        assert!(!found.note(2, saved(&[1], 7)), "there is no such worker");
    }

    #[test]
    fn a_share_of_all_falls_into_smaller_ones() {
        let whole = Saved {
            parts: (0..5).collect(),
            finished: vec![],
            step: 7,
            model_steps: 35.0,
            state: Some(1),
        };
        let parts = split(&whole, 2);
        assert_eq!((parts[0].parts.clone(), parts[1].parts.clone()), (vec![0, 2, 4], vec![1, 3]));
        assert_eq!((parts[0].model_steps, parts[1].model_steps), (21.0, 14.0));
        assert_eq!(split(&whole, 9).len(), 5);
    }
}
