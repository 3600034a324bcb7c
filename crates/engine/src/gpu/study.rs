//! A share of a study in training on the GPU: a workgroup a model.

use super::Gpu;
use super::context::{Context, Submission};
use super::flight::Flight;
use super::layout::StudyDispatch;
use super::readback::{Readback, buffer};
use crate::EngineError;
use crate::pace::Ramp;
use crate::study::Plan;
use std::ops::Range;
use toy::binomial::Binomial;
use toy::study::snapshot::Trained;
use toy::study::train::{self, Learner};
use toy::train::Model;
use wgpu::BufferUsages;

/// Most parts that one step of all models is divided into.
const MOST_PARTS: u32 = 64;
/// Words of a model's entry in the tables: its key and two distributions.
const STRIDE: u32 = 7;

/// A share of a study in training on the GPU.
pub struct StudyTraining {
    context: Context,
    name: String,
    pipeline: wgpu::ComputePipeline,
    common: StudyDispatch,
    run: wgpu::Buffer,
    /// Parameters, first and second moments, each model's together.
    state: [wgpu::Buffer; 3],
    losses: wgpu::Buffer,
    bindings: wgpu::BindGroup,
    flight: Flight,
    readback: Readback,
    parameters: usize,
    models: Vec<u32>,
}

impl StudyTraining {
    /// Uploads the models of a plan.
    ///
    /// # Errors
    /// When the GPU is lost, or has too little memory.
    pub async fn new(gpu: &Gpu, plan: &Plan) -> Result<Self, EngineError> {
        let context = gpu.context.clone();
        let pipeline = gpu.study_pipeline(&plan.study).await?;
        let (parameters, models) = (plan.study.parameters(), plan.models.len());
        let (run, state, losses, bindings) = context
            .guard(|_| {
                let device = &context.device;
                let usage = BufferUsages::UNIFORM | BufferUsages::COPY_DST;
                let run = buffer(device, "run", size_of::<StudyDispatch>() as u64, usage);
                let usage = BufferUsages::STORAGE | BufferUsages::COPY_SRC | BufferUsages::COPY_DST;
                // A share without models has buffers, too.
                let floats =
                    |label, count: usize| buffer(device, label, 4 * count.max(1) as u64, usage);
                let state = ["parameters", "first moments", "second moments"]
                    .map(|label| floats(label, parameters * models));
                let gradient = floats("gradient", parameters * models);
                let losses = floats("losses", plan.points() * models);
                let (tables, cells) = tables(plan);
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
                let all = [&run, p, m, v, &gradient, &losses, &rates, &cells, &tables];
                let entries: Vec<wgpu::BindGroupEntry> = (0..)
                    .zip(all)
                    .map(|(binding, buffer)| wgpu::BindGroupEntry {
                        binding,
                        resource: buffer.as_entire_binding(),
                    })
                    .collect();
                let bindings = device.create_bind_group(&wgpu::BindGroupDescriptor {
                    label: Some("study"),
                    layout: &pipeline.get_bind_group_layout(0),
                    entries: &entries,
                });
                (run, state, losses, bindings)
            })
            .await?;
        let training = Self {
            context,
            name: gpu.name(),
            pipeline,
            common: StudyDispatch { stride: STRIDE, ..StudyDispatch::new(plan) },
            run,
            state,
            losses,
            bindings,
            flight: Flight::new((models as u32).clamp(1, MOST_PARTS)),
            readback: Readback::default(),
            parameters,
            models: plan.models.clone(),
        };
        let start: Vec<f32> =
            plan.models.iter().flat_map(|&model| train::start(&plan.study, model)).collect();
        // Moments and losses start at zero, as buffers do.
        training.write(0, &start);
        Ok(training)
    }

    /// Trains for a moment, over and over from the schedule's start; returns model-steps/s.
    ///
    /// # Errors
    /// When the GPU is lost.
    pub async fn measure(&mut self, plan: &Plan) -> Result<f64, EngineError> {
        let mut ramp = Ramp::new(plan.study.steps);
        loop {
            let submission = self.dispatch(0..self.groups(), 0, ramp.steps());
            let submitted = submission.submitted;
            let done = submission.wait(&self.context).await?;
            if let Some(rate) = ramp.took(done.saturating_duration_since(submitted)) {
                return Ok(rate * self.models.len() as f64);
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
            let end = groups.min(first + (groups * self.flight.wanted().min(whole) / whole).max(1));
            let parts = ((end - first) * whole).div_ceil(groups);
            let submission = self.dispatch(first..end, step, 1);
            self.flight.add(&self.context, submission, parts).await?;
            first = end;
        }
        Ok(1)
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
            parameters: parameters[place * self.parameters..][..self.parameters].to_vec(),
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
            all[which][place * self.parameters..][..self.parameters].to_vec()
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
        let join = |part: fn(&Model<f32>) -> &Vec<f32>| {
            models.iter().flat_map(|model| part(model).iter().copied()).collect::<Vec<f32>>()
        };
        self.write(0, &join(|model| &model.parameters));
        self.write(1, &join(|model| &model.first));
        self.write(2, &join(|model| &model.second));
    }

    /// The adapter's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// All that the models go on from.
    ///
    /// # Errors
    /// When the GPU is lost.
    pub async fn learners(&mut self) -> Result<Vec<Learner>, EngineError> {
        let (states, trained) = (self.models().await?, self.read().await?);
        let learner =
            |(state, Trained { model, sums, .. }): (_, Trained)| Learner { model, state, sums };
        Ok(states.into_iter().zip(trained).map(learner).collect())
    }

    /// Replaces what [`learners`](Self::learners) returns, of the same models in the same order.
    ///
    /// # Panics
    /// When there are not as many models, or one has another size.
    pub fn set_learners(&mut self, learners: &[Learner]) {
        let join = |part: fn(&Learner) -> &Vec<f32>| {
            learners.iter().flat_map(|l| part(l).iter().copied()).collect::<Vec<f32>>()
        };
        self.write(0, &join(|l| &l.state.parameters));
        self.write(1, &join(|l| &l.state.first));
        self.write(2, &join(|l| &l.state.second));
        let sums = join(|l| &l.sums);
        assert!(4 * sums.len() as u64 <= self.losses.size(), "a sum a point and model");
        self.context.queue.write_buffer(&self.losses, 0, bytemuck::cast_slice(&sums));
    }

    fn write(&self, which: usize, values: &[f32]) {
        assert_eq!(
            values.len(),
            self.parameters * self.models.len(),
            "a value a parameter and model"
        );
        self.context.queue.write_buffer(&self.state[which], 0, bytemuck::cast_slice(values));
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

    /// Sends a range of models through some steps.
    fn dispatch(&self, models: Range<u32>, first_step: u32, steps: u32) -> Submission {
        let run = StudyDispatch { first_step, steps, first_model: models.start, ..self.common };
        // Written in the queue's order: after the submissions before, ahead of this one.
        self.context.queue.write_buffer(&self.run, 0, bytemuck::bytes_of(&run));
        let mut encoder = self.context.device.create_command_encoder(&Default::default());
        {
            let mut pass = encoder.begin_compute_pass(&Default::default());
            pass.set_pipeline(&self.pipeline);
            pass.set_bind_group(0, &self.bindings, &[]);
            pass.dispatch_workgroups(models.end - models.start, 1, 1);
        }
        self.context.submit(encoder)
    }
}

/// Importances and places of a plan's models, and the cells of the distributions these refer to.
fn tables(plan: &Plan) -> (Vec<u32>, Vec<u32>) {
    let mut cells = vec![];
    let mut entry = |table: &Binomial| {
        let at = cells.len() as u32;
        cells.extend_from_slice(&table.cells);
        [table.base, table.bits, at]
    };
    let instances: Vec<[[u32; 3]; 2]> = plan
        .samplers
        .iter()
        .map(|sampler| [entry(&sampler.count), entry(&sampler.active)])
        .collect();
    let mut tables: Vec<u32> = plan.importances.iter().map(|i| i.to_bits()).collect();
    for &model in &plan.models {
        let [count, active] = instances[plan.study.place(model).0 as usize];
        tables.push(model);
        tables.extend(count.into_iter().chain(active));
    }
    (tables, cells)
}
