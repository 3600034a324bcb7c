//! The GPU backend: handwritten WGSL through wgpu.
//!
//! A [`Gpu`] owns the device and a pipeline a [`shader::Kernel`]; a [`Training`] owns the state of one
//! share, in buffers, and dispatches the kernel on it. The kernels' text is in `shaders/`.

#[cfg(not(target_arch = "wasm32"))]
pub mod adapters;
mod context;
mod device;
mod flight;
pub mod layout;
mod network;
pub mod operation;
pub mod peak;
mod readback;
pub mod record;
pub mod shader;
mod study;
pub mod study_shader;
mod training;
pub mod unroll;

pub use device::Gpu;
pub use network::NetworkTraining;
pub use study::StudyTraining;
pub use training::Training;

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::shader::Kernel;
    use super::*;
    use crate::EngineError;
    use crate::plan::{Plan, Shard};
    use pollster::block_on;
    use toy::Sweep;
    use toy::sweep::Data;

    /// Whatever is asked of a lost device, the answer is an error.
    #[test]
    fn a_lost_device_is_an_error() {
        let gpu = block_on(Gpu::new()).expect("a Vulkan driver, if only Mesa's software one");
        let plan = Plan::new(&toy::Sweep::default(), Shard::ALL);
        let mut training = block_on(Training::new(&gpu, &plan)).expect("a healthy device");
        assert!(block_on(training.advance(&plan, 0, 1)).is_ok());
        gpu.context.device.destroy();
        assert!(matches!(block_on(training.parameters()), Err(EngineError::Lost(_))));
        assert!(matches!(block_on(training.advance(&plan, 1, 1)), Err(EngineError::Lost(_))));
        assert!(matches!(block_on(Training::new(&gpu, &plan)), Err(EngineError::Lost(_))));
    }

    /// Both kernels are measured, and the result is kept.
    #[test]
    fn of_two_kernels_the_faster_is_found_once() {
        let gpu = block_on(Gpu::new()).expect("a Vulkan driver, if only Mesa's software one");
        let few = Sweep { data: Data::Sampled, columns: 4, rows: 4, steps: 20, ..Sweep::default() };
        let plan = Plan::new(&few, Shard::ALL);
        let shared = Kernel::sharing(&few, plan.models()).expect("few models, many samples");
        let kernels = [Kernel::of(&few), shared];
        let found = block_on(Training::faster(&gpu, &plan, kernels)).expect("a healthy device");
        assert!(kernels.contains(&found));
        gpu.context.device.destroy();
        assert_eq!(
            block_on(Training::faster(&gpu, &plan, kernels)).expect("nothing to measure"),
            found
        );
    }
}
