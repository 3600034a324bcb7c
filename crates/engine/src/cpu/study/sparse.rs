//! Products with the matrix `X` of a chunk's samples, of which only what is not 0 is there.

use super::draw::Chunk;
use crate::cpu::lanes::Lanes;
use fearless_simd::prelude::*;

/// Vectors of a row that are summed up at a time: what they are multiplied by has to find room in
/// sixteen registers, too, twice where a compiler takes two features at once.
const VECTORS: usize = 4;
/// Vectors of a sample's row that stay in registers while they are added to rows of features. The
/// columns they cover of all those rows fit the first cache, beside the samples.
const HELD: usize = 10;

/// `Y = start + X A`: a row for each sample from a row for each feature, all as wide as `start`.
#[inline(never)]
pub fn times<L: Lanes>(lanes: L, chunk: &Chunk, a: &[f32], start: &[f32], y: &mut [f32]) {
    lanes.token().vectorize(
        #[inline(always)]
        || {
            let mut column = 0;
            while column < start.len() {
                let left = (start.len() - column) / L::F::LEN;
                match left {
                    1 => strip::<L, 1>(lanes, chunk, a, start, column, y),
                    2 => strip::<L, 2>(lanes, chunk, a, start, column, y),
                    3 => strip::<L, 3>(lanes, chunk, a, start, column, y),
                    _ => strip::<L, VECTORS>(lanes, chunk, a, start, column, y),
                }
                column += left.min(VECTORS) * L::F::LEN;
            }
        },
    );
}

/// `V` vectors of all rows, from a column on.
#[inline(always)]
fn strip<L: Lanes, const V: usize>(
    lanes: L,
    chunk: &Chunk,
    a: &[f32],
    start: &[f32],
    column: usize,
    y: &mut [f32],
) {
    let (len, wide) = (L::F::LEN, start.len());
    let mut first = [lanes.splat(0.0); V];
    for v in 0..V {
        first[v] = L::F::from_slice(lanes.token(), &start[column + v * len..][..len]);
    }
    for (index, row) in y.chunks_exact_mut(wide).take(chunk.samples).enumerate() {
        let (features, values) = chunk.sample(index);
        let mut sum = first;
        for (&i, &x) in features.iter().zip(values) {
            let row = &a[i as usize * wide + column..][..V * len];
            let x = lanes.splat(x);
            for v in 0..V {
                let a = L::F::from_slice(lanes.token(), &row[v * len..][..len]);
                sum[v] = x.mul_add(a, sum[v]);
            }
        }
        let row = &mut row[column..][..V * len];
        for v in 0..V {
            sum[v].store_slice(&mut row[v * len..][..len]);
        }
    }
}

/// `C += X^T E`: a row for each feature from a row for each sample, all `wide`.
#[inline(never)]
pub fn turned_times<L: Lanes>(lanes: L, chunk: &Chunk, e: &[f32], wide: usize, c: &mut [f32]) {
    lanes.token().vectorize(
        #[inline(always)]
        || {
            let mut column = 0;
            while column < wide {
                let left = (wide - column) / L::F::LEN;
                let taken = if left < HELD { left.min(5) } else { HELD };
                match taken {
                    1 => scatter::<L, 1>(lanes, chunk, e, wide, column, c),
                    2 => scatter::<L, 2>(lanes, chunk, e, wide, column, c),
                    3 => scatter::<L, 3>(lanes, chunk, e, wide, column, c),
                    4 => scatter::<L, 4>(lanes, chunk, e, wide, column, c),
                    5 => scatter::<L, 5>(lanes, chunk, e, wide, column, c),
                    _ => scatter::<L, HELD>(lanes, chunk, e, wide, column, c),
                }
                column += taken * L::F::LEN;
            }
        },
    );
}

/// Adds `V` vectors of a sample's row, from a column on, to the rows of its features.
#[inline(always)]
fn scatter<L: Lanes, const V: usize>(
    lanes: L,
    chunk: &Chunk,
    e: &[f32],
    wide: usize,
    column: usize,
    c: &mut [f32],
) {
    let len = L::F::LEN;
    for (index, e) in e.chunks_exact(wide).take(chunk.samples).enumerate() {
        let (features, values) = chunk.sample(index);
        let e = &e[column..][..V * len];
        let mut own = [lanes.splat(0.0); V];
        for v in 0..V {
            own[v] = L::F::from_slice(lanes.token(), &e[v * len..][..len]);
        }
        for (&i, &x) in features.iter().zip(values) {
            let x = lanes.splat(x);
            let row = &mut c[i as usize * wide + column..][..V * len];
            for v in 0..V {
                let to = &mut row[v * len..][..len];
                let before = L::F::from_slice(lanes.token(), to);
                x.mul_add(own[v], before).store_slice(to);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::draw::{CHUNK, Stream};
    use super::super::gemm::tests::random;
    use super::*;
    use crate::cpu::every_width;
    use toy::study::Study;
    use toy::study::sample::Sampler;

    /// Rows of every number of vectors that is worked through differently, and some beyond.
    fn check<L: Lanes>(lanes: L) {
        let study = Study { features: 9, ..Study::default() };
        let (n, samples) = (9, CHUNK - 5);
        let mut chunk = Chunk::new(n);
        let stream = Stream { seed: 5, model: 1, step: 2 };
        chunk.draw(lanes, &Sampler::new(&study, 0.4), stream, 0, samples);
        for vectors in 1..=2 * HELD + 3 {
            let wide = vectors * L::F::LEN;
            let (a, start, e) = (random(1, n * wide), random(2, wide), random(3, samples * wide));
            let mut y = vec![0.0; samples * wide];
            times(lanes, &chunk, &a, &start, &mut y);
            let before = random(4, n * wide);
            let mut c = before.clone();
            turned_times(lanes, &chunk, &e, wide, &mut c);
            let mut expected = before;
            for s in 0..samples {
                let (features, values) = chunk.sample(s);
                for k in 0..wide {
                    let mut sum = start[k];
                    for (&i, &x) in features.iter().zip(values) {
                        sum += x * a[i as usize * wide + k];
                        expected[i as usize * wide + k] += x * e[s * wide + k];
                    }
                    assert!((y[s * wide + k] - sum).abs() < 1e-5, "{vectors} vectors");
                }
            }
            assert!(
                c.iter().zip(&expected).all(|(c, e)| (c - e).abs() < 1e-4),
                "{vectors} vectors"
            );
        }
    }

    #[test]
    fn products_are_the_definition_s() {
        every_width!(lanes => check(lanes));
    }
}
