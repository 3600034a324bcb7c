//! What trains: one engine, or one for each of several devices, which take rows or models in turns.

use crate::error::Error;
use crate::gpus::Wanted;
use crate::log::Log;
use crate::progress::{Progress, Unit};
use crate::saved::Saver;
use crate::say;
use engine::{Checkpoint, Choice, Engine, EngineError, Found, Job, Kind, Run};
use pollster::block_on;
use std::sync::Arc;
use std::time::{Duration, Instant};
use toy::study::snapshot::Trained;
use toy::translation::{Base, Text};

/// Time between two looks at signals and checkpoints.
const ROUND: Duration = Duration::from_millis(100);

/// Engines, and what was found to train on.
pub struct Crew {
    engines: Vec<Engine>,
    /// What trains.
    pub found: Found,
}

impl Crew {
    /// Opens what a choice allows, or the GPUs that were asked for, and finds what to train on; what
    /// runs go on from says it if there is something.
    ///
    /// # Errors
    /// When a GPU was asked for and there is none, or the job is not valid.
    pub fn open(
        choice: Choice,
        gpus: Option<&Wanted>,
        job: &Job,
        from: &[Checkpoint],
    ) -> Result<Self, Error> {
        if gpus.is_some() && choice == Choice::Cpu {
            return Err(Error::Flags("--engine cpu trains on no GPU; leave --gpu out".into()));
        }
        let devices = gpus.map(Wanted::open).transpose()?;
        if let Some(devices) = devices.filter(|devices| !devices.is_empty()) {
            let mut engines: Vec<_> = devices.into_iter().map(Engine::on).collect();
            let mut found = block_on(engines[0].choose(job, 1))?;
            if engines.len() > 1 {
                found.reason = format!("{} devices train in turns.", engines.len());
            }
            return Ok(Self { engines, found });
        }
        let choice = if gpus.is_some() { Choice::Gpu } else { choice };
        let mut engine = block_on(Engine::new(choice))?;
        let mut found = block_on(engine.choose(job, 1))?;
        if let Some(kind) = from.first().map(|checkpoint| checkpoint.header.kind)
            && kind != found.kind
        {
            if choice == Choice::Auto && engine.offers(kind) {
                let other = if kind == Kind::Cpu { Choice::Cpu } else { Choice::Gpu };
                engine = block_on(Engine::new(other))?;
                found = block_on(engine.choose(job, 1))?;
                found.reason = "The checkpoint was made by it.".into();
            } else {
                let name = &from[0].header.name;
                say::note(format_args!(
                    "The checkpoint was made on {name}: going on on another kind of engine, the results are right, but not bit for bit those of an undisturbed run."
                ));
            }
        }
        Ok(Self { engines: vec![engine], found })
    }

    /// The CPU, for bottlenecks in this model of a text.
    ///
    /// # Errors
    /// When the job is not valid.
    pub fn translator(job: &Job, text: Arc<Text>, base: Arc<Base>) -> Result<Self, Error> {
        let mut engine = block_on(Engine::new(Choice::Cpu))?;
        engine.translate(Some((text, base)));
        let mut found = block_on(engine.choose(job, 1))?;
        found.reason = "Bottlenecks train on the CPU.".into();
        Ok(Self { engines: vec![engine], found })
    }

    /// Kind and instruction set or adapter: what the bits depend on.
    pub fn bits(&self) -> String {
        match self.found.kind {
            Kind::Cpu => format!("CPU, {}", engine::cpu::level_name(engine::cpu::Level::new())),
            Kind::Gpu => format!("GPU, {}", self.found.name),
        }
    }

    /// Runs of these rows or models, in turns.
    ///
    /// # Errors
    /// When a device fails.
    pub fn start(&self, job: &Job, share: &[u32]) -> Result<Vec<Run>, Error> {
        let devices = self.engines.len();
        let start = |(first, engine): (usize, &Engine)| {
            let own = share.iter().skip(first).step_by(devices).copied().collect();
            block_on(engine.start_share(job, own, self.found.kind))
        };
        let runs = self.engines.iter().enumerate().map(start);
        Ok(runs.collect::<Result<_, _>>()?)
    }

    /// Runs that go on from checkpoints.
    ///
    /// # Errors
    /// When a device fails.
    pub fn restore(&self, from: Vec<Checkpoint>) -> Result<Vec<Run>, Error> {
        let engines = self.engines.iter().cycle();
        let restore = |(checkpoint, engine): (_, &Engine)| {
            block_on(engine.restore(checkpoint, self.found.kind))
        };
        Ok(from.into_iter().zip(engines).map(restore).collect::<Result<_, _>>()?)
    }

    /// Trains these models of a study, a network or a translation, or goes on with them; returns them in order.
    ///
    /// # Errors
    /// When a device fails, or a signal asks for the end.
    pub fn train(
        &self,
        job: &Job,
        share: &[u32],
        from: Vec<Checkpoint>,
        saver: &mut Saver,
        mut log: Option<&mut Log>,
    ) -> Result<Vec<Trained>, Error> {
        let mut runs = match from {
            none if none.is_empty() => self.start(job, share)?,
            from => self.restore(from)?,
        };
        let steps = |runs: &[Run]| {
            let mean = runs.iter().map(|run| u64::from(run.step())).sum::<u64>() as f64;
            (mean * share.len() as f64 / runs.len().max(1) as f64) as u64
        };
        let (all, before) = (share.len() as u64 * u64::from(job.steps()), steps(&runs));
        let mut progress = Progress::new(&self.found.name, Unit::Large, all, before);
        if let Some(log) = &mut log {
            log.look(job, &mut runs)?;
        }
        while !is_done(&runs) {
            round(&mut runs, log.as_ref().map_or(u32::MAX, |log| log.next()))?;
            progress.set(steps(&runs));
            if let Some(log) = &mut log {
                log.look(job, &mut runs)?;
            }
            let percent = 100.0 * progress.done() as f64 / all.max(1) as f64;
            saver.between(0, &[], &mut runs, || format!("after {percent:.1} %"))?;
        }
        let mut trained = vec![];
        for run in &mut runs {
            trained.extend(match run {
                Run::Study(run) => block_on(run.read())?,
                Run::Network(run) => block_on(run.read())?,
                Run::Translation(run) => run.read(),
                Run::Sweep(_) => vec![],
            });
        }
        trained.sort_by_key(|trained| trained.model);
        progress.clear();
        say::note(format_args!(
            "{}: {} models x {} steps in {:.3} s, {}. {}",
            self.found.name,
            share.len(),
            job.steps(),
            progress.seconds(),
            Unit::Large.rate(progress.rate()),
            self.found.reason,
        ));
        Ok(trained)
    }
}

/// Trains for a moment, but not beyond a step, each run on a thread of its own if there are several.
///
/// # Errors
/// When a device is lost.
pub fn round(runs: &mut [Run], most: u32) -> Result<(), EngineError> {
    let until = Instant::now() + ROUND;
    let one = |run: &mut Run| {
        while !run.is_done() && run.step() < most && Instant::now() < until {
            block_on(run.advance(most - run.step()))?;
        }
        Ok(())
    };
    if let [run] = runs {
        return one(run);
    }
    std::thread::scope(|scope| {
        let threads: Vec<_> = runs.iter_mut().map(|run| scope.spawn(|| one(run))).collect();
        let lost = || Err(EngineError::Lost("its thread ended".into()));
        threads.into_iter().try_for_each(|thread| thread.join().unwrap_or_else(|_| lost()))
    })
}

/// Whether all steps of all runs are taken.
pub fn is_done(runs: &[Run]) -> bool {
    runs.iter().all(Run::is_done)
}
