//! The text of each kernel: handwritten WGSL files, joined and written out for one shape.

use super::unroll::unroll;
use toy::sample::words_per_sample;
use toy::sweep::Data;

/// Invocations of a workgroup.
pub const GROUP: u32 = 64;

macro_rules! shader {
    ($name:literal) => {
        include_str!(concat!("../../../../shaders/", $name, ".wgsl"))
    };
}

/// Files that the kernels of studies share.
pub(super) const ADAM: &str = shader!("adam");
pub(super) const RANDOM: &str = shader!("random");
pub(super) const BINOMIAL: &str = shader!("binomial");

/// Files that every kernel is made of.
const COMMON: [&str; 3] = [shader!("state"), ADAM, shader!("model")];
const ALONE: &str = shader!("train");
const SHARED: &str = shader!("train_shared");
const SAMPLED: [&str; 4] = [RANDOM, BINOMIAL, shader!("sample"), shader!("batch")];
const EXACT_2: [&str; 2] = [shader!("population"), shader!("population_2")];
const EXACT_3: [&str; 3] =
    [shader!("population"), shader!("population_cube"), shader!("population_3")];
const EXACT_4: [&str; 3] =
    [shader!("population"), shader!("population_cube"), shader!("population_4")];

/// What a kernel is specialised for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Kernel {
    /// Features.
    pub n: usize,
    /// Hidden dimensions.
    pub m: usize,
    /// Whether gradients are integrals over the population, rather than sums over samples.
    pub exact: bool,
    /// Whether a model has a workgroup rather than an invocation, which share its samples; for
    /// sampled data only.
    pub shared: bool,
}

/// From so many models on, an invocation each is taken to keep any GPU busy enough.
const MANY_MODELS: usize = 4096;
/// Samples a step below which there is little to share.
const MANY_SAMPLES: u32 = 128;

impl Kernel {
    /// The kernel of a valid sweep that has an invocation a model.
    pub fn of(sweep: &toy::Sweep) -> Self {
        Self {
            n: sweep.features as usize,
            m: sweep.hidden as usize,
            exact: sweep.data == Data::Exact,
            shared: false,
        }
    }

    /// The kernel with a workgroup a model, when it may be faster: with samples to share, and too
    /// few models to keep a large GPU busy otherwise.
    pub fn sharing(sweep: &toy::Sweep, models: usize) -> Option<Self> {
        let samples = sweep.data == Data::Sampled && sweep.batch >= MANY_SAMPLES;
        let kernel = Self { shared: true, ..Self::of(sweep) };
        (samples && (1..MANY_MODELS).contains(&models)).then_some(kernel)
    }

    /// Models of a workgroup.
    pub fn models_a_group(self) -> u32 {
        if self.shared { 1 } else { GROUP }
    }

    /// Iterations of loops that an invocation goes through in a step, at most.
    pub fn iterations(self, batch: u32) -> u32 {
        // Each loop is taken to go once more round than it does work, to find its end.
        let draws = batch.div_ceil((4 / words_per_sample(self.n)).max(1) as u32);
        let cube = 4 * (3 + 2) + 1;
        1 + match (self.exact, self.n) {
            (true, 2) => 0,
            (true, 3) => 3 * cube,
            (true, _) => 4 * (4 * cube + 8 * (3 * (cube + 1) + 2) + 1),
            (false, n) if self.shared => {
                let sums = (n * (n + 1)).div_ceil(GROUP as usize) as u32;
                draws.div_ceil(GROUP) + 1 + sums * (GROUP / 2 + 2) + 1
            }
            (false, _) => draws + 1,
        }
    }

    /// Its WGSL; the entry point is `train`.
    pub fn source(self) -> String {
        let data: &[&str] = match (self.exact, self.n) {
            (false, _) => &SAMPLED,
            (true, 2) => &EXACT_2,
            (true, 3) => &EXACT_3,
            (true, _) => &EXACT_4,
        };
        let words = words_per_sample(self.n) as usize;
        let sizes = [
            ("N", self.n),
            ("M", self.m),
            // Features that take their words from a draw's first block.
            ("HEAD", self.n.min(4)),
            ("SAMPLES", (4 / words).max(1)),
            ("BLOCKS", words.div_ceil(4)),
            ("GROUP", GROUP as usize),
        ];
        let entry = if self.shared { SHARED } else { ALONE };
        let files: Vec<&str> = COMMON.iter().chain(data).copied().chain([entry]).collect();
        unroll(&files.join("\n"), &sizes)
    }
}
