//! Picks the compiled kernel for an instruction set, a kind of data and a number of features.

use super::exact::{Population, Shares};
use super::lanes::{Lanes, X4, X8, X16};
use super::sampled::Batches;
use super::step::{Constants, Source, train};
use super::stream::Law;
use crate::plan::Plan;
use fearless_simd::prelude::*;
use fearless_simd::{Level, Simd, dispatch};
use toy::schedule::StepRates;
use toy::sweep::Data;

/// A few neighbouring models of one row and their state.
pub struct Group<'a> {
    /// The row, as one of the plan's.
    pub row: usize,
    /// Key of each model in the random streams.
    pub keys: &'a [u32],
    /// Importance of the last feature, for each model.
    pub last: &'a [f32],
    /// Parameters, first and second moments, each a run of `keys.len()` floats a parameter.
    pub state: &'a mut [f32],
}

/// What the groups of a run share, and the steps to take.
pub struct Slice<'a> {
    /// What is trained.
    pub plan: &'a Plan,
    /// The exact data of each row.
    pub shares: &'a [Shares],
    /// Constants of model and optimiser.
    pub constants: Constants,
    /// The first step.
    pub step: u32,
    /// Optimiser constants of each step to take.
    pub rates: &'a [StepRates],
}

/// Models a group holds.
///
/// The exact kernel of two features is a short chain of dependent operations: two registers' worth
/// of models keep the machine busy. The others have enough to do with one.
pub fn lanes(level: Level, data: Data, features: u32) -> usize {
    dispatch!(level, simd => lanes_of(simd, data == Data::Exact && features == 2))
}

#[inline(always)]
fn lanes_of<S: Simd>(_: S, double: bool) -> usize {
    if double { (2 * S::f32s::LEN).min(16) } else { S::f32s::LEN }
}

impl Slice<'_> {
    /// Takes the steps with a group that was laid out for this level.
    pub fn train(&self, level: Level, group: Group<'_>) {
        let sweep = &self.plan.sweep;
        match (sweep.data, sweep.features) {
            (Data::Exact, 2) => self.exact::<2, 1>(level, group),
            (Data::Exact, 3) => self.exact::<3, 2>(level, group),
            (Data::Exact, _) => self.exact::<4, 3>(level, group),
            (Data::Sampled, 2) => self.sampled::<2, 1>(level, group),
            (Data::Sampled, 3) => self.sampled::<3, 2>(level, group),
            (Data::Sampled, 4) => self.sampled::<4, 3>(level, group),
            (Data::Sampled, 5) => self.sampled::<5, 4>(level, group),
            (Data::Sampled, 6) => self.sampled::<6, 5>(level, group),
            (Data::Sampled, 7) => self.sampled::<7, 6>(level, group),
            (Data::Sampled, _) => self.sampled::<8, 7>(level, group),
        }
    }

    fn exact<const N: usize, const K: usize>(&self, level: Level, group: Group<'_>) {
        dispatch!(level, simd => match lanes_of(simd, N == 2) {
            4 => self.exact_with::<_, N, K>(X4(simd), group),
            8 => self.exact_with::<_, N, K>(X8(simd), group),
            _ => self.exact_with::<_, N, K>(X16(simd), group),
        });
    }

    fn sampled<const N: usize, const K: usize>(&self, level: Level, group: Group<'_>) {
        dispatch!(level, simd => match lanes_of(simd, false) {
            4 => self.sampled_with::<_, N, K>(X4(simd), group),
            8 => self.sampled_with::<_, N, K>(X8(simd), group),
            _ => self.sampled_with::<_, N, K>(X16(simd), group),
        });
    }

    // Inlined where an instruction set is chosen, for which it is compiled then. WebAssembly has
    // one only, and less code when each kernel is a function (that of samples gets slower so).
    #[cfg_attr(target_arch = "wasm32", inline(never))]
    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    fn exact_with<L: Lanes, const N: usize, const K: usize>(&self, lanes: L, group: Group<'_>) {
        let source = Population::<L, N>::new(lanes, &self.shares[group.row]);
        self.steps::<L, N, K>(lanes, &source, group);
    }

    #[inline(always)]
    fn sampled_with<L: Lanes, const N: usize, const K: usize>(&self, lanes: L, group: Group<'_>) {
        let sampler = &self.plan.samplers[group.row];
        let source = Batches {
            sampler,
            law: Law::<L, N>::new(lanes, sampler),
            keys: L::U::from_slice(lanes.token(), group.keys),
            seed: self.plan.sweep.seed,
            batch: self.plan.sweep.batch,
        };
        self.steps::<L, N, K>(lanes, &source, group);
    }

    #[inline(always)]
    fn steps<L: Lanes, const N: usize, const K: usize>(
        &self,
        lanes: L,
        source: &impl Source<L, N>,
        group: Group<'_>,
    ) {
        let (rates, step) = (self.rates, self.step);
        train::<L, N, K>(lanes, source, &self.constants, rates, step, group.last, group.state);
    }
}
