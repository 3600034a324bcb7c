//! The models of a study, or networks, in training: what the worker does with either.

use engine::network::Measurer;
use engine::{Checkpoint, EngineError, NetworkRun, StudyRun, TranslationRun, translation};
use toy::evaluate::Effort;
use toy::study::Wanted;
use toy::study::snapshot::{Evaluators, Trained};
use toy::study::train::Learner;
use wire::Report;

/// A share of models in training, and what measures them.
pub enum Models {
    /// A study's.
    Study(StudyRun, Evaluators),
    /// Networks.
    Network(NetworkRun, Box<Measurer>),
    /// Bottlenecks in a translation model.
    Translation(Box<TranslationRun>, Box<translation::Measurer>),
}

impl Models {
    /// Those of a study.
    pub fn study(run: StudyRun) -> Self {
        Self::Study(run, Evaluators::default())
    }

    /// Networks.
    pub fn network(run: NetworkRun) -> Self {
        let measurer = Box::new(Measurer::new(run.network()));
        Self::Network(run, measurer)
    }

    /// Bottlenecks.
    pub fn translation(run: TranslationRun) -> Self {
        let measurer = translation::Measurer::new(run.translation(), run.material());
        Self::Translation(Box::new(run), Box::new(measurer))
    }

    /// What every bottleneck makes of a sentence; nothing of other models.
    pub fn translate(&self, sentence: &str) -> Option<Vec<(u32, String)>> {
        match self {
            Self::Translation(_, measurer) => measurer.translate(sentence),
            _ => None,
        }
    }

    /// Steps of the whole run.
    pub fn steps(&self) -> u32 {
        match self {
            Self::Study(run, _) => run.plan().study.steps,
            Self::Network(run, _) => run.network().steps,
            Self::Translation(run, _) => run.translation().steps,
        }
    }

    /// Steps taken.
    pub fn step(&self) -> u32 {
        match self {
            Self::Study(run, _) => run.step(),
            Self::Network(run, _) => run.step(),
            Self::Translation(run, _) => run.step(),
        }
    }

    /// Whether every step has been taken.
    pub fn is_done(&self) -> bool {
        self.step() >= self.steps()
    }

    /// Models in training.
    pub fn models(&self) -> usize {
        match self {
            Self::Study(run, _) => run.models(),
            Self::Network(run, _) => run.models(),
            Self::Translation(run, _) => run.models(),
        }
    }

    /// Trains for a slice.
    pub async fn advance(&mut self, limit: u32) -> Result<u32, EngineError> {
        match self {
            Self::Study(run, _) => run.advance(limit).await,
            Self::Network(run, _) => run.advance(limit).await,
            Self::Translation(run, _) => Ok(run.advance(limit)),
        }
    }

    /// The models as they are.
    pub async fn read(&mut self) -> Result<Vec<Trained>, EngineError> {
        match self {
            Self::Study(run, _) => run.read().await,
            Self::Network(run, _) => run.read().await,
            Self::Translation(run, _) => Ok(run.read()),
        }
    }

    /// Models that were done before others were taken over.
    pub fn finished(&self) -> &[Trained] {
        match self {
            Self::Study(run, _) => run.finished(),
            Self::Network(run, _) => run.finished(),
            Self::Translation(run, _) => run.finished(),
        }
    }

    /// What to go on from.
    pub async fn checkpoint(&mut self) -> Result<Checkpoint, EngineError> {
        match self {
            Self::Study(run, _) => run.checkpoint().await,
            Self::Network(run, _) => run.checkpoint().await,
            Self::Translation(run, _) => Ok(run.checkpoint()),
        }
    }

    /// Parts with some models.
    pub fn give(&mut self, models: &[u32]) -> Vec<Learner> {
        match self {
            Self::Study(run, _) => run.give(models),
            Self::Network(run, _) => run.give(models),
            Self::Translation(run, _) => run.give(models),
        }
    }

    /// Goes on with models of another worker.
    pub fn take(&mut self, step: u32, learners: Vec<Learner>) {
        match self {
            Self::Study(run, _) => run.take(step, learners),
            Self::Network(run, _) => run.take(step, learners),
            Self::Translation(run, _) => run.take(step, learners),
        }
    }

    /// Measures models and says so.
    pub fn report(
        &mut self,
        run: u32,
        trained: Vec<Trained>,
        frame: Option<u32>,
        wanted: Wanted,
        effort: Effort,
    ) -> Report {
        let step = self.step();
        match self {
            Self::Study(own, evaluators) => {
                let study = &own.plan().study;
                let snapshots = evaluators.snapshots(study, trained, step, wanted, effort);
                Report::Study { run, step, frame, snapshots }
            }
            Self::Network(_, measurer) => {
                let snapshots = measurer.snapshots(trained, step, wanted.parameters, effort);
                Report::Network { run, step, frame, snapshots }
            }
            Self::Translation(_, measurer) => {
                let snapshots = measurer.snapshots(&trained, step, effort);
                Report::Translation { run, step, frame, snapshots }
            }
        }
    }
}
