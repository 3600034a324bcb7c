//! The GPU backend against the plain reference, `toy::train`.
//!
//! A machine without any Vulkan, Metal or Direct3D driver fails these tests, rather than passing
//! them without having looked; a software driver will do.
#![cfg(not(target_arch = "wasm32"))]

use engine::gpu::shader::Kernel;
use engine::gpu::{Gpu, Training};
use engine::plan::{Plan, Shard};
use pollster::block_on;
use toy::Sweep;
use toy::axis::Span;
use toy::random::{block, open_unit};
use toy::sweep::Data;
use toy::train::{Model, Pixel};

fn gpu() -> Gpu {
    block_on(Gpu::new()).unwrap_or_else(|error| {
        panic!("{error}\nInstall a Vulkan driver to run this test; Mesa's software one is in Debian's mesa-vulkan-drivers.")
    })
}

/// Bytes of a binding, at most: more than these tests need.
const LIMIT: u64 = 1 << 27;

/// Every shape up to four features with either data, and some up to eight.
fn sweeps() -> Vec<Sweep> {
    let small = (2..=4).flat_map(|n| (1..n).map(move |m| (n, m)));
    let shapes: Vec<_> = small.chain([(5, 2), (6, 5), (7, 3), (8, 1), (8, 7)]).collect();
    let with = |data: Data| {
        move |&(features, hidden): &(u32, u32)| Sweep {
            features,
            hidden,
            data,
            columns: 5,
            rows: 4,
            repeats: 4,
            density: Span::new(1.0, 0.03),
            batch: 200,
            steps: 200,
            lr: 0.01,
            weight_decay: 0.01,
            seed: 11,
            ..Sweep::default()
        }
    };
    let exact = shapes.iter().filter(|shape| shape.0 <= 4).map(with(Data::Exact));
    exact.chain(shapes.iter().map(with(Data::Sampled))).collect()
}

fn label(sweep: &Sweep) -> String {
    format!("n = {}, m = {}, {:?}", sweep.features, sweep.hidden, sweep.data)
}

/// The kernels that train a sweep: an invocation a model and, with samples to share, a workgroup.
fn kernels(sweep: &Sweep) -> Vec<Kernel> {
    let alone = Kernel::of(sweep);
    match sweep.data {
        Data::Exact => vec![alone],
        Data::Sampled => vec![alone, Kernel { shared: true, ..alone }],
    }
}

fn with_kernels(sweep: &Sweep) -> Vec<(Sweep, Kernel)> {
    kernels(sweep).into_iter().map(|kernel| (sweep.clone(), kernel)).collect()
}

/// Every sweep with each of its kernels.
fn cases() -> Vec<(Sweep, Kernel)> {
    sweeps().iter().flat_map(with_kernels).collect()
}

/// Few models may share their samples, many do not, and exact data has none.
#[test]
fn only_few_models_with_many_samples_share_them() {
    let sampled = Sweep { data: Data::Sampled, ..Sweep::default() };
    let shares = |sweep: &Sweep, models| Kernel::sharing(sweep, models).is_some();
    assert!(shares(&sampled, 1) && shares(&sampled, 1000));
    assert!(!shares(&sampled, 0) && !shares(&sampled, 1 << 20));
    assert!(!shares(&Sweep { batch: 16, ..sampled }, 1));
    assert!(!shares(&Sweep::default(), 1));
}

/// Random parameters and moments of all models: parameters from -1 to 1, moments of the size that
/// gradients have.
fn random_state(plan: &Plan) -> [Vec<f32>; 3] {
    let uniform = |stream: u32, index: usize| open_unit(block(5, stream, index as u32, 0)[0]);
    let size = plan.sweep.parameters() * plan.models();
    [
        (0..size).map(|i| (2.0 * uniform(1, i) - 1.0) as f32).collect(),
        (0..size).map(|i| (0.2 * uniform(2, i) - 0.1) as f32).collect(),
        (0..size).map(|i| (0.001 + 0.01 * uniform(3, i)) as f32).collect(),
    ]
}

/// One local model of a state.
fn model(state: &[Vec<f32>; 3], plan: &Plan, local: usize) -> Model<f32> {
    let pick = |all: &Vec<f32>| all.iter().skip(local).step_by(plan.models()).copied().collect();
    let [parameters, first, second] = state;
    Model { parameters: pick(parameters), first: pick(first), second: pick(second) }
}

fn pixel(plan: &Plan, local: usize) -> Pixel<'_> {
    let pixel = local / plan.sweep.repeats as usize;
    let columns = plan.sweep.columns as usize;
    Pixel::new(&plan.sweep, plan.rows[pixel / columns], (pixel % columns) as u32)
}

/// Trains a state on the GPU, in slices as they come.
fn train(
    gpu: &Gpu,
    kernel: Kernel,
    plan: &Plan,
    start: Option<&[Vec<f32>; 3]>,
    first: u32,
    steps: u32,
) -> [Vec<f32>; 3] {
    block_on(async {
        let mut training = Training::with(gpu, plan, kernel, LIMIT).await?;
        if let Some(state) = start {
            training.set_state(state);
        }
        let mut taken = 0;
        while taken < steps {
            taken += training.advance(plan, first + taken, steps - taken).await?;
        }
        training.state().await
    })
    .unwrap_or_else(|error: engine::EngineError| panic!("{}: {error}", label(&plan.sweep)))
}

/// From random parameters and moments, at a step other than the first.
#[test]
fn one_step_is_the_reference() {
    let gpu = gpu();
    for (sweep, kernel) in cases() {
        let plan = Plan::new(&sweep, Shard::ALL);
        let (before, step) = (random_state(&plan), 3);
        let after = train(&gpu, kernel, &plan, Some(&before), step, 1);
        let mut worst = [0f64; 3];
        for local in 0..plan.models() {
            let (start, found) = (model(&before, &plan, local), model(&after, &plan, local));
            let mut expected = start.clone();
            pixel(&plan, local).step(plan.key(local), step, &mut expected);
            // The gradient is what the step added to the first moment.
            let beta1 = f64::from(sweep.beta1 as f32);
            let gradient = |m: &Model<f32>| -> Vec<f64> {
                let new = m.first.iter().zip(&start.first);
                new.map(|(&m, &old)| (f64::from(m) - beta1 * f64::from(old)) / (1.0 - beta1))
                    .collect()
            };
            let errors = [
                relative(&gradient(&expected), &gradient(&found)),
                relative(&widen(&expected.second), &widen(&found.second)),
                absolute(&widen(&expected.parameters), &widen(&found.parameters)),
            ];
            worst = std::array::from_fn(|i| worst[i].max(errors[i]));
            let limits = [1e-5, 1e-5, 1e-6];
            assert!(
                errors.iter().zip(limits).all(|(error, limit)| *error <= limit),
                "{kernel:?}, model {local}: gradient, second moment, parameters differ by {errors:?}, {limits:?} is allowed\nfrom {start:?}\nexpected {expected:?}\nfound {found:?}",
            );
        }
        let [gradient, second, parameters] = worst;
        println!("{kernel:?}: {gradient:.1e} {second:.1e} {parameters:.1e}");
    }
}

/// Chaos may carry a few models away, but not more.
#[test]
fn two_hundred_steps_are_close_to_the_reference() {
    let gpu = gpu();
    for (sweep, kernel) in cases() {
        let plan = Plan::new(&sweep, Shard::ALL);
        let after = train(&gpu, kernel, &plan, None, 0, sweep.steps);
        let far = (0..plan.models()).filter(|&local| {
            let mut expected = Model::new(&sweep, plan.key(local));
            let pixel = pixel(&plan, local);
            for step in 0..sweep.steps {
                pixel.step(plan.key(local), step, &mut expected);
            }
            let found = model(&after, &plan, local);
            let error = absolute(&widen(&expected.parameters), &widen(&found.parameters));
            error > 1e-3
        });
        let far = far.count();
        println!("{kernel:?}: {far} of {} far", plan.models());
        assert!(100 * far <= plan.models(), "{kernel:?}: {far} models are far off");
    }
}

/// A row trained alone, a share cut into blocks, steps cut into slices: bit for bit the same.
#[test]
fn neither_shares_nor_blocks_nor_slices_matter() {
    let gpu = gpu();
    let size = Sweep { columns: 9, rows: 5, repeats: 7, batch: 100, steps: 40, ..Sweep::default() };
    let both = [Data::Exact, Data::Sampled].map(|data| Sweep { data, ..size.clone() });
    for (sweep, kernel) in both.iter().flat_map(with_kernels) {
        let whole = Plan::new(&sweep, Shard::ALL);
        let expected = train(&gpu, kernel, &whole, None, 0, sweep.steps);

        let alone = Plan::new(&sweep, Shard { first: 3, stride: sweep.rows });
        let found = train(&gpu, kernel, &alone, None, 0, sweep.steps);
        for local in 0..alone.models() {
            let key = alone.key(local) as usize;
            assert_eq!(model(&found, &alone, local), model(&expected, &whole, key), "row alone");
        }

        let blocks = block_on(async {
            // Bindings of 128 models.
            let size = 4 * sweep.parameters() as u64 * 128;
            let mut training = Training::with(&gpu, &whole, kernel, size).await?;
            for step in 0..sweep.steps {
                assert_eq!(training.advance(&whole, step, 1).await?, 1);
            }
            assert_eq!(training.parameters().await?, expected[0], "read alone");
            training.state().await
        });
        assert_eq!(blocks.expect("the GPU works"), expected, "blocks of 128 models");
    }
}

/// A share without rows, as the last of many workers may get, trains nothing.
#[test]
fn an_empty_share_is_no_error() {
    let sweep = Sweep { rows: 2, ..Sweep::default() };
    let plan = Plan::new(&sweep, Shard { first: 5, stride: 9 });
    assert_eq!(plan.models(), 0);
    let gpu = gpu();
    for kernel in kernels(&sweep) {
        assert_eq!(train(&gpu, kernel, &plan, None, 0, 10), [const { Vec::<f32>::new() }; 3]);
    }
}

/// Biases that are off stay zero.
#[test]
fn biases_can_be_off() {
    let gpu = gpu();
    let off = Sweep { bias: false, columns: 3, rows: 3, steps: 50, ..Sweep::default() };
    let both = [Data::Exact, Data::Sampled].map(|data| Sweep { data, ..off.clone() });
    for (sweep, kernel) in both.iter().flat_map(with_kernels) {
        let plan = Plan::new(&sweep, Shard::ALL);
        let [parameters, ..] = train(&gpu, kernel, &plan, None, 0, sweep.steps);
        let (weights, biases) = parameters.split_at(2 * plan.models());
        assert!(biases.iter().all(|b| *b == 0.0));
        assert_ne!(weights, &plan.initial_parameters()[..weights.len()]);
    }
}

fn widen(values: &[f32]) -> Vec<f64> {
    values.iter().map(|&v| f64::from(v)).collect()
}

/// Largest difference of a component; NaN counts as infinite.
fn absolute(expected: &[f64], found: &[f64]) -> f64 {
    assert_eq!(expected.len(), found.len());
    let difference = |(a, b): (&f64, &f64)| Some((a - b).abs()).filter(|d| !d.is_nan());
    expected.iter().zip(found).map(|p| difference(p).unwrap_or(f64::INFINITY)).fold(0.0, f64::max)
}

/// The same, in units of the largest component.
fn relative(expected: &[f64], found: &[f64]) -> f64 {
    let largest = expected.iter().fold(f64::MIN_POSITIVE, |most, v| most.max(v.abs()));
    absolute(expected, found) / largest
}
