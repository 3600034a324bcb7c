//! What a file gives, or why it gives nothing; and how a pixel is filled from numbers alone.

use crate::phase::{Phase, Thresholds};
use crate::picture::{PHASES, Picture};
use crate::sweep::Sweep;

/// What a file holds.
#[derive(Clone, Debug, PartialEq)]
pub struct Loaded {
    /// The run, or at least the axes of the diagram; always valid.
    pub sweep: Sweep,
    /// The diagram.
    pub picture: Picture,
    /// Where its phases end and begin, if the file says so.
    pub thresholds: Option<Thresholds>,
    /// What the file does not say and was put in its place, a sentence each.
    pub notes: Vec<String>,
}

/// Why a file cannot be shown, as a sentence without its full stop.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct LoadError(pub String);

/// As much of a text from a file as is worth repeating, on one line.
pub(super) fn start(text: &str) -> String {
    let plain = |c: char| if c.is_control() { ' ' } else { c };
    let mut start: String = text.chars().take(40).map(plain).collect();
    if start.len() < text.len() {
        start.push('…');
    }
    start
}

/// The phase that norm and interference alone decide, `None` where they do not; any superposition
/// counts as antipodal, since whether others share alike is not in these numbers.
pub(super) fn decide(norm: f32, interference: Option<f32>, at: &Thresholds) -> Option<Phase> {
    let norm = f64::from(norm);
    if !norm.is_finite() {
        return Some(Phase::Diverged);
    }
    if norm < at.norm {
        return Some(Phase::NotRepresented);
    }
    let interference = f64::from(interference?);
    Some(match () {
        () if !interference.is_finite() => Phase::Diverged,
        () if interference < at.interference => Phase::Dedicated,
        () => Phase::Antipodal,
    })
}

/// Gives a pixel its phase, as that of one model.
pub(super) fn mark(picture: &mut Picture, pixel: usize, phase: Phase) {
    picture.phase[pixel] = phase.code();
    picture.counts[pixel * PHASES + usize::from(phase.code())] = 1;
}
