//! Training networks: what every engine on a CPU does, with kernels of its own.

use super::architecture::Architecture;
use super::data::{Data, Sequence};
use super::describe::Network;
use crate::adam::Adam;
use crate::operation::cast;
use crate::operation::dropout::Stream;
use crate::study::curve;
use crate::study::train::Learner;
use crate::tape::{self, AnyKernels, Memory};
use crate::train::Model;
use num_traits::Float;

/// Parameters of a model before the first step.
pub fn start(network: &Network, model: u32) -> Vec<f32> {
    Architecture::new(network, 1).tape.start(network.seed, model)
}

/// A model before the first step, with its optimiser state and loss sums.
pub fn learner(network: &Network, model: u32) -> Learner {
    let parameters = start(network, model);
    let zeros = vec![0.0; parameters.len()];
    Learner {
        model,
        state: Model { parameters, first: zeros.clone(), second: zeros },
        sums: vec![0.0; curve::points(network.steps) as usize],
    }
}

/// Where one model after the other is trained.
pub struct Trainer<T> {
    network: Network,
    architecture: Architecture,
    data: Data,
    kernels: AnyKernels<T>,
    memory: Memory<T>,
    gradient: Vec<T>,
}

impl<T: Float> Trainer<T> {
    /// Memory for the models of a valid network.
    pub fn new(network: &Network, kernels: AnyKernels<T>) -> Self {
        let architecture = Architecture::new(network, network.sequences() as usize);
        let mut memory = Memory::new(&architecture.tape, true);
        fill_importance(network, &architecture, &mut memory);
        Self {
            data: Data::new(network),
            gradient: vec![T::zero(); architecture.tape.parameters()],
            network: network.clone(),
            architecture,
            kernels,
            memory,
        }
    }

    /// The loss of a model on its batch at a step, and its gradient: a mean over sequences, tokens
    /// and features, weighted by importance.
    pub fn gradient(&mut self, model: u32, step: u32, parameters: &[T]) -> (T, &[T]) {
        let Self { network, architecture, data, kernels, memory, gradient } = self;
        let stream = Stream { seed: network.seed, model, step };
        let first = network.instances_of(model).start;
        let batch = network.batch.max(1);
        draw(architecture, data, memory, stream, 0, |index| first + index / batch);
        let stream = (network.dropout > 0.0).then_some(stream);
        let tape = &architecture.tape;
        let loss = tape::forward(tape, kernels.as_mut(), parameters, stream, memory);
        tape::backward(tape, kernels.as_mut(), parameters, stream, memory, gradient);
        (loss, gradient)
    }

    /// Takes one optimiser step; returns the loss before it.
    pub fn step(&mut self, model: u32, step: u32, state: &mut Model<T>) -> T {
        let rates = self.network.rates(step);
        let [beta1, beta2, epsilon] =
            [self.network.beta1, self.network.beta2, self.network.epsilon].map(cast::<T>);
        let loss = self.gradient(model, step, &state.parameters).0;
        let adam = Adam { beta1, beta2, epsilon };
        self.kernels.adam(&adam, &rates, state, &self.gradient);
        loss
    }
}

/// Writes the importances where a tape reads them.
pub(super) fn fill_importance<T: Float>(
    network: &Network,
    architecture: &Architecture,
    memory: &mut Memory<T>,
) {
    let all = memory.value_mut(architecture.importance);
    for (to, importance) in all.iter_mut().zip(network.importances()) {
        *to = cast(importance);
    }
}

/// Draws a whole batch, whose first sequence has this number in its stream; `instance` says which
/// density a sequence has.
pub(super) fn draw<T: Float>(
    architecture: &Architecture,
    data: &Data,
    memory: &mut Memory<T>,
    stream: Stream,
    first: u32,
    instance: impl Fn(u32) -> u32,
) {
    let mut input = std::mem::take(memory.value_mut_vec(architecture.input));
    let mut target = std::mem::take(memory.value_mut_vec(architecture.target));
    let (wide, narrow) = (input.len() / architecture.batch, target.len() / architecture.batch);
    let mut nothing = [];
    for (index, (x, y)) in
        (first..).zip(input.chunks_exact_mut(wide).zip(target.chunks_exact_mut(narrow)))
    {
        let keys = match architecture.keys {
            None => &mut nothing[..],
            Some(keys) => {
                let all = memory.tokens_mut(keys);
                let each = all.len() / architecture.batch;
                &mut all[(index - first) as usize * each..][..each]
            }
        };
        data.draw(stream, index, instance(index), Sequence { input: x, target: y, keys });
    }
    *memory.value_mut_vec(architecture.input) = input;
    *memory.value_mut_vec(architecture.target) = target;
}
