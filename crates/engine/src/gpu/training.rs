//! One share of a sweep in training: its state in buffers, dispatches, and readback.

use super::Gpu;
use super::context::{Context, Submission};
use super::flight::Flight;
use super::layout::{self, Run};
use super::readback::{Readback, buffer};
use super::shader::{GROUP, Kernel};
use crate::EngineError;
use crate::pace::Ramp;
use crate::plan::Plan;
use std::ops::Range;
use wgpu::BufferUsages;

/// Most parts that one step of all models is divided into.
const MOST_PARTS: u32 = 64;

/// A share of a sweep in training on the GPU.
pub struct Training {
    context: Context,
    name: String,
    kernel: Kernel,
    pipeline: wgpu::ComputePipeline,
    blocks: Vec<Block>,
    common: Run,
    flight: Flight,
    parameters: usize,
    models: usize,
    readback: Readback,
}

/// As many models of a share as fit into one binding a state buffer.
struct Block {
    /// Workgroups before this block, and in it.
    first_group: u32,
    groups: u32,
    /// Models before this block.
    offset: u32,
    models: u32,
    run: wgpu::Buffer,
    /// Parameters, first and second moments, each at `p * models + i`.
    state: [wgpu::Buffer; 3],
    bindings: wgpu::BindGroup,
}

impl Training {
    /// Uploads the models of a plan.
    ///
    /// # Errors
    /// When the GPU is lost, or has too little memory.
    pub async fn new(gpu: &Gpu, plan: &Plan) -> Result<Self, EngineError> {
        let most = gpu.context.device.limits().max_storage_buffer_binding_size;
        let kernel = gpu.kernel(plan).await?;
        Self::with(gpu, plan, kernel, most).await
    }

    /// As [`new`](Self::new), with a workgroup a model or an invocation, as before: kernels add in
    /// other orders.
    ///
    /// # Errors
    /// When the GPU is lost, or has too little memory.
    pub async fn as_before(gpu: &Gpu, plan: &Plan, shared: bool) -> Result<Self, EngineError> {
        let most = gpu.context.device.limits().max_storage_buffer_binding_size;
        let alone = Kernel::of(&plan.sweep);
        Self::with(gpu, plan, Kernel { shared: shared && !alone.exact, ..alone }, most).await
    }

    /// As [`new`](Self::new), with one of the kernels that train the plan's sweep, and with
    /// bindings of at most so many bytes.
    ///
    /// # Errors
    /// When the GPU is lost, or has too little memory.
    pub async fn with(
        gpu: &Gpu,
        plan: &Plan,
        kernel: Kernel,
        most: u64,
    ) -> Result<Self, EngineError> {
        let context = gpu.context.clone();
        let pipeline = gpu.pipeline(kernel).await?;
        let (parameters, models) = (plan.sweep.parameters(), plan.models());
        let fit = most / (4 * parameters as u64 * u64::from(GROUP)) * u64::from(GROUP);
        let fit = u32::try_from(fit).unwrap_or(u32::MAX).max(GROUP);
        let blocks = context
            .guard(|_| {
                let tables = Tables::new(&context, plan, kernel);
                let starts = (0..models as u32).step_by(fit as usize);
                starts
                    .map(|offset| {
                        let models = (models as u32 - offset).min(fit);
                        tables.block(&context, &pipeline, parameters, offset, models)
                    })
                    .collect::<Vec<_>>()
            })
            .await?;
        let groups: u32 = blocks.iter().map(|block| block.groups).sum();
        let training = Self {
            context,
            name: gpu.name(),
            kernel,
            pipeline,
            blocks,
            common: Run::new(plan),
            flight: Flight::new(groups.clamp(1, MOST_PARTS)),
            parameters,
            models,
            readback: Readback::default(),
        };
        // Moments start at zero, as buffers do.
        training.write(0, &plan.initial_parameters());
        Ok(training)
    }

    /// Trains for a moment, over and over from the schedule's start; returns model-steps/s.
    ///
    /// # Errors
    /// When the GPU is lost.
    pub async fn measure(&mut self, plan: &Plan) -> Result<f64, EngineError> {
        let mut ramp = Ramp::new(plan.sweep.steps);
        loop {
            let submission = self.dispatch(0..self.groups(), 0, ramp.steps());
            let submitted = submission.submitted;
            let done = submission.wait(&self.context).await?;
            if let Some(rate) = ramp.took(done.saturating_duration_since(submitted)) {
                return Ok(rate * self.models as f64);
            }
        }
    }

    /// Workgroups that all models take.
    fn groups(&self) -> u32 {
        self.blocks.last().map_or(0, |block| block.first_group + block.groups)
    }

    /// Trains for about one slice, at most `limit` steps from `step` on; returns the steps taken.
    ///
    /// When the future is dropped before it is done, models may be left at different steps.
    ///
    /// # Errors
    /// When the GPU is lost.
    pub async fn advance(
        &mut self,
        _plan: &Plan,
        step: u32,
        limit: u32,
    ) -> Result<u32, EngineError> {
        self.context.check()?;
        let groups = self.groups();
        if groups == 0 {
            return Ok(limit);
        }
        let whole = self.flight.parts;
        let steps = (self.flight.wanted() / whole).min(limit);
        if steps > 0 {
            let submission = self.dispatch(0..groups, step, steps);
            self.flight.add(&self.context, submission, steps * whole).await?;
            return Ok(steps);
        }
        // Not even one step fits: some of the models at a time.
        let mut first = 0;
        while first < groups {
            let end = groups.min(first + groups * self.flight.wanted().min(whole) / whole);
            let parts = ((end - first) * whole).div_ceil(groups);
            let submission = self.dispatch(first..end, step, 1);
            self.flight.add(&self.context, submission, parts).await?;
            first = end;
        }
        Ok(1)
    }

    /// Parameters by parameter, then model.
    ///
    /// # Errors
    /// When the GPU is lost.
    pub async fn parameters(&mut self) -> Result<Vec<f32>, EngineError> {
        self.read(0).await
    }

    /// Parameters, first and second moments, each by parameter, then model.
    ///
    /// # Errors
    /// When the GPU is lost.
    pub async fn state(&mut self) -> Result<[Vec<f32>; 3], EngineError> {
        Ok([self.read(0).await?, self.read(1).await?, self.read(2).await?])
    }

    /// The adapter's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The kernel that trains.
    pub fn kernel(&self) -> Kernel {
        self.kernel
    }

    /// Replaces what [`state`](Self::state) returns.
    ///
    /// # Panics
    /// When a vector has another length.
    pub fn set_state(&mut self, state: &[Vec<f32>; 3]) {
        for (which, values) in state.iter().enumerate() {
            self.write(which, values);
        }
    }

    /// Sends a range of workgroups through some steps.
    fn dispatch(&self, groups: Range<u32>, first_step: u32, steps: u32) -> Submission {
        let mut encoder = self.context.device.create_command_encoder(&Default::default());
        {
            let mut pass = encoder.begin_compute_pass(&Default::default());
            pass.set_pipeline(&self.pipeline);
            for block in &self.blocks {
                let local = |group: u32| group.saturating_sub(block.first_group).min(block.groups);
                let (start, end) = (local(groups.start), local(groups.end));
                if start == end {
                    continue;
                }
                let run = Run {
                    first_step,
                    steps,
                    first_model: start * self.kernel.models_a_group(),
                    models: block.models,
                    offset: block.offset,
                    ..self.common
                };
                // Written in the queue's order: after the submissions before, ahead of this one.
                self.context.queue.write_buffer(&block.run, 0, bytemuck::bytes_of(&run));
                pass.set_bind_group(0, &block.bindings, &[]);
                pass.dispatch_workgroups(end - start, 1, 1);
            }
        }
        self.context.submit(encoder)
    }

    /// Writes one of the three state arrays of all models.
    fn write(&self, which: usize, values: &[f32]) {
        assert_eq!(values.len(), self.parameters * self.models, "one value a parameter and model");
        for block in &self.blocks {
            let (offset, models) = (block.offset as usize, block.models as usize);
            for p in 0..self.parameters {
                let plane = &values[p * self.models + offset..][..models];
                let at = (p * models * 4) as u64;
                self.context.queue.write_buffer(
                    &block.state[which],
                    at,
                    bytemuck::cast_slice(plane),
                );
            }
        }
    }

    /// Reads one of the three state arrays of all models.
    async fn read(&mut self, which: usize) -> Result<Vec<f32>, EngineError> {
        self.context.check()?;
        let mut all = vec![0.0; self.parameters * self.models];
        for block in &self.blocks {
            let source = &block.state[which];
            let look = |bytes: &[u8]| {
                let models = block.models as usize;
                for (p, plane) in bytes.chunks_exact(4 * models).enumerate() {
                    let target = &mut all[p * self.models + block.offset as usize..][..models];
                    bytemuck::cast_slice_mut(target).copy_from_slice(plane);
                }
            };
            self.readback.read(&self.context, source, look).await?;
        }
        Ok(all)
    }
}

/// What all models of a share read.
struct Tables {
    kernel: Kernel,
    /// Binding and buffer.
    bindings: Vec<(u32, wgpu::Buffer)>,
}

impl Tables {
    fn new(context: &Context, plan: &Plan, kernel: Kernel) -> Self {
        let (rows, cells) = layout::rows(plan);
        let rates: Vec<[f32; 4]> =
            plan.rates.iter().map(|r| [r.rate, r.root, r.decay, r.padding]).collect();
        let importances: Vec<f32> = plan.importances.iter().map(|&r| r as f32).collect();
        let upload = |label, bytes: &[u8]| {
            let usage = BufferUsages::STORAGE | BufferUsages::COPY_DST;
            let buffer = buffer(&context.device, label, bytes.len() as u64, usage);
            context.queue.write_buffer(&buffer, 0, bytes);
            buffer
        };
        let mut bindings = vec![
            (4, upload("rates", bytemuck::cast_slice(&rates))),
            (5, upload("importances", bytemuck::cast_slice(&importances))),
            (6, upload("rows", &rows)),
        ];
        if !kernel.exact {
            bindings.push((7, upload("cells", bytemuck::cast_slice(&cells))));
        }
        Self { kernel, bindings }
    }

    fn block(
        &self,
        context: &Context,
        pipeline: &wgpu::ComputePipeline,
        parameters: usize,
        offset: u32,
        models: u32,
    ) -> Block {
        let device = &context.device;
        let usage = BufferUsages::UNIFORM | BufferUsages::COPY_DST;
        let run = buffer(device, "run", size_of::<Run>() as u64, usage);
        let state = ["parameters", "first moments", "second moments"].map(|label| {
            let usage = BufferUsages::STORAGE | BufferUsages::COPY_SRC | BufferUsages::COPY_DST;
            buffer(device, label, 4 * parameters as u64 * u64::from(models), usage)
        });
        let own = [(0, &run), (1, &state[0]), (2, &state[1]), (3, &state[2])];
        let shared = self.bindings.iter().map(|(binding, buffer)| (*binding, buffer));
        let entries: Vec<wgpu::BindGroupEntry> = own
            .into_iter()
            .chain(shared)
            .map(|(binding, buffer)| wgpu::BindGroupEntry {
                binding,
                resource: buffer.as_entire_binding(),
            })
            .collect();
        let bindings = device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: Some("models"),
            layout: &pipeline.get_bind_group_layout(0),
            entries: &entries,
        });
        // Every block but the last is full, so its groups are too.
        let a_group = self.kernel.models_a_group();
        let (first_group, groups) = (offset / a_group, models.div_ceil(a_group));
        Block { first_group, groups, offset, models, run, state, bindings }
    }
}
