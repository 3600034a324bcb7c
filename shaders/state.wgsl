// What a dispatch does, the models in their buffers, and the step that every way of training shares.

/// What a dispatch does.
struct Run {
    /// Steps from `first_step` on.
    first_step: u32,
    steps: u32,
    /// The dispatch begins at this model of the buffers, which hold `models`, and ends before that.
    first_model: u32,
    end: u32,
    models: u32,
    /// Place of the buffers' first model in the share, where models of a row are neighbours, and
    /// among them those of a pixel.
    offset: u32,
    models_per_row: u32,
    repeats: u32,
    /// Seed of all random numbers.
    seed: u32,
    /// Samples a step.
    batch: u32,
    beta1: f32,
    beta2: f32,
    epsilon: f32,
    /// Factor from moments to gradient: 2 / n, and for sums over a batch, 2 / (n batch).
    scale: f32,
    /// 1 when biases are trained, else 0.
    bias: f32,
}

@group(0) @binding(0) var<uniform> run: Run;
/// State: parameter p of model i stands at p * models + i; weight W_ik is parameter i m + k, bias
/// b_i is parameter n m + i.
@group(0) @binding(1) var<storage, read_write> values: array<f32>;
@group(0) @binding(2) var<storage, read_write> firsts: array<f32>;
@group(0) @binding(3) var<storage, read_write> seconds: array<f32>;
/// One entry a step, a column and a row.
@group(0) @binding(4) var<storage, read> rates: array<StepRates>;
@group(0) @binding(5) var<storage, read> importances: array<f32>;
@group(0) @binding(6) var<storage, read> rows: array<Row>;

fn load(parameter: u32, index: u32) -> Parameter {
    let at = parameter * run.models + index;
    return Parameter(values[at], firsts[at], seconds[at]);
}

fn store(parameter: u32, index: u32, state: Parameter) {
    let at = parameter * run.models + index;
    values[at] = state.value;
    firsts[at] = state.first;
    seconds[at] = state.second;
}

fn load_model(index: u32) -> Model {
    var model: Model;
    //: for i in N
    //: for k in M
    model.w{i}_{k} = load({i} * {M} + {k}, index);
    //: end
    model.b{i} = load({N} * {M} + {i}, index);
    //: end
    return model;
}

fn store_model(index: u32, model: Model) {
    //: for i in N
    //: for k in M
    store({i} * {M} + {k}, index, model.w{i}_{k});
    //: end
    store({N} * {M} + {i}, index, model.b{i});
    //: end
}

/// Where a model stands in the diagram.
struct Place {
    row: Row,
    /// Its key in the random streams.
    key: u32,
    /// Relative importance of its last feature.
    importance: f32,
}

fn place_of(index: u32) -> Place {
    let place = run.offset + index;
    let in_row = place % run.models_per_row;
    let row = rows[place / run.models_per_row];
    return Place(row, row.key + in_row, importances[in_row / run.repeats]);
}

/// The model after a step, given the moments of the step's data.
fn stepped(before: Model, sums: Moments, importance: f32, now: StepRates) -> Model {
    let d = gradient(before, sums, importance, run.scale, run.bias);
    var model: Model;
    //: for i in N
    //: for k in M
    model.w{i}_{k} = adam_step(before.w{i}_{k}, d.w{i}_{k}, now);
    //: end
    model.b{i} = adam_step(before.b{i}, d.b{i}, now);
    //: end
    return model;
}
