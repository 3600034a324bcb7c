//! What workers tell the page.

use crate::{Gauge, Kind, Parcel};
use serde::{Deserialize, Serialize};
use toy::optimum::Edge;
use toy::picture::{Picture, Repeat};
use toy::study::Snapshot;
use toy::surface::Surface;
use toy::trajectory::Trajectory;
use toy::translation::Brief;

/// What a worker tells the page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Report {
    /// The worker's code is loaded and listens.
    Ready,
    /// The backend that a choice came to.
    Engine {
        /// The number of the probe.
        probe: u32,
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
        /// Model-steps taken by this worker since it began on the run: in this time, not counting
        /// pauses.
        model_steps: f64,
        /// That time, in seconds.
        seconds: f64,
        /// Whether it waits for [`crate::Request::Resume`].
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
    /// The worker's networks as they are now.
    Network {
        /// The run.
        run: u32,
        /// Steps taken by the models.
        step: u32,
        /// Number of the frame, from 0 at step 0, if the step is one's.
        frame: Option<u32>,
        /// The models.
        snapshots: Vec<toy::network::Snapshot>,
    },
    /// The worker's bottlenecks as they are now.
    Translation {
        /// The run.
        run: u32,
        /// Steps taken by the models.
        step: u32,
        /// Number of the frame, from 0 at step 0, if the step is one's.
        frame: Option<u32>,
        /// The models.
        snapshots: Vec<toy::translation::Snapshot>,
    },
    /// What the worker's bottlenecks make of a sentence.
    Translated {
        /// The run.
        run: u32,
        /// The sentence.
        sentence: String,
        /// Models with their translations; `None` when the language does not have its words.
        said: Option<Vec<(u32, String)>>,
    },
    /// The worker's share as it is now, to go on from: its bytes come with the report. Sent every
    /// two seconds of training at most, and as soon as models have been parted with or taken over.
    Checkpoint {
        /// The run.
        run: u32,
        /// Steps taken by the models in training.
        step: u32,
        /// The parts in training: rows of a sweep, models of a study.
        parts: Vec<u32>,
        /// Models of a study that were done before others were taken over.
        finished: Vec<u32>,
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
        /// The number of the request.
        run: u32,
        /// Its WGSL, written out for the shape.
        source: String,
    },
    /// A run, a probe or another request failed; the sentence says why and what to do.
    Failed {
        /// The number of the request, or 0 for the worker as a whole.
        number: u32,
        /// What kind of failure it is.
        cause: Cause,
        /// For a person to read.
        sentence: String,
    },
    /// The parameters of the worker's models of a sweep as they are now.
    Weights {
        /// The run.
        run: u32,
        /// The worker's rows.
        rows: Vec<u32>,
        /// Parameters, by parameter, then model: rows as named, then columns, then repeats.
        parameters: Vec<f32>,
    },
    /// What the GPU does with a kernel; `None` where there is none of the number asked for.
    Gauged(Option<Gauge>),
    /// How far a translation model in training is.
    Base {
        /// The number of the request.
        run: u32,
        /// Steps taken.
        step: u32,
        /// Mean loss over the steps since the last report.
        loss: f32,
        /// Mean loss over words of validation sentences.
        validation: f64,
    },
    /// A translation model has been trained.
    Learned {
        /// The number of the request.
        run: u32,
        /// Steps taken.
        step: u32,
        /// The model, as [`toy::translation::Base::to_bytes`] writes it.
        base: Vec<u8>,
        /// How well it translates held-out sentences.
        judged: Brief,
    },
}

/// What kind of failure a report is about: what can be done depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Cause {
    /// What was asked for is not allowed; asking again changes nothing.
    Invalid,
    /// There is no GPU to be had.
    NoGpu,
    /// The GPU has too little memory; it still works.
    Memory,
    /// The GPU stopped working.
    Lost,
    /// The GPU computes something else than the CPU: what was shown of the run since the last check
    /// is not to be believed, nor is the GPU from now on.
    Wrong,
    /// Page and worker do not understand each other, or the worker is gone.
    Broken,
}
