//! Measures of many models at once, and pictures made from them.

use crate::aggregate::Aggregate;
use crate::evaluate::{Effort, Evaluator};
use crate::measured::{Measured, phase};
use crate::model::Shape;
use crate::phase::Thresholds;
use crate::picture::{Picture, Repeat};
use crate::sweep::Sweep;

/// Every model of some rows, measured; pictures under any aggregation are made from it. There may
/// be a million models: nothing here allocates memory for each.
#[derive(Clone, Debug, PartialEq)]
pub struct Measures {
    columns: u32,
    repeats: u32,
    rows: Vec<u32>,
    /// Parameter `p` of model `i` at `p * models + i`.
    parameters: Vec<f32>,
    models: Vec<Measured>,
}

impl Measures {
    /// Measures the models of these rows. Parameter `p` of model `i` stands at `p * models + i`,
    /// models in the order of [`Sweep::model_index`].
    pub fn new(
        sweep: &Sweep,
        rows: &[u32],
        parameters: Vec<f32>,
        thresholds: &Thresholds,
        effort: Effort,
    ) -> Self {
        let importances: Vec<_> = (0..sweep.columns).map(|c| sweep.importances(c)).collect();
        let count = (sweep.columns * sweep.repeats) as usize * rows.len();
        let mut models = Vec::with_capacity(count);
        let mut own = vec![0.0; sweep.parameters()];
        for &row in rows {
            let evaluator = Evaluator::new(sweep, row, effort);
            for importance in &importances {
                let point = evaluator.point(importance);
                for _ in 0..sweep.repeats {
                    let places = parameters.iter().skip(models.len()).step_by(count);
                    own.iter_mut().zip(places).for_each(|(wide, &p)| *wide = f64::from(p));
                    models.push(Measured::new(sweep, &point, &own, thresholds));
                }
            }
        }
        let (columns, repeats, rows) = (sweep.columns, sweep.repeats, rows.to_vec());
        Self { columns, repeats, rows, parameters, models }
    }

    /// Takes over the rows of another part of the same sweep, where these measures have them.
    pub fn place(&mut self, part: &Self) {
        let width = (self.columns * self.repeats) as usize;
        let (from, to) = (part.models.len(), self.models.len());
        if (part.columns, part.repeats) != (self.columns, self.repeats) || from == 0 {
            return;
        }
        for (source, row) in part.rows.iter().enumerate() {
            let Some(at) = self.rows.iter().position(|r| r == row) else { continue };
            let (source, at) = (source * width, at * width);
            self.models[at..at + width].copy_from_slice(&part.models[source..source + width]);
            let planes = self.parameters.chunks_exact_mut(to);
            for (own, other) in planes.zip(part.parameters.chunks_exact(from)) {
                own[at..at + width].copy_from_slice(&other[source..source + width]);
            }
        }
    }

    /// Decides the phases again by other thresholds.
    pub fn reclassify(&mut self, sweep: &Sweep, thresholds: &Thresholds) {
        let shape = Shape::of(sweep);
        let mut own = vec![0.0; sweep.parameters()];
        for index in 0..self.models.len() {
            own.iter_mut().zip(self.parameters(index)).for_each(|(own, p)| *own = p);
            let (w, _) = shape.split(&own);
            let model = &mut self.models[index];
            model.phase = phase(sweep, model.loss, w, thresholds);
        }
    }

    /// The rows measured, as rows of the sweep.
    pub fn rows(&self) -> &[u32] {
        &self.rows
    }

    /// Every model, in the order of [`Sweep::model_index`].
    pub fn models(&self) -> &[Measured] {
        &self.models
    }

    /// Weights `W_ik` of a model at `i m + k`, then biases.
    pub fn parameters(&self, model: usize) -> impl Iterator<Item = f32> {
        self.parameters.iter().skip(model).step_by(self.models.len().max(1)).copied()
    }

    /// The repeats of a pixel, given the row of the sweep; none when it is not among the rows.
    pub fn pixel(&self, row: u32, column: u32) -> Vec<Repeat> {
        let found = self.rows.iter().position(|&r| r == row).filter(|_| column < self.columns);
        let Some(index) = found else { return vec![] };
        let repeats = self.repeats as usize;
        let start = (index * self.columns as usize + column as usize) * repeats;
        let repeat = |i: usize| Repeat::new(&self.models[i], self.parameters(i).collect());
        (start..start + repeats).map(repeat).collect()
    }

    /// The picture of these rows under an aggregation.
    pub fn picture(&self, aggregate: Aggregate) -> Picture {
        let mut picture = Picture::blank(self.columns, self.rows.clone());
        for (index, repeats) in self.models.chunks_exact(self.repeats as usize).enumerate() {
            picture.set(index, repeats, aggregate);
        }
        picture
    }
}
