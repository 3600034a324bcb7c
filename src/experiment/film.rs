//! The film of a run: its models at evenly spaced steps, and as they are now.

/// Something known of one model of a run.
pub trait OfModel: Clone {
    /// Number of the model in its run.
    fn model(&self) -> u32;

    /// As much of it as the frames of a film keep.
    fn lean(self) -> Self {
        self
    }
}

impl OfModel for toy::study::Snapshot {
    fn model(&self) -> u32 {
        self.model
    }
}

impl OfModel for toy::network::Snapshot {
    fn model(&self) -> u32 {
        self.model
    }

    fn lean(self) -> Self {
        Self { parameters: vec![], ..self }
    }
}

impl OfModel for toy::translation::Snapshot {
    fn model(&self) -> u32 {
        self.model
    }
}

/// The models at a step.
#[derive(Clone)]
pub struct Frame<T> {
    /// The step.
    pub step: u32,
    /// The models, ascending.
    pub snapshots: Vec<T>,
}

impl<T> Default for Frame<T> {
    fn default() -> Self {
        Self { step: 0, snapshots: vec![] }
    }
}

/// The models of a run in the course of time.
#[derive(Clone)]
pub struct Film<T> {
    /// The run so far, at evenly spaced steps; the first frame is the start.
    pub frames: Vec<Frame<T>>,
    /// As heard last of each model; of the step that all have come to.
    pub now: Frame<T>,
}

impl<T> Default for Film<T> {
    fn default() -> Self {
        Self { frames: vec![], now: Frame::default() }
    }
}

impl<T: OfModel> Film<T> {
    /// The models before their first step.
    pub fn initial(&self) -> &[T] {
        self.frames.first().map_or(&[], |frame| &frame.snapshots)
    }

    /// A frame, or how it is now; `None` before anything is known.
    pub fn frame(&self, index: usize) -> Option<&Frame<T>> {
        let now = Some(&self.now).filter(|now| !now.snapshots.is_empty());
        self.frames.get(index).filter(|frame| !frame.snapshots.is_empty()).or(now)
    }

    /// Notes models at a step, which may be a frame's.
    pub fn take(&mut self, step: u32, frame: Option<u32>, snapshots: Vec<T>) {
        if let Some(frame) = frame {
            let lean = snapshots.iter().cloned().map(T::lean).collect();
            place(&mut self.frames, frame, step, lean);
        }
        self.now.step = step;
        merge(&mut self.now.snapshots, snapshots);
    }
}

/// Puts models into the frame they belong to.
pub fn place<T: OfModel>(frames: &mut Vec<Frame<T>>, index: u32, step: u32, snapshots: Vec<T>) {
    let index = index as usize;
    frames.resize_with(frames.len().max(index + 1), Frame::default);
    frames[index].step = step;
    merge(&mut frames[index].snapshots, snapshots);
}

/// Puts models where they belong among others, in the place of what they were before.
pub fn merge<T: OfModel>(all: &mut Vec<T>, new: Vec<T>) {
    for snapshot in new {
        match all.binary_search_by_key(&snapshot.model(), T::model) {
            Ok(at) => all[at] = snapshot,
            Err(at) => all.insert(at, snapshot),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A model and something known of it.
    #[derive(Clone, Debug, PartialEq)]
    struct Known(u32, f32);

    impl OfModel for Known {
        fn model(&self) -> u32 {
            self.0
        }
    }

    #[test]
    fn models_of_several_workers_stand_in_order() {
        let mut all = vec![];
        merge(&mut all, vec![Known(1, 1.0), Known(3, 1.0)]);
        merge(&mut all, vec![Known(0, 1.0), Known(2, 1.0)]);
        merge(&mut all, vec![Known(1, 0.5)]);
        assert_eq!(all, [Known(0, 1.0), Known(1, 0.5), Known(2, 1.0), Known(3, 1.0)]);
    }

    #[test]
    fn frames_stay_and_the_rest_follows_the_run() {
        let mut film = Film::default();
        assert!(film.frame(0).is_none() && film.initial().is_empty());
        film.take(0, Some(0), vec![Known(1, 1.0)]);
        film.take(3, None, vec![Known(1, 0.9)]);
        film.take(0, Some(0), vec![Known(0, 2.0)]);
        film.take(10, Some(2), vec![Known(1, 0.5)]);
        let known = |index| film.frame(index).map(|frame| frame.snapshots.clone());
        assert_eq!(film.initial(), [Known(0, 2.0), Known(1, 1.0)]);
        assert_eq!(known(0), Some(vec![Known(0, 2.0), Known(1, 1.0)]));
        assert_eq!(known(usize::MAX), Some(vec![Known(0, 2.0), Known(1, 0.5)]));
        // Of a frame that nothing is known of, how it is now.
        assert_eq!(known(1), known(usize::MAX));
        assert_eq!(film.frames[2].step, 10);
    }
}
