// Exact moments of two features.

/// One feature's (g, G_own, G_other), from z = a x + c y + b with its own variable x.
fn feature_moments(a: f32, c: f32, b: f32, row: Row) -> vec3f {
    let x = segment(b, b + a, 1.0);
    let y = segment(b, b + c, 0.0);
    return row.share[0] * vec3f(max(b, 0.0), 0.0, 0.0)
        + row.share[1] * vec3f(x.x + y.x, x.y, y.y)
        + row.share[2] * square(b, a, c, 1.0);
}

/// `key` and `step` matter to sampled data only.
fn moments(model: Model, a: Gram, row: Row, key: u32, step: u32) -> Moments {
    let p = feature_moments(a.a0_0, a.a0_1, model.b0.value, row);
    let q = feature_moments(a.a1_1, a.a1_0, model.b1.value, row);
    return Moments(p.y, p.z, p.x, q.z, q.y, q.x);
}
