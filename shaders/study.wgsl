// Training of a study: a model a workgroup, or several where few models would leave a GPU idle,
// whose invocations share its samples, a tile of them at a time. Twin of
// crates/toy/src/study/train.rs.
//
// Everything is in quads of four floats: rows of weights are padded to whole quads, and features to
// a multiple of four, with zeros that stay zero. All products are made of tiles in registers: of four
// features by four hidden units for gradients, of a few samples by four numbers for what comes out of
// a layer. Nothing tests for zeros: a branch costs more than what it would save.

/// Quads of features and of hidden units.
const NQ = {NQ}u;
const MQ = {MQ}u;
/// Samples of a tile, and of a job of one invocation: where outputs are computed, and where hidden
/// units are.
const TILE = {TILE}u;
const ROWS = {ROWS}u;
const UNIT_ROWS = {UNIT_ROWS}u;
/// Invocations that share the features of a hidden unit.
const UNIT_PARTS = {UNIT_PARTS}u;
/// Quads of features that a hidden unit takes at once; a part of NQ.
const QUADS = {QUADS}u;
/// Invocations of a workgroup.
const LANES = {LANES}u;
/// Whether the decoder is the encoder, and where rectifiers are.
const TIED = {TIED}u == 1u;
const RECTIFY_HIDDEN = {RECTIFY_HIDDEN}u == 1u;
const RECTIFY_OUTPUT = {RECTIFY_OUTPUT}u == 1u;

/// Where a model's parameters stand, in quads: weights i, 4 k to 4 k + 3 of the encoder at
/// i MQ + k, then, unless weights are tied, of the decoder, then biases.
const WEIGHTS = 4u * NQ * MQ;
const DECODER = select(WEIGHTS, 0u, TIED);
const BIASES = DECODER + WEIGHTS;
const PARAMETERS = BIASES + NQ;
/// What gradients are divided into: blocks of four rows by a quad, then quads of biases.
const BLOCKS = NQ * MQ;
const JOBS = BLOCKS + NQ;
/// Invocations that share the samples of a block.
const BLOCK_PARTS = {BLOCK_PARTS}u;

/// What a dispatch does.
struct Run {
    /// Steps to take, and those taken before.
    first_step: u32,
    steps: u32,
    /// Steps of the whole run, and points of its loss curve.
    all_steps: u32,
    points: u32,
    /// The first workgroup's model.
    first_model: u32,
    /// Words of a model's entry in the tables.
    stride: u32,
    seed: u32,
    batch: u32,
    beta1: f32,
    beta2: f32,
    epsilon: f32,
    /// 2 / (n batch).
    scale: f32,
    /// 1 / batch.
    share: f32,
    /// 1 if biases are trained, else 0.
    bias: f32,
    /// Workgroups that share a model.
    parts: u32,
}

/// What distinguishes a model from the others.
struct Place {
    /// Key in the random streams.
    key: u32,
    /// Distribution of the number of non-zero samples in a batch, and of active units in such a
    /// sample.
    samples: Binomial,
    units: Binomial,
}

@group(0) @binding(0) var<uniform> run: Run;
/// State, each model's parameters together.
@group(0) @binding(1) var<storage, read_write> parameters: array<vec4f>;
//: for any in STEPS
@group(0) @binding(2) var<storage, read_write> first_moments: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> second_moments: array<vec4f>;
/// Sums of losses at each point of each model's curve.
@group(0) @binding(5) var<storage, read_write> losses: array<f32>;
@group(0) @binding(6) var<storage, read> rates: array<StepRates>;
//: end
//: for any in SPLIT
/// What each workgroup has found: of each parameter, and then of the loss.
@group(0) @binding(4) var<storage, read_write> partial_sums: array<vec4f>;
//: end
/// Importances, as bits, and then each model's place.
@group(0) @binding(8) var<storage, read> tables: array<u32>;

fn place_of(model: u32) -> Place {
    let at = 4u * NQ + model * run.stride;
    return Place(
        tables[at],
        Binomial(tables[at + 1u], tables[at + 2u], tables[at + 3u]),
        Binomial(tables[at + 4u], tables[at + 5u], tables[at + 6u]),
    );
}

fn importances(iq: u32) -> vec4f {
    let i = 4u * iq;
    return bitcast<vec4f>(vec4u(tables[i], tables[i + 1u], tables[i + 2u], tables[i + 3u]));
}

/// Non-zero samples of a model's batch at a step.
fn sample_count(place: Place, step: u32) -> u32 {
    return binomial(place.samples, random_block(run.seed, place.key, step, COUNT_BLOCK).x);
}
