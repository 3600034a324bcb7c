// What the kernels of operations share: where models' numbers stand, and what a call says.
//
// Every tensor of a tape has a place in a model's numbers, parameters first; gradients stand in a
// second buffer at the same places. The third dimension of a dispatch is the model. Twins of the
// modules of crates/toy/src/operation; crates/engine/src/gpu/operation writes the calls.

/// Operands of one call, as places and sizes; each kernel says which are which.
struct Call {
    a: vec4u,
    b: vec4u,
    c: vec4u,
    d: vec4u,
}

/// What all calls have in common.
struct Run {
    /// Numbers, tokens and words of state of a model.
    numbers: u32,
    tokens: u32,
    state: u32,
    /// Parameters of a model; moments stand in the state: first ones, second ones, then losses.
    parameters: u32,
    seed: u32,
    beta1: f32,
    beta2: f32,
    epsilon: f32,
}

@group(0) @binding(0) var<uniform> call: Call;
@group(0) @binding(1) var<uniform> run: Run;
@group(0) @binding(2) var<storage, read_write> data: array<f32>;
@group(0) @binding(3) var<storage, read_write> slope: array<f32>;
@group(0) @binding(4) var<storage, read_write> tokens: array<u32>;
@group(0) @binding(5) var<storage, read_write> state: array<f32>;
/// Key and first density of each model, then threshold and scale of each density.
@group(0) @binding(6) var<storage, read> tables: array<u32>;
/// The step, and the constants of every step; the last of the four is a point of the loss curve.
@group(0) @binding(7) var<storage, read_write> clock: array<u32>;
@group(0) @binding(8) var<storage, read> rates: array<vec4f>;

/// Invocations of a workgroup.
const GROUP = 64u;

/// Key of a model in the random streams.
fn key_of(model: u32) -> u32 {
    return tables[2u * model];
}
