//! The models of a study, plainly: outputs, errors and gradients of one sample after the other.
//! The reference that the engines' kernels are checked against.
//!
//! With encoder `E` and decoder `D`, both `n x m` and the same `W` when weights are tied:
//! `h = E^T x`, rectified in the hidden variant; `z = D h + b`; `x' = z`, or its positive part.

use super::describe::Study;
use super::layout::Layout;
use super::variant::{Target, Variant};
use num_traits::Float;

/// A model's outputs and gradients, with memory for one sample.
#[derive(Clone, Debug)]
pub struct Network<T> {
    layout: Layout,
    variant: Variant,
    target: Target,
    importance: Vec<T>,
    hidden: Vec<T>,
    back: Vec<T>,
    output: Vec<T>,
    wanted: Vec<T>,
}

impl<T: Float> Network<T> {
    /// The network of a study.
    pub fn new(study: &Study) -> Self {
        let layout = study.layout();
        let cast = |x: f64| T::from(x).unwrap_or_else(T::nan);
        Self {
            layout,
            variant: study.variant,
            target: study.target,
            importance: study.importances().into_iter().map(cast).collect(),
            hidden: vec![T::zero(); layout.m],
            back: vec![T::zero(); layout.m],
            output: vec![T::zero(); layout.n],
            wanted: vec![T::zero(); layout.n],
        }
    }

    /// Where its parameters stand.
    pub fn layout(&self) -> Layout {
        self.layout
    }

    /// Importance of every feature.
    pub fn importance(&self) -> &[T] {
        &self.importance
    }

    /// What outputs should be.
    pub fn target(&self) -> Target {
        self.target
    }

    /// Hidden units of an input given by its active features, before they are rectified.
    fn sum_up(&mut self, parameters: &[T], active: &[(u32, T)]) {
        let (m, encoder) = (self.layout.m, self.layout.encoder(parameters));
        self.hidden.fill(T::zero());
        let row = |&(i, x): &(u32, T)| (x, &encoder[i as usize * m..][..m]);
        add_rows(&mut self.hidden, active.iter().map(row));
    }

    /// Hidden units of an input given by its active features.
    fn encode(&mut self, parameters: &[T], active: &[(u32, T)]) {
        self.sum_up(parameters, active);
        if self.variant.rectifies_hidden() {
            self.hidden.iter_mut().for_each(|h| *h = rectified(*h));
        }
    }

    /// The output for an input given by its active features; before the last rectification if
    /// there is one.
    pub fn preactivation(&mut self, parameters: &[T], active: &[(u32, T)]) -> &[T] {
        let Layout { m, .. } = self.layout;
        self.encode(parameters, active);
        let decoder = self.layout.decoder(parameters);
        let rows = decoder.chunks_exact(m).zip(self.layout.biases(parameters));
        for (z, (row, &b)) in self.output.iter_mut().zip(rows) {
            *z = row.iter().zip(&self.hidden).fold(b, |sum, (&w, &h)| sum + w * h);
        }
        &self.output
    }

    /// The output for an input given by its active features.
    pub fn output(&mut self, parameters: &[T], active: &[(u32, T)]) -> &[T] {
        self.preactivation(parameters, active);
        if self.variant.rectifies_output() {
            self.output.iter_mut().for_each(|z| *z = rectified(*z));
        }
        &self.output
    }

    /// The weighted squared error `sum_i I_i (x'_i - t_i)^2` of a sample.
    pub fn error(&mut self, parameters: &[T], active: &[(u32, T)]) -> T {
        self.want(active);
        self.output(parameters, active);
        let errors = self.output.iter().zip(&self.wanted).zip(&self.importance);
        errors.fold(T::zero(), |sum, ((&y, &t), &weight)| sum + weight * (y - t) * (y - t))
    }

    /// The weighted sum of many samples' errors, as [`Self::error`] has them but for rounding:
    /// outputs are summed up hidden unit by hidden unit, several at once.
    pub fn errors<'a>(
        &mut self,
        parameters: &[T],
        samples: impl IntoIterator<Item = (&'a [(u32, T)], f64)>,
    ) -> f64
    where
        T: Into<f64> + 'a,
    {
        let (columns, biases) = (self.layout.columns(parameters), self.layout.biases(parameters));
        let mut all = 0.0;
        for (active, times) in samples {
            self.encode(parameters, active);
            self.decode(&columns, biases);
            all += times * self.miss(active).into();
        }
        all
    }

    /// Outputs from hidden units, before the last rectification.
    fn decode(&mut self, columns: &[T], biases: &[T]) {
        self.output.copy_from_slice(biases);
        add_rows(
            &mut self.output,
            self.hidden.iter().copied().zip(columns.chunks_exact(biases.len())),
        );
    }

    /// The weighted squared error of outputs that are not rectified yet.
    fn miss(&mut self, active: &[(u32, T)]) -> T {
        self.want(active);
        let rectify = self.variant.rectifies_output();
        let squares = |((&z, &t), &weight): ((&T, &T), &T)| {
            let miss = if rectify { rectified(z) } else { z } - t;
            weight * miss * miss
        };
        // Several sums side by side, which do not wait for each other.
        let mut sums = [T::zero(); 8];
        let parts = self.output.chunks(8).zip(self.wanted.chunks(8)).zip(self.importance.chunks(8));
        for ((z, t), weight) in parts {
            for (sum, square) in sums.iter_mut().zip(z.iter().zip(t).zip(weight).map(squares)) {
                *sum = *sum + square;
            }
        }
        sums.into_iter().fold(T::zero(), |all, sum| all + sum)
    }

    /// The linear part of a model, from inputs up to the first rectification: hidden units where
    /// they are rectified, outputs otherwise. A change of the input shifts it alike for all inputs.
    pub fn linear(&mut self, parameters: &[T], active: &[(u32, T)]) -> &[T] {
        if self.variant.rectifies_hidden() {
            self.sum_up(parameters, active);
            &self.hidden
        } else {
            self.preactivation(parameters, active)
        }
    }

    /// The weighted sum of the errors of samples whose linear parts are known, one after the other,
    /// when each is shifted alike.
    pub fn errors_shifted<'a>(
        &mut self,
        parameters: &[T],
        (linear, shift): (&[T], &[T]),
        samples: impl IntoIterator<Item = (&'a [(u32, T)], f64)>,
    ) -> f64
    where
        T: Into<f64> + 'a,
    {
        let (columns, biases) = (self.layout.columns(parameters), self.layout.biases(parameters));
        let mut all = 0.0;
        for ((active, times), part) in samples.into_iter().zip(linear.chunks_exact(shift.len())) {
            let shifted = part.iter().zip(shift).map(|(&x, &by)| x + by);
            if self.variant.rectifies_hidden() {
                self.hidden.iter_mut().zip(shifted).for_each(|(h, x)| *h = rectified(x));
                self.decode(&columns, biases);
            } else {
                self.output.iter_mut().zip(shifted).for_each(|(z, x)| *z = x);
            }
            all += times * self.miss(active).into();
        }
        all
    }

    /// Adds `times` the error's gradient at a sample to `out`; returns `times` the error.
    pub fn observe(&mut self, parameters: &[T], active: &[(u32, T)], times: T, out: &mut [T]) -> T {
        let Layout { m, .. } = self.layout;
        let (two, zero) = (T::one() + T::one(), T::zero());
        self.want(active);
        self.preactivation(parameters, active);
        self.back.fill(zero);
        let decoder = self.layout.decoder(parameters);
        let (weights, biases) = (self.layout.decoder_at(), self.layout.weights());
        let mut loss = zero;
        for (i, row) in decoder.chunks_exact(m).enumerate() {
            let z = self.output[i];
            let off = self.variant.rectifies_output() && z <= zero;
            let miss = if off { -self.wanted[i] } else { z - self.wanted[i] };
            loss = loss + self.importance[i] * miss * miss;
            if off {
                continue;
            }
            let e = times * two * self.importance[i] * miss;
            out[biases + i] = out[biases + i] + e;
            for (k, &w) in row.iter().enumerate() {
                let at = weights + i * m + k;
                out[at] = out[at] + e * self.hidden[k];
                self.back[k] = self.back[k] + e * w;
            }
        }
        if self.variant.rectifies_hidden() {
            for (back, &h) in self.back.iter_mut().zip(&self.hidden) {
                *back = if h > zero { *back } else { zero };
            }
        }
        for &(i, x) in active {
            for (g, &back) in out[i as usize * m..][..m].iter_mut().zip(&self.back) {
                *g = *g + x * back;
            }
        }
        times * loss
    }

    fn want(&mut self, active: &[(u32, T)]) {
        self.wanted.fill(T::zero());
        for &(i, x) in active {
            self.wanted[i as usize] = self.target.of(x);
        }
    }
}

/// The positive part; not `max`, which is a call in WebAssembly, and which hides what is no number.
fn rectified<T: Float>(x: T) -> T {
    if x <= T::zero() { T::zero() } else { x }
}

/// Adds rows, each times its factor, one after the other; four of them to an element at a time.
fn add_rows<'a, T: Float + 'a>(sums: &mut [T], mut rows: impl Iterator<Item = (T, &'a [T])>) {
    while let Some(first) = rows.next() {
        let mut next = || rows.next().unwrap_or((T::zero(), first.1));
        let ((a, first), (b, second), (c, third), (d, fourth)) = (first, next(), next(), next());
        let rows = first.iter().zip(second).zip(third).zip(fourth);
        for (sum, (((&w, &x), &y), &z)) in sums.iter_mut().zip(rows) {
            *sum = *sum + a * w + b * x + c * y + d * z;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn random(layout: Layout) -> Vec<f64> {
        let word = |i| crate::random::block(1, 2, 3, i)[0];
        let count = layout.parameters() as u32;
        (0..count).map(|i| crate::random::open_unit(word(i)) - 0.4).collect()
    }

    /// Errors of many samples are the sum of each one's.
    #[test]
    fn errors_of_many_are_those_of_each() {
        for variant in [Variant::Linear, Variant::Relu, Variant::Hidden] {
            let study = Study { variant, features: 5, hidden: 3, ..Study::default() };
            let mut network = Network::<f64>::new(&study);
            let parameters = random(network.layout());
            let samples = [vec![], vec![(1, 0.5)], vec![(0, 0.25), (2, 1.0), (4, 0.75)]];
            let weighted = samples.iter().zip([0.5, 0.25, 2.0]);
            let each: f64 =
                weighted.clone().map(|(s, times)| times * network.error(&parameters, s)).sum();
            let all = network.errors(&parameters, weighted.map(|(s, times)| (&s[..], times)));
            assert!(each > 0.0 && (all - each).abs() < 1e-12, "{all} against {each}");
        }
    }

    /// A change of all inputs is the same shift of all linear parts.
    #[test]
    fn errors_shifted_are_those_of_changed_inputs() {
        for variant in [Variant::Linear, Variant::Relu, Variant::Hidden] {
            let study = Study { variant, features: 11, hidden: 3, ..Study::default() };
            let mut network = Network::<f64>::new(&study);
            let parameters = random(network.layout());
            let change: Vec<(u32, f64)> = (0..11).map(|i| (i, 0.1 * f64::from(i) - 0.6)).collect();
            let samples = [vec![], vec![(1, 0.5)], vec![(0, 0.25), (2, 1.0), (10, 0.75)]];
            let (mut linear, mut expected) = (vec![], 0.0);
            for active in &samples {
                linear.extend_from_slice(network.linear(&parameters, active));
                let (mut input, mut wanted) = (change.clone(), [0.0; 11]);
                for &(i, x) in active {
                    input[i as usize].1 += x;
                    wanted[i as usize] = x;
                }
                let importances = network.importance().to_vec();
                let outputs = network.output(&parameters, &input).iter().zip(wanted);
                expected +=
                    outputs.zip(importances).map(|((y, t), i)| i * (y - t).powi(2)).sum::<f64>();
            }
            let nothing = network.linear(&parameters, &[]).to_vec();
            let there = network.linear(&parameters, &change);
            let shift: Vec<f64> = there.iter().zip(&nothing).map(|(x, from)| x - from).collect();
            let samples = samples.iter().map(|active| (&active[..], 1.0));
            let found = network.errors_shifted(&parameters, (&linear, &shift), samples);
            assert!((found - expected).abs() < 1e-12, "{variant:?}: {found} against {expected}");
        }
    }

    /// One output worked out by hand for each variant.
    #[test]
    fn outputs_by_hand() {
        let study = |variant| Study { variant, features: 2, hidden: 1, ..Study::default() };
        let active = [(0, 0.5), (1, -1.0)];
        let tied = [2.0, -1.0, 0.5, 0.25];
        // h = 2 * 0.5 + (-1)(-1) = 2; z = (2 * 2 + 0.5, -1 * 2 + 0.25).
        let mut linear = Network::<f64>::new(&study(Variant::Linear));
        assert_eq!(linear.output(&tied, &active), [4.5, -1.75]);
        let mut relu = Network::<f64>::new(&study(Variant::Relu));
        assert_eq!(relu.output(&tied, &active), [4.5, 0.0]);
        // Importances 1 and 0.9, targets 0.5 and -1.
        assert!((relu.error(&tied, &active) - (16.0 + 0.9)).abs() < 1e-12);
        // Encoder (2, -1), decoder (3, 1), biases (0.5, 0.25): h = 2, and 0 for the opposite input.
        let untied = [2.0, -1.0, 3.0, 1.0, 0.5, 0.25];
        let mut hidden = Network::<f64>::new(&study(Variant::Hidden));
        assert_eq!(hidden.output(&untied, &active), [6.5, 2.25]);
        assert_eq!(hidden.output(&untied, &[(0, -0.5), (1, 1.0)]), [0.5, 0.25]);
    }
}
