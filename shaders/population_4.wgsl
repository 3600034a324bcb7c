// Exact moments of four features, on top of population_cube.wgsl.

/// (int u, and int u times each variable).
struct Integrals {
    error: f32,
    inputs: vec4f,
}

/// Four variables: z = z0 + a x + c y + d v + e w, target x. As `cube`, with the eight corners of
/// the cube of (x, y, v); between crossings the inner integral has degree 5 or less: three nodes.
fn hypercube(z0: f32, a: f32, c: f32, d: f32, e: f32) -> Integrals {
    if (z0 + min(a, 0.0) + min(c, 0.0) + min(d, 0.0) + min(e, 0.0) >= 0.0) {
        // Linear throughout: the mean times the volume, plus variances.
        let mean = z0 + (a - 1.0 + c + d + e) / 2.0;
        return Integrals(mean, mean / 2.0 + vec4f(a - 1.0, c, d, e) / 12.0);
    }
    let near = vec4f(z0, z0 + a, z0 + c, z0 + a + c);
    let low = positive_fractions(near, near + e);
    let high = positive_fractions(near + d, near + d + e);
    let last = largest(max(low, high));
    var sum: Integrals;
    var start = 0.0;
    for (var piece = 0; piece < 8 && start < last; piece++) {
        let next = min(
            select(vec4f(last), low, low > vec4f(start)),
            select(vec4f(last), high, high > vec4f(start)),
        );
        let end = smallest(next);
        let length = end - start;
        for (var node = -1; node <= 1; node++) {
            let t = start + length * (0.5 + f32(node) * NODE_3);
            let w = select(1.0 - t, t, e < 0.0);
            let weight = length * select(5.0 / 18.0, 8.0 / 18.0, node == 0);
            let inner = cube(z0 + e * w, a, c, d, 1.0);
            sum.error += weight * inner.x;
            sum.inputs += weight * vec4f(inner.yzw, inner.x * w);
        }
        start = end;
    }
    return sum;
}

/// One feature's g and (G_own, G_second, G_third, G_fourth), from z = a x + c y + d v + e w + b with
/// its own variable x.
fn feature_moments(a: f32, c: f32, d: f32, e: f32, b: f32, row: Row) -> Integrals {
    let x = segment(b, b + a, 1.0);
    let y = segment(b, b + c, 0.0);
    let v = segment(b, b + d, 0.0);
    let w = segment(b, b + e, 0.0);
    let xy = square(b, a, c, 1.0);
    let xv = square(b, a, d, 1.0);
    let xw = square(b, a, e, 1.0);
    let yv = square(b, c, d, 0.0);
    let yw = square(b, c, e, 0.0);
    let vw = square(b, d, e, 0.0);
    let xyv = cube(b, a, c, d, 1.0);
    let xyw = cube(b, a, c, e, 1.0);
    let xvw = cube(b, a, d, e, 1.0);
    let yvw = cube(b, c, d, e, 0.0);
    let all = hypercube(b, a, c, d, e);

    let single = x.x + y.x + v.x + w.x;
    let double = xy.x + xv.x + xw.x + yv.x + yw.x + vw.x;
    let triple = xyv.x + xyw.x + xvw.x + yvw.x;
    let error = row.share[0] * max(b, 0.0) + row.share[1] * single + row.share[2] * double
        + row.share[3] * triple + row.share[4] * all.error;

    let singles = vec4f(x.y, y.y, v.y, w.y);
    let doubles = vec4f(
        xy.y + xv.y + xw.y,
        xy.z + yv.y + yw.y,
        xv.z + yv.z + vw.y,
        xw.z + yw.z + vw.z,
    );
    let triples = vec4f(
        xyv.y + xyw.y + xvw.y,
        xyv.z + xyw.z + yvw.y,
        xyv.w + xvw.z + yvw.z,
        xyw.w + xvw.w + yvw.w,
    );
    let inputs = row.share[1] * singles + row.share[2] * doubles + row.share[3] * triples
        + row.share[4] * all.inputs;
    return Integrals(error, inputs);
}

/// `key` and `step` matter to sampled data only. One output after the other by the same code: four
/// copies of it would not fit the instruction caches of GPUs, and take drivers seconds to compile.
fn moments(model: Model, a: Gram, row: Row, key: u32, step: u32) -> Moments {
    // Each output's own slope, and then the others' in turn.
    let slopes0 = vec4f(a.a0_0, a.a0_1, a.a0_2, a.a0_3);
    let slopes1 = vec4f(a.a1_1, a.a1_2, a.a1_3, a.a1_0);
    let slopes2 = vec4f(a.a2_2, a.a2_3, a.a2_0, a.a2_1);
    let slopes3 = vec4f(a.a3_3, a.a3_0, a.a3_1, a.a3_2);
    let biases = vec4f(model.b0.value, model.b1.value, model.b2.value, model.b3.value);
    var errors = vec4f();
    var p = vec4f();
    var q = vec4f();
    var r = vec4f();
    var s = vec4f();
    for (var i = 0u; i < 4u; i++) {
        let one = vec4u(i) == vec4u(0u, 1u, 2u, 3u);
        let own = select(select(slopes0, slopes1, one.y), select(slopes2, slopes3, one.w), i > 1u);
        let bias = select(select(biases.x, biases.y, one.y), select(biases.z, biases.w, one.w), i > 1u);
        let found = feature_moments(own.x, own.y, own.z, own.w, bias, row);
        errors = select(errors, vec4f(found.error), one);
        p = select(p, found.inputs, one.x);
        q = select(q, found.inputs.wxyz, one.y);
        r = select(r, found.inputs.zwxy, one.z);
        s = select(s, found.inputs.yzwx, one.w);
    }
    return Moments(
        p.x, p.y, p.z, p.w, errors.x,
        q.x, q.y, q.z, q.w, errors.y,
        r.x, r.y, r.z, r.w, errors.z,
        s.x, s.y, s.z, s.w, errors.w,
    );
}
