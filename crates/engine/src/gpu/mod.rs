//! The GPU backend: handwritten WGSL through wgpu.

use crate::EngineError;
use crate::plan::Plan;

/// A GPU that can be computed on.
pub struct Gpu {}

impl Gpu {
    /// Opens the GPU.
    ///
    /// # Errors
    /// When there is none.
    pub async fn new() -> Result<Self, EngineError> {
        Err(EngineError::NoGpu("the GPU backend is not built yet".into()))
    }

    /// The adapter's name.
    pub fn name(&self) -> String {
        String::new()
    }

    /// Whether the adapter imitates a GPU on the CPU.
    pub fn is_software(&self) -> bool {
        true
    }
}

/// A share of a sweep in training on the GPU.
pub struct Training {}

impl Training {
    /// Uploads the models of a plan.
    ///
    /// # Errors
    /// When the GPU is lost.
    pub async fn new(_gpu: &Gpu, _plan: &Plan) -> Result<Self, EngineError> {
        Err(EngineError::NoGpu("the GPU backend is not built yet".into()))
    }

    /// Trains for about one slice, at most `limit` steps from `step` on; returns the steps taken.
    ///
    /// # Errors
    /// When the GPU is lost.
    pub async fn advance(
        &mut self,
        _plan: &Plan,
        _step: u32,
        limit: u32,
    ) -> Result<u32, EngineError> {
        Ok(limit)
    }

    /// Parameters by parameter, then model.
    ///
    /// # Errors
    /// When the GPU is lost.
    pub async fn parameters(&mut self) -> Result<Vec<f32>, EngineError> {
        Ok(vec![])
    }
}
