// Exact moments of three features, on top of population_cube.wgsl.

/// One feature's (g, G_own, G_second, G_third), from z = a x + c y + d v + b with its own variable x.
fn feature_moments(a: f32, c: f32, d: f32, b: f32, row: Row) -> vec4f {
    let x = segment(b, b + a, 1.0);
    let y = segment(b, b + c, 0.0);
    let v = segment(b, b + d, 0.0);
    let xy = square(b, a, c, 1.0);
    let xv = square(b, a, d, 1.0);
    let yv = square(b, c, d, 0.0);
    return row.share[0] * vec4f(max(b, 0.0), 0.0, 0.0, 0.0)
        + row.share[1] * vec4f(x.x + y.x + v.x, x.y, y.y, v.y)
        + row.share[2] * vec4f(xy.x + xv.x + yv.x, xy.y + xv.y, xy.z + yv.y, xv.z + yv.z)
        + row.share[3] * cube(b, a, c, d, 1.0);
}

/// `key` and `step` matter to sampled data only.
fn moments(model: Model, a: Gram, row: Row, key: u32, step: u32) -> Moments {
    let p = feature_moments(a.a0_0, a.a0_1, a.a0_2, model.b0.value, row);
    let q = feature_moments(a.a1_1, a.a1_2, a.a1_0, model.b1.value, row);
    let r = feature_moments(a.a2_2, a.a2_0, a.a2_1, model.b2.value, row);
    return Moments(p.y, p.z, p.w, p.x, q.w, q.y, q.z, q.x, r.z, r.w, r.y, r.x);
}
