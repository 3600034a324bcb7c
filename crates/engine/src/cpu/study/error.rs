//! Errors of a chunk's outputs, and their sums over a batch.

use super::draw::Chunk;
use super::scratch::{Network, Shape};
use crate::cpu::lanes::Lanes;
use fearless_simd::prelude::*;

/// Sums over samples, for each output.
pub struct Sums {
    /// Of errors.
    error: Vec<f32>,
    /// Of their squares.
    squares: Vec<f32>,
    /// Of the weighted squares of errors that have no gradient.
    lost: f64,
}

impl Sums {
    /// Memory for models of this shape.
    pub fn new(shape: Shape) -> Self {
        let zeros = vec![0.0; shape.wide_n];
        Self { error: zeros.clone(), squares: zeros, lost: 0.0 }
    }

    /// Begins a batch.
    pub fn begin(&mut self) {
        self.error.fill(0.0);
        self.squares.fill(0.0);
        self.lost = 0.0;
    }

    /// Gives the network its weighted errors; returns their squares, weighted.
    pub fn end(&self, net: &mut Network) -> f32 {
        let mut loss = self.lost;
        let sums = self.error.iter().zip(&self.squares).zip(&net.importance);
        for (to, ((error, squares), importance)) in net.error.iter_mut().zip(sums) {
            *to = importance * error;
            loss += f64::from(importance * squares);
        }
        loss as f32
    }
}

/// Turns preactivations, to which the bias is added if there is one, into errors, and sums them up.
///
/// An error is what the output differs from its target by, or 0 where the rectifier lets no gradient
/// through. Importances are left to whoever uses the sums.
pub fn of_outputs<L: Lanes>(
    lanes: L,
    net: &Network,
    chunk: &Chunk,
    bias: Option<&[f32]>,
    error: &mut [f32],
    sums: &mut Sums,
) {
    activate(lanes, bias, net.rectify_output, net.shape.wide_n, error);
    for (index, row) in error.chunks_exact_mut(net.shape.wide_n).enumerate() {
        let (features, values) = chunk.sample(index);
        for (&i, &x) in features.iter().zip(values) {
            let target = if net.absolute { x.abs() } else { x };
            let y = &mut row[i as usize];
            if net.rectify_output && *y <= 0.0 {
                sums.lost += f64::from(net.importance[i as usize] * target * target);
            } else {
                *y -= target;
            }
        }
    }
    total(lanes, error, &mut sums.error, &mut sums.squares);
}

/// The same for samples whose inputs are all there, as rows like the outputs.
#[inline(never)]
pub fn of_rows<L: Lanes>(
    lanes: L,
    net: &Network,
    input: &[f32],
    error: &mut [f32],
    sums: &mut Sums,
) {
    lanes.token().vectorize(
        #[inline(always)]
        || {
            let (len, wide, zero) = (L::F::LEN, net.shape.wide_n, lanes.splat(0.0));
            let load = |from: &[f32]| L::F::from_slice(lanes.token(), from);
            for k in (0..wide).step_by(len) {
                let at = k..k + len;
                let b = load(&net.bias[at.clone()]);
                let (mut s, mut q, mut lost) = (zero, zero, zero);
                for (error, x) in error.chunks_exact_mut(wide).zip(input.chunks_exact(wide)) {
                    let (y, x) = (&mut error[at.clone()], load(&x[at.clone()]));
                    let z = load(y) + b;
                    let target = if net.absolute { x.abs() } else { x };
                    let mut e = z - target;
                    if net.rectify_output {
                        // Closed rather than open, so that what is no number stays none.
                        let closed = z.simd_le(zero);
                        let rest = lanes.only(closed, target);
                        lost = rest.mul_add(rest, lost);
                        e -= lanes.only(closed, e);
                    }
                    s += e;
                    q = e.mul_add(e, q);
                    e.store_slice(y);
                }
                let (sum, squares) = (&mut sums.error[at.clone()], &mut sums.squares[at.clone()]);
                (load(sum) + s).store_slice(sum);
                (load(squares) + q).store_slice(squares);
                let lost = lost * load(&net.importance[at.clone()]);
                sums.lost += f64::from(lost.as_slice().iter().sum::<f32>());
            }
        },
    );
}

/// Outputs from preactivations.
#[inline(never)]
fn activate<L: Lanes>(
    lanes: L,
    bias: Option<&[f32]>,
    rectify: bool,
    wide: usize,
    rows: &mut [f32],
) {
    if bias.is_none() && !rectify {
        return;
    }
    lanes.token().vectorize(
        #[inline(always)]
        || {
            let len = L::F::LEN;
            let least = lanes.splat(if rectify { 0.0 } else { f32::NEG_INFINITY });
            // What is no number is not below anything, and stays what it is.
            for k in (0..wide).step_by(len) {
                let b = match bias {
                    Some(bias) => L::F::from_slice(lanes.token(), &bias[k..][..len]),
                    None => lanes.splat(0.0),
                };
                for row in rows.chunks_exact_mut(wide) {
                    let y = &mut row[k..][..len];
                    let z = L::F::from_slice(lanes.token(), y) + b;
                    (z - lanes.only(z.simd_le(least), z)).store_slice(y);
                }
            }
        },
    );
}

/// Adds errors and their squares up, over samples.
#[inline(never)]
fn total<L: Lanes>(lanes: L, error: &[f32], sum: &mut [f32], squares: &mut [f32]) {
    lanes.token().vectorize(
        #[inline(always)]
        || {
            let (len, wide) = (L::F::LEN, sum.len());
            let load = |from: &[f32]| L::F::from_slice(lanes.token(), from);
            let places = sum.chunks_exact_mut(len).zip(squares.chunks_exact_mut(len));
            for (k, (sum, squares)) in places.enumerate() {
                let (mut s, mut q) = (load(sum), load(squares));
                for row in error.chunks_exact(wide) {
                    let e = load(&row[k * len..][..len]);
                    s += e;
                    q = e.mul_add(e, q);
                }
                s.store_slice(sum);
                q.store_slice(squares);
            }
        },
    );
}
