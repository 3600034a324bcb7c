//! Runs a tape on the GPU, for several models at once.

use super::calls::{Call, Places, Writer};
use crate::EngineError;
use crate::gpu::Gpu;
use crate::gpu::context::{Context, Submission};
use crate::gpu::readback::{Readback, buffer};
use crate::gpu::record::{Copies, Follow, Record, Recorder, dispatches};
use bytemuck::{Pod, Zeroable};
use std::collections::HashMap;
use toy::tape::{Id, Operation, Tape, Tokens};
use wgpu::{BufferUsages, ShaderStages};

/// What all calls have in common; `Run` in `operation.wgsl`.
#[repr(C)]
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
struct Run {
    numbers: u32,
    tokens: u32,
    state: u32,
    parameters: u32,
    seed: u32,
    beta1: f32,
    beta2: f32,
    epsilon: f32,
}

/// What a tape is run with.
pub struct Setup<'a> {
    /// The operations.
    pub tape: &'a Tape,
    /// Key in the random streams, and first density, of each model.
    pub models: Vec<[u32; 2]>,
    /// Threshold and bits of the scale of each density.
    pub densities: Vec<[u32; 2]>,
    /// Calls that make the batch, before the tape's.
    pub draw: Vec<Call>,
    /// Seed of the run.
    pub seed: u32,
    /// Decays of the moments, and Adam's epsilon.
    pub adam: [f32; 3],
    /// Rate, root, decay and bits of the point of the loss curve, of every step.
    pub rates: Vec<[f32; 4]>,
    /// Points of the loss curve.
    pub points: usize,
}

/// A tape on the GPU with the numbers of several models.
pub struct Runner {
    context: Context,
    places: Places,
    parameters: usize,
    /// Numbers of a model's moments and losses.
    state_size: usize,
    models: usize,
    data: wgpu::Buffer,
    slope: wgpu::Buffer,
    tokens: wgpu::Buffer,
    state: wgpu::Buffer,
    clock: wgpu::Buffer,
    bindings: wgpu::BindGroup,
    /// The calls of a step: pipeline, workgroups a model, and models.
    calls: Vec<(wgpu::ComputePipeline, u32, u32)>,
    readback: Readback,
    /// Keeps what is recorded of models.
    pub(crate) recorder: Recorder,
}

/// Bytes from one call's operands to the next's, as WebGPU wants it.
const ALIGNMENT: usize = 256;

impl Runner {
    /// Memory, operands and pipelines for a tape. All numbers begin as 0.
    ///
    /// # Errors
    /// When the GPU is lost, or has too little memory.
    pub async fn new(gpu: &Gpu, setup: Setup<'_>) -> Result<Self, EngineError> {
        let context = gpu.context.clone();
        let Setup { tape, models, densities, draw, seed, adam, rates, points } = setup;
        let places = Places::new(tape);
        let writer = Writer { tape, places: &places, seed };
        let mut calls = draw;
        calls.extend(tape.operations.iter().flat_map(|operation| writer.forward(operation)));
        let learns = |operation: &&Operation| operation_learns(tape, operation);
        let back = tape.operations.iter().rev().filter(learns);
        calls.extend(back.flat_map(|operation| writer.backward(operation)));
        let (parameters, count) = (tape.parameters(), models.len());
        calls.push(Call::new("move_parameters", parameters, &[]));
        calls.push(Call::new("tick", 1, &[]));
        let state_size = 2 * parameters + points;
        let limit = context.device.limits().max_storage_buffer_binding_size as usize;
        if 4 * count * places.numbers.max(state_size) > limit {
            return Err(EngineError::Memory);
        }
        let [beta1, beta2, epsilon] = adam;
        let run = Run {
            numbers: places.numbers as u32,
            tokens: places.token_count as u32,
            state: state_size as u32,
            parameters: parameters as u32,
            seed,
            beta1,
            beta2,
            epsilon,
        };
        let operands: Vec<u8> = calls.iter().flat_map(|call| padded(&call.words)).collect();
        let tables: Vec<u32> = models.iter().chain(&densities).flatten().copied().collect();
        let made = context
            .guard(|device| {
                let usage = BufferUsages::STORAGE | BufferUsages::COPY_SRC | BufferUsages::COPY_DST;
                let room =
                    |label, size: usize| buffer(device, label, 4 * size.max(1) as u64, usage);
                let upload = |label, bytes: &[u8], usage| {
                    let usage = usage | BufferUsages::COPY_DST;
                    let buffer = buffer(device, label, bytes.len().max(4) as u64, usage);
                    context.queue.write_buffer(&buffer, 0, bytes);
                    buffer
                };
                let data = room("numbers", count * places.numbers);
                let slope = room("gradients", count * places.numbers);
                let tokens = room("tokens", count * places.token_count);
                let state = room("state", count * state_size);
                let clock = room("clock", 1);
                let calls_buffer = upload("calls", &operands, BufferUsages::UNIFORM);
                let run = upload("run", bytemuck::bytes_of(&run), BufferUsages::UNIFORM);
                let tables = upload("tables", bytemuck::cast_slice(&tables), BufferUsages::STORAGE);
                let rates = upload("rates", bytemuck::cast_slice(&rates), BufferUsages::STORAGE);
                let layout = layout(device);
                let whole = [&run, &data, &slope, &tokens, &state, &tables, &clock, &rates];
                let call = wgpu::BufferBinding {
                    buffer: &calls_buffer,
                    offset: 0,
                    size: std::num::NonZeroU64::new(64),
                };
                let first = wgpu::BindGroupEntry {
                    binding: 0,
                    resource: wgpu::BindingResource::Buffer(call),
                };
                let others = (1..).zip(whole).map(|(binding, buffer)| wgpu::BindGroupEntry {
                    binding,
                    resource: buffer.as_entire_binding(),
                });
                let entries: Vec<_> = std::iter::once(first).chain(others).collect();
                let bindings = device.create_bind_group(&wgpu::BindGroupDescriptor {
                    label: Some("operations"),
                    layout: &layout,
                    entries: &entries,
                });
                let pipelines = pipelines(device, &layout, &calls, gpu.altered(super::source()));
                (data, slope, tokens, state, clock, bindings, pipelines)
            })
            .await?;
        let (data, slope, tokens, state, clock, bindings, pipelines) = made;
        let together = |call: &Call| {
            let models = if call.entry == "tick" { 1 } else { count as u32 };
            (pipelines[call.entry].clone(), call.groups, models)
        };
        let calls = calls.iter().map(together).collect();
        Ok(Self {
            context,
            places,
            parameters,
            state_size,
            models: count,
            data,
            slope,
            tokens,
            state,
            clock,
            bindings,
            calls,
            readback: Readback::default(),
            recorder: Recorder::default(),
        })
    }

    /// The device.
    pub(crate) fn context(&self) -> &Context {
        &self.context
    }

    fn write(&self, buffer: &wgpu::Buffer, at: usize, bytes: &[u8]) {
        self.context.queue.write_buffer(buffer, 4 * at as u64, bytes);
    }

    /// Replaces the parameters of a model, by its place.
    pub fn write_parameters(&self, model: usize, parameters: &[f32]) {
        self.write(&self.data, model * self.places.numbers, bytemuck::cast_slice(parameters));
    }

    /// Replaces a tensor of a model, by its place.
    pub fn write_tensor(&self, model: usize, id: Id, values: &[f32]) {
        let at = model * self.places.numbers + self.places.of(id) as usize;
        self.write(&self.data, at, bytemuck::cast_slice(values));
    }

    /// Replaces a list of tokens of a model, by its place.
    pub fn write_tokens(&self, model: usize, tokens: Tokens, values: &[u32]) {
        let at = model * self.places.token_count + self.places.of_tokens(tokens) as usize;
        self.write(&self.tokens, at, bytemuck::cast_slice(values));
    }

    /// Replaces moments and loss sums of a model, one after the other.
    pub fn write_state(&self, model: usize, state: &[f32]) {
        self.write(&self.state, model * self.state_size, bytemuck::cast_slice(state));
    }

    /// Takes steps with the first so many models. One of them may be followed: its states go into a
    /// record, so many steps apart at most.
    pub(crate) fn submit(
        &mut self,
        models: usize,
        first_step: u32,
        steps: u32,
        follow: Option<(&Follow, u32)>,
    ) -> Submission {
        self.write(&self.clock, 0, bytemuck::bytes_of(&first_step));
        let mut record = follow.map(|(follow, apart)| {
            let floats = 3 * self.parameters;
            let marks = marks(first_step, steps, follow.passages, apart);
            (self.recorder.start(&self.context.device, follow, floats), marks)
        });
        let mut encoder = self.context.device.create_command_encoder(&Default::default());
        for step in first_step..=first_step + steps {
            if let Some((record, _)) = record.as_mut().filter(|(_, marks)| marks.contains(&step)) {
                self.copy_out(&mut encoder, record, step);
            }
            if step == first_step + steps {
                break;
            }
            encoder.clear_buffer(&self.slope, 0, None);
            let mut pass = encoder.begin_compute_pass(&Default::default());
            for (place, (pipeline, groups, all)) in self.calls.iter().enumerate() {
                pass.set_pipeline(pipeline);
                pass.set_bind_group(0, &self.bindings, &[(place * ALIGNMENT) as u32]);
                pass.dispatch_workgroups(*groups, 1, (*all).min(models as u32));
            }
        }
        let submission = self.context.submit(encoder);
        record.into_iter().for_each(|(record, _)| self.recorder.keep(record, &submission));
        submission
    }

    /// Copies the model that a record follows into it, as it is at a step.
    fn copy_out(&self, encoder: &mut wgpu::CommandEncoder, record: &mut Record, step: u32) {
        let (place, size) = (record.models.start, 4 * self.parameters as u64);
        let at = record.place(step, 3 * self.parameters);
        let from = 4 * (place * self.places.numbers) as u64;
        encoder.copy_buffer_to_buffer(&self.data, from, &record.staging, at, size);
        let from = 4 * (place * self.state_size) as u64;
        encoder.copy_buffer_to_buffer(&self.state, from, &record.staging, at + size, 2 * size);
    }

    /// Waits for records: parameters, first and second moments after each number of steps.
    pub(crate) async fn read_records(
        &mut self,
        records: &[Record],
    ) -> Result<Vec<Copies>, EngineError> {
        let floats = 3 * self.parameters;
        self.recorder.read(&self.context, records, floats).await
    }

    /// Takes steps and waits for them.
    ///
    /// # Errors
    /// When the GPU is lost.
    pub async fn take(&mut self, first_step: u32, steps: u32) -> Result<(), EngineError> {
        self.context.check()?;
        let submission = self.submit(self.models, first_step, steps, None);
        submission.wait(&self.context).await?;
        Ok(())
    }

    /// Parameters of every model.
    ///
    /// # Errors
    /// When the GPU is lost.
    pub async fn parameters(&mut self) -> Result<Vec<Vec<f32>>, EngineError> {
        let buffer = self.data.clone();
        self.gather(&buffer, self.places.numbers, self.parameters).await
    }

    /// The last step's gradients of every model.
    ///
    /// # Errors
    /// When the GPU is lost.
    pub async fn gradients(&mut self) -> Result<Vec<Vec<f32>>, EngineError> {
        let buffer = self.slope.clone();
        self.gather(&buffer, self.places.numbers, self.parameters).await
    }

    /// First and second moments and loss sums of every model, one after the other.
    ///
    /// # Errors
    /// When the GPU is lost.
    pub async fn states(&mut self) -> Result<Vec<Vec<f32>>, EngineError> {
        let buffer = self.state.clone();
        self.gather(&buffer, self.state_size, self.state_size).await
    }

    /// The first numbers of every model in a buffer.
    async fn gather(
        &mut self,
        from: &wgpu::Buffer,
        stride: usize,
        size: usize,
    ) -> Result<Vec<Vec<f32>>, EngineError> {
        self.context.check()?;
        if self.models == 0 || size == 0 {
            return Ok(vec![vec![]; self.models]);
        }
        let bytes = 4 * size as u64;
        let usage = BufferUsages::COPY_SRC | BufferUsages::COPY_DST;
        let made = |device: &_| buffer(device, "gathered", bytes * self.models as u64, usage);
        let gathered = self.context.guard(made).await?;
        let mut encoder = self.context.device.create_command_encoder(&Default::default());
        for model in 0..self.models as u64 {
            let at = 4 * stride as u64 * model;
            encoder.copy_buffer_to_buffer(from, at, &gathered, bytes * model, bytes);
        }
        self.context.submit(encoder);
        let mut all = vec![];
        let look = |bytes: &[u8]| {
            let numbers: &[f32] = bytemuck::cast_slice(bytes);
            all = numbers.chunks_exact(size).map(<[f32]>::to_vec).collect();
        };
        self.readback.read(&self.context, &gathered, look).await?;
        Ok(all)
    }
}

/// Steps before which, or after which, the states of a followed model are kept: its last ones of a
/// submission.
fn marks(first_step: u32, steps: u32, passages: usize, apart: u32) -> Vec<u32> {
    let followed = steps.min(apart.saturating_mul(passages as u32));
    let first = first_step + steps - followed;
    let ends = dispatches(followed, apart).into_iter().scan(first, |step, length| {
        *step += length;
        Some(*step)
    });
    std::iter::once(first).chain(ends).collect()
}

/// Whether anything learns through an operation.
fn operation_learns(tape: &Tape, operation: &Operation) -> bool {
    let made = match operation {
        Operation::MatMul { out, .. }
        | Operation::Relu { out, .. }
        | Operation::Gelu { out, .. }
        | Operation::Norm { out, .. }
        | Operation::Attention { out, .. }
        | Operation::Embedding { out, .. }
        | Operation::Add { out, .. }
        | Operation::Select { out, .. }
        | Operation::Dropout { out, .. }
        | Operation::TopK { out, .. } => out,
        Operation::SquaredError { y, .. } => y,
        Operation::CrossEntropy { logits, .. } => logits,
    };
    tape.tensor(*made).learns
}

/// A call's operands as bytes, up to where the next one's begin.
fn padded(words: &[u32; 16]) -> Vec<u8> {
    let mut bytes = bytemuck::cast_slice(words).to_vec();
    bytes.resize(ALIGNMENT, 0);
    bytes
}

/// The bindings of all kernels.
fn layout(device: &wgpu::Device) -> wgpu::BindGroupLayout {
    let entry = |binding: u32| {
        let ty = match binding {
            0 | 1 => wgpu::BufferBindingType::Uniform,
            6 | 8 => wgpu::BufferBindingType::Storage { read_only: true },
            _ => wgpu::BufferBindingType::Storage { read_only: false },
        };
        wgpu::BindGroupLayoutEntry {
            binding,
            visibility: ShaderStages::COMPUTE,
            ty: wgpu::BindingType::Buffer {
                ty,
                has_dynamic_offset: binding == 0,
                min_binding_size: None,
            },
            count: None,
        }
    };
    let entries: Vec<_> = (0..9).map(entry).collect();
    device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
        label: Some("operations"),
        entries: &entries,
    })
}

/// A pipeline for each entry point that is called.
fn pipelines(
    device: &wgpu::Device,
    layout: &wgpu::BindGroupLayout,
    calls: &[Call],
    text: String,
) -> HashMap<&'static str, wgpu::ComputePipeline> {
    let module = device.create_shader_module(wgpu::ShaderModuleDescriptor {
        label: Some("operations"),
        source: wgpu::ShaderSource::Wgsl(text.into()),
    });
    let layout = device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
        label: Some("operations"),
        bind_group_layouts: &[Some(layout)],
        immediate_size: 0,
    });
    let mut all = HashMap::new();
    for call in calls {
        all.entry(call.entry).or_insert_with(|| {
            device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
                label: Some(call.entry),
                layout: Some(&layout),
                module: &module,
                entry_point: Some(call.entry),
                compilation_options: Default::default(),
                cache: None,
            })
        });
    }
    all
}
