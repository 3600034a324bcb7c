// What a device can do at most: chains of fused multiplications and additions that wait for nothing
// but each other. A chain goes from its start to target, the less of the way the fewer of them are
// taken: after n of them exp(-n / 4096) of the way is left.

const ROUNDS = 1024u;

/// What each invocation came to.
@group(0) @binding(0) var<storage, read_write> found: array<f32>;
/// The factor, what is added, and where chains start; as data, so that nothing is known beforehand.
@group(0) @binding(1) var<uniform> terms: vec4f;

@compute @workgroup_size(64)
fn peak(@builtin(global_invocation_id) id: vec3u) {
    let factor = vec4f(terms.x);
    let shift = vec4f(terms.y);
    //: for i in CHAINS
    var chain{i} = vec4f(terms.z) * {i}.0;
    //: end
    for (var round = 0u; round < ROUNDS; round++) {
        //: for j in DEPTH
        //: for i in CHAINS
        chain{i} = fma(chain{i}, factor, shift);
        //: end
        //: end
    }
    var sum = vec4f();
    //: for i in CHAINS
    sum += chain{i};
    //: end
    found[id.x] = sum.x + sum.y + sum.z + sum.w;
}
