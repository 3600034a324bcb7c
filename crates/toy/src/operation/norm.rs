//! Layer normalisation (Ba, Kiros and Hinton 2016): every row to mean 0 and variance 1, then a
//! trained factor and shift for each element.

use super::cast;
use num_traits::Float;

/// Added to the variance.
pub const EPSILON: f64 = 1e-5;

/// `y = (x - mean) / sqrt(variance + eps) gain + shift`. Keeps mean and `1 / sqrt(variance + eps)`
/// of each row for the way back.
pub fn forward<T: Float>(x: &[T], gain: &[T], shift: &[T], y: &mut [T], statistics: &mut [T]) {
    let (width, count) = (gain.len(), cast::<T>(gain.len() as f64));
    let rows = x.chunks_exact(width).zip(y.chunks_exact_mut(width));
    for ((x, y), kept) in rows.zip(statistics.chunks_exact_mut(2)) {
        let mean = x.iter().fold(T::zero(), |sum, &x| sum + x) / count;
        let square = |sum: T, &x: &T| sum + (x - mean) * (x - mean);
        let variance = x.iter().fold(T::zero(), square) / count;
        let inverse = (variance + cast(EPSILON)).sqrt().recip();
        for (k, (y, &x)) in y.iter_mut().zip(x).enumerate() {
            *y = (x - mean) * inverse * gain[k] + shift[k];
        }
        (kept[0], kept[1]) = (mean, inverse);
    }
}

/// Adds to the gradients by `x`, `gain` and `shift`.
pub fn backward<T: Float>(
    x: &[T],
    gain: &[T],
    statistics: &[T],
    dy: &[T],
    dx: &mut [T],
    dgain: &mut [T],
    dshift: &mut [T],
) {
    let (width, count) = (gain.len(), cast::<T>(gain.len() as f64));
    let rows = x.chunks_exact(width).zip(dy.chunks_exact(width)).zip(dx.chunks_exact_mut(width));
    for (((x, dy), dx), kept) in rows.zip(statistics.chunks_exact(2)) {
        let (mean, inverse) = (kept[0], kept[1]);
        // Means of the gradient by the normalised row, and of it times the row.
        let (mut plain, mut along) = (T::zero(), T::zero());
        for k in 0..width {
            let z = (x[k] - mean) * inverse;
            let dz = dy[k] * gain[k];
            (plain, along) = (plain + dz, along + dz * z);
            dgain[k] = dgain[k] + dy[k] * z;
            dshift[k] = dshift[k] + dy[k];
        }
        let (plain, along) = (plain / count, along / count);
        for k in 0..width {
            let z = (x[k] - mean) * inverse;
            dx[k] = dx[k] + inverse * (dy[k] * gain[k] - plain - z * along);
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
            let inputs =
                [check::random(1, rows * width), check::random(2, width), check::random(3, width)];
            let made = |p: &[Vec<f64>]| {
                let (mut y, mut kept) = (vec![0.0; rows * width], vec![0.0; 2 * rows]);
                forward(&p[0], &p[1], &p[2], &mut y, &mut kept);
                (y, kept)
            };
            check::gradients(
                &format!("norm {rows} x {width}"),
                &inputs,
                |p| made(p).0,
                |p, dy, out| {
                    let [dx, dgain, dshift] = out else { unreachable!() };
                    backward(&p[0], &p[1], &made(p).1, dy, dx, dgain, dshift);
                },
            );
        }
    }

    #[test]
    fn rows_have_mean_0_and_variance_1() {
        let x = check::random(4, 34);
        let (mut y, mut kept) = (vec![0.0; 34], vec![0.0; 4]);
        forward(&x, &[1.0; 17], &[0.0; 17], &mut y, &mut kept);
        for row in y.chunks(17) {
            let mean = row.iter().sum::<f64>() / 17.0;
            let square = row.iter().map(|y| y * y).sum::<f64>() / 17.0;
            assert!(mean.abs() < 1e-12 && (square - 1.0).abs() < 1e-4);
        }
    }
}
