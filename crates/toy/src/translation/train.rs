//! Training the base model, and bottlenecks in it.

use super::architecture::{Architecture, Bottleneck, Rows};
use super::base::Base;
use super::decode;
use super::language::Part;
use super::text::Text;
use crate::adam::Adam;
use crate::operation::cast;
use crate::operation::cross_entropy::IGNORED;
use crate::schedule::StepRates;
use crate::tape::{self, AnyKernels, Memory};
use crate::train::Model;
use num_traits::Float;

/// What an optimiser step follows from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Step {
    /// Seed of the batches.
    pub seed: u32,
    /// The step, from 0.
    pub step: u32,
    /// Sentences.
    pub batch: usize,
    /// The step's constants.
    pub rates: StepRates,
    /// The others.
    pub adam: Adam<f32>,
}

/// Where one model after the other is trained.
pub struct Trainer<T> {
    /// The operations.
    pub architecture: Architecture,
    kernels: AnyKernels<T>,
    memory: Memory<T>,
    gradient: Vec<T>,
}

impl<T: Float> Trainer<T> {
    /// Memory for a base model of a text.
    pub fn base(text: &Text, batch: usize, kernels: AnyKernels<T>) -> Self {
        Self::new(Architecture::base(text.shape(), batch), kernels)
    }

    /// Memory for bottlenecks in a base model.
    pub fn bottleneck(
        text: &Text,
        batch: usize,
        bottleneck: Bottleneck,
        base: &Base,
        kernels: AnyKernels<T>,
    ) -> Self {
        let shape = text.shape();
        let mut trainer = Self::new(Architecture::bottleneck(shape, batch, bottleneck), kernels);
        // The tape of the base names the same tensors in the same order.
        let whole = Architecture::base(shape, 1);
        for (id, (tensor, range)) in trainer.architecture.frozen.iter().zip(whole.tape.named()) {
            debug_assert_eq!(trainer.architecture.tape.tensor(*id).name, tensor.name);
            fill(trainer.memory.value_mut(*id), &base.parameters[range]);
        }
        trainer
    }

    fn new(architecture: Architecture, kernels: AnyKernels<T>) -> Self {
        let mut memory = Memory::new(&architecture.tape, true);
        let (id, positions) = architecture.positions();
        for (to, value) in memory.value_mut(id).iter_mut().zip(positions) {
            *to = cast(value);
        }
        let gradient = vec![T::zero(); architecture.tape.parameters()];
        Self { architecture, kernels, memory, gradient }
    }

    /// The mean cross-entropy of the words of some sentences, and its gradient.
    pub fn gradient(&mut self, rows: &Rows, parameters: &[T]) -> (T, &[T]) {
        let Self { architecture, kernels, memory, gradient } = self;
        decode::place(architecture, rows, memory);
        let loss = tape::forward(&architecture.tape, kernels.as_mut(), parameters, None, memory);
        tape::backward(&architecture.tape, kernels.as_mut(), parameters, None, memory, gradient);
        (loss, gradient)
    }

    /// The loss alone.
    pub fn loss(&mut self, rows: &Rows, parameters: &[T]) -> T {
        decode::place(&self.architecture, rows, &mut self.memory);
        tape::forward(
            &self.architecture.tape,
            self.kernels.as_mut(),
            parameters,
            None,
            &mut self.memory,
        )
    }

    /// The mean loss over some sentences' words, in batches.
    pub fn mean_loss(&mut self, rows: &Rows, parameters: &[T]) -> f64 {
        let (mut sum, mut count) = (0.0, 0.0);
        for part in self.batches(rows) {
            let words = part.next.iter().filter(|&&word| word != IGNORED).count() as f64;
            let loss = self.loss(&part, parameters).to_f64().unwrap_or(f64::NAN);
            sum += words * loss;
            count += words;
        }
        sum / f64::max(count, 1.0)
    }

    /// Some sentences, as many at a time as the tape takes.
    fn batches(&self, rows: &Rows) -> Vec<Rows> {
        let (batch, words) = (self.architecture.batch, self.architecture.shape.words);
        let wide = |list: &[u32], part: usize| {
            let end = list.len().min((part + 1) * batch * words);
            list[part * batch * words..end].to_vec()
        };
        let one = |(part, lengths): (usize, &[u32])| Rows {
            source: wide(&rows.source, part),
            lengths: lengths.to_vec(),
            before: wide(&rows.before, part),
            next: wide(&rows.next, part),
        };
        rows.lengths.chunks(batch).enumerate().map(one).collect()
    }

    /// Takes one optimiser step; returns the loss before it.
    pub fn step(&mut self, text: &Text, how: &Step, state: &mut Model<T>) -> T {
        let rows = text.draw(Part::Training, how.seed, how.step, how.batch);
        let (loss, gradient) = self.gradient(&rows, &state.parameters);
        let [beta1, beta2, epsilon] =
            [how.adam.beta1, how.adam.beta2, how.adam.epsilon].map(|x| cast::<T>(f64::from(x)));
        let adam = Adam { beta1, beta2, epsilon };
        let moments = state.first.iter_mut().zip(&mut state.second);
        for ((p, (m, v)), &g) in state.parameters.iter_mut().zip(moments).zip(gradient) {
            adam.update(&how.rates, p, m, v, g);
        }
        loss
    }

    /// What the model says to some sentences, decoded greedily through everything it has; and what
    /// passes its bottleneck, or the encoder's output, at every source word (not the end).
    pub fn translate(&mut self, rows: &Rows, parameters: &[T]) -> (Vec<Vec<u32>>, Vec<Vec<T>>) {
        let (mut said, mut codes) = (vec![], vec![]);
        for part in self.batches(rows) {
            let Self { architecture, kernels, memory, .. } = self;
            decode::place(architecture, &part, memory);
            let all = decode::greedy(architecture, kernels.as_mut(), parameters, memory);
            said.extend(all.into_iter().take(part.lengths.len()));
            codes.extend(self.read_codes(&part));
        }
        (said, codes)
    }

    /// The same without translating.
    pub fn codes(&mut self, rows: &Rows, parameters: &[T]) -> Vec<Vec<T>> {
        let mut codes = vec![];
        for part in self.batches(rows) {
            self.loss(&part, parameters);
            codes.extend(self.read_codes(&part));
        }
        codes
    }

    /// What stands in memory at every source word of some sentences.
    fn read_codes(&self, part: &Rows) -> Vec<Vec<T>> {
        let Self { architecture, memory, .. } = self;
        let (words, code) =
            (architecture.shape.words, architecture.code.unwrap_or(architecture.encoded));
        let width = architecture.tape.tensor(code).shape[1];
        let values = memory.value(code);
        let one = |(sentence, &length): (usize, &u32)| {
            let first = sentence * words * width;
            values[first..first + (length as usize).saturating_sub(1) * width].to_vec()
        };
        part.lengths.iter().enumerate().map(one).collect()
    }
}

fn fill<T: Float>(to: &mut [T], from: &[f32]) {
    to.iter_mut().zip(from).for_each(|(to, &x)| *to = cast(f64::from(x)));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{block, open_unit};
    use crate::tape::Plain;
    use crate::translation::pairs;

    /// A small text, so that a model of it has few words.
    fn text() -> Text {
        let lines: String = (0..60).map(|i| format!("a b{} c\tx y{} \n", i % 7, i % 5)).collect();
        let found = pairs::read(lines.as_bytes()).map(|p| p.pairs).unwrap_or_default();
        // Sentences that come twice are in one part: every part has one all the same.
        Text::pairs(found, 9).unwrap_or_else(|_| Text::language())
    }

    fn random(key: u32, size: usize) -> Vec<f64> {
        (0..size as u32).map(|i| 0.3 * (2.0 * open_unit(block(key, 0, 0, i)[0]) - 1.0)).collect()
    }

    /// Every twentieth or so of the parameters against central differences in f64.
    fn check(what: &str, trainer: &mut Trainer<f64>, rows: &Rows) {
        let mut p = random(3, trainer.architecture.tape.parameters());
        let gradient = trainer.gradient(rows, &p).1.to_vec();
        let h = 1e-5;
        let stride = (p.len() / 40).max(1);
        for i in (0..p.len()).step_by(stride) {
            let mut at = |x: f64, trainer: &mut Trainer<f64>| {
                let before = std::mem::replace(&mut p[i], x);
                let loss = trainer.loss(rows, &p);
                p[i] = before;
                (loss, before)
            };
            let here = at(0.0, trainer).1;
            let (more, less) = (at(here + h, trainer).0, at(here - h, trainer).0);
            let expected = (more - less) / (2.0 * h);
            let error = (gradient[i] - expected).abs();
            assert!(
                error < 1e-7 * (1.0 + expected.abs()),
                "{what} {i}: {} {expected}",
                gradient[i]
            );
        }
    }

    #[test]
    fn gradients() {
        let text = text();
        let rows = text.draw(Part::Training, 1, 2, 2);
        check("base", &mut Trainer::base(&text, 3, Box::new(Plain)), &rows);
        let base = Base { parameters: Architecture::base(text.shape(), 1).tape.start(5, 0) };
        for (dimensions, rectified) in [(1, false), (3, true), (64, false)] {
            let how = Bottleneck { dimensions, rectified };
            let mut trainer = Trainer::bottleneck(&text, 2, how, &base, Box::new(Plain));
            check(&format!("{how:?}"), &mut trainer, &rows);
        }
    }

    /// With `U V = 1` a bottleneck as wide as the model is none.
    #[test]
    fn the_whole_width_passes_everything() {
        let text = Text::language();
        let base = Base { parameters: Architecture::base(text.shape(), 1).tape.start(5, 0) };
        let held = text.held(Part::Test, 3);
        let mut whole = Trainer::<f32>::base(&text, 2, Box::new(Plain));
        let how = Bottleneck { dimensions: 64, rectified: false };
        let mut narrow = Trainer::<f32>::bottleneck(&text, 2, how, &base, Box::new(Plain));
        let unit = |i: usize| f32::from(u8::from(i.is_multiple_of(65)));
        let weights: Vec<f32> = (0..4096).map(unit).collect();
        let parameters = [&weights[..], &[0.0; 64], &weights, &[0.0; 64]].concat();
        let (said, codes) = whole.translate(&held.rows, &base.parameters);
        assert_eq!(narrow.translate(&held.rows, &parameters), (said, codes.clone()));
        assert_eq!(codes.len(), 3);
        assert_eq!(codes[0].len(), 64 * held.known[0].len());
        // And nothing passes where nothing does.
        let nothing = vec![0.0; parameters.len()];
        let (_, codes) = narrow.translate(&held.rows, &nothing);
        assert!(codes.concat().iter().all(|&x| x == 0.0));
    }
}
