//! AdamW, see `toy::adam`.

use super::lanes::Lanes;
use fearless_simd::prelude::*;
use toy::adam::Adam;
use toy::schedule::StepRates;
use toy::train::Model;

/// Moves all parameters of a model against their gradient.
#[inline(never)]
pub fn update<L: Lanes>(
    lanes: L,
    adam: &Adam<f32>,
    rates: &StepRates,
    state: &mut Model<f32>,
    gradient: &[f32],
) {
    let Adam { beta1, beta2, epsilon } = *adam;
    let moments = state.first.iter_mut().zip(&mut state.second);
    // Plain, since the compiler makes vectors of it.
    lanes.token().vectorize(
        #[inline(always)]
        || {
            for ((p, (m, v)), &g) in state.parameters.iter_mut().zip(moments).zip(gradient) {
                *m = beta1 * *m + (1.0 - beta1) * g;
                *v = beta2 * *v + (1.0 - beta2) * g * g;
                *p = *p * rates.decay - rates.rate * *m / (v.sqrt() * rates.root + epsilon);
            }
        },
    );
}
