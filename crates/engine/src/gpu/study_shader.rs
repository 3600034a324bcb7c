//! The text of the kernels that train studies, written out for one shape and variant.

use super::shader::{ADAM, BINOMIAL, RANDOM};
use super::unroll::unroll;
use toy::study::sample::Sampler;
use toy::study::{Sets, Study, Target, Variant};

macro_rules! shader {
    ($name:literal) => {
        include_str!(concat!("../../../../shaders/", $name, ".wgsl"))
    };
}

const STUDY: &str = shader!("study");
const TILE: [&str; 2] = [shader!("study_sample"), shader!("study_tile")];
const STEP: &str = shader!("study_step");
const WHOLE: &str = shader!("study_whole");
const GRADIENT: &str = shader!("study_gradient");
const REDUCE: &str = shader!("study_reduce");

/// Why the kernel cannot train a study, a sentence.
pub fn refuses(study: &Study) -> Option<String> {
    let why = if code(study.distribution.sets).is_none() {
        "features that occur like that"
    } else if study.distribution.largest != 1.0 {
        "values beyond 1"
    } else if study.decay.is_apart() {
        "weights that decay by themselves"
    } else if study.hidden > MOST_HIDDEN {
        "more than 64 hidden dimensions"
    } else {
        return None;
    };
    Some(format!("The GPU's kernel for studies does not know {why}."))
}

/// The distributions that the kernel draws, by their numbers in its text.
const DRAWN: [Sets; 3] = [Sets::Independent, Sets::Correlated, Sets::Anticorrelated];

/// A distribution's number.
fn code(sets: Sets) -> Option<usize> {
    DRAWN.iter().position(|drawn| *drawn == sets)
}

/// Most hidden dimensions of a model.
const MOST_HIDDEN: u32 = 64;

/// Bytes of workgroup memory that WebGPU promises.
pub const MEMORY: usize = 16_384;
/// Most floats of a gradient that an invocation keeps in registers.
const MOST_REGISTERS: usize = 64;
/// Most invocations of a workgroup that WebGPU promises.
const MOST_LANES: usize = 256;
/// Invocations of a workgroup on a software adapter: one vector, or two. It takes them one after the
/// other, and at every barrier has to come back to each with all that it has in registers.
const SOFTWARE_LANES: usize = 8;
/// Most samples of a tile, and the fewest that are not worth more memory than promised.
const MOST_SAMPLES: usize = 64;
const FEW_SAMPLES: usize = 8;

/// What the kernels are specialised for.
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
    /// Whether several workgroups may share a model, with a dispatch of its own for the gradient
    /// and one for the step.
    pub split: bool,
    /// Whether the adapter is software, which has no lanes that idle.
    pub software: bool,
    /// Bytes of workgroup memory there are.
    pub memory: usize,
}

/// Sizes that follow from a kernel's shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sizes {
    /// Quads of features and of hidden units.
    pub quads: [usize; 2],
    /// Invocations of a workgroup.
    pub lanes: usize,
    /// Samples of a tile.
    pub tile: usize,
    /// Samples of a job for outputs, and for hidden units.
    rows: usize,
    unit_rows: usize,
    /// Invocations that share a hidden unit, or a block of the gradient.
    unit_parts: usize,
    block_parts: usize,
    /// Blocks an invocation; 0 when there are more than registers hold.
    slots: usize,
    /// Bytes of workgroup memory.
    pub memory: usize,
}

impl StudyKernel {
    /// The kernel of a valid study where a workgroup has at least the memory that WebGPU promises.
    /// Models that are too large for the registers of a workgroup are split in any case.
    pub fn of(study: &Study, split: bool, software: bool, memory: usize) -> Self {
        let kernel = Self {
            n: study.features as usize,
            m: study.hidden as usize,
            variant: study.variant,
            target: study.target,
            sets: study.distribution.sets,
            unit: Sampler::new(study, study.density_at(0)).law.size as usize,
            split,
            software,
            memory: memory.max(MEMORY),
        };
        Self { split: split || kernel.sizes().slots == 0, ..kernel }
    }

    /// Words that mark the units of a sample, and the number of the first word of its values.
    fn marks(self) -> usize {
        (self.n / self.unit).div_ceil(32) + 1
    }

    /// What follows from the shape.
    pub fn sizes(self) -> Sizes {
        let quads @ [nq, mq] = [self.n.div_ceil(4), self.m.div_ceil(4)];
        let both = if self.variant.tied() { 1 } else { 2 };
        let jobs = nq * mq + nq;
        let lanes = match self.software {
            true => SOFTWARE_LANES,
            false => jobs.next_multiple_of(32).clamp(64, MOST_LANES),
        };
        let fits = jobs.div_ceil(lanes) * 16 * both <= MOST_REGISTERS;
        let slots = if fits { jobs.div_ceil(lanes) } else { 0 };

        let sample = 32 * (nq + mq) + 4 * self.marks();
        let fit = |memory: usize| (memory / sample).clamp(1, MOST_SAMPLES);
        let fit = match fit(MEMORY) {
            few if few < FEW_SAMPLES => fit(self.memory).min(FEW_SAMPLES),
            enough => enough,
        };
        let rows = fit.min(4);
        let tile = fit / rows * rows;
        // Where lanes idle, hidden units have more jobs of fewer samples or features.
        let jobs_of = |rows: usize| tile / rows * mq;
        let unit_rows = if self.software || jobs_of(rows) >= lanes / 2 {
            rows
        } else if rows == 4 && jobs_of(2) >= lanes / 2 {
            2
        } else {
            1
        };
        let room = if tile * sample <= MEMORY { MEMORY } else { self.memory } - tile * sample;
        let unit_parts = if self.software {
            1
        } else {
            (lanes / jobs_of(unit_rows)).min(room / (16 * tile * mq)).min(nq).max(1)
        };
        let unit_parts = if unit_parts < 2 { 1 } else { unit_parts };
        let block_parts = if slots == 1 {
            (lanes / jobs).min(1 + 2 * tile * nq / (4 * both * jobs)).clamp(1, tile)
        } else {
            1
        };
        let shared = if unit_parts > 1 { 16 * unit_parts * tile * mq } else { 0 };
        let memory = tile * sample + shared;
        Sizes { quads, lanes, tile, rows, unit_rows, unit_parts, block_parts, slots, memory }
    }

    /// Floats of a model's parameters, padded to quads.
    pub fn parameters(self) -> usize {
        let [nq, mq] = self.sizes().quads;
        4 * (4 * nq * mq * if self.variant.tied() { 1 } else { 2 } + nq)
    }

    /// Iterations of loops that an invocation goes through in a step, at most, where a workgroup
    /// works through so many samples.
    pub fn iterations(self, samples: u32) -> u64 {
        let Sizes { quads: [nq, mq], lanes, tile, .. } = self.sizes();
        let sizes = self.sizes();
        // Each loop is taken to go once more round than it does work, to find its end.
        let turns = |jobs: usize| jobs.div_ceil(lanes) as u64;
        let marks = (self.n / self.unit / 2 + 2 * self.marks() + 3) as u64;
        let draw = turns(tile) * marks + turns(tile * nq) * (4 * self.marks() + 1) as u64 + 2;
        let unit_jobs = tile / sizes.unit_rows * mq * sizes.unit_parts;
        let hidden = turns(unit_jobs) * (nq.div_ceil(sizes.unit_parts) + 2) as u64
            + turns(tile * mq) * (sizes.unit_parts + 1) as u64
            + 2;
        let output = turns(tile / sizes.rows * nq) * (mq + 2) as u64 + 1;
        let blocks = turns(nq * mq + nq).max(1) * (tile.div_ceil(sizes.block_parts) + 2) as u64 + 1;
        let tiles = u64::from(samples).div_ceil(tile as u64);
        let end = (2 * lanes + sizes.block_parts + self.parameters() / 4 / lanes + 8) as u64;
        tiles * (draw + 2 * hidden + output + blocks) + end
    }

    /// Names of the kernel's sizes in its text.
    fn names(self, steps: bool) -> Vec<(&'static str, usize)> {
        let sizes = self.sizes();
        let tied = self.variant.tied();
        vec![
            ("NQ", sizes.quads[0]),
            ("MQ", sizes.quads[1]),
            ("TILE", sizes.tile),
            ("ROWS", sizes.rows),
            ("UNIT_ROWS", sizes.unit_rows),
            ("UNIT_PARTS", sizes.unit_parts),
            // Quads of features that a hidden unit takes at once.
            ("QUADS", self.together()),
            ("BLOCK_PARTS", sizes.block_parts),
            ("LANES", sizes.lanes),
            ("TIED", usize::from(tied)),
            ("UNTIED", usize::from(!tied)),
            ("RECTIFY_HIDDEN", usize::from(self.variant.rectifies_hidden())),
            ("RECTIFY_OUTPUT", usize::from(self.variant.rectifies_output())),
            ("ABSOLUTE", usize::from(self.target == Target::Absolute)),
            ("UNITS", self.n / self.unit),
            ("UNIT", self.unit),
            ("SETS", code(self.sets).unwrap_or_default()),
            ("SLOTS", sizes.slots),
            ("UNTIED_SLOTS", if tied { 0 } else { sizes.slots }),
            // What is there, as loops that go round once or not at all.
            ("STEPS", usize::from(steps)),
            ("SPLIT", usize::from(self.split)),
            ("BIG", usize::from(sizes.slots == 0)),
            ("OWN_UNITS", usize::from(sizes.unit_parts == 1)),
            ("SHARED_UNITS", usize::from(sizes.unit_parts > 1)),
            ("SHARED_BLOCKS", usize::from(sizes.block_parts > 1)),
        ]
    }

    /// How many quads of features go at once, such that none are left over and those who share them
    /// have about as much to do as before. Software adapters have too few registers for several.
    fn together(self) -> usize {
        let Sizes { quads: [quads, _], unit_parts: parts, .. } = self.sizes();
        let most = |some: usize| some * (quads / some).div_ceil(parts);
        let fits = |&some: &usize| quads.is_multiple_of(some) && 20 * most(some) <= 21 * most(1);
        [4, 2].into_iter().find(fits).filter(|_| !self.software).unwrap_or(1)
    }

    /// Its modules, each an entry point and WGSL: one that takes whole steps, or the gradient and
    /// what ends a step with it.
    pub fn sources(self) -> Vec<(&'static str, String)> {
        let text = |steps: bool, files: &[&str]| {
            let common: &[&str] =
                if steps { &[RANDOM, BINOMIAL, ADAM, STUDY] } else { &[RANDOM, BINOMIAL, STUDY] };
            unroll(&[common, files].concat().join("\n"), &self.names(steps))
        };
        if self.split {
            vec![
                ("gradient", text(false, &[TILE[0], TILE[1], GRADIENT])),
                ("finish", text(true, &[STEP, REDUCE])),
            ]
        } else {
            vec![("train", text(true, &[TILE[0], TILE[1], STEP, WHOLE]))]
        }
    }
}

/// A model's parameters as the kernels have them, from as everything else has them.
pub fn padded(kernel: StudyKernel, values: &[f32]) -> Vec<f32> {
    let mut all = vec![0.0; kernel.parameters()];
    places(kernel).zip(values).for_each(|(place, &value)| all[place] = value);
    all
}

/// The other way.
pub fn unpadded(kernel: StudyKernel, values: &[f32]) -> Vec<f32> {
    places(kernel).map(|place| values[place]).collect()
}

/// Where each parameter stands in the kernels' order: rows of weights, then biases.
fn places(kernel: StudyKernel) -> impl Iterator<Item = usize> {
    let StudyKernel { n, m, .. } = kernel;
    let [nq, mq] = kernel.sizes().quads;
    let blocks = if kernel.variant.tied() { 1 } else { 2 };
    let weight = move |block: usize| {
        (0..n).flat_map(move |i| (0..m).map(move |k| (block * 4 * nq + i) * 4 * mq + k))
    };
    let biases = blocks * 16 * nq * mq;
    (0..blocks).flat_map(weight).chain((0..n).map(move |i| biases + i))
}
