//! What a GPU can do at most, as far as programs see it.

use super::Gpu;
use super::readback::{Readback, buffer};
use super::unroll::unroll;
use crate::EngineError;
use crate::pace::Ramp;
use wgpu::BufferUsages;

/// Independent chains of four an invocation, the length of a round's part of them, and the rounds.
const CHAINS: usize = 8;
const DEPTH: usize = 4;
const ROUNDS: usize = 1024;
/// Workgroups of 64 that are added at a time, and the most that a dispatch may have.
const GROUPS: u32 = 64;
const MOST_GROUPS: u32 = 65_535;
const LANES: usize = 64;
/// Factor and addend of a chain, and its start in units of its number.
const TERMS: [f32; 4] = [1.0 - 1.0 / 4096.0, 1.0 / 4096.0, 0.25, 0.0];

/// The kernel's text; its entry point is `peak`.
pub fn source() -> String {
    let text = include_str!("../../../../shaders/peak.wgsl");
    unroll(text, &[("CHAINS", CHAINS), ("DEPTH", DEPTH)])
}

/// Operations/s of independent chains of fused multiplications and additions, each of which counts
/// as two.
///
/// # Errors
/// When the GPU is lost, or its chains do not come to what they must.
pub async fn peak(gpu: &Gpu) -> Result<f64, EngineError> {
    let context = gpu.context.clone();
    let (pipeline, bindings, found) = context
        .guard(|device| {
            let source = wgpu::ShaderSource::Wgsl(gpu.altered(source()).into());
            let descriptor = wgpu::ShaderModuleDescriptor { label: Some("peak"), source };
            let pipeline = device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
                label: Some("peak"),
                layout: None,
                module: &device.create_shader_module(descriptor),
                entry_point: Some("peak"),
                compilation_options: Default::default(),
                cache: None,
            });
            let usage = BufferUsages::STORAGE | BufferUsages::COPY_SRC;
            let floats = u64::from(MOST_GROUPS) * LANES as u64;
            let found = buffer(device, "found", 4 * floats, usage);
            let usage = BufferUsages::UNIFORM | BufferUsages::COPY_DST;
            let terms = buffer(device, "terms", size_of_val(&TERMS) as u64, usage);
            context.queue.write_buffer(&terms, 0, bytemuck::bytes_of(&TERMS));
            let entries = [(0, &found), (1, &terms)].map(|(binding, buffer)| {
                wgpu::BindGroupEntry { binding, resource: buffer.as_entire_binding() }
            });
            let bindings = device.create_bind_group(&wgpu::BindGroupDescriptor {
                label: Some("peak"),
                layout: &pipeline.get_bind_group_layout(0),
                entries: &entries,
            });
            (pipeline, bindings, found)
        })
        .await?;
    let mut ramp = Ramp::new(MOST_GROUPS / GROUPS);
    let rate = loop {
        let mut encoder = context.device.create_command_encoder(&Default::default());
        {
            let mut pass = encoder.begin_compute_pass(&Default::default());
            pass.set_pipeline(&pipeline);
            pass.set_bind_group(0, &bindings, &[]);
            pass.dispatch_workgroups(GROUPS * ramp.steps(), 1, 1);
        }
        let submission = context.submit(encoder);
        let submitted = submission.submitted;
        let done = submission.wait(&context).await?;
        if let Some(rate) = ramp.took(done.saturating_duration_since(submitted)) {
            break rate;
        }
    };
    let mut first = 0.0;
    let look = |bytes: &[u8]| first = bytemuck::pod_read_unaligned(&bytes[..4]);
    Readback::default().read(&context, &found, look).await?;
    // Rounding may add up to a few thousandths; half the rounds would be off by one.
    let expected = expected();
    if (first - expected).abs() > 5e-2 {
        let what = format!("chains of multiplications come to {first} instead of {expected}");
        context.distrust(&what);
        return Err(EngineError::Wrong { name: gpu.name(), what });
    }
    let fused = (GROUPS as usize * LANES * ROUNDS * DEPTH * CHAINS * 4) as f64;
    Ok(2.0 * fused * rate)
}

/// What an invocation comes to: each chain goes the same part of its way from its start to 1.
fn expected() -> f32 {
    let left = f64::from(TERMS[0]).powi((ROUNDS * DEPTH) as i32);
    let chain = |i: usize| 1.0 + (f64::from(TERMS[2]) * i as f64 - 1.0) * left;
    (4.0 * (0..CHAINS).map(chain).sum::<f64>()) as f32
}
