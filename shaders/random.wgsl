// Counter-based random numbers: a word is a pure function of (seed, model, step, block), so any
// model sees the same data on any engine. Twin of crates/toy/src/random.rs.

/// Block that holds the number of non-zero samples of a batch; samples use the blocks from 0 on.
const COUNT_BLOCK = 0xffffffffu;

/// The hash pcg4d of Jarzynski and Olano, "Hash Functions for GPU Rendering", JCGT 9(3), 2020.
fn pcg4d(counter: vec4u) -> vec4u {
    var v = counter * 1664525u + 1013904223u;
    v.x += v.y * v.w;
    v.y += v.z * v.x;
    v.z += v.x * v.y;
    v.w += v.y * v.z;
    v ^= v >> vec4u(16u);
    v.x += v.y * v.w;
    v.y += v.z * v.x;
    v.z += v.x * v.y;
    v.w += v.y * v.z;
    return v;
}

/// The four words of one block of a model's stream at one step.
fn random_block(seed: u32, key: u32, step: u32, block: u32) -> vec4u {
    return pcg4d(vec4u(block, step, key, seed));
}
