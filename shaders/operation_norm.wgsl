// Layer normalisation, an invocation a row. a = (x, gain, shift, y), b = (rows, width, statistics).

const NORM_EPSILON = 1e-5;

@compute @workgroup_size(64)
fn norm(@builtin(global_invocation_id) id: vec3u) {
    if id.x >= call.b.x {
        return;
    }
    let base = id.z * run.numbers;
    let x = base + call.a.x + id.x * call.b.y;
    let width = f32(call.b.y);
    var mean = 0.0;
    for (var k = 0u; k < call.b.y; k++) {
        mean += data[x + k];
    }
    mean /= width;
    var variance = 0.0;
    for (var k = 0u; k < call.b.y; k++) {
        let z = data[x + k] - mean;
        variance += z * z;
    }
    let inverse = 1.0 / sqrt(variance / width + NORM_EPSILON);
    for (var k = 0u; k < call.b.y; k++) {
        let z = (data[x + k] - mean) * inverse;
        let y = z * data[base + call.a.y + k] + data[base + call.a.z + k];
        data[base + call.a.w + id.x * call.b.y + k] = y;
    }
    data[base + call.b.z + 2u * id.x] = mean;
    data[base + call.b.z + 2u * id.x + 1u] = inverse;
}

/// Adds to the gradient by x.
@compute @workgroup_size(64)
fn norm_back(@builtin(global_invocation_id) id: vec3u) {
    if id.x >= call.b.x {
        return;
    }
    let base = id.z * run.numbers;
    let x = base + call.a.x + id.x * call.b.y;
    let y = base + call.a.w + id.x * call.b.y;
    let mean = data[base + call.b.z + 2u * id.x];
    let inverse = data[base + call.b.z + 2u * id.x + 1u];
    var plain = 0.0;
    var along = 0.0;
    for (var k = 0u; k < call.b.y; k++) {
        let dz = slope[y + k] * data[base + call.a.y + k];
        plain += dz;
        along += dz * (data[x + k] - mean) * inverse;
    }
    plain /= f32(call.b.y);
    along /= f32(call.b.y);
    for (var k = 0u; k < call.b.y; k++) {
        let z = (data[x + k] - mean) * inverse;
        let dz = slope[y + k] * data[base + call.a.y + k];
        slope[x + k] += inverse * (dz - plain - z * along);
    }
}

/// Adds to the gradients by gain (c.x is 1 where it learns) and shift (c.y); an invocation a column.
@compute @workgroup_size(64)
fn norm_back_parameters(@builtin(global_invocation_id) id: vec3u) {
    if id.x >= call.b.y {
        return;
    }
    let base = id.z * run.numbers;
    var gain = 0.0;
    var shift = 0.0;
    for (var r = 0u; r < call.b.x; r++) {
        let mean = data[base + call.b.z + 2u * r];
        let inverse = data[base + call.b.z + 2u * r + 1u];
        let d = slope[base + call.a.w + r * call.b.y + id.x];
        gain += d * (data[base + call.a.x + r * call.b.y + id.x] - mean) * inverse;
        shift += d;
    }
    if call.c.x == 1u {
        slope[base + call.a.y + id.x] += gain;
    }
    if call.c.y == 1u {
        slope[base + call.a.z + id.x] += shift;
    }
}
