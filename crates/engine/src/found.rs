//! What an engine found to train a job on.

use crate::error::EngineError;
use crate::{cpu, gpu};
use wire::Kind;

/// What a job should be trained on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The backend.
    pub kind: Kind,
    /// It in a person's words: the adapter's name, or the CPU's lanes.
    pub name: String,
    /// Why it was chosen, a sentence.
    pub reason: String,
}

impl Found {
    /// The CPU, for this reason.
    pub(crate) fn cpu(reason: impl Into<String>) -> Self {
        Self { kind: Kind::Cpu, name: cpu::name(), reason: reason.into() }
    }

    /// This GPU, for this reason.
    pub(crate) fn gpu(gpu: &gpu::Gpu, reason: impl Into<String>) -> Self {
        Self { kind: Kind::Gpu, name: gpu.name(), reason: reason.into() }
    }

    /// The CPU, since the GPU is wrong or has failed.
    pub(crate) fn refused(error: &EngineError) -> Self {
        let text = error.to_string();
        let clause = text.split(';').next().unwrap_or_default();
        Self::cpu(format!("The CPU was chosen: {clause}."))
    }
}
