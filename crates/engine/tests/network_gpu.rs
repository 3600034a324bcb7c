//! Networks and their operations on the GPU against the CPU.
//!
//! As in `gpu.rs`, a machine without any driver fails these tests; a software driver will do.
#![cfg(not(target_arch = "wasm32"))]

use engine::gpu::operation::{Runner, Setup, source};
use engine::gpu::{Gpu, NetworkTraining};
use naga::valid::{Capabilities, ValidationFlags, Validator};
use pollster::block_on;
use toy::axis::Span;
use toy::init::Init;
use toy::network::train::{Trainer, learner};
use toy::network::{Activation, Attention, Network, Task};
use toy::operation::attention::Mask;
use toy::operation::cross_entropy::IGNORED;
use toy::operation::dropout::Stream;
use toy::operation::matmul::Stored;
use toy::random::{block, open_unit};
use toy::tape::{Heads, Id, Memory, Plain, Start, Tape, Tokens, backward, forward};

fn gpu() -> Gpu {
    block_on(Gpu::new()).unwrap_or_else(|error| {
        panic!("{error}\nInstall a Vulkan driver to run this test; Mesa's software one is in Debian's mesa-vulkan-drivers.")
    })
}

#[test]
fn every_kernel_is_valid() {
    let source = source();
    let module = naga::front::wgsl::parse_str(&source)
        .unwrap_or_else(|error| panic!("{}", error.emit_to_string(&source)));
    let mut validator = Validator::new(ValidationFlags::all(), Capabilities::empty());
    if let Err(error) = validator.validate(&module) {
        panic!("{}", error.emit_to_string(&source));
    }
    let storage = module
        .global_variables
        .iter()
        .filter(|(_, variable)| matches!(variable.space, naga::AddressSpace::Storage { .. }));
    assert!(storage.count() <= 8, "WebGPU promises 8 storage buffers");
    assert!(module.entry_points.len() >= 26, "{}", module.entry_points.len());
}

/// Numbers from -1 to 1.
fn random(key: u32, size: usize) -> Vec<f32> {
    (0..size as u32).map(|i| 2.0 * open_unit(block(9, key, i, 0)[0]) as f32 - 1.0).collect()
}

/// Sequences of some tokens through every operation there is.
struct Everything {
    tape: Tape,
    lists: Vec<(Tokens, Vec<u32>)>,
    inputs: Vec<Id>,
}

/// `batch` sequences of `length` tokens, `classes` of them, in rows of `width`, with `heads`.
fn everything(
    batch: usize,
    length: usize,
    classes: usize,
    width: usize,
    heads: usize,
) -> Everything {
    let mut t = Tape::default();
    let (rows, normal) = (batch * length, Start::Normal(0.4));
    let lists = [rows, batch, batch].map(|count| t.token_list(count));
    let [tokens, lengths, wanted] = lists;
    let table = t.parameter("table", &[classes, width], normal);
    let place = t.parameter("place", &[length, width], normal);
    let [gain, shift] = ["gain", "shift"].map(|name| t.parameter(name, &[width], normal));
    let frozen = t.input("frozen", &[width, width]);
    let [wq, wk] = ["wq", "wk"].map(|name| t.parameter(name, &[width, width], normal));
    let tied = t.parameter("tied", &[classes, width], normal);
    let bias = t.parameter("bias", &[classes], normal);
    let (target, importance) = (t.input("target", &[rows, width]), t.input("importance", &[width]));
    let h = t.embedding(tokens, table);
    let h = t.add(h, place);
    let z = t.norm(h, gain, shift);
    let [q, k, v] = [wq, wk, frozen].map(|w| t.matmul(z, w, None, Stored::ByOutput));
    let how = Heads { batch, heads, mask: Mask::Causal, dropout: 0.2 };
    let (mixed, _) = t.attention([q, k, v], Some(lengths), how);
    let mixed = t.dropout(mixed, 0.3);
    let h = t.add(h, mixed);
    let wide = t.matmul(h, tied, Some(bias), Stored::ByOutput);
    let wide = t.gelu(wide);
    let wide = t.top_k(wide, classes.div_ceil(2));
    let back = t.matmul(wide, tied, None, Stored::ByInput);
    let back = t.relu(back);
    t.squared_error(back, target, importance);
    let last = t.select(h, length, length - 1);
    let logits = t.matmul(last, table, None, Stored::ByOutput);
    t.cross_entropy(logits, wanted);
    let word = |key: u32, i: usize, end: usize| block(3, key, i as u32, 0)[0] % end as u32;
    let tokens_of = (0..rows).map(|i| word(1, i, classes)).collect();
    let lengths_of = (0..batch).map(|i| 1 + word(2, i, length)).collect();
    let wanted_of =
        (0..batch).map(|i| if i % 3 == 1 { IGNORED } else { word(3, i, classes) }).collect();
    let lists = vec![(tokens, tokens_of), (lengths, lengths_of), (wanted, wanted_of)];
    Everything { tape: t, lists, inputs: vec![frozen, target, importance] }
}

/// Losses and gradients of every operation, at odd sizes, of several models in one dispatch.
#[test]
fn every_operation_is_the_reference_s() {
    let gpu = gpu();
    for (batch, length, classes, width, heads) in
        [(1, 1, 1, 1, 1), (3, 3, 3, 6, 3), (2, 17, 5, 17, 1), (5, 3, 65, 65, 5)]
    {
        let Everything { tape, lists, inputs } = everything(batch, length, classes, width, heads);
        let (seed, step, models) = (4, 2, [7u32, 11, 2]);
        let setup = Setup {
            tape: &tape,
            models: models.map(|model| [model, 0]).to_vec(),
            densities: vec![],
            draw: vec![],
            seed,
            adam: [0.9, 0.999, 1e-8],
            rates: vec![[0.0, 1.0, 1.0, 0.0]; 3],
            points: 1,
        };
        let mut runner = block_on(Runner::new(&gpu, setup)).expect("a GPU");
        let given: Vec<(Id, Vec<f32>)> = (1..)
            .zip(&inputs)
            .map(|(key, &id)| (id, random(key, tape.tensor(id).size())))
            .collect();
        for (place, &model) in models.iter().enumerate() {
            runner.write_parameters(place, &tape.start(seed, model));
            given.iter().for_each(|(id, values)| runner.write_tensor(place, *id, values));
            lists.iter().for_each(|(list, values)| runner.write_tokens(place, *list, values));
        }
        block_on(runner.take(step, 1)).expect("a GPU");
        let gradients = block_on(runner.gradients()).expect("a GPU");
        let states = block_on(runner.states()).expect("a GPU");
        for (place, &model) in models.iter().enumerate() {
            let what = format!("{batch} x {length} x {width}, {classes}, model {model}");
            let mut memory = Memory::<f32>::new(&tape, true);
            for (id, values) in &given {
                memory.value_mut(*id).copy_from_slice(values);
            }
            for (list, values) in &lists {
                memory.tokens_mut(*list).copy_from_slice(values);
            }
            let (parameters, stream) = (tape.start(seed, model), Stream { seed, model, step });
            let loss = forward(&tape, &mut Plain, &parameters, Some(stream), &mut memory);
            let mut expected = vec![0.0; parameters.len()];
            let (tape, memory) = (&tape, &mut memory);
            backward(tape, &mut Plain, &parameters, Some(stream), memory, &mut expected);
            let found = states[place].last().copied().unwrap_or_default();
            assert!((found - loss).abs() < 1e-4 * (1.0 + loss.abs()), "{what}: {found} {loss}");
            let largest = expected.iter().fold(0f32, |a, g| a.max(g.abs()));
            for (tensor, range) in tape.named() {
                let pairs = gradients[place][range.clone()].iter().zip(&expected[range]);
                let worst = pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
                assert!(worst <= 2e-4 * (largest + 1e-3), "{what}, {}: {worst:e}", tensor.name);
            }
        }
    }
}

fn networks() -> Vec<Network> {
    let base = Network {
        features: 9,
        width: 6,
        layers: 2,
        heads: 3,
        tokens: 1,
        mlp: 17,
        instances: 3,
        density: Span::new(1.0, 0.1),
        batch: 5,
        steps: 100,
        warmup: 10,
        init: Init::Std(0.3),
        weight_decay: 0.01,
        repeats: 2,
        seed: 5,
        ..Network::default()
    };
    let published = Network { shared: true, dropout: 0.1, tied: true, ..base.clone() };
    let retrieval = Network { task: Task::Retrieval, tokens: 5, keys: 7, ..base.clone() };
    let plain = Network {
        attention: Attention::Own,
        activation: Activation::Relu,
        norm: false,
        tokens: 3,
        ..base.clone()
    };
    vec![base, published, retrieval, plain]
}

/// One step: the same parameters and losses.
#[test]
fn one_step_is_the_reference_s() {
    let gpu = gpu();
    for network in networks() {
        let models: Vec<u32> = (0..network.models() as u32).collect();
        let mut training = block_on(NetworkTraining::new(&gpu, &network, &models)).expect("a GPU");
        block_on(training.take(0, 1)).expect("a GPU");
        let learners = block_on(training.learners()).expect("a GPU");
        let mut trainer = Trainer::new(&network, Box::new(Plain));
        for found in learners {
            let mut expected = learner(&network, found.model);
            let loss: f32 = trainer.step(found.model, 0, &mut expected.state);
            let off = found.sums[0] / loss - 1.0;
            assert!(off.abs() < 1e-4, "{network:?}: {} {loss}", found.sums[0]);
            // Adam's first step is the gradient's sign: where that is next to 0, moments tell.
            let largest = expected.state.first.iter().fold(0f32, |a, m| a.max(m.abs()));
            for (a, b) in found.state.first.iter().zip(&expected.state.first) {
                assert!((a - b).abs() < 1e-4 * largest, "{a} {b} of {largest}: {network:?}");
            }
        }
    }
}

/// A hundred steps: the same losses, but for rounding.
#[test]
fn a_hundred_steps_go_as_the_reference_s() {
    let gpu = gpu();
    for network in networks() {
        let models: Vec<u32> = (0..network.models() as u32).collect();
        let mut training = block_on(NetworkTraining::new(&gpu, &network, &models)).expect("a GPU");
        block_on(training.take(0, 100)).expect("a GPU");
        let learners = block_on(training.learners()).expect("a GPU");
        let mut trainer = Trainer::new(&network, Box::new(Plain));
        for found in learners.iter().step_by(2) {
            let mut expected = learner(&network, found.model);
            let losses: Vec<f32> =
                (0..100).map(|step| trainer.step(found.model, step, &mut expected.state)).collect();
            for (step, (found, expected)) in found.sums.iter().zip(&losses).enumerate() {
                let off = found / expected - 1.0;
                assert!(off.abs() < 0.02, "step {step}: {found} {expected}, {network:?}");
            }
        }
    }
}
