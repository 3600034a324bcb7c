//! The positive part of every element.

use num_traits::Float;

/// `y = max(x, 0)`; what is no number stays none.
pub fn forward<T: Float>(x: &[T], y: &mut [T]) {
    for (y, &x) in y.iter_mut().zip(x) {
        *y = if x <= T::zero() { T::zero() } else { x };
    }
}

/// Adds `dy` to `dx` where `x` is positive.
pub fn backward<T: Float>(x: &[T], dy: &[T], dx: &mut [T]) {
    for (dx, (&x, &d)) in dx.iter_mut().zip(x.iter().zip(dy)) {
        if x > T::zero() {
            *dx = *dx + d;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operation::check;

    #[test]
    fn gradients() {
        for size in [1, 3, 17] {
            let made = |p: &[Vec<f64>]| {
                let mut y = vec![0.0; size];
                forward(&p[0], &mut y);
                y
            };
            check::gradients("relu", &[check::random(1, size)], made, |p, dy, out| {
                backward(&p[0], dy, &mut out[0]);
            });
        }
        let mut y = [9.0; 3];
        forward(&[-1.0, 0.0, 2.0], &mut y);
        assert_eq!(y, [0.0, 0.0, 2.0]);
    }
}
