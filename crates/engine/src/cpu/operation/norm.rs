//! Layer normalisation, with sums in several parts side by side.

use toy::operation::norm::EPSILON;

/// Parts of a sum.
const PARTS: usize = 16;

/// The sum of a function of every place.
#[inline(always)]
fn sum(count: usize, of: impl Fn(usize) -> f32) -> f32 {
    let mut parts = [0.0; PARTS];
    let whole = count / PARTS * PARTS;
    let mut first = 0;
    while first < whole {
        for (k, part) in parts.iter_mut().enumerate() {
            *part += of(first + k);
        }
        first += PARTS;
    }
    let mut rest = 0.0;
    for k in whole..count {
        rest += of(k);
    }
    // Halves of halves, so that the order does not depend on the lanes.
    let mut width = PARTS / 2;
    while width > 0 {
        for k in 0..width {
            parts[k] += parts[k + width];
        }
        width /= 2;
    }
    parts[0] + rest
}

/// See `toy::operation::norm`.
#[inline(always)]
pub fn forward(x: &[f32], gain: &[f32], shift: &[f32], y: &mut [f32], statistics: &mut [f32]) {
    let width = gain.len();
    let shift = &shift[..width];
    let rows = x.chunks_exact(width).zip(y.chunks_exact_mut(width));
    for ((x, y), kept) in rows.zip(statistics.chunks_exact_mut(2)) {
        let mean = sum(width, |k| x[k]) / width as f32;
        let variance = sum(width, |k| (x[k] - mean) * (x[k] - mean)) / width as f32;
        let inverse = 1.0 / (variance + EPSILON as f32).sqrt();
        for k in 0..width {
            y[k] = (x[k] - mean) * inverse * gain[k] + shift[k];
        }
        (kept[0], kept[1]) = (mean, inverse);
    }
}

/// See `toy::operation::norm`.
#[inline(always)]
pub fn backward(
    (x, gain, statistics): (&[f32], &[f32], &[f32]),
    dy: &[f32],
    [dx, dgain, dshift]: [&mut [f32]; 3],
) {
    let width = gain.len();
    let (dgain, dshift) = (&mut dgain[..width], &mut dshift[..width]);
    let rows = x.chunks_exact(width).zip(dy.chunks_exact(width)).zip(dx.chunks_exact_mut(width));
    for (((x, dy), dx), kept) in rows.zip(statistics.chunks_exact(2)) {
        let (mean, inverse) = (kept[0], kept[1]);
        let plain = sum(width, |k| dy[k] * gain[k]) / width as f32;
        let along = sum(width, |k| dy[k] * gain[k] * ((x[k] - mean) * inverse)) / width as f32;
        for k in 0..width {
            let z = (x[k] - mean) * inverse;
            dgain[k] += dy[k] * z;
            dshift[k] += dy[k];
            dx[k] += inverse * (dy[k] * gain[k] - plain - z * along);
        }
    }
}
