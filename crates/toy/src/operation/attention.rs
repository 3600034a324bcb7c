//! Softmax attention (Vaswani et al. 2017): every query takes a weighted mean of the values, with
//! weights `softmax(Q K^T / sqrt(d_h))`, in several heads side by side.
//!
//! Queries, keys and values are matrices with a row for each token of each sequence; head `h` has
//! columns `h d_h` to `(h + 1) d_h - 1`.

use super::dropout::Drops;
use num_traits::Float;

/// Which keys a query sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mask {
    /// All.
    Full,
    /// Those up to its own place.
    Causal,
    /// Those before its own place; the first query sees none and gets 0.
    Before,
}

/// Sizes and mask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// Sequences.
    pub batch: usize,
    /// Queries a sequence.
    pub queries: usize,
    /// Keys, and values, a sequence.
    pub keys: usize,
    /// Heads; divides the width.
    pub heads: usize,
    /// Elements of a row.
    pub width: usize,
    /// Which keys a query sees.
    pub mask: Mask,
}

impl Size {
    /// Elements of a row that a head has.
    pub fn head(self) -> usize {
        self.width / self.heads
    }

    /// How many weights there are: for each sequence and head one of each query for each key.
    pub fn weights(self) -> usize {
        self.batch * self.heads * self.queries * self.keys
    }

    /// How many keys a query of a sequence sees, the first ones.
    pub fn seen(self, sequence: usize, query: usize, lengths: Option<&[u32]>) -> usize {
        let all = lengths.map_or(self.keys, |lengths| self.keys.min(lengths[sequence] as usize));
        match self.mask {
            Mask::Full => all,
            Mask::Causal => all.min(query + 1),
            Mask::Before => all.min(query),
        }
    }
}

/// What a query, of a head, of a sequence reads and writes.
struct Place {
    query: usize,
    keys: usize,
    weights: usize,
    seen: usize,
}

fn places(size: Size, lengths: Option<&[u32]>) -> impl Iterator<Item = Place> {
    let Size { batch, queries, keys, heads, width, .. } = size;
    let one = move |index: usize| {
        let (query, head) = (index % queries, index / queries % heads);
        let sequence = index / queries / heads;
        Place {
            query: (sequence * queries + query) * width + head * size.head(),
            keys: sequence * keys * width + head * size.head(),
            weights: index * keys,
            seen: size.seen(sequence, query, lengths),
        }
    };
    (0..batch * heads * queries).map(one)
}

/// Weighted means of the values. Keeps the weights, before anything of them is dropped, for the way
/// back. Of each sequence, `lengths` keys are there, or all.
pub fn forward<T: Float>(
    size: Size,
    lengths: Option<&[u32]>,
    drops: Option<&Drops>,
    [q, k, v]: [&[T]; 3],
    weights: &mut [T],
    out: &mut [T],
) {
    let (head, stride) = (size.head(), size.width);
    let scale = super::cast::<T>(head as f64).sqrt().recip();
    for place in places(size, lengths) {
        let q = &q[place.query..][..head];
        let at = place.weights;
        let weights = &mut weights[at..][..size.keys];
        weights.fill(T::zero());
        let mut most = T::neg_infinity();
        for (j, weight) in weights[..place.seen].iter_mut().enumerate() {
            let k = &k[place.keys + j * stride..][..head];
            *weight = scale * q.iter().zip(k).fold(T::zero(), |sum, (&q, &k)| sum + q * k);
            most = if *weight > most { *weight } else { most };
        }
        let mut total = T::zero();
        for weight in &mut weights[..place.seen] {
            *weight = (*weight - most).exp();
            total = total + *weight;
        }
        let out = &mut out[place.query..][..head];
        out.fill(T::zero());
        for (j, weight) in weights[..place.seen].iter_mut().enumerate() {
            *weight = *weight / total;
            let kept = *weight * factor(drops, at + j);
            let v = &v[place.keys + j * stride..][..head];
            for (out, &v) in out.iter_mut().zip(v) {
                *out = *out + kept * v;
            }
        }
    }
}

/// Adds to the gradients by queries, keys and values, which may be kept apart or not.
pub fn backward<T: Float>(
    size: Size,
    lengths: Option<&[u32]>,
    drops: Option<&Drops>,
    [q, k, v]: [&[T]; 3],
    weights: &[T],
    dout: &[T],
    [dq, dk, dv]: [&mut [T]; 3],
) {
    let (head, stride) = (size.head(), size.width);
    let scale = super::cast::<T>(head as f64).sqrt().recip();
    let mut dweights = vec![T::zero(); size.keys];
    for place in places(size, lengths) {
        let dout = &dout[place.query..][..head];
        let weights_at = &weights[place.weights..][..place.seen];
        // Gradients by the weights, and their weighted mean.
        let mut mean = T::zero();
        for (j, &weight) in weights_at.iter().enumerate() {
            let at = place.keys + j * stride;
            let factor = factor::<T>(drops, place.weights + j);
            let along =
                dout.iter().zip(&v[at..][..head]).fold(T::zero(), |sum, (&d, &v)| sum + d * v);
            dweights[j] = factor * along;
            mean = mean + weight * dweights[j];
            for (dv, &d) in dv[at..][..head].iter_mut().zip(dout) {
                *dv = *dv + factor * weight * d;
            }
        }
        for (j, &weight) in weights_at.iter().enumerate() {
            let at = place.keys + j * stride;
            let d = scale * weight * (dweights[j] - mean);
            for e in 0..head {
                dq[place.query + e] = dq[place.query + e] + d * k[at + e];
                dk[at + e] = dk[at + e] + d * q[place.query + e];
            }
        }
    }
}

fn factor<T: Float>(drops: Option<&Drops>, index: usize) -> T {
    drops.map_or(T::one(), |drops| super::cast(f64::from(drops.factor(index))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operation::check;
    use crate::operation::dropout::{Dropout, Stream};

    fn size(sizes: [usize; 4], width: usize, mask: Mask) -> Size {
        let [batch, queries, keys, heads] = sizes;
        Size { batch, queries, keys, heads, width, mask }
    }

    #[test]
    fn gradients() {
        let drops =
            Drops::new(Dropout { rate: 0.3, site: 1 }, Stream { seed: 1, model: 2, step: 3 });
        for (sizes, width) in
            [([1, 1, 1, 1], 1), ([3, 1, 3, 1], 3), ([2, 3, 3, 2], 6), ([1, 3, 17, 1], 17)]
        {
            for mask in [Mask::Full, Mask::Causal, Mask::Before] {
                for lengths in [None, Some(&[1, 2, 3][..sizes[0]])] {
                    for drops in [None, Some(&drops)] {
                        let size = size(sizes, width, mask);
                        let rows = [size.queries, size.keys, size.keys];
                        let inputs: Vec<Vec<f64>> = (1..)
                            .zip(rows)
                            .map(|(key, rows)| check::random(key, size.batch * rows * width))
                            .collect();
                        let made = |p: &[Vec<f64>]| {
                            let mut weights = vec![0.0; size.weights()];
                            let mut out = vec![0.0; size.batch * size.queries * width];
                            let inputs = [&p[0][..], &p[1], &p[2]];
                            forward(size, lengths, drops, inputs, &mut weights, &mut out);
                            (weights, out)
                        };
                        check::gradients(
                            &format!("{size:?}, {lengths:?}"),
                            &inputs,
                            |p| made(p).1,
                            |p, dout, out| {
                                let [dq, dk, dv] = out else { unreachable!() };
                                let inputs = [&p[0][..], &p[1], &p[2]];
                                let weights = made(p).0;
                                let out = [&mut dq[..], dk, dv];
                                backward(size, lengths, drops, inputs, &weights, dout, out);
                            },
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn weights_sum_to_1_over_what_is_seen() {
        let size = size([2, 3, 3, 1], 2, Mask::Before);
        let x: Vec<f64> = check::random(1, 12).iter().map(|x| 100.0 * x).collect();
        let (mut weights, mut out) = (vec![9.0; size.weights()], vec![9.0; 12]);
        forward(size, None, None, [&x, &x, &x], &mut weights, &mut out);
        for (index, row) in weights.chunks(3).enumerate() {
            let (sum, query) = (row.iter().sum::<f64>(), index % 3);
            assert!((sum - if query == 0 { 0.0 } else { 1.0 }).abs() < 1e-12);
            assert!(row[query..].iter().all(|w| *w == 0.0));
        }
        assert_eq!(out[..2], [0.0, 0.0]);
    }

    /// One key: the weight is 1 whatever query and key, and neither has a gradient.
    #[test]
    fn a_single_token_attends_to_itself() {
        let size = size([3, 1, 1, 2], 4, Mask::Causal);
        let [q, k, v] = [1, 2, 3].map(|key| check::random(key, 12));
        let (mut weights, mut out) = (vec![0.0; 6], vec![0.0; 12]);
        forward(size, None, None, [&q, &k, &v], &mut weights, &mut out);
        assert_eq!((&weights[..], &out), (&[1.0; 6][..], &v));
        let [mut dq, mut dk, mut dv] = [0; 3].map(|_| vec![0.0; 12]);
        let grads = [&mut dq[..], &mut dk, &mut dv];
        backward(size, None, None, [&q, &k, &v], &weights, &out, grads);
        assert_eq!((dq, dk), (vec![0.0; 12], vec![0.0; 12]));
        assert_eq!(dv, out);
    }
}
