//! What a run of bottlenecks has found.

use toy::translation::language::Part;
use toy::translation::{Snapshot, Text, Translation, table};
use trainer::Shown;
use wire::Job;

/// What bottlenecks make of a sentence, by model; none of words that the language does not have.
pub type Answers = Option<Vec<(u32, String)>>;

/// The bottlenecks at a step.
#[derive(Clone, Default)]
pub struct Frame {
    /// The step.
    pub step: u32,
    /// The bottlenecks, ascending.
    pub snapshots: Vec<Snapshot>,
}

/// A run, its film, and how it is now.
#[derive(Clone, Default)]
pub struct Found {
    /// What is trained.
    pub translation: Translation,
    /// The run so far, at evenly spaced steps; the first frame is the start.
    pub film: Vec<Frame>,
    /// As heard last of each bottleneck; of the step that all have come to.
    pub now: Frame,
    /// The reader's own sentence, and what each bottleneck makes of it.
    pub own: Option<(String, Answers)>,
    /// The step at which it was asked for last.
    pub asked_at: Option<u32>,
}

impl Found {
    /// Nothing of a run yet.
    pub fn new(translation: Translation) -> Self {
        Self { translation, ..Self::default() }
    }

    /// Takes in what a run has to show.
    pub fn hear(&mut self, what: Shown) {
        match what {
            Shown::Begun { job: Job::Translation(translation), .. } => {
                *self = Self::new(translation)
            }
            Shown::Translations { step, frame, snapshots, .. } => self.take(step, frame, snapshots),
            Shown::Translated { sentence, said, .. } => self.said(sentence, said),
            _ => {}
        }
    }

    /// Notes what some bottlenecks make of the reader's sentence.
    fn said(&mut self, sentence: String, said: Option<Vec<(u32, String)>>) {
        let before = self.own.take().filter(|(known, _)| *known == sentence);
        let before = before.and_then(|(_, said)| said);
        let said = said.map(|new| {
            let kept =
                before.into_iter().flatten().filter(|(m, _)| new.iter().all(|(n, _)| n != m));
            let mut all: Vec<_> = kept.chain(new.clone()).collect();
            all.sort_by_key(|(model, _)| *model);
            all
        });
        self.own = Some((sentence, said));
    }

    /// Held-out sentences through the bottlenecks as they are now, as a table.
    pub fn sentences(&self) -> String {
        let held = Text::language().held(Part::Test, self.translation.held_out as usize);
        table::sentences(&self.translation, &held, &self.now.snapshots)
    }

    /// A frame of the film, or how it is now; `None` before anything is known.
    pub fn frame(&self, index: usize) -> Option<&Frame> {
        let now = Some(&self.now).filter(|now| !now.snapshots.is_empty());
        self.film.get(index).filter(|frame| !frame.snapshots.is_empty()).or(now)
    }

    /// Notes bottlenecks at a step, which may be a frame's.
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

/// Puts bottlenecks where they belong among others, in the place of what they were before.
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
            snapshot.measures.bleu = f64::from(loss);
            snapshot
        };
        let losses = |frame: Option<&Frame>| {
            frame.map(|f| f.snapshots.iter().map(|s| s.measures.bleu).collect::<Vec<_>>())
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
        found.said("a".into(), Some(vec![(1, "x".into())]));
        found.said("a".into(), Some(vec![(0, "y".into())]));
        let own = found.own.clone().and_then(|(_, said)| said).unwrap_or_default();
        assert_eq!(own, [(0, "y".into()), (1, "x".into())]);
        found.said("b".into(), None);
        assert_eq!(found.own, Some(("b".into(), None)));
    }
}
