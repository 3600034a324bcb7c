// What a step has beside its operations: its batch, the optimiser and the clock.

/// Features of tokens that are their own targets. a = (input, target, features of a sequence,
/// sequences), b = (blocks of the stream a sequence, sequences a density, models). An invocation
/// four features.
@compute @workgroup_size(64)
fn draw_identity(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
    let base = id.z * run.numbers;
    let fours = (call.a.z + 3u) / 4u;
    for (var i = id.x; i < fours * call.a.w; i += groups.x * GROUP) {
        let sequence = i / fours;
        let four = i % fours;
        let block = sequence * call.b.x + four;
        let words = random_block(run.seed, key_of(id.z), clock[0], block);
        for (var k = 0u; k < 4u; k++) {
            let feature = 4u * four + k;
            if feature < call.a.z {
                let x = feature_value(words[k], density_of(id.z, sequence));
                data[base + call.a.x + sequence * call.a.z + feature] = x;
                data[base + call.a.y + sequence * call.a.z + feature] = x;
            }
        }
    }
}

/// Where a density's threshold stands, of a sequence of a model.
fn density_of(model: u32, sequence: u32) -> u32 {
    return 2u * (call.b.z + tables[2u * model + 1u] + sequence / call.b.y);
}

/// A feature's value from a word. Twin of `Threshold::value` in crates/toy/src/sample.rs.
fn feature_value(word: u32, density: u32) -> f32 {
    let integer = word >> 8u;
    return select(0.0, f32(integer) * bitcast<f32>(tables[density + 1u]), integer < tables[density]);
}

/// Word `index` of a sequence's part of the stream.
fn word_at(model: u32, sequence: u32, index: u32) -> u32 {
    let block = sequence * call.b.x + index / 4u;
    return random_block(run.seed, key_of(model), clock[0], block)[index % 4u];
}

fn below(word: u32, end: u32) -> u32 {
    return ((word >> 9u) * end) >> 23u;
}

/// Tokens with keys, and one that asks. a = (input, target, keys' place, sequences),
/// b = (blocks of the stream a sequence, sequences a density, models),
/// c = (features, tokens, number of keys). An invocation a sequence.
@compute @workgroup_size(64)
fn draw_retrieval(@builtin(global_invocation_id) id: vec3u) {
    if id.x >= call.a.w {
        return;
    }
    let features = call.c.x;
    let carrying = call.c.y - 1u;
    let base = id.z * run.numbers;
    let own = id.z * run.tokens + call.a.z + id.x * call.c.y;
    // The first places of a shuffled deck.
    var deck: array<u32, 64>;
    for (var key = 0u; key < call.c.z; key++) {
        deck[key] = key;
    }
    for (var place = 0u; place < carrying; place++) {
        let other = place + below(word_at(id.z, id.x, place), call.c.z - place);
        let key = deck[other];
        deck[other] = deck[place];
        deck[place] = key;
        tokens[own + place] = key;
    }
    let asked = below(word_at(id.z, id.x, carrying), carrying);
    tokens[own + carrying] = deck[asked];
    let density = density_of(id.z, id.x);
    let input = base + call.a.x + id.x * call.c.y * features;
    for (var i = 0u; i < carrying * features; i++) {
        let x = feature_value(word_at(id.z, id.x, carrying + 1u + i), density);
        data[input + i] = x;
        if i / features == asked {
            data[base + call.a.y + id.x * features + i % features] = x;
        }
    }
    for (var i = 0u; i < features; i++) {
        data[input + carrying * features + i] = 0.0;
    }
}

/// Moves every parameter.
@compute @workgroup_size(64)
fn move_parameters(
    @builtin(global_invocation_id) id: vec3u,
    @builtin(num_workgroups) groups: vec3u,
) {
    let constants = rates[clock[0]];
    let moments = id.z * run.state;
    for (var i = id.x; i < run.parameters; i += groups.x * GROUP) {
        let at = id.z * run.numbers + i;
        let before = Parameter(data[at], state[moments + i], state[moments + run.parameters + i]);
        let step = StepRates(constants.x, constants.y, constants.z, 0.0);
        let after = adam_step(before, slope[at], step);
        data[at] = after.value;
        state[moments + i] = after.first;
        state[moments + run.parameters + i] = after.second;
    }
}

/// The next step.
@compute @workgroup_size(1)
fn tick() {
    clock[0] += 1u;
}
