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
/// How far the states begin from the given one: at a first look, and at one that finds models which
/// a sample more or less could turn.
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

/// What a device's model has that a right one could not have.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Misfit {
    /// The difference in units of what is allowed: up to 1 it is right.
    pub size: f64,
    /// What differs: 0 a parameter, 1 a first moment, 2 a second moment.
    part: usize,
    /// The device's number and the one beside it.
    found: f32,
    expected: f32,
}

impl Misfit {
    /// Whether rounding explains it.
    pub fn is_rounding(self) -> bool {
        self.size <= 1.0
    }

    /// The numbers in words, after who finds the other one.
    pub fn beside(self, who: &str) -> String {
        let part = ["parameter", "first moment", "second moment"][self.part];
        format!("a {part} is {:e} where {who} {:e}", self.found, self.expected)
    }
}

/// How a device's model differs from the CPU's. The CPU's first result is that from the state
/// itself, the others are from states nearby.
pub fn misfit(found: &Model<f32>, cpu: &[Model<f32>]) -> Misfit {
    let mut worst = Misfit { size: 0.0, part: 0, found: 0.0, expected: 0.0 };
    let Some((expected, others)) = cpu.split_first() else { return worst };
    for (part, floor) in FLOOR.into_iter().enumerate() {
        let (found, expected) = (parts(found)[part], parts(expected)[part]);
        let size = largest(expected);
        let apart =
            |other: &Model<f32>| distances(parts(other)[part], expected).fold(0.0, f64::max);
        let spread = others.iter().map(apart).fold(0.0, f64::max);
        // A model whose numbers have left all bounds has nothing to compare.
        if !size.is_finite() || !spread.is_finite() {
            continue;
        }
        let scale = if part == 0 { size.max(1.0) } else { size };
        let allowed = floor * scale + MARGIN * spread + 1e-20;
        for (place, distance) in distances(found, expected).enumerate() {
            let size = distance / allowed;
            if size > worst.size {
                worst = Misfit { size, part, found: found[place], expected: expected[place] };
            }
        }
    }
    worst
}

fn parts(model: &Model<f32>) -> [&[f32]; 3] {
    [&model.parameters, &model.first, &model.second]
}

fn largest(values: &[f32]) -> f64 {
    values.iter().fold(0.0, |most: f64, x| {
        let x = f64::from(x.abs());
        if x.is_nan() { f64::INFINITY } else { most.max(x) }
    })
}

/// Differences; infinite where one is no number.
fn distances<'a>(a: &'a [f32], b: &'a [f32]) -> impl Iterator<Item = f64> + 'a {
    a.iter().zip(b).map(|(a, b)| {
        let d = (f64::from(*a) - f64::from(*b)).abs();
        if d.is_nan() { f64::INFINITY } else { d }
    })
}
