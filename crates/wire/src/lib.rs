//! What page and workers say to each other: requests down, reports up, as bytes that travel
//! between threads without being copied.

use serde::{Deserialize, Serialize};
use toy::Sweep;
use toy::aggregate::Aggregate;
use toy::optimum::Edge;
use toy::phase::Thresholds;
use toy::picture::{Picture, Repeat};
use toy::study::train::Learner;
use toy::study::{Snapshot, Study, Wanted};
use toy::surface::Surface;
use toy::sweep::Data;
use toy::trajectory::Trajectory;

/// A share of a sweep: every `stride`-th row from `first` on. Interleaved, because the cost of a
/// row depends on its density.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shard {
    /// The first row.
    pub first: u32,
    /// Distance from one row to the next.
    pub stride: u32,
}

impl Shard {
    /// All rows.
    pub const ALL: Self = Self { first: 0, stride: 1 };

    /// The rows of this share, of a sweep with `rows` rows.
    pub fn rows(self, rows: u32) -> Vec<u32> {
        (self.first..rows).step_by(self.stride.max(1) as usize).collect()
    }
}

/// Which backend the user asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Choice {
    /// Whichever a short trial finds faster.
    #[default]
    Auto,
    /// The GPU, or an error.
    Gpu,
    /// The CPU.
    Cpu,
}

/// Words of [`Choice`] in links and flags, each with a label.
pub const CHOICES: [(Choice, &str, &str); 3] =
    [(Choice::Auto, "auto", "automatic"), (Choice::Gpu, "gpu", "GPU"), (Choice::Cpu, "cpu", "CPU")];

impl Choice {
    /// The choice's word.
    pub fn word(self) -> &'static str {
        CHOICES.iter().find(|(choice, ..)| *choice == self).map_or("auto", |(_, word, _)| word)
    }

    /// The choice of this word.
    pub fn parse(word: &str) -> Option<Self> {
        CHOICES.iter().find(|(_, w, _)| *w == word).map(|(choice, ..)| *choice)
    }
}

/// Which backend runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kind {
    /// WGSL compute shaders through WebGPU, Vulkan, Metal or Direct3D 12.
    Gpu,
    /// SIMD lanes across models.
    Cpu,
}

/// What it depends on which backend is faster: sweeps of one class share a trial.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Class {
    features: u32,
    hidden: u32,
    /// Samples a step, rounded up to a power of two; `None` for exact data.
    batch: Option<u32>,
    /// Models, rounded up to a power of two.
    models: u64,
}

/// With so many models every GPU is taken to be busy.
pub const BUSY_MODELS: u64 = 1 << 16;

impl Class {
    /// The class of a sweep.
    pub fn of(sweep: &Sweep) -> Self {
        let batch = (sweep.data == Data::Sampled).then(|| sweep.batch.next_power_of_two());
        let models = sweep.models().clamp(1, BUSY_MODELS).next_power_of_two();
        Self { features: sweep.features, hidden: sweep.hidden, batch, models }
    }
}

/// Models of a study on their way from one worker to another.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Parcel {
    /// The run.
    pub run: u32,
    /// Steps taken by the models.
    pub step: u32,
    /// The models; none if nothing was left to do for them.
    pub learners: Vec<Learner>,
}

/// What the page asks of a worker.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Request {
    /// Drop whatever runs and find out which backend a sweep should be trained on; answered by
    /// [`Report::Engine`]. May take a trial, once for each [`Class`] of sweeps.
    Probe {
        /// What the user asked for.
        choice: Choice,
        /// What is to be trained.
        sweep: Sweep,
        /// Workers that would train on the CPU.
        pool: u32,
    },
    /// Drop whatever runs and train this share of a sweep from step 0.
    Start {
        /// Number that every report about this run carries.
        run: u32,
        /// What to train.
        sweep: Sweep,
        /// The worker's share.
        shard: Shard,
        /// On which backend, as a probe has found.
        kind: Kind,
        /// Whether to wait at step 0 for [`Request::Resume`] or [`Request::Step`].
        paused: bool,
    },
    /// Stop after the current slice, keeping the state.
    Pause,
    /// Go on.
    Resume,
    /// Take this many steps and pause.
    Step(u32),
    /// Aggregate the repeats in another way; answered by a picture.
    Aggregate(Aggregate),
    /// Show every repeat of a pixel of the worker's share; answered by [`Report::Pixel`].
    Inspect {
        /// Row of the sweep.
        row: u32,
        /// Column of the sweep.
        column: u32,
    },
    /// Compute the true optimum of these rows of a sweep, one after the other; each is answered by
    /// [`Report::Optimum`].
    Optimum {
        /// Number that every report about this job carries.
        run: u32,
        /// The sweep whose axes are meant.
        sweep: Sweep,
        /// The worker's share.
        shard: Shard,
    },
    /// Compute where the true phases of a sweep's diagram end; answered by [`Report::Boundary`],
    /// one density after the other, after any optimum that was asked for before.
    Boundary {
        /// Number that every report about this job carries.
        run: u32,
        /// The sweep whose axes are meant; two or three features.
        sweep: Sweep,
    },
    /// Draw the lines between phases elsewhere, now and in later runs; answered by a picture.
    Thresholds(Thresholds),
    /// Compute the landscape and the training paths of a pixel; answered by [`Report::Paths`].
    Paths {
        /// Number that the report carries.
        run: u32,
        /// The sweep the pixel belongs to.
        sweep: Sweep,
        /// Row of the sweep.
        row: u32,
        /// Column of the sweep.
        column: u32,
    },
    /// Show the shader that trains a sweep; answered by [`Report::Kernel`].
    Kernel {
        /// The sweep.
        sweep: Sweep,
    },
    /// Drop whatever runs and find out which backend a study should be trained on; answered by
    /// [`Report::Engine`].
    ProbeStudy {
        /// What the user asked for.
        choice: Choice,
        /// What is to be trained.
        study: Study,
        /// Workers that would train on the CPU.
        pool: u32,
    },
    /// Drop whatever runs and train this share of a study from step 0: models whose index is
    /// `first` or any number of strides more. Pause, resume, step and cancel as with a sweep.
    StartStudy {
        /// Number that every report about this run carries.
        run: u32,
        /// What to train.
        study: Study,
        /// The worker's share of the models.
        shard: Shard,
        /// On which backend, as a probe has found.
        kind: Kind,
        /// Whether to wait at step 0 for [`Request::Resume`] or [`Request::Step`].
        paused: bool,
        /// What reports should hold.
        wanted: Wanted,
        /// Besides reports as they come, so many at evenly spaced steps, which are the same in
        /// every run of the study: the frames of a film. 0 for none.
        frames: u32,
    },
    /// What reports of a study should hold from now on; answered by one, of all models that the
    /// worker has trained.
    Wanted(Wanted),
    /// Drop whatever runs.
    Cancel,
    /// Part with these models of a study in training, which another worker takes over; answered by
    /// [`Report::Given`]. Without effect on any other run.
    Give {
        /// The run.
        run: u32,
        /// The models.
        models: Vec<u32>,
    },
    /// Go on with models that another worker has parted with, now that all of its own are done.
    /// Without effect on any other run.
    Take(Parcel),
}

/// What a worker tells the page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Report {
    /// The worker's code is loaded and listens.
    Ready,
    /// The backend that a choice came to.
    Engine {
        /// Which one.
        kind: Kind,
        /// Its name, such as the adapter's.
        name: String,
        /// Why it was chosen, a sentence.
        reason: String,
    },
    /// How far a run is.
    Progress {
        /// The run.
        run: u32,
        /// Steps taken.
        step: u32,
        /// Model-steps taken by this worker in the time since it began to train, not counting pauses.
        model_steps: f64,
        /// That time, in seconds.
        seconds: f64,
        /// Whether it waits for [`Request::Resume`].
        paused: bool,
    },
    /// The worker's rows of the diagram as they are now.
    Picture {
        /// The run.
        run: u32,
        /// Steps taken by the models shown.
        step: u32,
        /// The rows.
        picture: Picture,
    },
    /// The worker's models of a study as they are now.
    Study {
        /// The run.
        run: u32,
        /// Steps taken by the models.
        step: u32,
        /// Number of the frame, from 0 at step 0, if the step is one's.
        frame: Option<u32>,
        /// The models.
        snapshots: Vec<Snapshot>,
    },
    /// Models of a study that the worker has parted with.
    Given(Parcel),
    /// Every step has been taken; the last picture, or the last of a study's reports, has been sent.
    Done {
        /// The run.
        run: u32,
    },
    /// Every repeat of a pixel.
    Pixel {
        /// The run.
        run: u32,
        /// Row of the sweep.
        row: u32,
        /// Column of the sweep.
        column: u32,
        /// Steps taken by the models shown.
        step: u32,
        /// The repeats.
        repeats: Vec<Repeat>,
    },
    /// Rows of the true optimum.
    Optimum {
        /// The job.
        run: u32,
        /// The rows.
        picture: Picture,
    },
    /// Where the true phases end at one density.
    Boundary {
        /// The job.
        run: u32,
        /// The density.
        density: f64,
        /// Importance below which the last feature is not represented, if there is one.
        lower: Option<Edge>,
        /// Importance above which it has a dimension of its own, if there is one.
        upper: Option<Edge>,
    },
    /// How the models of a pixel got where they are, and over which landscape.
    Paths {
        /// The number of the request.
        run: u32,
        /// Row of the sweep.
        row: u32,
        /// Column of the sweep.
        column: u32,
        /// The landscape, for two features.
        surface: Option<Surface>,
        /// The paths.
        trajectory: Trajectory,
    },
    /// The shader that was asked for.
    Kernel {
        /// Its WGSL, written out for the shape.
        source: String,
    },
    /// A run or a probe failed; the sentence says why and what to do.
    Failed {
        /// The run, or 0 for a probe.
        run: u32,
        /// For a person to read.
        sentence: String,
    },
}

/// The step of a film's frame: `frames` of them are evenly spaced from 0 to the last step. `None`
/// for a frame there is not.
pub fn frame_step(frame: u32, frames: u32, steps: u32) -> Option<u32> {
    let last = u64::from(frames.checked_sub(1)?).max(1);
    (frame < frames).then(|| (u64::from(frame) * u64::from(steps) / last) as u32)
}

/// Bytes that are not a message, which only a bug can cause.
#[derive(Debug, thiserror::Error)]
#[error("page and worker do not understand each other ({0}); reload the page")]
pub struct Garbled(#[from] postcard::Error);

/// A message as bytes.
///
/// # Errors
/// Never for the messages of this crate.
pub fn encode<T: Serialize>(message: &T) -> Result<Vec<u8>, Garbled> {
    Ok(postcard::to_stdvec(message)?)
}

/// A message from bytes.
///
/// # Errors
/// When page and worker were built from different sources.
pub fn decode<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Result<T, Garbled> {
    Ok(postcard::from_bytes(bytes)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_begin_at_the_start_and_end_at_the_end() {
        let all = |frames, steps| {
            (0..frames + 1).map(|f| frame_step(f, frames, steps)).collect::<Vec<_>>()
        };
        assert_eq!(all(5, 100), [Some(0), Some(25), Some(50), Some(75), Some(100), None]);
        assert_eq!(all(1, 100), [Some(0), None]);
        assert_eq!(all(0, 100), [None]);
        assert_eq!(frame_step(400, 401, 1_000_000), Some(1_000_000));
    }

    /// Messages travel whole.
    #[test]
    fn a_study_goes_there_and_back() {
        let request = Request::StartStudy {
            run: 3,
            study: Study::default(),
            shard: Shard { first: 1, stride: 2 },
            kind: Kind::Cpu,
            paused: false,
            wanted: Wanted::WEIGHTS,
            frames: 7,
        };
        let bytes = encode(&request).unwrap_or_default();
        assert_eq!(decode::<Request>(&bytes).ok(), Some(request));
        let snapshots = vec![Snapshot { model: 5, curve: vec![1.0], ..Snapshot::default() }];
        let report = Report::Study { run: 3, step: 9, frame: None, snapshots };
        let bytes = encode(&report).unwrap_or_default();
        assert_eq!(decode::<Report>(&bytes).ok(), Some(report));
    }

    /// Not a bit of a model is lost on its way from one worker to another, of numbers that are none
    /// neither.
    #[test]
    fn models_under_way_travel_whole() {
        let study = Study { steps: 3, ..Study::default() };
        let mut learner = Learner::new(&study, 7);
        learner.state.second[1] = f32::MIN_POSITIVE / 2.0;
        learner.sums[2] = f32::from_bits(0x7fc0_1234);
        let bits = |learner: &Learner| {
            let Learner { state, sums, .. } = learner;
            let all = [&state.parameters, &state.first, &state.second, sums];
            all.map(|part| part.iter().map(|v| v.to_bits()).collect::<Vec<_>>())
        };
        let expected = bits(&learner);
        let report = Report::Given(Parcel { run: 3, step: 9, learners: vec![learner] });
        let bytes = encode(&report).unwrap_or_default();
        let Ok(Report::Given(parcel)) = decode(&bytes) else { panic!("not Given") };
        assert_eq!((parcel.run, parcel.step, parcel.learners[0].model), (3, 9, 7));
        let bytes = encode(&Request::Take(parcel)).unwrap_or_default();
        let Ok(Request::Take(Parcel { learners, .. })) = decode(&bytes) else { panic!("not Take") };
        assert_eq!(bits(&learners[0]), expected);
        let request = Request::Give { run: 3, models: vec![2, 5] };
        let bytes = encode(&request).unwrap_or_default();
        assert_eq!(decode::<Request>(&bytes).ok(), Some(request));
    }
}
