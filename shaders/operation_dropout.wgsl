// Dropout. Twin of crates/toy/src/operation/dropout.rs, whose seeds and indices it shares.

/// Factor of an element, by seed of the site and what is dropped: a word below `below`.
fn drop_factor(seed: u32, below: u32, scale: f32, model: u32, index: u32) -> f32 {
    let words = random_block(seed, key_of(model), clock[0], index / 4u);
    return select(scale, 0.0, words[index % 4u] < below);
}

/// a = (x, y, count), b = (seed, below, bits of the scale).
@compute @workgroup_size(64)
fn dropout(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
    let base = id.z * run.numbers;
    for (var i = id.x; i < call.a.z; i += groups.x * GROUP) {
        let factor = drop_factor(call.b.x, call.b.y, bitcast<f32>(call.b.z), id.z, i);
        data[base + call.a.y + i] = factor * data[base + call.a.x + i];
    }
}

/// The same, back.
@compute @workgroup_size(64)
fn dropout_back(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
    let base = id.z * run.numbers;
    for (var i = id.x; i < call.a.z; i += groups.x * GROUP) {
        let factor = drop_factor(call.b.x, call.b.y, bitcast<f32>(call.b.z), id.z, i);
        slope[base + call.a.x + i] += factor * slope[base + call.a.y + i];
    }
}
