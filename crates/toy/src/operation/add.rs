//! Elementwise sums. The second term repeats where it is shorter, as positions do for every
//! sequence of a batch.

use num_traits::Float;

/// `z = x + y`; the length of `y` divides that of `x`.
pub fn forward<T: Float>(x: &[T], y: &[T], z: &mut [T]) {
    for (x, z) in x.chunks_exact(y.len()).zip(z.chunks_exact_mut(y.len())) {
        for ((z, &x), &y) in z.iter_mut().zip(x).zip(y) {
            *z = x + y;
        }
    }
}

/// Adds `dz` to the gradient of a term, summed over its repetitions where it is shorter.
pub fn backward<T: Float>(dz: &[T], dx: &mut [T]) {
    for dz in dz.chunks_exact(dx.len()) {
        for (dx, &d) in dx.iter_mut().zip(dz) {
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
        for (times, size) in [(1, 1), (3, 1), (1, 17), (3, 5)] {
            let inputs = [check::random(1, times * size), check::random(2, size)];
            check::gradients(
                &format!("add {times} x {size}"),
                &inputs,
                |p| {
                    let mut z = vec![0.0; times * size];
                    forward(&p[0], &p[1], &mut z);
                    z
                },
                |_, dz, out| out.iter_mut().for_each(|dx| backward(dz, dx)),
            );
        }
    }
}
