//! From a picture and a layer to colours, legend values and words; no browser needed.

use super::colour::{self, Rgb};
use super::layer::Layer;
use super::number::{percent, three, times};
use crate::format::{count, plural};
use toy::Sweep;
use toy::phase::Phase;
use toy::picture::{PHASES, Picture};

/// Excess losses at the ends of their ramp; the page's f32 losses say little below the first.
pub const EXCESS_RANGE: (f64, f64) = (1e-6, 1.0);

/// A pixel of a diagram: row and column of the sweep.
pub type Place = (u32, u32);

/// A picture as it is to be shown.
#[derive(Clone, Copy)]
pub struct Scene<'a> {
    /// What is shown.
    pub picture: &'a Picture,
    /// What it is compared with.
    pub reference: Option<&'a Picture>,
    /// In which colours.
    pub layer: Layer,
}

impl Scene<'_> {
    /// The picture as RGBA bytes, row after row; unknown pixels are transparent.
    pub fn rgba(&self) -> Vec<u8> {
        let range = self.range();
        let mut bytes = Vec::with_capacity(4 * self.picture.pixels());
        for pixel in 0..self.picture.pixels() {
            let rgba = self.colour(pixel, range).map_or([0; 4], |Rgb(r, g, b)| [r, g, b, 255]);
            bytes.extend_from_slice(&rgba);
        }
        bytes
    }

    /// The colour of a pixel, given [`range`](Self::range); `None` where nothing is known.
    fn colour(&self, pixel: usize, range: (f64, f64)) -> Option<Rgb> {
        let Picture { norm, superposition, loss, .. } = self.picture;
        let at =
            |values: &[f32]| values.get(pixel).map(|&v| f64::from(v)).filter(|v| v.is_finite());
        // In every layer the same, as there is nothing else to say.
        if self.phase(pixel) == Some(Phase::Diverged) && self.layer != Layer::Basin {
            return Some(colour::phase(Phase::Diverged));
        }
        match self.layer {
            Layer::Paper => Some(colour::paper(at(norm)?, at(superposition)?)),
            Layer::Norm => Some(colour::measure(at(norm)?)),
            Layer::Superposition => Some(colour::measure(at(superposition)?)),
            Layer::Phase => self.phase(pixel).map(colour::phase),
            Layer::Basin => colour::blend(self.counts(pixel)),
            Layer::Loss => Some(colour::loss(logarithmic(at(loss)?, range))),
            Layer::Excess => Some(colour::loss(logarithmic(self.excess(pixel)?, range))),
            Layer::NormDifference | Layer::SuperpositionDifference => {
                Some(colour::signed(self.difference(pixel)?))
            }
            Layer::Agreement => {
                Some(if self.agrees(pixel)? { colour::SAME } else { colour::DIFFERENT })
            }
        }
    }

    /// Values at the ends of a logarithmic ramp. Losses of picture and reference share theirs, so
    /// that two diagrams beside each other can be compared, and it ends on round numbers, so that
    /// it seldom changes during training.
    pub fn range(&self) -> (f64, f64) {
        if self.layer != Layer::Loss {
            return EXCESS_RANGE;
        }
        let reference = self.reference.map_or(&[][..], |r| &r.loss);
        let known =
            self.picture.loss.iter().chain(reference).filter(|l| l.is_finite() && **l > 0.0);
        let (low, high) = known.fold((f64::INFINITY, 0f64), |(low, high), &loss| {
            (low.min(f64::from(loss)), high.max(f64::from(loss)))
        });
        if low > high { (1e-3, 1.0) } else { (round(low, false), round(high, true)) }
    }

    /// The phase of a pixel; `None` where nothing is known.
    pub fn phase(&self, pixel: usize) -> Option<Phase> {
        self.picture.phase_of(pixel)
    }

    fn counts(&self, pixel: usize) -> &[u16] {
        self.picture.counts_of(pixel)
    }

    /// Relative excess of a pixel's loss over the reference.
    pub fn excess(&self, pixel: usize) -> Option<f64> {
        let loss = f64::from(*self.picture.loss.get(pixel)?);
        let minimum = f64::from(*self.comparable()?.loss.get(pixel)?);
        Some((loss - minimum) / minimum).filter(|excess| excess.is_finite())
    }

    /// By how much a pixel's norm or superposition, whichever the layer is about, is greater than
    /// that of the reference.
    fn difference(&self, pixel: usize) -> Option<f64> {
        let measure = |picture: &Picture| {
            let values = match self.layer {
                Layer::SuperpositionDifference => &picture.superposition,
                _ => &picture.norm,
            };
            values.get(pixel).map(|&value| f64::from(value))
        };
        let difference = measure(self.picture)? - measure(self.comparable()?)?;
        Some(difference).filter(|difference| difference.is_finite())
    }

    fn agrees(&self, pixel: usize) -> Option<bool> {
        Some(self.phase(pixel)? == self.comparable()?.phase_of(pixel)?)
    }

    /// The reference, if it has the same pixels.
    fn comparable(&self) -> Option<&Picture> {
        let same = |r: &&Picture| r.columns == self.picture.columns && r.rows == self.picture.rows;
        self.reference.filter(same)
    }

    /// Fraction of the pixels in which picture and reference agree.
    pub fn agreement(&self) -> Option<f64> {
        self.picture.agreeing_fraction(self.comparable()?)
    }

    /// Share of each phase, in the order of [`Phase::ALL`]: of the pixels or, for the basins, of the repeats.
    pub fn shares(&self) -> [f64; PHASES] {
        let mut shares = [0.0; PHASES];
        for pixel in 0..self.picture.pixels() {
            if self.layer == Layer::Basin {
                for (share, &count) in shares.iter_mut().zip(self.counts(pixel)) {
                    *share += f64::from(count);
                }
            } else if let Some(phase) = self.phase(pixel) {
                shares[usize::from(phase.code())] += 1.0;
            }
        }
        let total: f64 = shares.iter().sum();
        shares.map(|share| if total > 0.0 { share / total } else { 0.0 })
    }

    /// Where a pixel of the sweep stands in the picture, which may be coarser.
    pub fn pixel(&self, sweep: &Sweep, row: u32, column: u32) -> Option<usize> {
        let rows = self.picture.rows.len();
        let scaled = |index: u32, from: u32, to: usize| {
            (index < from).then(|| (u64::from(index) * to as u64 / u64::from(from.max(1))) as usize)
        };
        let row = scaled(row, sweep.rows, rows)?;
        let column = scaled(column, sweep.columns, self.picture.columns as usize)?;
        let pixel = row * self.picture.columns as usize + column;
        (pixel < self.picture.pixels()).then_some(pixel)
    }

    /// A pixel in words: `density 0.1, importance 1.3×: antipodal, norm 0.93`.
    pub fn words(&self, sweep: &Sweep, (row, column): Place, reference: &str) -> String {
        let density = three(sweep.density_at(row));
        let importance = times(sweep.importance_at(column));
        let place = format!("density {density}, importance {importance}");
        let pixel = self.pixel(sweep, row, column);
        let Some((pixel, phase)) = pixel.and_then(|p| Some((p, self.phase(p)?))) else {
            return format!("{place}: not known yet");
        };
        if phase == Phase::Diverged && self.layer != Layer::Basin {
            return format!("{place}: {}", phase_name(phase));
        }
        let value = |values: &[f32]| three(values.get(pixel).map_or(f64::NAN, |&v| f64::from(v)));
        let Picture { norm, superposition, loss, .. } = self.picture;
        let norm = value(norm);
        let name = phase_name(phase);
        let more = match self.layer {
            Layer::Paper | Layer::Superposition => {
                format!(", superposition {}", value(superposition))
            }
            Layer::Norm | Layer::Phase => String::new(),
            Layer::Loss => format!(", loss {}", value(loss)),
            Layer::Excess => match self.excess(pixel) {
                Some(excess) => format!(", {}", excess_words(excess, reference)),
                None => String::new(),
            },
            Layer::Basin => return format!("{place}: {}", self.repeats_in_words(pixel)),
            Layer::NormDifference | Layer::SuperpositionDifference => {
                match self.difference(pixel) {
                    Some(difference) => format!(", {}", difference_words(difference, reference)),
                    None => String::new(),
                }
            }
            Layer::Agreement => match self.agrees(pixel) {
                Some(true) => format!(", as in {reference}"),
                Some(false) => {
                    let other = self.comparable().and_then(|r| r.phase.get(pixel).copied());
                    let other = other.and_then(Phase::from_code).map_or("", phase_name);
                    format!(", but {other} in {reference}")
                }
                None => String::new(),
            },
        };
        format!("{place}: {name}, norm {norm}{more}")
    }

    /// `5 of 8 antipodal, 3 of 8 trapped`.
    fn repeats_in_words(&self, pixel: usize) -> String {
        let counts = self.counts(pixel);
        let total: u16 = counts.iter().sum();
        let part = |(phase, &count): (Phase, &u16)| {
            (count > 0).then(|| format!("{count} of {total} {}", phase_name(phase)))
        };
        Phase::ALL.into_iter().zip(counts).filter_map(part).collect::<Vec<_>>().join(", ")
    }
}

/// An excess loss in words, whichever sign it has.
pub fn excess_words(excess: f64, reference: &str) -> String {
    let side = if excess < 0.0 { "below" } else { "above" };
    format!("{} {side} {reference}", percent(excess.abs()))
}

/// A difference in words, whichever sign it has.
fn difference_words(difference: f64, reference: &str) -> String {
    let side = if difference < 0.0 { "less" } else { "more" };
    format!("{} {side} than in {reference}", three(difference.abs()))
}

/// How many models diverged: `diverged: 12 of 4,096 models`.
pub fn diverged_words(diverged: u64, all: u64) -> String {
    format!("diverged: {} of {}", count(diverged), plural(all, "model"))
}

/// A phase's name as a person writes it.
pub const fn phase_name(phase: Phase) -> &'static str {
    match phase {
        Phase::NotRepresented => "not represented",
        other => other.name(),
    }
}

/// Position of a value between the ends of a range on a logarithmic scale.
fn logarithmic(value: f64, (low, high): (f64, f64)) -> f64 {
    if value <= low { 0.0 } else { ((value / low).ln() / (high / low).ln()).clamp(0.0, 1.0) }
}

/// The next number below or above that is 1, 2 or 5 times a power of ten.
fn round(value: f64, up: bool) -> f64 {
    let decade = 10f64.powf(value.log10().floor());
    let steps = [1.0, 2.0, 5.0, 10.0].map(|step| step * decade);
    // Leave alone what is round but for its last bits.
    let found = if up {
        steps.into_iter().find(|step| *step >= value * (1.0 - 1e-9))
    } else {
        steps.into_iter().rev().find(|step| *step <= value * (1.0 + 1e-9))
    };
    found.unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scene(picture: &Picture, reference: Option<&Picture>, layer: Layer) -> Vec<u8> {
        Scene { picture, reference, layer }.rgba()
    }

    #[test]
    fn every_layer_of_the_theory_is_opaque_and_unknown_pixels_are_not() {
        let sweep = Sweep { columns: 9, rows: 7, ..Sweep::default() };
        let (ansatz, blank) = (Picture::ansatz(&sweep), Picture::of(&sweep));
        for layer in Layer::ALL {
            let shown = scene(&ansatz, Some(&ansatz), layer);
            assert_eq!(shown.len(), 4 * 9 * 7);
            assert!(shown.chunks(4).all(|p| p[3] == 255), "{layer:?}");
            assert!(scene(&blank, Some(&ansatz), layer).iter().all(|b| *b == 0), "{layer:?}");
        }
        assert!(scene(&ansatz, None, Layer::Agreement).iter().all(|b| *b == 0));
        let coarse = Picture::ansatz(&Sweep { columns: 4, rows: 7, ..Sweep::default() });
        assert!(scene(&ansatz, Some(&coarse), Layer::Excess).iter().all(|b| *b == 0));
    }

    /// Density 1 at the top: ignored left of r = 1, dedicated right of it; superposition below.
    #[test]
    fn the_papers_picture_is_the_right_way_up() {
        let sweep = Sweep { columns: 11, rows: 11, ..Sweep::default() };
        let picture = Picture::ansatz(&sweep);
        let bytes = scene(&picture, None, Layer::Paper);
        let at = |row: usize, column: usize| {
            let start = 4 * (row * 11 + column);
            Rgb(bytes[start], bytes[start + 1], bytes[start + 2])
        };
        assert_eq!([at(0, 0), at(0, 10), at(10, 5)], [colour::GREY, colour::BLUE, colour::RED]);
    }

    #[test]
    fn pixels_in_words() {
        let sweep = Sweep { columns: 3, rows: 3, ..Sweep::default() };
        let picture = Picture::ansatz(&sweep);
        let scene = |layer| Scene { picture: &picture, reference: Some(&picture), layer };
        let words = scene(Layer::Norm).words(&sweep, (1, 1), "the optimum");
        assert_eq!(words, "density 0.1, importance 1×: antipodal, norm 1");
        assert!(
            scene(Layer::Basin).words(&sweep, (1, 1), "the optimum").ends_with("1 of 1 antipodal")
        );
        assert!(
            scene(Layer::Agreement)
                .words(&sweep, (0, 0), "the optimum")
                .ends_with(", as in the optimum")
        );
        let other = Picture { norm: vec![0.25; 9], ..picture.clone() };
        let scene_of = |reference| Scene {
            picture: &picture,
            reference: Some(reference),
            layer: Layer::NormDifference,
        };
        let words = scene_of(&other).words(&sweep, (1, 1), "the other run");
        assert!(words.ends_with(", 0.75 more than in the other run"), "{words}");
        assert!(
            scene(Layer::Excess)
                .words(&sweep, (0, 0), "the optimum")
                .contains("0\u{a0}% above the optimum")
        );
        assert!(scene(Layer::Norm).words(&sweep, (3, 0), "the optimum").ends_with("not known yet"));
        assert_eq!(scene(Layer::Phase).agreement(), Some(1.0));
        assert!((scene(Layer::Phase).shares().iter().sum::<f64>() - 1.0).abs() < 1e-12);
    }

    /// Diverged models have one colour in every layer, are counted, and widen no range.
    #[test]
    fn diverged_models_are_seen_and_spoil_nothing() {
        let sweep = Sweep { columns: 3, rows: 1, ..Sweep::default() };
        let theory = Picture::ansatz(&sweep);
        let mut picture = theory.clone();
        let nowhere = f32::NAN;
        (picture.norm[1], picture.superposition[1], picture.loss[1]) = (nowhere, nowhere, nowhere);
        picture.phase[1] = Phase::Diverged.code();
        picture.counts[PHASES..2 * PHASES].fill(0);
        picture.counts[PHASES + usize::from(Phase::Diverged.code())] = 8;
        for layer in Layer::ALL {
            let scene = Scene { picture: &picture, reference: Some(&theory), layer };
            let (bytes, Rgb(r, g, b)) = (scene.rgba(), colour::phase(Phase::Diverged));
            assert_eq!(bytes[4..8], [r, g, b, 255], "{layer:?}");
            let without = Scene { picture: &theory, ..scene }.rgba();
            if layer != Layer::Loss {
                assert_eq!([&bytes[..4], &bytes[8..]], [&without[..4], &without[8..]], "{layer:?}");
            }
            let (low, high) = scene.range();
            assert!(low > 0.0 && high <= 1.0, "{low} {high}");
            assert!(scene.words(&sweep, (0, 1), "theory").contains("diverged"), "{layer:?}");
        }
        let (diverged, all) = picture.diverged();
        assert_eq!(diverged_words(diverged, all), "diverged: 8 of 10 models");
    }

    #[test]
    fn a_coarse_picture_stands_for_a_fine_sweep() {
        let sweep = Sweep { columns: 8, rows: 8, ..Sweep::default() };
        let picture = Picture::ansatz(&Sweep { columns: 4, rows: 4, ..sweep.clone() });
        let scene = Scene { picture: &picture, reference: None, layer: Layer::Paper };
        assert_eq!(scene.pixel(&sweep, 7, 7), Some(15));
        assert_eq!(scene.pixel(&sweep, 2, 5), Some(6));
        assert_eq!(scene.pixel(&sweep, 8, 0), None);
    }

    #[test]
    fn ranges_end_on_round_numbers() {
        assert_eq!((round(0.0033, false), round(0.083, true)), (0.002, 0.1));
        assert_eq!((round(0.01, false), round(0.01, true)), (0.01, 0.01));
        assert_eq!(logarithmic(0.1, (0.01, 1.0)), 0.5);
        assert_eq!(logarithmic(-1.0, (0.01, 1.0)), 0.0);
    }
}
