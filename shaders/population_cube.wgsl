// Exact integrals with three active features, on top of population.wgsl.

/// `positive_fraction` of four segments, 1 exactly where nothing lies below: GPUs may find x / x to be
/// a little off, and a place that is not quite the end would cut a cube into pieces.
fn positive_fractions(u: vec4f, v: vec4f) -> vec4f {
    let above = max(max(u, v), vec4f(0.0));
    let below = max(-min(u, v), vec4f(0.0));
    let part = above / max(above + below, vec4f(TINY));
    // No `&&`, which branches: where this is inlined hundreds of times, some drivers compile for
    // minutes.
    return select(part, vec4f(1.0), (above > vec4f(0.0)) & (below == vec4f(0.0)));
}

fn smallest(v: vec4f) -> f32 {
    return min(min(v.x, v.y), min(v.z, v.w));
}

fn largest(v: vec4f) -> f32 {
    return max(max(v.x, v.y), max(v.z, v.w));
}

/// Three variables: z = z0 + a x + c y + d v. Returns (int u, int u x, int u y, int u v).
///
/// Along v, z vanishes at one place above each corner of the square of (x, y). Between neighbouring
/// places the integral over the square is a polynomial of degree 4 or less in v: three nodes.
fn cube(z0: f32, a: f32, c: f32, d: f32, own: f32) -> vec4f {
    if (z0 + min(a, 0.0) + min(c, 0.0) + min(d, 0.0) >= 0.0) {
        // Linear throughout: the mean times the volume, plus variances.
        let mean = z0 + (a - own + c + d) / 2.0;
        return vec4f(mean, mean / 2.0 + vec3f(a - own, c, d) / 12.0);
    }
    let corner = vec4f(z0, z0 + a, z0 + c, z0 + a + c);
    let crossing = positive_fractions(corner, corner + d);
    // Beyond the last crossing z is negative: four crossings, at most four pieces that count.
    let last = largest(crossing);
    var sum = vec4f();
    var start = 0.0;
    for (var piece = 0; piece < 4 && start < last; piece++) {
        let end = smallest(select(vec4f(last), crossing, crossing > vec4f(start)));
        let length = end - start;
        for (var node = -1; node <= 1; node++) {
            let t = start + length * (0.5 + f32(node) * NODE_3);
            let v = select(1.0 - t, t, d < 0.0);
            let weight = length * select(5.0 / 18.0, 8.0 / 18.0, node == 0);
            let inner = square(z0 + d * v, a, c, own);
            sum += weight * vec4f(inner, inner.x * v);
        }
        start = end;
    }
    return sum;
}
