//! What is measured on a network. Networks are not linear, so measures come from responses: what
//! changes when one feature goes from 0 to 1 and all else is 0.

use super::architecture::Architecture;
use super::data::Data;
use super::describe::{Network, Task};
use super::train::{draw, fill_importance};
use crate::directions::Directions;
use crate::evaluate::Effort;
use crate::operation::dropout::Stream;
use crate::random::EVALUATION_STEP;
use crate::tape::{self, AnyKernels, Id, Memory};
use serde::{Deserialize, Serialize};

/// An output counts as representing its feature from this response on.
pub const REPRESENTED: f32 = 0.5;
/// Sequences that are worked through at a time.
const CHUNK: u32 = 128;

/// What is measured on a network.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Measures {
    /// Loss at each density that the model serves, on a fixed sample that all models of a density
    /// share: a mean over features, weighted by importance. Nothing is dropped.
    pub loss: Vec<f32>,
    /// Response `R_ij = y_i(e_j) - y_i(0)` of output `i` to feature `j`, row by row.
    pub response: Vec<f32>,
    /// `|R - 2 R(1/2)| / |R|`, with the response to half a feature: 0 where the network is linear.
    pub nonlinearity: f32,
    /// Feature directions `h(e_j) - h(0)` at each site of the residual stream.
    pub sites: Vec<Directions>,
    /// How far each tensor has moved from its start beyond what weight decay does, root mean square,
    /// in the order of the tape.
    pub moved: Vec<f32>,
    /// What heads look at and carry, in retrieval.
    pub heads: Option<Heads>,
}

/// Measures of attention, in retrieval.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Heads {
    /// Weight that the token that asks gives to the right one, of every head of every layer.
    pub right: Vec<f32>,
    /// Weights of all tokens for all tokens in one example, of every head of every layer.
    pub example: Vec<f32>,
    /// The place of the right token in the example.
    pub place: u32,
    /// `W_out W_O W_V W_in` of every head of the first layer: what it carries from feature to
    /// output, `n x n` each, but for normalisation and what is rectified.
    pub maps: Vec<Vec<f32>>,
}

impl Measures {
    /// Features whose output responds by more than [`REPRESENTED`].
    pub fn represented(&self) -> usize {
        let n = self.response.len().isqrt();
        (0..n).filter(|i| self.response[i * n + i] > REPRESENTED).count()
    }

    /// Mean absolute response off the diagonal: interference.
    pub fn interference(&self) -> f32 {
        let n = self.response.len().isqrt();
        let off = self.response.iter().enumerate().filter(|(at, _)| at / n != at % n);
        off.map(|(_, r)| r.abs()).sum::<f32>() / (n * n.saturating_sub(1)).max(1) as f32
    }
}

/// Measures the models of one network, one after the other.
pub struct Evaluator {
    network: Network,
    kernels: AnyKernels<f32>,
    data: Data,
    /// For losses, and for responses to each feature and to none.
    sample: Architecture,
    probe: Architecture,
    memory: [Memory<f32>; 2],
    /// Sequences of a probe that differ in all but the feature: one for each token that can be
    /// asked for.
    contexts: usize,
    /// What weight decay leaves of a weight after so many steps.
    left: (u32, f64),
}

impl Evaluator {
    /// An evaluator of the models of a valid network.
    pub fn new(network: &Network, kernels: AnyKernels<f32>) -> Self {
        let contexts = match network.task {
            Task::Identity => 1,
            Task::Retrieval => network.tokens as usize - 1,
        };
        let sample = Architecture::new(network, CHUNK as usize);
        let probe = Architecture::new(network, contexts * (network.features as usize + 1));
        let mut memory = [&sample, &probe].map(|a| Memory::new(&a.tape, false));
        fill_importance(network, &sample, &mut memory[0]);
        Self {
            data: Data::new(network),
            network: network.clone(),
            kernels,
            sample,
            probe,
            memory,
            contexts,
            left: (0, 1.0),
        }
    }

    /// Measures a model after so many steps.
    pub fn measure(
        &mut self,
        model: u32,
        parameters: &[f32],
        taken: u32,
        effort: Effort,
    ) -> Measures {
        let (loss, heads) = self.losses(model, parameters, effort);
        let half = self.respond(parameters, 0.5);
        let response = self.respond(parameters, 1.0);
        let norm = |all: &mut dyn Iterator<Item = f64>| all.map(|x| x * x).sum::<f64>().sqrt();
        let bend = norm(&mut response.iter().zip(&half).map(|(r, h)| f64::from(r - 2.0 * h)));
        let size = norm(&mut response.iter().map(|&r| f64::from(r)));
        Measures {
            loss,
            nonlinearity: if size > 0.0 { (bend / size) as f32 } else { 0.0 },
            response,
            // From the probe's last run, with whole features.
            sites: self.sites(),
            moved: self.moved(model, parameters, taken),
            heads,
        }
    }

    /// Loss at each density that a model serves, and what its heads look at.
    fn losses(
        &mut self,
        model: u32,
        parameters: &[f32],
        effort: Effort,
    ) -> (Vec<f32>, Option<Heads>) {
        let Self { network, kernels, data, sample, memory: [memory, _], .. } = self;
        // Seed and model are constants, so that all models are measured on the same sequences.
        let stream = Stream { seed: 0, model: 0, step: EVALUATION_STEP };
        let mut heads = (network.task == Task::Retrieval).then(Heads::default);
        let mut all = vec![];
        let chunks = effort.samples().div_ceil(CHUNK);
        for instance in network.instances_of(model) {
            let mut sum = 0.0;
            for chunk in 0..chunks {
                draw(sample, data, memory, stream, chunk * CHUNK, |_| instance);
                sum += f64::from(tape::forward(
                    &sample.tape,
                    kernels.as_mut(),
                    parameters,
                    None,
                    memory,
                ));
                if let Some(heads) = &mut heads {
                    heads.look(network, sample, memory);
                }
            }
            all.push((sum / f64::from(chunks)) as f32);
        }
        if let Some(heads) = &mut heads {
            let runs = (chunks * all.len() as u32) as f32;
            heads.right.iter_mut().for_each(|right| *right /= runs);
            heads.maps = maps(network, sample, parameters);
        }
        (all, heads)
    }

    /// Responses of all outputs to each feature at a value, averaged over contexts.
    fn respond(&mut self, parameters: &[f32], value: f32) -> Vec<f32> {
        let Self { network, kernels, probe, memory: [_, memory], contexts, .. } = self;
        let [n, tokens] = [network.features, network.tokens].map(|x| x as usize);
        let input = memory.value_mut(probe.input);
        input.fill(0.0);
        for (index, x) in input.chunks_exact_mut(tokens * n).enumerate() {
            let (context, feature) = (index / (n + 1), index % (n + 1));
            if feature < n {
                x[source(network, context) * n + feature] = value;
            }
        }
        if let Some(keys) = probe.keys {
            for (index, keys) in memory.tokens_mut(keys).chunks_exact_mut(tokens).enumerate() {
                let context = index / (n + 1);
                for (token, key) in keys.iter_mut().enumerate() {
                    *key = (token + context) as u32 % network.keys;
                }
                keys[tokens - 1] = keys[source(network, context)];
            }
        }
        tape::forward(&probe.tape, kernels.as_mut(), parameters, None, memory);
        let at_last = changes(probe, memory, probe.output, *contexts, n, |_, rows| rows - 1);
        // From a row a feature to a row an output.
        (0..n * n).map(|at| at_last[at % n * n + at / n]).collect()
    }

    /// Feature directions of the probe's last run.
    fn sites(&self) -> Vec<Directions> {
        let Self { network, probe, memory: [_, memory], contexts, .. } = self;
        let one = |site: &super::architecture::Site| {
            let row = |context, _| probe.row(site, source(network, context)).1;
            let n = network.features as usize;
            let all = changes(probe, memory, site.id, *contexts, n, row);
            Directions::new(network.width as usize, &all)
        };
        probe.sites.iter().map(one).collect()
    }

    /// How far each tensor has moved beyond weight decay.
    fn moved(&mut self, model: u32, parameters: &[f32], taken: u32) -> Vec<f32> {
        if taken < self.left.0 {
            self.left = (0, 1.0);
        }
        while self.left.0 < taken && self.network.weight_decay > 0.0 {
            let decay = f64::from(self.network.rates(self.left.0).decay);
            self.left = (self.left.0 + 1, self.left.1 * decay);
        }
        let start = self.sample.tape.start(self.network.seed, model);
        let one = |(_, range): (_, std::ops::Range<usize>)| {
            let pairs = parameters[range.clone()].iter().zip(&start[range.clone()]);
            let square = |(&now, &then): (&f32, &f32)| {
                (f64::from(now) - self.left.1 * f64::from(then)).powi(2)
            };
            (pairs.map(square).sum::<f64>() / range.len() as f64).sqrt() as f32
        };
        self.sample.tape.named().map(one).collect()
    }
}

/// The token that a probe's feature is put into.
fn source(network: &Network, context: usize) -> usize {
    match network.task {
        Task::Identity => network.tokens as usize - 1,
        Task::Retrieval => context,
    }
}

/// What changes in a row of a tensor when a feature comes in, feature by feature, averaged over
/// contexts; `row` says which row of how many.
fn changes(
    probe: &Architecture,
    memory: &Memory<f32>,
    id: Id,
    contexts: usize,
    features: usize,
    row: impl Fn(usize, usize) -> usize,
) -> Vec<f32> {
    let tensor = probe.tape.tensor(id);
    let (rows, width) = (tensor.shape[0] / probe.batch, tensor.shape[1]);
    let all = memory.value(id);
    let at = |context: usize, feature: usize| {
        let sequence = context * (features + 1) + feature;
        &all[(sequence * rows + row(context, rows)) * width..][..width]
    };
    let mut out = vec![0.0; features * width];
    for context in 0..contexts {
        let before = at(context, features);
        for (feature, out) in out.chunks_exact_mut(width).enumerate() {
            for ((out, after), before) in out.iter_mut().zip(at(context, feature)).zip(before) {
                *out += (after - before) / contexts as f32;
            }
        }
    }
    out
}

impl Heads {
    /// Adds up what the token that asks looks at in a batch, and keeps the first sequence.
    fn look(&mut self, network: &Network, architecture: &Architecture, memory: &Memory<f32>) {
        let [heads, tokens] = [network.heads, network.tokens].map(|x| x as usize);
        let Some(keys) = architecture.keys.map(|keys| memory.tokens(keys)) else { return };
        let right = |sequence: usize| {
            let keys = &keys[sequence * tokens..][..tokens];
            keys.iter().position(|key| *key == keys[tokens - 1]).unwrap_or_default()
        };
        self.right.resize(heads * architecture.attention.len(), 0.0);
        self.example.clear();
        self.place = right(0) as u32;
        for (layer, &id) in architecture.attention.iter().enumerate() {
            let all = memory.value(id);
            self.example.extend_from_slice(&all[..heads * tokens * tokens]);
            for (index, own) in all.chunks_exact(tokens * tokens).enumerate() {
                let (sequence, head) = (index / heads, index % heads);
                let weight = own[(tokens - 1) * tokens + right(sequence)];
                self.right[layer * heads + head] += weight / architecture.batch as f32;
            }
        }
    }
}

/// `W_out W_O W_V W_in` of every head of the first layer.
fn maps(network: &Network, architecture: &Architecture, parameters: &[f32]) -> Vec<Vec<f32>> {
    let [n, d, heads] = [network.features, network.width, network.heads].map(|x| x as usize);
    let of = |name: &str| architecture.tape.find(name).map(|range| &parameters[range]);
    let layer = |part: &str| of(&format!("blocks.0.attention.{part}.weight"));
    let (Some(embed), Some(value), Some(mix)) =
        (of("embed.weight"), layer("value"), layer("output"))
    else {
        return vec![];
    };
    // Row `i` of the output's weights; tied ones are columns of the embedding's.
    let output = of("output.weight");
    let out = |i: usize, k: usize| output.map_or(embed[k * n + i], |w| w[i * d + k]);
    // Values of the features, and outputs of what attention writes.
    let values = product(d, d, n, |i, k| value[i * d + k], |k, j| embed[k * n + j]);
    let outputs = product(n, d, d, out, |k, j| mix[k * d + j]);
    let head = d / heads;
    let one = |h: usize| {
        let (left, right) = (h * head, h * head);
        product(n, head, n, |i, k| outputs[i * d + left + k], |k, j| values[(right + k) * n + j])
    };
    (0..heads).map(one).collect()
}

/// A product of two matrices that are given by their elements.
fn product(
    rows: usize,
    inner: usize,
    columns: usize,
    a: impl Fn(usize, usize) -> f32,
    b: impl Fn(usize, usize) -> f32,
) -> Vec<f32> {
    let element = |at: usize| (0..inner).map(|k| a(at / columns, k) * b(k, at % columns)).sum();
    (0..rows * columns).map(element).collect()
}
