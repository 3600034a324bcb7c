// Rows of a table for tokens. a = (tokens, table, y, number of tokens), b = (width, rows of the table).

/// An invocation an element of y.
@compute @workgroup_size(64)
fn embedding(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
    let base = id.z * run.numbers;
    for (var i = id.x; i < call.a.w * call.b.x; i += groups.x * GROUP) {
        let token = min(tokens[id.z * run.tokens + call.a.x + i / call.b.x], call.b.y - 1u);
        data[base + call.a.z + i] = data[base + call.a.y + token * call.b.x + i % call.b.x];
    }
}

/// An invocation an element of the table, since tokens may be many times the same.
@compute @workgroup_size(64)
fn embedding_back(@builtin(global_invocation_id) id: vec3u) {
    let width = call.b.x;
    if id.x >= width * call.b.y {
        return;
    }
    let base = id.z * run.numbers;
    var sum = 0.0;
    for (var i = 0u; i < call.a.w; i++) {
        let token = min(tokens[id.z * run.tokens + call.a.x + i], call.b.y - 1u);
        if token == id.x / width {
            sum += slope[base + call.a.z + i * width + id.x % width];
        }
    }
    slope[base + call.a.y + id.x] += sum;
}
