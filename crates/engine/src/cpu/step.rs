//! One optimiser step of a group of models, whatever its gradients come from.

use super::lanes::Lanes;
use fearless_simd::prelude::*;
use toy::schedule::StepRates;

/// Sums or expectations that make up a gradient, see `toy::model`: `G_ij` and `g_i`.
pub struct Moments<L: Lanes, const N: usize> {
    /// `G_ij`: active error of output `i` times input `j`.
    pub cross: [[L::F; N]; N],
    /// `g_i`: active error of output `i`.
    pub error: [L::F; N],
}

impl<L: Lanes, const N: usize> Moments<L, N> {
    /// Nothing yet.
    #[inline(always)]
    pub fn zero(lanes: L) -> Self {
        Self { cross: [[lanes.splat(0.0); N]; N], error: [lanes.splat(0.0); N] }
    }
}

/// Where moments come from.
pub trait Source<L: Lanes, const N: usize> {
    /// Memory that is used anew at every step.
    type Scratch;

    /// The memory, once for many steps.
    fn scratch(&self, lanes: L) -> Self::Scratch;

    /// The moments at a step of models with these products `A = W W^T` and biases.
    fn moments(
        &self,
        lanes: L,
        step: u32,
        affine: Affine<'_, L, N>,
        scratch: &mut Self::Scratch,
    ) -> Moments<L, N>;
}

/// `A = W W^T` and the biases: outputs are `relu(A x + b)`.
pub type Affine<'a, L, const N: usize> = (&'a [[<L as Lanes>::F; N]; N], &'a [<L as Lanes>::F; N]);

/// What all models of a run share.
#[derive(Clone, Copy, Debug)]
pub struct Constants {
    /// Hidden dimensions.
    pub hidden: usize,
    /// Whether biases are trained.
    pub bias: bool,
    /// Turns moments into the gradient of the mean loss over features and samples.
    pub scale: f32,
    /// Decay of Adam's first moment.
    pub beta1: f32,
    /// Decay of Adam's second moment.
    pub beta2: f32,
    /// Added to the root of the second moment.
    pub epsilon: f32,
}

/// One value a parameter: `K` columns of weights, of which the first `m` are in use.
struct Planes<L: Lanes, const N: usize, const K: usize> {
    w: [[L::F; K]; N],
    b: [L::F; N],
}

impl<L: Lanes, const N: usize, const K: usize> Planes<L, N, K> {
    /// Reads weights, row by row, then biases; `LEN` neighbouring floats each.
    #[inline(always)]
    fn load(lanes: L, m: usize, from: &[f32]) -> Self {
        let mut planes = Self { w: [[lanes.splat(0.0); K]; N], b: [lanes.splat(0.0); N] };
        for i in 0..N {
            for k in 0..m {
                planes.w[i][k] = plane(lanes, from, i * m + k);
            }
            planes.b[i] = plane(lanes, from, N * m + i);
        }
        planes
    }

    #[inline(always)]
    fn store(&self, m: usize, to: &mut [f32]) {
        for i in 0..N {
            for k in 0..m {
                self.w[i][k].store_slice(&mut to[(i * m + k) * L::F::LEN..][..L::F::LEN]);
            }
            self.b[i].store_slice(&mut to[(N * m + i) * L::F::LEN..][..L::F::LEN]);
        }
    }
}

/// Lanes `index * LEN` and following.
#[inline(always)]
fn plane<L: Lanes>(lanes: L, from: &[f32], index: usize) -> L::F {
    L::F::from_slice(lanes.token(), &from[index * L::F::LEN..][..L::F::LEN])
}

/// AdamW at one step, in lanes.
struct Adam<L: Lanes> {
    beta: [L::F; 2],
    gain: [L::F; 2],
    rate: L::F,
    root: L::F,
    decay: L::F,
    epsilon: L::F,
}

impl<L: Lanes> Adam<L> {
    #[inline(always)]
    fn new(lanes: L, c: &Constants, rates: &StepRates) -> Self {
        Self {
            beta: [lanes.splat(c.beta1), lanes.splat(c.beta2)],
            gain: [lanes.splat(1.0 - c.beta1), lanes.splat(1.0 - c.beta2)],
            rate: lanes.splat(rates.rate),
            root: lanes.splat(rates.root),
            decay: lanes.splat(rates.decay),
            epsilon: lanes.splat(c.epsilon),
        }
    }

    #[inline(always)]
    fn update(&self, p: &mut L::F, m: &mut L::F, v: &mut L::F, g: L::F) {
        *m = self.beta[0].mul_add(*m, self.gain[0] * g);
        *v = self.beta[1].mul_add(*v, self.gain[1] * g * g);
        *p = *p * self.decay - self.rate * *m / v.sqrt().mul_add(self.root, self.epsilon);
    }
}

/// Trains a group for as many steps as there are rates, the first of them being `step`.
///
/// `state` holds parameters, first and second moments; `last` is the importance of the last
/// feature.
#[inline(always)]
pub fn train<L: Lanes, const N: usize, const K: usize>(
    lanes: L,
    source: &impl Source<L, N>,
    c: &Constants,
    rates: &[StepRates],
    step: u32,
    last: &[f32],
    state: &mut [f32],
) {
    // A constant where there is no choice.
    let m = if K == 1 { 1 } else { c.hidden };
    let (parameters, moments) = state.split_at_mut(state.len() / 3);
    let (first, second) = moments.split_at_mut(parameters.len());
    let mut p = Planes::<L, N, K>::load(lanes, m, parameters);
    let mut f = Planes::<L, N, K>::load(lanes, m, first);
    let mut s = Planes::<L, N, K>::load(lanes, m, second);
    let last = plane(lanes, last, 0);
    let scale = lanes.splat(c.scale);
    let mut scratch = source.scratch(lanes);
    for (t, rates) in (step..).zip(rates) {
        let mut a = [[lanes.splat(0.0); N]; N];
        for i in 0..N {
            for j in i..N {
                let mut sum = p.w[i][0] * p.w[j][0];
                for k in 1..m {
                    sum = p.w[i][k].mul_add(p.w[j][k], sum);
                }
                (a[i][j], a[j][i]) = (sum, sum);
            }
        }
        let mut moments = source.moments(lanes, t, (&a, &p.b), &mut scratch);
        for g in &mut moments.cross[N - 1] {
            *g *= last;
        }
        moments.error[N - 1] *= last;
        let adam = Adam::new(lanes, c, rates);
        let old = p.w;
        for i in 0..N {
            let mut both = [lanes.splat(0.0); N];
            for j in 0..N {
                both[j] = scale * (moments.cross[i][j] + moments.cross[j][i]);
            }
            for k in 0..m {
                let mut g = both[0] * old[0][k];
                for j in 1..N {
                    g = both[j].mul_add(old[j][k], g);
                }
                adam.update(&mut p.w[i][k], &mut f.w[i][k], &mut s.w[i][k], g);
            }
        }
        // Biases that are off are 0 and have no moments: there is nothing to update.
        if c.bias {
            for i in 0..N {
                let g = scale * moments.error[i];
                adam.update(&mut p.b[i], &mut f.b[i], &mut s.b[i], g);
            }
        }
    }
    p.store(m, parameters);
    f.store(m, first);
    s.store(m, second);
}
