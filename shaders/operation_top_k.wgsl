// The k largest elements of each row, an invocation an element. a = (x, y, count), b = (width, k).

/// Whether an element is kept: fewer than k are larger, or as large and before it.
fn kept(base: u32, i: u32) -> bool {
    let row = base + call.a.x + i / call.b.x * call.b.x;
    let own = data[base + call.a.x + i];
    var before = 0u;
    for (var k = 0u; k < call.b.x; k++) {
        let other = data[row + k];
        if other > own || (other == own && k < i % call.b.x) {
            before++;
        }
    }
    return before < call.b.y;
}

@compute @workgroup_size(64)
fn top_k(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
    let base = id.z * run.numbers;
    for (var i = id.x; i < call.a.z; i += groups.x * GROUP) {
        data[base + call.a.y + i] = select(0.0, data[base + call.a.x + i], kept(base, i));
    }
}

@compute @workgroup_size(64)
fn top_k_back(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
    let base = id.z * run.numbers;
    for (var i = id.x; i < call.a.z; i += groups.x * GROUP) {
        if kept(base, i) {
            slope[base + call.a.x + i] += slope[base + call.a.y + i];
        }
    }
}
