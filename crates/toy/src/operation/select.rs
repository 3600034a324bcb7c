//! One row of every sequence, such as the last token's.

use num_traits::Float;

/// Which row of how many of what width.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// Rows a sequence.
    pub rows: usize,
    /// The row that is taken.
    pub row: usize,
    /// Elements a row.
    pub width: usize,
}

/// Takes the row of every sequence.
pub fn forward<T: Float>(size: Size, x: &[T], y: &mut [T]) {
    let Size { rows, row, width } = size;
    for (x, y) in x.chunks_exact(rows * width).zip(y.chunks_exact_mut(width)) {
        y.copy_from_slice(&x[row * width..][..width]);
    }
}

/// Adds `dy` to the rows that were taken.
pub fn backward<T: Float>(size: Size, dy: &[T], dx: &mut [T]) {
    let Size { rows, row, width } = size;
    for (dx, dy) in dx.chunks_exact_mut(rows * width).zip(dy.chunks_exact(width)) {
        for (dx, &d) in dx[row * width..].iter_mut().zip(dy) {
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
        for (batch, rows, row, width) in [(1, 1, 0, 1), (3, 3, 2, 1), (2, 5, 1, 17)] {
            let size = Size { rows, row, width };
            check::gradients(
                &format!("{size:?}"),
                &[check::random(1, batch * rows * width)],
                |p| {
                    let mut y = vec![0.0; batch * width];
                    forward(size, &p[0], &mut y);
                    y
                },
                |_, dy, out| backward(size, dy, &mut out[0]),
            );
        }
    }
}
