//! GPUs that compute something wrong are found, and right ones are not suspected.
//!
//! As in `gpu.rs`, a machine without any driver fails these tests; a software driver will do.
#![cfg(not(target_arch = "wasm32"))]

use engine::EngineError;
use engine::check::Checked;
use engine::gpu::Gpu;
use engine::plan::{Plan, Shard};
use pollster::block_on;
use toy::Sweep;
use toy::axis::Span;
use toy::sweep::Data;

fn gpu() -> Gpu {
    block_on(Gpu::new()).unwrap_or_else(|error| {
        panic!("{error}\nInstall a Vulkan driver to run this test; Mesa's software one is in Debian's mesa-vulkan-drivers.")
    })
}

/// Trains to the end; returns the step at which it was refused, and whether all steps were checked.
fn train(gpu: &Gpu, sweep: &Sweep) -> Result<u64, (u32, EngineError)> {
    let plan = Plan::new(sweep, Shard::ALL);
    let mut step = 0;
    let run = async {
        let mut run = Checked::new(gpu, &plan).await?;
        while step < sweep.steps {
            step += run.advance(&plan, step, sweep.steps - step).await?;
        }
        run.parameters(&plan).await?;
        Ok(run.checked_steps())
    };
    block_on(run).map_err(|error| (step, error))
}

/// Sweeps of many kinds: shapes, data, rates, batches.
fn sweeps() -> Vec<Sweep> {
    let base = Sweep { columns: 6, rows: 5, repeats: 3, steps: 400, seed: 3, ..Sweep::default() };
    let mut all = vec![];
    for (features, hidden) in [(2, 1), (3, 1), (3, 2), (4, 2), (6, 3), (8, 7)] {
        for (data, batch) in
            [(Data::Exact, 1), (Data::Sampled, 1), (Data::Sampled, 7), (Data::Sampled, 300)]
        {
            if data == Data::Exact && features > 4 {
                continue;
            }
            for (lr, density) in [(0.001, Span::new(1.0, 0.01)), (0.1, Span::new(0.5, 0.9))] {
                let (seed, weight_decay) = (all.len() as u32, 0.01);
                let shape = Sweep { features, hidden, data, batch, ..base.clone() };
                all.push(Sweep { lr, density, seed, weight_decay, ..shape });
            }
        }
    }
    all
}

/// No right device is suspected, and where the CPU keeps pace no step goes unchecked.
#[test]
fn a_right_device_is_believed() {
    let gpu = gpu();
    for sweep in sweeps() {
        let checked = train(&gpu, &sweep).unwrap_or_else(|(step, error)| {
            panic!("at step {step}: {error}\n{sweep:?}");
        });
        assert!(checked > 0);
    }
}

/// Kernels that leave out something, at times only late in a run.
#[test]
fn a_wrong_device_is_found_before_its_result_is_shown() {
    let small = Sweep { columns: 8, rows: 8, repeats: 2, steps: 3000, ..Sweep::default() };
    let sampled = Sweep { data: Data::Sampled, batch: 64, ..small.clone() };
    let ends_early: fn(String) -> String = |text| {
        text.replace(
            "step < run.first_step + run.steps",
            "step < min(run.first_step + run.steps, 999u)",
        )
    };
    let one_step: fn(String) -> String = |text| {
        text.replace("model = stepped(", "if (step == 999u) { continue; }\n model = stepped(")
    };
    let half_the_samples: fn(String) -> String =
        |text| text.replace("draw * SAMPLES < count;", "draw * SAMPLES < count && draw < 24u;");
    for (what, alter, sweep) in [
        ("ends early", ends_early, &small),
        ("ends early", ends_early, &sampled),
        ("leaves out a step", one_step, &small),
        ("leaves out samples", half_the_samples, &sampled),
    ] {
        let gpu = gpu().with_altered_kernels(alter);
        let Err((step, error)) = train(&gpu, sweep) else { panic!("{what}: not found") };
        assert!(matches!(error, EngineError::Wrong { .. }), "{what}: {error}");
        println!("{what}: found at step {step}: {error}");
        // From then on the device is refused.
        assert!(matches!(train(&gpu, &Sweep::default()), Err((0, EngineError::Wrong { .. }))));
    }
}
