//! The engine: what a job is trained on, and how its runs begin.

use crate::checkpoint::{Checkpoint, CheckpointError, State};
use crate::error::EngineError;
use crate::found::Found;
use crate::job::Run;
use crate::network::NetworkRun;
use crate::patience::{OPENING, within};
use crate::plan::{Plan, Shard};
use crate::run::SweepRun;
use crate::study::StudyRun;
use crate::translation::TranslationRun;
use crate::{gauge, gpu};
use std::sync::Arc;
use toy::network::Network;
use toy::sweep::MAX_MODELS;
use toy::translation::{Base, Text, Translation};
use toy::{Study, Sweep, SweepError};
use wire::{Choice, Class, Gauge, Job, Kind};

/// Trains jobs on the backends that a choice allows.
pub struct Engine {
    pub(crate) choice: Choice,
    /// The GPU, or a sentence that says why there is none.
    pub(crate) gpu: Result<gpu::Gpu, String>,
    /// What trials have found, and for how many workers.
    pub(crate) found: Vec<(Class, u32, Found)>,
    /// What bottlenecks translate, and the model that they are put into.
    material: Option<(Arc<Text>, Arc<Base>)>,
}

impl Engine {
    /// Opens what a choice allows.
    ///
    /// # Errors
    /// When the GPU was asked for by name and there is none.
    pub async fn new(choice: Choice) -> Result<Self, EngineError> {
        let gpu = match choice {
            Choice::Cpu => Err("The CPU was asked for.".into()),
            Choice::Gpu => Ok(open().await?),
            Choice::Auto => open().await.map_err(|error| match error {
                EngineError::NoGpu(why) => format!("No GPU can be used here: {why}."),
                error => format!("No GPU can be used here: {error}."),
            }),
        };
        Ok(Self { choice, gpu, found: vec![], material: None })
    }

    /// Trains on this device, and on no other.
    pub fn on(gpu: gpu::Gpu) -> Self {
        Self { choice: Choice::Gpu, gpu: Ok(gpu), found: vec![], material: None }
    }

    /// What this engine was opened for.
    pub fn choice(&self) -> Choice {
        self.choice
    }

    /// Whether it can train on a backend.
    pub fn offers(&self, kind: Kind) -> bool {
        kind == Kind::Cpu || self.gpu.is_ok()
    }

    /// Prepares a run of a share of a job, at step 0.
    ///
    /// # Errors
    /// When the job is not valid, there is no such backend here, or the GPU fails.
    pub async fn start(&self, job: &Job, shard: Shard, kind: Kind) -> Result<Run, EngineError> {
        self.start_parts(job, shard.of(job.parts()), kind).await
    }

    /// Prepares a run of some parts of a job, rows of a sweep or models of a study, at step 0.
    ///
    /// # Errors
    /// As [`start`](Self::start); the parts are the job's.
    pub async fn start_parts(
        &self,
        job: &Job,
        parts: Vec<u32>,
        kind: Kind,
    ) -> Result<Run, EngineError> {
        match job {
            Job::Sweep(sweep) => Ok(Run::Sweep(self.start_rows(sweep, parts, kind).await?)),
            Job::Study(study) => {
                let gpu = if kind == Kind::Gpu { Some(self.gpu()?) } else { None };
                Ok(Run::Study(StudyRun::new(study, parts, gpu).await?))
            }
            Job::Network(network) => {
                let gpu = if kind == Kind::Gpu { Some(self.gpu()?) } else { None };
                Ok(Run::Network(NetworkRun::new(network, &parts, gpu).await?))
            }
            Job::Translation(translation) => self.start_translation(translation, &parts),
        }
    }

    /// Prepares a run of some rows of a sweep or some models of a study, at step 0. A sweep may be
    /// larger than one that is trained whole, see [`Sweep::validate_in_shares`].
    ///
    /// # Errors
    /// As [`start`](Self::start).
    pub async fn start_share(
        &self,
        job: &Job,
        share: Vec<u32>,
        kind: Kind,
    ) -> Result<Run, EngineError> {
        let gpu = if kind == Kind::Gpu { Some(self.gpu()?) } else { None };
        match job {
            Job::Sweep(sweep) => Ok(Run::Sweep(self.start_rows(sweep, share, kind).await?)),
            Job::Study(study) => Ok(Run::Study(StudyRun::of_models(study, share, gpu).await?)),
            Job::Network(network) => Ok(Run::Network(NetworkRun::new(network, &share, gpu).await?)),
            Job::Translation(translation) => self.start_translation(translation, &share),
        }
    }

    /// Prepares a run of a share of a sweep, at step 0.
    ///
    /// # Errors
    /// As [`start`](Self::start).
    pub async fn start_sweep(
        &self,
        sweep: &Sweep,
        shard: Shard,
        kind: Kind,
    ) -> Result<SweepRun, EngineError> {
        self.start_rows(sweep, shard.of(sweep.rows), kind).await
    }

    /// Prepares a run of some rows of a sweep, at step 0.
    ///
    /// # Errors
    /// As [`start`](Self::start).
    pub async fn start_rows(
        &self,
        sweep: &Sweep,
        rows: Vec<u32>,
        kind: Kind,
    ) -> Result<SweepRun, EngineError> {
        sweep.validate_in_shares()?;
        let models = rows.len() as u64 * u64::from(sweep.columns) * u64::from(sweep.repeats);
        if models > MAX_MODELS {
            let (columns, repeats, rows) = (sweep.columns, sweep.repeats, rows.len() as u32);
            return Err(SweepError::Models { columns, rows, repeats, models }.into());
        }
        let gpu = if kind == Kind::Gpu { Some(self.gpu()?) } else { None };
        SweepRun::new(Plan::of_rows(sweep, rows), gpu).await
    }

    /// Measures a kernel on the GPU and checks it; `None` where there is none of this number.
    ///
    /// # Errors
    /// When there is no GPU, it is lost, or even its arithmetic is wrong.
    pub async fn gauge(&self, kernel: usize) -> Result<Option<Gauge>, EngineError> {
        gauge::gauge(self.gpu()?, kernel).await
    }

    /// Puts the bottlenecks of all runs from now on into this model of a text; without one there are
    /// no such runs.
    pub fn translate(&mut self, material: Option<(Arc<Text>, Arc<Base>)>) {
        self.material = material;
    }

    fn material(&self) -> Result<(Arc<Text>, Arc<Base>), EngineError> {
        self.material.clone().ok_or_else(|| EngineError::Base("it was not loaded".into()))
    }

    fn start_translation(
        &self,
        translation: &Translation,
        models: &[u32],
    ) -> Result<Run, EngineError> {
        let (text, base) = self.material()?;
        Ok(Run::Translation(TranslationRun::new(translation, models, text, base)?))
    }

    /// The GPU.
    fn gpu(&self) -> Result<&gpu::Gpu, EngineError> {
        let none = |why: &String| EngineError::NoGpu(why.trim_end_matches('.').into());
        self.gpu.as_ref().map_err(none)
    }

    /// A run that goes on from a checkpoint. Some models of a sweep may have been ahead of others:
    /// the others are taken there first, half a second's work at most.
    ///
    /// On the kind of backend that the checkpoint was made on, the run ends with the bits of an
    /// undisturbed one; on the other kind it goes on from the same state and ends with other bits.
    ///
    /// # Errors
    /// When there is no such backend here, or the GPU fails.
    pub async fn restore(&self, from: Checkpoint, kind: Kind) -> Result<Run, EngineError> {
        if matches!(from.header.job, Job::Sweep(_)) {
            return Ok(Run::Sweep(self.restore_sweep(from, kind).await?));
        }
        let Checkpoint { header, state } = from;
        let gpu = if kind == Kind::Gpu { Some(self.gpu()?) } else { None };
        match (&header.job, state) {
            (Job::Study(study), State::Study { learners, finished }) => {
                let run = StudyRun::restore(study, &header, learners, finished, gpu);
                Ok(Run::Study(run.await?))
            }
            (Job::Network(network), State::Study { learners, finished }) => {
                let run = NetworkRun::restore(network, &header, learners, finished, gpu);
                Ok(Run::Network(run.await?))
            }
            (Job::Translation(translation), State::Study { learners, finished }) => {
                let material = self.material()?;
                let run =
                    TranslationRun::restore(translation, &header, learners, finished, material);
                Ok(Run::Translation(run))
            }
            _ => Err(misfit()),
        }
    }

    /// A run of a sweep that goes on from a checkpoint, see [`restore`](Self::restore).
    ///
    /// # Errors
    /// As there, and when the checkpoint is of another kind of job.
    pub async fn restore_sweep(
        &self,
        from: Checkpoint,
        kind: Kind,
    ) -> Result<SweepRun, EngineError> {
        let Checkpoint { header, state } = from;
        let gpu = if kind == Kind::Gpu { Some(self.gpu()?) } else { None };
        match (&header.job, state) {
            (Job::Sweep(sweep), State::Sweep(state)) => {
                SweepRun::restore(sweep, &header, &state, gpu).await
            }
            _ => Err(misfit()),
        }
    }

    /// Prepares a run of a share of a study, at step 0.
    ///
    /// # Errors
    /// As [`start`](Self::start).
    pub async fn start_study(
        &self,
        study: &Study,
        shard: Shard,
        kind: Kind,
    ) -> Result<StudyRun, EngineError> {
        let gpu = if kind == Kind::Gpu { Some(self.gpu()?) } else { None };
        StudyRun::new(study, shard.of(study.models() as u32), gpu).await
    }

    /// Prepares a run of a share of networks, at step 0.
    ///
    /// # Errors
    /// As [`start`](Self::start).
    pub async fn start_network(
        &self,
        network: &Network,
        shard: Shard,
        kind: Kind,
    ) -> Result<NetworkRun, EngineError> {
        let gpu = if kind == Kind::Gpu { Some(self.gpu()?) } else { None };
        NetworkRun::new(network, &shard.of(network.models() as u32), gpu).await
    }
}

fn misfit() -> EngineError {
    CheckpointError::Misfit("its numbers are another job's".into()).into()
}

/// Opens the GPU, if it answers in time.
async fn open() -> Result<gpu::Gpu, EngineError> {
    let silent = || EngineError::NoGpu("it did not answer".into());
    within(OPENING, gpu::Gpu::new()).await.unwrap_or_else(|| Err(silent()))
}
