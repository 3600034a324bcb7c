//! How the models of a pixel got where they are: the pixel trained again, alone, step by step.

use crate::sweep::Sweep;
use crate::train::{Model, Pixel};
use serde::{Deserialize, Serialize};

/// Parameters of every repeat of a pixel at some steps of its training.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Trajectory {
    /// Steps at which the models were recorded, from 0 to the last.
    pub steps: Vec<u32>,
    /// For each repeat, its parameters at each of these steps, one record after the other.
    pub repeats: Vec<Vec<f32>>,
    /// Parameters a record.
    pub parameters: u32,
}

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
        Self {
            steps: (0..=sweep.steps).filter(|&step| recorded(step)).collect(),
            repeats: (0..sweep.repeats).map(train).collect(),
            parameters: sweep.parameters() as u32,
        }
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
}
