//! What rounding can do to a model, and what it cannot.
//!
//! Two right machines differ by rounding, and training magnifies that, here a little and there a
//! lot. How much is measured: the CPU trains the model from states that differ from the given one
//! by a few units in the last place. A device has to stay within a multiple of where these go.

use toy::random::{block, open_unit};
use toy::train::Model;

/// Times the spread of the CPU's own results by which a right device may be off.
const MARGIN: f64 = 16.0;
/// Differences that are always allowed: of parameters, and of first and second moments relative to
/// the largest.
const FLOOR: [f64; 3] = [2e-6, 2e-5, 4e-5];
/// How far the states begin from the given one: at a first look, and at a second one, which finds
/// models that a sample more or less could turn.
pub const NEAR: f64 = 1e-6;
pub const WIDER: f64 = 2e-5;

/// A state that rounding might have led to as well; with `number` 0 the state itself.
pub fn nearby(state: &Model<f32>, distance: f64, number: u32) -> Model<f32> {
    if number == 0 {
        return state.clone();
    }
    let uniform = |part: u32, i: usize| 2.0 * open_unit(block(part, number, i as u32, 41)[0]) - 1.0;
    let move_all = |part: u32, values: &[f32], distance: &dyn Fn(f64) -> f64| -> Vec<f32> {
        let moved = |(i, &x): (usize, &f32)| {
            (f64::from(x) + uniform(part, i) * distance(f64::from(x))) as f32
        };
        values.iter().enumerate().map(moved).collect()
    };
    let largest = largest(&state.first);
    Model {
        parameters: move_all(0, &state.parameters, &|x| distance * x.abs().max(0.1)),
        first: move_all(1, &state.first, &|_| distance * largest),
        second: move_all(2, &state.second, &|x| distance * x.abs()),
    }
}

/// How a device's model differs from the CPU's, in units of what is allowed: up to 1 it is right.
/// The CPU's first result is that from the state itself, the others are from states nearby.
pub fn misfit(found: &Model<f32>, cpu: &[Model<f32>]) -> f64 {
    let Some((expected, others)) = cpu.split_first() else { return f64::INFINITY };
    let parts =
        |model: &Model<f32>| [model.parameters.clone(), model.first.clone(), model.second.clone()];
    let (found, expected) = (parts(found), parts(expected));
    let mut worst = 0f64;
    for (part, floor) in FLOOR.into_iter().enumerate() {
        let size = largest(&expected[part]);
        let spread = others
            .iter()
            .map(|other| distance(&parts(other)[part], &expected[part]))
            .fold(0.0, f64::max);
        // A model whose numbers have left all bounds has nothing to compare.
        if !size.is_finite() || !spread.is_finite() {
            continue;
        }
        let scale = if part == 0 { size.max(1.0) } else { size };
        let allowed = floor * scale + MARGIN * spread + 1e-20;
        worst = worst.max(distance(&found[part], &expected[part]) / allowed);
    }
    worst
}

/// The parameter that differs most: the device's value and the CPU's.
pub fn worst_parameter(found: &Model<f32>, expected: &Model<f32>) -> (f32, f32) {
    let pairs = found.parameters.iter().copied().zip(expected.parameters.iter().copied());
    let off = |(a, b): (f32, f32)| if a.is_finite() { (a - b).abs() } else { f32::INFINITY };
    pairs.max_by(|&a, &b| off(a).total_cmp(&off(b))).unwrap_or_default()
}

fn largest(values: &[f32]) -> f64 {
    values.iter().fold(0.0, |most: f64, x| {
        let x = f64::from(x.abs());
        if x.is_nan() { f64::INFINITY } else { most.max(x) }
    })
}

/// The largest difference; infinite where one is no number.
fn distance(a: &[f32], b: &[f32]) -> f64 {
    let difference = |(a, b): (&f32, &f32)| {
        let d = (f64::from(*a) - f64::from(*b)).abs();
        if d.is_nan() { f64::INFINITY } else { d }
    };
    a.iter().zip(b).map(difference).fold(0.0, f64::max)
}
