//! Marks on a landscape are its minima, none is missing, and nothing else on it is made up.

use toy::population::Population;
use toy::random::{block, open_unit};
use toy::surface::{Landscape, Minimum};

/// Weights looked at.
const EXTENT: f64 = 1.6;
/// Pixels with biases and pixels without.
const PIXELS: u32 = 100;

/// A pixel of the diagram, drawn evenly over its axes.
fn pixel(i: u32) -> (f64, f64) {
    let [a, b, ..] = block(18, 0, 0, i);
    (10f64.powf(-2.0 * open_unit(a)), 10f64.powf(2.0 * open_unit(b) - 1.0))
}

/// Weights and biases of a model, two each.
type Model = [f64; 4];

/// Loss and slope of weights and, if they are free, biases: straight from the population loss.
fn evaluate(point: &Population<f64>, biases: bool, x: Model) -> (f64, Model) {
    let (mut dw, mut db) = ([0.0; 2], [0.0; 2]);
    let loss = point.gradient(&x[..2], &x[2..], &mut dw, &mut db);
    if !biases {
        db = [0.0; 2];
    }
    (loss, [dw[0], dw[1], db[0], db[1]])
}

/// Plain descent along the slope in steps after Barzilai and Borwein, shortened until the loss falls.
fn descend(point: &Population<f64>, biases: bool, mut x: Model, steps: u32) -> (f64, Model) {
    let (mut loss, mut slope) = evaluate(point, biases, x);
    let mut rate = 0.05 / slope.iter().map(|g| g * g).sum::<f64>().sqrt().max(1e-3);
    for _ in 0..steps {
        let square: f64 = slope.iter().map(|g| g * g).sum();
        let next = loop {
            let there: Model = std::array::from_fn(|k| x[k] - rate * slope[k]);
            let (value, steep) = evaluate(point, biases, there);
            if value <= loss - 1e-4 * rate * square {
                break Some((there, value, steep));
            }
            rate *= 0.3;
            if rate * square.sqrt() < 1e-13 {
                break None;
            }
        };
        let Some((there, value, steep)) = next else { break };
        let moved: Model = std::array::from_fn(|k| there[k] - x[k]);
        let bent: Model = std::array::from_fn(|k| steep[k] - slope[k]);
        let dot = |a: &Model, b: &Model| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
        rate = if dot(&moved, &bent) > 0.0 {
            dot(&moved, &moved) / dot(&moved, &bent)
        } else {
            rate * 4.0
        };
        // No step longer than a tenth: basins are not much wider.
        rate = rate.min(0.1 / dot(&steep, &steep).sqrt().max(1e-300));
        (x, loss, slope) = (there, value, steep);
    }
    (loss, x)
}

fn apart(a: [f64; 2], b: [f64; 2]) -> f64 {
    (a[0] - b[0]).hypot(a[1] - b[1])
}

/// The best bias by brute force.
fn scanned(point: &Population<f64>, w: [f64; 2]) -> f64 {
    let mut least = [f64::INFINITY; 2];
    let fixed = point.loss(&w, &[0.0; 2]);
    for k in 0..=3000 {
        let b = -4.0 + 6.0 * f64::from(k) / 3000.0;
        // A bias changes its own output only.
        least[0] = least[0].min(point.loss(&w, &[b, 0.0]) - fixed);
        least[1] = least[1].min(point.loss(&w, &[0.0, b]) - fixed);
    }
    fixed + least[0] + least[1]
}

fn check(s: f64, r: f64, biases: bool) {
    let point = Population::new(2, 1, &[1.0, r], s).unwrap();
    let landscape = Landscape::new(s, r, biases).unwrap();
    let marks = landscape.minima(EXTENT);
    let name = format!("s = {s}, r = {r}, biases {biases}");
    assert!(!marks.is_empty(), "{name}");
    let scale = s * r.max(1.0);

    // Every mark is a minimum: descent from it, and from just beside it, stays.
    for mark in &marks {
        let [u, v] = mark.w;
        let b = landscape.biases(mark.w);
        let (loss, end) = descend(&point, biases, [u, v, b[0], b[1]], 400);
        assert!(apart([end[0], end[1]], mark.w) < 1e-3, "{name}: {mark:?} leads to {end:?}");
        assert!(mark.loss - loss < 1e-12 * scale, "{name}: {mark:?}, {loss}");
        assert_eq!(mark.loss, landscape.loss(mark.w));
        if biases {
            let least = scanned(&point, mark.w);
            assert!(mark.loss <= least + 1e-14, "{name}: {mark:?} with better biases, {least}");
        }
    }
    // All marks are distinct.
    for (k, mark) in marks.iter().enumerate() {
        let near = |other: &&Minimum| apart(mark.w, other.w) < 2e-3;
        assert!(marks[..k].iter().all(|other| !near(&other)), "{name}: {marks:?}");
    }
    // None is missing: a dense search in all four variables ends at marks, where its biases are the
    // best and the loss rises in all directions.
    const SIDE: u32 = 12;
    for i in 0..SIDE * SIDE {
        let at = |k: u32| EXTENT * (2.0 * (f64::from(k) + 0.31) / f64::from(SIDE) - 1.0);
        let w = [at(i % SIDE), at(i / SIDE)];
        let b = landscape.biases(w);
        let known = |x: &Model| marks.iter().any(|mark| apart(mark.w, [x[0], x[1]]) < 5e-3);
        let (mut loss, mut x) = descend(&point, biases, [w[0], w[1], b[0], b[1]], 200);
        if !known(&x) {
            // On a gentle slope.
            (loss, x) = descend(&point, biases, x, 20_000);
        }
        let here = [x[0], x[1]];
        let inside = here.iter().all(|w| w.abs() < EXTENT);
        if known(&x) || !inside || landscape.loss(here) < loss - 1e-10 * scale {
            continue;
        }
        let lower = (0..64).any(|k| {
            let (sin, cos) = (std::f64::consts::TAU * f64::from(k) / 64.0).sin_cos();
            let there = [here[0] + 0.01 * cos, here[1] + 0.01 * sin];
            landscape.loss(there) <= loss + 1e-9 * scale
        });
        assert!(lower, "{name}: {here:?}, loss {loss}, is no mark of {marks:?}");
    }
}

#[test]
fn marks_with_biases_are_the_minima() {
    for i in 0..PIXELS {
        let (s, r) = pixel(i);
        check(s, r, true);
    }
}

#[test]
fn marks_without_biases_are_the_minima() {
    for i in PIXELS..2 * PIXELS {
        let (s, r) = pixel(i);
        check(s, r, false);
    }
}

/// On rays from marks the loss does what its slope says: it rises where that points up, without
/// steps, so that contours cross a ray once between two of its turning points.
#[test]
fn the_loss_is_monotone_along_rays_where_its_slope_has_one_sign() {
    for i in 0..2 * PIXELS {
        let ((s, r), biases) = (pixel(i), i % 2 == 0);
        let landscape = Landscape::new(s, r, biases).unwrap();
        let scale = s * r.max(1.0);
        for mark in landscape.minima(EXTENT) {
            for ray in 0..6 {
                let (sin, cos) = (0.2 + std::f64::consts::TAU * f64::from(ray) / 6.0).sin_cos();
                let at = |t: f64| [mark.w[0] + t * cos, mark.w[1] + t * sin];
                let steep = |t: f64| {
                    let [u, v] = landscape.slope(at(t));
                    u * cos + v * sin
                };
                let (mut loss, mut before) = (mark.loss, 0f64);
                for k in 1..=100 {
                    let t = 0.01 * f64::from(k);
                    let (next, after) = (landscape.loss(at(t)), steep(t));
                    let name = format!("s = {s}, r = {r}, {mark:?}, ray {ray}, {t}");
                    if before > 0.0 && after > 0.0 {
                        assert!(next > loss - 1e-13 * scale, "{name}: {loss} falls to {next}");
                    }
                    // Never more than the slopes at both ends allow for.
                    let most = 0.01 * before.abs().max(after.abs()) + 0.002 * scale;
                    assert!((next - loss).abs() < most, "{name}: a step from {loss} to {next}");
                    (loss, before) = (next, after);
                }
            }
        }
    }
}
