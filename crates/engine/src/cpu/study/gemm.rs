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
/// latency of a multiplication, and fit the registers with what is multiplied, sixteen of them or,
/// where a vector has sixteen lanes, thirty-two.
const FEW: (usize, usize) = (3, 3);
const MANY: (usize, usize) = (6, 4);

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
            let (most, _) = tile::<L>();
            let mut first = 0;
            while first < rows {
                let c = &mut c[first * width..];
                let taken = most.min(rows - first);
                // Where a tile is small its large cases are no code.
                match taken {
                    6 if most > 3 => stripe::<L, 6>(lanes, first, inner, width, a, b, c, add),
                    5 if most > 3 => stripe::<L, 5>(lanes, first, inner, width, a, b, c, add),
                    4 if most > 3 => stripe::<L, 4>(lanes, first, inner, width, a, b, c, add),
                    3 => stripe::<L, 3>(lanes, first, inner, width, a, b, c, add),
                    2 => stripe::<L, 2>(lanes, first, inner, width, a, b, c, add),
                    _ => stripe::<L, 1>(lanes, first, inner, width, a, b, c, add),
                }
                first += taken;
            }
        },
    );
}

/// The tile of a width.
#[inline(always)]
const fn tile<L: Lanes>() -> (usize, usize) {
    if L::F::LEN >= 16 { MANY } else { FEW }
}

/// `R` rows of the result.
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
    // Elements of `A` come from iterators over slices of known length. Arrays are filled by loops:
    // closures of the array's own functions are not inlined across instruction sets.
    match a {
        Left::Rows(data, stride) => {
            let mut rows: [&[f32]; R] = [&[]; R];
            for r in 0..R {
                rows[r] = &data[(first + r) * stride..][..inner];
            }
            let a = || {
                (0..inner).map(
                    #[inline(always)]
                    |p| {
                        let mut x = [0.0; R];
                        for r in 0..R {
                            x[r] = rows[r][p];
                        }
                        x
                    },
                )
            };
            columns::<L, R, _>(lanes, inner, width, a, b, c, add);
        }
        Left::Columns(data, stride) => {
            let a = || {
                data[..inner * stride].chunks_exact(stride).map(
                    #[inline(always)]
                    |column| {
                        let mut x = [0.0; R];
                        x.copy_from_slice(&column[first..][..R]);
                        x
                    },
                )
            };
            columns::<L, R, _>(lanes, inner, width, a, b, c, add);
        }
    }
}

/// All columns of some rows.
#[inline(always)]
fn columns<L: Lanes, const R: usize, A: Iterator<Item = [f32; R]>>(
    lanes: L,
    inner: usize,
    width: usize,
    a: impl Fn() -> A,
    b: &[f32],
    c: &mut [f32],
    add: bool,
) {
    let (len, b) = (L::F::LEN, &b[..inner * width]);
    let (_, most) = tile::<L>();
    let mut column = 0;
    while column < width {
        let left = (width - column) / len;
        // Two and two hide more latency than three and one.
        let taken = if most == 3 && left == 4 { 2 } else { left.min(most) };
        match taken {
            1 => block::<L, R, 1>(lanes, width, a(), b, column, c, add),
            2 => block::<L, R, 2>(lanes, width, a(), b, column, c, add),
            4 if most > 3 => block::<L, R, 4>(lanes, width, a(), b, column, c, add),
            _ => block::<L, R, 3>(lanes, width, a(), b, column, c, add),
        }
        column += taken * len;
    }
}

/// `R` rows and `V` vectors from a column on, all in registers.
#[inline(always)]
fn block<L: Lanes, const R: usize, const V: usize>(
    lanes: L,
    width: usize,
    a: impl Iterator<Item = [f32; R]>,
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
    for r in 0..R {
        let row = &mut c[r * width + column..][..V * len];
        for v in 0..V {
            let to = &mut row[v * len..][..len];
            let before = if add { L::F::from_slice(lanes.token(), to) } else { lanes.splat(0.0) };
            (before + sum[r][v]).store_slice(to);
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
        for (rows, inner, vectors) in
            [(1, 1, 1), (4, 3, 3), (7, 5, 2), (9, 16, 7), (3, 2, 4), (11, 4, 5), (12, 6, 8)]
        {
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
