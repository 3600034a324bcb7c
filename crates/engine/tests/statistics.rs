//! The random numbers are what they claim to be: distribution, independence, and batches drawn as
//! "how many are not zero, then those" like batches drawn sample by sample. Seeds are fixed.

use toy::model::{Moments, Shape};
use toy::random::block;
use toy::sample::{Sampler, Threshold, plain_sample, words_per_sample};
use toy::sweep::Data;
use toy::train::Pixel;
use toy::{MAX_FEATURES, Sweep, axis::Span};

/// Fails unless a sum of `count` terms of this variance is within four deviations of `expected`.
fn within_4_sigma(sum: f64, expected: f64, variance: f64, count: f64, what: &str) {
    let sigma = (variance * count).sqrt();
    let off = (sum - expected * count) / sigma;
    assert!(off.abs() < 4.0, "{what}: {} instead of {expected}, {off:.2} sigma", sum / count);
}

#[test]
fn ten_million_samples_have_the_distribution() {
    for (features, density) in [(2u32, 0.05), (3, 0.3), (3, 1.0)] {
        let sampler = Sampler::new(features, density, 1024);
        let (s, p) = (sampler.later.probability(), sampler.nonzero_probability());
        let n = features as usize;
        let (mut active, mut sum, mut square) = ([0.0; 3], [0.0; 3], [0.0; 3]);
        let mut product = 0.0;
        for model in 0..100 {
            for step in 0..100 {
                for index in 0..1000 {
                    let x = sampler.nonzero_sample(5, model, step, index).map(f64::from);
                    for i in 0..n {
                        assert!(x[i] < 1.0);
                        active[i] += f64::from(u8::from(x[i] > 0.0));
                        sum[i] += x[i];
                        square[i] += x[i] * x[i];
                    }
                    product += x[0] * x[n - 1];
                }
            }
        }
        // Given that a sample is not zero, a feature is active with probability q.
        let (count, q) = (1e7, s / p);
        for i in 0..n {
            let what = format!("n = {features}, s = {density}, feature {i}");
            // A feature drawn as active has the value 0 once in 2^24 s.
            let shown = q * (1.0 - 1.0 / f64::from(sampler.later.below));
            let spread = (q * (1.0 - q)).max(1e-7);
            within_4_sigma(active[i], shown, spread, count, &format!("{what}: activity"));
            let mean = q / 2.0;
            within_4_sigma(sum[i], mean, q / 3.0 - mean * mean, count, &format!("{what}: mean"));
            let mean = q / 3.0;
            within_4_sigma(square[i], mean, q / 5.0 - mean * mean, count, &format!("{what}: x^2"));
        }
        let both = s * s / p;
        within_4_sigma(product, both / 4.0, both / 9.0 - both * both / 16.0, count, "product");
    }
}

#[test]
fn samples_models_steps_and_seeds_are_uncorrelated() {
    let sampler = Sampler::new(2, 0.3, 1024);
    let q = sampler.later.probability() / sampler.nonzero_probability();
    let (mean, variance) = (q / 2.0, q / 3.0 - q * q / 4.0);
    let draw = |[seed, model, step, index]: [u32; 4]| {
        sampler.nonzero_sample(seed, model, step, index).map(|x| f64::from(x) - mean)
    };
    // What is compared with the sample itself: a neighbour along each counter, and further ones.
    let shifts = [
        [1, 0, 0, 0],
        [0, 1, 0, 0],
        [0, 0, 1, 0],
        [0, 0, 0, 1],
        [0, 0, 0, 2],
        [0, 256, 0, 0],
        [0, 1, 1, 0],
        [0, 1, 0, 1],
        [0, 0, 1, 1],
    ];
    let mut sums = vec![[[0.0; 2]; 2]; shifts.len()];
    let (models, steps, samples) = (40, 50, 500);
    for model in 0..models {
        for step in 0..steps {
            for index in 0..samples {
                let here = [9, model * 3, step * 2, index];
                let x = draw(here);
                for (sum, shift) in sums.iter_mut().zip(shifts) {
                    let y = draw(std::array::from_fn(|k| here[k] + shift[k]));
                    for i in 0..2 {
                        for j in 0..2 {
                            sum[i][j] += x[i] * y[j];
                        }
                    }
                }
            }
        }
    }
    let count = f64::from(models * steps * samples);
    for (sum, shift) in sums.iter().zip(shifts) {
        for (i, j) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
            let what = format!("features {i} and {j}, counters apart by {shift:?}");
            within_4_sigma(sum[i][j], 0.0, variance * variance, count, &what);
        }
    }
}

/// Sample `index` of a plain batch: features are drawn one by one, zero samples included.
fn plain(s: Threshold, n: usize, [model, step, index]: [u32; 3]) -> [f32; MAX_FEATURES] {
    let stride = words_per_sample(n);
    let mut words = [0; MAX_FEATURES];
    for (i, word) in (0..).zip(&mut words[..n]) {
        let at = index * stride + i;
        *word = block(1234, model, step, at / 4)[(at % 4) as usize];
    }
    plain_sample(s, &words, n)
}

/// The four densities and both sizes at which the two ways of drawing are compared.
fn cases() -> impl Iterator<Item = (u32, f64)> {
    [2, 3].into_iter().flat_map(|n| [1.0, 0.5, 0.1, 0.02].map(|s| (n, s)))
}

#[test]
fn masks_are_as_frequent_as_in_plain_batches() {
    let (batches, batch) = (4000, 100);
    for (features, density) in cases() {
        let n = features as usize;
        let sampler = Sampler::new(features, density, batch);
        let s = sampler.later.probability();
        let mask =
            |x: [f32; MAX_FEATURES]| (0..n).filter(|&i| x[i] > 0.0).map(|i| 1 << i).sum::<usize>();
        let (mut fast, mut slow) = ([0.0; 8], [0.0; 8]);
        for step in 0..batches {
            let count = sampler.nonzero_count(1, 2, step);
            fast[0] += f64::from(batch - count);
            for index in 0..count {
                fast[mask(sampler.nonzero_sample(1, 2, step, index))] += 1.0;
            }
            for index in 0..batch {
                slow[mask(plain(sampler.later, n, [2, step, index]))] += 1.0;
            }
        }
        let total = f64::from(batches * batch);
        for m in 0..1usize << n {
            let k = m.count_ones() as i32;
            let p = s.powi(k) * (1.0 - s).powi(n as i32 - k);
            // Impossible masks still show where a value happens to be 0.
            let spread = (p * (1.0 - p)).max(1e-6);
            for (name, found) in [("fast", fast[m]), ("plain", slow[m])] {
                let what = format!("{name}, n = {n}, s = {density}, mask {m:b}");
                within_4_sigma(found, p, spread, total, &what);
            }
        }
    }
}

fn pixel(sweep: &Sweep) -> Pixel<'_> {
    Pixel::new(sweep, 0, 0)
}

fn sweep(features: u32, density: f64, data: Data, batch: u32) -> Sweep {
    let hidden = features - 1;
    let density = Span::new(density, density);
    let importance = Span::new(0.7, 0.7);
    Sweep { features, hidden, density, importance, data, batch, seed: 21, ..Sweep::default() }
}

/// Weights and biases of no particular symmetry; `k` chooses.
fn parameters(sweep: &Sweep, k: usize) -> Vec<f64> {
    let weights = (sweep.features * sweep.hidden) as usize;
    let weight = |i: usize| 0.9 * ((3 * i + 5 * k + 1) as f64).sin();
    let bias = |i: usize| 0.2 * ((7 * i + 2 * k + 2) as f64).cos() - 0.05;
    (0..sweep.parameters()).map(|i| if i < weights { weight(i) } else { bias(i) }).collect()
}

/// Mean of rows, and covariances with their standard errors.
struct Spread {
    mean: Vec<f64>,
    covariance: Vec<Vec<[f64; 2]>>,
}

fn spread(rows: &[Vec<f64>]) -> Spread {
    let (count, size) = (rows.len() as f64, rows[0].len());
    let average = |f: &dyn Fn(&[f64]) -> f64| rows.iter().map(|r| f(r)).sum::<f64>() / count;
    let mean: Vec<f64> = (0..size).map(|i| average(&|r| r[i])).collect();
    let covariance = (0..size).map(|i| {
        let with = (0..size).map(|j| {
            let product = |r: &[f64]| (r[i] - mean[i]) * (r[j] - mean[j]);
            let c = average(&product);
            [c, ((average(&|r| product(r).powi(2)) - c * c) / count).sqrt()]
        });
        with.collect()
    });
    Spread { covariance: covariance.collect(), mean }
}

#[test]
fn gradients_spread_as_in_plain_batches() {
    let batches = 10_000;
    for (features, density) in cases() {
        let sweep = sweep(features, density, Data::Sampled, 24);
        let (pixel, shape) = (pixel(&sweep), Shape::of(&sweep));
        let parameters = parameters(&sweep, 1);
        let (w, b) = shape.split(&parameters);
        let (a, scale) = (shape.gram(w), 1.0 / f64::from(sweep.features * sweep.batch));
        let gradient = |step: u32| {
            let mut out = vec![0.0; sweep.parameters()];
            pixel.gradient(3, step, &parameters, &mut out);
            out
        };
        let plainly = |step: u32| {
            let mut moments = Moments::default();
            for index in 0..sweep.batch {
                let x = plain(pixel.sampler.later, shape.n, [3, step, index]);
                moments.observe(shape.n, &a, b, &x.map(f64::from));
            }
            let mut out = vec![0.0; sweep.parameters()];
            moments.gradient(shape, w, &pixel.importance, scale, &mut out);
            out
        };
        let fast = spread(&(0..batches).map(gradient).collect::<Vec<_>>());
        let slow = spread(&(0..batches).map(plainly).collect::<Vec<_>>());
        for i in 0..sweep.parameters() {
            let what = format!("n = {features}, s = {density}, component {i}");
            let variance = fast.covariance[i][i][0] + slow.covariance[i][i][0];
            let error = (variance / f64::from(batches)).sqrt();
            let off = (fast.mean[i] - slow.mean[i]) / error;
            assert!(off.abs() < 4.0, "{what}: means differ by {off:.2} standard errors");
            for j in i..sweep.parameters() {
                let [f, s] = [fast.covariance[i][j], slow.covariance[i][j]];
                let off = (f[0] - s[0]) / f[1].hypot(s[1]);
                assert!(off.abs() < 4.0, "{what} with {j}: {f:?} and {s:?}, {off:.2} errors");
            }
        }
    }
}

#[test]
fn exact_gradients_are_the_mean_of_a_million_samples() {
    let batches = 1000;
    for features in [2, 3, 4] {
        for (k, density) in [1.0, 0.4, 0.1, 0.03].into_iter().enumerate() {
            let exactly = sweep(features, density, Data::Exact, 1000);
            let sampled = Sweep { data: Data::Sampled, ..exactly.clone() };
            let parameters = parameters(&exactly, k);
            let gradient = |pixel: &Pixel<'_>, step: u32| {
                let mut out = vec![0.0; parameters.len()];
                pixel.gradient(4, step, &parameters, &mut out);
                out
            };
            let exact = gradient(&pixel(&exactly), 0);
            let pixel = pixel(&sampled);
            let rows: Vec<_> = (0..batches).map(|step| gradient(&pixel, step)).collect();
            let found = spread(&rows);
            for i in 0..exact.len() {
                let error = (found.covariance[i][i][0] / f64::from(batches)).sqrt();
                let off = found.mean[i] - exact[i];
                let what = format!("n = {features}, s = {density}, component {i}");
                // An output that is never positive has no gradient, and no error either.
                assert!(off.abs() <= 4.0 * error, "{what}: off by {off}, error {error}");
            }
        }
    }
}
