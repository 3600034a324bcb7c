//! The GPU backend: handwritten WGSL through wgpu.
//!
//! A [`Gpu`] owns the device and a pipeline a [`Kernel`]; a [`Training`] owns the state of one
//! share, in buffers, and dispatches the kernel on it. The kernels' text is in `shaders/`.

#[cfg(not(target_arch = "wasm32"))]
pub mod adapters;
mod context;
mod flight;
pub mod layout;
mod network;
pub mod operation;
mod readback;
pub mod record;
pub mod shader;
mod study;
pub mod study_shader;
mod training;
pub mod unroll;

pub use network::NetworkTraining;
pub use study::StudyTraining;
pub use training::Training;

use crate::EngineError;
use crate::plan::Plan;
use crate::study::Plan as StudyPlan;
use context::Context;
use shader::Kernel;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use study_shader::StudyKernel;
use wire::Class;

/// A GPU that can be computed on.
pub struct Gpu {
    context: Context,
    info: wgpu::AdapterInfo,
    pipelines: Mutex<HashMap<Kernel, wgpu::ComputePipeline>>,
    study_pipelines: Mutex<HashMap<StudyKernel, Vec<wgpu::ComputePipeline>>>,
    /// The faster kernel of each class of sweeps of few models.
    faster: Mutex<Vec<(Class, Kernel)>>,
    /// What becomes of a kernel's text before it is compiled, in tests.
    alter: Option<fn(String) -> String>,
}

/// Mesa's llvmpipe ends loops after so many iterations, counted over all loops of an invocation.
const LLVMPIPE_ITERATIONS: u32 = 65_535;

impl Gpu {
    /// Opens the GPU, with WebGPU's default limits, which every engine offers and the kernels
    /// keep to.
    ///
    /// # Errors
    /// When there is none.
    pub async fn new() -> Result<Self, EngineError> {
        // A browser may offer WebGPU without any adapter, which wgpu's own message does not say.
        if cfg!(target_arch = "wasm32") && !wgpu::util::is_browser_webgpu_supported().await {
            return Err(EngineError::NoGpu("this browser offers no WebGPU".into()));
        }
        let instance = wgpu::Instance::new(wgpu::InstanceDescriptor::new_without_display_handle());
        let options = wgpu::RequestAdapterOptions {
            power_preference: wgpu::PowerPreference::HighPerformance,
            ..Default::default()
        };
        let adapter = instance.request_adapter(&options).await.map_err(|_| {
            EngineError::NoGpu("no driver for Vulkan, Metal, Direct3D 12 or WebGPU answered".into())
        })?;
        Self::on(&adapter).await
    }

    /// Opens a device on an adapter.
    async fn on(adapter: &wgpu::Adapter) -> Result<Self, EngineError> {
        let info = adapter.get_info();
        let descriptor = wgpu::DeviceDescriptor {
            label: Some("superphase"),
            required_limits: limits(&adapter.limits()),
            ..Default::default()
        };
        let (device, queue) = adapter.request_device(&descriptor).await.map_err(|error| {
            let name = &info.name;
            EngineError::NoGpu(format!("{name} refused: {}", context::one_line(&error)))
        })?;
        let context = Context::new(device, queue);
        Ok(Self {
            context,
            info,
            pipelines: Mutex::default(),
            study_pipelines: Mutex::default(),
            faster: Mutex::default(),
            alter: None,
        })
    }

    /// This GPU with other kernels than ours, as if its driver were wrong: what becomes of each
    /// text before it is compiled. For tests of the checks.
    #[must_use]
    pub fn with_altered_kernels(self, alter: fn(String) -> String) -> Self {
        Self { alter: Some(alter), ..self }
    }

    /// Iterations of loops after which the driver is known to end them, counted over an invocation.
    fn most_iterations(&self) -> u32 {
        let llvmpipe = self.info.name.to_ascii_lowercase().contains("llvmpipe");
        if llvmpipe { LLVMPIPE_ITERATIONS } else { u32::MAX }
    }

    /// Most bytes of a binding.
    pub(crate) fn largest_binding(&self) -> u64 {
        self.context.device.limits().max_storage_buffer_binding_size
    }

    /// Most steps that a dispatch of a kernel may take.
    pub(crate) fn longest_dispatch(&self, kernel: Kernel, batch: u32) -> u32 {
        (self.most_iterations() / kernel.iterations(batch)).clamp(1, record::LONGEST)
    }

    /// Fails when the device has once computed something wrong.
    ///
    /// # Errors
    /// When it has.
    pub fn trusted(&self) -> Result<(), EngineError> {
        match self.context.distrusted() {
            Some(what) => Err(EngineError::Wrong { name: self.name(), what }),
            None => Ok(()),
        }
    }

    /// The adapter's name; browsers may keep it to themselves.
    pub fn name(&self) -> String {
        let name = self.info.name.trim();
        if name.is_empty() { "WebGPU".into() } else { name.into() }
    }

    /// Whether the adapter imitates a GPU on the CPU.
    pub fn is_software(&self) -> bool {
        let name = self.info.name.to_ascii_lowercase();
        let imitations = ["swiftshader", "llvmpipe", "microsoft basic render"];
        self.info.device_type == wgpu::DeviceType::Cpu
            || imitations.iter().any(|imitation| name.contains(imitation))
    }

    /// The kernel to train a plan with. Where a workgroup a model may pay, that is measured once
    /// for each class of sweeps, but not on software adapters: they have no lanes to spare, and
    /// waiting for one another takes theirs longer than a model's whole step.
    pub(crate) async fn kernel(&self, plan: &Plan) -> Result<Kernel, EngineError> {
        let alone = Kernel::of(&plan.sweep);
        // Where not even one step is within the driver's limit, a share of its samples is.
        if alone.iterations(plan.sweep.batch) > self.most_iterations() && !alone.exact {
            return Ok(Kernel { shared: true, ..alone });
        }
        match Kernel::sharing(&plan.sweep, plan.sweep.models() as usize) {
            Some(shared) if !self.is_software() => self.faster(plan, [alone, shared]).await,
            _ => Ok(alone),
        }
    }

    /// The faster of two kernels for a plan.
    async fn faster(&self, plan: &Plan, kernels: [Kernel; 2]) -> Result<Kernel, EngineError> {
        let class = Class::of_sweep(&plan.sweep);
        let lock = || self.faster.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, kernel)) = lock().iter().find(|(known, _)| *known == class) {
            return Ok(*kernel);
        }
        let most = self.largest_binding();
        let mut rates = [0.0; 2];
        for (rate, kernel) in rates.iter_mut().zip(kernels) {
            *rate = Training::with(self, plan, kernel, most).await?.measure(plan).await?;
        }
        let kernel = kernels[usize::from(rates[1] > rates[0])];
        lock().push((class, kernel));
        Ok(kernel)
    }

    fn altered(&self, text: String) -> String {
        self.alter.map_or(text.clone(), |alter| alter(text))
    }

    /// The pipeline of a kernel, compiled at most once.
    async fn pipeline(&self, kernel: Kernel) -> Result<wgpu::ComputePipeline, EngineError> {
        let lock = || self.pipelines.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(pipeline) = lock().get(&kernel) {
            return Ok(pipeline.clone());
        }
        let text = self.altered(kernel.source());
        let made = |device: &_| compile(device, &format!("train {kernel:?}"), text, "train");
        let pipeline = self.context.guard(made).await?;
        lock().insert(kernel, pipeline.clone());
        Ok(pipeline)
    }

    /// Bytes of memory that a workgroup may have.
    pub fn workgroup_memory(&self) -> usize {
        self.context.device.limits().max_compute_workgroup_storage_size as usize
    }

    /// The kernel of a study.
    pub(crate) fn study_kernel(&self, study: &toy::Study, split: bool) -> StudyKernel {
        StudyKernel::of(study, split, self.is_software(), self.workgroup_memory())
    }

    /// Workgroups that share each model of a plan: more than one where a large GPU would idle, or a
    /// driver would end their loops.
    pub(crate) fn study_parts(&self, plan: &StudyPlan) -> u32 {
        let (batch, models) = (plan.study.batch, plan.models.len());
        let kernel = self.study_kernel(&plan.study, false);
        let whole = kernel.iterations(batch);
        let most = u64::from(self.most_iterations());
        if whole > most {
            // A part's samples are whole tiles.
            let tiles = batch.div_ceil(kernel.sizes().tile as u32);
            let within = |parts: &u32| {
                let samples = tiles.div_ceil(*parts) * kernel.sizes().tile as u32;
                kernel.iterations(samples) <= most
            };
            return (2..=tiles).find(within).unwrap_or(tiles.max(1));
        }
        if self.is_software() { 1 } else { study::shares(kernel, batch, models) }
    }

    /// Most steps that a dispatch of a study's kernel may take.
    pub(crate) fn longest_study_dispatch(&self, kernel: StudyKernel, plan: &StudyPlan) -> u32 {
        let most = u64::from(self.most_iterations());
        let steps = most / kernel.iterations(plan.study.batch).max(1);
        steps.clamp(1, record::LONGEST.into()) as u32
    }

    /// The pipelines of a study's kernel, compiled at most once.
    async fn study_pipelines(
        &self,
        kernel: StudyKernel,
    ) -> Result<Vec<wgpu::ComputePipeline>, EngineError> {
        let lock = || self.study_pipelines.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(pipelines) = lock().get(&kernel) {
            return Ok(pipelines.clone());
        }
        let mut pipelines = vec![];
        for (entry, text) in kernel.sources() {
            let (label, text) = (format!("{entry} {kernel:?}"), self.altered(text));
            let made = |device: &_| compile(device, &label, text, entry);
            pipelines.push(self.context.guard(made).await?);
        }
        lock().insert(kernel, pipelines.clone());
        Ok(pipelines)
    }
}

/// WebGPU's default limits, and where more is offered more memory: for a workgroup, and for a
/// binding.
fn limits(offered: &wgpu::Limits) -> wgpu::Limits {
    const WORKGROUP: u32 = 32_768;
    const BINDING: u64 = 1 << 30;
    let usual = wgpu::Limits::default();
    wgpu::Limits {
        max_compute_workgroup_storage_size: offered
            .max_compute_workgroup_storage_size
            .clamp(usual.max_compute_workgroup_storage_size, WORKGROUP),
        max_storage_buffer_binding_size: offered
            .max_storage_buffer_binding_size
            .clamp(usual.max_storage_buffer_binding_size, BINDING),
        max_buffer_size: offered.max_buffer_size.clamp(usual.max_buffer_size, BINDING),
        ..usual
    }
}

fn compile(device: &wgpu::Device, label: &str, text: String, entry: &str) -> wgpu::ComputePipeline {
    let source = wgpu::ShaderSource::Wgsl(text.into());
    let descriptor = wgpu::ShaderModuleDescriptor { label: Some(label), source };
    // SAFETY: the text is our own. Its loops end: each counts up to a bound, with no other
    // writes to the counter. Its accesses are in bounds: state at p * models + i with i < models,
    // checked on entry or by the number of workgroups, in buffers of as many parameters times models; tables at a place's row,
    // column and step, of which `Training` uploads all; cells within a row's table, by its bits;
    // workgroup memory at a moment of a lane, for which it is made.
    // It has no integer division but by the models a row and the repeats, which are positive.
    // A study's kernel: state at a parameter of a model below the dispatch's number; losses at a
    // point of the curve, by a step below the run's; tables as uploaded; tiles at a sample below the
    // tile's size, which is a whole number of jobs, times a quad of features or hidden units; marks of
    // units below their number, as `toy::study::sample` tests; its divisors are constants and the
    // run's steps, which are positive.
    // The checks left out would cost time in the innermost loops.
    #[expect(unsafe_code, reason = "leaves out run-time checks that the comment above replaces")]
    let module = unsafe {
        device.create_shader_module_trusted(descriptor, wgpu::ShaderRuntimeChecks::unchecked())
    };
    device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
        label: Some(label),
        layout: None,
        module: &module,
        entry_point: Some(entry),
        compilation_options: Default::default(),
        cache: None,
    })
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use crate::plan::Shard;
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
        let found = block_on(gpu.faster(&plan, kernels)).expect("a healthy device");
        assert!(kernels.contains(&found));
        gpu.context.device.destroy();
        assert_eq!(block_on(gpu.faster(&plan, kernels)).expect("nothing to measure"), found);
    }
}
