//! The device: what it is, how far it is believed, and what it has compiled.

use super::context::{Context, one_line};
use super::record;
use super::shader::Kernel;
use super::study_shader::StudyKernel;
use crate::EngineError;
use crate::study::Plan as StudyPlan;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use wire::Class;

/// A GPU that can be computed on; clones share it.
#[derive(Clone)]
pub struct Gpu {
    pub(super) context: Context,
    info: wgpu::AdapterInfo,
    pipelines: Arc<Mutex<HashMap<Kernel, wgpu::ComputePipeline>>>,
    study_pipelines: Arc<Mutex<HashMap<StudyKernel, Vec<wgpu::ComputePipeline>>>>,
    /// The faster kernel of each class of sweeps of few models.
    pub(super) faster: Arc<Mutex<Vec<(Class, Kernel)>>>,
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
    pub(super) async fn on(adapter: &wgpu::Adapter) -> Result<Self, EngineError> {
        let info = adapter.get_info();
        let descriptor = wgpu::DeviceDescriptor {
            label: Some("superphase"),
            required_limits: limits(&adapter.limits()),
            ..Default::default()
        };
        let (device, queue) = adapter.request_device(&descriptor).await.map_err(|error| {
            let name = &info.name;
            EngineError::NoGpu(format!("{name} refused: {}", one_line(&error)))
        })?;
        let context = Context::new(device, queue);
        Ok(Self {
            context,
            info,
            pipelines: Arc::default(),
            study_pipelines: Arc::default(),
            faster: Arc::default(),
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
    pub(super) fn most_iterations(&self) -> u32 {
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

    /// Judges the device anew, whatever it has computed wrong.
    pub(crate) fn forgive(&self) {
        self.context.forgive();
    }

    /// The adapter's name; browsers may keep it to themselves.
    pub fn name(&self) -> String {
        let name = self.info.name.trim();
        if name.is_empty() { "WebGPU".into() } else { name.into() }
    }

    /// What drives it, as far as that is known.
    pub fn driver(&self) -> String {
        let wgpu::AdapterInfo { backend, driver, driver_info, .. } = &self.info;
        let words = format!("{backend:?} {driver} {driver_info}");
        words.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// Whether the adapter imitates a GPU on the CPU.
    pub fn is_software(&self) -> bool {
        let name = self.info.name.to_ascii_lowercase();
        let imitations = ["swiftshader", "llvmpipe", "microsoft basic render"];
        self.info.device_type == wgpu::DeviceType::Cpu
            || imitations.iter().any(|imitation| name.contains(imitation))
    }

    /// A kernel's text as it is compiled.
    pub(super) fn altered(&self, text: String) -> String {
        self.alter.map_or(text.clone(), |alter| alter(text))
    }

    /// The pipeline of a kernel, compiled at most once.
    pub(super) async fn pipeline(
        &self,
        kernel: Kernel,
    ) -> Result<wgpu::ComputePipeline, EngineError> {
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

    /// Most steps that a dispatch of a study's kernel may take.
    pub(crate) fn longest_study_dispatch(&self, kernel: StudyKernel, plan: &StudyPlan) -> u32 {
        let most = u64::from(self.most_iterations());
        let steps = most / kernel.iterations(plan.study.batch).max(1);
        steps.clamp(1, record::LONGEST.into()) as u32
    }

    /// The pipelines of a study's kernel, compiled at most once.
    pub(super) async fn study_pipelines(
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
