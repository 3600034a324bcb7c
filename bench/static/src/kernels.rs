//! The kernels whose figures are kept, as the GPU backend hands them to a driver.

use engine::gpu::operation;
use engine::gpu::shader::Kernel;
use engine::gpu::study_shader::{MEMORY, StudyKernel};
use naga::back::spv::{self, ZeroInitializeWorkgroupMemoryMode};
use naga::proc::{BoundsCheckPolicies, BoundsCheckPolicy};
use naga::valid::{Capabilities, ValidationFlags, Validator};
use toy::study::{Study, Variant};

/// A kernel to be compiled.
pub struct Source {
    /// By which it is known in the table.
    pub name: String,
    /// Its entry point and its text.
    pub entry: String,
    text: String,
    /// Whether accesses and loops are checked as it runs.
    checked: bool,
}

/// What a driver takes.
pub struct Compiled {
    /// SPIR-V.
    pub words: Vec<u32>,
    /// Numbers of the bindings, and whether each is a uniform.
    pub bindings: Vec<(u32, bool)>,
}

/// All kernels: of sweeps, of studies, and of the operations of networks.
pub fn all() -> Vec<Source> {
    let mut all = vec![];
    for (n, m) in [(2, 1), (3, 2), (4, 3)] {
        all.push(sweep(Kernel { n, m, exact: true, shared: false }));
    }
    for (n, m) in [(2, 1), (4, 3), (8, 7)] {
        all.push(sweep(Kernel { n, m, exact: false, shared: false }));
    }
    all.push(sweep(Kernel { n: 2, m: 1, exact: false, shared: true }));
    for (features, hidden, variant, split) in [
        (80, 20, Variant::Relu, false),
        (80, 20, Variant::Relu, true),
        (80, 20, Variant::Hidden, false),
        (20, 5, Variant::Relu, false),
        (400, 30, Variant::Relu, false),
        (400, 30, Variant::Relu, true),
    ] {
        let study = Study { features, hidden, variant, ..Study::default() };
        let kernel = StudyKernel::of(&study, split, false, MEMORY);
        let untied = if variant.tied() { "" } else { " untied" };
        let split = if kernel.split { " split" } else { "" };
        all.extend(kernel.sources().into_iter().map(|(entry, text)| {
            let part = if entry == "train" { String::new() } else { format!(" {entry}") };
            let name = format!("study {features} in {hidden}{untied}{split}{part}");
            Source { name, entry: entry.into(), text, checked: false }
        }));
    }
    let text = operation::source();
    for entry in ["matmul", "matmul_back", "attention", "attention_back", "norm", "move_parameters"]
    {
        let name = format!("network {}", entry.replace('_', " "));
        all.push(Source { name, entry: entry.into(), text: text.clone(), checked: true });
    }
    all
}

fn sweep(kernel: Kernel) -> Source {
    let Kernel { n, m, exact, shared } = kernel;
    let data = if exact { "exact" } else { "sampled" };
    let shared = if shared { " shared" } else { "" };
    let name = format!("{data} {n} in {m}{shared}");
    Source { name, entry: "train".into(), text: kernel.source(), checked: false }
}

/// The kernel as SPIR-V, written as wgpu writes it for Vulkan.
pub fn compile(source: &Source) -> Result<Compiled, String> {
    let Source { name, entry, text, checked } = source;
    let module = naga::front::wgsl::parse_str(text)
        .map_err(|error| format!("{name}: {}", error.emit_to_string(text)))?;
    let info = Validator::new(ValidationFlags::all(), Capabilities::empty())
        .validate(&module)
        .map_err(|error| format!("{name}: {}", error.emit_to_string(text)))?;
    let index = if *checked { BoundsCheckPolicy::Restrict } else { BoundsCheckPolicy::Unchecked };
    let options = spv::Options {
        lang_version: (1, 5),
        flags: spv::WriterFlags::empty(),
        bounds_check_policies: BoundsCheckPolicies {
            index,
            buffer: BoundsCheckPolicy::Unchecked,
            ..BoundsCheckPolicies::default()
        },
        zero_initialize_workgroup_memory: ZeroInitializeWorkgroupMemoryMode::Native,
        force_loop_bounding: *checked,
        ..spv::Options::default()
    };
    let stage = naga::ShaderStage::Compute;
    let which = spv::PipelineOptions { shader_stage: stage, entry_point: entry.clone() };
    let words = spv::write_vec(&module, &info, &options, Some(&which))
        .map_err(|error| format!("{name}: {error}"))?;
    let point = module.entry_points.iter().position(|point| point.name == *entry);
    let used = info.get_entry_point(point.ok_or_else(|| format!("{name}: no {entry}"))?);
    let bound = module.global_variables.iter().filter(|(handle, _)| !used[*handle].is_empty());
    let bindings = bound
        .filter_map(|(_, variable)| {
            let uniform = variable.space == naga::AddressSpace::Uniform;
            variable.binding.map(|at| (at.binding, uniform))
        })
        .collect();
    Ok(Compiled { words, bindings })
}
