//! Dropout (Srivastava et al. 2014): elements become 0 with some probability, and the others grow
//! so that the expectation stays. Which ones is a function of seed, model, step, site and index, so
//! the way back, and any engine, drops the same.

use crate::random::{block, pcg4d};
use num_traits::Float;

/// Where in the random numbers a batch stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stream {
    /// Seed of the run.
    pub seed: u32,
    /// The model.
    pub model: u32,
    /// The step.
    pub step: u32,
}

/// What one dropout in an architecture does.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Dropout {
    /// Probability that an element is dropped, below 1.
    pub rate: f64,
    /// Number of this dropout in its architecture: each draws for itself.
    pub site: u32,
}

/// Dropout at one step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Drops {
    /// Seed of this site, model and step of the stream.
    pub key: [u32; 3],
    /// Elements whose word is below this are dropped.
    pub below: u32,
    /// Factor of the others, `1 / (1 - rate)`.
    pub scale: f32,
}

/// Tells seeds of dropout from those of data.
const SALT: u32 = 0x6472_6f70;

impl Drops {
    /// What is dropped at a place in the random numbers.
    pub fn new(dropout: Dropout, stream: Stream) -> Self {
        let [seed, ..] = pcg4d([dropout.site, SALT, 0, stream.seed]);
        Self {
            key: [seed, stream.model, stream.step],
            below: (dropout.rate * 4_294_967_296.0) as u32,
            scale: (1.0 / (1.0 - dropout.rate)) as f32,
        }
    }

    /// Factors of four elements, from element `4 index` on.
    #[inline(always)]
    pub fn four(&self, index: u32) -> [f32; 4] {
        let [seed, model, step] = self.key;
        block(seed, model, step, index).map(|word| if word < self.below { 0.0 } else { self.scale })
    }

    /// Factor of one element.
    #[inline(always)]
    pub fn factor(&self, index: usize) -> f32 {
        self.four((index / 4) as u32)[index % 4]
    }
}

/// `y = factor x`.
pub fn forward<T: Float>(drops: &Drops, x: &[T], y: &mut [T]) {
    for (index, (x, y)) in x.chunks(4).zip(y.chunks_mut(4)).enumerate() {
        for ((y, &x), factor) in y.iter_mut().zip(x).zip(drops.four(index as u32)) {
            *y = x * super::cast(f64::from(factor));
        }
    }
}

/// Adds `factor dy` to `dx`.
pub fn backward<T: Float>(drops: &Drops, dy: &[T], dx: &mut [T]) {
    for (index, (dy, dx)) in dy.chunks(4).zip(dx.chunks_mut(4)).enumerate() {
        for ((dx, &d), factor) in dx.iter_mut().zip(dy).zip(drops.four(index as u32)) {
            *dx = *dx + d * super::cast(f64::from(factor));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operation::check;

    fn drops(site: u32, model: u32, step: u32) -> Drops {
        Drops::new(Dropout { rate: 0.25, site }, Stream { seed: 3, model, step })
    }

    #[test]
    fn gradients() {
        for size in [1, 3, 17] {
            let made = |p: &[Vec<f64>]| {
                let mut y = vec![0.0; size];
                forward(&drops(1, 2, 3), &p[0], &mut y);
                y
            };
            check::gradients("dropout", &[check::random(1, size)], made, |_, dy, out| {
                backward(&drops(1, 2, 3), dy, &mut out[0]);
            });
        }
    }

    #[test]
    fn a_quarter_is_dropped_and_every_part_of_the_key_counts() {
        let all = |drops: Drops| (0..4000).map(|i| drops.factor(i)).collect::<Vec<f32>>();
        let base = all(drops(1, 2, 3));
        let dropped = base.iter().filter(|f| **f == 0.0).count();
        assert!((dropped as f64 - 1000.0).abs() < 5.0 * 750f64.sqrt(), "{dropped}");
        assert!(base.iter().all(|&f| f == 0.0 || f == (1.0 / 0.75) as f32));
        for other in [drops(0, 2, 3), drops(1, 0, 3), drops(1, 2, 0)] {
            let same = all(other).iter().zip(&base).filter(|(a, b)| a == b).count();
            assert!((same as f64 - 2500.0).abs() < 250.0, "{same}");
        }
    }
}
