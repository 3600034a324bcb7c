//! One share of a sweep in training: its state in buffers, dispatches, and readback.

use super::context::{Context, Submission};
use super::device::Gpu;
use super::flight::Flight;
use super::layout::{self, Run};
use super::readback::{Readback, buffer};
use super::record::{Copies, Follow, MOST_DISPATCHES, Record, Recorder, dispatches};
use super::shader::{GROUP, Kernel};
use crate::EngineError;
use crate::pace::Growth;
use crate::plan::{Plan, operations};
use std::ops::Range;
use std::sync::PoisonError;
use wgpu::BufferUsages;
use wire::Class;

/// Fewest parts that one step of all models is divided into, where there are as many workgroups, and
/// the most operations of a part, with as many workgroups as there are at most.
const PARTS: u64 = 64;
const OPERATIONS_A_PART: u64 = 1_000_000_000;
/// Distance of the descriptions of a submission's dispatches, as WebGPU wants them aligned.
const RUN_STRIDE: u64 = 256;

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
    /// Whether a part of the models says how long all take, as on software adapters.
    serial: bool,
    /// Most steps of a dispatch, and the most that are allowed.
    longest: u32,
    allowed: u32,
    recorder: Recorder,
}

/// As many models of a share as fit into one binding a state buffer.
struct Block {
    /// Models before this block.
    offset: u32,
    models: u32,
    run: wgpu::Buffer,
    /// Parameters, first and second moments, each at `p * models + i`.
    state: [wgpu::Buffer; 3],
    /// One for each dispatch of a submission.
    bindings: Vec<wgpu::BindGroup>,
}

impl Training {
    /// Uploads the models of a plan.
    ///
    /// # Errors
    /// When the GPU is lost, or has too little memory.
    pub async fn new(gpu: &Gpu, plan: &Plan) -> Result<Self, EngineError> {
        let most = gpu.context.device.limits().max_storage_buffer_binding_size;
        let kernel = Self::choose(gpu, plan).await?;
        Self::with(gpu, plan, kernel, most).await
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
        let allowed = gpu.longest_dispatch(kernel, plan.sweep.batch);
        let groups = (models as u64).div_ceil(kernel.models_a_group().into());
        let work = operations(&plan.sweep).saturating_mul(models as u64);
        let parts = PARTS.max(work / OPERATIONS_A_PART).min(groups).max(1);
        let training = Self {
            context,
            name: gpu.name(),
            kernel,
            pipeline,
            blocks,
            common: Run::new(plan),
            flight: Flight::new(parts as u32),
            parameters,
            models,
            readback: Readback::default(),
            serial: gpu.is_software(),
            longest: allowed,
            allowed,
            recorder: Recorder::default(),
        };
        // Moments start at zero, as buffers do.
        training.write(0, &plan.initial_parameters());
        Ok(training)
    }

    /// The kernel to train a plan with. Where a workgroup a model may pay, that is measured once
    /// for each class of sweeps, but not on software adapters: they have no lanes to spare, and
    /// waiting for one another takes theirs longer than a model's whole step.
    pub(crate) async fn choose(gpu: &Gpu, plan: &Plan) -> Result<Kernel, EngineError> {
        let alone = Kernel::of(&plan.sweep);
        // Where not even one step is within the driver's limit, a share of its samples is.
        if alone.iterations(plan.sweep.batch) > gpu.most_iterations() && !alone.exact {
            return Ok(Kernel { shared: true, ..alone });
        }
        match Kernel::sharing(&plan.sweep, plan.sweep.models() as usize) {
            Some(shared) if !gpu.is_software() => Self::faster(gpu, plan, [alone, shared]).await,
            _ => Ok(alone),
        }
    }

    /// The faster of two kernels for a plan.
    pub(super) async fn faster(
        gpu: &Gpu,
        plan: &Plan,
        kernels: [Kernel; 2],
    ) -> Result<Kernel, EngineError> {
        let class = Class::of_sweep(&plan.sweep);
        let lock = || gpu.faster.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, kernel)) = lock().iter().find(|(known, _)| *known == class) {
            return Ok(*kernel);
        }
        let most = gpu.largest_binding();
        let mut rates = [0.0; 2];
        for (rate, kernel) in rates.iter_mut().zip(kernels) {
            *rate = Self::with(gpu, plan, kernel, most).await?.measure(plan).await?;
        }
        let kernel = kernels[usize::from(rates[1] > rates[0])];
        lock().push((class, kernel));
        Ok(kernel)
    }

    /// Trains for a moment, over and over from the schedule's start; returns model-steps/s. Begins
    /// with so little that no machine takes long for it, and does ever more from there.
    ///
    /// # Errors
    /// When the GPU is lost.
    pub async fn measure(&mut self, plan: &Plan) -> Result<f64, EngineError> {
        let steps = plan.sweep.steps.min(self.most_steps());
        let mut ramp = Growth::new(operations(&plan.sweep), self.models as u32, steps, self.serial);
        loop {
            let (models, steps) = ramp.next();
            let submission = self.dispatch(0..models, 0, steps, None);
            let submitted = submission.submitted;
            let done = submission.wait(&self.context).await?;
            if let Some(rate) = ramp.took(done.saturating_duration_since(submitted)) {
                return Ok(rate);
            }
        }
    }

    /// Most steps of a submission.
    fn most_steps(&self) -> u32 {
        MOST_DISPATCHES as u32 * self.longest
    }

    /// Most steps that a dispatch takes.
    pub fn longest(&self) -> u32 {
        self.longest
    }

    /// Keeps dispatches to so many steps, and to as many as the device gets right.
    pub fn keep_short(&mut self, steps: u32) {
        self.longest = steps.clamp(1, self.allowed);
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
        self.advance_recording(step, limit, None).await
    }

    /// The same, recording some models where asked to.
    ///
    /// # Errors
    /// When the GPU is lost.
    pub async fn advance_recording(
        &mut self,
        step: u32,
        limit: u32,
        follow: Option<Follow>,
    ) -> Result<u32, EngineError> {
        self.context.check()?;
        let models = self.models as u32;
        if models == 0 {
            return Ok(limit);
        }
        let whole = self.flight.parts;
        let steps = self.flight.steps().min(limit).min(self.most_steps());
        let follow = follow.filter(|follow| !follow.last_only || steps.max(1) == limit);
        if steps > 0 {
            let submission = self.dispatch(0..models, step, steps, follow.as_ref());
            self.flight.add(&self.context, submission, steps * whole).await?;
            return Ok(steps);
        }
        // Not even one step fits: some of the models at a time.
        let mut record = follow.map(|follow| self.start_record(&follow));
        let mut first = 0;
        while first < models {
            let share = self.flight.share(models - first, models);
            let end = models.min(first + share.next_multiple_of(self.kernel.models_a_group()));
            let parts = (u64::from(end - first) * u64::from(whole)).div_ceil(models.into()) as u32;
            let mut encoder = self.encoder();
            if let Some(record) = record.as_mut().filter(|_| first == 0) {
                self.copy_out(&mut encoder, record, step);
            }
            self.encode(&mut encoder, 0, first..end, step, 1);
            if let Some(record) = record.as_mut().filter(|_| end == models) {
                self.copy_out(&mut encoder, record, step + 1);
            }
            let submission = self.context.submit(encoder);
            if let Some(record) = record.take_if(|_| end == models) {
                self.recorder.keep(record, &submission);
            }
            self.flight.add(&self.context, submission, parts).await?;
            first = end;
        }
        Ok(1)
    }

    /// What the last slice has recorded, if it was asked to; once.
    pub fn recorded(&mut self) -> Option<Record> {
        self.recorder.take()
    }

    /// Waits for records, once the GPU has been given the work that makes them; each state is
    /// parameters, first and second moments of the models followed, each by parameter, then model.
    ///
    /// # Errors
    /// When the GPU is lost.
    pub async fn read_records(&mut self, records: &[Record]) -> Result<Vec<Copies>, EngineError> {
        self.recorder.read(&self.context, records, 3 * self.parameters).await
    }

    /// The same of one.
    ///
    /// # Errors
    /// When the GPU is lost.
    pub async fn read_record(&mut self, record: Record) -> Result<Copies, EngineError> {
        Ok(self.read_records(&[record]).await?.pop().unwrap_or_default())
    }

    /// Those of some neighbours that share buffers with the first.
    pub fn together(&self, models: Range<usize>) -> Range<usize> {
        let end = self.block_of(models.start).map_or(models.end, |block| {
            models.end.min(block.offset as usize + block.models as usize)
        });
        models.start..end
    }

    /// Takes some steps with these neighbours alone, and records them; all other models stay where
    /// they are.
    pub fn rehearse(&mut self, models: Range<usize>, step: u32, steps: u32) {
        let range = models.start as u32..models.end as u32;
        let follow = Follow { models, passages: 1, last_only: false, apart: true };
        drop(self.dispatch(range, step, steps, Some(&follow)));
    }

    /// Sets the state of some neighbours, laid out as a record's.
    pub fn put_back(&self, models: Range<usize>, state: &[f32]) {
        let Some(block) = self.block_of(models.start) else { return };
        let planes = state.chunks_exact(models.len());
        for (plane, values) in planes.enumerate() {
            let (which, p) = (plane / self.parameters, plane % self.parameters);
            let at = p * block.models as usize + models.start - block.offset as usize;
            let bytes = bytemuck::cast_slice(values);
            self.context.queue.write_buffer(&block.state[which], 4 * at as u64, bytes);
        }
    }

    /// The device is not to be believed, for this reason.
    pub fn distrust(&self, why: &str) {
        self.context.distrust(why);
    }

    fn block_of(&self, model: usize) -> Option<&Block> {
        self.blocks.iter().rfind(|block| block.offset as usize <= model)
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

    /// Sends a range of models through some steps, at most as many as fit a submission.
    fn dispatch(
        &mut self,
        models: Range<u32>,
        first_step: u32,
        steps: u32,
        follow: Option<&Follow>,
    ) -> Submission {
        let lengths = dispatches(steps, self.longest);
        let mut record = follow.map(|follow| self.start_record(follow));
        // Records begin where as many dispatches are left as are to be followed.
        let quiet = follow.map_or(0, |follow| lengths.len().saturating_sub(follow.passages));
        let (mut encoder, mut step) = (self.encoder(), first_step);
        for (slot, length) in lengths.into_iter().enumerate() {
            if let Some(record) = record.as_mut().filter(|_| slot >= quiet) {
                self.copy_out(&mut encoder, record, step);
            }
            self.encode(&mut encoder, slot, models.clone(), step, length);
            step += length;
        }
        if let Some(record) = &mut record {
            self.copy_out(&mut encoder, record, step);
        }
        let submission = self.context.submit(encoder);
        record.into_iter().for_each(|record| self.recorder.keep(record, &submission));
        submission
    }

    fn encoder(&self) -> wgpu::CommandEncoder {
        self.context.device.create_command_encoder(&Default::default())
    }

    /// Writes down one dispatch a block, the submission's number `slot`.
    fn encode(
        &self,
        encoder: &mut wgpu::CommandEncoder,
        slot: usize,
        models: Range<u32>,
        first_step: u32,
        steps: u32,
    ) {
        let mut pass = encoder.begin_compute_pass(&Default::default());
        pass.set_pipeline(&self.pipeline);
        for block in &self.blocks {
            let local = |model: u32| model.saturating_sub(block.offset).min(block.models);
            let (start, end) = (local(models.start), local(models.end));
            if start == end {
                continue;
            }
            let run = Run {
                first_step,
                steps,
                first_model: start,
                end,
                models: block.models,
                offset: block.offset,
                ..self.common
            };
            // Written in the queue's order: after the submissions before, ahead of this one.
            let at = slot as u64 * RUN_STRIDE;
            self.context.queue.write_buffer(&block.run, at, bytemuck::bytes_of(&run));
            pass.set_bind_group(0, &block.bindings[slot], &[]);
            pass.dispatch_workgroups((end - start).div_ceil(self.kernel.models_a_group()), 1, 1);
        }
    }

    fn start_record(&mut self, follow: &Follow) -> Record {
        let floats = 3 * self.parameters * follow.models.len();
        self.recorder.start(&self.context.device, follow, floats)
    }

    /// Copies the models that a record follows into it, as they are at a step.
    fn copy_out(&self, encoder: &mut wgpu::CommandEncoder, record: &mut Record, step: u32) {
        let Some(block) = self.block_of(record.models.start) else { return };
        let count = record.models.len();
        let mut at = record.place(step, 3 * self.parameters * count);
        for state in &block.state {
            for p in 0..self.parameters {
                let from = p * block.models as usize + record.models.start - block.offset as usize;
                let size = 4 * count as u64;
                encoder.copy_buffer_to_buffer(state, 4 * from as u64, &record.staging, at, size);
                at += size;
            }
        }
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
        Self { bindings }
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
        let run = buffer(device, "run", RUN_STRIDE * MOST_DISPATCHES as u64, usage);
        let state = ["parameters", "first moments", "second moments"].map(|label| {
            let usage = BufferUsages::STORAGE | BufferUsages::COPY_SRC | BufferUsages::COPY_DST;
            buffer(device, label, 4 * parameters as u64 * u64::from(models), usage)
        });
        let own = [(1, &state[0]), (2, &state[1]), (3, &state[2])];
        let shared = self.bindings.iter().map(|(binding, buffer)| (*binding, buffer));
        let buffers: Vec<_> = own.into_iter().chain(shared).collect();
        let slot = |slot: usize| {
            let run = wgpu::BufferBinding {
                buffer: &run,
                offset: slot as u64 * RUN_STRIDE,
                size: wgpu::BufferSize::new(size_of::<Run>() as u64),
            };
            let run =
                wgpu::BindGroupEntry { binding: 0, resource: wgpu::BindingResource::Buffer(run) };
            let rest = buffers.iter().map(|(binding, buffer)| wgpu::BindGroupEntry {
                binding: *binding,
                resource: buffer.as_entire_binding(),
            });
            let entries: Vec<_> = [run].into_iter().chain(rest).collect();
            device.create_bind_group(&wgpu::BindGroupDescriptor {
                label: Some("models"),
                layout: &pipeline.get_bind_group_layout(0),
                entries: &entries,
            })
        };
        let bindings = (0..MOST_DISPATCHES).map(slot).collect();
        Block { offset, models, run, state, bindings }
    }
}
