//! Population loss and gradient: the expectation over the data, integrated exactly, no sampling.
//!
//! Data: features are independent, zero with probability `1 - s`, else uniform on `[0, 1]`.
//! Model: `z = A x + b` with `A = W W^T`, output `relu(z)`. Loss, summed over features:
//!
//! ```text
//! L = sum_i I_i E[(x_i - relu(z_i))^2]
//! ```
//!
//! The expectation is a sum over the `2^n` activity masks; a mask with `k` active features weighs
//! `s^k (1-s)^(n-k)` and contributes an integral over the unit cube of its active features. There
//! `z_i` is linear, so the integrand is a quadratic on each side of the plane `z_i = 0`.
//!
//! Integration goes one variable at a time. The innermost is done in closed form on the interval
//! where `z > 0`. Every other one is split where the plane passes a corner of the cube of the
//! variables inside it; between such points the inner result is a polynomial (degree 3 for the
//! second variable, 4 for the third, 5 for the fourth), so Gauss-Legendre with 2, 3 and 3 nodes is
//! exact and not an approximation. A crossing is always placed by [`positive_fraction`], from two
//! end values of opposite sign: nothing is divided by a weight, so weights of any size down to
//! zero are safe. Each piece of the loss is a sum of squares: it can round, but not below zero.
//!
//! Gradient, from the moments `G_ij = E[(z_i-x_i) 1(z_i>0) x_j]`, `g_i = E[(z_i-x_i) 1(z_i>0)]`:
//! `dL/dA_ij = 2 I_i G_ij`, `dL/db_i = 2 I_i g_i`, `dL/dW = (dL/dA + (dL/dA)^T) W`.

use num_traits::Float;

/// Most features for which the population loss is integrated; the cost grows as `2^n`.
pub const MAX_EXACT: usize = 4;

/// The floating-point types of the kernels, `f32` and `f64`.
pub trait Real: Float + Send + Sync + std::fmt::Debug + 'static {
    /// The nearest value of this type.
    fn of(x: f64) -> Self;
}

impl Real for f32 {
    #[inline(always)]
    fn of(x: f64) -> Self {
        x as Self
    }
}

impl Real for f64 {
    #[inline(always)]
    fn of(x: f64) -> Self {
        x
    }
}

/// What one feature contributes to loss and gradient, before its importance.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Moments<T> {
    /// `E[(x_i - relu(z_i))^2]`, at least 0.
    pub loss: T,
    /// `g_i = E[(z_i - x_i) 1(z_i > 0)]`: half the derivative of `loss` by the bias.
    pub bias: T,
    /// `G_ij = E[(z_i - x_i) 1(z_i > 0) x_j]`: half the derivative of `loss` by `A_ij`.
    pub weight: [T; MAX_EXACT],
}

impl<T: Real> Moments<T> {
    #[inline(always)]
    fn zero() -> Self {
        let zero = T::zero();
        Self { loss: zero, bias: zero, weight: [zero; MAX_EXACT] }
    }
}

/// The exact loss of one point of the diagram.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Population<T> {
    n: usize,
    m: usize,
    importance: [T; MAX_EXACT],
    /// `share[k] = s^k (1-s)^(n-k)`, the probability of one mask with `k` active features.
    share: [T; MAX_EXACT + 1],
}

/// Why a shape or a point has no exact loss.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum PopulationError {
    /// The number of features or of hidden dimensions is out of range.
    #[error(
        "exact loss needs 2 to {MAX_EXACT} features and fewer hidden dimensions, not n = {n}, m = {m}"
    )]
    Shape {
        /// Features asked for.
        n: usize,
        /// Hidden dimensions asked for.
        m: usize,
    },
    /// There is not one finite, non-negative importance per feature.
    #[error("importance must be {n} finite numbers, none negative")]
    Importance {
        /// Features, and so importances needed.
        n: usize,
    },
    /// The density is not a probability above zero.
    #[error("density must be in (0, 1], not {0}")]
    Density(f64),
}

impl<T: Real> Population<T> {
    /// The loss of `n` features (2 to 4) in `m` hidden dimensions (1 to `n - 1`), with one
    /// importance per feature, at density `s` in (0, 1].
    ///
    /// # Errors
    /// When one of these is out of its range.
    pub fn new(n: usize, m: usize, importance: &[T], s: T) -> Result<Self, PopulationError> {
        if !(2..=MAX_EXACT).contains(&n) || m == 0 || m >= n {
            return Err(PopulationError::Shape { n, m });
        }
        if importance.len() != n || !importance.iter().all(|i| i.is_finite() && *i >= T::zero()) {
            return Err(PopulationError::Importance { n });
        }
        if !(s > T::zero() && s <= T::one()) {
            return Err(PopulationError::Density(s.to_f64().unwrap_or(f64::NAN)));
        }
        let mut all = [T::zero(); MAX_EXACT];
        all[..n].copy_from_slice(importance);
        let mut share = [T::zero(); MAX_EXACT + 1];
        for (k, p) in share.iter_mut().enumerate().take(n + 1) {
            *p = s.powi(k as i32) * (T::one() - s).powi((n - k) as i32);
        }
        Ok(Self { n, m, importance: all, share })
    }

    /// Number of features.
    pub fn features(&self) -> usize {
        self.n
    }

    /// Number of hidden dimensions.
    pub fn hidden(&self) -> usize {
        self.m
    }

    /// The loss of weights `w` (`n * m`, row-major: `w[i*m + k]`) and biases `b` (`n`).
    ///
    /// NaN when a slice has another length or a value is not finite.
    pub fn loss(&self, w: &[T], b: &[T]) -> T {
        let (n, m) = (self.n, self.m);
        if !self.fits(w, b) {
            return T::nan();
        }
        if n == 2 {
            // A million of these make a picture: nothing but the loss is computed.
            let cross = w[0] * w[1];
            let share = [self.share[0], self.share[1], self.share[2]];
            let loss = |i: usize| pair_moments(w[i] * w[i], cross, b[i], share).loss;
            return self.importance[0] * loss(0) + self.importance[1] * loss(1);
        }
        (0..n).fold(T::zero(), |sum, i| {
            let row = gram_row(n, m, w, i);
            sum + self.importance[i] * self.moments(i, &row, b[i]).loss
        })
    }

    /// The loss of `w` and `b` (as in [`loss`](Self::loss)), and its gradient into `dw` and `db`.
    ///
    /// A model without biases has `b = 0` and ignores `db`. NaN, and untouched outputs, when a
    /// slice has another length or a value is not finite.
    pub fn gradient(&self, w: &[T], b: &[T], dw: &mut [T], db: &mut [T]) -> T {
        let (n, m) = (self.n, self.m);
        if !self.fits(w, b) || dw.len() != n * m || db.len() != n {
            return T::nan();
        }
        if n == 2 {
            let (w, b) = ([w[0], w[1]], [b[0], b[1]]);
            let (loss, gw, gb) = self.pair_gradient(w, b);
            dw.copy_from_slice(&gw);
            db.copy_from_slice(&gb);
            return loss;
        }
        let two = T::of(2.0);
        let mut loss = T::zero();
        let mut da = [[T::zero(); MAX_EXACT]; MAX_EXACT];
        for i in 0..n {
            let row = gram_row(n, m, w, i);
            let moments = self.moments(i, &row, b[i]);
            loss = loss + self.importance[i] * moments.loss;
            let factor = two * self.importance[i];
            db[i] = factor * moments.bias;
            for (d, g) in da[i].iter_mut().zip(moments.weight) {
                *d = factor * g;
            }
        }
        for i in 0..n {
            for k in 0..m {
                dw[i * m + k] =
                    (0..n).fold(T::zero(), |sum, j| sum + (da[i][j] + da[j][i]) * w[j * m + k]);
            }
        }
        loss
    }

    /// [`gradient`](Self::gradient) of two features in one dimension, without slices: loss,
    /// `dL/dw`, `dL/db`. Only for `n = 2`; values are taken to be finite.
    #[inline]
    pub fn pair_gradient(&self, w: [T; 2], b: [T; 2]) -> (T, [T; 2], [T; 2]) {
        let share = [self.share[0], self.share[1], self.share[2]];
        let cross = w[0] * w[1];
        let p = pair_moments(w[0] * w[0], cross, b[0], share);
        let q = pair_moments(w[1] * w[1], cross, b[1], share);
        let (i, j) = (self.importance[0], self.importance[1]);
        let two = T::of(2.0);
        // dL/dA_01 + dL/dA_10, halved: the off-diagonal entry serves both features.
        let mixed = i * p.other + j * q.other;
        let dw = [
            two * (two * i * p.own * w[0] + mixed * w[1]),
            two * (two * j * q.own * w[1] + mixed * w[0]),
        ];
        (i * p.loss + j * q.loss, dw, [two * i * p.bias, two * j * q.bias])
    }

    /// Moments of feature `i` whose row of `A = W W^T` is `a` and whose bias is `b`.
    /// `a[i]` must not be negative, which a product `W W^T` never is.
    pub fn moments(&self, i: usize, a: &[T; MAX_EXACT], b: T) -> Moments<T> {
        let n = self.n;
        if n == 2 && i < 2 {
            let p = pair_moments(a[i], a[1 - i], b, [self.share[0], self.share[1], self.share[2]]);
            let mut moments = Moments { loss: p.loss, bias: p.bias, ..Moments::zero() };
            moments.weight[i] = p.own;
            moments.weight[1 - i] = p.other;
            return moments;
        }
        let mut sum = Moments::zero();
        for mask in 0..1usize << n {
            let k = mask.count_ones() as usize;
            let p = self.share[k];
            if p == T::zero() {
                continue;
            }
            // The feature's own variable goes innermost: its target then varies there only.
            let active = |j: &usize| mask >> j & 1 == 1;
            let mut order = [0; MAX_EXACT];
            let mut slope = [T::zero(); MAX_EXACT];
            let own = active(&i);
            let variables = Some(i).filter(active).into_iter();
            let others = (0..n).filter(|j| *j != i && active(j));
            for ((o, c), j) in order.iter_mut().zip(&mut slope).zip(variables.chain(others)) {
                (*o, *c) = (j, a[j]);
            }
            let own = if own { T::one() } else { T::zero() };
            let cell = cube(k, b, &slope, own);
            sum.loss = sum.loss + p * cell.loss;
            sum.bias = sum.bias + p * cell.bias;
            for (j, g) in order.iter().zip(cell.weight).take(k) {
                sum.weight[*j] = sum.weight[*j] + p * g;
            }
        }
        sum
    }

    fn fits(&self, w: &[T], b: &[T]) -> bool {
        w.len() == self.n * self.m && b.len() == self.n && w.iter().chain(b).all(|x| x.is_finite())
    }
}

/// Row `i` of `A = W W^T`.
fn gram_row<T: Real>(n: usize, m: usize, w: &[T], i: usize) -> [T; MAX_EXACT] {
    let mut row = [T::zero(); MAX_EXACT];
    for (j, a) in row.iter_mut().enumerate().take(n) {
        *a = (0..m).fold(T::zero(), |sum, k| sum + w[i * m + k] * w[j * m + k]);
    }
    row
}

#[inline(always)]
fn relu<T: Real>(x: T) -> T {
    // Not Float::max, which spends instructions on NaN.
    if x > T::zero() { x } else { T::zero() }
}

/// Share of a segment on which a linear function with end values `u` and `v` is positive.
///
/// `p / (p + q)`, `p` the positive part of the larger end and `q` that of minus the smaller: 1 and
/// 0 come out by themselves when the signs agree, and with opposite signs no digits cancel. The
/// floor under the divisor makes it 0 when both ends are 0.
#[inline(always)]
pub fn positive_fraction<T: Real>(u: T, v: T) -> T {
    let (low, high) = if u < v { (u, v) } else { (v, u) };
    let (p, q) = (relu(high), relu(-low));
    let sum = p + q;
    p / if sum > T::min_positive_value() { sum } else { T::min_positive_value() }
}

/// Loss and moments over one segment, square or strip: `loss`, `int u`, `int u x`, `int u y`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Patch<T> {
    /// `int (target - relu(z))^2`.
    pub loss: T,
    /// `int u 1(z>0)`, with the residual `u = z - target`.
    pub bias: T,
    /// `int u x 1(z>0)`, `x` the first (for a target: the own) variable.
    pub own: T,
    /// `int u y 1(z>0)`, `y` the second variable; 0 on a segment.
    pub other: T,
}

/// One active variable `x` in [0, 1]: `z` runs from `z0` to `z1`, the target is `own * x` with
/// `own` 0 or 1.
///
/// With `z > 0` on `[p, q]`, `l = q - p` and residuals `u = z - own x` at its ends,
///
/// ```text
/// loss   = l (u_p^2 + u_p u_q + u_q^2) / 3 + own (p^3 + 1 - q^3) / 3
/// int u  = l (u_p + u_q) / 2
/// int ux = l (u_p (2p + q) + u_q (p + 2q)) / 6
/// ```
///
/// At an end inside the segment `z` is 0 by definition, so the end values are `relu(z0)` and
/// `relu(z1)` whichever end it is.
#[inline(always)]
pub fn segment<T: Real>(z0: T, z1: T, own: T) -> Patch<T> {
    let (one, two) = (T::one(), T::of(2.0));
    let length = positive_fraction(z0, z1);
    let (p, q) = if z1 < z0 { (T::zero(), length) } else { (one - length, one) };
    let (up, uq) = (relu(z0) - own * p, relu(z1) - own * q);
    let third = T::of(1.0 / 3.0);
    Patch {
        loss: third
            * (length * (up * up + up * uq + uq * uq) + own * (p * p * p + (one - q * q * q))),
        bias: T::of(0.5) * length * (up + uq),
        own: T::of(1.0 / 6.0) * length * (up * (two * p + q) + uq * (p + two * q)),
        other: T::zero(),
    }
}

/// Two active variables: `z = z0 + a x + c y` on the unit square, target `own * x`, `own` 0 or 1.
///
/// Along `y` both edges `x = 0` and `x = 1` have slope `c`, so `[0, 1]` splits, from the end where
/// `z` is large, into at most three parts: `z > 0` throughout, of length `full`; the line `z = 0`
/// inside, of length `part`; `z <= 0` throughout, of length `rest`. The first is a linear residual on a
/// rectangle: mean squared plus the two variances, `ubar^2 + (c_x^2 + c_y^2) / 12`. The last is
/// `int x^2 = 1/3`, if there is a target. The middle one is a cubic in `y` after [`segment`]: two
/// Gauss-Legendre nodes.
#[inline(always)]
pub fn square<T: Real>(z0: T, a: T, c: T, own: T) -> Patch<T> {
    let (one, half, twelfth) = (T::one(), T::of(0.5), T::of(1.0 / 12.0));
    let left = positive_fraction(z0, z0 + c);
    let right = positive_fraction(z0 + a, z0 + c + a);
    let (full, most) = if left < right { (left, right) } else { (right, left) };
    let (part, rest) = (most - full, one - most);
    // Position of a point at distance t from the end where z is large.
    let falling = c < T::zero();
    let place = |t: T| if falling { t } else { one - t };

    let centre = place(half * full);
    let ubar = z0 + c * centre + half * (a - own);
    let (cx, cy) = (a - own, c * full);
    let mut sum = Patch {
        loss: full * (ubar * ubar + twelfth * (cx * cx + cy * cy)) + own * rest * T::of(1.0 / 3.0),
        bias: full * ubar,
        own: full * (half * ubar + twelfth * cx),
        other: full * (ubar * centre + twelfth * full * cy),
    };
    for node in NODES_2 {
        let y = place(full + T::of(node) * part);
        let z = z0 + c * y;
        let inner = segment(z, z + a, own);
        let weight = half * part;
        sum.loss = sum.loss + weight * inner.loss;
        sum.bias = sum.bias + weight * inner.bias;
        sum.own = sum.own + weight * inner.own;
        sum.other = sum.other + weight * inner.bias * y;
    }
    sum
}

/// One feature of two: `z = a x + c y + b`, `x` its own variable (`a >= 0`) and `y` the other, and
/// `share` the probabilities of a mask with none, one and both active. Returns the expectations.
///
/// ```text
/// share_0 relu(b)^2 + share_1 (segment of x with target + segment of y without) + share_2 square
/// ```
#[inline(always)]
pub fn pair_moments<T: Real>(a: T, c: T, b: T, share: [T; 3]) -> Patch<T> {
    let [none, single, both] = share;
    let idle = relu(b);
    let x = segment(b, b + a, T::one());
    let y = segment(b, b + c, T::zero());
    let xy = square(b, a, c, T::one());
    Patch {
        loss: none * idle * idle + single * (x.loss + y.loss) + both * xy.loss,
        bias: none * idle + single * (x.bias + y.bias) + both * xy.bias,
        own: single * x.own + both * xy.own,
        other: single * y.own + both * xy.other,
    }
}

/// Gauss-Legendre nodes on [0, 1], two points: weights 1/2, exact to degree 3.
const NODES_2: [f64; 2] = [0.211_324_865_405_187_1, 0.788_675_134_594_812_9];

/// Gauss-Legendre nodes and weights on [0, 1], three points, exact to degree 5.
const NODES_3: [(f64, f64); 3] = [
    (0.112_701_665_379_258_31, 5.0 / 18.0),
    (0.5, 8.0 / 18.0),
    (0.887_298_334_620_741_7, 5.0 / 18.0),
];

/// `k` active variables: `z = z0 + slope . x` on the unit cube, target `own * x_0`.
///
/// Three and more variables recurse on the last one, split where the plane `z = 0` passes a corner
/// of the cube of the others.
fn cube<T: Real>(k: usize, z0: T, slope: &[T; MAX_EXACT], own: T) -> Moments<T> {
    let zero = T::zero();
    let mut sum = Moments::zero();
    let (mut low, mut high) = (z0, z0);
    for &c in &slope[..k] {
        if c < zero { low = low + c } else { high = high + c }
    }
    if high <= zero {
        if k > 0 {
            sum.loss = own * T::of(1.0 / 3.0);
        }
        return sum;
    }
    match k {
        0 => Moments { loss: z0 * z0, bias: z0, ..sum },
        _ if low > zero => linear(k, z0, slope, own),
        1 => from_patch(segment(z0, z0 + slope[0], own)),
        2 => from_patch(square(z0, slope[0], slope[1], own)),
        _ => {
            let inner = k - 1;
            let c = slope[inner];
            let mut crossing = [T::one(); 1 << (MAX_EXACT - 1)];
            for (corner, t) in crossing.iter_mut().enumerate().take(1 << inner) {
                let z = (0..inner).filter(|j| corner >> j & 1 == 1).fold(z0, |z, j| z + slope[j]);
                *t = positive_fraction(z, z + c);
            }
            sort(&mut crossing[..1 << inner]);
            let mut from = zero;
            for to in crossing.into_iter().take(1 << inner).chain([T::one()]) {
                let length = to - from;
                if length > zero {
                    for (node, weight) in NODES_3 {
                        let t = from + T::of(node) * length;
                        let y = if c < zero { t } else { T::one() - t };
                        let part = cube(inner, z0 + c * y, slope, own);
                        let weight = T::of(weight) * length;
                        sum.loss = sum.loss + weight * part.loss;
                        sum.bias = sum.bias + weight * part.bias;
                        for (s, p) in sum.weight.iter_mut().zip(part.weight).take(inner) {
                            *s = *s + weight * p;
                        }
                        sum.weight[inner] = sum.weight[inner] + weight * part.bias * y;
                    }
                }
                from = to;
            }
            sum
        }
    }
}

/// The whole cube active: mean squared plus variances of a linear residual.
fn linear<T: Real>(k: usize, z0: T, slope: &[T; MAX_EXACT], own: T) -> Moments<T> {
    let (half, twelfth) = (T::of(0.5), T::of(1.0 / 12.0));
    let mut residual = *slope;
    residual[0] = residual[0] - own;
    let residual = &residual[..k];
    let mean = residual.iter().fold(z0, |mean, &c| mean + half * c);
    let mut sum = Moments { loss: mean * mean, bias: mean, ..Moments::zero() };
    for (s, &c) in sum.weight.iter_mut().zip(residual) {
        sum.loss = sum.loss + twelfth * c * c;
        *s = half * mean + twelfth * c;
    }
    sum
}

fn from_patch<T: Real>(patch: Patch<T>) -> Moments<T> {
    let mut moments = Moments { loss: patch.loss, bias: patch.bias, ..Moments::zero() };
    moments.weight[0] = patch.own;
    moments.weight[1] = patch.other;
    moments
}

/// Insertion sort: at most eight numbers, often already in order.
fn sort<T: Real>(values: &mut [T]) {
    for i in 1..values.len() {
        let mut j = i;
        while j > 0 && values[j] < values[j - 1] {
            values.swap(j, j - 1);
            j -= 1;
        }
    }
}
