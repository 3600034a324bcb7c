//! Products of small matrices, rows of the result in lanes. Everything here is as wide as padding
//! makes it: widths are multiples of the number of lanes.

use crate::cpu::lanes::Lanes;
use fearless_simd::prelude::*;

/// The left factor of a product: a matrix that is read element by element.
#[derive(Clone, Copy)]
pub enum Left<'a> {
    /// Stored row by row, so many elements apart.
    Rows(&'a [f32], usize),
    /// Stored column by column, so many elements apart: the transpose of what is in memory.
    Columns(&'a [f32], usize),
}

/// Rows of the result that are computed at a time, and vectors of each: as many sums as hide the
/// latency of a multiplication, and fit sixteen registers with what is multiplied.
const ROWS: usize = 3;
const VECTORS: usize = 3;

/// `C = A B`, or `C += A B`: `A` has `rows` rows and `inner` columns, `B` and `C` rows of `width`.
///
/// Not inlined: each instruction set has one copy, which all products share.
#[inline(never)]
pub fn product<L: Lanes>(
    lanes: L,
    (rows, inner, width): (usize, usize, usize),
    a: Left<'_>,
    b: &[f32],
    c: &mut [f32],
    add: bool,
) {
    lanes.token().vectorize(
        #[inline(always)]
        || {
            let mut first = 0;
            while first < rows {
                let c = &mut c[first * width..];
                if first + ROWS <= rows {
                    stripe::<L, ROWS>(lanes, first, inner, width, a, b, c, add);
                    first += ROWS;
                } else if first + 2 <= rows {
                    stripe::<L, 2>(lanes, first, inner, width, a, b, c, add);
                    first += 2;
                } else {
                    stripe::<L, 1>(lanes, first, inner, width, a, b, c, add);
                    first += 1;
                }
            }
        },
    );
}

/// `R` rows of the result, at most [`ROWS`].
#[inline(always)]
fn stripe<L: Lanes, const R: usize>(
    lanes: L,
    first: usize,
    inner: usize,
    width: usize,
    a: Left<'_>,
    b: &[f32],
    c: &mut [f32],
    add: bool,
) {
    // Elements of `A` come from iterators, so that no loop looks for the end of a slice; rows that
    // are not there are the last one once more, and not used.
    match a {
        Left::Rows(data, stride) => {
            let row = |r: usize| data[(first + r.min(R - 1)) * stride..][..inner].iter();
            let a = || {
                row(0).zip(row(1)).zip(row(2)).map(
                    #[inline(always)]
                    |((&x, &y), &z)| [x, y, z],
                )
            };
            columns::<L, R, _>(lanes, inner, width, a, b, c, add);
        }
        Left::Columns(data, stride) => {
            let a = || {
                data[..inner * stride].chunks_exact(stride).map(
                    #[inline(always)]
                    |column| {
                        let rows = &column[first..][..R];
                        [rows[0], rows[1 % R], rows[2 % R]]
                    },
                )
            };
            columns::<L, R, _>(lanes, inner, width, a, b, c, add);
        }
    }
}

/// All columns of some rows.
#[inline(always)]
fn columns<L: Lanes, const R: usize, A: Iterator<Item = [f32; ROWS]>>(
    lanes: L,
    inner: usize,
    width: usize,
    a: impl Fn() -> A,
    b: &[f32],
    c: &mut [f32],
    add: bool,
) {
    let (len, b) = (L::F::LEN, &b[..inner * width]);
    let mut column = 0;
    while column < width {
        let left = (width - column) / len;
        match left {
            1 => block::<L, R, 1>(lanes, width, a(), b, column, c, add),
            2 => block::<L, R, 2>(lanes, width, a(), b, column, c, add),
            _ => block::<L, R, VECTORS>(lanes, width, a(), b, column, c, add),
        }
        column += left.min(VECTORS) * len;
    }
}

/// `R` rows and `V` vectors from a column on, all in registers.
#[inline(always)]
fn block<L: Lanes, const R: usize, const V: usize>(
    lanes: L,
    width: usize,
    a: impl Iterator<Item = [f32; ROWS]>,
    b: &[f32],
    column: usize,
    c: &mut [f32],
    add: bool,
) {
    let len = L::F::LEN;
    let mut sum = [[lanes.splat(0.0); V]; R];
    for (row, x) in b.chunks_exact(width).zip(a) {
        let row = &row[column..][..V * len];
        let mut y = [lanes.splat(0.0); V];
        for v in 0..V {
            y[v] = L::F::from_slice(lanes.token(), &row[v * len..][..len]);
        }
        for r in 0..R {
            let x = lanes.splat(x[r]);
            for v in 0..V {
                sum[r][v] = x.mul_add(y[v], sum[r][v]);
            }
        }
    }
    for (r, sum) in sum.iter().enumerate() {
        let row = &mut c[r * width + column..][..V * len];
        for v in 0..V {
            let to = &mut row[v * len..][..len];
            let before = if add { L::F::from_slice(lanes.token(), to) } else { lanes.splat(0.0) };
            (before + sum[v]).store_slice(to);
        }
    }
}

/// Writes the transpose of a matrix of `rows` rows, `stride` apart, and `columns` columns, with
/// rows `width` apart; what is beyond is left as it is.
pub fn transpose(
    from: &[f32],
    (rows, columns, stride): (usize, usize, usize),
    to: &mut [f32],
    width: usize,
) {
    for (r, row) in from.chunks(stride).take(rows).enumerate() {
        for (k, &x) in row[..columns].iter().enumerate() {
            to[k * width + r] = x;
        }
    }
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use crate::cpu::every_width;
    use toy::random::{block as words, open_unit};

    /// Numbers from -1/2 to 1/2.
    pub fn random(key: u32, size: usize) -> Vec<f32> {
        (0..size as u32).map(|i| open_unit(words(1, key, i, 0)[0]) as f32 - 0.5).collect()
    }

    fn check<L: Lanes>(lanes: L) {
        for (rows, inner, vectors) in [(1, 1, 1), (4, 3, 3), (7, 5, 2), (9, 16, 7), (3, 2, 4)] {
            let width = vectors * L::F::LEN;
            let (a, b) = (random(1, rows * inner), random(2, inner * width));
            let mut turned = vec![0.0; rows * inner];
            transpose(&a, (rows, inner, inner), &mut turned, rows);
            let before = random(3, rows * width);
            for left in [Left::Rows(&a, inner), Left::Columns(&turned, rows)] {
                for add in [false, true] {
                    let mut c = before.clone();
                    product(lanes, (rows, inner, width), left, &b, &mut c, add);
                    for r in 0..rows {
                        for k in 0..width {
                            let sum: f32 =
                                (0..inner).map(|p| a[r * inner + p] * b[p * width + k]).sum();
                            let start = if add { before[r * width + k] } else { 0.0 };
                            assert!((c[r * width + k] - start - sum).abs() < 1e-5);
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn products_are_the_definition_s() {
        every_width!(lanes => check(lanes));
    }
}
