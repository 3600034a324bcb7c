//! What happens to a trainer, and what it asks for.

use crate::checkpoints::Kept;
use crate::pool::WorkerId;
use std::sync::Arc;
use toy::phase::Thresholds;
use toy::picture::{Picture, Repeat};
use toy::study::{Snapshot, Wanted};
use toy::{Study, Sweep};
use wire::{Choice, Job, Own, Report, Request};

/// What is to be trained, and what of it is to be seen.
#[derive(Clone, Debug, PartialEq)]
pub struct Order {
    /// The jobs, one after the other; at least one, and valid.
    pub jobs: Vec<Job>,
    /// Which engine is asked for.
    pub choice: Choice,
    /// What reports of a study should hold.
    pub wanted: Wanted,
    /// Frames of the film of a study, see [`wire::frame_step`]; 0 for none.
    pub frames: u32,
    /// Whether models of a study are attacked when they are trained.
    pub attack: bool,
    /// The text and the model that bottlenecks are put into, where these are the reader's own.
    /// Nothing of such a run is kept beyond the life of the page.
    pub own: Option<Arc<Own>>,
}

impl Order {
    /// One job, of which nothing in particular is wanted.
    pub fn of(job: Job, choice: Choice) -> Self {
        Self {
            jobs: vec![job],
            choice,
            wanted: Wanted::WEIGHTS,
            frames: 0,
            attack: false,
            own: None,
        }
    }

    /// Whether the same models are trained, on the same engine.
    pub(crate) fn trains_as(&self, other: &Self) -> bool {
        let jobs = self.jobs.len() == other.jobs.len()
            && self.jobs.iter().zip(&other.jobs).all(|(a, b)| a.trains_as(b));
        jobs && Self { jobs: other.jobs.clone(), ..self.clone() } == *other
    }
}

/// How a page's runs behave.
#[derive(Clone, Debug, PartialEq)]
pub struct Habits {
    /// CPU workers worth having.
    pub cores: usize,
    /// Whether a coarse diagram is trained while a control still moves.
    pub previews: bool,
    /// A spec that is still being changed is trained again when it has rested for so many seconds.
    pub rest: f64,
    /// Runs expected to be shorter than this, in seconds, follow every change at once.
    pub cheap: f64,
    /// Runs that have trained for so many seconds are kept beyond the life of the page.
    pub keep: f64,
}

/// What happened.
#[derive(Clone, Debug, PartialEq)]
pub enum Event<B> {
    /// Something else is to be trained, or seen of it; or nothing any more.
    Order(Option<Order>),
    /// The reader wants it trained, however long it takes.
    Train,
    /// Stop after the current slice.
    Pause,
    /// Go on.
    Resume,
    /// Take so many steps and wait.
    Step(u32),
    /// Go back to step 0 and wait there.
    Reset,
    /// Pause what trains, go on with what waits, train what is done.
    Toggle,
    /// Results from elsewhere are shown in the place of a run of this order.
    Adopt(Order),
    /// Draw the lines between phases elsewhere.
    Thresholds(Thresholds),
    /// Translate a sentence through the bottlenecks in training.
    Translate(String),
    /// Show the parameters of all models of the diagram as they are now; without effect when there
    /// are none, see [`crate::Trainer::has_models`].
    Weights,
    /// Show the repeats of a pixel from now on, or of none.
    Inspect(Option<(u32, u32)>),
    /// A moment that was waited for has come.
    Timer(u32),
    /// A worker says something; a checkpoint comes with its bytes.
    Report {
        /// Who.
        worker: WorkerId,
        /// What.
        report: Report,
        /// The bytes.
        state: Option<B>,
    },
    /// A worker is gone, or could not be started.
    Gone {
        /// Which.
        worker: WorkerId,
        /// Why, a sentence.
        why: String,
        /// Whether the browser started it at all.
        started: bool,
    },
    /// What was kept of a run of what was looked for.
    Found(Option<Kept<B>>),
}

/// What a run has to show.
#[derive(Clone, Debug, PartialEq)]
pub enum Shown {
    /// A job begins: what was shown of it before is of another run. Where a run goes on after a
    /// loss, it does not begin.
    Begun {
        /// Its place in the order.
        place: usize,
        /// The job.
        job: Job,
    },
    /// Rows of a diagram.
    Picture {
        /// The sweep that the rows are of.
        sweep: Sweep,
        /// The rows.
        picture: Picture,
    },
    /// Every repeat of a pixel.
    Pixel {
        /// Row of the sweep.
        row: u32,
        /// Column of the sweep.
        column: u32,
        /// Steps taken by the models shown.
        step: u32,
        /// The repeats.
        repeats: Vec<Repeat>,
    },
    /// The parameters of all models of some rows of a diagram.
    Weights {
        /// The sweep that the rows are of.
        sweep: Sweep,
        /// The rows.
        rows: Vec<u32>,
        /// Parameters, by parameter, then model: rows as named, then columns, then repeats.
        parameters: Vec<f32>,
    },
    /// Models of a study.
    Models {
        /// The place of the study in the order.
        place: usize,
        /// The study.
        study: Study,
        /// Steps taken by the models.
        step: u32,
        /// Number of the film's frame, if the step is one's.
        frame: Option<u32>,
        /// The models.
        snapshots: Vec<Snapshot>,
    },
    /// Networks.
    Networks {
        /// The place of the job in the order.
        place: usize,
        /// Steps taken by the models.
        step: u32,
        /// Number of the film's frame, if the step is one's.
        frame: Option<u32>,
        /// The models.
        snapshots: Vec<toy::network::Snapshot>,
    },
    /// Bottlenecks in a translation model.
    Translations {
        /// The place of the job in the order.
        place: usize,
        /// Steps taken by the models.
        step: u32,
        /// Number of the film's frame, if the step is one's.
        frame: Option<u32>,
        /// The models.
        snapshots: Vec<toy::translation::Snapshot>,
    },
    /// What some of the bottlenecks make of a sentence.
    Translated {
        /// The sentence.
        sentence: String,
        /// Models with their translations; `None` when the language does not have its words.
        said: Option<Vec<(u32, String)>>,
    },
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect<B> {
    /// Start a worker; [`Event::Gone`] if it cannot be.
    Spawn(WorkerId),
    /// End a worker.
    End(WorkerId),
    /// Send a request, with the bytes of the checkpoint that a run goes on from.
    Send {
        /// To whom.
        worker: WorkerId,
        /// What.
        request: Request,
        /// The bytes, which are still needed here.
        state: Option<B>,
    },
    /// Wait for so many seconds, then [`Event::Timer`].
    Wait {
        /// Number of the timer.
        timer: u32,
        /// The seconds.
        seconds: f64,
    },
    /// Show something.
    Show(Shown),
    /// Tell the reader something: a sentence.
    Note(String),
    /// Look for a kept run of these jobs; answered by [`Event::Found`].
    Look(Vec<Job>),
    /// Keep a run, in the place of what was kept of the same jobs.
    Keep(Kept<B>),
    /// Forget what was kept of these jobs.
    Forget(Vec<Job>),
}
