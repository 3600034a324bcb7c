//! The exact population loss against an adaptive quadrature that shares no code with it, against
//! finite differences, closed forms and its own bounds.

use proptest::prelude::*;
use toy::population::{Population, PopulationError};

/// Loss, bias moment and four weight moments.
type Values = [f64; 6];

/// Small deterministic generator of test cases (Steele, Lea and Flood 2014, `splitmix64`).
struct Cases(u64);

impl Cases {
    fn unit(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    }

    fn between(&mut self, a: f64, b: f64) -> f64 {
        a + (b - a) * self.unit()
    }
}

/// Adaptive Simpson rule with a fixed absolute tolerance on each interval, for several integrands at once.
fn adaptive(f: &mut dyn FnMut(f64) -> Values, tolerance: f64) -> Values {
    fn rule(h: f64, a: &Values, m: &Values, b: &Values) -> Values {
        std::array::from_fn(|i| h / 6.0 * (a[i] + 4.0 * m[i] + b[i]))
    }
    #[allow(clippy::too_many_arguments)]
    fn split(
        f: &mut dyn FnMut(f64) -> Values,
        (x0, x1): (f64, f64),
        a: &Values,
        m: &Values,
        b: &Values,
        tolerance: f64,
        depth: u32,
    ) -> Values {
        let (middle, h) = (0.5 * (x0 + x1), x1 - x0);
        let l = f(0.5 * (x0 + middle));
        let r = f(0.5 * (middle + x1));
        let whole = rule(h, a, m, b);
        let (left, right) = (rule(0.5 * h, a, &l, m), rule(0.5 * h, m, &r, b));
        let error = (0..6).map(|i| (left[i] + right[i] - whole[i]).abs()).fold(0.0, f64::max);
        if depth >= 3 && (error < tolerance || depth > 45) {
            return std::array::from_fn(|i| left[i] + right[i]);
        }
        let left = split(f, (x0, middle), a, &l, m, tolerance, depth + 1);
        let right = split(f, (middle, x1), m, &r, b, tolerance, depth + 1);
        std::array::from_fn(|i| left[i] + right[i])
    }
    let (a, m, b) = (f(0.0), f(0.5), f(1.0));
    split(f, (0.0, 1.0), &a, &m, &b, tolerance, 0)
}

/// Integral over the variables `active`, the others being as `x` says, by nested adaptive rules.
fn nested(
    active: &[usize],
    x: &mut [f64; 4],
    integrand: &dyn Fn(&[f64; 4]) -> Values,
    tolerance: f64,
) -> Values {
    let Some((&j, rest)) = active.split_first() else { return integrand(x) };
    let mut point = *x;
    adaptive(
        &mut |t| {
            point[j] = t;
            nested(rest, &mut point, integrand, tolerance)
        },
        tolerance,
    )
}

/// Loss, `dL/dw`, `dL/db` from the definition: no closed form, the derivative under the integral.
fn reference(
    (n, m): (usize, usize),
    w: &[f64],
    b: &[f64],
    importance: &[f64],
    s: f64,
    tolerance: f64,
) -> (f64, Vec<f64>, Vec<f64>) {
    let (mut loss, mut dw, mut db) = (0.0, vec![0.0; n * m], vec![0.0; n]);
    for i in 0..n {
        let row: Vec<f64> =
            (0..n).map(|j| (0..m).map(|k| w[i * m + k] * w[j * m + k]).sum()).collect();
        let integrand = |x: &[f64; 4]| {
            let z = b[i] + (0..n).map(|j| row[j] * x[j]).sum::<f64>();
            let u = z.max(0.0) - x[i];
            let live = if z > 0.0 { 2.0 * u } else { 0.0 };
            [u * u, live, live * x[0], live * x[1], live * x[2], live * x[3]]
        };
        for mask in 0..1u32 << n {
            let active: Vec<usize> = (0..n).filter(|j| mask >> j & 1 == 1).collect();
            let k = active.len() as i32;
            let p = importance[i] * s.powi(k) * (1.0 - s).powi(n as i32 - k);
            if p == 0.0 {
                continue;
            }
            let v = nested(&active, &mut [0.0; 4], &integrand, tolerance);
            loss += p * v[0];
            db[i] += p * v[1];
            for j in 0..n {
                for k in 0..m {
                    dw[i * m + k] += p * v[2 + j] * w[j * m + k];
                    dw[j * m + k] += p * v[2 + j] * w[i * m + k];
                }
            }
        }
    }
    (loss, dw, db)
}

fn largest(dw: &[f64], db: &[f64]) -> f64 {
    dw.iter().chain(db).fold(0.0, |a, x| a.max(x.abs()))
}

/// Largest deviation of the exact gradient from another, in units of that one's largest component.
///
/// At a minimum that component is nothing but the rounding of terms of order s, so the unit has a
/// floor: `FLOOR` times the density, which random points exceed by far.
fn deviation(ours: (&[f64], &[f64]), other: (&[f64], &[f64]), s: f64) -> f64 {
    let difference = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a - b).collect::<Vec<_>>();
    let (dw, db) = (difference(ours.0, other.0), difference(ours.1, other.1));
    largest(&dw, &db) / largest(other.0, other.1).max(FLOOR * s)
}

const FLOOR: f64 = 1e-4;

fn exact(
    (n, m): (usize, usize),
    w: &[f64],
    b: &[f64],
    importance: &[f64],
    s: f64,
) -> (f64, Vec<f64>, Vec<f64>) {
    let (mut dw, mut db) = (vec![0.0; n * m], vec![0.0; n]);
    let point = Population::new(n, m, importance, s).unwrap();
    let loss = point.gradient(w, b, &mut dw, &mut db);
    assert!((point.loss(w, b) - loss).abs() <= 1e-14 * loss, "loss alone and with its gradient");
    (loss, dw, db)
}

fn check(
    (n, m): (usize, usize),
    w: &[f64],
    b: &[f64],
    importance: &[f64],
    s: f64,
    (tolerance, bound): (f64, f64),
) {
    let shape = (n, m);
    let (loss, dw, db) = exact(shape, w, b, importance, s);
    let (loss2, dw2, db2) = reference(shape, w, b, importance, s, tolerance);
    let what = format!("n={n} m={m} w={w:?} b={b:?} I={importance:?} s={s}");
    assert!((loss - loss2).abs() <= bound * loss2, "{what}: loss {loss} {loss2}");
    let error = deviation((&dw, &db), (&dw2, &db2), s);
    assert!(error <= bound, "{what}: {error:e}\n{dw:?} {db:?}\n{dw2:?} {db2:?}");
}

fn random(cases: &mut Cases, n: usize, m: usize) -> (Vec<f64>, Vec<f64>, Vec<f64>, f64) {
    let w = (0..n * m)
        .map(|_| {
            let tiny = cases.unit() < 0.1;
            cases.between(-1.6, 1.6) * if tiny { 1e-12 } else { 1.0 }
        })
        .collect();
    let b = (0..n).map(|_| cases.between(-0.7, 0.4)).collect();
    let importance = (0..n).map(|_| 10f64.powf(cases.between(-1.0, 1.0))).collect();
    (w, b, importance, 10f64.powf(cases.between(-2.0, 0.0)))
}

#[test]
fn two_features_agree_with_adaptive_quadrature() {
    let mut cases = Cases(1);
    for _ in 0..120 {
        let (w, b, importance, s) = random(&mut cases, 2, 1);
        check((2, 1), &w, &b, &importance, s, (1e-13, 1e-10));
    }
}

#[test]
fn two_features_at_the_awkward_places() {
    for w in [[1e-12, 1.0], [1.0, -1e-12], [1e-12, -1e-12], [1e-300, 1.0], [0.0, 1.0], [0.0, 0.0]] {
        for b in [[0.1, 0.2], [-0.1, 0.3], [1e-13, -1e-13], [0.0, 0.25]] {
            check((2, 1), &w, &b, &[1.0, 0.7], 0.3, (1e-14, 1e-10));
        }
    }
    // Kinks exactly at 0 (b = 0) and at 1 (b = -a, b = -c, b = -a - c), and every bias negative.
    for w in [[1.0, -1.0], [1.0, 1.0], [0.5, 2.0], [1.0, 0.5]] {
        let (a, c, d) = (w[0] * w[0], w[0] * w[1], w[1] * w[1]);
        for b in [[0.0, 0.0], [-a, -d], [-c, -c], [-a - c, 0.1], [-0.3, -0.2], [0.0, -d]] {
            for s in [1.0, 0.5, 0.01] {
                check((2, 1), &w, &b, &[1.0, 2.0], s, (1e-14, 1e-10));
            }
        }
    }
}

#[test]
fn three_features_agree_with_adaptive_quadrature() {
    let mut cases = Cases(3);
    for round in 0..16 {
        let m = 1 + round % 2;
        let (w, b, importance, s) = random(&mut cases, 3, m);
        check((3, m), &w, &b, &importance, s, (1e-10, 1e-7));
    }
    check((3, 2), &[1.0, 0.0, 0.0, 1.0, 0.0, -1.0], &[0.0; 3], &[1.0; 3], 0.4, (1e-10, 1e-7));
    check((3, 1), &[1.0, 1e-12, -1.0], &[-1.0, 0.0, -0.5], &[1.0; 3], 1.0, (1e-10, 1e-7));
}

#[test]
fn four_features_agree_with_adaptive_quadrature() {
    let mut cases = Cases(4);
    for m in [1, 2, 3, 3] {
        let (w, b, importance, _) = random(&mut cases, 4, m);
        check((4, m), &w, &b, &importance, 0.6, (3e-9, 1e-7));
    }
}

#[test]
fn single_precision_follows_double() {
    let mut cases = Cases(5);
    let mut worst = [0f64; 5];
    for round in 0..6000 {
        let n = 2 + round % 3;
        let m = 1 + round / 3 % (n - 1);
        let (w, b, importance, s) = random(&mut cases, n, m);
        let narrow = |v: &[f64]| v.iter().map(|&x| x as f32).collect::<Vec<_>>();
        let wide = |v: &[f32]| v.iter().map(|&x| f64::from(x)).collect::<Vec<_>>();
        let (w, b, importance) = (narrow(&w), narrow(&b), narrow(&importance));
        let s = s as f32;
        let (mut dw, mut db) = (vec![0f32; n * m], vec![0f32; n]);
        let loss =
            Population::new(n, m, &importance, s).unwrap().gradient(&w, &b, &mut dw, &mut db);
        let (loss2, dw2, db2) =
            exact((n, m), &wide(&w), &wide(&b), &wide(&importance), f64::from(s));
        assert!((f64::from(loss) - loss2).abs() <= 1e-5 * loss2);
        let error = deviation((&wide(&dw), &wide(&db)), (&dw2, &db2), f64::from(s));
        worst[n] = worst[n].max(error);
        assert!(error <= 1e-5, "{error:e} at w={w:?} b={b:?} I={importance:?} s={s}");
    }
    println!("f32: worst relative deviation {worst:?}");
}

#[test]
fn closed_forms_of_the_candidates() {
    for s in [1.0, 4.0 / 7.0, 0.3, 0.01] {
        let v = s / 3.0 - s * s / 4.0;
        for r in [0.1, 1.0, 7.0] {
            let two = |w: &[f64], b: &[f64]| exact((2, 1), w, b, &[1.0, r], s).0;
            let three = |w: &[f64], b: &[f64]| exact((3, 2), w, b, &[1.0, 1.0, r], s).0;
            let mean = s / 2.0;
            for (found, expected) in [
                (two(&[0.0, 1.0], &[mean, 0.0]), v),
                (two(&[1.0, 0.0], &[0.0, mean]), r * v),
                (two(&[1.0, -1.0], &[0.0, 0.0]), (1.0 + r) * s * s / 6.0),
                (three(&[0.0, 0.0, 1.0, 0.0, 0.0, 1.0], &[mean, 0.0, 0.0]), v),
                (three(&[1.0, 0.0, 0.0, 1.0, 0.0, 0.0], &[0.0, 0.0, mean]), r * v),
                (three(&[1.0, 0.0, -1.0, 0.0, 0.0, 1.0], &[0.0; 3]), s * s / 3.0),
                (three(&[0.0, 1.0, 1.0, 0.0, 0.0, -1.0], &[0.0; 3]), (1.0 + r) * s * s / 6.0),
            ] {
                assert!((found - expected).abs() <= 1e-12 * expected, "{found} {expected}");
            }
        }
    }
}

#[test]
fn bad_input_is_an_error_or_nan() {
    assert_eq!(Population::new(5, 2, &[1.0; 5], 0.5), Err(PopulationError::Shape { n: 5, m: 2 }));
    assert_eq!(Population::new(3, 3, &[1.0; 3], 0.5), Err(PopulationError::Shape { n: 3, m: 3 }));
    assert_eq!(Population::new(3, 0, &[1.0; 3], 0.5), Err(PopulationError::Shape { n: 3, m: 0 }));
    assert_eq!(Population::new(2, 1, &[1.0], 0.5), Err(PopulationError::Importance { n: 2 }));
    assert_eq!(Population::new(2, 1, &[1.0, -1.0], 0.5), Err(PopulationError::Importance { n: 2 }));
    assert_eq!(Population::new(2, 1, &[1.0; 2], 0.0), Err(PopulationError::Density(0.0)));
    assert!(Population::new(2, 1, &[1.0; 2], f64::NAN).is_err());
    let point = Population::new(2, 1, &[1.0, 1.0], 0.5).unwrap();
    assert!(point.loss(&[1.0, f64::NAN], &[0.0; 2]).is_nan());
    assert!(point.loss(&[1.0], &[0.0; 2]).is_nan());
    let (mut dw, mut db) = ([7.0; 2], [7.0; 2]);
    assert!(point.gradient(&[1.0, 0.0], &[f64::INFINITY, 0.0], &mut dw, &mut db).is_nan());
    assert_eq!((dw, db), ([7.0; 2], [7.0; 2]));
}

/// Weights and biases of any sign and of sizes down to 1e-14.
fn parameters() -> impl Strategy<Value = (usize, usize, Vec<f64>, Vec<f64>, f64)> {
    let number = (-2.5..2.5f64, prop_oneof![3 => Just(0), 1 => -14..0i32])
        .prop_map(|(x, e)| x * 10f64.powi(e));
    (2usize..=4, 1usize..=3, prop::collection::vec(number, 16), -2.0..0.0f64).prop_map(
        |(n, m, v, s)| {
            let m = m.min(n - 1);
            (n, m, v[..n * m].to_vec(), v[12..12 + n].to_vec(), 10f64.powf(s))
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_loss_is_never_negative((n, m, w, b, s) in parameters()) {
        let importance = vec![1.0; n];
        let loss = Population::new(n, m, &importance, s).unwrap().loss(&w, &b);
        prop_assert!(loss >= 0.0);
        let narrow = |v: &[f64]| v.iter().map(|&x| x as f32).collect::<Vec<_>>();
        let point = Population::new(n, m, &narrow(&importance), s as f32).unwrap();
        prop_assert!(point.loss(&narrow(&w), &narrow(&b)) >= 0.0);
    }

    #[test]
    fn the_gradient_is_the_derivative_of_the_loss(
        (n, m, _, _, s) in parameters(),
        size in prop::collection::vec(0.2..2.0f64, 16),
        sign in prop::collection::vec(prop::bool::ANY, 16),
    ) {
        // Away from zero: a unit with all its weights 0 has a corner at b = 0, and no derivative.
        let mut theta: Vec<f64> = size.iter().zip(sign).map(|(x, s)| if s { *x } else { -x }).collect();
        theta.truncate(n * m + n);
        theta[n * m..].iter_mut().for_each(|b| *b *= 0.4);
        let importance: Vec<f64> = (0..n).map(|i| 1.0 + 0.5 * i as f64).collect();
        let (_, dw, db) = exact((n, m), &theta[..n * m], &theta[n * m..], &importance, s);
        let point = Population::new(n, m, &importance, s).unwrap();
        let h = 1e-5;
        for (j, ours) in dw.iter().chain(&db).enumerate() {
            let at = |x: f64| {
                let mut moved = theta.clone();
                moved[j] += x;
                point.loss(&moved[..n * m], &moved[n * m..])
            };
            let slope = (at(h) - at(-h)) / (2.0 * h);
            prop_assert!((slope - ours).abs() <= 1e-6 * (1.0 + largest(&dw, &db)), "{j}: {slope} {ours}");
        }
    }

    #[test]
    fn hidden_space_has_no_preferred_axes((n, _, _, b, s) in parameters(), angle in 0.0..6.3f64,
                                           v in prop::collection::vec(-1.5..1.5f64, 8)) {
        prop_assume!(n > 2);
        let importance = vec![1.0; n];
        let point = Population::new(n, 2, &importance, s).unwrap();
        let (sin, cos) = angle.sin_cos();
        let turned: Vec<f64> = v[..2 * n]
            .chunks(2)
            .flat_map(|p| [cos * p[0] - sin * p[1], sin * p[0] + cos * p[1]])
            .collect();
        let (before, after) = (point.loss(&v[..2 * n], &b), point.loss(&turned, &b));
        prop_assert!((before - after).abs() <= 1e-13 * (1.0 + before));
    }
}

/// `cargo test --release -- --ignored --nocapture timing`
#[test]
#[ignore = "prints timings"]
fn timing() {
    fn run<T: toy::population::Real>(n: usize, m: usize) -> f64 {
        let mut cases = Cases(9);
        let point = Population::new(n, m, &vec![T::of(1.0); n], T::of(0.3)).unwrap();
        let inputs: Vec<(Vec<T>, Vec<T>)> = (0..64)
            .map(|_| {
                let (w, b, ..) = random(&mut cases, n, m);
                (w.into_iter().map(T::of).collect(), b.into_iter().map(T::of).collect())
            })
            .collect();
        let (mut dw, mut db) = (vec![T::of(0.0); n * m], vec![T::of(0.0); n]);
        let rounds = [0, 0, 20_000, 1_000, 30][n];
        let start = std::time::Instant::now();
        let mut sum = T::of(0.0);
        for _ in 0..rounds {
            for (w, b) in &inputs {
                sum = sum + point.gradient(w, b, &mut dw, &mut db) + dw[0];
            }
        }
        std::hint::black_box(sum);
        start.elapsed().as_secs_f64() * 1e9 / f64::from(rounds) / 64.0
    }
    for (n, m) in [(2, 1), (3, 1), (3, 2), (4, 2), (4, 3)] {
        println!("n={n} m={m}: f64 {:.0} ns, f32 {:.0} ns", run::<f64>(n, m), run::<f32>(n, m));
    }
}
