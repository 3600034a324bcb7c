//! What a backend trains: a sweep, the rows of it that are its share, and the tables they need.

use toy::sample::Sampler;
use toy::schedule::StepRates;
use toy::sweep::Data;
use toy::{Sweep, init};
pub use wire::Shard;

/// Everything a backend needs to know of its share of a sweep.
///
/// Models are numbered locally in the order of [`Sweep::model_index`]: rows of the share, then
/// columns, then repeats, which vary fastest. Their state is laid out by parameter:
/// parameter `p` of local model `i` stands at `p * models + i`.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The whole sweep.
    pub sweep: Sweep,
    /// The rows of the share, as rows of the sweep.
    pub rows: Vec<u32>,
    /// A sampler for each row of the share; none when data are exact.
    pub samplers: Vec<Sampler>,
    /// Density of each row of the share.
    pub densities: Vec<f64>,
    /// Relative importance of the last feature in each column.
    pub importances: Vec<f64>,
    /// Optimiser constants of every step.
    pub rates: Vec<StepRates>,
}

impl Plan {
    /// Prepares a share of a valid sweep.
    pub fn new(sweep: &Sweep, shard: Shard) -> Self {
        Self::of_rows(sweep, shard.of(sweep.rows))
    }

    /// Prepares some rows of a valid sweep, in this order.
    pub fn of_rows(sweep: &Sweep, rows: Vec<u32>) -> Self {
        let sampler = |&row: &u32| Sampler::new(sweep.features, sweep.density_at(row), sweep.batch);
        Self {
            samplers: match sweep.data {
                Data::Exact => vec![],
                Data::Sampled => rows.iter().map(sampler).collect(),
            },
            densities: rows.iter().map(|&row| sweep.density_at(row)).collect(),
            importances: (0..sweep.columns).map(|c| sweep.importance_at(c)).collect(),
            rates: StepRates::all(sweep),
            rows,
            sweep: sweep.clone(),
        }
    }

    /// Models in the share.
    pub fn models(&self) -> usize {
        self.rows.len() * (self.sweep.columns * self.sweep.repeats) as usize
    }

    /// Models in a row.
    pub fn models_per_row(&self) -> usize {
        (self.sweep.columns * self.sweep.repeats) as usize
    }

    /// Index in the whole sweep, and key in the random streams, of a local model.
    pub fn key(&self, local: usize) -> u32 {
        let per_row = self.models_per_row();
        self.rows[local / per_row] * per_row as u32 + (local % per_row) as u32
    }

    /// Parameters of all local models before the first step, by parameter then model.
    pub fn initial_parameters(&self) -> Vec<f32> {
        let (sweep, models) = (&self.sweep, self.models());
        let std = sweep.init.std(sweep.features, sweep.hidden);
        let mut all = vec![0.0; models * sweep.parameters()];
        let weights = (sweep.features * sweep.hidden) as usize;
        // Two planes at a time, as weights are drawn.
        let pair = |(index, planes): (usize, &mut [f32])| {
            let (even, odd) = planes.split_at_mut(models);
            for (local, weight) in even.iter_mut().enumerate() {
                let drawn = init::pair(sweep.seed, self.key(local), index as u32, std);
                *weight = drawn[0];
                odd.get_mut(local).into_iter().for_each(|weight| *weight = drawn[1]);
            }
        };
        let (all_weights, size) = (&mut all[..weights * models], 2 * models.max(1));
        #[cfg(target_arch = "wasm32")]
        all_weights.chunks_mut(size).enumerate().for_each(pair);
        #[cfg(not(target_arch = "wasm32"))]
        {
            use rayon::prelude::*;
            all_weights.par_chunks_mut(size).enumerate().for_each(pair);
        }
        all
    }
}

/// Operations that a step of one model takes, roughly.
pub(crate) fn operations(sweep: &Sweep) -> u64 {
    let n = u64::from(sweep.features);
    match sweep.data {
        Data::Exact => [350, 5_000, 80_000][(n as usize).saturating_sub(2).min(2)],
        Data::Sampled => u64::from(sweep.batch) * n * (4 * n + 10),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_cover_a_sweep_and_keep_its_keys() {
        // An odd number of weights: they are drawn in pairs.
        let shape = Sweep { features: 3, hidden: 1, ..Sweep::default() };
        let sweep = Sweep { rows: 7, columns: 3, repeats: 2, ..shape };
        let whole = Plan::new(&sweep, Shard::ALL);
        let (everything, weights, std) = (whole.initial_parameters(), 3, sweep.init.std(3, 1));
        let drawn = |key, plane| init::weight(sweep.seed, key, plane as u32, std);
        let mut keys = vec![];
        for first in 0..3 {
            let plan = Plan::new(&sweep, Shard { first, stride: 3 });
            let start = plan.initial_parameters();
            for local in 0..plan.models() {
                let key = plan.key(local);
                for plane in 0..sweep.parameters() {
                    let weight = start[plane * plan.models() + local];
                    let same = weight == everything[plane * whole.models() + key as usize];
                    assert!(same && (plane >= weights || weight == drawn(key, plane)), "{key}");
                }
                keys.push(key);
            }
        }
        keys.sort_unstable();
        assert_eq!(keys, (0..42).collect::<Vec<_>>());
        assert_eq!(whole.key(41), sweep.model_index(6, 2, 1));
    }
}
