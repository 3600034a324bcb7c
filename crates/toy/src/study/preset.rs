//! Named studies: the paper's figures beyond the phase diagram, each under the view that shows it.

use super::decay::Decay;
use super::describe::Study;
use super::distribution::{Distribution, Sets};
use super::variant::{Across, Importance, Target, Variant};
use crate::axis::Span;
use crate::init::Init;
use crate::schedule::Schedule;
use serde::{Deserialize, Serialize};

/// The experiments: each is a view of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum View {
    /// Feature directions in two or three dimensions, from dense to sparse.
    Geometry,
    /// `W W^T`, biases and norms of larger models, linear beside ReLU.
    Demonstration,
    /// Dimensions per feature against sparsity.
    Dimensionality,
    /// Features that occur together, or never together.
    Correlation,
    /// Loss and dimensionalities against training steps.
    Dynamics,
    /// Absolute values, computed in superposition.
    Computation,
    /// What small adversarial changes of the input do to the loss.
    Vulnerability,
    /// Loss against the number of hidden dimensions.
    Scaling,
}

impl View {
    /// Every view, in the order the page lists them, with its word in links and its label.
    pub const ALL: [(Self, &'static str, &'static str); 8] = [
        (Self::Geometry, "geometry", "Geometry"),
        (Self::Demonstration, "demonstration", "Demonstration"),
        (Self::Dimensionality, "dimensionality", "Dimensionality"),
        (Self::Correlation, "correlation", "Correlation"),
        (Self::Dynamics, "dynamics", "Dynamics"),
        (Self::Computation, "computation", "Computation"),
        (Self::Vulnerability, "vulnerability", "Vulnerability"),
        (Self::Scaling, "scaling", "Scaling"),
    ];

    /// The view's word.
    pub fn word(self) -> &'static str {
        Self::ALL.iter().find(|(view, ..)| *view == self).map_or("geometry", |(_, word, _)| word)
    }

    /// The view of this word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, w, _)| *w == word).map(|(view, ..)| *view)
    }

    /// Its presets, the one to open with first: the one that shows what the view is about.
    pub fn presets(self) -> impl Iterator<Item = &'static Preset> {
        let opener = match self {
            Self::Geometry => "five-in-two-lowest",
            Self::Computation => "absolute-10",
            _ => "",
        };
        let own = move |first: bool| {
            let own = PRESETS.iter().filter(move |preset| preset.view == self);
            own.filter(move |preset| (preset.name == opener) == first)
        };
        own(true).chain(own(false))
    }
}

/// A named study.
pub type Preset = crate::spec::Preset<Study>;

/// Every preset; the first is the default study.
pub const PRESETS: &[Preset] = &[
    Preset {
        name: "five-in-two",
        label: "Five features in two dimensions",
        view: View::Geometry,
        help: "The figure of the paper's introduction: ten densities from 1 to 0.05, importance 0.9^i. Dense models keep two features, sparse ones all five.",
        ours: &[],
        spec: Study::default,
    },
    Preset {
        name: "five-in-two-lowest",
        label: "Five in two, lowest of eight",
        view: View::Geometry,
        help: "The figure of the paper's introduction with eight models of each density, of which the one of lowest loss is drawn: two directions, then two digons, then a pentagon.",
        ours: &[],
        spec: || Study { repeats: 8, ..Study::default() },
    },
    Preset {
        name: "superposition-replication",
        label: "superposition_replication",
        view: View::Geometry,
        help: "The configuration of the superposition_replication repository: the same models with AdamW (weight decay 0.01) at a constant learning rate.",
        ours: &[],
        spec: || Study { decay: Decay::adamw(0.01), ..Study::default() },
    },
    Preset {
        name: "polygons",
        label: "One-hot polygons",
        view: View::Geometry,
        help: "Exactly one of seven equally important features at a time, the limit of extreme sparsity. The minimum is a regular heptagon, which one or two of 64 wide starts find; most end as a hexagon and leave one feature out.",
        ours: &[],
        spec: || Study {
            features: 7,
            instances: 1,
            density: Span::new(1.0 / 7.0, 1.0 / 7.0),
            importance: Importance::Uniform,
            distribution: Distribution {
                sets: Sets::Anticorrelated,
                set_size: 7,
                ..Distribution::default()
            },
            schedule: Schedule::Linear,
            lr: 0.01,
            steps: 4_000,
            init: Init::Std(1.0),
            repeats: 24,
            ..Study::default()
        },
    },
    Preset {
        name: "twenty-in-five",
        label: "20 features in 5 dimensions",
        view: View::Demonstration,
        help: "Seven densities from 1 to 0.001, importance 0.7^i, ReLU output.",
        ours: &[],
        spec: || demonstration(20, 5, 0.7, Variant::Relu),
    },
    Preset {
        name: "twenty-in-five-linear",
        label: "20 in 5, linear",
        view: View::Demonstration,
        help: "The linear model of the same size: at every density it keeps the five most important features, as principal component analysis does.",
        ours: &[],
        spec: || demonstration(20, 5, 0.7, Variant::Linear),
    },
    Preset {
        name: "eighty-in-twenty",
        label: "80 features in 20 dimensions",
        view: View::Demonstration,
        help: "The same in larger, with importance 0.9^i.",
        ours: &[],
        spec: || demonstration(80, 20, 0.9, Variant::Relu),
    },
    Preset {
        name: "eighty-in-twenty-linear",
        label: "80 in 20, linear",
        view: View::Demonstration,
        help: "The linear model of 80 features in 20 dimensions.",
        ours: &[],
        spec: || demonstration(80, 20, 0.9, Variant::Linear),
    },
    Preset {
        name: "two-hundred-in-twenty",
        label: "200 features in 20 dimensions",
        view: View::Dimensionality,
        help: "Features of one importance at 20 densities, 1/(1-S) from 1 to 100. Dimensions per feature fall from 1, with a rest near 1/2 where 1/(1-S) is about 2 to 3.",
        ours: &[],
        spec: || dimensionality(200, 20),
    },
    Preset {
        name: "four-hundred-in-thirty",
        label: "400 features in 30 dimensions",
        view: View::Dimensionality,
        help: "The paper's size for uniform superposition. Takes minutes.",
        ours: &[],
        spec: || dimensionality(400, 30),
    },
    Preset {
        name: "correlated-pairs",
        label: "Two correlated pairs",
        view: View::Correlation,
        help: "Features of a pair are active together, so a model does best to keep them orthogonal.",
        ours: &[],
        spec: || correlation(4, Sets::Correlated, 2),
    },
    Preset {
        name: "anticorrelated-pairs",
        label: "Two anticorrelated pairs",
        view: View::Correlation,
        help: "Features of a pair are never active together, so they can share a dimension as antipodes.",
        ours: &[],
        spec: || correlation(4, Sets::Anticorrelated, 2),
    },
    Preset {
        name: "three-correlated-pairs",
        label: "Three correlated pairs",
        view: View::Correlation,
        help: "With more pairs than dimensions, features of a pair lie side by side.",
        ours: &[],
        spec: || correlation(6, Sets::Correlated, 2),
    },
    Preset {
        name: "three-anticorrelated-pairs",
        label: "Three anticorrelated pairs",
        view: View::Correlation,
        help: "Six features as three antipodal pairs.",
        ours: &[],
        spec: || correlation(6, Sets::Anticorrelated, 2),
    },
    Preset {
        name: "two-correlated-triples",
        label: "Two correlated triples",
        view: View::Dynamics,
        help: "Six features, three and three active together, in three dimensions, from a start near zero: the loss rests on one level, then slides within some hundred steps to the next as directions turn and spread.",
        ours: &[],
        spec: || Study {
            features: 6,
            hidden: 3,
            instances: 1,
            density: Span::new(0.05, 0.05),
            importance: Importance::Uniform,
            distribution: Distribution {
                sets: Sets::Correlated,
                set_size: 3,
                ..Distribution::default()
            },
            // Large weights to begin with pass the first levels by.
            init: Init::Std(0.01),
            repeats: 4,
            steps: 5_000,
            ..Study::default()
        },
    },
    Preset {
        name: "absolute-3",
        label: "3 features with 6 neurons",
        view: View::Computation,
        help: "Twice as many neurons as features: each feature gets a neuron for either sign.",
        ours: &[],
        spec: || absolute(3, 6, 1, 1.0),
    },
    Preset {
        name: "absolute-10",
        label: "10 features with 5 neurons",
        view: View::Computation,
        help: "Fewer neurons than signs: as features become rare, neurons come to serve several.",
        ours: &[],
        spec: || absolute(10, 5, 7, 0.001),
    },
    Preset {
        name: "absolute-100",
        label: "100 features with 40 neurons",
        view: View::Computation,
        help: "The paper's model: densities from 1 to 0.001, importance 0.8^i.",
        ours: &[],
        spec: || absolute(100, 40, 7, 0.001),
    },
    Preset {
        name: "attacked",
        label: "100 in 20, attacked",
        view: View::Vulnerability,
        help: "What the most harmful small change of the input adds to the loss, relative to a model without superposition, beside features per dimension.",
        ours: &[],
        spec: || Study { instances: 12, ..dimensionality(100, 20) },
    },
    Preset {
        name: "scaling",
        label: "Strong, 256 features",
        view: View::Scaling,
        help: "After Liu, Liu and Gore 2025: features rarer and rarer by a power law, in 4 to 40 dimensions, with weights pulled towards length 1. All features are represented, and their overlaps are near those of random directions, 1/m. The paper finds a loss that falls as 1/m, too, with more features and longer runs; in models as small as these it may fall faster.",
        ours: SCALING_OURS,
        spec: || scaling(256, (4, 40), -1.0, 0.0),
    },
    Preset {
        name: "scaling-weak",
        label: "Weak, 256 features",
        view: View::Scaling,
        help: "The same with weights that decay: the model keeps the most frequent features and leaves out the others. The paper finds a loss that falls as what is left out does, by the power law's own a, with more features and longer runs.",
        ours: SCALING_OURS,
        spec: || scaling(256, (4, 40), 1.0, 0.5),
    },
    Preset {
        name: "scaling-paper",
        label: "Strong, 1,000 features",
        view: View::Scaling,
        help: "The paper's size: 10 to 100 dimensions, 20,000 steps of 2,048 samples. For the command line: it takes hours.",
        ours: &["instances", "seed"],
        spec: || Study { steps: 20_000, batch: 2_048, ..scaling(1_000, (10, 100), -1.0, 0.0) },
    },
];

/// What the small versions of the scaling experiment do otherwise than its paper.
const SCALING_OURS: &[&str] = &["features", "hidden", "instances", "steps", "batch"];

/// How loss scales with width (Liu, Liu and Gore 2025, "Superposition yields robust neural
/// scaling"): one active feature a sample on average, with values uniform on [0, 2).
fn scaling(features: u32, (from, hidden): (u32, u32), weight_decay: f64, skew: f64) -> Study {
    let density = 1.0 / f64::from(features);
    Study {
        features,
        hidden,
        hidden_from: from,
        across: Across::Hidden,
        instances: 7,
        density: Span::new(density, density),
        importance: Importance::Uniform,
        distribution: Distribution {
            sets: Sets::PowerLaw,
            skew,
            largest: 2.0,
            ..Distribution::default()
        },
        decay: Decay { weights: weight_decay, biases: false },
        schedule: Schedule::Warmup,
        lr: 0.01,
        init: Init::Row,
        steps: 2_000,
        batch: 1_024,
        ..Study::default()
    }
}

/// The paper's demonstration of superposition.
fn demonstration(features: u32, hidden: u32, ratio: f64, variant: Variant) -> Study {
    Study {
        variant,
        features,
        hidden,
        ratio,
        instances: 7,
        density: Span::new(1.0, 0.001),
        schedule: Schedule::Cosine,
        lr: 3e-3,
        ..Study::default()
    }
}

/// The paper's geometry of uniform superposition.
fn dimensionality(features: u32, hidden: u32) -> Study {
    Study {
        features,
        hidden,
        instances: 20,
        density: Span::new(1.0, 0.01),
        importance: Importance::Uniform,
        schedule: Schedule::Cosine,
        lr: 3e-3,
        steps: 5_000,
        ..Study::default()
    }
}

/// The paper's correlated and anticorrelated features.
fn correlation(features: u32, sets: Sets, set_size: u32) -> Study {
    Study {
        features,
        distribution: Distribution { sets, set_size, ..Distribution::default() },
        instances: 1,
        density: Span::new(0.05, 0.05),
        importance: Importance::Uniform,
        schedule: Schedule::Linear,
        lr: 3e-3,
        steps: 5_000,
        repeats: 8,
        ..Study::default()
    }
}

/// The paper's computation in superposition.
fn absolute(features: u32, hidden: u32, instances: u32, sparsest: f64) -> Study {
    Study {
        variant: Variant::Hidden,
        target: Target::Absolute,
        features,
        hidden,
        ratio: 0.8,
        instances,
        density: Span::new(1.0, sparsest),
        schedule: Schedule::Cosine,
        lr: 3e-3,
        ..Study::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_view_has_a_preset() {
        for (view, word, _) in View::ALL {
            assert_eq!(View::parse(word), Some(view));
            assert_eq!(view.word(), word);
            assert!(view.presets().next().is_some(), "{word}");
        }
    }
}
