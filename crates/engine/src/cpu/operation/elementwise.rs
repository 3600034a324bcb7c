//! What is done element by element.

use toy::operation::dropout::Drops;

/// See `toy::operation::relu`; without a branch.
#[inline(always)]
pub fn relu_back(x: &[f32], dy: &[f32], dx: &mut [f32]) {
    for (dx, (&x, &d)) in dx.iter_mut().zip(x.iter().zip(dy)) {
        *dx += if x > 0.0 { d } else { 0.0 };
    }
}

/// Factors of so many elements at a time are drawn side by side.
const BLOCKS: usize = 16;

/// Calls `each` with every element's index and factor.
#[inline(always)]
fn factors(drops: &Drops, count: usize, mut each: impl FnMut(usize, f32)) {
    for first in (0..count.div_ceil(4)).step_by(BLOCKS) {
        let mut drawn = [[0.0; 4]; BLOCKS];
        for (k, four) in drawn.iter_mut().enumerate() {
            *four = drops.four((first + k) as u32);
        }
        let all = drawn.as_flattened();
        let left = all.len().min(count - 4 * first);
        for (k, &factor) in all[..left].iter().enumerate() {
            each(4 * first + k, factor);
        }
    }
}

/// See `toy::operation::dropout`.
#[inline(always)]
pub fn dropout(drops: &Drops, x: &[f32], y: &mut [f32]) {
    let x = &x[..y.len()];
    factors(
        drops,
        y.len(),
        #[inline(always)]
        |i, factor| y[i] = factor * x[i],
    );
}

/// See `toy::operation::dropout`.
#[inline(always)]
pub fn dropout_back(drops: &Drops, dy: &[f32], dx: &mut [f32]) {
    let dy = &dy[..dx.len()];
    factors(
        drops,
        dx.len(),
        #[inline(always)]
        |i, factor| dx[i] += factor * dy[i],
    );
}
