// Operations that go element by element, an invocation each, in strides of the whole dispatch.

/// Elements from one of an invocation to its next.
fn stride(groups: vec3u) -> u32 {
    return groups.x * GROUP;
}

/// a = (x, y, count).
@compute @workgroup_size(64)
fn relu(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
    let base = id.z * run.numbers;
    for (var i = id.x; i < call.a.z; i += stride(groups)) {
        data[base + call.a.y + i] = max(data[base + call.a.x + i], 0.0);
    }
}

/// a = (x, y, count).
@compute @workgroup_size(64)
fn relu_back(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
    let base = id.z * run.numbers;
    for (var i = id.x; i < call.a.z; i += stride(groups)) {
        if data[base + call.a.x + i] > 0.0 {
            slope[base + call.a.x + i] += slope[base + call.a.y + i];
        }
    }
}

const GELU_SCALE = 0.7978845608028654;
const GELU_CUBIC = 0.044715;

/// tanh of GELU's inner polynomial; beyond 10 it is 1, and some drivers' is no number.
fn gelu_tanh(x: f32) -> f32 {
    return tanh(clamp(GELU_SCALE * (x + GELU_CUBIC * x * x * x), -10.0, 10.0));
}

/// a = (x, y, count).
@compute @workgroup_size(64)
fn gelu(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
    let base = id.z * run.numbers;
    for (var i = id.x; i < call.a.z; i += stride(groups)) {
        let x = data[base + call.a.x + i];
        data[base + call.a.y + i] = 0.5 * x * (1.0 + gelu_tanh(x));
    }
}

/// a = (x, y, count).
@compute @workgroup_size(64)
fn gelu_back(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
    let base = id.z * run.numbers;
    for (var i = id.x; i < call.a.z; i += stride(groups)) {
        let x = data[base + call.a.x + i];
        let t = gelu_tanh(x);
        let inner = GELU_SCALE * (1.0 + 3.0 * GELU_CUBIC * x * x);
        let d = slope[base + call.a.y + i];
        slope[base + call.a.x + i] += d * 0.5 * (1.0 + t + x * (1.0 - t * t) * inner);
    }
}

/// z = x + y, which repeats. a = (x, y, z, count), b = (length of y).
@compute @workgroup_size(64)
fn add(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
    let base = id.z * run.numbers;
    for (var i = id.x; i < call.a.w; i += stride(groups)) {
        let y = data[base + call.a.y + i % call.b.x];
        data[base + call.a.z + i] = data[base + call.a.x + i] + y;
    }
}

/// Adds dz to the gradient of a term. a = (dz, dx, length of dx, repetitions).
@compute @workgroup_size(64)
fn add_back(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
    let base = id.z * run.numbers;
    for (var i = id.x; i < call.a.z; i += stride(groups)) {
        var sum = 0.0;
        for (var repetition = 0u; repetition < call.a.w; repetition++) {
            sum += slope[base + call.a.x + repetition * call.a.z + i];
        }
        slope[base + call.a.y + i] += sum;
    }
}

/// One row of each sequence. a = (x, y, elements of y), b = (rows, row, width).
@compute @workgroup_size(64)
fn select_row(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
    let base = id.z * run.numbers;
    for (var i = id.x; i < call.a.z; i += stride(groups)) {
        data[base + call.a.y + i] = data[base + call.a.x + selected(i)];
    }
}

/// The same, back.
@compute @workgroup_size(64)
fn select_back(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
    let base = id.z * run.numbers;
    for (var i = id.x; i < call.a.z; i += stride(groups)) {
        slope[base + call.a.x + selected(i)] += slope[base + call.a.y + i];
    }
}

fn selected(i: u32) -> u32 {
    return (i / call.b.z * call.b.x + call.b.y) * call.b.z + i % call.b.z;
}
