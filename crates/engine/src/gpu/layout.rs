//! The structs shared with the shaders, and the tables made of them. `tests/gpu_shaders.rs` compares
//! each with its WGSL declaration.

use crate::plan::Plan;
use crate::study;
use bytemuck::{Pod, Zeroable};
use toy::MAX_FEATURES;
use toy::sample::Sampler;
use toy::sweep::Data;

/// What a dispatch does; `Run` in `train.wgsl`, which says what the fields mean.
#[repr(C)]
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[expect(missing_docs, reason = "documented where they are used, in the shader")]
pub struct Run {
    pub first_step: u32,
    pub steps: u32,
    pub first_model: u32,
    pub end: u32,
    pub models: u32,
    pub offset: u32,
    pub models_per_row: u32,
    pub repeats: u32,
    pub seed: u32,
    pub batch: u32,
    pub beta1: f32,
    pub beta2: f32,
    pub epsilon: f32,
    pub scale: f32,
    pub bias: f32,
}

impl Run {
    /// The part that all dispatches of a plan have in common.
    pub fn new(plan: &Plan) -> Self {
        let sweep = &plan.sweep;
        let terms = match sweep.data {
            Data::Exact => f64::from(sweep.features),
            Data::Sampled => f64::from(sweep.features) * f64::from(sweep.batch),
        };
        Self {
            models_per_row: plan.models_per_row() as u32,
            repeats: sweep.repeats,
            seed: sweep.seed,
            batch: sweep.batch,
            beta1: sweep.beta1 as f32,
            beta2: sweep.beta2 as f32,
            epsilon: sweep.epsilon as f32,
            scale: (2.0 / terms) as f32,
            bias: f32::from(u8::from(sweep.bias)),
            ..Self::zeroed()
        }
    }
}

/// What a dispatch of a study does; `Run` in `study.wgsl`, which says what the fields mean.
#[repr(C)]
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[expect(missing_docs, reason = "documented where they are used, in the shader")]
pub struct StudyDispatch {
    pub first_step: u32,
    pub steps: u32,
    pub all_steps: u32,
    pub points: u32,
    pub first_model: u32,
    pub stride: u32,
    pub seed: u32,
    pub batch: u32,
    pub beta1: f32,
    pub beta2: f32,
    pub epsilon: f32,
    pub scale: f32,
    pub share: f32,
    pub bias: f32,
    pub parts: u32,
}

impl StudyDispatch {
    /// The part that all dispatches of a plan have in common.
    pub fn new(plan: &study::Plan) -> Self {
        let study = &plan.study;
        Self {
            all_steps: study.steps,
            points: plan.points() as u32,
            seed: study.seed,
            batch: study.batch,
            beta1: study.beta1 as f32,
            beta2: study.beta2 as f32,
            epsilon: study.epsilon as f32,
            scale: plan.scale(),
            share: 1.0 / study.batch as f32,
            bias: f32::from(u8::from(study.bias)),
            ..Self::zeroed()
        }
    }
}

/// A 24-bit probability; `Threshold` in `sample.wgsl`.
#[repr(C)]
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[expect(missing_docs, reason = "documented where they are used, in the shader")]
pub struct Threshold {
    pub below: u32,
    pub scale: f32,
}

impl From<toy::sample::Threshold> for Threshold {
    fn from(threshold: toy::sample::Threshold) -> Self {
        Self { below: threshold.below, scale: threshold.scale }
    }
}

/// A row of sampled data; `Row` in `sample.wgsl`, with `Binomial` written out.
#[repr(C)]
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[expect(missing_docs, reason = "documented where they are used, in the shader")]
pub struct SampledRow {
    pub key: u32,
    pub count: [u32; 3],
    pub later: Threshold,
    pub first: [Threshold; MAX_FEATURES],
}

/// A row of exact data; `Row` in `population.wgsl`.
#[repr(C)]
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[expect(missing_docs, reason = "documented where they are used, in the shader")]
pub struct ExactRow {
    pub key: u32,
    pub share: [f32; toy::population::MAX_EXACT + 1],
}

impl ExactRow {
    /// The row of a density.
    pub fn new(key: u32, features: u32, density: f64) -> Self {
        let mut share = [0.0; toy::population::MAX_EXACT + 1];
        for (k, p) in share.iter_mut().enumerate().take(features as usize + 1) {
            let k = k as i32;
            *p = (density.powi(k) * (1.0 - density).powi(features as i32 - k)) as f32;
        }
        Self { key, share }
    }
}

/// A plan's rows as bytes, and the cells of the binomial tables they refer to (none if exact).
pub fn rows(plan: &Plan) -> (Vec<u8>, Vec<u32>) {
    let keys = plan.rows.iter().map(|row| row * plan.models_per_row() as u32);
    match plan.sweep.data {
        Data::Exact => {
            let row = |(key, &density)| ExactRow::new(key, plan.sweep.features, density);
            let rows: Vec<_> = keys.zip(&plan.densities).map(row).collect();
            (bytemuck::cast_slice(&rows).to_vec(), vec![])
        }
        Data::Sampled => {
            let mut cells = vec![];
            let row = |(key, sampler): (u32, &Sampler)| {
                let table = &sampler.count;
                let count = [table.base, table.bits, cells.len() as u32];
                cells.extend_from_slice(&table.cells);
                let first = sampler.first.map(Threshold::from);
                SampledRow { key, count, later: sampler.later.into(), first }
            };
            let rows: Vec<_> = keys.zip(&plan.samplers).map(row).collect();
            (bytemuck::cast_slice(&rows).to_vec(), cells)
        }
    }
}
