//! The classifier on hand-made weights, under rotations, reflections and permutations.

use proptest::prelude::*;
use toy::ansatz::{CANDIDATES, Candidate};
use toy::phase::{Context, Phase, Thresholds};

const BIASED: Context = Context { biases: true, excess: None };
const UNBIASED: Context = Context { biases: false, excess: None };

fn phase(w: &[f64], m: usize) -> (Phase, Option<u8>) {
    let verdict = Thresholds::default().classify(w, m, BIASED);
    (verdict.phase, verdict.partner)
}

#[test]
fn hand_made_weights_have_their_phases() {
    use Phase::{Antipodal, Dedicated, Mixed, NotRepresented, Symmetric, Trapped};
    let t = 3f64.sqrt() / 2.0;
    assert_eq!(phase(&[1.0, 0.05], 1), (NotRepresented, None));
    assert_eq!(phase(&[0.0, 1.0], 1), (Dedicated, None));
    assert_eq!(phase(&[1.0, -1.0], 1), (Antipodal, Some(0)));
    assert_eq!(phase(&[0.7, 0.7], 1), (Trapped, Some(0)));
    assert_eq!(phase(&[1.0, 0.0, 0.0, 1.0, 0.0, 0.0], 2), (NotRepresented, None));
    assert_eq!(phase(&[0.0, 1.0, 0.0, -1.0, 1.0, 0.0], 2), (Dedicated, None));
    assert_eq!(phase(&[1.0, 0.0, 0.0, 1.0, 0.0, -1.0], 2), (Antipodal, Some(1)));
    assert_eq!(phase(&[1.0, 0.0, -0.5, t, -0.5, -t], 2).0, Symmetric);
    // A feature against two others that are on one side shares with both, which differ from it.
    assert_eq!(phase(&[1.0, 0.8, -1.0], 1), (Mixed, Some(0)));
    assert_eq!(phase(&[0.6, 0.8, 0.7], 1), (Trapped, Some(1)));
    // Lengths that differ too much for a triangle to count as one.
    assert_eq!(phase(&[1.05, 0.0, -0.5 * 0.41, t * 0.41, -0.5, -t], 2).0, Mixed);
    assert_eq!(phase(&[0.95, 0.0, -0.5, t, -0.5, -t], 2).0, Symmetric);
    // A square is two pairs, a tetrahedron is not.
    let square = [1.0, 0.0, 0.0, 1.0, -1.0, 0.0, 0.0, -1.0];
    assert_eq!(phase(&square, 2), (Antipodal, Some(1)));
    let corner = [1.0, 1.0, 1.0, 1.0, -1.0, -1.0, -1.0, 1.0, -1.0, -1.0, -1.0, 1.0];
    assert_eq!(phase(&corner.map(|x| x * 0.5), 3).0, Symmetric);
    for k in [3, 5, 6, 7, 8] {
        let polygon: Vec<f64> = (0..k)
            .flat_map(|i| {
                let (sin, cos) = (std::f64::consts::TAU * f64::from(i) / f64::from(k)).sin_cos();
                [1.1 * cos, 1.1 * sin]
            })
            .collect();
        assert_eq!(phase(&polygon, 2).0, Symmetric, "{k}");
    }
    // The other features may do what they like.
    assert_eq!(phase(&[0.0, 0.0, 0.0, 0.0, 0.0, 1.0], 2), (Dedicated, None));
}

#[test]
fn confused_or_trapped_depends_on_what_is_known() {
    let thresholds = Thresholds::default();
    let of = |context| thresholds.classify(&[0.7, 0.7], 1, context).phase;
    assert_eq!(of(UNBIASED), Phase::Confused);
    assert_eq!(of(BIASED), Phase::Trapped);
    for biases in [false, true] {
        assert_eq!(of(Context { biases, excess: Some(1e-6) }), Phase::Confused);
        assert_eq!(of(Context { biases, excess: Some(0.2) }), Phase::Trapped);
    }
    // What is known about the loss changes nothing else.
    let context = Context { biases: true, excess: Some(0.2) };
    assert_eq!(thresholds.classify(&[1.0, -1.0], 1, context).phase, Phase::Antipodal);
}

#[test]
fn not_a_number_has_a_phase_too() {
    for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        for w in [[bad, 1.0], [1.0, bad]] {
            let verdict = Thresholds::default().classify(&w, 1, BIASED);
            assert_eq!((verdict.phase, verdict.partner), (Phase::Diverged, None));
        }
    }
    assert_eq!(phase(&[], 1).0, Phase::NotRepresented);
    assert_eq!(phase(&[1.0], 0).0, Phase::Dedicated);
}

#[test]
fn thresholds_decide_where_phases_end() {
    let strict = Thresholds { norm: 0.9, interference: 0.9, ..Thresholds::default() };
    let of = |w: [f64; 2]| strict.classify(&w, 1, BIASED).phase;
    assert_eq!(of([1.0, 0.8]), Phase::NotRepresented);
    assert_eq!(of([-0.8, 1.0]), Phase::Dedicated);
    assert_eq!(of([-1.0, 1.0]), Phase::Antipodal);
    let verdict = strict.classify(&[3.0, 0.0, 0.0, 2.0, 0.6, 0.8], 2, BIASED);
    assert!((verdict.norm - 1.0).abs() < 1e-15);
    assert!((verdict.interference - 1.8f64.hypot(1.6)).abs() < 1e-15);
}

#[test]
fn names_and_codes_are_unique_and_go_both_ways() {
    for (code, phase) in (0u8..).zip(Phase::ALL) {
        assert_eq!(phase.code(), code);
        assert_eq!(Phase::from_code(code), Some(phase));
        assert_eq!(phase.name().parse(), Ok(phase));
        assert!(phase.label().ends_with('.'));
    }
    assert_eq!(Phase::from_code(8), None);
    assert_eq!("blue".parse::<Phase>(), Err(()));
    assert_eq!(Phase::ALL.map(Phase::code), [0, 1, 2, 3, 4, 5, 6, 7]);
}

#[test]
fn candidates_have_the_phase_of_their_weights() {
    for candidate in CANDIDATES {
        let w = match candidate {
            Candidate::IgnoreLast => [1.0, 0.0, 0.0, 1.0, 0.0, 0.0],
            Candidate::IgnoreOther => [0.0, 0.0, 0.0, 1.0, 1.0, 0.0],
            Candidate::AntipodalOthers => [0.0, 1.0, 0.0, -1.0, 1.0, 0.0],
            Candidate::AntipodalLast => [0.0, 1.0, 1.0, 0.0, -1.0, 0.0],
        };
        assert_eq!(phase(&w, 2).0, Phase::from(candidate), "{}", candidate.name());
    }
}

/// Shapes up to eight features, with configurations likely to fall into every phase.
fn weights() -> impl Strategy<Value = (usize, usize, Vec<f64>)> {
    let entry = prop_oneof![-1.2..1.2f64, Just(0.0), Just(1.0), Just(-1.0)];
    (2usize..=8, 2usize..=7, prop::collection::vec(entry, 56))
        .prop_map(|(n, m, w)| (n, m.min(n - 1).max(1), w))
        .prop_map(|(n, m, mut w)| {
            w.truncate(n * m);
            (n, m, w)
        })
}

/// Whether a decision hangs on the last digits, where invariance is not to be expected.
fn delicate(w: &[f64], m: usize) -> bool {
    let t = Thresholds::default();
    let of = |f: f64| {
        let t = Thresholds {
            norm: t.norm * f,
            interference: t.interference * f,
            pair: t.pair * f,
            line: t.line * f,
            alike: t.alike * f,
            ..t
        };
        t.classify(w, m, BIASED).phase
    };
    of(1.0 - 1e-9) != of(1.0 + 1e-9)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn rotations_change_nothing((n, m, w) in weights(), turns in prop::collection::vec((0usize..7, 0usize..7, 0.0..6.3f64), 6)) {
        prop_assume!(!delicate(&w, m));
        let mut turned = w.clone();
        for (i, j, angle) in turns {
            let (i, j) = (i % m, j % m);
            if i != j {
                let (sin, cos) = f64::sin_cos(angle);
                for row in turned.chunks_exact_mut(m) {
                    (row[i], row[j]) = (cos * row[i] - sin * row[j], sin * row[i] + cos * row[j]);
                }
            }
        }
        // Reflection of one axis.
        turned.chunks_exact_mut(m).for_each(|row| row[0] = -row[0]);
        prop_assert_eq!(phase(&w, m).0, phase(&turned, m).0);
        let narrow: Vec<f32> = turned.iter().map(|&x| x as f32).collect();
        let verdict = Thresholds::default().classify(&narrow, m, BIASED);
        prop_assert!((verdict.norm - Thresholds::default().classify(&w, m, BIASED).norm).abs() < 1e-5);
        prop_assert!(n > m);
    }

    #[test]
    fn order_of_the_others_changes_nothing((n, m, w) in weights(), by in 1usize..7) {
        prop_assume!(!delicate(&w, m));
        let mut moved = w.clone();
        moved[..(n - 1) * m].rotate_left(by % (n - 1) * m);
        prop_assert_eq!(phase(&w, m).0, phase(&moved, m).0);
    }

    #[test]
    fn a_sign_of_the_others_only_exchanges_opposite_and_same((n, m, w) in weights()) {
        prop_assume!(!delicate(&w, m));
        // All others reversed: what was opposite is on the same side, everything else stays.
        let mut flipped = w.clone();
        flipped[..(n - 1) * m].iter_mut().for_each(|x| *x = -*x);
        let (before, after) = (phase(&w, m).0, phase(&flipped, m).0);
        prop_assert_eq!(before.in_superposition(), after.in_superposition());
        if !before.in_superposition() {
            prop_assert_eq!(before, after);
        } else if before == Phase::Antipodal {
            prop_assert_eq!(after, Phase::Trapped);
        } else if after == Phase::Antipodal {
            prop_assert_eq!(before, Phase::Trapped);
        }
        // A feature that does not interfere may have either sign.
        let extra = w[(n - 1) * m..].to_vec();
        let mut other = w.clone();
        for row in other[..(n - 1) * m].chunks_exact_mut(m) {
            if row.iter().zip(&extra).all(|(a, b)| a * b == 0.0) {
                row.iter_mut().for_each(|x| *x = -*x);
            }
        }
        prop_assert_eq!(before, phase(&other, m).0);
    }
    /// Each phase by its definition, from the matrix `W W^T` alone and in other words.
    #[test]
    fn phases_are_what_they_are_defined_as((n, m, w) in weights(), polygon in any::<bool>(), jitter in 0.0..0.3f64) {
        let mut w = w;
        if polygon {
            // Regular polygons in the first plane, more or less disturbed.
            for (i, row) in w.chunks_exact_mut(m).enumerate() {
                let (sin, cos) = (std::f64::consts::TAU * i as f64 / n as f64).sin_cos();
                for (k, x) in row.iter_mut().enumerate() {
                    *x = jitter * *x + [cos, sin, 0.0][k.min(2)];
                }
            }
        }
        prop_assume!(!delicate(&w, m));
        let gram = |i: usize, j: usize| (0..m).map(|k| w[i * m + k] * w[j * m + k]).sum::<f64>();
        let (e, t) = (n - 1, Thresholds::default());
        let shared = |i: usize| (0..n).filter(|&j| j != i).map(|j| gram(i, j).powi(2) / gram(i, i)).collect::<Vec<f64>>();
        let alike = |values: Vec<f64>| {
            let mut sorted = values;
            sorted.sort_by(f64::total_cmp);
            sorted[0] / sorted[sorted.len() - 1] >= t.alike
        };
        let parts: Vec<f64> = shared(e);
        let all: f64 = parts.iter().sum();
        let cosine = |j: usize| gram(e, j) / (gram(e, e) * gram(j, j)).sqrt();
        let same: f64 = (0..e).filter(|&j| cosine(j) >= t.line).map(|j| parts[j]).sum();
        let one = (0..e).filter(|&j| cosine(j) <= -t.line).map(|j| parts[j]).fold(0.0, f64::max);
        let expected = if gram(e, e) < t.norm * t.norm {
            Phase::NotRepresented
        } else if all < t.interference * t.interference {
            Phase::Dedicated
        } else if same / all >= t.pair {
            Phase::Trapped
        } else if one / all >= t.pair {
            Phase::Antipodal
        } else if alike((0..n).map(|i| gram(i, i)).collect()) && alike((0..n).map(|i| shared(i).iter().sum()).collect()) {
            Phase::Symmetric
        } else {
            Phase::Mixed
        };
        prop_assert_eq!(phase(&w, m).0, expected, "{:?}", w);
    }
}
