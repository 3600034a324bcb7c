//! What the page asks of workers.

use crate::{Choice, Job, Kind, Shard};
use serde::{Deserialize, Serialize};
use toy::Sweep;
use toy::aggregate::Aggregate;
use toy::phase::Thresholds;
use toy::study::Wanted;
use toy::study::train::Learner;
use toy::translation::{Text, pairs};

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

/// A text of the reader's own, and the translation model that bottlenecks are put into.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Own {
    /// The text.
    pub text: OwnText,
    /// The model, as [`toy::translation::Base::to_bytes`] writes it.
    pub base: Vec<u8>,
}

/// A parallel text of the reader's own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnText {
    /// The file as it was read: a sentence, a tab and its translation a line.
    pub file: Vec<u8>,
    /// Words that are told apart on either side.
    pub vocabulary: u32,
}

impl OwnText {
    /// The text as it is learned from, and what its reader should know of lines left out.
    ///
    /// # Errors
    /// When it cannot be learned from; a sentence, with the number of the line.
    pub fn read(&self) -> Result<(Text, Vec<String>), String> {
        let found = pairs::read(&self.file).map_err(|why| why.to_string())?;
        let text = Text::pairs(found.pairs, self.vocabulary as usize);
        Ok((text.map_err(|why| why.to_string())?, found.notices))
    }
}

/// What the page asks of a worker.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Request {
    /// Drop whatever runs and find out which backend a job should be trained on; answered by
    /// [`crate::Report::Engine`](crate::Report::Engine). May take a trial, once for each
    /// [`Class`](crate::Class) of jobs.
    Probe {
        /// Number that the answer carries.
        probe: u32,
        /// What the user asked for.
        choice: Choice,
        /// What is to be trained.
        job: Job,
        /// Workers that would train on the CPU.
        pool: u32,
    },
    /// Drop whatever runs and train some parts of a job: from step 0, or from the checkpoint whose
    /// bytes come with the request.
    Start {
        /// Number that every report about this run carries.
        run: u32,
        /// What to train.
        job: Job,
        /// The worker's share: rows of a sweep, models of a study.
        parts: Vec<u32>,
        /// On which backend, as a probe has found.
        kind: Kind,
        /// Whether to wait there for [`Request::Resume`] or [`Request::Step`].
        paused: bool,
        /// What reports of a study should hold.
        wanted: Wanted,
        /// Besides reports of a study as they come, so many at evenly spaced steps, which are the
        /// same in every run of the study: the frames of a film. 0 for none.
        frames: u32,
    },
    /// Stop after the current slice, keeping the state.
    Pause,
    /// Go on.
    Resume,
    /// Take this many steps and pause.
    Step(u32),
    /// Aggregate the repeats in another way; answered by a picture.
    Aggregate(Aggregate),
    /// Show every repeat of a pixel of the worker's share; answered by [`crate::Report::Pixel`].
    Inspect {
        /// Row of the sweep.
        row: u32,
        /// Column of the sweep.
        column: u32,
    },
    /// Compute the true optimum of these rows of a sweep, one after the other; each is answered by
    /// [`crate::Report::Optimum`].
    Optimum {
        /// Number that every report about this job carries.
        run: u32,
        /// The sweep whose axes are meant.
        sweep: Sweep,
        /// The worker's share.
        shard: Shard,
    },
    /// Compute where the true phases of a sweep's diagram end; answered by [`crate::Report::Boundary`],
    /// one density after the other, after any optimum that was asked for before.
    Boundary {
        /// Number that every report about this job carries.
        run: u32,
        /// The sweep whose axes are meant; two or three features.
        sweep: Sweep,
    },
    /// Draw the lines between phases elsewhere, now and in later runs; answered by a picture.
    Thresholds(Thresholds),
    /// Compute the landscape and the training paths of a pixel; answered by [`crate::Report::Paths`].
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
    /// Show the shader that trains a sweep; answered by [`crate::Report::Kernel`].
    Kernel {
        /// Number that the report carries.
        run: u32,
        /// The sweep.
        sweep: Sweep,
    },
    /// What reports of a study should hold from now on; answered by one, of all models that the
    /// worker has trained.
    Wanted(Wanted),
    /// Translate a sentence through all bottlenecks of the share as they are now; answered by
    /// [`crate::Report::Translated`]. Without effect on any other run.
    Translate(String),
    /// Drop whatever runs.
    Cancel,
    /// Part with these models of a study in training, which another worker takes over; answered by
    /// [`crate::Report::Given`]. Without effect on any other run.
    Give {
        /// The run.
        run: u32,
        /// The models.
        models: Vec<u32>,
    },
    /// Go on with models that another worker has parted with, now that all of its own are done.
    /// Without effect on any other run.
    Take(Parcel),
    /// Send the parameters of all models of a sweep in training, or trained; answered by
    /// [`crate::Report::Weights`]. Without effect on any other run.
    Weights {
        /// The run.
        run: u32,
    },
    /// Measure the kernel of this number on the GPU and check it; answered by
    /// [`crate::Report::Gauged`].
    Gauge(u32),
    /// Put bottlenecks into the model of another text from now on; into that of the language with
    /// known features again when there is none. Takes effect at the next start.
    Own(Option<Own>),
    /// Train a translation model of a text, by [`toy::translation::base::Recipe::of_steps`];
    /// answered by [`crate::Report::Base`] time and again, and by [`crate::Report::Learned`].
    Base {
        /// Number that the answers carry.
        run: u32,
        /// The text.
        text: OwnText,
        /// Optimiser steps.
        steps: u32,
    },
    /// The translation model in training is good enough as it is.
    Enough,
}
