//! A linear map of every row: `y = x W^T + b`.

use num_traits::Float;

/// How the matrix is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stored {
    /// Output after output, `W_oi` at `o inner + i`, as PyTorch's linear layers have it.
    ByOutput,
    /// Input after input, `W_oi` at `i outer + o`: the transpose of a matrix that maps the other
    /// way, which is how weights are tied.
    ByInput,
}

/// Sizes of a product.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// Rows of `x` and `y`.
    pub rows: usize,
    /// Elements of a row of `x`.
    pub inner: usize,
    /// Elements of a row of `y`.
    pub outer: usize,
    /// How the matrix is stored.
    pub stored: Stored,
}

impl Size {
    /// Where `W_oi` stands.
    fn at(self, o: usize, i: usize) -> usize {
        match self.stored {
            Stored::ByOutput => o * self.inner + i,
            Stored::ByInput => i * self.outer + o,
        }
    }
}

/// `y = x W^T + b`; without `b` where there is none.
pub fn forward<T: Float>(size: Size, x: &[T], weight: &[T], bias: Option<&[T]>, y: &mut [T]) {
    let Size { inner, outer, .. } = size;
    for (x, y) in x.chunks_exact(inner).zip(y.chunks_exact_mut(outer)) {
        for (o, y) in y.iter_mut().enumerate() {
            let start = bias.map_or(T::zero(), |b| b[o]);
            *y = x.iter().enumerate().fold(start, |sum, (i, &x)| sum + weight[size.at(o, i)] * x);
        }
    }
}

/// Adds `dy W` to `dx`.
pub fn input_gradient<T: Float>(size: Size, dy: &[T], weight: &[T], dx: &mut [T]) {
    let Size { inner, outer, .. } = size;
    for (dy, dx) in dy.chunks_exact(outer).zip(dx.chunks_exact_mut(inner)) {
        for (i, dx) in dx.iter_mut().enumerate() {
            *dx = dy.iter().enumerate().fold(*dx, |sum, (o, &d)| sum + weight[size.at(o, i)] * d);
        }
    }
}

/// Adds `dy^T x` to `dw`.
pub fn weight_gradient<T: Float>(size: Size, x: &[T], dy: &[T], dw: &mut [T]) {
    let Size { inner, outer, .. } = size;
    for (x, dy) in x.chunks_exact(inner).zip(dy.chunks_exact(outer)) {
        for (o, &d) in dy.iter().enumerate() {
            for (i, &x) in x.iter().enumerate() {
                let at = size.at(o, i);
                dw[at] = dw[at] + d * x;
            }
        }
    }
}

/// Adds the sum of the rows of `dy` to `db`.
pub fn bias_gradient<T: Float>(dy: &[T], db: &mut [T]) {
    for dy in dy.chunks_exact(db.len()) {
        for (db, &d) in db.iter_mut().zip(dy) {
            *db = *db + d;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operation::check;

    #[test]
    fn gradients() {
        for stored in [Stored::ByOutput, Stored::ByInput] {
            for (rows, inner, outer) in [(1, 1, 1), (3, 1, 17), (1, 17, 3), (3, 5, 2)] {
                let size = Size { rows, inner, outer, stored };
                let inputs = [rows * inner, outer * inner, outer];
                let inputs: Vec<_> = (1..).zip(inputs).map(|(k, n)| check::random(k, n)).collect();
                check::gradients(
                    &format!("{size:?}"),
                    &inputs,
                    |p| {
                        let mut y = vec![0.0; rows * outer];
                        forward(size, &p[0], &p[1], Some(&p[2]), &mut y);
                        y
                    },
                    |p, dy, out| {
                        input_gradient(size, dy, &p[1], &mut out[0]);
                        weight_gradient(size, &p[0], dy, &mut out[1]);
                        bias_gradient(dy, &mut out[2]);
                    },
                );
            }
        }
    }

    /// One worked out by hand: the two ways of storing are transposes of each other.
    #[test]
    fn by_hand() {
        let mut size = Size { rows: 1, inner: 2, outer: 3, stored: Stored::ByOutput };
        let mut y = [0.0; 3];
        forward(size, &[1.0, 10.0], &[1., 2., 3., 4., 5., 6.], Some(&[0.5, 0.0, 0.0]), &mut y);
        assert_eq!(y, [21.5, 43.0, 65.0]);
        size.stored = Stored::ByInput;
        forward(size, &[1.0, 10.0], &[1., 3., 5., 2., 4., 6.], None, &mut y);
        assert_eq!(y, [21.0, 43.0, 65.0]);
    }
}
