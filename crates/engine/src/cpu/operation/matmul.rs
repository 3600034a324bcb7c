//! Linear maps of rows: three products of matrices, on the studies' kernel. Its rows are whole
//! vectors, so that narrower ones are padded on the way in and cut on the way out.

use crate::cpu::lanes::Lanes;
use crate::cpu::study::gemm::{Left, product, transpose};
use fearless_simd::prelude::*;
use toy::operation::matmul::{Size, Stored};

/// Room for turned and padded matrices.
#[derive(Default)]
pub struct Scratch {
    turned: Vec<f32>,
    factor: Vec<f32>,
    result: Vec<f32>,
}

/// `y = x W^T + b`.
pub fn forward<L: Lanes>(
    lanes: L,
    scratch: &mut Scratch,
    size: Size,
    x: &[f32],
    weight: &[f32],
    bias: Option<&[f32]>,
    y: &mut [f32],
) {
    let Size { rows, inner, outer, stored } = size;
    match bias {
        Some(bias) => y.chunks_exact_mut(outer).for_each(|row| row.copy_from_slice(bias)),
        None => y.fill(0.0),
    }
    let Scratch { turned, factor, result } = scratch;
    let by_input = match stored {
        Stored::ByInput => weight,
        Stored::ByOutput => turn(weight, outer, inner, turned),
    };
    add_product(lanes, (rows, inner, outer), Left::Rows(x, inner), by_input, y, (factor, result));
}

/// Adds `dy W` to `dx`.
pub fn input_gradient<L: Lanes>(
    lanes: L,
    scratch: &mut Scratch,
    size: Size,
    dy: &[f32],
    weight: &[f32],
    dx: &mut [f32],
) {
    let Size { rows, inner, outer, stored } = size;
    let Scratch { turned, factor, result } = scratch;
    let by_output = match stored {
        Stored::ByOutput => weight,
        Stored::ByInput => turn(weight, inner, outer, turned),
    };
    let left = Left::Rows(dy, outer);
    add_product(lanes, (rows, outer, inner), left, by_output, dx, (factor, result));
}

/// Adds `dy^T x` to `dw`.
pub fn weight_gradient<L: Lanes>(
    lanes: L,
    scratch: &mut Scratch,
    size: Size,
    x: &[f32],
    dy: &[f32],
    dw: &mut [f32],
) {
    let Size { rows, inner, outer, stored } = size;
    let Scratch { factor, result, .. } = scratch;
    let room = (factor, result);
    match stored {
        Stored::ByOutput => {
            add_product(lanes, (outer, rows, inner), Left::Columns(dy, outer), x, dw, room);
        }
        Stored::ByInput => {
            add_product(lanes, (inner, rows, outer), Left::Columns(x, inner), dy, dw, room);
        }
    }
}

/// The transpose of a matrix of so many rows and columns.
fn turn<'a>(from: &[f32], rows: usize, columns: usize, to: &'a mut Vec<f32>) -> &'a [f32] {
    to.resize(rows * columns, 0.0);
    transpose(from, (rows, columns, columns), to, rows);
    to
}

/// `C += A B`, whatever the width.
fn add_product<L: Lanes>(
    lanes: L,
    (rows, inner, width): (usize, usize, usize),
    a: Left<'_>,
    b: &[f32],
    c: &mut [f32],
    (factor, result): (&mut Vec<f32>, &mut Vec<f32>),
) {
    let padded = width.next_multiple_of(L::F::LEN);
    if padded == width {
        return product(lanes, (rows, inner, width), a, b, c, true);
    }
    factor.clear();
    factor.resize(inner * padded, 0.0);
    for (to, from) in factor.chunks_exact_mut(padded).zip(b.chunks_exact(width)) {
        to[..width].copy_from_slice(from);
    }
    result.resize(rows * padded, 0.0);
    product(lanes, (rows, inner, padded), a, factor, result, false);
    for (to, from) in c.chunks_exact_mut(width).zip(result.chunks_exact(padded)) {
        to.iter_mut().zip(from).for_each(|(to, from)| *to += from);
    }
}
