//! The `k` largest elements of every row; the others become 0. Of equal ones the first are taken.

use num_traits::Float;
use std::cmp::Ordering;

/// Keeps the `k` largest of each row of `width`.
pub fn forward<T: Float>(width: usize, k: usize, x: &[T], y: &mut [T]) {
    y.fill(T::zero());
    for (x, y) in x.chunks_exact(width).zip(y.chunks_exact_mut(width)) {
        for i in largest(x, k) {
            y[i] = x[i];
        }
    }
}

/// Adds `dy` to `dx` where elements were kept.
pub fn backward<T: Float>(width: usize, k: usize, x: &[T], dy: &[T], dx: &mut [T]) {
    let rows = x.chunks_exact(width).zip(dy.chunks_exact(width));
    for ((x, dy), dx) in rows.zip(dx.chunks_exact_mut(width)) {
        for i in largest(x, k) {
            dx[i] = dx[i] + dy[i];
        }
    }
}

/// Places of the `k` largest. What is no number comes last.
fn largest<T: Float>(x: &[T], k: usize) -> impl Iterator<Item = usize> {
    let value = |i: usize| if x[i].is_nan() { T::neg_infinity() } else { x[i] };
    let before = |&i: &usize, &j: &usize| {
        value(j).partial_cmp(&value(i)).unwrap_or(Ordering::Equal).then(i.cmp(&j))
    };
    let mut places: Vec<usize> = (0..x.len()).collect();
    if k < places.len() {
        places.select_nth_unstable_by(k, before);
    }
    places.into_iter().take(k)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operation::check;

    #[test]
    fn gradients() {
        for (rows, width, k) in [(1, 1, 1), (3, 3, 1), (2, 17, 5), (1, 3, 9)] {
            check::gradients(
                &format!("top {k} of {width}"),
                &[check::random(1, rows * width)],
                |p| {
                    let mut y = vec![0.0; rows * width];
                    forward(width, k, &p[0], &mut y);
                    y
                },
                |p, dy, out| backward(width, k, &p[0], dy, &mut out[0]),
            );
        }
    }

    #[test]
    fn the_first_of_equal_ones_are_kept() {
        let mut y = [9.0; 5];
        forward(5, 3, &[1.0, 2.0, 1.0, f64::NAN, 1.0], &mut y);
        assert_eq!(y, [1.0, 2.0, 1.0, 0.0, 0.0]);
    }
}
