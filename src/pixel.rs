//! What workers report of one pixel: its models, and the way they were trained.

use crate::diagram::Place;
use toy::picture::Repeat;
use toy::surface::Surface;
use toy::trajectory::Trajectory;

/// Every model of one pixel, as a worker reports them.
#[derive(Clone, Debug, PartialEq)]
pub struct PixelView {
    /// Row of the sweep.
    pub row: u32,
    /// Column of the sweep.
    pub column: u32,
    /// Steps the models have taken.
    pub step: u32,
    /// The models.
    pub repeats: Vec<Repeat>,
}

/// How the models of one pixel were trained, and over which landscape.
#[derive(Clone, Debug, PartialEq)]
pub struct Paths {
    /// The pixel.
    pub place: Place,
    /// The landscape, for two features.
    pub surface: Option<Surface>,
    /// The models at some steps.
    pub trajectory: Trajectory,
}

/// What is known of a pixel's training.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Trace {
    /// Nobody asked.
    #[default]
    None,
    /// A worker trains the pixel again.
    Waiting,
    /// It cannot; the sentence says why.
    Failed(String),
    /// All of it.
    Known(Paths),
}
