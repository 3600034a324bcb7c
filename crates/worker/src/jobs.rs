//! What a worker does beyond sweeps: whoever looks at a diagram need not load it.

use crate::outbox::Outbox;
use crate::task::{Doing, Start, Task};
use engine::{Engine, EngineError, Found};
use wire::{Gauge, Job, Own, OwnText};

/// Studies, networks, translation models, and kernels to be measured.
pub trait Jobs {
    /// Finds what to train a job on.
    fn choose<'a>(&self, engine: &'a mut Engine, job: &'a Job, pool: u32) -> Doing<'a, Found>;

    /// Begins a run and shows where.
    fn begin<'a>(
        &self,
        engine: &'a mut Engine,
        start: Start,
        outbox: Outbox,
    ) -> Doing<'a, Box<dyn Task>>;

    /// Measures a kernel on the GPU and checks it.
    fn gauge<'a>(&self, engine: &'a Engine, kernel: usize) -> Doing<'a, Option<Gauge>>;

    /// Whether there is no translation model to put bottlenecks into.
    fn lacks_base(&self) -> bool;

    /// Takes the translation model of the language from the bytes of its file.
    ///
    /// # Errors
    /// When they are none, a clause.
    fn set_base(&mut self, bytes: &[u8]) -> Result<(), String>;

    /// Takes another text and its model, or forgets them.
    ///
    /// # Errors
    /// When they cannot be read; then there is nothing to put bottlenecks into.
    fn set_own(&mut self, own: Option<Own>) -> Result<(), EngineError>;

    /// Begins to train a translation model on a text.
    ///
    /// # Errors
    /// When the text cannot be read.
    fn learn(&mut self, run: u32, text: &OwnText, steps: u32) -> Result<(), EngineError>;

    /// Trains that model for a slice; whether there was anything to do.
    fn work(&mut self, outbox: &Outbox) -> bool;

    /// Hands that model over as it is.
    fn enough(&mut self, outbox: &Outbox);

    /// Forgets that model.
    fn cancel(&mut self);
}
