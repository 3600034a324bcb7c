// Training of a study: a model a workgroup, whose invocations share its samples, hidden units and
// parameters, a tile of samples at a time. Twin of crates/toy/src/study/train.rs.

/// Features and hidden dimensions.
const N = {N}u;
const M = {M}u;
/// Samples of a tile: as many as fit workgroup memory.
const TILE = {TILE}u;
/// Invocations of a workgroup.
const LANES = {GROUP}u;
/// Whether the decoder is the encoder, and where rectifiers are.
const TIED = {TIED}u == 1u;
const RECTIFY_HIDDEN = {RECTIFY_HIDDEN}u == 1u;
const RECTIFY_OUTPUT = {RECTIFY_OUTPUT}u == 1u;

/// Where parameters stand: weight i, k of the encoder at i m + k, then, unless weights are tied,
/// of the decoder, then biases.
const BLOCK = N * M;
const DECODER = select(BLOCK, 0u, TIED);
const BIASES = DECODER + BLOCK;
const PARAMETERS = BIASES + N;

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
@group(0) @binding(1) var<storage, read_write> parameters: array<f32>;
@group(0) @binding(2) var<storage, read_write> first_moments: array<f32>;
@group(0) @binding(3) var<storage, read_write> second_moments: array<f32>;
@group(0) @binding(4) var<storage, read_write> gradient: array<f32>;
/// Sums of losses at each point of each model's curve.
@group(0) @binding(5) var<storage, read_write> losses: array<f32>;
@group(0) @binding(6) var<storage, read> rates: array<StepRates>;
/// Importances, as bits, and then each model's place.
@group(0) @binding(8) var<storage, read> tables: array<u32>;

/// Inputs of a tile; outputs, then errors times importance; hidden units; what errors are worth to
/// them.
var<workgroup> input: array<f32, TILE * N>;
var<workgroup> output: array<f32, TILE * N>;
var<workgroup> hidden: array<f32, TILE * M>;
var<workgroup> back: array<f32, TILE * M>;
/// What each invocation has found of the loss.
var<workgroup> found: array<f32, LANES>;

fn place_of(model: u32) -> Place {
    let at = N + model * run.stride;
    return Place(
        tables[at],
        Binomial(tables[at + 1u], tables[at + 2u], tables[at + 3u]),
        Binomial(tables[at + 4u], tables[at + 5u], tables[at + 6u]),
    );
}

fn importance(i: u32) -> f32 {
    return bitcast<f32>(tables[i]);
}

/// Hidden units of a tile, from its inputs.
fn encode(at: u32, samples: u32, lane: u32) {
    for (var job = lane; job < samples * M; job += LANES) {
        let t = job / M;
        let k = job % M;
        var sum = 0.0;
        for (var i = 0u; i < N; i++) {
            let x = input[t * N + i];
            if (x != 0.0) {
                sum += x * parameters[at + i * M + k];
            }
        }
        hidden[job] = select(sum, max(sum, 0.0), RECTIFY_HIDDEN);
    }
}

/// Errors of a tile, times importance, from its hidden units; returns this invocation's part of
/// their weighted squares.
fn compare(at: u32, samples: u32, lane: u32) -> f32 {
    var squares = 0.0;
    for (var job = lane; job < samples * N; job += LANES) {
        let t = job / N;
        let i = job % N;
        var z = parameters[at + BIASES + i];
        for (var k = 0u; k < M; k++) {
            z += hidden[t * M + k] * parameters[at + DECODER + i * M + k];
        }
        let x = input[job];
        let wanted = select(x, abs(x), ABSOLUTE);
        let off = RECTIFY_OUTPUT && z <= 0.0;
        let miss = select(z - wanted, -wanted, off);
        squares += importance(i) * miss * miss;
        output[job] = select(importance(i) * miss, 0.0, off);
    }
    return squares;
}

/// What a tile's errors are worth to its hidden units.
fn return_errors(at: u32, samples: u32, lane: u32) {
    for (var job = lane; job < samples * M; job += LANES) {
        let t = job / M;
        let k = job % M;
        var sum = 0.0;
        for (var i = 0u; i < N; i++) {
            let error = output[t * N + i];
            if (error != 0.0) {
                sum += error * parameters[at + DECODER + i * M + k];
            }
        }
        back[job] = select(sum, 0.0, RECTIFY_HIDDEN && hidden[job] <= 0.0);
    }
}

/// Adds a tile to the gradient; each invocation owns some of the parameters.
fn accumulate(at: u32, samples: u32, lane: u32) {
    for (var p = lane; p < BLOCK; p += LANES) {
        let i = p / M;
        let k = p % M;
        var encoder = 0.0;
        var decoder = 0.0;
        for (var t = 0u; t < samples; t++) {
            encoder += input[t * N + i] * back[t * M + k];
            decoder += output[t * N + i] * hidden[t * M + k];
        }
        if (TIED) {
            gradient[at + p] += encoder + decoder;
        } else {
            gradient[at + p] += encoder;
            gradient[at + DECODER + p] += decoder;
        }
    }
    for (var i = lane; i < N; i += LANES) {
        var sum = 0.0;
        for (var t = 0u; t < samples; t++) {
            sum += output[t * N + i];
        }
        gradient[at + BIASES + i] += sum;
    }
}

/// Moves parameter p of the model whose state begins at `at`.
fn move_parameter(at: u32, p: u32, g: f32, step: u32) {
    let old = Parameter(parameters[at + p], first_moments[at + p], second_moments[at + p]);
    let moved = adam_step(old, run.scale * g, rates[step]);
    parameters[at + p] = moved.value;
    first_moments[at + p] = moved.first;
    second_moments[at + p] = moved.second;
}

/// Moves the parameters that an invocation owns, after adding the samples that are entirely zero,
/// which only biases notice; returns those samples' weighted squares.
fn finish(at: u32, zeros: f32, step: u32, lane: u32) -> f32 {
    for (var p = lane; p < BLOCK; p += LANES) {
        move_parameter(at, p, gradient[at + p], step);
        if (!TIED) {
            move_parameter(at, DECODER + p, gradient[at + DECODER + p], step);
        }
    }
    var squares = 0.0;
    for (var i = lane; i < N; i += LANES) {
        let b = parameters[at + BIASES + i];
        let y = select(b, max(b, 0.0), RECTIFY_OUTPUT);
        let error = zeros * importance(i) * y;
        squares += error * y;
        move_parameter(at, BIASES + i, run.bias * (gradient[at + BIASES + i] + error), step);
    }
    return squares;
}

@compute @workgroup_size(LANES)
fn train(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
    let model = run.first_model + group.x;
    let place = place_of(model);
    let at = model * PARAMETERS;
    for (var step = run.first_step; step < run.first_step + run.steps; step++) {
        for (var p = lane; p < BLOCK; p += LANES) {
            gradient[at + p] = 0.0;
            if (!TIED) {
                gradient[at + DECODER + p] = 0.0;
            }
        }
        for (var i = lane; i < N; i += LANES) {
            gradient[at + BIASES + i] = 0.0;
        }
        let count = binomial(place.samples, random_block(run.seed, place.key, step, COUNT_BLOCK).x);
        var squares = 0.0;
        for (var first = 0u; first < count; first += TILE) {
            let samples = min(TILE, count - first);
            workgroupBarrier();
            for (var job = lane; job < TILE * N; job += LANES) {
                input[job] = 0.0;
                output[job] = 0.0;
            }
            workgroupBarrier();
            for (var t = lane; t < samples; t += LANES) {
                draw_sample(t, place, step, first + t);
            }
            workgroupBarrier();
            encode(at, samples, lane);
            workgroupBarrier();
            squares += compare(at, samples, lane);
            workgroupBarrier();
            return_errors(at, samples, lane);
            workgroupBarrier();
            accumulate(at, samples, lane);
        }
        squares += finish(at, f32(run.batch - count), step, lane);
        found[lane] = squares;
        workgroupBarrier();
        if (lane == 0u) {
            var sum = 0.0;
            for (var other = 0u; other < LANES; other++) {
                sum += found[other];
            }
            losses[model * run.points + point_of(step)] += run.share * sum;
        }
        // The next step reads what others have moved.
        storageBarrier();
        workgroupBarrier();
    }
}

/// The point of the loss curve that a step belongs to: floor(step points / all_steps). At most
/// 1,000,000 steps times 256 points, which 32 bits hold.
fn point_of(step: u32) -> u32 {
    return step * run.points / run.all_steps;
}
