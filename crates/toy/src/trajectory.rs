//! How the models of a pixel got where they are: the pixel trained again, alone, step by step.

use crate::evaluate::{Effort, Evaluator};
use crate::model::Shape;
use crate::sweep::Sweep;
use crate::train::{Model, Pixel};
use serde::{Deserialize, Serialize};
use std::fmt::Write;

/// Parameters of every repeat of a pixel at some steps of its training.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Trajectory {
    /// Steps at which the models were recorded, from 0 to the last.
    pub steps: Vec<u32>,
    /// For each repeat, its parameters at each of these steps, one record after the other.
    pub repeats: Vec<Vec<f32>>,
    /// For each repeat, its population loss at each of these steps. Where losses can only be
    /// estimated most are not known, which is NaN.
    pub losses: Vec<Vec<f32>>,
    /// Parameters a record.
    pub parameters: u32,
}

/// Losses of a repeat that are estimated, where they cannot be computed.
const ESTIMATED: usize = 48;

impl Trajectory {
    /// Trains the repeats of a pixel with the plain reference and records about `records` of the
    /// steps, evenly spaced. The same data as in the sweep's run; rounding may differ from the
    /// engine's in the last digits.
    pub fn new(sweep: &Sweep, row: u32, column: u32, records: u32) -> Self {
        let pixel = Pixel::new(sweep, row, column);
        let every = sweep.steps.div_ceil(records.max(1)).max(1);
        let recorded = |step: u32| step.is_multiple_of(every) || step == sweep.steps;
        let train = |repeat: u32| {
            let key = sweep.model_index(row, column, repeat);
            let mut model = Model::new(sweep, key);
            let mut all = vec![];
            for step in 0..=sweep.steps {
                if recorded(step) {
                    all.extend_from_slice(&model.parameters);
                }
                if step < sweep.steps {
                    pixel.step(key, step, &mut model);
                }
            }
            all
        };
        let steps: Vec<u32> = (0..=sweep.steps).filter(|&step| recorded(step)).collect();
        let repeats: Vec<Vec<f32>> = (0..sweep.repeats).map(train).collect();
        let evaluator = Evaluator::new(sweep, row, Effort::Final);
        let importances = sweep.importances(column);
        let point = evaluator.point(&importances);
        let sparse = if Evaluator::is_exact(sweep) { 1 } else { steps.len().div_ceil(ESTIMATED) };
        let wanted = |record: usize| record.is_multiple_of(sparse) || record + 1 == steps.len();
        let loss = |(record, own): (usize, &[f32])| match wanted(record) {
            true => point.loss(&own.iter().map(|&p| f64::from(p)).collect::<Vec<_>>()) as f32,
            false => f32::NAN,
        };
        let losses =
            |all: &Vec<f32>| all.chunks(sweep.parameters()).enumerate().map(loss).collect();
        let losses = repeats.iter().map(losses).collect();
        Self { steps, repeats, losses, parameters: sweep.parameters() as u32 }
    }

    /// What was recorded as a table: a row a repeat and step, with its loss and its parameters,
    /// weights row by row (`w_feature_dimension`), then biases. What is not known is empty.
    pub fn csv(&self, shape: Shape) -> String {
        let weights = (1..=shape.n).flat_map(|i| (1..=shape.m).map(move |k| format!("w_{i}_{k}")));
        let names = weights.chain((1..=shape.n).map(|i| format!("b_{i}")));
        let names: Vec<String> = names.take(self.parameters as usize).collect();
        let mut text = format!("repeat,step,loss,{}\n", names.join(","));
        for (repeat, losses) in self.losses.iter().enumerate() {
            for (record, (step, loss)) in self.steps.iter().zip(losses).enumerate() {
                let loss = if loss.is_nan() { String::new() } else { loss.to_string() };
                let _ = write!(text, "{repeat},{step},{loss}");
                for parameter in self.at(repeat, record).unwrap_or_default() {
                    let _ = write!(text, ",{parameter}");
                }
                text.push('\n');
            }
        }
        text
    }

    /// Parameters of a repeat at a record.
    pub fn at(&self, repeat: usize, record: usize) -> Option<&[f32]> {
        let size = self.parameters as usize;
        self.repeats.get(repeat)?.get(record * size..(record + 1) * size)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_begin_at_the_start_and_end_at_the_end() {
        let sweep = Sweep { steps: 105, repeats: 3, columns: 4, rows: 4, ..Sweep::default() };
        let trajectory = Trajectory::new(&sweep, 2, 1, 10);
        assert_eq!(trajectory.steps.first(), Some(&0));
        assert_eq!(trajectory.steps.last(), Some(&105));
        let start = Model::new(&sweep, sweep.model_index(2, 1, 2)).parameters;
        assert_eq!(trajectory.at(2, 0), Some(start.as_slice()));
        let pixel = Pixel::new(&sweep, 2, 1);
        let mut model = Model::new(&sweep, sweep.model_index(2, 1, 2));
        (0..105).for_each(|t| _ = pixel.step(sweep.model_index(2, 1, 2), t, &mut model));
        let last = trajectory.steps.len() - 1;
        assert_eq!(trajectory.at(2, last), Some(model.parameters.as_slice()));
        assert_eq!(trajectory.at(3, 0), None);
    }

    #[test]
    fn losses_are_those_of_the_records_and_stand_in_the_table() {
        let sweep = Sweep { steps: 40, repeats: 2, columns: 4, rows: 4, ..Sweep::default() };
        let trajectory = Trajectory::new(&sweep, 2, 1, 10);
        let evaluator = Evaluator::new(&sweep, 2, Effort::Final);
        for record in [0, 5, 10] {
            let own: Vec<f64> =
                trajectory.at(1, record).unwrap().iter().map(|&p| f64::from(p)).collect();
            let loss = evaluator.loss(&own, &sweep.importances(1)) as f32;
            assert_eq!(trajectory.losses[1][record], loss);
        }
        assert!(trajectory.losses[0][10] < trajectory.losses[0][0]);
        let table = trajectory.csv(Shape::of(&sweep));
        let lines: Vec<&str> = table.lines().collect();
        assert_eq!(lines[0], "repeat,step,loss,w_1_1,w_2_1,b_1,b_2");
        assert_eq!(lines.len(), 1 + 2 * 11);
        let last: Vec<f32> =
            lines[11].split(',').map(|cell| cell.parse().expect("a number")).collect();
        assert_eq!(last[..3], [0.0, 40.0, trajectory.losses[0][10]]);
        assert_eq!(last[3..], *trajectory.at(0, 10).unwrap());
    }

    #[test]
    fn of_many_features_some_losses_are_estimated() {
        let sweep = Sweep {
            features: 6,
            hidden: 3,
            data: crate::sweep::Data::Sampled,
            batch: 16,
            steps: 400,
            repeats: 1,
            columns: 2,
            rows: 2,
            ..Sweep::default()
        };
        let losses = Trajectory::new(&sweep, 1, 1, 400).losses.concat();
        let known = losses.iter().filter(|loss| loss.is_finite()).count();
        assert!(losses.len() == 401 && (40..60).contains(&known), "{known}");
        assert!(losses[0].is_finite() && losses[400].is_finite());
    }
}
