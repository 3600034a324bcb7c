//! What is computed beside a run: the true optimum, a row at a time, and a pixel's landscape.

use crate::outbox::Outbox;
use std::collections::VecDeque;
use toy::Sweep;
use toy::optimum::{Boundary, Optimum, Solver};
use toy::phase::Thresholds;
use toy::picture::Picture;
use toy::population::PopulationError;
use toy::surface::Surface;
use toy::trajectory::Trajectory;
use wire::{Cause, Report, Shard};

/// A theory in computation.
pub enum Theory {
    /// Rows of the optimum's diagram.
    Optimum(Minima),
    /// Where its phases end.
    Boundary(Edges),
}

impl Theory {
    /// Does a little; returns whether anything is left. A shape without an exact loss, more than
    /// four features, has no optimum: the page is told and the job ends.
    pub fn work(&mut self, outbox: &Outbox) -> bool {
        let (run, result) = match self {
            Self::Optimum(minima) => (minima.run, minima.work(outbox)),
            Self::Boundary(edges) => (edges.run, edges.work(outbox)),
        };
        result.unwrap_or_else(|error| {
            let sentence = error.to_string();
            outbox.send(Report::Failed { number: run, cause: Cause::Invalid, sentence });
            false
        })
    }
}

fn solver(sweep: &Sweep) -> Result<Solver, PopulationError> {
    Solver::new(sweep.features as usize, sweep.hidden as usize, sweep.bias)
}

/// A share of the optimum's diagram in computation.
pub struct Minima {
    run: u32,
    sweep: Sweep,
    thresholds: Thresholds,
    rows: VecDeque<u32>,
    /// Minima of the row computed last: good starts for the next one.
    above: Vec<Optimum>,
    /// Minima of the row in computation.
    row: Vec<Optimum>,
}

/// Pixels solved before the worker looks at its inbox again.
const SLICE: usize = 16;

impl Minima {
    /// The optimum of a share of a sweep's rows.
    pub fn new(run: u32, sweep: Sweep, shard: Shard, thresholds: Thresholds) -> Self {
        let rows = shard.of(sweep.rows).into();
        Self { run, sweep, thresholds, rows, above: vec![], row: vec![] }
    }

    fn work(&mut self, outbox: &Outbox) -> Result<bool, PopulationError> {
        let Some(&row) = self.rows.front() else { return Ok(false) };
        let (sweep, solver) = (&self.sweep, solver(&self.sweep)?);
        let s = sweep.density_at(row);
        let end = (self.row.len() + SLICE).min(sweep.columns as usize);
        for column in self.row.len()..end {
            let near: Vec<_> = self.row.last().into_iter().chain(self.above.get(column)).collect();
            let minimum = solver.solve(s, sweep.importance_at(column as u32), &near)?;
            self.row.push(minimum);
        }
        if end == sweep.columns as usize {
            let picture = Picture::optimum(sweep, row, &self.row, &self.thresholds);
            outbox.send(Report::Optimum { run: self.run, picture });
            self.above = std::mem::take(&mut self.row);
            self.rows.pop_front();
        }
        Ok(!self.rows.is_empty())
    }
}

/// Densities at which the ends of the phases are computed.
const DENSITIES: u32 = 49;

/// The ends of the phases in computation.
pub struct Edges {
    run: u32,
    sweep: Sweep,
    next: u32,
}

impl Edges {
    /// The ends of the phases over a sweep's range of densities.
    pub fn new(run: u32, sweep: Sweep) -> Self {
        Self { run, sweep, next: 0 }
    }

    fn work(&mut self, outbox: &Outbox) -> Result<bool, PopulationError> {
        let density = self.sweep.density.at(self.next, DENSITIES);
        let Boundary { lower, upper, .. } = solver(&self.sweep)?.boundary(density)?;
        outbox.send(Report::Boundary { run: self.run, density, lower, upper });
        self.next += 1;
        Ok(self.next < DENSITIES)
    }
}

/// Weights from -1.6 to 1.6 hold every minimum and nearly every start.
const EXTENT: f64 = 1.6;
/// Points a side of the landscape.
const SIZE: u32 = 65;
/// Records of a training path: more than a scrubber has pixels.
const RECORDS: u32 = 400;

/// Sends the landscape and the training paths of a pixel.
pub fn paths(outbox: &Outbox, run: u32, sweep: &Sweep, row: u32, column: u32) {
    let (s, r) = (sweep.density_at(row), sweep.importance_at(column));
    let surface = || Surface::new(s, r, sweep.bias, EXTENT, SIZE).ok();
    let surface = (sweep.features == 2).then(surface).flatten();
    let trajectory = Trajectory::new(sweep, row, column, RECORDS);
    outbox.send(Report::Paths { run, row, column, surface, trajectory });
}
