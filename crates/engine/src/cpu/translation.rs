//! Translations on the CPU: bottlenecks one after the other, natively on all cores at once, and the
//! base model that they are put into.

use super::operation::kernels;
use crate::pace::Pace;
use fearless_simd::Level;
use std::sync::Arc;
use std::time::Duration;
use toy::study::curve::{means, point_of, points};
use toy::study::snapshot::Trained;
use toy::study::train::Learner;
use toy::train::Model;
use toy::translation::architecture::Architecture;
use toy::translation::architecture::Rows;
use toy::translation::base::Recipe;
use toy::translation::baseline::Components;
use toy::translation::language::Part;
use toy::translation::measure::{Measures, measure};
use toy::translation::pairs::words;
use toy::translation::snapshot::dots;
use toy::translation::text::{Held, known_words};
use toy::translation::train::{Step, Trainer};
use toy::translation::{Base, Beside, Bottleneck, Brief, Snapshot, Text, Translation};
use web_time::Instant;

/// Sentences that are translated at a time.
const AT_A_TIME: usize = 32;
/// Training sentences that principal components are of.
const SAMPLED: usize = 1024;
/// Validation sentences of a base model in training.
const VALIDATED: usize = 256;

/// A bottleneck in training.
pub struct Student {
    /// All that its training goes on from.
    pub learner: Learner,
    trainer: Trainer<f32>,
}

/// Bottlenecks in training.
pub struct Training {
    translation: Translation,
    text: Arc<Text>,
    students: Vec<Student>,
    pace: Pace,
}

fn fresh(parameters: Vec<f32>) -> Model<f32> {
    let zeros = vec![0.0; parameters.len()];
    Model { parameters, first: zeros.clone(), second: zeros }
}

impl Training {
    /// These bottlenecks of a valid run before their first step.
    pub fn new(translation: &Translation, models: &[u32], text: Arc<Text>, base: &Base) -> Self {
        let pace = Pace::new(Duration::from_millis(30));
        let mut own = Self { translation: translation.clone(), text, students: vec![], pace };
        let one = |&model: &u32| {
            let trainer = own.trainer(model, base);
            let parameters = trainer.architecture.tape.start(translation.seed, model);
            let sums = vec![0.0; points(translation.steps) as usize];
            Student { learner: Learner { model, state: fresh(parameters), sums }, trainer }
        };
        own.students = models.iter().map(one).collect();
        own
    }

    fn trainer(&self, model: u32, base: &Base) -> Trainer<f32> {
        let (how, batch) = (self.translation.bottleneck(model), self.translation.batch as usize);
        Trainer::bottleneck(&self.text, batch, how, base, kernels(Level::new()))
    }

    /// Goes on with these bottlenecks, in the place of those in training.
    pub fn take_over(&mut self, learners: Vec<Learner>, base: &Base) {
        let one =
            |learner: Learner| Student { trainer: self.trainer(learner.model, base), learner };
        self.students = learners.into_iter().map(one).collect();
    }

    /// Parts with some bottlenecks.
    pub fn give(&mut self, models: &[u32]) -> Vec<Learner> {
        let all = std::mem::take(&mut self.students).into_iter();
        let (given, kept): (Vec<_>, Vec<_>) =
            all.partition(|student| models.contains(&student.learner.model));
        self.students = kept;
        given.into_iter().map(|student| student.learner).collect()
    }

    /// Trains for about one slice, at most `limit` steps from `step` on; returns the steps taken.
    pub fn advance(&mut self, step: u32, limit: u32) -> u32 {
        let (steps, start) = (self.pace.steps().min(limit), Instant::now());
        self.take(step, steps);
        self.pace.took(steps, start.elapsed());
        steps
    }

    /// Takes exactly these steps, however long it may last. All bottlenecks see the same sentences.
    pub fn take(&mut self, first: u32, steps: u32) {
        let (run, text) = (&self.translation, &self.text);
        let one = |Student { learner, trainer }: &mut Student| {
            for step in first..first + steps {
                let (rates, adam) = run.rates(step);
                let how = Step { seed: run.seed, step, batch: run.batch as usize, rates, adam };
                let loss = trainer.step(text, &how, &mut learner.state);
                learner.sums[point_of(step, run.steps) as usize] += loss;
            }
        };
        #[cfg(target_arch = "wasm32")]
        self.students.iter_mut().for_each(one);
        #[cfg(not(target_arch = "wasm32"))]
        {
            use rayon::prelude::*;
            self.students.par_iter_mut().with_max_len(1).for_each(one);
        }
    }

    /// The bottlenecks as they are now.
    pub fn read(&self) -> Vec<Trained> {
        let one = |Student { learner, .. }: &Student| Trained {
            model: learner.model,
            parameters: learner.state.parameters.clone(),
            sums: learner.sums.clone(),
        };
        self.students.iter().map(one).collect()
    }

    /// The bottlenecks in training.
    pub fn learners(&self) -> &[Student] {
        &self.students
    }
}

/// A bottleneck that is not trained.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Baseline {
    /// The `k` principal components of the encoder's output.
    Components,
    /// `k` random directions.
    Random,
    /// The bottleneck as it starts.
    Start,
}

/// Measures translations of held-out sentences.
pub struct Evaluator {
    translation: Translation,
    text: Arc<Text>,
    base: Arc<Base>,
    held: Held,
    judged: Held,
    components: Components,
}

impl Evaluator {
    /// An evaluator of the models of a valid run.
    pub fn new(translation: &Translation, text: Arc<Text>, base: Arc<Base>, part: Part) -> Self {
        let count = translation.held_out as usize;
        let (held, judged) = (text.held(part, count), text.held(other(part), count));
        let sampled = text.held(Part::Training, SAMPLED);
        let mut trainer = Trainer::base(&text, AT_A_TIME, kernels(Level::new()));
        let codes = trainer.codes(&sampled.rows, &base.parameters).concat();
        let components = Components::of(&codes, text.shape().width);
        Self { translation: translation.clone(), text, base, held, judged, components }
    }

    /// What models are judged by.
    pub fn held(&self) -> &Held {
        &self.held
    }

    /// Principal components of the encoder's output.
    pub fn components(&self) -> &Components {
        &self.components
    }

    /// Bottlenecks after so many steps, with what stands beside them.
    pub fn snapshots(&self, trained: &[Trained], taken: u32) -> Vec<Snapshot> {
        let base = Brief::from(&self.base());
        let one = |trained: &Trained| {
            let beside = self.beside(trained.model, base);
            self.snapshot(trained, (taken, self.translation.steps), beside)
        };
        #[cfg(target_arch = "wasm32")]
        return trained.iter().map(one).collect();
        #[cfg(not(target_arch = "wasm32"))]
        {
            use rayon::prelude::*;
            trained.par_iter().with_max_len(1).map(one).collect()
        }
    }

    /// What stands beside a bottleneck: the base, and bottlenecks that nobody trained.
    pub fn beside(&self, model: u32, base: Brief) -> Beside {
        let brief = |baseline| Brief::from(&self.baseline(model, baseline));
        let start = self.baseline(model, Baseline::Start);
        Beside {
            base,
            components: brief(Baseline::Components),
            random: brief(Baseline::Random),
            initial: Brief::from(&start),
            start: start.geometry,
        }
    }

    /// A bottleneck after so many steps of all.
    pub fn snapshot(
        &self,
        trained: &Trained,
        (taken, steps): (u32, u32),
        beside: Beside,
    ) -> Snapshot {
        let mut measures = self.measure(trained.model, &trained.parameters);
        let dots = dots(&measures, &self.held.known);
        measures.codes = vec![];
        let curve = means(&trained.sums, taken, steps);
        Snapshot { model: trained.model, curve, measures, beside, dots }
    }

    /// The same evaluator, which reads no features.
    pub fn without_probes(self) -> Self {
        Self { judged: Held::default(), ..self }
    }

    /// What a bottleneck makes of a sentence; `None` when it is too long, or the text does not have
    /// its words.
    pub fn translate(&self, model: u32, parameters: &[f32], sentence: &str) -> Option<String> {
        let [from, to] = self.text.vocabularies();
        let (numbers, most) = (known_words(from, &words(sentence))?, self.text.shape().words);
        if numbers.is_empty() || numbers.len() >= most {
            return None;
        }
        let mut rows = Rows::default();
        rows.push(most, &numbers, &[]);
        let how = self.translation.bottleneck(model);
        let kernels = kernels(Level::new());
        let mut trainer = Trainer::bottleneck(&self.text, 1, how, &self.base, kernels);
        let said = trainer.translate(&rows, parameters).0;
        said.first().map(|said| to.decode(said))
    }

    /// The base model without a bottleneck.
    pub fn base(&self) -> Measures {
        let mut trainer = Trainer::base(&self.text, AT_A_TIME, kernels(Level::new()));
        measure(&mut trainer, &self.text, [&self.held, &self.judged], &self.base.parameters)
    }

    /// A bottleneck with these parameters.
    pub fn measure(&self, model: u32, parameters: &[f32]) -> Measures {
        self.with(self.translation.bottleneck(model), parameters)
    }

    /// A bottleneck of the same width that is not trained. Baselines are never rectified.
    pub fn baseline(&self, model: u32, baseline: Baseline) -> Measures {
        let how = self.translation.bottleneck(model);
        let seed = self.translation.seed;
        match baseline {
            Baseline::Start => {
                let shape = self.text.shape();
                let tape = Architecture::bottleneck(shape, 1, how).tape;
                self.with(how, &tape.start(seed, model))
            }
            Baseline::Components => {
                let parameters = self.components.bottleneck(how.dimensions);
                self.with(Bottleneck { rectified: false, ..how }, &parameters)
            }
            Baseline::Random => {
                let parameters = self.components.random(how.dimensions, seed, model);
                self.with(Bottleneck { rectified: false, ..how }, &parameters)
            }
        }
    }

    fn with(&self, how: Bottleneck, parameters: &[f32]) -> Measures {
        let kernels = kernels(Level::new());
        let mut trainer = Trainer::bottleneck(&self.text, AT_A_TIME, how, &self.base, kernels);
        measure(&mut trainer, &self.text, [&self.held, &self.judged], parameters)
    }
}

/// Held-out sentences beside those of a part.
fn other(part: Part) -> Part {
    match part {
        Part::Test => Part::Validation,
        Part::Validation | Part::Training => Part::Test,
    }
}

/// A base model in training, step by step.
pub struct BaseTraining {
    text: Arc<Text>,
    recipe: Recipe,
    trainer: Trainer<f32>,
    state: Model<f32>,
    validation: Held,
    step: u32,
}

impl BaseTraining {
    /// A model of a text before its first step.
    pub fn new(text: Arc<Text>, recipe: Recipe) -> Self {
        let trainer = Trainer::base(&text, recipe.batch, kernels(Level::new()));
        let state = fresh(Base::start(text.shape(), recipe.seed).parameters);
        let validation = text.held(Part::Validation, VALIDATED);
        Self { text, recipe, trainer, state, validation, step: 0 }
    }

    /// Steps taken.
    pub fn step(&self) -> u32 {
        self.step
    }

    /// Whether every step of the recipe has been taken.
    pub fn is_done(&self) -> bool {
        self.step >= self.recipe.steps
    }

    /// Takes one step; the loss before it.
    pub fn advance(&mut self) -> f32 {
        let Recipe { seed, batch, .. } = self.recipe;
        let (rates, adam) = self.recipe.rates(self.step);
        let how = Step { seed, step: self.step, batch, rates, adam };
        self.step += 1;
        self.trainer.step(&self.text, &how, &mut self.state)
    }

    /// The mean loss over words of validation sentences.
    pub fn validation(&mut self) -> f64 {
        self.trainer.mean_loss(&self.validation.rows, &self.state.parameters)
    }

    /// The model as it is.
    pub fn base(&self) -> Base {
        Base { parameters: self.state.parameters.clone() }
    }
}

/// Trains a base model; `report` hears the step, the mean loss since it last did, and can ask for the
/// loss on validation sentences.
pub fn train_base(
    text: Arc<Text>,
    recipe: &Recipe,
    mut report: impl FnMut(u32, f32, &mut dyn FnMut() -> f64),
) -> Base {
    let mut training = BaseTraining::new(text, *recipe);
    let (mut sum, mut count) = (0.0, 0);
    while !training.is_done() {
        sum += training.advance();
        count += 1;
        let step = training.step();
        if step.is_multiple_of(100) || training.is_done() {
            report(step, sum / count as f32, &mut || training.validation());
            (sum, count) = (0.0, 0);
        }
    }
    training.base()
}
