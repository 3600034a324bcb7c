// Losses: squared error weighted by importance, and cross-entropy. A workgroup a model adds the
// loss to the point of the curve that the step belongs to.

var<workgroup> parts: array<f32, 64>;

/// The sum of what all invocations of a workgroup have.
fn total(lane: u32, own: f32) -> f32 {
    parts[lane] = own;
    for (var half = GROUP / 2u; half > 0u; half /= 2u) {
        workgroupBarrier();
        if lane < half {
            parts[lane] += parts[lane + half];
        }
    }
    workgroupBarrier();
    let sum = parts[0];
    workgroupBarrier();
    return sum;
}

fn add_loss(model: u32, loss: f32) {
    let point = bitcast<u32>(rates[clock[0]].w);
    state[model * run.state + 2u * run.parameters + point] += loss;
}

/// a = (y, target, importance, count), b = (width, bits of the scale).
@compute @workgroup_size(64)
fn squared_error(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
    let base = group.z * run.numbers;
    var sum = 0.0;
    for (var i = lane; i < call.a.w; i += GROUP) {
        let miss = data[base + call.a.x + i] - data[base + call.a.y + i];
        sum += data[base + call.a.z + i % call.b.x] * miss * miss;
    }
    let all = total(lane, sum);
    if lane == 0u {
        add_loss(group.z, all * bitcast<f32>(call.b.y));
    }
}

/// An invocation an element.
@compute @workgroup_size(64)
fn squared_error_back(
    @builtin(global_invocation_id) id: vec3u,
    @builtin(num_workgroups) groups: vec3u,
) {
    let base = id.z * run.numbers;
    for (var i = id.x; i < call.a.w; i += groups.x * GROUP) {
        let miss = data[base + call.a.x + i] - data[base + call.a.y + i];
        let weight = data[base + call.a.z + i % call.b.x];
        slope[base + call.a.x + i] += 2.0 * bitcast<f32>(call.b.y) * weight * miss;
    }
}

/// Rows of this token do not count.
const IGNORED = 0xffffffffu;

/// The largest logit of a row, and the sum of exponentials of what they fall short of it.
fn normaliser(at: u32, classes: u32) -> vec2f {
    var most = data[at];
    for (var k = 1u; k < classes; k++) {
        most = max(most, data[at + k]);
    }
    var sum = 0.0;
    for (var k = 0u; k < classes; k++) {
        sum += exp(data[at + k] - most);
    }
    return vec2f(most, sum);
}

/// a = (logits, tokens, rows, classes).
@compute @workgroup_size(64)
fn cross_entropy(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
    let base = group.z * run.numbers;
    var sum = 0.0;
    var counted = 0.0;
    for (var r = lane; r < call.a.z; r += GROUP) {
        let token = tokens[group.z * run.tokens + call.a.y + r];
        if token < call.a.w {
            let at = base + call.a.x + r * call.a.w;
            let n = normaliser(at, call.a.w);
            sum += log(n.y) + n.x - data[at + token];
            counted += 1.0;
        }
    }
    let all = total(lane, sum);
    let rows = total(lane, counted);
    if lane == 0u {
        add_loss(group.z, all / max(rows, 1.0));
    }
}

/// An invocation a row.
@compute @workgroup_size(64)
fn cross_entropy_back(@builtin(global_invocation_id) id: vec3u) {
    if id.x >= call.a.z {
        return;
    }
    let first = id.z * run.tokens + call.a.y;
    let token = tokens[first + id.x];
    if token >= call.a.w {
        return;
    }
    var counted = 0.0;
    for (var r = 0u; r < call.a.z; r++) {
        counted += select(0.0, 1.0, tokens[first + r] < call.a.w);
    }
    let at = id.z * run.numbers + call.a.x + id.x * call.a.w;
    let n = normaliser(at, call.a.w);
    for (var k = 0u; k < call.a.w; k++) {
        let hit = select(0.0, 1.0, k == token);
        slope[at + k] += (exp(data[at + k] - n.x) / n.y - hit) / counted;
    }
}
