//! What a GPU is worth: how fast its kernels are next to what arithmetic alone would allow, and
//! whether they are right.

use crate::gpu::peak::peak;
use crate::gpu::{self, Gpu, NetworkTraining, StudyTraining};
use crate::network::NetworkRun;
use crate::plan::Plan;
use crate::run::SweepRun;
use crate::study::StudyRun;
use crate::{EngineError, Run, study};
use std::time::Duration;
use toy::axis::Span;
use toy::network::Network;
use toy::spec::Spec;
use toy::sweep::Data;
use toy::{Study, Sweep};
use web_time::Instant;
use wire::{Gauge, Job, Shard};

/// Time that a run is checked for.
const CHECKING: Duration = Duration::from_millis(500);
/// Operations of Adam, a parameter.
const ADAM: f64 = 14.0;

/// The kernels that are gauged: a name, a job, and what a model-step of it costs where that was
/// counted.
pub fn cases() -> Vec<(&'static str, Job, Option<f64>)> {
    let exact = Sweep { columns: 64, rows: 64, repeats: 4, ..Sweep::default() };
    let sampled = Sweep { data: Data::Sampled, repeats: 1, batch: 1024, ..exact.clone() };
    let exact = |features, hidden| Sweep { features, hidden, ..exact.clone() };
    let sampled = |features, hidden| Sweep { features, hidden, ..sampled.clone() };
    let study = |features, hidden, ratio| Study {
        features,
        hidden,
        ratio,
        instances: 7,
        repeats: 9,
        density: Span::new(1.0, 0.001),
        batch: 1024,
        ..Study::default()
    };
    let retrieval = Network::preset("retrieval").map_or_else(Network::default, |p| (p.spec)());
    let mut all: Vec<(&'static str, Job, Option<f64>)> = vec![];
    // Counted by hand: for each output two strips and a square in closed form, then Adam.
    all.push(("exact 2 in 1", exact(2, 1).into(), Some(350.0)));
    all.push(("exact 3 in 2", exact(3, 2).into(), None));
    for (name, sweep) in [("sampled 2 in 1", sampled(2, 1)), ("sampled 4 in 3", sampled(4, 3))] {
        let operations = of_samples(&sweep);
        all.push((name, sweep.into(), Some(operations)));
    }
    for (name, study) in [
        ("study 20 in 5", study(20, 5, 0.9)),
        ("study 80 in 20", study(80, 20, 0.9)),
        ("study 400 in 30", study(400, 30, 0.99)),
    ] {
        let operations = of_study(&study);
        all.push((name, Job::Study(study), Some(operations)));
    }
    for (name, network) in [("transformer", Network::default()), ("retrieval", retrieval)] {
        let operations = of_network(&network);
        all.push((name, Job::Network(network), Some(operations)));
    }
    all
}

/// Operations of a batch's samples that are not all zero, and of the optimiser: 16 to draw a
/// feature, 8 a weight forward and backward, 5 a feature for residual and gate.
fn batch(n: u32, m: u32, samples: f64) -> f64 {
    let (n, m) = (f64::from(n), f64::from(m));
    samples * (8.0 * n * m + 21.0 * n) + ADAM * (n * m + n)
}

/// Samples of a batch that are not all zero, on average over densities.
fn active(samples: u32, features: u32, densities: impl Iterator<Item = f64>) -> f64 {
    let some: Vec<f64> = densities.map(|d| 1.0 - (1.0 - d).powi(features as i32)).collect();
    f64::from(samples) * some.iter().sum::<f64>() / some.len().max(1) as f64
}

fn of_samples(sweep: &Sweep) -> f64 {
    let densities = (0..sweep.rows).map(|row| sweep.density_at(row));
    batch(sweep.features, sweep.hidden, active(sweep.batch, sweep.features, densities))
}

fn of_study(study: &Study) -> f64 {
    let densities = (0..study.instances).map(|instance| study.density_at(instance));
    batch(study.features, study.hidden, active(study.batch, study.features, densities))
}

/// The products of matrices alone: two operations a weight and token, forward and twice backward.
fn of_network(network: &Network) -> f64 {
    6.0 * network.parameters() as f64 * f64::from(network.batch) * f64::from(network.tokens)
}

/// Gauges one of the [`cases`]; `None` where there is none of this number.
///
/// # Errors
/// When the GPU is lost or its arithmetic is wrong. That a kernel is wrong is part of what is found.
pub async fn gauge(gpu: &Gpu, case: usize) -> Result<Option<Gauge>, EngineError> {
    let Some((kernel, job, operations)) = cases().into_iter().nth(case) else { return Ok(None) };
    // Each kernel is judged by itself.
    gpu.forgive();
    let peak = peak(gpu).await?;
    let mut gauge = Gauge {
        adapter: gpu.name(),
        driver: gpu.driver(),
        peak,
        kernel: kernel.into(),
        models: models(&job),
        rate: 0.0,
        operations,
        steps: 0,
        error: None,
    };
    match measured(gpu, &job).await {
        Ok(rate) => gauge.rate = rate,
        Err(error) => gauge.error = Some(error.to_string()),
    }
    if gauge.error.is_none() {
        let checked = check(gpu, &job, &mut gauge.steps).await;
        gauge.error = checked.err().map(|error| error.to_string());
    }
    Ok(Some(gauge))
}

fn models(job: &Job) -> u32 {
    match job {
        Job::Sweep(sweep) => sweep.columns * sweep.rows * sweep.repeats,
        _ => job.parts(),
    }
}

/// Model-steps/s of the kernel alone.
async fn measured(gpu: &Gpu, job: &Job) -> Result<f64, EngineError> {
    match job {
        Job::Sweep(sweep) => {
            let plan = Plan::new(sweep, Shard::ALL);
            gpu::Training::new(gpu, &plan).await?.measure(&plan).await
        }
        Job::Study(study) => {
            let plan = study::Plan::new(study, Shard::ALL);
            StudyTraining::new(gpu, &plan).await?.measure(&plan).await
        }
        Job::Network(network) => {
            let models: Vec<u32> = (0..network.models() as u32).collect();
            NetworkTraining::new(gpu, network, &models).await?.measure().await
        }
        // Never on a GPU.
        Job::Translation(_) => Ok(0.0),
    }
}

/// Trains for a moment as always, while the CPU checks.
async fn check(gpu: &Gpu, job: &Job, steps: &mut u32) -> Result<(), EngineError> {
    let models: Vec<u32> = (0..job.parts()).collect();
    let mut run = match job {
        Job::Sweep(sweep) => {
            Run::Sweep(SweepRun::new(Plan::of_rows(sweep, models), Some(gpu)).await?)
        }
        Job::Study(study) => Run::Study(StudyRun::new(study, models, Some(gpu)).await?),
        Job::Network(network) => Run::Network(NetworkRun::new(network, &models, Some(gpu)).await?),
        Job::Translation(_) => return Ok(()),
    };
    let begun = Instant::now();
    while !run.is_done() && begun.elapsed() < CHECKING {
        run.advance(u32::MAX).await?;
    }
    // What is asked for is checked to its last step.
    run.checkpoint().await?;
    *steps = run.step();
    Ok(())
}
