//! The best bias of one output of two features, found exactly.

use crate::population::{Patch, pair_moments};

/// The lowest loss of an output over its bias, and the bias that has it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Best {
    /// The bias.
    pub bias: f64,
    /// `min over b of E[(x - relu(a x + c y + b))^2]`.
    pub loss: f64,
}

/// The best bias of `z = a x + c y + b` (`a >= 0`), `share` the probabilities of a mask with none,
/// one and both features active.
///
/// The loss is no convex function of the bias. But it is a polynomial of degree 4 between the four
/// values at which the line `z = 0` passes a corner of the unit square, a constant below them, where
/// the output is dead, and a parabola above. So its derivative is a cubic between neighbouring
/// corners, known from four values, and every minimum is one of its roots, found by solving it.
pub fn best(a: f64, c: f64, share: [f64; 3]) -> Best {
    let at = |b: f64| pair_moments(a, c, b, share);
    let mut corners = [0.0, -a, -c, -a - c];
    corners.sort_unstable_by(f64::total_cmp);
    let mut least = Best { bias: corners[0], loss: f64::INFINITY };
    let mut consider = |bias: f64, patch: &Patch<f64>| {
        if patch.loss < least.loss {
            least = Best { bias, loss: patch.loss };
        }
    };
    let slopes = corners.map(at);
    for (&b, patch) in corners.iter().zip(&slopes) {
        consider(b, patch);
    }
    for (ends, known) in corners.windows(2).zip(slopes.windows(2)) {
        let (from, width) = (ends[0], ends[1] - ends[0]);
        if width <= 0.0 {
            continue;
        }
        let inner = [1.0 / 3.0, 2.0 / 3.0].map(|t| at(from + t * width).bias);
        let values = [known[0].bias, inner[0], inner[1], known[1].bias];
        for t in Cubic::through(values).rises().into_iter().flatten() {
            let bias = from + t * width;
            consider(bias, &at(bias));
        }
    }
    // Above all corners every input is passed on, and half the derivative is `E[z - x]`.
    let above = 0.5 * (share[1] + share[2]) * (1.0 - a - c);
    if above > corners[3] {
        consider(above, &at(above));
    }
    least
}

/// A polynomial of degree 3 on [0, 1].
struct Cubic([f64; 4]);

impl Cubic {
    /// The one with these values at 0, 1/3, 2/3 and 1.
    fn through([p, q, r, s]: [f64; 4]) -> Self {
        Self([
            p,
            -5.5 * p + 9.0 * q - 4.5 * r + s,
            9.0 * p - 22.5 * q + 18.0 * r - 4.5 * s,
            -4.5 * p + 13.5 * q - 13.5 * r + 4.5 * s,
        ])
    }

    fn at(&self, t: f64) -> f64 {
        let [a, b, c, d] = self.0;
        ((d * t + c) * t + b) * t + a
    }

    /// Where it passes from below 0 to above: at most twice.
    fn rises(&self) -> [Option<f64>; 2] {
        let [_, b, c, d] = self.0;
        // Between its turning points, the roots of b + 2 c t + 3 d t^2, it is monotone.
        let root = (c * c - 3.0 * b * d).max(0.0).sqrt();
        // Without a difference of equals; infinite or NaN where the derivative has no such root.
        let far = -(c + root.copysign(c));
        let mut turns =
            [far / (3.0 * d), b / far].map(|t| if t > 0.0 && t < 1.0 { t } else { 0.0 });
        turns.sort_unstable_by(f64::total_cmp);
        let ends = [0.0, turns[0], turns[1], 1.0];
        let mut found = [None; 2];
        let mut free = found.iter_mut();
        for pair in ends.windows(2) {
            let (low, high) = (self.at(pair[0]), self.at(pair[1]));
            if low < 0.0
                && high > 0.0
                && let Some(place) = free.next()
            {
                *place = Some(self.root(pair[0], pair[1]));
            }
        }
        found
    }

    /// The root between `low`, where it is negative, and `high`, where it is positive: Newton's
    /// steps, and halves of the interval where they lead out of it.
    fn root(&self, mut low: f64, mut high: f64) -> f64 {
        let [_, b, c, d] = self.0;
        let mut t = 0.5 * (low + high);
        for _ in 0..60 {
            let value = self.at(t);
            if value < 0.0 {
                low = t
            } else {
                high = t
            }
            let newton = t - value / ((3.0 * d * t + 2.0 * c) * t + b);
            let next = if newton > low && newton < high { newton } else { 0.5 * (low + high) };
            if (next - t).abs() < 1e-12 {
                return next;
            }
            t = next;
        }
        t
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Against 4,000 biases, none of which is better by more than rounding; somewhere the loss has
    /// two minima, else this would show little.
    #[test]
    fn no_bias_is_better() {
        let unit = |i: u32| crate::random::open_unit(crate::random::block(3, 1, 4, i)[0]);
        let mut twofold = 0;
        for i in 0..400 {
            let s = 10f64.powf(-2.0 * unit(3 * i));
            let share = [(1.0 - s) * (1.0 - s), s * (1.0 - s), s * s];
            // Also weights of 0, where corners fall together.
            let v = 1.8 * unit(3 * i + 1);
            let w = if i % 10 == 0 { 0.0 } else { 3.6 * unit(3 * i + 2) - 1.8 };
            let (a, c) = if i % 7 == 0 { (w * w, v * w) } else { (v * v, v * w) };
            let found = best(a, c, share);
            let at = |k: i32| pair_moments(a, c, -8.0 + 12.0 * f64::from(k) / 4000.0, share).loss;
            let scan: Vec<f64> = (0..=4000).map(at).collect();
            let least = scan.iter().copied().fold(f64::INFINITY, f64::min);
            assert!(found.loss <= least + 1e-15, "{a} {c} {s}: {found:?}, {least}");
            assert_eq!(found.loss, pair_moments(a, c, found.bias, share).loss);
            let dips = scan.windows(3).filter(|l| l[1] < l[0] - 1e-9 && l[1] < l[2] - 1e-9).count();
            twofold += usize::from(dips > 1);
        }
        assert!(twofold > 3, "{twofold} of 400 with two minima");
    }
}
