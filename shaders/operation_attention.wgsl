// Softmax attention. a = (q, k, v, y), b = (weights, sequences, queries, keys),
// c = (heads, width, mask, 1 + lengths or 0), d = (seed, below, bits of the scale, 1 with dropout).
// Masks: 0 all, 1 up to the query's own place, 2 before it.

/// How many keys a query of a sequence sees.
fn seen(model: u32, sequence: u32, query: u32) -> u32 {
    var all = call.b.w;
    if call.c.w > 0u {
        all = min(all, tokens[model * run.tokens + call.c.w - 1u + sequence]);
    }
    switch call.c.z {
        case 1u: { return min(all, query + 1u); }
        case 2u: { return min(all, query); }
        default: { return all; }
    }
}

fn weight_factor(model: u32, index: u32) -> f32 {
    if call.d.w == 0u {
        return 1.0;
    }
    return drop_factor(call.d.x, call.d.y, bitcast<f32>(call.d.z), model, index);
}

/// An invocation a query, head and sequence.
@compute @workgroup_size(64)
fn attention(@builtin(global_invocation_id) id: vec3u) {
    let queries = call.b.z;
    let heads = call.c.x;
    if id.x >= call.b.y * heads * queries {
        return;
    }
    let width = call.c.y;
    let head = width / heads;
    let query = id.x % queries;
    let sequence = id.x / queries / heads;
    let column = id.x / queries % heads * head;
    let base = id.z * run.numbers;
    let row = (sequence * queries + query) * width + column;
    let first = sequence * call.b.w * width + column;
    let index = id.x * call.b.w;
    let weights = base + call.b.x + index;
    let keys = seen(id.z, sequence, query);
    let scale = 1.0 / sqrt(f32(head));
    var most = -3.4e38;
    for (var j = 0u; j < call.b.w; j++) {
        var sum = 0.0;
        if j < keys {
            for (var e = 0u; e < head; e++) {
                let k = data[base + call.a.y + first + j * width + e];
                sum += data[base + call.a.x + row + e] * k;
            }
            sum *= scale;
            most = max(most, sum);
        }
        data[weights + j] = sum;
    }
    var total = 0.0;
    for (var j = 0u; j < keys; j++) {
        let weight = exp(data[weights + j] - most);
        data[weights + j] = weight;
        total += weight;
    }
    for (var e = 0u; e < head; e++) {
        data[base + call.a.w + row + e] = 0.0;
    }
    for (var j = 0u; j < keys; j++) {
        let weight = data[weights + j] / total;
        data[weights + j] = weight;
        let kept = weight * weight_factor(id.z, index + j);
        for (var e = 0u; e < head; e++) {
            let v = data[base + call.a.z + first + j * width + e];
            data[base + call.a.w + row + e] += kept * v;
        }
    }
}

/// An invocation a head and sequence, since keys and values add up over queries. Gradients by the
/// weights are kept where those of the weights' tensor would stand.
@compute @workgroup_size(64)
fn attention_back(@builtin(global_invocation_id) id: vec3u) {
    let queries = call.b.z;
    let heads = call.c.x;
    if id.x >= call.b.y * heads {
        return;
    }
    let width = call.c.y;
    let head = width / heads;
    let sequence = id.x / heads;
    let column = id.x % heads * head;
    let base = id.z * run.numbers;
    let first = sequence * call.b.w * width + column;
    let scale = 1.0 / sqrt(f32(head));
    for (var query = 0u; query < queries; query++) {
        let row = (sequence * queries + query) * width + column;
        let index = (id.x * queries + query) * call.b.w;
        let weights = base + call.b.x + index;
        let keys = seen(id.z, sequence, query);
        var mean = 0.0;
        for (var j = 0u; j < keys; j++) {
            let factor = weight_factor(id.z, index + j);
            let weight = data[weights + j];
            var along = 0.0;
            for (var e = 0u; e < head; e++) {
                let at = base + call.a.z + first + j * width + e;
                let d = slope[base + call.a.w + row + e];
                along += d * data[at];
                slope[at] += factor * weight * d;
            }
            slope[weights + j] = factor * along;
            mean += weight * factor * along;
        }
        // A single weight is 1 whatever query and key.
        for (var j = 0u; keys > 1u && j < keys; j++) {
            let d = scale * data[weights + j] * (slope[weights + j] - mean);
            for (var e = 0u; e < head; e++) {
                let q = base + call.a.x + row + e;
                let k = base + call.a.y + first + j * width + e;
                slope[q] += d * data[k];
                slope[k] += d * data[q];
            }
        }
    }
}
