// Exact integrals over the data distribution: one and two active features. Twin of
// crates/toy/src/population.rs, where the derivation stands.
//
// Throughout, z is linear on the unit cube of the active features, `slope`s are its derivatives, and
// the wanted integrals are those of the active error u = 1(z > 0) (z - target) alone and times each
// variable. The target is `own` times the first variable, `own` 0 or 1. Where z crosses 0 is always
// found from two values of z, never by dividing by a weight, so weights may vanish.

/// What the models of one row (density) have in common.
struct Row {
    /// Key of the row's first model in the random streams.
    key: u32,
    /// share[k] = s^k (1 - s)^(n - k): probability of one mask with k active features.
    share: array<f32, 5>,
}

/// Smallest normal number: keeps 0 / 0 away.
const TINY = 1.17549435e-38;
/// Distance of the outer of three Gauss-Legendre nodes on [0, 1] from the middle; exact to degree 5.
const NODE_3 = 0.3872983346207417;

/// Share of a segment on which a linear function with end values u and v is positive.
fn positive_fraction(u: f32, v: f32) -> f32 {
    let above = max(max(u, v), 0.0);
    let below = max(-min(u, v), 0.0);
    return above / max(above + below, TINY);
}

/// One variable x: z runs from z0 to z1. Returns (int u, int u x).
///
/// With z > 0 on [p, q] and u_p, u_q the errors there, u is linear in between:
/// int u = (q - p) (u_p + u_q) / 2, int u x = (q - p) (u_p (2p + q) + u_q (p + 2q)) / 6.
fn segment(z0: f32, z1: f32, own: f32) -> vec2f {
    let length = positive_fraction(z0, z1);
    let falling = z1 < z0;
    let p = select(1.0 - length, 0.0, falling);
    let q = select(1.0, length, falling);
    let up = max(z0, 0.0) - own * p;
    let uq = max(z1, 0.0) - own * q;
    return length * vec2f((up + uq) / 2.0, (up * (2.0 * p + q) + uq * (p + 2.0 * q)) / 6.0);
}

/// Two variables: z = z0 + a x + c y. Returns (int u, int u x, int u y).
///
/// From the end of y where z is large: z > 0 for all x on the length `full` (there u is linear: its
/// mean times the area, plus variances), for some x on the length `part` (there the integral over x
/// is a quadratic in y: two Gauss-Legendre nodes are exact), then for none.
fn square(z0: f32, a: f32, c: f32, own: f32) -> vec3f {
    let left = positive_fraction(z0, z0 + c);
    let right = positive_fraction(z0 + a, z0 + a + c);
    let full = min(left, right);
    let part = max(left, right) - full;
    let falling = c < 0.0;

    let centre = select(1.0 - full / 2.0, full / 2.0, falling);
    let mean = z0 + c * centre + (a - own) / 2.0;
    var sum = full * vec3f(mean, mean / 2.0 + (a - own) / 12.0, mean * centre + full * full * c / 12.0);
    //: for node in 2
    {
        let t = full + (0.5 + (f32({node}) - 0.5) * 0.5773502691896258) * part;
        let y = select(1.0 - t, t, falling);
        let inner = segment(z0 + c * y, z0 + c * y + a, own);
        sum += part / 2.0 * vec3f(inner, inner.x * y);
    }
    //: end
    return sum;
}
