//! Squared error weighted by importance: `sum over rows and features of I_j (y_j - t_j)^2`, times
//! a constant.

use num_traits::Float;

/// The loss.
pub fn forward<T: Float>(scale: T, y: &[T], target: &[T], importance: &[T]) -> T {
    let rows = y.chunks_exact(importance.len()).zip(target.chunks_exact(importance.len()));
    let row = |(y, t): (&[T], &[T])| {
        let parts = y.iter().zip(t).zip(importance);
        parts.fold(T::zero(), |sum, ((&y, &t), &weight)| sum + weight * (y - t) * (y - t))
    };
    rows.map(row).fold(T::zero(), |sum, row| sum + row) * scale
}

/// Adds its gradient by the output to `dy`.
pub fn backward<T: Float>(scale: T, y: &[T], target: &[T], importance: &[T], dy: &mut [T]) {
    let width = importance.len();
    let (two, rows) = (scale + scale, y.chunks_exact(width).zip(target.chunks_exact(width)));
    for ((y, t), dy) in rows.zip(dy.chunks_exact_mut(width)) {
        for (j, dy) in dy.iter_mut().enumerate() {
            *dy = *dy + two * importance[j] * (y[j] - t[j]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operation::check;

    #[test]
    fn gradients() {
        for (rows, width) in [(1, 1), (3, 3), (2, 17)] {
            let (target, importance) = (check::random(1, rows * width), check::random(2, width));
            check::gradients(
                "squared error",
                &[check::random(3, rows * width)],
                |p| vec![forward(0.7, &p[0], &target, &importance)],
                |p, d, out| backward(0.7 * d[0], &p[0], &target, &importance, &mut out[0]),
            );
        }
        assert_eq!(forward(0.5, &[1.0, 2.0], &[0.0, 4.0], &[1.0, 3.0]), 6.5);
    }
}
