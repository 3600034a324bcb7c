//! Every kernel is valid WGSL, and the structs it shares with Rust have the same layout.
#![cfg(not(target_arch = "wasm32"))]

use engine::gpu::layout::{ExactRow, Run, SampledRow, Threshold};
use engine::gpu::shader::{GROUP, Kernel};
use naga::valid::{Capabilities, ValidationFlags, Validator};
use std::mem::{offset_of, size_of};
use toy::schedule::StepRates;

/// Every kernel a valid sweep can ask for.
fn kernels() -> Vec<Kernel> {
    let shapes = (2..=8).flat_map(|n| (1..n).map(move |m| (n, m)));
    shapes
        .flat_map(|(n, m)| {
            let ways = [(false, false), (false, true), (true, false)];
            ways.map(|(exact, shared)| Kernel { n, m, exact, shared })
        })
        .filter(|kernel| !kernel.exact || kernel.n <= toy::population::MAX_EXACT)
        .collect()
}

fn parse(kernel: Kernel) -> naga::Module {
    let source = kernel.source();
    naga::front::wgsl::parse_str(&source)
        .unwrap_or_else(|error| panic!("{kernel:?}: {}", error.emit_to_string(&source)))
}

#[test]
fn every_kernel_is_valid() {
    let kernels = kernels();
    assert_eq!(kernels.len(), 2 * 28 + 6);
    for kernel in kernels {
        let module = parse(kernel);
        let mut validator = Validator::new(ValidationFlags::all(), Capabilities::empty());
        if let Err(error) = validator.validate(&module) {
            panic!("{kernel:?}: {}", error.emit_to_string(&kernel.source()));
        }
        assert_eq!(module.entry_points.len(), 1);
        assert_eq!(module.entry_points[0].name, "train");
        assert_eq!(module.entry_points[0].workgroup_size, [GROUP, 1, 1]);
        let storage = module
            .global_variables
            .iter()
            .filter(|(_, variable)| matches!(variable.space, naga::AddressSpace::Storage { .. }));
        assert!(storage.count() <= 8, "WebGPU promises 8 storage buffers");
        // Where sizes are constants, as Safari wants it, the module knows them.
        let workgroup: u32 = module
            .global_variables
            .iter()
            .filter(|(_, variable)| variable.space == naga::AddressSpace::WorkGroup)
            .map(|(_, variable)| module.types[variable.ty].inner.size(module.to_ctx()))
            .sum();
        let moments = (kernel.n * (kernel.n + 1)) as u32;
        let expected = if kernel.shared { 4 * (GROUP / 2 + 1) * moments } else { 0 };
        assert_eq!(workgroup, expected);
        assert!(workgroup <= 16384, "WebGPU promises 16384 bytes");
        assert!(module.overrides.is_empty());
        assert!(!kernel.source().contains("//:"), "a loop was not written out");
    }
}

/// Size of a WGSL struct, and names and offsets of its members.
fn layout(kernel: Kernel, name: &str) -> (usize, Vec<(String, usize)>) {
    let module = parse(kernel);
    let (_, ty) = module
        .types
        .iter()
        .find(|(_, ty)| ty.name.as_deref() == Some(name))
        .unwrap_or_else(|| panic!("{kernel:?} has no struct {name}"));
    let naga::TypeInner::Struct { members, span } = &ty.inner else { panic!("{name}") };
    let member = |m: &naga::StructMember| (m.name.clone().unwrap_or_default(), m.offset as usize);
    (*span as usize, members.iter().map(member).collect())
}

macro_rules! same_layout {
    ($kernel:expr, $name:literal, $type:ty, $($field:ident),+) => {
        let rust = vec![$((stringify!($field).to_owned(), offset_of!($type, $field))),+];
        assert_eq!(layout($kernel, $name), (size_of::<$type>(), rust), $name);
    };
}

#[test]
fn structs_have_the_same_layout_in_rust_and_wgsl() {
    for kernel in kernels() {
        same_layout!(
            kernel,
            "Run",
            Run,
            first_step,
            steps,
            first_model,
            end,
            models,
            offset,
            models_per_row,
            repeats,
            seed,
            batch,
            beta1,
            beta2,
            epsilon,
            scale,
            bias
        );
        same_layout!(kernel, "StepRates", StepRates, rate, root, decay, padding);
        if kernel.exact {
            same_layout!(kernel, "Row", ExactRow, key, share);
        } else {
            same_layout!(kernel, "Row", SampledRow, key, count, later, first);
            same_layout!(kernel, "Threshold", Threshold, below, scale);
            let count = ["base", "bits", "offset"].map(str::to_owned);
            let count: Vec<_> = count.into_iter().zip([0, 4, 8]).collect();
            assert_eq!(layout(kernel, "Binomial"), (size_of::<[u32; 3]>(), count));
        }
    }
}
