//! GPUs that compute something wrong are found, and right ones are not suspected.
//!
//! As in `gpu.rs`, a machine without any driver fails these tests; a software driver will do.
#![cfg(not(target_arch = "wasm32"))]

use engine::check::Checked;
use engine::gauge;
use engine::gpu::Gpu;
use engine::plan::{Plan, Shard};
use engine::{Engine, EngineError, Kind};
use pollster::block_on;
use toy::axis::Span;
use toy::init::Init;
use toy::network::{Activation, Attention, Network, Task};
use toy::study::{Decay, Distribution, Sets, Variant};
use toy::sweep::Data;
use toy::{Study, Sweep};
use wire::Job;

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

/// Trains any job to the end and asks for what it has learned; returns the step at which it was
/// refused.
fn train_job(gpu: Gpu, job: &Job) -> Result<(), (u32, EngineError)> {
    let engine = Engine::on(gpu);
    let mut step = 0;
    let run = async {
        let mut run = engine.start(job, Shard::ALL, Kind::Gpu).await?;
        while !run.is_done() {
            run.advance(u32::MAX).await?;
            step = run.step();
        }
        run.checkpoint().await.map(drop)
    };
    block_on(run).map_err(|error| (step, error))
}

/// Networks with every operation that networks have, in batches of more rows than a tile.
fn networks() -> Vec<Network> {
    let base = Network {
        features: 9,
        width: 6,
        layers: 2,
        heads: 3,
        mlp: 17,
        instances: 3,
        density: Span::new(1.0, 0.1),
        batch: 40,
        steps: 150,
        warmup: 10,
        init: Init::Std(0.3),
        weight_decay: 0.01,
        seed: 5,
        ..Network::default()
    };
    let published = Network { shared: true, dropout: 0.1, tied: false, norm: true, ..base.clone() };
    let retrieval = Network { task: Task::Retrieval, tokens: 5, keys: 7, batch: 9, ..base.clone() };
    let fast = Network { lr: 0.1, repeats: 2, ..base.clone() };
    let plain = Network {
        attention: Attention::Own,
        activation: Activation::Relu,
        tokens: 3,
        ..base.clone()
    };
    vec![base, published, retrieval, fast, plain]
}

fn studies() -> Vec<Study> {
    let base = Study {
        features: 13,
        hidden: 4,
        instances: 3,
        density: Span::new(0.9, 0.01),
        batch: 83,
        steps: 200,
        lr: 0.01,
        seed: 3,
        ..Study::default()
    };
    let untied = Study { variant: Variant::Hidden, decay: Decay::adamw(0.01), ..base.clone() };
    let together = Study {
        distribution: Distribution {
            sets: Sets::Correlated,
            set_size: 3,
            ..Distribution::default()
        },
        features: 12,
        ..base.clone()
    };
    vec![base, untied, together]
}

#[test]
fn a_right_device_is_believed_with_studies_and_networks() {
    let jobs = studies().into_iter().map(Job::Study);
    for job in jobs.chain(networks().into_iter().map(Job::Network)) {
        train_job(gpu(), &job)
            .unwrap_or_else(|(step, error)| panic!("at step {step}: {error}\n{job:?}"));
    }
}

#[test]
fn a_wrong_device_is_found_with_studies_and_networks() {
    let [study, ..] = &studies()[..] else { panic!("studies") };
    let [plain, published, retrieval, ..] = &networks()[..] else { panic!("networks") };
    let late: fn(String) -> String =
        |text| text.replace("slope[at], step)", "select(slope[at], 0.0, clock[0] >= 90u), step)");
    let ends_early: fn(String) -> String = |text| {
        text.replace(
            "step < run.first_step + run.steps",
            "step < min(run.first_step + run.steps, 99u)",
        )
        .replace("k < call.b.y; k += DEPTH", "k < min(call.b.y, 32u); k += DEPTH")
    };
    let no_dropout: fn(String) -> String =
        |text| text.replace("words[index % 4u] < below", "false");
    let one_key: fn(String) -> String =
        |text| text.replace("deck[other] = deck[place];", "deck[other] = key;");
    for (what, alter, job, after) in [
        ("ends early", ends_early, Job::Study(study.clone()), 0),
        ("ends early", ends_early, Job::Network(plain.clone()), 0),
        ("leaves out gradients late", late, Job::Network(plain.clone()), 60),
        ("leaves out gradients late", late, Job::Network(published.clone()), 60),
        ("keeps what it should drop", no_dropout, Job::Network(published.clone()), 0),
        ("confuses keys", one_key, Job::Network(retrieval.clone()), 0),
    ] {
        let lying = gpu().with_altered_kernels(alter);
        let Err((step, error)) = train_job(lying, &job) else { panic!("{what}: not found") };
        assert!(matches!(error, EngineError::Wrong { .. }), "{what}: {error}");
        println!("{what}: found at step {step}: {error}");
        assert!(step >= after, "{what}: suspected at step {step}, before it was wrong");
        // Nor is it chosen where the choice is free.
        let lying = gpu().with_altered_kernels(alter);
        let rehearsed = block_on(engine::check::rehearse(&lying, &job));
        assert_eq!(rehearsed.is_err(), after == 0 && step == 0, "{what}");
    }
}

/// Of all kernels, only those that are wrong are said to be.
#[test]
fn gauging_names_the_kernels_that_are_wrong() {
    let lying = gpu().with_altered_kernels(|text| {
        text.replace("k < call.b.y; k += DEPTH", "k < min(call.b.y, 16u); k += DEPTH")
    });
    for wanted in ["transformer", "exact 2 in 1"] {
        let place = gauge::cases().iter().position(|(kernel, ..)| *kernel == wanted);
        let row = block_on(gauge::gauge(&lying, place.expect("such a kernel")));
        let row = row.expect("a GPU").expect("such a kernel");
        assert_eq!(row.kernel, wanted);
        assert_eq!(row.error.is_some(), wanted == "transformer", "{:?}", row.error);
    }
    assert!(block_on(gauge::gauge(&lying, 1000)).is_ok_and(|row| row.is_none()));
    let lazy = gpu().with_altered_kernels(|text| text.replace("round < ROUNDS", "round < 500u"));
    let refused = block_on(gauge::gauge(&lazy, 0));
    assert!(matches!(refused, Err(EngineError::Wrong { .. })), "chains are cut short");
}
