//! An architecture as a short list of operations over named tensors: the tape. One description for
//! the plain reference, the CPU's kernels and the GPU's.
//!
//! Parameters stand one after the other in one vector, in the order they were named in; their names
//! are also the keys of files. Everything else has memory of its own, see [`Memory`].

mod build;
mod kernels;
mod memory;
mod run;

pub use build::Heads;
pub use kernels::{AnyKernels, Kernels, Plain};
pub use memory::Memory;
pub use run::{backward, forward};

use crate::operation::{attention, dropout::Dropout, matmul, select};
use std::ops::Range;

/// A tensor of a tape, by its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Id(pub usize);

/// A list of tokens that a tape reads, by its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Tokens(pub usize);

/// How a parameter begins.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Start {
    /// All the same.
    Constant(f64),
    /// Normal, with this standard deviation.
    Normal(f64),
    /// Uniform from minus to plus this.
    Uniform(f64),
}

/// What a tensor is.
#[derive(Clone, Debug, PartialEq)]
pub enum Role {
    /// Trained; stands at this range of the parameters.
    Parameter {
        /// Where it stands.
        range: Range<usize>,
        /// How it begins.
        start: Start,
    },
    /// Given with every batch, or once: data, and weights that are not trained.
    Input,
    /// Made by an operation.
    Made,
}

/// A named tensor.
#[derive(Clone, Debug, PartialEq)]
pub struct Tensor {
    /// Name in files, unique in its tape.
    pub name: String,
    /// Sizes, the fastest last.
    pub shape: Vec<usize>,
    /// What it is.
    pub role: Role,
    /// Whether the loss depends on a parameter through it.
    pub learns: bool,
}

impl Tensor {
    /// How many elements it has.
    pub fn size(&self) -> usize {
        self.shape.iter().product()
    }
}

/// One operation; see the module of each in [`crate::operation`].
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs, reason = "the operands of formulas written out in `operation`")]
pub enum Operation {
    /// `out = x weight^T + bias`.
    MatMul { x: Id, weight: Id, bias: Option<Id>, size: matmul::Size, out: Id },
    /// The positive part.
    Relu { x: Id, out: Id },
    /// The Gaussian error linear unit.
    Gelu { x: Id, out: Id },
    /// Layer normalisation; keeps mean and inverse deviation of each row.
    Norm { x: Id, gain: Id, shift: Id, statistics: Id, out: Id },
    /// Softmax attention; keeps its weights.
    Attention {
        q: Id,
        k: Id,
        v: Id,
        lengths: Option<Tokens>,
        size: attention::Size,
        dropout: Option<Dropout>,
        weights: Id,
        out: Id,
    },
    /// Rows of a table.
    Embedding { tokens: Tokens, table: Id, width: usize, out: Id },
    /// `out = x + y`, which repeats where it is shorter.
    Add { x: Id, y: Id, out: Id },
    /// One row of each sequence.
    Select { x: Id, size: select::Size, out: Id },
    /// Dropout; copies where nothing is trained.
    Dropout { x: Id, dropout: Dropout, out: Id },
    /// The largest elements of each row.
    TopK { x: Id, width: usize, k: usize, out: Id },
    /// Adds `scale` times the weighted squared error to the loss.
    SquaredError { y: Id, target: Id, importance: Id, scale: f64 },
    /// Adds the mean cross-entropy to the loss.
    CrossEntropy { logits: Id, tokens: Tokens, classes: usize },
}

/// A list of operations and what they work on.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tape {
    /// Every tensor.
    pub tensors: Vec<Tensor>,
    /// Length of every list of tokens.
    pub tokens: Vec<usize>,
    /// What is done, in order.
    pub operations: Vec<Operation>,
    parameters: usize,
    sites: u32,
}

impl Tape {
    /// Number of parameters.
    pub fn parameters(&self) -> usize {
        self.parameters
    }

    /// The parameters' tensors, in the order they stand in.
    pub fn named(&self) -> impl Iterator<Item = (&Tensor, Range<usize>)> {
        self.tensors.iter().filter_map(|tensor| match &tensor.role {
            Role::Parameter { range, .. } => Some((tensor, range.clone())),
            _ => None,
        })
    }

    /// Where a parameter of this name stands.
    pub fn find(&self, name: &str) -> Option<Range<usize>> {
        self.named().find(|(tensor, _)| tensor.name == name).map(|(_, range)| range)
    }

    /// A tensor.
    pub fn tensor(&self, id: Id) -> &Tensor {
        &self.tensors[id.0]
    }

    /// Multiplications and additions of a forward and a backward pass, roughly: those of products,
    /// three times.
    pub fn cost(&self) -> f64 {
        let of = |operation: &Operation| match operation {
            Operation::MatMul { size, .. } => size.rows * size.inner * size.outer,
            Operation::Attention { size, .. } => 2 * size.weights() * size.head(),
            _ => 0,
        };
        self.operations.iter().map(|operation| 6.0 * of(operation) as f64).sum()
    }

    /// Parameters of a model before the first step. Each tensor draws by its name, so that one does
    /// not depend on which others there are.
    pub fn start(&self, seed: u32, model: u32) -> Vec<f32> {
        let mut all = vec![0.0; self.parameters];
        for tensor in &self.tensors {
            if let Role::Parameter { range, start } = &tensor.role {
                draw(&mut all[range.clone()], &tensor.name, *start, seed, model);
            }
        }
        all
    }
}

/// Fills a parameter with its first values.
fn draw(out: &mut [f32], name: &str, start: Start, seed: u32, model: u32) {
    use crate::random::{block, normal_pair, open_unit};
    // Steps from here on are no step of a run.
    let step = hash(name) | 1 << 31;
    for (index, four) in out.chunks_mut(4).enumerate() {
        let words = block(seed, model, step, index as u32);
        let drawn = match start {
            Start::Constant(value) => [value; 4],
            Start::Uniform(most) => words.map(|word| most * (2.0 * open_unit(word) - 1.0)),
            Start::Normal(std) => {
                let [a, b] = normal_pair(words[0], words[1]);
                let [c, d] = normal_pair(words[2], words[3]);
                [a, b, c, d].map(|normal| std * normal)
            }
        };
        four.iter_mut().zip(drawn).for_each(|(to, value)| *to = value as f32);
    }
}

/// FNV-1a of a name.
fn hash(name: &str) -> u32 {
    name.bytes().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

#[cfg(test)]
mod tests;
