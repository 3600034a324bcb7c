//! The text of the kernel that trains studies, written out for one shape and variant.

use super::shader::{ADAM, BINOMIAL, RANDOM};
use super::unroll::unroll;
use toy::study::sample::Sampler;
use toy::study::{Sets, Study, Target, Variant};

const FILES: [&str; 2] = [
    include_str!("../../../../shaders/study.wgsl"),
    include_str!("../../../../shaders/study_sample.wgsl"),
];

/// Floats of workgroup memory that WebGPU promises.
const MEMORY: usize = 16_384 / 4;
/// Weights from which on a workgroup has as many invocations as WebGPU promises.
const MANY_WEIGHTS: usize = 2048;

/// Why the kernel cannot train a study, a sentence.
pub fn refuses(study: &Study) -> Option<String> {
    let why = if study.sets == Sets::PowerLaw {
        "features by a power law"
    } else if study.largest != 1.0 {
        "values beyond 1"
    } else if study.decays_rows() {
        "weights that decay by themselves"
    } else if study.hidden > MOST_HIDDEN {
        "more than 64 hidden dimensions"
    } else {
        return None;
    };
    Some(format!("The GPU's kernel for studies does not know {why}."))
}

/// Most hidden dimensions of a model.
const MOST_HIDDEN: u32 = 64;

/// What the kernel is specialised for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct StudyKernel {
    /// Features.
    pub n: usize,
    /// Hidden dimensions.
    pub m: usize,
    /// The model.
    pub variant: Variant,
    /// What outputs should be.
    pub target: Target,
    /// How features occur together.
    pub sets: Sets,
    /// Features of a unit of the samples.
    pub unit: usize,
}

impl StudyKernel {
    /// The kernel of a valid study.
    pub fn of(study: &Study) -> Self {
        Self {
            n: study.features as usize,
            m: study.hidden as usize,
            variant: study.variant,
            target: study.target,
            sets: study.sets,
            unit: Sampler::new(study, study.density_at(0)).size as usize,
        }
    }

    /// Invocations of a workgroup.
    pub fn group(self) -> usize {
        if self.n * self.m >= MANY_WEIGHTS { 256 } else { 64 }
    }

    /// Samples of a tile: as many as fit, with inputs, outputs, hidden units and what comes back
    /// to them, beside a float of each invocation.
    pub fn tile(self) -> usize {
        ((MEMORY - self.group()) / (2 * (self.n + self.m))).min(64)
    }

    /// Its WGSL; the entry point is `train`.
    pub fn source(self) -> String {
        let sets = match self.sets {
            Sets::Independent => 0,
            Sets::Correlated => 1,
            Sets::Anticorrelated => 2,
            // Refused before: see `refuses`.
            Sets::PowerLaw => 3,
        };
        let sizes = [
            ("N", self.n),
            ("M", self.m),
            ("TILE", self.tile()),
            ("GROUP", self.group()),
            ("TIED", usize::from(self.variant.tied())),
            ("RECTIFY_HIDDEN", usize::from(self.variant.rectifies_hidden())),
            ("RECTIFY_OUTPUT", usize::from(self.variant.rectifies_output())),
            ("ABSOLUTE", usize::from(self.target == Target::Absolute)),
            ("UNITS", self.n / self.unit),
            ("UNIT", self.unit),
            ("SETS", sets),
        ];
        let files: Vec<&str> = [RANDOM, BINOMIAL, ADAM].into_iter().chain(FILES).collect();
        unroll(&files.join("\n"), &sizes)
    }
}
