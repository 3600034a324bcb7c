//! What is computed beside a run: the true optimum, a row at a time, and a pixel's landscape.

use crate::post::send;
use std::collections::VecDeque;
use toy::Sweep;
use toy::optimum::{Optimum, Solver};
use toy::picture::Picture;
use toy::surface::Surface;
use toy::trajectory::Trajectory;
use wire::{Report, Shard};

/// A share of the optimum's diagram in computation.
pub struct Theory {
    id: u32,
    sweep: Sweep,
    rows: VecDeque<u32>,
    /// Minima of the row computed last: good starts for the next one.
    above: Vec<Optimum>,
    /// Minima of the row in computation.
    row: Vec<Optimum>,
}

/// Pixels solved before the worker looks at its inbox again.
const SLICE: usize = 16;

impl Theory {
    /// The optimum of a share of a sweep's rows.
    pub fn new(id: u32, sweep: Sweep, shard: Shard) -> Self {
        let rows = shard.rows(sweep.rows).into();
        Self { id, sweep, rows, above: vec![], row: vec![] }
    }

    /// Solves some pixels; returns whether any are left. A shape without an exact loss, more than
    /// four features, has no optimum: the page is told and the job ends.
    pub fn work(&mut self) -> bool {
        let Some(&row) = self.rows.front() else { return false };
        let sweep = &self.sweep;
        let (n, m) = (sweep.features as usize, sweep.hidden as usize);
        let s = sweep.density_at(row);
        let solve = |solver: &Solver, column: usize, left: Option<&Optimum>| {
            let warm: Vec<&Optimum> = left.into_iter().chain(self.above.get(column)).collect();
            solver.solve(s, sweep.importance_at(column as u32), &warm)
        };
        let end = (self.row.len() + SLICE).min(sweep.columns as usize);
        let mut solved = std::mem::take(&mut self.row);
        let result = Solver::new(n, m, sweep.bias).and_then(|solver| {
            for column in solved.len()..end {
                solved.push(solve(&solver, column, solved.last())?);
            }
            Ok(())
        });
        if let Err(error) = result {
            send(&Report::Failed { run: self.id, sentence: error.to_string() });
            return false;
        }
        if solved.len() == sweep.columns as usize {
            let picture = Picture::optimum(sweep, row, &solved);
            send(&Report::Optimum { run: self.id, picture });
            self.above = solved;
            self.rows.pop_front();
        } else {
            self.row = solved;
        }
        !self.rows.is_empty()
    }
}

/// Weights from -1.6 to 1.6 hold every minimum and nearly every start.
const EXTENT: f64 = 1.6;
/// Points a side of the landscape.
const SIZE: u32 = 65;
/// Records of a training path: more than a scrubber has pixels.
const RECORDS: u32 = 400;

/// Sends the landscape and the training paths of a pixel.
pub fn paths(run: u32, sweep: &Sweep, row: u32, column: u32) {
    let (s, r) = (sweep.density_at(row), sweep.importance_at(column));
    let surface = || Surface::new(s, r, sweep.bias, EXTENT, SIZE).ok();
    let surface = (sweep.features == 2).then(surface).flatten();
    let trajectory = Trajectory::new(sweep, row, column, RECORDS);
    send(&Report::Paths { run, row, column, surface, trajectory });
}
