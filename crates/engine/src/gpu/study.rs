//! A share of a study in training on the GPU: a workgroup a model, or several.

use super::context::{Context, Submission};
use super::device::Gpu;
use super::flight::Flight;
use super::layout::StudyDispatch;
use super::readback::{Readback, buffer};
use super::record::{Follow, MOST_DISPATCHES, Record, Recorder, Recording, States, dispatches};
use super::study_shader::{StudyKernel, padded, unpadded};
use crate::EngineError;
use crate::pace::Growth;
use crate::study::Plan;
use std::ops::Range;
use toy::Study;
use toy::binomial::Binomial;
use toy::study::snapshot::Trained;
use toy::study::train::{self, Learner};
use toy::train::Model;
use wgpu::BufferUsages;

/// Most parts that one step of all models is divided into.
const MOST_PARTS: u32 = 64;
/// Words of a model's entry in the tables: its key and two distributions.
const STRIDE: u32 = 7;
/// Distance of the descriptions of a submission's dispatches, as WebGPU wants them aligned.
const RUN_STRIDE: u64 = 256;
/// Descriptions there is room for: steps of a submission where each is a dispatch of its own.
const SLOTS: usize = 64;
/// Workgroups that keep a large GPU busy, and the most that share a model.
const MANY_GROUPS: usize = 384;
const MOST_SHARES: u32 = 16;

/// A share of a study in training on the GPU.
pub struct StudyTraining {
    context: Context,
    name: String,
    kernel: StudyKernel,
    stages: Vec<Stage>,
    common: StudyDispatch,
    run: wgpu::Buffer,
    /// Parameters, first and second moments, each model's together.
    state: [wgpu::Buffer; 3],
    losses: wgpu::Buffer,
    flight: Flight,
    readback: Readback,
    /// Floats of a model's parameters, padded to quads.
    parameters: usize,
    models: Vec<u32>,
    /// Most steps of a dispatch, and the most that are allowed.
    longest: u32,
    allowed: u32,
    recorder: Recorder,
}

/// One of the dispatches that make a step, or several steps.
struct Stage {
    pipeline: wgpu::ComputePipeline,
    /// One for each description.
    bindings: Vec<wgpu::BindGroup>,
    /// Workgroups a model.
    groups: u32,
}

/// Workgroups that may share each of so many models, where that may keep a large GPU busier.
fn shares(kernel: StudyKernel, batch: u32, models: usize) -> u32 {
    let tiles = batch.div_ceil(kernel.sizes().tile as u32);
    ((MANY_GROUPS / models.max(1)) as u32).min(tiles).clamp(1, MOST_SHARES)
}

impl StudyTraining {
    /// Uploads the models of a plan.
    ///
    /// # Errors
    /// When the GPU is lost, or has too little memory.
    pub async fn new(gpu: &Gpu, plan: &Plan) -> Result<Self, EngineError> {
        if let Some(why) = super::study_shader::refuses(&plan.study) {
            return Err(EngineError::NoGpu(why.trim_end_matches('.').into()));
        }
        let parts = Self::parts(gpu, plan);
        Self::with(gpu, plan, gpu.study_kernel(&plan.study, parts > 1), parts).await
    }

    /// Workgroups that share each model of a plan: more than one where a large GPU would idle, or a
    /// driver would end their loops.
    fn parts(gpu: &Gpu, plan: &Plan) -> u32 {
        let (batch, models) = (plan.study.batch, plan.models.len());
        let kernel = gpu.study_kernel(&plan.study, false);
        let whole = kernel.iterations(batch);
        let most = u64::from(gpu.most_iterations());
        if whole > most {
            // A part's samples are whole tiles.
            let tiles = batch.div_ceil(kernel.sizes().tile as u32);
            let within = |parts: &u32| {
                let samples = tiles.div_ceil(*parts) * kernel.sizes().tile as u32;
                kernel.iterations(samples) <= most
            };
            return (2..=tiles).find(within).unwrap_or(tiles.max(1));
        }
        if gpu.is_software() { 1 } else { shares(kernel, batch, models) }
    }

    /// As [`new`](Self::new), with one of the study's kernels and so many workgroups a model: one,
    /// unless the kernel splits models.
    ///
    /// # Errors
    /// When the GPU is lost, or has too little memory.
    pub async fn with(
        gpu: &Gpu,
        plan: &Plan,
        kernel: StudyKernel,
        parts: u32,
    ) -> Result<Self, EngineError> {
        let pipelines = gpu.study_pipelines(kernel).await?;
        let context = gpu.context.clone();
        let (parameters, models) = (kernel.parameters(), plan.models.len());
        let sums = if kernel.split { (parameters + 4) * models * parts as usize } else { 0 };
        let largest = [parameters * models, sums].into_iter().max().unwrap_or(0);
        if 4 * largest as u64 > gpu.largest_binding() {
            return Err(EngineError::Memory);
        }
        let (run, state, losses, stages) = context
            .guard(|_| {
                let device = &context.device;
                let usage = BufferUsages::UNIFORM | BufferUsages::COPY_DST;
                let run = buffer(device, "run", RUN_STRIDE * SLOTS as u64, usage);
                let usage = BufferUsages::STORAGE | BufferUsages::COPY_SRC | BufferUsages::COPY_DST;
                // A share without models has buffers, too.
                let floats =
                    |label, count: usize| buffer(device, label, 4 * count.max(4) as u64, usage);
                let state = ["parameters", "first moments", "second moments"]
                    .map(|label| floats(label, parameters * models));
                let sums = floats("sums", sums);
                let losses = floats("losses", plan.points() * models);
                let (tables, cells) = tables(plan, kernel);
                let rates: Vec<[f32; 4]> =
                    plan.rates.iter().map(|r| [r.rate, r.root, r.decay, r.padding]).collect();
                let upload = |label, bytes: &[u8]| {
                    let buffer = buffer(device, label, bytes.len() as u64, usage);
                    context.queue.write_buffer(&buffer, 0, bytes);
                    buffer
                };
                let rates = upload("rates", bytemuck::cast_slice(&rates));
                let cells = upload("cells", bytemuck::cast_slice(&cells));
                let tables = upload("tables", bytemuck::cast_slice(&tables));
                let [p, m, v] = &state;
                let all = [
                    (1, p),
                    (2, m),
                    (3, v),
                    (4, &sums),
                    (5, &losses),
                    (6, &rates),
                    (7, &cells),
                    (8, &tables),
                ];
                let used: &[&[u32]] = if kernel.split {
                    &[&[1, 4, 7, 8], &[1, 2, 3, 4, 5, 6, 7, 8]]
                } else {
                    &[&[1, 2, 3, 5, 6, 7, 8]]
                };
                let stage = |(place, pipeline): (usize, wgpu::ComputePipeline)| {
                    let binding = |slot: usize| {
                        let run = wgpu::BufferBinding {
                            buffer: &run,
                            offset: slot as u64 * RUN_STRIDE,
                            size: wgpu::BufferSize::new(size_of::<StudyDispatch>() as u64),
                        };
                        let some = all.iter().filter(|(binding, _)| used[place].contains(binding));
                        let entries: Vec<_> = [(0, wgpu::BindingResource::Buffer(run))]
                            .into_iter()
                            .chain(some.map(|(binding, b)| (*binding, b.as_entire_binding())))
                            .map(|(binding, resource)| wgpu::BindGroupEntry { binding, resource })
                            .collect();
                        device.create_bind_group(&wgpu::BindGroupDescriptor {
                            label: Some("study"),
                            layout: &pipeline.get_bind_group_layout(0),
                            entries: &entries,
                        })
                    };
                    let bindings = (0..SLOTS).map(binding).collect();
                    Stage { bindings, groups: if place == 0 { parts } else { 1 }, pipeline }
                };
                let stages: Vec<Stage> = pipelines.into_iter().enumerate().map(stage).collect();
                (run, state, losses, stages)
            })
            .await?;
        let allowed = if kernel.split { 1 } else { gpu.longest_study_dispatch(kernel, plan) };
        let training = Self {
            context,
            name: gpu.name(),
            kernel,
            stages,
            common: StudyDispatch { stride: STRIDE, parts, ..StudyDispatch::new(plan) },
            run,
            state,
            losses,
            flight: Flight::new((models as u32).clamp(1, MOST_PARTS)),
            readback: Readback::default(),
            parameters,
            models: plan.models.clone(),
            longest: allowed,
            allowed,
            recorder: Recorder::default(),
        };
        let start = plan.models.iter().map(|&model| train::start(&plan.study, model));
        // Moments and losses start at zero, as buffers do.
        training.write(0, start);
        Ok(training)
    }

    /// The kernel that trains, and workgroups a model.
    pub(crate) fn kernel(&self) -> (StudyKernel, u32) {
        (self.kernel, self.common.parts)
    }

    /// Trains for a moment, over and over from the schedule's start; returns model-steps/s. Begins
    /// with few models.
    ///
    /// # Errors
    /// When the GPU is lost.
    pub async fn measure(&mut self, plan: &Plan) -> Result<f64, EngineError> {
        let Study { features, hidden, batch, steps, .. } = plan.study;
        let operations = 8 * u64::from(features * hidden) * u64::from(batch);
        let steps = steps.min(self.most_steps());
        let mut ramp = Growth::new(operations, self.groups(), steps, self.kernel.software);
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

    fn groups(&self) -> u32 {
        self.models.len() as u32
    }

    /// Trains for about one slice, at most `limit` steps from `step` on; returns the steps taken.
    ///
    /// When the future is dropped before it is done, models may be left at different steps.
    ///
    /// # Errors
    /// When the GPU is lost.
    pub async fn advance(&mut self, step: u32, limit: u32) -> Result<u32, EngineError> {
        self.advance_recording(step, limit, None).await
    }

    /// Most steps of a submission.
    fn most_steps(&self) -> u32 {
        if self.kernel.split { SLOTS as u32 } else { MOST_DISPATCHES as u32 * self.longest }
    }

    /// What has been learned.
    ///
    /// # Errors
    /// When the GPU is lost.
    pub async fn read(&mut self) -> Result<Vec<Trained>, EngineError> {
        let parameters = self.fetch(&self.state[0].clone()).await?;
        let sums = self.fetch(&self.losses.clone()).await?;
        let points = sums.len() / self.models.len().max(1);
        let one = |(place, &model): (usize, &u32)| Trained {
            model,
            parameters: unpadded(self.kernel, &parameters[place * self.parameters..]),
            sums: sums[place * points..][..points].to_vec(),
        };
        Ok(self.models.iter().enumerate().map(one).collect())
    }

    /// Every model with its optimiser state.
    ///
    /// # Errors
    /// When the GPU is lost.
    pub async fn models(&mut self) -> Result<Vec<Model<f32>>, EngineError> {
        let mut all = vec![];
        for which in 0..3 {
            all.push(self.fetch(&self.state[which].clone()).await?);
        }
        let part = |which: usize, place: usize| {
            unpadded(self.kernel, &all[which][place * self.parameters..])
        };
        let one = |place| Model {
            parameters: part(0, place),
            first: part(1, place),
            second: part(2, place),
        };
        Ok((0..self.models.len()).map(one).collect())
    }

    /// Replaces the state of every model.
    ///
    /// # Panics
    /// When there are not as many models, or one has another size.
    pub fn set_models(&mut self, models: &[Model<f32>]) {
        self.write(0, models.iter().map(|model| model.parameters.clone()));
        self.write(1, models.iter().map(|model| model.first.clone()));
        self.write(2, models.iter().map(|model| model.second.clone()));
    }

    fn write(&self, which: usize, models: impl Iterator<Item = Vec<f32>>) {
        let values: Vec<f32> = models.flat_map(|model| padded(self.kernel, &model)).collect();
        assert_eq!(values.len(), self.parameters * self.models.len(), "a state a model");
        self.context.queue.write_buffer(&self.state[which], 0, bytemuck::cast_slice(&values));
    }

    async fn fetch(&mut self, source: &wgpu::Buffer) -> Result<Vec<f32>, EngineError> {
        self.context.check()?;
        let mut all = vec![];
        if !self.models.is_empty() {
            let look = |bytes: &[u8]| all.extend_from_slice(bytemuck::cast_slice(bytes));
            self.readback.read(&self.context, source, look).await?;
        }
        Ok(all)
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
        let floats = 3 * self.parameters;
        let mut record =
            follow.map(|follow| self.recorder.start(&self.context.device, follow, floats));
        // Records begin where as many dispatches are left as are to be followed.
        let quiet = follow.map_or(0, |follow| lengths.len().saturating_sub(follow.passages));
        let mut encoder = self.context.device.create_command_encoder(&Default::default());
        let mut step = first_step;
        for (slot, length) in lengths.into_iter().enumerate() {
            if let Some(record) = record.as_mut().filter(|_| slot >= quiet) {
                self.copy_out(&mut encoder, record, step);
            }
            let run = StudyDispatch {
                first_step: step,
                steps: length,
                first_model: models.start,
                ..self.common
            };
            // Written in the queue's order: after the submissions before, ahead of this one.
            let at = slot as u64 * RUN_STRIDE;
            self.context.queue.write_buffer(&self.run, at, bytemuck::bytes_of(&run));
            let mut pass = encoder.begin_compute_pass(&Default::default());
            for stage in &self.stages {
                pass.set_pipeline(&stage.pipeline);
                pass.set_bind_group(0, &stage.bindings[slot], &[]);
                pass.dispatch_workgroups(models.end - models.start, stage.groups, 1);
            }
            drop(pass);
            step += length;
        }
        if let Some(record) = &mut record {
            self.copy_out(&mut encoder, record, step);
        }
        let submission = self.context.submit(encoder);
        record.into_iter().for_each(|record| self.recorder.keep(record, &submission));
        submission
    }

    /// Copies the model that a record follows into it, as it is at a step.
    fn copy_out(&self, encoder: &mut wgpu::CommandEncoder, record: &mut Record, step: u32) {
        let size = 4 * self.parameters as u64;
        let from = record.models.start as u64 * size;
        let mut at = record.place(step, 3 * self.parameters);
        for state in &self.state {
            encoder.copy_buffer_to_buffer(state, from, &record.staging, at, size);
            at += size;
        }
    }
}

impl Recording for StudyTraining {
    fn name(&self) -> &str {
        &self.name
    }

    fn keep_short(&mut self, steps: u32) {
        self.longest = steps.clamp(1, self.allowed);
    }

    fn recorded(&mut self) -> Option<Record> {
        self.recorder.take()
    }

    async fn read_records(&mut self, records: &[Record]) -> Result<Vec<States>, EngineError> {
        let (size, kernel) = (self.parameters, self.kernel);
        let records = self.recorder.read(&self.context, records, 3 * size).await?;
        let model = |(step, state): (u32, Vec<f32>)| {
            let part = |k: usize| unpadded(kernel, &state[k * size..(k + 1) * size]);
            (step, Model { parameters: part(0), first: part(1), second: part(2) })
        };
        Ok(records.into_iter().map(|states| states.into_iter().map(model).collect()).collect())
    }

    fn rehearse(&mut self, place: usize, step: u32, steps: u32) {
        let follow =
            Follow { models: place..place + 1, passages: 1, last_only: false, apart: true };
        drop(self.dispatch(place as u32..place as u32 + 1, step, steps, Some(&follow)));
    }

    fn put_back(&self, place: usize, model: &Model<f32>) {
        let parts = [&model.parameters, &model.first, &model.second];
        for (buffer, values) in self.state.iter().zip(parts) {
            let at = 4 * (place * self.parameters) as u64;
            let values = padded(self.kernel, values);
            self.context.queue.write_buffer(buffer, at, bytemuck::cast_slice(&values));
        }
        let mut encoder = self.context.device.create_command_encoder(&Default::default());
        encoder.clear_buffer(&self.losses, 0, None);
        drop(self.context.submit(encoder));
    }

    fn distrust(&self, why: &str) {
        self.context.distrust(why);
    }

    async fn advance_recording(
        &mut self,
        step: u32,
        limit: u32,
        follow: Option<Follow>,
    ) -> Result<u32, EngineError> {
        self.context.check()?;
        let groups = self.groups();
        if groups == 0 {
            return Ok(limit);
        }
        let whole = self.flight.parts;
        let steps = self.flight.steps().min(limit).min(self.most_steps());
        let follow = follow.filter(|follow| !follow.last_only || steps.max(1) == limit);
        if steps > 0 {
            let submission = self.dispatch(0..groups, step, steps, follow.as_ref());
            self.flight.add(&self.context, submission, steps * whole).await?;
            return Ok(steps);
        }
        // Not even one step fits: some of the models at a time.
        let mut first = 0;
        while first < groups {
            let end = first + self.flight.share(groups - first, groups);
            let parts = ((end - first) * whole).div_ceil(groups);
            let here =
                |follow: &&Follow| (first as usize..end as usize).contains(&follow.models.start);
            let submission = self.dispatch(first..end, step, 1, follow.as_ref().filter(here));
            self.flight.add(&self.context, submission, parts).await?;
            first = end;
        }
        Ok(1)
    }

    async fn read(&mut self) -> Result<Vec<Trained>, EngineError> {
        self.read().await
    }

    async fn learners(&mut self) -> Result<Vec<Learner>, EngineError> {
        let (states, trained) = (self.models().await?, self.read().await?);
        let learner =
            |(state, Trained { model, sums, .. }): (_, Trained)| Learner { model, state, sums };
        Ok(states.into_iter().zip(trained).map(learner).collect())
    }

    fn set_learners(&mut self, learners: &[Learner]) {
        let states: Vec<_> = learners.iter().map(|learner| learner.state.clone()).collect();
        self.set_models(&states);
        let sums: Vec<f32> = learners.iter().flat_map(|l| l.sums.iter().copied()).collect();
        assert!(4 * sums.len() as u64 <= self.losses.size(), "a sum a point and model");
        self.context.queue.write_buffer(&self.losses, 0, bytemuck::cast_slice(&sums));
    }
}

/// Importances and places of a plan's models, and the cells of the distributions these refer to.
fn tables(plan: &Plan, kernel: StudyKernel) -> (Vec<u32>, Vec<u32>) {
    let mut cells = vec![];
    let mut entry = |table: &Binomial| {
        let at = cells.len() as u32;
        cells.extend_from_slice(&table.cells);
        [table.base, table.bits, at]
    };
    let instances: Vec<[[u32; 3]; 2]> = plan
        .samplers
        .iter()
        .map(|sampler| [entry(&sampler.count), entry(&sampler.law.active)])
        .collect();
    let mut tables: Vec<u32> = plan.importances.iter().map(|i| i.to_bits()).collect();
    tables.resize(4 * kernel.sizes().quads[0], 0);
    for &model in &plan.models {
        let [count, active] = instances[plan.study.place(model).0 as usize];
        tables.push(model);
        tables.extend(count.into_iter().chain(active));
    }
    (tables, cells)
}
