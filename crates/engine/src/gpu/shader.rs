//! The text of each kernel: handwritten WGSL files, joined and written out for one shape.

use super::unroll::unroll;
use toy::sample::words_per_sample;
use toy::sweep::Data;

/// Invocations, and so models, of a workgroup.
pub const GROUP: u32 = 64;

macro_rules! shader {
    ($name:literal) => {
        include_str!(concat!("../../../../shaders/", $name, ".wgsl"))
    };
}

/// Files that every kernel is made of.
const COMMON: [&str; 3] = [shader!("train"), shader!("adam"), shader!("model")];
const SAMPLED: [&str; 4] =
    [shader!("random"), shader!("binomial"), shader!("sample"), shader!("batch")];
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
}

impl Kernel {
    /// The kernel a valid sweep needs.
    pub fn of(sweep: &toy::Sweep) -> Self {
        Self {
            n: sweep.features as usize,
            m: sweep.hidden as usize,
            exact: sweep.data == Data::Exact,
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
        let files: Vec<&str> = COMMON.iter().chain(data).copied().collect();
        unroll(&files.join("\n"), &sizes)
    }
}
