//! All jobs but sweeps: a part of the program that is loaded when the first of them is asked for.

use crate::base::BaseTask;
use crate::jobs::Jobs;
use crate::models::Models;
use crate::outbox::Outbox;
use crate::study::StudyTask;
use crate::sweep::SweepTask;
use crate::task::{Doing, Start, Task};
use engine::{Engine, EngineError, Found, Run};
use std::sync::Arc;
use toy::translation::{Base, Text};
use wasm_split_helpers::{SplitLoaderError, wasm_split};
use wire::{Gauge, Job, Own, OwnText};

/// All jobs but sweeps.
#[derive(Default)]
pub struct AllJobs {
    /// What bottlenecks are put into, once it was needed.
    material: Option<(Arc<Text>, Arc<Base>)>,
    /// The text of the reader's own that they are put into instead.
    own: Option<Own>,
    /// A translation model in training.
    lesson: Option<BaseTask>,
}

/// Loads this part of the program.
///
/// # Errors
/// When the network or the host does not give it.
#[wasm_split(jobs, fallible)]
pub fn load() -> Result<Box<dyn Jobs>, SplitLoaderError> {
    Ok(Box::new(AllJobs::default()))
}

impl AllJobs {
    fn put_into(&mut self, text: Text, base: &[u8]) -> Result<(), String> {
        let base = Base::from_bytes(text.shape(), base).map_err(|why| why.to_string())?;
        self.material = Some((Arc::new(text), Arc::new(base)));
        Ok(())
    }
}

impl Jobs for AllJobs {
    fn choose<'a>(&self, engine: &'a mut Engine, job: &'a Job, pool: u32) -> Doing<'a, Found> {
        Box::pin(engine.choose(job, pool))
    }

    fn begin<'a>(
        &self,
        engine: &'a mut Engine,
        start: Start,
        outbox: Outbox,
    ) -> Doing<'a, Box<dyn Task>> {
        engine.translate(self.material.clone());
        Box::pin(async move {
            let Start { job, parts, kind, from, begin } = start;
            let run = match from {
                Some(from) => engine.restore(from, kind).await?,
                None => engine.start_parts(&job, parts, kind).await?,
            };
            let models = match run {
                Run::Sweep(run) => {
                    let task = SweepTask::new(begin, outbox, run).await?;
                    return Ok(Box::new(task) as Box<dyn Task>);
                }
                Run::Study(run) => Models::study(run),
                Run::Network(run) => Models::network(run),
                Run::Translation(run) => Models::translation(run),
            };
            Ok(Box::new(StudyTask::new(begin, outbox, models).await?) as Box<dyn Task>)
        })
    }

    fn gauge<'a>(&self, engine: &'a Engine, kernel: usize) -> Doing<'a, Option<Gauge>> {
        Box::pin(engine.gauge(kernel))
    }

    fn lacks_base(&self) -> bool {
        self.material.is_none() && self.own.is_none()
    }

    fn set_base(&mut self, bytes: &[u8]) -> Result<(), String> {
        self.put_into(Text::language(), bytes)
    }

    /// What cannot be taken leaves nothing to put bottlenecks into: they are not put into another
    /// model unasked.
    fn set_own(&mut self, own: Option<Own>) -> Result<(), EngineError> {
        if self.own == own {
            return Ok(());
        }
        self.material = None;
        self.own = own.clone();
        let Some(Own { text, base }) = own else { return Ok(()) };
        let read = text.read().and_then(|(text, _)| self.put_into(text, &base));
        read.map_err(EngineError::Text)
    }

    fn learn(&mut self, run: u32, text: &OwnText, steps: u32) -> Result<(), EngineError> {
        let (text, _) = text.read().map_err(EngineError::Text)?;
        self.lesson = Some(BaseTask::new(run, text, steps));
        Ok(())
    }

    fn work(&mut self, outbox: &Outbox) -> bool {
        let Some(lesson) = &mut self.lesson else { return false };
        if !lesson.work(outbox) {
            self.lesson = None;
        }
        true
    }

    fn enough(&mut self, outbox: &Outbox) {
        if let Some(mut lesson) = self.lesson.take() {
            lesson.end(outbox);
        }
    }

    fn cancel(&mut self) {
        self.lesson = None;
    }
}
