//! The translation model, and a bottleneck in it, on the GPU against the reference.
//!
//! The engine trains bottlenecks on the CPU alone; that the GPU's operations carry out the same
//! tapes (embeddings, padded attention, an ignored end of every sentence) is held here all the same.
//! As in `gpu.rs`, a machine without any driver fails these tests; a software driver will do.
#![cfg(not(target_arch = "wasm32"))]

use engine::gpu::Gpu;
use engine::gpu::operation::{Runner, Setup};
use pollster::block_on;
use toy::operation::cross_entropy::IGNORED;
use toy::tape::{Id, Memory, Plain, Tokens, backward, forward};
use toy::translation::architecture::{Architecture, Rows};
use toy::translation::language::Part;
use toy::translation::shape::Shape;
use toy::translation::{Base, Bottleneck, Text};

fn gpu() -> Gpu {
    block_on(Gpu::new()).unwrap_or_else(|error| {
        panic!("{error}\nInstall a Vulkan driver to run this test; Mesa's software one is in Debian's mesa-vulkan-drivers.")
    })
}

/// What a tape is given: tensors, and lists of words.
type Given = (Vec<(Id, Vec<f32>)>, Vec<(Tokens, Vec<u32>)>);

/// Positions, the weights of the base where they are given, and sentences.
fn given(of: &Architecture, base: &Base, rows: &Rows) -> Given {
    let (positions, values) = of.positions();
    let mut tensors = vec![(positions, values.into_iter().map(|x| x as f32).collect())];
    let whole = Architecture::base(of.shape, 1).tape;
    for (id, (_, range)) in of.frozen.iter().zip(whole.named()) {
        tensors.push((*id, base.parameters[range].to_vec()));
    }
    let lists = vec![
        (of.source, rows.source.clone()),
        (of.lengths, rows.lengths.clone()),
        (of.before, rows.before.clone()),
        (of.next, rows.next.clone()),
    ];
    (tensors, lists)
}

/// Loss, gradients and the parameters after a step of Adam, of two models in one dispatch.
fn check(gpu: &Gpu, what: &str, of: &Architecture, (tensors, lists): &Given) {
    let (tape, seed, models) = (&of.tape, 4, [0u32, 3]);
    // Bias corrections of the first step: 1 / (1 - beta1) and 1 / sqrt(1 - beta2).
    let (rate, root) = (1e-3 / 0.1, 1.0 / 0.001f32.sqrt());
    let setup = Setup {
        tape,
        models: models.map(|model| [model, 0]).to_vec(),
        densities: vec![],
        draw: vec![],
        seed,
        adam: [0.9, 0.999, 1e-8],
        rates: vec![[rate, root, 1.0, 0.0]],
        points: 1,
    };
    let mut runner = block_on(Runner::new(gpu, setup)).expect("a GPU");
    for (place, &model) in models.iter().enumerate() {
        runner.write_parameters(place, &tape.start(seed, model));
        tensors.iter().for_each(|(id, values)| runner.write_tensor(place, *id, values));
        lists.iter().for_each(|(list, values)| runner.write_tokens(place, *list, values));
    }
    block_on(runner.take(0, 1)).expect("a GPU");
    let gradients = block_on(runner.gradients()).expect("a GPU");
    let states = block_on(runner.states()).expect("a GPU");
    let after = block_on(runner.parameters()).expect("a GPU");
    for (place, &model) in models.iter().enumerate() {
        let mut memory = Memory::<f32>::new(tape, true);
        tensors.iter().for_each(|(id, values)| memory.value_mut(*id).copy_from_slice(values));
        lists.iter().for_each(|(list, values)| memory.tokens_mut(*list).copy_from_slice(values));
        let start = tape.start(seed, model);
        let loss = forward(tape, &mut Plain, &start, None, &mut memory);
        let mut expected = vec![0.0; start.len()];
        backward(tape, &mut Plain, &start, None, &mut memory, &mut expected);
        let found = states[place].last().copied().unwrap_or_default();
        assert!((found - loss).abs() < 1e-4 * loss, "{what}, model {model}: {found} {loss}");
        for (tensor, range) in tape.named() {
            // Padding has no gradient in either, whatever else does.
            let own = &expected[range.clone()];
            let largest = own.iter().fold(1e-4f32, |most, g| most.max(g.abs()));
            let off = gradients[place][range.clone()].iter().zip(own);
            let worst = off.map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
            assert!(worst < 1e-3 * largest, "{what}, {}: {worst:e} of {largest:e}", tensor.name);
            // Adam's first step is the gradient's sign, as far as that is one.
            for (at, &g) in range.zip(own) {
                let step = start[at] - after[place][at];
                let sure = g.abs() > 0.05 * largest && largest > 1e-3;
                let right = (step - 1e-3 * g.signum()).abs() < 2e-5;
                assert!(right || !sure, "{what}, {}: {step:e} for {g:e}", tensor.name);
            }
        }
    }
}

#[test]
fn the_translation_model_s_step_is_the_reference_s() {
    let (gpu, text) = (gpu(), Text::language());
    // As wide as it is, and narrow with one layer; three sentences, of which none is as long as
    // the longest there can be.
    for shape in
        [Shape { width: 12, layers: 1, heads: 3, mlp: 20, ..Shape::LANGUAGE }, Shape::LANGUAGE]
    {
        let rows = text.draw(Part::Training, 5, 7, 3);
        assert!(rows.next.contains(&IGNORED) && rows.lengths.iter().any(|&n| n < 8));
        let base = Base { parameters: Architecture::base(shape, 1).tape.start(6, 0) };
        let of = Architecture::base(shape, 3);
        check(&gpu, &format!("base of width {}", shape.width), &of, &given(&of, &base, &rows));
        for (dimensions, rectified) in [(1, false), (8, true)] {
            let how = Bottleneck { dimensions, rectified };
            let of = Architecture::bottleneck(shape, 3, how);
            check(&gpu, &format!("{how:?}"), &of, &given(&of, &base, &rows));
        }
    }
}
