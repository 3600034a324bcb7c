//! `superphase devices`.

use crate::error::Error;
use crate::output::Output;
use engine::gpu::{self, Adapter};
use engine::plan::{Plan, Shard};
use engine::{Choice, Engine, EngineError, Found, Kind};
use pollster::block_on;
use std::fmt::Write;
use std::time::{Duration, Instant};
use toy::Sweep;
use wire::Job;

/// Time that the CPU is measured for.
const TRIAL: Duration = Duration::from_millis(300);

/// Says what each choice of engine comes to on this machine, for the default sweep, and lists the
/// adapters, with what is measured on each.
pub fn run() -> Result<(), Error> {
    let mut text = String::new();
    for (choice, word, _) in wire::CHOICES {
        // Writing to a string cannot fail.
        let _ = match block_on(find(choice)) {
            Ok(Found { kind, name, reason }) => {
                writeln!(text, "--engine {word:5} {kind:?}: {name}. {reason}")
            }
            Err(error) if choice == Choice::Gpu => writeln!(text, "--engine {word:5} {error}"),
            Err(error) => return Err(error.into()),
        };
    }
    let sweep = Sweep::default();
    let _ = writeln!(text, "CPU: {:.2} M model-steps/s", block_on(cpu_rate(&sweep))? / 1e6);
    for (index, adapter) in block_on(Adapter::all()).iter().enumerate() {
        let Adapter { name, sort, backend, driver, .. } = adapter;
        let rate = match block_on(gpu_rate(adapter, &sweep)) {
            Ok(rate) => format!("{:.2} M model-steps/s", rate / 1e6),
            Err(error) => error.to_string(),
        };
        let bus = adapter.bus.as_deref().unwrap_or("not on a bus");
        let _ = writeln!(
            text,
            "--gpu {index}: {name} ({sort}, {backend}, {driver}); PCI {bus}; buffers up to {} MB, bindings up to {} MB, workgroups up to {}; {rate}",
            adapter.largest_buffer >> 20,
            adapter.largest_binding >> 20,
            adapter.largest_group,
        );
    }
    Output::open(None)?.write(text.as_bytes())
}

async fn find(choice: Choice) -> Result<Found, EngineError> {
    Engine::new(choice).await?.choose(&Sweep::default().into(), 1).await
}

async fn gpu_rate(adapter: &Adapter, sweep: &Sweep) -> Result<f64, EngineError> {
    let plan = Plan::new(sweep, Shard::ALL);
    gpu::Training::new(&adapter.open().await?, &plan).await?.measure(&plan).await
}

async fn cpu_rate(sweep: &Sweep) -> Result<f64, EngineError> {
    let engine = Engine::new(Choice::Cpu).await?;
    let (mut steps, start) = (0, Instant::now());
    while start.elapsed() < TRIAL {
        let job = Job::from(sweep.clone());
        let mut run = engine.start(&job, Shard::ALL, Kind::Cpu).await?;
        while !run.is_done() && start.elapsed() < TRIAL {
            run.advance(u32::MAX).await?;
        }
        if let engine::Run::Sweep(run) = &run {
            steps += run.model_steps();
        }
    }
    Ok(steps as f64 / start.elapsed().as_secs_f64())
}
