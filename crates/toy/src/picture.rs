//! What a diagram shows: pictures of pixels, and the models behind a pixel.

use crate::aggregate::Aggregate;
use crate::ansatz;
use crate::measure::{norm, polysemanticity, superposition};
use crate::model::Shape;
use crate::optimum::Optimum;
use crate::phase::{Phase, Thresholds};
use crate::sweep::Sweep;
use serde::{Deserialize, Serialize};

pub use crate::measured::Measured;
pub use crate::measures::Measures;

/// Number of phases a pixel's repeats are counted into.
pub const PHASES: usize = Phase::ALL.len();

/// One trained model of a pixel and what is measured on it. All measures are of the last feature.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Repeat {
    /// Weights `W_ik` at `i m + k`, then biases.
    pub parameters: Vec<f32>,
    /// Norm `|W_n|`.
    pub norm: f32,
    /// Superposition, the paper's sum of squares.
    pub superposition: f32,
    /// repro-superposition's polysemanticity, its square root.
    pub polysemanticity: f32,
    /// Population loss, summed over features.
    pub loss: f32,
    /// The phase.
    pub phase: Phase,
}

impl Repeat {
    /// A model and what was measured on it.
    pub fn new(measured: &Measured, parameters: Vec<f32>) -> Self {
        let Measured { norm, superposition, polysemanticity, loss, phase } = *measured;
        Self { parameters, norm, superposition, polysemanticity, loss, phase }
    }
}

/// A picture that another is compared with.
#[derive(Clone, Copy, Debug)]
pub struct Reference<'a> {
    /// What it is, within a sentence, such as "the true optimum".
    pub name: &'a str,
    /// The picture.
    pub picture: &'a Picture,
}

/// What some rows of a diagram show; every vector has an entry a pixel, row after row.
///
/// A pixel that nothing is known of yet has NaN everywhere and no repeats counted. One whose models
/// have all diverged has NaN too, and its repeats counted as [`Phase::Diverged`]; beside others,
/// models that diverged are counted and weigh nothing.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Picture {
    /// Number of columns.
    pub columns: u32,
    /// The rows, as rows of the sweep.
    pub rows: Vec<u32>,
    /// Norm of the last feature.
    pub norm: Vec<f32>,
    /// Superposition of the last feature, the paper's sum of squares.
    pub superposition: Vec<f32>,
    /// repro-superposition's polysemanticity. A mean of roots, so not the root of the mean above.
    pub polysemanticity: Vec<f32>,
    /// Population loss, summed over features.
    pub loss: Vec<f32>,
    /// Code of the phase that weighs most under the aggregation; [`Phase::Diverged`] where unknown.
    pub phase: Vec<u8>,
    /// Repeats in each phase, [`PHASES`] entries a pixel.
    pub counts: Vec<u16>,
}

impl Picture {
    /// A picture that knows nothing yet.
    pub fn blank(columns: u32, rows: Vec<u32>) -> Self {
        let pixels = columns as usize * rows.len();
        let unknown = vec![f32::NAN; pixels];
        Self {
            columns,
            rows,
            norm: unknown.clone(),
            superposition: unknown.clone(),
            polysemanticity: unknown.clone(),
            loss: unknown,
            phase: vec![Phase::Diverged.code(); pixels],
            counts: vec![0; pixels * PHASES],
        }
    }

    /// A blank picture of all of a sweep's rows.
    pub fn of(sweep: &Sweep) -> Self {
        Self::blank(sweep.columns, (0..sweep.rows).collect())
    }

    /// Sets a pixel to the aggregate of its repeats.
    pub fn set(&mut self, pixel: usize, repeats: &[Measured], aggregate: Aggregate) {
        let mut weights: Vec<f32> = repeats.iter().map(|r| r.loss).collect();
        aggregate.weigh(&mut weights);
        let finite = repeats.iter().any(|r| r.loss.is_finite());
        // A repeat of no weight contributes nothing, not even the NaN of a diverged one.
        let mean = |value: fn(&Measured) -> f32| -> f32 {
            let weighted = repeats.iter().zip(&weights).filter(|(_, w)| **w > 0.0);
            let sum = weighted.map(|(r, w)| w * value(r)).sum();
            if finite { sum } else { f32::NAN }
        };
        self.norm[pixel] = mean(|r| r.norm);
        self.superposition[pixel] = mean(|r| r.superposition);
        self.polysemanticity[pixel] = mean(|r| r.polysemanticity);
        self.loss[pixel] = mean(|r| r.loss);
        let mut share = [0.0; PHASES];
        let counts = &mut self.counts[pixel * PHASES..(pixel + 1) * PHASES];
        counts.fill(0);
        for (repeat, weight) in repeats.iter().zip(&weights) {
            let code = usize::from(repeat.phase.code());
            share[code] += weight;
            counts[code] += 1;
        }
        let heaviest = (0..PHASES).max_by(|&a, &b| share[a].total_cmp(&share[b]).then(b.cmp(&a)));
        self.phase[pixel] = heaviest.unwrap_or_default() as u8;
    }

    /// Copies the rows of `part` into this picture where it has them.
    pub fn place(&mut self, part: &Self) {
        fn copy<T: Copy>(to: &mut [T], from: &[T], at: usize, source: usize, width: usize) {
            let range = source * width..(source + 1) * width;
            if let (Some(to), Some(from)) =
                (to.get_mut(at * width..(at + 1) * width), from.get(range))
            {
                to.copy_from_slice(from);
            }
        }
        if part.columns != self.columns {
            return;
        }
        let width = self.columns as usize;
        for (source, row) in part.rows.iter().enumerate() {
            let Some(at) = self.rows.iter().position(|r| r == row) else { continue };
            copy(&mut self.norm, &part.norm, at, source, width);
            copy(&mut self.superposition, &part.superposition, at, source, width);
            copy(&mut self.polysemanticity, &part.polysemanticity, at, source, width);
            copy(&mut self.loss, &part.loss, at, source, width);
            copy(&mut self.phase, &part.phase, at, source, width);
            copy(&mut self.counts, &part.counts, at, source, width * PHASES);
        }
    }

    /// The picture of a [`coarse`](Sweep::coarse) diagram in the place of the whole sweep's:
    /// every pixel a square of `factor` times as many.
    pub fn enlarged(&self, sweep: &Sweep, factor: u32) -> Self {
        let rows = self.rows.iter().flat_map(|row| row * factor..(row + 1) * factor);
        let mut picture =
            Self::blank(sweep.columns, rows.filter(|row| *row < sweep.rows).collect());
        let width = self.columns as usize;
        for (index, row) in picture.rows.iter().enumerate() {
            let Some(from) = self.rows.iter().position(|own| *own == row / factor) else {
                continue;
            };
            for column in 0..sweep.columns {
                let source = from * width + (column / factor) as usize;
                let pixel = index * sweep.columns as usize + column as usize;
                if source >= self.pixels() {
                    continue;
                }
                picture.norm[pixel] = self.norm[source];
                picture.superposition[pixel] = self.superposition[source];
                picture.polysemanticity[pixel] = self.polysemanticity[source];
                picture.loss[pixel] = self.loss[source];
                picture.phase[pixel] = self.phase[source];
                let counts = &self.counts[source * PHASES..(source + 1) * PHASES];
                picture.counts[pixel * PHASES..(pixel + 1) * PHASES].copy_from_slice(counts);
            }
        }
        picture
    }

    /// Whether a pixel has measures: something is known of it, and not all its models diverged.
    pub fn knows(&self, pixel: usize) -> bool {
        self.norm.get(pixel).is_some_and(|norm| norm.is_finite())
    }

    /// Repeats of a pixel in each phase, [`PHASES`] entries.
    pub fn counts_of(&self, pixel: usize) -> &[u16] {
        self.counts.get(pixel * PHASES..(pixel + 1) * PHASES).unwrap_or(&[])
    }

    /// The phase of a pixel; `None` where nothing is known.
    pub fn phase_of(&self, pixel: usize) -> Option<Phase> {
        let counted = || self.counts_of(pixel).iter().any(|&count| count > 0);
        let code = *self.phase.get(pixel)?;
        if self.knows(pixel) || counted() { Phase::from_code(code) } else { None }
    }

    /// Models that diverged, and all models counted.
    pub fn diverged(&self) -> (u64, u64) {
        let diverged = usize::from(Phase::Diverged.code());
        let sum = |counts: &mut dyn Iterator<Item = &u16>| counts.map(|&c| u64::from(c)).sum();
        let own = sum(&mut self.counts.iter().skip(diverged).step_by(PHASES));
        (own, sum(&mut self.counts.iter()))
    }

    /// Number of pixels.
    pub fn pixels(&self) -> usize {
        self.norm.len()
    }

    /// The closed-form theory of a sweep's diagram.
    pub fn ansatz(sweep: &Sweep) -> Self {
        let mut picture = Self::of(sweep);
        (0..sweep.rows).for_each(|row| picture.place(&Self::ansatz_row(sweep, row)));
        picture
    }

    /// A row of it.
    pub fn ansatz_row(sweep: &Sweep, row: u32) -> Self {
        let mut picture = Self::blank(sweep.columns, vec![row]);
        let s = sweep.density_at(row);
        for column in 0..sweep.columns {
            let r = sweep.importance_at(column);
            let (candidate, loss) = ansatz::best(sweep.features, sweep.hidden, s, r);
            let model = Measured {
                norm: candidate.norm() as f32,
                superposition: candidate.superposition() as f32,
                polysemanticity: candidate.superposition().sqrt() as f32,
                loss: loss as f32,
                phase: candidate.into(),
            };
            picture.set(column as usize, &[model], Aggregate::Lowest);
        }
        picture
    }

    /// A row of the true optimum, from the minima of its columns, with phases by these thresholds.
    pub fn optimum(sweep: &Sweep, row: u32, minima: &[Optimum], thresholds: &Thresholds) -> Self {
        let shape = Shape::of(sweep);
        let last = shape.n - 1;
        let mut picture = Self::blank(sweep.columns, vec![row]);
        for (pixel, minimum) in minima.iter().enumerate().take(sweep.columns as usize) {
            let model = Measured {
                norm: norm(shape, &minimum.w, last) as f32,
                superposition: superposition(shape, &minimum.w, last) as f32,
                polysemanticity: polysemanticity(shape, &minimum.w, last) as f32,
                loss: minimum.loss as f32,
                phase: minimum.classify(thresholds).phase,
            };
            picture.set(pixel, &[model], Aggregate::Lowest);
        }
        picture
    }

    /// Relative excess of this picture's loss over that of a reference, pixel by pixel.
    pub fn excess(&self, reference: &Self) -> Vec<f32> {
        self.loss.iter().zip(&reference.loss).map(|(l, m)| (l - m) / m).collect()
    }

    /// Whether two pictures of one diagram show the same phase, pixel by pixel; `None` where
    /// either does not know, and everywhere if they do not have the same pixels. Where models
    /// diverged that is their phase, which nothing else agrees with.
    pub fn agreement(&self, other: &Self) -> Vec<Option<bool>> {
        let comparable = self.columns == other.columns && self.rows == other.rows;
        let same = |i| Some(self.phase_of(i)? == other.phase_of(i)?);
        (0..self.pixels()).map(|i| if comparable { same(i) } else { None }).collect()
    }

    /// Fraction of the pixels known to both pictures in which they show the same phase.
    pub fn agreeing_fraction(&self, other: &Self) -> Option<f64> {
        let known: Vec<bool> = self.agreement(other).into_iter().flatten().collect();
        let same = known.iter().filter(|same| **same).count();
        (!known.is_empty()).then(|| same as f64 / known.len() as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluate::Effort;
    use crate::train::Model;

    fn measures(sweep: &Sweep, rows: &[u32]) -> Measures {
        let per_row = sweep.columns * sweep.repeats;
        let models: Vec<_> = rows
            .iter()
            .flat_map(|row| (0..per_row).map(move |i| row * per_row + i))
            .map(|key| Model::new(sweep, key).parameters)
            .collect();
        let planes = (0..sweep.parameters()).flat_map(|p| models.iter().map(move |m| m[p]));
        let thresholds = Thresholds::default();
        Measures::new(sweep, rows, planes.collect(), &thresholds, Effort::Final)
    }

    #[test]
    fn parts_make_up_the_whole() {
        let sweep = Sweep { columns: 5, rows: 4, repeats: 3, ..Sweep::default() };
        let whole = measures(&sweep, &[0, 1, 2, 3]).picture(Aggregate::Mean);
        let mut assembled = Picture::of(&sweep);
        assert_eq!(assembled.agreeing_fraction(&whole), None);
        for rows in [[0, 2], [1, 3]] {
            assembled.place(&measures(&sweep, &rows).picture(Aggregate::Mean));
        }
        assert_eq!(assembled, whole);
        assert_eq!(assembled.agreeing_fraction(&whole), Some(1.0));
        assert!(assembled.counts.chunks(PHASES).all(|c| c.iter().sum::<u16>() == 3));
        assert_eq!(measures(&sweep, &[1, 3]).pixel(3, 2).len(), 3);

        let expected = measures(&sweep, &[0, 1, 2, 3]);
        let mut found = measures(&Sweep { seed: 1, ..sweep.clone() }, &[0, 1, 2, 3]);
        for rows in [[0, 2], [1, 3]] {
            assert_ne!(found, expected);
            found.place(&measures(&sweep, &rows));
        }
        assert_eq!(found, expected);
        assert!(measures(&sweep, &[1, 3]).pixel(0, 2).is_empty());
    }

    #[test]
    fn a_coarse_picture_fills_the_whole() {
        let sweep = Sweep { columns: 10, rows: 7, ..Sweep::default() };
        let coarse = sweep.coarse(4);
        assert_eq!((coarse.columns, coarse.rows), (3, 2));
        let picture = Picture::ansatz(&coarse);
        let whole = picture.enlarged(&sweep, 4);
        assert_eq!(whole.rows, (0..7).collect::<Vec<_>>());
        assert!((0..70).all(|pixel| whole.knows(pixel)));
        assert_eq!(whole.loss[6 * 10 + 9], picture.loss[3 + 2]);
        assert_eq!(whole.counts[..PHASES], picture.counts[..PHASES]);
    }

    #[test]
    fn pictures_of_other_pixels_do_not_compare() {
        let sweep = Sweep { columns: 4, rows: 6, ..Sweep::default() };
        let turned = Sweep { columns: 6, rows: 4, ..Sweep::default() };
        let picture = Picture::ansatz(&sweep);
        assert_eq!(picture.agreeing_fraction(&picture), Some(1.0));
        assert_eq!(picture.agreeing_fraction(&Picture::ansatz(&turned)), None);
    }

    #[test]
    fn thresholds_move_the_lines() {
        let sweep = Sweep { columns: 1, rows: 1, repeats: 1, ..Sweep::default() };
        let mut measures = Measures::new(
            &sweep,
            &[0],
            vec![1.0, 0.3, 0.0, 0.0],
            &Thresholds::default(),
            Effort::Final,
        );
        assert_ne!(measures.models()[0].phase, Phase::NotRepresented);
        measures.reclassify(&sweep, &Thresholds { norm: 0.5, ..Thresholds::default() });
        assert_eq!(measures.models()[0].phase, Phase::NotRepresented);
    }

    /// Published reproductions have plotted feature 0 in place of the extra one.
    #[test]
    fn the_last_feature_is_the_one_shown() {
        let sweep = Sweep { columns: 1, rows: 1, repeats: 1, ..Sweep::default() };
        let thresholds = Thresholds::default();
        let shown =
            |w: [f32; 4]| Measures::new(&sweep, &[0], w.to_vec(), &thresholds, Effort::Final);
        assert_eq!(shown([1.0, 0.0, 0.0, 0.0]).picture(Aggregate::Mean).norm, [0.0]);
        assert_eq!(shown([0.0, 1.0, 0.0, 0.0]).picture(Aggregate::Mean).norm, [1.0]);
        assert_eq!(shown([f32::NAN; 4]).picture(Aggregate::Mean).phase, [Phase::Diverged.code()]);
    }
    /// Models that diverged are counted, and change no number beside them.
    #[test]
    fn diverged_models_poison_nothing() {
        let sweep = Sweep { columns: 2, rows: 1, repeats: 3, ..Sweep::default() };
        let (good, other) = ([1.0, -1.0, 0.0, 0.0], [0.9, -0.9, 0.0, 0.0]);
        // Weights that are finite and too large for a loss that is, and weights that are not.
        for bad in [[1e25, 1.0, 0.0, 0.0], [1.0, f32::INFINITY, 0.0, 0.0], [f32::NAN; 4]] {
            let models = [good, bad, other, bad, bad, bad];
            let planes = (0..4).flat_map(|p| models.map(|m| m[p])).collect();
            let thresholds = Thresholds::default();
            let mut found = Measures::new(&sweep, &[0], planes, &thresholds, Effort::Final);
            found.reclassify(&sweep, &thresholds);
            let all = [
                Aggregate::Lowest,
                Aggregate::Mean,
                Aggregate::DropWorst,
                Aggregate::InverseSquare,
            ];
            for aggregate in all {
                let picture = found.picture(aggregate);
                assert!((0.89..1.01).contains(&picture.norm[0]), "{bad:?} {aggregate:?}");
                assert!(picture.loss[0] > 0.0 && picture.loss[0] < 0.2);
                assert_eq!(picture.phase_of(0), Some(Phase::Antipodal));
                assert_eq!(picture.phase_of(1), Some(Phase::Diverged));
                assert!(picture.norm[1].is_nan() && picture.loss[1].is_nan());
                assert_eq!(picture.counts_of(0)[usize::from(Phase::Diverged.code())], 1);
                assert_eq!(picture.diverged(), (4, 6));
                // A pixel that diverged agrees with no theory, and counts.
                let theory = Picture::ansatz(&sweep);
                assert_eq!(picture.agreement(&theory)[1], Some(false));
                assert_eq!(Picture::of(&sweep).agreement(&theory), [None; 2]);
            }
        }
    }
}
