// Products of matrices given by places and strides: element (r, k) of the left one stands at
// x + r xr + k xk, (k, c) of the right one at w + k wk + c wc, the result's at y + r yr + c yc.
// a = (x, w, y, bias), b = (rows, inner, columns, 1 with bias), c = (xr, xk, wk, wc), d = (yr, yc).
// A workgroup makes a tile of 32 x 32, an invocation 4 x 4 of it in registers.

const TILE = 32u;
const DEPTH = 16u;
/// Quads of a tile's rows, and of its columns.
const QUADS = 8u;

/// Quads of rows, and of columns, at one k after the other.
var<workgroup> left: array<vec4f, DEPTH * QUADS>;
var<workgroup> right: array<vec4f, DEPTH * QUADS>;

/// The four rows of an invocation's block.
struct Block {
    rows: array<vec4f, 4>,
}

/// An element of the left factor: of the numbers, or of the gradients.
fn left_at(base: u32, r: u32, k: u32, from_slope: bool) -> f32 {
    if r >= call.b.x || k >= call.b.y {
        return 0.0;
    }
    let at = base + call.a.x + r * call.c.x + k * call.c.y;
    if from_slope {
        return slope[at];
    }
    return data[at];
}

/// An element of the right factor.
fn right_at(base: u32, k: u32, c: u32) -> f32 {
    if k >= call.b.y || c >= call.b.z {
        return 0.0;
    }
    return data[base + call.a.y + k * call.c.z + c * call.c.w];
}

/// Where a workgroup's tile begins.
fn corner(group: u32) -> vec2u {
    let tiles = (call.b.z + TILE - 1u) / TILE;
    return vec2u(group / tiles, group % tiles) * TILE;
}

/// An invocation's block of the product.
fn block_of(base: u32, group: u32, lane: u32, from_slope: bool) -> Block {
    let start = corner(group);
    //: for i in 4
    var sum{i} = vec4f();
    //: end
    for (var k = 0u; k < call.b.y; k += DEPTH) {
        for (var i = lane; i < DEPTH * QUADS; i += GROUP) {
            let r = start.x + i / DEPTH * 4u;
            let own = k + i % DEPTH;
            left[i % DEPTH * QUADS + i / DEPTH] = vec4f(
                //: for j in 4
                left_at(base, r + {j}, own, from_slope),
                //: end
            );
            let c = start.y + i % QUADS * 4u;
            right[i] = vec4f(
                //: for j in 4
                right_at(base, k + i / QUADS, c + {j}),
                //: end
            );
        }
        workgroupBarrier();
        //: for depth in 16
        let x{depth} = left[{depth} * QUADS + lane / QUADS];
        let w{depth} = right[{depth} * QUADS + lane % QUADS];
        sum0 = fma(vec4f(x{depth}.x), w{depth}, sum0);
        sum1 = fma(vec4f(x{depth}.y), w{depth}, sum1);
        sum2 = fma(vec4f(x{depth}.z), w{depth}, sum2);
        sum3 = fma(vec4f(x{depth}.w), w{depth}, sum3);
        //: end
        workgroupBarrier();
    }
    return Block(array<vec4f, 4>(sum0, sum1, sum2, sum3));
}

/// y = x W^T + b.
@compute @workgroup_size(64)
fn matmul(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
    let base = group.z * run.numbers;
    var block = block_of(base, group.x, lane, false);
    let first = corner(group.x) + vec2u(lane / QUADS, lane % QUADS) * 4u;
    for (var i = 0u; i < 4u; i++) {
        for (var j = 0u; j < 4u; j++) {
            let at = first + vec2u(i, j);
            if at.x < call.b.x && at.y < call.b.z {
                var bias = 0.0;
                if call.b.w == 1u {
                    bias = data[base + call.a.w + at.y];
                }
                data[base + call.a.z + at.x * call.d.x + at.y * call.d.y] = block.rows[i][j] + bias;
            }
        }
    }
}

/// Adds dy W to dx, or dy^T x to dw: the left factor and the result are gradients.
@compute @workgroup_size(64)
fn matmul_back(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
    let base = group.z * run.numbers;
    var block = block_of(base, group.x, lane, true);
    let first = corner(group.x) + vec2u(lane / QUADS, lane % QUADS) * 4u;
    for (var i = 0u; i < 4u; i++) {
        for (var j = 0u; j < 4u; j++) {
            let at = first + vec2u(i, j);
            if at.x < call.b.x && at.y < call.b.z {
                slope[base + call.a.z + at.x * call.d.x + at.y * call.d.y] += block.rows[i][j];
            }
        }
    }
}

/// Adds the rows of dy to db. a = (dy, db, rows, columns); an invocation a column.
@compute @workgroup_size(64)
fn matmul_bias(@builtin(global_invocation_id) id: vec3u) {
    if id.x >= call.a.w {
        return;
    }
    let base = id.z * run.numbers;
    var sum = 0.0;
    for (var r = 0u; r < call.a.z; r++) {
        sum += slope[base + call.a.x + r * call.a.w + id.x];
    }
    slope[base + call.a.y + id.x] += sum;
}
