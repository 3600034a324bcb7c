//! How fast the GPU backend is here. Not a test of anything, so only on request:
//! `cargo test --release -p engine --test gpu_speed -- --ignored --nocapture`
#![cfg(not(target_arch = "wasm32"))]

use engine::gpu::shader::Kernel;
use engine::gpu::{Gpu, Training};
use engine::plan::{Plan, Shard};
use engine::{Choice, Engine};
use pollster::block_on;
use std::time::{Duration, Instant};
use toy::Sweep;
use toy::sweep::Data;

/// Trains for some seconds; prints model-steps/s and the steps and time of a slice.
fn measure(gpu: &Gpu, name: &str, sweep: &Sweep) {
    let plan = Plan::new(sweep, Shard::ALL);
    let run = async {
        let mut training = Training::new(gpu, &plan).await?;
        let (mut step, mut begun) = (0, Instant::now());
        let mut mark = (0, begun, 0);
        // The first second is for compilation and for pacing to settle.
        while begun.elapsed() < Duration::from_secs(5) && step < sweep.steps {
            if mark.0 == 0 && begun.elapsed() > Duration::from_secs(1) {
                begun = Instant::now();
                mark = (step, begun, 0);
            }
            step += training.advance(&plan, step, sweep.steps - step).await?;
            mark.2 += 1;
        }
        training.parameters().await?;
        let (seconds, steps) = (mark.1.elapsed().as_secs_f64(), f64::from(step - mark.0));
        let rate = steps * plan.models() as f64 / seconds;
        let slices = f64::from(mark.2);
        println!(
            "{name}: {rate:.3e} model-steps/s, {:.1} steps and {:.0} ms a slice",
            steps / slices,
            1e3 * seconds / slices
        );
        Ok::<(), engine::EngineError>(())
    };
    block_on(run).unwrap_or_else(|error| panic!("{name}: {error}"));
}

#[test]
#[ignore = "measures, and takes a while"]
fn model_steps_per_second() {
    let gpu = block_on(Gpu::new()).unwrap_or_else(|error| panic!("{error}"));
    println!("{}", gpu.name());
    let published = <toy::Sweep as toy::Spec>::preset("repro-superposition").expect("a preset");
    let sampled = Sweep { columns: 64, rows: 64, repeats: 4, ..(published.spec)() };
    measure(&gpu, "sampled n = 2", &sampled);
    measure(&gpu, "sampled n = 3", &Sweep { features: 3, hidden: 2, ..sampled.clone() });
    measure(&gpu, "sampled n = 8", &Sweep { features: 8, hidden: 7, ..sampled.clone() });
    for (features, hidden) in [(2, 1), (3, 2), (4, 2)] {
        let exact = Sweep { features, hidden, data: Data::Exact, ..sampled.clone() };
        measure(&gpu, &format!("exact n = {features}"), &exact);
    }
}

/// Where a workgroup a model pays.
#[test]
#[ignore = "measures, and takes a while"]
fn few_models() {
    let gpu = block_on(Gpu::new()).unwrap_or_else(|error| panic!("{error}"));
    println!("{}", gpu.name());
    let grid = Sweep { data: Data::Sampled, repeats: 1, steps: 1000, ..Sweep::default() };
    for (features, hidden, batch) in [(2, 1, 1024), (8, 4, 1024)] {
        for (columns, rows) in [(4, 4), (16, 16), (32, 32), (64, 64)] {
            let sweep = Sweep { features, hidden, batch, columns, rows, ..grid.clone() };
            let plan = Plan::new(&sweep, Shard::ALL);
            let rate = |shared| {
                let kernel = Kernel { shared, ..Kernel::of(&sweep) };
                let rate = block_on(async {
                    Training::with(&gpu, &plan, kernel, 1 << 27).await?.measure(&plan).await
                });
                rate.unwrap_or_else(|error| panic!("{error}"))
            };
            // The machine may be busy with other things: the best of some.
            let best = |shared| (0..5).map(|_| rate(shared)).fold(0.0, f64::max);
            let (alone, shared) = (best(false), best(true));
            println!(
                "n = {features}, batch {batch}, {} models: alone {alone:.3e}, shared {shared:.3e} model-steps/s, {:.2} times",
                plan.models(),
                shared / alone
            );
        }
    }
}

/// What choosing by trial costs.
#[test]
#[ignore = "measures"]
fn trials() {
    let published = <toy::Sweep as toy::Spec>::preset("repro-superposition").expect("a preset");
    for sweep in [Sweep::default(), (published.spec)()] {
        let mut engine = block_on(Engine::new(Choice::Auto)).unwrap_or_else(|e| panic!("{e}"));
        for name in ["first", "cached"] {
            let begun = Instant::now();
            let found =
                block_on(engine.choose(&sweep.clone().into(), 1)).unwrap_or_else(|e| panic!("{e}"));
            println!("{name}: {:?}, {:?}", begun.elapsed(), found);
        }
    }
}
