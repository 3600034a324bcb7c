//! What a run of networks has found.

use toy::network::{Network, Snapshot};
use trainer::Shown;
use wire::Job;

/// The networks at a step.
#[derive(Clone, Default)]
pub struct Frame {
    /// The step.
    pub step: u32,
    /// The networks, ascending.
    pub snapshots: Vec<Snapshot>,
}

/// A run, its film, and how it is now.
#[derive(Clone, Default)]
pub struct Found {
    /// What is trained.
    pub network: Network,
    /// The run so far, at evenly spaced steps; the first frame is the start.
    pub film: Vec<Frame>,
    /// As heard last of each network; of the step that all have come to.
    pub now: Frame,
}

impl Found {
    /// Nothing of a network yet.
    pub fn new(network: Network) -> Self {
        Self { network, ..Self::default() }
    }

    /// Takes in what a run has to show.
    pub fn hear(&mut self, what: Shown) {
        match what {
            Shown::Begun { job: Job::Network(network), .. } => *self = Self::new(network),
            Shown::Networks { step, frame, snapshots, .. } => self.take(step, frame, snapshots),
            _ => {}
        }
    }

    /// The networks before their first step.
    pub fn initial(&self) -> &[Snapshot] {
        self.film.first().map_or(&[], |frame| &frame.snapshots)
    }

    /// A frame of the film, or how it is now; `None` before anything is known.
    pub fn frame(&self, index: usize) -> Option<&Frame> {
        let now = Some(&self.now).filter(|now| !now.snapshots.is_empty());
        self.film.get(index).filter(|frame| !frame.snapshots.is_empty()).or(now)
    }

    /// Notes networks at a step, which may be a frame's.
    pub fn take(&mut self, step: u32, frame: Option<u32>, snapshots: Vec<Snapshot>) {
        if let Some(frame) = frame.map(|frame| frame as usize) {
            self.film.resize_with(self.film.len().max(frame + 1), Frame::default);
            self.film[frame].step = step;
            merge(&mut self.film[frame].snapshots, snapshots.clone());
        }
        self.now.step = step;
        merge(&mut self.now.snapshots, snapshots);
    }
}

/// Puts networks where they belong among others, in the place of what they were before.
fn merge(all: &mut Vec<Snapshot>, new: Vec<Snapshot>) {
    for snapshot in new {
        match all.binary_search_by_key(&snapshot.model, |known| known.model) {
            Ok(at) => all[at] = snapshot,
            Err(at) => all.insert(at, snapshot),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_stay_and_the_rest_follows_the_run() {
        let of = |model, loss: f32| {
            let mut snapshot = Snapshot { model, ..Snapshot::default() };
            snapshot.measures.loss = vec![loss];
            snapshot
        };
        let losses = |frame: Option<&Frame>| {
            frame.map(|f| f.snapshots.iter().map(|s| s.measures.loss[0]).collect::<Vec<_>>())
        };
        let mut found = Found::default();
        assert!(found.frame(0).is_none());
        found.take(0, Some(0), vec![of(1, 1.0)]);
        found.take(3, None, vec![of(1, 0.9)]);
        found.take(0, Some(0), vec![of(0, 2.0)]);
        found.take(10, Some(1), vec![of(1, 0.5)]);
        assert_eq!(losses(found.frame(0)), Some(vec![2.0, 1.0]));
        assert_eq!(losses(found.frame(usize::MAX)), Some(vec![2.0, 0.5]));
        assert_eq!(found.film[1].step, 10);
    }
}
