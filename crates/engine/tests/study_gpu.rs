//! The GPU backend of studies against the plain reference, and their kernels' text: with a workgroup
//! a model and with several, as laid out for software adapters and for GPUs.
//!
//! As in `gpu.rs`, a machine without any driver fails these tests; a software driver will do.
#![cfg(not(target_arch = "wasm32"))]

use engine::gpu::layout::StudyDispatch;
use engine::gpu::study_shader::{MEMORY, StudyKernel};
use engine::gpu::{Gpu, StudyTraining};
use engine::study::Plan;
use naga::valid::{Capabilities, ValidationFlags, Validator};
use pollster::block_on;
use std::mem::{offset_of, size_of};
use toy::Spec;
use toy::axis::Span;
use toy::random::{block, open_unit};
use toy::study::train::{self, Instance};
use toy::study::{Decay, Distribution, Importance, Sets, Study, Target, Variant};
use toy::train::Model;
use wire::Shard;

fn gpu() -> Gpu {
    block_on(Gpu::new()).unwrap_or_else(|error| {
        panic!("{error}\nInstall a Vulkan driver to run this test; Mesa's software one is in Debian's mesa-vulkan-drivers.")
    })
}

/// Every variant with every kind of sets, dense and sparse.
fn studies() -> Vec<Study> {
    let mut all = vec![];
    for variant in [Variant::Linear, Variant::Relu, Variant::Hidden] {
        for (sets, target, bias) in [
            (Sets::Independent, Target::Identity, true),
            (Sets::Independent, Target::Absolute, false),
            (Sets::Correlated, Target::Identity, true),
            (Sets::Anticorrelated, Target::Absolute, true),
        ] {
            let most = if sets == Sets::Anticorrelated { 0.3 } else { 1.0 };
            all.push(Study {
                variant,
                target,
                features: 12,
                hidden: 5,
                bias,
                instances: 3,
                density: Span::new(most, 0.02),
                importance: Importance::Geometric,
                ratio: 0.9,
                distribution: Distribution { sets, set_size: 3, ..Distribution::default() },
                batch: 70,
                steps: 300,
                lr: 0.01,
                decay: Decay::adamw(0.01),
                seed: 5,
                ..Study::default()
            });
        }
    }
    all
}

/// Shapes that fill neither quads nor tiles nor workgroups.
fn odd_studies() -> Vec<Study> {
    let sizes = [(1, 1), (3, 2), (13, 4), (33, 9), (70, 17), (97, 31), (150, 20), (260, 33)];
    let with = |(features, hidden): (u32, u32)| {
        [Variant::Relu, Variant::Hidden].map(|variant| Study {
            variant,
            features,
            hidden,
            instances: 3,
            density: Span::new(0.9, 0.01),
            batch: 83,
            decay: Decay::adamw(0.01),
            seed: features,
            ..Study::default()
        })
    };
    sizes.into_iter().flat_map(with).collect()
}

/// Kernels of a study and workgroups a model.
fn ways(study: &Study) -> Vec<(StudyKernel, u32)> {
    let of = |parts: u32, software, memory| {
        let kernel = StudyKernel::of(study, parts > 1, software, memory);
        (kernel, parts)
    };
    vec![
        of(1, true, MEMORY),
        of(1, false, MEMORY),
        of(2, true, MEMORY),
        of(3, false, MEMORY),
        of(7, false, 2 * MEMORY),
    ]
}

fn label(study: &Study) -> String {
    let Study { variant, distribution, target, features, hidden, .. } = study;
    format!("{features} in {hidden} {variant:?} {:?} {target:?}", distribution.sets)
}

fn random_models(plan: &Plan) -> Vec<Model<f32>> {
    let one = |&model: &u32| {
        let uniform = |stream: u32, i| open_unit(block(stream, model, i, 7)[0]) as f32;
        let part = |stream: u32, scale: f32, from: f32| -> Vec<f32> {
            let count = plan.study.parameters() as u32;
            (0..count).map(|i| scale * (uniform(stream, i) - from)).collect()
        };
        Model {
            parameters: part(1, 1.0, 0.5),
            first: part(2, 0.02, 0.5),
            second: part(3, 1e-3, -0.1),
        }
    };
    plan.models.iter().map(one).collect()
}

fn reference(plan: &Plan, models: &mut [Model<f32>], steps: std::ops::Range<u32>) -> Vec<f32> {
    let one = |(model, &index): (&mut Model<f32>, &u32)| {
        let instance = Instance::new(&plan.study, plan.study.place(index).0);
        steps.clone().map(|t| instance.step(index, t, model)).last().unwrap_or_default()
    };
    models.iter_mut().zip(&plan.models).map(one).collect()
}

fn largest(all: &[f32]) -> f32 {
    all.iter().fold(0.0, |most, x| x.abs().max(most))
}

fn assert_close(found: &[f32], expected: &[f32], tolerance: f32, what: &str) {
    assert_eq!(found.len(), expected.len());
    for (i, (f, e)) in found.iter().zip(expected).enumerate() {
        assert!((f - e).abs() <= tolerance, "{what}, parameter {i}: {f} is not {e}");
    }
}

#[test]
fn one_step_is_the_reference_s() {
    let gpu = gpu();
    let memory = gpu.workgroup_memory();
    for (index, study) in studies().into_iter().chain(odd_studies()).enumerate() {
        assert_eq!(study.validate(), Ok(()));
        let plan = Plan::new(&study, Shard::ALL);
        let start = random_models(&plan);
        let mut expected = start.clone();
        let losses = reference(&plan, &mut expected, 3..4);
        // With 1, 2, 3 and 7 workgroups. Software adapters compile a kernel for seconds: every way with one shape, the ways in turns
        // with the others.
        for (way, (kernel, parts)) in ways(&study).into_iter().enumerate() {
            let due = study.features == 13 || index % 5 == way;
            if !due || kernel.sizes().memory > memory {
                continue;
            }
            one_step(&gpu, &plan, (kernel, parts), &start, &expected, &losses);
        }
    }
}

fn one_step(
    gpu: &Gpu,
    plan: &Plan,
    (kernel, parts): (StudyKernel, u32),
    start: &[Model<f32>],
    expected: &[Model<f32>],
    losses: &[f32],
) {
    {
        let study = &plan.study;
        let (found, read) = block_on(async {
            let mut training = StudyTraining::with(gpu, plan, kernel, parts).await?;
            training.set_models(start);
            assert_eq!(training.advance(3, 1).await?, 1);
            Ok((training.models().await?, training.read().await?))
        })
        .unwrap_or_else(|error: engine::EngineError| panic!("{}: {error}", label(study)));
        for (k, (found, expected)) in found.iter().zip(expected).enumerate() {
            let what = format!("{} instance {k}, {parts} parts, {kernel:?}", label(study));
            assert_close(&found.first, &expected.first, 1e-5 * largest(&expected.first), &what);
            assert_close(&found.second, &expected.second, 1e-5 * largest(&expected.second), &what);
            assert_close(&found.parameters, &expected.parameters, 2e-6, &what);
            let loss = read[k].sums.iter().sum::<f32>();
            assert!((loss / losses[k] - 1.0).abs() < 1e-5, "{what}: {loss} {}", losses[k]);
        }
    }
}

/// In slices as they come, only some of the models, and with 1, 2, 3 and 7 workgroups a model.
#[test]
fn a_hundred_steps_stay_with_the_reference() {
    let gpu = gpu();
    let memory = gpu.workgroup_memory();
    let mut tried = std::collections::BTreeSet::new();
    for (index, study) in studies().into_iter().enumerate() {
        let plan = Plan::new(&study, Shard { first: 1, stride: 2 });
        let all = ways(&study).into_iter().skip(1);
        let all: Vec<_> = all.filter(|(kernel, _)| kernel.sizes().memory <= memory).collect();
        let (kernel, parts) = all[index % all.len()];
        tried.insert(parts);
        let mut expected: Vec<_> =
            plan.models.iter().map(|&model| train::model(&study, model)).collect();
        reference(&plan, &mut expected, 0..100);
        let found = block_on(async {
            let mut training = StudyTraining::with(&gpu, &plan, kernel, parts).await?;
            let mut taken = 0;
            while taken < 100 {
                taken += training.advance(taken, 100 - taken).await?;
            }
            training.read().await
        })
        .unwrap_or_else(|error: engine::EngineError| panic!("{}: {error}", label(&study)));
        for ((found, expected), model) in found.iter().zip(&expected).zip(&plan.models) {
            assert_eq!(found.model, *model);
            assert_close(&found.parameters, &expected.parameters, 2e-3, &label(&study));
        }
    }
    assert_eq!(tried.into_iter().collect::<Vec<_>>(), [1, 2, 3, 7]);
}

/// The largest model there can be.
#[test]
fn the_largest_model_is_trained() {
    let gpu = gpu();
    let study = Study {
        variant: Variant::Hidden,
        features: 512,
        hidden: 64,
        instances: 2,
        density: Span::new(0.5, 0.01),
        batch: 5,
        steps: 2,
        ..Study::default()
    };
    let plan = Plan::new(&study, Shard::ALL);
    let mut expected: Vec<_> =
        plan.models.iter().map(|&model| train::model(&study, model)).collect();
    reference(&plan, &mut expected, 0..1);
    let found = block_on(async {
        let mut training = StudyTraining::new(&gpu, &plan).await?;
        training.advance(0, 1).await?;
        training.read().await
    })
    .unwrap_or_else(|error: engine::EngineError| panic!("{error}"));
    for (found, expected) in found.iter().zip(&expected) {
        assert_close(&found.parameters, &expected.parameters, 1e-5, "512 in 64");
    }
}

fn kernels() -> Vec<StudyKernel> {
    let largest = Study { features: 512, hidden: 64, ..Study::default() };
    let smallest = Study { features: 1, hidden: 1, ..Study::default() };
    let presets = Study::PRESETS.iter().map(|preset| (preset.spec)());
    let all = presets.chain(studies()).chain(odd_studies()).chain([largest, smallest]);
    all.flat_map(|study| ways(&study)).map(|(kernel, _)| kernel).collect()
}

#[test]
fn every_kernel_is_valid_and_keeps_to_webgpu_s_limits() {
    for kernel in kernels() {
        let sizes = kernel.sizes();
        for (entry, source) in kernel.sources() {
            let module = naga::front::wgsl::parse_str(&source)
                .unwrap_or_else(|error| panic!("{kernel:?}: {}", error.emit_to_string(&source)));
            let mut validator = Validator::new(ValidationFlags::all(), Capabilities::empty());
            if let Err(error) = validator.validate(&module) {
                panic!("{kernel:?}: {}", error.emit_to_string(&source));
            }
            let [point] = &module.entry_points[..] else { panic!("one entry point") };
            assert_eq!(point.name, entry);
            let [lanes, ..] = point.workgroup_size;
            assert!(lanes as usize == sizes.lanes && lanes <= 256);
            let space = |space: naga::AddressSpace| {
                let is = move |variable: &naga::GlobalVariable| {
                    std::mem::discriminant(&variable.space) == std::mem::discriminant(&space)
                };
                module.global_variables.iter().map(|(_, v)| v).filter(move |v| is(v))
            };
            let access = naga::StorageAccess::empty();
            assert!(space(naga::AddressSpace::Storage { access }).count() <= 8);
            let memory: u32 = space(naga::AddressSpace::WorkGroup)
                .map(|variable| module.types[variable.ty].inner.size(module.to_ctx()))
                .sum();
            assert!(
                memory as usize <= kernel.memory && sizes.memory <= kernel.memory,
                "{kernel:?}"
            );
            assert!(entry == "finish" || memory as usize == sizes.memory, "{kernel:?}: {memory}");
            assert!(!source.contains("//:") && !source.contains("{NQ}"));
        }
    }
}

#[test]
fn the_dispatch_is_laid_out_as_in_the_shader() {
    let kernel = StudyKernel::of(&Study::default(), false, false, MEMORY);
    let source = &kernel.sources()[0].1;
    let module = naga::front::wgsl::parse_str(source).unwrap_or_else(|error| panic!("{error}"));
    let run = module.types.iter().find(|(_, ty)| ty.name.as_deref() == Some("Run"));
    let Some(naga::TypeInner::Struct { members, span }) = run.map(|(_, ty)| &ty.inner) else {
        panic!("no struct Run");
    };
    assert_eq!(*span as usize, size_of::<StudyDispatch>());
    let offset = |name: &str| {
        let found = members.iter().find(|m| m.name.as_deref() == Some(name));
        found.map(|member| member.offset as usize)
    };
    assert_eq!(offset("points"), Some(offset_of!(StudyDispatch, points)));
    assert_eq!(offset("stride"), Some(offset_of!(StudyDispatch, stride)));
    assert_eq!(offset("batch"), Some(offset_of!(StudyDispatch, batch)));
    assert_eq!(offset("scale"), Some(offset_of!(StudyDispatch, scale)));
    assert_eq!(offset("bias"), Some(offset_of!(StudyDispatch, bias)));
    assert_eq!(offset("parts"), Some(offset_of!(StudyDispatch, parts)));
}
