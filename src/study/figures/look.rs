//! How figures are looked at.

/// How figures are looked at.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Look {
    /// Width there is, in the figure's units.
    pub width: f64,
    /// Turn about the upright axis and tilt of what has three dimensions, in radians.
    pub turn: (f64, f64),
    /// Frame of the film that is shown.
    pub frame: usize,
    /// The feature that is followed through the figure, from 0.
    pub follow: Option<usize>,
}
