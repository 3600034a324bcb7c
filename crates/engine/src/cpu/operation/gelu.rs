//! GELU, through the logistic function: `1/2 (1 + tanh u) = 1 / (1 + e^(-2 u))`.

use super::exponential::exp;
use toy::operation::gelu::{CUBIC, SCALE};

const TWICE: f32 = 2.0 * SCALE as f32;
const CUBE: f32 = CUBIC as f32;

/// See `toy::operation::gelu`.
#[inline(always)]
pub fn forward(x: &[f32], y: &mut [f32]) {
    for (y, &x) in y.iter_mut().zip(x) {
        *y = x / (1.0 + exp(-TWICE * (x + CUBE * x * x * x)));
    }
}

/// See `toy::operation::gelu`.
#[inline(always)]
pub fn backward(x: &[f32], dy: &[f32], dx: &mut [f32]) {
    for (dx, (&x, &d)) in dx.iter_mut().zip(x.iter().zip(dy)) {
        let part = 1.0 / (1.0 + exp(-TWICE * (x + CUBE * x * x * x)));
        let inner = TWICE * (1.0 + 3.0 * CUBE * x * x);
        *dx += d * part * (1.0 + x * (1.0 - part) * inner);
    }
}
