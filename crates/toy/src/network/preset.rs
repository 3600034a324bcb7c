//! Named networks.

use super::describe::{Network, Task};
use crate::axis::Span;
use crate::init::Init;
use crate::schedule::Schedule;

/// A named network.
pub type Preset = crate::spec::Preset<Network>;

/// Every preset; the first is the default network.
pub const PRESETS: &[Preset] = &[
    Preset {
        name: "transformer",
        label: "A transformer a density",
        help: "The same done right: one network for each density, without dropout, read with the weights it is written with, trained until it is done. Dense ones keep the 31 most important of 64 features in 32 dimensions, sparse ones some 46.",
        view: (),
        ours: &[],
        spec: Network::default,
    },
    Preset {
        name: "transformer-as-published",
        label: "As published",
        help: "The superposition_replication repository's transformer: sequences of one token, one network for all densities, dropout 0.1, 1,000 steps at a constant learning rate.",
        view: (),
        ours: &[],
        spec: || published(64, 8),
    },
    Preset {
        name: "transformer-large-as-published",
        label: "As published, large",
        help: "Its larger script: 128 features in 64 dimensions at ten densities. Takes a minute or more.",
        view: (),
        ours: &[],
        spec: || published(128, 10),
    },
    Preset {
        name: "retrieval",
        label: "Retrieval through attention",
        help: "Seven tokens with a key and features each, and an eighth that asks for a key: only attention can answer. The stream has room for all eight keys and features. The learning rate rises slowly: otherwise outputs of rare features die before they learn to speak.",
        view: (),
        ours: &[],
        spec: || Network {
            task: Task::Retrieval,
            features: 8,
            width: 20,
            heads: 2,
            tokens: 8,
            mlp: 0,
            instances: 4,
            density: Span::new(1.0, 0.3),
            ratio: 1.0,
            batch: 64,
            steps: 3_000,
            lr: 1e-2,
            warmup: 1_000,
            beta2: 0.99,
            init: Init::Xavier,
            ..Network::default()
        },
    },
];

/// The published scripts' networks.
fn published(features: u32, instances: u32) -> Network {
    Network {
        features,
        width: features / 2,
        layers: 4,
        mlp: 2 * features,
        norm: true,
        tied: false,
        dropout: 0.1,
        instances,
        shared: true,
        batch: 32,
        steps: 1_000,
        lr: 1e-4,
        schedule: Schedule::Constant,
        warmup: 0,
        weight_decay: 0.01,
        ..Network::default()
    }
}
