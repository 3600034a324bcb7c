//! AdamW (Loshchilov and Hutter 2019), in the form PyTorch documents.

use crate::schedule::StepRates;
use num_traits::Float;

/// The optimiser's constants that do not change during a run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Adam<T> {
    /// Decay of the first moment.
    pub beta1: T,
    /// Decay of the second moment.
    pub beta2: T,
    /// Added to the root of the second moment.
    pub epsilon: T,
}

impl<T: Float> Adam<T> {
    /// Moves one parameter against its gradient and updates its moments:
    /// `m = b1 m + (1 - b1) g`, `v = b2 v + (1 - b2) g^2`,
    /// `p = decay p - rate m / (root sqrt(v) + eps)`.
    pub fn update(&self, step: &StepRates, p: &mut T, m: &mut T, v: &mut T, g: T) {
        let [rate, root, decay] =
            [step.rate, step.root, step.decay].map(|c| T::from(c).unwrap_or_else(T::nan));
        *m = self.beta1 * *m + (T::one() - self.beta1) * g;
        *v = self.beta2 * *v + (T::one() - self.beta2) * g * g;
        *p = *p * decay - rate * *m / (v.sqrt() * root + self.epsilon);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Sweep;

    /// Three steps worked out by hand from the published update rule with lr .1, decay .5.
    #[test]
    fn three_steps_by_hand() {
        let sweep = Sweep {
            lr: 0.1,
            weight_decay: 0.5,
            schedule: crate::schedule::Schedule::Constant,
            ..Sweep::default()
        };
        let adam = Adam { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };
        let (mut p, mut m, mut v) = (1.0f64, 0.0, 0.0);
        let mut expected = 1.0f64;
        let (mut em, mut ev) = (0.0f64, 0.0f64);
        for (t, g) in [0.5, -0.25, 2.0].into_iter().enumerate() {
            adam.update(&StepRates::at(&sweep, t as u32), &mut p, &mut m, &mut v, g);
            let n = t as i32 + 1;
            em = 0.9 * em + 0.1 * g;
            ev = 0.999 * ev + 0.001 * g * g;
            let (mh, vh) = (em / (1.0 - 0.9f64.powi(n)), ev / (1.0 - 0.999f64.powi(n)));
            expected = expected - 0.1 * 0.5 * expected - 0.1 * mh / (vh.sqrt() + 1e-8);
            assert!((p - expected).abs() < 1e-6, "{t}: {p} {expected}");
        }
    }
}
